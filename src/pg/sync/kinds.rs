//! What is read still is a table. Between the catalogue and the read, its owner can put a view or a foreign table in its
//! place, and reading that runs the owner's functions with the reader's privileges (CVE-2024-7348).

use std::collections::BTreeSet;

use crate::{
    core::{
        error::{Code, Error, Result},
        name::QName,
        sync::shape::{Part, Reference, Shape},
    },
    pg::{
        connect::Transaction,
        query::{self, List},
    },
};

/// Locks the tables that a read of `shape` names, and makes sure that they are the ones that the catalogue knows.
pub(super) async fn still_tables(tx: &Transaction<'_>, shape: &Shape) -> Result<()> {
    hold(tx, &tables(shape))
        .await
        .map_err(|error| if error.object.is_none() { error.object(&shape.table) } else { error })
}

/// Locks `tables` and makes sure that they are the ones that the catalogue knows. Sent before a read and without waiting:
/// where it fails the transaction is aborted, and the read is not even planned.
pub(in crate::pg) async fn hold(tx: &Transaction<'_>, tables: &BTreeSet<&QName>) -> Result<()> {
    // With privileges on columns alone nobody locks; what such a table is by now is compared all the same.
    let lockable = tables.iter().filter(|table| tx.may_lock(table));
    let names: Vec<String> = lockable.map(|table| format!("ONLY {}", table.sql())).collect();
    if names.is_empty() {
        return same(tx, tables).await;
    }
    let lock = format!("LOCK TABLE {} IN ACCESS SHARE MODE", names.join(", "));
    // The first that fails says why; what comes behind it is an echo.
    tokio::try_join!(biased; query::rows(tx, &lock, &[]), same(tx, tables)).map(drop)
}

/// The same without a lock, which a materialized view cannot have.
pub(in crate::pg) async fn same(tx: &Transaction<'_>, tables: &BTreeSet<&QName>) -> Result<()> {
    let lists: [List<'_>; 2] = [
        tables.iter().map(|table| Some(table.schema.as_str())).collect(),
        tables.iter().map(|table| Some(table.name.as_str())).collect(),
    ];
    let checked = query::for_each(tx, include_str!("../sql/kinds.sql"), &lists, |_| {}).await;
    checked.map_err(|error| if error.sqlstate.as_deref() == Some(NOT_A_NUMBER) { replaced() } else { error })
}

/// `invalid_text_representation`: the statement casts a text to a number where a table was replaced, and nowhere else.
const NOT_A_NUMBER: &str = "22P02";

fn replaced() -> Error {
    let message = "the table, or one that it refers to, was replaced while it was to be read, so nothing was read";
    Error::new(Code::Stale, message).hint("look at what is there now, then try again")
}

fn tables(shape: &Shape) -> BTreeSet<&QName> {
    let mut out = BTreeSet::from([&shape.table]);
    shape.references.iter().for_each(|reference| add(reference, &mut out));
    within(&shape.key, &mut out);
    out
}

fn add<'a>(reference: &'a Reference, out: &mut BTreeSet<&'a QName>) {
    out.insert(&reference.table);
    within(&reference.key, out);
}

fn within<'a>(key: &'a [Part], out: &mut BTreeSet<&'a QName>) {
    for part in key {
        if let Part::Reference(reference) = part {
            add(reference, out);
        }
    }
}
