//! Temporary directories that say who owns them, and the removal of those whose owner has died.
//!
//! They are called `pgdeck-<pid of the owner>-<label>-<random>` and hold a file `owner` that the owner keeps locked.

use std::fs::{self, File, Permissions};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::Path;

use rustix::fs::{FlockOperation, flock};
use rustix::process::{Pid, test_kill_process};
use tempfile::TempDir;

const LOCK: &str = "owner";

/// A temporary directory whose owner can be found; removed with this value.
#[derive(Debug)]
pub struct OwnedDir {
    dir: TempDir,
    _lock: File,
}

impl OwnedDir {
    /// Makes one in `base` with the permission bits `mode`, whatever the umask is.
    pub(super) fn create(base: &Path, label: &str, mode: u32) -> io::Result<Self> {
        let prefix = format!("pgdeck-{}-{label}-", std::process::id());
        let dir = tempfile::Builder::new().prefix(&prefix).tempdir_in(base)?;
        fs::set_permissions(dir.path(), Permissions::from_mode(mode))?;
        let lock = File::create(dir.path().join(LOCK))?;
        flock(&lock, FlockOperation::NonBlockingLockExclusive)?;
        Ok(OwnedDir { dir, _lock: lock })
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        self.dir.path()
    }
}

/// Removes the directories in `base` that a dead process of this user has left. Never follows a link.
pub(super) fn sweep(base: &Path) {
    let Ok(entries) = fs::read_dir(base) else { return };
    for entry in entries.flatten() {
        let owner = entry.file_name().to_str().and_then(owner_of);
        if owner.is_some_and(|pid| is_stale(&entry.path(), pid)) {
            // Best effort: what cannot be removed is in nobody's way.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

fn owner_of(name: &str) -> Option<Pid> {
    let (pid, _) = name.strip_prefix("pgdeck-")?.split_once('-')?;
    Pid::from_raw(pid.parse().ok().filter(|pid| *pid > 0)?)
}

fn is_stale(path: &Path, owner: Pid) -> bool {
    let ours =
        fs::symlink_metadata(path).is_ok_and(|meta| meta.is_dir() && meta.uid() == rustix::process::geteuid().as_raw());
    ours && test_kill_process(owner) == Err(rustix::io::Errno::SRCH) && !is_locked(&path.join(LOCK))
}

/// Whether the owner lives after all: seen from another container that shares the directory, its pid means nothing.
fn is_locked(lock: &Path) -> bool {
    let Ok(file) = File::open(lock) else { return false };
    flock(&file, FlockOperation::NonBlockingLockExclusive) == Err(rustix::io::Errno::WOULDBLOCK)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::{chown, symlink};
    use std::path::PathBuf;

    use super::*;

    /// The pid of a process that has ended and been waited for.
    fn dead_pid() -> u32 {
        let mut child = std::process::Command::new("true").spawn().unwrap();
        child.wait().unwrap();
        child.id()
    }

    fn make(base: &Path, name: &str) -> PathBuf {
        let dir = base.join(name);
        fs::create_dir_all(dir.join("data")).unwrap();
        fs::write(dir.join("data/file"), "x").unwrap();
        dir
    }

    #[test]
    fn the_directory_of_a_dead_owner_is_swept() {
        let base = tempfile::tempdir().unwrap();
        let dir = make(base.path(), &format!("pgdeck-{}-a-x", dead_pid()));
        sweep(base.path());
        assert!(!dir.exists());
    }

    #[test]
    fn what_lives_or_is_named_otherwise_stays() {
        let base = tempfile::tempdir().unwrap();
        let dead = dead_pid();
        let names = [
            format!("pgdeck-{}-a-x", std::process::id()),
            format!("other-{dead}-a-x"),
            format!("pgdeck-{dead}"),
            format!("pgdeck--{dead}-a"),
            "pgdeck-0-a".into(),
        ];
        let dirs = names.map(|name| make(base.path(), &name));
        sweep(base.path());
        assert!(dirs.iter().all(|dir| dir.join("data/file").exists()));
    }

    #[test]
    fn a_locked_directory_stays_though_its_pid_means_nothing_here() {
        let base = tempfile::tempdir().unwrap();
        let dir = make(base.path(), &format!("pgdeck-{}-a-x", dead_pid()));
        let lock = File::create(dir.join(LOCK)).unwrap();
        flock(&lock, FlockOperation::LockExclusive).unwrap();
        sweep(base.path());
        assert!(dir.exists());
        // Not by closing: a child that another test is just forking may hold a copy open until it runs its program.
        flock(&lock, FlockOperation::Unlock).unwrap();
        sweep(base.path());
        assert!(!dir.exists());
    }

    #[test]
    fn links_are_neither_followed_nor_swept() {
        let base = tempfile::tempdir().unwrap();
        let treasure = make(base.path(), "treasure");
        let dead = dead_pid();
        let link = base.path().join(format!("pgdeck-{dead}-a-x"));
        symlink(&treasure, &link).unwrap();
        let dir = make(base.path(), &format!("pgdeck-{dead}-b-x"));
        symlink(&treasure, dir.join("link")).unwrap();
        sweep(base.path());
        assert!(link.is_symlink() && !dir.exists() && treasure.join("data/file").exists());
    }

    #[test]
    fn the_directory_of_another_user_stays() {
        if !rustix::process::geteuid().is_root() {
            return; // only root can make one
        }
        let base = tempfile::tempdir().unwrap();
        let dir = make(base.path(), &format!("pgdeck-{}-a-x", dead_pid()));
        chown(&dir, Some(65_534), None).unwrap();
        sweep(base.path());
        assert!(dir.exists());
    }
}
