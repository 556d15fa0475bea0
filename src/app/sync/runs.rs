//! The record with the before-images of a run, and the plan that takes a run back.

use crate::{
    app::{
        deck::Deck,
        journal,
        runs::{Attempt, Begin, path},
        store,
    },
    core::{
        error::{Error, Result, did_you_mean},
        gate::RunId,
        journal::{Action, Outcome},
        sync::{
            plan::Plan,
            undo::{self, Record},
        },
    },
    pg::apply::Written,
};

/// Gives the run of `plan` its name and its first line in the journal.
pub(super) fn begin(deck: &Deck, plan: &Plan) -> Result<Attempt> {
    let action = if plan.undoes.is_some() { Action::Undo } else { Action::Apply };
    let (environment, from) = (plan.to.clone(), plan.from.clone());
    Attempt::begin(
        deck,
        Begin {
            action,
            environment,
            database: Some(plan.database.clone()),
            from,
            digest: plan.digest.clone(),
            rows: plan.tally(),
            migrations: None,
        },
    )
}

/// Puts the record with the before-images of `run` on disk.
pub(super) fn keep(deck: &Deck, run: &RunId, plan: &Plan, written: &Written) -> Result<()> {
    let record = Record::new(run, plan, &written.images, &written.xid, &written.triggers.also);
    let written =
        store::write_with(&path(deck, run), store::Existing::Replace, |to| Ok(serde_json::to_writer(to, &record)?));
    written.map_err(|error| {
        Error::rolled_back(format!("the before-images cannot be kept: {}", error.message))
            .nothing_written()
            .at(path(deck, run).display())
    })
}

/// The record of `run`; `None` where it was cut off before its images were on disk.
pub(super) fn record_of(deck: &Deck, run: &RunId) -> Result<Option<Record>> {
    let path = path(deck, run);
    let Some(file) = store::open(&path)? else { return Ok(None) };
    if file.metadata().map_err(|error| store::cannot("read", &path, &error))?.len() == 0 {
        return Ok(None);
    }
    Record::read_from(run, file).map(Some).map_err(|why| {
        Error::usage(format!("the run's before-images cannot be used: {why}")).object(run).at(path.display())
    })
}

/// The plan that takes `run` back.
pub fn undo_plan(deck: &Deck, run: &RunId) -> Result<Plan> {
    let runs = journal::read(deck)?;
    let Some(known) = runs.iter().find(|known| known.last.run == *run) else {
        let names: Vec<_> = runs.iter().map(|known| known.last.run.as_str()).collect();
        return Err(Error::usage("there is no such run").object(run).hint(did_you_mean(run, names)));
    };
    if known.last.action == Action::Forget {
        return Err(Error::usage("this run wrote nothing: there is nothing to undo").object(run));
    }
    if known.last.action == Action::Migrate {
        return Err(Error::refused("migrations are not taken back by pgdeck")
            .object(run)
            .hint("write a migration that undoes them, or restore a backup"));
    }
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
