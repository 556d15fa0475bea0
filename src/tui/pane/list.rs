//! What panes that are one list have in common: filter, sorting, selection, copying, export, and the details of the
//! selected row beside the list or as a page.
//!
//! A pane says what its rows are and how they read ([`List`]); the keys, the mouse and the screen ask it as a
//! [`Component`](super::Component), which every list is.

mod component;
mod draw;
mod parts;

use std::fmt;

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

use super::{
    Events, Pane,
    split::{self, Details},
};
use crate::{
    core::sheet::Sheet,
    tui::{
        action::{Action, Reason},
        layout,
        model::Model,
        msg::{Effect, Mouse},
        widget::{
            cell::Cell,
            table::{Column, Groups, Hit, Rows, TableState},
        },
    },
};

pub use draw::nothing_fits;
pub use parts::{act, body, clicked, head, reveal, stale, visible, writable};

/// What a list remembers. A row is called by a `K`.
#[derive(Debug, Clone)]
pub struct ListState<K> {
    /// Sorting, filter, selection.
    pub table: TableState,
    /// What is said of the selected row beside the list.
    pub(super) details: Details<K>,
}

impl<K> Default for ListState<K> {
    fn default() -> Self {
        ListState::of(TableState::default())
    }
}

impl<K> ListState<K> {
    /// A list that begins as `table` is.
    pub fn of(table: TableState) -> Self {
        ListState { table, details: Details::default() }
    }

    /// Those of `rows` that the filter lets through, in their order.
    pub fn shown<'r, R>(&'r self, rows: &'r [R]) -> impl Iterator<Item = &'r R> {
        self.table.order().iter().filter_map(|at| rows.get(*at as usize))
    }

    /// The selected one of `rows`.
    pub fn selected<'r, R>(&self, rows: &'r [R]) -> Option<&'r R> {
        rows.get(self.table.selected()?)
    }

    /// Sorts as `table` does; the filter stays.
    pub fn resort(&mut self, table: TableState) {
        let filter = std::mem::take(&mut self.table.filter);
        self.table = table;
        self.table.filter = filter;
    }
}

/// A pane that is one list.
pub trait List: Events + fmt::Debug + Sync {
    /// What a row is called, so that it is found again when the list was read anew.
    type Key: Clone + PartialEq;

    /// Which pane this is.
    const PANE: Pane;

