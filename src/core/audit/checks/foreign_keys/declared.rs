//! FK01 and FK02: what `[[expect.fk]]` says against what is there.

use std::collections::HashMap;

use serde_json::json;

use super::sql;
use crate::core::{
    audit::{
        check::{Context, Report},
        facts::{ForeignKey, Oid, Relation},
        rules::{ExpectedKey, Written},
    },
    error::nearest,
    name::ident,
    schema::OnDelete,
    text::sql_comment,
};

pub(super) fn fk01(context: &Context<'_>, report: &mut Report<'_>) {
    for expected in &context.rules.expect.foreign_keys {
        for (table, key) in meant(context, expected) {
            if key.on_delete != expected.value.on_delete {
                differs(context, report, table, key, expected);
            }
        }
    }
}

fn differs(
    context: &Context<'_>,
    report: &mut Report<'_>,
    table: &Relation,
    key: &ForeignKey,
    expected: &Written<ExpectedKey>,
) {
    let (is, should) = (key.on_delete.word(), expected.value.on_delete.word());
    report
        .found_at(table, format!("{}: ON DELETE {is}, expected {should}", sql::columns(context, key)))
        .part(&key.name)
        .evidence(format!("is: {}", key.definition))
        .evidence(format!("declared: ON DELETE {should} ({})", expected.place))
        .fix(sql::replace(table, key, &sql::with_delete_rule(key, expected.value.on_delete)));
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

/// What was declared, by the constraint that it is about.
pub(super) struct Declared<'a>(HashMap<(Oid, &'a str), &'a Written<ExpectedKey>>);

impl<'a> Declared<'a> {
    /// Finds the constraints, once.
    pub(super) fn new(context: &Context<'a>) -> Self {
        let mut known = HashMap::new();
        for expected in &context.rules.expect.foreign_keys {
            for (_, key) in meant(context, expected) {
                known.entry((key.relation, key.name.as_str())).or_insert(expected);
            }
        }
        Declared(known)
    }

    /// The rule that was declared for `key`.
    pub(super) fn rule(&self, key: &ForeignKey) -> Option<OnDelete> {
        self.0.get(&(key.relation, key.name.as_str())).map(|expected| expected.value.on_delete)
    }
}

pub(super) fn fk02(context: &Context<'_>, report: &mut Report<'_>) {
    let expected = &context.rules.expect.foreign_keys;
    for expected in expected.iter().filter(|expected| meant(context, expected).next().is_none()) {
        absent(context, report, expected);
    }
    if !expected.is_empty() {
        undeclared(context, report);
    }
}

fn undeclared(context: &Context<'_>, report: &mut Report<'_>) {
    let declared = Declared::new(context);
    for key in context.facts.foreign_keys.iter().filter(|key| declared.rule(key).is_none()) {
        let Some(table) = context.lookup.relation(key.relation) else { continue };
        report
            .found_at(
                table,
                format!("{} is not declared: ON DELETE {}", sql::arrow(context, key), key.on_delete.word()),
            )
            .part(&key.name)
            .evidence(key.definition.clone())
            .fix(declaration(context, table, key));
    }
}

/// Lines for pgdeck.toml, as a comment: which rule is right is for people to say.
fn declaration(context: &Context<'_>, table: &Relation, key: &ForeignKey) -> String {
    let columns = context.lookup.columns(table.oid, &key.columns);
    // A string of JSON is one of TOML too.
    let quoted = |name: &str| json!(name).to_string();
    let columns: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
    sql_comment(&format!(
        "declare it in pgdeck.toml, if it is meant:\n[[expect.fk]]\ntable = {}\ncolumns = [{}]\nreferences = {}\n\
         on_delete = \"{}\"",
        quoted(&table.name.to_string()),
        columns.join(", "),
        quoted(&context.lookup.name(key.references)),
        key.on_delete.word().to_lowercase()
    ))
}

/// A declaration that nothing here answers to: a name that is not there, or a constraint.
fn absent(context: &Context<'_>, report: &mut Report<'_>, expected: &Written<ExpectedKey>) {
    let ExpectedKey { table, columns, references, on_delete } = &expected.value;
    let found = (context.lookup.named(table), context.lookup.named(references));
    let (Some(child), Some(parent)) = found else {
        let missing = if found.0.is_none() { table } else { references };
        return misnamed(context, report, expected, &format!("table {missing}"), context.lookup.nearest(missing));
    };
    if let Some(column) = columns.iter().find(|column| child.column_named(column).is_none()) {
        let near = nearest(column, child.columns.iter().map(|column| column.name.as_str())).map(str::to_owned);
        return misnamed(context, report, expected, &format!("column {column} of {}", child.name), near);
    }
    let rule = on_delete.word();
    let listed = columns.join(", ");
    let mut draft = report
        .found_at(child, format!("{listed} → {} is declared and not there", parent.name))
        .part(&listed)
        .evidence(format!("declared: ON DELETE {rule} ({})", expected.place));
    for key in context.lookup.keys(child.oid) {
        if same_names(&context.lookup.columns(child.oid, &key.columns), columns) {
            draft = draft.evidence(format!("there is: {} {}", key.name, key.definition));
        }
    }
    draft.fix(match referenced(context, parent, columns.len()) {
        Some(target) => {
            let name = free_name(context, child, format!("{}_{}_fkey", child.name.name, columns.join("_")));
            let quoted: Vec<_> = columns.iter().map(|name| ident(name)).collect();
            let (quoted, parent) = (quoted.join(", "), parent.name.sql());
            sql::add(child, &name, &format!("FOREIGN KEY ({quoted}) REFERENCES {parent} ({target}) ON DELETE {rule}"))
        }
        None => sql_comment(&format!("{} has no unique key of {} columns to reference", parent.name, columns.len())),
    });
}

/// `name`, or `name1`, `name2`, … as the server would go on, where the table has a foreign key of that name.
fn free_name(context: &Context<'_>, table: &Relation, name: String) -> String {
    let taken = |name: &String| context.lookup.keys(table.oid).iter().any(|key| key.name == *name);
    let numbered = (1..).map(|number| format!("{name}{number}"));
    std::iter::once(name.clone()).chain(numbered).find(|name| !taken(name)).unwrap_or(name)
}

/// The columns to reference: the primary key's, else those of the one unique index that has as many.
fn referenced(context: &Context<'_>, parent: &Relation, count: usize) -> Option<String> {
    let whole = context.lookup.indexes(parent.oid).iter().filter(|index| {
        index.unique && index.valid && index.predicate.is_none() && index.key.len() == count && !index.key.contains(&0)
    });
    let index = whole.max_by_key(|index| index.primary)?;
    let names = context.lookup.columns(parent.oid, &index.key);
    Some(names.iter().map(|name| ident(name)).collect::<Vec<_>>().join(", "))
}

fn misnamed(
    context: &Context<'_>,
    report: &mut Report<'_>,
    expected: &Written<ExpectedKey>,
    what: &str,
    near: Option<String>,
) {
    let hint = near.map(|near| format!("; did you mean {near}?")).unwrap_or_default();
    let (table, place) = (&expected.value.table, &expected.place);
    let table = context.lookup.named(table).map_or_else(|| table.clone(), |table| table.name.to_string());
    report
        .found(&table, format!("{place} names {what}, which does not exist{hint}"))
        .part(expected.value.columns.join(", "))
        .evidence(format!("declared: ON DELETE {} ({place})", expected.value.on_delete.word()))
        .fix(sql_comment(&format!("correct {place}, or create what it names")));
}
