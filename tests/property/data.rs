//! Two copies of data out of numbers.

use std::collections::BTreeMap;

use crate::{
    schema::{Kind, Table},
    types::TYPES,
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
                _ => Some(["a", "b", "it's", "ü b", "$1", "x\\y"][usize::from(pick) % 6].to_owned()),
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
    key.iter().map(|part| part.as_deref().unwrap_or("null")).collect::<Vec<_>>().join("/")
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
    for (column, value) in table.columns.iter().zip(&mut row) {
        match (column.kind, value) {
            (Kind::Parent(to), value) => _ = side[to].get(value.as_ref()?)?,
            // Equal, and written differently.
            (_, Some(value)) if column.word == "citext" && picks[7] % 3 == 1 => *value = value.to_ascii_uppercase(),
            _ => {}
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
            // A parent may stand after it.
            Kind::Tenant(_) => Some((pick % 3).to_string()),
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

/// A foreign key of two columns is whole, or NULL, or partly NULL and leads nowhere.
fn point_by_pair(table: &Table, side: &Side, row: &mut Row, picks: [u8; 8]) {
    for at in table.key..table.columns.len() {
        let pick = usize::from(picks[(at - table.key) % 8]);
        match table.columns[at].kind {
            Kind::Part(to, 0) => {
                let parent = side[to].values().nth(pick % (side[to].len() + 1));
                row[at] = parent.and_then(|parent| parent[0].as_ref()).map(|word| word.to_ascii_lowercase());
                row[at + 1] = parent.and_then(|parent| parent[1].clone());
                match pick / 16 {
                    0 | 1 => row[at] = None,
                    2 | 3 => row[at + 1] = None,
                    4 => (row[at], row[at + 1]) = (None, Some((pick % 7).to_string())),
                    5 => (row[at], row[at + 1]) = (Some(format!("w{}", pick % 2)), None),
                    _ => {}
                }
            }
            Kind::Tenant(to) => {
                let parent = row[at + 1].as_ref().map(|key| &side[to][key]);
                if let Some(parent) = parent {
                    row[at].clone_from(&parent[1]);
                }
            }
            _ => {}
        }
    }
}

/// Whether two rows must not both be there, by the values of a unique constraint of `table`.
pub fn meet(table: &Table, unique: &[&str], one: &Row, two: &Row) -> bool {
    unique.iter().all(|name| {
        let at = table.position(name);
        let same = match table.columns[at].word {
            "citext" => {
                one[at].as_ref().map(|t| t.to_ascii_lowercase()) == two[at].as_ref().map(|t| t.to_ascii_lowercase())
            }
            _ => one[at] == two[at],
        };
        same && (table.nulls_equal || one[at].is_some())
    })
}

/// Gives the row a free place in every unique constraint.
fn make_unique(table: &Table, others: &BTreeMap<String, Row>, row: &mut Row) {
    for number in 6..1000 {
        let taken = |unique: &&Vec<&str>| others.values().any(|other| meet(table, unique, row, other));
        let Some(taken) = table.uniques.iter().find(taken) else { return };
        let free = table.position(taken[taken.len() - 1]);
        row[free] = match table.columns[free].kind {
            _ if table.columns[free].null && number == 6 => None,
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

pub fn never(source: bool, pick: u8) -> String {
    format!("{}0000000-0000-4000-8000-00000000000{}", if source { 'a' } else { 'b' }, pick % 3)
}
