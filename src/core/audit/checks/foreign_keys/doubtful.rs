//! FK05, FK06, FK08, FK10 and FK11: keys that do not hold what they seem to promise.

use super::sql;
use crate::core::{
    audit::{
        check::{Context, Report},
        exposure::is_platform_schema,
        facts::{Column, ForeignKey, Relation},
    },
    name::ident,
    schema::Relation as Kind,
    text::sql_comment,
};

/// Each foreign key with its table.
fn keys<'a>(context: &Context<'a>) -> impl Iterator<Item = (&'a Relation, &'a ForeignKey)> {
    let lookup = context.lookup;
    context.facts.foreign_keys.iter().filter_map(move |key| Some((lookup.relation(key.relation)?, key)))
}

pub(super) fn fk05(context: &Context<'_>, report: &mut Report<'_>) {
    for (table, key) in keys(context).filter(|(_, key)| !key.validated) {
        let (alter, name) = (format!("ALTER TABLE {}", table.name.sql()), ident(&key.name));
        let (detail, fix) = if sql::is_enforced(key) {
            ("is NOT VALID: older rows were never checked", format!("{alter} VALIDATE CONSTRAINT {name};"))
        } else {
            ("is NOT ENFORCED: no row is checked", format!("{alter} ALTER CONSTRAINT {name} ENFORCED;"))
        };
        report
            .found_at(table, format!("{} {detail}", sql::arrow(context, key)))
            .part(&key.name)
            .evidence(key.definition.clone())
            .fix(fix);
    }
}

pub(super) fn fk06(context: &Context<'_>, report: &mut Report<'_>) {
    for (table, key) in keys(context) {
        let Some(parent) = context.lookup.relation(key.references) else { continue };
        let pairs = key.columns.iter().zip(&key.referenced);
        let differing: Vec<(&Column, &Column)> = pairs
            .filter_map(|(column, referenced)| Some((table.column(*column)?, parent.column(*referenced)?)))
            .filter(|(column, referenced)| kind(column) != kind(referenced))
            .collect();
        if differing.is_empty() {
            continue;
        }
        let said = |(column, other): &(&Column, &Column)| {
            format!("{} is {}, {} of {} is {}", column.name, column.type_name, other.name, parent.name, other.type_name)
        };
        let action = |(column, other): &(&Column, &Column)| {
            format!("  ALTER COLUMN {} TYPE {}", ident(&column.name), other.type_name)
        };
        let joined = |parts: Vec<String>, between: &str| parts.join(between);
        report
            .found_at(table, joined(differing.iter().map(said).collect(), "; "))
            .part(&key.name)
            .evidence(key.definition.clone())
            .fix(format!(
                "-- rewrites the table under a lock that keeps readers out\nALTER TABLE {}\n{};",
                table.name.sql(),
                joined(differing.iter().map(action).collect(), ",\n")
            ));
    }
}

/// What makes two columns comparable without a conversion: the type without its length, a domain's own type.
fn kind(column: &Column) -> &str {
    let name = column.base.as_deref().unwrap_or(&column.type_name);
    let name = name.split_once('(').map_or(name, |(name, _)| name.trim_end());
    // The same bytes, the same operators.
    if name == "character varying" { "text" } else { name }
}

pub(super) fn fk08(context: &Context<'_>, report: &mut Report<'_>) {
    for (table, key) in keys(context).filter(|(_, key)| key.columns.len() > 1 && !sql::is_match_full(key)) {
        let columns: Vec<&Column> = key.columns.iter().filter_map(|number| table.column(*number)).collect();
        let (open, filled): (Vec<&Column>, Vec<&Column>) = columns.iter().partition(|column| !column.not_null);
        if open.is_empty() || means_none(context, table, key, &open, &filled) {
            continue;
        }
        let names: Vec<&str> = open.iter().map(|column| column.name.as_str()).collect();
        let fix = if filled.is_empty() {
            sql::replace(table, key, &sql::with_match_full(key))
        } else {
            let set = names.iter().map(|name| format!("ALTER COLUMN {} SET NOT NULL", ident(name)));
            format!("ALTER TABLE {} {};", table.name.sql(), set.collect::<Vec<_>>().join(", "))
        };
        report
            .found_at(table, format!("{} may be NULL, and then no column is checked", names.join(", ")))
            .part(&key.name)
            .evidence(key.definition.clone())
            .fix(fix);
    }
}

/// Whether NULL plainly says "no parent": one column may be NULL, and the others are checked by keys of their own, as
/// a tenant's id is.
fn means_none(context: &Context<'_>, table: &Relation, key: &ForeignKey, open: &[&Column], filled: &[&Column]) -> bool {
    let checked = |column: &&Column| {
        let others = context.lookup.keys(table.oid).iter().filter(|other| other.name != key.name);
        others.into_iter().any(|other| {
            other.columns.contains(&column.number)
                && other.columns.iter().all(|number| table.column(*number).is_some_and(|column| column.not_null))
        })
    };
    open.len() == 1 && filled.iter().all(checked)
}

pub(super) fn fk10(context: &Context<'_>, report: &mut Report<'_>) {
    for (table, key) in keys(context) {
        let Some(parent) = context.lookup.relation(key.references) else { continue };
        if parent.name.schema != "auth" || table.name.schema == "auth" {
            continue;
        }
        let primary = context.lookup.indexes(parent.oid).iter().find(|index| index.primary);
        let same = |index: &[i16]| {
            index.len() == key.referenced.len() && key.referenced.iter().all(|column| index.contains(column))
        };
        if primary.is_some_and(|index| same(&index.key)) {
            continue;
        }
        let name = primary.map(|index| context.lookup.columns(parent.oid, &index.key).join(", "));
        let target = name.unwrap_or_else(|| "a primary key, which it lacks".to_owned());
        report
            .found_at(table, format!("{}: not the primary key", sql::arrow(context, key)))
            .part(&key.name)
            .evidence(key.definition.clone())
            .fix(sql_comment(&format!(
                "reference the primary key of {} ({target}): add a column for it, fill it, then\n{}",
                parent.name,
                sql::drop(table, key)
            )));
    }
}

pub(super) fn fk11(context: &Context<'_>, report: &mut Report<'_>) {
    for (table, key) in keys(context) {
        let Some(parent) = context.lookup.relation(key.references) else { continue };
        // A user's id is what every project of the platform points to.
        if parent.name.schema == table.name.schema
            || parent.name.schema == "auth"
            || is_platform_schema(&table.name.schema)
        {
            continue;
        }
        report
            .found_at(table, format!("{} lies in another schema", sql::arrow(context, key)))
            .part(&key.name)
            .evidence(key.definition.clone())
            .fix("-- nothing has to be done; accept it if it is meant");
    }
    if !context.facts.foreign_keys.is_empty() {
        isolated(context, report);
    }
}

/// Tables without any reference in either direction, where others have some.
fn isolated(context: &Context<'_>, report: &mut Report<'_>) {
    let alone = |table: &&Relation| {
        matches!(table.kind, Kind::Table | Kind::Partitioned)
            && table.parent.is_none()
            && !is_platform_schema(&table.name.schema)
            && context.lookup.keys(table.oid).is_empty()
            && context.lookup.references(table.oid).is_empty()
    };
    for table in context.facts.relations.iter().filter(alone) {
        report
            .found_at(table, "points to no table, and none points to it")
            .evidence(format!("{} foreign keys in this database", context.facts.foreign_keys.len()))
            .fix("-- nothing has to be done; accept it if it is meant");
    }
}
