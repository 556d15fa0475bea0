//! Whether the sync sets fit the databases of the environments.

use futures_util::future::try_join_all;

use crate::{
    app::{deck::Deck, job::Job},
    core::{
        error::Result,
        sync::{
            check::{self, Finding},
            sql::Side,
        },
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
    let writable = deck.environment(environment)?.writable;
    let work = async {
        let (tx, opened) = pg::open(&mut reader, &deck.project.sets).await?;
        let mut findings = check::check(&opened.catalog, &deck.project.sets);
        let side = if writable { Side::Target } else { Side::Source };
        let tables = check::readable(&opened.catalog, &deck.project.sets);
        let asked = tables.iter().map(|(shape, _)| pg::reading_refused(&tx, shape, side, opened.utf8));
        for ((shape, spec), refused) in tables.iter().zip(try_join_all(asked).await?) {
            findings.extend(refused.map(|error| check::refused(shape, spec, &error)));
        }
        tx.rollback().await?;
        Ok(findings)
    };
    job.cancel_on_server(&canceller, work).await
}
