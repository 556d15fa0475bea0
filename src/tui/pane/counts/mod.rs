//! Rows per table, the environments side by side.

mod detail;
mod relations;
mod rows;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
    sync::Arc,
    time::Duration,
};

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

pub use rows::CountRow;

use super::{Component, Entry, Pane, beside, list};
use crate::{
    app::counts::{History, Listing},
    config::{key::Key, theme::Role},
    core::{
        counts::Count,
        error::{Code, Error},
        name::QName,
        sheet::Sheet,
    },
    tui::{
        action::{Action, Context, Reason},
        model::{EnvState, EnvStatus, JobId, Model},
        msg::{Effect, Mouse, Msg, Tone, Work},
        overlay::{Overlay, Page},
        rest::Rest,
        widget::{
            cell::Cell,
            section,
            table::{Position, Table, TableState},
        },
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
    /// Sorting, filter, selection.
    pub table: TableState,
    /// What was recorded before.
    pub history: Arc<History>,
    /// The environments whose newer figures are on their way, while older ones are shown.
    stale: BTreeSet<String>,
    /// The longest bar.
    greatest: u64,
    /// The table whose details stand beside the list.
    pub page: Rest<QName>,
}

/// The pane in the table of panes.
pub const ENTRY: Entry = Entry {
    pane: Pane::Counts,
    title: "Counts",
    purpose: "Rows per table and environment, side by side.",
    go: "go-counts",
    number: Some('2'),
    contexts: &[Context::Counts],
    component: &CountsList,
};

/// What answers for the pane.
#[derive(Debug)]
pub struct CountsList;

impl Component for CountsList {
    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
        self::draw(model, area, buffer)
    }

    fn contexts(&self, _model: &Model) -> Vec<Context> {
        self::contexts()
    }

    fn typing(&self, model: &Model) -> bool {
        model.counts.table.filter.editing
    }

    fn typed(&self, model: &mut Model, key: Key) {
        self::typed(model, key);
    }

    fn pasted(&self, model: &mut Model, text: &str) {
        self::pasted(model, text);
    }

    fn can_go_back(&self, model: &Model) -> bool {
        model.counts.table.filter.active()
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
        Some(model.counts.table.position())
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

    fn follow(&self, model: &mut Model) -> Vec<Effect> {
        self::follow(model);
        Vec::new()
    }

    fn due(&self, model: &Model) -> Option<Duration> {
        model.counts.page.due()
    }
}

/// Where keys go.
pub fn contexts() -> Vec<Context> {
    vec![Context::Counts, Context::List, Context::Scroll]
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
        Ok(history) => model.counts.history = history,
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
    pane.exact.entry(environment.to_owned()).or_default().insert(table, count);
}

/// A job has ended: what it counted is measured and sorted now.
pub fn settled(model: &mut Model) {
    if std::mem::take(&mut model.counts.unsorted) {
        rebuild(model);
    }
}

fn rebuild(model: &mut Model) {
    // Whoever has not moved yet stays on the first row, whatever it is by now.
    let was = selected(model).filter(|_| model.counts.table.cursor() > 0).map(|row| row.table.clone());
    let names: Vec<String> = model.environments.iter().map(|environment| environment.name.clone()).collect();
    let first = model.counts.rows.is_empty();
    let rows = rows::build(&names, &model.counts.listings, &model.counts.exact, model.declared.as_deref());
    model.counts.greatest = rows.iter().filter_map(CountRow::distance).max().unwrap_or(0);
    model.counts.rows = rows;
    let columns = rows::columns(model);
    if first && names.len() > 1 {
        model.counts.table = TableState::sorted(rows::delta_column(names.len()), true);
    }
    let CountsPane { rows, table, greatest, .. } = &mut model.counts;
    rows::with(rows, *greatest, &model.look.glyphs, |view| {
        table.load(&columns, view, |at| was.as_ref() == Some(&rows[at].table));
    });
    if was.is_none() {
        model.counts.table.select(0, 1);
    }
}

/// The details follow the selection when it rests.
pub fn follow(model: &mut Model) {
    let now = model.now;
    let selected = selected(model).map(|row| row.table.clone());
    model.counts.page.follow(selected, now);
    model.counts.page.settle(now);
}

/// The row whose details stand beside the list.
fn detailed(model: &Model) -> Option<&CountRow> {
    let selected = selected(model);
    let table = model.counts.page.at();
    let followed = |row: &&CountRow| table.is_none_or(|table| *table == row.table);
    selected.filter(followed).or_else(|| model.counts.rows.iter().find(|row| Some(&row.table) == table)).or(selected)
}

fn selected(model: &Model) -> Option<&CountRow> {
    model.counts.rows.get(model.counts.table.selected()?)
}

/// Takes in a key of the filter.
pub fn typed(model: &mut Model, key: Key) {
    with_rows(model, |table, view| table.typed(key, view));
}

/// Takes in what was pasted into the filter.
pub fn pasted(model: &mut Model, text: &str) {
    with_rows(model, |table, view| table.pasted(text, view));
}

fn with_rows(model: &mut Model, change: impl FnOnce(&mut TableState, &crate::tui::widget::table::Rows<'_>)) {
    let pane = &mut model.counts;
    rows::with(&pane.rows, pane.greatest, &model.look.glyphs, |view| change(&mut pane.table, view));
}

/// Whether `action` can be done just now.
pub fn availability(model: &Model, action: Action) -> Result<(), Reason> {
    match action {
        Action::Refresh | Action::Accept | Action::Cancel | Action::Back => Ok(()),
        Action::FocusNext | Action::FocusPrevious => Err(Reason::new("this pane has one part")),
        _ if model.counts.rows.is_empty() => Err(Reason::new("no tables have been read yet")),
        _ => Ok(()),
    }
}

/// Does `action`.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Refresh => return refresh_all(model),
        Action::Count => return count(model),
        Action::Snapshot => return snapshot(model),
        Action::Open => open(model),
        Action::Relations => {
            let tree = selected(model).and_then(|row| {
                let mut catalogs = model.counts.listings.values().map(|listing| &listing.catalog);
                let catalog = catalogs.find(|catalog| catalog.table(&row.table).is_some())?;
                Some(relations::tree(catalog, model.declared.as_deref(), &row.table))
            });
            model.overlays.extend(tree.map(Overlay::Tree));
        }
        Action::Copy => {
            let name = selected(model).map(|row| row.table.to_string());
            return name.map(|name| model.copy("the table's name", name)).unwrap_or_default();
        }
        Action::CopyRow => {
            let json = selected(model).map(|row| rows::json(row, &names(model)));
            return json.map(|json| model.copy("the row as JSON", json)).unwrap_or_default();
        }
        _ => {
            let visible = list::visible(model, 1);
            let columns = rows::columns(model).len();
            with_rows(model, |table, view| list::act(table, action, visible, columns, view));
        }
    }
    Vec::new()
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
    let shown: Vec<QName> =
        model.counts.table.order().iter().map(|at| model.counts.rows[*at as usize].table.clone()).collect();
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
    let visible = list::visible(model, 1);
    with_rows(model, |table, view| list::reveal(table, row, visible, view));
}

