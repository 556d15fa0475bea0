//! What differs between the schemas of two environments.

use std::fmt;

use futures_util::try_join;

use super::{deck::Deck, job::Job};
use crate::{
    core::{
        drift::{self, Drift, State},
        error::{Error, Result},
    },
    pg::drift as pg,
};

/// What an environment is compared with.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Base {
    /// Another one.
    Environment(String),
}

impl fmt::Display for Base {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Base::Environment(name) => f.write_str(name),
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
}

/// Compares the environment `to` with `from`.
///
/// # Errors
/// An environment that there is not, or the same one twice; a connection's and a server's own.
pub async fn compare(deck: &Deck, job: &Job, from: &Base, to: &str) -> Result<Compared> {
    let drift = match from {
        Base::Environment(name) => Box::pin(drift(deck, job, name, to)).await?,
    };
    Ok(Compared { from: from.clone(), to: to.to_owned(), drift })
}

/// Reads both environments, side by side, and compares them.
///
/// # Errors
/// An environment that there is not, or the same one twice; a connection's and a server's own.
pub async fn drift(deck: &Deck, job: &Job, from: &str, to: &str) -> Result<Drift> {
    deck.known(from)?;
    deck.known(to)?;
    if from == to {
        return Err(Error::usage("an environment does not differ from itself")
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
