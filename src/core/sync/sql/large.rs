//! Statements with values that are too large to be sent, or read back, in one message: the driver would hold each of them
//! three times more. They travel in parts, and where only equality counts, their digest does.

use sha2::{Digest, Sha256};

use super::{Statement, column_text, only, write::found};
use crate::core::sync::{row::Value, shape::Shape, value::SharedText};

/// A longer text travels in parts.
pub const MAX_WHOLE_BYTES: usize = 1 << 20;

/// Types whose texts are always short, so that their length is not asked for.
const SHORT: &[&str] = &[
    "smallint",
    "integer",
    "bigint",
    "real",
    "double precision",
    "boolean",
    "uuid",
    "date",
    "oid",
    "interval",
    "time without time zone",
    "time with time zone",
    "timestamp without time zone",
    "timestamp with time zone",
    "inet",
    "cidr",
    "macaddr",
];

/// Whether a text of type `cast` may be a large one.
pub(super) fn may_be_large(cast: &str) -> bool {
    !SHORT.contains(&cast)
}

/// Whether `value` travels in parts.
pub fn is_large(value: &Value) -> bool {
    value.as_ref().is_some_and(|text| text.len() > MAX_WHOLE_BYTES)
}

/// The SHA-256 of a text, in hexadecimal.
pub fn sha256(text: &str) -> String {
    format!("{:x}", Sha256::digest(text.as_bytes()))
}

/// The SHA-256 of the text `text` in UTF-8, computed by the server.
fn server_sha256(text: &str) -> String {
    format!("pg_catalog.sha256(pg_catalog.convert_to({text}, 'UTF8'))")
}

/// `text` where it is not large, else NULL.
pub(super) fn whole(text: &str) -> String {
    format!("CASE WHEN pg_catalog.octet_length({text}) <= {MAX_WHOLE_BYTES} THEN {text} END")
}

/// The digest of `text` where it is large, else NULL.
pub(super) fn digest_of_large(text: &str) -> String {
    let digest = server_sha256(text);
    format!("CASE WHEN pg_catalog.octet_length({text}) > {MAX_WHOLE_BYTES} THEN pg_catalog.encode({digest}, 'hex') END")
}

/// `left` is the large text `right`.
pub(super) fn holds(left: &str, right: &SharedText) -> String {
    format!(r"{} OPERATOR(pg_catalog.=) '\x{}'::pg_catalog.bytea", server_sha256(left), sha256(right))
}

/// Puts one part into a setting of this transaction. It answers no column: the function returns what it was given.
pub const SET_PART: &str = "SELECT FROM pg_catalog.set_config($1, $2, true)";

/// The text that stands in the settings `names`, one part in each.
pub fn joined(names: &[String]) -> String {
    let parts: Vec<_> = names.iter().map(|name| format!("pg_catalog.current_setting('{name}')")).collect();
    format!("pg_catalog.array_to_string(ARRAY[{}], '')", parts.join(", "))
}

/// A part of the text of `column` in the row with this locator: `length` characters from the place `from` on, counted
/// from 1.
pub fn part(shape: &Shape, locator: &[Value], column: &str, from: usize, length: usize) -> Statement {
    let number = |number: usize| Some(number.to_string().into());
    let mut out = Statement::default();
    out.sql(format!("SELECT pg_catalog.substr({}, ", column_text(shape, "t", column)))
        .value(&number(from), "integer")
        .sql(", ")
        .value(&number(length), "integer")
        .sql(format!(") FROM {} AS t WHERE ", only(shape)));
    found(&mut out, shape, locator);
    out
}
