//! The line above the keys: what was said last, or how a begun chord goes on.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    config::theme::Role,
    tui::{
        action::Action,
        keys::label,
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
    if !model.pending.is_empty() {
        continuations(model).left(inside, &model.look, buffer);
        return;
    }
    let Some(message) = model.messages.shown() else { return };
    let way_out = way_out(model, message);
    let used = way_out.right(inside, &model.look, buffer);
    let room = inside.width.saturating_sub(if used > 0 { used + 2 } else { 0 });
    said(model, message).left(Rect { width: room, ..inside }, &model.look, buffer);
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

fn way_out(model: &Model, message: &Message) -> Cell {
    if message.tone != Tone::Failed {
        return Cell::default();
    }
    let more = model.messages.more();
    let more = if more > 0 { format!("+{more} more  ") } else { String::new() };
    let key = model.key(Action::Back).filter(|_| model.overlays.is_empty() && escape(model) == Escape::Message);
    Cell::of(Role::Muted, more).and(Role::Muted, key.map_or_else(String::new, |key| format!("{key} dismisses")))
}

fn continuations(model: &Model) -> Cell {
    let glyphs = &model.look.glyphs;
    let pressed =
        Cell::of(Role::Accent, label(&model.pending, glyphs)).bold().and(Role::Muted, format!(" {}", glyphs.ellipsis));
    let contexts = model.contexts();
    let ways = model.keys.continuations(&contexts, &model.pending);
    ways.into_iter().fold(pressed, |line, (rest, action)| {
        line.and(Role::Accent, format!("   {} ", label(rest, glyphs))).and(Role::Text, action.entry().title)
    })
}
