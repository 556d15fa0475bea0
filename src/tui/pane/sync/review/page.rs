//! The marked row in full: its statements, and its values without a cut.

use super::{Part, Reviewing, about, cells};
use crate::{
    config::theme::Role,
    core::{
        error::{Error, Result},
        sync::{
            diff::{Change, RowReview, TableReview},
            plan::Plan,
            schedule::schedule,
            select::{At, Selection},
        },
        value::{is_ambiguous, shown},
    },
    tui::{
        glyphs::Glyphs,
        overlay::Page,
        widget::{cell::Cell, json, section},
    },
};

/// What is marked, in full: the table where the list of tables has the keys or there is no row, else the row.
pub(super) fn of(reviewing: &Reviewing, project: &str, glyphs: &Glyphs) -> Result<Page> {
    match (reviewing.part, reviewing.at_row(), reviewing.marked_table(), reviewing.marked_row()) {
        (Part::Rows | Part::Cells, Some(at), Some(table), Some(marked)) => {
            row(reviewing, at, table, marked, project, glyphs)
        }
        (_, _, Some(table), _) => Ok(about::page(table)),
        _ => Err(Error::usage("no table is marked")),
    }
}

/// The statements that run for the marked row, what there is to know of it and of its table, and its values.
fn row(
    reviewing: &Reviewing,
    at: At,
    table: &TableReview,
    row: &RowReview,
    project: &str,
    glyphs: &Glyphs,
) -> Result<Page> {
    let known = about(reviewing, row);
    let mut lines = match &row.blocked {
        Some(_) => known,
        None => [statements(reviewing, at, table, row, project)?, known].concat(),
    };
    let of_table = about::table(table);
    if !of_table.is_empty() {
        lines.extend([Cell::default(), section::head(&table.table.to_string())]);
        lines.extend(of_table);
    }
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

fn statements(reviewing: &Reviewing, at: At, table: &TableReview, row: &RowReview, project: &str) -> Result<Vec<Cell>> {
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
    Ok(lines)
}

/// Why the row stays, what it brings along, and what runs in the target where it is written.
fn about(reviewing: &Reviewing, row: &RowReview) -> Vec<Cell> {
    let mut lines = about::row(reviewing);
    if row.included {
        lines.push(Cell::of(Role::Muted, "included: another selected row references it"));
    }
    let needs = if row.change == Change::Delete { "must be deleted or re-pointed first" } else { "needs" };
    let needed = row.requires.iter().map(|(table, key)| format!("{needs}: {table} {}", key.display()));
    lines.extend(needed.map(|text| Cell::of(Role::Muted, text)));
    if !lines.is_empty() && row.blocked.is_none() {
        lines.insert(0, Cell::default());
    }
    lines
}

fn value(role: Role, value: Option<&str>) -> Vec<Cell> {
    match value {
        None => vec![Cell::of(Role::Muted, "NULL")],
        Some(text) if is_ambiguous(text) => vec![Cell::of(role, shown(value))],
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
