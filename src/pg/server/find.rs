//! Finding the programs of a PostgreSQL server on this machine.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::identity::{Identity, server_user};
use super::{
    fetch,
    programs::{Programs, Vars, path_dirs, program},
};
use crate::core::error::{Error, Result};

/// Where Debian keeps the server programs, one directory per major version.
const DEBIAN: &str = "/usr/lib/postgresql";

impl Programs {
    /// Finds them: `pg_bin` (of `--pg-bin`), `PGDECK_PG_BIN`, `PATH`, `/usr/lib/postgresql/*/bin` (newest first),
    /// `pg_config --bindir`, the cache; at last fetches them into the cache with npm, which `progress` is told.
    ///
    /// A directory that was named and does not serve is an error; all others are passed over.
    pub fn find(pg_bin: Option<&Path>, vars: Vars, progress: &dyn Fn(&str)) -> Result<Programs> {
        find(pg_bin, vars, Path::new(DEBIAN), progress)
    }

    /// Those of the major version `major`, where they can be had: the named ones whatever they are, else installed or
    /// cached ones of that version, else fetched ones as in [`Programs::find`]. Where none can be fetched, those of
    /// whichever version is there.
    pub fn like(major: u32, pg_bin: Option<&Path>, vars: Vars, progress: &dyn Fn(&str)) -> Result<Programs> {
        like(major, pg_bin, vars, Path::new(DEBIAN), progress)
    }

    /// Those of one major version, from 13 to 18: from the cache, else fetched into it.
    pub fn of_major(major: u32, vars: Vars, progress: &dyn Fn(&str)) -> Result<Programs> {
        let user = server_user()?;
        match fetch::cached(major, vars, user.as_ref()).map(|bin| Programs::probe(&bin, user.as_ref())) {
            Some(Ok(programs)) => Ok(programs),
            _ => fetch::fetch(major, vars, user.as_ref(), progress),
        }
    }
}

fn find(pg_bin: Option<&Path>, vars: Vars, debian: &Path, progress: &dyn Fn(&str)) -> Result<Programs> {
    let user = server_user()?;
    let user = user.as_ref();
    if let Some(programs) = chosen(pg_bin, vars, user) {
        return programs;
    }
    let cached = fetch::cached(fetch::NEWEST, vars, user);
    match probed(installed(vars, debian).chain(cached), user).next() {
        Some(programs) => Ok(programs),
        None => fetch::fetch(fetch::NEWEST, vars, user, progress),
    }
}

fn like(major: u32, pg_bin: Option<&Path>, vars: Vars, debian: &Path, progress: &dyn Fn(&str)) -> Result<Programs> {
    let user = server_user()?;
    let user = user.as_ref();
    if let Some(programs) = chosen(pg_bin, vars, user) {
        return programs;
    }
    let wanted = major.to_string();
    let mut others = Vec::new();
    for programs in probed(installed(vars, debian).chain(fetch::cached(major, vars, user)), user) {
        if programs.major() == wanted {
            return Ok(programs);
        }
        others.push(programs);
    }
    let newest = fetch::cached(fetch::NEWEST, vars, user);
    fetch::fetch(major, vars, user, progress)
        .or_else(|error| others.into_iter().chain(probed(newest.into_iter(), user)).next().ok_or(error))
}

/// The programs that somebody named.
fn chosen(pg_bin: Option<&Path>, vars: Vars, user: Option<&Identity>) -> Option<Result<Programs>> {
    if let Some(bin) = pg_bin {
        return Some(named(bin, "--pg-bin", user));
    }
    let bin = vars("PGDECK_PG_BIN").filter(|bin| !bin.is_empty())?;
    Some(named(Path::new(&bin), "PGDECK_PG_BIN", user))
}

/// Where installed programs may be.
fn installed(vars: Vars, debian: &Path) -> impl Iterator<Item = PathBuf> {
    path_dirs(vars).into_iter().chain(newest_first(debian)).chain(pg_config(vars))
}

/// Those of the directories that serve.
fn probed<'a>(
    dirs: impl Iterator<Item = PathBuf> + 'a,
    user: Option<&'a Identity>,
) -> impl Iterator<Item = Programs> + 'a {
    dirs.filter_map(move |bin| Programs::probe(&bin, user).ok())
}

fn named(bin: &Path, by: &str, user: Option<&Identity>) -> Result<Programs> {
    Programs::probe(bin, user).map_err(|why| {
        let message = format!("{by} is no directory of PostgreSQL server programs: {why}");
        Error::usage(message).object(bin.display()).hint("name the directory that holds initdb and postgres")
    })
}

fn newest_first(root: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(root).into_iter().flatten().flatten();
    let mut versions: Vec<(Vec<u32>, PathBuf)> = entries
        .filter_map(|entry| {
            let parts = entry.file_name().to_str()?.split('.').map(str::parse).collect::<Result<_, _>>().ok()?;
            Some((parts, entry.path().join("bin")))
        })
        .collect();
    versions.sort();
    versions.into_iter().rev().map(|(_, bin)| bin).collect()
}

