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

use super::{
    Entry, Events, Pane,
    list::{self, List, ListState},
};
use crate::{
    app::env::Reached,
    config::theme::Role,
    core::{error::Code, sheet::Sheet},
    tui::{
        action::{Action, Reason},
        layout,
        model::{EnvState, Model},
        msg::{Effect, Mouse, Msg, Tone, Work},
        widget::{
            cell::Cell,
            section,
            table::{Column, Hit, Rows},
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
    /// Sorting, filter, selection: an environment is called by its name.
    pub list: ListState<String>,
}

/// The pane in the table of panes.
pub const ENTRY: Entry = Entry {
    pane: Pane::Overview,
    title: "Overview",
    purpose: "Every environment at a glance.",
    go: "go-overview",
    number: Some('1'),
    letter: 'o',
    contexts: &[],
    component: &OverviewList,
};

/// What answers for the pane.
#[derive(Debug)]
pub struct OverviewList;

impl Events for OverviewList {
    fn environment_changed(&self, model: &mut Model) {
        load(model);
    }

    fn handle(&self, model: &mut Model, msg: Msg) -> ControlFlow<Vec<Effect>, Msg> {
        match msg {
            Msg::Reached(name, reached) => {
                model.overview.reached.insert(name, reached);
                load(model);
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

impl List for OverviewList {
    type Key = String;
    const PANE: Pane = Pane::Overview;

    fn state<'m>(&self, model: &'m Model) -> &'m ListState<String> {
        &model.overview.list
    }

    fn state_mut<'m>(&self, model: &'m mut Model) -> &'m mut ListState<String> {
        &mut model.overview.list
    }

    fn with_rows(&self, model: &Model, read: &mut dyn FnMut(&Rows<'_>)) {
        rows::with(model, read);
    }

    fn key(&self, model: &Model, row: usize) -> Option<String> {
        Some(model.environments.get(row)?.name.clone())
    }

    fn keeps_selection(&self, _model: &Model) -> bool {
        true
    }

    fn columns(&self, _model: &Model) -> Vec<Column> {
        rows::columns()
    }

    fn title(&self, model: &Model, _room: u16) -> Cell {
        title(model)
    }

    fn details(&self, model: &Model, row: usize, room: usize) -> Vec<Cell> {
        model.environments.get(row).map(|environment| page::lines(model, environment, room)).unwrap_or_default()
    }

    fn page_title(&self, model: &Model, row: usize) -> String {
        self.key(model, row).unwrap_or_default()
    }

    fn copy(&self, model: &Model, row: usize) -> Option<(String, String)> {
        Some(("the environment's name".to_owned(), self.key(model, row)?))
    }

    fn copy_row(&self, model: &Model, row: usize) -> Option<(&'static str, String)> {
        Some(("the environment as JSON", rows::json(model, model.environments.get(row)?)))
    }

    fn sheet(&self, model: &Model) -> Sheet {
        rows::sheet(model, model.overview.list.shown(&model.environments))
    }

    fn availability(&self, model: &Model, _action: Action) -> Result<(), Reason> {
        if model.environments.is_empty() { Err(Reason::new("no environment is declared")) } else { Ok(()) }
    }

    fn act(&self, model: &mut Model, action: Action) -> Option<Vec<Effect>> {
        (action == Action::Refresh).then(|| refresh(model))
    }

    fn visible(&self, model: &Model) -> usize {
        layout::areas(model.size).map_or(1, |areas| places(model, super::inside(areas.body)).len()).max(1)
    }

    fn hit(&self, model: &Model, mouse: Mouse, _area: Rect) -> Option<Hit> {
        let area = layout::areas(model.size).map(|areas| super::inside(areas.body))?;
        let placed = places(model, area);
        let card = placed.iter().find(|(_, place)| place.contains((mouse.x, mouse.y).into()));
        card.map(|(at, _)| Hit::Row(*at))
    }

    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
        draw(model, area, buffer)
    }
}

/// Takes in that there are environments, or that one of them changed.
pub fn load(model: &mut Model) {
    list::rebuild(&OverviewList, model, |_| {});
}

/// Asks those again that answer.
fn refresh(model: &mut Model) -> Vec<Effect> {
    let ready = model.environments.iter().filter(|known| matches!(known.state, EnvState::Ready { .. }));
    let names: Vec<_> = ready.map(|known| known.name.clone()).collect();
    names.iter().map(|name| ask(model, name)).collect()
}

/// Asks `environment` again, which answers; what is known of it stays until the answer is there. Those without a
/// connection are tried again by whoever asked for this.
fn ask(model: &mut Model, environment: &str) -> Effect {
    model.overview.reading.insert(environment.to_owned());
    model.start(format!("asking {environment}"), Work::Connect(environment.to_owned()))
}

/// The cards in sight: where in the order each is, and where it is drawn.
fn places(model: &Model, area: Rect) -> Vec<(usize, Rect)> {
    cards::places(model.overview.list.table.order().len(), model.overview.list.table.cursor(), below(area))
}

/// What is below the title, which gives way where there is hardly room for one card.
fn below(area: Rect) -> Rect {
    if area.height < cards::HEIGHT + 2 { area } else { list::body(area) }
}

/// Draws it.
fn draw(model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
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
    let cursor = if titled { list::head(model, &title(model), &model.overview.list.table, area, buffer) } else { None };
    for (at, place) in &placed {
        cards::draw(model, *at, *place, buffer);
    }
    if placed.is_empty() {
        Cell::of(Role::Muted, "No environment fits the filter.").left(below(area), &model.look, buffer);
    }
    if placed.len() == model.overview.list.table.order().len() {
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
    match pane.list.table.sorted_by() {
        None => title,
        Some((column, descending)) => {
            let glyphs = &model.look.glyphs;
            let way = if descending { glyphs.descending } else { glyphs.ascending };
            title.and(Role::Muted, format!("   sorted by {} {way}", rows::TITLES[column]))
        }
    }
}
