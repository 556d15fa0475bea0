//! Keys and references: which row a foreign key means, in every environment.

use super::{Part, Reference};
use crate::core::{
    error::{Error, Result, did_you_mean},
    name::QName,
    schema::{Catalog, Column, ForeignKey, Origin, Relation, Table},
    sync::{
        set::{Across, SetTable, Sets},
        sql::no_key,
    },
};

pub(in crate::core::sync) fn known_table<'a>(catalog: &'a Catalog, name: &QName) -> Result<&'a Table> {
    let Some(table) = catalog.table(name) else {
        let known: Vec<_> = catalog.tables.keys().map(ToString::to_string).collect();
        let near = crate::core::error::nearest(&name.to_string(), known.iter().map(String::as_str))
            .map_or_else(|| "check the sync set in pgdeck.toml".to_owned(), |near| format!("did you mean `{near}`?"));
        return Err(Error::usage("there is no such table").object(name).hint(near));
    };
    match table.relation {
        Relation::Table | Relation::Partitioned => Ok(table),
        _ => Err(Error::usage("only tables can be synced, and this is a view or a foreign table").object(name)),
    }
}

pub(in crate::core::sync) fn known_column<'a>(table: &'a Table, name: &str) -> Result<&'a Column> {
    table.column(name).ok_or_else(|| {
        Error::usage(format!("there is no column `{name}`"))
            .object(&table.name)
            .hint(did_you_mean(name, table.columns.iter().map(|column| column.name.as_str())))
    })
}

/// Whether a part of a key is an expression: written as in an index, as a call or in parentheses.
fn is_expression(table: &Table, text: &str) -> bool {
    text.contains('(') && table.column(text).is_none()
}

pub(super) fn key_names(table: &Table, declared: &[String]) -> Result<Vec<String>> {
    let names = if declared.is_empty() { table.primary_key() } else { declared };
    if names.is_empty() {
        return Err(Error::usage("it has no primary key, so its rows cannot be told apart")
            .object(&table.name)
            .hint("give it a `key` in its sync set"));
    }
    Ok(names.to_vec())
}

/// The foreign key to use for `column`: the one with the fewest columns that holds it.
pub(super) fn foreign_key_of<'a>(table: &'a Table, column: &str) -> Option<&'a ForeignKey> {
    table.foreign_keys.iter().filter(|key| key.columns.iter().any(|c| c == column)).min_by_key(|key| key.columns.len())
}

pub(super) fn key_parts(
    catalog: &Catalog,
    sets: &Sets,
    table: &Table,
    names: &[String],
    path: &mut Vec<QName>,
) -> Result<Vec<Part>> {
    let mut parts: Vec<Part> = Vec::new();
    for name in names {
        if is_expression(table, name) {
            parts.push(Part::Expression { sql: name.clone() });
            continue;
        }
        let column = known_column(table, name)?;
        if !column.deterministic {
            return Err(Error::usage(format!(
                "its key column `{name}` has a nondeterministic collation: texts that differ can be equal there"
            ))
            .object(&table.name)
            .hint(format!("use an expression as key, such as lower({name})")));
        }
        let known_by_parent = |key: &ForeignKey| key.columns.iter().all(|c| names.contains(c));
        if let Some(why) = no_key(column).filter(|_| !foreign_key_of(table, name).is_some_and(known_by_parent)) {
            return Err(Error::usage(format!("its key column `{name}` {why}"))
                .object(&table.name)
                .hint("choose other key columns, or an expression as key that writes equal values alike"));
        }
        let plain = || Part::Column { name: name.clone(), cast: column.cast.clone() };
        match foreign_key_of(table, name) {
            Some(key) if known_by_parent(key) => {
                let known = parts.iter().any(|part| matches!(part, Part::Reference(r) if r.columns == key.columns));
                if !known {
                    parts.push(reference(catalog, sets, table, key, path)?.map_or_else(plain, Part::Reference));
                }
            }
            _ => parts.push(plain()),
        }
    }
    Ok(parts)
}

