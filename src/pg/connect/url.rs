//! Connection URLs (PostgreSQL manual, 34.1.1.2 "Connection URIs").
//!
//! Read by hand: the `url` crate knows neither several hosts nor a socket directory as the host, its
//! errors cannot be trusted never to repeat their input, and what is left is small. No message here
//! repeats a piece of the URL: when a password was not percent-encoded, any piece may be part of it.

use std::collections::BTreeMap;

use secrecy::{ExposeSecret, SecretString};

use crate::core::error::{Error, Result, did_you_mean, nearest};

/// The parameters that a URL may carry after `?`, by libpq's names.
pub(super) const KNOWN: [&str; 17] = [
    "host",
    "port",
    "user",
    "password",
    "dbname",
    "sslmode",
    "sslrootcert",
    "connect_timeout",
    "application_name",
    "passfile",
    "channel_binding",
    "require_auth",
    "keepalives",
    "keepalives_idle",
    "keepalives_interval",
    "keepalives_count",
    "tcp_user_timeout",
];

/// Parameters of libpq that pgdeck does not follow, so that the message can say which of the two it is.
const UNSUPPORTED: [&str; 17] = [
    "hostaddr",
    "service",
    "options",
    "sslcert",
    "sslkey",
    "sslpassword",
    "sslcrl",
    "sslsni",
    "sslnegotiation",
    "ssl_min_protocol_version",
    "ssl_max_protocol_version",
    "gssencmode",
    "krbsrvname",
    "requirepeer",
    "target_session_attrs",
    "load_balance_hosts",
    "client_encoding",
];

const ENCODE: &str = "in a user, password or host write `@` as %40, `:` as %3A, `/` as %2F, `?` as %3F, `%` as %25";

/// The parts of a URL, by libpq's parameter names. Empty parts are left out. Values are secrets
/// throughout, because a badly encoded password ends up in any of them.
pub(super) struct Parts(BTreeMap<&'static str, SecretString>);

impl Parts {
    /// No URL at all.
    pub(super) fn none() -> Self {
        Parts(BTreeMap::new())
    }

    /// Reads `postgresql://` and `postgres://`.
    pub(super) fn parse(url: &SecretString) -> Result<Self> {
        let url = url.expose_secret().trim();
        let rest = ["postgresql://", "postgres://"]
            .iter()
            .find_map(|scheme| url.strip_prefix(scheme))
            .ok_or_else(|| Error::usage("the connection URL does not start with postgresql:// or postgres://"))?;
        let mut parts = Parts::none();
        let rest = parts.credentials(rest)?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        let (authority, dbname) = place.split_once('/').unwrap_or((place, ""));
        if dbname.contains('@') || authority.contains('@') {
            return Err(malformed("has an `@` where none can be"));
        }
        parts.authority(authority)?;
        parts.put("dbname", decode(dbname)?);
        parts.query(query)?;
        Ok(parts)
    }

    /// The value of `name`.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        self.0.get(name).map(|value| value.expose_secret().to_owned())
    }

    /// The password.
    pub(super) fn password(&self) -> Option<SecretString> {
        self.0.get("password").cloned()
    }

    fn put(&mut self, name: &'static str, value: String) {
        if !value.is_empty() {
            self.0.insert(name, SecretString::from(value));
        }
    }

    /// Takes `user:password@`, which libpq looks for up to the first `/`.
    fn credentials<'a>(&mut self, rest: &'a str) -> Result<&'a str> {
        let Some(end) = rest.find(['@', '/']).filter(|&at| rest[at..].starts_with('@')) else { return Ok(rest) };
        let (user, password) = rest[..end].split_once(':').unwrap_or((&rest[..end], ""));
        self.put("user", decode(user)?);
        self.put("password", decode(password)?);
        Ok(&rest[end + 1..])
    }

    fn authority(&mut self, authority: &str) -> Result<()> {
        if authority.contains(',') {
            return Err(several_hosts());
        }
        let (host, port) = match authority.strip_prefix('[') {
            Some(rest) => {
                let (address, rest) = rest.split_once(']').ok_or_else(|| malformed("has a `[` without its `]`"))?;
                let port = rest.strip_prefix(':').or_else(|| rest.is_empty().then_some(""));
                (address, port.ok_or_else(|| malformed("has something between `]` and the port"))?)
            }
            None => authority.split_once(':').unwrap_or((authority, "")),
        };
        self.put("host", decode(host)?);
        self.put("port", decode(port)?);
        Ok(())
    }

    fn query(&mut self, query: &str) -> Result<()> {
        for pair in query.split('&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair.split_once('=').ok_or_else(|| malformed("has a parameter without `=`"))?;
            let (name, value) = (decode(name)?, decode(value)?);
            match KNOWN.iter().find(|known| **known == name) {
                Some(known) => self.put(known, value),
                // What JDBC and Heroku write; libpq reads it so too.
                None if name == "ssl" && value == "true" => self.put("sslmode", "require".into()),
                None => return Err(unknown(&name)),
            }
        }
        Ok(())
    }
}

