//! Runs one plan in one transaction: lock, compare with what was reviewed, write, verify, keep the
//! images, commit. Any surprise rolls everything back and names the row.

mod deferred;
mod execute;
mod moves;
mod park;
mod reviewed;
mod together;
mod verify;

use self::{
    execute::execute,
    reviewed::reviewed_rows,
    verify::{verify, written_rows},
};
use super::{
    connect::{Connection, Transaction},
    query,
};
use crate::core::{
    error::{Code, Error, Result},
    guard::Permit,
    sync::{
        plan::{Plan, Step},
        row::Row,
        schedule::schedule,
        shape::{Role, Shape},
        sql,
        undo::{Image, Images},
    },
};

/// The advisory lock that keeps two applies to one database apart: the bytes of `pgdeck`.
const LOCK: &str = "123589368308587";

/// What an apply is told, and whom it tells.
pub struct Order<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Leave to run it.
    pub permit: &'a Permit,
    /// Do everything, then roll back.
    pub dry_run: bool,
    /// From how many alike rows on they are written by one statement; [`core::sync::batch::LEAST`] unless there is a
    /// reason.
    ///
    /// [`core::sync::batch::LEAST`]: crate::core::sync::batch::LEAST
    pub batch: usize,
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
    let schedule = schedule(plan)?;
    let constraints = schedule.deferred.clone();
    deferred::defer(tx, &constraints).await?;
    let locators = execute(tx, order, schedule).await?;
    deferred::check(tx, plan, &constraints, &locators).await?;
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

/// Keeps another run of pgdeck on this database out until the transaction ends.
///
/// # Errors
/// `Refused` where one is under way.
pub(in crate::pg) async fn lock(tx: &Transaction<'_>) -> Result<()> {
    let got = query::scalar(tx, "SELECT pg_try_advisory_xact_lock($1::bigint)::text", &[Some(LOCK)]).await?;
    if got.as_deref() == Some("true") {
        return Ok(());
    }
    Err(Error::refused("another apply is running here").hint("wait for it to end, then review again"))
}

/// Keeps them out, after [`lock`], for as long as the session lasts or until it is cleared: for what runs outside of a
/// transaction. Behind a pooler no session is ours, and nothing is held.
pub(in crate::pg) async fn hold(tx: &Transaction<'_>) -> Result<()> {
    if tx.connection().pooled() {
        return Ok(());
    }
    let got = query::scalar(tx, "SELECT pg_try_advisory_lock($1::bigint)::text", &[Some(LOCK)]).await?;
    if got.as_deref() == Some("true") {
        return Ok(());
    }
    Err(Error::refused("another apply is running here").hint("wait for it to end, then review again"))
}

fn image(shape: &Shape, row: &Row) -> Image {
    let columns = shape.columns.iter().zip(&row.columns).filter(|(column, _)| column.role != Role::Generated);
    columns.map(|(column, value)| (column.name.clone(), value.clone())).collect()
}

/// A row as errors name it.
fn name(step: &Step) -> String {
    format!("{} {}", step.table, step.key.display())
}

/// An error on the way means that nothing was kept.
fn rolled_back(error: Error) -> Error {
    match error.code {
        Code::Usage => Error { code: Code::RolledBack, ..error },
        _ => error,
    }
}
