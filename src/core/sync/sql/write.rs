//! Steps → the statements that write rows, each guarded by what was reviewed.

use super::{
    Statement, cast, column_text, from_only,
    key::{key_condition, parent},
    leaf::{EQUALS, same},
    only,
};
use crate::core::{
    name::{QName, ident},
    schema::Origin,
    sync::{
        plan::{Assignment, NewValue, Operation, Step},
        row::{Key, Value},
        shape::{Child, Role, Shape, ShapeColumn},
    },
};

/// The statement of one step. It changes exactly one row, or its plan is rolled back.
pub fn statement(shape: &Shape, step: &Step) -> Statement {
    let mut out = Statement::default();
    match step.operation {
        Operation::Insert => insert(&mut out, shape, step),
        Operation::Update => update(&mut out, shape, step),
        Operation::Delete => {
            out.sql(format!("DELETE FROM {} AS t", only(shape))).rows("\nUSING ");
            guards(&mut out, shape, step);
            childless(&mut out, shape, shape.children.iter(), &|_, _, _| {});
        }
    }
    if step.operation == Operation::Insert {
        // What the server makes of itself comes in the order of the plan.
        out.only_together("\nORDER BY w.n").sql("\nRETURNING ").sql(locator(shape));
    } else {
        returning(&mut out, shape);
    }
    out
}

fn insert(out: &mut Statement, shape: &Shape, step: &Step) {
    let written: Vec<_> = step.set.iter().flat_map(|assignment| written(shape, assignment)).collect();
    let columns: Vec<_> = written.iter().map(|(_, _, name)| ident(name)).collect();
    out.sql(format!("INSERT INTO {} AS t ({})", shape.table.sql(), columns.join(", ")));
    let given = |column: &ShapeColumn| written.iter().any(|(_, _, name)| column.name == **name);
    if shape.columns.iter().any(|column| column.origin == Origin::IdentityAlways && given(column)) {
        out.sql(" OVERRIDING SYSTEM VALUE");
    }
    out.sql("\nSELECT ");
    for (number, (assignment, at, _)) in written.iter().enumerate() {
        out.sql(if number > 0 { ", " } else { "" });
        assigned(out, shape, assignment, *at);
    }
    out.rows("\nFROM ").sql(format!("\nWHERE NOT EXISTS (SELECT FROM {} AS t WHERE ", only(shape)));
    key_condition(out, &shape.key, "t", &mut step.key.0.iter());
    out.sql(")");
}

fn update(out: &mut Statement, shape: &Shape, step: &Step) {
    out.sql(format!("UPDATE {} AS t SET ", only(shape)));
    let written: Vec<_> = step.set.iter().flat_map(|assignment| written(shape, assignment)).collect();
    for (number, (assignment, at, name)) in written.iter().enumerate() {
        out.sql(if number > 0 { ", " } else { "" }).sql(ident(name)).sql(" = ");
        assigned(out, shape, assignment, *at);
    }
    out.rows("\nFROM ");
    guards(out, shape, step);
    let names: Vec<_> = written.iter().map(|(_, _, name)| *name).collect();
    childless(out, shape, shape.children_by(&names).map(|(_, child)| child), &|_, _, _| {});
}

/// The columns that `assignment` writes, each with its place in it: not those that the server makes, and of a
/// wide foreign key not those that belong to a narrower one.
pub fn written<'a>(
    shape: &'a Shape,
    assignment: &'a Assignment,
) -> impl Iterator<Item = (&'a Assignment, usize, &'a str)> {
    let wide = shape.references.iter().find(|r| r.columns.len() > 1 && r.columns == assignment.columns);
    let others = move |name: &String| wide.is_some_and(|wide| !shape.owned(wide).any(|owned| owned == name));
    let made = |name: &String| shape.column(name).is_some_and(|column| column.origin == Origin::Generated);
    let columns = assignment.columns.iter().enumerate().filter(move |(_, name)| !others(name) && !made(name));
    columns.map(move |(at, name)| (assignment, at, name.as_str()))
}

