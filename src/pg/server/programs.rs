//! The programs of a PostgreSQL server.

use std::{
    env::split_paths,
    path::{Path, PathBuf},
};

use rustix::fs::{Access, access};

use super::{identity::Identity, log, spawn};

/// Looks an environment variable up; a parameter, so that tests can vary it.
pub type Vars<'a> = &'a dyn Fn(&str) -> Option<String>;

/// What to do where there are none.
pub(super) const INSTALL: &str = "install a PostgreSQL server (Debian, Ubuntu: `apt-get install postgresql`) or name \
     the directory of its programs with --pg-bin";

/// The programs `initdb` and `postgres` of one version, known to run here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Programs {
    bin: PathBuf,
    version: String,
}

impl Programs {
    /// The directory of the programs, absolute.
    pub fn bin(&self) -> &Path {
        &self.bin
    }

    /// Their version, such as `18.4`.
    pub fn version(&self) -> &str {
        &self.version
    }

    /// The version as a data directory names it, such as `18`.
    pub(super) fn major(&self) -> &str {
        self.version.split(|c: char| !c.is_ascii_digit()).next().unwrap_or_default()
    }

    /// The programs in `bin`, if they run; else why not, in one line. Runs them as the server's user, which shows
    /// too whether that user may reach them.
    pub(super) fn probe(bin: &Path, user: Option<&Identity>) -> Result<Programs, String> {
        let bin = std::path::absolute(bin).map_err(|error| error.to_string())?;
        if let Some(missing) = ["initdb", "postgres"].into_iter().find(|name| !bin.join(name).is_file()) {
            return Err(format!("there is no {missing} in it"));
        }
        let output = spawn::command(&bin.join("postgres"), user)
            .arg("--version")
            .stdout(std::process::Stdio::piped())
            .output()
            .map_err(|error| refused(&error, user))?;
        let said = String::from_utf8_lossy(&output.stdout);
        let version = said.split_whitespace().nth(2).filter(|word| word.starts_with(|c: char| c.is_ascii_digit()));
        if let Some(version) = version.filter(|_| output.status.success()) {
            return Ok(Programs { bin, version: version.to_owned() });
        }
        let complaint = String::from_utf8_lossy(&output.stderr);
        Err(log::reason(complaint.lines()).unwrap_or_else(|| format!("postgres does not run: {}", output.status)))
    }
}

fn refused(error: &std::io::Error, user: Option<&Identity>) -> String {
    match user {
        Some(user) => format!("the user {} that servers run as cannot start postgres: {error}", user.name),
        None => format!("postgres does not start: {error}"),
    }
}

pub(super) fn path_dirs(vars: Vars) -> Vec<PathBuf> {
    // An empty or relative entry would mean the current directory: no place to run programs from.
    vars("PATH").map(|path| split_paths(&path).filter(|dir| dir.is_absolute()).collect()).unwrap_or_default()
}

/// The program `name` in `PATH`.
pub(super) fn program(name: &str, vars: Vars) -> Option<PathBuf> {
    let runs = |file: &PathBuf| file.is_file() && access(file, Access::EXEC_OK).is_ok();
    path_dirs(vars).into_iter().map(|dir| dir.join(name)).find(runs)
}
