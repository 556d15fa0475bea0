//! The marked row in full: its statements, and its values without a cut.

use super::{Reviewing, cells};
use crate::{
    config::theme::Role,
    core::{
        error::{Error, Result},
        sync::{
            diff::{Change, RowReview},
            plan::Plan,
            schedule::schedule,
            select::Selection,
        },
    },
    tui::{
        glyphs::Glyphs,
        overlay::Page,
        widget::{cell::Cell, json, section},
    },
};

/// The statements that run for the marked row, and its values.
pub(super) fn sql(reviewing: &Reviewing, project: &str, glyphs: &Glyphs) -> Result<Page> {
    let (Some(at), Some(table), Some(row)) = (reviewing.at_row(), reviewing.marked_table(), reviewing.marked_row())
    else {
        return Err(Error::usage("no row is marked"));
    };
    let mut selection = reviewing.selection.clone();
    if !selection.contains(at) {
        selection = Selection::default();
        selection.toggle(&reviewing.review, at);
    }
    let plan = Plan::build(project, &reviewing.review, &selection)?;
    let mut lines = vec![Cell::of(
        Role::Muted,
        "Runs in one transaction, guarded by the reviewed values: one row, or everything rolls back.",
    )];
    for run in schedule(&plan)?.runs {
        let mut steps = run.steps.iter().map(|at| &plan.steps[*at]);
        if steps.any(|step| step.table == table.table && step.key == row.key) {
            lines.push(Cell::default());
            lines.extend(run.statement.script().lines().map(|line| Cell::of(Role::SqlKeyword, line)));
        }
    }
    lines.extend(about(row));
    for cell in &row.cells {
        lines.extend([Cell::default(), section::head(&cell.column)]);
        if let Some(changes) = cells::json_changes(Some(table), cell) {
            lines.extend(json::lines(&changes, glyphs));
            continue;
        }
        lines.extend(value(Role::Removed, cell.old.as_deref()));
        lines.extend(value(Role::Added, cell.new.as_deref()));
    }
    Ok(Page::of(format!("{} {}", table.table, row.key.display()), lines))
}

/// Why the row stays, and what it brings along.
fn about(row: &RowReview) -> Vec<Cell> {
    let mut lines: Vec<Cell> = Vec::new();
    let why = row.blocked.iter().map(|why| Cell::of(Role::Danger, format!("blocked: {why}")));
    let notes = row.notes.iter().map(|note| Cell::of(Role::Warn, note.clone()));
    lines.extend(why.chain(notes));
    if row.included {
        lines.push(Cell::of(Role::Muted, "comes along, because a row of this review needs it as its parent"));
    }
    let needs = if row.change == Change::Delete { "first go, or point elsewhere" } else { "needs" };
    let needed = row.requires.iter().map(|(table, key)| format!("{needs}: {table} {}", key.display()));
    lines.extend(needed.map(|text| Cell::of(Role::Muted, text)));
    if !lines.is_empty() {
        lines.insert(0, Cell::default());
    }
    lines
}

fn value(role: Role, value: Option<&str>) -> Vec<Cell> {
    match value {
        None => vec![Cell::of(Role::Muted, "NULL")],
        Some("") => vec![Cell::of(Role::Muted, "empty")],
        Some(text) => text.lines().map(|line| Cell::of(role, line)).collect(),
    }
}

/// The row as JSON: what identifies it, and each column's old and new value.
pub(super) fn record(row: &RowReview) -> String {
    let cells: serde_json::Map<_, _> = row
        .cells
        .iter()
        .map(|cell| (cell.column.clone(), serde_json::json!({ "old": cell.old, "new": cell.new })))
        .collect();
    serde_json::json!({ "key": row.key, "change": row.change.word(), "columns": cells, "blocked": row.blocked })
        .to_string()
}
