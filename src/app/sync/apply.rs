//! Applying a plan: journal, images, transaction, and the truth about a lost COMMIT.

use std::sync::OnceLock;

use crate::{
    app::{
        deck::Deck,
        job::{Job, Watched},
        journal,
        runs::{Attempt, unrecorded},
    },
    core::{
        error::{Code, Error, Result},
        gate::{Digest, EnvName, RunId},
        guard::Permit,
        journal::{Action, Outcome},
        sync::{
            batch::LEAST,
            fires::TriggersDid,
            plan::{Plan, Tally},
        },
    },
    pg::{
        apply::{self as pg, Ended, Order, Settled, Written},
        connect::connect_writing,
    },
};

use super::runs;

/// What an apply did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The run's name, by which it can be undone; `None` for a dry run.
    pub run: Option<RunId>,
    /// The environment that was written.
    pub environment: EnvName,
    /// The plan's digest.
    pub digest: Digest,
    /// How many rows.
    pub rows: Tally,
    /// Values that a trigger of the target replaced: row and column.
    pub rewrote: Vec<String>,
    /// Which triggers that may have been, and what they wrote besides.
    pub triggers: TriggersDid,
}

/// Runs `plan` with `permit`. With `dry_run` everything happens and is rolled back.
pub async fn apply(deck: &Deck, job: &Job, plan: &Plan, permit: &Permit, dry_run: bool) -> Result<Applied> {
    apply_in_batches(deck, job, plan, permit, dry_run, LEAST).await
}

/// The same, where alike rows are written by one statement from `batch` of them on.
pub async fn apply_in_batches(
    deck: &Deck,
    job: &Job,
    plan: &Plan,
    permit: &Permit,
    dry_run: bool,
    batch: usize,
) -> Result<Applied> {
    if plan.project != deck.project.name {
        return Err(Error::refused(format!("the plan is for the project `{}`", plan.project)).hint("review again"));
    }
    for step in &plan.steps {
        if let Some(pattern) = deck.project.sets.never_pattern(&step.table) {
            return Err(Error::refused(format!("this table is never synced (`{pattern}`), and the plan writes it"))
                .object(&step.table)
                .env(&plan.to));
        }
    }
    if plan.steps.is_empty() {
        return Err(Error::refused("the plan changes nothing").env(&plan.to).hint("review again and choose rows"));
    }
    job.progress(format!("connecting to {}", plan.to), 0, 0);
    let conninfo = deck.conninfo(&plan.to)?;
    let mut connection = job.drop_on_cancel(Box::pin(connect_writing(&conninfo, permit))).await?;
    let attempt = if dry_run { None } else { Some(runs::begin(deck, plan)?) };
    let what = format!("applying to {}", plan.to);
    let progress = |done: usize, total: usize| job.progress(&*what, done as u64, total as u64);
    let kept: OnceLock<String> = OnceLock::new();
    let keep = |written: &Written| match &attempt {
        // Told to stop between two statements, when there was nothing to cancel on the server.
        _ if job.is_cancelled() => Err(Error::new(Code::Interrupted, "stopped by the operator").nothing_written()),
        Some(attempt) => {
            runs::keep(deck, &attempt.run, plan, written)?;
            // From here on COMMIT may be on its way.
            kept.get_or_init(|| written.xid.clone());
            Ok(())
        }
        None => Ok(()),
    };
    let canceller = connection.canceller();
    let order = Order { plan, permit, sets: &deck.project.sets, dry_run, batch, progress: &progress, keep: &keep };
    // Boxed: connecting and running are large, and every caller would carry them.
    let watched = job.watch_on_server(&canceller, Box::pin(pg::run(&mut connection, &order))).await;
    drop(connection);
    let ended = match (watched, kept.into_inner(), attempt) {
        (Watched::Abandoned(_), Some(xid), Some(attempt)) => return Err(unknown(deck, plan, attempt, xid, LEFT)),
        (Watched::Abandoned(error), _, attempt) => (Err(error), attempt),
        (Watched::Returned(ended), _, attempt) => (ended, attempt),
    };
    finish(deck, job, plan, ended).await
}

/// Why the end of a run is not known.
const LEFT: &str = "pgdeck was told to stop while it waited for the answer to COMMIT";
const LOST: &str = "the connection was lost at COMMIT and the server cannot say yet whether it was applied";

