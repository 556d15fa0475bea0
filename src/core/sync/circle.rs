//! Rows that point to each other in a circle: they are written by one statement.
//!
//! Foreign keys are checked when a statement ends, so one statement with a CTE per row may insert, or delete, rows none
//! of which could come first (PostgreSQL manual, 7.8.4 "Data-Modifying Statements in WITH"). It needs no NULL on the
//! way, no deferrable constraint and no change of the schema.

use std::collections::{BTreeMap, HashMap};

use petgraph::{algo::kosaraju_scc, graphmap::DiGraphMap};

use super::{
    plan::{NewValue, Operation, Plan, Step},
    row::Key,
    shape::Reference,
    spelling::of_column,
};
use crate::core::{error::Result, name::QName};

/// The steps of a circle, by their places in the plan.
pub type Circle = Vec<usize>;

/// The circles among the inserts and among the deletes of `plan`, each at the place where it runs: that of its last
/// insert, or of its first delete. What stands between them is needed by them, or needs them to be gone, and never the
/// other way round, or it would belong to the circle.
pub fn circles(plan: &Plan) -> Result<BTreeMap<usize, Circle>> {
    let mut out = BTreeMap::new();
    for operation in [Operation::Insert, Operation::Delete] {
        let edges = edges(plan, operation)?;
        let mut graph = DiGraphMap::<usize, ()>::new();
        for &(child, parent) in &edges {
            graph.add_edge(child, parent, ());
        }
        for mut circle in kosaraju_scc(&graph) {
            circle.sort_unstable();
            // A row that points to itself is inserted like a circle of one; it can go by itself.
            let itself = operation == Operation::Insert && graph.contains_edge(circle[0], circle[0]);
            if circle.len() > 1 || itself {
                let at = if operation == Operation::Insert { circle.last() } else { circle.first() };
                out.insert(at.copied().unwrap_or_default(), circle);
            }
        }
    }
    Ok(out)
}

/// (child, parent) for the steps of `operation` that point to each other.
fn edges(plan: &Plan, operation: Operation) -> Result<Vec<(usize, usize)>> {
    let rows = Rows::of(plan, operation);
    let mut edges = Vec::new();
    for (at, step) in plan.steps.iter().enumerate().filter(|(_, step)| step.operation == operation) {
        let shape = plan.shape(&step.table)?;
        edges.extend(shape.references.iter().filter_map(|reference| Some((at, rows.parent(step, reference)?))));
    }
    Ok(edges)
}

type ByValue<'a> = HashMap<(&'a QName, &'a [String]), HashMap<Vec<String>, usize>>;

/// Where the rows of one operation are: by their keys, and by the values that others hold of them.
pub(super) struct Rows<'a> {
    plan: &'a Plan,
    by_key: HashMap<(&'a QName, &'a Key), usize>,
    by_value: ByValue<'a>,
}

impl<'a> Rows<'a> {
    pub(super) fn of(plan: &'a Plan, operation: Operation) -> Self {
        let steps = || plan.steps.iter().enumerate().filter(move |(_, step)| step.operation == operation);
        let by_key = steps().map(|(at, step)| ((&step.table, &step.key), at)).collect();
        let mut by_value = ByValue::new();
        for reference in plan.shapes.iter().flat_map(|shape| &shape.references) {
            if plan.shapes.iter().any(|shape| shape.table == reference.table) {
                by_value.entry((&reference.table, &reference.referenced)).or_default();
            }
        }
        for ((table, columns), rows) in &mut by_value {
            for (at, step) in steps().filter(|(_, step)| step.table == **table) {
                if let Some(values) = held(plan, step, columns) {
                    rows.insert(values, at);
                }
            }
        }
        Rows { plan, by_key, by_value }
    }

    /// The step whose row `step` points to by `reference`.
    pub(super) fn parent(&self, step: &Step, reference: &Reference) -> Option<usize> {
        let assigned = step.set.iter().find(|assignment| assignment.columns == reference.columns);
        if let Some(NewValue::Parent(key)) = assigned.map(|assignment| &assignment.value) {
            return self.by_key.get(&(&reference.table, key)).copied();
        }
        let values = held(self.plan, step, &reference.columns)?;
        self.by_value.get(&(&reference.table, reference.referenced.as_slice()))?.get(&values).copied()
    }
}

/// What `step` writes into `columns`, or found there, each in one form for equal values; `None` where something is NULL or
/// not known.
fn held(plan: &Plan, step: &Step, columns: &[String]) -> Option<Vec<String>> {
    let shape = plan.shape(&step.table).ok()?;
    let value = |name: &String| match step.operation {
        Operation::Insert => step.set.iter().find_map(|assignment| match &assignment.value {
            NewValue::Value(value) if assignment.columns.len() == 1 && assignment.columns[0] == *name => {
                value.as_deref()
            }
            _ => None,
        }),
        _ => step.guard.get(name)?.as_deref(),
    };
    columns.iter().map(|name| Some(of_column(shape, name, value(name)?))).collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{plan, shape, step},
        *,
    };

    fn insert(key: &str, parent: &str) -> Step {
        step(Operation::Insert, "t", key, &[("k", key), ("parent", parent)], &[])
    }

    #[test]
    fn circles_are_found_and_run_where_all_that_they_need_is_there() {
        let chain = vec![insert("a", "x"), insert("b", "a"), insert("c", "b")];
        assert!(circles(&plan(shape("t", Some("t")), chain)).expect("circles").is_empty());
        // c is needed by a, and stands between the two of the circle.
        let two = vec![insert("b", "a"), insert("c", "x"), insert("a", "b"), insert("d", "d")];
        let found = circles(&plan(shape("t", Some("t")), two)).expect("circles");
        assert_eq!(found, [(2, vec![0, 2]), (3, vec![3])].into());
        let gone = |key: &str, parent: &str| step(Operation::Delete, "t", key, &[], &[("k", key), ("parent", parent)]);
        let found = circles(&plan(shape("t", Some("t")), vec![gone("a", "b"), gone("b", "a"), gone("c", "c")]));
        assert_eq!(found.expect("circles"), [(0, vec![0, 1])].into());
    }
}
