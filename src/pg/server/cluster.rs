//! Making a data directory, and the settings of a server that nobody will miss.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use rustix::process::Signal;

use super::identity::Identity;
use super::place::{PORT, own_dir};
use super::programs::Programs;
use super::{log, spawn};
use crate::core::error::{Error, Result};

/// Makes `data` a data directory, or leaves it as it is where it already is one of the same major version.
///
/// Each server gets an `initdb` of its own. Copying the first one's directory would save about 0.3 s, but two
/// servers with one system identifier would look like one to whatever compares identifiers.
pub(super) fn prepare(programs: &Programs, data: &Path, user: Option<&Identity>) -> Result<()> {
    match fs::read_to_string(data.join("PG_VERSION")) {
        Ok(version) if version.trim() == programs.major() => return Ok(()),
        Ok(version) => {
            let message =
                format!("the data here are of PostgreSQL {}, the programs of {}", version.trim(), programs.version());
            return Err(Error::usage(message).object(data.display()).hint("choose another directory"));
        }
        Err(_) => {}
    }
    if !data.exists() {
        own_dir(data, user).map_err(|e| Error::usage(format!("cannot make it: {e}")).object(data.display()))?;
    }
    initdb(programs, data, user)
}

/// The directory for the data of the server `label` in `keep`, a directory of the user's that outlives the server.
pub(super) fn kept_dir(keep: &Path, label: &str) -> Result<PathBuf> {
    let failed = |error| Error::usage(format!("cannot make it: {error}")).object(keep.display());
    fs::create_dir_all(keep).map_err(failed)?;
    Ok(fs::canonicalize(keep).map_err(failed)?.join(label))
}

fn initdb(programs: &Programs, data: &Path, user: Option<&Identity>) -> Result<()> {
    let mut command = spawn::command(&programs.bin().join("initdb"), user);
    command.arg("-D").arg(data);
    command.args(["-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"]);
    let failed = |why: &str| Error::connect(format!("initdb failed: {why}")).object(data.display());
    // Killed, not asked: initdb's own children end when their input does.
    let child = spawn::spawn(command, Signal::KILL).map_err(|e| failed(&e.to_string()))?;
    let output = child.wait_with_output().map_err(|e| failed(&e.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(failed(&log::reason(said.lines()).unwrap_or_else(|| output.status.to_string())))
}

/// The command that runs a server on `data` with its socket in `socket_dir`.
pub(super) fn postgres(
    programs: &Programs,
    data: &Path,
    socket_dir: &Path,
    label: &str,
    user: Option<&Identity>,
) -> Command {
    let mut command = spawn::command(&programs.bin().join("postgres"), user);
    command.arg("-D").arg(data).arg("-k").arg(socket_dir).args(["-p", &PORT.to_string()]);
    for setting in SETTINGS {
        command.args(["-c", setting]);
    }
    command.arg("-c").arg(format!("cluster_name={label}"));
    command
}

/// Durability is off, since the data are thrown away; the log goes to us, in the form that `log.rs` reads.
const SETTINGS: [&str; 8] = [
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "logging_collector=off",
    "log_destination=stderr",
    "log_line_prefix=",
    "lc_messages=C",
];
