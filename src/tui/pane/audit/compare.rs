//! The findings of two environments side by side.

use std::{collections::BTreeSet, sync::Arc};

use super::{
    rank::Rank,
    rows::{self, Key, Row},
    side::Side,
};
use crate::{app::audit::Audited, config::theme::Role, tui::widget::cell::Cell};

/// What of a comparison is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Shown {
    /// Everything.
    #[default]
    All,
    /// What only this environment has.
    Here,
    /// What only the other one has.
    There,
    /// What both have.
    Both,
}

impl Shown {
    /// The next one, round and round.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Shown::All => Shown::Here,
            Shown::Here => Shown::There,
            Shown::There => Shown::Both,
            Shown::Both => Shown::All,
        }
    }

    /// Whether a row of this side is shown.
    pub fn has(self, side: Option<Side>) -> bool {
        match (self, side) {
            (Shown::All, _) | (_, None) => true,
            (Shown::Here, Some(side)) => matches!(side, Side::Here | Side::HereAtLeast),
            (Shown::There, Some(side)) => matches!(side, Side::There | Side::ThereAtLeast),
            (Shown::Both, Some(side)) => side == Side::Both,
        }
    }
}

/// What either audit says, each row with the side that has it. What both have is shown as it is `here`.
pub fn rows(here: &Arc<Audited>, there: &Arc<Audited>) -> Vec<Row> {
    let (ours, theirs) = (rows::of(here), rows::of(there));
    let keys = |rows: &[Row]| rows.iter().map(Row::key).collect::<BTreeSet<Key>>();
    let (our_keys, their_keys) = (keys(&ours), keys(&theirs));
    let here_too = |row: Row| {
        let side = match (their_keys.contains(&row.key()), knows(there, &row)) {
            (true, _) => Side::Both,
            (false, true) => Side::Here,
            (false, false) => Side::HereAtLeast,
        };
        Row { side: Some(side), ..row }
    };
    let only_there = |row: Row| {
        let side = if knows(here, &row) { Side::There } else { Side::ThereAtLeast };
        Row { side: Some(side), ..row }
    };
    let theirs = theirs.into_iter().filter(|row| !our_keys.contains(&row.key())).map(only_there);
    let mut all: Vec<Row> = ours.into_iter().map(here_too).chain(theirs).collect();
    all.sort_by_cached_key(|row| (row.rank(), row.key()));
    all
}

/// Whether `audit` could look for what `row` says: not finding it means something only then.
fn knows(audit: &Audited, row: &Row) -> bool {
    if row.rank() == Rank::Note || row.unseen().is_some() {
        return true;
    }
    let hidden =
        audit.audit.unseen.iter().any(|unseen| {
            unseen.id == row.id() && unseen.object.as_deref().is_none_or(|object| object == row.object())
        });
    !hidden && !audit.audit.skipped.iter().any(|check| check.id == row.id())
}

/// What is known of the other environment, `there`, behind the one that has the row.
pub fn also(side: Side, there: &str) -> Cell {
    match side {
        Side::Both => Cell::of(Role::Muted, " and in ").and(Role::Text, there),
        Side::Here | Side::There => Cell::of(Role::Muted, ", not in ").and(Role::Text, there),
        Side::HereAtLeast | Side::ThereAtLeast => {
            Cell::of(Role::Muted, "; ").and(Role::Warn, format!("{there} could not be looked at"))
        }
    }
}
