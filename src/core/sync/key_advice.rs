//! What to use as a key where a set leaves it to a primary key that each environment makes for itself.

use super::{
    diff::{Change, Review, TableReview},
    set::{SetTable, Sets},
    shape::{Role, Shape, excluded},
};
use crate::core::schema::{Catalog, Column, Origin, Table, Unique};

/// How many keys are proposed: one line is read, a list is not.
const MOST: usize = 3;

/// What the review says of a table that `spec` of the set `set` gives no key: that its rows are matched by ids which
/// another environment gives to other rows, and which unique constraints would do better. `None` where the key is
/// declared, or the primary key means the same everywhere.
pub fn key_advice(catalog: &Catalog, sets: &Sets, set: &str, spec: &SetTable) -> Option<String> {
    if !spec.key.is_empty() {
        return None;
    }
    let table = catalog.table(&spec.qname().ok()?)?;
    let made: Vec<&Column> = table
        .primary_key()
        .iter()
        .filter_map(|name| table.column(name))
        .filter(|column| is_made(table, column))
        .collect();
    let first = made.first()?;
    let names: Vec<_> = made.iter().map(|column| format!("`{}`", column.name)).collect();
    let names = names.join(", ");
    let why = if first.cast == "uuid" {
        format!(
            "rows are matched by {names}, which each environment makes for itself: a row that was created in both is two"
        )
    } else {
        format!(
            "rows are matched by {names}, which each environment numbers for itself: one number can be two different rows"
        )
    };
    let proposals: Vec<String> = candidates(table, &made)
        .into_iter()
        .filter(|unique| {
            let spec = SetTable { key: unique.columns.clone(), ..spec.clone() };
            Shape::build(catalog, sets, set, &spec).is_ok()
        })
        .take(MOST)
        .map(|unique| written(&unique.columns))
        .collect();
    Some(match proposals.as_slice() {
        [] => format!(
            "{why}; no other unique constraint can be its `key`, so name columns that identify a row everywhere"
        ),
        proposals => format!("{why}; its unique constraints propose {}", proposals.join(" or ")),
    })
}

/// Adds the advice for each table of `review`, which was made against the database of `catalog`, to its warnings.
pub fn advise(review: &mut Review, catalog: &Catalog, sets: &Sets) {
    for table in &mut review.tables {
        if let Some(spec) = sets.declaration(&table.set, &table.table) {
            table.warnings.extend(key_advice(catalog, sets, &table.set, spec));
            let staying = staying(catalog, sets, table, spec);
            table.warnings.extend(staying);
        }
    }
}

/// What new rows get in columns whose values stay behind because they point to tables that are never synced, where the
/// set says nothing of these columns.
fn staying(catalog: &Catalog, sets: &Sets, review: &TableReview, spec: &SetTable) -> Vec<String> {
    let (Some(table), Some(shape)) = (catalog.table(&review.table), &review.shape) else { return Vec::new() };
    if review.count(Change::Insert) == 0 {
        return Vec::new();
    }
    let silent = shape.columns.iter().filter(|column| column.role == Role::Local);
    let silent = silent.filter(|c| !spec.references.contains_key(&c.name) && !excluded(spec, &c.name));
    silent
        .filter_map(|column| {
            let keys = table.foreign_keys.iter().filter(|key| key.columns.contains(&column.name));
            let never = keys.map(|key| &key.references).find(|parent| sets.never_pattern(parent).is_some())?;
            let get = if column.fill.is_some() { "the column's default" } else { "NULL" };
            Some(format!(
                "`{}` does not travel, because it points to {never}, which is never synced: new rows get {get}",
                column.name
            ))
        })
        .collect()
}

/// Whether each environment makes the values of `column` for itself: by a sequence, an identity or a uuid's default.
fn is_made(table: &Table, column: &Column) -> bool {
    let foreign = table.foreign_keys.iter().any(|key| key.columns.contains(&column.name));
    let identity = matches!(column.origin, Origin::IdentityAlways | Origin::IdentityByDefault);
    let uuid = column.cast == "uuid" && column.default.is_some();
    !foreign && (identity || uuid || !column.counters.is_empty())
}

/// The unique indexes that could be the key, those without NULL first.
fn candidates<'a>(table: &'a Table, made: &[&Column]) -> Vec<&'a Unique> {
    let holds_made = |unique: &Unique| made.iter().any(|column| unique.columns.contains(&column.name));
    let good = |unique: &&Unique| {
        !unique.primary && unique.exact && unique.total && !unique.columns.is_empty() && !holds_made(unique)
    };
    let may_be_null =
        |unique: &Unique| unique.columns.iter().filter_map(|name| table.column(name)).any(|column| !column.not_null);
    let mut out: Vec<&Unique> = table.uniques.iter().filter(good).collect();
    out.sort_by_key(|unique| (may_be_null(unique), unique.columns.len()));
    out
}

/// As it is written in `pgdeck.toml`.
fn written(columns: &[String]) -> String {
    let names: Vec<_> = columns.iter().map(|name| format!("{name:?}")).collect();
    format!("key = [{}]", names.join(", "))
}
