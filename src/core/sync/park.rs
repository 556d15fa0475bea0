//! Unique values that move between rows.
//!
//! Two questions that swap their `order_index` cannot be updated one after the other: the first update
//! meets the second row's old value. Rows whose value another row is about to take are parked first, on
//! a value that nobody has, and set afterwards. A constraint that is not deferrable is checked row by row
//! (PostgreSQL manual, CREATE TABLE, "Compatibility: Non-Deferred Uniqueness Constraints").

use std::collections::{HashMap, HashSet};

use super::{
    plan::{NewValue, Operation, Plan, Step},
    row::Value,
    shape::{Role, Shape, ShapeColumn},
    sql::{self, Statement},
};
use crate::core::error::Result;

/// One statement of a plan, in the order of running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The step that it belongs to.
    pub step: usize,
    /// What runs; it touches exactly one row.
    pub statement: Statement,
    /// Whether it only moves the row out of the way.
    pub parks: bool,
}

/// Every statement of `plan`: parked rows first, then one statement per step.
pub fn statements(plan: &Plan) -> Result<Vec<Run>> {
    let mut parked: HashMap<usize, (String, Value)> = HashMap::new();
    for shape in &plan.shapes {
        for unique in &shape.uniques {
            for step in claimed(plan, shape, unique) {
                let number = parked.len();
                if let Some(place) = place(shape, unique, &plan.steps[step], number) {
                    parked.entry(step).or_insert(place);
                }
            }
        }
    }
    let mut out = Vec::with_capacity(plan.steps.len() + parked.len());
    for (at, step) in plan.steps.iter().enumerate() {
        if let Some((column, value)) = parked.get(&at) {
            let statement = sql::park(plan.shape(&step.table)?, step, column, value);
            out.push(Run { step: at, statement, parks: true });
        }
    }
    for (at, step) in plan.steps.iter().enumerate() {
        let shape = plan.shape(&step.table)?;
        let statement = match parked.get(&at) {
            Some((column, value)) => {
                let mut moved = step.clone();
                moved.guard.insert(column.clone(), value.clone());
                sql::statement(shape, &moved)
            }
            None => sql::statement(shape, step),
        };
        out.push(Run { step: at, statement, parks: false });
    }
    Ok(out)
}

/// Steps that hold a value of `unique` which another step takes.
fn claimed(plan: &Plan, shape: &Shape, unique: &[String]) -> Vec<usize> {
    let columns = plain(shape, unique);
    if columns.is_empty() {
        return Vec::new();
    }
    let steps = || plan.steps.iter().enumerate().filter(|(_, step)| step.table == shape.table);
    let mut takers: HashMap<Vec<Value>, HashSet<usize>> = HashMap::new();
    for (at, step) in steps().filter(|(_, step)| writes(step, &columns)) {
        let new: Vec<Value> = columns.iter().map(|column| new_value(step, column)).collect();
        if new.iter().all(Option::is_some) {
            takers.entry(new).or_default().insert(at);
        }
    }
    let leaves = |step: &Step| {
        step.operation == Operation::Delete || step.operation == Operation::Update && writes(step, &columns)
    };
    let held = |step: &Step| -> Vec<Value> { columns.iter().map(|c| step.guard.get(*c).cloned().flatten()).collect() };
    steps()
        .filter(|(at, step)| {
            leaves(step) && takers.get(&held(step)).is_some_and(|takers| takers.iter().any(|t| t != at))
        })
        .map(|(at, _)| at)
        .collect()
}

/// The columns of `unique` whose values can be compared as they stand; ids of parents are left out, which
/// parks a row too many at worst.
fn plain<'a>(shape: &Shape, unique: &'a [String]) -> Vec<&'a str> {
    let compared =
        |name: &&'a String| shape.column(name).is_some_and(|c| !matches!(c.role, Role::Foreign | Role::Local));
    unique.iter().filter(compared).map(String::as_str).collect()
}

fn writes(step: &Step, columns: &[&str]) -> bool {
    step.set.iter().flat_map(|a| &a.columns).any(|name| columns.contains(&name.as_str()))
}

fn new_value(step: &Step, column: &str) -> Value {
    let assigned = step.set.iter().find(|a| a.columns.iter().any(|name| name == column));
    match assigned.map(|a| &a.value) {
        Some(NewValue::Value(value)) => value.clone(),
        Some(NewValue::Parent(_)) => None,
        None => step.guard.get(column).cloned().flatten(),
    }
}

/// Where the row of `step` waits: a column of `unique` with a value that nobody has.
fn place(shape: &Shape, unique: &[String], step: &Step, number: usize) -> Option<(String, Value)> {
    let columns = plain(shape, unique).into_iter().filter_map(|name| shape.column(name));
    columns
        .filter(|column| !shape.locator.contains(&column.name))
        .find_map(|column| Some((column.name.clone(), parking(column, step, number)?)))
}

fn parking(column: &ShapeColumn, step: &Step, number: usize) -> Option<Value> {
    match column.cast.as_str() {
        "smallint" => Some(Some((i64::from(i16::MAX) - number as i64).to_string())),
        "integer" | "bigint" | "numeric" => Some(Some((i64::from(i32::MAX) - number as i64).to_string())),
        "text" | "character varying" => Some(Some(format!("pgdeck parks {number} {}", step.key.display()))),
        _ if !column.not_null => Some(None),
        _ => None,
    }
}
