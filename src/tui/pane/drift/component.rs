//! The differences as a list.

use super::{
    DriftList, Row, act, detail, export, groups,
    list::{List, ListState},
    rows::{self, Key},
    summary,
};
use crate::{
    core::sheet::Sheet,
    tui::{
        action::{Action, Reason},
        model::Model,
        msg::Effect,
        pane::Pane,
        widget::{
            cell::Cell,
            table::{Column, Groups, Rows},
        },
    },
};

fn row(model: &Model, row: usize) -> Option<&Row> {
    model.drift.rows.get(row)
}

impl List for DriftList {
    type Key = Key;
    const PANE: Pane = Pane::Drift;

    fn state<'m>(&self, model: &'m Model) -> &'m ListState<Key> {
        &model.drift.list
    }

    fn state_mut<'m>(&self, model: &'m mut Model) -> &'m mut ListState<Key> {
        &mut model.drift.list
    }

    fn with_rows(&self, model: &Model, read: &mut dyn FnMut(&Rows<'_>)) {
        rows::with(&model.drift.rows, model.drift.group, &model.look.glyphs, read);
    }

    fn with_groups(&self, model: &Model, read: &mut dyn FnMut(Option<&Groups<'_>>)) {
        groups::with(&model.drift.rows, model.drift.group, read);
    }

    fn key(&self, model: &Model, row: usize) -> Option<Key> {
        self::row(model, row).map(Row::key)
    }

    fn is(&self, model: &Model, row: usize, key: &Key) -> bool {
        self::row(model, row).is_some_and(|row| row.key() == *key)
    }

    fn columns(&self, model: &Model) -> Vec<Column> {
        rows::columns(model.drift.group)
    }

    fn is_read(&self, model: &Model) -> bool {
        model.drift.compared().is_some()
    }

    fn waiting(&self, model: &Model, room: usize) -> Vec<Cell> {
        summary::waiting(model, room)
    }

    fn total(&self, model: &Model) -> usize {
        model.drift.all
    }

    fn empty(&self, model: &Model, room: usize) -> Vec<Cell> {
        model.drift.compared().map(|compared| summary::none(model, compared, room)).unwrap_or_default()
    }

    fn title(&self, model: &Model, room: u16) -> Cell {
        model
            .drift
            .compared()
            .map(|compared| summary::title(model, compared, &rows::of(compared), room))
            .unwrap_or_default()
    }

    fn subtitle(&self, model: &Model, short: bool) -> Option<Cell> {
        let compared = model.drift.compared()?;
        // Where nothing differs, what was compared stands below.
        Some(if model.drift.all == 0 { Cell::default() } else { summary::below(model, compared, short) })
    }

    fn is_stale(&self, model: &Model) -> bool {
        !summary::stale(model).is_empty()
    }

    fn nothing(&self, model: &Model) -> String {
        summary::nothing(model)
    }

    fn side(&self, width: u16) -> Option<u16> {
        Some((width / 2).clamp(50, 96))
    }

    fn details(&self, model: &Model, row: usize, _room: usize) -> Vec<Cell> {
        self::row(model, row).map(|row| detail::lines(model, row)).unwrap_or_default()
    }

    fn page_title(&self, model: &Model, row: usize) -> String {
        let Some(row) = self::row(model, row) else { return String::new() };
        format!("{} {} {}", row.mark().word(), row.kind().word(), row.object()).trim_end().to_owned()
    }

    fn copy(&self, model: &Model, row: usize) -> Option<(String, String)> {
        act::copied(self::row(model, row)?)
    }

    fn copy_row(&self, model: &Model, row: usize) -> Option<(&'static str, String)> {
        Some(("the row as JSON", export::json(self::row(model, row)?)))
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
        model.drift.kind.is_some() || model.drift.change.is_some()
    }

    fn widen(&self, model: &mut Model) {
        act::widen(model);
    }

    fn badge(&self, model: &Model) -> Option<Cell> {
        super::badge(model)
    }
}
