//! What is wrong with an environment: its findings, what each rests on and how it is mended, and another environment
//! beside it.

mod act;
mod compare;
mod component;
mod detail;
mod export;
mod groups;
mod matrix;
mod rank;
mod reach;
mod rows;
mod side;
mod summary;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
    sync::Arc,
};

pub use act::write;
pub use rank::Rank;
pub use rows::Row;

use self::{
    compare::Shown,
    rows::{Group, Key},
};
use super::{
    Entry, Events, Pane, key_of,
    list::{self, ListState},
};
use crate::{
    app::audit::Audited,
    config::theme::Role,
    core::{
        env::Kind,
        error::{Code, Error},
    },
    tui::{
        action::Context,
        model::{EnvState, EnvStatus, Model},
        msg::{Accepted, Effect, Msg, Tone, Work},
        overlay::Overlay,
        widget::{cell::Cell, table::TableState},
    },
};

/// What is known of the environments that were audited, and what is shown of it.
#[derive(Debug, Clone, Default)]
pub struct AuditPane {
    /// The environment that is looked at.
    chosen: Option<String>,
    /// The one beside it.
    against: Option<String>,
    /// What was read, with all facts: pictures and acceptances need no further query.
    read: BTreeMap<String, Arc<Audited>>,
    /// Why an environment could not be read.
    failed: BTreeMap<String, Error>,
    /// What is being read.
    reading: BTreeSet<String>,
    /// What there is to show, as the filters that have a key of their own let it through.
    rows: Vec<Row>,
    /// How many there would be without these filters.
    all: usize,
    group: Group,
    only: Option<Only>,
    shown: Shown,
    /// Sorting, filter, selection.
    pub list: ListState<Key>,
}

/// Rows of one kind alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// Errors that nobody accepted.
    Errors,
    /// Warnings that nobody accepted.
    Warnings,
    /// What is worth knowing.
    Info,
    /// What somebody accepted.
    Accepted,
}

impl Only {
    fn words(self) -> &'static str {
        match self {
            Only::Errors => "errors",
            Only::Warnings => "warnings",
            Only::Info => "infos",
            Only::Accepted => "accepted ones",
        }
    }

    /// Whether `row` is of the kind. What was not seen may hide anything, so it stays with what it would be.
    fn has(self, row: &Row) -> bool {
        let wanted = match self {
            Only::Errors => Rank::Error,
            Only::Warnings => Rank::Warning,
            Only::Info => Rank::Info,
            Only::Accepted => return row.rank() == Rank::Accepted,
        };
        row.rank() == wanted
            || row.rank() == Rank::Unseen && row.severity().is_some_and(|is| is as usize == wanted as usize)
    }
}

impl AuditPane {
    /// Nothing is read yet; production is looked at first.
    pub fn new(environments: &[EnvStatus]) -> Self {
        let production = environments.iter().find(|environment| environment.kind == Kind::Production);
        let chosen = production.or(environments.first()).map(|environment| environment.name.clone());
        AuditPane { chosen, list: ListState::of(TableState::sorted(0, false)), ..AuditPane::default() }
    }

    /// What was read of the environment that is looked at.
    fn audited(&self) -> Option<&Arc<Audited>> {
        self.read.get(self.chosen.as_ref()?)
    }

    /// The other environment, where both were read.
    fn compared(&self) -> Option<&Arc<Audited>> {
        self.audited()?;
        self.read.get(self.against.as_ref()?)
    }

    /// The worst first, as at the beginning.
    fn sort_anew(&mut self) {
        self.list.resort(TableState::sorted(0, false));
    }

    fn selected(&self) -> Option<&Row> {
        self.list.selected(&self.rows)
    }
}

/// The pane in the table of panes.
pub const ENTRY: Entry = Entry {
    pane: Pane::Audit,
    title: "Audit",
    purpose: "Problems in an environment: what is wrong, why it matters, and the fix.",
    go: "go-audit",
    number: Some('4'),
    letter: 'a',
    contexts: &[Context::Audit],
    component: &AuditList,
};

/// What answers for the pane.
#[derive(Debug)]
pub struct AuditList;

impl Events for AuditList {
    fn answered(&self, model: &mut Model, name: &str) -> Vec<Effect> {
        self::answered(model, name)
    }

    fn handle(&self, model: &mut Model, msg: Msg) -> ControlFlow<Vec<Effect>, Msg> {
        match msg {
            Msg::Audited(name, audited) => self::audited(model, &name, audited),
            Msg::Accepted(accepted) => self::accepted(model, accepted),
            other => return ControlFlow::Continue(other),
        }
        ControlFlow::Break(Vec::new())
    }
}

/// Reads the catalogue of `environment` and runs every check; what is shown stays until the answer is there.
fn read(model: &mut Model, environment: &str) -> Vec<Effect> {
    if !model.audit.reading.insert(environment.to_owned()) {
        return Vec::new();
    }
    vec![model.start(format!("auditing {environment}"), Work::Audit(environment.to_owned()))]
}

