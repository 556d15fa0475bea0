//! Runs one plan in one transaction: lock, compare with what was reviewed, write, verify, keep the
//! images, commit. Any surprise rolls everything back and names the row.

use std::collections::{BTreeMap, HashMap};

use futures_util::{StreamExt, TryStreamExt, stream};
use tokio_postgres::types::{ToSql, Type};

use super::{
    connect::{Connection, Transaction},
    query, sync,
};
use crate::core::{
    error::{Code, Error, Result},
    guard::Permit,
    sync::{
        diff::{Pair, is_exact},
        park::{self, Run},
        plan::{Assignment, NewValue, Operation, Plan, Step},
        row::{Key, Row, Value},
        shape::{Role, Shape},
        sql,
        undo::{Image, Images},
    },
};

/// The advisory lock that keeps two applies to one database apart: the bytes of `pgdeck`.
const LOCK: &str = "123589368308587";

/// Statements that are under way at once; their order is kept.
const PIPELINE: usize = 64;

/// What an apply is told, and whom it tells.
pub struct Order<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Leave to run it.
    pub permit: &'a Permit,
    /// Do everything, then roll back.
    pub dry_run: bool,
    /// Hears how many statements of how many are done.
    pub progress: &'a (dyn Fn(usize, usize) + Send + Sync),
    /// Keeps the images on disk. Called after verification and before COMMIT, never in a dry run.
    pub keep: &'a (dyn Fn(&Written) -> Result<()> + Send + Sync),
}

/// What was written, before it is committed.
#[derive(Debug, Clone)]
pub struct Written {
    /// One per step.
    pub images: Vec<Images>,
    /// The transaction's id.
    pub xid: String,
    /// Values that a trigger of the target replaced: (row, column).
    pub rewrote: Vec<String>,
}

/// How a transaction ended.
#[derive(Debug)]
pub enum Ended {
    /// It is there.
    Committed(Written),
    /// It would have been.
    DryRun(Written),
    /// COMMIT was sent and its answer never came; the server has to be asked.
    Lost(Written, Error),
}

/// Runs the plan on `connection`.
///
/// # Errors
/// `Stale` where a row is not as it was reviewed; `RolledBack` where the server refused something;
/// `Refused` where another apply holds the lock. Nothing is kept in any of these cases.
pub async fn run(connection: &mut Connection, order: &Order<'_>) -> Result<Ended> {
    let Order { plan, permit, .. } = order;
    if permit.digest() != plan.digest || permit.environment() != plan.to || !plan.is_sealed() {
        return Err(Error::refused("the permit is for another plan").env(&plan.to).hint("review and confirm again"));
    }
    let tx = connection.begin_write().await?;
    let written = write(&tx, order).await.map_err(|error| error.env(&plan.to))?;
    if order.dry_run {
        tx.rollback().await?;
        return Ok(Ended::DryRun(written));
    }
    (order.keep)(&written)?;
    // Last, because a sequence does not roll back.
    for (shape, column) in plan.numbered() {
        let advance = sql::advance(shape, column);
        let advanced = query::rows(&tx, &advance.text(), &advance.parameters()).await;
        advanced.map_err(|error| rolled_back(error).object(&shape.table).env(&plan.to))?;
    }
    match tx.commit().await {
        Ok(()) => Ok(Ended::Committed(written)),
        Err(error) if error.code == Code::Connect => Ok(Ended::Lost(written, error)),
        Err(error) => Err(Error { code: Code::RolledBack, ..error }),
    }
}

/// What became of a transaction whose COMMIT was not answered (`pg_xact_status`, manual 9.27).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It is there.
    Committed,
    /// It is not.
    Aborted,
    /// The server still has it open, or no longer knows.
    Unknown,
}

/// Asks the server what became of the transaction `xid`.
pub async fn settle(connection: &mut Connection, xid: &str) -> Result<Settled> {
    let tx = connection.begin_read().await?;
    let status = query::scalar(&tx, "SELECT pg_xact_status($1::xid8)", &[Some(xid)]).await?;
    tx.rollback().await?;
    Ok(match status.as_deref() {
        Some("committed") => Settled::Committed,
        Some("aborted") => Settled::Aborted,
        _ => Settled::Unknown,
    })
}

