//! FK01 to FK12: what happens to children when their parents go, and what that costs.

use crate::core::{
    audit::{
        Severity,
        check::{Check, Context, Family, Report},
        facts::{ForeignKey, Index, Relation, Sight},
        rules::{ExpectedKey, Written},
    },
    name::ident,
    schema::Relation as Kind,
};

/// The family.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "FK01",
        title: "delete rule differs from what you declared",
        severity: Severity::Error,
        why: "The team decided what happens to children when their parent is deleted. This database does something \
              else: rows may vanish that had to stay, or a delete may fail that had to work.",
        how: "Replace the constraint by one with the declared rule, or change the declaration in pgdeck.toml. The new \
              one is added NOT VALID and then validated, so that writers wait only for a moment.",
        needs: &[Sight::Constraints],
        run: fk01,
        ..FOREIGN_KEY
    },
    Check {
        id: "FK03",
        title: "no index starts with the foreign key's columns",
        severity: Severity::Warning,
        why: "Each delete of a parent, and each change of its key, looks for children. Without an index that means a \
              scan of the whole child table, under a lock on the parent.",
        how: "Make an index whose first columns are those of the foreign key, in any order.",
        needs: &[Sight::Constraints, Sight::Indexes],
        run: fk03,
        ..FOREIGN_KEY
    },
];

/// What the family's checks have in common.
const FOREIGN_KEY: Check = Check {
    id: "",
    family: Family::ForeignKeys,
    severity: Severity::Warning,
    title: "",
    why: "",
    how: "",
    manual: "5.5.5 \"Foreign Keys\"",
    since: 0,
    needs: &[],
    run: |_, _| {},
};

fn fk01(context: &Context<'_>, report: &mut Report<'_>) {
    for expected in &context.rules.expect.foreign_keys {
        for (table, key) in meant(context, expected) {
            if key.on_delete != expected.value.on_delete {
                differs(context, report, table, key, expected);
            }
        }
    }
}

/// The foreign keys that a declaration is about.
fn meant<'a>(
    context: &Context<'a>,
    expected: &'a Written<ExpectedKey>,
) -> impl Iterator<Item = (&'a Relation, &'a ForeignKey)> {
    let table = context.lookup.named(&expected.value.table);
    let references = context.lookup.named(&expected.value.references);
    let keys = table.map_or(&[][..], |table| context.lookup.keys(table.oid));
    let lookup = context.lookup;
    keys.iter().copied().filter_map(move |key| {
        let (table, references) = (table?, references?);
        let same = key.references == references.oid
            && same_names(&lookup.columns(table.oid, &key.columns), &expected.value.columns);
        same.then_some((table, key))
    })
}

/// Whether the same columns are meant, in whatever order.
fn same_names(columns: &[&str], wanted: &[String]) -> bool {
    columns.len() == wanted.len() && wanted.iter().all(|name| columns.contains(&name.as_str()))
}

fn differs(
    context: &Context<'_>,
    report: &mut Report<'_>,
    table: &Relation,
    key: &ForeignKey,
    expected: &Written<ExpectedKey>,
) {
    let (is, should) = (key.on_delete.word(), expected.value.on_delete.word());
    let columns = context.lookup.columns(table.oid, &key.columns).join(", ");
    report
        .found_at(table, format!("{columns}: ON DELETE {is}, expected {should}"))
        .part(&key.name)
        .evidence(format!("is: {}", key.definition))
        .evidence(format!("declared: ON DELETE {should} ({})", expected.place))
        .fix(replace(table, key, &with_delete_rule(key, should)));
}

/// The constraint's definition with another delete rule.
fn with_delete_rule(key: &ForeignKey, rule: &str) -> String {
    let definition = key.definition.trim_end_matches(" NOT VALID");
    // The rule stands behind the columns, after MATCH and ON UPDATE, before DEFERRABLE (ruleutils.c of the server).
    let (before, deferrable) = match definition.find(" DEFERRABLE") {
        Some(at) => definition.split_at(at),
        None => (definition, ""),
    };
    let before = before.find(" ON DELETE ").map_or(before, |at| &before[..at]);
    format!("{before} ON DELETE {rule}{deferrable}")
}

/// Replaces a constraint, so that the check of the rows does not keep writers out.
fn replace(table: &Relation, key: &ForeignKey, definition: &str) -> String {
    let (table_sql, name) = (table.name.sql(), ident(&key.name));
    // A partitioned table takes no NOT VALID foreign key before PostgreSQL 18.
    if table.kind == Kind::Partitioned {
        return format!("ALTER TABLE {table_sql}\n  DROP CONSTRAINT {name},\n  ADD CONSTRAINT {name} {definition};");
    }
    format!(
        "ALTER TABLE {table_sql}\n  DROP CONSTRAINT {name},\n  ADD CONSTRAINT {name} {definition} NOT VALID;\n\
         ALTER TABLE {table_sql} VALIDATE CONSTRAINT {name};"
    )
}

fn fk03(context: &Context<'_>, report: &mut Report<'_>) {
    for key in &context.facts.foreign_keys {
        let Some(table) = context.lookup.relation(key.relation) else { continue };
        if context.lookup.indexes(table.oid).iter().any(|index| leads_with(context, index, &key.columns)) {
            continue;
        }
        let names = context.lookup.columns(table.oid, &key.columns);
        let listed: Vec<_> = names.iter().map(|name| ident(name)).collect();
        let detail = format!("no index for {} → {}", names.join(", "), context.lookup.name(key.references));
        let draft = report.found_at(table, detail).part(&key.name).evidence(key.definition.clone());
        // On a partitioned table an index cannot be made without keeping writers out.
        let concurrently = if table.kind == Kind::Partitioned { "" } else { " CONCURRENTLY" };
        draft.fix(format!("CREATE INDEX{concurrently} ON {} ({});", table.name.sql(), listed.join(", ")));
    }
}

/// Whether every look-up by `columns` can use `index`: they are its first ones, in any order, and it holds all rows
/// that such a look-up can find.
fn leads_with(context: &Context<'_>, index: &Index, columns: &[i16]) -> bool {
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
