//! What the action table says of each action.

use super::{Action, Context};
use crate::tui::pane;

/// What there is to say about an action.
#[derive(Debug, Clone, Copy)]
pub struct Entry {
    /// Which.
    pub action: Action,
    /// Its name in keymaps and in the palette.
    pub id: &'static str,
    /// A few words, as in a menu.
    pub title: &'static str,
    /// One sentence.
    pub description: &'static str,
    /// Where it means something.
    pub contexts: &'static [Context],
    /// Its one or two words in the hint bar, if it is worth a place there.
    pub hint: Option<&'static str>,
    /// Whether it leads to something being written.
    pub danger: bool,
}

pub(super) const fn entry(
    action: Action,
    id: &'static str,
    title: &'static str,
    contexts: &'static [Context],
    description: &'static str,
) -> Entry {
    Entry { action, id, title, description, contexts, hint: None, danger: false }
}

impl Entry {
    /// The action that brings `pane` to the front.
    pub(super) fn go(pane: &pane::Entry) -> Self {
        entry(Action::Go(pane.pane), pane.go, pane.title, &[Context::Global], pane.purpose)
    }

    pub(super) const fn hint(self, hint: &'static str) -> Self {
        Entry { hint: Some(hint), ..self }
    }

    pub(super) const fn danger(self) -> Self {
        Entry { danger: true, ..self }
    }
}
