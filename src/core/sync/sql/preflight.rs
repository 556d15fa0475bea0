//! Questions about values that would be written: does a type accept them, does a condition hold.

use super::{
    column_text,
    fields::Fields,
    hash::Term,
    leaf::equals,
    read::{Side, lists},
};
use crate::core::{
    name::{ident, literal},
    sync::{
        preflight::{CheckQuestion, InputQuestion, UniqueQuestion},
        shape::Shape,
    },
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

/// The rows of the target that hold the passed values, one list of texts for each flat value: the place in the lists, from
/// 1, the row's locator and its key.
pub fn holders(shape: &Shape, question: &UniqueQuestion) -> String {
    let fields = Fields::of(shape, Side::Target, false);
    let mut on: Vec<String> = Vec::new();
    for term in &question.terms {
        match term {
            Term::Column(at) => {
                let column = &shape.columns[*at];
                let (value, other) = (format!("t.{}", ident(&column.name)), format!("w.c{}", on.len()));
                on.push(equals(&value, &column.cast, &other, question.nulls_equal));
            }
            Term::Reference(at) => {
                for leaf in &fields.references[*at].leaves {
                    on.push(format!("{leaf} = w.c{}", on.len()));
                }
            }
        }
    }
    let locator = shape.locator.iter().map(|name| column_text(shape, "t", name));
    let selected: Vec<_> = locator.chain(fields.key.iter().cloned()).collect();
    format!(
        "SELECT w.n::text, {} FROM {} AS t{} JOIN {} ON {}",
        selected.join(", "),
        fields.from,
        fields.joins,
        lists(on.len()),
        on.join(" AND ")
    )
}
