//! Rows of a bundle as SQL for a team's `seed.sql`: it makes any database with the schema hold them, and does nothing
//! where they are there already.
//!
//! A tool may run the file in a transaction of its own, or a statement at a time. `BEGIN … COMMIT` would end the
//! tool's transaction early, so the whole region is one `DO` statement: all of it or nothing, wherever it runs. It
//! pins the settings that values are read under and gives the session its own back.
//!
//! Each value stands once, on a line of its own, so that a change is one line in a diff; nothing in the text depends
//! on another row, on time or on the server. Values are compared as text: exact, also without an equality operator.

mod order;
pub mod region;
mod row;

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
};

use self::row::{Wanted, inserted, values_move};
use super::{
    bundle::Bundle,
    diff::refuse_tied,
    plan,
    script::{self, tried},
    shape::{Part, Reference, Shape},
    sql::{self, Statement},
};
use crate::core::{
    error::{Error, Result},
    name::{QName, ident, literal},
    settings,
    sql_text::printable_sql,
};

/// The region's body for the rows of `bundle`, which `verb` writes anew.
pub fn body(bundle: &Bundle, verb: &str) -> Result<String> {
    for table in &bundle.tables {
        names_fit(&table.shape)?;
        if let Some(reason) = &table.shape.blocked {
            return Err(Error::usage(reason).object(&table.shape.table).hint("or take the table out of the sync set"));
        }
        refuse_tied(&table.shape)?;
    }
    let order = order::order(bundle)?;
    let mut out = String::new();
    for (reference, key, child) in &order.elsewhere {
        let there = sql::exists(reference, key).seed();
        let message = format!("{} {} is not here, and {child} needs it", reference.table, key.display());
        // Writing to a string does not fail.
        let _ = write!(
            out,
            "\nIF NOT {there} THEN\n  RAISE EXCEPTION USING MESSAGE = {};\nEND IF;\n",
            literal(&script::comment(&message))
        );
    }
    let deferred = deferred(bundle);
    if !deferred.is_empty() {
        let _ = writeln!(out, "\n-- Unique values may move between rows; checked at the end.");
        let _ = writeln!(out, "SET CONSTRAINTS {} DEFERRED;", joined(&deferred));
    }
    let wanted: Vec<Wanted> = order.rows.iter().map(Wanted::of).collect();
    let moving = moving(bundle);
    let (tried, plain): (Vec<_>, Vec<_>) = wanted.iter().partition(|row| moving.contains(&row.shape.table));
    for row in &plain {
        let _ = write!(out, "\n-- {}", script::comment(&row.name()));
        statement(&mut out, &row.written());
    }
    for row in plain.iter().filter(|row| !row.later.is_empty()) {
        let _ = write!(out, "\n-- {}, now that its parent is there", script::comment(&row.name()));
        statement(&mut out, &row.set_later());
    }
    if !tried.is_empty() {
        out.push_str(
            "\n-- These rows may take unique values from each other. Each waits until nothing is in its way.\n",
        );
        out.push_str(&block(&tried));
    }
    if !deferred.is_empty() {
        let _ = writeln!(out, "\nSET CONSTRAINTS {} IMMEDIATE;", joined(&deferred));
    }
    for table in &bundle.tables {
        for (column, sequence) in plan::numbers(&table.shape).filter(|(column, _)| inserted(&table.shape, column)) {
            // The database that it is loaded into may have given the sequence another name.
            let _ = write!(out, "\nIF pg_catalog.to_regclass({}) IS NOT NULL THEN", literal(&sequence.sql()));
            statement(&mut out, &sql::advance(&table.shape, column, sequence).seed());
            out.push_str("ELSE");
            statement(&mut out, &sql::advance_own(&table.shape, column).seed());
            out.push_str("END IF;\n");
        }
    }
    let out = within_own_settings(&out);
    let tag = script::tag(&out);
    let from = script::comment(&bundle.source.environment);
    let verb = script::comment(verb);
    let text = format!(
        "-- Rows of {from}. `{verb}` writes this part anew; what you change in it is lost then.\n\
         DO {tag}\n{out}{tag};\n"
    );
    if region::holds_marker(&text) {
        return Err(Error::usage("a name in it reads like the end of the region"));
    }
    Ok(printable_sql(&text).into_owned())
}

