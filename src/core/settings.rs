//! The settings of a session that change what a value, a name or a condition means. A role, a database or a server may
//! set any of them (`ALTER ROLE … SET`), on one side or on both, so every session of pgdeck, every script, every seed and
//! the query for an SQL editor set them for themselves.
//!
//! The list began with what `pg_dump` sets, and was completed from `pg_settings`: a test compares both lists here with what
//! its server has, so that a new setting has to be decided.

use super::error::Error;

/// Where a setting matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Matters {
    /// Wherever values go in or out.
    Values,
    /// Only in what people wrote: the `where` of a table and the expressions of a key. A session that writes leaves them
    /// as they are, because triggers and defaults of the target were written for its own.
    Conditions,
}

/// One setting, with the value that every session gets.
#[derive(Debug, Clone, Copy)]
pub struct Setting {
    /// Its name, as `pg_settings` spells it.
    pub name: &'static str,
    /// The value, as `SHOW` writes it.
    pub value: &'static str,
    /// Where it matters.
    pub matters: Matters,
    /// What another value would do.
    pub why: &'static str,
}

impl Setting {
    const fn values(name: &'static str, value: &'static str, why: &'static str) -> Self {
        Setting { name, value, matters: Matters::Values, why }
    }

    const fn conditions(name: &'static str, value: &'static str, why: &'static str) -> Self {
        Setting { name, value, matters: Matters::Conditions, why }
    }
}

/// The path under which statements of pgdeck find what they name without a schema: nothing but `pg_catalog`.
pub const SEARCH_PATH: Setting = Setting::values("search_path", "", "names would be found in the role's schemas");

/// Every setting that is pinned, besides [`SEARCH_PATH`]. All of them are there from PostgreSQL 13 on, and any role may
/// set them.
pub const PINNED: [Setting; 17] = [
    Setting::values("TimeZone", "UTC", "timestamp with time zone is written in it"),
    Setting::values(
        "DateStyle",
        "ISO, MDY",
        "dates are written and read by it; a `where` means the same on both sides",
    ),
    Setting::values("IntervalStyle", "postgres", "intervals are written by it, and their signs are read by it"),
    Setting::values("extra_float_digits", "1", "with less, floating point loses digits"),
    Setting::values("bytea_output", "hex", "bytea is written by it"),
    Setting::values("lc_monetary", "C", "money is written and read by it"),
    Setting::values("array_nulls", "on", "without it, NULL in an array is read as the text"),
    Setting::values("xmloption", "content", "with `document`, fragments of XML are refused"),
    Setting::values("standard_conforming_strings", "on", "without it, a backslash in a literal is an escape"),
    Setting::values("quote_all_identifiers", "off", "types and reg* values are written by it"),
    Setting::values("exit_on_error", "off", "with it, an error that is handled ends the session"),
    Setting::conditions("lc_numeric", "C", "to_char and to_number follow it"),
    Setting::conditions("lc_time", "C", "to_char follows it"),
    Setting::conditions("xmlbinary", "base64", "bytea inside of XML is written by it"),
    Setting::conditions("transform_null_equals", "off", "with it, `x = NULL` means `x IS NULL`"),
    Setting::conditions("timezone_abbreviations", "Default", "a time with `IST` is read by it"),
    Setting::conditions("gin_fuzzy_search_limit", "0", "with it, a GIN index leaves out rows at random"),
];

/// What a session that reads or writes rows gets besides, for speed: a query over thousands of partitions takes a second,
/// and compiling it half a minute. A migrating session keeps its role's own.
pub const QUICK: [(&str, &str); 1] = [("jit", "off")];

/// What a session that reads is set to.
pub fn reading() -> impl Iterator<Item = &'static Setting> {
    PINNED.iter().chain([&SEARCH_PATH])
}

/// What a session that writes is set to, and a script and a seed: what values depend on.
pub fn writing() -> impl Iterator<Item = &'static Setting> {
    PINNED.iter().filter(|setting| setting.matters == Matters::Values)
}

/// A setting that only a superuser changes, and the value with which pgdeck does not work.
#[derive(Debug, Clone, Copy)]
pub struct Refused {
    /// Its name.
    pub name: &'static str,
    /// The value that is refused.
    pub value: &'static str,
    /// What it does.
    pub why: &'static str,
}

impl Refused {
    /// What is said of a session that has it.
    pub fn error(&self) -> Error {
        Error::refused(format!("`{}` is `{}`: {}", self.name, self.value, self.why))
            .hint(format!("let the role, the database or the server have another `{}`", self.name))
    }
}

/// With these, rows would be lost without a word; they cannot be pinned, because it takes a superuser.
pub const REFUSED: [Refused; 3] = [
    Refused {
        name: "session_replication_role",
        value: "replica",
        why: "foreign keys and triggers do not run in this session",
    },
    Refused { name: "zero_damaged_pages", value: "on", why: "rows of damaged pages are left out without an error" },
    Refused { name: "ignore_checksum_failure", value: "on", why: "damaged rows are read as if they were right" },
];

