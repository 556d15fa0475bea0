//! What keys do in the pane.

use super::{
    Mark, Row, order, rebuild, refresh,
    sides::{self, Pair},
};
use crate::{
    core::drift::Side,
    tui::{
        action::{Action, Reason},
        model::Model,
        msg::Effect,
    },
};

/// Whether `action` can be done just now.
pub fn availability(model: &Model, action: Action) -> Result<(), Reason> {
    let pane = &model.drift;
    let no = |why: &'static str| Err(Reason::new(why));
    match action {
        Action::DriftFrom => sides::next_from(model).map(|_| ()).ok_or_else(|| sides::alone(model)),
        Action::DriftTo => sides::next_to(model).map(|_| ()).ok_or_else(|| sides::alone(model)),
        Action::DriftSwap => sides::swapped(model).map(|_| ()),
        Action::Refresh if pane.pair().is_none() => Err(sides::alone(model)),
        Action::Refresh => Ok(()),
        _ if pane.compared().is_none() => no("nothing was compared yet"),
        _ if pane.all == 0 => no("nothing differs"),
        Action::OnlyKind if pane.kind.is_some() => Ok(()),
        Action::GroupBy | Action::OnlyChange => Ok(()),
        _ => of_row(pane.selected(), action),
    }
}

/// Whether `action` can be done with the row that is selected.
fn of_row(row: Option<&Row>, action: Action) -> Result<(), Reason> {
    match (action, row) {
        (Action::Copy | Action::CopyRow | Action::Open | Action::OnlyKind, None) => {
            Err(Reason::new("no row is selected"))
        }
        (Action::Copy, Some(row)) if row.sql().is_none() => Err(Reason::new("no SQL is available for this object")),
        _ => Ok(()),
    }
}

/// Does `action` where that is no matter of every list.
pub fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    match action {
        Action::Refresh => return Some(refresh(model)),
        Action::DriftFrom => choose(model, |model| Some((sides::next_from(model)?, model.drift.to.clone()?))),
        Action::DriftTo => choose(model, |model| Some((model.drift.from.clone()?, sides::next_to(model)?))),
        Action::DriftSwap => choose(model, |model| sides::swapped(model).ok()),
        Action::GroupBy => {
            let pane = &mut model.drift;
            pane.group = pane.group.next();
            pane.list.resort(order(pane.group));
            rebuild(model);
        }
        Action::OnlyKind => {
            let kind = model.drift.selected().map(Row::kind);
            let pane = &mut model.drift;
            pane.kind = if pane.kind.is_some() { None } else { kind };
            rebuild(model);
        }
        Action::OnlyChange => {
            let pane = &mut model.drift;
            pane.change = Mark::next(pane.change);
            pane.list.table.select(0, 1);
            rebuild(model);
        }
        _ => return None,
    }
    Some(Vec::new())
}

/// Takes away the filter by change, then that by kind.
pub fn widen(model: &mut Model) {
    let pane = &mut model.drift;
    if pane.change.take().is_none() {
        pane.kind = None;
    }
    rebuild(model);
}

/// The SQL of the object or of what differs of it, and what it is called.
pub fn copied(row: &Row) -> Option<(String, String)> {
    let (side, sql) = row.sql()?;
    Some((format!("{} as {} has it", what(row, side), row.name(side)), sql.to_owned()))
}

/// What is copied of a row.
fn what(row: &Row, side: Side) -> String {
    let sql = row.both();
    let text = if side == Side::From { sql.0 } else { sql.1 };
    let own =
        row.difference().is_some_and(|difference| difference.field.is_some() && difference.from.as_deref() == text);
    match row.field() {
        Some(field) if own => format!("the {field}"),
        _ => "the SQL".to_owned(),
    }
}

/// Looks at another pair; what is not known of it is read when the pane is drawn next.
fn choose(model: &mut Model, pair: impl FnOnce(&Model) -> Option<Pair>) {
    let Some((from, to)) = pair(model) else { return };
    let pane = &mut model.drift;
    (pane.from, pane.to) = (Some(from), Some(to));
    pane.list.table.select(0, 1);
    rebuild(model);
}