    /// What the list remembers.
    fn state<'m>(&self, model: &'m Model) -> &'m ListState<Self::Key>;

    /// What the list remembers, to be changed.
    fn state_mut<'m>(&self, model: &'m mut Model) -> &'m mut ListState<Self::Key>;

    /// Calls `read` with the rows.
    fn with_rows(&self, model: &Model, read: &mut dyn FnMut(&Rows<'_>));

    /// What `row` is called.
    fn key(&self, model: &Model, row: usize) -> Option<Self::Key>;

    /// Whether `row` is called `key`.
    fn is(&self, model: &Model, row: usize, key: &Self::Key) -> bool {
        self.key(model, row).as_ref() == Some(key)
    }

    /// The columns that the list is sorted by.
    fn columns(&self, model: &Model) -> Vec<Column>;

    /// Calls `read` with the groups that the rows stand in, if they do.
    fn with_groups(&self, _model: &Model, read: &mut dyn FnMut(Option<&Groups<'_>>)) {
        read(None);
    }

    /// Whether the list was read, so that it is shown even if there are no rows.
    fn is_read(&self, _model: &Model) -> bool {
        true
    }

    /// What is shown until then: what is being read, or why it could not be.
    fn waiting(&self, _model: &Model, _room: usize) -> Vec<Cell> {
        Vec::new()
    }

    /// How many rows there are, whatever the filters let through.
    fn total(&self, model: &Model) -> usize {
        self.state(model).table.position().all
    }

    /// What is shown below the title where there are none.
    fn empty(&self, _model: &Model, _room: usize) -> Vec<Cell> {
        Vec::new()
    }

    /// The title, in `room` cells.
    fn title(&self, model: &Model, room: u16) -> Cell;

    /// The line below the title, where the list has one; the filter stands there then. `short` while there is one.
    fn subtitle(&self, _model: &Model, _short: bool) -> Option<Cell> {
        None
    }

    /// Whether newer rows are on their way, or cannot be read.
    fn is_stale(&self, _model: &Model) -> bool {
        false
    }

    /// What there is not, where the filters let nothing through: `no matches`.
    fn nothing(&self, _model: &Model) -> String {
        "no matches".to_owned()
    }

    /// How many of `width` cells the details get beside the list, if they ever stand there.
    fn side(&self, _width: u16) -> Option<u16> {
        None
    }

    /// What is said of `row`, in lines of `room` cells.
    fn details(&self, _model: &Model, _row: usize, _room: usize) -> Vec<Cell> {
        Vec::new()
    }

    /// The title of the page that says the same of `row`.
    fn page_title(&self, model: &Model, row: usize) -> String;

    /// What is copied of `row`, and what that is called.
    fn copy(&self, model: &Model, row: usize) -> Option<(String, String)>;

    /// `row` as JSON, and what that is called.
    fn copy_row(&self, model: &Model, row: usize) -> Option<(&'static str, String)>;

    /// The rows that the filter lets through, in their order.
    fn sheet(&self, model: &Model) -> Sheet;

    /// Whether `action` can be done just now.
    fn availability(&self, _model: &Model, _action: Action) -> Result<(), Reason> {
        Ok(())
    }

    /// Does `action` where that is the pane's own matter.
    fn act(&self, _model: &mut Model, _action: Action) -> Option<Vec<Effect>> {
        None
    }

    /// Whether filters that have a key of their own hide rows.
    fn is_narrowed(&self, _model: &Model) -> bool {
        false
    }

    /// Takes away the nearest of these.
    fn widen(&self, _model: &mut Model) {}

    /// Whether the selected row stays selected when the list is read anew. Whoever has not moved yet stays on the first
    /// one, whatever it is by then.
    fn keeps_selection(&self, model: &Model) -> bool {
        self.state(model).table.cursor() > 0
    }

    /// What stands behind its title in its tab.
    fn badge(&self, _model: &Model) -> Option<Cell> {
        None
    }

    /// How many rows are in sight.
    fn visible(&self, model: &Model) -> usize {
        let height = body(place(model)).height;
        let mut visible = usize::from(height.saturating_sub(1).max(1));
        self.with_groups(model, &mut |groups| {
            if let Some(groups) = groups {
                visible = groups.visible(&self.state(model).table, height);
            }
        });
        visible
    }

    /// What of the list, drawn in `area`, is under the mouse.
    fn hit(&self, model: &Model, mouse: Mouse, area: Rect) -> Option<Hit> {
        let (table, columns, mut hit) = (&self.state(model).table, self.columns(model), None);
        self.with_groups(model, &mut |groups| {
            hit = match groups {
                Some(groups) => table.hit_grouped(&columns, groups, area, mouse.x, mouse.y),
                None => table.hit(&columns, area, mouse.x, mouse.y),
            };
        });
        hit
    }

    /// Draws the rows; `focused` while keys move in them.
    fn draw_rows(&self, model: &Model, focused: bool, area: Rect, buffer: &mut Buffer) {
        draw::rows(self, model, focused, area, buffer);
    }

    /// Draws all of it; returns where the cursor belongs while the filter is being typed.
    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
        draw::list(self, model, area, buffer)
    }
}

/// Where the pane in front is drawn.
fn place(model: &Model) -> Rect {
    layout::areas(model.size).map_or(Rect::ZERO, |areas| super::inside(areas.body))
}

/// Where the list is drawn in `area`, and its details where they stand beside it.
pub fn areas<L: List + ?Sized>(list: &L, model: &Model, area: Rect) -> (Rect, Option<Rect>) {
    if !list.is_read(model) || list.total(model) == 0 {
        return (area, None);
    }
    split::split(area, |width| list.side(width))
}

/// Where the details stand beside the list, if they do.
fn beside<L: List + ?Sized>(list: &L, model: &Model) -> Option<Rect> {
    areas(list, model, place(model)).1
}

/// Whether keys scroll the details.
fn is_scrolling<L: List + ?Sized>(list: &L, model: &Model) -> bool {
    list.state(model).details.focused && beside(list, model).is_some()
}

/// The place of the selected row among all rows.
fn selected<L: List + ?Sized>(list: &L, model: &Model) -> Option<usize> {
    list.state(model).table.selected()
}

/// What the selected row is called.
fn selected_key<L: List + ?Sized>(list: &L, model: &Model) -> Option<L::Key> {
    list.key(model, selected(list, model)?)
}

/// The row that is called `key`.
fn find<L: List + ?Sized>(list: &L, model: &Model, key: &L::Key) -> Option<usize> {
    let mut count = 0;
    list.with_rows(model, &mut |rows| count = rows.count);
    (0..count).find(|row| list.is(model, *row, key))
}

/// Changes the sorting, the filter or the selection.
pub fn change<L: List + ?Sized>(list: &L, model: &mut Model, change: impl FnOnce(&mut TableState, &Rows<'_>)) {
    let mut table = std::mem::take(&mut list.state_mut(model).table);
    let mut change = Some(change);
    list.with_rows(model, &mut |rows| {
        if let Some(change) = change.take() {
            change(&mut table, rows);
        }
    });
    list.state_mut(model).table = table;
}

/// Makes the rows anew by `build`; the selected one stays selected where it is still there.
pub fn rebuild<L: List + ?Sized>(list: &L, model: &mut Model, build: impl FnOnce(&mut Model)) {
    let was = selected_key(list, model).filter(|_| list.keeps_selection(model));
    build(model);
    let (columns, at) = (list.columns(model), was.as_ref().and_then(|was| find(list, model, was)));
    change(list, model, |table, rows| {
        table.load(&columns, rows, |row| Some(row) == at);
        if was.is_none() {
            table.select(0, 1);
        }
    });
    list.state_mut(model).details.forget();
}

/// Moves to `row`, though a filter may hide it.
pub fn show<L: List + ?Sized>(list: &L, model: &mut Model, row: usize) {
    let visible = list.visible(model);
    change(list, model, |table, rows| reveal(table, row, visible, rows));
}
