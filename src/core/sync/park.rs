//! Unique values that move between rows.
//!
//! Two questions that swap their `order_index` cannot be updated one after the other: the first update
//! meets the second row's old value. Rows whose value another row is about to take are parked first, on
//! a value that nobody has, and set afterwards. A constraint that is not deferrable is checked row by row
//! (PostgreSQL manual, CREATE TABLE, "Compatibility: Non-Deferred Uniqueness Constraints").

use std::collections::{BTreeMap, HashMap, HashSet};

use super::{
    circle::circles,
    plan::{Assignment, NewValue, Operation, Plan, Step},
    row::Value,
    shape::{Role, Shape, ShapeColumn},
    sql::{self, Statement},
};
use crate::core::{error::Result, schema::Origin};

/// One statement of a plan, in the order of running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The steps that it carries out; several only where their rows point to each other in a circle.
    pub steps: Vec<usize>,
    /// What runs; it touches exactly one row for each step.
    pub statement: Statement,
    /// Whether it returns the place of each step with the locator of its row, as a circle's does.
    pub numbered: bool,
    /// Whether it only moves the row out of the way.
    pub parks: bool,
}

/// Every statement of `plan`: parked rows first, then rows that cannot wait anywhere and go at once, then one statement
/// per step or circle.
pub fn statements(plan: &Plan) -> Result<Vec<Run>> {
    let claimed = claimed_rows(plan);
    let parked = parked(plan, &claimed);
    let mut out = Vec::with_capacity(plan.steps.len() + parked.len());
    for (&at, places) in &parked {
        let step = &plan.steps[at];
        let statement = sql::park(plan.shape(&step.table)?, step, places);
        out.push(Run { steps: vec![at], statement, numbered: false, parks: true });
    }
    let circles = circles(plan)?;
    let mut done: HashSet<usize> = circles.values().flatten().copied().collect();
    for at in claimed.keys().filter(|at| !parked.contains_key(at)).copied().collect::<Vec<_>>() {
        if plan.steps[at].operation == Operation::Delete && !done.contains(&at) && !is_held(plan, at)? {
            let statement = sql::statement(plan.shape(&plan.steps[at].table)?, &plan.steps[at]);
            out.push(Run { steps: vec![at], statement, numbered: false, parks: false });
            done.insert(at);
        }
    }
    for (at, step) in plan.steps.iter().enumerate() {
        if let Some(circle) = circles.get(&at) {
            let statement = sql::circle(&moved(plan, &parked)?, circle)?;
            out.push(Run { steps: circle.clone(), statement, numbered: true, parks: false });
        }
        if done.contains(&at) {
            continue;
        }
        let shape = plan.shape(&step.table)?;
        let statement = match parked.get(&at) {
            Some(places) => sql::statement(shape, &brought_back(shape, step, places)),
            None => sql::statement(shape, step),
        };
        out.push(Run { steps: vec![at], statement, numbered: false, parks: false });
    }
    Ok(out)
}

