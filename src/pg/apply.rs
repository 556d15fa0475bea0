//! Runs one plan in one transaction: lock, compare with what was reviewed, write, verify, keep the
//! images, commit. Any surprise rolls everything back and names the row.

mod again;
mod counts;
mod deferred;
mod execute;
mod explain;
mod ground;
mod moves;
mod park;
mod rebuilt;
mod refused;
mod reviewed;
mod scope;
mod settle;
mod together;
mod triggers;
mod verify;

use tokio_postgres::error::SqlState;

use self::{
    again::settled,
    execute::{Executed, execute},
    ground::ground,
    reviewed::reviewed_rows,
    scope::deletes_in_scope,
    triggers::{Watch, with_triggers},
};
use super::{
    connect::{Connection, Transaction},
    identity::same_database,
    query,
    sync::Known,
};
use crate::core::{
    error::{Code, Error, Result},
    guard::Permit,
    settings::{self, REFUSED},
    sync::{
        fires::TriggersDid,
        plan::{Plan, Step},
        reach,
        row::Row,
        schedule::schedule,
        set::Sets,
        shape::{Role, Shape},
        sql,
        undo::{Image, Images, hinted},
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
    /// What the project declares: a plan does nothing beyond it.
    pub sets: &'a Sets,
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
    /// Which triggers that may have been, and what they wrote besides.
    pub triggers: TriggersDid,
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
    if *permit.digest() != plan.digest || *permit.environment() != plan.to || !plan.is_sealed() {
        return Err(Error::refused("the permit is for another plan").env(&plan.to).hint("review and confirm again"));
    }
    let tx = connection.begin_write().await?;
    let written = write(&tx, order).await.map_err(|error| hinted(plan, error).env(&plan.to))?;
    if order.dry_run {
        tx.rollback().await?;
        return Ok(Ended::DryRun(written));
    }
    (order.keep)(&written)?;
    // Last, because a sequence does not roll back.
    for (shape, column, sequence) in plan.numbered() {
        let advance = sql::advance(shape, column, sequence);
        let advanced = query::rows(&tx, &advance.text(), &advance.parameters()).await;
        advanced.map_err(|error| rolled_back(error).object(sequence).env(&plan.to))?;
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

/// Asks the server what became of the transaction `xid` in `database`, where it is known which one that was.
///
/// # Errors
/// `Refused` where this is another database: its transactions have the same numbers.
pub async fn settle(connection: &mut Connection, xid: &str, database: Option<&str>) -> Result<Settled> {
    let tx = connection.begin_read().await?;
    if let Some(database) = database {
        same_database(&tx, database).await?;
    }
    let standby = query::scalar(&tx, "SELECT pg_is_in_recovery()::text", &[]).await?.as_deref() != Some("false");
    let asked = query::try_rows(&tx, "SELECT pg_xact_status($1::xid8)", &[Some(xid)]).await;
    let settled = match asked {
        // "In the future": a crash took the number with it before anything of the transaction was in the server's log,
        // where its COMMIT would have been. A standby may only be behind.
        Err(error) if error.code() == Some(&SqlState::INVALID_PARAMETER_VALUE) => {
            if standby {
                Settled::Unknown
            } else {
                Settled::Aborted
            }
        }
        asked => match query::answer(&tx, asked).await?.first().map(|row| row.try_get::<_, Option<&str>>(0)) {
            Some(Ok(Some("committed"))) => Settled::Committed,
            Some(Ok(Some("aborted"))) => Settled::Aborted,
            _ => Settled::Unknown,
        },
    };
    tx.rollback().await?;
    Ok(settled)
}

async fn write(tx: &Transaction<'_>, order: &Order<'_>) -> Result<Written> {
    same_database(tx, &order.plan.database).await?;
    let (ready, locked) = futures_util::join!(writable(tx), lock(tx));
    ready?;
    locked?;
    let xid = query::scalar(tx, "SELECT pg_current_xact_id()::text", &[]);
    let (xid, catalog) = tokio::try_join!(xid, ground(tx, order.plan, order.sets))?;
    let xid = xid.unwrap_or_default();
    let plan = &with_triggers(order.plan, &catalog)?;
    let order = &Order { plan, ..*order };
    let known = Known::of(plan);
    let before = reviewed_rows(tx, plan, &known).await?;
    deletes_in_scope(tx, plan, &known).await?;
    let schedule = schedule(plan)?;
    let constraints = schedule.deferred.clone();
    deferred::defer(tx, &constraints).await?;
    let watch = Watch::begin(tx, plan).await?;
    // The target's own triggers, defaults and constraints run under the path that they were written for.
    let (path, executed) = futures_util::join!(own_path(tx), execute(tx, order, schedule, watch));
    path?;
    let Executed { runs, locators, mut watch } = executed?;
    deferred::check(tx, plan, &constraints, &locators).await?;
    query::rows(tx, EMPTY_PATH, &[]).await?;
    let (after, rewrote) = settled(tx, &mut watch, &runs, &locators, &known).await?;
    let mut by_step = vec![Vec::new(); plan.steps.len()];
    for one in &rewrote {
        by_step[one.at].push(one.column.clone());
    }
    let rewrote = rewrote.iter().map(|one| format!("{} {}", name(&plan.steps[one.at]), one.column)).collect();
    deferred::nothing_left(tx, plan, &watch.fired(&runs)).await?;
    let triggers = watch.did(tx, &catalog, &runs, &after).await?;
    reach::check(&triggers, plan, order.sets)?;
    let images = plan.steps.iter().enumerate().map(|(at, step)| {
        let shape = plan.shape(&step.table)?;
        Ok(Images {
            before: before[at].as_ref().map(|row| image(shape, row)),
            after: after[at].as_ref().map(|row| image(shape, row)),
            rewrote: std::mem::take(&mut by_step[at]),
        })
    });
    Ok(Written { images: images.collect::<Result<_>>()?, xid, rewrote, triggers })
}

/// Refuses a session in which nothing can be written, or not as it was reviewed.
///
/// # Errors
/// `Refused`, with what to do.
async fn writable(tx: &Transaction<'_>) -> Result<()> {
    let settings: Vec<_> = REFUSED.iter().map(|setting| format!("current_setting('{}', true)", setting.name)).collect();
    let text =
        format!("SELECT pg_is_in_recovery()::text, current_setting('transaction_read_only'), {}", settings.join(", "));
    let mut answer: Vec<Option<String>> = Vec::new();
    query::for_each(tx, &text, &[], |fields| answer = fields.iter().map(|field| field.map(str::to_owned)).collect())
        .await?;
    let is = |at: usize, value: &str| answer.get(at).and_then(Option::as_deref) == Some(value);
    if is(0, "true") {
        return Err(Error::refused("the server is a standby, so nothing can be written")
            .hint("give the environment the primary's address"));
    }
    if is(1, "on") {
        return Err(Error::refused("the target is read-only for this role (default_transaction_read_only)")
            .hint("let another role apply, or set it off for this role or database"));
    }
    match REFUSED.iter().enumerate().find(|(at, setting)| is(at + 2, setting.value)) {
        Some((_, setting)) => Err(setting.error()),
        None => Ok(()),
    }
}

/// The path under which pgdeck reads.
const EMPTY_PATH: &str = "SET LOCAL search_path = ''";

/// Puts the role's own search path behind `pg_catalog`, for what the target runs of itself.
async fn own_path(tx: &Transaction<'_>) -> Result<()> {
    let path = settings::own_path("s.reset_val");
    let text = format!("SELECT {path} FROM pg_catalog.pg_settings AS s WHERE s.name = 'search_path'");
    query::rows(tx, &text, &[]).await.map(drop)
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
    error.in_transaction()
}
