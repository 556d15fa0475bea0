//! The columns of the marked row: what the target holds now, and what it would hold.

use super::Reviewing;
use crate::{
    config::theme::Role,
    core::{
        sync::{
            diff::{Cell as Differs, Change, Field, TableReview},
            row::Value,
        },
        value::shown,
    },
    tui::{
        glyphs::Glyphs,
        widget::{
            cell::Cell,
            check::Check,
            diff, json,
            table::{Column, Rows, SortKey},
        },
    },
};

pub(super) fn columns(to: &str) -> Vec<Column> {
    vec![
        Column::text("    column").sized(12, 32),
        Column::text(format!("{to} now")).sized(10, 60),
        Column::text("after").sized(10, 200).grow(),
    ]
}

pub(super) fn with<T>(reviewing: &Reviewing, glyphs: &Glyphs, use_them: impl FnOnce(&Rows<'_>) -> T) -> T {
    let (change, cells) = reviewing.marked_row().map_or((Change::Update, &[][..]), |row| (row.change, &row.cells));
    let at = reviewing.at_row();
    let goes = |cell: &Differs| at.is_some_and(|at| reviewing.selection.includes(at, &cell.column));
    let table = reviewing.marked_table();
    let cell = |row: usize, column: usize| {
        let cell = &cells[row];
        match column {
            0 => name(cell, change, goes(cell)),
            column => structural(table, cell, column).unwrap_or_else(|| value(cell, change, column, glyphs)),
        }
    };
    use_them(&Rows {
        count: cells.len(),
        cell: &cell,
        key: &|row, column| match column {
            0 => SortKey::Text(cells[row].column.clone()),
            1 => SortKey::Text(cells[row].old.as_deref().unwrap_or_default().to_owned()),
            _ => SortKey::Text(cells[row].new.as_deref().unwrap_or_default().to_owned()),
        },
        text: &|row| cells[row].column.clone(),
    })
}

/// Only an update can leave a column out; a new row comes whole.
fn name(cell: &Differs, change: Change, goes: bool) -> Cell {
    let check = match change {
        Change::Update if goes => Check::On.cell(),
        Change::Update => Check::Off.cell(),
        _ => Cell::text("   "),
    };
    check.and(Role::Text, format!(" {}", cell.column))
}

/// What differs inside two values of a JSON column, where there are two and both are JSON.
pub(super) fn json_changes(table: Option<&TableReview>, cell: &Differs) -> Option<Vec<json::Change>> {
    let Field::Column(at) = cell.field else { return None };
    let column = table?.shape.as_ref()?.columns.get(at)?;
    let (old, new) = (cell.old.as_ref()?, cell.new.as_ref()?);
    ["json", "jsonb"].contains(&column.cast.as_str()).then(|| json::changes(old, new)).flatten()
}

fn structural(table: Option<&TableReview>, cell: &Differs, column: usize) -> Option<Cell> {
    let (old, new) = json::sides(&json_changes(table, cell)?);
    Some(if column == 1 { old } else { new })
}

fn value(cell: &Differs, change: Change, column: usize, glyphs: &Glyphs) -> Cell {
    let shown = |value: &Value| match value {
        Some(text) => Cell::text(shown(Some(text))),
        None => Cell::of(Role::Muted, "NULL"),
    };
    match (change, column, &cell.old, &cell.new) {
        (Change::Insert, 1, ..) | (Change::Delete, 2, ..) => Cell::of(Role::Faint, "·"),
        (_, 1, Some(old), Some(new)) => diff::words(old, new, glyphs.ellipsis).0,
        (_, 2, Some(old), Some(new)) => diff::words(old, new, glyphs.ellipsis).1,
        (_, 1, old, _) => shown(old),
        (_, _, _, new) => shown(new),
    }
}
