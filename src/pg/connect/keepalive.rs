//! How a peer that is gone without a word is noticed: TCP keepalive while nothing is sent, and a limit for what is
//! sent and not acknowledged. By libpq's names (PostgreSQL manual, 34.1.2), but on by default: libpq leaves both to the
//! system, which waits for hours.

use std::time::Duration;

use tokio_postgres::Config;

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

    /// Tells the driver, which ignores all of it for a unix socket.
    pub(super) fn set(&self, config: &mut Config) {
        config.keepalives(self.on);
        if !self.idle.is_zero() {
            config.keepalives_idle(self.idle);
        }
        if !self.interval.is_zero() {
            config.keepalives_interval(self.interval);
        }
        if self.count > 0 {
            config.keepalives_retries(self.count);
        }
        if !self.user_timeout.is_zero() {
            config.tcp_user_timeout(self.user_timeout);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn config(given: &[(&str, &str)]) -> Config {
        let get = |name: &str| given.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned());
        let mut config = Config::new();
        Keepalive::read(get).expect("good").set(&mut config);
        config
    }

    #[test]
    fn on_by_default() {
        let config = config(&[]);
        assert!(config.get_keepalives());
        assert_eq!(config.get_keepalives_idle(), Duration::from_secs(30));
        assert_eq!(config.get_keepalives_interval(), Some(Duration::from_secs(10)));
        assert_eq!(config.get_keepalives_retries(), Some(6));
        assert_eq!(config.get_tcp_user_timeout(), Some(&Duration::from_secs(90)));
    }

    #[test]
    fn every_value_can_be_set_and_zero_is_the_systems() {
        let own = config(&[
            ("keepalives_idle", "5"),
            ("keepalives_interval", "2"),
            ("keepalives_count", "3"),
            ("tcp_user_timeout", "1500"),
        ]);
        assert_eq!(own.get_keepalives_idle(), Duration::from_secs(5));
        assert_eq!(own.get_keepalives_interval(), Some(Duration::from_secs(2)));
        assert_eq!(own.get_keepalives_retries(), Some(3));
        assert_eq!(own.get_tcp_user_timeout(), Some(&Duration::from_millis(1500)));
        let none = config(&[("keepalives", "0"), ("keepalives_interval", "0"), ("tcp_user_timeout", "0")]);
        assert!(!none.get_keepalives());
        assert_eq!((none.get_keepalives_interval(), none.get_tcp_user_timeout()), (None, None));
    }

    #[test]
    fn what_is_no_number_is_named_and_not_repeated() {
        for name in ["keepalives", "keepalives_idle", "keepalives_interval", "keepalives_count", "tcp_user_timeout"] {
            let error = Keepalive::read(|asked| (asked == name).then(|| "hunter2".into())).expect_err(name).to_string();
            assert!(error.contains(name) && !error.contains("hunter2"), "{error}");
        }
    }
}
