//! What differs between the schemas of two environments: each difference with the SQL of both sides.

mod act;
mod component;
mod detail;
mod export;
mod groups;
mod mark;
mod rows;
mod sides;
mod summary;

use std::{collections::BTreeMap, ops::ControlFlow, sync::Arc};

pub use mark::Mark;
pub use rows::Row;

use self::{
    rows::{Group, Key},
    sides::Pair,
};
use super::{
    Entry, Events, Pane, key_of,
    list::{self, ListState},
};
use crate::{
    app::drift::{Base, Compared},
    config::{project::Project, theme::Role},
    core::{
        drift::Kind,
        error::{Code, Error},
    },
    tui::{
        action::Context,
        model::{EnvStatus, JobId, Model},
        msg::{Effect, Msg, Tone, Work},
        overlay::Overlay,
        widget::{cell::Cell, table::TableState},
    },
};

/// What was compared, and what is shown of it.
#[derive(Debug, Clone, Default)]
pub struct DriftPane {
    /// What is compared with.
    from: Option<Base>,
    /// The environment that is compared.
    to: Option<String>,
    read: BTreeMap<Pair, Arc<Compared>>,
    /// Why a pair could not be compared.
    failed: BTreeMap<Pair, Error>,
    /// The pair that is being read, one at a time, and the job that reads it.
    reading: Option<(Pair, JobId)>,
    /// What there is to show, as the filters that have a key of their own let it through.
    rows: Vec<Row>,
    /// How many there would be without these filters.
    all: usize,
    group: Group,
    kind: Option<Kind>,
    change: Option<Mark>,
    /// Sorting, filter, selection.
    pub list: ListState<Key>,
}

impl DriftPane {
    /// Nothing is read yet: the first production beside the first other environment, else the first two.
    pub fn new(environments: &[EnvStatus]) -> Self {
        let (from, to) = sides::first(environments);
        DriftPane { from, to, list: ListState::of(order(Group::default())), ..DriftPane::default() }
    }

    /// One environment alone can be compared with its migrations, if the project has some.
    fn set_project(&mut self, project: &Project) {
        if self.from.is_none() && self.to.is_some() && project.migrations.line.is_some() {
            self.from = Some(Base::Migrations);
        }
    }

    /// Both sides, where both are chosen.
    fn pair(&self) -> Option<Pair> {
        Some((self.from.clone()?, self.to.clone()?))
    }

    /// What was read of the pair that is looked at.
    fn compared(&self) -> Option<&Arc<Compared>> {
        self.read.get(&self.pair()?)
    }

    /// Whether the pair that is looked at is being read.
    fn is_reading(&self) -> bool {
        self.reading.as_ref().map(|(pair, _)| pair) == self.pair().as_ref() && self.reading.is_some()
    }

    fn selected(&self) -> Option<&Row> {
        self.list.selected(&self.rows)
    }
}

/// The pane in the table of panes.
pub const ENTRY: Entry = Entry {
    pane: Pane::Drift,
    title: "Drift",
    purpose: "What differs between the schemas of two environments, with the SQL of both.",
    go: "go-drift",
    number: Some('6'),
    letter: 'd',
    contexts: &[Context::Drift],
    component: &DriftList,
};

/// What answers for the pane.
#[derive(Debug)]
pub struct DriftList;

impl Events for DriftList {
    fn set_project(&self, model: &mut Model, project: &Project) {
        model.drift.set_project(project);
    }

    fn answered(&self, model: &mut Model, name: &str) -> Vec<Effect> {
        self::answered(model, name);
        Vec::new()
    }

    fn handle(&self, model: &mut Model, msg: Msg) -> ControlFlow<Vec<Effect>, Msg> {
        match msg {
            Msg::Drifted(job, compared) => self::compared(model, job, compared),
            other => return ControlFlow::Continue(other),
        }
        ControlFlow::Break(Vec::new())
    }

    fn ended(&self, model: &mut Model, job: JobId) {
        self::ended(model, job);
    }

    fn looked_at(&self, model: &mut Model) -> Vec<Effect> {
        self::looked_at(model)
    }
}

/// By the object's name in every group.
fn order(group: Group) -> TableState {
    TableState::sorted(rows::object_column(group), false)
}

