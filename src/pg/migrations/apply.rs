//! Runs the files of a plan and records each: one transaction for a file and its record where the file allows it.
//!
//! Before each file the histories are read again, under locks that keep other runs and other tools from writing them
//! meanwhile: where they are not as they were reviewed, nothing more is run.

mod outside;

use std::time::{Duration, Instant};

use super::run::{Failed, run};
use crate::{
    core::{
        error::{Code, Error, Result},
        guard::Permit,
        migrations::{
            history::Histories,
            plan::{How, Known, Plan, Step},
            record::{Ran, Write},
            state::{Status, relevant, state},
            statements::Statement,
            transaction::Mode,
        },
    },
    pg::{
        apply::lock,
        connect::{Connection, Transaction},
        identity::same_database,
        query,
    },
};

/// Before a file: the search path that the role, the database or the server have set. All our own statements run under
/// the one that the transaction began with.
const ROLE_PATH: &str = "SET LOCAL search_path TO DEFAULT";
/// After a file: what it put off is checked under its own path, then whatever it has set is taken back.
const FILE_ENDS: &str =
    "CLOSE ALL; SET CONSTRAINTS ALL IMMEDIATE; RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; DISCARD TEMP; ";

/// What a run is told, and whom it tells.
pub struct Order<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// Leave to run it.
    pub permit: &'a Permit,
    /// Do everything that one transaction can hold, then roll back.
    pub dry_run: bool,
    /// Hears before each statement which file and which of its statements it is, and may stop there.
    pub go_on: &'a (dyn Fn(&Step, usize) -> Result<()> + Send + Sync),
    /// Puts on disk what is about to be kept: before the COMMIT of a file, with its transaction's id, and before the
    /// first statement of a file that runs outside of a transaction, without one. Never called in a dry run.
    pub keep: &'a (dyn Fn(&Step, Option<&str>) -> Result<()> + Send + Sync),
}

/// A file that ran, whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Done {
    /// Which step of the plan it was.
    pub step: usize,
    /// How long its statements took.
    pub took: Duration,
}

/// How a run ended.
#[derive(Debug)]
pub enum Ended {
    /// All files are there; in a dry run, all up to the first that cannot be tried.
    Whole,
    /// The file after those that are done failed.
    Failed {
        /// Why.
        error: Error,
        /// What is left of it.
        left: Left,
    },
    /// COMMIT was sent for the file after those that are done, and its answer never came.
    Lost {
        /// The transaction's id.
        xid: String,
        /// Why.
        error: Error,
    },
}

/// What is left of a file that failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// It was rolled back.
    Nothing,
    /// So many of its statements ran outside of a transaction and stay; the one after them may have left a part.
    Done(usize),
    /// A statement of it ended the transaction that was put around it.
    Unclear,
}

/// What a run did.
#[derive(Debug)]
pub struct Outcome {
    /// The files that ran and were recorded, in order.
    pub done: Vec<Done>,
    /// How it ended.
    pub ended: Ended,
}

/// Runs the plan on `connection`.
///
/// # Errors
/// `Refused` for another plan's permit. Whatever happens later is in the [`Outcome`].
pub async fn apply(connection: &mut Connection, order: &Order<'_>) -> Result<Outcome> {
    let Order { plan, permit, .. } = order;
    if *permit.digest() != plan.digest || *permit.environment() != plan.environment {
        return Err(Error::refused("the permit is for another plan").env(&plan.environment).hint("confirm again"));
    }
    let mut runner = Runner { order, print: None, sure: false, done: Vec::new() };
    let ended = if order.dry_run { runner.dry(connection).await } else { runner.real(connection).await };
    Ok(Outcome { done: runner.done, ended })
}

struct Runner<'a> {
    order: &'a Order<'a>,
    /// The fingerprint of the history as this run left it; none before it was looked at.
    print: Option<String>,
    /// Whether a record of this run was read back as applied.
    sure: bool,
    done: Vec<Done>,
}

/// What keeps a file from being kept.
struct Stop {
    error: Error,
    left: Left,
    /// Whether only a dry run cannot do it.
    early: bool,
}

impl From<Error> for Stop {
    fn from(error: Error) -> Self {
        Stop { error: error.in_transaction(), left: Left::Nothing, early: false }
    }
}

impl From<Failed> for Stop {
    fn from(failed: Failed) -> Self {
        Stop { error: failed.error.in_transaction(), left: Left::Nothing, early: failed.early }
    }
}

