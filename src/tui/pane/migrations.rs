//! A team's migrations: what is wrong with them, the order in which they run, and where each of them ran.

mod act;
mod apply;
mod component;
mod detail;
mod draw;
mod export;
mod lines;
mod mark;
mod matrix;
mod rows;
mod sql;
mod summary;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
    sync::Arc,
};

use self::rows::Row;
use super::{
    Entry, Events, Pane, key_of,
    list::{self, ListState},
};
use crate::{
    app::migrations::standing::{Overview, Standing},
    config::theme::Role,
    core::{
        error::{Code, Error},
        migrations::{file::File, folder::Folder},
    },
    tui::{
        action::Context,
        model::{EnvState, Model},
        msg::{Effect, Msg, Tone, Work},
        widget::{cell::Cell, input::TextInput, table::TableState},
    },
};

/// What is known of the team's migrations, and what is shown of it.
#[derive(Debug, Clone)]
pub struct MigrationsPane {
    /// The files, and the environments that have answered.
    overview: Option<Overview>,
    /// Why the folder could not be read.
    wrong: Option<Error>,
    /// Why an environment could not be asked.
    failed: BTreeMap<String, Error>,
    /// Whether the folder is being read.
    reading_folder: bool,
    /// The environments that are being asked.
    reading: BTreeSet<String>,
    /// What there is to show, as the filters that have a key of their own let it through.
    rows: Vec<Row>,
    /// How many there would be without these filters.
    all: usize,
    only: Option<Only>,
    facts: summary::Facts,
    /// The environment that was chosen to get what it lacks.
    target: Option<String>,
    /// Whether a plan is being made or run.
    applying: bool,
    /// Filter and selection; the order is that of the files.
    pub list: ListState<String>,
}

impl Default for MigrationsPane {
    fn default() -> Self {
        MigrationsPane {
            overview: None,
            wrong: None,
            failed: BTreeMap::new(),
            reading_folder: false,
            reading: BTreeSet::new(),
            rows: Vec::new(),
            all: 0,
            only: None,
            facts: summary::Facts::default(),
            target: None,
            applying: false,
            list: ListState::of(TableState::sorted(0, false)),
        }
    }
}

/// Rows of one kind alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Only {
    /// What is wrong, and the files that it is about.
    Problems,
    /// The files that have not run everywhere.
    Pending,
}

impl Only {
    fn words(self) -> &'static str {
        match self {
            Only::Problems => "problems",
            Only::Pending => "pending",
        }
    }
}

impl MigrationsPane {
    /// The selected row.
    fn selected(&self) -> Option<&Row> {
        self.list.selected(&self.rows)
    }

    /// How many files there are.
    pub fn files(&self) -> usize {
        self.facts.forward.len()
    }

    /// The file at `at` in the order of running.
    pub fn file(&self, at: usize) -> Option<&File> {
        self.overview.as_ref()?.folder.files.get(*self.facts.forward.get(at)?)
    }

    /// What is known of the environment `name`.
    fn standing(&self, name: &str) -> Option<&Standing> {
        let environments = &self.overview.as_ref()?.environments;
        environments.iter().find(|standing| standing.environment == name).map(AsRef::as_ref)
    }
}

/// The pane in the table of panes.
pub const ENTRY: Entry = Entry {
    pane: Pane::Migrations,
    title: "Migrations",
    purpose: "Which files there are, where each of them ran, and what is wrong.",
    go: "go-migrations",
    number: Some('5'),
    letter: 'm',
    contexts: &[Context::Migrations],
    component: &MigrationsList,
};

/// What answers for the pane.
#[derive(Debug)]
pub struct MigrationsList;

impl Events for MigrationsList {
    fn opened(&self, model: &mut Model) -> Vec<Effect> {
        refresh(model)
    }

    fn answered(&self, model: &mut Model, name: &str) -> Vec<Effect> {
        self::answered(model, name)
    }

    fn handle(&self, model: &mut Model, msg: Msg) -> ControlFlow<Vec<Effect>, Msg> {
        ControlFlow::Break(match msg {
            Msg::Migrations(read) => self::read(model, read),
            Msg::Standing(folder, name, standing) => told(model, &folder, &name, standing),
            Msg::PlannedMigrations(planned) => {
                apply::planned(model, planned);
                Vec::new()
            }
            Msg::Migrate(asked, typed) => apply::confirmed(model, asked, typed),
            Msg::Migrated(asked, ran) => apply::ran(model, &asked, ran),
            other => return ControlFlow::Continue(other),
        })
    }
}

/// Reads the folder, and then asks every environment that answers; what is shown stays until they have said something.
fn refresh(model: &mut Model) -> Vec<Effect> {
    if std::mem::replace(&mut model.migrations.reading_folder, true) {
        return Vec::new();
    }
    vec![model.start("reading migrations", Work::Migrations)]
}

