//! One line that a person types.

use ratatui::{
    buffer::Buffer,
    layout::{Position, Rect},
};
use tui_input::{Input, InputRequest};

use crate::{
    config::{
        key::{Code, Key},
        theme::Role,
    },
    core::text::printable,
    tui::look::Look,
};

use super::cell::{Cell, width};

/// The text typed so far and where the cursor stands in it.
#[derive(Debug, Clone, Default)]
pub struct TextInput {
    input: Input,
}

const PLAIN: &[(Code, InputRequest)] = &[
    (Code::Backspace, InputRequest::DeletePrevChar),
    (Code::Delete, InputRequest::DeleteNextChar),
    (Code::Left, InputRequest::GoToPrevChar),
    (Code::Right, InputRequest::GoToNextChar),
    (Code::Home, InputRequest::GoToStart),
    (Code::End, InputRequest::GoToEnd),
];

const CONTROL: &[(Code, InputRequest)] = &[
    (Code::Char('h'), InputRequest::DeletePrevChar),
    (Code::Char('w'), InputRequest::DeletePrevWord),
    (Code::Char('u'), InputRequest::DeleteFromStart),
    (Code::Char('k'), InputRequest::DeleteTillEnd),
    (Code::Char('a'), InputRequest::GoToStart),
    (Code::Char('e'), InputRequest::GoToEnd),
    (Code::Char('y'), InputRequest::Yank),
    (Code::Left, InputRequest::GoToPrevWord),
    (Code::Right, InputRequest::GoToNextWord),
];

impl TextInput {
    /// A field in which `text` stands already, the cursor behind it.
    pub fn holding(text: impl Into<String>) -> Self {
        TextInput { input: Input::new(text.into()) }
    }

    /// What has been typed.
    pub fn value(&self) -> &str {
        self.input.value()
    }

    /// Whether nothing has been typed.
    pub fn is_empty(&self) -> bool {
        self.value().is_empty()
    }

    /// Forgets what was typed.
    pub fn clear(&mut self) {
        self.input.reset();
    }

    /// Edits with `key`; says whether the text changed.
    pub fn key(&mut self, key: Key) -> bool {
        let known = |table: &[(Code, InputRequest)]| {
            table.iter().find(|(code, _)| *code == key.code).map(|(_, request)| *request)
        };
        let request = match (key.ctrl, key.alt, key.code) {
            (false, false, Code::Char(c)) => Some(InputRequest::InsertChar(c)),
            (false, false, _) => known(PLAIN),
            (true, false, _) => known(CONTROL),
            _ => None,
        };
        request.and_then(|request| self.input.handle(request)).is_some_and(|changed| changed.value)
    }

    /// Types the first line of what was pasted: a line break must never act as a pressed Enter.
    pub fn paste(&mut self, text: &str) -> bool {
        let line = text.lines().next().unwrap_or_default();
        line.chars().filter(|c| !c.is_control()).for_each(|c| {
            self.input.handle(InputRequest::InsertChar(c));
        });
        !line.is_empty()
    }

    /// Draws it as a field and says where the cursor belongs.
    pub fn draw(&self, area: Rect, look: &Look, buffer: &mut Buffer) -> Position {
        buffer.set_style(area, look.style(Role::Input));
        let room = usize::from(area.width).saturating_sub(1);
        let before: String = self.value().chars().take(self.input.cursor()).collect();
        let before = printable(&before);
        let skipped = skip(&before, width(&before).saturating_sub(room));
        let shown = printable(self.value());
        Cell::text(&shown[skipped..]).left(area, look, buffer);
        Position::new(area.x + width(&before[skipped..]) as u16, area.y)
    }
}

/// How many bytes of `text` to leave out so that at least `cells` cells are gone.
fn skip(text: &str, cells: usize) -> usize {
    text.char_indices().map(|(at, _)| at).find(|at| width(&text[..*at]) >= cells).unwrap_or(text.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(text: &str) -> TextInput {
        let mut input = TextInput::default();
        text.chars().for_each(|c| {
            input.key(Key::char(c));
        });
        input
    }

    #[test]
    fn keys_edit() {
        let mut input = typed("preprod");
        input.key(Key::plain(Code::Backspace));
        assert_eq!(input.value(), "prepro");
        assert!(input.key(Key { ctrl: true, ..Key::char('u') }));
        assert!(input.is_empty());
        assert!(!input.key(Key::plain(Code::Function(1))));
    }

    #[test]
    fn a_paste_is_one_line_and_has_no_control_characters() {
        let mut input = TextInput::default();
        input.paste("pre\x1bprod\nrm -rf\n");
        assert_eq!(input.value(), "preprod");
    }

    #[test]
    fn a_long_text_scrolls_with_the_cursor() {
        let look = Look::built_in("mono").expect("look");
        let area = Rect::new(0, 0, 5, 1);
        let mut buffer = Buffer::empty(area);
        let cursor = typed("日本語テキスト").draw(area, &look, &mut buffer);
        assert_eq!((buffer[(0, 0)].symbol(), cursor.x), ("ス", 4));
    }
}
