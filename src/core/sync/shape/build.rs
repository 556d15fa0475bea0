//! A shape out of a declaration and a catalogue.

use super::{
    Child, Part, Reference, Role, Shape, ShapeColumn, UniqueRule, doubts,
    reference::{excluded, foreign_key_of, key_names, key_parts, known_column, known_table, references},
};
use crate::core::{
    error::{Error, Result},
    name::{QName, ident, literal},
    schema::{Catalog, Column, ForeignKey, Origin, Relation, Table},
    sync::{
        declared,
        set::{Across, Ids, SetTable, Sets},
    },
    trigger::{Trigger, TriggerKind},
};

impl Shape {
    /// Builds the shape of `spec` in the database that `catalog` describes.
    pub fn build(catalog: &Catalog, sets: &Sets, set: &str, spec: &SetTable) -> Result<Shape> {
        Self::built(catalog, sets, set, spec).map_err(|error| spec.placed(error))
    }

    fn built(catalog: &Catalog, sets: &Sets, set: &str, spec: &SetTable) -> Result<Shape> {
        let name = spec.qname()?;
        let table = known_table(catalog, &name)?;
        if table.partition {
            return Err(Error::usage("this is a partition").object(name).hint("name the partitioned table instead"));
        }
        for named in [&spec.columns, &spec.exclude, &spec.ignore, &spec.plain].into_iter().flatten() {
            known_column(table, named)?;
        }
        check_across(catalog, sets, table, spec)?;
        check_plain(table, spec)?;
        let key_names = key_names(table, &spec.key)?;
        let key = key_parts(catalog, sets, table, &key_names, &mut vec![name.clone()])?;
        let references = references(catalog, sets, table, spec, &key_names)?;
        let columns: Vec<_> =
            table.columns.iter().map(|c| shape_column(table, sets, spec, &key_names, &references, c)).collect();
        check_key(table, &key, &columns)?;
        let locator = locator(table, &key_names);
        Ok(Shape {
            set: set.to_owned(),
            partitioned: table.relation == Relation::Partitioned,
            keep_ids: spec.ids.map_or_else(|| keeps_ids(&columns), |ids| ids == Ids::Keep),
            uniques: table.uniques.iter().map(UniqueRule::of).collect(),
            table: name,
            locator,
            filter: filter(spec),
            deletes: spec.deletes,
            on_missing_parent: spec.on_missing_parent,
            triggers: table.triggers.clone(),
            children: children(catalog, &table.name),
            blocked: doubts::blocked(catalog, sets, table, spec, &references),
            warnings: doubts::warnings(catalog, sets, table, spec, &columns, &references),
            key,
            references,
            columns,
        })
    }
}

/// The columns that find one row: the primary key; else the key's, or all of them where it has an expression.
fn locator(table: &Table, key: &[String]) -> Vec<String> {
    if !table.primary_key().is_empty() {
        return table.primary_key().to_vec();
    }
    if key.iter().all(|name| table.column(name).is_some()) {
        return key.to_vec();
    }
    let written = table.columns.iter().filter(|column| column.origin != Origin::Generated);
    written.map(|column| column.name.clone()).collect()
}

/// The `where`, and the rows that stay behind because they point to what is never synced.
fn filter(spec: &SetTable) -> Option<String> {
    let behind = spec.references.iter().filter(|(_, across)| **across == Across::Exclude);
    let mut conditions: Vec<_> = spec.filter.iter().map(|filter| format!("({filter}\n)")).collect();
    conditions.extend(behind.map(|(column, _)| format!("{} IS NULL", ident(column))));
    match (conditions.len(), &spec.filter) {
        (1, Some(filter)) => Some(filter.clone()),
        (0, _) => None,
        _ => Some(conditions.join(" AND ")),
    }
}

/// A rule for what is no foreign key into a table that is never synced would be read by nobody.
fn check_across(catalog: &Catalog, sets: &Sets, table: &Table, spec: &SetTable) -> Result<()> {
    for (column, across) in &spec.references {
        known_column(table, column)?;
        if let Across::Table(to) = across {
            check_declared(catalog, table, column, to)?;
            continue;
        }
        let key = foreign_key_of(table, column).filter(|key| sets.never_pattern(&key.references).is_some());
        if foreign_key_of(table, column).is_none() {
            return Err(Error::usage(format!(
                "`references` gives `{column}` a rule for parents that are never synced, and the column has no foreign key"
            ))
            .object(&table.name)
            .hint(format!("declare the table that it points to: references = {{ {column} = \"TABLE\" }}")));
        }
        let Some(key) = key else {
            return Err(Error::usage(format!(
                "`references` gives `{column}` a rule for parents that are never synced, and its parent is synced"
            ))
            .object(&table.name)
            .hint(
                "take it out: other foreign keys travel by their parent's key; a table's name declares a reference",
            ));
        };
        if *across == Across::Key(Vec::new()) {
            return Err(Error::usage(format!("`references` gives `{column}` no column of {}", key.references))
                .object(&table.name)
                .hint("name the columns that identify its rows in every environment"));
        }
    }
    Ok(())
}

