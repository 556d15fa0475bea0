//! What the operator chose of a review.

use std::collections::{BTreeSet, HashMap};

use super::{
    diff::{Cell, Change, Field, Review, RowReview},
    row::Key,
};
use crate::core::name::QName;

/// The place of a row in a review: (table, row).
pub type At = (usize, usize);

/// Which rows and columns of a review are to be applied. A row's new parents come with it, and go with it; so do
/// the children of a row that is deleted.
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
        let partners = Partners::of(review);
        let mut wanted = vec![at];
        while let Some(at) = wanted.pop() {
            if self.rows.insert(at) {
                wanted.extend(self.required(review, at).filter_map(|need| partners.find(review, at, need)));
            }
        }
    }

    /// Drops every row that cannot go without one that is not chosen, and every parent that nobody needs any more.
    fn settle(&mut self, review: &Review) {
        let partners = Partners::of(review);
        loop {
            let mut needed = BTreeSet::new();
            let mut gone = Vec::new();
            for &at in &self.rows {
                let mut lacks = false;
                for need in self.required(review, at) {
                    match partners.find(review, at, need).filter(|partner| self.serves(review, *partner)) {
                        Some(partner) => _ = needed.insert(partner),
                        None => lacks = true,
                    }
                }
                if lacks {
                    gone.push(at);
                }
            }
            let idle = |at: &At| review.tables[at.0].rows[at.1].included && !needed.contains(at);
            gone.extend(self.rows.iter().copied().filter(idle));
            if gone.is_empty() {
                return;
            }
            for at in gone {
                self.rows.remove(&at);
            }
        }
    }

    /// Whether the row at `at` is chosen, and with it, if it is an update, everything that makes it point elsewhere.
    fn serves(&self, review: &Review, at: At) -> bool {
        let row = &review.tables[at.0].rows[at.1];
        let shape = review.tables[at.0].shape.as_ref();
        let points = |cell: &Cell| match cell.field {
            Field::Reference(_) => true,
            Field::Column(column) => shape.is_some_and(|shape| {
                let name = &shape.columns[column].name;
                shape.references.iter().any(|reference| shape.is_silent(reference) && reference.columns.contains(name))
            }),
        };
        let left_out = |cell: &&Cell| points(cell) && !self.includes(at, &cell.column);
        self.rows.contains(&at) && !row.cells.iter().any(|cell| left_out(&cell))
    }

    /// The rows that have to go along with the one at `at`; a parent is not needed by a column left out.
    fn required<'a>(&'a self, review: &'a Review, at: At) -> impl Iterator<Item = &'a (QName, Key)> {
        let table = &review.tables[at.0];
        let row = &table.rows[at.1];
        let left_out = move |need: &(QName, Key)| {
            let (Some(shape), Some(source), Change::Update) = (&table.shape, &row.source, row.change) else {
                return false;
            };
            !row.cells.iter().any(|cell| match cell.field {
                Field::Reference(to) => {
                    self.includes(at, &cell.column)
                        && shape.references[to].table == need.0
                        && source.references[to].as_ref() == Some(&need.1)
                }
                // A reference that writes nothing of its own is behind the columns that it consists of.
                Field::Column(column) => {
                    let mut behind = shape.references.iter().zip(&source.references);
                    self.includes(at, &cell.column)
                        && behind.any(|(reference, key)| {
                            shape.is_silent(reference)
                                && reference.columns.contains(&shape.columns[column].name)
                                && reference.table == need.0
                                && key.as_ref() == Some(&need.1)
                        })
                }
            })
        };
        row.requires.iter().filter(move |need| !left_out(need))
    }
}

/// Where the rows are that others can need: inserts by inserts and updates; deletes, and updates that point elsewhere,
/// by deletes.
struct Partners<'a>(HashMap<(bool, &'a QName, &'a Key), At>);

