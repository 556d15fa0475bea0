//! Statements in order: batches by one statement, others one after the other.

use std::{collections::BTreeSet, sync::Arc};

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio_postgres::types::{ToSql, Type};

use super::{
    EMPTY_PATH, Order, explain::explain, moves, name, own_path, refused::refused_step, rolled_back, settle::Piece,
    together::together, triggers::Watch,
};
use crate::{
    core::{
        error::{Code, Error, Result},
        sync::{
            batch::{self, Part},
            moves::Contest,
            plan::{Operation, Plan, Step},
            row::Value,
            schedule::{Places, Run, Schedule},
        },
    },
    pg::{connect::Transaction, query, sync::Sent},
};

/// Statements that are under way at once; their order is kept.
const PIPELINE: usize = 64;

/// A step, and the locator of its row.
pub(super) type Located = (usize, Vec<Value>);

/// What has run.
pub(super) struct Executed<'a> {
    pub(super) runs: Vec<Run>,
    /// Of each step's row.
    pub(super) locators: Vec<Vec<Value>>,
    pub(super) watch: Watch<'a>,
}

/// Runs all statements in order.
pub(super) async fn execute<'a>(
    tx: &Transaction<'_>,
    order: &'a Order<'a>,
    schedule: Schedule,
    watch: Watch<'a>,
) -> Result<Executed<'a>> {
    let plan = order.plan;
    let parts = batch::parts(plan, &schedule.runs, order.batch);
    let mut work = Work::new(order, schedule, watch);
    // What did not go in one piece once would not do so the next time.
    let mut not_together = BTreeSet::new();
    for part in parts {
        let (Part::Singly(range) | Part::Together(range)) = part.clone();
        let range: Vec<usize> = range.filter(|at| !work.done[*at]).collect();
        let Some(first) = range.first().map(|at| &plan.steps[work.runs[*at].steps[0]]) else { continue };
        let kind = (&first.table, first.operation);
        if matches!(part, Part::Together(_)) && !not_together.contains(&kind) {
            let mark = work.watch.mark(tx).await?;
            let runs: Vec<_> = range.iter().map(|at| &work.runs[*at]).collect();
            if let Some(found) = together(tx, plan, &runs).await? {
                work.take(&range, found);
                continue;
            }
            work.watch.taken_back(tx, mark).await?;
            not_together.insert(kind);
        }
        if range.iter().any(|at| work.runs[*at].moves) {
            Box::pin(moves::run(tx, &mut work, range)).await?;
        } else if work.watch.is_on() {
            traced(tx, &mut work, &range).await?;
        } else {
            singly(tx, &mut work, &range).await?;
        }
    }
    Ok(Executed { runs: work.runs, locators: work.locators, watch: work.watch })
}

/// What is to run, and what has run.
pub(super) struct Work<'a> {
    pub order: &'a Order<'a>,
    pub watch: Watch<'a>,
    pub runs: Vec<Run>,
    pub contests: Arc<[Contest]>,
    /// The run that carries out each step.
    pub run_of: Vec<usize>,
    /// Where rows wait.
    pub places: Places,
    /// Columns of rows that wait there, and are not to wait elsewhere for now.
    pub waited: BTreeSet<Piece>,
    /// Columns of rows that hold already what they are to hold.
    pub settled: BTreeSet<Piece>,
    /// By the places of runs.
    pub done: Vec<bool>,
    finished: usize,
    locators: Vec<Vec<Value>>,
}

impl<'a> Work<'a> {
    fn new(order: &'a Order<'a>, schedule: Schedule, watch: Watch<'a>) -> Self {
        let Schedule { mut runs, contests, .. } = schedule;
        watch.release(&mut runs);
        let mut run_of = vec![0; order.plan.steps.len()];
        for (at, run) in runs.iter().enumerate() {
            for step in &run.steps {
                run_of[*step] = at;
            }
        }
        Work {
            order,
            watch,
            run_of,
            finished: 0,
            done: vec![false; runs.len()],
            runs,
            contests: contests.into(),
            places: Places::new(),
            waited: BTreeSet::new(),
            settled: BTreeSet::new(),
            locators: vec![Vec::new(); order.plan.steps.len()],
        }
    }

    /// Notes that `runs` have written the rows `found`.
    pub fn take(&mut self, runs: &[usize], found: Vec<Located>) {
        for (step, locator) in found {
            self.locators[step] = locator;
        }
        for at in runs {
            self.done[*at] = true;
        }
        self.finished += runs.len();
        (self.order.progress)(self.finished, self.runs.len());
    }

    /// Lets rows that wait do so elsewhere: something has gone on since they were told to.
    pub fn wait_again(&mut self) {
        self.waited.clear();
    }
}

async fn singly(tx: &Transaction<'_>, work: &mut Work<'_>, runs: &[usize]) -> Result<()> {
    // Collected first: a closure inside the stream would not be general enough over lifetimes to be spawned.
    let copies: Vec<Run> = runs.iter().map(|at| work.runs[*at].clone()).collect();
    let mut at = 0;
    for copies in side_by_side(&copies) {
        let statements: Vec<_> = copies.iter().map(|run| one(tx, work.order.plan, run)).collect();
        let mut results = stream::iter(statements).buffered(PIPELINE);
        while let Some(found) = results.try_next().await.map_err(|failed| failed.error)? {
            work.take(&runs[at..=at], found);
            at += 1;
        }
    }
    Ok(())
}

