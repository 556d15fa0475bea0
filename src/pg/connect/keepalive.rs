//! How a peer that is gone without a word is noticed: TCP keepalive while nothing is sent, and a limit for what is
//! sent and not acknowledged. By libpq's names (PostgreSQL manual, 34.1.2), but on by default: libpq leaves both to the
//! system, which waits for hours.

use std::{io, os::fd::AsFd, time::Duration};

use rustix::net::sockopt;

use crate::core::error::{Error, Result};

/// What one connection is told. Zero leaves a value to the system, as in libpq.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keepalive {
    on: bool,
    idle: Duration,
    interval: Duration,
    count: u32,
    user_timeout: Duration,
}

impl Default for Keepalive {
    /// Half a minute of silence, then six probes: whoever is gone is noticed within 90 s. As long may a server take to
    /// acknowledge what was sent: longer than the statement timeout, for a server that is at work may read nothing.
    fn default() -> Self {
        Keepalive {
            on: true,
            idle: Duration::from_secs(30),
            interval: Duration::from_secs(10),
            count: 6,
            user_timeout: Duration::from_secs(90),
        }
    }
}

impl Keepalive {
    /// Reads the parameters that `get` knows.
    ///
    /// # Errors
    /// `Usage`, naming the parameter and not its value.
    pub(super) fn read(get: impl Fn(&str) -> Option<String>) -> Result<Self> {
        let number = |name: &str| -> Result<Option<u32>> {
            let read = |text: String| text.trim().parse().map_err(|_| Error::usage(format!("{name} is not a number")));
            get(name).map(read).transpose()
        };
        let seconds = |name, otherwise| -> Result<Duration> {
            Ok(number(name)?.map_or(otherwise, |seconds| Duration::from_secs(seconds.into())))
        };
        let ours = Keepalive::default();
        Ok(Keepalive {
            on: number("keepalives")? != Some(0),
            idle: seconds("keepalives_idle", ours.idle)?,
            interval: seconds("keepalives_interval", ours.interval)?,
            count: number("keepalives_count")?.unwrap_or(ours.count),
            user_timeout: number("tcp_user_timeout")?
                .map_or(ours.user_timeout, |milliseconds| Duration::from_millis(milliseconds.into())),
        })
    }

    /// Tells a TCP socket.
    pub(super) fn set(&self, socket: impl AsFd) -> io::Result<()> {
        sockopt::set_socket_keepalive(&socket, self.on)?;
        if !self.idle.is_zero() {
            sockopt::set_tcp_keepidle(&socket, self.idle)?;
        }
        if !self.interval.is_zero() {
            sockopt::set_tcp_keepintvl(&socket, self.interval)?;
        }
        if self.count > 0 {
            sockopt::set_tcp_keepcnt(&socket, self.count)?;
        }
        #[cfg(target_os = "linux")]
        if !self.user_timeout.is_zero() {
            let milliseconds = u32::try_from(self.user_timeout.as_millis()).unwrap_or(u32::MAX);
            sockopt::set_tcp_user_timeout(&socket, milliseconds)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use tokio::net::{TcpListener, TcpStream};

    use super::*;

    /// A socket with these parameters.
    async fn socket(given: &[(&str, &str)]) -> TcpStream {
        let get = |name: &str| given.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("listen");
        let socket = TcpStream::connect(listener.local_addr().expect("address")).await.expect("connect");
        Keepalive::read(get).expect("good").set(&socket).expect("set");
        socket
    }

    fn seconds(socket: &TcpStream) -> (u64, u64, u32) {
        let idle = sockopt::tcp_keepidle(socket).expect("idle").as_secs();
        let interval = sockopt::tcp_keepintvl(socket).expect("interval").as_secs();
        (idle, interval, sockopt::tcp_keepcnt(socket).expect("count"))
    }

    #[tokio::test]
    async fn on_by_default() {
        let socket = socket(&[]).await;
        assert!(sockopt::socket_keepalive(&socket).expect("keepalive"));
        assert_eq!(seconds(&socket), (30, 10, 6));
        #[cfg(target_os = "linux")]
        assert_eq!(sockopt::tcp_user_timeout(&socket).expect("timeout"), 90_000);
    }

    #[tokio::test]
    async fn every_value_can_be_set_and_zero_is_the_systems() {
        let system = TcpListener::bind("127.0.0.1:0").await.expect("listen");
        let system = TcpStream::connect(system.local_addr().expect("address")).await.expect("connect");
        let own = [("keepalives_idle", "5"), ("keepalives_interval", "2"), ("keepalives_count", "3")];
        let own = socket(&[own.as_slice(), &[("tcp_user_timeout", "1500")]].concat()).await;
        assert_eq!(seconds(&own), (5, 2, 3));
        let none = [("keepalives", "0"), ("keepalives_idle", "0"), ("keepalives_interval", "0")];
        let none = socket(&[none.as_slice(), &[("keepalives_count", "0"), ("tcp_user_timeout", "0")]].concat()).await;
        assert!(!sockopt::socket_keepalive(&none).expect("keepalive"));
        assert_eq!(seconds(&none), seconds(&system));
        #[cfg(target_os = "linux")]
        assert_eq!(
            (sockopt::tcp_user_timeout(&own).expect("timeout"), sockopt::tcp_user_timeout(&none).expect("timeout")),
            (1500, 0)
        );
    }

    #[test]
    fn what_is_no_number_is_named_and_not_repeated() {
        for name in ["keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"] {
            let error = Keepalive::read(|asked| (asked == name).then(|| "hunter2".into())).expect_err(name).to_string();
            assert!(error.contains(name) && !error.contains("hunter2"), "{error}");
        }
    }
}
