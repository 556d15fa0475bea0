//! Runs on disk: a name for each, its record with the before-images, its lines in the journal.

use std::{
    fs::{File, TryLockError},
    io::ErrorKind,
    path::PathBuf,
};

use crate::{
    app::{deck::Deck, journal, store},
    core::{
        error::{Error, Result, did_you_mean},
        journal::{Action, Entry, Outcome},
        sync::{
            plan::Plan,
            undo::{self, Images, Record},
        },
    },
};

/// A run that has a name and a line in the journal, and no end yet.
#[derive(Debug)]
pub struct Attempt {
    /// The run's name: the date and a number.
    pub run: String,
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
pub(super) fn is_running(deck: &Deck, run: &str) -> Result<bool> {
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

/// The record of `run`; `None` where it was cut off before its images were on disk.
pub(super) fn record_of(deck: &Deck, run: &str) -> Result<Option<Record>> {
    let path = path(deck, run);
    let Some(text) = store::read(&path)?.filter(|text| !text.is_empty()) else { return Ok(None) };
    Record::read(run, &text).map(Some).map_err(|why| {
        Error::usage(format!("the run's before-images cannot be used: {why}")).object(run).at(path.display())
    })
}

fn path(deck: &Deck, run: &str) -> PathBuf {
    deck.state.join("runs").join(format!("{run}.json"))
}

impl Attempt {
    /// Gives a run its name and writes its first line into the journal.
    pub fn begin(deck: &Deck, plan: &Plan) -> Result<Attempt> {
        store::directory(&deck.state.join("runs"))?;
        let now = jiff::Timestamp::now();
        let run = new_name(deck, now)?;
        // Before the journal names the run, so that nobody takes it for one that was cut off.
        let lock = Lock::take(deck, &run)?;
        let entry = Entry {
            at: now,
            run: run.clone(),
            action: if plan.undoes.is_some() { Action::Undo } else { Action::Apply },
            environment: plan.to.clone(),
            from: plan.from.clone(),
            digest: plan.digest.clone(),
            operator: journal::operator(deck),
            outcome: Outcome::Started,
            rows: plan.tally(),
            xid: None,
            error: None,
        };
        journal::append(deck, &entry)?;
        Ok(Attempt { run, entry, lock })
    }

    /// Puts the record with the before-images on disk.
    pub fn keep(&self, deck: &Deck, plan: &Plan, images: &[Images], xid: &str) -> Result<()> {
        let record = Record::new(&self.run, plan, images, xid);
        let bytes = serde_json::to_vec(&record).map_err(|error| Error::rolled_back(error.to_string()))?;
        store::write(&path(deck, &self.run), &bytes).map_err(|error| {
            Error::rolled_back(format!("the before-images cannot be kept, so nothing was written: {}", error.message))
                .at(path(deck, &self.run).display())
        })
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

/// `2026-11-20-3`: unique because the record's file is created, not looked for.
fn new_name(deck: &Deck, now: jiff::Timestamp) -> Result<String> {
    let date = now.strftime("%Y-%m-%d");
    for number in 1..u32::MAX {
        let run = format!("{date}-{number}");
        if store::create_new(&path(deck, &run))?.is_some() {
            return Ok(run);
        }
    }
    Err(Error::usage("there is no free name for a run").at(deck.state.display()))
}

/// The plan that takes `run` back.
pub fn undo_plan(deck: &Deck, run: &str) -> Result<Plan> {
    let runs = journal::read(deck)?;
    let Some(known) = runs.iter().find(|known| known.last.run == run) else {
        let names: Vec<_> = runs.iter().map(|known| known.last.run.as_str()).collect();
        return Err(Error::usage("there is no such run").object(run).hint(did_you_mean(run, names)));
    };
    if known.last.outcome == Outcome::RolledBack {
        return Err(Error::usage("this run was rolled back: there is nothing to undo").object(run));
    }
    let from = format!("undo {run}");
    if let Some(undone) = runs.iter().find(|other| other.last.from == from && other.last.outcome == Outcome::Applied) {
        return Err(Error::refused(format!("this run was undone already, by {}", undone.last.run)).object(run));
    }
    let record = record_of(deck, run)?.ok_or_else(|| {
        Error::usage("the run's before-images are not there: it was cut off before anything was committed").object(run)
    })?;
    undo::plan(&record)
}
