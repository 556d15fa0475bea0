//! Tables that were emptied by TRUNCATE, written anew by ALTER TABLE, dropped or renamed while a plan ran: the server counts
//! no rows then. All of that locks the table against everybody, which no statement of ours does.

use super::rolled_back;
use crate::{
    core::{
        error::{Error, Result},
        name::QName,
        schema::Catalog,
        sync::{
            fires::{Also, Rebuilt, who},
            plan::Plan,
        },
    },
    pg::{
        connect::Transaction,
        query::{self, List},
    },
};

/// Relations that this transaction has locked against everybody, those among them that are gone included. A table whose
/// file is not the one that it was made with holds other rows; a partition counts as its table, and what a materialized view
/// holds is computed. Asked while the role's own search path may be in force.
const LOCKED: &str = "SELECT DISTINCT n.nspname::pg_catalog.text, c.relname::pg_catalog.text FROM pg_catalog.pg_locks l
  LEFT JOIN pg_catalog.pg_class f ON f.oid OPERATOR(pg_catalog.=) l.relation
  LEFT JOIN pg_catalog.pg_class c ON c.oid OPERATOR(pg_catalog.=) coalesce(pg_catalog.pg_partition_root(f.oid), f.oid)
    AND f.relkind OPERATOR(pg_catalog.=) 'r' AND f.relfilenode OPERATOR(pg_catalog.<>) f.oid
  LEFT JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    AND n.nspname OPERATOR(pg_catalog.!~) '^pg_'
  WHERE l.pid OPERATOR(pg_catalog.=) pg_catalog.pg_backend_pid() AND l.locktype OPERATOR(pg_catalog.=) 'relation'
    AND l.mode OPERATOR(pg_catalog.=) 'AccessExclusiveLock' AND l.granted
  ORDER BY 1, 2";

/// Which of these tables are not there.
const GONE: &str = "SELECT t.schema, t.name FROM ROWS FROM (pg_catalog.unnest($1::pg_catalog.text[]),
    pg_catalog.unnest($2::pg_catalog.text[])) AS t(schema, name)
  WHERE NOT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid OPERATOR(pg_catalog.=) c.relnamespace
    WHERE n.nspname OPERATOR(pg_catalog.=) t.schema AND c.relname OPERATOR(pg_catalog.=) t.name)
  ORDER BY 1, 2";

/// What there is to say of tables that were rebuilt, or are gone from what was `live`; `by` may have done it.
///
/// # Errors
/// `RolledBack` where it is a table of the plan: rows of it would be in no image.
pub(super) async fn rebuilt(tx: &Transaction<'_>, plan: &Plan, live: &Catalog, by: &[String]) -> Result<Vec<Also>> {
    let mut locked = Vec::new();
    query::for_each(tx, LOCKED, &[], |fields| locked.push(table(fields))).await.map_err(rolled_back)?;
    if locked.is_empty() {
        return Ok(Vec::new());
    }
    let names = |part: fn(&QName) -> &str| -> List { live.tables.keys().map(|name| Some(part(name))).collect() };
    let mut gone = Vec::new();
    query::for_each(tx, GONE, &[names(|name| name.schema.as_str()), names(|name| name.name.as_str())], |fields| {
        gone.push(table(fields));
    })
    .await
    .map_err(rolled_back)?;
    let rewritten = locked.into_iter().flatten().map(|table| (table, Rebuilt::Rewritten));
    let gone = gone.into_iter().flatten().map(|table| (table, Rebuilt::Gone));
    rewritten.chain(gone).map(|(table, how)| said(plan, &table, how, by)).collect()
}

fn table(fields: &[Option<&str>]) -> Option<QName> {
    match fields {
        [Some(schema), Some(name)] => Some(QName::new(*schema, *name)),
        _ => None,
    }
}

fn said(plan: &Plan, table: &QName, how: Rebuilt, by: &[String]) -> Result<Also> {
    if plan.shape(table).is_ok() {
        return Err(Error::rolled_back(format!("{} {} this table", who(by), how.did()))
            .all_rolled_back()
            .object(table)
            .hint("leave the rows out that fire it, or look at what the trigger does"));
    }
    Ok(Also { table: table.to_string(), rebuilt: Some(how), by: by.to_vec(), ..Also::default() })
}
