//! A list on the screen: its title, the rows, and beside them what there is to say about the selected one.

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

use super::{List, areas, body, head};
use crate::{
    config::theme::Role,
    tui::{
        action::Action,
        model::Model,
        pane::key_of,
        widget::{cell::Cell, section, table::Table},
    },
};

/// Draws all of `list`.
pub fn list<L: List + ?Sized>(list: &L, model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
    if !list.is_read(model) {
        section::lines(&list.waiting(model, area.width.into()), 0, area, &model.look, buffer);
        return None;
    }
    let (left, right) = areas(list, model, area);
    let cursor = title(list, model, left, buffer);
    if list.total(model) == 0 {
        section::lines(&list.empty(model, area.width.into()), 0, body(left), &model.look, buffer);
        return cursor;
    }
    let details = &list.state(model).details;
    list.draw_rows(model, !(details.focused && right.is_some()), body(left), buffer);
    if let Some(right) = right {
        details.draw(key_of(model, Action::Open), right, &model.look, buffer);
    }
    cursor
}

/// The title, the line below it, and the filter behind the last of them.
fn title<L: List + ?Sized>(list: &L, model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
    let (title, table) = (list.title(model, area.width), &list.state(model).table);
    let filtered = table.filter.active() || table.filter.editing;
    let Some(subtitle) = list.subtitle(model, filtered) else { return head(model, &title, table, area, buffer) };
    title.left(area, &model.look, buffer);
    let below = Rect { y: area.y + 1, height: area.height.saturating_sub(1).min(1), ..area };
    head(model, &subtitle, table, below, buffer)
}

/// Draws the rows as a table.
pub fn rows<L: List + ?Sized>(list: &L, model: &Model, focused: bool, area: Rect, buffer: &mut Buffer) {
    let (columns, state) = (list.columns(model), &list.state(model).table);
    list.with_rows(model, &mut |rows| {
        let table = Table { columns: &columns, state, rows, focused, stale: list.is_stale(model) };
        list.with_groups(model, &mut |groups| match groups {
            Some(groups) => table.draw_grouped(groups, area, &model.look, buffer),
            None => table.draw(area, &model.look, buffer),
        });
    });
    if state.order().is_empty() && area.height > 2 {
        let line = Rect { y: area.y + 2, height: 1, x: area.x + 1, width: area.width.saturating_sub(1) };
        nothing_fits(list, model).left(line, &model.look, buffer);
    }
}

/// What there is to say where the filters let nothing through.
pub fn nothing_fits<L: List + ?Sized>(list: &L, model: &Model) -> Cell {
    let typing = model.key(Action::Cancel).map(|key| Cell::of(Role::Accent, key).bold());
    let editing = list.state(model).table.filter.editing;
    let key = typing.filter(|_| editing).unwrap_or_else(|| key_of(model, Action::Back));
    let what = list.nothing(model);
    Cell::of(Role::Muted, format!("{what}; ")).then(key).and(Role::Muted, " shows the rest")
}