/// Asks `environment`, unless it is being asked.
fn ask(model: &mut Model, environment: &str) -> Vec<Effect> {
    let Some(folder) = model.migrations.overview.as_ref().map(|overview| Arc::clone(&overview.folder)) else {
        return Vec::new();
    };
    if !model.migrations.reading.insert(environment.to_owned()) {
        return Vec::new();
    }
    vec![model.start(format!("reading the history of {environment}"), Work::Standing(environment.to_owned(), folder))]
}

/// An environment answers: if nothing is known of it, it is asked.
fn answered(model: &mut Model, environment: &str) -> Vec<Effect> {
    if model.migrations.standing(environment).is_some() { Vec::new() } else { ask(model, environment) }
}

/// Takes in the folder, and asks every environment that answers.
fn read(model: &mut Model, read: Result<Arc<Overview>, Error>) -> Vec<Effect> {
    let pane = &mut model.migrations;
    pane.reading_folder = false;
    let overview = match read {
        Ok(overview) => overview,
        Err(error) if error.code == Code::Interrupted => {
            pane.wrong.get_or_insert_with(|| error.clone());
            model.say(Tone::Note, error.message);
            return Vec::new();
        }
        Err(error) => {
            // Many teams have none: it is said where it is looked for.
            (pane.overview, pane.wrong) = (None, Some(error));
            rebuild(model);
            return Vec::new();
        }
    };
    pane.wrong = None;
    // Files that are the same as before leave what was said of them true until it is said anew.
    let same = pane.overview.as_ref().is_some_and(|known| known.folder == overview.folder && known.dir == overview.dir);
    if !same {
        pane.overview = Some(overview.as_ref().clone());
        rebuild(model);
    }
    let ready = model.environments.iter().filter(|environment| matches!(environment.state, EnvState::Ready { .. }));
    let names: Vec<String> = ready.map(|environment| environment.name.clone()).collect();
    names.iter().flat_map(|name| ask(model, name)).collect()
}

/// Takes in what an environment says of the files of `folder`.
fn told(
    model: &mut Model,
    folder: &Arc<Folder>,
    environment: &str,
    standing: Result<Arc<Standing>, Error>,
) -> Vec<Effect> {
    model.migrations.reading.remove(environment);
    let order: Vec<String> = model.environments.iter().map(|environment| environment.name.clone()).collect();
    let Some(overview) = &mut model.migrations.overview else { return Vec::new() };
    if !Arc::ptr_eq(&overview.folder, folder) {
        // It speaks of files that were others meanwhile.
        return ask(model, environment);
    }
    match standing {
        Ok(standing) => {
            overview.environments.retain(|known| known.environment != environment);
            overview.environments.push(standing);
            let place = |name: &str| order.iter().position(|known| known == name);
            overview.environments.sort_by_key(|standing| place(&standing.environment));
            model.migrations.failed.remove(environment);
        }
        Err(error) => {
            // Where nothing is known of it, the list says why; else it complains where it is looked at.
            let known = model.migrations.standing(environment).is_some();
            if error.code == Code::Interrupted {
                model.say(Tone::Note, error.message.clone());
            } else if known && model.pane == Pane::Migrations {
                model.fail(&error);
            } else {
                model.lost(&error);
            }
            model.migrations.failed.insert(environment.to_owned(), error);
        }
    }
    rebuild(model);
    Vec::new()
}

/// Makes the rows anew; the selected one stays selected where it is still there.
fn rebuild(model: &mut Model) {
    list::rebuild(&MigrationsList, model, |model| {
        let all = rows::all(model);
        model.migrations.facts = summary::facts(model);
        let pane = &mut model.migrations;
        pane.all = all.len();
        let shown = rows::shown(pane.overview.as_ref(), &all, pane.only);
        pane.rows = all.into_iter().zip(shown).filter(|(_, shown)| *shown).map(|(row, _)| row).collect();
    });
}

/// Selects the file at `at` in the order of running, though a filter may have hidden it.
pub fn reveal(model: &mut Model, at: usize) {
    model.migrations.only = None;
    model.migrations.list.table.filter.editing = false;
    model.migrations.list.table.filter.input = TextInput::default();
    rebuild(model);
    if let Some(row) = model.migrations.rows.iter().position(|row| row.file() == Some(at)) {
        list::show(&MigrationsList, model, row);
    }
}

/// Where the file at `at` stands, environment by environment.
pub fn stands(model: &Model, at: usize) -> String {
    let environments = model.migrations.overview.iter().flat_map(|overview| &overview.environments);
    let stands = environments.map(|standing| format!("{} {}", standing.environment, standing.told(at).word()));
    stands.collect::<Vec<_>>().join(", ")
}

/// How many problems there are; a question mark where an environment could not be asked and none is known.
pub fn badge(model: &Model) -> Option<Cell> {
    let pane = &model.migrations;
    pane.overview.as_ref()?;
    match pane.facts.problems {
        0 if pane.failed.is_empty() => None,
        0 => Some(Cell::of(Role::Warn, "?").bold()),
        problems => Some(Cell::of(Role::Danger, format!("!{problems}")).bold()),
    }
}
