//! The last line: the keys that matter here, as they are bound, and where the selection is.

use ratatui::{buffer::Buffer, layout::Rect};

use crate::{
    config::theme::Role,
    tui::{
        action::{Action, Context},
        keys::label,
        model::Model,
        overlay, pane,
        update::{Escape, escape},
        widget::{cell::Cell, gauge::thousands, table::Position},
    },
};

/// Draws the line.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) {
    buffer.set_style(area, model.look.style(Role::Status));
    let inside = Rect { x: area.x + 1, width: area.width.saturating_sub(2), ..area };
    let used = place(model).right(inside, &model.look, buffer);
    let room = usize::from(inside.width.saturating_sub(if used > 0 { used + 3 } else { 0 }));
    line(hints(model), room).left(Rect { width: room as u16, ..inside }, &model.look, buffer);
}

/// As many as fit, and the last, which leads to all others, always.
fn line(mut hints: Vec<Cell>, room: usize) -> Cell {
    let last = hints.pop().unwrap_or_default();
    let mut line = Cell::default();
    for hint in hints {
        if line.width() + hint.width() + last.width() + 6 > room {
            break;
        }
        line = line.then(hint).and(Role::Status, "   ");
    }
    line.then(last)
}

/// The hints of the contexts in force, the nearest first, help at the end.
fn hints(model: &Model) -> Vec<Cell> {
    let contexts = model.contexts();
    let mut actions: Vec<Action> = Vec::new();
    for context in &contexts {
        let here = Action::all().iter().filter(|entry| entry.hint.is_some() && entry.contexts.contains(context));
        let ours =
            |action: &Action| pane::homes(*action).next().is_none() || pane::homes(*action).any(|it| it == model.pane);
        actions.extend(here.map(|entry| entry.action).filter(|action| *action != Action::Help && ours(action)));
    }
    if !contexts.contains(&Context::Help) {
        actions.push(Action::Help);
    }
    let mut hints: Vec<_> = cancel(model).into_iter().collect();
    hints.extend(labelled(model, &contexts, &actions).into_iter().map(|hint| hint.cell()));
    if contexts.contains(&Context::Help) {
        hints.extend(model.key(Action::Back).map(|key| Cell::of(Role::Accent, key).bold().and(Role::Muted, " close")));
    }
    hints
}

/// The way out of a job that is running stands first for as long as it is open.
fn cancel(model: &Model) -> Option<Cell> {
    let key = model.key(Action::Back).filter(|_| model.overlays.is_empty() && escape(model) == Escape::Job)?;
    Some(Cell::of(Role::Warn, key).bold().and(Role::Muted, " cancel"))
}

/// A key and what it does, in a word.
struct Hint {
    key: String,
    words: &'static str,
    usable: bool,
}

impl Hint {
    fn cell(&self) -> Cell {
        if self.usable {
            Cell::of(Role::Accent, &self.key).bold().and(Role::Muted, format!(" {}", self.words))
        } else {
            Cell::of(Role::Faint, format!("{} {}", self.key, self.words))
        }
    }
}

/// The hints of `actions`. Those in the same words are one, by the key that they begin with: pressed, it shows the rest.
fn labelled(model: &Model, contexts: &[Context], actions: &[Action]) -> Vec<Hint> {
    let mut hints: Vec<Hint> = Vec::new();
    for action in actions {
        let (Some(words), Some(chord)) = (action.entry().hint, model.keys.shown(*action, contexts)) else { continue };
        let alike = actions.iter().filter(|other| other.entry().hint == Some(words)).count() > 1;
        let key = label(if alike { &chord[..1] } else { chord }, &model.look.glyphs);
        let usable = overlay::usable(model, *action);
        match hints.iter_mut().find(|hint| hint.key == key && hint.words == words) {
            Some(hint) => hint.usable |= usable,
            None => hints.push(Hint { key, words, usable }),
        }
    }
    hints
}

/// `1 of 57`, or with a filter `1 of 12 · 57 in all`.
fn place(model: &Model) -> Cell {
    let Some(Position { at, shown, all }) =
        pane::position(model).filter(|place| place.all > 0 && model.overlays.is_empty())
    else {
        return Cell::default();
    };
    let count = |number: usize| thousands(number as u64);
    let place = Cell::of(Role::Muted, format!("{} of {}", count(at), count(shown)));
    if shown == all {
        place
    } else {
        place.and(Role::Muted, format!(" {} {} in all", model.look.glyphs.dot, count(all)))
    }
}
