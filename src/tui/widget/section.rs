//! The writing of a detail page: small heads, labels with values, and the thin rules between.

use ratatui::{buffer::Buffer, layout::Rect, style::Style};

use crate::{config::theme::Role, tui::look::Look};

use super::cell::{Cell, width};

/// The head of a section, in capitals: `PARENTS`.
pub fn head(title: &str) -> Cell {
    Cell::of(Role::Heading, title.to_uppercase())
}

/// A muted label, padded to `room` cells, and what it says.
pub fn labelled(label: &str, room: usize, value: Cell) -> Cell {
    let pad = " ".repeat(room.saturating_sub(width(label)) + 1);
    Cell::of(Role::Muted, format!("{label}{pad}")).then(value)
}

/// Draws `lines` one below the other from the line `top` on, and says how many there are.
pub fn lines(lines: &[Cell], top: usize, area: Rect, look: &Look, buffer: &mut Buffer) -> usize {
    for (row, line) in area.rows().zip(lines.iter().skip(top)) {
        line.left(row, look, buffer);
    }
    lines.len()
}

/// A rule along the first line of `area`.
pub fn rule(area: Rect, look: &Look, buffer: &mut Buffer) {
    let line = look.glyphs.horizontal.repeat(area.width.into());
    buffer.set_stringn(area.x, area.y, line, area.width.into(), look.style(Role::Border));
}

/// A rule down the first column of `area`, in `role`.
pub fn divider(area: Rect, role: Role, look: &Look, buffer: &mut Buffer) {
    for y in area.top()..area.bottom() {
        buffer.set_stringn(area.x, y, look.glyphs.vertical, 1, look.style(role));
    }
}

/// A box around `area` with `title` in its upper edge; what is inside it is blank. Returns the inside.
pub fn frame(area: Rect, title: &Cell, role: Role, look: &Look, buffer: &mut Buffer) -> Rect {
    let (inside, style) = (area.inner(ratatui::layout::Margin::new(1, 1)), look.style(role));
    for position in area.positions() {
        buffer[position].reset();
    }
    buffer.set_style(area, look.ground().patch(look.style(Role::Overlay)));
    if area.width < 4 || area.height < 2 {
        return inside;
    }
    edges(area, style, look, buffer);
    let room = Rect { x: area.x + 2, width: area.width - 4, height: 1, ..area };
    Cell::of(role, " ").then(title.clone()).and(role, " ").left(room, look, buffer);
    inside
}

fn edges(area: Rect, style: Style, look: &Look, buffer: &mut Buffer) {
    let (right, bottom) = (area.right() - 1, area.bottom() - 1);
    for x in area.x..=right {
        buffer.set_stringn(x, area.y, look.glyphs.horizontal, 1, style);
        buffer.set_stringn(x, bottom, look.glyphs.horizontal, 1, style);
    }
    for y in area.y..=bottom {
        buffer.set_stringn(area.x, y, look.glyphs.vertical, 1, style);
        buffer.set_stringn(right, y, look.glyphs.vertical, 1, style);
    }
    for (corner, (x, y)) in
        look.glyphs.corners.iter().zip([(area.x, area.y), (right, area.y), (area.x, bottom), (right, bottom)])
    {
        buffer.set_stringn(x, y, corner, 1, style);
    }
}

/// The part of the screen of `width` × `height` cells, or what there is of it, in the middle of `area`.
pub fn centred(area: Rect, width: u16, height: u16) -> Rect {
    let (width, height) = (width.min(area.width), height.min(area.height));
    Rect { x: area.x + (area.width - width) / 2, y: area.y + (area.height - height) / 2, width, height }
}
