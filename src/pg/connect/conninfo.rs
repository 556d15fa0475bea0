//! What to connect to: the environment's section, its URL, `PG*` variables and defaults, made one.
//!
//! **Precedence**, per value: the section's own field (`host = …`) beats the URL, the URL beats the
//! `PG*` variable, and libpq's default comes last (PostgreSQL manual, 34.1.2 "Parameter Key Words",
//! 34.15 "Environment Variables"). Inside a URL a `?parameter` beats the part before it, as in libpq.
//!
//! The password: the URL's, then the section's `password_command`, then `PGPASSWORD`, then the password file.

use std::{
    fmt,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

use secrecy::SecretString;

use super::{
    auth::RequireAuth,
    keepalive::Keepalive,
    remembered::Remembered,
    sslmode::SslMode,
    url::{Parts, several_hosts},
};
use crate::core::{
    env::{Environment, Target},
    error::{Error, Result, did_you_mean},
};

/// Where PostgreSQL's packages put their socket (Debian, Red Hat), then where its own default is.
pub(super) const SOCKET_DIRECTORIES: [&str; 2] = ["/var/run/postgresql", "/tmp"];
const DEFAULT_PORT: u16 = 5432;
const DEFAULT_CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
const DEFAULT_STATEMENT_TIMEOUT: Duration = Duration::from_secs(60);

/// Where a server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    /// A name or an address.
    Tcp(String),
    /// The directory of a unix socket.
    Socket(PathBuf),
    /// Nobody said: the unix socket in `/var/run/postgresql`, else in `/tmp`.
    Default,
}

impl Host {
    fn parse(host: &str) -> Result<Self> {
        match host {
            "" => Ok(Host::Default),
            _ if host.starts_with('/') => Ok(Host::Socket(host.into())),
            _ if host.contains(',') => Err(several_hosts()),
            _ => Ok(Host::Tcp(host.to_owned())),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Host::Tcp(host) if host.contains(':') => write!(f, "[{host}]"),
            Host::Tcp(host) => f.write_str(host),
            Host::Socket(directory) => write!(f, "[{}]", directory.display()),
            Host::Default => f.write_str("[local]"),
        }
    }
}

/// Which certificates are trusted (`sslrootcert`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Roots {
    /// Not said: libpq's own file (`~/.postgresql/root.crt`) where it exists, else the system's.
    Default(Option<PathBuf>),
    /// `sslrootcert=system`.
    System,
    /// A PEM file.
    File(PathBuf),
}

/// `channel_binding` (manual, 34.1.2).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ChannelBinding {
    Disable,
    Prefer,
    Require,
}

/// One environment's server, fully described. Cheap to clone; clones share what was learned about the
/// server (that it is a pooler, the password that a command gave). `Debug` and `Display` show no secret.
#[derive(Clone)]
pub struct Conninfo {
    pub(super) environment: String,
    pub(super) host: Host,
    pub(super) port: u16,
    pub(super) user: String,
    pub(super) dbname: String,
    pub(super) password: Option<SecretString>,
    pub(super) passfile: Option<PathBuf>,
    pub(super) password_command: Vec<String>,
    pub(super) sslmode: SslMode,
    pub(super) roots: Roots,
    pub(super) channel_binding: ChannelBinding,
    pub(super) require_auth: RequireAuth,
    pub(super) connect_timeout: Option<Duration>,
    pub(super) keepalive: Keepalive,
    pub(super) application_name: String,
    pub(super) statement_timeout: Duration,
    pub(super) remembered: Arc<Remembered>,
}

impl Conninfo {
    /// Resolves `environment`; `vars` looks up environment variables.
    ///
    /// # Errors
    /// `Usage`, naming the environment and what is wrong; never repeating a secret or a piece of a URL.
    pub fn resolve(environment: &Environment, vars: &dyn Fn(&str) -> Option<String>) -> Result<Self> {
        Sources::new(&environment.target, vars)
            .and_then(|sources| sources.resolve(&environment.name))
            .map_err(|error| error.env(&environment.name))
    }

    /// Replaces the `statement_timeout` of its sessions (60 s; zero means none).
    #[must_use]
    pub fn with_statement_timeout(mut self, timeout: Duration) -> Self {
        self.statement_timeout = timeout;
        self
    }

    /// The environment's name.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// Where the server listens.
    pub fn host(&self) -> &Host {
        &self.host
    }

    /// TCP port, or the number in the socket's name.
    pub fn port(&self) -> u16 {
        self.port
    }

    /// Role.
    pub fn user(&self) -> &str {
        &self.user
    }

    /// Database.
    pub fn dbname(&self) -> &str {
        &self.dbname
    }

    /// How much the connection insists on TLS.
    pub fn sslmode(&self) -> SslMode {
        self.sslmode
    }

    /// `deploy@preprod.internal:5432/app`.
    pub fn label(&self) -> String {
        self.to_string()
    }
}

impl fmt::Display for Conninfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}:{}/{}", self.user, self.host, self.port, self.dbname)
    }
}

impl fmt::Debug for Conninfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Conninfo")
            .field("environment", &self.environment)
            .field("label", &self.label())
            .field("sslmode", &self.sslmode)
            .finish_non_exhaustive()
    }
}

/// The three places that a value may come from, in order.
struct Sources<'a> {
    target: &'a Target,
    url: Parts,
    vars: &'a dyn Fn(&str) -> Option<String>,
}

impl<'a> Sources<'a> {
    fn new(target: &'a Target, vars: &'a dyn Fn(&str) -> Option<String>) -> Result<Self> {
        let url = target.url.as_ref().map_or_else(|| Ok(Parts::none()), Parts::parse)?;
        Ok(Sources { target, url, vars })
    }

