//! The palette: find anything by a few letters of its name, and do it or go there.

mod item;

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};

pub use item::Item;

use crate::{
    config::{key::Key, theme::Role},
    tui::{
        action::Action,
        model::Model,
        widget::{cell::Cell, filter::matching, input::TextInput, section},
    },
};

/// What was typed and which of the found things is selected.
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

    /// The selected thing, if any was found.
    pub fn chosen(&self, model: &Model) -> Option<Item> {
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

    /// What fits what was typed, the best first.
    fn found(&self, model: &Model) -> Vec<Item> {
        let items = item::all(model);
        let mut found = matching(self.input.value(), items.len(), |row| items[row].text(model));
        found.sort_by_key(|(_, score)| std::cmp::Reverse(*score));
        found.into_iter().map(|(row, _)| items[row as usize]).collect()
    }

    /// Draws it over `body`.
    pub fn draw(&self, model: &Model, body: Rect, buffer: &mut Buffer) -> Option<Position> {
        let look = &model.look;
        let found = self.found(model);
        let area = section::centred(body, 78, 18);
        let area = Rect { y: body.y, ..area };
        let inside = section::frame(area, &Cell::text("Palette").bold(), Role::Accent, look, buffer);
        let line = |y: u16| Rect { x: inside.x + 1, y: inside.y + y, width: inside.width.saturating_sub(2), height: 1 };
        let cursor = self.input.draw(line(0), look, buffer);
        let visible = usize::from(inside.height.saturating_sub(2));
        let top = (self.cursor + 1).saturating_sub(visible);
        for (y, item) in found.iter().skip(top).take(visible).enumerate() {
            let at = line(y as u16 + 2);
            let used = item.mark(model).right(at, look, buffer);
            item.cell(model).left(Rect { width: at.width.saturating_sub(used), ..at }, look, buffer);
            if top + y == self.cursor {
                buffer.set_style(at, look.style(Role::Selection));
                buffer.set_stringn(at.x.saturating_sub(1), at.y, look.glyphs.selected, 1, look.style(Role::Accent));
            }
        }
        if found.is_empty() {
            Cell::of(Role::Muted, "No matches: try fewer letters").left(line(2), look, buffer);
        }
        Some(cursor)
    }
}