/// Whoever looks at a pair that nothing is known of has it read, as soon as both sides answer. What is being read of
/// another pair is given up.
fn looked_at(model: &mut Model) -> Vec<Effect> {
    let Some(pair) = model.drift.pair() else { return Vec::new() };
    let mut effects = Vec::new();
    if let Some((_, job)) = model.drift.reading.take_if(|(reading, _)| *reading != pair) {
        effects.extend(model.jobs.cancel(job).map(Effect::Cancel));
    }
    let pane = &model.drift;
    let known = pane.is_reading() || pane.read.contains_key(&pair) || pane.failed.contains_key(&pair);
    // A server is started only where somebody asks for it.
    if !known && pair.0 != Base::Migrations && sides::answer(model, &pair) {
        effects.extend(read(model, pair));
    }
    effects
}

/// Compares `pair`; what is shown stays until the answer is there.
fn read(model: &mut Model, pair: Pair) -> Vec<Effect> {
    if model.drift.is_reading() {
        return Vec::new();
    }
    let (from, to) = pair.clone();
    let effect = model.start(format!("comparing {from} with {to}"), Work::Drift(from, to));
    if let Effect::Run(job, _) = &effect {
        model.drift.reading = Some((pair, *job));
    }
    vec![effect]
}

/// Reads again what is looked at; where a side does not answer yet, as soon as it does.
fn refresh(model: &mut Model) -> Vec<Effect> {
    let Some(pair) = model.drift.pair() else { return Vec::new() };
    model.drift.failed.remove(&pair);
    if sides::answer(model, &pair) { read(model, pair) } else { Vec::new() }
}

/// An environment answers: what failed because it did not is tried again when it is looked at.
fn answered(model: &mut Model, environment: &str) {
    let waits = |(from, to): &Pair| to == environment || *from == Base::Environment(environment.to_owned());
    model.drift.failed.retain(|pair, error| error.code != Code::Connect || !waits(pair));
}

/// Takes in what came of the comparison that `job` made. What was given up meanwhile is no longer wanted.
fn compared(model: &mut Model, job: JobId, result: Result<Arc<Compared>, Error>) {
    let Some((pair, _)) = model.drift.reading.take_if(|(_, reading)| *reading == job) else { return };
    match result {
        Ok(compared) => {
            model.drift.failed.remove(&pair);
            model.drift.read.insert(pair, compared);
            let was = model.drift.selected().map(Row::key);
            rebuild(model);
            // A page about a row that is gone is not true any more.
            if model.pane == Pane::Drift && model.drift.selected().map(Row::key) != was {
                model.overlays.retain(|overlay| !matches!(overlay, Overlay::Page(page) if page.detail));
            }
        }
        Err(error) => {
            if error.code == Code::Interrupted {
                model.say(Tone::Note, "the comparison was stopped");
            } else {
                model.fail(&error);
            }
            model.drift.failed.insert(pair, error);
        }
    }
}

/// Takes in that `job` is over: nothing waits for what is not told any more.
fn ended(model: &mut Model, job: JobId) {
    if let Some((pair, _)) = model.drift.reading.take_if(|(_, reading)| *reading == job) {
        model.drift.failed.insert(pair, Error::rolled_back("the comparison ended without a result"));
    }
}

/// Makes the rows anew; the selected one stays selected where it is still there.
fn rebuild(model: &mut Model) {
    list::rebuild(&DriftList, model, |model| {
        let all = model.drift.compared().map(rows::of).unwrap_or_default();
        let pane = &mut model.drift;
        pane.all = all.len();
        let (kind, change) = (pane.kind, pane.change);
        let shown =
            |row: &Row| kind.is_none_or(|kind| row.kind() == kind) && change.is_none_or(|mark| row.is_marked(mark));
        pane.rows = all.into_iter().filter(shown).collect();
    });
}

/// How much differs, once that was looked at; a question mark where it could not be, or not all of it.
pub fn badge(model: &Model) -> Option<Cell> {
    let Some(compared) = model.drift.compared() else {
        let failed = model.drift.pair().is_some_and(|pair| model.drift.failed.contains_key(&pair));
        return failed.then(|| Cell::of(Role::Warn, "?").bold());
    };
    match compared.drift.differences.len() {
        0 => (!compared.drift.is_none()).then(|| Cell::of(Role::Warn, "?").bold()),
        some => Some(Cell::of(Role::Warn, format!("{}{some}", model.look.glyphs.delta)).bold()),
    }
}
