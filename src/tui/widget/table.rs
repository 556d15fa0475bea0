//! A list of rows in columns: sorted by any of them, filtered, only as many drawn as can be seen.
//!
//! The rows stay where they are, in their pane. [`TableState`] holds in which order they are shown and
//! which one is selected; [`Rows`] says how to read them; [`Table`] draws.

mod columns;
mod groups;
mod state;
#[cfg(test)]
mod tests;

use ratatui::{
    buffer::Buffer,
    layout::{Alignment, Rect},
};

pub use columns::{Align, Column};
pub use groups::Groups;
pub use state::{Hit, Position, SortKey, TableState};

use crate::{config::theme::Role, tui::look::Look};

use super::cell::Cell;

/// How to read the rows of a pane.
pub struct Rows<'a> {
    /// How many there are.
    pub count: usize,
    /// What stands in column `.1` of row `.0`.
    pub cell: &'a dyn Fn(usize, usize) -> Cell,
    /// What column `.1` of row `.0` is sorted by.
    pub key: &'a dyn Fn(usize, usize) -> SortKey,
    /// What of row `.0` the filter looks at.
    pub text: &'a dyn Fn(usize) -> String,
}

/// A table, ready to be drawn.
pub struct Table<'a> {
    /// Its columns.
    pub columns: &'a [Column],
    /// Its order, selection and filter.
    pub state: &'a TableState,
    /// Its rows.
    pub rows: &'a Rows<'a>,
    /// Whether keys go to it: another table's selection shows without its marker.
    pub focused: bool,
    /// Whether newer rows are on their way: the old ones stay, muted.
    pub stale: bool,
}

impl Table<'_> {
    /// Draws the head and the rows that can be seen.
    pub fn draw(&self, area: Rect, look: &Look, buffer: &mut Buffer) {
        if area.height < 2 || area.width < 2 {
            return;
        }
        let places = self.heads(area, look, buffer);
        let visible = usize::from(area.height - 1);
        let top = self.state.top(visible);
        for (line, row) in self.state.order().iter().skip(top).take(visible).enumerate() {
            let selected = top + line == self.state.cursor();
            self.row(*row as usize, selected, line as u16 + 1, area, &places, look, buffer);
        }
    }

    fn title(&self, column: &Column, at: usize, look: &Look) -> Cell {
        let title = Cell::of(Role::Heading, column.title.to_uppercase());
        match self.state.sorted_by() {
            Some((by, descending)) if by == at => {
                let glyph = if descending { look.glyphs.descending } else { look.glyphs.ascending };
                title.and(Role::Accent, glyph)
            }
            _ => title,
        }
    }

    #[expect(clippy::too_many_arguments, reason = "one place, one row, and what to draw it with")]
    fn row(
        &self,
        row: usize,
        selected: bool,
        y: u16,
        area: Rect,
        places: &[columns::Place],
        look: &Look,
        buffer: &mut Buffer,
    ) {
        let line = Rect { y: area.y + y, height: 1, ..area };
        for (nth, place) in places.iter().enumerate() {
            let mut cell = (self.rows.cell)(row, place.column);
            if self.stale {
                cell = cell.in_role(Role::Muted);
            }
            let align = self.columns[place.column].align;
            if align == Align::Right && cell.width() > usize::from(place.width) {
                cell = Cell::of(Role::Muted, look.glyphs.ellipsis);
            }
            if selected && nth == 0 {
                cell = cell.bold();
            }
            cell.draw(rect(area, place, y), align.into(), look, buffer);
        }
        if selected {
            buffer.set_style(line, look.style(Role::Selection));
            if self.focused {
                buffer.set_stringn(line.x, line.y, look.glyphs.selected, 1, look.style(Role::Accent));
            }
        }
    }
}

/// Where a column's part of the line `y` is; the first cell of a line belongs to the marker.
fn rect(area: Rect, place: &columns::Place, y: u16) -> Rect {
    Rect { x: area.x + 1 + place.x, y: area.y + y, width: place.width, height: 1 }
}

impl From<Align> for Alignment {
    fn from(align: Align) -> Self {
        match align {
            Align::Left => Alignment::Left,
            Align::Right => Alignment::Right,
        }
    }
}
