//! In which order rows are shown, which one is selected, and what is filtered away.

use std::cmp::Ordering;

use ratatui::layout::Rect;

use crate::{
    config::key::Key,
    tui::{
        action::Action,
        widget::filter::{Filter, matching},
    },
};

use super::{Column, Rows, columns};

/// What a row is sorted by in one column.
#[derive(Debug, Clone, PartialEq)]
pub enum SortKey {
    /// Not known: last, whichever way the rest is sorted.
    Unknown,
    /// A number.
    Number(f64),
    /// A word.
    Text(String),
}

/// `at` of `shown`, where there are `all`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The selected row, counted from 1; 0 where there is none.
    pub at: usize,
    /// Rows that the filter lets through.
    pub shown: usize,
    /// All rows.
    pub all: usize,
}

/// What lies under the mouse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hit {
    /// The head of a column.
    Head(usize),
    /// The row at this place in the order.
    Row(usize),
}

/// Order, selection, sorting and filter of one table.
#[derive(Debug, Clone, Default)]
pub struct TableState {
    /// The rows that are shown, in their order.
    order: Vec<u32>,
    /// Where in the order the selected row is.
    cursor: usize,
    /// The first row in sight, as of the last move.
    top: usize,
    /// How many rows there are, shown or not.
    all: usize,
    /// The column sorted by, and whether the greatest comes first.
    sort: Option<(usize, bool)>,
    /// The widest cell of each column.
    widths: Vec<u16>,
    /// What the list is narrowed to.
    pub filter: Filter,
}

impl TableState {
    /// A table that begins sorted by `column`.
    pub fn sorted(column: usize, descending: bool) -> Self {
        TableState { sort: Some((column, descending)), ..TableState::default() }
    }

    /// The rows that are shown, in their order.
    pub fn order(&self) -> &[u32] {
        &self.order
    }

    /// Where in the order the selected row is.
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The selected row.
    pub fn selected(&self) -> Option<usize> {
        self.order.get(self.cursor).map(|row| *row as usize)
    }

    /// The column sorted by, and whether the greatest comes first.
    pub fn sorted_by(&self) -> Option<(usize, bool)> {
        self.sort
    }

    pub(super) fn widths(&self) -> &[u16] {
        &self.widths
    }

    /// The first row in sight where `visible` rows have room: as it was, but for what keeps the
    /// selection in sight.
    pub fn top(&self, visible: usize) -> usize {
        let last = self.order.len().saturating_sub(visible);
        let (low, high) = ((self.cursor + 1).saturating_sub(visible), self.cursor);
        self.top.clamp(low.min(high), high).min(last)
    }

    /// "1 of 57", or with a filter "1 of 12 of 57".
    pub fn position(&self) -> Position {
        let at = if self.order.is_empty() { 0 } else { self.cursor + 1 };
        Position { at, shown: self.order.len(), all: self.all }
    }

    /// New rows are there: measures, filters and sorts them. `was` finds the row that was selected.
    pub fn load(&mut self, columns: &[Column], rows: &Rows<'_>, was: impl Fn(usize) -> bool) {
        self.all = rows.count;
        self.widths = (0..columns.len())
            .map(|column| (0..rows.count).map(|row| (rows.cell)(row, column).width()).max().unwrap_or(0) as u16)
            .collect();
        self.arrange(rows);
        if let Some(at) = self.order.iter().position(|row| was(*row as usize)) {
            self.cursor = at;
        }
    }

    /// Filters and sorts anew; the selected row stays selected where it is still shown.
    pub fn arrange(&mut self, rows: &Rows<'_>) {
        self.arrange_around(self.selected(), rows);
    }

    /// Filters and sorts anew around the row `selected`, or without one around what fits best.
    fn arrange_around(&mut self, selected: Option<usize>, rows: &Rows<'_>) {
        let mut found = if self.filter.active() {
            matching(self.filter.input.value(), rows.count, rows.text)
        } else {
            (0..rows.count as u32).map(|row| (row, 0)).collect()
        };
        match self.sort {
            Some((column, descending)) => sort(&mut found, rows, column, descending),
            None => found.sort_by_key(|(_, score)| std::cmp::Reverse(*score)),
        }
        // The first of the best: `max_by_key` alone would take the last.
        let best = found.iter().rev().max_by_key(|(_, score)| *score).map(|(row, _)| *row as usize);
        let selected = selected.or(best);
        self.order = found.into_iter().map(|(row, _)| row).collect();
        let again = self.order.iter().position(|row| Some(*row as usize) == selected);
        self.cursor = again.unwrap_or(self.cursor).min(self.order.len().saturating_sub(1));
    }

