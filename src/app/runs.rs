//! Runs: a name for each, a lock that says that somebody is at it, and its lines in the journal.

use std::{
    fs::{File, TryLockError},
    io::ErrorKind,
    path::PathBuf,
};

use super::{deck::Deck, journal, store};
use crate::core::{
    database,
    error::{Code, Error, Result},
    gate::{Digest, EnvName, RunId},
    journal::{Action, Entry, Migrations, Outcome},
    sync::plan::Tally,
};

/// What a run is about.
#[derive(Debug, Clone)]
pub struct Begin {
    /// What is done.
    pub action: Action,
    /// The environment that is written.
    pub environment: EnvName,
    /// Which database that name leads to.
    pub database: Option<String>,
    /// Where it comes from.
    pub from: String,
    /// The plan's digest.
    pub digest: Digest,
    /// How many rows.
    pub rows: Tally,
    /// Which migrations.
    pub migrations: Option<Migrations>,
}

/// A run that has a name and a line in the journal, and no end yet.
#[derive(Debug)]
pub struct Attempt {
    /// The run's name: the date and a number.
    pub run: RunId,
    entry: Entry,
    /// Locked for as long as this process lives and the run is under way.
    lock: Lock,
}

/// A file that says by its lock whether somebody works on a run.
#[derive(Debug)]
struct Lock {
    path: PathBuf,
    _file: File,
}

impl Lock {
    fn take(deck: &Deck, run: &str) -> Result<Lock> {
        let path = lock_path(deck, run);
        let wrong = |error: std::io::Error| store::cannot("lock", &path, &error);
        let file = store::create_new(&path)?.ok_or_else(|| Error::usage("this run has begun already").object(run))?;
        file.lock().map_err(wrong)?;
        Ok(Lock { _file: file, path })
    }
}

impl Drop for Lock {
    fn drop(&mut self) {
        // What is left over is not locked any more, and says so.
        let _ = std::fs::remove_file(&self.path);
    }
}

fn lock_path(deck: &Deck, run: &str) -> PathBuf {
    deck.state.join("runs").join(format!("{run}.lock"))
}

/// Whether the process that began `run` is still at it.
pub fn is_running(deck: &Deck, run: &str) -> Result<bool> {
    let path = lock_path(deck, run);
    match File::open(&path) {
        Ok(file) => match file.try_lock_shared() {
            Ok(()) => Ok(false),
            Err(TryLockError::WouldBlock) => Ok(true),
            Err(TryLockError::Error(error)) => Err(store::cannot("lock", &path, &error)),
        },
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(store::cannot("read", &path, &error)),
    }
}

/// The file that a run's name is taken by; what it holds is the business of who runs it.
pub fn path(deck: &Deck, run: &str) -> PathBuf {
    deck.state.join("runs").join(format!("{run}.json"))
}

impl Attempt {
    /// Gives a run its name and writes its first line into the journal.
    pub fn begin(deck: &Deck, begin: Begin) -> Result<Attempt> {
        store::directory(&deck.state.join("runs"))?;
        if let Some(database) = &begin.database {
            database::check(&journal::read(deck)?, &begin.environment, database)?;
        }
        let now = jiff::Timestamp::now();
        let run = new_name(deck, now)?;
        // Before the journal names the run, so that nobody takes it for one that was cut off.
        let lock = Lock::take(deck, &run)?;
        let entry = Entry {
            at: now,
            run: run.clone(),
            action: begin.action,
            environment: begin.environment,
            database: begin.database,
            from: begin.from,
            digest: begin.digest,
            operator: journal::operator(deck),
            outcome: Outcome::Started,
            rows: begin.rows,
            migrations: begin.migrations,
            xid: None,
            error: None,
        };
        journal::append(deck, &entry)?;
        Ok(Attempt { run, entry, lock })
    }

    /// Writes a line on the way: which migrations are there, and which is about to be, in which transaction.
    pub fn note(&self, deck: &Deck, migrations: Migrations, xid: Option<String>) -> Result<()> {
        let migrations = Some(migrations);
        journal::append(deck, &Entry { at: jiff::Timestamp::now(), migrations, xid, ..self.entry.clone() })
    }

    /// Writes the last line, with the migrations that are there.
    pub fn end_with(self, deck: &Deck, migrations: Migrations, outcome: Outcome, error: Option<&Error>) -> Result<()> {
        let entry = Entry { migrations: Some(migrations), ..self.entry.clone() };
        Attempt { entry, ..self }.end(deck, outcome, None, error)
    }

    /// Writes the last line of a run whose end is not known: what is known is in `migrations`, and `xid` can be asked for.
    pub fn end_unknown(self, deck: &Deck, migrations: Migrations, xid: Option<String>, error: &Error) -> Result<()> {
        let entry = Entry { migrations: Some(migrations), ..self.entry.clone() };
        Attempt { entry, ..self }.end(deck, Outcome::Unknown, xid, Some(error))
    }

    /// Writes the last line.
    pub fn end(self, deck: &Deck, outcome: Outcome, xid: Option<String>, error: Option<&Error>) -> Result<()> {
        let entry =
            Entry { at: jiff::Timestamp::now(), outcome, xid, error: error.map(ToString::to_string), ..self.entry };
        let written = journal::append(deck, &entry);
        drop(self.lock);
        written
    }
}

/// The error of a run that did `what` and whose end the journal could not be told.
pub fn unrecorded(what: &str, environment: &EnvName, run: &RunId, error: &Error) -> Error {
    Error::new(Code::Unrecorded, format!("{what}, but the journal could not be written: {}", error.message))
        .env(environment)
        .object(run)
        .hint(format!(
            "do not run it again; make room or mend the rights of {}, and `pgdeck journal` adds the end of the run",
            error.place.as_deref().unwrap_or("the state folder")
        ))
}

/// `2026-11-20-3`: unique because the record's file is created, not looked for.
fn new_name(deck: &Deck, now: jiff::Timestamp) -> Result<RunId> {
    let date = now.strftime("%Y-%m-%d");
    for number in 1..u32::MAX {
        let run = format!("{date}-{number}");
        if store::create_new(&path(deck, &run))?.is_some() {
            return Ok(run.into());
        }
    }
    Err(Error::usage("there is no free name for a run").at(deck.state.display()))
}
