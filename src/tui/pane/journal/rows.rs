//! The runs as rows: how they read, what they are sorted by, and how they leave the console.

use serde_json::json;

use crate::{
    config::theme::Role,
    core::{
        journal::{Outcome, Run},
        sheet::Sheet,
        sync::plan::short,
    },
    tui::widget::{
        cell::Cell,
        table::{Column, Rows, SortKey},
    },
};

pub(super) fn columns() -> Vec<Column> {
    vec![
        Column::text("when (UTC)").sized(16, 16),
        Column::text("run").sized(12, 14).priority(1),
        Column::text("did").sized(5, 7),
        Column::text("environment").sized(8, 16),
        Column::text("from").sized(8, 20).priority(3),
        Column::number("rows").sized(9, 14),
        Column::text("plan").sized(9, 9).priority(4),
        Column::text("operator").sized(6, 16).priority(2),
        Column::text("outcome").sized(11, 12),
    ]
}

fn cell(run: &Run, column: usize) -> Cell {
    let entry = &run.last;
    match column {
        0 => Cell::of(Role::Muted, run.began.strftime("%Y-%m-%d %H:%M").to_string()),
        1 => Cell::text(&entry.run),
        2 => Cell::text(entry.action.word()),
        3 => Cell::text(&entry.environment),
        4 => Cell::of(Role::Muted, &entry.from),
        5 => tally(run),
        6 => Cell::of(Role::Muted, short(&entry.digest)),
        7 => Cell::of(Role::Muted, &entry.operator),
        _ => outcome(entry.outcome),
    }
}

fn tally(run: &Run) -> Cell {
    if run.last.migrations.is_some() {
        return Cell::of(Role::Ok, run.last.amount());
    }
    let rows = run.last.rows;
    Cell::of(Role::Ok, format!("+{}", rows.insert))
        .and(Role::Warn, format!(" ~{}", rows.update))
        .and(Role::Danger, format!(" −{}", rows.delete))
}

fn outcome(outcome: Outcome) -> Cell {
    let role = match outcome {
        Outcome::Applied => Role::Ok,
        Outcome::RolledBack | Outcome::Stopped => Role::Warn,
        Outcome::Started | Outcome::Unknown => Role::Danger,
    };
    Cell::of(role, outcome.word())
}

pub(super) fn with_rows(runs: &[Run], read: &mut dyn FnMut(&Rows<'_>)) {
    let text = |row: usize, column: usize| cell(&runs[row], column).plain();
    read(&Rows {
        count: runs.len(),
        cell: &|row, column| cell(&runs[row], column),
        key: &|row, column| match column {
            5 => SortKey::Number(runs[row].last.rows.rows() as f64),
            column => SortKey::Text(text(row, column)),
        },
        text: &|row| (1..9).map(|column| text(row, column)).collect::<Vec<_>>().join(" "),
    });
}

/// Runs as a sheet.
pub(super) fn sheet<'a>(shown: impl Iterator<Item = &'a Run>) -> Sheet {
    const COLUMNS: [&str; 13] = [
        "began",
        "ended",
        "run",
        "did",
        "environment",
        "from",
        "insert",
        "update",
        "delete",
        "plan",
        "operator",
        "outcome",
        "error",
    ];
    let row = |run: &Run| {
        let entry = &run.last;
        vec![
            json!(run.began),
            json!(entry.at),
            json!(entry.run),
            json!(entry.action.word()),
            json!(entry.environment),
            json!(entry.from),
            json!(entry.rows.insert),
            json!(entry.rows.update),
            json!(entry.rows.delete),
            json!(entry.digest),
            json!(entry.operator),
            json!(entry.outcome.word()),
            json!(entry.error),
        ]
    };
    Sheet::new("journal", COLUMNS, shown.map(row))
}
