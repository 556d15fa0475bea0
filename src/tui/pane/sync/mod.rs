//! The sync wizard: export → review → apply → verify. A step cannot be skipped, because each holds what
//! only the step before could make.

mod choose;
mod done;
mod review;
mod screen;
mod write;

use std::{ops::ControlFlow, sync::Arc};

use ratatui::{
    buffer::Buffer,
    layout::{Position as Point, Rect},
};

pub use self::screen::draw;
use super::{Component, Entry, Events, Pane};
use self::{choose::Choose, done::Done, review::Reviewing};
use crate::{
    app::sync::{Applied, Contents},
    config::{key::Key, project::Project},
    core::{
        error::{Code, Error},
        gate::Typed,
        sheet::Sheet,
        sync::{diff::Review, plan::Plan},
    },
    tui::{
        action::{Action, Context, Reason},
        model::Model,
        msg::{Comparison, Effect, Mouse, Msg, Origin, Sync, Tone, Work},
        overlay::{Asked, Confirm, Overlay},
        widget::table::Position,
    },
};

const STEPS: [&str; 4] = ["Export", "Review", "Apply", "Verify"];

/// The wizard, whichever step it is at.
#[derive(Debug, Clone, Default)]
pub struct SyncPane {
    /// What is chosen before anything is read; stays for the next time.
    choose: Choose,
    /// The review that was left, so that its choices are not lost.
    left: Option<Box<Reviewing>>,
    /// Whether both sides are read again, while the review that was left is shown.
    again: bool,
    stage: Stage,
}

#[derive(Debug, Clone, Default)]
enum Stage {
    /// Choosing sets.
    #[default]
    Choose,
    /// Reading both sides.
    Comparing(Arc<Comparison>),
    /// Choosing rows.
    Review(Box<Reviewing>),
    /// Running the plan.
    Applying(Box<Reviewing>, Arc<Plan>),
    /// Reviewing once more.
    Verifying(Arc<Applied>),
    /// All done.
    Done(Box<Done>),
}

impl SyncPane {
    /// The wizard of `project`, at its first step.
    pub fn new(project: &Project) -> Self {
        SyncPane { choose: Choose::new(project), left: None, again: false, stage: Stage::Choose }
    }

    /// The review that rows are chosen from just now.
    pub fn reviewing(&self) -> Option<&Reviewing> {
        match &self.stage {
            Stage::Review(reviewing) => Some(reviewing),
            _ => None,
        }
    }

    fn step(&self) -> usize {
        match self.stage {
            Stage::Choose | Stage::Comparing(_) => 0,
            Stage::Review(_) => 1,
            Stage::Applying(..) => 2,
            Stage::Verifying(..) => 3,
            Stage::Done(_) => 4,
        }
    }
}

/// The pane in the table of panes.
pub const ENTRY: Entry = Entry {
    pane: Pane::Sync,
    title: "Sync",
    purpose: "Export, review, apply and verify: rows carried from one environment to another.",
    go: "go-sync",
    number: Some('7'),
    letter: 'y',
    contexts: &[Context::Sync, Context::Choose, Context::Review, Context::Done],
    component: &SyncWizard,
};

/// What answers for the pane.
#[derive(Debug)]
pub struct SyncWizard;

impl Component for SyncWizard {
    fn draw(&self, model: &Model, area: Rect, buffer: &mut Buffer) -> Option<Point> {
        self::draw(model, area, buffer)
    }

    fn contexts(&self, model: &Model) -> Vec<Context> {
        self::contexts(model)
    }

    fn typing(&self, model: &Model) -> bool {
        self::typing(model)
    }

    fn typed(&self, model: &mut Model, key: Key) {
        self::typed(model, key);
    }

    fn pasted(&self, model: &mut Model, text: &str) {
        self::pasted(model, text);
    }

    fn can_go_back(&self, model: &Model) -> bool {
        self::can_go_back(model)
    }

