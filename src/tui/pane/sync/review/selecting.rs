//! What of a review is selected, by keys.

use std::sync::Arc;

use super::{Part, Reviewing};
use crate::core::{sync::select::Selection, text::counted};

/// Selects or deselects what is marked. Says so where rows that depend on it were too.
pub fn toggle(reviewing: &mut Reviewing) -> Option<String> {
    let before = reviewing.selection.len();
    let also = toggle_marked(reviewing);
    let became = if reviewing.selection.len() >= before { "selected" } else { "deselected" };
    let was = if also == 1 { "was" } else { "were" };
    (also > 0).then(|| format!("{} {was} {became} too", counted(also, "dependent row")))
}

/// Selects or deselects what is marked, and returns how many other rows that took with it.
fn toggle_marked(reviewing: &mut Reviewing) -> usize {
    let review = Arc::clone(&reviewing.review);
    match (reviewing.part, reviewing.at_table(), reviewing.at_row()) {
        (Part::Tables, Some(table), _) => reviewing.selection.toggle_table(&review, table),
        (Part::Rows, _, Some(at)) => return reviewing.selection.toggle(&review, at),
        (Part::Cells, ..) => toggle_column(reviewing),
        _ => {}
    }
    0
}

/// Selects everything in the part that has the keys, or nothing.
pub fn toggle_all(reviewing: &mut Reviewing) {
    let review = Arc::clone(&reviewing.review);
    if reviewing.part != Part::Tables {
        if let Some(table) = reviewing.at_table() {
            reviewing.selection.toggle_table(&review, table);
        }
    } else if reviewing.selection == Selection::all(&review) {
        reviewing.selection = Selection::default();
    } else {
        reviewing.selection = Selection::all(&review);
    }
}

/// Leaves the marked column of an update out, or takes it back in.
pub fn toggle_column(reviewing: &mut Reviewing) {
    let review = Arc::clone(&reviewing.review);
    let column =
        reviewing.cells.selected().and_then(|at| reviewing.marked_row()?.cells.get(at)).map(|cell| cell.column.clone());
    if let (Some(at), Some(column)) = (reviewing.at_row(), column) {
        reviewing.selection.toggle_column(&review, at, &column);
    }
}
