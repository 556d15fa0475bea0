//! Types of value columns.

/// A type of a value column: its name, and texts as PostgreSQL writes them, each with the number of its value.
/// Texts of one number are the same value written differently.
pub type Type = (&'static str, &'static [(&'static str, u8)]);

pub const TYPES: &[Type] = &[
    ("text", &[("", 0), ("a", 1), ("it's", 2), ("back\\slash", 3), ("two\nlines \"and\" $1 é 🦀", 4), ("NULL", 5)]),
    ("int", &[("0", 0), ("1", 1), ("-7", 2), ("2147483647", 3)]),
    ("numeric", &[("1", 0), ("1.0", 0), ("1.00", 0), ("2.5", 1), ("NaN", 2), ("-0.001", 3)]),
    ("boolean", &[("t", 0), ("f", 1)]),
    ("jsonb", &[("{\"a\": 1}", 0), ("{\"a\": 1.0}", 0), ("[]", 1), ("null", 2), ("\"it's \\\\ $1\"", 3)]),
    ("timestamptz", &[("2024-02-29 12:00:00+00", 0), ("2024-02-29 12:00:00.000001+00", 1), ("infinity", 2)]),
    ("uuid", &[("00000000-0000-0000-0000-000000000000", 0), ("8f000000-0000-4000-8000-00000000000a", 1)]),
    ("text[]", &[("{}", 0), ("{a,NULL}", 1), ("{\"a,b\",\"NULL\"}", 2), ("{it's,\"q\\\"q\\\\\"}", 3)]),
    ("citext", &[("Foo", 0), ("foo", 0), ("FOO", 0), ("bar", 1), ("", 2)]),
    ("char(4)", &[("a   ", 0), ("ab  ", 1), ("    ", 2), ("abcd", 3)]),
    ("bpchar", &[("a", 0), ("a ", 0), ("b  ", 1), ("", 2), ("  ", 2)]),
    ("interval", &[("1 mon", 0), ("30 days", 0), ("1 day", 1), ("24:00:00", 1), ("00:00:00.000001", 2)]),
];

/// The number of the value that a text is.
pub fn class(kind: usize, text: &str) -> u8 {
    TYPES[kind].1.iter().find(|(known, _)| *known == text).unwrap_or_else(|| panic!("{} {text}", TYPES[kind].0)).1
}
