//! What a query over a shape selects: every field as text, with the joins that lead to the parents' keys.

use std::fmt::Write as _;

use super::{
    column_text, from_only, large,
    leaf::{same, text},
    only,
    read::Side,
};
use crate::core::{
    name::ident,
    sync::shape::{Part, Reference, Role, Shape},
};

/// The name under which a subquery says whether a row satisfies the `where`.
const SCOPE: &str = "pgdeck_in_scope";

/// The fields of a shape, as expressions over the alias `t` and the joined parents.
pub(super) struct Fields {
    /// What stands behind FROM.
    pub(super) from: String,
    /// ` LEFT JOIN …` for every parent, at any depth.
    pub(super) joins: String,
    /// `t` where the row satisfies the `where`.
    pub(super) scope: String,
    /// The key's flat values.
    pub(super) key: Vec<String>,
    /// The columns that are read, by their place in the shape.
    pub(super) columns: Vec<(usize, String)>,
    /// One per reference of the shape.
    pub(super) references: Vec<Leads>,
    /// Where large values are not read, the digests of such values, by the places of their columns.
    pub(super) digests_of_large: Vec<(usize, String)>,
}

/// A reference as expressions.
pub(super) struct Leads {
    /// `t` where the foreign key has a value: one of its own columns, or where it has none, all of its columns. A value
    /// that points to no row gives a key of NULLs, which no parent has.
    pub(super) there: String,
    /// The parent's key.
    pub(super) leaves: Vec<String>,
}

impl Fields {
    /// The fields that `side` reads of the rows that satisfy the `where`.
    pub(super) fn limited(shape: &Shape, side: Side) -> Fields {
        Fields { from: from(shape, Side::Source, true), ..Fields::of(shape, side, true) }
    }

    /// The fields that `side` reads; with `limited` of the rows that satisfy the `where` on the source, on the target
    /// with the answer whether they do.
    pub(super) fn of(shape: &Shape, side: Side, limited: bool) -> Fields {
        let mut joins = Joins::default();
        let references: Vec<Leads> = shape.references.iter().map(|reference| joins.leads(shape, reference)).collect();
        let mut key = Vec::new();
        for (at, part) in shape.key.iter().enumerate() {
            match part {
                Part::Reference(reference) => {
                    match shape.references.iter().position(|known| known.columns == reference.columns) {
                        Some(known) => key.extend(references[known].leaves.iter().cloned()),
                        None => joins.reference(reference, "t", &mut key),
                    }
                }
                plain => key.push(leaf("t", at, plain)),
            }
        }
        let read = |at: &usize| side.reads(shape.columns[*at].role);
        let column = |at: usize| match (side, shape.columns[at].role) {
            // What is NULL in the target whatever the source holds is not even read there.
            (Side::Source, Role::Cleared) => (at, "NULL::text".to_owned()),
            _ => (at, column_text(shape, "t", &shape.columns[at].name)),
        };
        Fields {
            from: from(shape, side, limited),
            joins: joins.text,
            scope: if limited && shape.filter.is_some() { format!("left(t.{SCOPE}::text, 1)") } else { "'t'".into() },
            key,
            columns: (0..shape.columns.len()).filter(read).map(column).collect(),
            references,
            digests_of_large: Vec::new(),
        }
    }

    /// The same without large values.
    pub(super) fn without_large(mut self, shape: &Shape) -> Fields {
        for (at, text) in self.columns.iter_mut().filter(|(at, _)| large::may_be_large(&shape.columns[*at].cast)) {
            self.digests_of_large.push((*at, large::digest_of_large(text)));
            *text = large::whole(text);
        }
        self
    }
}

/// Every key of the table that `reference` points to.
pub(super) fn parent_key(reference: &Reference) -> (Vec<String>, String) {
    let mut joins = Joins::default();
    let mut leaves = Vec::new();
    joins.key(&reference.key, "t", &mut leaves);
    let table = with_expressions(&reference.key, &from_only(reference.partitioned, &reference.table));
    (leaves, format!("{table} AS t{}", joins.text))
}

