//! Turns cells into bytes, as few as possible, one write per frame.
//!
//! A backend of our own, because of three things that ratatui's for crossterm does: it flushes in the
//! middle of a frame, it takes all attributes back at the end of each (some 30 bytes, which over a slow
//! line is most of a spinner), and under `NO_COLOR` crossterm resets the modifiers behind our back, so
//! that a reversed selection is not seen.

use std::io::{self, Write};

use ratatui::{
    backend::{Backend, ClearType, WindowSize},
    buffer::{Cell, CellWidth},
    layout::{Position, Size},
    style::{Color, Modifier},
};

/// The attributes that the terminal writes with just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Pen {
    fg: Color,
    bg: Color,
    modifier: Modifier,
}

const PLAIN: Pen = Pen { fg: Color::Reset, bg: Color::Reset, modifier: Modifier::empty() };

/// Small frames arrive in one piece anyway.
const WORTH_SYNCHRONISING: usize = 512;

/// Collects the bytes of a frame.
#[derive(Debug)]
pub struct Canvas {
    bytes: Vec<u8>,
    pen: Pen,
    /// Where the terminal's cursor is, if that is certain.
    at: Option<Position>,
    cursor_shown: Option<bool>,
    size: fn() -> io::Result<(u16, u16)>,
}

impl Canvas {
    /// A canvas on a terminal whose size `size` tells.
    pub fn new(size: fn() -> io::Result<(u16, u16)>) -> Self {
        Canvas { bytes: Vec::new(), pen: PLAIN, at: None, cursor_shown: None, size }
    }

    /// Forgets what is known of the terminal: someone else has written to it.
    pub fn forget(&mut self) {
        self.bytes.extend_from_slice(b"\x1b[0m");
        (self.pen, self.at, self.cursor_shown) = (PLAIN, None, None);
    }

    /// Writes what was collected to `to`, in one piece and shown in one piece.
    pub fn send(&mut self, to: &mut impl Write) -> io::Result<()> {
        if self.bytes.is_empty() {
            return Ok(());
        }
        if self.bytes.len() > WORTH_SYNCHRONISING {
            self.bytes.splice(..0, *b"\x1b[?2026h");
            self.bytes.extend_from_slice(b"\x1b[?2026l");
        }
        let sent = to.write_all(&self.bytes).and_then(|()| to.flush());
        self.bytes.clear();
        sent
    }

    fn go(&mut self, to: Position) -> io::Result<()> {
        match self.at {
            Some(at) if at == to => {}
            Some(at) if at.y == to.y && at.x + 1 == to.x => write!(self.bytes, "\x1b[C")?,
            Some(at) if at.y == to.y && at.x < to.x => write!(self.bytes, "\x1b[{}C", to.x - at.x)?,
            _ if to.x == 0 => write!(self.bytes, "\x1b[{}H", to.y + 1)?,
            _ => write!(self.bytes, "\x1b[{};{}H", to.y + 1, to.x + 1)?,
        }
        self.at = Some(to);
        Ok(())
    }

    /// The attributes that `cell` needs. What cannot be seen on a blank stays as it is, so that the gaps of
    /// a table cost one byte a cell.
    fn pen_for(&self, cell: &Cell) -> Pen {
        let asked = Pen { fg: cell.fg, bg: cell.bg, modifier: cell.modifier };
        let seen = Modifier::UNDERLINED | Modifier::REVERSED;
        if cell.symbol() != " " || (asked.modifier | self.pen.modifier).intersects(seen) {
            return asked;
        }
        Pen { bg: asked.bg, ..self.pen }
    }

    fn take(&mut self, pen: Pen) -> io::Result<()> {
        if pen == self.pen {
            return Ok(());
        }
        if pen == PLAIN {
            self.bytes.extend_from_slice(b"\x1b[m");
        } else {
            let mut codes = modifiers(self.pen.modifier, pen.modifier);
            codes.extend((pen.fg != self.pen.fg).then(|| colour(pen.fg, 30)));
            codes.extend((pen.bg != self.pen.bg).then(|| colour(pen.bg, 40)));
            write!(self.bytes, "\x1b[{}m", codes.join(";"))?;
        }
        self.pen = pen;
        Ok(())
    }
}

