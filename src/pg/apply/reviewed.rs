//! The rows as they stand, against what was reviewed.

use super::name;
use crate::{
    core::{
        error::{Error, Result},
        sync::{
            plan::{Operation, Plan, Step},
            row::Row,
            shape::Shape,
            sql::Lookup,
        },
    },
    pg::{
        connect::Transaction,
        sync::{self, Known},
    },
};

/// Locks every row that the plan changes, and refuses to go on if one is not as it was reviewed.
pub(super) async fn reviewed_rows(tx: &Transaction<'_>, plan: &Plan, known: &Known) -> Result<Vec<Option<Row>>> {
    let mut rows: Vec<Option<Row>> = vec![None; plan.steps.len()];
    let mut stale = Vec::new();
    for shape in &plan.shapes {
        let steps: Vec<_> = existing(plan, shape).collect();
        if steps.is_empty() {
            continue;
        }
        let locators: Vec<_> = steps.iter().map(|(_, step)| step.locator.clone()).collect();
        let mut found = sync::located(tx, shape, &locators, Lookup::Lock, known).await?;
        for (at, step) in steps {
            match found.remove(&step.locator) {
                Some(row) => {
                    stale.extend(changes(shape, step, &row).or_else(|| renamed(plan, step, &row)));
                    rows[at] = Some(row);
                }
                None => stale.push((name(step), "it is gone".to_owned())),
            }
        }
    }
    match stale.split_first() {
        None => Ok(rows),
        Some(((object, what), rest)) => {
            let more =
                if rest.is_empty() { String::new() } else { format!(", and {} more: {}", rest.len(), names(rest)) };
            let since = if plan.undoes.is_some() { "run" } else { "review" };
            Err(Error::stale(format!("changed since the {since}: {what}{more}"))
                .nothing_written()
                .object(object)
                .hint("review again"))
        }
    }
}

fn existing<'a>(plan: &'a Plan, shape: &'a Shape) -> impl Iterator<Item = (usize, &'a Step)> {
    plan.steps.iter().enumerate().filter(|(_, step)| step.table == shape.table && step.operation != Operation::Insert)
}

fn names(rows: &[(String, String)]) -> String {
    let shown: Vec<_> = rows.iter().take(5).map(|(name, _)| name.as_str()).collect();
    let dots = if rows.len() > shown.len() { ", …" } else { "" };
    format!("{}{dots}", shown.join(", "))
}

fn changes(shape: &Shape, step: &Step, row: &Row) -> Option<(String, String)> {
    let guarded = step.guard.iter().filter(|(column, value)| row.value(shape, column) != value.as_deref());
    let mut changed: Vec<_> = guarded.map(|(column, _)| format!("`{column}`")).collect();
    // The row may still point to the same parent, and the parent be called something else.
    for (reference, key) in shape.parents(&step.key) {
        let known = row.reference(shape, reference).map_or(&[][..], |known| &known.0);
        if !(known == key.0 || known.is_empty() && key.0.iter().all(Option::is_none)) {
            changed.push(format!("the key behind `{}`", reference.label()));
        }
    }
    (!changed.is_empty()).then(|| (name(step), format!("{} holds another value", changed.join(", "))))
}

/// The row is as it was reviewed and has another key than the plan says: it was edited. An undo's rows have the keys of their
/// run, which later names of parents may have changed.
fn renamed(plan: &Plan, step: &Step, row: &Row) -> Option<(String, String)> {
    let other = plan.undoes.is_none() && row.key != step.key;
    other.then(|| (name(step), format!("the row has the key {}", row.key.display())))
}
