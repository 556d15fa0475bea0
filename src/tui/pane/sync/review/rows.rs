//! The rows of the marked table that differ.

use super::Reviewing;
use crate::{
    config::theme::Role,
    core::sync::diff::{Change, RowReview},
    tui::widget::{
        cell::Cell,
        check::Check,
        table::{Column, Rows, SortKey},
    },
};

pub(super) fn columns() -> Vec<Column> {
    vec![Column::text("    key").sized(14, 60), Column::text("change").sized(10, 80).grow()]
}

pub(super) fn with<T>(reviewing: &Reviewing, use_them: impl FnOnce(&Rows<'_>) -> T) -> T {
    let at = reviewing.at_table().unwrap_or_default();
    let rows = reviewing.marked_table().map_or(&[][..], |table| &table.rows);
    let cell = |row: usize, column: usize| match column {
        0 => key(&rows[row], reviewing.selection.contains((at, row))),
        _ => change(&rows[row]),
    };
    use_them(&Rows {
        count: rows.len(),
        cell: &cell,
        key: &|row, column| match column {
            0 => SortKey::Text(rows[row].key.display()),
            _ => SortKey::Text(format!("{:?} {}", rows[row].change, change(&rows[row]).plain())),
        },
        text: &|row| format!("{} {}", rows[row].key.display(), change(&rows[row]).plain()),
    })
}

/// The role of a change's sign.
pub(super) fn role(change: Change) -> Role {
    match change {
        Change::Insert => Role::Ok,
        Change::Update => Role::Warn,
        Change::Delete => Role::Danger,
        Change::Representation => Role::Muted,
    }
}

fn key(row: &RowReview, chosen: bool) -> Cell {
    let check = match (row.blocked.is_some(), chosen) {
        (true, _) => Check::Blocked,
        (false, true) => Check::On,
        (false, false) => Check::Off,
    };
    let sign = Cell::of(role(row.change), format!(" {} ", row.change.sign())).bold();
    check.cell().then(sign).and(Role::Text, row.key.display())
}

/// What happens to the row, in a few words.
pub(super) fn change(row: &RowReview) -> Cell {
    if let Some(why) = &row.blocked {
        return Cell::of(Role::Danger, format!("blocked: {why}"));
    }
    let names = || row.cells.iter().map(|cell| cell.column.as_str()).collect::<Vec<_>>().join(", ");
    match row.change {
        Change::Insert => Cell::of(Role::Muted, format!("new row, {} columns", row.cells.len())),
        Change::Delete => Cell::of(Role::Danger, "not in the source: delete"),
        Change::Update => Cell::of(Role::Muted, names()),
        Change::Representation => Cell::of(Role::Muted, format!("{}: formatting only", names())),
    }
}