async fn write(tx: &Transaction<'_>, order: &Order<'_>) -> Result<Written> {
    let plan = order.plan;
    lock(tx).await?;
    let xid = query::scalar(tx, "SELECT pg_current_xact_id()::text", &[]).await?.unwrap_or_default();
    let before = reviewed_rows(tx, plan).await?;
    let runs = park::statements(plan)?;
    let locators = execute(tx, plan, &runs, order.progress).await?;
    query::rows(tx, "SET CONSTRAINTS ALL IMMEDIATE", &[]).await.map_err(rolled_back)?;
    let after = written_rows(tx, plan, &locators).await?;
    let rewrote = verify(tx, plan, &after).await?;
    let images = plan.steps.iter().enumerate().map(|(at, step)| {
        let shape = plan.shape(&step.table)?;
        Ok(Images {
            before: before[at].as_ref().map(|row| image(shape, row)),
            after: after[at].as_ref().map(|row| image(shape, row)),
        })
    });
    Ok(Written { images: images.collect::<Result<_>>()?, xid, rewrote })
}

async fn lock(tx: &Transaction<'_>) -> Result<()> {
    let got = query::scalar(tx, "SELECT pg_try_advisory_xact_lock($1::bigint)::text", &[Some(LOCK)]).await?;
    if got.as_deref() == Some("true") {
        return Ok(());
    }
    Err(Error::refused("another apply is running here").hint("wait for it to end, then review again"))
}

