//! Two copies of data out of numbers, the SQL that writes them, and the way back from plain SQL.

use std::{
    collections::{BTreeMap, HashMap},
    fmt::Write as _,
};

use crate::{
    schema::{Id, Kind, TYPES, Table},
    support::Db,
};

/// A row in key space: every column but the surrogate id; a parent stands there as its key.
pub type Row = Vec<Option<String>>;

/// One side: for each table its rows by key.
pub type Side = Vec<BTreeMap<String, Row>>;

/// The numbers that make a row on both sides.
#[derive(Debug, Clone)]
pub struct RawRow {
    /// On which sides it is.
    pub who: u8,
    pub key: [u8; 4],
    pub source: [u8; 8],
    /// `None` where the target holds the same.
    pub target: Option<[u8; 8]>,
}

impl RawRow {
    fn on(&self, source: bool) -> bool {
        !matches!((self.who % 4, source), (2, false) | (3, true))
    }
}

/// The keys of all rows of both sides; `None` where an earlier row has the same.
fn keys(tables: &[Table], raws: &[&[RawRow]]) -> Vec<Vec<Option<Row>>> {
    let mut all: Vec<Vec<Option<Row>>> = Vec::new();
    for (table, raws) in tables.iter().zip(raws) {
        let mut mine: Vec<Option<Row>> = Vec::new();
        for raw in *raws {
            let parts = table.columns[..table.key].iter().zip(raw.key).map(|(column, pick)| match column.kind {
                Kind::Parent(to) => {
                    let known: Vec<_> = all[to].iter().flatten().collect();
                    known.get(usize::from(pick) % known.len().max(1)).map(|key| show(key))
                }
                Kind::Number if table.null_key && pick % 4 == 0 => None,
                Kind::Number => Some((pick % 3).to_string()),
                _ => Some(["a", "b", "it's", "Ü b", "$1", "x\\y"][usize::from(pick) % 6].to_owned()),
            });
            let parts: Row = parts.collect();
            let there = |(at, part): (usize, &Option<String>)| part.is_some() || table.null_key && at == 1;
            let whole = parts.iter().enumerate().all(there) && !mine.iter().flatten().any(|known| *known == parts);
            mine.push(whole.then_some(parts));
        }
        all.push(mine);
    }
    all
}

/// A key as one text.
pub fn show(key: &[Option<String>]) -> String {
    key.iter().map(|part| part.as_deref().unwrap_or("NULL")).collect::<Vec<_>>().join("/")
}

/// What one side holds.
pub fn side(tables: &[Table], raws: &[&[RawRow]], source: bool) -> Side {
    let keys = keys(tables, raws);
    let mut side: Side = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        side.push(BTreeMap::new());
        for (raw, key) in raws[at].iter().zip(&keys[at]) {
            let Some(key) = key.as_ref().filter(|_| raw.on(source)) else { continue };
            let picks = if source { raw.source } else { raw.target.unwrap_or(raw.source) };
            if let Some(row) = row(table, at, &side, key, picks, source) {
                side[at].insert(show(key), row);
            }
        }
    }
    for (at, table) in tables.iter().enumerate() {
        hang_up(table, at, &mut side, &keys, raws[at], source);
    }
    side
}

fn row(table: &Table, at: usize, side: &Side, key: &Row, picks: [u8; 8], source: bool) -> Option<Row> {
    let mut row = key.clone();
    for (column, value) in table.columns.iter().zip(key) {
        if let Kind::Parent(to) = column.kind {
            side[to].get(value.as_ref()?)?;
        }
    }
    for (column, pick) in table.columns[table.key..].iter().zip(picks.into_iter().cycle()) {
        let empty = column.null && pick % 5 == 0;
        row.push(match column.kind {
            _ if empty => None,
            Kind::Word => Some(format!("c{}", pick % 6)),
            Kind::Number => Some((pick % 6).to_string()),
            Kind::Value(kind) => Some(TYPES[kind].1[usize::from(pick) % TYPES[kind].1.len()].0.to_owned()),
            Kind::Never => Some(never(source, pick)),
            Kind::Part(..) => None,
            Kind::Parent(to) if to >= at => None,
            Kind::Parent(to) => match side[to].keys().nth(usize::from(pick) % side[to].len().max(1)) {
                None if !column.null => return None,
                parent => parent.cloned(),
            },
        });
    }
    point_by_pair(table, side, &mut row, picks);
    make_unique(table, &side[at], &mut row);
    Some(row)
}

