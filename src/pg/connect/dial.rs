//! From a description to a started session: addresses in turn, TLS and its fallback, the time limit.

use std::{
    future::poll_fn,
    net::IpAddr,
    path::PathBuf,
    sync::{Arc, OnceLock},
    time::Duration,
};

use secrecy::{ExposeSecret, SecretString};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpStream, UnixStream},
};
use tokio_postgres::{
    AsyncMessage, Client, Config, Connection as Driver,
    config::{ChannelBinding as DriverBinding, SslMode as DriverMode},
    error::SqlState,
    tls::MakeTlsConnect,
};
use tokio_postgres_rustls::MakeRustlsConnect;
use tokio_util::sync::CancellationToken;

use super::{
    auth::{Line, Watched, WatchedTls},
    conninfo::{ChannelBinding, Conninfo, Host, SOCKET_DIRECTORIES},
    error::{self, Failure},
    flood::{Budget, Limited},
    sslmode::SslMode,
};
use crate::core::{error::Error, text::printable};

/// Why the connection ended, once it has: what the server said last is told to nobody else.
#[derive(Debug, Clone, Default)]
pub(super) struct Ended {
    why: Arc<OnceLock<Error>>,
    over: CancellationToken,
}

impl Ended {
    /// Why it ended, if it did and not because nobody used it any more.
    pub(super) fn why(&self) -> Option<&Error> {
        self.why.get()
    }

    /// Waits until it has ended.
    pub(super) async fn wait(&self) {
        self.over.cancelled().await;
    }
}

/// One way to try.
pub(super) struct Attempt<'a> {
    pub(super) conninfo: &'a Conninfo,
    pub(super) tls: &'a MakeRustlsConnect,
    pub(super) password: Option<&'a SecretString>,
    pub(super) options: Option<String>,
}

/// A session that answers.
pub(super) struct Live {
    pub(super) client: Client,
    pub(super) ended: Ended,
    pub(super) address: Address,
    /// Lifted once the server has said who it is.
    pub(super) budget: Budget,
}

/// Where a server was reached.
#[derive(Debug, Clone)]
pub(super) enum Address {
    Tcp(String, IpAddr),
    Socket(PathBuf),
}

/// Waits for `work`, at most `limit`.
pub(super) async fn within<T>(
    limit: Option<Duration>,
    work: impl Future<Output = Result<T, Failure>>,
) -> Result<T, Failure> {
    match limit {
        Some(limit) => tokio::time::timeout(limit, work).await.unwrap_or(Err(Failure::TimedOut(limit))),
        None => work.await,
    }
}

