//! The groups that findings stand in.

use super::{Rank, rows, rows::Group};
use crate::{
    config::theme::Role,
    tui::widget::{cell::Cell, table::Groups},
};

/// Calls `read` with the groups of the list, where there are any.
pub fn grouped(rows: &[rows::Row], group: Group, read: &mut dyn FnMut(Option<&Groups<'_>>)) {
    if group == Group::Severity {
        return read(None);
    }
    let same = |a: usize, b: usize| group.same(&rows[a], &rows[b]);
    let head = |members: &[u32]| head(rows, group, members);
    read(Some(&Groups { same: &same, head: &head }));
}

/// The title of a group, and how many rows of each rank it has.
fn head(rows: &[rows::Row], group: Group, members: &[u32]) -> Cell {
    let Some(first) = members.first().map(|row| &rows[*row as usize]) else { return Cell::default() };
    // The name of an object is read; that of a family is a head like any other.
    let role = if group == Group::Object { Role::Text } else { Role::Heading };
    let title = Cell::of(role, group.title(first)).bold();
    let mut counts = [0; Rank::ALL.len()];
    for row in members {
        counts[rows[*row as usize].rank() as usize] += 1;
    }
    Rank::ALL.into_iter().zip(counts).fold(title, |line, (rank, count)| {
        if count == 0 { line } else { line.and(rank.role(), format!("  {}", rank.counted(count))) }
    })
}
