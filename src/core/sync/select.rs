//! What the operator chose of a review.

use std::collections::{BTreeSet, HashMap};

use super::{
    diff::{Change, Review, RowReview},
    row::Key,
};
use crate::core::name::QName;

/// The place of a row in a review: (table, row).
pub type At = (usize, usize);

/// Which rows and columns of a review are to be applied. A row's new parents come with it, and go with it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    rows: BTreeSet<At>,
    excluded: BTreeSet<(At, String)>,
}

impl Selection {
    /// Everything that can move and really differs.
    pub fn all(review: &Review) -> Self {
        let mut this = Selection::default();
        for (at, row) in rows(review) {
            if selectable(row) && row.change != Change::Representation {
                this.rows.insert(at);
            }
        }
        this.settle(review);
        this
    }

    /// The same choice for `new`, a later review of the same sets: what was dropped from `old` stays dropped,
    /// by table and key; what is new is chosen.
    #[must_use]
    pub fn carried(&self, old: &Review, new: &Review) -> Self {
        let mut this = Selection::all(new);
        let places: HashMap<_, _> = rows(new).map(|(at, row)| ((&new.tables[at.0].table, &row.key), at)).collect();
        for (was, row) in rows(old) {
            let Some(&at) = places.get(&(&old.tables[was.0].table, &row.key)) else { continue };
            let representation = new.tables[at.0].rows[at.1].change == Change::Representation;
            if !self.rows.contains(&was) && selectable(row) {
                this.rows.remove(&at);
            } else if representation && self.rows.contains(&was) {
                this.rows.insert(at);
            }
            let columns = row.cells.iter().filter(|cell| !self.includes(was, &cell.column));
            this.excluded.extend(columns.map(|cell| (at, cell.column.clone())));
        }
        this.settle(new);
        this
    }

    /// Whether the row is to be applied.
    pub fn contains(&self, at: At) -> bool {
        self.rows.contains(&at)
    }

    /// Whether the column of an update is to be applied.
    pub fn includes(&self, at: At, column: &str) -> bool {
        !self.excluded.contains(&(at, column.to_owned()))
    }

    /// How many rows of `change` are chosen.
    pub fn count(&self, review: &Review, change: Change) -> usize {
        self.rows.iter().filter(|(table, row)| review.tables[*table].rows[*row].change == change).count()
    }

    /// How many rows are chosen in `table`.
    pub fn in_table(&self, table: usize) -> usize {
        self.rows.range((table, 0)..(table + 1, 0)).count()
    }

    /// How many rows are chosen.
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether nothing is chosen.
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Chooses or drops one row. Returns how many others came or went with it.
    pub fn toggle(&mut self, review: &Review, at: At) -> usize {
        let before = self.rows.len();
        if self.rows.remove(&at) {
            self.settle(review);
            return before - self.rows.len() - 1;
        }
        if !selectable(&review.tables[at.0].rows[at.1]) {
            return 0;
        }
        self.add(review, at);
        self.settle(review);
        (self.rows.len() - before).saturating_sub(1)
    }

    /// Chooses all rows of a table, or none when all are chosen.
    pub fn toggle_table(&mut self, review: &Review, table: usize) {
        let rows: Vec<At> = (0..review.tables[table].rows.len())
            .map(|row| (table, row))
            .filter(|&(_, row)| {
                let row = &review.tables[table].rows[row];
                selectable(row) && row.change != Change::Representation
            })
            .collect();
        if rows.iter().all(|at| self.rows.contains(at)) {
            for at in &rows {
                self.rows.remove(at);
            }
        } else {
            for &at in &rows {
                self.add(review, at);
            }
        }
        self.settle(review);
    }

    /// Leaves one column of an update as the target has it, or takes it in again.
    pub fn toggle_column(&mut self, review: &Review, at: At, column: &str) {
        if review.tables[at.0].rows[at.1].change != Change::Update {
            return;
        }
        let entry = (at, column.to_owned());
        if !self.excluded.remove(&entry) {
            self.excluded.insert(entry);
        }
        self.settle(review);
    }

    fn add(&mut self, review: &Review, at: At) {
        let inserts = inserts(review);
        let mut wanted = vec![at];
        while let Some(at) = wanted.pop() {
            if self.rows.insert(at) {
                let row = &review.tables[at.0].rows[at.1];
                wanted.extend(row.requires.iter().filter_map(|parent| inserts.get(parent).copied()));
            }
        }
    }

    /// Drops every row one of whose new parents is not chosen.
    fn settle(&mut self, review: &Review) {
        let inserts = inserts(review);
        loop {
            let orphan = self.rows.iter().copied().find(|at| {
                let row = &review.tables[at.0].rows[at.1];
                row.requires.iter().any(|parent| !inserts.get(parent).is_some_and(|p| self.rows.contains(p)))
            });
            match orphan {
                Some(at) => self.rows.remove(&at),
                None => return,
            };
        }
    }
}

fn selectable(row: &RowReview) -> bool {
    row.blocked.is_none()
}

fn rows(review: &Review) -> impl Iterator<Item = (At, &RowReview)> {
    review
        .tables
        .iter()
        .enumerate()
        .flat_map(|(t, table)| table.rows.iter().enumerate().map(move |(r, row)| ((t, r), row)))
}

fn inserts(review: &Review) -> HashMap<(QName, Key), At> {
    rows(review)
        .filter(|(_, row)| row.change == Change::Insert)
        .map(|(at, row)| ((review.tables[at.0].table.clone(), row.key.clone()), at))
        .collect()
}
