//! Values as the server itself writes them.

use super::{leaf::text, read::lists};

/// A place for one value of each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The name under which people know it.
    pub label: String,
    /// The type to cast the text to.
    pub cast: String,
    /// Whether it is a part of a key, which has one text for all values that are equal.
    pub leaf: bool,
}

/// Casts lists of texts, one for each of `slots`, and writes them as a row that is read would have them; in the order
/// of the lists.
pub fn canonical(slots: &[Slot]) -> String {
    let slot = |(at, slot): (usize, &Slot)| {
        let value = format!("w.c{at}::{}", slot.cast);
        if slot.leaf { text(&format!("({value})"), &slot.cast) } else { format!("{value}::text") }
    };
    let selected: Vec<_> = slots.iter().enumerate().map(slot).collect();
    format!("SELECT {} FROM {} ORDER BY w.n", selected.join(", "), lists(slots.len()))
}
