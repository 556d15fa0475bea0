//! The panes: which there are, and where each plugs in.
//!
//! A pane is a folder beside this file. It describes itself in an [`Entry`] and answers the questions of
//! [`Component`] and [`Events`], whose defaults do for an empty pane; one that is a list says what its rows are
//! (`list.rs`) and is a component by that. Adding one: a variant of [`Pane`], its entry in [`Pane::ALL`], and, if it
//! has a state, a field of the [`Model`].

use std::{fmt::Write as _, ops::ControlFlow, time::Duration};

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

pub mod audit;
mod component;
pub mod counts;
pub mod drift;
pub mod journal;
mod list;
pub mod migrations;
pub mod overview;
mod split;
pub mod sync;

pub use component::{Component, Events};

use crate::{
    config::{key::Key, source::Source, theme::Role},
    core::sheet::Sheet,
};

use super::{
    action::{Action, Context, Reason},
    keys::label,
    model::Model,
    msg::{Effect, Mouse, Msg},
    widget::{cell::Cell, table::Position},
};

/// One of the panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "`Pane::ALL` describes each")]
pub enum Pane {
    Overview,
    Counts,
    Audit,
    Migrations,
    Drift,
    Sync,
    Journal,
}

/// What there is to say about a pane, and what answers for it.
#[derive(Debug)]
pub struct Entry {
    /// Which.
    pub pane: Pane,
    /// Its title.
    pub title: &'static str,
    /// What it is for, in one sentence.
    pub purpose: &'static str,
    /// The id of the action that brings it to the front.
    pub go: &'static str,
    /// The key that does so from everywhere, if it has one. It stays the same when panes are added: 3 is kept for a
    /// schema browser, 8 for runbooks, 9 for queries; backups get none.
    pub number: Option<char>,
    /// The key that does so behind `g`. These are kept: `s` for the schema, `r` for runbooks, `q` for queries, `b` for
    /// backups.
    pub letter: char,
    /// The contexts of the actions that are its own.
    pub contexts: &'static [Context],
    /// What answers for it.
    pub component: &'static dyn Component,
}

impl Pane {
    /// The panes in the order of their tabs, which is that of the enum.
    pub const ALL: &'static [Entry] =
        &[overview::ENTRY, counts::ENTRY, audit::ENTRY, migrations::ENTRY, drift::ENTRY, sync::ENTRY, journal::ENTRY];

    /// Its entry in the table.
    pub fn entry(self) -> &'static Entry {
        &Pane::ALL[self as usize]
    }

    /// What answers for it.
    fn component(self) -> &'static dyn Component {
        self.entry().component
    }

    /// The pane `by` tabs further, round and round.
    #[must_use]
    pub fn step(self, by: usize) -> Self {
        Pane::ALL[(self as usize + by) % Pane::ALL.len()].pane
    }
}

/// The keys that bring panes to the front, as a keymap that lies below all others.
pub fn keymap() -> Source {
    let mut text = "[global]\n".to_owned();
    for entry in Pane::ALL {
        let number = entry.number.map(|number| format!("'{number}', ")).unwrap_or_default();
        let _ = writeln!(text, "{} = [{number}'g {}']", entry.go, entry.letter);
    }
    Source::new("keymaps/panes.toml", text)
}

/// Every component, in the order of the tabs.
pub fn components() -> impl Iterator<Item = &'static dyn Component> {
    Pane::ALL.iter().map(|entry| entry.component)
}

/// Where keys go in the pane in front, the nearest first. Global keys come behind these by themselves.
pub fn contexts(model: &Model) -> Vec<Context> {
    model.pane.component().contexts(model)
}

/// Whether a line is being typed in the pane in front, so that letters are letters.
pub fn typing(model: &Model) -> bool {
    model.pane.component().typing(model)
}

/// Handles a key that is bound to nothing: no letter of a filter that nobody opened.
pub fn typed(model: &mut Model, key: Key) {
    if typing(model) {
        model.pane.component().typed(model, key);
    }
}

/// Handles pasted text, where a line is being typed.
pub fn pasted(model: &mut Model, text: &str) {
    if typing(model) {
        model.pane.component().pasted(model, text);
    }
}

/// Whether Esc has something to leave inside the pane in front.
pub fn can_go_back(model: &Model) -> bool {
    model.pane.component().can_go_back(model)
}

/// Whether the pane in front can do `action` just now.
pub fn availability(model: &Model, action: Action) -> Result<(), Reason> {
    availability_in(model, model.pane, action)
}

/// Whether `pane` could do `action` just now if it were in front.
pub fn availability_in(model: &Model, pane: Pane, action: Action) -> Result<(), Reason> {
    match homes(action).next() {
        Some(home) if !homes(action).any(|home| home == pane) => {
            Err(Reason::new(format!("available in the {} pane", home.entry().title)))
        }
        _ => pane.component().availability(model, action),
    }
}

/// The panes whose own action this is, by the contexts of the action's entry; none where it is anybody's.
pub fn homes(action: Action) -> impl Iterator<Item = Pane> {
    let contexts = action.entry().contexts;
    let home = |context: &Context| Pane::ALL.iter().find(|entry| entry.contexts.contains(context));
    contexts.iter().filter_map(home).map(|entry| entry.pane)
}

/// The rows of the list in front, as its filter lets them through and in their order.
pub fn sheet(model: &Model) -> Option<Sheet> {
    model.pane.component().sheet(model)
}

/// Does `action` in the pane in front.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    model.pane.component().act(model, action)
}

/// Handles a click inside the pane in front, which is drawn in `area`.
pub fn clicked(model: &mut Model, mouse: Mouse, area: Rect) {
    model.pane.component().clicked(model, mouse, inside(area));
}

/// Where the selection of the pane in front is, for the end of the hint bar.
pub fn position(model: &Model) -> Option<Position> {
    model.pane.component().position(model).filter(|position| position.all > 0)
}

/// Offers `msg` to every pane; hands it back where none takes it.
pub fn handle(model: &mut Model, msg: Msg) -> ControlFlow<Vec<Effect>, Msg> {
    components().try_fold(msg, |msg, component| component.handle(model, msg))
}

/// Something happened: the pane in front follows its selection, and reads what it shows and does not know yet.
pub fn settle(model: &mut Model) -> Vec<Effect> {
    let component = model.pane.component();
    component.settle(model);
    component.looked_at(model)
}

/// When the pane in front changes by itself.
pub fn due(model: &Model) -> Option<Duration> {
    model.pane.component().due(model)
}

/// The key that does `action` in the pane in front, whatever lies over it.
pub fn key_of(model: &Model, action: Action) -> Cell {
    let mut contexts = contexts(model);
    contexts.push(Context::Global);
    let chord = model.keys.shown(action, &contexts);
    Cell::of(Role::Accent, chord.map(|chord| label(chord, &model.look.glyphs)).unwrap_or_default()).bold()
}

/// The part of the screen that a pane draws in and is clicked in.
fn inside(area: Rect) -> Rect {
    Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area }
}

/// Draws the pane in front; returns where the cursor belongs while a line is being typed.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
    model.pane.component().draw(model, inside(area), buffer)
}