pub(super) fn references(
    catalog: &Catalog,
    sets: &Sets,
    table: &Table,
    spec: &SetTable,
    key_names: &[String],
) -> Result<Vec<Reference>> {
    let mut found: Vec<Reference> = Vec::new();
    // Columns that point to a table whose ids mean the same everywhere.
    let mut alike: Vec<&String> = Vec::new();
    // Those whose columns are not NULL together or not at all, and that are no part of the key.
    let mut loose: Vec<&ForeignKey> = Vec::new();
    for key in &table.foreign_keys {
        let local = key.columns.iter().any(|column| excluded(spec, column));
        let known = found.iter().any(|reference| reference.columns == key.columns);
        if local || known {
            continue;
        }
        if sets.never_pattern(&key.references).is_some() {
            found.extend(mapped(catalog, sets, table, spec, key)?);
            continue;
        }
        // The table itself is not on the path here: a plain self-reference is resolved one step deep.
        match reference(catalog, sets, table, key, &mut Vec::new())? {
            Some(reference) => {
                let ignored = key.columns.iter().all(|column| spec.ignore.contains(column));
                found.push(Reference { ignored, ..reference });
                let in_key = key.columns.iter().all(|column| key_names.contains(column));
                loose.extend((key.columns.len() > 1 && !key.match_full && !in_key).then_some(key));
            }
            None if key.columns.len() == 1 => alike.extend(&key.columns),
            None => {}
        }
    }
    for reference in &mut found {
        reference.also = also(catalog, table, reference);
    }
    let implied = implied(table, spec, &found, &loose);
    found.extend(implied);
    share(&mut found, &loose, &alike);
    // One whose columns all belong to narrower ones says nothing that they do not.
    let all = found.clone();
    found.retain(|reference| !reference.plain.is_empty() || super::owned(&all, reference).next().is_some());
    Ok(found)
}

/// The other parents of the columns of `first`, as far as they point to its parent themselves: then one key is known of both.
fn also(catalog: &Catalog, table: &Table, first: &Reference) -> Vec<Reference> {
    let others = table.foreign_keys.iter().filter(|key| key.columns == first.columns && key.references != first.table);
    let others = others.filter_map(|key| {
        let parent = catalog.table(&key.references)?;
        let on = |own: &&ForeignKey| {
            own.columns == key.referenced && own.references == first.table && own.referenced == first.referenced
        };
        let on = parent.foreign_keys.iter().find(on)?;
        let inner = Reference {
            columns: on.columns.clone(),
            casts: casts(parent, on),
            ignored: false,
            plain: Vec::new(),
            enforced: on.enforced,
            also: Vec::new(),
            ..first.clone()
        };
        Some(made(table, key, parent, vec![Part::Reference(inner)]))
    });
    others.filter(|reference| reference.enforced).collect()
}

/// Of several columns that point to a row, one may hold what is a reference in that row's key: it is the same reference
/// here, and known also where the others are NULL.
fn implied(table: &Table, spec: &SetTable, found: &[Reference], loose: &[&ForeignKey]) -> Vec<Reference> {
    let mut out: Vec<Reference> = Vec::new();
    for wide in found.iter().filter(|wide| loose.iter().any(|key| key.columns == wide.columns)) {
        for (column, referenced) in wide.columns.iter().zip(&wide.referenced) {
            let own = |key: &ForeignKey| key.columns == [column.clone()];
            let of_it = |part: &&Part| matches!(part, Part::Reference(inner) if inner.columns == [referenced.clone()]);
            let Some(Part::Reference(inner)) = wide.key.iter().find(of_it) else { continue };
            if table.foreign_keys.iter().any(own) || out.iter().any(|known| known.columns == [column.clone()]) {
                continue;
            }
            let cast = table.column(column).map_or_else(|| "text".to_owned(), |column| column.cast.clone());
            out.push(Reference {
                columns: vec![column.clone()],
                casts: vec![cast],
                ignored: spec.ignore.contains(column),
                plain: Vec::new(),
                enforced: false,
                also: Vec::new(),
                ..inner.clone()
            });
        }
    }
    out
}

