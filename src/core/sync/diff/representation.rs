//! Values that differ as text, and may be equal by their type's own operator.

use super::{Change, Field, Review};
use crate::core::sync::value::SharedText;

/// A pair of texts that differ, to be asked about: may they be equal by their type's own operator?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// (table, row, cell) in the review.
    pub at: (usize, usize, usize),
    /// The type.
    pub cast: String,
    /// The target's text.
    pub old: SharedText,
    /// The source's text.
    pub new: SharedText,
}

/// Types whose text is the value itself: another text is another value.
const EXACT: &[&str] =
    &["text", "character varying", "uuid", "boolean", "smallint", "integer", "bigint", "date", "json", "xml", "bytea"];

/// Whether another text of type `cast` is always another value.
pub fn is_exact(cast: &str) -> bool {
    EXACT.contains(&cast)
}

/// The pairs of a review that may differ in representation only.
pub fn pairs(review: &Review) -> Vec<Pair> {
    let mut out = Vec::new();
    for (t, table) in review.tables.iter().enumerate() {
        let Some(shape) = &table.shape else { continue };
        for (r, row) in table.rows.iter().enumerate().filter(|(_, row)| row.change == Change::Update) {
            for (c, cell) in row.cells.iter().enumerate() {
                let Field::Column(at) = cell.field else { continue };
                let cast = &shape.columns[at].cast;
                if let (Some(old), Some(new), false) = (&cell.old, &cell.new, is_exact(cast)) {
                    out.push(Pair { at: (t, r, c), cast: cast.clone(), old: old.clone(), new: new.clone() });
                }
            }
        }
    }
    out
}

/// Marks the cells whose two values the server calls equal, and the rows that hold no others.
pub fn mark_representation(review: &mut Review, equal: impl IntoIterator<Item = (usize, usize, usize)>) {
    for (t, r, c) in equal {
        review.tables[t].rows[r].cells[c].representation = true;
    }
    for row in review.tables.iter_mut().flat_map(|table| &mut table.rows) {
        if row.change == Change::Update && !row.cells.is_empty() && row.cells.iter().all(|cell| cell.representation) {
            row.change = Change::Representation;
        }
    }
}
