//! The line above the keys: what was said last.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    config::theme::Role,
    tui::{
        action::Action,
        messages::Message,
        model::Model,
        msg::Tone,
        update::{Escape, escape},
        widget::cell::Cell,
    },
};

/// Draws the line; without anything to say it stays blank.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    let inside = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let Some(message) = model.messages.shown() else { return };
    let said = said(model, message);
    let room_for = |ways: &Cell| said.width() + ways.width() + 2 <= usize::from(inside.width);
    let short = ways(model, message, false);
    let ways = if room_for(&short) { short } else { ways(model, message, true) };
    let used = ways.right(inside, &model.look, buffer);
    let room = inside.width.saturating_sub(if used > 0 { used + 2 } else { 0 });
    said.left(Rect { width: room, ..inside }, &model.look, buffer);
}

fn said(model: &Model, message: &Message) -> Cell {
    let glyphs = &model.look.glyphs;
    let (role, mark) = match message.tone {
        Tone::Failed => (Role::Danger, glyphs.failed),
        Tone::Done => (Role::Ok, glyphs.done),
        Tone::Note => (Role::Info, glyphs.dot),
    };
    Cell::of(role, format!("{mark} ")).bold().and(role, &message.text)
}

/// What can be done about it: read all of it, dismiss it.
fn ways(model: &Model, message: &Message, cut: bool) -> Cell {
    if message.tone != Tone::Failed || !model.overlays.is_empty() {
        return Cell::default();
    }
    let more = model.messages.more();
    let read = if more > 0 { format!("all {}", more + 1) } else { "in full".to_owned() };
    let way = |action: Action, words: &str| {
        model.key(action).map(|key| Cell::of(Role::Accent, key).bold().and(Role::Muted, format!(" {words}")))
    };
    let read = way(Action::Messages, &read).filter(|_| cut || more > 0);
    let dismiss = way(Action::Back, "dismiss").filter(|_| escape(model) == Escape::Message);
    [read, dismiss].into_iter().flatten().reduce(|line, next| line.and(Role::Text, "  ").then(next)).unwrap_or_default()
}
