//! What became of runs that were cut off: their process was killed, or the answer to COMMIT was lost.

use super::runs::{is_running, record_of};
use crate::{
    app::{deck::Deck, job::Job, journal},
    core::{
        error::Result,
        journal::{Entry, Outcome, Run},
    },
    pg::apply::{self as pg, Settled},
};

/// A run that nobody can tell the end of, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    /// The run.
    pub run: String,
    /// Why, for people.
    pub why: String,
}

/// Finds out how every run ended whose process is gone and whose end the journal lacks, and writes it down. Only the
/// environments of such runs are asked; one that cannot be reached leaves its runs as they are.
pub async fn settle(deck: &Deck, job: &Job) -> Result<Vec<Unsettled>> {
    let mut left = Vec::new();
    for run in journal::read(deck)?.iter().rev().filter(|run| is_open(run)) {
        if is_running(deck, &run.last.run)? {
            left.push(unsettled(run, "it is running"));
            continue;
        }
        match Box::pin(end_of(deck, job, run)).await {
            Ok(entry) => journal::append(deck, &entry)?,
            Err(why) => left.push(unsettled(run, why)),
        }
    }
    Ok(left)
}

fn is_open(run: &Run) -> bool {
    matches!(run.last.outcome, Outcome::Started | Outcome::Unknown)
}

fn unsettled(run: &Run, why: impl Into<String>) -> Unsettled {
    Unsettled { run: run.last.run.clone(), why: why.into() }
}

/// The last line of `run`, or why there is none yet.
async fn end_of(deck: &Deck, job: &Job, run: &Run) -> Result<Entry, String> {
    let ended = |outcome, xid, error: Option<&str>| Entry {
        at: jiff::Timestamp::now(),
        outcome,
        xid,
        error: error.map(str::to_owned),
        ..run.last.clone()
    };
    // The images are on disk before COMMIT is sent: without them nothing was committed.
    let record = record_of(deck, &run.last.run).map_err(|error| error.to_string())?;
    let Some(record) = record else {
        return Ok(ended(Outcome::RolledBack, None, Some("cut off before anything was committed")));
    };
    let xid = Some(record.xid.clone());
    let name = &run.last.environment;
    job.progress(format!("asking {name} about {}", run.last.run), 0, 0);
    let asked = async {
        let mut reader = deck.reader(name).await?;
        pg::settle(&mut reader, &record.xid).await
    };
    match job.drop_on_cancel(asked).await {
        Ok(Settled::Committed) => Ok(ended(Outcome::Applied, xid, None)),
        Ok(Settled::Aborted) => Ok(ended(Outcome::RolledBack, xid, Some("cut off, and rolled back by the server"))),
        Ok(Settled::Unknown) => {
            Err(format!("{name} still has the transaction {} open, or has forgotten it", record.xid))
        }
        Err(error) => Err(error.to_string()),
    }
}
