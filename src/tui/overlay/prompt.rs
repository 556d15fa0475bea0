//! The box that asks for the name of a file to write a list to.

use std::sync::Arc;

use ratatui::{
    buffer::Buffer,
    layout::{Margin, Position, Rect},
};

use crate::{
    config::{key::Key, theme::Role},
    core::sheet::{Format, Sheet},
    tui::{
        look::Look,
        widget::{cell::Cell, gauge::grouped, input::TextInput, section},
    },
};

/// A list on its way to a file.
#[derive(Debug, Clone)]
pub struct Prompt {
    sheet: Arc<Sheet>,
    input: TextInput,
}

impl Prompt {
    /// Asks where `sheet` goes, proposing a file of its name in the working directory.
    pub fn new(sheet: Sheet) -> Self {
        let input = TextInput::holding(format!("{}.csv", sheet.name));
        Prompt { sheet: Arc::new(sheet), input }
    }

    /// Takes in a key.
    pub fn typed(&mut self, key: Key) {
        self.input.key(key);
    }

    /// Takes in what was pasted.
    pub fn pasted(&mut self, text: &str) {
        self.input.paste(text);
    }

    /// The file and what goes into it, once the name says in which format.
    pub fn accept(&self) -> Option<(String, Arc<Sheet>)> {
        let file = self.input.value().trim();
        Format::of(file).map(|_| (file.to_owned(), Arc::clone(&self.sheet)))
    }

    /// Draws it over `body`; says where the cursor belongs.
    pub fn draw(&self, body: Rect, look: &Look, buffer: &mut Buffer) -> Position {
        let area = section::centred(body, 66, 6);
        let rows = match self.sheet.rows.len() {
            1 => "1 row".to_owned(),
            rows => format!("{} rows", grouped(rows as u64)),
        };
        let title = Cell::text(format!("Export {rows}")).bold();
        section::frame(area, &title, Role::Accent, look, buffer);
        let inside = area.inner(Margin::new(3, 1));
        let line = |y: u16| Rect { y: inside.y + y, height: 1.min(inside.height.saturating_sub(y)), ..inside };
        self.says().left(line(3), look, buffer);
        let label = Cell::of(Role::Muted, "File  ").left(line(1), look, buffer);
        let field = Rect { x: inside.x + label, width: inside.width.saturating_sub(label), ..line(1) };
        self.input.draw(field, look, buffer)
    }

    fn says(&self) -> Cell {
        match Format::of(self.input.value().trim()) {
            Some(format) => {
                Cell::of(Role::Muted, format!("{}, as shown and in this order; a new file.", format.word()))
            }
            None => Cell::of(Role::Warn, "The name must end in .csv, .json or .md."),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::key::Code;

    #[test]
    fn a_name_without_a_known_ending_is_not_accepted() {
        let mut prompt = Prompt::new(Sheet { name: "counts".into(), ..Sheet::default() });
        assert_eq!(prompt.accept().map(|(file, _)| file), Some("counts.csv".into()));
        prompt.typed(Key::plain(Code::Backspace));
        assert_eq!(prompt.accept(), None);
        assert!(prompt.says().plain().contains(".json"));
    }
}