async fn finish(
    deck: &Deck,
    job: &Job,
    plan: &Plan,
    (ended, attempt): (Result<Ended>, Option<Attempt>),
) -> Result<Applied> {
    let applied = |run: Option<RunId>, written: Written| Applied {
        run,
        environment: plan.to.clone(),
        digest: plan.digest.clone(),
        rows: plan.tally(),
        rewrote: written.rewrote,
        triggers: written.triggers,
    };
    match (ended, attempt) {
        (Ok(Ended::DryRun(written)), _) | (Ok(Ended::Committed(written) | Ended::Lost(written, _)), None) => {
            Ok(applied(None, written))
        }
        (Ok(Ended::Committed(written)), Some(attempt)) => {
            let run = attempt.run.clone();
            attempt
                .end(deck, Outcome::Applied, Some(written.xid.clone()), None)
                .map_err(|error| unrecorded("the plan was applied and committed", &plan.to, &run, &error))?;
            Ok(applied(Some(run), written))
        }
        (Ok(Ended::Lost(written, error)), Some(attempt)) => {
            Box::pin(lost((deck, job), plan, attempt, written, error, applied)).await
        }
        (Err(error), attempt) => {
            // A connection that breaks before COMMIT is sent takes its transaction with it.
            let error = if error.code == Code::Connect { Error { code: Code::RolledBack, ..error } } else { error };
            let error = error.in_transaction();
            let error = if error.code == Code::RolledBack { error.nothing_written() } else { error };
            let error = applied_before(deck, plan, error);
            if let Some(attempt) = attempt
                && let Err(unwritten) = attempt.end(deck, Outcome::RolledBack, None, Some(&error))
            {
                // What went wrong first is what the operator has to know.
                tracing::error!(%unwritten, "the journal lacks the end of this run");
            }
            Err(error)
        }
    }
}

/// Says so where the plan is stale because it was applied already.
fn applied_before(deck: &Deck, plan: &Plan, error: Error) -> Error {
    if error.code != Code::Stale {
        return error;
    }
    let runs = match journal::read(deck) {
        Ok(runs) => runs,
        Err(unread) => {
            // What went wrong first is what the operator has to know.
            tracing::warn!(%unread, "the journal cannot say whether this plan was applied already");
            return error;
        }
    };
    let undone = |name: &str| {
        let from = format!("undo {name}");
        runs.iter().any(|run| run.last.outcome == Outcome::Applied && run.last.from == from)
    };
    let entry = runs.iter().map(|run| &run.last).find(|entry| {
        (entry.action, entry.outcome) == (Action::Apply, Outcome::Applied)
            && entry.environment == plan.to
            && entry.digest == plan.digest
            && !undone(&entry.run)
    });
    match entry {
        Some(entry) => {
            let message = format!("this plan was applied already, by run {} ({})", entry.run, error.message);
            Error { message, ..error }
        }
        None => error,
    }
}

/// The answer to COMMIT never came: ask the server instead of guessing.
async fn lost(
    (deck, job): (&Deck, &Job),
    plan: &Plan,
    attempt: Attempt,
    written: Written,
    error: Error,
    applied: impl Fn(Option<RunId>, Written) -> Applied,
) -> Result<Applied> {
    let run = attempt.run.clone();
    let xid = Some(written.xid.clone());
    match job.drop_in_time(Box::pin(settle(deck, plan, &written.xid))).await {
        Ok(Settled::Committed) => {
            attempt
                .end(deck, Outcome::Applied, xid, None)
                .map_err(|error| unrecorded("the plan was applied and committed", &plan.to, &run, &error))?;
            Ok(applied(Some(run), written))
        }
        Ok(Settled::Aborted) => {
            let lost = format!("the connection was lost at COMMIT ({})", error.message);
            let error = Error::rolled_back(lost).all_rolled_back().env(&plan.to);
            attempt.end(deck, Outcome::RolledBack, xid, Some(&error))?;
            Err(error)
        }
        Ok(Settled::Unknown) | Err(_) => Err(unknown(deck, plan, attempt, written.xid, LOST)),
    }
}

/// Whether the transaction `xid` was committed is for the journal to find out.
fn unknown(deck: &Deck, plan: &Plan, attempt: Attempt, xid: String, why: &str) -> Error {
    let error = Error::new(Code::Unknown, why)
        .env(&plan.to)
        .object(&attempt.run)
        .hint(format!("`pgdeck journal` asks the server; or ask it: SELECT pg_xact_status('{xid}'); undo is kept"));
    if let Err(unwritten) = attempt.end(deck, Outcome::Unknown, Some(xid), Some(&error)) {
        // The record names the transaction, too, and a run without an end is asked about.
        tracing::error!(%unwritten, "the journal lacks the end of this run");
    }
    error
}

async fn settle(deck: &Deck, plan: &Plan, xid: &str) -> Result<Settled> {
    let mut reader = deck.reader(&plan.to).await?;
    pg::settle(&mut reader, xid, Some(&plan.database)).await
}