impl Runner<'_> {
    async fn real(&mut self, connection: &mut Connection) -> Ended {
        let plan = self.order.plan;
        for (at, step) in plan.steps.iter().enumerate() {
            let began = Instant::now();
            let ended = match &step.how {
                How::Run(Mode::Outside, list) => self.outside(connection, step, list).await,
                How::Run(Mode::Inside, list) => self.inside(connection, step, list).await,
                How::Record => self.inside(connection, step, &[]).await,
            };
            match ended {
                Ok(None) => self.done.push(Done { step: at, took: began.elapsed() }),
                Ok(Some(lost)) => return lost,
                Err(stop) => return Ended::Failed { error: stop.error, left: stop.left },
            }
        }
        Ended::Whole
    }

    /// A file and its record in one transaction. `Some` where nobody knows whether it was committed.
    async fn inside(
        &mut self,
        connection: &mut Connection,
        step: &Step,
        list: &[Statement],
    ) -> Result<Option<Ended>, Stop> {
        let tx = connection.begin_write().await?;
        self.ready(&tx).await?;
        let began = Instant::now();
        self.statements(&tx, step, list).await?;
        self.record(&tx, step, began.elapsed(), false).await?;
        let xid = xid(&tx).await?;
        (self.order.keep)(step, Some(&xid))?;
        match tx.commit().await {
            Ok(()) => {}
            Err(error) if error.code == Code::Connect => return Ok(Some(Ended::Lost { xid, error })),
            Err(error) => return Err(error.at(&step.file.path).into()),
        }
        tidy(connection).await;
        Ok(None)
    }

    /// Everything in one transaction, and back again.
    async fn dry(&mut self, connection: &mut Connection) -> Ended {
        let ended = self.tried(connection).await;
        match ended {
            Ok(()) => Ended::Whole,
            // With nothing tried before it, it is in its own way, and would be in the run.
            Err(stop) if stop.early && !self.done.is_empty() => Ended::Whole,
            Err(stop) => Ended::Failed { error: stop.error, left: stop.left },
        }
    }

    async fn tried(&mut self, connection: &mut Connection) -> Result<(), Stop> {
        let plan = self.order.plan;
        let tx = connection.begin_write().await?;
        self.ready(&tx).await?;
        for (at, step) in plan.steps.iter().enumerate() {
            let list: &[Statement] = match &step.how {
                How::Run(Mode::Outside, _) => break,
                How::Run(Mode::Inside, list) => list,
                How::Record => &[],
            };
            let began = Instant::now();
            self.statements(&tx, step, list).await?;
            self.record(&tx, step, began.elapsed(), false).await?;
            self.done.push(Done { step: at, took: began.elapsed() });
        }
        Ok(tx.rollback().await?)
    }

    /// Keeps others out, makes the history where there is none, and looks whether it is as it was.
    async fn ready(&mut self, tx: &Transaction<'_>) -> Result<()> {
        let recorder = &self.order.plan.recorder;
        let about = |error: Error| error.object(&recorder.table);
        same_database(tx, &self.order.plan.database).await?;
        lock(tx).await?;
        let creates = self.order.plan.creates && self.print.is_none();
        if creates {
            self.compare(super::read(tx).await?)?;
            let there = "SELECT nspname::text FROM pg_catalog.pg_namespace WHERE nspname = $1";
            let there = query::scalar(tx, there, &[Some(&recorder.table.schema)]).await?;
            // Who may not make schemas may not even say IF NOT EXISTS.
            for sql in recorder.create().into_iter().skip(usize::from(there.is_some())) {
                query::rows(tx, &sql, &[]).await.map_err(about)?;
            }
        }
        // Readers go on; another tool that is about to write waits, and then sees what ran.
        let sql = format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", recorder.table.sql());
        query::rows(tx, &sql, &[]).await.map_err(about)?;
        if self.print.is_none() {
            if !creates {
                self.compare(super::read(tx).await?)?;
            }
            self.print = self.fingerprint(tx).await?;
        } else if self.fingerprint(tx).await? != self.print {
            self.compare(super::read(tx).await?)?;
            return Err(self.changed(&recorder.table.to_string()));
        }
        Ok(())
    }

    async fn fingerprint(&self, tx: &Transaction<'_>) -> Result<Option<String>> {
        query::scalar(tx, &self.order.plan.recorder.fingerprint(), &[]).await
    }

    fn compare(&self, now: Histories) -> Result<()> {
        let steps = &self.order.plan.steps;
        let version = |done: &Done| steps[done.step].file.version.as_deref();
        let own: Vec<&str> = self.done.iter().filter_map(version).chain(self.done.first().map(|_| "")).collect();
        // The plan knows of those that are about its files, and of no others.
        let now = relevant(&self.order.plan.folder, now);
        match self.order.plan.known.other(&Known::new(&now), &own) {
            None => Ok(()),
            Some(other) => Err(self.changed(&other)),
        }
    }

    fn changed(&self, what: &str) -> Error {
        Error::stale("the history has changed since this was planned")
            .env(&self.order.plan.environment)
            .object(what)
            .hint(
                "somebody else runs migrations here, or a file writes the history; look again with `pgdeck migrations`",
            )
    }

    async fn statements(&self, tx: &Transaction<'_>, step: &Step, list: &[Statement]) -> Result<(), Stop> {
        let describe = |error: &tokio_postgres::Error| tx.describe(error);
        let go_on = |at| (self.order.go_on)(step, at);
        let before = xid(tx).await?;
        let role_path = tx.client().batch_execute(ROLE_PATH).await;
        role_path.map_err(|error| describe(&error).at(&step.file.path))?;
        if let Err(failed) = run(tx.client(), &step.file, list, &describe, &go_on).await {
            let left = if committed(tx, &before).await { Left::Unclear } else { Left::Nothing };
            return Err(Stop { left, ..failed.into() });
        }
        if xid(tx).await? != before {
            let error = Error::rolled_back("a statement of this file ended the transaction that was put around it")
                .hint("look what is there, and which of its statements holds a COMMIT or ROLLBACK");
            return Err(Stop { error: error.at(&step.file.path), left: Left::Unclear, early: false });
        }
        // What was put off is checked here, where it still has a file's name. Whatever the file has set for itself ends
        // with it: the record is written by the role that was let in, and under our own search path.
        let end = format!("{FILE_ENDS}{}", tx.settings());
        let ended = tx.client().batch_execute(&end).await;
        ended.map_err(|error| describe(&error).at(&step.file.path))?;
        Ok(())
    }

    /// Records a file, and looks whether the history takes it for applied.
    async fn record(&mut self, tx: &Transaction<'_>, step: &Step, took: Duration, begun: bool) -> Result<()> {
        let plan = self.order.plan;
        let about = |error: Error| error.at(&step.file.path).object(&plan.recorder.table);
        let touched = self.fingerprint(tx).await.map_err(about)? != self.print;
        let writes = plan.recorder.done(&Ran { file: &step.file, took }, begun);
        write(tx, &writes).await.map_err(about)?;
        // Each row that is written comes back; that this tool's rows are understood needs to be seen once.
        if !self.sure {
            let histories = relevant(&plan.folder, super::read(tx).await.map_err(about)?);
            let state = state(&plan.folder, &histories);
            if state.files.get(step.place).is_none_or(|file| file.status != Status::Applied) {
                return Err(about(unheld()));
            }
            self.sure = true;
        }
        self.print = self.fingerprint(tx).await.map_err(about)?;
        if touched {
            // The file wrote more into the history than its record, perhaps of files that would come next: no
            // fingerprint is like this one, and the next file finds another history than the planned one.
            self.print = Some(String::new());
        }
        Ok(())
    }
}

