//! Which of two environments has a finding.

use super::rank::Rank;
use crate::{config::theme::Role, tui::widget::cell::Cell};

/// Which side has a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Side {
    /// Only the one that is looked at.
    Here,
    /// Only the other one.
    There,
    /// This one; whether the other one has it could not be looked at.
    HereAtLeast,
    /// The other one; whether this one has it could not be looked at.
    ThereAtLeast,
    /// Both.
    Both,
}

impl Side {
    /// Its place in the order of the list.
    pub fn place(self) -> usize {
        self as usize
    }

    /// What stands in the column of a row of the rank `rank`, which the environment `name` has.
    pub fn cell(self, name: &str, rank: Rank) -> Cell {
        match self {
            Side::Both => Cell::of(Role::Muted, "both"),
            _ if rank == Rank::Note => Cell::of(Role::Muted, name),
            Side::Here | Side::There => Cell::text(format!("only {name}")),
            Side::HereAtLeast | Side::ThereAtLeast => Cell::text(name).and(Role::Warn, " and ?"),
        }
    }
}
