//! The journal: who did what to which environment, and how it ended.

mod rows;

use std::{ops::ControlFlow, sync::Arc};

use super::{
    Entry as PaneEntry, Events, Pane,
    list::{self, List, ListState},
};
use crate::{
    config::theme::Role,
    core::{
        error::{Error, Result},
        gate::RunId,
        journal::{Action as Did, Entry, Outcome, Run},
        sheet::Sheet,
    },
    tui::{
        action::{Action, Context, Reason},
        model::Model,
        msg::{Effect, Msg, Work},
        overlay::{Asked, Confirm, Overlay},
        widget::{
            cell::Cell,
            table::{Column, Rows},
        },
    },
};

/// The runs, newest first.
#[derive(Debug, Clone, Default)]
pub struct JournalPane {
    /// What was read; `None` until it was.
    pub runs: Option<Arc<Vec<Run>>>,
    /// Why it could not be read.
    failed: Option<Error>,
    /// Whether it is being read again, while what was read before is shown.
    stale: bool,
    /// Sorting, filter, selection: a run is called by its name.
    pub list: ListState<String>,
}

/// The pane in the table of panes.
pub const ENTRY: PaneEntry = PaneEntry {
    pane: Pane::Journal,
    title: "Journal",
    purpose: "Who did what to which environment, and how it ended.",
    go: "go-journal",
    number: None,
    letter: 'j',
    contexts: &[Context::Journal],
    component: &JournalList,
};

/// What answers for the pane.
#[derive(Debug)]
pub struct JournalList;

impl Events for JournalList {
    fn opened(&self, model: &mut Model) -> Vec<Effect> {
        refresh(model)
    }

    fn handle(&self, model: &mut Model, msg: Msg) -> ControlFlow<Vec<Effect>, Msg> {
        ControlFlow::Break(match msg {
            Msg::Journal(runs) => {
                read(model, runs);
                Vec::new()
            }
            Msg::Undo(run, typed) => vec![model.start(format!("undoing {run}"), Work::Undo(run, typed))],
            other => return ControlFlow::Continue(other),
        })
    }
}

impl List for JournalList {
    type Key = String;
    const PANE: Pane = Pane::Journal;

    fn state<'m>(&self, model: &'m Model) -> &'m ListState<String> {
        &model.journal.list
    }

    fn state_mut<'m>(&self, model: &'m mut Model) -> &'m mut ListState<String> {
        &mut model.journal.list
    }

    fn with_rows(&self, model: &Model, read: &mut dyn FnMut(&Rows<'_>)) {
        rows::with_rows(runs(model), read);
    }

    fn key(&self, model: &Model, row: usize) -> Option<String> {
        Some(runs(model).get(row)?.last.run.to_string())
    }

    fn keeps_selection(&self, _model: &Model) -> bool {
        true
    }

    fn columns(&self, _model: &Model) -> Vec<Column> {
        rows::columns()
    }

    fn is_read(&self, model: &Model) -> bool {
        model.journal.runs.is_some()
    }

    fn waiting(&self, model: &Model, room: usize) -> Vec<Cell> {
        waiting(model, room)
    }

    fn empty(&self, _model: &Model, room: usize) -> Vec<Cell> {
        empty(room)
    }

    fn title(&self, model: &Model, _room: u16) -> Cell {
        title(model)
    }

    fn is_stale(&self, model: &Model) -> bool {
        model.journal.stale
    }

    fn details(&self, model: &Model, row: usize, _room: usize) -> Vec<Cell> {
        runs(model).get(row).map(details).unwrap_or_default()
    }

    fn page_title(&self, model: &Model, row: usize) -> String {
        runs(model).get(row).map(|run| format!("Run {}", run.last.run)).unwrap_or_default()
    }

    fn copy(&self, model: &Model, row: usize) -> Option<(String, String)> {
        Some(("the run's name".to_owned(), self.key(model, row)?))
    }

    fn copy_row(&self, model: &Model, row: usize) -> Option<(&'static str, String)> {
        Some(("the run as JSON", serde_json::to_string(&runs(model).get(row)?.last).ok()?))
    }

    fn sheet(&self, model: &Model) -> Sheet {
        rows::sheet(model.journal.list.shown(runs(model)))
    }

    fn availability(&self, model: &Model, action: Action) -> Result<(), Reason> {
        availability(model, action)
    }

    fn act(&self, model: &mut Model, action: Action) -> Option<Vec<Effect>> {
        match action {
            Action::Refresh => return Some(refresh(model)),
            Action::Undo => ask_undo(model),
            _ => return None,
        }
        Some(Vec::new())
    }
}

/// Reads the journal again.
pub fn refresh(model: &mut Model) -> Vec<Effect> {
    model.journal.stale = model.journal.runs.is_some();
    vec![model.start("journal", Work::Journal)]
}

/// Takes in what is in the journal.
pub fn read(model: &mut Model, runs: Result<Arc<Vec<Run>>>) {
    model.journal.stale = false;
    match runs {
        Ok(runs) => {
            list::rebuild(&JournalList, model, |model| model.journal.runs = Some(runs));
            model.journal.failed = None;
        }
        Err(error) => {
            model.fail(&error);
            model.journal.failed = Some(error);
        }
    }
}