/// A foreign key of two columns is whole or NULL.
fn point_by_pair(table: &Table, side: &Side, row: &mut Row, picks: [u8; 8]) {
    for at in table.key..table.columns.len() {
        if let Kind::Part(to, 0) = table.columns[at].kind {
            let pick = usize::from(picks[(at - table.key) % 8]);
            let parent = side[to].values().nth(pick % (side[to].len() + 1));
            row[at] = parent.and_then(|parent| parent[0].clone());
            row[at + 1] = parent.and_then(|parent| parent[1].clone());
        }
    }
}

/// Gives the row a free place in every unique constraint.
fn make_unique(table: &Table, others: &BTreeMap<String, Row>, row: &mut Row) {
    for number in 6..1000 {
        let Some(taken) = table.uniques.iter().find(|unique| {
            let of =
                |row: &Row| unique.iter().map(|name| row[table.position(name)].clone()).collect::<Option<Vec<_>>>();
            of(row).is_some_and(|values| others.values().any(|other| of(other).as_ref() == Some(&values)))
        }) else {
            return;
        };
        let free = table.position(taken[taken.len() - 1]);
        row[free] = match table.columns[free].kind {
            _ if table.columns[free].null => None,
            Kind::Word => Some(format!("c{number}")),
            _ => Some(number.to_string()),
        };
    }
}

/// References of a table to itself: to an earlier row as a rule, now and then to any, so that circles occur. References
/// to later tables: to any row or none.
fn hang_up(table: &Table, at: usize, side: &mut Side, keys: &[Vec<Option<Row>>], raws: &[RawRow], source: bool) {
    for (number, column) in table.columns.iter().enumerate().skip(table.key) {
        let Kind::Parent(parent) = column.kind else { continue };
        if parent < at {
            continue;
        }
        for (index, (raw, key)) in raws.iter().zip(&keys[at]).enumerate() {
            let picks = if source { raw.source } else { raw.target.unwrap_or(raw.source) };
            let pick = usize::from(picks[(number - table.key) % 8]);
            let free = parent > at || pick > 140;
            let to = if free { pick % (keys[parent].len() + 1) } else { pick % (index + 1) };
            let to = keys[parent].get(to).and_then(Option::as_ref).filter(|_| free || to < index).map(|key| show(key));
            let to = to.filter(|key| side[parent].contains_key(key));
            if let Some(row) = key.as_ref().and_then(|key| side[at].get_mut(&show(key))) {
                row[number] = to;
            }
        }
    }
}

fn never(source: bool, pick: u8) -> String {
    format!("{}0000000-0000-4000-8000-00000000000{}", if source { 'a' } else { 'b' }, pick % 3)
}

fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// The statements that fill one side. Both sides give out the same ids, to different rows.
pub fn inserts(tables: &[Table], side: &Side, source: bool, watched: u8) -> String {
    let mut out = String::new();
    for pick in 0..3 {
        let _ = write!(out, "INSERT INTO never_parent VALUES ('{}', 'note {pick}');", never(source, pick));
    }
    let mut ids: Vec<HashMap<&String, String>> = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        let count = side[at].len();
        let number = |n: usize| if source { n + 1 } else { count - n };
        let id = |n: usize| match table.id {
            Id::Uuid => format!("{at}0000000-0000-4000-8000-{:012}", number(n)),
            _ => number(n).to_string(),
        };
        ids.push(side[at].keys().enumerate().map(|(n, key)| (key, id(n))).collect());
    }
    // Rows may point to later ones.
    out.push_str("SET session_replication_role = replica;");
    for (at, table) in tables.iter().enumerate() {
        let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        for (key, row) in &side[at] {
            let values = row.iter().zip(&table.columns).map(|(value, column)| match (value, column.kind) {
                (None, _) => "NULL".to_owned(),
                (Some(value), Kind::Parent(to)) => quoted(&ids[to][value]),
                (Some(value), _) => quoted(value),
            });
            let values = values.collect::<Vec<_>>().join(", ");
            let _ = match table.id {
                Id::None => write!(out, "INSERT INTO {} ({}) VALUES ({values});", table.sql, names.join(", ")),
                _ => write!(
                    out,
                    "INSERT INTO {} (id, {}) OVERRIDING SYSTEM VALUE VALUES ({}, {values});",
                    table.sql,
                    names.join(", "),
                    quoted(&ids[at][key])
                ),
            };
        }
    }
    out.push_str("SET session_replication_role = origin;");
    for (at, table) in tables.iter().enumerate() {
        if table.id == Id::Identity {
            let next = side[at].len() + 1;
            let _ = write!(out, "SELECT setval(pg_get_serial_sequence('{}', 'id'), {next});", table.sql);
        }
        if table.trigger {
            // What the trigger would have made.
            let _ = write!(out, "UPDATE {} SET made = '';", table.sql);
        }
    }
    out.push_str(&watcher(tables, side, &ids, watched));
    out
}

