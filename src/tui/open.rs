//! The console of a project: its model from the deck, its work done by the use-cases.

use std::sync::Arc;

use super::{
    execute::execute,
    model::{EnvState, EnvStatus, Model},
    setup::{self, Setup},
};
use crate::{app::deck::Deck, config::preferences::Preferences, core::error::Result};

/// Opens the console on `deck`, set up as `setup` says, and returns when it is left.
pub async fn open(deck: Arc<Deck>, setup: Setup) -> Result<()> {
    let model = model_with(&deck, setup);
    super::run(model, move |work, handle| execute(Arc::clone(&deck), work, handle)).await
}

/// The console as it is before anything is known, as its person likes it.
pub fn model(deck: &Deck) -> Result<Model> {
    Ok(model_with(deck, setup::read(Preferences::default(), &|name| deck.var(name))?))
}

fn model_with(deck: &Deck, setup: Setup) -> Model {
    let environments = deck.project.environments().map(|(name, kind, writable)| EnvStatus {
        name: name.to_owned(),
        kind,
        writable,
        state: EnvState::Connecting,
    });
    let mut model = Model::new(&deck.project.name, environments.collect(), setup.keys, setup.look);
    model.mouse = setup.mouse;
    model.csv_safe = setup.csv_safe;
    model.set_project(&deck.project);
    model
}
