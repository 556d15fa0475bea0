//! The sync wizard: export → review → apply → verify. A step cannot be skipped, because each holds what
//! only the step before could make.

mod choose;
mod component;
mod done;
mod layout;
mod review;
mod screen;
mod write;

use std::sync::Arc;

use self::{choose::Choose, done::Done, review::Reviewing};
use super::{Entry, Pane};
use crate::{
    app::sync::{Applied, Contents},
    config::project::Project,
    core::{
        error::{Code, Error},
        gate::Typed,
        sync::{diff::Review, plan::Plan},
    },
    tui::{
        action::{Context, Reason},
        model::Model,
        msg::{Comparison, Effect, Origin, Sync, Tone, Work},
        overlay::{Asked, Confirm, Overlay},
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

/// Whether another set can be marked just now.
pub fn can_mark(model: &Model) -> Result<(), Reason> {
    match model.sync.stage {
        Stage::Choose => Ok(()),
        _ => Err(Reason::new(format!("finish or leave the {} step first", STEPS[model.sync.step().min(3)]))),
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

fn start(model: &mut Model) -> Vec<Effect> {
    let Some((from, to)) = model.sync.choose.pair(model) else { return Vec::new() };
    let title = "comparing";
    let asked = Comparison { sets: model.sync.choose.sets(), from, to, deletes: model.sync.choose.deletes };
    let asked = Arc::new(asked);
    model.sync.stage = Stage::Comparing(Arc::clone(&asked));
    vec![model.start(title, Work::Compare(asked))]
}

/// Back to selecting sets. What was chosen of a review is kept for the next.
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
fn told(model: &mut Model, sync: Sync) -> Vec<Effect> {
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
