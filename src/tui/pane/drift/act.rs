//! What keys do in the pane.

use super::{
    Mark, Row, draw, export, list, order, rebuild, refresh, rows,
    sides::{self, Pair},
    with_rows,
};
use crate::{
    core::drift::Side,
    tui::{
        action::{Action, Reason},
        model::Model,
        msg::Effect,
        overlay::{Overlay, Page},
    },
};

/// Whether `action` can be done just now.
pub fn availability(model: &Model, action: Action) -> Result<(), Reason> {
    let pane = &model.drift;
    let no = |why: &'static str| Err(Reason::new(why));
    match action {
        Action::FocusNext | Action::FocusPrevious => no("this pane has one part"),
        Action::DriftFrom => sides::next_from(model).map(|_| ()).ok_or_else(|| sides::alone(model)),
        Action::DriftTo => sides::next_to(model).map(|_| ()).ok_or_else(|| sides::alone(model)),
        Action::DriftSwap => sides::swapped(model).map(|_| ()),
        Action::Refresh if pane.pair().is_none() => Err(sides::alone(model)),
        Action::Refresh | Action::Accept | Action::Cancel | Action::Back => Ok(()),
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
        (Action::Copy, Some(row)) if row.sql().is_none() => Err(Reason::new("nothing was seen of it")),
        _ => Ok(()),
    }
}

/// Does `action`.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Refresh => return refresh(model),
        Action::DriftFrom => choose(model, |model| Some((sides::next_from(model)?, model.drift.to.clone()?))),
        Action::DriftTo => choose(model, |model| Some((model.drift.from.clone()?, sides::next_to(model)?))),
        Action::DriftSwap => choose(model, |model| sides::swapped(model).ok()),
        Action::GroupBy => {
            let pane = &mut model.drift;
            pane.group = pane.group.next();
            let filter = std::mem::take(&mut pane.table.filter);
            pane.table = order(pane.group);
            pane.table.filter = filter;
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
            pane.table.select(0, 1);
            rebuild(model);
        }
        Action::Open => open(model),
        Action::Copy => {
            let copied = model.drift.selected().and_then(|row| {
                let (side, sql) = row.sql()?;
                Some((format!("{} as {} has it", what(row, side), row.name(side)), sql.to_owned()))
            });
            return copied.map(|(what, sql)| model.copy(&what, sql)).unwrap_or_default();
        }
        Action::CopyRow => {
            let json = model.drift.selected().map(export::json);
            return json.map(|json| model.copy("the row as JSON", json)).unwrap_or_default();
        }
        Action::Back if !model.drift.table.filter.active() && !model.drift.table.filter.editing => {
            let pane = &mut model.drift;
            if pane.change.take().is_none() {
                pane.kind = None;
            }
            rebuild(model);
        }
        _ => {
            let visible = draw::visible(model);
            let columns = rows::columns(model.drift.group).len();
            with_rows(model, |table, view| list::act(table, action, visible, columns, view));
        }
    }
    Vec::new()
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
    pane.table.select(0, 1);
    rebuild(model);
}

fn open(model: &mut Model) {
    let Some(row) = model.drift.selected() else { return };
    let object = if row.object().is_empty() { "" } else { row.object() };
    let title = format!("{} {} {object}", row.mark().word(), row.kind().word());
    let lines = super::detail::lines(model, row);
    model.overlays.push(Overlay::Page(Page { detail: true, ..Page::of(title.trim_end(), lines) }));
}
