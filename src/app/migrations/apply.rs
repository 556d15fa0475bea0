//! Running what is pending: planned by what the environment's history says, through the guard, on record.

use std::{path::Path, sync::Mutex};

use super::standing;
use crate::{
    app::{
        deck::Deck,
        job::{Job, Watched},
        journal,
        runs::{Attempt, Begin, is_running, unrecorded},
    },
    core::{
        error::{Code, Error, Result},
        gate::RunId,
        guard::Permit,
        journal::{Action, Migrations, Outcome},
        migrations::plan::{self, Choice, Plan, Step},
        sync::plan::Tally,
    },
    pg::{
        apply::{self as settling, Settled},
        connect::connect_migrating,
        migrations::apply::{self as pg, Done, Ended, Left, Order},
    },
};

/// What was run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// The run's name in the journal; `None` for a dry run.
    pub run: Option<RunId>,
    /// The files that ran and were recorded, in order; in a dry run, those that could be tried.
    pub done: Vec<Done>,
}

/// Plans what would bring `environment` to the end of the folder `dir`, the project's own where none is given.
///
/// # Errors
/// An environment that there is not, a folder that is not there, a connection's and a server's own; `Refused` where it
/// is doubtful what would have to run, and where a run was cut off while one of the files ran outside of a transaction.
pub async fn plan(deck: &Deck, job: &Job, dir: Option<&Path>, environment: &str, choice: &Choice) -> Result<Plan> {
    deck.known(environment)?;
    let folder = standing::folder(deck, job, dir).await?.folder;
    let standing = standing::standing(deck, job, environment, &folder).await?;
    let plan = plan::plan((&deck.project.name, environment), folder, &standing.histories, &standing.looks, choice)?;
    cut_off(deck, &plan)?;
    Ok(plan)
}

/// Refuses a file that a run was cut off in while it ran outside of a transaction, until the journal has noted that end:
/// nobody was told yet that a part of it may be there.
fn cut_off(deck: &Deck, plan: &Plan) -> Result<()> {
    for run in journal::read(deck)? {
        let last = run.last;
        let next = last.migrations.and_then(|migrations| migrations.next).unwrap_or_default();
        let open = matches!(last.outcome, Outcome::Started | Outcome::Unknown)
            && last.xid.is_none()
            && last.environment == plan.environment;
        if open && plan.steps.iter().any(|step| step.file.path == next) && !is_running(deck, &last.run)? {
            let message = format!("run {} was cut off while this file ran outside of a transaction", last.run);
            return Err(Error::refused(message)
                .env(&plan.environment)
                .at(next)
                .hint("look what is there of it; once `pgdeck journal` has noted that end, it can be run again"));
        }
    }
    Ok(())
}

/// Runs `plan` with `permit`. With `dry_run` all that one transaction can hold is tried and rolled back.
///
/// # Errors
/// What the first file that failed failed of, with which files stay; `Stale` where the history is not as it was planned
/// by; `Connect` where the answer to a COMMIT was lost and the server cannot say.
pub async fn apply(deck: &Deck, job: &Job, plan: &Plan, permit: &Permit, dry_run: bool) -> Result<Applied> {
    if plan.project != deck.project.name {
        return Err(Error::refused(format!("the plan is for the project `{}`", plan.project)).hint("look again"));
    }
    let environment = &plan.environment;
    if plan.steps.is_empty() {
        return Err(Error::refused("nothing is pending").env(environment));
    }
    job.progress(format!("connecting to {environment}"), 0, 0);
    let conninfo = deck.conninfo(environment)?;
    let mut connection = job.drop_on_cancel(Box::pin(connect_migrating(&conninfo, permit))).await?;
    let book = if dry_run { None } else { Some(Book::begin(deck, plan)?) };
    let go_on = |step: &Step, at: usize| {
        let total = step.how.statements() as u64;
        job.progress(format!("{environment}: {}", step.file.path), at as u64, total);
        // Told to stop between two statements, when there was nothing to cancel on the server.
        if job.is_cancelled() { Err(stopped()) } else { Ok(()) }
    };
    let keep = |step: &Step, xid: Option<&str>| match &book {
        _ if job.is_cancelled() => Err(stopped()),
        Some(book) => book.note(deck, step, xid),
        None => Ok(()),
    };
    let canceller = connection.canceller();
    let order = Order { plan, permit, dry_run, go_on: &go_on, keep: &keep };
    // Whatever ends it is in the outcome: a stop by the operator does not hide what was kept before it.
    let watched = job.watch_on_server(&canceller, Box::pin(pg::apply(&mut connection, &order))).await;
    drop(connection);
    let outcome = match watched {
        Watched::Returned(outcome) => outcome?,
        Watched::Abandoned(error) => return Err(book.map_or(error.clone(), |book| book.abandoned(deck, plan, error))),
    };
    let end = End { deck, job, plan, done: outcome.done };
    Box::pin(end.finish(book, outcome.ended)).await
}

