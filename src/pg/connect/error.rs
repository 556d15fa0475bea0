//! What went wrong, in words: the driver's errors, SQLSTATE (PostgreSQL manual, appendix A), TLS and the
//! network, as one line with what to do next. No message holds a parameter or a password.

use std::{error::Error as StdError, io, time::Duration};

use rustls::{AlertDescription, CertificateError, Error as TlsError};
use secrecy::{ExposeSecret, SecretString};
use tokio_postgres::error::{DbError, SqlState};

use super::{
    auth::Refused,
    conninfo::{Conninfo, Host},
    flood::TooMuch,
    verifier::Refusal,
};
use crate::core::{
    error::{Code, Error},
    name::QName,
};

/// The driver's words; its kinds are private. The tests of every `sslmode` hold it to them.
const DRIVER_TLS: &str = "error performing TLS handshake";
const DRIVER_NO_TLS: &str = "server does not support TLS";
const DRIVER_NO_PASSWORD: &str = "password missing";

/// Why there is no connection.
#[derive(Debug)]
pub(super) enum Failure {
    /// The driver's error.
    Driver(tokio_postgres::Error),
    /// The name cannot be resolved.
    NoSuchHost(io::Error),
    /// The name stands for nothing.
    NoAddress,
    /// The network's, where the driver had no part.
    Network(io::Error),
    /// No answer in time.
    TimedOut(Duration),
    /// What answers does not know PostgreSQL's own settings.
    NotPostgres,
}

impl Failure {
    fn driver(&self) -> Option<&tokio_postgres::Error> {
        if let Failure::Driver(error) = self { Some(error) } else { None }
    }

    pub(super) fn has_code(&self, code: &SqlState) -> bool {
        self.driver().and_then(tokio_postgres::Error::code) == Some(code)
    }

    fn io(&self) -> Option<io::ErrorKind> {
        match self {
            Failure::Network(error) => Some(error.kind()),
            _ => self.driver().and_then(|error| find::<io::Error>(error)).map(io::Error::kind),
        }
    }

    /// Whether a server was there and refused, so that another address would do no better.
    pub(super) fn is_an_answer(&self) -> bool {
        self.driver().is_some_and(|error| {
            error.as_db_error().is_some()
                || tls(error)
                || find::<io::Error>(error).is_none()
                || find::<Refused>(error).is_some()
        })
    }

    /// Whether plain text may work where TLS did not: the handshake failed, or `pg_hba.conf` lets nobody
    /// in over TLS.
    pub(super) fn is_about_tls(&self) -> bool {
        self.has_code(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION)
            || self.driver().is_some_and(|error| tls(error) || find::<TlsError>(error).is_some())
    }

    /// Whether there is no socket file.
    pub(super) fn is_no_socket(&self) -> bool {
        self.io() == Some(io::ErrorKind::NotFound)
    }

    /// Whether the startup parameter `options` may have been refused: `PgBouncer` calls it a protocol violation, RDS Proxy
    /// a feature that is not supported, and a server that does not have one of the settings, or lets nobody set it, says so.
    pub(super) fn may_be_about_options(&self) -> bool {
        [
            SqlState::PROTOCOL_VIOLATION,
            SqlState::FEATURE_NOT_SUPPORTED,
            SqlState::UNDEFINED_OBJECT,
            SqlState::CANT_CHANGE_RUNTIME_PARAM,
            SqlState::INVALID_PARAMETER_VALUE,
            SqlState::INSUFFICIENT_PRIVILEGE,
        ]
        .iter()
        .any(|code| self.has_code(code))
    }

    /// Whether the connection had ended by itself, which its own error tells more of.
    pub(super) fn is_closed(&self) -> bool {
        self.driver().is_some_and(tokio_postgres::Error::is_closed)
    }

    /// Whether another password may do.
    pub(super) fn is_wrong_password(&self) -> bool {
        self.has_code(&SqlState::INVALID_PASSWORD) || self.has_code(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION)
    }

    /// Whether neither TLS nor what was sent is at fault.
    fn is_the_networks(&self) -> bool {
        let ours = |error| {
            tls(error)
                || find::<TlsError>(error).is_some()
                || find::<Refused>(error).is_some()
                || find::<TooMuch>(error).is_some()
        };
        !self.driver().is_some_and(ours)
    }

