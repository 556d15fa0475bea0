//! Environments at a glance.

use std::time::Duration;

use super::{
    deck::Deck,
    job::Job,
    journal,
    runs::{Attempt, Begin},
};
use crate::{
    core::{
        database,
        env::Kind,
        error::{Code, Error, Result},
        gate::Digest,
        journal::{Action, Outcome},
        sync::plan::Tally,
    },
    pg::catalog::{self, Summary},
};

/// What one environment says about itself.
#[derive(Debug, Clone)]
pub struct Status {
    /// Its name.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Whether the guard may let anything be written.
    pub writable: bool,
    /// What the server says, or why it says nothing.
    pub reached: Result<Reached, Error>,
}

/// What a server says.
#[derive(Debug, Clone)]
pub struct Reached {
    /// The server's version, such as `15.18`.
    pub version: String,
    /// Whether it is a standby.
    pub standby: bool,
    /// Whether the role is a superuser.
    pub superuser: bool,
    /// One round trip.
    pub latency: Duration,
    /// What it holds.
    pub summary: Summary,
}

/// Agrees that `name` may lead to another database than the one that was written last, and puts that on record. Returns
/// which one that was; `None` where none is known.
pub fn forget(deck: &Deck, name: &str) -> Result<Option<String>> {
    deck.known(name)?;
    let runs = journal::read(deck)?;
    let Some((database, _)) = database::known(&runs, name) else { return Ok(None) };
    let begin = Begin {
        action: Action::Forget,
        environment: name.into(),
        database: None,
        from: database.to_owned(),
        digest: Digest::default(),
        rows: Tally::default(),
        migrations: None,
    };
    Attempt::begin(deck, begin)?.end(deck, Outcome::Applied, None, None)?;
    Ok(Some(database.to_owned()))
}

/// Asks one environment.
pub async fn status(deck: &Deck, job: &Job, name: &str) -> Result<Status> {
    let (_, kind, writable) = deck
        .project
        .environments()
        .find(|(known, ..)| *known == name)
        .ok_or_else(|| Error::usage("there is no such environment").object(name))?;
    match job.drop_on_cancel(reach(deck, name)).await {
        // That says nothing about the environment.
        Err(error) if error.code == Code::Interrupted => Err(error),
        reached => Ok(Status { name: name.to_owned(), kind, writable, reached }),
    }
}

/// Asks several environments at once; the answers come in the order of `names`.
pub async fn statuses(deck: &Deck, job: &Job, names: &[String]) -> Result<Vec<Status>> {
    futures_util::future::try_join_all(names.iter().map(|name| status(deck, job, name))).await
}

/// Connects to one environment. The future that comes with the answer waits, for as long as that takes, until the
/// connection is lost; it holds nothing.
pub async fn connect(
    deck: &Deck,
    job: &Job,
    name: &str,
) -> Result<(Reached, impl Future<Output = Option<Error>> + Send + use<>)> {
    deck.known(name)?;
    job.drop_on_cancel(watched(deck, name)).await
}

async fn reach(deck: &Deck, name: &str) -> Result<Reached> {
    Ok(watched(deck, name).await?.0)
}

async fn watched(deck: &Deck, name: &str) -> Result<(Reached, impl Future<Output = Option<Error>> + Send + use<>)> {
    let mut reader = deck.reader(name).await?;
    let tx = reader.begin_read().await?;
    let latency = tx.connection().latency();
    let summary = catalog::summary(&tx).await?;
    tx.rollback().await?;
    let server = reader.server();
    let version = server.version.split_whitespace().next().unwrap_or_default().to_owned();
    let reached = Reached { version, standby: server.in_recovery, superuser: server.superuser, latency, summary };
    Ok((reached, reader.lost()))
}
