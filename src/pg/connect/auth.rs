//! What a server may ask for before it lets us in: libpq's `require_auth` (PostgreSQL manual, 34.1.2), and no password in
//! clear text over a line that others can read.
//!
//! The driver answers whatever the server asks for, so that each stream is watched: the request is read before the driver
//! gets it, and one that is refused never reaches it. Nothing was sent then but the name of the user.

use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll, ready},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, TlsConnect, TlsStream};

use crate::core::error::{Error, Result, did_you_mean};

/// The longest message before login; libpq takes 30,000 bytes.
const MAX_MESSAGE: u32 = 64 << 10;

/// A way to prove who one is, by libpq's names.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Method {
    None,
    Password,
    Md5,
    Gss,
    Sspi,
    Scram,
}

const METHODS: [(&str, Method); 6] = [
    ("password", Method::Password),
    ("md5", Method::Md5),
    ("gss", Method::Gss),
    ("sspi", Method::Sspi),
    ("scram-sha-256", Method::Scram),
    ("none", Method::None),
];

impl Method {
    fn bit(self) -> u8 {
        1 << self as u8
    }

    /// What a server does that uses it.
    fn request(self) -> &'static str {
        match self {
            Method::None => "lets this user in without authentication",
            Method::Password => "asks for the password in clear text",
            Method::Md5 => "asks for an MD5 hash of the password",
            Method::Gss => "asks for GSSAPI",
            Method::Sspi => "asks for SSPI",
            Method::Scram => "asks for SASL (SCRAM)",
        }
    }
}

/// `require_auth`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum RequireAuth {
    /// Not given: everything but clear text that others can read.
    Unset,
    /// One of these.
    Only(u8),
    /// None of these.
    Not(u8),
}

impl RequireAuth {
    /// Reads `password,scram-sha-256` or `!password,!md5`.
    ///
    /// # Errors
    /// `Usage`; the value is not repeated, for it may be a piece of a password in a URL.
    pub(super) fn parse(text: Option<&str>) -> Result<Self> {
        let Some(text) = text else { return Ok(RequireAuth::Unset) };
        let (mut bits, mut negated) = (0, None);
        for word in text.split(',').map(str::trim) {
            let (not, word) = word.strip_prefix('!').map_or((false, word), |word| (true, word));
            let Some((_, method)) = METHODS.iter().find(|(name, _)| *name == word) else {
                let names = METHODS.iter().map(|(name, _)| *name);
                return Err(
                    Error::usage("require_auth names an unknown authentication method").hint(did_you_mean(word, names))
                );
            };
            if *negated.get_or_insert(not) != not {
                return Err(Error::usage("require_auth mixes methods with and without `!`")
                    .hint("name either the methods that are allowed, or those that are not, each with `!`"));
            }
            if bits & method.bit() != 0 {
                return Err(Error::usage("require_auth names a method twice").hint("name each method once"));
            }
            bits |= method.bit();
        }
        Ok(if negated == Some(true) { RequireAuth::Not(bits) } else { RequireAuth::Only(bits) })
    }

    fn allows(self, method: Method) -> bool {
        match self {
            RequireAuth::Unset => true,
            RequireAuth::Only(bits) => bits & method.bit() != 0,
            RequireAuth::Not(bits) => bits & method.bit() == 0,
        }
    }

    /// Whether clear text was asked for by name.
    fn names_password(self) -> bool {
        matches!(self, RequireAuth::Only(bits) if bits & Method::Password.bit() != 0)
    }
}

/// Who can read what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// TCP without TLS: everybody on the way.
    Open,
    /// TLS, or a socket of this machine: only who is at the other end.
    Closed,
}

/// Why the server is not answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refused {
    /// It asks for a clear text password over an open line.
    ClearText,
    /// What it asks for is not among what `require_auth` allows.
    Required(&'static str),
    /// A message before login that no PostgreSQL server sends.
    NoServer,
}

impl Refused {
    /// In words.
    pub(super) fn describe(self) -> Error {
        let hint = match self {
            Refused::ClearText => {
                "nothing was sent: use TLS (sslmode=verify-full), or let the server use scram-sha-256; where the line is \
                 safe, as in an SSH tunnel, allow it with require_auth=password"
            }
            Refused::Required(_) => {
                "nothing was sent: let the server's pg_hba.conf use an allowed method, or change require_auth (PGREQUIREAUTH)"
            }
            Refused::NoServer => "check host and port",
        };
        Error::connect(self.to_string()).hint(hint).lasting()
    }
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::ClearText => {
                f.write_str("the server asks for the password in clear text over a connection without TLS")
            }
            Refused::Required(request) => write!(f, "the server {request}, which require_auth does not allow"),
            Refused::NoServer => {
                f.write_str("what answers there is not a PostgreSQL server: its first messages are too long")
            }
        }
    }
}

