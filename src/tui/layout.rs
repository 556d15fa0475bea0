//! Where things are. Used by drawing and by the mouse, so that both agree.

use ratatui::layout::{Constraint, Layout, Rect};

/// The smallest screen that is of use.
pub const LEAST: (u16, u16) = (40, 12);

/// The lines of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Areas {
    /// Project, environments and what is running.
    pub status: Rect,
    /// The panes.
    pub tabs: Rect,
    /// The rule below; nothing on low screens.
    pub rule: Rect,
    /// The pane in front.
    pub body: Rect,
    /// What there is to say.
    pub message: Rect,
    /// The keys.
    pub hints: Rect,
}

impl Areas {
    /// The pane with the line below it: where a box has room that stands on the line of keys.
    pub fn above_hints(&self) -> Rect {
        Rect { height: self.body.height + self.message.height, ..self.body }
    }
}

/// The lines of a screen of `size`, or nothing where it is too small.
pub fn areas(size: (u16, u16)) -> Option<Areas> {
    let (width, height) = size;
    if width < LEAST.0 || height < LEAST.1 {
        return None;
    }
    let rule = u16::from(height >= 16);
    let lines = [1, 1, rule].map(Constraint::Length);
    let [status, tabs, rule, body, message, hints] = Layout::vertical([
        lines[0],
        lines[1],
        lines[2],
        Constraint::Fill(1),
        Constraint::Length(1),
        Constraint::Length(1),
    ])
    .areas(Rect::new(0, 0, width, height));
    Some(Areas { status, tabs, rule, body, message, hints })
}
