//! Rows that the transaction under way has written itself, its triggers included.
//!
//! A row that is visible was written by a transaction that is committed, or by this one. `xmin` has no epoch; `age` counts
//! it from this transaction, so that only rows which are as new as this transaction are asked about. What this
//! transaction's snapshot does not know as finished is its own, and of the rest the server knows what is in progress.

use super::{Statement, key::key_condition, leaf::equals, only, read::lists};
use crate::core::{
    name::ident,
    sync::{
        row::Key,
        shape::{Child, Shape},
    },
};

/// Whether the row `t` was written by this transaction.
const OWN: &str = "CASE WHEN NOT age(t.xmin) BETWEEN -100000000 AND 0 THEN false \
    WHEN pg_current_xact_id()::text::numeric - age(t.xmin) >= pg_snapshot_xmax(pg_current_snapshot())::text::numeric THEN true \
    ELSE pg_xact_status((pg_current_xact_id()::text::numeric - age(t.xmin))::text::xid8) = 'in progress' END";

/// For each row with `key`, whether this transaction wrote it.
pub fn is_own(shape: &Shape, key: &Key) -> Statement {
    let mut out = Statement::default();
    out.sql(format!("SELECT ({OWN})::text\nFROM {} AS t\nWHERE ", only(shape)));
    key_condition(&mut out, &shape.key, "t", &mut key.0.iter());
    out
}

/// The locators of all rows that this transaction wrote.
pub fn own_rows(shape: &Shape) -> String {
    let locator: Vec<_> = shape.locator.iter().map(|name| format!("t.{}::text", ident(name))).collect();
    let locator = if locator.is_empty() { "NULL::text".to_owned() } else { locator.join(", ") };
    format!("SELECT {locator} FROM {} AS t WHERE {OWN}", only(shape))
}

/// The rows of `child` that point to rows of which lists of the referenced values are passed: whether this transaction
/// wrote it, and its id.
pub fn children_written(shape: &Shape, child: &Child) -> String {
    let cast = |name: &String| shape.column(name).map_or("text", |column| &column.cast);
    let equal = |(at, (column, referenced)): (usize, (&String, &String))| {
        equals(&format!("t.{}", ident(column)), cast(referenced), &format!("w.c{at}"), false)
    };
    let on: Vec<_> = child.columns.iter().zip(&child.referenced).enumerate().map(equal).collect();
    let id: Vec<_> = child.identity.iter().map(|name| format!("t.{}::text", ident(name))).collect();
    let id = if id.is_empty() { "NULL::text".to_owned() } else { format!("concat_ws(' · ', {})", id.join(", ")) };
    format!(
        "SELECT ({OWN})::text, {id} FROM {} JOIN {} AS t ON {} ORDER BY 2",
        lists(child.columns.len()),
        child.table.sql(),
        on.join(" AND ")
    )
}
