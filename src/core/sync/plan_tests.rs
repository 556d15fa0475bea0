use super::*;
use crate::core::sync::fixture::{bundle, review, row, shape};

/// As people read a plan, and as it runs where nothing else is said.
#[test]
fn new_rows_come_parents_first_and_old_ones_go_children_first() {
    let new = vec![row("new", "1", None)];
    let source = bundle(vec![(shape("c", Some("p")), vec![row("x", "1", Some("new"))]), (shape("p", None), new)]);
    let children = vec![row("y", "1", Some("old")), row("z", "1", Some("older"))];
    let parents = vec![row("old", "1", None), row("older", "1", None)];
    let review = review(&source, vec![children, parents]);
    let plan = Plan::build("p", &review, &Selection::all(&review)).expect("plan");
    let steps: Vec<_> = plan.steps.iter().map(|step| format!("{} {}", step.table.name, step.key.display())).collect();
    assert_eq!(steps, ["p new", "c x", "c z", "c y", "p older", "p old"]);
}
