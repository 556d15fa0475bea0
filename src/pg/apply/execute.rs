//! Statements in order: batches by one statement, others one after the other.

use std::{collections::BTreeSet, ops::Range};

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio_postgres::types::{ToSql, Type};

use super::{Order, explain::explain, name, refused::refused_step, rolled_back, together::together, triggers::Watch};
use crate::{
    core::{
        error::{Code, Error, Result},
        sync::{
            batch::{self, Part},
            park::Run,
            plan::{Operation, Plan, Step},
            row::Value,
        },
    },
    pg::{connect::Transaction, query},
};

/// Statements that are under way at once; their order is kept.
const PIPELINE: usize = 64;

/// A step, and the locator of its row.
pub(super) type Located = (usize, Vec<Value>);

/// Runs all statements in order and returns the locator of each step's row.
pub(super) async fn execute(
    tx: &Transaction<'_>,
    order: &Order<'_>,
    runs: &[Run],
    watch: &mut Watch<'_>,
) -> Result<Vec<Vec<Value>>> {
    let plan = order.plan;
    let mut out = Outcome { locators: vec![Vec::new(); plan.steps.len()], done: 0 };
    // What did not go in one piece once would not do so the next time.
    let mut not_together = BTreeSet::new();
    for part in batch::parts(plan, runs, order.batch) {
        let (Part::Singly(range) | Part::Together(range)) = part.clone();
        let (runs_of, first) = (&runs[range.clone()], &plan.steps[runs[range.start].steps[0]]);
        let kind = (&first.table, first.operation);
        if matches!(part, Part::Together(_)) && !not_together.contains(&kind) {
            let mark = watch.mark(tx).await?;
            if let Some(found) = together(tx, plan, runs_of).await? {
                out.take(order, found, runs_of.len(), runs.len());
                continue;
            }
            watch.taken_back(tx, mark).await?;
            not_together.insert(kind);
        }
        if watch.is_on() {
            traced(tx, order, (runs, range), watch, &mut out).await?;
        } else {
            singly(tx, order, runs_of, runs.len(), &mut out).await?;
        }
    }
    Ok(out.locators)
}

/// What has run.
struct Outcome {
    locators: Vec<Vec<Value>>,
    done: usize,
}

impl Outcome {
    fn take(&mut self, order: &Order<'_>, found: Vec<Located>, statements: usize, total: usize) {
        for (step, locator) in found {
            self.locators[step] = locator;
        }
        self.done += statements;
        (order.progress)(self.done, total);
    }
}

async fn singly(tx: &Transaction<'_>, order: &Order<'_>, runs: &[Run], total: usize, out: &mut Outcome) -> Result<()> {
    // Collected first: a closure inside the stream would not be general enough over lifetimes to be spawned.
    let statements: Vec<_> = runs.iter().map(|run| one(tx, order.plan, run)).collect();
    let mut results = stream::iter(statements).buffered(PIPELINE);
    while let Some(found) = results.try_next().await? {
        out.take(order, found, 1, total);
    }
    Ok(())
}

/// The same where triggers take part: what meets no row is tried again, statement by statement, to see why.
async fn traced(
    tx: &Transaction<'_>,
    order: &Order<'_>,
    (runs, range): (&[Run], Range<usize>),
    watch: &mut Watch<'_>,
    out: &mut Outcome,
) -> Result<()> {
    let (mark, done) = (watch.mark(tx).await?, out.done);
    query::rows(tx, "SAVEPOINT traced", &[]).await.map_err(rolled_back)?;
    match singly(tx, order, &runs[range.clone()], runs.len(), out).await {
        Err(error) if error.code == Code::Stale => {
            query::rows(tx, "ROLLBACK TO SAVEPOINT traced", &[]).await.map_err(rolled_back)?;
            watch.taken_back(tx, mark).await?;
            out.done = done;
            for at in range {
                let found = match one(tx, order.plan, &runs[at]).await {
                    Err(error) if error.code == Code::Stale => explain(tx, watch, order, &runs[..=at], error).await?,
                    found => found?,
                };
                out.take(order, found, 1, runs.len());
            }
        }
        ran => ran?,
    }
    query::rows(tx, "RELEASE SAVEPOINT traced", &[]).await.map_err(rolled_back)?;
    Ok(())
}

/// Runs one statement and returns the locator of each of its steps' rows.
async fn one(tx: &Transaction<'_>, plan: &Plan, run: &Run) -> Result<Vec<Located>> {
    let first = &plan.steps[run.steps[0]];
    let (text, values) = (run.statement.text(), run.statement.parameters());
    let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
        values.iter().map(|value| (value as &(dyn ToSql + Sync), Type::TEXT)).collect();
    let rows = match tx.client().query_typed(&text, &parameters).await {
        Ok(rows) => rows,
        Err(error) => return Err(refused_step(tx, first, &error).await),
    };
    let found: Result<Vec<_>, _> = rows.iter().map(|row| located(run, row)).collect();
    let found = found.map_err(|error| tx.describe(&error))?;
    let missing = run.steps.iter().find(|at| found.iter().filter(|(step, _)| step == *at).count() != 1);
    match missing {
        None if found.len() == run.steps.len() => Ok(found),
        Some(at) if run.numbered => Err(surprise(&plan.steps[*at], 0)),
        _ => Err(surprise(first, rows.len())),
    }
}

/// The step and the locator in a row that a statement returned.
fn located(run: &Run, row: &tokio_postgres::Row) -> Result<(usize, Vec<Value>), tokio_postgres::Error> {
    if run.numbered {
        let number: String = row.try_get(0)?;
        // The number is one that the statement wrote itself; another would be missed as a step.
        return Ok((number.parse().unwrap_or(usize::MAX), row.try_get(1)?));
    }
    let locator = (0..row.len()).map(|at| row.try_get(at)).collect::<Result<_, _>>()?;
    Ok((run.steps[0], locator))
}

fn surprise(step: &Step, rows: usize) -> Error {
    let what = match (step.operation, rows) {
        (Operation::Insert, 0) => "a row with this key has appeared since the review".to_owned(),
        (Operation::Delete, 0) => "it changed since the review, or another row points to it now".to_owned(),
        (Operation::Update, 0) => "it changed since the review".to_owned(),
        (_, rows) => format!("the statement met {rows} rows instead of one"),
    };
    Error::stale(format!("{what}; everything was rolled back")).object(name(step)).hint("review again")
}
