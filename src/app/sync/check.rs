//! Whether the sync sets fit the databases of the environments.

use crate::{
    app::{deck::Deck, job::Job},
    core::{
        error::Result,
        sync::check::{self, Finding},
    },
    pg::sync as pg,
};

/// What was found in one environment.
#[derive(Debug)]
pub struct Checked {
    /// Its name.
    pub environment: String,
    /// The findings, or why it could not be looked at.
    pub findings: Result<Vec<Finding>>,
}

/// Checks all sync sets against the environments `names` (all when empty), one after the other.
pub async fn check(deck: &Deck, job: &Job, names: &[String]) -> Result<Vec<Checked>> {
    let mut out = Vec::new();
    for environment in deck.names(names)? {
        job.progress(format!("checking {environment}"), 0, 0);
        let findings = Box::pin(in_one(deck, job, &environment)).await;
        out.push(Checked { findings: findings.map_err(|error| error.env(&environment)), environment });
    }
    Ok(out)
}

async fn in_one(deck: &Deck, job: &Job, environment: &str) -> Result<Vec<Finding>> {
    let mut reader = job.drop_on_cancel(deck.reader(environment)).await?;
    let canceller = reader.canceller();
    let work = async {
        let (tx, opened) = pg::open(&mut reader, &deck.project.sets).await?;
        let findings = check::check(&opened.catalog, &deck.project.sets);
        tx.rollback().await?;
        Ok(findings)
    };
    job.cancel_on_server(&canceller, work).await
}