/// Whether the transaction `xid` was committed behind our back; what it left open is rolled back.
async fn committed(tx: &Transaction<'_>, xid: &str) -> bool {
    let status = "SELECT pg_catalog.pg_xact_status($1::pg_catalog.xid8)";
    // A connection that is gone has taken the transaction with it.
    tx.client().batch_execute("ROLLBACK").await.is_ok()
        && matches!(query::scalar(tx, status, &[Some(xid)]).await, Ok(Some(status)) if status == "committed")
}

/// The transaction's id. Asked while a file's search path is in force, so that every name has its schema.
async fn xid(tx: &Transaction<'_>) -> Result<String> {
    let id = query::scalar(tx, "SELECT pg_catalog.pg_current_xact_id()::pg_catalog.text", &[]).await?;
    Ok(id.unwrap_or_default())
}

/// The file counts as not applied although it was recorded.
fn unheld() -> Error {
    Error::rolled_back("the history does not show it as applied after it was recorded")
        .hint("a trigger or a rule on the table may be in the way")
}

async fn write(tx: &Transaction<'_>, writes: &[Write]) -> Result<()> {
    for Write { sql, parameters } in writes {
        let parameters: Vec<Option<&str>> = parameters.iter().map(Option::as_deref).collect();
        if query::rows(tx, sql, &parameters).await?.len() != 1 {
            return Err(unheld());
        }
    }
    Ok(())
}

/// A new file finds a session as new as can be: nothing prepared, nothing listened to, no lock held. Behind a pooler
/// the next statement may meet another session, which is not ours to clear.
async fn tidy(connection: &mut Connection) {
    if connection.pooled() {
        return;
    }
    if let Ok(client) = connection.outside_transaction()
        && let Err(error) = client.batch_execute("DISCARD ALL").await
    {
        // The next file will say so if the connection is gone.
        tracing::debug!(error = %connection.describe(&error), "the session was not cleared");
    }
}