/// An environment answers: if it is looked at, and nothing is known of it, it is read.
fn answered(model: &mut Model, environment: &str) -> Vec<Effect> {
    let pane = &model.audit;
    let wanted = pane.chosen.iter().chain(&pane.against).any(|name| name == environment);
    if wanted && !pane.read.contains_key(environment) { read(model, environment) } else { Vec::new() }
}

/// Reads what is looked at, if nothing is known of it yet and it answers.
fn missing(model: &mut Model) -> Vec<Effect> {
    let names: Vec<String> = model.audit.chosen.iter().chain(&model.audit.against).cloned().collect();
    let ready = |model: &Model, name: &str| {
        let state = model.environment(name).map(|environment| &environment.state);
        matches!(state, Some(EnvState::Ready { .. })) && !model.audit.failed.contains_key(name)
    };
    names.iter().flat_map(|name| if ready(model, name) { answered(model, name) } else { Vec::new() }).collect()
}

/// Reads again what is looked at.
fn refresh(model: &mut Model) -> Vec<Effect> {
    let names: Vec<String> = model.audit.chosen.iter().chain(&model.audit.against).cloned().collect();
    let ready =
        |name: &&String| matches!(model.environment(name).map(|known| &known.state), Some(EnvState::Ready { .. }));
    let names: Vec<String> = names.iter().filter(ready).cloned().collect();
    names.iter().flat_map(|name| read(model, name)).collect()
}

/// Takes in what was read of an environment.
fn audited(model: &mut Model, environment: &str, audited: Result<Arc<Audited>, Error>) {
    model.audit.reading.remove(environment);
    match audited {
        Ok(audited) => {
            model.audit.failed.remove(environment);
            model.audit.read.insert(environment.to_owned(), audited);
            rebuild(model);
        }
        Err(error) => {
            // It was begun without being asked for, so it complains where it is looked at.
            if error.code == Code::Interrupted {
                model.say(Tone::Note, error.message.clone());
            } else if model.pane == Pane::Audit || error.code == Code::Connect {
                model.fail(&error);
            }
            model.audit.failed.insert(environment.to_owned(), error);
        }
    }
}

/// Takes in how it went to accept something.
fn accepted(model: &mut Model, accepted: Result<Arc<Accepted>, Error>) {
    let asked = model.overlays.iter_mut().rev().find_map(|overlay| match overlay {
        Overlay::Accept(accept) => Some(accept),
        _ => None,
    });
    match (accepted, asked) {
        (Err(error), Some(accept)) => accept.refused(&error),
        (Err(error), None) => model.fail(&error),
        (Ok(accepted), _) => {
            // What is written there is no longer true.
            let done = |overlay: &Overlay| match overlay {
                Overlay::Accept(accept) => accept.waits(),
                Overlay::Page(page) => page.detail,
                _ => false,
            };
            model.overlays.retain(|overlay| !done(overlay));
            for audited in &accepted.audited {
                model.audit.read.insert(audited.environment.clone(), Arc::clone(audited));
            }
            rebuild(model);
            model.say(Tone::Done, format!("accepted, and written down: {}", accepted.place));
        }
    }
}

/// Makes the rows anew; the selected one stays selected where it is still there.
fn rebuild(model: &mut Model) {
    rebuild_with(model, |_| {});
}

/// The same after `change`.
fn rebuild_with(model: &mut Model, change: impl FnOnce(&mut AuditPane)) {
    list::rebuild(&AuditList, model, |model| {
        let pane = &mut model.audit;
        change(pane);
        let all = match (pane.audited(), pane.compared()) {
            (Some(here), Some(there)) => compare::rows(here, there),
            (Some(here), None) => rows::of(here),
            (None, _) => Vec::new(),
        };
        pane.all = all.len();
        let (only, shown) = (pane.only, pane.shown);
        let wanted = |row: &Row| only.is_none_or(|only| only.has(row)) && shown.has(row.side);
        pane.rows = all.into_iter().filter(wanted).collect();
    });
}

/// Narrows the list to the check `id`.
pub fn find(model: &mut Model, id: &str) {
    model.audit.only = None;
    model.audit.list.table.filter.editing = false;
    model.audit.list.table.filter.input = crate::tui::widget::input::TextInput::holding(id);
    rebuild(model);
}

/// How many errors of the environment that is looked at nobody has accepted; a question mark where that is not known,
/// because it could not be read.
pub fn badge(model: &Model) -> Option<Cell> {
    let pane = &model.audit;
    let Some(audited) = pane.audited() else {
        let failed = pane.chosen.as_ref().is_some_and(|name| pane.failed.contains_key(name));
        return failed.then(|| Cell::of(Role::Warn, "?").bold());
    };
    let errors = audited.audit.summary().error;
    (errors > 0).then(|| Cell::of(Role::Danger, format!("!{errors}")).bold())
}
