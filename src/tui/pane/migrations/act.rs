//! What keys do in the pane.

use super::{Only, apply, can_go_back, detail, draw, export, list, rebuild, refresh, with_rows};
use crate::tui::{
    action::{Action, Reason},
    model::Model,
    msg::Effect,
    overlay::{Overlay, Page},
};

/// Whether `action` can be done just now.
pub fn availability(model: &Model, action: Action) -> Result<(), Reason> {
    let pane = &model.migrations;
    let no = |why: &'static str| Err(Reason::new(why));
    match action {
        Action::FocusNext | Action::FocusPrevious => no("this pane has one part"),
        Action::SortNext | Action::SortReverse => no("the order is that of running"),
        Action::Refresh if pane.reading_folder => no("the folder is being read"),
        Action::Refresh | Action::Accept | Action::Cancel | Action::Back => Ok(()),
        _ if pane.overview.is_none() => no("no folder of migrations was read"),
        Action::ApplyPending | Action::TryPending | Action::NextEnvironment => apply::availability(model, action),
        _ if pane.all == 0 => no("there is no migration"),
        Action::Open | Action::Copy | Action::CopyRow if pane.selected().is_none() => no("nothing is selected"),
        _ => Ok(()),
    }
}

/// Does `action`.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Refresh => return refresh(model),
        Action::OnlyProblems => only(model, Only::Problems),
        Action::OnlyPending => only(model, Only::Pending),
        Action::ApplyPending => return apply::plan(model, false),
        Action::TryPending => return apply::plan(model, true),
        Action::NextEnvironment => apply::next(model),
        Action::Open => open(model),
        Action::Copy => {
            let name = model.migrations.selected().map(|row| export::name(model, row));
            return name.map(|(what, name)| model.copy(what, name)).unwrap_or_default();
        }
        Action::CopyRow => {
            let json = model.migrations.selected().map(|row| export::json(model, row));
            return json.map(|json| model.copy("the row as JSON", json)).unwrap_or_default();
        }
        Action::Back if !model.migrations.table.filter.active() && can_go_back(model) => {
            model.migrations.only = None;
            rebuild(model);
        }
        _ => {
            let visible = draw::visible(model);
            with_rows(model, |table, view| list::act(table, action, visible, 0, view));
        }
    }
    Vec::new()
}

fn only(model: &mut Model, only: Only) {
    let pane = &mut model.migrations;
    pane.only = (pane.only != Some(only)).then_some(only);
    pane.table.select(0, 1);
    rebuild(model);
}

fn open(model: &mut Model) {
    let Some(row) = model.migrations.selected() else { return };
    let page = Page::of(detail::title(model, row), detail::lines(model, row, draw::page(model)));
    model.overlays.push(Overlay::Page(Page { detail: true, ..page }));
}
