//! Throw-away PostgreSQL servers for the demo and the tests.
//!
//! A server listens on a unix socket in a private directory and ends with pgdeck: on drop, at exit, and when pgdeck
//! is killed. Everything here blocks; call it from `spawn_blocking` where there is a runtime.
//!
//! | file | |
//! |---|---|
//! | `find.rs` `fetch.rs` | where the programs come from |
//! | `place.rs` `sweep.rs` | the private directory, and what dead owners left |
//! | `identity.rs` | whom a server runs as |
//! | `cluster.rs` | initdb and the settings |
//! | `spawn.rs` `watchdog.rs` | no server outlives its owner |
//! | `load.rs` | databases with a schema and data |
//! | `log.rs` | ready, ended, and why |

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Child;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::{Duration, Instant};

use rustix::process::{Pid, Signal, kill_process};

use crate::core::error::{Error, Result};

mod cluster;
mod fetch;
mod find;
mod identity;
mod load;
mod log;
mod place;
mod programs;
mod spawn;
mod sweep;
#[cfg(any(test, not(target_os = "linux")))]
mod watchdog;

pub use load::load;
pub use place::scratch;
pub use programs::{Programs, Vars};
pub use sweep::OwnedDir;

/// How long a server may take to get ready; recovery of kept data takes longest.
const START: Duration = Duration::from_secs(60);
/// How long a server may take to end before it is killed.
const STOP: Duration = Duration::from_secs(10);

/// A running PostgreSQL server that ends, and whose directory goes, when this value is dropped.
///
/// Dropping blocks until the server has ended (milliseconds; bounded by ten seconds).
pub struct Server {
    child: Child,
    // A receiver is not `Sync`; the lock is never contended, for only `&mut self` takes it.
    events: Mutex<Receiver<log::Event>>,
    stop: Signal,
    socket_dir: PathBuf,
    version: String,
    // After the child in this list: fields are dropped in order, and `Drop` has stopped the server by then.
    _dir: place::PrivateDir,
    #[cfg(not(target_os = "linux"))]
    watchdog: Option<watchdog::Watchdog>,
}

impl Server {
    /// Makes a database cluster and starts a server on it. Returns when it accepts connections (about 0.6 s).
    ///
    /// `name` appears in the process list and in errors. The data are thrown away with the server, unless `keep`
    /// names a directory: then they are in `keep/<name>`, stay there, and are used again the next time.
    ///
    /// As root, the server runs as `postgres` or else as `nobody`, since PostgreSQL refuses root.
    pub fn start(programs: &Programs, name: &str, keep: Option<&Path>) -> Result<Server> {
        let label = label(name);
        Self::launch(programs, &label, keep).map_err(|error| error.env(name))
    }

    fn launch(programs: &Programs, label: &str, keep: Option<&Path>) -> Result<Server> {
        let user = identity::server_user()?;
        let user = user.as_ref();
        let dir = place::PrivateDir::create(label, user)?;
        let data = keep.map_or_else(|| Ok(dir.data_dir()), |keep| cluster::kept_dir(keep, label))?;
        cluster::prepare(programs, &data, user)?;
        let mut command = cluster::postgres(programs, &data, &dir.socket_dir(), label, user);
        let failed = |error| Error::connect(format!("cannot start postgres: {error}"));
        let (log, stderr) = std::io::pipe().map_err(failed)?;
        command.stderr(stderr);
        let events = Mutex::new(log::follow(log).map_err(failed)?);
        // From here on the value owns the process: whatever fails next stops it.
        let mut server = Server {
            child: spawn::spawn(command, Signal::QUIT).map_err(failed)?,
            events,
            // Data that are thrown away need no checkpoint at the end; data that are kept do.
            stop: if keep.is_some() { Signal::INT } else { Signal::QUIT },
            socket_dir: dir.socket_dir(),
            version: programs.version().to_owned(),
            _dir: dir,
            #[cfg(not(target_os = "linux"))]
            watchdog: None,
        };
        #[cfg(not(target_os = "linux"))]
        {
            server.watchdog = Some(watchdog::Watchdog::guard(server.pid()).map_err(failed)?);
        }
        server.wait_ready()?;
        Ok(server)
    }

    /// The directory of the socket: the `host` of a connection.
    pub fn host(&self) -> &Path {
        &self.socket_dir
    }

    /// The port: only a part of the socket's name, since no server listens on the network.
    pub fn port(&self) -> u16 {
        place::PORT
    }

    /// The address of the database `dbname` on this server, for the superuser `postgres`, without a password.
    pub fn url(&self, dbname: &str) -> String {
        self.url_as(dbname, "postgres")
    }

    /// The same for the role `user`.
    pub fn url_as(&self, dbname: &str, user: &str) -> String {
        let host = percent(&self.socket_dir.to_string_lossy());
        format!("postgresql:///{}?host={host}&port={}&user={}", percent(dbname), self.port(), percent(user))
    }

    /// The version of the server, such as `18.4`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The process id of the server's first process, which is also its session.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn wait_ready(&mut self) -> Result<()> {
        match next(&mut self.events, START) {
            Ok(log::Event::Ready) => Ok(()),
            Ok(log::Event::Closed(lines)) => {
                let why = log::reason(lines.iter().map(String::as_str)).unwrap_or_else(|| "without a word".into());
                Err(Error::connect(format!("the server ended at its start: {why}")))
            }
            Err(_) => Err(Error::connect(format!("the server was not ready within {} s", START.as_secs()))),
        }
    }

    /// Stops the server: asks, waits, and kills where asking did not help. Signals only our own child, which keeps
    /// its pid until we have waited for it.
    fn stop(&mut self) {
        if matches!(self.child.try_wait(), Ok(Some(_))) {
            return;
        }
        if let Some(pid) = Pid::from_raw(self.child.id() as i32) {
            let _ = kill_process(pid, self.stop);
        }
        let deadline = Instant::now() + STOP;
        while let Ok(event) = next(&mut self.events, deadline.saturating_duration_since(Instant::now())) {
            if matches!(event, log::Event::Closed(_)) {
                break;
            }
        }
        // The pipe closes an instant before the process ends, so a server that has closed it needs no kill.
        if Instant::now() >= deadline {
            let _ = self.child.kill();
        }
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.stop();
    }
}

fn next(events: &mut Mutex<Receiver<log::Event>>, within: Duration) -> Result<log::Event, RecvTimeoutError> {
    events.get_mut().unwrap_or_else(std::sync::PoisonError::into_inner).recv_timeout(within)
}

/// `name` as it may stand in a file's name and in a setting: short, letters, digits, `-` and `_`.
fn label(name: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || c == '-' { c } else { '_' };
    let name = if name.is_empty() { "server" } else { name };
    name.chars().take(20).map(plain).collect()
}

fn percent(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => encoded.push(byte as char),
            // Writing to a string does not fail.
            _ => _ = write!(encoded, "%{byte:02X}"),
        }
        encoded
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_server_may_be_shared_between_threads() {
        fn shared<T: Send + Sync>() {}
        shared::<Server>();
    }

    #[test]
    fn names_become_short_and_plain() {
        assert_eq!(label("pre prod/../ä"), "pre_prod_____");
        assert_eq!(label(&"x".repeat(99)).len(), 20);
        assert_eq!(label(""), "server", "never the directory above");
    }

    #[test]
    fn urls_are_percent_encoded() {
        assert_eq!(percent("/tmp/a b?&ä"), "%2Ftmp%2Fa%20b%3F%26%C3%A4");
    }
}
