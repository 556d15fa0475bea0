//! Where the kernel cannot tie a server to its owner (everything but Linux): a shell that waits for the owner's end.
//!
//! The shell reads from a pipe that only the owner holds open. When the owner ends, however it ends, the read
//! returns and the shell stops the server. Less exact than Linux' signal in one point: a server whose owner is
//! killed between starting it and starting its watchdog stays.

use std::io;
use std::process::{Child, Command, Stdio};

use rustix::process::Signal;

/// A shell that stops the server when this process ends. Dropped when the server has been stopped already.
pub(super) struct Watchdog(Child);

impl Watchdog {
    /// Guards the server with the process id `server`.
    pub(super) fn guard(server: u32) -> io::Result<Self> {
        Self::stop_with("QUIT", server)
    }

    fn stop_with(signal: &str, server: u32) -> io::Result<Self> {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", "read -r _; kill -\"$1\" \"$2\"", "sh", signal, &server.to_string()]);
        command.env_clear().current_dir("/").stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
        super::spawn::spawn(command, Signal::KILL).map(Watchdog)
    }
}

impl Drop for Watchdog {
    fn drop(&mut self) {
        // Killed before its pipe closes, so that it never signals a pid that has been given to someone else.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::process::ExitStatusExt;

    use super::*;

    fn victim() -> Child {
        // Reads what nobody writes: runs until it is stopped.
        Command::new("cat").stdin(Stdio::piped()).spawn().unwrap()
    }

    #[test]
    fn the_end_of_the_owner_stops_the_server() {
        let mut server = victim();
        // Not QUIT, which the tests' own parent may have told all of us to ignore: a shell does for what it starts
        // in the background. A server sets its own answer.
        let mut watchdog = Watchdog::stop_with("TERM", server.id()).unwrap();
        drop(watchdog.0.stdin.take()); // as the owner's end does
        let stdin = server.stdin.take();
        assert_eq!(server.wait().unwrap().signal(), Some(Signal::TERM.as_raw()));
        drop(stdin);
    }

    #[test]
    fn a_dismissed_watchdog_stops_nothing() {
        let mut server = victim();
        drop(Watchdog::guard(server.id()).unwrap());
        let stdin = server.stdin.take();
        server.kill().unwrap();
        assert_eq!(server.wait().unwrap().signal(), Some(Signal::KILL.as_raw()), "no other signal came before");
        drop(stdin);
    }
}
