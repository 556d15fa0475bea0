//! Turns cells into bytes, as few as possible, one write per frame.
//!
//! A backend of our own, because of three things that ratatui's for crossterm does: it flushes in the
//! middle of a frame, it takes all attributes back at the end of each (some 30 bytes, which over a slow
//! line is most of a spinner), and under `NO_COLOR` crossterm resets the modifiers behind our back, so
//! that a reversed selection is not seen.

use std::io::{self, Write};

use ratatui::{
    Frame, Terminal,
    backend::{Backend, ClearType, WindowSize},
    buffer::{Buffer, Cell, CellWidth},
    layout::{Position, Size},
    style::{Color, Modifier},
};

mod pen;

use pen::{PLAIN, Pen, is_blank};

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

    /// Moves the cursor the shortest way.
    fn go(&mut self, to: Position) -> io::Result<()> {
        match self.at {
            Some(at) if at == to => {}
            Some(at) if at.y == to.y && at.x < to.x => self.forward(to.x - at.x)?,
            Some(at) if at.y == to.y && to.x == 0 => self.bytes.push(b'\r'),
            Some(at) if at.y == to.y => write!(self.bytes, "\x1b[{}D", at.x - to.x)?,
            Some(at) if at.y + 1 == to.y => {
                self.bytes.extend_from_slice(b"\r\n");
                self.forward(to.x)?;
            }
            _ if to.x == 0 => write!(self.bytes, "\x1b[{}H", to.y + 1)?,
            _ => write!(self.bytes, "\x1b[{};{}H", to.y + 1, to.x + 1)?,
        }
        self.at = Some(to);
        Ok(())
    }

    fn forward(&mut self, by: u16) -> io::Result<()> {
        match by {
            0 => Ok(()),
            1 => self.bytes.write_all(b"\x1b[C"),
            by => write!(self.bytes, "\x1b[{by}C"),
        }
    }

    fn take(&mut self, pen: Pen) {
        self.pen.change(pen, &mut self.bytes);
        self.pen = pen;
    }

    fn put(&mut self, at: Position, cell: &Cell) {
        self.take(self.pen.for_cell(cell));
        self.bytes.extend_from_slice(cell.symbol().as_bytes());
        // Terminals disagree about everything that is not one cell wide: say again where to go on.
        self.at = (cell.symbol().cell_width() == 1).then_some(Position { x: at.x + 1, ..at });
    }

    /// Writes `run` blanks from `at` on, or erases as many where that is shorter.
    fn blank(&mut self, at: Position, run: u16, rest: Rest) -> io::Result<()> {
        match rest {
            Rest::Edge if run > 3 => self.bytes.write_all(b"\x1b[K"),
            Rest::Nothing if run > 5 => write!(self.bytes, "\x1b[{run}X"),
            // Erasing does not move the cursor, so that it takes two codes.
            Rest::More if run > 10 => write!(self.bytes, "\x1b[{run}X"),
            _ => {
                self.bytes.resize(self.bytes.len() + usize::from(run), b' ');
                self.at = Some(Position { x: at.x + run, ..at });
                Ok(())
            }
        }
    }
}

/// What follows blanks in their line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Rest {
    /// The edge of the screen.
    Edge,
    /// Nothing that changes.
    Nothing,
    /// More to write.
    More,
}

/// Draws a frame on `terminal`, with as few cells that differ from the last as it takes.
pub fn draw(terminal: &mut Terminal<Canvas>, view: impl FnOnce(&mut Frame<'_>)) -> io::Result<()> {
    terminal.draw(|frame| {
        view(frame);
        calm(frame.buffer_mut());
    })?;
    Ok(())
}

/// Takes from blanks what cannot be seen on them, so that blanks which look alike are alike, and marks the second
/// halves of wide characters, so that they differ from blanks: a blank that comes after one must be written, since
/// what a terminal leaves there when the first half goes is its own affair.
fn calm(buffer: &mut Buffer) {
    for cell in buffer.content.iter_mut().filter(|cell| is_blank(cell)) {
        (cell.fg, cell.modifier) = (Color::Reset, Modifier::empty());
    }
    let mut at = 0;
    while let Some(cell) = buffer.content.get(at) {
        // Nearly all are plain letters, which need no table to be measured.
        let width = if cell.symbol().len() == 1 { 1 } else { usize::from(cell.cell_width()).max(1) };
        if let Some(half) = buffer.content.get_mut(at + 1).filter(|_| width > 1) {
            half.fg = HALF;
        }
        at += width;
    }
}

/// A colour that no theme names.
const HALF: Color = Color::Black;

impl Backend for Canvas {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let (width, _) = (self.size)()?;
        let mut cells = content.peekable();
        while let Some((x, y, cell)) = cells.next() {
            let at = Position { x, y };
            self.go(at)?;
            let pen = self.pen.for_cell(cell);
            if !(is_blank(cell) && pen.erases()) {
                self.put(at, cell);
                continue;
            }
            self.take(pen);
            let mut end = x + 1;
            while cells
                .next_if(|next| (next.0, next.1) == (end, y) && is_blank(next.2) && next.2.bg == cell.bg)
                .is_some()
            {
                end += 1;
            }
            let more = cells.peek().is_some_and(|next| next.1 == y);
            let rest = if end >= width {
                Rest::Edge
            } else if more {
                Rest::More
            } else {
                Rest::Nothing
            };
            self.blank(at, end - x, rest)?;
        }
        // At the right edge the cursor may hang behind the last cell or not.
        if self.at.is_some_and(|at| at.x >= width) {
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
        self.take(PLAIN);
        // It comes with a change of size, which moves the cursor where a line became too short for it.
        self.at = None;
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
mod tests;