/// A declared reference has to lead to one row of one table, and must not contradict a foreign key.
fn check_declared(catalog: &Catalog, table: &Table, column: &str, to: &str) -> Result<()> {
    let declared = declared::key(catalog, table, column, to)?;
    let own = |key: &&ForeignKey| key.columns == declared.columns && key.references != declared.references;
    match table.foreign_keys.iter().find(own) {
        None => Ok(()),
        Some(key) => Err(Error::usage(format!(
            "`references` says that `{column}` points to {}, and its foreign key says {}",
            declared.references, key.references
        ))
        .object(&table.name)
        .hint("take it out of `references`")),
    }
}

/// What has a foreign key is no plain value.
fn check_plain(table: &Table, spec: &SetTable) -> Result<()> {
    let partial = || table.partial_keys.iter().map(|partial| &partial.key);
    for column in &spec.plain {
        if let Some(key) = table.foreign_keys.iter().chain(partial()).find(|key| key.columns.contains(column)) {
            let what = format!("`plain` names `{column}`, which is a foreign key to {}", key.references);
            return Err(Error::usage(what).object(&table.name).hint("take it out of `plain`"));
        }
    }
    Ok(())
}

/// A key that is not read on both sides would match the wrong rows.
fn check_key(table: &Table, key: &[Part], columns: &[ShapeColumn]) -> Result<()> {
    let role = |name: &str| columns.iter().find(|column| column.name == name).map(|column| column.role);
    for part in key {
        let (names, plain) = match part {
            Part::Column { name, .. } => (std::slice::from_ref(name), true),
            Part::Expression { .. } => continue,
            Part::Reference(reference) => (reference.columns.as_slice(), false),
        };
        for name in names {
            let why = match role(name) {
                Some(Role::Local | Role::Cleared) => {
                    "does not travel (excluded, or it points to a table that is never synced)"
                }
                Some(Role::Generated) => "is made by the server",
                Some(Role::Foreign) if plain => "is a part of a foreign key whose other columns are not in the key",
                _ => continue,
            };
            return Err(Error::usage(format!("its key column `{name}` {why}"))
                .object(&table.name)
                .hint("choose other key columns"));
        }
    }
    Ok(())
}

/// A source's id is worth keeping where it means the same everywhere: a uuid, not the next number of a sequence.
fn keeps_ids(columns: &[ShapeColumn]) -> bool {
    columns.iter().filter(|column| column.role == Role::Id).all(|column| column.cast == "uuid" || column.fill.is_none())
}

/// The foreign keys that point to the table `name`.
pub fn children(catalog: &Catalog, name: &QName) -> Vec<Child> {
    let child = |(table, key): (&Table, &ForeignKey)| Child {
        table: table.name.clone(),
        columns: key.columns.clone(),
        referenced: key.referenced.clone(),
        on_delete: key.on_delete,
        on_update: key.on_update,
        triggers: cascading(table, key),
        identity: table.primary_key().to_vec(),
        partitioned: table.relation == Relation::Partitioned,
    };
    catalog.references_to(name).map(child).collect()
}

/// The triggers of `table` that run when the server cascades along `key`, although there is no row to cascade to.
fn cascading(table: &Table, key: &ForeignKey) -> Vec<Trigger> {
    let events = [key.on_delete.event(true), key.on_update.event(false)];
    let columns: Vec<&str> = key.columns.iter().map(String::as_str).collect();
    let runs = |trigger: &&Trigger| {
        let statement = !trigger.row && matches!(trigger.kind, TriggerKind::Before | TriggerKind::After);
        statement && events.iter().flatten().any(|event| trigger.runs_for(*event, &columns))
    };
    table.triggers.iter().filter(runs).cloned().collect()
}

/// What the server does when nothing is given for `column`.
fn fill(table: &QName, column: &Column) -> Option<String> {
    match column.origin {
        Origin::IdentityAlways | Origin::IdentityByDefault => {
            let (table, column) = (literal(&table.sql()), literal(&column.name));
            Some(format!("nextval(pg_get_serial_sequence({table}, {column}))"))
        }
        Origin::Plain => column.default.clone(),
        Origin::Generated => None,
    }
}

fn shape_column(
    table: &Table,
    sets: &Sets,
    spec: &SetTable,
    key: &[String],
    references: &[Reference],
    column: &Column,
) -> ShapeColumn {
    let in_key = key.contains(&column.name);
    let never = foreign_key_of(table, &column.name).is_some_and(|key| sets.never_pattern(&key.references).is_some());
    let shared = references.iter().any(|reference| reference.plain.contains(&column.name));
    let role = if column.origin == Origin::Generated {
        Role::Generated
    } else if !shared && references.iter().any(|reference| reference.columns.contains(&column.name)) {
        Role::Foreign
    } else if shared {
        if spec.ignore.contains(&column.name) { Role::Ignored } else { Role::Value }
    } else if never && spec.references.get(&column.name) == Some(&Across::Null) {
        Role::Cleared
    } else if never || excluded(spec, &column.name) {
        Role::Local
    } else if !in_key && table.primary_key().contains(&column.name) {
        Role::Id
    } else if spec.ignore.contains(&column.name) {
        Role::Ignored
    } else {
        Role::Value
    };
    ShapeColumn {
        name: column.name.clone(),
        cast: column.cast.clone(),
        role,
        not_null: column.not_null,
        fill: fill(&table.name, column),
        origin: column.origin,
        counters: column.counters.clone(),
        definition: column.definition.clone(),
    }
}
