//! What differs between the schemas of two environments, or between an environment and what its migrations make.

pub mod replay;

use std::fmt;

use futures_util::try_join;

use super::{deck::Deck, job::Job};
use crate::{
    core::{
        drift::{self, Drift, State, report},
        error::{Error, Result},
        migrations::replay::Replayed,
    },
    pg::drift as pg,
};

/// What an environment is compared with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Base {
    /// Another one.
    Environment(String),
    /// What the project's migrations make, replayed on a throw-away server.
    Migrations,
}

/// What the side of the migrations is called. An environment may have the same name.
pub const MIGRATIONS: &str = "migrations";

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Base::Environment(name) => f.write_str(name),
            Base::Migrations => f.write_str(MIGRATIONS),
        }
    }
}

/// A comparison with the names of its sides.
#[derive(Debug, Clone)]
pub struct Compared {
    /// The first side.
    pub from: Base,
    /// The environment that is the second.
    pub to: String,
    /// What differs.
    pub drift: Drift,
    /// How migrations were replayed, where these are the first side.
    pub replayed: Option<Replayed>,
}

impl Compared {
    /// Remarks on how the two were compared, one line each.
    pub fn notes(&self) -> Vec<String> {
        let replayed = self.replayed.iter().flat_map(|replayed| replayed.notes(&self.to, self.drift.versions.1));
        let names = self.from.to_string();
        replayed.chain(report::notes((&names, &self.to), &self.drift)).collect()
    }
}

/// Compares the environment `to` with `from`.
///
/// # Errors
/// An environment that there is not, or the same one twice; a connection's and a server's own; what keeps migrations from
/// being replayed.
pub async fn compare(deck: &Deck, job: &Job, from: &Base, to: &str) -> Result<Compared> {
    match from {
        Base::Environment(name) => {
            let drift = Box::pin(drift(deck, job, name, to)).await?;
            Ok(Compared { from: from.clone(), to: to.to_owned(), drift, replayed: None })
        }
        Base::Migrations => Box::pin(replay::compare(deck, job, &replay::Asked::default(), to)).await,
    }
}

/// Reads both environments, side by side, and compares them.
///
/// # Errors
/// An environment that there is not, or the same one twice; a connection's and a server's own.
pub async fn drift(deck: &Deck, job: &Job, from: &str, to: &str) -> Result<Drift> {
    deck.known(from)?;
    deck.known(to)?;
    if from == to {
        return Err(Error::usage("--from and --to are the same environment")
            .env(from)
            .hint("name two with --from and --to"));
    }
    let (from, to) = try_join!(Box::pin(state(deck, job, from)), Box::pin(state(deck, job, to)))?;
    Ok(drift::compare(&from, &to))
}

/// Reads what an environment is compared by, of one moment.
///
/// # Errors
/// A connection's and a server's own.
pub async fn state(deck: &Deck, job: &Job, environment: &str) -> Result<State> {
    job.progress(format!("reading the catalogue of {environment}"), 0, 0);
    let mut reader = job.drop_on_cancel(deck.reader(environment)).await?;
    let canceller = reader.canceller();
    let work = async {
        let tx = reader.begin_read().await?;
        let state = Box::pin(pg::read(&tx)).await?;
        tx.rollback().await?;
        Ok(state)
    };
    Box::pin(job.cancel_on_server(&canceller, work)).await.map_err(|error| error.env(environment))
}
