//! The private directory of a server: `s/` holds its socket, `data/` its data.

use std::fs::{self, Permissions};
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use super::identity::{Identity, reachable};
use super::sweep::{OwnedDir, sweep};
use crate::core::error::{Error, Result};

/// The port in the socket's name. Each server has a directory to itself, so all can use the same.
pub(super) const PORT: u16 = 5432;

/// How many bytes the path of a unix socket may have (`sun_path` less its closing zero byte).
const SOCKET_PATH_MAX: usize = if cfg!(target_os = "linux") { 107 } else { 103 };

/// A directory that exists as long as this value does.
pub(super) struct PrivateDir(OwnedDir);

impl PrivateDir {
    /// Makes the directory for a server called `label`, after sweeping those of dead owners.
    pub(super) fn create(label: &str, user: Option<&Identity>) -> Result<Self> {
        let base = base(user)?;
        sweep(&base);
        // Others may pass (the server's user has to) but not list; what is in it is closed to them.
        let mode = if user.is_some() { 0o711 } else { 0o700 };
        let failed = |error: std::io::Error| {
            Error::connect(format!("cannot make a directory for a server: {error}")).object(base.display())
        };
        let place = PrivateDir(OwnedDir::create(&base, label, mode).map_err(failed)?);
        own_dir(&place.socket_dir(), user).map_err(failed)?;
        Ok(place)
    }

    /// Where the server puts its socket.
    pub(super) fn socket_dir(&self) -> PathBuf {
        self.0.path().join("s")
    }

    /// Where the server keeps its data, unless the user wants to keep them elsewhere.
    pub(super) fn data_dir(&self) -> PathBuf {
        self.0.path().join("data")
    }
}

/// Makes `path`, closed to everyone but `user`.
pub(super) fn own_dir(path: &Path, user: Option<&Identity>) -> std::io::Result<()> {
    fs::create_dir(path)?;
    fs::set_permissions(path, Permissions::from_mode(0o700))?;
    user.map_or(Ok(()), |user| chown(path, Some(user.uid), Some(user.gid)))
}

/// The directory for temporary files, or `/tmp` where that cannot serve: closed to the server's user, or so deep
/// that a socket's path would be too long.
fn base(user: Option<&Identity>) -> Result<PathBuf> {
    let wanted = std::path::absolute(std::env::temp_dir()).unwrap_or_else(|_| std::env::temp_dir());
    let Some(complaint) = unfit(&wanted, user) else { return Ok(wanted) };
    let fallback = PathBuf::from("/tmp");
    if fallback.is_dir() && unfit(&fallback, user).is_none() { Ok(fallback) } else { Err(complaint) }
}

fn unfit(base: &Path, user: Option<&Identity>) -> Option<Error> {
    // The longest name that `OwnedDir` makes: pid, label, random part.
    let deepest = base.join("pgdeck-4194304-12345678901234567890-abcdef/s").join(format!(".s.PGSQL.{PORT}"));
    let length = deepest.as_os_str().len();
    if length > SOCKET_PATH_MAX {
        let message =
            format!("a server's socket here would have {length} bytes in its path, {SOCKET_PATH_MAX} are possible");
        return Some(Error::connect(message).object(base.display()).hint("set TMPDIR to a shorter path"));
    }
    let user = user.filter(|user| !reachable(base, Some(user)))?;
    let message = format!("the user {} that servers run as cannot pass through here", user.name);
    Some(Error::connect(message).object(base.display()).hint("set TMPDIR to a directory open to all users"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_base_too_deep_for_a_socket_is_refused_with_the_figures() {
        let deep = PathBuf::from("/").join("d".repeat(80));
        let error = unfit(&deep, None).unwrap().to_string();
        assert!(error.contains("bytes in its path") && error.contains("TMPDIR"), "{error}");
        assert!(unfit(Path::new("/tmp"), None).is_none());
    }
}
