//! Stopping what a session is running (PostgreSQL manual, 55.2.8 "Canceling Requests in Progress").
//!
//! The driver's own `cancel_query` closes its socket as soon as the request is written. `PgBouncer` 1.18
//! ends itself ("bad client state", pgbouncer/pgbouncer#801) when that happens while it passes the
//! request on: one cancel, and every client of the pooler is cut off. So the request is sent over a
//! socket of ours, which stays open until the other side closes it, as libpq does. That also is the only
//! sign that the request was handled.

use std::{
    io,
    os::fd::{AsFd, OwnedFd},
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf},
    net::{TcpStream, UnixStream},
};
use tokio_postgres::{
    CancelToken,
    tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream},
};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    dial::{Address, within},
    error::Failure,
};
use crate::core::error::{Error, Result};

/// The longest that the answer to a request is waited for.
const LIMIT: Duration = Duration::from_secs(10);

/// Stops the statement that a connection is running. Can be kept and sent to another task.
#[derive(Clone)]
pub struct Canceller {
    pub(super) token: CancelToken,
    pub(super) tls: MakeRustlsConnect,
    pub(super) address: Address,
    pub(super) port: u16,
    pub(super) limit: Option<Duration>,
    pub(super) environment: String,
}

impl std::fmt::Debug for Canceller {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Canceller").field("environment", &self.environment).finish_non_exhaustive()
    }
}

impl Canceller {
    /// The environment's name.
    pub fn environment(&self) -> &str {
        &self.environment
    }

    /// Asks the server to stop what is running, over a connection of its own with the same TLS, and waits
    /// until it has taken note (at most the connect timeout, and never longer than ten seconds). The server does not say whether there was
    /// anything to stop: only the end of the statement shows it.
    pub async fn cancel(&self) -> Result<()> {
        let (canceller, limit) = (self.clone(), self.limit.map_or(LIMIT, |limit| limit.min(LIMIT)));
        // A task of its own: dropping this future must not close the socket half-way.
        let asked = tokio::spawn(async move { within(Some(limit), canceller.ask()).await });
        let answer = match asked.await {
            Ok(answer) => answer.map_err(|failure| failure.describe()),
            Err(_) => Err(Error::connect("the request to cancel was not sent")),
        };
        answer.map_err(|error| error.env(&self.environment))
    }

    async fn ask(self) -> Result<(), Failure> {
        match &self.address {
            Address::Tcp(host, ip) => {
                let socket = TcpStream::connect((*ip, self.port)).await.map_err(Failure::Network)?;
                let wait = TcpStream::from_std(duplicate(&socket)?.into()).map_err(Failure::Network)?;
                self.send(socket, wait, host).await
            }
            Address::Socket(directory) => {
                let path = directory.join(format!(".s.PGSQL.{}", self.port));
                let socket = UnixStream::connect(path).await.map_err(Failure::Network)?;
                let wait = UnixStream::from_std(duplicate(&socket)?.into()).map_err(Failure::Network)?;
                self.send(socket, wait, "").await
            }
        }
    }

    async fn send<S>(&self, socket: S, mut wait: impl AsyncRead + Unpin, host: &str) -> Result<(), Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let mut tls = self.tls.clone();
        let tls = MakeTlsConnect::<Open<S>>::make_tls_connect(&mut tls, host).map_err(|never| match never {})?;
        self.token.cancel_query_raw(Open(socket), Wrap(tls)).await.map_err(Failure::Driver)?;
        let mut rest = [0; 256];
        // Whatever comes is TLS's own; a reset is an end as well.
        while wait.read(&mut rest).await.is_ok_and(|read| read > 0) {}
        Ok(())
    }
}

/// The same socket once more: it stays open when the driver is done with the first.
fn duplicate(socket: &impl AsFd) -> Result<OwnedFd, Failure> {
    socket.as_fd().try_clone_to_owned().map_err(Failure::Network)
}

/// A stream that is never shut down, only left.
struct Open<S>(S);

impl<S: AsyncRead + Unpin> AsyncRead for Open<S> {
    fn poll_read(mut self: Pin<&mut Self>, context: &mut Context<'_>, into: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_read(context, into)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Open<S> {
    fn poll_write(mut self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.0).poll_write(context, bytes)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.0).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.poll_flush(context)
    }
}

impl<S: TlsStream + Unpin> TlsStream for Open<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.0.channel_binding()
    }
}

/// TLS whose stream is [`Open`]: its goodbye would be read as the client's end, too.
struct Wrap<C>(C);

impl<S, C> TlsConnect<S> for Wrap<C>
where
    C: TlsConnect<S>,
    C::Future: Send + 'static,
{
    type Stream = Open<C::Stream>;
    type Error = C::Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Stream, Self::Error>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        let handshake = self.0.connect(stream);
        Box::pin(async { handshake.await.map(Open) })
    }
}
