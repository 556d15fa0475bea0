//! Watching processes end, by events: no test sleeps.

use std::fs;
use std::os::fd::OwnedFd;
use std::time::{Duration, Instant};

use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::process::{Pid, PidfdFlags, pidfd_open};

/// Handles of a server's processes. A handle means its process, even when the pid is used again.
pub struct Family(Vec<(u32, OwnedFd)>);

impl Family {
    /// The server's first process and its children: its workers and connections, which are all children of the first
    /// and each in a session of its own.
    pub fn of(first: u32) -> Self {
        let pids =
            fs::read_dir("/proc").unwrap().flatten().filter_map(|entry| entry.file_name().to_str()?.parse().ok());
        let members = pids.filter(|pid| *pid == first || parent(*pid) == Some(first));
        let handle = |pid: u32| Some((pid, pidfd_open(Pid::from_raw(pid as i32)?, PidfdFlags::empty()).ok()?));
        Family(members.filter_map(handle).collect())
    }

    /// How many they are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Waits until all have ended; names those that are alive after `within`.
    pub fn wait_ended(&self, within: Duration) -> Result<(), Vec<u32>> {
        let deadline = Instant::now() + within;
        let alive = |(_, handle): &&(u32, OwnedFd)| !ended(handle, deadline);
        let alive: Vec<u32> = self.0.iter().filter(alive).map(|(pid, _)| *pid).collect();
        if alive.is_empty() { Ok(()) } else { Err(alive) }
    }
}

fn ended(handle: &OwnedFd, deadline: Instant) -> bool {
    let left = Timespec::try_from(deadline.saturating_duration_since(Instant::now())).unwrap();
    poll(&mut [PollFd::new(handle, PollFlags::IN)], Some(&left)).unwrap() == 1
}

fn parent(pid: u32) -> Option<u32> {
    field(pid, 1)
}

/// The session of a process; a terminal's Ctrl-C reaches only processes of the terminal's own.
pub fn session(pid: u32) -> Option<u32> {
    field(pid, 3)
}

/// A field of `/proc/<pid>/stat`, counted after the name, which is in brackets and may hold anything.
fn field(pid: u32, index: usize) -> Option<u32> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    stat.rsplit_once(')')?.1.split_whitespace().nth(index)?.parse().ok()
}
