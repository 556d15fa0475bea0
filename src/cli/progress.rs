//! One line of progress on stderr, rewritten in place, and only where stderr is a terminal.

use std::{
    io::{IsTerminal, Write},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

use crate::{app::job, core::text::printable};

/// The line, if there is one.
#[derive(Debug, Clone)]
pub(super) struct Progress {
    on: bool,
    shown: Arc<AtomicBool>,
}

impl Progress {
    pub fn new(quiet: bool) -> Self {
        Progress { on: !quiet && std::io::stderr().is_terminal(), shown: Arc::default() }
    }

    /// What a job reports to.
    pub fn reporter(self) -> impl Fn(job::Progress) + Send + Sync + 'static {
        move |progress| self.show(&progress)
    }

    fn show(&self, progress: &job::Progress) {
        if !self.on {
            return;
        }
        let count = if progress.total > 0 { format!(" {}/{}", progress.done, progress.total) } else { String::new() };
        self.shown.store(true, Ordering::Relaxed);
        // Progress that cannot be shown is no reason to stop.
        let _ = write!(std::io::stderr(), "\r\x1b[K{}{count}", printable(&progress.what));
        let _ = std::io::stderr().flush();
    }

    /// Removes the line.
    pub fn clear(&self) {
        if self.shown.swap(false, Ordering::Relaxed) {
            let _ = write!(std::io::stderr(), "\r\x1b[K");
            let _ = std::io::stderr().flush();
        }
    }
}