    /// In words, without environment or server.
    pub(super) fn describe(&self) -> Error {
        match self {
            Failure::Driver(error) => describe(error),
            Failure::NoSuchHost(error) => Error::connect(format!("the host name cannot be resolved: {error}"))
                .hint("check the host's name and this machine's network"),
            Failure::Network(error) => Error::connect(format!("the server cannot be reached: {error}")),
            Failure::NoAddress => Error::connect("the host name has no address").hint("check the host's name"),
            Failure::TimedOut(limit) => Error::connect(format!("no answer within {} s", limit.as_secs_f64()))
                .hint("check host, port and firewall; connect_timeout sets how long to wait"),
            Failure::NotPostgres => Error::connect("what answers there is not a PostgreSQL server"),
        }
    }
}

/// A failure to connect: environment, server (without secret), what happened, what to do.
pub(super) fn connecting(conninfo: &Conninfo, failure: &Failure) -> Error {
    let mut error = match failure.io() {
        Some(kind) if failure.is_the_networks() => unreachable(kind, conninfo),
        _ => failure.describe(),
    };
    // Whatever the server minds, nothing has begun yet that could be rolled back.
    error.code = if error.code == Code::Interrupted { error.code } else { Code::Connect };
    error.object = None;
    error.object(conninfo).env(&conninfo.environment)
}

fn unreachable(kind: io::ErrorKind, conninfo: &Conninfo) -> Error {
    let socket = !matches!(conninfo.host, Host::Tcp(_));
    match kind {
        io::ErrorKind::ConnectionRefused => Error::connect("connection refused: nothing listens there")
            .hint("is the server running, and is this its port?"),
        io::ErrorKind::NotFound if socket => Error::connect("there is no server socket in that directory")
            .hint("is the server running? name its host for a connection over TCP"),
        io::ErrorKind::PermissionDenied if socket => {
            Error::connect("the server's socket may not be used by this account")
        }
        io::ErrorKind::UnexpectedEof | io::ErrorKind::ConnectionReset | io::ErrorKind::BrokenPipe => {
            Error::connect("the server closed the connection while it was made")
                .hint("is this a PostgreSQL port? its log may say why")
        }
        kind => Error::connect(format!("the server cannot be reached: {kind}")).hint("check host, port and network"),
    }
}

/// A driver error in words, with what lies beneath.
pub(in crate::pg) fn describe(error: &tokio_postgres::Error) -> Error {
    Error { causes: causes(error), ..in_words(error) }
}

