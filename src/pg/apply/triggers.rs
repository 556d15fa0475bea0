//! What triggers and rules of the target do during a run: told from what others did since the review, and reported.
//!
//! Every row that a plan changes or deletes is locked and compared when the transaction begins, so whatever is different
//! later is this transaction's own doing. A row that is in the way of an insert is its own where its `xmin` says so. What
//! is written besides is found by the server's counts of the transaction (`pg_stat_xact_user_tables`) less what the plan
//! wrote itself. They do not tell of sequences, and of what leaves the database.
//!
//! The functions of CHECKs, domains, defaults, indexes, generated columns and policies can write as well, so the counts are
//! read whether or not a trigger takes part.

use std::collections::BTreeSet;

use super::{
    counts::{Counts, add, counts, settled},
    name,
    rebuilt::rebuilt,
};
use crate::{
    core::{
        error::{Error, Result},
        name::QName,
        schema::{Catalog, OnDelete},
        sync::{
            fires::{self, Also, TriggersDid, who},
            plan::{Operation, Plan, Step, locator},
            row::{self, Row, Value},
            schedule::Run,
            shape::{Child, Shape, children},
            sql::{self, Lookup},
        },
    },
    pg::{
        connect::Transaction,
        query::{self, List},
        sync,
    },
};

/// `plan` with the triggers that the target has now: which of them run depends on the session, too.
///
/// # Errors
/// `RolledBack` where a rule replaces what the plan would write, `Stale` where a table that the server cascades to has other
/// triggers than were reviewed.
pub(super) fn with_triggers(plan: &Plan, live: &Catalog) -> Result<Plan> {
    let mut plan = plan.clone();
    for shape in &mut plan.shapes {
        // Of an undo: what was dropped since the run does not act on rows, and is nothing to ask about. A reference that was
        // declared then is still asked about as long as its column is there.
        let there = children(live, &shape.table);
        let column = |child: &Child, name: &String| live.table(&child.table).is_some_and(|t| t.column(name).is_some());
        let known =
            |child: &Child| child.on_delete == OnDelete::Declared && child.columns.iter().all(|c| column(child, c));
        if plan.undoes.is_none() {
            as_reviewed(&shape.children, &there)?;
        }
        shape.children.retain_mut(|child| match there.iter().find(|now| now.is_same(child)) {
            Some(now) => {
                child.clone_from(now);
                true
            }
            None => known(child),
        });
        shape.triggers = live.table(&shape.table).map(|table| table.triggers.clone()).unwrap_or_default();
        let steps = plan.steps.iter().filter(|step| step.table == shape.table);
        if let Some(why) = { steps }.find_map(|step| fires::replaced(&shape.triggers, step.operation)) {
            return Err(Error::rolled_back(why)
                .nothing_written()
                .object(&shape.table)
                .hint("disable or drop the rule, or leave the table out"));
        }
    }
    Ok(plan)
}

/// Refuses triggers of a table that the server cascades to which are not those that were reviewed.
fn as_reviewed(children: &[Child], there: &[Child]) -> Result<()> {
    for (child, now) in children.iter().filter_map(|child| Some((child, there.iter().find(|now| now.is_same(child))?)))
    {
        let new =
            now.triggers.iter().find(|trigger| !child.triggers.contains(trigger)).map(|t| (t, "added or changed"));
        let gone = child.triggers.iter().find(|trigger| !now.triggers.contains(trigger)).map(|t| (t, "dropped"));
        if let Some((trigger, became)) = new.or(gone) {
            let name = &trigger.name;
            return Err(Error::stale(format!(
                "trigger `{name}`, which runs when the server cascades to this table, was {became} after the review"
            ))
            .nothing_written()
            .object(&child.table)
            .hint("review again"));
        }
    }
    Ok(())
}

/// Whether the role sees all rows of a table.
const READABLE: &str = "SELECT true::pg_catalog.text FROM pg_catalog.pg_class c
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname OPERATOR(pg_catalog.=) $1::pg_catalog.name AND c.relname OPERATOR(pg_catalog.=) $2::pg_catalog.name
    AND pg_catalog.has_schema_privilege(n.oid, 'USAGE') AND pg_catalog.has_table_privilege(c.oid, 'SELECT')
    AND NOT pg_catalog.row_security_active(c.oid)";