/// Settings that a session may have as it likes, with the reason.
pub const LEFT: &[(&str, &str)] = &[
    ("allow_in_place_tablespaces", "no tablespace is made"),
    ("allow_system_table_mods", "no catalogue is written"),
    ("backtrace_functions", "what the server logs"),
    ("backslash_quote", "no literal of ours has a backslash before a quote"),
    ("check_function_bodies", "no function is made"),
    ("client_encoding", "the driver sends UTF8 with every connection; behind a pooler every transaction sets it"),
    ("client_min_messages", "only notices"),
    ("constraint_exclusion", "only the planner's"),
    ("createrole_self_grant", "no role is made"),
    ("cursor_tuple_fraction", "only the planner's"),
    ("debug_discard_caches", "only speed"),
    ("debug_logical_replication_streaming", "only replication's"),
    ("debug_parallel_query", "only the planner's"),
    ("default_statistics_target", "only the planner's"),
    ("default_table_access_method", "no table is made"),
    ("default_tablespace", "no table is made"),
    (
        "default_text_search_config",
        "no value is right for every database; a trigger that fills a tsvector needs its own",
    ),
    ("default_toast_compression", "how values are stored, not which"),
    ("default_transaction_deferrable", "only SERIALIZABLE follows it"),
    ("default_transaction_isolation", "every transaction says its own"),
    ("default_transaction_read_only", "on for reading; for writing it is asked first, and said"),
    ("dynamic_library_path", "no library is loaded by us"),
    ("enable_self_join_elimination", "only the planner's"),
    ("escape_string_warning", "only a warning; PostgreSQL 19 has none"),
    ("event_triggers", "they run for DDL"),
    ("extension_control_path", "no extension is made"),
    ("extension_destdir", "no extension is made"),
    ("force_parallel_mode", "only the planner's"),
    ("from_collapse_limit", "only the planner's"),
    ("gin_pending_list_limit", "only speed"),
    ("icu_validation_level", "no collation is made"),
    ("idle_in_transaction_session_timeout", "every session gets ours"),
    ("idle_session_timeout", "ends a session that does nothing; the next one is opened"),
    ("jit", "off in every session of ours, see `QUICK`"),
    ("jit_dump_bitcode", "a developer's"),
    ("jit_expressions", "only speed"),
    ("jit_tuple_deforming", "only speed"),
    ("join_collapse_limit", "only the planner's"),
    ("lc_messages", "takes a superuser; no decision is made by the words of a message alone"),
    ("lo_compat_privileges", "large objects do not travel"),
    ("local_preload_libraries", "the administrator's"),
    ("lock_timeout", "every session gets ours"),
    ("plan_cache_mode", "only the planner's"),
    ("recursive_worktable_factor", "only the planner's"),
    ("restrict_nonsystem_relation_kind", "views and foreign tables are not synced; the server refuses, in words"),
    ("row_security", "off in every transaction: a hidden row is an error"),
    ("session_preload_libraries", "the administrator's"),
    ("statement_timeout", "every session gets ours"),
    ("synchronize_seqscans", "every query says its order"),
    ("temp_tablespaces", "where, not what"),
    ("trace_connection_negotiation", "what the server logs"),
    ("trace_notify", "what the server logs"),
    ("trace_sort", "what the server logs"),
    ("transaction_deferrable", "only SERIALIZABLE follows it"),
    ("transaction_isolation", "every transaction says its own"),
    ("transaction_read_only", "every transaction says its own"),
    ("transaction_timeout", "the administrator's limit; what it ends is rolled back"),
    ("wal_consistency_checking", "a developer's"),
];

/// As SQL: the text that puts a session's own search path behind `pg_catalog`, for as long as the transaction lasts.
///
/// Trigger functions, defaults and CHECKs of the target find their names there. `own` is the path that the server gave
/// the session, as an expression; it is to be evaluated under [`SEARCH_PATH`]. `pg_catalog` is first by itself unless the
/// path names it elsewhere, and temporary tables are last, so that none stands for a table.
///
/// What a schema on that path cannot do is to put an operator, function, type or table of its own in the place of one
/// that a statement of pgdeck means: tables and types are qualified, and of operators and functions only those are written
/// without a schema that `pg_catalog` has for exactly these types, which is looked up first.
pub fn own_path(own: &str) -> String {
    format!(
        "pg_catalog.set_config('search_path', pg_catalog.concat_ws(', ', \
         CASE WHEN {own} ~* '(^|[ ,\"])pg_catalog($|[ ,\"])' THEN 'pg_catalog' END, NULLIF({own}, ''), 'pg_temp'), true)"
    )
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_setting_is_decided_once() {
        let pinned = reading().map(|setting| setting.name);
        let all: Vec<_> = pinned
            .chain(REFUSED.iter().map(|setting| setting.name))
            .chain(LEFT.iter().map(|(name, _)| *name))
            .collect();
        assert_eq!(all.len(), all.iter().collect::<BTreeSet<_>>().len(), "{all:?}");
    }

    #[test]
    fn a_writing_session_keeps_what_only_triggers_see() {
        let names: Vec<_> = writing().map(|setting| setting.name).collect();
        assert!(names.contains(&"array_nulls") && !names.contains(&"lc_time") && !names.contains(&"search_path"));
    }
}