fn pg_config(vars: Vars) -> Option<PathBuf> {
    let output = Command::new(program("pg_config", vars)?).arg("--bindir").output().ok()?;
    let dir = String::from_utf8(output.stdout).ok()?;
    Some(PathBuf::from(dir.trim())).filter(|dir| output.status.success() && dir.is_absolute())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;
    use crate::core::error::Code;

    /// A directory open to the server's user, in which programs can be faked.
    fn open_dir() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o755)).unwrap();
        dir
    }

    /// Written by another process: a thread of ours that forks meanwhile would hold the file open for writing, and
    /// the kernel refuses to run such a file.
    fn script(file: &Path, text: &str) {
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        let mut shell = Command::new("/bin/sh");
        shell.args(["-c", "printf '#!/bin/sh\\n%s\\n' \"$2\" > \"$1\" && chmod 755 \"$1\"", "sh"]).arg(file).arg(text);
        assert!(shell.status().unwrap().success());
    }

    fn fake(bin: &Path, version: &str) {
        script(&bin.join("initdb"), "");
        script(&bin.join("postgres"), &format!("echo 'postgres (PostgreSQL) {version} (Fake)'"));
    }

    /// Looks in `root/path` (as PATH), `root/debian`, and `root/home`.
    fn look(root: &Path, more: &[(&str, &str)]) -> Result<Programs> {
        let vars = |name: &str| match name {
            "PATH" => Some(root.join("path").display().to_string()),
            "HOME" => Some(root.join("home").display().to_string()),
            _ => more.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()),
        };
        find(None, &vars, &root.join("debian"), &|_| {})
    }

    fn looks_like(major: u32, root: &Path, more: &[(&str, &str)]) -> Result<Programs> {
        let vars = |name: &str| match name {
            "PATH" => Some(root.join("path").display().to_string()),
            "HOME" => Some(root.join("home").display().to_string()),
            _ => more.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()),
        };
        like(major, None, &vars, &root.join("debian"), &|_| {})
    }

    #[test]
    fn the_places_are_tried_in_order() {
        let dir = open_dir();
        let root = dir.path();
        fake(&root.join("elsewhere"), "12.1");
        script(&root.join("path/pg_config"), &format!("echo {}", root.join("elsewhere").display()));
        assert_eq!(look(root, &[]).unwrap().version(), "12.1", "pg_config");
        fake(&root.join("debian/9.6/bin"), "9.6.24");
        fake(&root.join("debian/15/bin"), "15.18");
        assert_eq!(look(root, &[]).unwrap().version(), "15.18", "the newest by number");
        script(&root.join("path/postgres"), "echo 'postgres (PostgreSQL) 17.1'");
        assert_eq!(look(root, &[]).unwrap().version(), "15.18", "half a server in PATH does not count");
        fake(&root.join("path"), "17.1");
        assert_eq!(look(root, &[]).unwrap().version(), "17.1", "PATH");
        let named = root.join("elsewhere").display().to_string();
        assert_eq!(look(root, &[("PGDECK_PG_BIN", &named)]).unwrap().version(), "12.1", "named");
    }

    #[test]
    fn a_version_is_found_wherever_it_is_and_else_another_will_do() {
        let dir = open_dir();
        let root = dir.path();
        assert_eq!(looks_like(15, root, &[]).unwrap_err().code, Code::Connect, "nothing, and no npm");
        fake(&root.join("path"), "17.1");
        fake(&root.join("debian/15/bin"), "15.18");
        fake(&root.join("debian/16/bin"), "16.3");
        for (major, found) in [(15, "15.18"), (16, "16.3"), (17, "17.1"), (13, "17.1"), (99, "17.1")] {
            assert_eq!(looks_like(major, root, &[]).unwrap().version(), found, "{major}");
        }
        let named = root.join("debian/16/bin").display().to_string();
        assert_eq!(looks_like(15, root, &[("PGDECK_PG_BIN", &named)]).unwrap().version(), "16.3", "named");
    }

    #[test]
    fn programs_that_do_not_run_are_passed_over() {
        let dir = open_dir();
        fake(&dir.path().join("debian/14/bin"), "14.2");
        fake(&dir.path().join("debian/16/bin"), "16.3");
        script(&dir.path().join("debian/16/bin/postgres"), "echo 'error: libfoo.so is missing' >&2; exit 127");
        assert_eq!(look(dir.path(), &[]).unwrap().version(), "14.2");
    }

    #[test]
    fn a_wrong_variable_is_an_error_that_names_it_and_the_directory() {
        let dir = open_dir();
        fake(&dir.path().join("path"), "17.1");
        let error = look(dir.path(), &[("PGDECK_PG_BIN", "/nonexistent/bin")]).unwrap_err();
        assert_eq!(error.code, Code::Usage);
        let line = error.to_string();
        assert!(line.contains("PGDECK_PG_BIN") && line.contains("/nonexistent/bin"), "{line}");
    }

    #[test]
    fn with_nothing_and_no_npm_one_line_says_what_to_install() {
        let dir = open_dir();
        let error = look(dir.path(), &[]).unwrap_err();
        assert_eq!(error.code, Code::Connect);
        let line = error.to_string();
        assert!(line.contains("apt-get install postgresql") && !line.contains('\n'), "{line}");
    }

    #[test]
    fn npm_that_fails_is_quoted_in_the_one_line() {
        let dir = open_dir();
        script(&dir.path().join("path/npm"), "echo 'npm error network is unreachable' >&2; exit 1");
        let error = look(dir.path(), &[]).unwrap_err();
        assert_eq!(error.code, Code::Connect);
        let line = error.to_string();
        assert!(line.contains("network is unreachable") && line.contains("apt-get install postgresql"), "{line}");
        let left: Vec<_> = fs::read_dir(dir.path().join("home/.cache/pgdeck")).unwrap().flatten().collect();
        let left: Vec<_> = left.iter().map(fs::DirEntry::file_name).filter(|name| name != "fetch.lock").collect();
        assert!(left.is_empty(), "nothing half-fetched stays: {left:?}");
    }
}
