//! References that a team declares where the server has no foreign key.

use super::set::Sets;
use crate::core::{
    error::{Error, Result, nearest},
    name::QName,
    schema::{Catalog, Column, ForeignKey, OnDelete, Table},
};

/// Adds to `catalog` the references that `sets` declare, so that everything knows them as it knows foreign keys. What
/// does not fit this database is left out; `key` says why.
pub fn declare(catalog: &mut Catalog, sets: &Sets) {
    let keys: Vec<(QName, ForeignKey)> = sets
        .declared()
        .filter_map(|(table, column, to)| Some((table.clone(), key(catalog, catalog.table(table)?, column, to).ok()?)))
        .collect();
    for (table, key) in keys {
        let Some(table) = catalog.tables.get_mut(&table) else { continue };
        let said = |known: &ForeignKey| known.columns == key.columns && known.references == key.references;
        // A rule that is known for some partitions is still what a delete would do there.
        let partial = table.partial_keys.iter().position(|partial| said(&partial.key));
        let partial = partial.map(|at| table.partial_keys.remove(at).key);
        let (on_delete, on_update) =
            partial.map_or((key.on_delete, key.on_update), |partial| (partial.on_delete, partial.on_update));
        if !table.foreign_keys.iter().any(said) {
            table.foreign_keys.push(ForeignKey { on_delete, on_update, ..key });
        }
    }
}

/// The reference from `column` of `table` to the primary key of the table that is called `to`.
pub(super) fn key(catalog: &Catalog, table: &Table, column: &str, to: &str) -> Result<ForeignKey> {
    let wrong = |what: String| Error::usage(what).object(&table.name);
    let name = QName::parse(to)
        .ok_or_else(|| wrong(format!("`references` gives `{column}` the table `{to}`, which is not a table name")))?;
    let Some(parent) = catalog.table(&name) else {
        let known: Vec<_> = catalog.tables.keys().map(ToString::to_string).collect();
        let near = nearest(&name.to_string(), known.iter().map(String::as_str));
        return Err(wrong(format!("`references` gives `{column}` the table {name}, which does not exist")).hint(
            near.map_or_else(
                || "name a table, or one of \"keep\", \"null\", \"exclude\"".to_owned(),
                |near| format!("did you mean `{near}`?"),
            ),
        ));
    };
    let own = super::shape::known_column(table, column)?;
    let [id] = parent.primary_key() else {
        return Err(wrong(format!(
            "`references` says that `{column}` points to {name}, whose primary key is not one column"
        ))
        .hint(format!("take `{column}` out with exclude, or say that it means the same everywhere with plain")));
    };
    let alike = parent.column(id).is_some_and(|id| comparable(own, id));
    if !alike || parent.partition {
        let why = if parent.partition { "which is a partition" } else { "whose primary key is of another type" };
        return Err(wrong(format!("`references` says that `{column}` points to {name}, {why}")));
    }
    Ok(ForeignKey {
        name: format!("{column} (declared)"),
        columns: vec![column.to_owned()],
        references: name,
        referenced: vec![id.clone()],
        on_delete: OnDelete::Declared,
        on_update: OnDelete::Declared,
        match_full: false,
        enforced: false,
        partition: None,
    })
}

fn comparable(one: &Column, other: &Column) -> bool {
    const NUMBERS: &[&str] = &["smallint", "integer", "bigint", "numeric"];
    const TEXTS: &[&str] = &["text", "character varying"];
    let both = |kinds: &[&str]| kinds.contains(&one.cast.as_str()) && kinds.contains(&other.cast.as_str());
    one.cast == other.cast || both(NUMBERS) || both(TEXTS)
}
