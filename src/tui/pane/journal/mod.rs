//! The journal: who did what to which environment, and how it ended.

mod rows;

use std::{ops::ControlFlow, sync::Arc};

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

use self::rows::{columns, with_rows};
use super::{Component, Entry as PaneEntry, Pane, list};
use crate::{
    config::{key::Key, theme::Role},
    core::{
        error::{Error, Result},
        gate::RunId,
        journal::{Action as Did, Entry, Outcome, Run},
        sheet::Sheet,
    },
    tui::{
        action::{Action, Context, Reason},
        model::Model,
        msg::{Effect, Mouse, Msg, Work},
        overlay::{Asked, Confirm, Overlay, Page},
        widget::{
            cell::Cell,
            section,
            table::{Position, Table, TableState},
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
    /// Which one is selected.
    pub table: TableState,
}

/// The pane in the table of panes.
pub const ENTRY: PaneEntry = PaneEntry {
    pane: Pane::Journal,
    title: "Journal",
    purpose: "Who did what to which environment, and how it ended.",
    go: "go-journal",
    number: Some('7'),
    contexts: &[Context::Journal],
    component: &JournalList,
};

/// What answers for the pane.
#[derive(Debug)]
pub struct JournalList;

impl Component for JournalList {
    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
        self::draw(model, area, buffer)
    }

    fn contexts(&self, _model: &Model) -> Vec<Context> {
        self::contexts()
    }

    fn typing(&self, model: &Model) -> bool {
        model.journal.table.filter.editing
    }

    fn typed(&self, model: &mut Model, key: Key) {
        self::typed(model, key);
    }

    fn pasted(&self, model: &mut Model, text: &str) {
        self::pasted(model, text);
    }

    fn can_go_back(&self, model: &Model) -> bool {
        model.journal.table.filter.active()
    }

    fn availability(&self, model: &Model, action: Action) -> Result<(), Reason> {
        self::availability(model, action)
    }

    fn act(&self, model: &mut Model, action: Action) -> Vec<Effect> {
        self::act(model, action)
    }

    fn sheet(&self, model: &Model) -> Option<Sheet> {
        Some(self::sheet(model))
    }

    fn clicked(&self, model: &mut Model, mouse: Mouse, area: Rect) {
        self::clicked(model, mouse, area);
    }

    fn position(&self, model: &Model) -> Option<Position> {
        Some(model.journal.table.position())
    }

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

/// Where keys go.
pub fn contexts() -> Vec<Context> {
    vec![Context::Journal, Context::List, Context::Scroll]
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
            let was = selected(model).map(|run| run.last.run.clone());
            with_rows(&runs, |rows| {
                model.journal.table.load(&columns(), rows, |at| was.as_ref() == Some(&runs[at].last.run));
            });
            model.journal.runs = Some(runs);
            model.journal.failed = None;
        }
        Err(error) => {
            model.fail(&error);
            model.journal.failed = Some(error);
        }
    }
}

fn runs(model: &Model) -> Arc<Vec<Run>> {
    model.journal.runs.clone().unwrap_or_default()
}

fn selected(model: &Model) -> Option<&Run> {
    model.journal.runs.as_ref()?.get(model.journal.table.selected()?)
}

/// Takes in a key of the filter.
pub fn typed(model: &mut Model, key: Key) {
    with_rows(&runs(model), |rows| model.journal.table.typed(key, rows));
}

/// Takes in what was pasted into the filter.
pub fn pasted(model: &mut Model, text: &str) {
    with_rows(&runs(model), |rows| model.journal.table.pasted(text, rows));
}

/// Whether `action` can be done just now.
pub fn availability(model: &Model, action: Action) -> Result<(), Reason> {
    let Some(run) = selected(model) else {
        return match action {
            Action::Refresh | Action::Accept | Action::Cancel | Action::Back => Ok(()),
            _ => Err(Reason::new("nothing was written yet")),
        };
    };
    match action {
        Action::Undo if run.last.action == Did::Migrate => Err(Reason::new("migrations are not taken back")),
        Action::Undo if run.last.outcome == Outcome::RolledBack => Err(Reason::new("this run was rolled back")),
        Action::Undo if run.last.outcome != Outcome::Applied => Err(Reason::new("this run did not end")),
        Action::Undo => list::writable(model, &run.last.environment),
        Action::FocusNext | Action::FocusPrevious => Err(Reason::new("this pane has one part")),
        _ => Ok(()),
    }
}

/// Does `action`.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Refresh => return refresh(model),
        Action::Undo => ask_undo(model),
        Action::Open => open(model),
        Action::Copy => {
            return selected(model)
                .map(|run| run.last.run.to_string())
                .map(|run| model.copy("the run's name", run))
                .unwrap_or_default();
        }
        Action::CopyRow => {
            let json = selected(model).and_then(|run| serde_json::to_string(&run.last).ok());
            return json.map(|json| model.copy("the run as JSON", json)).unwrap_or_default();
        }
        _ => {
            let visible = list::visible(model, 2);
            let runs = runs(model);
            with_rows(&runs, |rows| list::act(&mut model.journal.table, action, visible, columns().len(), rows));
        }
    }
    Vec::new()
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

fn open(model: &mut Model) {
    let Some(run) = selected(model) else { return };
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
    let page = Page::new(format!("Run {}", entry.run), lines);
    model.overlays.push(Overlay::Page(page));
}

/// What the filter lets through, as it goes to a file.
pub fn sheet(model: &Model) -> Sheet {
    let runs = runs(model);
    rows::sheet(model.journal.table.order().iter().filter_map(|at| runs.get(*at as usize)))
}

/// Takes in a click.
pub fn clicked(model: &mut Model, mouse: Mouse, area: Rect) {
    let (runs, area) = (runs(model), list::body(area));
    with_rows(&runs, |rows| list::clicked(&mut model.journal.table, &columns(), area, mouse, rows));
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

/// Draws it.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
    let Some(runs) = &model.journal.runs else {
        section::lines(&waiting(model, area.width.into()), 0, area, &model.look, buffer);
        return None;
    };
    let title = if model.journal.stale {
        Cell::text("Journal").bold().and(Role::Warn, "   stale").and(Role::Muted, ": reading it again")
    } else {
        Cell::text("Journal").bold().and(Role::Muted, "   every write, newest first")
    };
    let cursor = list::head(model, &title, &model.journal.table, area, buffer);
    if runs.is_empty() {
        let about = Cell::of(
            Role::Muted,
            "Every apply and every undo is kept here, with who, when, which plan and how it ended.",
        );
        let lines: Vec<_> =
            [Cell::text("Nothing was written yet.")].into_iter().chain(about.wrapped(area.width.into())).collect();
        section::lines(&lines, 0, list::body(area), &model.look, buffer);
        return cursor;
    }
    with_rows(runs, |rows| {
        let table =
            Table { columns: &columns(), state: &model.journal.table, rows, focused: true, stale: model.journal.stale };
        table.draw(list::body(area), &model.look, buffer);
    });
    cursor
}
