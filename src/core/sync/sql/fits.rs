//! Values as a column would hold them.

use super::exact;
use crate::core::sync::shape::ShapeColumn;

/// Each text of a list as `column` would hold it where that is another value, else NULL; in the order of the list.
/// `operator` is the type's own equality.
pub fn fits(column: &ShapeColumn, operator: Option<&str>) -> String {
    let became = became(column, "w.a");
    let same = match kind(&column.cast) {
        // Equal is what every type says of these that could be on the other side.
        Some(kind) => format!("w.a::{kind} = w.b::{kind}"),
        None => operator.map_or("false".to_owned(), |equals| format!("w.a::{0} {equals} w.b::{0}", column.cast)),
    };
    // In steps, because a comparison need not be possible where both are the same text.
    format!(
        "SELECT CASE WHEN w.a = w.b THEN NULL WHEN {same} THEN NULL ELSE w.b END \
         FROM (SELECT w.n, w.a, {became} AS b FROM unnest($1::text[]) WITH ORDINALITY AS w(a, n) OFFSET 0) AS w ORDER BY w.n"
    )
}

/// The texts of a list as `column` holds them once they are written; in the order of the list.
pub fn held(column: &ShapeColumn) -> String {
    let became = became(column, "w.a");
    format!("SELECT {became} FROM unnest($1::text[]) WITH ORDINALITY AS w(a, n) ORDER BY w.n")
}

/// The text of `value`, itself a text, once it is in `column`.
fn became(column: &ShapeColumn, value: &str) -> String {
    let declared = &column.definition.declared;
    let declared = if declared.is_empty() { &column.cast } else { declared };
    exact(&format!("{value}::{}::{declared}", column.cast), &column.cast, column.definition.output.as_deref())
}

/// A type that holds every value of the family that `cast` belongs to, alone or in an array.
fn kind(cast: &str) -> Option<String> {
    let (element, list) = cast.strip_suffix("[]").map_or((cast, ""), |element| (element, "[]"));
    let kind = match element {
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => "numeric",
        "date" | "timestamp without time zone" | "timestamp with time zone" => "timestamp with time zone",
        // Cut by the cast itself.
        "text" | "character varying" | "name" | "\"char\"" => "text",
        "time without time zone" | "time with time zone" => "time with time zone",
        _ => return None,
    };
    Some(format!("{kind}{list}"))
}