fn returning(out: &mut Statement, shape: &Shape) {
    out.sql("\nRETURNING ").only_together("w.n::text, ").sql(locator(shape));
}

fn locator(shape: &Shape) -> String {
    let locator: Vec<_> = shape.locator.iter().map(|name| column_text(shape, "t", name)).collect();
    locator.join(", ")
}

/// Where the row with this key is: its locator.
pub fn whereabouts(shape: &Shape, key: &Key) -> Statement {
    let mut out = Statement::default();
    out.sql("SELECT ").only_together("w.n::text, ").sql(format!("{}\nFROM {} AS t", locator(shape), only(shape)));
    out.rows(", ").sql("\nWHERE ");
    key_condition(&mut out, &shape.key, "t", &mut key.0.iter());
    out
}

/// The condition that finds the row `t` of `step`.
pub fn located(out: &mut Statement, shape: &Shape, step: &Step) {
    found(out, shape, &step.locator);
}

/// The condition that finds the row `t` with this locator.
pub(super) fn found(out: &mut Statement, shape: &Shape, locator: &[Value]) {
    for (at, (name, value)) in shape.locator.iter().zip(locator).enumerate() {
        out.sql(if at > 0 { " AND " } else { "" });
        out.equals(&format!("t.{}", ident(name)), value, cast(shape, name));
    }
}

pub(super) fn guards(out: &mut Statement, shape: &Shape, step: &Step) {
    out.sql("\nWHERE ");
    guarded(out, shape, step);
}

/// The condition that holds for the row `t` of `step` while it is as it was reviewed.
pub fn guarded(out: &mut Statement, shape: &Shape, step: &Step) {
    located(out, shape, step);
    // Compared as text: exact for every type, also those without an equality operator.
    for (name, value) in step.guard.iter().filter(|(name, _)| !shape.locator.contains(name)) {
        out.sql(" AND ").holds(&format!("t.{}", ident(name)), column_text(shape, "t", name), value);
    }
}

/// A row that goes, or changes what others point to, takes nothing with it: no cascade may reach a row that was not
/// reviewed. `but` adds to the condition on children of a table, by their alias: which of them may be there.
pub(super) fn childless<'a>(
    out: &mut Statement,
    shape: &Shape,
    children: impl Iterator<Item = &'a Child>,
    but: &dyn Fn(&mut Statement, &QName, &str),
) {
    for child in children {
        let columns = child.columns.iter().zip(&child.referenced);
        let on: Vec<_> = columns
            .map(|(column, referenced)| {
                let (child, parent) = (format!("c.{}", ident(column)), format!("t.{}", ident(referenced)));
                same(&child, &parent, cast(shape, referenced))
            })
            .collect();
        let table = from_only(child.partitioned, &child.table);
        out.sql(format!("\n  AND NOT EXISTS (SELECT FROM {table} AS c WHERE {}", on.join(" AND ")));
        // A statement looks for children before it writes any row, and so does not see what the rows themselves, or
        // triggers on the way, do to them.
        if child.table == shape.table || !shape.triggers.is_empty() {
            out.alone();
        }
        if child.table == shape.table {
            // A row that points to itself goes with itself.
            let row = |alias: &str| -> Vec<String> {
                shape.locator.iter().map(|name| format!("{alias}.{}::text", ident(name))).collect()
            };
            out.sql(format!(" AND ROW({}) IS DISTINCT FROM ROW({})", row("c").join(", "), row("t").join(", ")));
        }
        but(out, &child.table, "c");
        out.sql(")");
    }
}

/// The value that `assignment` gives to its column at the place `at`.
pub fn assigned(out: &mut Statement, shape: &Shape, assignment: &Assignment, at: usize) {
    match &assignment.value {
        NewValue::Value(value) => {
            out.value(value, cast(shape, &assignment.columns[at]));
        }
        NewValue::Parent(key) => {
            let reference = shape.references.iter().find(|reference| reference.columns == assignment.columns);
            if let Some(reference) = reference {
                let cast = cast(shape, &assignment.columns[at]);
                out.lookup(cast, |out| parent(out, reference, at, &mut key.0.iter(), 1));
            }
        }
    }
}

