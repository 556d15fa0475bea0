//! What the target holds once everything is written, against what was to be written.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{name, rolled_back, triggers::Watch};
use crate::{
    core::{
        error::{Error, Result},
        sync::{
            diff::{Pair, is_exact},
            fires::who,
            plan::{Assignment, NewValue, Operation, Plan, Step},
            row::{Key, Row, Value},
            shape::{Role, Shape},
            sql::{self, Lookup},
            value::SharedText,
        },
        value::shown,
    },
    pg::{
        connect::Transaction,
        query,
        sync::{self, Known},
    },
};

/// The rows that the plan wrote, by the locators of its steps.
pub(super) async fn written_rows(
    tx: &Transaction<'_>,
    plan: &Plan,
    locators: &[Vec<Value>],
    known: &Known,
) -> Result<Vec<Option<Row>>> {
    let mut by_table: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, step) in plan.steps.iter().enumerate().filter(|(_, step)| step.operation != Operation::Delete) {
        by_table.entry(&step.table).or_default().push(at);
    }
    let mut rows = vec![None; plan.steps.len()];
    for (table, steps) in by_table {
        let wanted: Vec<_> = steps.iter().map(|at| locators[*at].clone()).collect();
        let mut found: HashMap<_, _> = sync::located(tx, plan.shape(table)?, &wanted, Lookup::Read, known).await?;
        for at in steps {
            rows[at] = found.remove(&locators[at]);
        }
    }
    Ok(rows)
}

fn writes_key(shape: &Shape, step: &Step) -> bool {
    let keys = shape.key_columns();
    let writes = |assignment: &Assignment| assignment.columns.iter().any(|name| keys.contains(&name.as_str()));
    step.operation == Operation::Update && step.set.iter().any(writes)
}

/// A value of the plan's rows that a trigger replaced.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rewrote {
    /// The step.
    pub(super) at: usize,
    /// The column.
    pub(super) column: String,
    /// Whether the step wrote it; else it is only compared.
    pub(super) written: bool,
}

/// Compares what the target holds now with what the steps said. Returns what the target's triggers, `fired`, rewrote:
/// values that were written, and others that are compared.
pub(super) async fn verify(
    tx: &Transaction<'_>,
    watch: &Watch<'_>,
    fired: &[String],
    after: &[Option<Row>],
) -> Result<Vec<Rewrote>> {
    let (plan, triggers) = (watch.plan, watch.has_triggers());
    let (mut pairs, mut differ, mut rewrote) = (Vec::new(), Vec::new(), Vec::new());
    let steps = plan.steps.iter().zip(after).enumerate();
    for (place, (step, row)) in steps.filter(|(_, (step, _))| step.operation != Operation::Delete) {
        let shape = plan.shape(&step.table)?;
        let row = row.as_ref().ok_or_else(|| {
            let by = if triggers { who(fired) } else { "something in the target".to_owned() };
            Error::rolled_back(format!(
                "the row is not there any more after it was written: {by} deleted it, or gave it another primary key"
            ))
            .all_rolled_back()
            .object(name(step))
            .hint("leave the row out, or look at what the trigger does")
        })?;
        // A key is written where it is to be spelled as in the source, which makes no other key of it.
        if plan.undoes.is_none() && writes_key(shape, step) && row.key != step.key {
            return Err(Error::rolled_back(format!("the plan gives the row another key: {}", row.key.display()))
                .all_rolled_back()
                .object(name(step))
                .hint("review again"));
        }
        let touched = touched(shape, step, row);
        differ.extend(
            touched
                .map(|column| Some(Differs { shape, at: place, column, value: None, found: row.text(shape, column) })),
        );
        for assignment in &step.set {
            let (column, value) = match (&assignment.value, assignment.columns.as_slice()) {
                (NewValue::Parent(key), _) => {
                    match points_to(shape, step, assignment, key, row) {
                        Ok(()) => {}
                        Err(_) if triggers && leads(tx, shape, assignment, key).await? => {
                            let column = &assignment.columns[0];
                            differ.push(Some(Differs {
                                shape,
                                at: place,
                                column,
                                value: None,
                                found: row.text(shape, column),
                            }));
                        }
                        Err(error) => return Err(error),
                    }
                    continue;
                }
                (NewValue::Value(value), [column]) => (column, value.as_ref()),
                // The columns of a foreign key without a parent.
                (NewValue::Value(_), _) => continue,
            };
            let found = row.text(shape, column);
            // What makes no difference may be stamped.
            if found == value || triggers && !compared(shape, column) {
                continue;
            }
            let cast = shape.column(column).map_or("text", |column| &column.cast);
            if let (Some(old), Some(new), false) = (found, value, is_exact(cast)) {
                let at = (differ.len(), 0, 0);
                pairs.push(Pair { at, cast: cast.to_owned(), old: old.clone(), new: new.clone() });
            }
            differ.push(Some(Differs { shape, at: place, column, value, found }));
        }
    }
    // `2.5` in a numeric(8,2) reads `2.50`, and is what was written.
    for (at, ..) in sync::equal(tx, &pairs).await? {
        differ[at] = None;
    }
    let differ: Vec<Differs> = differ.into_iter().flatten().collect();
    let by_type = by_type(tx, &differ).await?;
    for (place, Differs { shape, at, column, found, .. }) in differ.into_iter().enumerate() {
        let step = &plan.steps[at];
        let written = step.set.iter().any(|assignment| assignment.columns.contains(column));
        if !triggers && !written {
            let what = format!("`{column}` changed although nothing was to be written into it");
            let hint = "look for a function that a constraint, a default or a generated column calls";
            return Err(Error::rolled_back(what).all_rolled_back().object(name(step)).hint(hint));
        }
        if !triggers || by_type.contains(&place) {
            let found = shown(found.map(|text| &**text));
            let message = format!("`{column}` holds {found} after it was written");
            let hint = "compare the column's type in both environments";
            return Err(Error::rolled_back(message).all_rolled_back().object(name(step)).hint(hint));
        }
        if shape.key_columns().contains(&column.as_str()) {
            return Err(Error::rolled_back(format!(
                "{} changed `{column}`, which is a part of the row's key",
                who(fired)
            ))
            .all_rolled_back()
            .object(name(step))
            .hint("leave the row out, or look at what the trigger does"));
        }
        rewrote.push(Rewrote { at, column: column.clone(), written });
    }
    Ok(rewrote)
}

