//! What has to happen, worked out from the generator's own model and from nothing of pgdeck's.

use std::collections::{BTreeMap, BTreeSet};

use pgdeck::core::sync::diff::Change;

use crate::{
    data::{Row, Side, meet, show},
    schema::{Column, Kind, Table},
    types::class,
};

/// A row: the number of its table, and its key.
pub type At = (usize, String);

/// What differs, by row.
pub type Differences = BTreeMap<At, Change>;

/// Whether two texts are the same value of the column.
fn same_value(column: &Column, one: Option<&String>, two: Option<&String>) -> bool {
    match column.kind {
        Kind::Value(kind) => one == two || one.map(|text| class(kind, text)) == two.map(|text| class(kind, text)),
        _ if column.word == "citext" => one.map(|t| t.to_ascii_lowercase()) == two.map(|t| t.to_ascii_lowercase()),
        _ => one == two,
    }
}

/// Whether two sides hold the same, written in whatever way.
pub fn same(tables: &[Table], one: &Side, two: &Side) -> bool {
    let row = |table: &Table, one: &Row, two: &Row| {
        let columns = table.columns.iter().zip(one.iter().zip(two));
        columns.into_iter().all(|(column, (one, two))| same_value(column, one.as_ref(), two.as_ref()))
    };
    tables.iter().zip(one.iter().zip(two)).all(|(table, (one, two))| {
        one.len() == two.len() && one.iter().all(|(key, one)| two.get(key).is_some_and(|two| row(table, one, two)))
    })
}

/// The columns in which two rows of one key differ, and whether that is more than a way of writing.
fn columns(table: &Table, source: &Row, target: &Row) -> Vec<(usize, bool)> {
    let compared = table.columns.iter().enumerate().filter(|(_, column)| column.kind != Kind::Never);
    compared
        .filter(|(at, _)| source[*at] != target[*at])
        .map(|(at, column)| (at, !same_value(column, source[at].as_ref(), target[at].as_ref())))
        .collect()
}

pub fn differences(tables: &[Table], source: &Side, target: &Side, deletes: bool) -> Differences {
    let mut out = BTreeMap::new();
    for (at, table) in tables.iter().enumerate().filter(|(_, table)| !table.is_mixed()) {
        for (key, row) in &source[at] {
            let change = target[at].get(key).map(|old| columns(table, row, old));
            let change = match change {
                None => Change::Insert,
                Some(columns) if columns.is_empty() => continue,
                Some(columns) if columns.iter().all(|(_, really)| !really) => Change::Representation,
                Some(_) => Change::Update,
            };
            out.insert((at, key.clone()), change);
        }
        for key in target[at].keys().filter(|key| deletes && !source[at].contains_key(*key)) {
            out.insert((at, key.clone()), Change::Delete);
        }
    }
    out
}

/// Every reference of a side: the row that holds it, and the row that it leads to.
fn references(tables: &[Table], side: &Side) -> Vec<(At, At)> {
    held(tables, side).into_iter().map(|(child, _, parent)| (child, parent)).collect()
}

/// The same, with the column that holds it.
fn held(tables: &[Table], side: &Side) -> Vec<(At, usize, At)> {
    let mut out = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        for (key, row) in &side[at] {
            for (number, (column, value)) in table.columns.iter().zip(row).enumerate() {
                match (column.kind, value) {
                    (Kind::Parent(to), Some(value)) => out.push(((at, key.clone()), number, (to, value.clone()))),
                    (Kind::Part(to, 0), Some(_)) if row[number + 1].is_some() => {
                        let parent = show(&row[number..number + 2]);
                        out.push(((at, key.clone()), number, (to, parent)));
                    }
                    _ => {}
                }
            }
        }
    }
    out
}

/// What must not happen: a delete where something points to the row that does not go with it, and a new way of writing
/// the key that something points to. Where a table has foreign keys on some of its partitions, its rows may point to one;
/// `doubtful` says that they do.
pub fn blocked(
    tables: &[Table],
    source: &Side,
    target: &Side,
    found: &Differences,
    watched: Option<&String>,
    doubtful: bool,
) -> BTreeSet<At> {
    let mut references = held(tables, target);
    references.retain(|((table, _), ..)| doubtful || !tables[*table].is_mixed());
    let mut blocked: BTreeSet<At> = references
        .iter()
        .filter_map(|((child, _), column, at)| {
            let by_key = matches!(tables[*child].columns[*column].kind, Kind::Part(..));
            let looks = by_key && found.get(at) == Some(&Change::Representation);
            let rewritten = || columns(&tables[at.0], &source[at.0][&at.1], &target[at.0][&at.1]);
            (looks && rewritten().iter().any(|(column, _)| *column < tables[at.0].key)).then(|| at.clone())
        })
        .collect();
    // A row that is pointed elsewhere first does not hold its old parent.
    references.retain(|((table, key), column, (_, parent))| {
        found.get(&(*table, key.clone())) != Some(&Change::Update)
            || source[*table].get(key).is_none_or(|row| match tables[*table].columns[*column].kind {
                Kind::Part(..) => show(&row[*column..*column + 2]) == *parent,
                _ => row[*column].as_ref() == Some(parent),
            })
    });
    let goes = |blocked: &BTreeSet<At>, at: &At| found.get(at) == Some(&Change::Delete) && !blocked.contains(at);
    loop {
        let held = references.iter().find(|(child, _, parent)| goes(&blocked, parent) && !goes(&blocked, child));
        let watched = watched.map(|key| (0, key.clone())).filter(|at| goes(&blocked, at));
        let Some(next) = held.map(|(_, _, parent)| parent.clone()).or(watched) else { return blocked };
        blocked.insert(next);
    }
}

