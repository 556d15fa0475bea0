//! Every environment at a glance: what it is, whether it answers, what it holds, when it was last written.

mod cards;
mod page;
mod pair;
mod rows;

use std::{
    collections::{BTreeMap, BTreeSet},
    ops::ControlFlow,
    sync::Arc,
};

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

use super::{Component, Entry, Pane, list};
use crate::{
    app::env::Reached,
    config::{key::Key, theme::Role},
    core::{error::Code, sheet::Sheet},
    tui::{
        action::{Action, Context, Reason},
        layout,
        model::{EnvState, EnvStatus, Model},
        msg::{Effect, Mouse, Msg, Tone, Work},
        overlay::{Overlay, Page},
        widget::{
            cell::Cell,
            section,
            table::{Position, Rows, TableState},
        },
    },
};

/// What the environments said about themselves.
#[derive(Debug, Clone, Default)]
pub struct OverviewPane {
    /// What each environment that answered said last.
    pub reached: BTreeMap<String, Arc<Reached>>,
    /// The environments that are asked again, while what they said before is shown.
    pub reading: BTreeSet<String>,
    /// Sorting, filter, selection.
    pub table: TableState,
}

/// The pane in the table of panes.
pub const ENTRY: Entry = Entry {
    pane: Pane::Overview,
    title: "Overview",
    purpose: "Every environment at a glance.",
    go: "go-overview",
    number: Some('1'),
    contexts: &[],
    component: &OverviewList,
};

/// What answers for the pane.
#[derive(Debug)]
pub struct OverviewList;

impl Component for OverviewList {
    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
        self::draw(model, area, buffer)
    }

    fn contexts(&self, _model: &Model) -> Vec<Context> {
        self::contexts()
    }

    fn typing(&self, model: &Model) -> bool {
        model.overview.table.filter.editing
    }

    fn typed(&self, model: &mut Model, key: Key) {
        self::typed(model, key);
    }

    fn pasted(&self, model: &mut Model, text: &str) {
        self::pasted(model, text);
    }

    fn can_go_back(&self, model: &Model) -> bool {
        model.overview.table.filter.active()
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
        Some(model.overview.table.position())
    }

    fn environment_changed(&self, model: &mut Model) {
        load(model);
    }

    fn handle(&self, model: &mut Model, msg: Msg) -> ControlFlow<Vec<Effect>, Msg> {
        match msg {
            Msg::Reached(name, reached) => {
                self::reached(model, name, reached);
                ControlFlow::Break(Vec::new())
            }
            Msg::Environment(name, state) => {
                let again = model.overview.reading.remove(&name);
                match &state {
                    // A look that was stopped half-way says nothing about what was known before.
                    EnvState::Failed(error) if again && error.code == Code::Interrupted => {
                        model.say(Tone::Note, error.message.clone());
                        ControlFlow::Break(Vec::new())
                    }
                    _ => ControlFlow::Continue(Msg::Environment(name, state)),
                }
            }
            other => ControlFlow::Continue(other),
        }
    }
}

/// Where keys go.
pub fn contexts() -> Vec<Context> {
    vec![Context::List, Context::Scroll]
}

/// Takes in what an environment says about itself.
pub fn reached(model: &mut Model, environment: String, reached: Arc<Reached>) {
    model.overview.reached.insert(environment, reached);
    load(model);
}

/// Takes in that there are environments, or that one of them changed.
pub fn load(model: &mut Model) {
    let was = selected(model).map(|environment| environment.name.clone());
    let names: Vec<String> = model.environments.iter().map(|environment| environment.name.clone()).collect();
    change(model, |table, rows| table.load(&rows::columns(), rows, |at| was.as_ref() == Some(&names[at])));
}

/// Asks `environment` again, which answers; what is known of it stays until the answer is there. Those without a
/// connection are tried again by whoever asked for this.
fn ask(model: &mut Model, environment: &str) -> Effect {
    model.overview.reading.insert(environment.to_owned());
    model.start(format!("asking {environment}"), Work::Connect(environment.to_owned()))
}

fn selected(model: &Model) -> Option<&EnvStatus> {
    model.environments.get(model.overview.table.selected()?)
}

