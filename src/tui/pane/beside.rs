//! A list, and beside it what there is to say about the selected row, where there is room for both.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    config::theme::Role,
    tui::{
        look::Look,
        widget::{cell::Cell, section},
    },
};

/// Below this width the details are a page of their own.
const WIDE: u16 = 100;

/// The list, and beside it the details, whose text has the width that `side` gives them.
pub fn split(area: Rect, side: impl Fn(u16) -> u16) -> (Rect, Option<Rect>) {
    if area.width < WIDE {
        return (area, None);
    }
    let side = side(area.width);
    let left = Rect { width: area.width - side - 3, ..area };
    let right = Rect { x: left.right() + 1, width: side + 2, ..area };
    (left, Some(right))
}

/// Draws `lines`; where not all of them have room, the last line says that the key `open` shows the rest.
pub fn details(lines: &[Cell], open: Cell, area: Rect, look: &Look, buffer: &mut Buffer) {
    let room = usize::from(area.height);
    if lines.len() <= room {
        section::lines(lines, 0, area, look, buffer);
        return;
    }
    let shown = room.saturating_sub(1);
    section::lines(&lines[..shown], 0, area, look, buffer);
    let last = Rect { y: area.bottom().saturating_sub(1), height: 1, ..area };
    let more = Cell::of(Role::Muted, format!("{} {} more lines, ", look.glyphs.ellipsis, lines.len() - shown));
    more.then(open).and(Role::Muted, " opens all").left(last, look, buffer);
}
