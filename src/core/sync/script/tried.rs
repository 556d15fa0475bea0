//! Statements between which unique values move, for an SQL editor: a block that tries them in their order. What the
//! server refuses because a value is taken waits until its holder has left it; where holders wait for each other, one of
//! them waits on another value.

use std::{collections::BTreeMap, fmt::Write as _};

use super::driver::{DECLARED, DRIVER};
use crate::core::{
    name::literal,
    sync::{
        plan::{Assignment, NewValue},
        row::Value,
        script::tag,
        shape::{Role, Shape},
        sql::{self, Nulls},
    },
};

/// One statement that is tried.
#[derive(Debug, Clone, Default)]
pub(in crate::core::sync) struct Tried {
    /// The row, as people know it.
    pub name: String,
    /// The rows without which it cannot go.
    pub needs: Vec<String>,
    /// What runs.
    pub statement: String,
    /// The table as in FROM, where the row may wait on another value.
    pub table: String,
    /// The condition that finds the row `t` there.
    pub row: String,
    /// What runs once it waits; the same where this is empty.
    pub parked: String,
    /// The condition that finds the row once it waits; `row` where this is empty.
    pub waiting: String,
    /// What single columns of the row are to hold in the end.
    pub wanted: Vec<Piece>,
}

/// What one column of a row is to hold in the end.
#[derive(Debug, Clone)]
pub(in crate::core::sync) struct Piece {
    column: String,
    /// As SQL.
    value: String,
    /// Whether it is found by way of another row, which has to be there.
    parent: bool,
}

/// Longer values are not written a second time: a row that waits holds them back as a whole.
const MAX_PIECE: usize = 4_000;

/// What `assignments` say of each of `columns`.
pub(in crate::core::sync) fn pieces<'a>(
    shape: &Shape,
    assignments: impl Iterator<Item = &'a Assignment>,
    columns: &[&str],
    spelled: fn(&sql::Statement) -> String,
) -> Vec<Piece> {
    let written = assignments.flat_map(|assignment| sql::written(shape, assignment));
    let pieces = written.filter(|(_, _, name)| columns.contains(name)).map(|(assignment, at, name)| {
        let mut value = sql::Statement::default();
        sql::assigned(&mut value, shape, assignment, at);
        let parent = matches!(assignment.value, NewValue::Parent(_));
        Piece { column: name.to_owned(), value: spelled(&value), parent }
    });
    pieces.filter(|piece| piece.value.len() <= MAX_PIECE).collect()
}

/// A column on whose values rows may wait.
#[derive(Debug, Clone)]
pub(in crate::core::sync) struct Way {
    /// The index that a row makes room in.
    rule: String,
    table: String,
    column: String,
    /// What the column holds, as text.
    text: String,
    update: String,
    condition: String,
    candidates: [String; 2],
}

/// Stands for the condition that finds the row.
const ROW: &str = "pgdeck_this_row";

/// The columns of `shape` on whose values rows may wait: of `usable` those that one of its `rules` is about. `news` are values
/// that rows get there.
pub(in crate::core::sync) fn ways(
    shape: &Shape,
    (rules, usable): (&[usize], &[&str]),
    news: &BTreeMap<&str, Vec<Value>>,
    spelled: fn(&sql::Statement) -> String,
) -> Vec<Way> {
    let mut out: Vec<((bool, bool), Way)> = Vec::new();
    for unique in rules.iter().map(|rule| &shape.uniques[*rule]) {
        for column in unique.columns.iter().filter(|column| usable.contains(&column.name.as_str())) {
            let nulls = if unique.nulls_equal { Nulls::Last } else { Nulls::First };
            let given = news.get(column.name.as_str()).map_or(&[][..], Vec::as_slice);
            let own = if unique.columns.len() > 1 || column.predicate { given } else { &[] };
            let candidates = [true, false]
                .map(|typed| spelled(&sql::candidates(shape, column, own, (nulls, typed), &|out| _ = out.sql(ROW))));
            let (update, condition) = sql::parked_from(shape, &column.name, ROW);
            let foreign = shape.column(&column.name).is_some_and(|c| matches!(c.role, Role::Foreign | Role::Local));
            let (rule, table) = (unique.name.clone(), sql::only(shape));
            out.push((
                (foreign, column.predicate),
                Way {
                    rule,
                    table,
                    column: column.name.clone(),
                    text: sql::column_text(shape, "t", &column.name),
                    update,
                    condition: spelled(&condition),
                    candidates,
                },
            ));
        }
    }
    out.sort_by_key(|(order, _)| *order);
    out.into_iter().map(|(_, way)| way).collect()
}

