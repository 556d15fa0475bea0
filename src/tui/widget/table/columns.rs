//! Which columns fit, how wide they are, and where they begin.

use crate::tui::widget::cell::width;

/// The side that a column's cells lean on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    /// Words.
    Left,
    /// Numbers.
    Right,
}

/// One column of a table.
#[derive(Debug, Clone)]
pub struct Column {
    /// What stands above it.
    pub title: String,
    /// Which side its cells lean on.
    pub align: Align,
    /// Below this many cells it is of no use.
    pub min: u16,
    /// It never needs more than this.
    pub max: u16,
    /// Columns with the highest number are the first to go where room is short; 0 stays always.
    pub priority: u8,
    /// Whether it takes the room that is left over.
    pub grow: bool,
}

impl Column {
    /// Words under `title`, from 8 to 40 cells, never dropped.
    pub fn text(title: impl Into<String>) -> Self {
        Column { title: title.into(), align: Align::Left, min: 8, max: 40, priority: 0, grow: false }
    }

    /// Numbers under `title`, never dropped.
    pub fn number(title: impl Into<String>) -> Self {
        Column { align: Align::Right, min: 4, max: 16, ..Column::text(title) }
    }

    /// The same, from `min` to `max` cells wide.
    #[must_use]
    pub fn sized(self, min: u16, max: u16) -> Self {
        Column { min, max, ..self }
    }

    /// The same, dropped before those of a lower number.
    #[must_use]
    pub fn priority(self, priority: u8) -> Self {
        Column { priority, ..self }
    }

    /// The same, taking the room that is left over.
    #[must_use]
    pub fn grow(self) -> Self {
        Column { grow: true, ..self }
    }

    /// The fewest cells that are of use, given how wide its widest cell is: half a number is another number.
    fn least(&self, content: u16) -> u16 {
        match self.align {
            Align::Left => self.min,
            Align::Right => content.clamp(self.min, self.max.max(self.min)),
        }
    }

    /// How many cells it would like, given how wide its widest cell is.
    fn wish(&self, content: u16) -> u16 {
        // One cell more than the title, for the arrow of the sorted column.
        content.max(width(&self.title) as u16 + 1).clamp(self.min, self.max.max(self.min))
    }
}

/// Where a column is drawn, counted from the first cell behind the marker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    /// Which column.
    pub column: usize,
    /// Its first cell.
    pub x: u16,
    /// Its cells.
    pub width: u16,
}

const GAP: u16 = 2;

/// A column that is still in, while it is settled how wide it gets.
struct Kept<'a> {
    at: usize,
    column: &'a Column,
    least: u16,
    width: u16,
}

/// Places as many of `columns` as fit in `room` cells; `content` holds the width of each one's widest cell.
pub(super) fn place(columns: &[Column], content: &[u16], room: u16) -> Vec<Place> {
    let content = content.iter().copied().chain(std::iter::repeat(0));
    let kept = columns.iter().enumerate().zip(content);
    let kept = kept.map(|((at, column), content)| Kept {
        at,
        column,
        least: column.least(content),
        width: column.wish(content),
    });
    let mut kept: Vec<_> = kept.collect();
    while total(kept.iter().map(|kept| kept.least)) > room && drop_one(&mut kept) {}
    shrink(&mut kept, room);
    let left = room.saturating_sub(total(kept.iter().map(|kept| kept.width)));
    if let Some(kept) = kept.iter_mut().find(|kept| kept.column.grow) {
        kept.width += left;
    }
    let mut x = 0;
    let places = kept.into_iter().map(|Kept { at: column, width, .. }| {
        let place = Place { column, x, width: width.min(room.saturating_sub(x)) };
        x += width + GAP;
        place
    });
    places.filter(|place| place.width > 0).collect()
}

fn total(widths: impl Iterator<Item = u16>) -> u16 {
    widths.map(|width| width + GAP).sum::<u16>().saturating_sub(GAP)
}

/// Leaves out the least important column; of equals the last.
fn drop_one(kept: &mut Vec<Kept<'_>>) -> bool {
    let droppable = kept.iter().enumerate().filter(|(_, kept)| kept.column.priority > 0);
    let worst = droppable.max_by_key(|(_, kept)| (kept.column.priority, kept.at)).map(|(nth, _)| nth);
    worst.map(|nth| kept.remove(nth)).is_some()
}

/// Takes from the widest column, one cell at a time, until all fit.
fn shrink(kept: &mut [Kept<'_>], room: u16) {
    while total(kept.iter().map(|kept| kept.width)) > room {
        match kept.iter_mut().filter(|kept| kept.width > kept.least).max_by_key(|kept| kept.width) {
            Some(widest) => widest.width -= 1,
            None => break,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn columns() -> Vec<Column> {
        vec![
            Column::text("table").grow(),
            Column::number("production"),
            Column::number("preprod"),
            Column::number("size").priority(2),
            Column::text("note").priority(3),
        ]
    }

    fn placed(room: u16) -> Vec<(usize, u16)> {
        place(&columns(), &[20, 6, 6, 6, 30], room).iter().map(|place| (place.column, place.width)).collect()
    }

    #[test]
    fn everything_fits_and_the_growing_column_takes_the_rest() {
        assert_eq!(placed(100), [(0, 37), (1, 11), (2, 8), (3, 6), (4, 30)]);
    }

    #[test]
    fn the_widest_gives_way_first_then_the_least_important_goes() {
        let at = |room| placed(room).iter().map(|(at, _)| *at).collect::<Vec<_>>();
        assert_eq!([at(60).len(), at(46).len()], [5, 5]);
        assert_eq!(at(41), [0, 1, 2, 3]);
        assert_eq!(at(31), [0, 1, 2]);
    }

    #[test]
    fn numbers_are_never_narrower_than_what_they_hold() {
        for room in 24..100 {
            assert!(placed(room).iter().all(|(at, width)| !(1..=3).contains(at) || *width >= 6), "{room}");
        }
    }

    #[test]
    fn no_width_overflows() {
        for room in 0..140 {
            for place in place(&columns(), &[20, 6, 6, 6, 30], room) {
                assert!(place.x + place.width <= room, "{room}");
            }
        }
    }
}