    /// Moves, sorts or filters; says whether `action` was one of these. `visible` rows are in sight.
    pub fn act(&mut self, action: Action, visible: usize, columns: usize, rows: &Rows<'_>) -> bool {
        let (last, half) = (self.order.len().saturating_sub(1), (visible / 2).max(1));
        match action {
            Action::Up => self.cursor = self.cursor.saturating_sub(1),
            Action::Down => self.cursor = (self.cursor + 1).min(last),
            Action::PageUp => self.cursor = self.cursor.saturating_sub(visible.max(1)),
            Action::PageDown => self.cursor = (self.cursor + visible.max(1)).min(last),
            Action::HalfPageUp => self.cursor = self.cursor.saturating_sub(half),
            Action::HalfPageDown => self.cursor = (self.cursor + half).min(last),
            Action::Top => self.cursor = 0,
            Action::Bottom => self.cursor = last,
            Action::Filter => self.filter.editing = true,
            Action::SortNext => self.sort_by(self.sort.map_or(0, |(by, _)| (by + 1) % columns.max(1)), rows),
            Action::SortReverse => self.sort_by(self.sort.map_or(0, |(by, _)| by), rows),
            _ => return false,
        }
        self.top = self.top(visible);
        true
    }

    /// Sorts by `column`; by the one that it is sorted by already, the other way round.
    pub fn sort_by(&mut self, column: usize, rows: &Rows<'_>) {
        let numbers = (0..rows.count).any(|row| matches!((rows.key)(row, column), SortKey::Number(_)));
        self.sort = match self.sort {
            Some((by, descending)) if by == column => Some((column, !descending)),
            _ => Some((column, numbers)),
        };
        self.arrange(rows);
    }

    /// Edits the filter with `key`; the best row is selected then.
    pub fn typed(&mut self, key: Key, rows: &Rows<'_>) {
        if self.filter.input.key(key) {
            self.narrowed(rows);
        }
    }

    /// Puts what was pasted into the filter.
    pub fn pasted(&mut self, text: &str, rows: &Rows<'_>) {
        if self.filter.input.paste(text) {
            self.narrowed(rows);
        }
    }

    /// Takes the filter away; the selected row stays selected.
    pub fn unfilter(&mut self, rows: &Rows<'_>) {
        self.filter = Filter::default();
        self.arrange(rows);
    }

    fn narrowed(&mut self, rows: &Rows<'_>) {
        self.top = 0;
        self.arrange_around(None, rows);
    }

    /// Selects the row at `at` in the order.
    pub fn select(&mut self, at: usize, visible: usize) {
        self.cursor = at.min(self.order.len().saturating_sub(1));
        self.top = self.top(visible);
    }

    /// What of a table drawn in `area` lies at column `x` and line `y` of the screen.
    pub fn hit(&self, columns: &[Column], area: Rect, x: u16, y: u16) -> Option<Hit> {
        if !area.contains((x, y).into()) {
            return None;
        }
        if y == area.y {
            let within = (x - area.x).saturating_sub(1);
            let places = columns::place(columns, &self.widths, area.width.saturating_sub(1));
            let under = |place: &&columns::Place| (place.x..place.x + place.width).contains(&within);
            return places.iter().find(under).map(|place| Hit::Head(place.column));
        }
        let at = self.top(usize::from(area.height.saturating_sub(1))) + usize::from(y - area.y - 1);
        (at < self.order.len()).then_some(Hit::Row(at))
    }
}

fn sort(found: &mut [(u32, u32)], rows: &Rows<'_>, column: usize, descending: bool) {
    found.sort_by_cached_key(|(row, _)| {
        let key = (rows.key)(*row as usize, column);
        let folded = if let SortKey::Text(text) = &key { text.to_lowercase() } else { String::new() };
        Ranked { key, folded, descending }
    });
}

/// A key that knows which way it is sorted, because the unknown comes last either way.
struct Ranked {
    key: SortKey,
    /// Its text without capitals, compared first.
    folded: String,
    descending: bool,
}

impl Ord for Ranked {
    fn cmp(&self, other: &Self) -> Ordering {
        let way = |ordering: Ordering| if self.descending { ordering.reverse() } else { ordering };
        match (&self.key, &other.key) {
            (SortKey::Unknown, SortKey::Unknown) => Ordering::Equal,
            (SortKey::Unknown, _) | (SortKey::Text(_), SortKey::Number(_)) => Ordering::Greater,
            (_, SortKey::Unknown) | (SortKey::Number(_), SortKey::Text(_)) => Ordering::Less,
            (SortKey::Number(a), SortKey::Number(b)) => way(a.total_cmp(b)),
            (SortKey::Text(a), SortKey::Text(b)) => way(self.folded.cmp(&other.folded).then_with(|| a.cmp(b))),
        }
    }
}

impl PartialOrd for Ranked {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl PartialEq for Ranked {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other).is_eq()
    }
}

impl Eq for Ranked {}
