//! The program while it runs, as a verb or as a console in a terminal.

use std::{process::Child, time::Instant};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    process::{Pid, PidfdFlags, Signal, kill_process, pidfd_open},
};
use tokio::runtime::Runtime;

use crate::{
    doing::Doing,
    place::{SOON, text},
    proxy::Proxy,
    tty::Tty,
};

/// The program, begun.
pub enum Running {
    Verb(Child),
    Console(Box<Tty>),
}

impl Running {
    /// Waits until the point is reached or the program has ended. Whether it was reached.
    pub fn until_hit(&mut self, runtime: &Runtime, proxy: &mut Proxy) -> bool {
        match self {
            Running::Verb(child) => {
                let pid = Pid::from_child(child);
                let ended = tokio::task::spawn_blocking;
                runtime.block_on(async {
                    tokio::select! {
                        biased;
                        reached = proxy.reached.recv() => reached.is_some(),
                        _ = ended(move || wait(pid)) => false,
                    }
                })
            }
            Running::Console(tty) => {
                let deadline = Instant::now() + SOON;
                let mut lists = false;
                loop {
                    // As soon as it is there, to the tables, where it reads the most.
                    if !lists && tty.screen().contents().contains("Overview") {
                        tty.tries_to_type("2");
                        lists = true;
                    }
                    if proxy.reached.try_recv().is_ok() {
                        return true;
                    }
                    if tty.is_at_rest() || !tty.more(deadline) {
                        return proxy.reached.try_recv().is_ok();
                    }
                }
            }
        }
    }

    fn pid(&self) -> Pid {
        match self {
            Running::Verb(child) => Pid::from_child(child),
            Running::Console(tty) => Pid::from_raw(tty.pid() as i32).unwrap(),
        }
    }

    pub fn signal(&self, signal: Signal) {
        // One that has ended by itself hears nothing.
        let _ = kill_process(self.pid(), signal);
    }

    pub fn wait_for_end(&self) {
        wait(self.pid());
    }

    /// How it ended; `None` where it was killed.
    pub fn ends(self, doing: Doing) -> Option<i32> {
        match self {
            Running::Verb(child) => {
                let output = child.wait_with_output().unwrap();
                let said = text(&output);
                assert!(!said.contains("panicked"), "{doing:?}: {said}");
                output.status.code()
            }
            Running::Console(mut tty) => {
                // It may have been told to end already.
                tty.tries_to_type("q");
                let code = tty.exit();
                tty.is_given_back();
                Some(code as i32)
            }
        }
    }
}

/// Waits until the process has ended, without taking its exit code away from whoever asks for it.
fn wait(pid: Pid) {
    let Ok(process) = pidfd_open(pid, PidfdFlags::empty()) else { return };
    let left = Timespec::try_from(SOON).unwrap();
    let ended = poll(&mut [PollFd::new(&process, PollFlags::IN)], Some(&left)).unwrap();
    assert_eq!(ended, 1, "it runs on");
}
