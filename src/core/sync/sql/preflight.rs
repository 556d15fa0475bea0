//! Questions about values that would be written: does a type accept them, does a condition hold.

use super::read::lists;
use crate::core::{
    name::{ident, literal},
    sync::preflight::{CheckQuestion, InputQuestion},
};

/// Which of the passed texts the type refuses, without an error (PostgreSQL 16: `pg_input_is_valid`).
pub fn refused_inputs(question: &InputQuestion) -> String {
    format!(
        "SELECT w.v FROM unnest($1::text[]) AS w(v) WHERE NOT pg_catalog.pg_input_is_valid(w.v, {})",
        literal(&question.kind)
    )
}

/// An error where the type refuses one of the passed texts.
pub fn cast_inputs(question: &InputQuestion) -> String {
    format!("SELECT count(w.v::{})::text FROM unnest($1::text[]) AS w(v)", question.kind)
}

/// The places, from 1, of the rows that fail the condition; one list of texts for each of its columns.
pub fn failing_rows(question: &CheckQuestion) -> String {
    let columns = question.columns.iter().enumerate();
    let columns: Vec<_> = columns.map(|(at, (name, kind))| format!("w.c{at}::{kind} AS {}", ident(name))).collect();
    let table = ident(&question.name.name);
    let mut rows = format!("SELECT w.n AS pgdeck_row, {} FROM {}", columns.join(", "), lists(question.columns.len()));
    // Expressions name their columns as they are; the line break ends a comment in them.
    for (name, kind, expression) in &question.generated {
        rows = format!("SELECT {table}.*, ({expression}\n)::{kind} AS {} FROM ({rows}) AS {table}", ident(name));
    }
    format!("SELECT pgdeck_row::text FROM ({rows}) AS {table} WHERE ({}\n) IS FALSE", question.expression)
}