/// The same where triggers take part: what meets no row is tried again, statement by statement, to see why.
async fn traced(tx: &Transaction<'_>, work: &mut Work<'_>, runs: &[usize]) -> Result<()> {
    let mark = work.watch.mark(tx).await?;
    query::rows(tx, "SAVEPOINT traced", &[]).await.map_err(rolled_back)?;
    let copies: Vec<Run> = runs.iter().map(|at| work.runs[*at].clone()).collect();
    match in_order(tx, work.order.plan, &copies).await {
        Ok(found) => work.take(runs, found),
        Err((_, failed)) if failed.error.code == Code::Stale => {
            query::rows(tx, "ROLLBACK TO SAVEPOINT traced", &[]).await.map_err(rolled_back)?;
            work.watch.taken_back(tx, mark).await?;
            for &at in runs {
                let found = explained(tx, work, at, &[]).await?;
                work.take(&[at], found);
            }
        }
        Err((_, failed)) => return Err(failed.error),
    }
    query::rows(tx, "RELEASE SAVEPOINT traced", &[]).await.map_err(rolled_back)?;
    Ok(())
}

/// Runs the run at `at`, after those at `before` and what is done; says why where it meets no row although the row is as
/// it was reviewed.
pub(super) async fn explained(
    tx: &Transaction<'_>,
    work: &Work<'_>,
    at: usize,
    before: &[usize],
) -> Result<Vec<Located>> {
    let (plan, run) = (work.order.plan, &work.runs[at]);
    match one(tx, plan, run).await {
        Ok(found) => Ok(found),
        Err(failed) if failed.error.code == Code::Stale && work.watch.is_on() => {
            let done = (0..work.runs.len()).filter(|other| work.done[*other]);
            let ran = done.chain(before.iter().copied()).chain([at]).map(|at| &work.runs[at]);
            query::rows(tx, EMPTY_PATH, &[]).await.map_err(rolled_back)?;
            let found = explain(tx, plan, run, &work.watch.fired(ran), failed.error).await?;
            own_path(tx).await.map_err(rolled_back)?;
            Ok(found)
        }
        Err(failed) => Err(failed.error),
    }
}

/// Runs `runs` one after the other; where one fails, its place among them and why.
pub(super) async fn in_order(tx: &Transaction<'_>, plan: &Plan, runs: &[Run]) -> Result<Vec<Located>, (usize, Failed)> {
    let mut out = Vec::with_capacity(runs.len());
    let mut at = 0;
    for runs in side_by_side(runs) {
        let statements: Vec<_> = runs.iter().map(|run| one(tx, plan, run)).collect();
        let mut results = stream::iter(statements).buffered(PIPELINE);
        while let Some(found) = results.next().await {
            out.extend(found.map_err(|failed| (at, failed))?);
            at += 1;
        }
    }
    Ok(out)
}

/// `runs` in parts that may be under way at once. A large value travels ahead of its statement, and what comes after that
/// must not overtake it.
fn side_by_side(runs: &[Run]) -> impl Iterator<Item = &[Run]> {
    runs.chunk_by(|one, next| one.statement.large().is_empty() && next.statement.large().is_empty())
}

/// Why a statement failed.
#[derive(Debug)]
pub(super) struct Failed {
    pub error: Error,
    /// The SQLSTATE; empty where the server refused nothing.
    pub state: String,
    /// The constraint that refused it.
    pub constraint: String,
    /// What the server says of the values.
    pub detail: String,
}

impl From<Error> for Failed {
    fn from(error: Error) -> Self {
        Failed { error, state: String::new(), constraint: String::new(), detail: String::new() }
    }
}

/// Runs one statement and returns the locator of each of its steps' rows.
async fn one(tx: &Transaction<'_>, plan: &Plan, run: &Run) -> Result<Vec<Located>, Failed> {
    let first = &plan.steps[run.steps[0]];
    let sent = Sent::ahead(tx, &run.statement).await?;
    let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
        sent.parameters.iter().map(|value| (value as &(dyn ToSql + Sync), Type::TEXT)).collect();
    let rows = match tx.client().query_typed(&sent.text, &parameters).await {
        Ok(rows) => rows,
        Err(error) => {
            let answer = error.as_db_error();
            return Err(Failed {
                state: answer.map(|answer| answer.code().code().to_owned()).unwrap_or_default(),
                constraint: answer.and_then(|answer| answer.constraint()).unwrap_or_default().to_owned(),
                detail: answer.and_then(|answer| answer.detail()).unwrap_or_default().to_owned(),
                error: refused_step(tx, plan, first, &error).await,
            });
        }
    };
    sent.done(tx).await?;
    let found: Result<Vec<_>, _> = rows.iter().map(|row| located(run, row)).collect();
    let found = found.map_err(|error| tx.describe(&error))?;
    let missing = run.steps.iter().find(|at| found.iter().filter(|(step, _)| step == *at).count() != 1);
    match missing {
        None if found.len() == run.steps.len() => Ok(found),
        Some(at) if run.numbered => Err(surprise(&plan.steps[*at], 0).into()),
        _ => Err(surprise(first, rows.len()).into()),
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
        (_, rows) => format!("the statement affected {rows} rows, expected 1"),
    };
    Error::stale(what).all_rolled_back().object(name(step)).hint("review again")
}
