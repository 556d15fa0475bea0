//! Columns whose values mean something in one database alone: numbers of objects, of transactions, of places in files.

use super::{Change, Review, RowReview};
use crate::core::{
    error::{Error, Result},
    sync::shape::{Shape, ShapeColumn},
};

/// Why the values of `column` cannot travel; `None` where they can.
pub(super) fn tied(column: &ShapeColumn) -> Option<String> {
    let what = match column.definition.tied.as_deref()? {
        "oid" => "numbers of objects (oid), such as large objects, which are other objects or none in another database",
        "xid" | "xid8" | "cid" | "pg_snapshot" | "txid_snapshot" => {
            "transaction numbers, which mean nothing on another server"
        }
        "tid" | "pg_lsn" => "a place in this server's files, which means nothing on another server",
        "aclitem" => "privileges of this server's roles",
        tied if tied.starts_with("reg") => "references to objects of this database, which may not exist in another one",
        _ => "internal values of this server, which cannot be read in",
    };
    let (name, declared) = (&column.name, &column.definition.declared);
    let reason = format!("column `{name}` ({declared}) holds {what}; leave it out: exclude = [{name:?}]");
    Some(reason)
}

/// Why a table of which such values would travel is blocked.
pub fn tied_column(shape: &Shape) -> Option<String> {
    shape.columns.iter().filter(|column| column.role.travels()).find_map(tied)
}

/// Refuses a table of which such values would travel.
pub fn refuse_tied(shape: &Shape) -> Result<()> {
    match tied_column(shape) {
        None => Ok(()),
        Some(reason) => Err(Error::usage(reason).object(&shape.table)),
    }
}

/// Blocks the delete of every row that holds the number of a large object: what goes with the row (`lo_manage`,
/// `vacuumlo`) is not in it, and no undo brings it back.
pub fn keep_large_objects(review: &mut Review) {
    for table in &mut review.tables {
        let Some(shape) = &table.shape else { continue };
        let numbers: Vec<usize> = (0..shape.columns.len())
            .filter(|at| shape.columns[*at].definition.tied.as_deref() == Some("oid"))
            .collect();
        let deleted = |row: &&mut RowReview| row.change == Change::Delete && row.blocked.is_none();
        for row in table.rows.iter_mut().filter(deleted) {
            let held =
                numbers.iter().find(|at| row.target.as_ref().is_some_and(|target| target.columns[**at].is_some()));
            row.blocked = held.map(|at| {
                format!(
                    "its `{}` may be the number of a large object, which goes with the row (by a trigger such as \
                     lo_manage, or by vacuumlo), and no undo brings that back",
                    shape.columns[*at].name
                )
            });
        }
    }
}
