//! Shapes and steps → SQL. Identifiers pass `core::name`, values are parameters.

use std::{collections::BTreeMap, fmt::Write as _};

use super::{
    plan::{Assignment, NewValue, Operation, Step},
    row::{Key, Row, Value},
    shape::{Child, Part, Reference, Role, Shape, ShapeColumn},
};
use crate::core::{
    name::{QName, ident, literal, literal_lines},
    schema::Origin,
};

/// A statement with its parameters in place, so that what is shown is what runs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Statement {
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Sql(String),
    Value(Value),
}

impl Statement {
    fn sql(&mut self, text: impl AsRef<str>) -> &mut Self {
        match self.pieces.last_mut() {
            Some(Piece::Sql(last)) => last.push_str(text.as_ref()),
            _ => self.pieces.push(Piece::Sql(text.as_ref().to_owned())),
        }
        self
    }

    /// A value, cast to `cast` by the server.
    fn value(&mut self, value: &Value, cast: &str) -> &mut Self {
        self.pieces.push(Piece::Value(value.clone()));
        self.sql(format!("::{cast}"))
    }

    /// The text with `$1`, `$2`, … for its values.
    pub fn text(&self) -> String {
        let mut number = 0;
        let piece = |piece: &Piece| match piece {
            Piece::Sql(text) => text.clone(),
            Piece::Value(_) => {
                number += 1;
                format!("${number}")
            }
        };
        self.pieces.iter().map(piece).collect()
    }

    /// The values, all of type text.
    pub fn parameters(&self) -> Vec<Option<&str>> {
        let value = |piece: &'_ Piece| matches!(piece, Piece::Value(_));
        self.pieces
            .iter()
            .filter(|piece| value(piece))
            .map(|piece| match piece {
                Piece::Value(value) => value.as_deref(),
                Piece::Sql(_) => None,
            })
            .collect()
    }

    /// The text with literals for its values: for people to read, and to run by hand.
    pub fn script(&self) -> String {
        self.spelled(literal)
    }

    /// The same with values whose line breaks are escapes.
    pub(super) fn seed(&self) -> String {
        self.spelled(literal_lines)
    }

    fn spelled(&self, literal: fn(&str) -> String) -> String {
        let piece = |piece: &Piece| match piece {
            Piece::Sql(text) => text.clone(),
            Piece::Value(None) => "NULL".to_owned(),
            Piece::Value(Some(value)) => literal(value),
        };
        self.pieces.iter().map(piece).collect()
    }
}

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

/// An ordinary table without what inherits from it; a partitioned one with its partitions.
pub(super) fn only(shape: &Shape) -> String {
    from_only(shape.partitioned, &shape.table)
}

fn parent_table(reference: &Reference) -> String {
    from_only(reference.partitioned, &reference.table)
}

fn from_only(partitioned: bool, table: &QName) -> String {
    format!("{}{}", if partitioned { "" } else { "ONLY " }, table.sql())
}

fn cast<'a>(shape: &'a Shape, column: &str) -> &'a str {
    shape.column(column).map_or("text", |column| &column.cast)
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

/// The statement of one step. It changes exactly one row, or its plan is rolled back.
pub fn statement(shape: &Shape, step: &Step) -> Statement {
    let mut out = Statement::default();
    match step.operation {
        Operation::Insert => insert(&mut out, shape, step),
        Operation::Update => update(&mut out, shape, step),
        Operation::Delete => {
            out.sql(format!("DELETE FROM {} AS t", only(shape)));
            guards(&mut out, shape, step);
            childless(&mut out, shape, shape.children.iter());
        }
    }
    returning(&mut out, shape);
    out
}

fn insert(out: &mut Statement, shape: &Shape, step: &Step) {
    let written: Vec<_> = step.set.iter().flat_map(|assignment| written(shape, assignment)).collect();
    let columns: Vec<_> = written.iter().map(|(_, _, name)| ident(name)).collect();
    out.sql(format!("INSERT INTO {} AS t ({})", shape.table.sql(), columns.join(", ")));
    let given = |column: &ShapeColumn| written.iter().any(|(_, _, name)| column.name == **name);
    if shape.columns.iter().any(|column| column.origin == Origin::IdentityAlways && given(column)) {
        out.sql(" OVERRIDING SYSTEM VALUE");
    }
    out.sql("\nSELECT ");
    for (number, (assignment, at, _)) in written.iter().enumerate() {
        out.sql(if number > 0 { ", " } else { "" });
        assigned(out, shape, assignment, *at);
    }
    out.sql(format!("\nWHERE NOT EXISTS (SELECT FROM {} AS t WHERE ", only(shape)));
    key_condition(out, &shape.key, "t", &mut step.key.0.iter());
    out.sql(")");
}

