//! The tables as a list.

use super::{
    CountsList, count, detail,
    list::{List, ListState},
    names, refresh_all, rows, shown, snapshot, stale, title, tree, waiting,
};
use crate::{
    core::{name::QName, sheet::Sheet},
    tui::{
        action::{Action, Reason},
        model::Model,
        msg::Effect,
        overlay::Overlay,
        pane::Pane,
        widget::{
            cell::Cell,
            table::{Column, Rows},
        },
    },
};

impl List for CountsList {
    type Key = QName;
    const PANE: Pane = Pane::Counts;

    fn state<'m>(&self, model: &'m Model) -> &'m ListState<QName> {
        &model.counts.list
    }

    fn state_mut<'m>(&self, model: &'m mut Model) -> &'m mut ListState<QName> {
        &mut model.counts.list
    }

    fn with_rows(&self, model: &Model, read: &mut dyn FnMut(&Rows<'_>)) {
        rows::with(&model.counts.rows, model.counts.greatest, &model.look.glyphs, read);
    }

    fn key(&self, model: &Model, row: usize) -> Option<QName> {
        Some(model.counts.rows.get(row)?.table.clone())
    }

    fn is(&self, model: &Model, row: usize, key: &QName) -> bool {
        model.counts.rows.get(row).is_some_and(|row| row.table == *key)
    }

    fn columns(&self, model: &Model) -> Vec<Column> {
        rows::columns(model)
    }

    fn is_read(&self, model: &Model) -> bool {
        !model.counts.rows.is_empty()
    }

    fn waiting(&self, model: &Model, _room: usize) -> Vec<Cell> {
        waiting(model)
    }

    fn title(&self, model: &Model, _room: u16) -> Cell {
        title(model)
    }

    fn is_stale(&self, model: &Model) -> bool {
        !stale(model).is_empty()
    }

    fn side(&self, width: u16) -> Option<u16> {
        Some((width * 3 / 10).clamp(36, 56))
    }

    fn details(&self, model: &Model, row: usize, _room: usize) -> Vec<Cell> {
        model.counts.rows.get(row).map(|row| detail::lines(model, row)).unwrap_or_default()
    }

    fn page_title(&self, model: &Model, row: usize) -> String {
        model.counts.rows.get(row).map(|row| row.table.to_string()).unwrap_or_default()
    }

    fn copy(&self, model: &Model, row: usize) -> Option<(String, String)> {
        Some(("the table's name".to_owned(), model.counts.rows.get(row)?.table.to_string()))
    }

    fn copy_row(&self, model: &Model, row: usize) -> Option<(&'static str, String)> {
        Some(("the row as JSON", rows::json(model.counts.rows.get(row)?, &names(model))))
    }

    fn sheet(&self, model: &Model) -> Sheet {
        rows::sheet(shown(model), &names(model))
    }

    fn availability(&self, model: &Model, action: Action) -> Result<(), Reason> {
        match action {
            Action::Refresh => Ok(()),
            _ if model.counts.rows.is_empty() => Err(Reason::new("no tables have been read yet")),
            _ => Ok(()),
        }
    }

    fn act(&self, model: &mut Model, action: Action) -> Option<Vec<Effect>> {
        match action {
            Action::Refresh => Some(refresh_all(model)),
            Action::Count => Some(count(model)),
            Action::Snapshot => Some(snapshot(model)),
            Action::Relations => {
                let tree = tree(model);
                model.overlays.extend(tree.map(Overlay::Tree));
                Some(Vec::new())
            }
            _ => None,
        }
    }
}
