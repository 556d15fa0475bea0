//! Characters that the target's encoding does not have: their rows cannot move.

use std::collections::BTreeSet;

use super::{Change, Review, RowReview};
use crate::core::sync::row::Value;

/// The characters outside of ASCII of all that would be written.
pub fn characters(review: &Review) -> BTreeSet<char> {
    let rows = review.tables.iter().flat_map(|table| &table.rows).filter(|row| moves(row));
    let texts =
        rows.flat_map(|row| row.key.0.iter().flatten().chain(row.cells.iter().filter_map(|cell| cell.new.as_ref())));
    texts.flat_map(|text| text.chars()).filter(|c| !c.is_ascii()).collect()
}

/// Blocks every row that would write one of the characters `missing`, which `encoding` does not have.
pub fn block_characters(review: &mut Review, missing: &BTreeSet<char>, encoding: &str) {
    let first = |text: &Value| text.as_deref().and_then(|text| text.chars().find(|c| missing.contains(c)));
    for row in review.tables.iter_mut().flat_map(|table| &mut table.rows).filter(|row| moves(row)) {
        let cells = row.cells.iter().find_map(|cell| first(&cell.new).map(|c| (format!("`{}`", cell.column), c)));
        let found = cells.or_else(|| row.key.0.iter().find_map(|part| first(part).map(|c| ("its key".to_owned(), c))));
        if let Some((column, c)) = found {
            row.blocked = Some(format!(
                "{column} holds `{c}` (U+{:04X}), which the target's encoding {encoding} does not have",
                u32::from(c)
            ));
        }
    }
}

fn moves(row: &RowReview) -> bool {
    row.blocked.is_none() && row.change != Change::Delete
}
