//! The help: every key that works below it, made from the action table and the keymap as it is.

use ratatui::{
    buffer::Buffer,
    layout::{Margin, Position, Rect},
};

use crate::{
    config::theme::Role,
    tui::{
        action::{Action, Context, Entry, Reason},
        keys::label,
        model::Model,
        update::availability,
        widget::{
            cell::{Cell, width},
            section,
        },
    },
};

/// How many lines the help has.
pub fn length(model: &Model) -> usize {
    lines(model).len()
}

/// Where the writing is in the help that is laid over `body`.
pub fn inside(body: Rect) -> Rect {
    body.inner(Margin::new(2, 1))
}

/// Draws it from the line `top` on.
pub fn draw(model: &Model, top: usize, body: Rect, buffer: &mut Buffer) -> Option<Position> {
    let inside = inside(body);
    let lines = lines(model);
    let top = top.min(lines.len().saturating_sub(inside.height.into()));
    let last = (top + usize::from(inside.height)).min(lines.len());
    let title = Cell::text("Help").bold().and(Role::Muted, format!("  {}", model.pane.entry().title));
    section::frame(body, &title, Role::Border, &model.look, buffer);
    let seen = Cell::of(Role::Muted, format!(" {}–{} of {} lines ", top + 1, last, lines.len()));
    seen.right(Rect { y: body.bottom() - 1, height: 1, width: body.width - 2, ..body }, &model.look, buffer);
    section::lines(&lines, top, inside, &model.look, buffer);
    None
}

fn lines(model: &Model) -> Vec<Cell> {
    let contexts = model.ground();
    let mut lines = Vec::new();
    for context in &contexts {
        let entries: Vec<_> = Action::ALL.iter().filter(|entry| entry.contexts.contains(context)).collect();
        if entries.is_empty() {
            continue;
        }
        if !lines.is_empty() {
            lines.push(Cell::default());
        }
        lines.push(section::head(context.title()));
        lines.extend(entries.into_iter().map(|entry| line(model, *context, entry)));
    }
    lines
}

/// `g g  home     Top          The first line.` or, where it cannot be used, the reason.
fn line(model: &Model, context: Context, entry: &Entry) -> Cell {
    let keys: Vec<_> = model.keys.of(entry.action, context).map(|chord| label(chord, &model.look.glyphs)).collect();
    let keys = if keys.is_empty() { "no key".to_owned() } else { keys.join("  ") };
    let title = format!("{}{}", entry.title, if entry.danger { " (writes)" } else { "" });
    let (keys, title) = (padded(&keys, 16), padded(&title, 22));
    match availability(model, entry.action) {
        Ok(()) => Cell::of(Role::Accent, keys).and(Role::Text, title).and(Role::Muted, entry.description),
        Err(Reason(why)) => {
            Cell::of(Role::Faint, keys).and(Role::Faint, title).and(Role::Warn, "not now: ").and(Role::Muted, why)
        }
    }
}

fn padded(text: &str, room: usize) -> String {
    format!("{text}{}", " ".repeat(room.saturating_sub(width(text)).max(1)))
}