    fn availability(&self, model: &Model, action: Action) -> Result<(), Reason> {
        self::availability(model, action)
    }

    fn act(&self, model: &mut Model, action: Action) -> Vec<Effect> {
        self::act(model, action)
    }

    fn sheet(&self, model: &Model) -> Option<Sheet> {
        self::sheet(model)
    }

    fn clicked(&self, model: &mut Model, mouse: Mouse, area: Rect) {
        self::clicked(model, mouse, area);
    }

    fn position(&self, model: &Model) -> Option<Position> {
        self::position(model)
    }
}

impl Events for SyncWizard {
    fn set_project(&self, model: &mut Model, project: &Project) {
        model.sync = SyncPane::new(project);
    }

    fn handle(&self, model: &mut Model, msg: Msg) -> ControlFlow<Vec<Effect>, Msg> {
        match msg {
            Msg::Sync(sync) => ControlFlow::Break(told(model, sync)),
            other => ControlFlow::Continue(other),
        }
    }
}

/// Where keys go.
pub fn contexts(model: &Model) -> Vec<Context> {
    match model.sync.stage {
        Stage::Choose => vec![Context::Choose, Context::List, Context::Scroll, Context::Sync],
        Stage::Review(_) => vec![Context::Review, Context::Parts, Context::List, Context::Scroll, Context::Sync],
        Stage::Done(_) => vec![Context::Done, Context::Sync],
        _ => vec![Context::Sync],
    }
}

/// Whether a line is being typed.
pub fn typing(model: &Model) -> bool {
    match &model.sync.stage {
        Stage::Choose => model.sync.choose.table.filter.editing,
        Stage::Review(reviewing) => reviewing.table().filter.editing,
        _ => false,
    }
}

/// Takes in a key that is bound to nothing.
pub fn typed(model: &mut Model, key: Key) {
    match &mut model.sync.stage {
        Stage::Choose => model.sync.choose.change(|table, rows| table.typed(key, rows)),
        Stage::Review(reviewing) => reviewing.change(&model.look.glyphs, |table, rows| table.typed(key, rows)),
        _ => {}
    }
}

/// Takes in what was pasted.
pub fn pasted(model: &mut Model, text: &str) {
    match &mut model.sync.stage {
        Stage::Choose => model.sync.choose.change(|table, rows| table.pasted(text, rows)),
        Stage::Review(reviewing) => reviewing.change(&model.look.glyphs, |table, rows| table.pasted(text, rows)),
        _ => {}
    }
}

/// Whether Esc has something to leave.
pub fn can_go_back(model: &Model) -> bool {
    match &model.sync.stage {
        Stage::Choose => model.sync.choose.table.filter.active(),
        Stage::Review(reviewing) => reviewing.can_go_back(),
        _ => false,
    }
}

/// Whether `action` can be done just now.
pub fn availability(model: &Model, action: Action) -> Result<(), Reason> {
    let contexts = action.entry().contexts;
    let own = [Context::Choose, Context::Review, Context::Done];
    let here = self::contexts(model);
    if contexts.iter().any(|context| own.contains(context)) && !contexts.iter().any(|context| here.contains(context)) {
        return Err(Reason::new(format!("the wizard is at {}", STEPS[model.sync.step().min(3)])));
    }
    match &model.sync.stage {
        Stage::Choose | Stage::Review(_) if write::is(action) => write::availability(model, action),
        Stage::Choose => choose::availability(model, action),
        Stage::Review(reviewing) => review::availability(model, reviewing, action),
        Stage::Done(done) => done::availability(model, done, action),
        _ => Err(Reason::new("the wizard is at work")),
    }
}

/// Whether another set can be marked just now.
pub fn can_mark(model: &Model) -> Result<(), Reason> {
    match model.sync.stage {
        Stage::Choose => Ok(()),
        _ => Err(Reason::new(format!("the wizard is at {}", STEPS[model.sync.step().min(3)]))),
    }
}