fn runs(model: &Model) -> &[Run] {
    model.journal.runs.as_ref().map_or(&[], |runs| runs.as_slice())
}

fn selected(model: &Model) -> Option<&Run> {
    model.journal.list.selected(runs(model))
}

/// Whether `action` can be done just now.
fn availability(model: &Model, action: Action) -> Result<(), Reason> {
    let Some(run) = selected(model) else {
        return match action {
            Action::Refresh => Ok(()),
            _ => Err(Reason::new("nothing was written yet")),
        };
    };
    match action {
        Action::Undo if run.last.action == Did::Migrate => Err(Reason::new("migrations are not taken back")),
        Action::Undo if run.last.outcome == Outcome::RolledBack => Err(Reason::new("this run was rolled back")),
        Action::Undo if run.last.outcome != Outcome::Applied => Err(Reason::new("this run did not end")),
        Action::Undo => list::writable(model, &run.last.environment),
        _ => Ok(()),
    }
}

/// Asks whether the selected run is to be taken back.
fn ask_undo(model: &mut Model) {
    let Some(run) = selected(model).map(|run| run.last.clone()) else { return };
    let facts = vec![
        Cell::text(format!(
            "Take back run {}: +{} ~{} −{} rows.",
            run.run, run.rows.insert, run.rows.update, run.rows.delete
        )),
        Cell::default(),
        Cell::of(Role::Muted, "Rows that changed since are refused, and nothing is written then."),
    ];
    ask(model, &run.run, &run.environment, facts);
}

/// Opens the box that asks for the environment's name before `run` is taken back.
pub fn ask(model: &mut Model, run: &RunId, environment: &str, facts: Vec<Cell>) {
    let Some(target) = model.environment(environment) else { return };
    let kind = target.kind;
    let asked = Asked::Undo(run.clone());
    model.overlays.push(Overlay::Confirm(Confirm::new("Undo", environment, kind, facts, asked)));
}

/// What was written, in words.
fn amount(entry: &Entry) -> String {
    if entry.migrations.is_some() { entry.amount() } else { format!("{} rows", entry.rows) }
}

/// What there is to know about `run`.
fn details(run: &Run) -> Vec<Cell> {
    let entry = &run.last;
    let mut lines = vec![
        (Role::Text, format!("{} of {}, {}", entry.action.word(), amount(entry), entry.outcome.word())),
        (Role::Muted, String::new()),
        (Role::Text, format!("began     {}", run.began.strftime("%Y-%m-%d %H:%M:%S UTC"))),
        (Role::Text, format!("ended     {}", entry.at.strftime("%Y-%m-%d %H:%M:%S UTC"))),
        (Role::Text, format!("into      {}", entry.environment)),
        (Role::Text, format!("from      {}", entry.from)),
        (Role::Text, format!("operator  {}", entry.operator)),
        (Role::Text, format!("plan      {}", entry.digest)),
    ];
    let ran = entry.migrations.iter().flat_map(|migrations| &migrations.ran);
    lines.extend(ran.map(|path| (Role::Text, format!("ran       {path}"))));
    lines.extend(entry.xid.as_ref().map(|xid| (Role::Text, format!("xid       {xid}"))));
    lines.extend(entry.error.as_ref().map(|error| (Role::Danger, error.clone())));
    if entry.action == Did::Apply && entry.outcome == Outcome::Applied {
        lines.push((Role::Muted, format!("take back: pgdeck sync undo {} --confirm {}", entry.run, entry.environment)));
    }
    lines.into_iter().map(|(role, text)| Cell::of(role, text)).collect()
}

/// What there is to read while there are no runs, and why.
fn waiting(model: &Model, room: usize) -> Vec<Cell> {
    let mut lines = vec![Cell::text("Journal").bold(), Cell::default()];
    let Some(error) = model.journal.failed.as_ref().filter(|_| !model.journal.stale) else {
        lines.push(Cell::of(Role::Muted, format!("reading the journal{}", model.look.glyphs.ellipsis)));
        return lines;
    };
    lines.extend(Cell::of(Role::Danger, error.to_string()).wrapped(room));
    let key = model.key(Action::Refresh).unwrap_or_default();
    lines.extend([Cell::default(), Cell::of(Role::Accent, key).bold().and(Role::Muted, " tries again")]);
    lines
}

fn title(model: &Model) -> Cell {
    let title = Cell::text("Journal").bold();
    if model.journal.stale {
        title.and(Role::Warn, "   stale").and(Role::Muted, ": reading it again")
    } else {
        title.and(Role::Muted, "   every write, newest first")
    }
}

/// What there is to read where nothing was written.
fn empty(room: usize) -> Vec<Cell> {
    let about =
        Cell::of(Role::Muted, "Every apply and every undo is kept here, with who, when, which plan and how it ended.");
    [Cell::text("Nothing was written yet.")].into_iter().chain(about.wrapped(room)).collect()
}
