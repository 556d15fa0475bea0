//! Whom a server runs as. PostgreSQL refuses to run as root, so root drops to `postgres`, else to `nobody`.

use std::fs;
use std::os::unix::fs::MetadataExt;
use std::path::Path;

use crate::core::error::{Error, Result};

/// A user of this machine that servers run as instead of root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Identity {
    pub(super) name: String,
    pub(super) uid: u32,
    pub(super) gid: u32,
}

/// The user to drop to, or `None` where the caller is an ordinary user and stays who they are.
pub(super) fn server_user() -> Result<Option<Identity>> {
    if !rustix::process::geteuid().is_root() {
        return Ok(None);
    }
    // Only users with an entry here will do: initdb looks its own user up.
    let passwd = fs::read_to_string("/etc/passwd").unwrap_or_default();
    match ["postgres", "nobody"].into_iter().find_map(|name| entry(&passwd, name)) {
        Some(identity) => Ok(Some(identity)),
        None => Err(Error::connect("PostgreSQL does not run as root, and there is neither a user postgres nor nobody")
            .hint("start pgdeck as an ordinary user")),
    }
}

fn entry(passwd: &str, name: &str) -> Option<Identity> {
    passwd.lines().find_map(|line| {
        let mut fields = line.split(':');
        let found = fields.next()? == name;
        let uid = fields.nth(1)?.parse().ok()?;
        let gid = fields.next()?.parse().ok()?;
        (found && uid != 0).then(|| Identity { name: name.into(), uid, gid })
    })
}

/// Whether `user` may pass through `path` and every directory above it, as far as permission bits tell.
pub(super) fn reachable(path: &Path, user: Option<&Identity>) -> bool {
    let Some(user) = user else { return true };
    path.ancestors().filter(|dir| !dir.as_os_str().is_empty()).all(|dir| {
        // What does not exist yet will be created by us, passable.
        fs::metadata(dir).map_or(true, |meta| {
            let shift = match (meta.uid() == user.uid, meta.gid() == user.gid) {
                (true, _) => 6,
                (_, true) => 3,
                _ => 0,
            };
            meta.mode() >> shift & 0o1 != 0
        })
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn reads_a_passwd_entry_by_its_exact_name() {
        let passwd =
            "root:x:0:0:root:/root:/bin/bash\npostgres2:x:7:7::/:/bin/sh\npostgres:x:101:104:PG,,,:/:/bin/sh\n";
        let expected = Identity { name: "postgres".into(), uid: 101, gid: 104 };
        assert_eq!(entry(passwd, "postgres"), Some(expected));
        assert_eq!(entry(passwd, "nobody"), None);
        assert_eq!(entry(passwd, "root"), None, "never root");
    }

    #[test]
    fn a_closed_directory_above_is_noticed() {
        let outer = tempfile::tempdir().unwrap();
        let inner = outer.path().join("inner");
        fs::create_dir(&inner).unwrap();
        let stranger = Identity { name: "stranger".into(), uid: 4_000_000, gid: 4_000_000 };
        let open = |mode| fs::set_permissions(outer.path(), fs::Permissions::from_mode(mode)).unwrap();
        open(0o711);
        assert!(reachable(&inner, Some(&stranger)));
        open(0o700);
        assert!(!reachable(&inner, Some(&stranger)));
        assert!(reachable(&inner, None));
    }
}