/// Marks the set `name` alone, so that the next export is of nothing else.
pub fn mark(model: &mut Model, name: &str) -> Result<(), Reason> {
    can_mark(model)?;
    let visible = crate::tui::pane::list::visible(model, 3);
    model.sync.choose.mark(name, visible);
    model.say(Tone::Note, format!("{name} alone is marked"));
    Ok(())
}

/// Does `action`.
pub fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::SyncStart => {
            model.sync.again = false;
            return start(model);
        }
        Action::SyncApply => ask(model),
        Action::SyncAgain | Action::StepBack => leave(model),
        Action::Refresh => return refresh(model),
        Action::Undo => done::ask_undo(model),
        action if write::is(action) => write::ask(model, action),
        _ => match model.sync.stage {
            Stage::Choose => return choose::act(model, action),
            Stage::Review(_) => return review::act(model, action),
            Stage::Done(_) => done::act(model, action),
            _ => {}
        },
    }
    Vec::new()
}

fn start(model: &mut Model) -> Vec<Effect> {
    let Some((from, to)) = model.sync.choose.pair(model) else { return Vec::new() };
    let title = "comparing";
    let asked = Comparison { sets: model.sync.choose.sets(), from, to, deletes: model.sync.choose.deletes };
    let asked = Arc::new(asked);
    model.sync.stage = Stage::Comparing(Arc::clone(&asked));
    vec![model.start(title, Work::Compare(asked))]
}

/// Back to the choice of sets. What was chosen of a review is kept for the next.
fn leave(model: &mut Model) {
    if let Stage::Review(reviewing) = std::mem::take(&mut model.sync.stage) {
        model.sync.left = Some(reviewing);
    }
}

/// Reads both sides again. What was dropped stays dropped.
fn refresh(model: &mut Model) -> Vec<Effect> {
    leave(model);
    model.sync.again = true;
    let effects = start(model);
    model.sync.again &= !effects.is_empty();
    effects
}

/// Opens the box that asks for the target's name.
fn ask(model: &mut Model) {
    let Stage::Review(reviewing) = &model.sync.stage else { return };
    let to = reviewing.review.to.clone();
    let Some(kind) = model.environment(&to).map(|environment| environment.kind) else { return };
    match reviewing.plan(&model.project) {
        Ok(plan) => {
            let facts = review::facts(model, reviewing, &plan);
            model.overlays.push(Overlay::Confirm(Confirm::new("Apply", to, kind, facts, Asked::Apply)));
        }
        Err(error) => model.fail(&error),
    }
}

/// Takes in how the wizard's work gets on. What belongs to a step that was left is thrown away.
pub fn told(model: &mut Model, sync: Sync) -> Vec<Effect> {
    match (std::mem::take(&mut model.sync.stage), sync) {
        (Stage::Comparing(asked), Sync::Reviewed(review)) => {
            let mut reviewing = Reviewing::new(asked, review, &model.look.glyphs);
            if let Some(left) = model.sync.left.take() {
                reviewing.selection = left.selection.carried(&left.review, &reviewing.review);
            }
            model.sync.stage = Stage::Review(Box::new(reviewing));
            Vec::new()
        }
        (Stage::Review(reviewing), Sync::Confirmed(typed)) => apply(model, reviewing, typed),
        (Stage::Applying(reviewing, _), Sync::Applied(applied)) => verify(model, &reviewing, applied),
        (Stage::Verifying(applied), Sync::Verified(review)) => {
            model.sync.stage = Stage::Done(Box::new(Done::new(applied, Ok(review))));
            Vec::new()
        }
        (stage, Sync::Undone(undone)) => undo_ended(model, &stage, &undone),
        (stage, Sync::Failed(error)) => {
            failed(model, stage, &error);
            Vec::new()
        }
        (stage, _) => {
            model.sync.stage = stage;
            Vec::new()
        }
    }
}

