//! The console of a project: its model from the deck, its work done by the use-cases.

use std::sync::Arc;

use super::{
    execute::execute,
    glyphs::UNICODE,
    keys::Keys,
    look::{Depth, Look},
    model::{EnvState, EnvStatus, Model},
};
use crate::{
    app::deck::Deck,
    config::{place, source::Source, theme::Theme},
    core::error::{Error, Result},
};

/// Opens the console on `deck` and returns when it is left.
pub async fn open(deck: Arc<Deck>) -> Result<()> {
    let model = model(&deck)?;
    super::run(model, move |work, handle| execute(Arc::clone(&deck), work, handle)).await
}

/// The console as it is before anything is known.
pub fn model(deck: &Deck) -> Result<Model> {
    let environments = deck.project.environments().map(|(name, kind, writable)| EnvStatus {
        name: name.to_owned(),
        kind,
        writable,
        state: EnvState::Connecting,
    });
    let mut model = Model::new(&deck.project.name, environments.collect(), keys(deck)?, look(deck)?);
    model.know(&deck.project);
    Ok(model)
}

/// A user's own file in the configuration folder, if there is one.
fn own(deck: &Deck, name: &str) -> Result<Option<Source>> {
    match place::config_dir(&|name| deck.var(name)) {
        Ok(folder) => Source::read(&folder.join(name)),
        // Nobody without a home has a keymap in it.
        Err(_) => Ok(None),
    }
}

fn keys(deck: &Deck) -> Result<Keys> {
    Keys::load(own(deck, "keymap.toml")?.as_ref())
}

fn look(deck: &Deck) -> Result<Look> {
    let colourless = deck.var("NO_COLOR").is_some_and(|value| !value.is_empty());
    let name = if colourless { "mono" } else { "dark" };
    let built_in = Theme::built_in(name).ok_or_else(|| Error::usage("there is no such theme").object(name))?;
    let mut theme = Theme::read(&built_in, None)?;
    if let Some(own) = own(deck, "theme.toml")?.filter(|_| !colourless) {
        theme = Theme::read(&own, Some(&theme))?;
    }
    Ok(Look::new(&theme, depth(deck, colourless), UNICODE))
}

fn depth(deck: &Deck, colourless: bool) -> Depth {
    let says =
        |name: &str, words: &[&str]| deck.var(name).is_some_and(|value| words.iter().any(|word| value.contains(word)));
    if colourless {
        Depth::None
    } else if says("COLORTERM", &["truecolor", "24bit"]) || says("TERM", &["direct", "kitty", "ghostty", "alacritty"]) {
        Depth::True
    } else {
        Depth::Indexed
    }
}