/// `statements` in a block that sets what they depend on, and gives the session its own back.
fn within_own_settings(statements: &str) -> String {
    let mut out =
        String::from("DECLARE\n  pgdeck_path pg_catalog.text := pg_catalog.current_setting('search_path');\n");
    for (at, (name, _)) in script::session().enumerate() {
        let _ = writeln!(out, "  pgdeck_{at} pg_catalog.text := pg_catalog.current_setting('{name}');");
    }
    out.push_str("BEGIN\n");
    for (name, value) in [("search_path", "")].into_iter().chain(script::session()) {
        let _ = writeln!(out, "PERFORM pg_catalog.set_config('{name}', '{value}', true);");
    }
    // For the triggers of the database.
    let _ = writeln!(out, "PERFORM {};", settings::own_path("pgdeck_path"));
    out.push_str(&script::encoding_check(statements));
    out.push_str(statements);
    out.push('\n');
    for (at, (name, _)) in script::session().enumerate() {
        let _ = writeln!(out, "PERFORM pg_catalog.set_config('{name}', pgdeck_{at}, true);");
    }
    out.push_str("PERFORM pg_catalog.set_config('search_path', pgdeck_path, true);\nEND\n");
    out
}

/// The constraints that are checked at the end, as SQL names.
fn deferred(bundle: &Bundle) -> BTreeSet<String> {
    let of = |shape: &Shape| -> Vec<String> {
        let rules = shape.uniques.iter().filter(|rule| rule.deferrable);
        rules.map(|rule| format!("{}.{}", ident(&shape.table.schema), ident(&rule.name))).collect()
    };
    bundle.tables.iter().flat_map(|table| of(&table.shape)).collect()
}

fn joined(names: &BTreeSet<String>) -> String {
    names.iter().map(String::as_str).collect::<Vec<_>>().join(", ")
}

/// The tables between whose rows unique values may move, and those whose rows point to them.
fn moving(bundle: &Bundle) -> BTreeSet<&QName> {
    let shapes = || bundle.tables.iter().map(|table| &table.shape);
    let mut out: BTreeSet<&QName> = shapes().filter(|shape| values_move(shape)).map(|shape| &shape.table).collect();
    loop {
        let known = out.len();
        let children: BTreeSet<&QName> = shapes()
            .filter(|shape| out.contains(&shape.table))
            .flat_map(|shape| shape.children.iter().map(|child| &child.table))
            .collect();
        let needs = |shape: &&Shape| {
            children.contains(&shape.table) || shape.references.iter().any(|reference| out.contains(&reference.table))
        };
        let more: Vec<_> = shapes().filter(needs).map(|shape| &shape.table).collect();
        out.extend(more);
        if out.len() == known {
            return out;
        }
    }
}

fn block(wanted: &[&Wanted]) -> String {
    let later = wanted.iter().filter(|row| !row.later.is_empty()).map(|row| row.tried_later());
    let rows: Vec<_> = wanted.iter().map(|row| row.tried()).chain(later).collect();
    let mut usable: BTreeMap<&QName, (&Shape, Vec<&str>)> = BTreeMap::new();
    for row in wanted {
        let columns = row.usable();
        let known = usable.entry(&row.shape.table).or_insert_with(|| (row.shape, columns.clone()));
        known.1.retain(|name| columns.contains(name));
    }
    let of = |(shape, columns): &(&Shape, Vec<&str>)| {
        let rules: Vec<_> = (0..shape.uniques.len()).filter(|at| !shape.uniques[*at].deferrable).collect();
        tried::ways(shape, (&rules, columns), &BTreeMap::new(), Statement::seed)
    };
    let ways: Vec<_> = usable.values().flat_map(of).collect();
    // A seed only writes its own rows, and each of them says where it is.
    tried::block(&rows, &ways, true)
}

/// Run from a text, so that the server forgets its plan at once: thousands that are kept take a gigabyte.
fn statement(out: &mut String, sql: &str) {
    let tag = script::tag(sql);
    let _ = writeln!(out, "\nEXECUTE {tag}\n{sql}\n{tag};");
}

/// Line ends are the file's, so no name may hold one.
fn names_fit(shape: &Shape) -> Result<()> {
    fn parts<'a>(key: &'a [Part], out: &mut Vec<&'a str>) {
        for part in key {
            match part {
                Part::Column { name, cast } => out.extend([name.as_str(), cast]),
                Part::Expression { .. } => {}
                Part::Reference(reference) => references(reference, out),
            }
        }
    }
    fn references<'a>(reference: &'a Reference, out: &mut Vec<&'a str>) {
        out.extend([reference.table.schema.as_str(), &reference.table.name]);
        out.extend(reference.columns.iter().chain(&reference.referenced).map(String::as_str));
        parts(&reference.key, out);
    }
    let mut names = vec![shape.table.schema.as_str(), &shape.table.name];
    names.extend(shape.columns.iter().flat_map(|column| [column.name.as_str(), &column.cast]));
    parts(&shape.key, &mut names);
    shape.references.iter().for_each(|reference| references(reference, &mut names));
    match names.iter().find(|name| name.contains(['\n', '\r'])) {
        None => Ok(()),
        Some(name) => {
            Err(Error::usage(format!("the name `{name}` has a line break, so it cannot stand in the region"))
                .object(&shape.table))
        }
    }
}
