//! Shapes → the queries that read rows, keys and facts about them.

use std::fmt::Write as _;

use super::{cast, from_only, only};
use crate::core::{
    name::{QName, ident},
    sync::{
        row::{Key, Row},
        shape::{Part, Reference, Role, Shape},
    },
};

/// Which columns are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// Only what may leave the source.
    Source,
    /// Everything that a guard or a before-image needs.
    Target,
}

/// A query with the way back from its fields to a [`Row`].
#[derive(Debug, Clone)]
pub struct Query {
    /// The SQL text.
    pub text: String,
    columns: Vec<usize>,
    width: usize,
    references: Vec<usize>,
}

impl Query {
    /// One result row, every field as text.
    pub fn decode(&self, fields: &[Option<&str>]) -> Row {
        let mut fields = fields.iter().map(|field| field.map(str::to_owned));
        let mut next = || fields.next().flatten();
        let in_scope = next().as_deref() == Some("t");
        let mut columns = vec![None; self.width];
        for &at in &self.columns {
            columns[at] = next();
        }
        let references = self
            .references
            .iter()
            .map(|leaves| {
                let there = next().as_deref() == Some("t");
                let key: Vec<_> = (0..*leaves).map(|_| next()).collect();
                there.then_some(Key(key))
            })
            .collect();
        Row { columns, references, in_scope }
    }
}

/// Reads a table through its shape. The source is limited to its `where`; the target is read whole,
/// because a row outside the condition may still hold a key.
pub fn read(shape: &Shape, side: Side) -> Query {
    let filter = shape.filter.as_ref();
    let from = match (side, filter) {
        // The line break ends a comment that the condition may close with.
        (Side::Source, Some(filter)) => format!("(SELECT *, true AS {SCOPE} FROM {} WHERE ({filter}\n))", only(shape)),
        (Side::Target, Some(filter)) => format!("(SELECT *, ({filter}\n) IS TRUE AS {SCOPE} FROM {})", only(shape)),
        (_, None) => only(shape),
    };
    let scope = if filter.is_some() { format!("t.{SCOPE}::text") } else { "'t'".to_owned() };
    select(shape, side, &from, &format!("left({scope}, 1)"), "")
}

/// Reads and locks the rows of a target whose locators are passed as one text array per locator column.
pub fn read_located(shape: &Shape, lock: bool) -> Query {
    let condition: Vec<_> = shape
        .locator
        .iter()
        .enumerate()
        .map(|(at, name)| {
            // Only a table without a primary key is found by columns that may be NULL.
            let nullable = shape.column(name).is_some_and(|column| !column.not_null);
            let equals = if nullable { "IS NOT DISTINCT FROM" } else { "=" };
            format!("t.{} {equals} w.c{at}::{}", ident(name), cast(shape, name))
        })
        .collect();
    let arrays: Vec<_> = (1..=shape.locator.len()).map(|at| format!("${at}::text[]")).collect();
    let names: Vec<_> = (0..shape.locator.len()).map(|at| format!("c{at}")).collect();
    let wanted =
        format!(" JOIN unnest({}) AS w({}) ON {}", arrays.join(", "), names.join(", "), condition.join(" AND "));
    let mut query = select(shape, Side::Target, &only(shape), "'t'", &wanted);
    if lock {
        query.text.push_str(" FOR UPDATE OF t");
    }
    query
}

/// Every key of the table that `reference` points to, with how often it occurs.
pub fn parent_keys(reference: &Reference) -> String {
    let mut joins = Joins::default();
    let mut fields = Vec::new();
    joins.key(&reference.key, "t", &mut fields);
    format!("SELECT {} FROM {} AS t{}", fields.join(", "), parent_table(reference), joins.text)
}

const SCOPE: &str = "pgdeck_in_scope";

fn select(shape: &Shape, side: Side, from: &str, scope: &str, wanted: &str) -> Query {
    let read = |role: Role| match side {
        Side::Source => role.travels(),
        Side::Target => role != Role::Generated,
    };
    let columns: Vec<usize> = (0..shape.columns.len()).filter(|&at| read(shape.columns[at].role)).collect();
    let mut fields = vec![scope.to_owned()];
    fields.extend(columns.iter().map(|&at| format!("t.{}::text", ident(&shape.columns[at].name))));
    let mut joins = Joins::default();
    for reference in &shape.references {
        // A value that points to no row is not NULL: it gives a key of NULLs, which no parent has.
        let there: Vec<_> = shape.owned(reference).map(|name| format!("t.{} IS NOT NULL", ident(name))).collect();
        fields.push(format!("left(({})::text, 1)", there.join(" OR ")));
        joins.reference(reference, "t", &mut fields);
    }
    Query {
        text: format!("SELECT {} FROM {from} AS t{wanted}{}", fields.join(", "), joins.text),
        columns,
        width: shape.columns.len(),
        references: shape.references.iter().map(Reference::leaves).collect(),
    }
}

fn parent_table(reference: &Reference) -> String {
    from_only(reference.partitioned, &reference.table)
}

#[derive(Default)]
struct Joins {
    text: String,
    count: usize,
}

impl Joins {
    fn reference(&mut self, reference: &Reference, child: &str, fields: &mut Vec<String>) {
        self.count += 1;
        let alias = format!("r{}", self.count);
        let on: Vec<_> = reference
            .columns
            .iter()
            .zip(&reference.referenced)
            .map(|(column, referenced)| format!("{alias}.{} = {child}.{}", ident(referenced), ident(column)))
            .collect();
        // Writing to a string does not fail.
        let _ = write!(self.text, " LEFT JOIN {} AS {alias} ON {}", parent_table(reference), on.join(" AND "));
        self.key(&reference.key, &alias, fields);
    }

    fn key(&mut self, key: &[Part], alias: &str, fields: &mut Vec<String>) {
        for part in key {
            match part {
                Part::Column { name, .. } => fields.push(format!("{alias}.{}::text", ident(name))),
                Part::Reference(reference) => self.reference(reference, alias, fields),
            }
        }
    }
}

/// Counts, for each row of `parent` passed as arrays of referenced values, the rows that point to it.
pub fn children(child: &QName, columns: &[String], casts: &[&str]) -> String {
    let arrays: Vec<_> = (1..=columns.len()).map(|at| format!("${at}::text[]")).collect();
    let names: Vec<_> = (0..columns.len()).map(|at| format!("c{at}")).collect();
    let on: Vec<_> = columns
        .iter()
        .zip(casts)
        .enumerate()
        .map(|(at, (name, cast))| format!("t.{} = w.c{at}::{cast}", ident(name)))
        .collect();
    format!(
        "SELECT w.n::text, count(*)::text FROM unnest({}) WITH ORDINALITY AS w({}, n) JOIN {} AS t ON {} GROUP BY w.n",
        arrays.join(", "),
        names.join(", "),
        child.sql(),
        on.join(" AND ")
    )
}

/// Asks the server which pairs of texts are equal by `operator`, the type's own.
pub fn representation(cast: &str, operator: &str) -> String {
    format!(
        "SELECT (w.a::{cast} {operator} w.b::{cast})::text FROM unnest($1::text[], $2::text[]) WITH ORDINALITY AS w(a, b, n) ORDER BY w.n"
    )
}
