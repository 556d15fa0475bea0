//! The findings as a list.

use super::{
    AuditList, Row, act, detail, export, groups,
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
    model.audit.rows.get(row)
}

impl List for AuditList {
    type Key = Key;
    const PANE: Pane = Pane::Audit;

    fn state<'m>(&self, model: &'m Model) -> &'m ListState<Key> {
        &model.audit.list
    }

    fn state_mut<'m>(&self, model: &'m mut Model) -> &'m mut ListState<Key> {
        &mut model.audit.list
    }

    fn with_rows(&self, model: &Model, read: &mut dyn FnMut(&Rows<'_>)) {
        rows::with(&model.audit.rows, model.audit.group, &model.look.glyphs, read);
    }

    fn with_groups(&self, model: &Model, read: &mut dyn FnMut(Option<&Groups<'_>>)) {
        groups::grouped(&model.audit.rows, model.audit.group, read);
    }

    fn key(&self, model: &Model, row: usize) -> Option<Key> {
        self::row(model, row).map(Row::key)
    }

    fn is(&self, model: &Model, row: usize, key: &Key) -> bool {
        self::row(model, row).is_some_and(|row| row.is(key))
    }

    fn columns(&self, model: &Model) -> Vec<Column> {
        rows::columns(model.audit.compared().is_some())
    }

    fn is_read(&self, model: &Model) -> bool {
        model.audit.audited().is_some()
    }

    fn waiting(&self, model: &Model, room: usize) -> Vec<Cell> {
        summary::waiting(model, room)
    }

    fn total(&self, model: &Model) -> usize {
        model.audit.all
    }

    fn empty(&self, model: &Model, room: usize) -> Vec<Cell> {
        model.audit.audited().map(|audited| summary::clean(audited, room)).unwrap_or_default()
    }

    fn title(&self, model: &Model, room: u16) -> Cell {
        model.audit.audited().map(|audited| summary::title(model, audited, room)).unwrap_or_default()
    }

    fn subtitle(&self, model: &Model, short: bool) -> Option<Cell> {
        Some(summary::below(model, model.audit.audited()?, short))
    }

    fn is_stale(&self, model: &Model) -> bool {
        !summary::stale(model).is_empty()
    }

    fn nothing(&self, model: &Model) -> String {
        summary::nothing(model)
    }

    fn side(&self, width: u16) -> Option<u16> {
        Some((width * 9 / 20).clamp(48, 86))
    }

    fn details(&self, model: &Model, row: usize, _room: usize) -> Vec<Cell> {
        self::row(model, row).map(|row| detail::lines(model, row)).unwrap_or_default()
    }

    fn page_title(&self, model: &Model, row: usize) -> String {
        let Some(row) = self::row(model, row) else { return String::new() };
        if row.object().is_empty() { row.id().to_owned() } else { format!("{} {}", row.id(), row.object()) }
    }

    fn copy(&self, model: &Model, row: usize) -> Option<(String, String)> {
        Some(("the fix".to_owned(), self::row(model, row)?.finding()?.fix.clone()))
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
        model.audit.only.is_some() || model.audit.against.is_some()
    }

    fn widen(&self, model: &mut Model) {
        act::leave(model);
    }

    fn badge(&self, model: &Model) -> Option<Cell> {
        super::badge(model)
    }
}
