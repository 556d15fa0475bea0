//! The groups that differences stand in.

use super::{
    rows::{Group, Row},
    summary,
};
use crate::{
    config::theme::Role,
    tui::widget::{cell::Cell, table::Groups},
};

/// Calls `read` with the groups of the list. Where rows do not stand in groups, only what could not be compared or
/// seen stands apart.
pub fn with(rows: &[Row], group: Group, read: &mut dyn FnMut(Option<&Groups<'_>>)) {
    let same = |a: usize, b: usize| group.same(&rows[a], &rows[b]);
    let head = |members: &[u32]| head(rows, group, members);
    read(Some(&Groups { same: &same, head: &head }));
}

/// The title of a group, and how many rows of each mark it has.
fn head(rows: &[Row], group: Group, members: &[u32]) -> Cell {
    let members: Vec<Row> = members.iter().filter_map(|row| rows.get(*row as usize)).cloned().collect();
    let Some(first) = members.first() else { return Cell::default() };
    let title = Cell::of(Role::Heading, group.title(first).to_uppercase()).bold();
    if group == Group::Change {
        title.and(Role::Muted, format!("  {}", members.len()))
    } else {
        title.then(summary::tally(&members, "  "))
    }
}
