//! All statements of a plan, in order.
//!
//! Some order must be: a parent before what points to it, a child gone before its parent goes. Some should be, so that
//! no row has to wait on a value that is not its own: who leaves a unique value before who takes it. Where that leads
//! round in a circle, one row waits elsewhere (`park`). Nothing else changes places.

mod needs;
mod order;

use std::collections::{BTreeMap, BTreeSet};

use super::{
    circle::circles,
    moves::{Contest, Moves},
    park,
    plan::Plan,
    row::Value,
    sql::{self, Statement},
};
use crate::core::{error::Result, name::ident};

/// Where rows wait: by step, columns with values that are not their own.
pub type Places = BTreeMap<usize, BTreeMap<String, Value>>;

/// One statement of a plan, in the order of running.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// The steps that it carries out; several only where their rows point to each other in a circle.
    pub steps: Vec<usize>,
    /// What runs; it touches exactly one row for each step.
    pub statement: Statement,
    /// Whether it returns the place of each step with the locator of its row, as a circle's does.
    pub numbered: bool,
    /// The runs, by their places, that have to be done before it, because of foreign keys.
    pub needs: Vec<usize>,
    /// The steps whose rows have to wait elsewhere before it.
    pub after: Vec<usize>,
    /// Runs of one level take no unique value from each other, as far as is known.
    pub level: usize,
    /// Whether it leaves or takes a unique value that another one takes or leaves.
    pub moves: bool,
    /// Whether only the server can say if its place in the order is right.
    pub unsure: bool,
}

/// The statements of a plan.
#[derive(Debug, Clone)]
pub struct Schedule {
    /// In order.
    pub runs: Vec<Run>,
    /// What is about unique values that move.
    pub contests: Vec<Contest>,
    /// The constraints that are checked at the end, as SQL names.
    pub deferred: Vec<String>,
}

/// The statements of `plan`.
pub fn schedule(plan: &Plan) -> Result<Schedule> {
    let moves = Moves::of(plan);
    let units = units(plan)?;
    let mut unit_of = vec![0; plan.steps.len()];
    for (at, (unit, _)) in units.iter().enumerate() {
        for step in unit {
            unit_of[*step] = at;
        }
    }
    let between = |first: usize, later: usize| (unit_of[first], unit_of[later]);
    let apart = |edge: &(usize, usize)| edge.0 != edge.1;
    let must: BTreeSet<_> = needs::needs(plan)?.into_iter().map(|(f, l)| between(f, l)).filter(apart).collect();
    // Where each must come first, the other's value has to be given up elsewhere.
    let should = moves.edges.iter().map(|(first, later, _)| between(*first, *later)).filter(apart).collect();
    let order = order::order(units.len(), &must, &should);
    let mut place = vec![0; units.len()];
    order.levels.iter().enumerate().for_each(|(at, (unit, _))| place[*unit] = at);
    let mut needs: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (first, later) in must.iter().filter(|(first, later)| place[*first] < place[*later]) {
        needs.entry(*later).or_default().push(place[*first]);
    }
    // Only what is certain: a row that might be in the way is asked to wait when it is.
    let mut after: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (first, later, _) in moves.edges.iter().filter(|(.., sure)| *sure) {
        let (first_unit, later_unit) = between(*first, *later);
        if order.waits.contains(&(later_unit, first_unit)) {
            after.entry(later_unit).or_default().push(*first);
        }
    }
    let mut runs = Vec::with_capacity(units.len());
    for (unit, level) in order.levels {
        let (steps, circle) = units[unit].clone();
        runs.push(Run {
            statement: statement(plan, &steps, circle, &Places::new())?,
            numbered: circle,
            needs: needs.remove(&unit).unwrap_or_default(),
            after: after.remove(&unit).unwrap_or_default(),
            level,
            moves: steps.iter().any(|step| moves.moving.contains(step)),
            unsure: order.circular.contains(&unit) || steps.iter().any(|step| moves.unsure.contains(step)),
            steps,
        });
    }
    Ok(Schedule { runs, contests: moves.contests, deferred: deferred(plan) })
}

/// What runs for `steps`, which may be a circle of rows, once the rows of `places` wait there.
pub fn statement(plan: &Plan, steps: &[usize], circle: bool, places: &Places) -> Result<Statement> {
    if !circle {
        let step = &plan.steps[steps[0]];
        let shape = plan.shape(&step.table)?;
        return Ok(match places.get(&steps[0]) {
            Some(places) => sql::statement(shape, &park::brought_back(shape, step, places)),
            None => sql::statement(shape, step),
        });
    }
    if !steps.iter().any(|at| places.contains_key(at)) {
        return sql::circle(plan, steps);
    }
    let mut moved = plan.clone();
    for (&at, places) in places {
        moved.steps[at] = park::brought_back(plan.shape(&plan.steps[at].table)?, &plan.steps[at], places);
    }
    sql::circle(&moved, steps)
}

