//! Whether a database itself makes sure that a key stands for one row.

use super::shape::Part;
use crate::core::{name::QName, schema::Catalog};

/// Whether no two rows of `table` can have the same `key`, by its unique indexes and those of the parents in the key.
/// Where this is so, rows need not be looked at one by one to know that none is there twice.
pub fn is_unique(catalog: &Catalog, table: &QName, key: &[Part]) -> bool {
    let Some(table) = catalog.table(table) else { return false };
    let mut columns: Vec<&str> = Vec::new();
    for part in key {
        match part {
            Part::Column { name, .. } => columns.push(name),
            Part::Expression { .. } => {}
            // Two parents with one key would make two rows look like one.
            Part::Reference(reference) if !is_unique(catalog, &reference.table, &reference.key) => return false,
            Part::Reference(reference) => columns.extend(reference.columns.iter().map(String::as_str)),
        }
    }
    let covered =
        |name: &String| columns.contains(&name.as_str()) && table.column(name).is_some_and(|column| column.not_null);
    table.uniques.iter().any(|unique| unique.total && !unique.columns.is_empty() && unique.columns.iter().all(covered))
}