/// The condition that holds once `step` has been carried out.
pub fn reached(shape: &Shape, step: &Step) -> Statement {
    let mut out = Statement::default();
    let not = if step.operation == Operation::Delete { "NOT " } else { "" };
    out.sql(format!("{not}EXISTS (SELECT FROM {} AS t WHERE ", only(shape)));
    key_condition(&mut out, &shape.key, "t", &mut step.key.0.iter());
    // What makes no difference may have been stamped by a trigger.
    let compared = |name: &str| shape.column(name).is_none_or(|column| column.role != Role::Ignored);
    let written = step.set.iter().flat_map(|assignment| written(shape, assignment));
    for (assignment, at, name) in written.filter(|(_, _, name)| compared(name)) {
        out.sql(" AND ");
        match &assignment.value {
            NewValue::Value(value @ Some(_)) if REWRITTEN.contains(&cast(shape, name)) => {
                out.sql(format!("t.{} {} ", ident(name), EQUALS)).value(value, cast(shape, name));
            }
            // `character(5)` holds blanks that were not given; they count, and so do those that were.
            NewValue::Value(value @ Some(_)) if cast(shape, name) == "bpchar" => {
                out.sql(format!("{} = ", column_text(shape, "t", name)));
                padded(&mut out, shape, name, value);
            }
            NewValue::Value(value) => {
                _ = out.holds(&format!("t.{}", ident(name)), column_text(shape, "t", name), value);
            }
            NewValue::Parent(_) => {
                out.sql(format!("t.{} {} ", ident(name), EQUALS));
                assigned(&mut out, shape, assignment, at);
            }
        }
    }
    out.sql(")");
    out
}

/// `value` as the column `name` of type `character` writes it.
fn padded(out: &mut Statement, shape: &Shape, name: &str, value: &Value) {
    let declared = shape.column(name).map_or("", |column| column.definition.declared.as_str());
    let declared = if declared.is_empty() { "bpchar" } else { declared };
    out.sql("textin(bpcharout(").value(value, "bpchar").sql(format!("::{declared}))"));
}

/// Types that may write the same value in another way than they were given it: `2.5` into `numeric(8,2)`.
const REWRITTEN: &[&str] = &["numeric", "real", "double precision", "interval", "jsonb"];

/// Moves the row of `step` out of the way of unique values that other rows need, onto `value` of `column`.
/// It returns the value as the server writes it.
pub fn park(shape: &Shape, step: &Step, column: &str, value: &Value) -> Statement {
    let mut out = Statement::default();
    out.sql(format!("UPDATE {} AS t SET {} = ", only(shape), ident(column))).value(value, cast(shape, column));
    guards(&mut out, shape, step);
    childless(&mut out, shape, shape.children_by(&[column]).map(|(_, child)| child), &|_, _, _| {});
    out.sql(format!("\nRETURNING {}", column_text(shape, "t", column)));
    out
}

/// Writes what `step` sets into its row. It returns that as the server writes it, in the order of [`written`].
pub fn settle(shape: &Shape, step: &Step) -> Statement {
    let mut out = Statement::default();
    update(&mut out, shape, step);
    let names = step.set.iter().flat_map(|assignment| written(shape, assignment));
    let texts: Vec<_> = names.map(|(_, _, name)| column_text(shape, "t", name)).collect();
    out.sql(format!("\nRETURNING {}", texts.join(", ")));
    out
}

/// The same as [`park`] for any row, as what stands before the value and what stands behind it, up to the condition on the row, which
/// is `row`: for statements that are made on the server.
pub fn parked_from(shape: &Shape, column: &str, row: &str) -> (String, Statement) {
    let mut after = Statement::default();
    after.sql(format!("::{}\nWHERE {row}", cast(shape, column)));
    childless(&mut after, shape, shape.children_by(&[column]).map(|(_, child)| child), &|_, _, _| {});
    (format!("UPDATE {} AS t SET {} = ", only(shape), ident(column)), after)
}
