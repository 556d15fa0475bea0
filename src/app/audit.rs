//! What is wrong with an environment: read its catalogue, measure it by what the team intends.

mod accept;

use std::sync::Arc;

pub use accept::{accept, reread};

use super::{
    deck::{Deck, Declared},
    job::Job,
};
use crate::{
    core::{
        audit::{self, Audit, Check, Severity, facts::Facts},
        error::{Error, Result},
    },
    pg::audit as pg,
};

/// What was read of an environment, and what the checks say about it.
#[derive(Debug, Clone)]
pub struct Audited {
    /// Its name.
    pub environment: String,
    /// What was read.
    pub facts: Arc<Facts>,
    /// What the checks say.
    pub audit: Audit,
    /// What it was measured by.
    pub declared: Arc<Declared>,
}

/// Reads `environment` and runs the checks that `only` names; all of them where it names none.
pub async fn audit(deck: &Deck, job: &Job, environment: &str, only: &[&'static Check]) -> Result<Audited> {
    let facts = Box::pin(facts(deck, job, environment)).await?;
    Ok(judge(deck, environment, facts, only))
}

/// Runs the checks over what was read before, by today's date and by what the team's file said when it was read last.
pub fn judge(deck: &Deck, environment: &str, facts: impl Into<Arc<Facts>>, only: &[&'static Check]) -> Audited {
    let facts = facts.into();
    let declared = deck.declared();
    let audit = audit::run(&facts, &declared.rules, only, jiff::Zoned::now().date());
    Audited { environment: environment.to_owned(), facts, audit, declared }
}
/// Reads what the checks look at.
pub async fn facts(deck: &Deck, job: &Job, environment: &str) -> Result<Facts> {
    deck.known(environment)?;
    job.progress(format!("reading the catalogue of {environment}"), 0, 0);
    let mut reader = job.drop_on_cancel(deck.reader(environment)).await?;
    let canceller = reader.canceller();
    let work = async {
        let tx = reader.begin_read().await?;
        let facts = Box::pin(pg::read(&tx)).await?;
        tx.rollback().await?;
        Ok(facts)
    };
    Box::pin(job.cancel_on_server(&canceller, work)).await.map_err(|error| error.env(environment))
}

/// The checks of these ids; one that there is not is a mistake.
pub fn named(ids: &[String]) -> Result<Vec<&'static Check>> {
    ids.iter().map(|id| audit::check(id).ok_or_else(|| unknown(id))).collect()
}

fn unknown(id: &str) -> Error {
    let hint = match audit::nearest_id(id) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("there is: {}", audit::checks().map(|check| check.id).collect::<Vec<_>>().join(", ")),
    };
    Error::usage("there is no such check").object(id).hint(hint)
}

/// Whether the audit fails at `limit`; `None` never fails.
pub fn fails(audited: &Audited, limit: Option<Severity>) -> bool {
    limit.is_some_and(|limit| audited.audit.fails(limit))
}
