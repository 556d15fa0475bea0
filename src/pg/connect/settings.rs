//! What every session is set to, and how it is told.
//!
//! A direct connection gets its settings in the startup packet (`options=-c …`): no round trip, and they
//! survive `RESET ALL`. A transaction pooler refuses or drops `options`, so there every transaction sets
//! them for itself.

use std::{fmt::Write as _, time::Duration};

use super::conninfo::Conninfo;

/// Time that a statement may wait for a lock: an operator's tool must not queue in front of the application.
const LOCK_TIMEOUT: Duration = Duration::from_secs(3);
/// Time that a transaction may stay open with nothing to do: its snapshot holds vacuum back.
const IDLE_TIMEOUT: Duration = Duration::from_secs(300);

/// Settings that change how values are written or names are found; pinned so that the same data gives
/// the same text everywhere (`design/sync`, "Export"). `client_encoding` is sent by the driver itself.
const PINNED: [(&str, &str); 7] = [
    ("TimeZone", "UTC"),
    ("DateStyle", "ISO"),
    ("IntervalStyle", "postgres"),
    ("extra_float_digits", "1"),
    ("bytea_output", "hex"),
    ("lc_monetary", "C"),
    ("search_path", ""),
];

const READ_ONLY: (&str, &str) = ("default_transaction_read_only", "on");

/// What tells whether a migrating session got its settings: they are few, for files are written for the role's own. All
/// of them, as `SHOW` writes them, for a role may well have one of them by itself.
const MIGRATING: [(&str, &str); 3] =
    [("statement_timeout", "0"), ("lock_timeout", "3s"), ("idle_in_transaction_session_timeout", "5min")];

/// What a session is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Work {
    /// Reading, which is all that the server lets it do.
    Read,
    /// Writing rows.
    Write,
    /// Running migrations, as psql would: names are found and values are read by the role's own settings, row security
    /// is as it is, and a statement may take its time.
    Migrate,
}

/// The settings of one session.
pub(super) struct Settings {
    work: Work,
    timeouts: [(&'static str, u128); 3],
}

impl Settings {
    pub(super) fn new(conninfo: &Conninfo, work: Work) -> Self {
        let statement = if work == Work::Migrate { Duration::ZERO } else { conninfo.statement_timeout };
        let timeouts = [
            ("statement_timeout", statement.as_millis()),
            ("lock_timeout", LOCK_TIMEOUT.as_millis()),
            ("idle_in_transaction_session_timeout", IDLE_TIMEOUT.as_millis()),
        ];
        Settings { work, timeouts }
    }

    /// Those that change how values are written and names are found.
    fn pinned(&self) -> &'static [(&'static str, &'static str)] {
        if self.work == Work::Migrate { &[] } else { &PINNED }
    }

    /// Those that [`Settings::hold`] checks.
    fn checked(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let own: &[(&str, &str)] = match self.work {
            Work::Read => &[READ_ONLY],
            Work::Write => &[],
            Work::Migrate => &MIGRATING,
        };
        own.iter().copied().chain(self.pinned().iter().copied())
    }

    /// The startup parameter `options`. A value without anything behind the `=` is the empty string.
    pub(super) fn options(&self) -> String {
        let mut options = String::new();
        for (name, value) in self.checked() {
            let _ = write!(options, "-c {name}={value} ");
        }
        for (name, milliseconds) in self.timeouts {
            let _ = write!(options, "-c {name}={milliseconds} ");
        }
        options
    }

    /// The expressions whose values [`Settings::hold`] judges.
    pub(super) fn question(&self) -> String {
        let settings: Vec<_> =
            self.checked().map(|(name, _)| format!("pg_catalog.current_setting('{name}')")).collect();
        settings.join(", ")
    }

    /// Whether the server answered [`Settings::question`] as it was told. A pooler can drop `options`
    /// without a word (`PgBouncer`'s `ignore_startup_parameters`), so only the server's answer counts.
    pub(super) fn hold<'a>(&self, answers: impl Iterator<Item = Option<&'a str>>) -> bool {
        self.checked().zip(answers).all(|((name, wanted), answer)| match name {
            // The order of day and month follows the server's own setting; ISO dates do not depend on it.
            "DateStyle" => answer.is_some_and(|answer| answer.starts_with(wanted)),
            _ => answer == Some(wanted),
        })
    }

    /// What a transaction sets first. Row security is off always: a row that a policy hides is an error
    /// then and never silently missing. The rest only where the session could not be told.
    pub(super) fn local(&self, pooled: bool) -> String {
        let mut sql = match self.work {
            Work::Read | Work::Write => String::from("SET LOCAL row_security = off;"),
            Work::Migrate => String::new(),
        };
        if pooled {
            for (name, value) in self.pinned().iter().copied().chain([("client_encoding", "UTF8")]) {
                let _ = write!(sql, "SET LOCAL {name} = '{value}';");
            }
            for (name, milliseconds) in self.timeouts {
                let _ = write!(sql, "SET LOCAL {name} = {milliseconds};");
            }
        }
        sql
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TIMEOUTS: [(&str, u128); 3] =
        [("statement_timeout", 60_000), ("lock_timeout", 3000), ("idle_in_transaction_session_timeout", 300_000)];

    #[test]
    fn no_value_needs_escaping_in_options() {
        assert!(PINNED.iter().all(|(_, value)| !value.contains([' ', '\\', '\'', '\t'])));
    }

    #[test]
    fn only_reading_sessions_are_read_only() {
        let reading = Settings { work: Work::Read, timeouts: TIMEOUTS }.options();
        let writing = Settings { work: Work::Write, timeouts: TIMEOUTS }.options();
        assert!(reading.starts_with("-c default_transaction_read_only=on -c TimeZone=UTC "), "{reading}");
        assert!(reading.contains("-c search_path= -c statement_timeout=60000 "), "{reading}");
        assert!(!writing.contains("read_only"), "{writing}");
    }

    #[test]
    fn an_answer_that_differs_is_noticed() {
        let settings = Settings { work: Work::Read, timeouts: TIMEOUTS };
        let good = ["on", "UTC", "ISO, MDY", "postgres", "1", "hex", "C", ""].map(Some);
        assert!(settings.hold(good.into_iter()));
        for at in 0..good.len() {
            let mut bad = good;
            bad[at] = Some("off");
            assert!(!settings.hold(bad.into_iter()));
        }
    }

    /// A role's own `lock_timeout` of 3 s is no sign that a pooler has passed the settings on.
    #[test]
    fn a_migrating_session_is_known_by_all_of_its_timeouts() {
        let settings = Settings { work: Work::Migrate, timeouts: TIMEOUTS };
        assert!(settings.hold(["0", "3s", "5min"].map(Some).into_iter()));
        assert!(!settings.hold(["0", "3s", "0"].map(Some).into_iter()));
        assert!(!settings.hold(["30s", "3s", "5min"].map(Some).into_iter()));
    }

    #[test]
    fn a_pooled_transaction_sets_everything_itself() {
        let settings = Settings { work: Work::Read, timeouts: TIMEOUTS };
        assert_eq!(settings.local(false), "SET LOCAL row_security = off;");
        assert!(settings.local(true).contains("SET LOCAL search_path = '';"));
        assert!(settings.local(true).contains("SET LOCAL statement_timeout = 60000;"));
    }
}
