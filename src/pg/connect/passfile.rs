//! The password file (PostgreSQL manual, 34.16 "The Password File").

use std::path::Path;

use secrecy::SecretString;

use super::conninfo::{Conninfo, Host, SOCKET_DIRECTORIES};

/// The password of the first matching line of the conninfo's password file. A missing file is none; one
/// that others may read is ignored with a warning, as libpq does.
pub(super) async fn password(conninfo: &Conninfo) -> Option<SecretString> {
    let path = conninfo.passfile.as_deref()?;
    let metadata = tokio::fs::metadata(path).await.ok()?;
    if let Some(why) = unsafe_to_use(&metadata) {
        tracing::warn!(path = %path.display(), "the password file is ignored: {why}");
        return None;
    }
    let text = read(path).await?;
    find(&text, &host_word(&conninfo.host), conninfo.port, &conninfo.dbname, &conninfo.user)
}

async fn read(path: &Path) -> Option<String> {
    match tokio::fs::read_to_string(path).await {
        Ok(text) => Some(text),
        Err(error) => {
            tracing::warn!(path = %path.display(), kind = %error.kind(), "the password file cannot be read");
            None
        }
    }
}

fn unsafe_to_use(metadata: &std::fs::Metadata) -> Option<&'static str> {
    use std::os::unix::fs::PermissionsExt;
    if !metadata.is_file() {
        return Some("it is not a plain file");
    }
    (metadata.permissions().mode() & 0o077 != 0).then_some("others may read it; permissions should be 0600")
}

/// `localhost` stands for the default socket directory as well.
fn host_word(host: &Host) -> String {
    match host {
        Host::Tcp(host) => host.clone(),
        Host::Socket(path) if !SOCKET_DIRECTORIES.iter().any(|known| path == Path::new(known)) => {
            path.display().to_string()
        }
        Host::Socket(_) | Host::Default => "localhost".into(),
    }
}

/// The password of the first line of `text` that is for this server, database and user.
pub fn find(text: &str, host: &str, port: u16, dbname: &str, user: &str) -> Option<SecretString> {
    let wanted = [host, &port.to_string(), dbname, user];
    text.lines().filter(|line| !line.starts_with('#')).find_map(|line| {
        let mut rest = line;
        for word in wanted {
            rest = take(rest, word)?;
        }
        let password = unescape(rest);
        (!password.is_empty()).then(|| SecretString::from(password))
    })
}

/// What follows the first field of `line`, if that field is `*` or `word`.
fn take<'a>(line: &'a str, word: &str) -> Option<&'a str> {
    let mut escaped = false;
    let end = line.find(|c| {
        let ends = c == ':' && !escaped;
        escaped = c == '\\' && !escaped;
        ends
    })?;
    let field = &line[..end];
    (field == "*" || unescape(field) == word).then_some(&line[end + 1..])
}

fn unescape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        // A last, lone backslash stands for itself.
        out.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    out
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    fn first(text: &str) -> Option<String> {
        find(text, "db.example", 5432, "app", "deploy").map(|found| found.expose_secret().to_owned())
    }

    #[test]
    fn the_first_line_that_matches_wins() {
        let text = "#db.example:5432:app:deploy:comment\nother:5432:app:deploy:a\ndb.example:5433:app:deploy:b\n\
                    db.example:*:app:deploy:c\n*:*:*:*:d\n";
        assert_eq!(first(text).as_deref(), Some("c"));
        assert_eq!(first("*:*:*:*:d\r\n").as_deref(), Some("d"));
        assert_eq!(first("db.example:5432:app:other:a\n"), None);
        assert_eq!(first("db.example:5432:app\n\n:::\n"), None);
        assert_eq!(first("*:*:*:*:\n"), None);
    }

    #[test]
    fn escapes_are_undone_in_fields_and_password() {
        assert_eq!(first(r"db.example:5432:app:deploy:a\:b\\c:d").as_deref(), Some(r"a:b\c:d"));
        let found = find(r"\:\:1:5432:a\\b:*:pw", "::1", 5432, r"a\b", "x");
        assert_eq!(found.map(|found| found.expose_secret().to_owned()).as_deref(), Some("pw"));
        // An escaped star is a star, not every name.
        assert_eq!(first(r"\*:*:*:*:pw"), None);
    }

    #[test]
    fn localhost_is_the_default_socket_too() {
        assert_eq!(host_word(&Host::Default), "localhost");
        assert_eq!(host_word(&Host::Socket("/var/run/postgresql".into())), "localhost");
        assert_eq!(host_word(&Host::Socket("/run/mine".into())), "/run/mine");
    }
}