fn stopped() -> Error {
    Error::new(Code::Interrupted, "stopped by the operator")
}

/// The journal's side of a run.
struct Book {
    attempt: Attempt,
    noted: Mutex<Noted>,
}

/// What the journal was told last.
#[derive(Clone)]
struct Noted {
    migrations: Migrations,
    xid: Option<String>,
}

impl Book {
    fn begin(deck: &Deck, plan: &Plan) -> Result<Book> {
        let migrations = Migrations { of: plan.steps.len(), ..Migrations::default() };
        let begin = Begin {
            action: Action::Migrate,
            environment: plan.environment.clone(),
            database: Some(plan.database.clone()),
            from: "migrations".into(),
            digest: plan.digest.clone(),
            rows: Tally::default(),
            migrations: Some(migrations.clone()),
        };
        Ok(Book { attempt: Attempt::begin(deck, begin)?, noted: Mutex::new(Noted { migrations, xid: None }) })
    }

    /// Before `step` is kept: whatever was noted before it was.
    fn note(&self, deck: &Deck, step: &Step, xid: Option<&str>) -> Result<()> {
        let mut noted = self.noted.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        noted.xid = xid.map(str::to_owned);
        let migrations = &mut noted.migrations;
        let path = &step.file.path;
        // A file outside of a transaction comes twice: before its first statement, and before its record.
        let again = migrations.next.as_ref() == Some(path);
        migrations.outside = xid.is_none() || again && migrations.outside;
        if !again {
            let before = migrations.next.replace(path.clone());
            migrations.ran.extend(before);
        }
        self.attempt.note(deck, migrations.clone(), xid.map(str::to_owned))
    }

    /// The end of a run whose server did not answer any more. Where nothing was on its way to be kept, nothing was;
    /// else `pgdeck journal` finds out.
    fn abandoned(self, deck: &Deck, plan: &Plan, error: Error) -> Error {
        let Noted { migrations, xid } = self.noted.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let (error, written) = if let Some(next) = &migrations.next {
            let error = Error::new(Code::Unknown, "pgdeck was told to stop and the server did not answer any more")
                .env(&plan.environment)
                .at(next)
                .hint("`pgdeck journal` asks the server which of the files were applied");
            let written = self.attempt.end_unknown(deck, migrations, xid, &error);
            (error, written)
        } else {
            let written = self.attempt.end_with(deck, migrations, Outcome::RolledBack, Some(&error));
            (error, written)
        };
        if let Err(unwritten) = written {
            // A run without an end is asked about, too.
            tracing::error!(%unwritten, "the journal lacks the end of this run");
        }
        error
    }

    fn end(self, deck: &Deck, plan: &Plan, done: &[Done], outcome: Outcome, error: Option<&Error>) -> Result<()> {
        let ran = done.iter().map(|done| plan.steps[done.step].file.path.clone()).collect();
        self.attempt.end_with(deck, Migrations { of: plan.steps.len(), ran, ..Migrations::default() }, outcome, error)
    }
}

struct End<'a> {
    deck: &'a Deck,
    job: &'a Job,
    plan: &'a Plan,
    done: Vec<Done>,
}