/// Notes the columns of wide references that mean the same everywhere: those that are plain values in the parent's key,
/// or point to a table whose ids are (`alike`). They travel also where the reference is none, because one of the other
/// columns is NULL.
fn share(found: &mut [Reference], loose: &[&ForeignKey], alike: &[&String]) {
    let mut plain: Vec<String> = Vec::new();
    for wide in found.iter().filter(|wide| loose.iter().any(|key| key.columns == wide.columns)) {
        for (column, referenced) in wide.columns.iter().zip(&wide.referenced) {
            let value = wide.key.iter().any(|part| matches!(part, Part::Column { name, .. } if name == referenced));
            let own = found.iter().any(|narrow| narrow.columns == [column.clone()]);
            if (value || alike.contains(&column)) && !own {
                plain.push(column.clone());
            }
        }
    }
    for reference in found.iter_mut().filter(|reference| reference.columns.len() > 1) {
        reference.plain = reference.columns.iter().filter(|column| plain.contains(column)).cloned().collect();
    }
}

fn casts(table: &Table, key: &ForeignKey) -> Vec<String> {
    let cast = |name: &String| table.column(name).map_or_else(|| "text".to_owned(), |column| column.cast.clone());
    key.columns.iter().map(cast).collect()
}

/// The reference that a foreign key into a never-synced table makes where a rule names its parent's key.
fn mapped(
    catalog: &Catalog,
    sets: &Sets,
    table: &Table,
    spec: &SetTable,
    key: &ForeignKey,
) -> Result<Option<Reference>> {
    let rule = key.columns.iter().find_map(|column| spec.references.get(column));
    let Some(Across::Key(names)) = rule else { return Ok(None) };
    let parent = known_table(catalog, &key.references)?;
    let parts = key_parts(catalog, sets, parent, names, &mut vec![parent.name.clone()])?;
    let ignored = key.columns.iter().all(|column| spec.ignore.contains(column));
    Ok(Some(Reference { ignored, ..made(table, key, parent, parts) }))
}

/// The reference that `key` makes, or `None` where its value means the same in every environment.
fn reference(
    catalog: &Catalog,
    sets: &Sets,
    table: &Table,
    key: &ForeignKey,
    path: &mut Vec<QName>,
) -> Result<Option<Reference>> {
    let parent = known_table(catalog, &key.references)?;
    let Some(declared) = sets.key(&parent.name) else {
        return undeclared_parent(table, key, parent).map(|()| None);
    };
    if path.contains(&parent.name) {
        let names: Vec<_> = path.iter().map(ToString::to_string).collect();
        return Err(Error::usage(format!("its key refers to itself through {}", names.join(" → ")))
            .object(&parent.name)
            .hint("choose key columns that do not lead back to the table"));
    }
    path.push(parent.name.clone());
    let names = key_names(parent, declared)?;
    let parts = key_parts(catalog, sets, parent, &names, path)?;
    path.pop();
    Ok(Some(made(table, key, parent, parts)))
}

/// The reference from `table` to `parent`, whose rows are known by `parts`.
fn made(table: &Table, key: &ForeignKey, parent: &Table, parts: Vec<Part>) -> Reference {
    Reference {
        columns: key.columns.clone(),
        table: parent.name.clone(),
        referenced: key.referenced.clone(),
        casts: casts(table, key),
        key: parts,
        partitioned: parent.relation == Relation::Partitioned,
        ignored: false,
        plain: Vec::new(),
        enforced: key.enforced,
        also: Vec::new(),
    }
}

/// A parent that no set knows: its value may travel only where it is no surrogate id.
fn undeclared_parent(table: &Table, key: &ForeignKey, parent: &Table) -> Result<()> {
    let surrogate = key.referenced.iter().filter_map(|name| parent.column(name)).any(|column| {
        column.cast == "uuid"
            || column.default.is_some()
            || matches!(column.origin, Origin::IdentityAlways | Origin::IdentityByDefault)
    });
    if surrogate {
        return Err(Error::usage(format!(
            "`{}` points to {}, whose rows no sync set can tell apart",
            key.columns.join(", "),
            parent.name
        ))
        .object(&table.name)
        .hint(format!(
            "add {} with a `key` to a sync set, or exclude the column, or list the table under `never`",
            parent.name
        )));
    }
    Ok(())
}

pub(in crate::core::sync) fn excluded(spec: &SetTable, column: &str) -> bool {
    spec.exclude.iter().any(|name| name == column)
        || !spec.columns.is_empty() && !spec.columns.iter().chain(&spec.key).any(|name| name == column)
}
