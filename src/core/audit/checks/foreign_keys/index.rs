//! FK03: the index that a foreign key needs.

use super::sql;
use crate::core::{
    audit::{
        check::{Context, Report},
        facts::Index,
    },
    name::ident,
    schema::Relation as Kind,
};

pub(super) fn fk03(context: &Context<'_>, report: &mut Report<'_>) {
    for key in &context.facts.foreign_keys {
        let Some(table) = context.lookup.relation(key.relation) else { continue };
        if context.lookup.indexes(table.oid).iter().any(|index| leads_with(context, index, &key.columns)) {
            continue;
        }
        let names = context.lookup.columns(table.oid, &key.columns);
        let listed: Vec<_> = names.iter().map(|name| ident(name)).collect();
        let draft = report
            .found_at(table, format!("no index for {}", sql::arrow(context, key)))
            .part(&key.name)
            .evidence(key.definition.clone());
        let draft = match table.rows {
            Some(rows) => draft.evidence(format!("about {rows} rows are read for each delete of a parent")),
            None => draft,
        };
        // On a partitioned table an index cannot be made without keeping writers out.
        let concurrently = if table.kind == Kind::Partitioned { "" } else { " CONCURRENTLY" };
        draft.fix(format!("CREATE INDEX{concurrently} ON {} ({});", table.name.sql(), listed.join(", ")));
    }
}

/// Whether every look-up by `columns` can use `index`: they are its first ones, in any order, and it holds all rows
/// that such a look-up can find.
pub(in super::super) fn leads_with(context: &Context<'_>, index: &Index, columns: &[i16]) -> bool {
    let leading = index.key.get(..columns.len()).unwrap_or_default();
    // What is NULL is never looked up, so an index may leave that out.
    let filled = |predicate: &str| {
        let names = context.lookup.columns(index.relation, columns);
        names.iter().any(|name| predicate == format!("({} IS NOT NULL)", ident(name)))
    };
    index.valid
        && index.predicate.as_deref().is_none_or(filled)
        && matches!(index.method.as_str(), "btree" | "hash")
        && !leading.is_empty()
        && columns.iter().all(|column| leading.contains(column))
}
