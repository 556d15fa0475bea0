//! How much a row matters: its word, its sign and its colour.

use crate::{
    config::theme::Role,
    core::audit::Severity,
    tui::{glyphs::Glyphs, widget::cell::Cell},
};

/// How much a row matters; the most first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Rank {
    /// Not accepted.
    Error,
    /// Not accepted.
    Warning,
    /// Not accepted.
    Info,
    /// Not seen, so not known to be in order.
    Unseen,
    /// A remark.
    Note,
    /// Somebody said that it is all right.
    Accepted,
}

impl Rank {
    /// All, the most important first.
    pub const ALL: [Rank; 6] = [Rank::Error, Rank::Warning, Rank::Info, Rank::Unseen, Rank::Note, Rank::Accepted];

    /// That of a finding that nobody accepted.
    pub fn of(severity: Severity) -> Self {
        match severity {
            Severity::Error => Rank::Error,
            Severity::Warning => Rank::Warning,
            Severity::Info => Rank::Info,
        }
    }

    /// Its word.
    pub fn word(self) -> &'static str {
        match self {
            Rank::Error => "error",
            Rank::Warning => "warning",
            Rank::Info => "info",
            Rank::Unseen => "cannot see",
            Rank::Note => "note",
            Rank::Accepted => "accepted",
        }
    }

    /// Its colour, which never stands without the word.
    pub fn role(self) -> Role {
        match self {
            Rank::Error => Role::Danger,
            Rank::Warning | Rank::Unseen => Role::Warn,
            Rank::Info => Role::Info,
            Rank::Note | Rank::Accepted => Role::Muted,
        }
    }

    /// Its sign and its word.
    pub fn cell(self, glyphs: &Glyphs) -> Cell {
        let sign = match self {
            Rank::Error => glyphs.failed,
            Rank::Warning => "!",
            Rank::Info => "i",
            Rank::Unseen => "?",
            Rank::Note => glyphs.dot,
            Rank::Accepted => glyphs.done,
        };
        Cell::of(self.role(), format!("{sign} {}", self.word()))
    }

    /// `number` of them: `1 error`, `3 errors`, `2 unseen`.
    pub fn counted(self, number: usize) -> String {
        if self == Rank::Unseen {
            return format!("{number} unseen");
        }
        let many = number != 1 && self != Rank::Accepted;
        format!("{number} {}{}", self.word(), if many { "s" } else { "" })
    }
}
