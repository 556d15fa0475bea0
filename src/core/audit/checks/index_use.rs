//! What an index is for, and what it costs.

use crate::core::{
    audit::facts::{Index, Relation},
    glob,
    name::QName,
    schema::Relation as Kind,
};

/// What `index` is for besides look-ups, in words; `None` where it may be dropped without further ado.
pub(super) fn needed_by(index: &Index) -> Option<String> {
    let constraint = index.constraint.as_ref().map(|name| match (index.primary, index.unique) {
        (true, _) => format!("the primary key {name}"),
        (_, true) => format!("the unique constraint {name}"),
        _ => format!("the exclusion constraint {name}"),
    });
    constraint
        .or_else(|| index.referenced.then(|| "what a foreign key refers to".into()))
        .or_else(|| index.replica_identity.then(|| "the replica identity".into()))
        .or_else(|| index.parent.is_some().then(|| "a part of an index of the whole table".into()))
}

/// SQL that drops it: without keeping writers out, which cannot be had for a partitioned table.
pub(super) fn drop_index(table: &Relation, index: &Index) -> String {
    let concurrently = if table.kind == Kind::Partitioned { "" } else { " CONCURRENTLY" };
    format!("DROP INDEX{concurrently} {};", QName::new(&table.name.schema, &index.name).sql())
}

/// How often it was used, and what it takes.
pub(super) fn used(index: &Index) -> String {
    let size = if index.pages == 0 { String::new() } else { format!(", {}", size(index.pages)) };
    format!("used {} times{size}", index.scans)
}

/// Pages of 8 kB, for people.
pub(super) fn size(pages: u64) -> String {
    match pages {
        0..128 => format!("{} kB", pages * 8),
        _ => format!("{} MB", pages / 128),
    }
}

/// Whether it belongs to a platform, which alone can mend it.
pub(super) fn is_managed(table: &Relation) -> bool {
    let schemas = ["auth", "storage", "realtime", "_realtime", "vault", "pgsodium", "graphql", "supabase_functions"];
    schemas.contains(&table.name.schema.as_str()) && glob::text("supabase_*admin", &table.owner)
}
