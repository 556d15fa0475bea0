//! The box before a row that can be chosen.

use crate::config::theme::Role;

use super::cell::Cell;

/// Whether a row goes along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Check {
    /// Chosen.
    On,
    /// Not chosen.
    Off,
    /// Some of what is inside is chosen.
    Partly,
    /// Cannot be chosen; the row says why.
    Blocked,
}

impl Check {
    /// The box: `[x]`, `[ ]`, `[-]` or `[!]`.
    pub fn cell(self) -> Cell {
        match self {
            Check::On => Cell::of(Role::Accent, "[x]"),
            Check::Off => Cell::of(Role::Muted, "[ ]"),
            Check::Partly => Cell::of(Role::Accent, "[-]"),
            Check::Blocked => Cell::of(Role::Danger, "[!]"),
        }
    }

    /// The box of something that holds `chosen` of `all`.
    pub fn of(chosen: usize, all: usize) -> Self {
        match chosen {
            0 => Check::Off,
            n if n == all => Check::On,
            _ => Check::Partly,
        }
    }
}