fn open(model: &mut Model) {
    let Some(row) = selected(model) else { return };
    let page = Page::of(row.table.to_string(), detail::lines(model, row));
    model.overlays.push(Overlay::Page(page));
}

/// What the filter lets through, as it goes to a file.
pub fn sheet(model: &Model) -> Sheet {
    let shown = model.counts.table.order().iter().map(|at| &model.counts.rows[*at as usize]);
    rows::sheet(shown, &names(model))
}

/// The list, and beside it the details where there is room.
fn split(area: Rect) -> (Rect, Option<Rect>) {
    beside::split(area, |width| (width * 3 / 10).clamp(36, 56))
}

/// Takes in a click.
pub fn clicked(model: &mut Model, mouse: Mouse, area: Rect) {
    let columns = rows::columns(model);
    let area = list::body(split(area).0);
    with_rows(model, |table, view| list::clicked(table, &columns, area, mouse, view));
}

/// The word for figures that are older than they should be.
pub fn stale(model: &Model) -> Cell {
    let gone = |environment: &&EnvStatus| {
        matches!(environment.state, EnvState::Failed(_)) && model.counts.listings.contains_key(&environment.name)
    };
    let gone: Vec<_> = model.environments.iter().filter(gone).map(|environment| environment.name.as_str()).collect();
    list::stale(&model.counts.stale, &gone)
}

/// Draws it.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
    let pane = &model.counts;
    if pane.rows.is_empty() {
        section::lines(&waiting(model), 0, area, &model.look, buffer);
        return None;
    }
    let (left, right) = split(area);
    let title = Cell::text(format!("{} tables", pane.rows.len())).bold();
    let title = title.then(stale(model));
    let title = if pane.rows.iter().any(CountRow::is_estimate) {
        title.and(Role::Muted, "   ~ marks the planner's estimate")
    } else {
        title
    };
    let cursor = list::head(model, &title, &pane.table, left, buffer);
    rows::with(&pane.rows, pane.greatest, &model.look.glyphs, |view| {
        let columns = rows::columns(model);
        let table =
            Table { columns: &columns, state: &pane.table, rows: view, focused: true, stale: !stale(model).is_empty() };
        table.draw(list::body(left), &model.look, buffer);
    });
    if let (Some(right), Some(row)) = (right, detailed(model)) {
        section::divider(right, &model.look, buffer);
        let inside = Rect { x: right.x + 2, width: right.width - 2, ..right };
        section::lines(&detail::lines(model, row), 0, inside, &model.look, buffer);
    }
    cursor
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
