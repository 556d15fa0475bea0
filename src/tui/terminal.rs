//! The terminal: taken over, given back whatever happens, painted one write at a time.

use std::{
    fs::File,
    io::{self, IsTerminal, Write},
    panic,
    sync::{
        Once,
        atomic::{AtomicBool, Ordering},
    },
    thread::{self, ThreadId},
};

use ratatui::{Terminal, layout::Rect};

use crate::core::error::{Error, Result};

use super::{
    canvas::{self, Canvas},
    model::Model,
    view::view,
};

/// Alternate screen, no wrapping surprises, focus and paste told apart from typing.
const ENTER: &str = "\x1b[?1049h\x1b[?1004h\x1b[?2004h\x1b[?25l";

/// Clicks and the wheel, with wide coordinates; not every movement, which over SSH is a flood.
const MOUSE: &str = "\x1b[?1000h\x1b[?1006h";

/// Everything that [`ENTER`] and [`MOUSE`] did, undone, and a frame that was cut off ended.
const LEAVE: &str = "\x1b[?2026l\x1b[?1006l\x1b[?1000l\x1b[?2004l\x1b[?1004l\x1b[0m\x1b[?25h\x1b[?1049l";

/// Whether the terminal is ours just now. The panic hook has nothing else to go by.
static TAKEN: AtomicBool = AtomicBool::new(false);

/// The screen that the console is painted on.
pub struct Screen {
    terminal: Terminal<Canvas>,
    out: File,
    mouse: bool,
}

impl Screen {
    /// Takes the terminal over.
    pub fn open(mouse: bool) -> Result<Self> {
        refuse_what_is_no_terminal()?;
        hook_panics();
        let open = || -> io::Result<Self> {
            // Not `Stdout`: that one breaks what is written at its line ends.
            let out = File::from(rustix::io::dup(io::stdout())?);
            let terminal = Terminal::new(Canvas::new(crossterm::terminal::size))?;
            let mut screen = Screen { terminal, out, mouse };
            screen.enter()?;
            Ok(screen)
        };
        open().map_err(|error| failure(&error))
    }

    /// Takes the terminal (again) and forgets what was on it.
    pub fn enter(&mut self) -> io::Result<()> {
        crossterm::terminal::enable_raw_mode()?;
        TAKEN.store(true, Ordering::SeqCst);
        self.out.write_all(ENTER.as_bytes())?;
        if self.mouse {
            self.out.write_all(MOUSE.as_bytes())?;
        }
        self.repaint()
    }

    /// Gives the terminal back.
    pub fn leave(&mut self) {
        give_back();
    }

    /// Makes the next frame paint everything. Not `Terminal::clear`, which asks where the cursor is and
    /// races with the reader of keys for the answer.
    pub fn repaint(&mut self) -> io::Result<()> {
        self.terminal.backend_mut().forget();
        let (width, height) = crossterm::terminal::size()?;
        self.terminal.resize(Rect::new(0, 0, width, height))
    }

    /// Paints `model`.
    pub fn paint(&mut self, model: &Model) -> io::Result<()> {
        canvas::draw(&mut self.terminal, |frame| view(model, frame))?;
        self.terminal.backend_mut().send(&mut self.out)
    }

    /// Asks the terminal to put `text` on the clipboard of whoever sits before it (OSC 52).
    pub fn copy(&mut self, text: &str) -> io::Result<()> {
        crossterm::execute!(self.out, crossterm::clipboard::CopyToClipboard::to_clipboard_from(text))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        self.leave();
    }
}

/// What went wrong with the terminal, as an error of ours.
pub fn failure(error: &io::Error) -> Error {
    Error::usage(format!("the terminal failed: {error}"))
}

/// What to do where the console cannot be.
const VERBS: &str = "use a verb instead, such as `pgdeck counts`; `pgdeck --help` lists them";

fn refuse_what_is_no_terminal() -> Result<()> {
    if !io::stdin().is_terminal() || !io::stdout().is_terminal() {
        return Err(Error::usage("the console needs a terminal").hint(VERBS));
    }
    refuse_dumb(std::env::var("TERM").ok().as_deref())
}

/// Refuses a terminal that says of itself that it can only write one line after the other.
pub(super) fn refuse_dumb(term: Option<&str>) -> Result<()> {
    match term {
        Some("dumb") => Err(Error::usage("this terminal cannot be drawn on (TERM=dumb)").hint(VERBS)),
        _ => Ok(()),
    }
}

/// Gives the terminal back if it is ours. Nobody is left to tell when this fails.
fn give_back() {
    if TAKEN.swap(false, Ordering::SeqCst) {
        let mut out = io::stdout().lock();
        let _ = out.write_all(LEAVE.as_bytes()).and_then(|()| out.flush());
        let _ = crossterm::terminal::disable_raw_mode();
    }
}

/// Gives the terminal back for a process that ends while the console may be at work, or held up by a terminal that takes
/// nothing: keys first, which does not wait for the screen.
pub fn abandon() {
    if TAKEN.load(Ordering::SeqCst) {
        let _ = crossterm::terminal::disable_raw_mode();
        give_back();
    }
}

/// A panic of the console gives the terminal back before anything is printed. A panic of some work does
/// not: the console goes on, and the loop reports it on the message line.
fn hook_panics() {
    static ONCE: Once = Once::new();
    let console: ThreadId = thread::current().id();
    ONCE.call_once(|| {
        let report = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if thread::current().id() == console {
                give_back();
            }
            if TAKEN.load(Ordering::SeqCst) {
                tracing::error!("{info}");
            } else {
                report(info);
            }
        }));
    });
}
