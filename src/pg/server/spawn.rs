//! Starting child processes that cannot outlive pgdeck and that the terminal's Ctrl-C does not reach.
//!
//! This is the only module of the crate with `unsafe` in it: `pre_exec` has no safe form.
#![allow(unsafe_code)]

use std::io;
use std::os::unix::process::CommandExt;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::LazyLock;
use std::sync::mpsc::{Sender, channel};

use rustix::process::Signal;

use super::identity::Identity;

/// A command that runs `program` as `user`, from `/`, with an environment that is the same everywhere: neither
/// `LD_LIBRARY_PATH` nor `PG…` variables of the caller reach the server, and messages are in English.
pub(super) fn command(program: &Path, user: Option<&Identity>) -> Command {
    let mut command = Command::new(program);
    command.env_clear().env("LC_ALL", "C").env("PATH", "/usr/local/bin:/usr/bin:/bin").current_dir("/");
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    if let Some(user) = user {
        // The standard library drops supplementary groups too when it changes the user as root.
        command.uid(user.uid).gid(user.gid);
    }
    command
}

/// Starts `command` in a session of its own; the kernel sends it `death` when this process ends, however it ends.
///
/// The signal is tied to the *thread* that forks, hence the one thread that does nothing else and lives as long as
/// the process. Where the kernel has no such signal (everything but Linux), see `watchdog.rs`.
pub(super) fn spawn(mut command: Command, death: Signal) -> io::Result<Child> {
    detach(&mut command, death);
    let (reply, answer) = channel();
    let gone = || io::Error::other("the thread that starts servers is gone");
    let spawner = SPAWNER.as_ref().ok_or_else(gone)?;
    spawner.send(Job { command, reply }).map_err(|_| gone())?;
    answer.recv().map_err(|_| gone())?
}

struct Job {
    command: Command,
    reply: Sender<io::Result<Child>>,
}

static SPAWNER: LazyLock<Option<Sender<Job>>> = LazyLock::new(|| {
    let (sender, jobs) = channel::<Job>();
    let work = move || {
        for mut job in jobs {
            // Nobody listens only if the caller has gone; then dropping the child's handle is all there is to do.
            let _ = job.reply.send(job.command.spawn());
        }
    };
    std::thread::Builder::new().name("server-spawner".into()).spawn(work).ok().map(|_| sender)
});

fn detach(command: &mut Command, death: Signal) {
    let owner = rustix::process::getpid();
    let prepare = move || {
        rustix::process::setsid()?;
        #[cfg(target_os = "linux")]
        {
            rustix::process::set_parent_process_death_signal(Some(death))?;
            // The owner may have died before the line above: then no signal will ever come.
            if rustix::process::getppid() != Some(owner) {
                return Err(io::Error::from_raw_os_error(rustix::io::Errno::SRCH.raw_os_error()));
            }
        }
        #[cfg(not(target_os = "linux"))]
        let _ = (owner, death);
        Ok(())
    };
    // SAFETY: between fork and exec only async-signal-safe work is allowed. The closure makes three system calls
    // (setsid, prctl, getppid), captures two integers, allocates nothing and takes no lock. The standard library
    // runs it after setuid, which matters because changing the user clears the death signal.
    unsafe {
        command.pre_exec(prepare);
    }
}