fn update(out: &mut Statement, shape: &Shape, step: &Step) {
    out.sql(format!("UPDATE {} AS t SET ", only(shape)));
    let written: Vec<_> = step.set.iter().flat_map(|assignment| written(shape, assignment)).collect();
    for (number, (assignment, at, name)) in written.iter().enumerate() {
        out.sql(if number > 0 { ", " } else { "" }).sql(ident(name)).sql(" = ");
        assigned(out, shape, assignment, *at);
    }
    guards(out, shape, step);
    let names: Vec<_> = written.iter().map(|(_, _, name)| *name).collect();
    childless(out, shape, shape.children_by(&names).map(|(_, child)| child));
}

/// The columns that `assignment` writes, each with its place in it: not those that the server makes, and of a
/// wide foreign key not those that belong to a narrower one.
pub(super) fn written<'a>(
    shape: &'a Shape,
    assignment: &'a Assignment,
) -> impl Iterator<Item = (&'a Assignment, usize, &'a str)> {
    let wide = shape.references.iter().find(|r| r.columns.len() > 1 && r.columns == assignment.columns);
    let others = move |name: &String| wide.is_some_and(|wide| !shape.owned(wide).any(|owned| owned == name));
    let made = |name: &String| shape.column(name).is_some_and(|column| column.origin == Origin::Generated);
    let columns = assignment.columns.iter().enumerate().filter(move |(_, name)| !others(name) && !made(name));
    columns.map(move |(at, name)| (assignment, at, name.as_str()))
}

fn returning(out: &mut Statement, shape: &Shape) {
    let locator: Vec<_> = shape.locator.iter().map(|name| format!("t.{}::text", ident(name))).collect();
    out.sql(format!("\nRETURNING {}", locator.join(", ")));
}

fn guards(out: &mut Statement, shape: &Shape, step: &Step) {
    out.sql("\nWHERE ");
    for (at, (name, value)) in shape.locator.iter().zip(&step.locator).enumerate() {
        out.sql(if at > 0 { " AND " } else { "" });
        match value {
            Some(_) => out.sql(format!("t.{} = ", ident(name))).value(value, cast(shape, name)),
            None => out.sql(format!("t.{} IS NULL", ident(name))),
        };
    }
    for (name, value) in step.guard.iter().filter(|(name, _)| !shape.locator.contains(name)) {
        out.sql(" AND ");
        guard(out, name, value);
    }
}

/// A row that goes, or changes what others point to, takes nothing with it: no cascade may reach a row that was not
/// reviewed.
fn childless<'a>(out: &mut Statement, shape: &Shape, children: impl Iterator<Item = &'a Child>) {
    for child in children {
        let columns = child.columns.iter().zip(&child.referenced);
        let on: Vec<_> =
            columns.map(|(column, referenced)| format!("c.{} = t.{}", ident(column), ident(referenced))).collect();
        out.sql(format!("\n  AND NOT EXISTS (SELECT FROM {} AS c WHERE {}", child.table.sql(), on.join(" AND ")));
        if child.table == shape.table {
            // A row that points to itself goes with itself.
            let row = |alias: &str| -> Vec<String> {
                shape.locator.iter().map(|name| format!("{alias}.{}", ident(name))).collect()
            };
            out.sql(format!(" AND ROW({}) IS DISTINCT FROM ROW({})", row("c").join(", "), row("t").join(", ")));
        }
        out.sql(")");
    }
}

/// Compared as text: exact for every type, also those without an equality operator.
fn guard(out: &mut Statement, name: &str, value: &Value) {
    match value {
        None => out.sql(format!("t.{} IS NULL", ident(name))),
        Some(_) => out.sql(format!("t.{}::text = ", ident(name))).value(value, "text"),
    };
}

pub(super) fn assigned(out: &mut Statement, shape: &Shape, assignment: &Assignment, at: usize) {
    match &assignment.value {
        NewValue::Value(value) => {
            out.value(value, cast(shape, &assignment.columns[at]));
        }
        NewValue::Parent(key) => {
            let reference = shape.references.iter().find(|reference| reference.columns == assignment.columns);
            if let Some(reference) = reference {
                parent(out, reference, at, &mut key.0.iter(), 1);
            }
        }
    }
}

/// `(SELECT p.id FROM plans AS p WHERE p.key = 'pro')`: fails by itself when the key stands for several rows.
fn parent<'a>(
    out: &mut Statement,
    reference: &Reference,
    at: usize,
    leaves: &mut impl Iterator<Item = &'a Value>,
    depth: usize,
) {
    let alias = format!("p{depth}");
    out.sql(format!(
        "(SELECT {alias}.{} FROM {} AS {alias} WHERE ",
        ident(&reference.referenced[at]),
        parent_table(reference)
    ));
    condition(out, &reference.key, &alias, leaves, depth + 1);
    out.sql(")");
}