/// A column that does not hold the text that was written into it.
#[derive(Clone, Copy)]
struct Differs<'a> {
    shape: &'a Shape,
    /// The step.
    at: usize,
    column: &'a String,
    value: Option<&'a SharedText>,
    found: Option<&'a SharedText>,
}

/// Which of `differ` the column's own type has rounded or cut: what it makes of the value is what was found. Whatever
/// triggers there are, that is not their doing.
async fn by_type(tx: &Transaction<'_>, differ: &[Differs<'_>]) -> Result<BTreeSet<usize>> {
    let mut by_column: BTreeMap<_, Vec<(usize, &SharedText, &SharedText)>> = BTreeMap::new();
    for (at, Differs { shape, column, value, found, .. }) in differ.iter().enumerate() {
        if let (Some(value), Some(found), Some(place)) = (value, found, shape.position(column)) {
            by_column.entry((&shape.table, place)).or_default().push((at, value, found));
        }
    }
    let mut out = BTreeSet::new();
    for ((table, place), values) in by_column {
        let Some(shape) = differ.iter().map(|differs| differs.shape).find(|shape| shape.table == *table) else {
            continue;
        };
        let written: Vec<_> = values.iter().map(|(_, value, _)| &***value).collect();
        let held = sync::held(tx, table, &shape.columns[place], &written).await?;
        let same = values.iter().zip(held).filter(|((_, _, found), held)| held.as_ref() == Some(*found));
        out.extend(same.map(|((at, ..), _)| *at));
    }
    Ok(out)
}

/// The columns that changed although nothing was to be written into them. What makes no difference is not guarded.
fn touched<'a>(shape: &'a Shape, step: &'a Step, row: &'a Row) -> impl Iterator<Item = &'a String> {
    let written = |name: &String| step.set.iter().any(|assignment| assignment.columns.contains(name));
    let changed = move |(name, value): &(&String, &Value)| !written(name) && row.value(shape, name) != value.as_deref();
    step.guard.iter().filter(changed).map(|(name, _)| name)
}

/// Whether a difference in `column` is one.
fn compared(shape: &Shape, column: &str) -> bool {
    shape.column(column).is_none_or(|column| column.role != Role::Ignored)
}

/// Whether the parent that `assignment` looks for is there, so that whoever points elsewhere was led away from it.
async fn leads(tx: &Transaction<'_>, shape: &Shape, assignment: &Assignment, key: &Key) -> Result<bool> {
    let Some(reference) = shape.references.iter().find(|reference| reference.columns == assignment.columns) else {
        return Ok(false);
    };
    let exists = sql::exists(reference, key);
    let asked = format!("SELECT ({})::text", exists.text());
    let there = query::scalar(tx, &asked, &exists.parameters()).await.map_err(rolled_back)?;
    Ok(there.as_deref() == Some("true"))
}

/// Refuses a row that does not point to the parent that was reviewed.
fn points_to(shape: &Shape, step: &Step, assignment: &Assignment, key: &Key, row: &Row) -> Result<()> {
    let at = shape.references.iter().position(|reference| reference.columns == assignment.columns);
    let Some(at) = at.filter(|at| row.references[*at].as_ref() != Some(key)) else { return Ok(()) };
    let reference = &shape.references[at];
    Err(Error::stale(format!(
        "`{}` does not lead to {} `{}`, which was renamed or removed since the review",
        reference.label(),
        reference.table,
        key.display()
    ))
    .all_rolled_back()
    .object(name(step))
    .hint("review again"))
}