/// Looks after a run in which triggers take part.
pub(super) struct Watch<'a> {
    pub(super) plan: &'a Plan,
    /// Whether triggers take part.
    triggers: bool,
    start: Counts,
    /// What was counted and taken back since.
    back: Counts,
    counted: bool,
    /// Whether something was taken back that nobody counted: of the plan's own tables less is known then.
    uncounted: bool,
    /// The steps whose rows wait, or have waited, on values that are not their own.
    parked: BTreeSet<usize>,
}

/// What was counted before something that may be taken back; nothing where no trigger takes part, which saves a round trip
/// for each of many savepoints.
pub(super) struct Mark(Option<[Counts; 2]>);

impl<'a> Watch<'a> {
    /// From here on.
    pub(super) async fn begin(tx: &Transaction<'_>, plan: &'a Plan) -> Result<Self> {
        let triggers = plan.shapes.iter().any(fires::fires_any);
        let (start, counted) = counts(tx).await?;
        let (back, parked) = (Counts::new(), BTreeSet::new());
        Ok(Watch { plan, triggers, start, back, counted, uncounted: false, parked })
    }

    /// Whether triggers take part, now or in the run that is undone.
    pub(super) fn is_on(&self) -> bool {
        self.triggers || !self.plan.also.is_empty()
    }

    /// Whether what differs may be a trigger's doing.
    pub(super) fn has_triggers(&self) -> bool {
        self.triggers
    }

    /// Rows are locked and were compared: what differs since is of a trigger, and what was reviewed is written all the same.
    pub(super) fn release(&self, runs: &mut [Run]) {
        if self.triggers {
            for run in runs {
                run.statement.without_guard();
            }
        }
    }

    /// The counts before something that may be taken back.
    pub(super) async fn mark(&self, tx: &Transaction<'_>) -> Result<Mark> {
        Ok(Mark(if self.triggers { Some([counts(tx).await?.0, self.back.clone()]) } else { None }))
    }

    /// All since `mark` was taken back: the server counted it nevertheless.
    pub(super) async fn taken_back(&mut self, tx: &Transaction<'_>, mark: Mark) -> Result<()> {
        tx.recovered();
        match mark.0 {
            // What was taken back within it is a part of it.
            Some([before, back]) => {
                self.back = back;
                add(&mut self.back, &counts(tx).await?.0, 1);
                add(&mut self.back, &before, -1);
            }
            None => self.uncounted = true,
        }
        Ok(())
    }