/// Whether another row of the plan points to the one that goes, until its own step has run.
fn is_held(plan: &Plan, at: usize) -> Result<bool> {
    let gone = &plan.steps[at];
    for (_, step) in plan.steps.iter().enumerate().filter(|(other, _)| *other != at) {
        for reference in plan.shape(&step.table)?.references.iter().filter(|r| r.table == gone.table) {
            let of = |step: &Step, names: &[String]| -> Option<Vec<Value>> {
                names.iter().map(|name| step.guard.get(name).cloned().flatten().map(Some)).collect()
            };
            let (held, value) = (of(step, &reference.columns), of(gone, &reference.referenced));
            if held.is_some() && held == value {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// `plan` with its steps as they run once their rows wait.
fn moved(plan: &Plan, parked: &BTreeMap<usize, BTreeMap<String, Value>>) -> Result<Plan> {
    let mut plan = plan.clone();
    for (&at, places) in parked {
        let step = brought_back(plan.shape(&plan.steps[at].table)?, &plan.steps[at], places);
        plan.steps[at] = step;
    }
    Ok(plan)
}

/// `step` as it runs once its row waits in `places`: what waits and is not written anew gets its reviewed value back.
/// Parking compared the row with what was reviewed, and nobody else can change it any more; what a trigger did to it
/// since is the target's own business.
fn brought_back(shape: &Shape, step: &Step, places: &BTreeMap<String, Value>) -> Step {
    let mut step = step.clone();
    let written = |name: &String| step.set.iter().flat_map(|a| sql::written(shape, a)).any(|(_, _, n)| n == name);
    let back = places.keys().filter(|name| !written(name)).map(|name| {
        let value = NewValue::Value(step.guard.get(name).cloned().flatten());
        Assignment { columns: vec![name.clone()], value }
    });
    let back: Vec<_> = back.collect();
    step.set.extend(back);
    if !shape.triggers.is_empty() {
        step.guard.clear();
    }
    step.guard.extend(places.clone());
    step
}

/// The rows that hold what another one takes, each with the unique constraints that are about it.
fn claimed_rows(plan: &Plan) -> BTreeMap<usize, Vec<&[String]>> {
    let mut out: BTreeMap<usize, Vec<&[String]>> = BTreeMap::new();
    for shape in &plan.shapes {
        let exact = shape.uniques.iter().map(|unique| (unique, claimed(plan, shape, unique)));
        let loose = shape.loose_uniques.iter().map(|unique| (unique, crowded(plan, shape, unique)));
        for (unique, claimed) in exact.chain(loose) {
            for at in claimed {
                out.entry(at).or_default().push(unique);
            }
        }
    }
    out
}

/// Where each row waits that has to: columns with values that nobody has.
fn parked(plan: &Plan, claimed: &BTreeMap<usize, Vec<&[String]>>) -> BTreeMap<usize, BTreeMap<String, Value>> {
    let mut parked: BTreeMap<usize, BTreeMap<String, Value>> = BTreeMap::new();
    let mut number = 0;
    for (&at, uniques) in claimed {
        let Ok(shape) = plan.shape(&plan.steps[at].table) else { continue };
        let places = parked.entry(at).or_default();
        for unique in uniques {
            if !unique.iter().any(|column| places.contains_key(column)) {
                places.extend(place(shape, unique, &plan.steps[at], number));
                number += 1;
            }
        }
    }
    parked.retain(|_, places| !places.is_empty());
    parked
}

/// Steps that hold a value of `unique` which another step takes.
fn claimed(plan: &Plan, shape: &Shape, unique: &[String]) -> Vec<usize> {
    let steps = || plan.steps.iter().enumerate().filter(|(_, step)| step.table == shape.table);
    let mut takers: HashMap<Vec<Value>, HashSet<usize>> = HashMap::new();
    for (at, step) in steps().filter(|(_, step)| writes(step, unique)) {
        let new = values(shape, unique, step, |column| new_value(step, column));
        if new.iter().all(Option::is_some) {
            takers.entry(new).or_default().insert(at);
        }
    }
    let leaves = |step: &Step| match step.operation {
        Operation::Insert => false,
        Operation::Update => writes(step, unique),
        Operation::Delete => true,
    };
    let held = |step: &Step| values(shape, unique, step, |column| step.guard.get(column).cloned().flatten());
    steps()
        .filter(|(at, step)| {
            leaves(step) && takers.get(&held(step)).is_some_and(|takers| takers.iter().any(|t| t != at))
        })
        .map(|(at, _)| at)
        .collect()
}

/// Steps that may hold what another step takes where equal columns do not decide: every row that leaves, if another
/// one comes. Parking a row too many does no harm.
fn crowded(plan: &Plan, shape: &Shape, unique: &[String]) -> Vec<usize> {
    let steps = || plan.steps.iter().enumerate().filter(|(_, step)| step.table == shape.table);
    let comes: Vec<usize> = steps().filter(|(_, step)| writes(step, unique)).map(|(at, _)| at).collect();
    let leaves = |step: &Step| match step.operation {
        Operation::Insert => false,
        Operation::Update => writes(step, unique),
        Operation::Delete => true,
    };
    steps().filter(|(at, step)| leaves(step) && comes.iter().any(|c| c != at)).map(|(at, _)| at).collect()
}

/// What `step` holds or takes in `unique`, as far as it can be compared: plain columns by `value`, parents that
/// are part of the key by their keys. Other ids are left out, which parks a row too many at worst.
fn values(shape: &Shape, unique: &[String], step: &Step, value: impl Fn(&str) -> Value) -> Vec<Value> {
    let mut out: Vec<Value> = plain(shape, unique).into_iter().map(value).collect();
    for (reference, key) in shape.parents(&step.key) {
        if reference.columns.iter().all(|column| unique.contains(column)) {
            out.extend(key.0);
        }
    }
    out
}

/// The columns of `unique` whose values mean the same in every environment.
fn plain<'a>(shape: &Shape, unique: &'a [String]) -> Vec<&'a str> {
    let compared =
        |name: &&'a String| shape.column(name).is_some_and(|c| !matches!(c.role, Role::Foreign | Role::Local));
    unique.iter().filter(compared).map(String::as_str).collect()
}

fn writes(step: &Step, columns: &[String]) -> bool {
    step.set.iter().flat_map(|a| &a.columns).any(|name| columns.contains(name))
}

fn new_value(step: &Step, column: &str) -> Value {
    let assigned = step.set.iter().find(|a| a.columns.iter().any(|name| name == column));
    match assigned.map(|a| &a.value) {
        Some(NewValue::Value(value)) => value.clone(),
        Some(NewValue::Parent(_)) => None,
        None => step.guard.get(column).cloned().flatten(),
    }
}

/// A column of `unique` with a value that nobody has. Only what was reviewed can be brought back.
fn place(shape: &Shape, unique: &[String], step: &Step, number: usize) -> Option<(String, Value)> {
    let columns = unique.iter().filter(|name| !shape.locator.contains(name)).filter_map(|name| shape.column(name));
    columns.filter(|column| column.origin != Origin::Generated && step.guard.contains_key(&column.name)).find_map(
        |column| {
            let place = parking(column, number).or_else(|| early(step, column))?;
            Some((column.name.clone(), place))
        },
    )
}

/// A flag that is taken from a row goes before another row gets it.
fn early(step: &Step, column: &ShapeColumn) -> Option<Value> {
    let new = step.set.iter().find(|assignment| assignment.columns == [column.name.clone()])?;
    let off = matches!(&new.value, NewValue::Value(Some(text)) if text == "false");
    (column.cast == "boolean" && off).then(|| Some("false".to_owned()))
}

fn parking(column: &ShapeColumn, number: usize) -> Option<Value> {
    let comparable = !matches!(column.role, Role::Foreign | Role::Local);
    match column.cast.as_str() {
        "smallint" if comparable => Some(Some((i64::from(i16::MAX) - number as i64).to_string())),
        "integer" | "bigint" if comparable => Some(Some((i64::from(i32::MAX) - number as i64).to_string())),
        _ if !column.not_null => Some(None),
        // Overlaps nothing.
        cast if cast.ends_with("range") && comparable => Some(Some("empty".to_owned())),
        // Short and plain, because the column may be too.
        "text" | "character varying" if comparable => Some(Some(format!("pgdeck-{number}"))),
        "uuid" if comparable => Some(Some(format!("00000000-0000-4000-8000-{number:012x}"))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{plan, shape, step},
        *,
    };

    fn positioned() -> Shape {
        Shape { uniques: vec![vec!["k".into()], vec!["pos".into()]], ..shape("t", None) }
    }

    fn update(key: &str, from: &str, to: &str) -> Step {
        step(Operation::Update, "t", key, &[("pos", to)], &[("k", key), ("pos", from)])
    }

    fn parks(shape: Shape, steps: Vec<Step>) -> Vec<usize> {
        let runs = statements(&plan(shape, steps)).expect("statements");
        runs.into_iter().filter(|run| run.parks).flat_map(|run| run.steps).collect()
    }

    #[test]
    fn only_rows_whose_value_another_row_takes_are_parked() {
        assert_eq!(parks(positioned(), vec![update("a", "1", "2"), update("b", "2", "1")]), [0, 1]);
        assert_eq!(parks(positioned(), vec![update("a", "1", "2"), update("b", "2", "3")]), [1]);
        assert_eq!(parks(positioned(), vec![update("a", "1", "5"), update("b", "2", "6")]), [0_usize; 0]);
        let gone = step(Operation::Delete, "t", "a", &[], &[("k", "a"), ("pos", "1")]);
        let new = step(Operation::Insert, "t", "b", &[("k", "b"), ("pos", "1")], &[]);
        assert_eq!(parks(positioned(), vec![new, gone]), [1]);
        assert_eq!(parks(shape("t", None), vec![update("a", "1", "2"), update("b", "2", "1")]), [0_usize; 0]);
    }

    #[test]
    fn a_parked_row_is_compared_once_and_found_again_where_it_waits() {
        let runs = statements(&plan(positioned(), vec![update("a", "1", "2"), update("b", "2", "1")])).expect("runs");
        assert_eq!(
            runs[0].statement.script(),
            "UPDATE ONLY public.t AS t SET pos = '2147483647'::integer\nWHERE t.k OPERATOR(pg_catalog.=) 'a'::text AND t.pos::text = '1'::text\nRETURNING t.k::text"
        );
        assert_eq!(
            runs[2].statement.script(),
            "UPDATE ONLY public.t AS t SET pos = '2'::integer\nWHERE t.k OPERATOR(pg_catalog.=) 'a'::text AND t.pos::text = '2147483647'::text\nRETURNING t.k::text"
        );
    }

    #[test]
    fn no_two_rows_wait_in_the_same_place() {
        let steps: Vec<_> = (0..50).map(|n| update(&n.to_string(), &n.to_string(), &(49 - n).to_string())).collect();
        let plan = plan(positioned(), steps);
        let places = parked(&plan, &claimed_rows(&plan));
        let taken: HashSet<_> = places.values().map(|place| place["pos"].clone()).collect();
        assert_eq!((places.len(), taken.len()), (50, 50));
    }
}
