//! Rows per table, the environments side by side.

mod component;
mod detail;
mod relations;
mod rows;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
    sync::Arc,
};

pub use rows::CountRow;

use super::{
    Entry, Events, Pane,
    list::{self, ListState},
};
use crate::{
    app::counts::{History, Listing},
    config::{project::Project, theme::Role},
    core::{
        counts::Count,
        error::{Code, Error},
        name::QName,
    },
    tui::{
        action::{Action, Context},
        model::{EnvState, EnvStatus, JobId, Model},
        msg::{Effect, Msg, Tone, Work},
        overlay::Tree,
        widget::{cell::Cell, table::TableState},
    },
};

/// What is known of every environment's tables.
#[derive(Debug, Clone, Default)]
pub struct CountsPane {
    /// The catalogue of each environment that was read, with its estimates.
    pub listings: BTreeMap<String, Arc<Listing>>,
    /// Exact counts, which outlive a refresh of the estimates until they are counted again.
    exact: BTreeMap<String, BTreeMap<QName, Count>>,
    /// Why the tables of an environment could not be read.
    failed: BTreeMap<String, String>,
    /// One per table of any environment, by name.
    pub rows: Vec<CountRow>,
    /// Whether counts came that the order of the list does not know yet.
    unsorted: bool,
    /// Sorting, filter, selection: a row is called by its table.
    pub list: ListState<QName>,
    /// What was recorded before.
    pub history: Arc<History>,
    /// The environments whose newer figures are on their way, while older ones are shown.
    stale: BTreeSet<String>,
    /// The longest bar.
    greatest: u64,
}

/// The pane in the table of panes.
pub const ENTRY: Entry = Entry {
    pane: Pane::Counts,
    title: "Counts",
    purpose: "Rows per table and environment, side by side.",
    go: "go-counts",
    number: Some('2'),
    letter: 'c',
    contexts: &[Context::Counts],
    component: &CountsList,
};

/// What answers for the pane.
#[derive(Debug)]
pub struct CountsList;

impl Events for CountsList {
    fn set_project(&self, model: &mut Model, _project: &Project) {
        model.counts.list.details.forget();
    }

    fn opened(&self, model: &mut Model) -> Vec<Effect> {
        vec![model.start("history", Work::History)]
    }

    fn answered(&self, model: &mut Model, name: &str) -> Vec<Effect> {
        refresh(model, name)
    }

    fn handle(&self, model: &mut Model, msg: Msg) -> ControlFlow<Vec<Effect>, Msg> {
        match msg {
            Msg::Tables(name, tables) => self::tables(model, &name, tables),
            Msg::Counted(name, table, count) => counted(model, &name, table, count),
            Msg::History(history) => recorded(model, history),
            other => return ControlFlow::Continue(other),
        }
        ControlFlow::Break(Vec::new())
    }

    fn ended(&self, model: &mut Model, _job: JobId) {
        settled(model);
    }
}

/// Reads the tables of `environment` again; what is shown stays until the answer is there.
pub fn refresh(model: &mut Model, environment: &str) -> Vec<Effect> {
    if model.counts.listings.contains_key(environment) {
        model.counts.stale.insert(environment.to_owned());
    }
    vec![model.start(format!("reading {environment}"), Work::Tables(environment.to_owned()))]
}

/// Takes in the tables of an environment.
pub fn tables(model: &mut Model, environment: &str, tables: Result<Arc<Listing>, Error>) {
    model.counts.stale.remove(environment);
    match tables {
        Ok(listing) => {
            model.counts.failed.remove(environment);
            model.counts.listings.insert(environment.to_owned(), listing);
            rebuild(model);
        }
        Err(error) => {
            model.counts.failed.insert(environment.to_owned(), error.to_string());
            if error.code == Code::Interrupted {
                model.say(Tone::Note, error.message);
            } else {
                model.fail(&error);
            }
        }
    }
}

/// Takes in what was recorded before.
pub fn recorded(model: &mut Model, history: Result<Arc<History>, Error>) {
    match history {
        Ok(history) => {
            model.counts.history = history;
            model.counts.list.details.forget();
        }
        Err(error) => model.fail(&error),
    }
}

/// Takes in an exact count.
pub fn counted(model: &mut Model, environment: &str, table: QName, count: Count) {
    let column = model.environments.iter().position(|known| known.name == environment);
    let pane = &mut model.counts;
    // The rows stand in the order of their names. Only this one is changed: thousands of counts may come in a row.
    if let (Some(column), Ok(at)) = (column, pane.rows.binary_search_by(|row| row.table.cmp(&table))) {
        pane.rows[at].count(column, count.clone());
        pane.unsorted = true;
    }
    pane.list.details.forget();
    pane.exact.entry(environment.to_owned()).or_default().insert(table, count);
}

/// A job has ended: what it counted is measured and sorted now.
pub fn settled(model: &mut Model) {
    if std::mem::take(&mut model.counts.unsorted) {
        rebuild(model);
    }
}

