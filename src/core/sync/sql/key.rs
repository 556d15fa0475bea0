//! Rows and parents found by their keys.

use super::{
    Statement, from_only,
    leaf::{EQUALS, operands},
};
use crate::core::{
    name::ident,
    sync::{
        row::{Key, Value},
        shape::{Part, Reference, Shape},
    },
};

/// `(SELECT p.id FROM plans AS p WHERE p.key = 'pro')`: fails by itself when the key stands for several rows.
pub(super) fn parent<'a>(
    out: &mut Statement,
    reference: &Reference,
    at: usize,
    leaves: &mut impl Iterator<Item = &'a Value>,
    depth: usize,
) {
    let alias = format!("p{depth}");
    out.sql(format!(
        "(SELECT {alias}.{} FROM {} AS {alias} WHERE ",
        ident(reference.target(at)),
        from_only(reference.partitioned, &reference.table)
    ));
    condition(out, &reference.key, &alias, leaves, depth + 1);
    out.sql(")");
}

pub(super) fn key_condition<'a>(
    out: &mut Statement,
    key: &[Part],
    alias: &str,
    leaves: &mut impl Iterator<Item = &'a Value>,
) {
    condition(out, key, alias, leaves, 1);
}

fn condition<'a>(
    out: &mut Statement,
    key: &[Part],
    alias: &str,
    leaves: &mut impl Iterator<Item = &'a Value>,
    depth: usize,
) {
    for (number, part) in key.iter().enumerate() {
        out.sql(if number > 0 { " AND " } else { "" });
        match part {
            Part::Column { name, cast } => {
                let (column, cast) = operands(&format!("{alias}.{}", ident(name)), cast);
                equals(out, &column, leaves.next(), &cast);
            }
            Part::Expression { sql } => {
                // The expression names its columns as they are, so it gets a row of its own.
                let value = format!("(SELECT ({sql}\n)::text COLLATE \"C\" FROM (SELECT {alias}.*) AS k)");
                equals(out, &value, leaves.next(), "text");
            }
            Part::Reference(reference) => {
                let values: Vec<Value> = leaves.take(reference.leaves()).cloned().collect();
                reference_condition(out, reference, alias, &values, depth);
            }
        }
    }
}

fn equals(out: &mut Statement, left: &str, right: Option<&Value>, cast: &str) {
    out.equals(left, right.unwrap_or(&None), cast);
}

fn reference_condition(out: &mut Statement, reference: &Reference, alias: &str, values: &[Value], depth: usize) {
    for (at, column) in reference.columns.iter().enumerate() {
        out.sql(if at > 0 { " AND " } else { "" });
        if values.iter().all(Option::is_none) {
            out.sql(format!("{alias}.{} IS NULL", ident(column)));
        } else {
            out.sql(format!("{alias}.{} {EQUALS} ", ident(column)));
            parent(out, reference, at, &mut values.iter(), depth);
        }
    }
}

/// The condition that holds for the row `t` with this key.
pub fn found(shape: &Shape, key: &Key) -> Statement {
    let mut out = Statement::default();
    key_condition(&mut out, &shape.key, "t", &mut key.0.iter());
    out
}

/// Whether the parent with this key is there.
pub fn exists(reference: &Reference, key: &Key) -> Statement {
    let mut out = Statement::default();
    out.sql(format!("EXISTS (SELECT FROM {} AS t WHERE ", from_only(reference.partitioned, &reference.table)));
    key_condition(&mut out, &reference.key, "t", &mut key.0.iter());
    out.sql(")");
    out
}
