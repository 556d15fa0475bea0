//! Sequences are moved past the numbers that new rows brought along.

use super::Statement;
use crate::core::{
    name::{QName, ident},
    sync::shape::{Shape, ShapeColumn},
};

/// The value of `column` as a number of its sequence, for each type that can hold one.
fn number(column: &ShapeColumn) -> Option<String> {
    let name = format!("t.{}", ident(&column.name));
    match column.cast.as_str() {
        "smallint" | "integer" | "bigint" => Some(name),
        "numeric" => Some(format!("pg_catalog.trunc({name})")),
        "real" | "double precision" => Some(format!("pg_catalog.trunc({name}::numeric)")),
        "text" | "character varying" | "character" => {
            Some(format!("CASE WHEN {name}::text ~ '^-?[0-9]{{1,18}}$' THEN {name}::text::bigint END"))
        }
        _ => None,
    }
}

/// Whether the numbers of a sequence can be found in `column`.
pub fn is_number(column: &ShapeColumn) -> bool {
    number(column).is_some()
}

/// Moves `sequence`, which numbers `column`, past every number that the table holds now, never back. Without it the
/// application's next insert would meet a number that a plan has brought along.
///
/// A sequence may count down or in steps, and what it was set to may not have been given out yet. It stays on its own
/// steps, because another server may count between them. One that starts anew at its end is not moved there.
pub fn advance(shape: &Shape, column: &ShapeColumn, sequence: &QName) -> Statement {
    let mut out = Statement::default();
    out.sql("SELECT pg_catalog.setval(q.seqrelid::pg_catalog.regclass, m.value)\n")
        .sql(format!("FROM (SELECT last_value, is_called FROM {}) AS l(value, called)\n", sequence.sql()))
        .sql("JOIN pg_catalog.pg_sequence AS q ON q.seqrelid = ")
        .value(&Some(sequence.sql().into()), "pg_catalog.regclass")
        .sql("::oid")
        .sql("\n");
    past(&mut out, shape, column);
    out
}

/// The same for the sequence that belongs to `column`, whatever its name is; nothing where there is none.
pub fn advance_own(shape: &Shape, column: &ShapeColumn) -> Statement {
    let mut out = Statement::default();
    out.sql("SELECT pg_catalog.setval(q.seqrelid::pg_catalog.regclass, m.value)\nFROM pg_catalog.pg_sequence AS q\n")
        .sql("CROSS JOIN LATERAL (SELECT coalesce(v, q.seqstart), v IS NOT NULL ")
        .sql("FROM pg_catalog.pg_sequence_last_value(q.seqrelid) AS v) AS l(value, called)\n");
    past(&mut out, shape, column);
    out.sql("\nAND q.seqrelid = pg_catalog.pg_get_serial_sequence(")
        .value(&Some(shape.table.sql().into()), "text")
        .sql(", ")
        .value(&Some(column.name.as_str().into()), "text")
        .sql(")::pg_catalog.regclass::oid");
    out
}

/// The number that the sequence is set to: the last of its own steps that is not beyond what the table holds. Everything is
/// of one type on both sides of an operator, so that none of the role's own schemas can offer a better one.
fn past(out: &mut Statement, shape: &Shape, column: &ShapeColumn) {
    let number = number(column).map_or_else(|| "NULL::numeric".to_owned(), |number| format!("({number})::numeric"));
    out.sql("CROSS JOIN LATERAL (SELECT CASE WHEN q.seqincrement > 0::bigint THEN pg_catalog.max(n.value) ")
        .sql("ELSE pg_catalog.min(n.value) END\n")
        .sql(format!("  FROM (SELECT {number} AS value FROM {} AS t) AS n\n", shape.table.sql()))
        .sql("  WHERE n.value >= (q.seqmin - CASE WHEN q.seqcycle THEN least(q.seqincrement, 0::bigint) ELSE 0::bigint END)::numeric\n")
        .sql("  AND n.value <= (q.seqmax - CASE WHEN q.seqcycle THEN greatest(q.seqincrement, 0::bigint) ELSE 0::bigint END)::numeric")
        .sql(") AS e(value)\n")
        .sql("CROSS JOIN LATERAL (SELECT (l.value::numeric + q.seqincrement::numeric ")
        .sql("* pg_catalog.div(e.value - l.value::numeric, q.seqincrement::numeric))::bigint) AS m(value)\n")
        .sql("WHERE (CASE WHEN q.seqincrement > 0::bigint THEN e.value > l.value::numeric ELSE e.value < l.value::numeric END\n")
        .sql("  OR NOT l.called AND e.value = l.value::numeric)");
}
