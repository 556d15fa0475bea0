//! What became of runs that were cut off: their process was killed, or the answer to COMMIT was lost.

use std::collections::HashMap;

use super::runs::record_of;
use crate::{
    app::{deck::Deck, job::Job, journal, runs::is_running},
    core::{
        error::{Code, Result},
        gate::{EnvName, RunId},
        journal::{Entry, Migrations, Outcome, Run},
    },
    pg::apply::{self as pg, Settled},
};

/// A run that nobody can tell the end of, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    /// The run.
    pub run: RunId,
    /// Why, for people.
    pub why: String,
}

/// Finds out how every run ended whose process is gone and whose end the journal lacks, and writes it down. Only the
/// environments of such runs are asked; one that cannot be reached leaves its runs as they are.
pub async fn settle(deck: &Deck, job: &Job) -> Result<Vec<Unsettled>> {
    let (mut left, mut unreachable) = (Vec::new(), HashMap::new());
    for run in journal::read(deck)?.iter().rev().filter(|run| is_open(run)) {
        if is_running(deck, &run.last.run)? {
            left.push(unsettled(run, "it is running"));
            continue;
        }
        match Box::pin(end_of(deck, job, run, &mut unreachable)).await {
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

/// Why environments cannot be asked: each is tried once, however many of its runs are open.
type Unreachable = HashMap<EnvName, String>;

/// The last line of `run`, or why there is none yet.
async fn end_of(deck: &Deck, job: &Job, run: &Run, unreachable: &mut Unreachable) -> Result<Entry, String> {
    match &run.last.migrations {
        Some(migrations) => end_of_migrations(deck, job, run, migrations.clone(), unreachable).await,
        None => end_of_rows(deck, job, run, unreachable).await,
    }
}

fn ended(run: &Run, outcome: Outcome, xid: Option<String>, error: Option<&str>) -> Entry {
    Entry { at: jiff::Timestamp::now(), outcome, xid, error: error.map(str::to_owned), ..run.last.clone() }
}

async fn end_of_rows(deck: &Deck, job: &Job, run: &Run, unreachable: &mut Unreachable) -> Result<Entry, String> {
    // The images are on disk before COMMIT is sent: without them nothing was committed.
    let record = record_of(deck, &run.last.run).map_err(|error| error.to_string())?;
    let Some(record) = record else {
        return Ok(ended(run, Outcome::RolledBack, None, Some("cut off before anything was committed")));
    };
    let xid = Some(record.xid.clone());
    let transaction = (record.xid.as_str(), Some(record.plan.database.as_str()));
    Ok(if committed(deck, job, run, transaction, unreachable).await? {
        ended(run, Outcome::Applied, xid, None)
    } else {
        ended(run, Outcome::RolledBack, xid, Some("cut off, and rolled back by the server"))
    })
}

/// Each file is on record before its COMMIT is sent, with its transaction; those before it were committed.
async fn end_of_migrations(
    deck: &Deck,
    job: &Job,
    run: &Run,
    mut known: Migrations,
    unreachable: &mut Unreachable,
) -> Result<Entry, String> {
    let mut why = "cut off".to_owned();
    let mut outside = false;
    if let Some(next) = known.next.take() {
        let recorded = match &run.last.xid {
            Some(xid) => committed(deck, job, run, (xid, run.last.database.as_deref()), unreachable).await?,
            None => false,
        };
        outside = std::mem::take(&mut known.outside) && !recorded;
        if recorded {
            known.ran.push(next);
        } else if outside {
            why = format!("cut off while {next} ran outside of a transaction: look what is there");
        }
    }
    let outcome = match known.ran.len() {
        all if all == known.of => Outcome::Applied,
        0 if !outside => Outcome::RolledBack,
        _ => Outcome::Stopped,
    };
    let why = (outcome != Outcome::Applied).then_some(why.as_str());
    Ok(Entry { migrations: Some(known), ..ended(run, outcome, run.last.xid.clone(), why) })
}

/// Whether the transaction `xid` of `run` was committed, or why that cannot be told.
async fn committed(
    deck: &Deck,
    job: &Job,
    run: &Run,
    (xid, database): (&str, Option<&str>),
    unreachable: &mut Unreachable,
) -> Result<bool, String> {
    let name = &run.last.environment;
    if let Some(why) = unreachable.get(name) {
        return Err(why.clone());
    }
    job.progress(format!("asking {name} about {}", run.last.run), 0, 0);
    let asked = async {
        let mut reader = deck.reader(name).await?;
        pg::settle(&mut reader, xid, database).await
    };
    match job.drop_on_cancel(asked).await {
        Ok(Settled::Committed) => Ok(true),
        Ok(Settled::Aborted) => Ok(false),
        Ok(Settled::Unknown) => Err(format!("{name} still has the transaction {xid} open, or has forgotten it")),
        Err(error) => {
            let why = error.to_string();
            if matches!(error.code, Code::Connect | Code::Usage | Code::Interrupted) {
                unreachable.insert(name.clone(), why.clone());
            }
            Err(why)
        }
    }
}
