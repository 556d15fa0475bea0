//! What keys do in the pane.

use super::{Only, apply, rebuild, refresh};
use crate::tui::{
    action::{Action, Reason},
    model::Model,
    msg::Effect,
};

/// Whether `action` can be done just now.
pub fn availability(model: &Model, action: Action) -> Result<(), Reason> {
    let pane = &model.migrations;
    let no = |why: &'static str| Err(Reason::new(why));
    match action {
        Action::SortNext | Action::SortReverse => no("migrations are always listed in the order they run"),
        Action::Refresh if pane.reading_folder => no("the folder is being read"),
        Action::Refresh => Ok(()),
        _ if pane.overview.is_none() => no("no folder of migrations was read"),
        Action::ApplyPending | Action::TryPending | Action::NextEnvironment => apply::availability(model, action),
        _ if pane.all == 0 => no("there is no migration"),
        Action::Open | Action::Copy | Action::CopyRow if pane.selected().is_none() => no("nothing is selected"),
        _ => Ok(()),
    }
}

/// Does `action` where that is no matter of every list.
pub fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    match action {
        Action::Refresh => return Some(refresh(model)),
        Action::OnlyProblems => only(model, Only::Problems),
        Action::OnlyPending => only(model, Only::Pending),
        Action::ApplyPending => return Some(apply::plan(model, false)),
        Action::TryPending => return Some(apply::plan(model, true)),
        Action::NextEnvironment => apply::next(model),
        _ => return None,
    }
    Some(Vec::new())
}

/// Shows problems and files alike again.
pub fn widen(model: &mut Model) {
    model.migrations.only = None;
    rebuild(model);
}

fn only(model: &mut Model, only: Only) {
    let pane = &mut model.migrations;
    pane.only = (pane.only != Some(only)).then_some(only);
    pane.list.table.select(0, 1);
    rebuild(model);
}