fn rebuild(model: &mut Model) {
    list::rebuild(&CountsList, model, |model| {
        let names = names(model);
        let first = model.counts.rows.is_empty();
        let rows = rows::build(&names, &model.counts.listings, &model.counts.exact, model.declared.as_deref());
        model.counts.greatest = rows.iter().filter_map(CountRow::distance).max().unwrap_or(0);
        model.counts.rows = rows;
        if first && names.len() > 1 {
            model.counts.list = ListState::of(TableState::sorted(rows::delta_column(names.len()), true));
        }
    });
}

fn selected(model: &Model) -> Option<&CountRow> {
    model.counts.list.selected(&model.counts.rows)
}

/// The rows that the filter lets through.
fn shown(model: &Model) -> impl Iterator<Item = &CountRow> {
    model.counts.list.shown(&model.counts.rows)
}

/// The foreign keys around the selected table.
fn tree(model: &Model) -> Option<Tree> {
    let row = selected(model)?;
    let mut catalogs = model.counts.listings.values().map(|listing| &listing.catalog);
    let catalog = catalogs.find(|catalog| catalog.table(&row.table).is_some())?;
    Some(relations::tree(catalog, model.declared.as_deref(), &row.table))
}

fn names(model: &Model) -> Vec<String> {
    model.environments.iter().map(|environment| environment.name.clone()).collect()
}

/// Those without a connection are tried again by whoever asked for this.
fn refresh_all(model: &mut Model) -> Vec<Effect> {
    let ready = |name: &String| {
        model.environment(name).is_some_and(|environment| matches!(environment.state, EnvState::Ready { .. }))
    };
    let names: Vec<_> = names(model).into_iter().filter(ready).collect();
    names.iter().flat_map(|name| refresh(model, name)).collect()
}

/// Counts what the filter lets through, in every environment that answers.
fn count(model: &mut Model) -> Vec<Effect> {
    let shown: Vec<QName> = shown(model).map(|row| row.table.clone()).collect();
    let ready: Vec<String> = model.counts.listings.keys().cloned().collect();
    ready.into_iter().map(|name| model.start(format!("counting {name}"), Work::Count(name, shown.clone()))).collect()
}

fn snapshot(model: &mut Model) -> Vec<Effect> {
    let of = |name: &String, at: usize| {
        let counts = model.counts.rows.iter().filter_map(|row| Some((row.table.clone(), row.counts.get(at)?.clone()?)));
        (name.clone(), counts.collect())
    };
    let names = names(model);
    let read = names.iter().enumerate().filter(|(_, name)| model.counts.listings.contains_key(*name));
    let environments = read.map(|(at, name)| of(name, at)).collect();
    vec![model.start("recording", Work::Snapshot(environments))]
}

/// Moves to the table that is the row `row`.
pub fn show(model: &mut Model, row: usize) {
    list::show(&CountsList, model, row);
}

/// The word for figures that are older than they should be.
pub fn stale(model: &Model) -> Cell {
    let gone = |environment: &&EnvStatus| {
        matches!(environment.state, EnvState::Failed(_)) && model.counts.listings.contains_key(&environment.name)
    };
    let gone: Vec<_> = model.environments.iter().filter(gone).map(|environment| environment.name.as_str()).collect();
    list::stale(&model.counts.stale, &gone)
}

fn title(model: &Model) -> Cell {
    let pane = &model.counts;
    let title = Cell::text(format!("{} tables", pane.rows.len())).bold().then(stale(model));
    if pane.rows.iter().any(CountRow::is_estimate) {
        title.and(Role::Muted, "   ~ marks the planner's estimate")
    } else {
        title
    }
}

/// What to read while there is nothing to see, and why.
fn waiting(model: &Model) -> Vec<Cell> {
    let mut lines = vec![Cell::text("Counts").bold(), Cell::default()];
    for environment in &model.environments {
        let name = Cell::text(format!("{:<14}", environment.name));
        lines.push(match &environment.state {
            EnvState::Connecting => name.and(Role::Muted, "connecting…"),
            EnvState::Ready { .. } => {
                match (model.counts.listings.contains_key(&environment.name), &model.counts.failed) {
                    (true, _) => name.and(Role::Muted, "no tables: it has none, or this role may not use their schema"),
                    (false, failed) => match failed.get(&environment.name) {
                        Some(error) => name.and(Role::Danger, error),
                        None => name.and(Role::Muted, "reading its tables…"),
                    },
                }
            }
            EnvState::Failed(error) => name.and(Role::Danger, error.to_string()),
        });
    }
    let key = model.key(Action::Refresh).unwrap_or_default();
    let broken = model.environments.iter().any(|environment| matches!(environment.state, EnvState::Failed(_)));
    if broken || !model.counts.failed.is_empty() {
        lines.extend([Cell::default(), Cell::of(Role::Muted, format!("{key} tries again"))]);
    }
    lines
}
