//! Text that is safe to draw: the only way in which writing reaches the screen.

use ratatui::{
    buffer::{Buffer, CellWidth},
    layout::{Alignment, Rect},
    style::{Modifier, Style},
};
use unicode_segmentation::UnicodeSegmentation;

use crate::{config::theme::Role, core::text::printable, tui::look::Look};

/// One line of writing in pieces, each with its role. Whatever goes in is made printable, so that a
/// value from a database can neither move the cursor nor turn its neighbours round.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cell {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Piece {
    text: String,
    role: Role,
    bold: bool,
}

impl Cell {
    /// Plain writing.
    pub fn text(text: impl AsRef<str>) -> Self {
        Cell::of(Role::Text, text)
    }

    /// Writing in the role `role`.
    pub fn of(role: Role, text: impl AsRef<str>) -> Self {
        Cell::default().and(role, text)
    }

    /// The same with another piece behind it.
    #[must_use]
    pub fn and(mut self, role: Role, text: impl AsRef<str>) -> Self {
        let text = printable(text.as_ref()).into_owned();
        if !text.is_empty() {
            self.pieces.push(Piece { text, role, bold: false });
        }
        self
    }

    /// The same with all of `other` behind it.
    #[must_use]
    pub fn then(mut self, other: Cell) -> Self {
        self.pieces.extend(other.pieces);
        self
    }

    /// The same, bold.
    #[must_use]
    pub fn bold(mut self) -> Self {
        self.pieces.iter_mut().for_each(|piece| piece.bold = true);
        self
    }

    /// The same, all of it in the role `role`.
    #[must_use]
    pub fn in_role(mut self, role: Role) -> Self {
        self.pieces.iter_mut().for_each(|piece| piece.role = role);
        self
    }

    /// Whether there is nothing to see.
    pub fn is_empty(&self) -> bool {
        self.pieces.is_empty()
    }

    /// How many cells of the screen it fills.
    pub fn width(&self) -> usize {
        self.pieces.iter().map(|piece| width(&piece.text)).sum()
    }

    /// The writing without its roles.
    pub fn plain(&self) -> String {
        self.pieces.iter().map(|piece| piece.text.as_str()).collect()
    }

    /// The same, at most `room` cells wide; what is cut off leaves `ellipsis` behind.
    #[must_use]
    pub fn cut(&self, room: usize, ellipsis: &str) -> Self {
        if self.width() <= room {
            return self.clone();
        }
        let mark = if width(ellipsis) <= room { ellipsis } else { "" };
        let (mut left, mut cut) = (room - width(mark), Cell::default());
        for piece in &self.pieces {
            let kept = head(&piece.text, left);
            left -= width(kept);
            cut.pieces.push(Piece { text: kept.to_owned(), ..piece.clone() });
            if kept.len() < piece.text.len() {
                break;
            }
        }
        if let Some(last) = cut.pieces.last_mut() {
            last.text.push_str(mark);
        }
        cut
    }

    /// The same in lines of at most `room` cells, broken at blanks. What fits stays as it stands; the lines behind one
    /// that begins with blanks begin with as many.
    #[must_use]
    pub fn wrapped(&self, room: usize) -> Vec<Cell> {
        if self.width() <= room {
            return vec![self.clone()];
        }
        let blanks = self.plain().chars().take_while(|c| *c == ' ').count();
        let indent = Cell::text(" ".repeat(if blanks < room / 2 { blanks } else { 0 }));
        let (mut lines, mut gap) = (vec![Cell::default()], "");
        for (piece, word) in
            self.pieces.iter().flat_map(|piece| piece.text.split_inclusive(' ').map(move |w| (piece, w)))
        {
            for part in wrap(word.trim_end_matches(' '), room - indent.width()) {
                let used = lines.last().map_or(0, Cell::width);
                if used > indent.width() && used + gap.len() + width(&part) > room {
                    lines.push(indent.clone());
                    gap = "";
                }
                let text = format!("{gap}{part}");
                gap = "";
                if let Some(line) = lines.last_mut().filter(|_| !text.is_empty()) {
                    line.pieces.push(Piece { text, ..piece.clone() });
                }
            }
            gap = if word.ends_with(' ') { " " } else { "" };
        }
        lines
    }

    /// Draws it into the first line of `area`, cut where it does not fit. Returns the cells that it fills.
    pub fn draw(&self, area: Rect, align: Alignment, look: &Look, buffer: &mut Buffer) -> u16 {
        if area.is_empty() {
            return 0;
        }
        let fitting = self.cut(area.width as usize, look.glyphs.ellipsis);
        let filled = fitting.width() as u16;
        let indent = match align {
            Alignment::Left => 0,
            Alignment::Center => (area.width - filled) / 2,
            Alignment::Right => area.width - filled,
        };
        let mut x = area.x + indent;
        for piece in &fitting.pieces {
            let room = usize::from(area.right().saturating_sub(x));
            (x, _) = buffer.set_stringn(x, area.y, look.drawn(&piece.text), room, piece.style(look));
        }
        filled
    }

    /// Draws it from the left edge of `area`.
    pub fn left(&self, area: Rect, look: &Look, buffer: &mut Buffer) -> u16 {
        self.draw(area, Alignment::Left, look, buffer)
    }

    /// Draws it against the right edge of `area`.
    pub fn right(&self, area: Rect, look: &Look, buffer: &mut Buffer) -> u16 {
        self.draw(area, Alignment::Right, look, buffer)
    }
}

