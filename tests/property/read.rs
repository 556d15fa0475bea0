//! The way back from plain SQL.

use std::collections::HashMap;

use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryRow};

use crate::{
    data::{Row, Side, show},
    schema::{Generated, Id, Kind, Layout, Table},
    support::Db,
};

/// A row as a database holds it.
pub struct Found {
    pub key: String,
    pub row: Row,
    /// Its surrogate id, and what else nothing may be written into.
    pub kept: Vec<Option<String>>,
    /// Every byte of it.
    pub bytes: String,
}

/// What a database holds, in key space.
pub async fn read(tables: &[Table], db: &Db) -> Side {
    read_through(tables, &db.connect().await).await
}

/// The same as a session sees it.
pub async fn read_through(tables: &[Table], client: &Client) -> Side {
    let tables = found(tables, client).await.into_iter();
    tables.map(|rows| rows.into_iter().map(|found| (found.key, found.row)).collect()).collect()
}

/// Every row of every table.
pub async fn found(tables: &[Table], client: &Client) -> Vec<Vec<Found>> {
    client.batch_execute("SET timezone = 'UTC'").await.unwrap();
    let mut all: Vec<Vec<Found>> = Vec::new();
    let mut keys: Vec<HashMap<String, String>> = Vec::new();
    for (at, table) in tables.iter().enumerate() {
        let mut rows = Vec::new();
        for (kept, bytes, mut row) in lines(table, client).await {
            lead(table, &mut row, |to| (to < at).then(|| &keys[to]));
            let key = show(&row[..table.key]).to_ascii_lowercase();
            rows.push(Found { key, row, kept, bytes });
        }
        keys.push(rows.iter().filter_map(|found| Some((found.kept[0].clone()?, found.key.clone()))).collect());
        all.push(rows);
    }
    for (at, (table, rows)) in tables.iter().zip(&mut all).enumerate() {
        for found in rows {
            lead(table, &mut found.row, |to| (to >= at).then(|| &keys[to]));
        }
    }
    all
}

/// The rows of a table, values as the types' own output writes them.
async fn lines(table: &Table, client: &Client) -> Vec<(Vec<Option<String>>, String, Row)> {
    let id = if table.id == Id::None { "NULL" } else { "id" };
    let own = if table.generated == Generated::InSource { "g" } else { "NULL" };
    let only = if table.layout == Layout::Inherited { "ONLY " } else { "" };
    let columns: Vec<_> = table.columns.iter().map(|column| column.name).collect();
    let sql = format!("SELECT {id}, {own}, t::text, {} FROM {only}{} AS t", columns.join(", "), table.sql);
    let found = client.simple_query(&sql).await.unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
    let text = |row: &SimpleQueryRow, at: usize| row.get(at).map(str::to_owned);
    let rows =
        found.iter().filter_map(|message| if let SimpleQueryMessage::Row(row) = message { Some(row) } else { None });
    let line = |row: &SimpleQueryRow| {
        let values = table.columns.iter().enumerate().map(|(n, column)| {
            let value = text(row, n + 3)?;
            Some(match (column.kind, column.word) {
                (Kind::Word | Kind::Part(..), "char(6)") => value.trim_end_matches(' ').to_owned(),
                // It points to the parent in whatever case.
                (Kind::Part(..), "citext") => value.to_ascii_lowercase(),
                _ => value,
            })
        });
        (vec![text(row, 0), text(row, 1)], text(row, 2).unwrap_or_default(), values.collect())
    };
    rows.map(line).collect()
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
