//! What keys do in the pane.

use std::sync::Arc;

use super::{AuditPane, Only, Row, compare::Shown, missing, reach, rebuild, rebuild_with, refresh};
use crate::{
    core::audit::{Finding, lookup::Lookup},
    tui::{
        action::{Action, Reason},
        model::Model,
        msg::{Accepting, Effect},
        overlay::{Accept, Overlay},
    },
};

/// Whether `action` can be done just now.
pub fn availability(model: &Model, action: Action) -> Result<(), Reason> {
    let pane = &model.audit;
    let no = |why: &'static str| Err(Reason::new(why));
    let alone = model.environments.len() < 2;
    match action {
        Action::NextEnvironment | Action::CompareWith if alone => no("there is only one environment"),
        Action::Refresh | Action::NextEnvironment | Action::CompareWith => Ok(()),
        _ if pane.audited().is_none() => no("no environment was audited yet"),
        Action::CompareShow if pane.compared().is_none() => no("no other environment stands beside it"),
        Action::GroupBy
        | Action::CompareShow
        | Action::OnlyErrors
        | Action::OnlyWarnings
        | Action::OnlyInfo
        | Action::OnlyAccepted => Ok(()),
        _ if pane.all == 0 => no("nothing was found"),
        Action::Copy | Action::AcceptFinding | Action::Reach => match pane.selected().and_then(Row::finding) {
            Some(finding) => of_finding(finding, action),
            None => no("this row is not a finding"),
        },
        _ => Ok(()),
    }
}

/// Whether `action` can be done with `finding`.
fn of_finding(finding: &Finding, action: Action) -> Result<(), Reason> {
    match (action, &finding.accepted) {
        (Action::Copy, _) if finding.fix.trim().is_empty() => Err(Reason::new("there is no suggested fix")),
        (Action::AcceptFinding, Some(accepted)) => {
            Err(Reason::new(format!("it is accepted already ({})", accepted.place)))
        }
        (Action::Reach, _) if finding.relation.is_none() => Err(Reason::new("it is not about a table")),
        _ => Ok(()),
    }
}

/// Does `action` where that is no matter of every list.
pub fn act(model: &mut Model, action: Action) -> Option<Vec<Effect>> {
    match action {
        Action::Refresh => return Some(refresh(model)),
        Action::NextEnvironment => return Some(next_environment(model)),
        Action::CompareWith => return Some(compare_with_next(model)),
        Action::CompareShow => {
            model.audit.shown = model.audit.shown.next();
            rebuild(model);
        }
        Action::GroupBy => {
            rebuild_with(model, |pane| {
                pane.group = pane.group.next();
                // The worst first, in every group.
                pane.sort_anew();
            });
        }
        Action::OnlyErrors => only(model, Only::Errors),
        Action::OnlyWarnings => only(model, Only::Warnings),
        Action::OnlyInfo => only(model, Only::Info),
        Action::OnlyAccepted => only(model, Only::Accepted),
        Action::Reach => tree(model),
        Action::AcceptFinding => {
            let asked = model.audit.selected().and_then(Row::finding).map(|finding| {
                let file = model.declared.as_ref().and_then(|project| project.path());
                Accept::new(finding, file.is_some())
            });
            model.overlays.extend(asked.map(Overlay::Accept));
        }
        _ => return None,
    }
    Some(Vec::new())
}

/// Writes down that something is accepted; what was read before is judged anew then.
pub fn write(model: &mut Model, entry: crate::config::project::accept::Entry) -> Effect {
    let again = model.audit.read.values().cloned().collect();
    let title = format!("accepting {}", entry.check);
    model.start(title, crate::tui::msg::Work::Accept(Arc::new(Accepting { entry, again })))
}

fn only(model: &mut Model, only: Only) {
    let pane = &mut model.audit;
    pane.only = (pane.only != Some(only)).then_some(only);
    pane.list.table.select(0, 1);
    rebuild(model);
}

/// Leaves the filters that have keys of their own, then the comparison.
pub fn leave(model: &mut Model) {
    rebuild_with(model, |pane| {
        if pane.only.take().is_some() || std::mem::take(&mut pane.shown) != Shown::All {
            return;
        }
        pane.against = None;
        unsort_last(pane);
    });
}

/// The environment behind `from` in the project's order, round and round.
fn behind(model: &Model, from: Option<&str>) -> Option<String> {
    let names: Vec<&str> = model.environments.iter().map(|environment| environment.name.as_str()).collect();
    let at = from.and_then(|from| names.iter().position(|name| *name == from));
    names.get(at.map_or(0, |at| (at + 1) % names.len())).map(|name| (*name).to_owned())
}

fn next_environment(model: &mut Model) -> Vec<Effect> {
    let next = behind(model, model.audit.chosen.as_deref());
    let pane = &mut model.audit;
    // The two change places where the next one stands beside it already.
    if pane.against == next {
        pane.against.clone_from(&pane.chosen);
    }
    pane.chosen = next;
    pane.list.table.select(0, 1);
    rebuild(model);
    missing(model)
}

/// The next environment beside the one that is looked at; behind the last there is none.
fn compare_with_next(model: &mut Model) -> Vec<Effect> {
    let chosen = model.audit.chosen.clone();
    let first = model.audit.against.clone().or_else(|| chosen.clone());
    let mut next = behind(model, first.as_deref());
    if next == chosen {
        next = None;
    }
    rebuild_with(model, |pane| {
        (pane.against, pane.shown) = (next, Shown::All);
        unsort_last(pane);
    });
    missing(model)
}

/// A column comes or goes, so that the numbers of those behind it mean others.
fn unsort_last(pane: &mut AuditPane) {
    if pane.list.table.sorted_by().is_some_and(|(column, _)| column > 2) {
        pane.sort_anew();
    }
}

fn tree(model: &mut Model) {
    let tree = model.audit.selected().and_then(|row| {
        let lookup = Lookup::new(&row.source.facts);
        Some(reach::tree(&lookup, super::detail::root(&lookup, row.finding()?)?))
    });
    model.overlays.extend(tree.map(Overlay::Tree));
}