impl Attempt<'_> {
    /// Tries each address of the host, each within the connect timeout. A server that answered with a
    /// refusal ends the search, as in libpq.
    pub(super) async fn dial(&self) -> Result<Live, Failure> {
        let limit = self.conninfo.connect_timeout;
        let mut failure = Failure::NoAddress;
        for address in within(limit, self.addresses()).await? {
            match within(limit, self.reach(&address)).await {
                Ok(live) => return Ok(live),
                Err(last) if last.is_an_answer() => return Err(last),
                // Of two socket directories, the one without a socket has less to say.
                Err(last) if last.is_no_socket() && !matches!(failure, Failure::NoAddress) => {}
                Err(last) => failure = last,
            }
        }
        Err(failure)
    }

    async fn addresses(&self) -> Result<Vec<Address>, Failure> {
        Ok(match &self.conninfo.host {
            Host::Default => SOCKET_DIRECTORIES.iter().map(|path| Address::Socket(path.into())).collect(),
            Host::Socket(path) => vec![Address::Socket(path.clone())],
            Host::Tcp(host) => tokio::net::lookup_host((host.as_str(), self.conninfo.port))
                .await
                .map_err(Failure::NoSuchHost)?
                .map(|found| Address::Tcp(host.clone(), found.ip()))
                .collect(),
        })
    }

    /// One address. `prefer` goes on in plain text if TLS fails or the server lets nobody in over TLS.
    async fn reach(&self, address: &Address) -> Result<Live, Failure> {
        let mode = match (address, self.conninfo.sslmode) {
            // PostgreSQL has no TLS there.
            (Address::Socket(_), _) | (_, SslMode::Disable) => DriverMode::Disable,
            (_, SslMode::Prefer) => DriverMode::Prefer,
            _ => DriverMode::Require,
        };
        let refused = match self.start(address, mode).await {
            Err(refused) if mode == DriverMode::Prefer && refused.is_about_tls() => refused,
            done => return done,
        };
        let plain = self.start(address, DriverMode::Disable).await;
        // Refused both ways: the first answer is the one about what was asked for.
        plain.map_err(
            |second| {
                if second.has_code(&SqlState::INVALID_AUTHORIZATION_SPECIFICATION) { refused } else { second }
            },
        )
    }

    async fn start(&self, address: &Address, mode: DriverMode) -> Result<Live, Failure> {
        let port = self.conninfo.port;
        match address {
            Address::Tcp(host, ip) => {
                let socket = TcpStream::connect((*ip, port)).await.map_err(Failure::Network)?;
                socket.set_nodelay(true).map_err(Failure::Network)?;
                self.conninfo.keepalive.set(&socket).map_err(Failure::Network)?;
                self.begin(socket, address, (host, Line::Open), mode).await
            }
            Address::Socket(directory) => {
                let path = directory.join(format!(".s.PGSQL.{port}"));
                let socket = UnixStream::connect(path).await.map_err(Failure::Network)?;
                self.begin(socket, address, ("", Line::Closed), mode).await
            }
        }
    }

    /// A session over a socket that is open. What the server asks for is watched on it, and within TLS once that began.
    async fn begin<S>(
        &self,
        socket: S,
        address: &Address,
        (host, line): (&str, Line),
        mode: DriverMode,
    ) -> Result<Live, Failure>
    where
        S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
    {
        let (budget, required) = (Budget::login(), self.conninfo.require_auth);
        let socket = Limited { socket, budget: budget.clone() };
        let socket = Watched::new(socket, required, line, mode != DriverMode::Disable);
        let mut tls = self.tls.clone();
        let tls =
            MakeTlsConnect::<Watched<Limited<S>>>::make_tls_connect(&mut tls, host).map_err(|never| match never {})?;
        let tls = WatchedTls::new(tls, required);
        let (client, driver) = self.config(mode).connect_raw(socket, tls).await.map_err(Failure::Driver)?;
        let ended = Ended::default();
        let secret = self.password.cloned();
        tokio::spawn(drive(driver, ended.clone(), self.conninfo.environment.clone(), secret));
        Ok(Live { client, ended, address: address.clone(), budget })
    }

    fn config(&self, mode: DriverMode) -> Config {
        let conninfo = self.conninfo;
        let mut config = Config::new();
        config
            .user(&conninfo.user)
            .dbname(&conninfo.dbname)
            .application_name(&conninfo.application_name)
            .ssl_mode(mode)
            .channel_binding(match conninfo.channel_binding {
                ChannelBinding::Disable => DriverBinding::Disable,
                ChannelBinding::Prefer => DriverBinding::Prefer,
                ChannelBinding::Require => DriverBinding::Require,
            });
        if let Some(password) = self.password {
            config.password(password.expose_secret());
        }
        if let Some(options) = &self.options {
            config.options(options);
        }
        config
    }
}

/// Moves bytes until the connection ends, and keeps what the server said last.
async fn drive<S, T>(mut driver: Driver<S, T>, ended: Ended, environment: String, secret: Option<SecretString>)
where
    S: AsyncRead + AsyncWrite + Unpin,
    T: AsyncRead + AsyncWrite + Unpin,
{
    let _over = ended.over.clone().drop_guard();
    while let Some(message) = poll_fn(|context| driver.poll_message(context)).await {
        match message {
            Ok(AsyncMessage::Notice(notice)) => {
                let text = error::masked_text(notice.message(), secret.as_ref());
                let text = printable(&text);
                tracing::info!(environment, severity = notice.severity(), code = notice.code().code(), "{text}");
            }
            Ok(_) => {}
            Err(error) => {
                let error = error::masked(error::describe(&error), secret.as_ref()).env(&environment);
                // Whoever uses the connection reports it; a warning here would say it twice.
                tracing::info!("{error}");
                // Nobody else sets it.
                let _ = ended.why.set(error);
                return;
            }
        }
    }
}