    /// Rows of these tables were updated once more.
    pub(super) fn wrote_again<'b>(&mut self, tables: impl Iterator<Item = &'b QName>) {
        for table in tables {
            self.back.entry(table.clone()).or_default()[1] += 1;
        }
    }

    /// The row of `step` was moved out of the way.
    pub(super) fn parked(&mut self, step: usize) {
        self.parked.insert(step);
        self.wrote_again(std::iter::once(&self.plan.steps[step].table));
    }

    /// Those that may have run for `runs`, by name.
    pub(super) fn fired<'r>(&self, runs: impl IntoIterator<Item = &'r Run>) -> Vec<String> {
        let steps = runs.into_iter().flat_map(|run| run.steps.iter().copied());
        let steps = steps.map(|at| (&self.plan.steps[at], self.parked.contains(&at)));
        fires::fires(self.plan, steps).iter().map(fires::Fires::name).collect()
    }

    /// What was written besides the rows of the plan, now that `runs` have run and left `after`. `live` is what there was
    /// before.
    ///
    /// # Errors
    /// `RolledBack` where a row is there again that was deleted, and where a table of the plan was emptied, rewritten, dropped
    /// or renamed.
    pub(super) async fn did(
        &self,
        tx: &Transaction<'_>,
        live: &Catalog,
        runs: &[Run],
        after: &[Option<Row>],
    ) -> Result<TriggersDid> {
        let by = self.fired(runs);
        let mut also = rebuilt(tx, self.plan, live, &by).await?;
        // A trigger may have turned it off on its way.
        let (mut counts, counted) = counts(tx).await?;
        if !(self.counted && counted) {
            let unknown = "what was written in other rows is not known: track_counts is off in the target".to_owned();
            return Ok(TriggersDid { by, also, unknown: Some(unknown) });
        }
        for other in [&self.start, &self.back, &self.expected(runs)] {
            add(&mut counts, other, -1);
        }
        for (table, counts) in counts {
            let mut one = Also { table: table.to_string(), by: by.clone(), ..Also::default() };
            let counts = match self.plan.shape(&table) {
                Ok(_) if self.uncounted => continue,
                Ok(shape) => self.in_plan(tx, shape, settled(shape, counts), after, &by, &mut one).await?,
                Err(_) => {
                    one.rows = self.beside(tx, &table, after).await?;
                    counts
                }
            };
            [one.inserted, one.updated, one.deleted] = counts.map(|count| u64::try_from(count).unwrap_or_default());
            if one.inserted + one.updated + one.deleted > 0 {
                also.push(one);
            }
        }
        Ok(TriggersDid { by, also, unknown: None })
    }

    fn expected(&self, runs: &[Run]) -> Counts {
        let mut out = Counts::new();
        for run in runs {
            for step in run.steps.iter().map(|at| &self.plan.steps[*at]) {
                let counts = out.entry(step.table.clone()).or_default();
                match step.operation {
                    Operation::Insert => counts[0] += 1,
                    Operation::Update => counts[1] += 1,
                    Operation::Delete => counts[2] += 1,
                }
            }
        }
        out
    }

    /// Rows of a table of the plan that are not the plan's.
    async fn in_plan(
        &self,
        tx: &Transaction<'_>,
        shape: &Shape,
        mut counts: [i64; 3],
        after: &[Option<Row>],
        by: &[String],
        one: &mut Also,
    ) -> Result<[i64; 3]> {
        if counts[..2] == [0, 0] {
            return Ok(counts);
        }
        let steps = || self.plan.steps.iter().zip(after).filter(|(step, _)| step.table == shape.table);
        let own: BTreeSet<Vec<Value>> =
            steps().filter_map(|(_, row)| row.as_ref()).map(|row| locator(shape, row)).collect();
        let mut others = Vec::new();
        query::for_each(tx, &sql::own_rows(shape), &[], |fields| {
            let locator: Vec<Value> = fields.iter().map(|field| field.map(Into::into)).collect();
            if !own.contains(&locator) {
                others.push(locator);
            }
        })
        .await?;
        if !others.is_empty() && steps().any(|(step, _)| step.operation == Operation::Delete) {
            let rows = sync::located(tx, shape, &others, Lookup::Read, &sync::Known::default()).await?;
            let back = |step: &&Step| step.operation == Operation::Delete && rows.values().any(|r| r.key == step.key);
            if let Some(step) = steps().map(|(step, _)| step).find(back) {
                return Err(Error::rolled_back(format!("{} inserted the row again after it was deleted", who(by)))
                    .all_rolled_back()
                    .object(name(step))
                    .hint("leave the row out, or look at what the trigger does after a delete"));
            }
        }
        // What was updated once more is a row of the plan, unless it is among these.
        counts[1] = (i64::try_from(others.len()).unwrap_or(i64::MAX) - counts[0].max(0)).clamp(0, counts[1].max(0));
        one.rows = others.iter().map(|locator| row::display(locator)).collect();
        Ok(counts)
    }

    /// The ids of rows that triggers wrote in `table` and that point to rows of the plan.
    async fn beside(&self, tx: &Transaction<'_>, table: &QName, after: &[Option<Row>]) -> Result<Vec<String>> {
        let mut out = BTreeSet::new();
        let mut readable = None;
        for shape in &self.plan.shapes {
            for child in shape.children.iter().filter(|child| child.table == *table) {
                let steps = self.plan.steps.iter().zip(after).filter(|(step, _)| step.table == shape.table);
                let rows: Vec<&Row> = steps.filter_map(|(_, row)| row.as_ref()).collect();
                if rows.is_empty() || child.identity.is_empty() {
                    continue;
                }
                if readable.is_none() {
                    let asked = [Some(table.schema.as_str()), Some(table.name.as_str())];
                    readable = Some(query::scalar(tx, READABLE, &asked).await?.is_some());
                }
                if readable == Some(true) {
                    let found = children_written(tx, shape, child, &rows).await?;
                    out.extend(found.into_iter().filter(|(own, _)| *own).map(|(_, id)| id));
                }
            }
        }
        Ok(out.into_iter().collect())
    }
}

/// The rows of `child` that point to `rows`: whether this transaction wrote it, and its id.
pub(super) async fn children_written(
    tx: &Transaction<'_>,
    shape: &Shape,
    child: &Child,
    rows: &[&Row],
) -> Result<Vec<(bool, String)>> {
    let lists: Vec<List> =
        child.referenced.iter().map(|name| rows.iter().map(|row| row.value(shape, name)).collect()).collect();
    let mut out = Vec::new();
    query::for_each(tx, &sql::children_written(shape, child), &lists, |fields| {
        if let [own, id] = fields {
            out.push((*own == Some("true"), id.unwrap_or_default().to_owned()));
        }
    })
    .await?;
    Ok(out)
}