impl std::error::Error for Refused {}

/// Where a stream is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum At {
    /// The answer to the request for TLS comes first: one byte.
    Tls,
    /// So many bytes of a message's head are there.
    Head(usize),
    /// So many bytes of a message are left.
    Body(u32),
    /// Nothing is watched any more: TLS begins, or the user is in.
    Done,
}

/// Reads the beginning of a session (PostgreSQL manual, 55.7): type, length and, of requests to authenticate, which.
#[derive(Debug, Clone)]
struct Watch {
    required: RequireAuth,
    line: Line,
    at: At,
    head: [u8; 9],
    asked: bool,
}

impl Watch {
    fn take(&mut self, mut bytes: &[u8]) -> Result<(), Refused> {
        while let Some((first, rest)) = bytes.split_first() {
            match self.at {
                At::Done => return Ok(()),
                At::Tls => self.at = if *first == b'S' { At::Done } else { At::Head(0) },
                At::Head(got) => {
                    self.head[got] = *first;
                    self.at = self.after(got + 1)?;
                }
                At::Body(left) => {
                    let skipped = bytes.len().min(left as usize);
                    bytes = &bytes[skipped..];
                    let left = left.saturating_sub(u32::try_from(skipped).unwrap_or(u32::MAX));
                    self.at = if left == 0 { At::Head(0) } else { At::Body(left) };
                    continue;
                }
            }
            bytes = rest;
        }
        Ok(())
    }

    /// What comes behind so many bytes of a head.
    fn after(&mut self, got: usize) -> Result<At, Refused> {
        let wanted = if self.head[0] == b'R' { 9 } else { 5 };
        if got < 5 {
            return Ok(At::Head(got));
        }
        let number =
            |at: usize| u32::from_be_bytes([self.head[at], self.head[at + 1], self.head[at + 2], self.head[at + 3]]);
        let length = number(1);
        if length < u32::try_from(wanted - 1).unwrap_or(u32::MAX) || length > MAX_MESSAGE {
            return Err(Refused::NoServer);
        }
        if got < wanted {
            return Ok(At::Head(got));
        }
        if wanted == 9 && self.judge(number(5))? {
            return Ok(At::Done);
        }
        let left = length + 1 - u32::try_from(wanted).unwrap_or_default();
        Ok(if left == 0 { At::Head(0) } else { At::Body(left) })
    }

    /// Whether the user is in.
    fn judge(&mut self, request: u32) -> Result<bool, Refused> {
        let method = match request {
            0 if self.asked => return Ok(true),
            0 => Method::None,
            3 => Method::Password,
            5 => Method::Md5,
            7 => Method::Gss,
            9 => Method::Sspi,
            10 => Method::Scram,
            // The course of one of them, or what the driver does not know either.
            _ => return Ok(false),
        };
        if !self.required.allows(method) {
            return Err(Refused::Required(method.request()));
        }
        if method == Method::Password && self.line == Line::Open && !self.required.names_password() {
            return Err(Refused::ClearText);
        }
        self.asked = true;
        Ok(method == Method::None)
    }
}

/// A stream whose beginning is watched.
pub(super) struct Watched<S> {
    stream: S,
    watch: Watch,
}

impl<S> Watched<S> {
    /// A stream to a server; where `negotiates`, TLS is asked for first.
    pub(super) fn new(stream: S, required: RequireAuth, line: Line, negotiates: bool) -> Self {
        let at = if negotiates { At::Tls } else { At::Head(0) };
        Watched { stream, watch: Watch { required, line, at, head: [0; 9], asked: false } }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = into.filled().len();
        ready!(Pin::new(&mut self.stream).poll_read(context, into))?;
        if let Err(refused) = self.watch.take(&into.filled()[before..]) {
            into.set_filled(before);
            return Poll::Ready(Err(io::Error::other(refused)));
        }
        Poll::Ready(Ok(()))
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}

impl<S: TlsStream + Unpin> TlsStream for Watched<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.stream.channel_binding()
    }
}

/// TLS whose stream is watched from within.
pub(super) struct WatchedTls<C> {
    tls: C,
    required: RequireAuth,
}

impl<C> WatchedTls<C> {
    pub(super) fn new(tls: C, required: RequireAuth) -> Self {
        WatchedTls { tls, required }
    }
}

impl<S, C> TlsConnect<S> for WatchedTls<C>
where
    C: TlsConnect<S>,
    C::Future: Send + 'static,
{
    type Stream = Watched<C::Stream>;
    type Error = C::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Stream, Self::Error>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        let (handshake, required) = (self.tls.connect(stream), self.required);
        Box::pin(async move { handshake.await.map(|stream| Watched::new(stream, required, Line::Closed, false)) })
    }
}

#[cfg(test)]
#[path = "auth_tests.rs"]
mod tests;
