//! The panes: which there are, and where each plugs in.
//!
//! A pane is a module with its own model (a field of [`Model`]), which answers the questions below.
//! Adding one: a variant and an entry here, its field in the model, and an arm in each `match`.

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

use crate::config::{key::Key, theme::Role};

use super::{
    action::{Action, Context, Reason},
    model::Model,
    msg::{Effect, Mouse},
    widget::{cell::Cell, section, table::Position},
};

/// One of the panes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "`Pane::ALL` describes each")]
pub enum Pane {
    Counts,
    Sync,
    Journal,
}

/// What there is to say about a pane.
#[derive(Debug)]
pub struct Entry {
    /// Which.
    pub pane: Pane,
    /// Its title.
    pub title: &'static str,
    /// What it is for, shown while it is empty.
    pub purpose: &'static str,
}

impl Pane {
    /// The panes in the order of their tabs; their numbers are counted from 1.
    pub const ALL: &'static [Entry] = &[
        Entry { pane: Pane::Counts, title: "Counts", purpose: "Rows per table and environment, side by side." },
        Entry {
            pane: Pane::Sync,
            title: "Sync",
            purpose: "Export, review, apply and verify: rows carried from one environment to another.",
        },
        Entry {
            pane: Pane::Journal,
            title: "Journal",
            purpose: "Who did what to which environment, and how it ended.",
        },
    ];

    /// Its entry in the table.
    pub fn entry(self) -> &'static Entry {
        &Pane::ALL[self as usize]
    }

    /// The pane `by` tabs further, round and round.
    #[must_use]
    pub fn step(self, by: usize) -> Self {
        Pane::ALL[(self as usize + by) % Pane::ALL.len()].pane
    }
}

/// Where keys go in the pane in front, the nearest first. Global keys come behind these by themselves.
pub fn contexts(model: &Model) -> Vec<Context> {
    match model.pane {
        Pane::Counts => vec![Context::Counts],
        Pane::Sync => vec![Context::Sync],
        Pane::Journal => vec![Context::Journal],
    }
}

/// Whether a line is being typed in the pane in front, so that letters are letters.
pub fn typing(_model: &Model) -> bool {
    false
}

/// Takes in a key that is bound to nothing.
pub fn typed(_model: &mut Model, _key: Key) {}

/// Takes in what was pasted.
pub fn pasted(_model: &mut Model, _text: &str) {}

/// Whether Esc has something to leave inside the pane in front.
pub fn can_go_back(_model: &Model) -> bool {
    false
}

/// Whether the pane in front can do `action` just now.
pub fn availability(_model: &Model, _action: Action) -> Result<(), Reason> {
    Err(Reason::new("there is nothing here yet"))
}

/// Does `action` in the pane in front.
pub fn act(_model: &mut Model, _action: Action) -> Vec<Effect> {
    Vec::new()
}

/// Takes in a click inside the pane in front, which is drawn in `area`.
pub fn clicked(_model: &mut Model, _mouse: Mouse, _area: Rect) -> Vec<Effect> {
    Vec::new()
}

/// Where the selection of the pane in front is, for the end of the hint bar.
pub fn position(_model: &Model) -> Option<Position> {
    None
}

/// What stands behind the title of `pane` in its tab: how many findings, how much is pending.
pub fn badge(_model: &Model, _pane: Pane) -> Option<Cell> {
    None
}

/// Draws the pane in front; says where the cursor belongs, if a line is being typed.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
    let entry = model.pane.entry();
    let lines = [Cell::text(entry.title).bold(), Cell::of(Role::Muted, entry.purpose)];
    let inside = Rect {
        x: area.x + 1,
        y: area.y + area.height.min(1),
        width: area.width.saturating_sub(2),
        height: area.height.saturating_sub(1),
    };
    section::lines(&lines, 0, inside, &model.look, buffer);
    None
}
