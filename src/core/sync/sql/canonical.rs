//! Values as the server itself writes them.

use super::{exact, leaf::text, read::lists};
use crate::core::schema::Definition;

/// A place for one value of each row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The name under which people know it.
    pub label: String,
    /// The type to cast the text to.
    pub cast: String,
    /// Whether it is a part of a key, which has one text for all values that are equal.
    pub leaf: bool,
    /// How the column is declared that the value is for.
    pub definition: Definition,
}

/// Casts lists of texts, one for each of `slots`, and writes them as a row that is read would have them; in the order
/// of the lists.
pub fn canonical(slots: &[Slot]) -> String {
    let slot = |(at, slot): (usize, &Slot)| {
        let value = format!("w.c{at}::{}", slot.cast);
        if slot.leaf { text(&format!("({value})"), &slot.cast) } else { written(&value, slot) }
    };
    let selected: Vec<_> = slots.iter().enumerate().map(slot).collect();
    format!("SELECT {} FROM {} ORDER BY w.n", selected.join(", "), lists(slots.len()))
}

/// As the column would write it. `character(5)` fills up with blanks; what is too long for it stays as it is.
fn written(value: &str, slot: &Slot) -> String {
    let Definition { declared, output, .. } = &slot.definition;
    let plain = exact(value, &slot.cast, output.as_deref());
    if slot.cast != "bpchar" || declared.is_empty() {
        return plain;
    }
    let filled = format!("{value}::{declared}");
    format!("CASE WHEN {filled} = {value} THEN {} ELSE {plain} END", exact(&filled, &slot.cast, output.as_deref()))
}