/// Where in the server an answer comes from, or the chain of errors of the driver. No text of the server's: its detail
/// and its context may hold rows.
fn causes(error: &tokio_postgres::Error) -> Vec<String> {
    let Some(answer) = error.as_db_error() else {
        let causes = std::iter::successors(Some(error as &(dyn StdError + 'static)), |&cause| cause.source());
        return causes.map(ToString::to_string).collect();
    };
    let place = [answer.routine(), answer.file()].into_iter().flatten().collect::<Vec<_>>().join(", ");
    let line = answer.line().map_or_else(String::new, |line| format!(":{line}"));
    vec![format!("{} {} ({place}{line})", answer.severity(), answer.code().code())]
}

fn in_words(error: &tokio_postgres::Error) -> Error {
    if let Some(answer) = error.as_db_error() {
        return from_server(answer);
    }
    if let Some(refused) = find::<Refused>(error) {
        return refused.describe();
    }
    if let Some(error) = find::<TlsError>(error) {
        return from_tls(error);
    }
    if find::<TooMuch>(error).is_some() {
        return Error::connect(TooMuch.to_string()).hint("check host and port");
    }
    let text = chain(error);
    if text.contains(DRIVER_NO_TLS) {
        return Error::connect("the server does not offer TLS").hint(
            "sslmode=prefer also connects without; over an untrusted network rather switch TLS on in the server",
        );
    }
    if text.contains(DRIVER_NO_PASSWORD) {
        return Error::connect("the server asks for a password and none was found")
            .lasting()
            .hint("give it in PGPASSWORD, ~/.pgpass or password_command");
    }
    if error.is_closed() || find::<io::Error>(error).is_some() {
        return Error::connect(format!("the connection was lost: {text}"));
    }
    Error::connect(text)
}

/// What a server sends may repeat what it was sent. A secret of a few characters is in many words and protects nothing.
const MIN_SECRET: usize = 4;

/// `text` without the connection's secret.
pub(super) fn masked_text(text: &str, secret: Option<&SecretString>) -> String {
    match secret.map(ExposeSecret::expose_secret).filter(|secret| secret.len() >= MIN_SECRET) {
        Some(secret) => text.replace(secret, "***"),
        None => text.to_owned(),
    }
}

/// `error` without the connection's secret.
pub(super) fn masked(error: Error, secret: Option<&SecretString>) -> Error {
    let text = |text: String| masked_text(&text, secret);
    let causes = error.causes.into_iter().map(text).collect();
    Error { message: text(error.message), hint: error.hint.map(text), object: error.object.map(text), causes, ..error }
}

fn tls(error: &tokio_postgres::Error) -> bool {
    error.to_string() == DRIVER_TLS
}

fn from_tls(error: &TlsError) -> Error {
    if let TlsError::InvalidCertificate(CertificateError::Other(other)) = error
        && let Some(refusal) = other.0.downcast_ref::<Refusal>()
    {
        return Error::connect(refusal.to_string()).hint(refusal.hint());
    }
    match error {
        TlsError::AlertReceived(AlertDescription::CertificateRequired) => {
            Error::connect("the server asks for a client certificate, which pgdeck cannot give yet")
        }
        error => Error::connect(format!("TLS failed: {error}")),
    }
}

/// What the server said: our words for the common cases, then its own.
fn from_server(answer: &DbError) -> Error {
    let (code, words, hint) = words(answer);
    let message = if words.is_empty() { answer.message().to_owned() } else { format!("{words}: {}", answer.message()) };
    // Elsewhere a detail may hold rows that nobody asked to see.
    let code_of = answer.code().code();
    // The last two are about the declaration of a table, such as what a publication asks of it.
    let telling = matches!(code_of.get(..2), Some("23" | "40")) || matches!(code_of, "42P10" | "55000");
    let detail = answer.detail().filter(|_| telling);
    let mut error = Error::new(code, detail.map_or(message.clone(), |detail| format!("{message} ({detail})")));
    error.sqlstate = Some(code_of.to_owned());
    error.lasting = matches!(answer.code().code(), "28P01" | "28000" | "3D000");
    if let (Some(schema), Some(table)) = (answer.schema(), answer.table()) {
        error = error.object(QName::new(schema, table));
    }
    match Some(hint).filter(|hint| !hint.is_empty()).or(answer.hint()) {
        Some(hint) => error.hint(hint),
        None => error,
    }
}

/// Class, words and hint for a SQLSTATE. The server's own text may be in any language.
fn words(answer: &DbError) -> (Code, &'static str, &'static str) {
    use Code::{Connect, Interrupted, Server, Usage};
    match answer.code().code() {
        "28P01" => (Connect, "wrong password", "check PGPASSWORD, ~/.pgpass or password_command, and the user"),
        "28000" => (Connect, "the server does not let this user in from here", "see its pg_hba.conf, and sslmode"),
        "3D000" => (Connect, "unknown database", "check dbname"),
        "53300" => (Connect, "too many connections", "try again, or end idle ones in the server"),
        "57P03" => (Connect, "the server is not ready yet", "try again in a moment"),
        "57P01" | "57P02" => (Connect, "the server ended the connection", "try again"),
        "57P05" | "25P03" => (Connect, "the server ended an idle session", "try again"),
        "42501" => (Server, "not allowed", "this needs a privilege that the role does not have"),
        "25P02" => (Server, "an earlier statement failed", ""),
        "22021" if !answer.message().contains("0x00") => (
            Server,
            "a text holds bytes that are no characters",
            "a database in SQL_ASCII holds bytes, not characters: convert its texts to UTF-8 first",
        ),
        "22P05" => (Server, "the encodings of the two databases have not the same characters", ""),
        "25006" => (Server, "refused, this session is read-only", ""),
        "55P03" => (Server, "somebody else holds a lock", "try again when the other transaction has ended"),
        "40001" | "40P01" => (Server, "a concurrent transaction came first", "try again"),
        "57014" if answer.message().contains("statement timeout") => {
            (Server, "took longer than statement_timeout allows", "")
        }
        "57014" if answer.message().contains("user request") => (Interrupted, "cancelled", ""),
        "57014" => (Server, "cancelled, or took longer than statement_timeout allows", ""),
        // Syntax, and names and types that are not there: somebody wrote it so.
        "42601" | "42703" | "42704" | "42804" | "42883" | "42P01" => (Usage, "", ""),
        code if code.starts_with("08") => (Connect, "", ""),
        _ => (Server, "", ""),
    }
}

/// The error of type `T` in what caused `error`, if there is one; looks into `io::Error` too, whose
/// `source` skips what it wraps.
fn find<'a, T: StdError + 'static>(error: &'a (dyn StdError + 'static)) -> Option<&'a T> {
    if let Some(found) = error.downcast_ref::<T>() {
        return Some(found);
    }
    let inside = error.downcast_ref::<io::Error>().and_then(io::Error::get_ref);
    if let Some(found) = inside.and_then(|inside| find::<T>(inside)) {
        return Some(found);
    }
    error.source().and_then(find::<T>)
}

fn chain(error: &(dyn StdError + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |&cause| cause.source());
    causes.fold(error.to_string(), |text, cause| format!("{text}: {cause}"))
}