/// What is switched on and off, and the code of each.
const MODIFIERS: [(Modifier, &str, &str); 5] = [
    (Modifier::BOLD, "1", "22"),
    (Modifier::DIM, "2", "22"),
    (Modifier::ITALIC, "3", "23"),
    (Modifier::UNDERLINED, "4", "24"),
    (Modifier::REVERSED, "7", "27"),
];

fn modifiers(from: Modifier, to: Modifier) -> Vec<String> {
    let gone = from - to;
    let mut off: Vec<_> =
        MODIFIERS.iter().filter(|(modifier, ..)| gone.contains(*modifier)).map(|(_, _, off)| *off).collect();
    off.dedup();
    // One code ends both bold and dim, so the one that stays is said again.
    let again = if off.contains(&"22") { from & to & (Modifier::BOLD | Modifier::DIM) } else { Modifier::empty() };
    let new = (to - from) | again;
    let on = MODIFIERS.iter().filter(|(modifier, ..)| new.contains(*modifier)).map(|(_, on, _)| *on);
    off.iter().copied().chain(on).map(str::to_owned).collect()
}

fn colour(colour: Color, base: u8) -> String {
    match colour {
        Color::Indexed(n @ 0..8) => (base + n).to_string(),
        Color::Indexed(n @ 8..16) => (base + 60 + n - 8).to_string(),
        Color::Indexed(n) => format!("{};5;{n}", base + 8),
        Color::Rgb(r, g, b) => format!("{};2;{r};{g};{b}", base + 8),
        // Themes name no other colours.
        _ => (base + 9).to_string(),
    }
}

impl Backend for Canvas {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        for (x, y, cell) in content {
            self.go(Position { x, y })?;
            self.take(self.pen_for(cell))?;
            self.bytes.extend_from_slice(cell.symbol().as_bytes());
            // Terminals disagree about everything that is not one cell wide: say again where to go on.
            self.at = (cell.symbol().cell_width() == 1).then_some(Position { x: x + 1, y });
        }
        // At the right edge the cursor may hang behind the last cell or not.
        if self.at.is_some_and(|at| (self.size)().is_ok_and(|(width, _)| at.x >= width)) {
            self.at = None;
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        if self.cursor_shown != Some(false) {
            self.bytes.extend_from_slice(b"\x1b[?25l");
        }
        self.cursor_shown = Some(false);
        Ok(())
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        if self.cursor_shown != Some(true) {
            self.bytes.extend_from_slice(b"\x1b[?25h");
        }
        self.cursor_shown = Some(true);
        Ok(())
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        // Asking the terminal would race with its reader for the answer.
        Ok(self.at.unwrap_or_default())
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.go(position.into())
    }

    fn clear(&mut self) -> io::Result<()> {
        self.clear_region(ClearType::All)
    }

    fn clear_region(&mut self, region: ClearType) -> io::Result<()> {
        self.take(PLAIN)?;
        self.bytes.extend_from_slice(match region {
            ClearType::All => b"\x1b[2J",
            ClearType::AfterCursor => b"\x1b[0J",
            ClearType::BeforeCursor => b"\x1b[1J",
            ClearType::CurrentLine => b"\x1b[2K",
            ClearType::UntilNewLine => b"\x1b[0K",
        });
        Ok(())
    }

    fn size(&self) -> io::Result<Size> {
        (self.size)().map(Size::from)
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        Ok(WindowSize { columns_rows: self.size()?, pixels: Size::default() })
    }

    /// Nothing: [`Canvas::send`] does it, once the whole frame is there.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ratatui::{Terminal, style::Style, text::Span, widgets::Widget};

    fn terminal() -> Terminal<Canvas> {
        Terminal::new(Canvas::new(|| Ok((20, 3)))).expect("terminal")
    }