/// Whether the chosen inserts, or the chosen deletes, point to each other in a circle.
pub fn circle(tables: &[Table], source: &Side, target: &Side, found: &Differences, chosen: &BTreeSet<At>) -> bool {
    let turns = |side, change| {
        let moves = |at: &At| chosen.contains(at) && found.get(at) == Some(&change);
        let mut edges = references(tables, side);
        edges.retain(|(child, parent)| moves(child) && moves(parent) && (change == Change::Insert || child != parent));
        loop {
            let children: BTreeSet<At> = edges.iter().map(|(child, _)| child.clone()).collect();
            let before = edges.len();
            edges.retain(|(_, parent)| children.contains(parent));
            if edges.len() == before {
                return before > 0;
            }
        }
    };
    turns(source, Change::Insert) || turns(target, Change::Delete)
}

/// What the target holds once the chosen rows went over, without the columns that were left out.
pub fn result(
    tables: &[Table],
    source: &Side,
    target: &Side,
    found: &Differences,
    chosen: &BTreeSet<At>,
    left_out: &BTreeSet<(At, String)>,
) -> Side {
    let mut out = target.clone();
    for at in chosen {
        let (number, key) = at;
        let (table, rows) = (&tables[*number], &mut out[*number]);
        match found[at] {
            Change::Delete => _ = rows.remove(key),
            Change::Insert => {
                let columns = table.columns.iter().zip(&source[*number][key]);
                let values = columns.map(|(column, value)| value.clone().filter(|_| column.kind != Kind::Never));
                rows.insert(key.clone(), values.collect());
            }
            change => {
                let (from, to) = (&source[*number][key], rows.get_mut(key).unwrap());
                for (column, really) in columns(table, from, to) {
                    let (column_of, together) = (table.columns[column].name, table.columns[column].together());
                    let out = [column_of, together].iter().any(|n| left_out.contains(&(at.clone(), (*n).to_owned())));
                    if !out && (really || change == Change::Representation) {
                        to[column].clone_from(&from[column]);
                    }
                }
            }
        }
    }
    out
}

/// A foreign key of two columns that leads to no row of `side`, or to one of another number: of a row whose columns were
/// chosen one by one.
pub fn dangling(tables: &[Table], side: &Side) -> Option<String> {
    for (table, rows) in tables.iter().zip(side) {
        for (number, column) in table.columns.iter().enumerate() {
            let Kind::Part(to, 0) = column.kind else { continue };
            let whole = |row: &&Row| row[number].is_some() && row[number + 1].is_some();
            let lost = rows.values().filter(whole).find(|row| !side[to].contains_key(&show(&row[number..number + 2])));
            if let Some(row) = lost {
                return Some(format!("{} {row:?}", table.name));
            }
        }
        let place = |name| table.columns.iter().position(|column| column.name == name);
        if let (Some(number), Some(parent)) = (place("cn"), place("cid"))
            && let Kind::Parent(to) = table.columns[parent].kind
        {
            let n = tables[to].columns.iter().position(|column| column.name == "n").unwrap();
            let other = |row: &&Row| {
                row[parent].as_ref().is_some_and(|key| row[number].is_some() && side[to][key][n] != row[number])
            };
            if let Some(row) = rows.values().find(other) {
                return Some(format!("{} {row:?}", table.name));
            }
        }
    }
    None
}

/// A unique constraint that `side` would break.
pub fn collision(tables: &[Table], side: &Side) -> Option<String> {
    for (table, rows) in tables.iter().zip(side) {
        let rows: Vec<_> = rows.iter().collect();
        for unique in &table.uniques {
            for (at, (key, row)) in rows.iter().enumerate() {
                if let Some((other, _)) = rows[..at].iter().find(|(_, other)| meet(table, unique, row, other)) {
                    return Some(format!("{} {unique:?} {key} {other}", table.name));
                }
            }
        }
    }
    None
}
