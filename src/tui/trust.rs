//! What the project makes pgdeck run, shown and agreed to in the console.

use std::sync::Arc;

use super::{
    model::Model,
    msg::{Effect, Tone, Work},
    overlay::{Asked, Confirm, Overlay},
    reconnect,
    widget::cell::Cell,
};
use crate::{
    app::trust::Item,
    config::theme::Role,
    core::{
        env::Kind,
        error::{Code, Result},
    },
};

/// What is typed to agree.
const WORD: &str = "yes";

/// Looks whether there is something to agree to, where an environment needs a command.
pub fn look(model: &mut Model) -> Option<Effect> {
    let project = model.declared.as_ref()?;
    let asks = project.path().is_some() && project.commands().next().is_some();
    asks.then(|| model.start("reading what the project runs", Work::Trust))
}

/// Asks for an agreement to those of `items` that have none.
pub fn ask(model: &mut Model, mut items: Vec<Item>) {
    items.retain(|item| !item.agreed);
    if items.is_empty() {
        return;
    }
    let confirm = Confirm::new("Agree", WORD, Kind::Staging, facts(&items), Asked::Trust(items));
    model.overlays.push(Overlay::Confirm(confirm));
}

fn facts(items: &[Item]) -> Vec<Cell> {
    let mut facts = Vec::new();
    for Item { runs, .. } in items {
        let environment = runs.environment().map(|name| format!("{name}: ")).unwrap_or_default();
        // The folder is the project's, which everybody knows; with the whole path the line would be all path.
        let place = runs.place().rsplit('/').next().unwrap_or_default();
        facts.push(
            Cell::of(Role::Accent, format!("{place}: ")).and(Role::Text, format!("{environment}{}", runs.what())),
        );
        facts.extend(runs.about().into_iter().map(|line| Cell::of(Role::Muted, line)));
        facts.push(Cell::default());
    }
    facts.push(Cell::of(Role::Muted, "Nothing runs until you agree. Esc closes without agreeing."));
    facts
}

/// `typed` was the answer; what was shown is what is agreed to.
pub fn confirmed(model: &mut Model, items: Vec<Item>, typed: &str) -> Vec<Effect> {
    if typed != WORD {
        return Vec::new();
    }
    vec![model.start("agreeing", Work::Agree(Arc::new(items)))]
}

/// Takes in what became of it; whoever was not connected is connected now.
pub fn agreed(model: &mut Model, result: &Result<()>) -> Vec<Effect> {
    match result {
        Ok(()) => {
            model.messages.dismiss();
            model.say(Tone::Done, "agreed; `pgdeck trust --revoke` takes it back");
            let refused =
                |error: &_| matches!(error, super::model::EnvState::Failed(error) if error.code == Code::Refused);
            let names = model.environments.iter().filter(|environment| refused(&environment.state));
            let names: Vec<_> = names.map(|environment| environment.name.clone()).collect();
            names.iter().map(|name| reconnect::connect(model, name)).collect()
        }
        Err(error) => {
            model.fail(error);
            Vec::new()
        }
    }
}
