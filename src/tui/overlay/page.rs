//! Something to read: lines that scroll.

use ratatui::{
    buffer::Buffer,
    layout::{Margin, Position, Rect},
};

use crate::{
    config::theme::Role,
    tui::{
        look::Look,
        messages::Messages,
        msg::Tone,
        widget::{cell::Cell, gauge, section},
    },
};

/// A page over the screen. Long paragraphs are wrapped to the screen that there is.
#[derive(Debug, Clone)]
pub struct Page {
    /// What stands in its upper edge.
    pub title: String,
    /// One below the other.
    pub paragraphs: Vec<Cell>,
    /// The first line in sight.
    pub top: usize,
    /// Whether it is about the row that is selected below it, so that some keys of the pane go on working.
    pub detail: bool,
}

impl Page {
    /// A page from its beginning.
    pub fn new(title: impl Into<String>, paragraphs: Vec<(Role, String)>) -> Self {
        Page::of(title, paragraphs.into_iter().map(|(role, text)| Cell::of(role, text)).collect())
    }

    /// A page of paragraphs that have several roles each.
    pub fn of(title: impl Into<String>, paragraphs: Vec<Cell>) -> Self {
        Page { title: title.into(), paragraphs, top: 0, detail: false }
    }

    /// How many lines it has where it is laid over `body`.
    pub fn length(&self, body: Rect) -> usize {
        self.lines(inside(body).width).len()
    }

    fn lines(&self, width: u16) -> Vec<Cell> {
        // What fits stays as it stands: its blanks may line something up.
        self.paragraphs.iter().flat_map(|paragraph| paragraph.wrapped(width.into())).collect()
    }

    /// Draws it over `body`.
    pub fn draw(&self, body: Rect, look: &Look, buffer: &mut Buffer) -> Option<Position> {
        section::frame(body, &Cell::text(&self.title).bold(), Role::Border, look, buffer);
        let inside = inside(body);
        let lines = self.lines(inside.width);
        let top = self.top.min(lines.len().saturating_sub(inside.height.into()));
        section::lines(&lines, top, inside, look, buffer);
        let last = (top + usize::from(inside.height)).min(lines.len());
        if last - top < lines.len() {
            let seen = Cell::of(Role::Muted, format!(" lines {} to {last} of {} ", top + 1, lines.len()));
            let edge = Rect { y: body.bottom() - 1, height: 1, width: body.width.saturating_sub(2), ..body };
            seen.right(edge, look, buffer);
        }
        None
    }
}

/// Where the writing of a page is that is laid over `body`.
pub fn inside(body: Rect) -> Rect {
    body.inner(Margin::new(2, 1))
}

/// Everything that was said, the newest first.
pub fn messages(messages: &Messages) -> Page {
    let role = |tone| match tone {
        Tone::Failed => Role::Danger,
        Tone::Done => Role::Ok,
        Tone::Note => Role::Text,
    };
    let said = messages.log().iter().rev();
    let lines = said.map(|message| (role(message.tone), format!("{}: {}", gauge::elapsed(message.at), message.text)));
    Page::new("Messages, with the time since the start", lines.collect())
}
