//! A list, and beside it the details of the selected row where there is room for both. The details follow the
//! selection when it rests, and can be scrolled once they have the keys.

use std::time::Duration;

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    config::theme::Role,
    tui::{
        action::Action,
        debounce::Debounced,
        look::Look,
        overlay::scrolled,
        widget::{cell::Cell, section},
    },
};

/// Below this width the details are a page of their own.
pub const DETAILS_MIN_WIDTH: u16 = 100;

/// Cells of the details that hold no text: the rule, and a blank beside it.
const RULE: u16 = 2;

/// The list, and beside it the details, whose text has the width that `side` gives them.
pub fn split(area: Rect, side: impl Fn(u16) -> Option<u16>) -> (Rect, Option<Rect>) {
    let Some(side) = side(area.width).filter(|_| area.width >= DETAILS_MIN_WIDTH) else { return (area, None) };
    let left = Rect { width: area.width - side - RULE - 1, ..area };
    let right = Rect { x: left.right() + 1, width: side + RULE, ..area };
    (left, Some(right))
}

/// Where the text of the details stands in `right`.
pub fn text(right: Rect) -> Rect {
    Rect { x: right.x + RULE, width: right.width.saturating_sub(RULE), ..right }
}

/// The details of the row called by a `K`.
#[derive(Debug, Clone)]
pub struct Details<K> {
    /// The row that they are about.
    row: Debounced<K>,
    /// What they say of this row, broken into lines of so many cells.
    lines: Option<(K, u16, Vec<Cell>)>,
    /// Whether keys scroll them instead of moving in the list.
    pub focused: bool,
    /// The first line in sight.
    top: usize,
}

impl<K> Default for Details<K> {
    fn default() -> Self {
        Details { row: Debounced::default(), lines: None, focused: false, top: 0 }
    }
}

impl<K: Clone + PartialEq> Details<K> {
    /// What they say is no longer true.
    pub fn forget(&mut self) {
        self.lines = None;
    }

    /// The row `selected` is selected at the time `now`: the details are about it once it has been for long enough.
    pub fn follow(&mut self, selected: Option<K>, now: Duration) {
        let before = self.row.at().cloned();
        self.row.follow(selected, now);
        self.row.settle(now);
        if self.row.at() != before.as_ref() {
            self.top = 0;
        }
    }

    /// The row that they are about.
    pub fn row(&self) -> Option<&K> {
        self.row.at()
    }

    /// When they follow the selection, if they have yet to.
    pub fn due(&self) -> Option<Duration> {
        self.row.due()
    }

    /// Whether nothing has to be written anew for lines of `width` cells.
    pub fn is_current(&self, width: Option<u16>) -> bool {
        let written = self.lines.as_ref().map(|(row, width, _)| (row, *width));
        written == self.row().zip(width)
    }

    /// Writes them anew, in lines of `width` cells.
    pub fn write(&mut self, width: u16, paragraphs: &[Cell]) {
        let lines = paragraphs.iter().flat_map(|line| line.wrapped(width.into())).collect();
        self.lines = self.row().cloned().map(|row| (row, width, lines));
    }

    /// Scrolls them where `room` lines are in sight.
    pub fn scroll(&mut self, action: Action, room: u16) {
        let length = self.lines.as_ref().map_or(0, |(_, _, lines)| lines.len());
        // The last line in sight says where that is.
        let room = if length > usize::from(room) { room.saturating_sub(1) } else { room };
        self.top = scrolled(self.top, length, room, action);
    }

    /// Draws them in `right`; where not all lines have room, the last one says so, and that the key `open` shows all.
    pub fn draw(&self, open: Cell, right: Rect, look: &Look, buffer: &mut Buffer) {
        let role = if self.focused { Role::Accent } else { Role::Border };
        section::divider(right, role, look, buffer);
        let (area, Some((_, _, lines))) = (text(right), &self.lines) else { return };
        let room = usize::from(area.height);
        if lines.len() <= room {
            section::lines(lines, 0, area, look, buffer);
            return;
        }
        let shown = room.saturating_sub(1);
        let top = self.top.min(lines.len() - shown);
        section::lines(&lines[..top + shown], top, area, look, buffer);
        let last = Rect { y: area.bottom().saturating_sub(1), height: 1, ..area };
        let says = if self.focused || top > 0 {
            Cell::of(Role::Muted, format!("lines {} to {} of {}", top + 1, top + shown, lines.len()))
        } else {
            let more = format!("{} {} more lines, ", look.glyphs.ellipsis, lines.len() - shown);
            Cell::of(Role::Muted, more).then(open).and(Role::Muted, " opens all")
        };
        says.left(last, look, buffer);
    }
}
