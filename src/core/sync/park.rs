//! Rows that wait on a value which is not their own, so that others can take theirs.
//!
//! Only where rows take values from each other in a circle. Which value is free, and allowed by type, domain, CHECK and
//! index, the server says: candidates are tried, each behind a savepoint.

use std::collections::BTreeMap;

use super::{
    plan::{Assignment, NewValue, Step},
    row::Value,
    shape::{Role, Shape, UniqueRule},
    sql::{self, Statement},
};
use crate::core::schema::Origin;

/// The columns of `unique` on which the row of `step` may wait, the least intrusive first. Only what was reviewed can be
/// brought back.
pub fn columns<'a>(shape: &Shape, unique: &'a UniqueRule, step: &Step) -> Vec<&'a str> {
    let known = |name: &str| {
        step.guard.contains_key(name) && shape.column(name).is_some_and(|column| column.origin != Origin::Generated)
    };
    let mut columns: Vec<_> = unique.columns.iter().filter(|column| known(&column.name)).collect();
    columns.sort_by_key(|column| {
        let foreign = shape.column(&column.name).is_some_and(|c| matches!(c.role, Role::Foreign | Role::Local));
        (shape.locator.contains(&column.name), foreign, column.predicate)
    });
    columns.into_iter().map(|column| column.name.as_str()).collect()
}

/// The values that are tried for `column` of `unique` when the row of `step` has to wait, as a query with one column of
/// text; and a plainer one for where that one fails.
pub fn candidates(shape: &Shape, unique: &UniqueRule, step: &Step, column: &str) -> Option<[Statement; 2]> {
    let known = unique.columns.iter().find(|known| known.name == column)?;
    let own = new_value(shape, step, column).filter(|_| unique.columns.len() > 1 || known.predicate);
    let nulls = if unique.nulls_equal { sql::Nulls::Last } else { sql::Nulls::First };
    let row = |out: &mut Statement| sql::located(out, shape, step);
    let own = own.map_or(&[][..], std::slice::from_ref);
    Some([true, false].map(|typed| sql::candidates(shape, known, own, (nulls, typed), &row)))
}

fn new_value<'a>(shape: &'a Shape, step: &'a Step, column: &str) -> Option<&'a Value> {
    let mut written = step.set.iter().flat_map(|assignment| sql::written(shape, assignment));
    match written.find(|(_, _, name)| *name == column).map(|(assignment, ..)| &assignment.value) {
        Some(NewValue::Value(value)) => Some(value),
        _ => None,
    }
}

/// `step` as it runs once its row waits in `places`: what waits and is not written anew gets its reviewed value back.
/// Parking compared the row with what was reviewed, and nobody else can change it any more; what a trigger did to it
/// since is the target's own business.
pub fn brought_back(shape: &Shape, step: &Step, places: &BTreeMap<String, Value>) -> Step {
    let mut step = back(shape, step, places.keys());
    step.guard.extend(places.clone());
    for (name, value) in shape.locator.iter().zip(&mut step.locator) {
        if let Some(place) = places.get(name) {
            value.clone_from(place);
        }
    }
    step
}

/// The same where nobody knows on which value, and on which of `columns`, the row waits.
pub fn brought_back_from_anywhere(shape: &Shape, step: &Step, columns: &[&str]) -> Step {
    let columns: Vec<String> = columns.iter().map(|name| (*name).to_owned()).collect();
    let mut step = back(shape, step, columns.iter());
    step.guard.retain(|name, _| !columns.contains(name));
    step
}

fn back<'a>(shape: &Shape, step: &Step, columns: impl Iterator<Item = &'a String>) -> Step {
    let mut step = step.clone();
    let written = |name: &String| step.set.iter().flat_map(|a| sql::written(shape, a)).any(|(_, _, n)| n == name);
    let back = columns.filter(|name| step.guard.contains_key(*name) && !written(name)).map(|name| {
        let value = NewValue::Value(step.guard.get(name).cloned().flatten());
        Assignment { columns: vec![name.clone()], value }
    });
    let back: Vec<_> = back.collect();
    if step.operation == super::plan::Operation::Update {
        step.set.extend(back);
    }
    if !shape.triggers.is_empty() {
        step.guard.clear();
    }
    step
}
