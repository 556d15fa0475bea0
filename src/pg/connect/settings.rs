//! What every session is set to, and how it is told.
//!
//! A direct connection gets its settings in the startup packet (`options=-c …`): no round trip, and they
//! survive `RESET ALL`. A transaction pooler refuses or drops `options`, so there every transaction sets
//! them for itself.

use std::{fmt::Write as _, time::Duration};

use super::conninfo::Conninfo;
use crate::core::settings::{self, QUICK, SEARCH_PATH, Setting};

/// Time that a statement may wait for a lock: an operator's tool must not queue in front of the application.
const LOCK_TIMEOUT: Duration = Duration::from_secs(3);
/// Time that a transaction may stay open with nothing to do: its snapshot holds vacuum back.
const IDLE_TIMEOUT: Duration = Duration::from_secs(300);

const READ_ONLY: (&str, &str) = ("default_transaction_read_only", "on");

/// What tells whether a session that writes got its settings: the others may be the server's own, and the same. As `SHOW`
/// writes them.
const MARKS: [(&str, &str); 2] = [("lock_timeout", "3s"), ("idle_in_transaction_session_timeout", "5min")];

/// The same of a migrating session, which is set to little, for files are written for the role's own settings. All of them,
/// for a role may well have one of them by itself.
const MIGRATING: [(&str, &str); 3] = [("statement_timeout", "0"), MARKS[0], MARKS[1]];

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

    /// Those that change what a value or a name means. A session that writes has the role's own search path, for triggers;
    /// its transactions begin with ours.
    fn pinned(&self) -> Vec<&'static Setting> {
        match self.work {
            Work::Read => settings::reading().collect(),
            Work::Write => settings::writing().collect(),
            Work::Migrate => Vec::new(),
        }
    }

    /// Those for speed. Nobody checks them: without them it only takes longer.
    fn quick(&self) -> &'static [(&'static str, &'static str)] {
        if self.work == Work::Migrate { &[] } else { &QUICK }
    }

    /// Those that [`Settings::hold`] checks.
    fn checked(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        let own: &[(&str, &str)] = match self.work {
            Work::Read => &[READ_ONLY],
            Work::Write => &MARKS,
            Work::Migrate => &MIGRATING,
        };
        own.iter().copied().chain(self.pinned().into_iter().map(|setting| (setting.name, setting.value)))
    }

    /// The startup parameter `options`. A value without anything behind the `=` is the empty string.
    pub(super) fn options(&self) -> String {
        let mut options = String::new();
        let read_only = (self.work == Work::Read).then_some(READ_ONLY);
        let pinned = self.pinned().into_iter().map(|setting| (setting.name, setting.value));
        for (name, value) in read_only.into_iter().chain(pinned).chain(self.quick().iter().copied()) {
            // A blank would have to be escaped, which not every pooler knows.
            let _ = write!(options, "-c {name}={} ", value.replace(' ', ""));
        }
        for (name, milliseconds) in self.timeouts {
            let _ = write!(options, "-c {name}={milliseconds} ");
        }
        options
    }

    /// The expressions whose values [`Settings::hold`] judges. NULL is a setting that this server does not have.
    pub(super) fn question(&self) -> String {
        let settings: Vec<_> =
            self.checked().map(|(name, _)| format!("pg_catalog.current_setting('{name}', true)")).collect();
        settings.join(", ")
    }

    /// Whether the server answered [`Settings::question`] as it was told. A pooler can drop `options`
    /// without a word (`PgBouncer`'s `ignore_startup_parameters`), so only the server's answer counts.
    pub(super) fn hold(&self, answers: &[Option<&str>]) -> bool {
        self.checked().zip(answers).all(|((_, wanted), answer)| answer.is_none_or(|answer| answer == wanted))
    }

    /// What a transaction sets first. Row security is off always: a row that a policy hides is an error
    /// then and never silently missing. The rest only where the session could not be told; `answers` are those to
    /// [`Settings::question`].
    pub(super) fn local(&self, pooled: bool, answers: &[Option<&str>]) -> String {
        let mut sql = match self.work {
            Work::Read | Work::Write => String::from("SET LOCAL row_security = off;"),
            // Files run under the role's own path, our statements around them do not: nobody who may create in a schema of
            // that path may have a function or an operator of theirs called (CVE-2018-1058). Temporary objects come last.
            Work::Migrate => format!("SET LOCAL {} = pg_catalog, pg_temp;", SEARCH_PATH.name),
        };
        if self.work == Work::Write {
            let _ = write!(sql, "SET LOCAL {} = '';", SEARCH_PATH.name);
        }
        if pooled {
            let unknown =
                |name: &str| self.checked().zip(answers).any(|((n, _), answer)| n == name && answer.is_none());
            let pinned = self.pinned().into_iter().map(|setting| (setting.name, setting.value));
            let pinned = pinned.filter(|(name, _)| !unknown(name));
            for (name, value) in pinned.chain([("client_encoding", "UTF8")]) {
                let _ = write!(sql, "SET LOCAL {name} = '{value}';");
            }
            for (name, value) in self.quick() {
                let _ = write!(sql, "SET LOCAL {name} = {value};");
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

    fn answers(settings: &Settings) -> Vec<Option<&'static str>> {
        settings.checked().map(|(_, value)| Some(value)).collect()
    }

    #[test]
    fn no_value_needs_escaping_in_options() {
        assert!(settings::reading().all(|setting| !setting.value.contains(['\\', '\'', '\t'])));
    }

    #[test]
    fn only_reading_sessions_are_read_only_and_have_our_path_for_good() {
        let reading = Settings { work: Work::Read, timeouts: TIMEOUTS }.options();
        let writing = Settings { work: Work::Write, timeouts: TIMEOUTS }.options();
        assert!(
            reading.starts_with("-c default_transaction_read_only=on -c TimeZone=UTC -c DateStyle=ISO,MDY "),
            "{reading}"
        );
        assert!(reading.contains("-c search_path= -c jit=off -c statement_timeout=60000 "), "{reading}");
        assert!(!writing.contains("read_only") && !writing.contains("search_path"), "{writing}");
    }

    #[test]
    fn an_answer_that_differs_is_noticed() {
        for work in [Work::Read, Work::Write, Work::Migrate] {
            let settings = Settings { work, timeouts: TIMEOUTS };
            let good = answers(&settings);
            assert!(settings.hold(&good));
            for at in 0..good.len() {
                let mut bad = good.clone();
                bad[at] = Some("other");
                assert!(!settings.hold(&bad));
                bad[at] = None;
                assert!(settings.hold(&bad), "what the server does not have cannot be set");
            }
        }
    }

    /// A role's own `lock_timeout` of 3 s is no sign that a pooler has passed the settings on.
    #[test]
    fn a_migrating_session_is_known_by_all_of_its_timeouts() {
        let settings = Settings { work: Work::Migrate, timeouts: TIMEOUTS };
        assert!(settings.hold(&["0", "3s", "5min"].map(Some)));
        assert!(!settings.hold(&["0", "3s", "0"].map(Some)));
        assert!(!settings.hold(&["30s", "3s", "5min"].map(Some)));
    }

    /// The server's own settings may be the pinned ones.
    #[test]
    fn a_writing_session_is_known_by_its_time_limits() {
        let settings = Settings { work: Work::Write, timeouts: TIMEOUTS };
        for (mark, _) in MARKS {
            let own: Vec<_> =
                settings.checked().map(|(name, value)| Some(if name == mark { "0" } else { value })).collect();
            assert!(!settings.hold(&own), "{mark}");
        }
    }

    #[test]
    fn a_pooled_transaction_sets_everything_itself_that_the_server_has() {
        let settings = Settings { work: Work::Read, timeouts: TIMEOUTS };
        let mut answers = answers(&settings);
        assert_eq!(settings.local(false, &answers), "SET LOCAL row_security = off;");
        let local = settings.local(true, &answers);
        for setting in settings::reading() {
            assert!(local.contains(&format!("SET LOCAL {} = '{}';", setting.name, setting.value)), "{local}");
        }
        assert!(local.contains("SET LOCAL statement_timeout = 60000;"));
        answers[1] = None;
        assert!(!settings.local(true, &answers).contains("TimeZone"));
    }

    #[test]
    fn a_migrating_transaction_begins_with_the_servers_own_names() {
        let settings = Settings { work: Work::Migrate, timeouts: TIMEOUTS };
        for pooled in [false, true] {
            let local = settings.local(pooled, &answers(&settings));
            assert!(local.starts_with("SET LOCAL search_path = pg_catalog, pg_temp;"), "{local}");
        }
        assert!(!settings.options().contains("search_path"), "a file runs under the role's own");
    }

    #[test]
    fn nothing_is_compiled_but_what_migrations_do() {
        for (work, off) in [(Work::Read, true), (Work::Write, true), (Work::Migrate, false)] {
            let settings = Settings { work, timeouts: TIMEOUTS };
            assert_eq!(settings.options().contains("-c jit=off "), off, "{work:?}");
            assert_eq!(settings.local(true, &answers(&settings)).contains("SET LOCAL jit = off;"), off, "{work:?}");
        }
    }

    #[test]
    fn a_writing_transaction_begins_with_our_path() {
        let settings = Settings { work: Work::Write, timeouts: TIMEOUTS };
        assert!(settings.local(false, &answers(&settings)).contains("SET LOCAL search_path = '';"));
    }
}
