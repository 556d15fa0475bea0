//! What a server says on its standard error: whether it is ready, and why it is not.

use std::collections::VecDeque;
use std::io::{self, BufRead, BufReader, Read};
use std::sync::mpsc::{Receiver, channel};

/// What happened to a server.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Event {
    /// It accepts connections.
    Ready,
    /// It has ended (with its last process, its end of the pipe closed). Holds the last lines it wrote.
    Closed(Vec<String>),
}

/// How many lines are remembered for an error message.
const REMEMBERED: usize = 40;

/// Reads `stderr` until it closes, on a thread of its own, so that the pipe never fills and blocks the server.
pub(super) fn follow(stderr: impl Read + Send + 'static) -> io::Result<Receiver<Event>> {
    let (events, receiver) = channel();
    let read = move || {
        let mut last = VecDeque::with_capacity(REMEMBERED);
        // Nobody may be listening any more; reading goes on all the same.
        for line in BufReader::new(stderr).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            // A standby says "read-only connections".
            if line.contains("database system is ready to accept") {
                let _ = events.send(Event::Ready);
            }
            last.truncate(REMEMBERED - 1);
            last.push_front(line);
        }
        let _ = events.send(Event::Closed(last.into_iter().rev().collect()));
    };
    std::thread::Builder::new().name("server-log".into()).spawn(read)?;
    Ok(receiver)
}

/// The line that tells a person why PostgreSQL gave up: the last complaint, else the last line.
pub(super) fn reason<'a>(mut lines: impl DoubleEndedIterator<Item = &'a str> + Clone) -> Option<String> {
    let complaint =
        |line: &&str| ["FATAL:", "PANIC:", "ERROR:", "error:", "could not"].iter().any(|w| line.contains(w));
    let last = |line: &&str| !line.trim().is_empty();
    let line = lines.clone().rfind(complaint).or_else(|| lines.rfind(last))?;
    Some(line.split_whitespace().collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn the_complaint_is_preferred_to_what_follows_it() {
        let log = "LOG:  starting\nFATAL:  lock file \"postmaster.pid\" already exists\nHINT:  Is another running?\n";
        assert_eq!(reason(log.lines()).unwrap(), "FATAL: lock file \"postmaster.pid\" already exists");
        assert_eq!(reason("first\nlast\n\n".lines()).unwrap(), "last");
        assert_eq!(reason("".lines()), None);
    }

    #[test]
    fn ready_and_the_end_are_reported_in_order_with_the_last_lines() {
        let mut text = "noise\n".repeat(100);
        text.push_str("LOG:  database system is ready to accept connections\nbye");
        let events = follow(io::Cursor::new(text)).unwrap();
        assert_eq!(events.recv().unwrap(), Event::Ready);
        let Event::Closed(lines) = events.recv().unwrap() else { panic!("closed") };
        assert_eq!((lines.len(), lines.last().unwrap().as_str()), (REMEMBERED, "bye"));
    }
}
