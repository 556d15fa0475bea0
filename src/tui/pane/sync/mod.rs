//! The sync wizard: export → review → apply → verify.

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

use crate::{
    config::{key::Key, project::Project},
    tui::{
        action::{Action, Context, Reason},
        model::Model,
        msg::{Effect, Mouse, Sync},
        widget::table::Position,
    },
};

/// The wizard, whichever step it is at.
#[derive(Debug, Clone, Default)]
pub struct SyncPane {}

impl SyncPane {
    /// The wizard of `project`, at its first step.
    pub fn new(_project: &Project) -> Self {
        SyncPane::default()
    }
}

/// Where keys go.
pub fn contexts(_model: &Model) -> Vec<Context> {
    vec![Context::Sync]
}

/// Whether a line is being typed.
pub fn typing(_model: &Model) -> bool {
    false
}

/// Takes in a key that is bound to nothing.
pub fn typed(_model: &mut Model, _key: Key) {}

/// Takes in what was pasted.
pub fn pasted(_model: &mut Model, _text: &str) {}

/// Whether Esc has something to leave.
pub fn can_go_back(_model: &Model) -> bool {
    false
}

/// Whether `action` can be done just now.
pub fn availability(_model: &Model, _action: Action) -> Result<(), Reason> {
    Err(Reason::new("there is nothing here yet"))
}

/// Does `action`.
pub fn act(_model: &mut Model, _action: Action) -> Vec<Effect> {
    Vec::new()
}

/// Takes in how the wizard's work gets on.
pub fn told(_model: &mut Model, _sync: Sync) -> Vec<Effect> {
    Vec::new()
}

/// Takes in a click.
pub fn clicked(_model: &mut Model, _mouse: Mouse, _area: Rect) {}

/// Where the selection is.
pub fn position(_model: &Model) -> Option<Position> {
    None
}

/// Draws it.
pub fn draw(_model: &Model, _area: Rect, _buffer: &mut Buffer) -> Option<Point> {
    None
}