fn unknown(name: &str) -> Error {
    if UNSUPPORTED.contains(&name) {
        return Error::usage(format!(
            "`{name}` in the connection URL is a parameter of libpq that pgdeck does not follow"
        ))
        .hint("leave it out");
    }
    // Repeated only when it plainly is a parameter's name and not a piece of a password.
    let message = match nearest(name, KNOWN) {
        Some(_) => format!("unknown parameter `{name}` in the connection URL"),
        None => "unknown parameter in the connection URL".into(),
    };
    Error::usage(message).hint(did_you_mean(name, KNOWN))
}

/// Several hosts would let a review and its apply meet different servers.
pub(super) fn several_hosts() -> Error {
    Error::usage("several hosts for one environment are not supported yet").hint("name one host")
}

fn malformed(what: &str) -> Error {
    Error::usage(format!("the connection URL {what}")).hint(ENCODE)
}

/// Undoes percent-encoding; `+` stays `+`, as in libpq.
fn decode(text: &str) -> Result<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        let byte = if byte == b'%' { hex(rest.next(), rest.next()) } else { Some(byte) };
        bytes.push(
            byte.filter(|b| *b != 0).ok_or_else(|| malformed("has a `%` that no two hexadecimal digits follow"))?,
        );
    }
    String::from_utf8(bytes).map_err(|_| malformed("is not UTF-8 once decoded"))
}

fn hex(high: Option<u8>, low: Option<u8>) -> Option<u8> {
    let digit = |byte: Option<u8>| (byte? as char).to_digit(16);
    Some((digit(high)? * 16 + digit(low)?) as u8)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(url: &str) -> Result<Vec<(&'static str, String)>> {
        let parts = Parts::parse(&SecretString::from(url.to_owned()))?;
        Ok(parts.0.iter().map(|(name, value)| (*name, value.expose_secret().to_owned())).collect())
    }

    fn all(url: &str) -> String {
        let parts = parse(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        parts.into_iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_manuals_examples() {
        assert_eq!(all("postgresql://"), "");
        assert_eq!(all("postgresql://localhost"), "host=localhost");
        assert_eq!(all("postgresql://localhost:5433"), "host=localhost port=5433");
        assert_eq!(all("postgresql://localhost/mydb"), "dbname=mydb host=localhost");
        assert_eq!(all("postgresql://user:secret@localhost"), "host=localhost password=secret user=user");
        assert_eq!(
            all("postgresql://other@localhost/otherdb?connect_timeout=10&application_name=myapp"),
            "application_name=myapp connect_timeout=10 dbname=otherdb host=localhost user=other"
        );
        assert_eq!(all("postgresql:///mydb?host=localhost&port=5433"), "dbname=mydb host=localhost port=5433");
        assert_eq!(all("postgresql://[2001:db8::1234]/database"), "dbname=database host=2001:db8::1234");
        assert_eq!(all("postgresql:///dbname?host=/var/lib/postgresql"), "dbname=dbname host=/var/lib/postgresql");
        assert_eq!(all("postgresql://%2Fvar%2Flib%2Fpostgresql/dbname"), "dbname=dbname host=/var/lib/postgresql");
    }

    #[test]
    fn percent_encoding_and_ports_of_addresses() {
        assert_eq!(
            all("postgres://u%40x:p%40%3A%2F%25+%C3%BC@[::1]:6000/a%20b"),
            "dbname=a b host=::1 password=p@:/%+ü port=6000 user=u@x"
        );
        assert_eq!(all("postgres://u:p?x@h/d"), "dbname=d host=h password=p?x user=u");
        assert_eq!(all("postgres://h/d?ssl=true"), "dbname=d host=h sslmode=require");
    }

    #[test]
    fn what_cannot_be_read_is_refused_without_being_repeated() {
        for url in [
            "mysql://u:hunter2@h/d",
            "hunter2",
            "postgres://u:hunter2%zz@h/d",
            "postgres://u:hunter2%4",
            "postgres://u:hunter2%00@h",
            "postgres://u:%ffhunter2@h",
            "postgres://u:x@hunter2@h/d",
            "postgres://u:1/hunter2@h/d",
            "postgres://u:x/?hunter2@h/d",
            "postgres://u:x/y?hunter2=@h/d",
            "postgres://[hunter2/d",
            "postgres://[::1]hunter2/d",
            "postgres://h1,hunter2/d",
        ] {
            let error = parse(url).expect_err(url).to_string();
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn unknown_parameters_name_the_nearest_or_say_that_libpq_has_them() {
        let error = parse("postgres://h/d?sslmod=require").expect_err("unknown").to_string();
        assert_eq!(error, "unknown parameter `sslmod` in the connection URL — did you mean `sslmode`?");
        assert!(parse("postgres://h/d?sslcert=a").expect_err("unsupported").to_string().contains("libpq"));
        assert!(parse("postgres://h/d?target=a").is_err());
    }
}