impl Piece {
    fn style(&self, look: &Look) -> Style {
        let style = look.style(self.role);
        if self.bold { style.add_modifier(Modifier::BOLD) } else { style }
    }
}

/// How many cells of the screen `text` fills, counted as it is drawn: grapheme by grapheme.
pub fn width(text: &str) -> usize {
    if text.is_ascii() {
        text.len()
    } else {
        text.graphemes(true).map(|grapheme| usize::from(grapheme.cell_width())).sum()
    }
}

/// The longest beginning of `text` that fits in `room` cells.
fn head(text: &str, room: usize) -> &str {
    let (mut used, mut end) = (0, 0);
    for grapheme in text.graphemes(true) {
        used += usize::from(grapheme.cell_width());
        if used > room {
            break;
        }
        end += grapheme.len();
    }
    &text[..end]
}

/// The end of `text`, at most `room` cells wide; what is cut off leaves `ellipsis` before it. Of a path, the end says most.
pub fn tail(text: &str, room: usize, ellipsis: &str) -> String {
    if width(text) <= room {
        return text.to_owned();
    }
    let left = room.saturating_sub(width(ellipsis));
    let start = text.grapheme_indices(true).map(|(at, _)| at).find(|at| width(&text[*at..]) <= left);
    format!("{ellipsis}{}", &text[start.unwrap_or(text.len())..])
}

/// `text` broken at blanks into lines of at most `room` cells; a longer word is broken where it must be.
pub fn wrap(text: &str, room: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), String::new());
    for mut word in text.split_whitespace() {
        if !line.is_empty() && width(&line) + 1 + width(word) > room {
            lines.push(std::mem::take(&mut line));
        }
        while width(word) > room.max(2) {
            let kept = head(word, room.max(2));
            lines.push(kept.to_owned());
            word = &word[kept.len()..];
        }
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, room: usize) -> String {
        Cell::text(text).cut(room, "…").plain()
    }

    #[test]
    fn what_fits_is_left_alone_and_what_does_not_ends_in_an_ellipsis() {
        assert_eq!(cut("program_modules", 15), "program_modules");
        assert_eq!(cut("program_modules", 8), "program…");
        assert_eq!(cut("ab", 1), "…");
        assert_eq!(cut("ab", 0), "");
    }

    #[test]
    fn wide_characters_are_never_halved() {
        assert_eq!(cut("日本語テキスト", 6), "日本…");
        assert_eq!(cut("日本語テキスト", 5), "日本…");
        assert_eq!(cut("👩‍🏫👩‍🏫👩‍🏫", 5), "👩‍🏫👩‍🏫…");
        assert_eq!(cut("e\u{301}e\u{301}e\u{301}", 2), "e\u{301}…");
        for room in 0..12 {
            assert!(width(&cut("a日👩‍🏫é日本語", room)) <= room, "{room}");
        }
    }

    #[test]
    fn a_cut_keeps_the_roles_of_what_is_left() {
        let cell = Cell::of(Role::Ok, "on").and(Role::Muted, "  2 policies");
        assert_eq!(cell.cut(6, "…"), Cell { pieces: vec![piece("on", Role::Ok), piece("  2…", Role::Muted)] });
    }

    fn piece(text: &str, role: Role) -> Piece {
        Piece { text: text.into(), role, bold: false }
    }

    #[test]
    fn nothing_unprintable_gets_in() {
        assert_eq!(Cell::text("a\x1b[31mb").and(Role::Ok, "\u{202e}\n").plain(), "a␛[31mb\u{fffd}␊");
    }

    #[test]
    fn drawing_never_leaves_its_area() {
        let look = Look::built_in("dark").expect("look");
        for room in 0..8 {
            let mut buffer = Buffer::filled(Rect::new(0, 0, 10, 1), ratatui::buffer::Cell::new("x"));
            Cell::text("日本語日本語").right(Rect::new(0, 0, room, 1), &look, &mut buffer);
            assert_eq!(buffer[(9, 0)].symbol(), "x", "{room}");
        }
    }

    #[test]
    fn a_wrapped_cell_keeps_its_roles_and_its_words() {
        let cell = Cell::of(Role::Muted, "parents ").and(Role::Text, "capability_questions of production");
        let lines = cell.wrapped(20);
        let plain: Vec<_> = lines.iter().map(|line| line.plain().trim_end().to_owned()).collect();
        assert_eq!(plain, ["parents", "capability_questions", "of production"]);
        assert_eq!(lines[0].pieces[0].role, Role::Muted);
        assert_eq!(Cell::text("a  b").wrapped(9), [Cell::text("a  b")]);
        assert_eq!(Cell::text("abcdefgh").wrapped(3).len(), 3);
        let hung: Vec<_> = Cell::text("  ADD CONSTRAINT a_name").wrapped(17).iter().map(Cell::plain).collect();
        assert_eq!(hung, ["  ADD CONSTRAINT", "  a_name"]);
        for room in 1..40 {
            assert!(cell.wrapped(room.max(2)).iter().all(|line| line.width() <= room.max(2)), "{room}");
        }
    }

    #[test]
    fn wrapping_breaks_at_blanks_and_inside_endless_words() {
        assert_eq!(wrap("what happened and what to do", 13), ["what happened", "and what to", "do"]);
        assert_eq!(wrap("abcdefgh", 3), ["abc", "def", "gh"]);
        assert_eq!(wrap("", 3), [""]);
    }
}