    fn frame(terminal: &mut Terminal<Canvas>, text: &str, style: Style) -> String {
        terminal
            .draw(|frame| Span::styled(text.to_owned(), style).render(frame.area(), frame.buffer_mut()))
            .expect("draw");
        let mut sent = Vec::new();
        terminal.backend_mut().send(&mut sent).expect("send");
        String::from_utf8(sent).expect("utf-8")
    }

    #[test]
    fn only_what_changed_is_sent_and_an_unchanged_frame_is_nothing() {
        let mut terminal = terminal();
        assert_eq!(frame(&mut terminal, "pgdeck", Style::new()), "\x1b[1Hpgdeck\x1b[?25l");
        assert_eq!(frame(&mut terminal, "pgdeck", Style::new()), "");
        assert_eq!(frame(&mut terminal, "pgdesk", Style::new()), "\x1b[1;5Hs");
    }

    #[test]
    fn attributes_are_only_said_when_they_change() {
        let mut terminal = terminal();
        let first = frame(&mut terminal, "ab", Style::new().fg(Color::Rgb(1, 2, 3)).bold());
        assert_eq!(first, "\x1b[1H\x1b[1;38;2;1;2;3mab\x1b[?25l");
        assert_eq!(frame(&mut terminal, "ac", Style::new().fg(Color::Rgb(1, 2, 3)).bold()), "\x1b[1;2Hc");
        assert_eq!(frame(&mut terminal, "ac", Style::new().fg(Color::Rgb(1, 2, 3)).dim()), "\x1b[1H\x1b[22;2mac");
        assert_eq!(frame(&mut terminal, "ac", Style::new()), "\x1b[1H\x1b[mac");
    }

    #[test]
    fn a_blank_keeps_the_colour_of_what_stands_before_it_but_shows_its_own_background() {
        let mut canvas = Canvas::new(|| Ok((20, 3)));
        let mut cells = [Cell::new("a"), Cell::new(" "), Cell::new("b"), Cell::new(" ")];
        cells[0].set_style(Style::new().fg(Color::Indexed(1)).bold());
        cells[2].set_style(Style::new().fg(Color::Indexed(1)).bold());
        cells[3].set_style(Style::new().bg(Color::Indexed(2)));
        canvas.draw(cells.iter().enumerate().map(|(x, cell)| (x as u16, 0, cell))).expect("draw");
        assert_eq!(String::from_utf8_lossy(&canvas.bytes), "\x1b[1H\x1b[1;31ma b\x1b[42m ");
    }

    #[test]
    fn an_underline_never_runs_on_into_a_blank() {
        let mut canvas = Canvas::new(|| Ok((20, 3)));
        let mut cells = [Cell::new("a"), Cell::new(" ")];
        cells[0].set_style(Style::new().underlined());
        canvas.draw(cells.iter().enumerate().map(|(x, cell)| (x as u16, 0, cell))).expect("draw");
        assert_eq!(String::from_utf8_lossy(&canvas.bytes), "\x1b[1H\x1b[4ma\x1b[m ");
    }

    #[test]
    fn bold_survives_the_end_of_dim() {
        assert_eq!(modifiers(Modifier::BOLD | Modifier::DIM, Modifier::BOLD), ["22", "1"]);
    }

    #[test]
    fn big_frames_are_shown_in_one_piece() {
        let mut canvas = Canvas::new(|| Ok((20, 3)));
        canvas.bytes = vec![b'x'; 600];
        let mut sent = Vec::new();
        canvas.send(&mut sent).expect("send");
        assert!(sent.starts_with(b"\x1b[?2026h") && sent.ends_with(b"\x1b[?2026l"));
    }

    #[test]
    fn colours_have_the_shortest_codes() {
        let codes = [Color::Indexed(1), Color::Indexed(9), Color::Indexed(200), Color::Reset].map(|c| colour(c, 40));
        assert_eq!(codes, ["41", "101", "48;5;200", "49"]);
    }
}