/// The key of the row of the first table that `never_child` points to.
pub fn watched(tables: &[Table], side: &Side, pick: u8) -> Option<String> {
    let has = tables[0].id != Id::None && pick.is_multiple_of(2);
    side[0].keys().nth(usize::from(pick / 2) % side[0].len().max(1)).filter(|_| has).cloned()
}

fn watcher(tables: &[Table], side: &Side, ids: &[HashMap<&String, String>], pick: u8) -> String {
    if tables[0].id == Id::None {
        return String::new();
    }
    let of = if tables[0].id == Id::Uuid { "uuid" } else { "int" };
    let delete = ["CASCADE", "SET NULL", "RESTRICT"][usize::from(pick) % 3];
    let mut out = format!("CREATE TABLE never_child (n int, t {of} REFERENCES t0 ON DELETE {delete});");
    let to = watched(tables, side, pick).map_or("NULL".to_owned(), |key| quoted(&ids[0][&key]));
    let _ = write!(out, "INSERT INTO never_child VALUES (1, {to});");
    out
}

/// A row as a database holds it.
pub struct Found {
    pub key: String,
    pub row: Row,
    /// Its surrogate id.
    pub id: String,
    /// Every byte of it.
    pub bytes: String,
}

/// What a database holds, in key space.
pub async fn read(tables: &[Table], db: &Db) -> Side {
    let tables = found(tables, db).await.into_iter();
    tables.map(|rows| rows.into_iter().map(|found| (found.key, found.row)).collect()).collect()
}

/// Every row of every table.
pub async fn found(tables: &[Table], db: &Db) -> Vec<Vec<Found>> {
    let client = db.connect().await;
    client.batch_execute("SET timezone = 'UTC'").await.unwrap();
    let mut all: Vec<Vec<Found>> = Vec::new();
    let mut keys: Vec<HashMap<String, String>> = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        let id = if table.id == Id::None { "''" } else { "id::text" };
        let columns: Vec<_> = table.columns.iter().map(|column| format!("{}::text", column.name)).collect();
        let sql = format!("SELECT {id}, t::text, {} FROM {} AS t", columns.join(", "), table.sql);
        let mut rows: Vec<Found> = Vec::new();
        for found in client.query(&sql, &[]).await.unwrap() {
            let mut row: Row = (0..columns.len()).map(|n| found.get(n + 2)).collect();
            lead(table, &mut row, |to| (to < at).then(|| &keys[to]));
            rows.push(Found { key: show(&row[..table.key]), row, id: found.get(0), bytes: found.get(1) });
        }
        keys.push(rows.iter().map(|found| (found.id.clone(), found.key.clone())).collect());
        all.push(rows);
    }
    for (at, (table, rows)) in tables.iter().zip(&mut all).enumerate() {
        for found in rows {
            lead(table, &mut found.row, |to| (to >= at).then(|| &keys[to]));
        }
    }
    all
}

/// Puts the keys of parents where their ids are.
fn lead<'a>(table: &Table, row: &mut Row, keys: impl Fn(usize) -> Option<&'a HashMap<String, String>>) {
    for (column, value) in table.columns.iter().zip(row) {
        if let (Kind::Parent(to), Some(value)) = (column.kind, value)
            && let Some(keys) = keys(to)
        {
            value.clone_from(&keys[value]);
        }
    }
}
