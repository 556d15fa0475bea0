//! The files and what is wrong with them as a list.

use ratatui::{buffer::Buffer, layout::Rect};

use super::{
    MigrationsList, Row, act, detail, draw, export,
    list::{List, ListState},
    rows, summary,
};
use crate::{
    config::theme::Role,
    core::sheet::Sheet,
    tui::{
        action::{Action, Reason},
        model::Model,
        msg::{Effect, Mouse},
        pane::Pane,
        widget::{
            cell::Cell,
            table::{Column, Hit, Rows},
        },
    },
};

fn row(model: &Model, row: usize) -> Option<&Row> {
    model.migrations.rows.get(row)
}

impl List for MigrationsList {
    type Key = String;
    const PANE: Pane = Pane::Migrations;

    fn state<'m>(&self, model: &'m Model) -> &'m ListState<String> {
        &model.migrations.list
    }

    fn state_mut<'m>(&self, model: &'m mut Model) -> &'m mut ListState<String> {
        &mut model.migrations.list
    }

    fn with_rows(&self, model: &Model, read: &mut dyn FnMut(&Rows<'_>)) {
        rows::with(&model.migrations.rows, read);
    }

    fn key(&self, model: &Model, row: usize) -> Option<String> {
        self::row(model, row).map(|row| row.key.clone())
    }

    fn is(&self, model: &Model, row: usize, key: &String) -> bool {
        self::row(model, row).is_some_and(|row| row.key == *key)
    }

    fn columns(&self, _model: &Model) -> Vec<Column> {
        Vec::new()
    }

    fn is_read(&self, model: &Model) -> bool {
        model.migrations.all > 0
    }

    fn waiting(&self, model: &Model, room: usize) -> Vec<Cell> {
        summary::waiting(model, room)
    }

    fn total(&self, model: &Model) -> usize {
        model.migrations.all
    }

    fn title(&self, model: &Model, room: u16) -> Cell {
        summary::title(model, room.into())
    }

    fn subtitle(&self, model: &Model, short: bool) -> Option<Cell> {
        Some(if short { Cell::of(Role::Muted, "filtered") } else { summary::below(model) })
    }

    fn is_stale(&self, model: &Model) -> bool {
        !summary::stale(model).is_empty()
    }

    fn nothing(&self, model: &Model) -> String {
        summary::nothing(model)
    }

    fn side(&self, width: u16) -> Option<u16> {
        Some((width * 2 / 5).clamp(44, 86))
    }

    fn details(&self, model: &Model, row: usize, room: usize) -> Vec<Cell> {
        self::row(model, row).map(|row| detail::lines(model, row, room)).unwrap_or_default()
    }

    fn page_title(&self, model: &Model, row: usize) -> String {
        self::row(model, row).map(|row| detail::title(model, row)).unwrap_or_default()
    }

    fn copy(&self, model: &Model, row: usize) -> Option<(String, String)> {
        let (what, name) = export::name(model, self::row(model, row)?);
        Some((what.to_owned(), name))
    }

    fn copy_row(&self, model: &Model, row: usize) -> Option<(&'static str, String)> {
        Some(("the row as JSON", export::json(model, self::row(model, row)?)))
    }

    fn sheet(&self, model: &Model) -> Sheet {
        export::sheet(model)
    }

    fn availability(&self, model: &Model, action: Action) -> Result<(), Reason> {
        act::availability(model, action)
    }

    fn act(&self, model: &mut Model, action: Action) -> Option<Vec<Effect>> {
        act::act(model, action)
    }

    fn is_narrowed(&self, model: &Model) -> bool {
        model.migrations.only.is_some()
    }

    fn widen(&self, model: &mut Model) {
        act::widen(model);
    }

    /// Whoever looks for something stays with what was found, too.
    fn keeps_selection(&self, model: &Model) -> bool {
        let table = &model.migrations.list.table;
        table.cursor() > 0 || table.filter.active()
    }

    fn visible(&self, model: &Model) -> usize {
        draw::visible(model)
    }

    fn hit(&self, model: &Model, mouse: Mouse, area: Rect) -> Option<Hit> {
        draw::hit(model, mouse, area)
    }

    fn draw_rows(&self, model: &Model, focused: bool, area: Rect, buffer: &mut Buffer) {
        draw::rows(model, focused, area, buffer);
    }

    fn badge(&self, model: &Model) -> Option<Cell> {
        super::badge(model)
    }
}