fn key_condition<'a>(out: &mut Statement, key: &[Part], alias: &str, leaves: &mut impl Iterator<Item = &'a Value>) {
    condition(out, key, alias, leaves, 1);
}

fn condition<'a>(
    out: &mut Statement,
    key: &[Part],
    alias: &str,
    leaves: &mut impl Iterator<Item = &'a Value>,
    depth: usize,
) {
    for (number, part) in key.iter().enumerate() {
        out.sql(if number > 0 { " AND " } else { "" });
        match part {
            Part::Column { name, cast } => match leaves.next() {
                Some(value @ Some(_)) => {
                    out.sql(format!("{alias}.{} = ", ident(name))).value(value, cast);
                }
                _ => {
                    out.sql(format!("{alias}.{} IS NULL", ident(name)));
                }
            },
            Part::Reference(reference) => {
                let values: Vec<Value> = leaves.take(reference.leaves()).cloned().collect();
                reference_condition(out, reference, alias, &values, depth);
            }
        }
    }
}

fn reference_condition(out: &mut Statement, reference: &Reference, alias: &str, values: &[Value], depth: usize) {
    for (at, column) in reference.columns.iter().enumerate() {
        out.sql(if at > 0 { " AND " } else { "" });
        if values.iter().all(Option::is_none) {
            out.sql(format!("{alias}.{} IS NULL", ident(column)));
        } else {
            out.sql(format!("{alias}.{} = ", ident(column)));
            parent(out, reference, at, &mut values.iter(), depth);
        }
    }
}

/// The condition that holds for the row `t` with this key.
pub(super) fn found(shape: &Shape, key: &Key) -> Statement {
    let mut out = Statement::default();
    key_condition(&mut out, &shape.key, "t", &mut key.0.iter());
    out
}

/// Whether the parent with this key is there.
pub(super) fn exists(reference: &Reference, key: &Key) -> Statement {
    let mut out = Statement::default();
    out.sql(format!("EXISTS (SELECT FROM {} AS t WHERE ", parent_table(reference)));
    key_condition(&mut out, &reference.key, "t", &mut key.0.iter());
    out.sql(")");
    out
}

/// The condition that holds once `step` has been carried out.
pub fn reached(shape: &Shape, step: &Step) -> Statement {
    let mut out = Statement::default();
    let not = if step.operation == Operation::Delete { "NOT " } else { "" };
    out.sql(format!("{not}EXISTS (SELECT FROM {} AS t WHERE ", only(shape)));
    key_condition(&mut out, &shape.key, "t", &mut step.key.0.iter());
    for (assignment, at, name) in step.set.iter().flat_map(|assignment| written(shape, assignment)) {
        out.sql(" AND ");
        match &assignment.value {
            NewValue::Value(value @ Some(_)) if REWRITTEN.contains(&cast(shape, name)) => {
                out.sql(format!("t.{} = ", ident(name))).value(value, cast(shape, name));
            }
            NewValue::Value(value) => guard(&mut out, name, value),
            NewValue::Parent(_) => {
                out.sql(format!("t.{} = ", ident(name)));
                assigned(&mut out, shape, assignment, at);
            }
        }
    }
    out.sql(")");
    out
}

/// Types that may write the same value in another way than they were given it: `2.5` into `numeric(8,2)`.
const REWRITTEN: &[&str] = &["numeric", "real", "double precision", "interval", "jsonb"];

/// Moves the row of `step` out of the way of unique values that other rows need.
pub fn park(shape: &Shape, step: &Step, places: &BTreeMap<String, Value>) -> Statement {
    let mut out = Statement::default();
    out.sql(format!("UPDATE {} AS t SET ", only(shape)));
    for (at, (column, value)) in places.iter().enumerate() {
        out.sql(if at > 0 { ", " } else { "" }).sql(format!("{} = ", ident(column))).value(value, cast(shape, column));
    }
    guards(&mut out, shape, step);
    let names: Vec<_> = places.keys().map(String::as_str).collect();
    childless(&mut out, shape, shape.children_by(&names).map(|(_, child)| child));
    returning(&mut out, shape);
    out
}

/// Moves the sequence behind `column` past every value that the table holds now, never back; nothing where there is
/// no sequence. Without it the application's next insert would meet an id that a plan has brought along.
pub fn advance(shape: &Shape, column: &str) -> Statement {
    let mut out = Statement::default();
    out.sql("SELECT setval(s.name, m.value)\nFROM pg_get_serial_sequence(")
        .value(&Some(shape.table.sql()), "text")
        .sql(", ")
        .value(&Some(column.to_owned()), "text")
        .sql(") AS s(name), ")
        .sql(format!("(SELECT max(t.{})::bigint FROM {} AS t) AS m(value)", ident(column), shape.table.sql()))
        .sql("\nWHERE s.name IS NOT NULL AND m.value > coalesce(pg_sequence_last_value(s.name::regclass), 0)");
    out
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