    fn var(&self, name: &str) -> Option<String> {
        (self.vars)(name).filter(|value| !value.is_empty())
    }

    fn pick(&self, field: Option<&String>, parameter: &str, variable: Option<&str>) -> Option<String> {
        field
            .filter(|value| !value.is_empty())
            .cloned()
            .or_else(|| self.url.get(parameter))
            .or_else(|| self.var(variable?))
    }

    fn resolve(&self, environment: &str) -> Result<Conninfo> {
        let host = self.pick(self.target.host.as_ref(), "host", Some("PGHOST"));
        let user = match self.pick(self.target.user.as_ref(), "user", Some("PGUSER")) {
            Some(user) => user,
            None => whoami::username().map_err(|_| Error::usage("no user is given and this account has no name"))?,
        };
        let (sslmode, roots) = self.tls()?;
        Ok(Conninfo {
            environment: environment.to_owned(),
            host: Host::parse(&host.unwrap_or_default())?,
            port: self.port()?,
            dbname: self
                .pick(self.target.dbname.as_ref(), "dbname", Some("PGDATABASE"))
                .unwrap_or_else(|| user.clone()),
            user,
            password: self.password(),
            passfile: self.passfile(),
            password_command: self.target.password_command.clone(),
            sslmode,
            roots,
            channel_binding: self.channel_binding()?,
            require_auth: RequireAuth::parse(self.pick(None, "require_auth", Some("PGREQUIREAUTH")).as_deref())?,
            connect_timeout: self.connect_timeout()?,
            keepalive: Keepalive::read(|name| self.url.get(name))?,
            application_name: self.url.get("application_name").unwrap_or_else(|| "pgdeck".into()),
            statement_timeout: DEFAULT_STATEMENT_TIMEOUT,
            remembered: Arc::default(),
        })
    }

    /// The password that is known without asking anybody. A section with its own command has no use for the
    /// shell's `PGPASSWORD`, which may be another environment's.
    fn password(&self) -> Option<SecretString> {
        let shell =
            || self.var("PGPASSWORD").filter(|_| self.target.password_command.is_empty()).map(SecretString::from);
        self.url.password().or_else(shell)
    }

    fn port(&self) -> Result<u16> {
        if let Some(port) = self.target.port {
            return Ok(port);
        }
        // Not repeated: in a URL with a badly encoded password, what looks like the port is a piece of it.
        let read = |text: String, place: &str| match text.parse() {
            Ok(0) | Err(_) => Err(Error::usage(format!("the port {place} is not a number from 1 to 65535"))
                .hint("in a URL, `/`, `@` and `:` inside a password are written %2F, %40 and %3A")),
            Ok(port) => Ok(port),
        };
        match (self.url.get("port"), self.var("PGPORT")) {
            (Some(port), _) => read(port, "in the connection URL"),
            (None, Some(port)) => read(port, "in PGPORT"),
            (None, None) => Ok(DEFAULT_PORT),
        }
    }

    fn passfile(&self) -> Option<PathBuf> {
        let given = self.pick(None, "passfile", Some("PGPASSFILE")).map(PathBuf::from);
        given.or_else(|| self.home(".pgpass"))
    }

    fn home(&self, path: &str) -> Option<PathBuf> {
        self.var("HOME").map(|home| Path::new(&home).join(path))
    }

    /// With the system's certificates anything below `verify-full` protects from nobody, since everybody
    /// can have a certificate from them: it is the default there and nothing less is accepted, as in libpq.
    fn tls(&self) -> Result<(SslMode, Roots)> {
        let mode = self.pick(self.target.sslmode.as_ref(), "sslmode", Some("PGSSLMODE"));
        let mode = mode.map(|word| SslMode::parse(&word)).transpose()?;
        let roots = match self.pick(self.target.sslrootcert.as_ref(), "sslrootcert", Some("PGSSLROOTCERT")) {
            None => Roots::Default(self.home(".postgresql/root.crt")),
            Some(word) if word == "system" => Roots::System,
            Some(path) => Roots::File(path.into()),
        };
        match (mode, &roots) {
            (Some(mode), Roots::System) if mode < SslMode::VerifyFull => {
                Err(Error::usage("sslrootcert=system needs sslmode=verify-full")
                    .hint("anybody can have a certificate that the system trusts; only its name proves the server"))
            }
            (None, Roots::System) => Ok((SslMode::VerifyFull, roots)),
            (mode, _) => Ok((mode.unwrap_or_default(), roots)),
        }
    }

    fn channel_binding(&self) -> Result<ChannelBinding> {
        match self.url.get("channel_binding").as_deref() {
            None | Some("prefer") => Ok(ChannelBinding::Prefer),
            Some("require") => Ok(ChannelBinding::Require),
            Some("disable") => Ok(ChannelBinding::Disable),
            Some(word) => Err(Error::usage("channel_binding has an unknown value")
                .hint(did_you_mean(word, ["prefer", "require", "disable"]))),
        }
    }

    /// Seconds; zero and less wait for ever, as in libpq.
    fn connect_timeout(&self) -> Result<Option<Duration>> {
        let Some(text) = self.pick(None, "connect_timeout", Some("PGCONNECT_TIMEOUT")) else {
            return Ok(Some(DEFAULT_CONNECT_TIMEOUT));
        };
        let seconds: i64 =
            text.trim().parse().map_err(|_| Error::usage("connect_timeout is not a number of seconds"))?;
        Ok(u64::try_from(seconds).ok().filter(|seconds| *seconds > 0).map(Duration::from_secs))
    }
}

#[cfg(test)]
#[path = "conninfo_tests.rs"]
mod tests;