/// Steps that are carried out by one statement, in the order of the plan: rows that point to each other in a circle,
/// and each other row by itself. A circle may be one new row that points to itself.
fn units(plan: &Plan) -> Result<Vec<(Vec<usize>, bool)>> {
    let circles = circles(plan)?;
    let in_circle: BTreeSet<usize> = circles.values().flatten().copied().collect();
    let mut out = Vec::with_capacity(plan.steps.len());
    for at in 0..plan.steps.len() {
        if let Some(circle) = circles.get(&at) {
            out.push((circle.clone(), true));
        } else if !in_circle.contains(&at) {
            out.push((vec![at], false));
        }
    }
    Ok(out)
}

fn deferred(plan: &Plan) -> Vec<String> {
    let of = |shape: &super::shape::Shape| -> Vec<String> {
        let schema = ident(&shape.table.schema);
        let rules = shape.uniques.iter().filter(|rule| rule.deferrable);
        rules.map(|rule| format!("{schema}.{}", ident(&rule.name))).collect()
    };
    plan.shapes.iter().flat_map(of).collect::<BTreeSet<_>>().into_iter().collect()
}

#[cfg(test)]
mod tests {
    use super::{
        super::{
            fixture::{plan, rule, shape, step},
            plan::{Operation, Step},
            shape::Shape,
        },
        *,
    };

    fn positioned() -> Shape {
        Shape { uniques: vec![rule("k", "text"), rule("pos", "integer")], ..shape("t", None) }
    }

    fn update(key: &str, from: &str, to: &str) -> Step {
        step(Operation::Update, "t", key, &[("pos", to)], &[("k", key), ("pos", from)])
    }

    /// The steps in order, and who waits before which.
    fn order(shape: Shape, steps: Vec<Step>) -> (Vec<usize>, Vec<(usize, Vec<usize>)>) {
        let runs = schedule(&plan(shape, steps)).expect("schedule").runs;
        let waits = runs.iter().filter(|run| !run.after.is_empty()).map(|run| (run.steps[0], run.after.clone()));
        (runs.iter().map(|run| run.steps[0]).collect(), waits.collect())
    }

    #[test]
    fn who_leaves_a_value_goes_before_who_takes_it_and_nobody_waits() {
        let chain = vec![update("a", "1", "2"), update("b", "2", "3"), update("c", "9", "8")];
        assert_eq!(order(positioned(), chain), (vec![1, 2, 0], vec![]));
        let gone = step(Operation::Delete, "t", "a", &[], &[("k", "a"), ("pos", "1")]);
        let new = step(Operation::Insert, "t", "b", &[("k", "b"), ("pos", "1")], &[]);
        assert_eq!(order(positioned(), vec![new.clone(), gone.clone()]), (vec![1, 0], vec![]));
        assert_eq!(order(shape("t", None), vec![new, gone]), (vec![0, 1], vec![]), "no rule, no other order");
    }

    #[test]
    fn of_a_circle_one_waits() {
        let swap = || vec![update("a", "1", "2"), update("b", "2", "1")];
        let (steps, waits) = order(positioned(), swap());
        assert_eq!((steps.len(), waits.len()), (2, 1));
        let mut deferrable = positioned();
        deferrable.uniques[1].deferrable = true;
        assert_eq!(order(deferrable.clone(), swap()), (vec![0, 1], vec![]));
        assert_eq!(schedule(&plan(deferrable, swap())).expect("schedule").deferred, ["public.pos_key"]);
    }

    #[test]
    fn a_row_that_waits_is_compared_once_and_found_again_there() {
        let plan = plan(positioned(), vec![update("a", "1", "2")]);
        let shape = plan.shape(&plan.steps[0].table).expect("shape");
        assert_eq!(
            sql::park(shape, &plan.steps[0], "pos", &Some("7".into())).script(),
            "UPDATE ONLY public.t AS t SET pos = '7'::integer\nWHERE t.k OPERATOR(pg_catalog.=) 'a'::text AND t.pos::text = '1'::text\nRETURNING t.pos::text"
        );
        let places = Places::from([(0, BTreeMap::from([("pos".to_owned(), Some("7".into()))]))]);
        assert_eq!(
            statement(&plan, &[0], false, &places).expect("statement").script(),
            "UPDATE ONLY public.t AS t SET pos = '2'::integer\nWHERE t.k OPERATOR(pg_catalog.=) 'a'::text AND t.pos::text = '7'::text\nRETURNING t.k::text"
        );
    }
}
