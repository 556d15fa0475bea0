//! Counting rows and bytes.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    connect::Transaction,
    query,
    sync::kinds::{hold, same},
};
use crate::core::{
    error::Result,
    name::QName,
    schema::{Relation, Table},
};

/// Counts the rows of one table. Row security is off in the transaction, so a hidden row is an error.
pub async fn exact(tx: &Transaction<'_>, table: &Table) -> Result<u64> {
    let only = if table.relation == Relation::Table { "ONLY " } else { "" };
    let text = format!("SELECT count(*)::text FROM {only}{}", table.name.sql());
    let name = BTreeSet::from([&table.name]);
    let still = async {
        if table.relation == Relation::MaterializedView { same(tx, &name).await } else { hold(tx, &name).await }
    };
    // The count is behind the check on the line.
    let (still, count) = futures_util::join!(still, query::scalar(tx, &text, &[]));
    still?;
    let count = count?;
    Ok(count.and_then(|text| text.parse().ok()).unwrap_or_default())
}

/// Bytes of every table, its indexes and TOAST included.
pub async fn sizes(tx: &Transaction<'_>) -> Result<BTreeMap<QName, u64>> {
    let mut out = BTreeMap::new();
    query::for_each(tx, include_str!("sql/sizes.sql"), &[], |fields| {
        if let [Some(schema), Some(name), Some(bytes)] = fields
            && let Ok(bytes) = bytes.parse()
        {
            out.insert(QName::new(*schema, *name), bytes);
        }
    })
    .await?;
    Ok(out)
}