fn change(model: &mut Model, change: impl FnOnce(&mut TableState, &Rows<'_>)) {
    let mut table = std::mem::take(&mut model.overview.table);
    rows::with(model, |rows| change(&mut table, rows));
    model.overview.table = table;
}

/// Takes in a key of the filter.
pub fn typed(model: &mut Model, key: Key) {
    change(model, |table, rows| table.typed(key, rows));
}

/// Takes in what was pasted into the filter.
pub fn pasted(model: &mut Model, text: &str) {
    change(model, |table, rows| table.pasted(text, rows));
}

/// Whether `action` can be done just now.
pub fn availability(model: &Model, action: Action) -> Result<(), Reason> {
    match action {
        Action::Accept | Action::Cancel | Action::Back => Ok(()),
        _ if model.environments.is_empty() => Err(Reason::new("no environment is declared")),
        Action::FocusNext | Action::FocusPrevious => Err(Reason::new("this pane has one part")),
        _ => Ok(()),
    }
}

/// Does `action`.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Refresh => {
            let ready = model.environments.iter().filter(|known| matches!(known.state, EnvState::Ready { .. }));
            let names: Vec<_> = ready.map(|known| known.name.clone()).collect();
            return names.iter().map(|name| ask(model, name)).collect();
        }
        Action::Open => open(model),
        Action::Copy => {
            let name = selected(model).map(|environment| environment.name.clone());
            return name.map(|name| model.copy("the environment's name", name)).unwrap_or_default();
        }
        Action::CopyRow => {
            let json = selected(model).map(|environment| rows::json(model, environment));
            return json.map(|json| model.copy("the environment as JSON", json)).unwrap_or_default();
        }
        _ => {
            let visible =
                layout::areas(model.size).map_or(1, |areas| places(model, super::inside(areas.body)).len()).max(1);
            change(model, |table, rows| list::act(table, action, visible, rows::columns().len(), rows));
        }
    }
    Vec::new()
}

fn open(model: &mut Model) {
    let Some(environment) = selected(model) else { return };
    let room = model.size.0.saturating_sub(8).into();
    let page = Page::of(environment.name.clone(), page::lines(model, environment, room));
    model.overlays.push(Overlay::Page(page));
}

/// What the filter lets through, as it goes to a file.
pub fn sheet(model: &Model) -> Sheet {
    let shown = model.overview.table.order().iter().filter_map(|at| model.environments.get(*at as usize));
    rows::sheet(model, shown)
}

/// Takes in a click: on a card selects it.
pub fn clicked(model: &mut Model, mouse: Mouse, area: Rect) {
    let placed = places(model, area);
    let visible = placed.len();
    if let Some((at, _)) = placed.iter().find(|(_, place)| place.contains((mouse.x, mouse.y).into())) {
        model.overview.table.select(*at, visible);
    }
}

/// The cards in sight: where in the order each is, and where it is drawn.
fn places(model: &Model, area: Rect) -> Vec<(usize, Rect)> {
    cards::places(model.overview.table.order().len(), model.overview.table.cursor(), below(area))
}

/// What is below the title, which gives way where there is hardly room for one card.
fn below(area: Rect) -> Rect {
    if area.height < cards::HEIGHT + 2 { area } else { list::body(area) }
}

/// Draws it.
pub fn draw(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
    if model.environments.is_empty() {
        let lines = [
            Cell::text("No environment is declared."),
            Cell::of(Role::Muted, "A section [env.NAME] with a `kind` in pgdeck.toml adds one."),
        ];
        section::lines(&lines, 0, area, &model.look, buffer);
        return None;
    }
    let placed = places(model, area);
    let titled = below(area) != area;
    let cursor = if titled { list::head(model, &title(model), &model.overview.table, area, buffer) } else { None };
    for (at, place) in &placed {
        cards::draw(model, *at, *place, buffer);
    }
    if placed.is_empty() {
        Cell::of(Role::Muted, "No environment fits the filter.").left(below(area), &model.look, buffer);
    }
    if placed.len() == model.overview.table.order().len() {
        let bottom = placed.iter().map(|(_, place)| place.bottom()).max().unwrap_or(area.y);
        let rest = Rect { y: bottom + 1, height: area.bottom().saturating_sub(bottom + 1), ..area };
        pair::draw(model, rest, buffer);
    }
    cursor
}

fn title(model: &Model) -> Cell {
    let pane = &model.overview;
    let count = match model.environments.len() {
        1 => "1 environment".to_owned(),
        count => format!("{count} environments"),
    };
    let title = Cell::text(count).bold().then(list::stale(&pane.reading, &[]));
    match pane.table.sorted_by() {
        None => title,
        Some((column, descending)) => {
            let glyphs = &model.look.glyphs;
            let way = if descending { glyphs.descending } else { glyphs.ascending };
            title.and(Role::Muted, format!("   sorted by {} {way}", rows::TITLES[column]))
        }
    }
}