/// Locks every row that the plan changes, and refuses to go on if one is not as it was reviewed.
async fn reviewed_rows(tx: &Transaction<'_>, plan: &Plan) -> Result<Vec<Option<Row>>> {
    let mut rows: Vec<Option<Row>> = vec![None; plan.steps.len()];
    let mut stale = Vec::new();
    for shape in &plan.shapes {
        let steps: Vec<_> = existing(plan, shape).collect();
        if steps.is_empty() {
            continue;
        }
        let locators: Vec<_> = steps.iter().map(|(_, step)| step.locator.clone()).collect();
        let mut found = sync::located(tx, shape, &locators, true).await?;
        for (at, step) in steps {
            match found.remove(&step.locator) {
                Some(row) => {
                    stale.extend(changes(shape, step, &row));
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
            Err(Error::stale(format!("changed since the review: {what}{more}; nothing was written"))
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

/// A row as errors name it.
fn name(step: &Step) -> String {
    format!("{} {}", step.table, step.key.display())
}

/// Runs all statements in order and returns the locator of each step's row.
async fn execute(
    tx: &Transaction<'_>,
    plan: &Plan,
    runs: &[Run],
    progress: &(dyn Fn(usize, usize) + Send + Sync),
) -> Result<Vec<Vec<Value>>> {
    let mut locators = vec![Vec::new(); plan.steps.len()];
    let mut done = 0;
    // Collected first: a closure inside the stream would not be general enough over lifetimes to be spawned.
    let statements: Vec<_> = runs.iter().map(|run| one(tx, plan, run)).collect();
    let mut results = stream::iter(statements).buffered(PIPELINE);
    while let Some(found) = results.try_next().await? {
        for (step, locator) in found {
            locators[step] = locator;
        }
        done += 1;
        progress(done, runs.len());
    }
    Ok(locators)
}

/// Runs one statement and returns the locator of each of its steps' rows.
async fn one(tx: &Transaction<'_>, plan: &Plan, run: &Run) -> Result<Vec<(usize, Vec<Value>)>> {
    let first = &plan.steps[run.steps[0]];
    let (text, values) = (run.statement.text(), run.statement.parameters());
    let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
        values.iter().map(|value| (value as &(dyn ToSql + Sync), Type::TEXT)).collect();
    let rows = tx
        .client()
        .query_typed(&text, &parameters)
        .await
        .map_err(|error| Error { object: Some(name(first)), ..rolled_back(tx.describe(&error)) })?;
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

/// An error on the way means that nothing was kept.
fn rolled_back(error: Error) -> Error {
    match error.code {
        Code::Usage => Error { code: Code::RolledBack, ..error },
        _ => error,
    }
}

async fn written_rows(tx: &Transaction<'_>, plan: &Plan, locators: &[Vec<Value>]) -> Result<Vec<Option<Row>>> {
    let mut by_table: BTreeMap<_, Vec<usize>> = BTreeMap::new();
    for (at, step) in plan.steps.iter().enumerate().filter(|(_, step)| step.operation != Operation::Delete) {
        by_table.entry(&step.table).or_default().push(at);
    }
    let mut rows = vec![None; plan.steps.len()];
    for (table, steps) in by_table {
        let wanted: Vec<_> = steps.iter().map(|at| locators[*at].clone()).collect();
        let mut found: HashMap<_, _> = sync::located(tx, plan.shape(table)?, &wanted, false).await?;
        for at in steps {
            rows[at] = found.remove(&locators[at]);
        }
    }
    Ok(rows)
}

/// Compares what the target holds now with what the steps said. Returns what the target's triggers rewrote.
async fn verify(tx: &Transaction<'_>, plan: &Plan, after: &[Option<Row>]) -> Result<Vec<String>> {
    let mut pairs = Vec::new();
    let mut differ = Vec::new();
    for (step, row) in plan.steps.iter().zip(after).filter(|(step, _)| step.operation != Operation::Delete) {
        let shape = plan.shape(&step.table)?;
        let row = row.as_ref().ok_or_else(|| {
            Error::rolled_back("the row is not there after it was written; everything was rolled back")
                .object(name(step))
        })?;
        for assignment in &step.set {
            let (column, value) = match (&assignment.value, assignment.columns.as_slice()) {
                (NewValue::Parent(key), _) => {
                    points_to(shape, step, assignment, key, row)?;
                    continue;
                }
                (NewValue::Value(value), [column]) => (column, value.as_deref()),
                // The columns of a foreign key without a parent.
                (NewValue::Value(_), _) => continue,
            };
            let found = row.value(shape, column);
            if found == value {
                continue;
            }
            let cast = shape.column(column).map_or("text", |column| &column.cast);
            if let (Some(old), Some(new), false) = (found, value, is_exact(cast)) {
                let at = (differ.len(), 0, 0);
                pairs.push(Pair { at, cast: cast.to_owned(), old: old.to_owned(), new: new.to_owned() });
            }
            differ.push(Some((shape, step, column, found)));
        }
    }
    // `2.5` in a numeric(8,2) reads `2.50`, and is what was written.
    for (at, ..) in sync::equal(tx, &pairs).await? {
        differ[at] = None;
    }
    let mut rewrote = Vec::new();
    for (shape, step, column, found) in differ.into_iter().flatten() {
        if shape.triggers.is_empty() {
            let found = found.map_or("NULL".to_owned(), |text| format!("`{text}`"));
            let message = format!("`{column}` holds {found} after it was written; everything was rolled back");
            let hint = "compare the column's type in both environments";
            return Err(Error::rolled_back(message).object(name(step)).hint(hint));
        }
        rewrote.push(format!("{} {column}", name(step)));
    }
    Ok(rewrote)
}

/// Refuses a row that does not point to the parent that was reviewed.
fn points_to(shape: &Shape, step: &Step, assignment: &Assignment, key: &Key, row: &Row) -> Result<()> {
    let at = shape.references.iter().position(|reference| reference.columns == assignment.columns);
    let Some(at) = at.filter(|at| row.references[*at].as_ref() != Some(key)) else { return Ok(()) };
    let reference = &shape.references[at];
    Err(Error::stale(format!(
        "`{}` does not lead to {} `{}`, which was renamed or removed since the review; everything was rolled back",
        reference.label(),
        reference.table,
        key.display()
    ))
    .object(name(step))
    .hint("review again"))
}

fn image(shape: &Shape, row: &Row) -> Image {
    let columns = shape.columns.iter().zip(&row.columns).filter(|(column, _)| column.role != Role::Generated);
    columns.map(|(column, value)| (column.name.clone(), value.clone())).collect()
}
