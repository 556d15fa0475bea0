//! The SQL that writes one side.

use std::{collections::HashMap, fmt::Write as _};

use crate::{
    data::{Side, never},
    schema::{Generated, Id, Kind, Layout, Table},
};

pub fn quoted(text: &str) -> String {
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
        if matches!((table.generated, source), (Generated::InSource, false) | (Generated::InTarget, true)) {
            let _ = write!(out, "UPDATE {} SET g = 'by hand ' || {}::text;", table.sql, table.columns[0].name);
        }
        if table.layout == Layout::Inherited {
            out.push_str(&heirs(table, at, source));
        }
        if table.trigger {
            // What the trigger would have made.
            let _ = write!(out, "UPDATE {} SET made = '';", table.sql);
        }
    }
    out.push_str(&watcher(tables, side, &ids, watched));
    out
}

/// Rows of the table that inherits from it, with the keys and ids of its own.
fn heirs(table: &Table, at: usize, source: bool) -> String {
    let id = if table.id == Id::None { "" } else { "id, " };
    let names: Vec<_> = table.columns.iter().map(|column| column.name).collect();
    let (names, order) = (format!("{id}{}", names.join(", ")), if source { "" } else { " DESC" });
    let from = format!("SELECT {names} FROM ONLY {} ORDER BY {}{order} LIMIT 2", table.sql, table.columns[0].name);
    format!("INSERT INTO heir_{at} ({names}) {from};")
}

/// The key of the row of the first table that `never_child` points to.
pub fn watched(tables: &[Table], side: &Side, pick: u8) -> Option<String> {
    let has = has_watcher(tables) && pick.is_multiple_of(2);
    side[0].keys().nth(usize::from(pick / 2) % side[0].len().max(1)).filter(|_| has).cloned()
}

/// Whether a table that is never synced can point to the first one.
pub fn has_watcher(tables: &[Table]) -> bool {
    tables[0].id != Id::None && !tables[0].is_mixed()
}

fn watcher(tables: &[Table], side: &Side, ids: &[HashMap<&String, String>], pick: u8) -> String {
    if !has_watcher(tables) {
        return String::new();
    }
    let of = if tables[0].id == Id::Uuid { "uuid" } else { "int" };
    let delete = ["CASCADE", "SET NULL", "RESTRICT"][usize::from(pick) % 3];
    let mut out = format!("CREATE TABLE never_child (n int, t {of} REFERENCES t0 ON DELETE {delete});");
    let to = watched(tables, side, pick).map_or("NULL".to_owned(), |key| quoted(&ids[0][&key]));
    let _ = write!(out, "INSERT INTO never_child VALUES (1, {to});");
    out
}