impl End<'_> {
    async fn finish(mut self, book: Option<Book>, ended: Ended) -> Result<Applied> {
        let (error, left) = match ended {
            Ended::Whole => return self.whole(book),
            Ended::Failed { error, left } => (error, left),
            Ended::Lost { xid, error } => match self.settle(&xid).await {
                Ok(true) => {
                    self.done.push(Done { step: self.done.len(), took: std::time::Duration::ZERO });
                    if self.done.len() == self.plan.steps.len() {
                        return self.whole(book);
                    }
                    (Error { code: Code::RolledBack, ..error }, Left::Nothing)
                }
                Ok(false) => {
                    let message = format!("at COMMIT, and the server rolled back: {}", error.message);
                    (Error { code: Code::RolledBack, message, ..error }, Left::Nothing)
                }
                Err(unknown) => {
                    let error = self.unknown(&xid, &unknown);
                    return self.failed(book, Outcome::Unknown, error);
                }
            },
        };
        if book.is_none() {
            // What a dry run tried before it went with it.
            self.done.clear();
        }
        let outcome =
            if self.done.is_empty() && left == Left::Nothing { Outcome::RolledBack } else { Outcome::Stopped };
        let error = self.told(error, left);
        self.failed(book, outcome, error)
    }

    fn whole(self, book: Option<Book>) -> Result<Applied> {
        let run = book.as_ref().map(|book| book.attempt.run.clone());
        if let Some(book) = book {
            book.end(self.deck, self.plan, &self.done, Outcome::Applied, None).map_err(|error| {
                let run = run.clone().unwrap_or_default();
                unrecorded("all files were applied and recorded in the database", &self.plan.environment, &run, &error)
            })?;
        }
        Ok(Applied { run, done: self.done })
    }

    fn failed(self, book: Option<Book>, outcome: Outcome, error: Error) -> Result<Applied> {
        // A run whose end nobody knows keeps the line that names its transaction.
        if let Some(book) = book.filter(|_| outcome != Outcome::Unknown)
            && let Err(unwritten) = book.end(self.deck, self.plan, &self.done, outcome, Some(&error))
        {
            // What went wrong first is what the operator has to know.
            tracing::error!(%unwritten, "the journal lacks the end of this run");
        }
        Err(error)
    }

    /// The error with what is there and what is not.
    fn told(&self, error: Error, left: Left) -> Error {
        let code = match error.code {
            _ if self.job.is_cancelled() && error.code != Code::Stale => Code::Interrupted,
            // A connection that breaks before COMMIT is sent takes its transaction with it.
            Code::Connect | Code::Usage | Code::Server if left == Left::Nothing => Code::RolledBack,
            // What is left of a file that runs outside of a transaction was not rolled back.
            Code::RolledBack if left != Left::Nothing => Code::Server,
            code => code,
        };
        let of = self.plan.steps.get(self.done.len()).map_or(0, |step| step.how.statements());
        let what = match left {
            Left::Nothing => "rolled back".to_owned(),
            Left::Unclear => "not recorded; a part of it stays".to_owned(),
            Left::Done(stays) => format!("outside of a transaction: {stays} of its {of} statements were done and stay"),
        };
        let before = match self.done.len() {
            0 => String::new(),
            1 => format!("; {} before it was applied and stays", self.plan.steps[0].file.path),
            many => format!("; the {many} files before it were applied and stay"),
        };
        Error { code, message: format!("{} ({what}{before})", error.message), ..error }.env(&self.plan.environment)
    }

    fn unknown(&self, xid: &str, why: &str) -> Error {
        let next = self.plan.steps.get(self.done.len()).map_or("", |step| step.file.path.as_str());
        let what = "the connection was lost at COMMIT, and the server cannot say yet whether it was applied";
        Error::new(Code::Unknown, format!("{what}: {why}"))
            .env(&self.plan.environment)
            .at(next)
            .hint(format!("`pgdeck journal` asks again; or ask it: SELECT pg_xact_status('{xid}')"))
    }

    /// Whether the transaction was committed, or why that cannot be told.
    async fn settle(&self, xid: &str) -> Result<bool, String> {
        let asked = async {
            let mut reader = self.deck.reader(&self.plan.environment).await?;
            settling::settle(&mut reader, xid, Some(&self.plan.database)).await
        };
        match self.job.drop_in_time(Box::pin(asked)).await {
            Ok(Settled::Committed) => Ok(true),
            Ok(Settled::Aborted) => Ok(false),
            Ok(Settled::Unknown) => Err("it still has the transaction open, or has forgotten it".into()),
            Err(error) => Err(error.message),
        }
    }
}
