//! The marked row in full: its statements, and its values without a cut.

use serde_json::json;

use super::Reviewing;
use crate::{
    config::theme::Role,
    core::{
        error::{Error, Result},
        sync::{diff::RowReview, park, plan::Plan, select::Selection},
    },
    tui::overlay::Page,
};

/// The statements that run for the marked row, and its values.
pub(super) fn sql(reviewing: &Reviewing, project: &str) -> Result<Page> {
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
    let mut lines = vec![(
        Role::Muted,
        "Runs in one transaction, guarded by the reviewed values: one row, or everything rolls back.".to_owned(),
    )];
    for run in park::statements(&plan)? {
        let step = &plan.steps[run.step];
        if step.table == table.table && step.key == row.key {
            lines.push((Role::Text, String::new()));
            lines.extend(run.statement.script().lines().map(|line| (Role::SqlKeyword, line.to_owned())));
        }
    }
    for cell in &row.cells {
        lines.extend([(Role::Text, String::new()), (Role::Heading, cell.column.to_uppercase())]);
        lines.extend(value(Role::Removed, cell.old.as_deref()));
        lines.extend(value(Role::Added, cell.new.as_deref()));
    }
    Ok(Page::new(format!("{} {}", table.table, row.key.display()), lines))
}

fn value(role: Role, value: Option<&str>) -> Vec<(Role, String)> {
    match value {
        None => vec![(Role::Muted, "NULL".into())],
        Some("") => vec![(Role::Muted, "empty".into())],
        Some(text) => text.lines().map(|line| (role, line.to_owned())).collect(),
    }
}

/// The row as JSON: what identifies it, and each column's old and new value.
pub(super) fn json(row: &RowReview) -> String {
    let cells: serde_json::Map<_, _> =
        row.cells.iter().map(|cell| (cell.column.clone(), json!({ "old": cell.old, "new": cell.new }))).collect();
    json!({ "key": row.key, "change": row.change.word(), "columns": cells, "blocked": row.blocked }).to_string()
}
