//! What a row says of an object: its word, its sign and its colour.

use crate::{
    config::theme::Role,
    core::drift::Change,
    tui::{glyphs::Glyphs, widget::cell::Cell},
};

/// What a row says of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// The second side has it and the first has not.
    Added,
    /// The first side has it and the second has not.
    Removed,
    /// Both have it, and not alike.
    Changed,
    /// Two versions write it differently, or it differs.
    Unclear,
    /// Not seen, so not known to be the same.
    Unseen,
}

impl Mark {
    /// All, in the order of the words above the list.
    pub const ALL: [Mark; 5] = [Mark::Added, Mark::Removed, Mark::Changed, Mark::Unclear, Mark::Unseen];

    /// That of a difference.
    pub fn of(change: Change) -> Self {
        match change {
            Change::Added => Mark::Added,
            Change::Removed => Mark::Removed,
            Change::Changed => Mark::Changed,
        }
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Mark::Added => "added",
            Mark::Removed => "removed",
            Mark::Changed => "changed",
            Mark::Unclear => "unclear",
            Mark::Unseen => "cannot see",
        }
    }

    /// Its colour, which never stands without the word.
    pub fn role(self) -> Role {
        match self {
            Mark::Added => Role::Ok,
            Mark::Removed => Role::Danger,
            Mark::Changed => Role::Info,
            Mark::Unclear | Mark::Unseen => Role::Warn,
        }
    }

    /// Its sign.
    pub fn sign(self, glyphs: &Glyphs) -> &'static str {
        match self {
            Mark::Added => "+",
            Mark::Removed => glyphs.minus,
            Mark::Changed => "~",
            Mark::Unclear | Mark::Unseen => "?",
        }
    }

    /// Its sign and its word.
    pub fn cell(self, glyphs: &Glyphs) -> Cell {
        Cell::of(self.role(), format!("{} {}", self.sign(glyphs), self.word()))
    }

    /// `number` of them: `3 added`, `2 unseen`.
    pub fn counted(self, number: usize) -> String {
        format!("{number} {}", if self == Mark::Unseen { "unseen" } else { self.word() })
    }

    /// The next one to be shown alone; behind the last, everything.
    pub fn next(shown: Option<Self>) -> Option<Self> {
        match shown {
            None => Some(Mark::Added),
            Some(Mark::Added) => Some(Mark::Removed),
            Some(Mark::Removed) => Some(Mark::Changed),
            Some(Mark::Changed) => Some(Mark::Unclear),
            Some(Mark::Unclear | Mark::Unseen) => None,
        }
    }

    /// What is shown alone, in words.
    pub fn alone(self) -> &'static str {
        match self {
            Mark::Unclear | Mark::Unseen => "what could not be compared",
            mark => mark.word(),
        }
    }
}