impl<'a> Partners<'a> {
    fn of(review: &'a Review) -> Self {
        let needed = rows(review).filter(|(_, row)| row.change != Change::Representation);
        let place =
            |(at, row): (At, &'a RowReview)| ((row.change != Change::Insert, &review.tables[at.0].table, &row.key), at);
        Partners(needed.map(place).collect())
    }

    fn find(&self, review: &Review, at: At, need: &(QName, Key)) -> Option<At> {
        let deletes = review.tables[at.0].rows[at.1].change == Change::Delete;
        self.0.get(&(deletes, &need.0, &need.1)).copied()
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

#[cfg(test)]
mod tests {
    use super::{
        super::{
            fixture::{bundle, review, row, shape},
            shape::Role,
        },
        *,
    };

    /// A parent table with `new` in the source and `old` in the target; children of both, and one update.
    fn family() -> Review {
        let source = bundle(vec![
            (shape("p", None), vec![row("new", "1", None), row("both", "1", None)]),
            (shape("c", Some("p")), vec![row("child", "1", Some("new")), row("moves", "2", Some("new"))]),
        ]);
        let parents = vec![row("old", "1", None), row("both", "1", None)];
        review(&source, vec![parents, vec![row("moves", "1", Some("both"))]])
    }

    fn at(review: &Review, table: usize, key: &str) -> At {
        let row = review.tables[table].rows.iter().position(|row| row.key.display() == key).expect(key);
        (table, row)
    }

    #[test]
    fn a_parent_comes_with_its_first_child_and_takes_all_along() {
        let review = family();
        let mut selection = Selection::default();
        let (parent, child, moves) = (at(&review, 0, "new"), at(&review, 1, "child"), at(&review, 1, "moves"));
        assert_eq!((selection.toggle(&review, child), selection.contains(parent)), (1, true));
        assert_eq!(selection.toggle(&review, moves), 0);
        assert_eq!((selection.toggle(&review, parent), selection.len()), (2, 0));
    }

    #[test]
    fn without_the_column_the_row_does_not_need_the_parent() {
        let review = family();
        let mut selection = Selection::default();
        let moves = at(&review, 1, "moves");
        selection.toggle_column(&review, moves, "parent");
        assert_eq!((selection.toggle(&review, moves), selection.len()), (0, 1));
        selection.toggle_column(&review, moves, "parent");
        assert_eq!(selection.len(), 0, "with the column it needs the parent, which is not chosen");
    }

    /// A row cannot go while a child points to it, and the child moves away by one of the columns alone.
    #[test]
    fn a_delete_goes_with_the_update_that_moves_its_child_away() {
        let source = bundle(vec![
            (shape("p", None), vec![row("both", "1", None)]),
            (shape("c", Some("p")), vec![row("moves", "2", Some("both"))]),
        ]);
        let parents = vec![row("old", "1", None), row("both", "1", None)];
        let mut review = review(&source, vec![parents, vec![row("moves", "1", Some("old"))]]);
        let (old, moves) = (at(&review, 0, "old"), at(&review, 1, "moves"));
        let need = (review.tables[1].table.clone(), review.tables[1].rows[moves.1].key.clone());
        review.tables[0].rows[old.1].requires.push(need);
        let mut selection = Selection::all(&review);
        assert!(selection.contains(old) && selection.contains(moves));
        selection.toggle_column(&review, moves, "pos");
        assert!(selection.contains(old), "it moves away all the same");
        selection.toggle_column(&review, moves, "parent");
        assert!(!selection.contains(old) && selection.contains(moves), "the child still points to it");
        assert_eq!((selection.toggle(&review, old), selection.contains(old)), (0, false));
        selection.toggle_column(&review, moves, "parent");
        assert_eq!((selection.toggle(&review, old), selection.contains(old)), (0, true));
    }

    /// The same where the foreign key writes no column of its own: the column that it consists of is one like any other.
    #[test]
    fn a_foreign_key_behind_a_column_goes_with_the_column() {
        let silent = || {
            let mut shape = shape("c", Some("p"));
            shape.references[0].plain = vec!["parent".into()];
            shape.columns[2].role = Role::Value;
            shape
        };
        let source = bundle(vec![
            (shape("p", None), vec![row("new", "1", None)]),
            (silent(), vec![row("moves", "1", Some("new"))]),
        ]);
        let mut review = review(&source, vec![vec![row("old", "1", None)], vec![row("moves", "1", Some("old"))]]);
        let (new, old, moves) = (at(&review, 0, "new"), at(&review, 0, "old"), at(&review, 1, "moves"));
        assert!(matches!(review.tables[1].rows[moves.1].cells[0].field, Field::Column(2)));
        let mut selection = Selection::default();
        assert_eq!(
            (selection.toggle(&review, moves), selection.contains(new)),
            (1, true),
            "its new parent comes along"
        );
        let need = (review.tables[1].table.clone(), review.tables[1].rows[moves.1].key.clone());
        review.tables[0].rows[old.1].requires.push(need);
        let mut selection = Selection::all(&review);
        assert_eq!(selection.len(), 3);
        selection.toggle_column(&review, moves, "parent");
        assert!(!selection.contains(old), "the child still points to it");
    }

    #[test]
    fn what_was_left_out_stays_so_in_a_later_review() {
        let old = family();
        let mut selection = Selection::all(&old);
        selection.toggle(&old, at(&old, 1, "child"));
        selection.toggle_column(&old, at(&old, 1, "moves"), "pos");
        let source = bundle(vec![
            (shape("p", None), vec![row("new", "1", None), row("both", "1", None)]),
            (
                shape("c", Some("p")),
                vec![row("added", "1", Some("new")), row("child", "1", Some("new")), row("moves", "2", Some("new"))],
            ),
        ]);
        let parents = vec![row("old", "1", None), row("both", "1", None)];
        let new = review(&source, vec![parents, vec![row("moves", "1", Some("both"))]]);
        let carried = selection.carried(&old, &new);
        let (added, child, moves) = (at(&new, 1, "added"), at(&new, 1, "child"), at(&new, 1, "moves"));
        assert!(carried.contains(added) && carried.contains(moves), "what is new is chosen");
        assert!(!carried.contains(child), "the row that was dropped");
        assert!(!carried.includes(moves, "pos") && carried.includes(moves, "parent"), "the column that was left out");
    }

    #[test]
    fn a_table_is_chosen_whole_or_not_at_all() {
        let review = family();
        let mut selection = Selection::all(&review);
        assert_eq!((selection.in_table(0), selection.in_table(1), selection.count(&review, Change::Delete)), (2, 2, 1));
        selection.toggle_table(&review, 1);
        assert_eq!((selection.in_table(0), selection.in_table(1)), (2, 0));
        selection.toggle_table(&review, 0);
        selection.toggle_table(&review, 1);
        assert_eq!((selection.in_table(0), selection.in_table(1)), (1, 2), "the parent that they need, not the delete");
    }

    #[test]
    fn what_is_blocked_cannot_be_chosen() {
        let mut review = family();
        let child = at(&review, 1, "child");
        review.tables[1].rows[child.1].blocked = Some("because".into());
        let mut selection = Selection::all(&review);
        assert!(!selection.contains(child));
        assert_eq!((selection.toggle(&review, child), selection.contains(child)), (0, false));
    }
}