/// The order of keys by their bytes in UTF-8: the one order that servers, whatever their collations, and this
/// program share. `utf8` says that the database is encoded so.
pub(super) fn key_order(key: &[String], utf8: bool) -> String {
    let order = |leaf: &String| {
        if utf8 {
            format!("({leaf}) COLLATE \"C\" NULLS FIRST")
        } else {
            format!("convert_to({leaf}, 'UTF8') NULLS FIRST")
        }
    };
    key.iter().map(order).collect::<Vec<_>>().join(", ")
}

fn from(shape: &Shape, side: Side, limited: bool) -> String {
    let mut table = with_expressions(&shape.key, &only(shape));
    let Some(filter) = shape.filter.as_ref().filter(|_| limited) else { return table };
    if table.starts_with('(') {
        // A subquery needs a name; this one lets the condition name its table as if there were none.
        table = format!("{table} AS {}", ident(&shape.table.name));
    }
    // The line break ends a comment that the condition may close with.
    match side {
        Side::Source => format!("(SELECT *, true AS {SCOPE} FROM {table} WHERE ({filter}\n))"),
        Side::Target => format!("(SELECT *, ({filter}\n) IS TRUE AS {SCOPE} FROM {table})"),
    }
}

/// `table`, with a column for each expression of `key`.
fn with_expressions(key: &[Part], table: &str) -> String {
    let expression = |(at, part): (usize, &Part)| match part {
        Part::Expression { sql } => Some(format!("({sql}\n)::text COLLATE \"C\" AS {}", expression_name(at))),
        _ => None,
    };
    let expressions: Vec<_> = key.iter().enumerate().filter_map(expression).collect();
    if expressions.is_empty() {
        table.to_owned()
    } else {
        format!("(SELECT *, {} FROM {table})", expressions.join(", "))
    }
}

fn expression_name(at: usize) -> String {
    format!("pgdeck_key_{at}")
}

/// A part of a key that is no reference, as text.
fn leaf(alias: &str, at: usize, part: &Part) -> String {
    match part {
        Part::Column { name, cast } => text(&format!("{alias}.{}", ident(name)), cast),
        _ => format!("{alias}.{}", expression_name(at)),
    }
}

#[derive(Default)]
struct Joins {
    text: String,
    count: usize,
}

impl Joins {
    fn leads(&mut self, shape: &Shape, reference: &Reference) -> Leads {
        let filled = |name: &String| format!("t.{} IS NOT NULL", ident(name));
        let there: Vec<_> = if shape.is_silent(reference) {
            // Values of others, of which one alone points to nothing.
            vec![reference.columns.iter().map(filled).collect::<Vec<_>>().join(" AND ")]
        } else {
            shape.owned(reference).map(filled).collect()
        };
        let mut leaves = Vec::new();
        self.reference(reference, "t", &mut leaves);
        Leads { there: format!("left(({})::text, 1)", there.join(" OR ")), leaves }
    }

    fn reference(&mut self, reference: &Reference, child: &str, leaves: &mut Vec<String>) {
        self.count += 1;
        let alias = format!("r{}", self.count);
        let on: Vec<_> = reference
            .columns
            .iter()
            .zip(&reference.referenced)
            .enumerate()
            .map(|(at, (column, referenced))| {
                let (parent, child) = (format!("{alias}.{}", ident(referenced)), format!("{child}.{}", ident(column)));
                same(&parent, &child, reference.casts.get(at).map_or("text", String::as_str))
            })
            .collect();
        let table = with_expressions(&reference.key, &from_only(reference.partitioned, &reference.table));
        // Writing to a string does not fail.
        let _ = write!(self.text, " LEFT JOIN {table} AS {alias} ON {}", on.join(" AND "));
        self.key(&reference.key, &alias, leaves);
    }

    fn key(&mut self, key: &[Part], alias: &str, leaves: &mut Vec<String>) {
        for (at, part) in key.iter().enumerate() {
            match part {
                Part::Reference(reference) => self.reference(reference, alias, leaves),
                plain => leaves.push(leaf(alias, at, plain)),
            }
        }
    }
}