/// A block of PL/pgSQL that tries `rows`, each of which comes after what it needs.
///
/// `whole` says that each of them that changes or removes rows says where these are, so that any other row stays.
pub(in crate::core::sync) fn block(rows: &[Tried], ways: &[Way], whole: bool) -> String {
    let mut out = format!(
        "DECLARE\n  pgdeck_whole pg_catalog.bool := {whole};\n  pgdeck_limit pg_catalog.int4 := {};\n",
        TRIES + TRIES_EACH * rows.len()
    );
    out.push_str(DECLARED);
    out.push_str("pgdeck_ways := ARRAY[\n");
    // Writing to a string does not fail.
    for (at, way) in ways.iter().enumerate() {
        let comma = if at + 1 < ways.len() { "," } else { "" };
        let [typed, plain] = &way.candidates;
        // Names are compared to the letter, statements are read.
        let (table, rule, text) = (literal(&way.table), literal(&way.rule), literal(&way.text));
        let texts = [way.update.as_str(), &way.condition, typed, plain].map(quoted);
        let _ = writeln!(out, "ARRAY[{table}, {}, {rule}, {text}]{comma}", texts.join(", "));
    }
    out.push_str("]::text[];\npgdeck_rows := ARRAY[\n");
    for (at, row) in rows.iter().enumerate() {
        let comma = if at + 1 < rows.len() { "," } else { "" };
        let needs: Vec<_> = row.needs.iter().map(|name| element(name)).collect();
        let needs = format!("{{{}}}", needs.join(","));
        let head = [row.name.as_str(), &needs].map(literal);
        let waiting = if row.waiting.is_empty() { &row.row } else { &row.waiting };
        let tail = [row.row.as_str(), &row.parked, waiting].map(quoted);
        let _ = write!(out, "-- {}\nARRAY[{}, ", row.name, head.join(", "));
        let wanted = quoted(&wanted(row, ways));
        let _ =
            writeln!(out, "{}, {}, {}, {wanted}]{comma}", quoted(&row.statement), literal(&row.table), tail.join(", "));
    }
    out.push_str("]::text[];\n");
    out.push_str(DRIVER);
    out
}

/// A text between dollars, on lines of its own where it has several.
fn quoted(text: &str) -> String {
    if !text.contains('\n') && !text.contains('\'') && !text.contains('\\') {
        return literal(text);
    }
    let tag = tag(text);
    format!("{tag}\n{text}\n{tag}")
}

/// What columns of `row` are to hold, as SQL for an array: the number of a way, the value as SQL, and whether it is found by
/// way of another row.
fn wanted(row: &Tried, ways: &[Way]) -> String {
    let pieces = row.wanted.iter().filter_map(|piece| {
        let way = ways.iter().position(|way| way.table == row.table && way.column == piece.column)?;
        Some(format!("'{}', {}, '{}'", way + 1, quoted(&piece.value), u8::from(piece.parent)))
    });
    let pieces: Vec<_> = pieces.collect();
    if pieces.is_empty() { String::new() } else { format!("ARRAY[{}]", pieces.join(", ")) }
}

fn element(name: &str) -> String {
    format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
}

/// How many values are tried until a row goes through, or all is given up: some, and more for each row.
const TRIES: usize = 5_000;
const TRIES_EACH: usize = 10;
