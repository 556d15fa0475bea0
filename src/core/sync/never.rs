//! Tables that are never synced, and those that cannot be synced because of one: rows of a partition are rows of its table.

use super::set::Sets;
use crate::core::{name::QName, schema::Catalog};

/// Why no row of `table` may be read for sync or written, where it, a table that it is a part of, or a partition of it is
/// never synced.
pub fn why_never(catalog: &Catalog, sets: &Sets, table: &QName) -> Option<String> {
    if let Some(pattern) = sets.never_pattern(table) {
        return Some(format!("this table is never synced (`{pattern}`)"));
    }
    let above = catalog.ancestors(table).into_iter().find_map(|(child, parent)| {
        let pattern = sets.never_pattern(&parent.name)?;
        let how = if child.partition { "is a partition of" } else { "inherits from" };
        Some(format!("{} {how} {}, which is never synced (`{pattern}`)", child.name, parent.name))
    });
    above.or_else(|| {
        let mut partitions = catalog.tables.values().filter(|part| part.partition && catalog.root(&part.name) == table);
        partitions.find_map(|partition| {
            let pattern = sets.never_pattern(&partition.name)?;
            Some(format!("its partition {} is never synced (`{pattern}`)", partition.name))
        })
    })
}
