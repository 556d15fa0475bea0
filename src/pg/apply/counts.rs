//! The server's counts of what this transaction wrote (PostgreSQL manual, 28.2.2 "Viewing Statistics").

use std::collections::BTreeMap;

use super::rolled_back;
use crate::{
    core::{error::Result, name::QName, sync::shape::Shape},
    pg::{connect::Transaction, query},
};

/// Rows inserted, updated and deleted in each table.
pub(super) type Counts = BTreeMap<QName, [i64; 3]>;

/// A partition counts as its table. Asked while the role's own search path is in force, so that every name has its schema.
const COUNTS: &str =
    "SELECT n.nspname, c.relname, s.i::pg_catalog.text, s.u::pg_catalog.text, s.d::pg_catalog.text FROM (
    SELECT coalesce(pg_catalog.pg_partition_root(t.relid), t.relid) AS relid, pg_catalog.sum(t.n_tup_ins) AS i,
           pg_catalog.sum(t.n_tup_upd) AS u, pg_catalog.sum(t.n_tup_del) AS d
    FROM pg_catalog.pg_stat_xact_user_tables t WHERE t.n_tup_ins + t.n_tup_upd + t.n_tup_del > 0 GROUP BY 1) s
  JOIN pg_catalog.pg_class c ON c.oid = s.relid JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
  WHERE n.nspname OPERATOR(pg_catalog.!~) '^pg_'
  UNION ALL SELECT NULL, NULL, pg_catalog.current_setting('track_counts'), NULL, NULL";

/// Rows written so far, temporary tables included.
pub(super) const WRITTEN: &str =
    "SELECT coalesce(pg_catalog.sum(t.n_tup_ins + t.n_tup_upd + t.n_tup_del), 0)::pg_catalog.text
  FROM pg_catalog.pg_stat_xact_user_tables t";

/// What was counted so far, and whether the server counts.
pub(super) async fn counts(tx: &Transaction<'_>) -> Result<(Counts, bool)> {
    let (mut out, mut counted) = (Counts::new(), true);
    let number = |field: Option<&str>| field.and_then(|text| text.parse().ok()).unwrap_or_default();
    query::for_each(tx, COUNTS, &[], |fields| match fields {
        [Some(schema), Some(table), counts @ ..] if counts.len() == 3 => {
            out.insert(QName::new(*schema, *table), [number(counts[0]), number(counts[1]), number(counts[2])]);
        }
        [None, None, track, ..] => counted = *track == Some("on"),
        _ => {}
    })
    .await
    .map_err(rolled_back)?;
    Ok((out, counted))
}

/// Adds `counts`, `sign` times.
pub(super) fn add(to: &mut Counts, counts: &Counts, sign: i64) {
    for (table, counts) in counts {
        let sums = to.entry(table.clone()).or_default();
        for (sum, count) in sums.iter_mut().zip(counts) {
            *sum += sign * count;
        }
    }
}

/// An update that moves a row to another partition counts as a delete and an insert.
pub(super) fn settled(shape: &Shape, [inserted, updated, deleted]: [i64; 3]) -> [i64; 3] {
    let moved = if shape.partitioned { (-updated).max(0) } else { 0 };
    [inserted - moved, updated + moved, deleted - moved]
}
