//! The parts of a list, which the wizard's lists use as well.

use std::collections::BTreeSet;

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

use crate::{
    config::theme::Role,
    tui::{
        action::{Action, Reason},
        layout,
        model::Model,
        msg::Mouse,
        widget::{
            cell::Cell,
            table::{Column, Hit, Rows, TableState},
        },
    },
};

/// How many lines stand above a pane's table: its title, and a blank one.
const ABOVE: u16 = 2;

/// Where a pane's list is drawn, below its title.
pub fn body(area: Rect) -> Rect {
    let above = ABOVE.min(area.height);
    Rect { y: area.y + above, height: area.height - above, ..area }
}

/// How many rows of a list are in sight, where `other` lines of the pane are no rows beside its title.
pub fn visible(model: &Model, other: u16) -> usize {
    let height = layout::areas(model.size).map_or(0, |areas| areas.body.height);
    usize::from(height.saturating_sub(ABOVE + other).max(1))
}

/// The word for rows that are older than what is on its way, or that cannot be read again, behind a list's title.
pub fn stale(reading: &BTreeSet<String>, gone: &[&str]) -> Cell {
    let names: Vec<&str> = reading.iter().map(String::as_str).collect();
    let parts = [(names, "reading", " again"), (gone.to_vec(), "no answer from", "")];
    let parts = parts.iter().filter(|(names, ..)| !names.is_empty());
    let says: Vec<_> = parts.map(|(names, before, behind)| format!("{before} {}{behind}", names.join(", "))).collect();
    if says.is_empty() {
        return Cell::default();
    }
    Cell::of(Role::Warn, "   stale").and(Role::Muted, format!(": {}", says.join("; ")))
}

/// Draws a list's title with its filter; says where the cursor belongs while that is typed.
pub fn head(model: &Model, title: &Cell, table: &TableState, area: Rect, buffer: &mut Buffer) -> Option<Point> {
    let used = title.left(area, &model.look, buffer);
    let filter = &table.filter;
    if !filter.editing && !filter.active() {
        return None;
    }
    let prompt =
        Rect { x: area.x + used + 3, width: area.width.saturating_sub(used + 3), height: 1.min(area.height), ..area };
    let label = Cell::of(Role::Accent, "/").left(prompt, &model.look, buffer);
    let field = Rect { x: prompt.x + label, width: prompt.width.saturating_sub(label).min(32), ..prompt };
    let cursor = filter.input.draw(field, &model.look, buffer);
    filter.editing.then_some(cursor)
}

/// Moves, sorts or filters.
pub fn act(table: &mut TableState, action: Action, visible: usize, columns: usize, rows: &Rows<'_>) {
    match action {
        Action::Back | Action::Cancel => table.unfilter(rows),
        Action::Accept => table.filter.editing = false,
        _ => {
            table.act(action, visible, columns, rows);
        }
    }
}

/// Selects `row`, though a filter may have hidden it.
pub fn reveal(table: &mut TableState, row: usize, visible: usize, rows: &Rows<'_>) {
    let place = |table: &TableState| table.order().iter().position(|shown| *shown as usize == row);
    if place(table).is_none() {
        table.unfilter(rows);
    }
    if let Some(at) = place(table) {
        table.select(at, visible);
    }
}

/// Selects the row that was clicked, or sorts by the column whose head was.
pub fn clicked(table: &mut TableState, columns: &[Column], area: Rect, mouse: Mouse, rows: &Rows<'_>) {
    match table.hit(columns, area, mouse.x, mouse.y) {
        Some(Hit::Head(column)) => table.sort_by(column, rows),
        Some(Hit::Row(at)) => table.select(at, usize::from(area.height.saturating_sub(1))),
        None => {}
    }
}

/// Whether `environment` may be written at all.
pub fn writable(model: &Model, environment: &str) -> Result<(), Reason> {
    match model.environment(environment) {
        Some(target) if target.writable => Ok(()),
        Some(target) => Err(Reason::new(format!("{} is read-only in pgdeck.toml", target.name))),
        None => Err(Reason::new(format!("{environment} is no environment of this project"))),
    }
}
