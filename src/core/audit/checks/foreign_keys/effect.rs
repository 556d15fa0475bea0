//! FK04, FK09 and FK12: what a delete does.

use std::collections::BTreeSet;

use super::{declared::Declared, sql};
use crate::core::{
    audit::{
        check::{Context, Report},
        facts::{Column, ForeignKey, Oid, Relation},
        reach::{Step, reach},
    },
    name::ident,
    schema::OnDelete,
    text::sql_comment,
};

pub(super) fn fk04(context: &Context<'_>, report: &mut Report<'_>) {
    let declared = Declared::new(context);
    for key in context.facts.foreign_keys.iter().filter(|key| key.on_delete == OnDelete::SetNull) {
        let Some(table) = context.lookup.relation(key.relation) else { continue };
        let columns = if key.set_columns.is_empty() { &key.columns } else { &key.set_columns };
        let refusing: Vec<&Column> =
            columns.iter().filter_map(|number| table.column(*number)).filter(|column| column.not_null).collect();
        // Where another rule was declared, FK01 says it and its fix ends this too.
        let meant = declared.rule(key).is_none_or(|rule| rule == OnDelete::SetNull);
        if refusing.is_empty() || !meant {
            continue;
        }
        let names: Vec<&str> = refusing.iter().map(|column| column.name.as_str()).collect();
        report
            .found_at(table, format!("ON DELETE SET NULL, but {} is NOT NULL", names.join(", ")))
            .part(&key.name)
            .evidence(key.definition.clone())
            .fix(nullable(context, table, key, &names));
    }
}

/// Lets the columns be NULL; those of a primary key cannot, so there the rule has to give way.
fn nullable(context: &Context<'_>, table: &Relation, key: &ForeignKey, names: &[&str]) -> String {
    let primary = context.lookup.indexes(table.oid).iter().find(|index| index.primary);
    let fixed = |column: &&str| {
        table.column_named(column).is_some_and(|column| primary.is_some_and(|index| index.key.contains(&column.number)))
    };
    if names.iter().any(fixed) {
        return sql::replace(table, key, &sql::with_delete_rule(key, OnDelete::NoAction));
    }
    let actions: Vec<_> = names.iter().map(|name| format!("ALTER COLUMN {} DROP NOT NULL", ident(name))).collect();
    format!("ALTER TABLE {} {};", table.name.sql(), actions.join(", "))
}

pub(super) fn fk09(context: &Context<'_>, report: &mut Report<'_>) {
    let blocks = |key: &&ForeignKey| {
        key.relation == key.references
            && matches!(key.on_delete, OnDelete::NoAction | OnDelete::Restrict | OnDelete::SetDefault)
    };
    let declared = Declared::new(context);
    for key in context.facts.foreign_keys.iter().filter(blocks) {
        let Some(table) = context.lookup.relation(key.relation) else { continue };
        if declared.rule(key).is_some() {
            continue;
        }
        let free = |number: &i16| table.column(*number).is_some_and(|column| !column.not_null);
        let rule = if key.columns.iter().all(free) { OnDelete::SetNull } else { OnDelete::Cascade };
        report
            .found_at(
                table,
                format!("{} of the own table: ON DELETE {}", sql::columns(context, key), key.on_delete.word()),
            )
            .part(&key.name)
            .evidence(key.definition.clone())
            .fix(sql::replace(table, key, &sql::with_delete_rule(key, rule)));
    }
}

/// Where rows of a delete's second generation were not agreed on: at least one rule of the path is not declared. Told
/// at the table where it begins, not again at each table on the way.
pub(super) fn fk12(context: &Context<'_>, report: &mut Report<'_>) {
    let declared = Declared::new(context);
    let mut told: BTreeSet<Oid> = BTreeSet::new();
    for table in origins(context) {
        if told.contains(&table.oid) {
            continue;
        }
        let paths = far(context, &declared, table);
        told.extend(paths.iter().flatten().map(|step| step.table.oid));
        if let Some(longest) = paths.iter().max_by_key(|path| path.len()) {
            let reached: BTreeSet<Oid> = paths.iter().flatten().map(|step| step.table.oid).collect();
            let detail = format!("one delete reaches {} tables, {} steps away", reached.len(), longest.len());
            let mut draft = report.found_at(table, detail);
            for path in &paths {
                draft = draft.evidence(shown(table, path));
            }
            draft.fix(advice(longest));
        }
    }
}

/// The tables in the order in which they are asked: first those that no cascade reaches, then those in circles only.
fn origins<'a>(context: &Context<'a>) -> Vec<&'a Relation> {
    let reached = |relation: &Relation| {
        let keys = context.lookup.keys(relation.oid);
        keys.iter().any(|key| key.on_delete == OnDelete::Cascade && key.references != relation.oid)
    };
    let parents: BTreeSet<Oid> = context.facts.foreign_keys.iter().map(|key| key.references).collect();
    let of = |oid: &Oid| context.lookup.relation(*oid);
    let mut origins: Vec<&Relation> = parents.iter().filter_map(of).collect();
    origins.sort_by_key(|relation| (reached(relation), &relation.name));
    origins
}

/// The paths through CASCADE from `table` to where they end, if longer than one step and with a rule that was not
/// declared so. What FK01 reports is left out: its fix breaks the path.
fn far<'a>(context: &Context<'a>, declared: &Declared<'_>, table: &'a Relation) -> Vec<Vec<Step<'a>>> {
    let keep = |path: &[Step<'a>]| path.len() > 1 && path.iter().any(|step| declared.rule(step.key).is_none());
    let mut paths = Vec::new();
    let mut path: Vec<Step<'a>> = Vec::new();
    // Whether nothing goes on from the last table of the path so far, and the depth below which nothing is looked at.
    let (mut ends, mut cut) = (false, usize::MAX);
    for step in reach(context.lookup, table.oid) {
        if step.depth > cut {
            continue;
        }
        if step.depth <= path.len() {
            if ends && keep(&path) {
                paths.push(path.clone());
            }
            path.truncate(step.depth - 1);
            ends = false;
        }
        let right = declared.rule(step.key).is_none_or(|rule| rule == OnDelete::Cascade);
        if step.key.on_delete == OnDelete::Cascade && right && step.table.oid != table.oid {
            path.push(step);
            (ends, cut) = (true, usize::MAX);
        } else {
            cut = step.depth;
        }
    }
    if ends && keep(&path) {
        paths.push(path);
    }
    paths
}

fn shown(table: &Relation, path: &[Step<'_>]) -> String {
    let mut line = table.name.to_string();
    for step in path {
        line.push_str(" → ");
        line.push_str(&step.table.name.to_string());
    }
    line
}

fn advice(path: &[Step<'_>]) -> String {
    let cut =
        |step: &Step<'_>| sql::replace(step.table, step.key, &sql::with_delete_rule(step.key, OnDelete::Restrict));
    let cut = path.last().map(cut).unwrap_or_default();
    sql_comment(&format!("break the path where rows must stay, for instance at its end:\n{cut}"))
}
