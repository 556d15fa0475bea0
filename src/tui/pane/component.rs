//! What the console asks a pane, and what it tells it. Whatever a pane does not answer has a default, so that an empty
//! pane only draws.

use std::{fmt, ops::ControlFlow, time::Duration};

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

use crate::{
    config::{key::Key, project::Project},
    core::sheet::Sheet,
    tui::{
        action::{Action, Context, Reason},
        model::{JobId, Model},
        msg::{Effect, Mouse, Msg},
        widget::{cell::Cell, table::Position},
    },
};

/// A pane as keys, the mouse and the screen know it. It has no state of its own: that is a field of the [`Model`].
pub trait Component: Events + fmt::Debug + Sync {
    /// Draws it; returns where the cursor belongs while a line is being typed.
    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point>;

    /// Where keys go, the nearest first. Global keys come behind these by themselves.
    fn contexts(&self, _model: &Model) -> Vec<Context> {
        Vec::new()
    }

    /// Whether a line is being typed, so that letters are letters.
    fn typing(&self, _model: &Model) -> bool {
        false
    }

    /// Handles a key that is bound to nothing, while a line is being typed.
    fn typed(&self, _model: &mut Model, _key: Key) {}

    /// Handles pasted text, while a line is being typed.
    fn pasted(&self, _model: &mut Model, _text: &str) {}

    /// Whether Esc has something to leave inside the pane.
    fn can_go_back(&self, _model: &Model) -> bool {
        false
    }

    /// Whether the pane can do `action` just now, or would if it were in front.
    fn availability(&self, _model: &Model, _action: Action) -> Result<(), Reason> {
        Err(Reason::new("this pane cannot do that"))
    }

    /// Does `action`, which is available.
    fn act(&self, _model: &mut Model, _action: Action) -> Vec<Effect> {
        Vec::new()
    }

    /// The rows of its list that the filter lets through, in their order.
    fn sheet(&self, _model: &Model) -> Option<Sheet> {
        None
    }

    /// Handles a click inside `area`, where the pane is drawn.
    fn clicked(&self, _model: &mut Model, _mouse: Mouse, _area: Rect) {}

    /// Where the selection is, for the end of the hint bar.
    fn position(&self, _model: &Model) -> Option<Position> {
        None
    }

    /// What stands behind its title in its tab: how many findings, how much is pending.
    fn badge(&self, _model: &Model) -> Option<Cell> {
        None
    }

    /// Lets what follows the selection catch up with it. Called after every message.
    fn settle(&self, _model: &mut Model) {}

    /// When that changes something by itself.
    fn due(&self, _model: &Model) -> Option<Duration> {
        None
    }
}

/// What a pane does because of what happens elsewhere.
pub trait Events {
    /// The project file was read.
    fn set_project(&self, _model: &mut Model, _project: &Project) {}

    /// The console has opened: starts what needs no environment.
    fn opened(&self, _model: &mut Model) -> Vec<Effect> {
        Vec::new()
    }

    /// The state of an environment changed.
    fn environment_changed(&self, _model: &mut Model) {}

    /// The environment `name` answers: starts what is to be read of it.
    fn answered(&self, _model: &mut Model, _name: &str) -> Vec<Effect> {
        Vec::new()
    }

    /// Takes a message that is meant for this pane; hands back any other.
    fn handle(&self, _model: &mut Model, msg: Msg) -> ControlFlow<Vec<Effect>, Msg> {
        ControlFlow::Continue(msg)
    }

    /// `job` is over, whether it told of a result or not.
    fn ended(&self, _model: &mut Model, _job: JobId) {}

    /// Something happened while the pane is in front: starts reading what it shows and does not know yet.
    fn looked_at(&self, _model: &mut Model) -> Vec<Effect> {
        Vec::new()
    }
}