fn apply(model: &mut Model, reviewing: Box<Reviewing>, typed: Typed) -> Vec<Effect> {
    match reviewing.plan(&model.project).map(Arc::new) {
        Ok(plan) => {
            let title = format!("applying to {}", plan.to);
            model.sync.stage = Stage::Applying(reviewing, Arc::clone(&plan));
            vec![model.start(title, Work::Apply(plan, typed))]
        }
        Err(error) => {
            model.sync.stage = Stage::Review(reviewing);
            model.fail(&error);
            Vec::new()
        }
    }
}

/// What was written is known from inside the transaction; the second review shows it from outside.
fn verify(model: &mut Model, reviewing: &Reviewing, applied: Arc<Applied>) -> Vec<Effect> {
    let to = reviewing.review.to.clone();
    let work = Work::Verify(Arc::clone(&reviewing.asked));
    model.sync.stage = Stage::Verifying(applied);
    let mut effects = vec![model.start(format!("verifying {to}"), work)];
    effects.extend(super::counts::refresh(model, &to));
    effects
}

fn undo_ended(model: &mut Model, stage: &Stage, undone: &Applied) -> Vec<Effect> {
    model.say(Tone::Done, format!("taken back: {}", undone.rows));
    // Whatever was reviewed before is not what the target holds now.
    let to = match stage {
        Stage::Done(done) => Some(done.to().to_owned()),
        Stage::Review(reviewing) => Some(reviewing.review.to.clone()),
        _ => None,
    };
    model.sync.stage = Stage::Choose;
    to.map(|to| super::counts::refresh(model, &to)).unwrap_or_default()
}

/// Back to where the operator can decide what to do, with the reason on the message line.
fn failed(model: &mut Model, stage: Stage, error: &Error) {
    if error.code == Code::Interrupted {
        model.say(Tone::Note, error.message.clone());
    } else {
        model.fail(error);
    }
    model.sync.stage = match stage {
        Stage::Comparing(_) => Stage::Choose,
        Stage::Applying(reviewing, _) => Stage::Review(reviewing),
        Stage::Verifying(applied) => Stage::Done(Box::new(Done::new(applied, Err(error.clone())))),
        stage => stage,
    };
}

/// The rows of the list that keys go to.
pub fn sheet(model: &Model) -> Option<Sheet> {
    match &model.sync.stage {
        Stage::Choose => Some(model.sync.choose.sheet()),
        Stage::Review(reviewing) => Some(reviewing.sheet()),
        _ => None,
    }
}

/// Where the selection is.
pub fn position(model: &Model) -> Option<Position> {
    match &model.sync.stage {
        Stage::Choose => Some(model.sync.choose.table.position()),
        Stage::Review(reviewing) => Some(reviewing.table().position()),
        _ => None,
    }
}

/// Takes in a click.
pub fn clicked(model: &mut Model, mouse: Mouse, area: Rect) {
    let body = screen::split(area).1;
    match &mut model.sync.stage {
        Stage::Choose => choose::clicked(&mut model.sync.choose, mouse, body),
        Stage::Review(reviewing) => reviewing.clicked(mouse, body, &model.look.glyphs),
        _ => {}
    }
}

/// Takes in that rows are to be read from `file`, which holds `contents`.
pub fn read_from(model: &mut Model, file: String, contents: Arc<Contents>) {
    let says = choose::holds(&contents);
    model.say(Tone::Done, format!("{}: {says}", Origin::File(file.clone())));
    model.sync.choose.read_from(file, contents);
}

/// Whether `review` has anything left that really differs.
fn remaining(review: &Review) -> usize {
    use crate::core::sync::diff::Change;
    let differs = |table: &crate::core::sync::diff::TableReview| {
        table.rows.iter().filter(|row| row.change != Change::Representation).count()
    };
    review.tables.iter().map(differs).sum()
}
