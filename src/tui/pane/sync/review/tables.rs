//! The list of tables: how much differs in each, and how much of it is chosen.

use super::Reviewing;
use crate::{
    config::theme::Role,
    core::sync::diff::Change,
    tui::widget::{
        cell::Cell,
        check::Check,
        table::{Column, Rows, SortKey},
    },
};

pub(super) fn columns() -> Vec<Column> {
    let number = |title: &str| Column::number(title).sized(3, 6);
    vec![
        Column::text("table").sized(18, 60).grow(),
        number("+"),
        number("~"),
        number("−"),
        number("!").priority(1),
        number("W"),
    ]
}

const CHANGES: [(Change, Role); 3] =
    [(Change::Insert, Role::Ok), (Change::Update, Role::Warn), (Change::Delete, Role::Danger)];

fn number(reviewing: &Reviewing, at: usize, column: usize) -> usize {
    let table = &reviewing.review.tables[at];
    match column {
        4 => table.blocked_rows() + usize::from(table.blocked.is_some()),
        5 => table.warnings.len(),
        column => table.count(CHANGES[column - 1].0),
    }
}

pub(super) fn with<T>(reviewing: &Reviewing, use_them: impl FnOnce(&Rows<'_>) -> T) -> T {
    let cell = |row: usize, column: usize| {
        let at = reviewing.order[row];
        match column {
            0 => name(reviewing, at),
            column => match (number(reviewing, at, column), column) {
                (0, _) => Cell::of(Role::Faint, "·"),
                (count, 5) => Cell::of(Role::Warn, count.to_string()),
                (count, 4) => Cell::of(Role::Danger, count.to_string()),
                (count, column) => Cell::of(CHANGES[column - 1].1, count.to_string()),
            },
        }
    };
    let table = |row: usize| &reviewing.review.tables[reviewing.order[row]];
    use_them(&Rows {
        count: reviewing.order.len(),
        cell: &cell,
        key: &|row, column| match column {
            0 => SortKey::Text(table(row).table.to_string()),
            column => SortKey::Number(number(reviewing, reviewing.order[row], column) as f64),
        },
        text: &|row| format!("{} {}", table(row).set, table(row).table),
    })
}

fn name(reviewing: &Reviewing, at: usize) -> Cell {
    let table = &reviewing.review.tables[at];
    let name = if table.table.schema == "public" { table.table.name.clone() } else { table.table.to_string() };
    if table.blocked.is_some() {
        return Check::Blocked.cell().and(Role::Text, format!(" {name}"));
    }
    if table.rows.is_empty() {
        return Cell::of(Role::Muted, format!("    {name}"));
    }
    let movable = table.rows.iter().filter(|row| row.blocked.is_none()).count();
    let check = if movable == 0 { Check::Blocked } else { Check::of(reviewing.selection.in_table(at), movable) };
    check.cell().and(Role::Text, format!(" {name}"))
}
