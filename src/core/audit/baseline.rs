//! Today's state, written down as what is expected from now on.

use std::{borrow::Cow, fmt::Write as _};

use serde_json::json;

use super::{
    exposure::{is_platform_schema, role_shown},
    facts::{Facts, ForeignKey, Function, Relation},
    lookup::Lookup,
};
use crate::core::{
    name::QName,
    schema::{OnDelete, Relation as Kind},
    text::printable,
};

/// What was written down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Baseline {
    /// Sections for `pgdeck.toml`.
    pub toml: String,
    /// How many tables are expected.
    pub tables: usize,
    /// How many foreign keys are expected.
    pub foreign_keys: usize,
}

/// `[expect]` for `environment`, with a comment wherever somebody should look twice. Objects that a platform keeps for
/// itself, partitions and indexes of constraints are left out: nobody decides on them.
pub fn baseline(environment: &str, facts: &Facts) -> Baseline {
    let lookup = Lookup::new(facts);
    let own = |relation: &&Relation| !is_platform_schema(&relation.name.schema);
    let tables = facts.relations.iter().filter(own).filter(|relation| relation.parent.is_none());
    let tables: Vec<&Relation> =
        tables.filter(|relation| matches!(relation.kind, Kind::Table | Kind::Partitioned)).collect();
    let keys = facts.foreign_keys.iter().filter_map(|key| Some((lookup.relation(key.relation)?, key)));
    let keys: Vec<(&Relation, &ForeignKey)> = keys.filter(|(relation, _)| own(relation)).collect();
    let mut out = format!(
        "# What holds in {environment}, written down by `pgdeck init`: `pgdeck audit` tells what differs from it.\n\
         # Change what is not meant, and what is missing to be said, say.\n[expect]\n"
    );
    array(&mut out, "Tables that have to be there.", "tables", tables.iter().map(|table| quoted(&table.name)));
    row_security(&mut out, &tables);
    functions(&mut out, facts);
    indexes(&mut out, facts, &lookup);
    for (table, key) in &keys {
        foreign_key(&mut out, &lookup, table, key);
    }
    Baseline { toml: out, tables: tables.len(), foreign_keys: keys.len() }
}

/// Writing to a string does not fail, so the results of `write!` are let go here and below.
fn array(out: &mut String, about: &str, name: &str, entries: impl Iterator<Item = String>) {
    let entries: Vec<String> = entries.map(|entry| format!("  {entry},\n")).collect();
    if !entries.is_empty() {
        let _ = write!(out, "# {about}\n{name} = [\n{}]\n", entries.concat());
    }
}

fn row_security(out: &mut String, tables: &[&Relation]) {
    let (on, off): (Vec<&Relation>, Vec<&Relation>) = tables.iter().partition(|table| table.rls);
    array(out, "Row level security has to be enabled.", "rls", on.iter().map(|table| quoted(&plain(&table.name))));
    if !off.is_empty() {
        let names: Vec<String> = off.iter().map(|table| printable(&table.name.to_string()).into_owned()).collect();
        let _ = writeln!(out, "# Without row level security today: {}", names.join(", "));
    }
}

/// As globs see a name: without quotes.
fn plain(name: &QName) -> String {
    format!("{}.{}", name.schema, name.name)
}

fn functions(out: &mut String, facts: &Facts) {
    let own =
        |function: &&Function| !is_platform_schema(&function.name.schema) && !function.trigger && !function.aggregate;
    let entry = |function: &Function| {
        let mut callers: Vec<String> =
            function.grants.iter().map(|grant| quoted(&role_shown(&grant.grantee))).collect();
        callers.sort();
        callers.dedup();
        format!(
            "{{ name = {}, args = {}, grant = [{}] }}",
            quoted(&function.name),
            quoted(&function.types),
            callers.join(", ")
        )
    };
    let about = "Functions, the types of their arguments, and who besides their owner may call them.";
    array(out, about, "functions", facts.functions.iter().filter(own).map(entry));
}

fn indexes(out: &mut String, facts: &Facts, lookup: &Lookup<'_>) {
    let own = facts.indexes.iter().filter(|index| {
        let relation = lookup.relation(index.relation);
        index.constraint.is_none()
            && index.parent.is_none()
            && relation.is_some_and(|relation| relation.parent.is_none() && !is_platform_schema(&relation.name.schema))
    });
    array(
        out,
        "Indexes that have to be there, besides those of constraints.",
        "indexes",
        own.map(|index| quoted(&index.name)),
    );
}

fn foreign_key(out: &mut String, lookup: &Lookup<'_>, table: &Relation, key: &ForeignKey) {
    let columns: Vec<String> = lookup.columns(table.oid, &key.columns).iter().map(quoted).collect();
    let remark = match key.on_delete {
        OnDelete::Cascade => "  # its rows go with their parents'",
        _ => "",
    };
    let _ = write!(
        out,
        "\n[[expect.fk]]\ntable = {}\ncolumns = [{}]\nreferences = {}\non_delete = \"{}\"{remark}\n",
        quoted(&table.name),
        columns.join(", "),
        quoted(&lookup.name(key.references)),
        key.on_delete.word().to_lowercase()
    );
}

/// A string of TOML. What JSON writes is one, but for what acts on a terminal: that is escaped too.
fn quoted(text: &(impl ToString + ?Sized)) -> String {
    let mut out = String::new();
    for c in json!(text.to_string()).to_string().chars() {
        if matches!(printable(c.encode_utf8(&mut [0; 4])), Cow::Borrowed(_)) {
            out.push(c);
        } else {
            let _ = write!(out, "\\U{:08X}", u32::from(c));
        }
    }
    out
}
