//! A begun chord: a small box above the keys that shows how it can go on.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    config::theme::Role,
    tui::{
        action::{Action, Reason},
        keys::label,
        model::Model,
        update::availability,
        widget::{
            cell::{Cell, width},
            section,
        },
    },
};

/// Cells around the keys and between columns.
const GAP: usize = 2;

/// Draws the box in the lower right corner of `above`, while a chord is begun.
pub fn draw(model: &Model, above: Rect, buffer: &mut Buffer) {
    let ways = ways(model);
    if model.pending.is_empty() || ways.is_empty() {
        return;
    }
    let glyphs = &model.look.glyphs;
    let title = Cell::of(Role::Accent, format!("{} {}", label(&model.pending, glyphs), glyphs.ellipsis)).bold();
    let room = ways.iter().map(|(keys, _)| width(keys)).max().unwrap_or(0) + GAP;
    let lines: Vec<Cell> = ways.into_iter().map(|(keys, what)| line(&keys, room, what)).collect();
    let widest = lines.iter().map(Cell::width).max().unwrap_or(0).max(title.width() + GAP);
    let size = ((widest + 4) as u16, lines.len() as u16 + 2);
    let (columns, height) = (size.0.min(above.width), size.1.min(above.height));
    let area = Rect { x: above.right() - columns, y: above.bottom() - height, width: columns, height };
    let inside = section::frame(area, &title, Role::Border, &model.look, buffer);
    let inside = Rect { x: inside.x + 1, width: inside.width.saturating_sub(1), ..inside };
    section::lines(&lines, 0, inside, &model.look, buffer);
}

/// The keys that are left, and what they do.
fn ways(model: &Model) -> Vec<(String, Cell)> {
    let contexts = model.contexts();
    let ways = model.keys.continuations(&contexts, &model.pending);
    // Why some of them are not possible stands in a column of its own.
    let room = ways.iter().map(|(_, action)| width(action.entry().title)).max().unwrap_or(0) + GAP;
    ways.into_iter().map(|(rest, action)| (label(rest, &model.look.glyphs), what(model, action, room))).collect()
}

fn what(model: &Model, action: Action, room: usize) -> Cell {
    let title = action.entry().title;
    match availability(model, action) {
        Err(Reason(why)) if model.overlays.is_empty() => {
            let pad = " ".repeat(room.saturating_sub(width(title)));
            Cell::of(Role::Faint, format!("{title}{pad}")).and(Role::Muted, why)
        }
        _ => Cell::text(title),
    }
}

fn line(keys: &str, room: usize, what: Cell) -> Cell {
    let pad = " ".repeat(room.saturating_sub(width(keys)));
    Cell::of(Role::Accent, format!("{keys}{pad}")).bold().then(what)
}
