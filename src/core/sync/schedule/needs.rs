//! What has to be done before a step, whatever else: foreign keys.
//!
//! A statement that looks up a parent which is not there yet would write NULL, and a row that goes before what points to
//! it would take that along or be refused. So none of this is ever tried the other way round.

use std::collections::{BTreeSet, HashMap};

use crate::core::{
    error::Result,
    name::QName,
    sync::{
        moves::writes,
        plan::{NewValue, Operation, Plan, Step},
        row::Key,
        shape::{Child, Shape},
        spelling::of_column,
        sql,
    },
};

type ByValue<'a> = HashMap<(&'a QName, &'a [String]), HashMap<Vec<String>, Vec<usize>>>;

/// (what comes first, what comes later), by steps.
pub(super) fn needs(plan: &Plan) -> Result<BTreeSet<(usize, usize)>> {
    let mut out = BTreeSet::new();
    parents(plan, &mut out)?;
    children(plan, &mut out)?;
    Ok(out)
}

/// Who points to a row comes after the row.
fn parents(plan: &Plan, out: &mut BTreeSet<(usize, usize)>) -> Result<()> {
    let arrives = |step: &Step, referenced: &[String]| {
        step.operation == Operation::Insert || referenced.iter().any(|name| writes(step, name))
    };
    let mut by_key: HashMap<(&QName, &Key), usize> = HashMap::new();
    for (at, step) in plan.steps.iter().enumerate().filter(|(_, step)| step.operation != Operation::Delete) {
        by_key.insert((&step.table, &step.key), at);
    }
    let mut by_value = ByValue::new();
    for reference in plan.shapes.iter().flat_map(|shape| &shape.references) {
        by_value.entry((&reference.table, &reference.referenced)).or_default();
    }
    for ((table, referenced), rows) in &mut by_value {
        for (at, step) in plan.steps.iter().enumerate().filter(|(_, step)| step.table == **table) {
            if step.operation != Operation::Delete
                && arrives(step, referenced)
                && let Some(values) = new_values(plan.shape(&step.table)?, step, referenced)
            {
                rows.entry(values).or_default().push(at);
            }
        }
    }
    for (at, step) in plan.steps.iter().enumerate().filter(|(_, step)| step.operation != Operation::Delete) {
        let shape = plan.shape(&step.table)?;
        for reference in shape.references.iter().filter(|r| r.columns.iter().any(|name| writes(step, name))) {
            let assigned = step.set.iter().find(|assignment| assignment.columns == reference.columns);
            if let Some(NewValue::Parent(key)) = assigned.map(|assignment| &assignment.value) {
                let parent = by_key.get(&(&reference.table, key)).copied();
                let parent = parent.filter(|parent| arrives(&plan.steps[*parent], &reference.referenced));
                out.extend(parent.filter(|parent| *parent != at).map(|parent| (parent, at)));
            } else if let Some(values) = new_values(shape, step, &reference.columns) {
                let rows = by_value.get(&(&reference.table, reference.referenced.as_slice()));
                let found = rows.and_then(|rows| rows.get(&values)).into_iter().flatten();
                out.extend(found.filter(|parent| **parent != at).map(|parent| (*parent, at)));
            }
        }
    }
    Ok(())
}

/// Who points to a row that goes, or to a value that it changes, leaves first.
fn children(plan: &Plan, out: &mut BTreeSet<(usize, usize)>) -> Result<()> {
    let mut holders = ByValue::new();
    for child in plan.shapes.iter().flat_map(|shape| &shape.children) {
        holders.entry((&child.table, &child.columns)).or_default();
    }
    for ((table, columns), rows) in &mut holders {
        for (at, step) in plan.steps.iter().enumerate().filter(|(_, step)| step.table == **table) {
            let leaves = match step.operation {
                Operation::Insert => false,
                Operation::Update => columns.iter().any(|name| writes(step, name)),
                Operation::Delete => true,
            };
            if let Some(values) = old_values(plan.shape(table)?, step, columns).filter(|_| leaves) {
                rows.entry(values).or_default().push(at);
            }
        }
    }
    for (at, step) in plan.steps.iter().enumerate().filter(|(_, step)| step.operation != Operation::Insert) {
        let disturbed = |child: &&Child| {
            step.operation == Operation::Delete || child.referenced.iter().any(|name| writes(step, name))
        };
        let shape = plan.shape(&step.table)?;
        for child in shape.children.iter().filter(disturbed) {
            let Some(values) = old_values(shape, step, &child.referenced) else { continue };
            let rows = holders.get(&(&child.table, child.columns.as_slice())).and_then(|rows| rows.get(&values));
            out.extend(rows.into_iter().flatten().filter(|child| **child != at).map(|child| (*child, at)));
        }
    }
    Ok(())
}

/// What `step` finds in `columns`, each in one form for equal values; `None` where something is NULL or not known.
fn old_values(shape: &Shape, step: &Step, columns: &[String]) -> Option<Vec<String>> {
    let value = |name: &String| Some(of_column(shape, name, step.guard.get(name)?.as_deref()?));
    columns.iter().map(value).collect()
}

/// What `step` leaves in `columns`, likewise.
fn new_values(shape: &Shape, step: &Step, columns: &[String]) -> Option<Vec<String>> {
    let value = |name: &String| {
        let mut written = step.set.iter().flat_map(|assignment| sql::written(shape, assignment));
        match written.find(|(_, _, written)| written == name).map(|(assignment, ..)| &assignment.value) {
            Some(NewValue::Value(value)) => value.clone(),
            Some(NewValue::Parent(_)) => None,
            None => step.guard.get(name).cloned().flatten(),
        }
    };
    columns.iter().map(|name| Some(of_column(shape, name, &value(name)?))).collect()
}
