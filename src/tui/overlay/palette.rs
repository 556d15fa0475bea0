//! The palette: find an action by a few letters of its name, and run it.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

use crate::{
    config::{key::Key, theme::Role},
    tui::{
        action::{Action, Context, Reason},
        keys::label,
        model::Model,
        update::availability,
        widget::{cell::Cell, filter::matching, input::TextInput, section},
    },
};

/// What was typed and which of the found actions is selected.
#[derive(Debug, Clone, Default)]
pub struct Palette {
    input: TextInput,
    cursor: usize,
}

impl Palette {
    /// Takes in a key: it narrows what is found.
    pub fn typed(&mut self, key: Key) {
        if self.input.key(key) {
            self.cursor = 0;
        }
    }

    /// Takes in what was pasted.
    pub fn pasted(&mut self, text: &str) {
        if self.input.paste(text) {
            self.cursor = 0;
        }
    }

    /// The selected action, if any was found.
    pub fn chosen(&self, model: &Model) -> Option<Action> {
        self.found(model).get(self.cursor).copied()
    }

    /// Moves the selection.
    pub fn act(&mut self, model: &Model, action: Action) {
        let last = self.found(model).len().saturating_sub(1);
        self.cursor = match action {
            Action::Up => self.cursor.saturating_sub(1),
            Action::Down => (self.cursor + 1).min(last),
            Action::PageUp => 0,
            Action::PageDown => last,
            _ => self.cursor,
        };
    }

    /// The actions of what lies below that fit what was typed, the best first.
    fn found(&self, model: &Model) -> Vec<Action> {
        let actions = offered(model);
        let text = |row: usize| format!("{} {}", actions[row].entry().title, actions[row].entry().id);
        let mut found = matching(self.input.value(), actions.len(), text);
        found.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
        found.into_iter().map(|(row, _)| actions[row as usize]).collect()
    }

    /// Draws it over `body`.
    pub fn draw(&self, model: &Model, body: Rect, buffer: &mut Buffer) -> Option<Position> {
        let look = &model.look;
        let found = self.found(model);
        let area = section::centred(body, 72, 16);
        let area = Rect { y: body.y, ..area };
        let inside = section::frame(area, &Cell::text("Palette").bold(), Role::Accent, look, buffer);
        let line = |y: u16| Rect { x: inside.x + 1, y: inside.y + y, width: inside.width.saturating_sub(2), height: 1 };
        let cursor = self.input.draw(line(0), look, buffer);
        let visible = usize::from(inside.height.saturating_sub(2));
        let top = (self.cursor + 1).saturating_sub(visible);
        for (y, action) in found.iter().skip(top).take(visible).enumerate() {
            let at = line(y as u16 + 2);
            entry(model, *action).left(at, look, buffer);
            keys(model, *action).right(at, look, buffer);
            if top + y == self.cursor {
                buffer.set_style(at, look.style(Role::Selection));
                buffer.set_stringn(at.x.saturating_sub(1), at.y, look.glyphs.selected, 1, look.style(Role::Accent));
            }
        }
        if found.is_empty() {
            Cell::of(Role::Muted, "nothing fits: fewer letters find more").left(line(2), look, buffer);
        }
        Some(cursor)
    }
}

/// What can be called by name here, the pane's own before what works everywhere. Moving is left out: who
/// types a name is not after one line down.
fn offered(model: &Model) -> Vec<Action> {
    let mut actions = Vec::new();
    for context in model.ground().into_iter().filter(|context| *context != Context::Scroll) {
        let here = Action::ALL.iter().filter(|entry| entry.contexts.contains(&context)).map(|entry| entry.action);
        for action in here.filter(|action| ![Action::Palette, Action::Back].contains(action)) {
            if !actions.contains(&action) {
                actions.push(action);
            }
        }
    }
    actions
}

fn entry(model: &Model, action: Action) -> Cell {
    let entry = action.entry();
    match availability(model, action) {
        Ok(()) => Cell::text(entry.title).and(Role::Muted, format!("  {}", entry.description)),
        Err(Reason(why)) => Cell::of(Role::Faint, entry.title).and(Role::Warn, "  not now: ").and(Role::Muted, why),
    }
}

fn keys(model: &Model, action: Action) -> Cell {
    let shown = model.keys.shown(action, &model.ground());
    shown.map_or_else(Cell::default, |chord| Cell::of(Role::Accent, format!("  {}", label(chord, &model.look.glyphs))))
}
