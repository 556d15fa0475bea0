//! What differs between the schemas of two environments.

use futures_util::try_join;

use super::{deck::Deck, job::Job};
use crate::{
    core::{
        drift::{self, Drift, State},
        error::{Error, Result},
    },
    pg::drift as pg,
};

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
