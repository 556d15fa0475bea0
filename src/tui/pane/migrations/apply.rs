//! Running what is pending in one environment: planned first, then shown with the box that asks for its name.

use std::sync::Arc;

use super::refresh;
use crate::{
    app::migrations::apply::Applied,
    config::theme::Role,
    core::{
        error::{Code, Error},
        gate::Typed,
        migrations::plan::{How, Step},
        sync::plan::short,
    },
    tui::{
        action::{Action, Reason},
        model::{EnvState, Model},
        msg::{Effect, Migrating, Tone, Work},
        overlay::{Asked, Confirm, Overlay, Page},
        pane::{journal, list},
        widget::{cell::Cell, gauge::counted},
    },
};

/// The cells that a line of the box has.
const WIDTH: usize = 60;

/// The environments in which something has not run, as far as is known.
fn pending(model: &Model) -> impl Iterator<Item = &str> {
    model.migrations.facts.standings.iter().filter(|(_, count, _)| *count > 0).map(|(name, _, _)| name.as_str())
}

/// Those of them that may be written.
fn candidates(model: &Model) -> Vec<&str> {
    pending(model).filter(|name| list::writable(model, name).is_ok()).collect()
}

/// The environment that would be written: the chosen one, else the first that has a history, else the first.
pub fn target(model: &Model) -> Option<&str> {
    let candidates = candidates(model);
    let chosen = candidates.iter().find(|name| model.migrations.target.as_deref() == Some(**name));
    let has_history = |name: &&&str| model.migrations.standing(name).is_some_and(|known| known.state.history.is_some());
    chosen.or_else(|| candidates.iter().find(has_history)).or(candidates.first()).copied()
}

/// Whether `action` can be done just now.
pub fn availability(model: &Model, action: Action) -> Result<(), Reason> {
    let pane = &model.migrations;
    let Some(target) = target(model) else {
        let reading = pane.reading_folder || !pane.reading.is_empty();
        return match pending(model).next() {
            Some(name) => list::writable(model, name),
            None if reading => Err(Reason::new("the histories are being read")),
            None => Err(Reason::new("nothing is known to be pending")),
        };
    };
    if action == Action::NextEnvironment {
        let several = candidates(model).len() > 1;
        return if several { Ok(()) } else { Err(Reason::new("no other writable environment has pending migrations")) };
    }
    if pane.applying {
        return Err(Reason::new("files are being run"));
    }
    match model.environment(target).map(|environment| &environment.state) {
        Some(EnvState::Ready { .. }) => Ok(()),
        _ => Err(Reason::new(format!("{target} does not answer"))),
    }
}

/// The next environment that can get something becomes the one that is written.
pub fn next(model: &mut Model) {
    let candidates = candidates(model);
    let at = target(model).and_then(|target| candidates.iter().position(|name| *name == target));
    let next = at.and_then(|at| candidates.get((at + 1) % candidates.len())).map(|name| (*name).to_owned());
    model.migrations.target = next;
}

/// Plans what would run.
pub fn plan(model: &mut Model, dry_run: bool) -> Vec<Effect> {
    let Some(target) = target(model).map(str::to_owned) else { return Vec::new() };
    model.migrations.applying = true;
    vec![model.start(format!("planning what {target} gets"), Work::PlanMigrations(target, dry_run))]
}

/// Takes in the plan, and asks for the environment's name.
pub fn planned(model: &mut Model, planned: Result<Migrating, Error>) {
    model.migrations.applying = false;
    let asked = match planned {
        Ok(asked) => asked,
        Err(error) => return failed(model, "Nothing was run", &error),
    };
    let plan = &asked.plan;
    let Some(kind) = model.environment(&plan.environment).map(|environment| environment.kind) else { return };
    if plan.steps.is_empty() {
        return model.say(Tone::Note, format!("{}: nothing is pending", plan.environment));
    }
    let verb = if asked.dry_run { "Dry run" } else { "Apply" };
    let name = plan.environment.clone();
    let confirm = Confirm::new(verb, name, kind, facts(model, &asked), Asked::Migrate(asked));
    model.overlays.push(Overlay::Confirm(confirm));
}

/// What there is to know before the name is typed.
fn facts(model: &Model, asked: &Migrating) -> Vec<Cell> {
    let plan = &asked.plan;
    let doing = if asked.dry_run { "tried in one transaction, which is rolled back" } else { "run, in this order" };
    let mut facts = vec![Cell::text(format!("{} are {doing}:", counted(plan.steps.len(), "file")))];
    facts.extend(plan.steps.iter().map(|step| fact(model, step)));
    facts.push(Cell::of(Role::Muted, format!("recorded in {}", plan.recorder.table)));
    let new = if plan.creates { ", which will be created" } else { "" };
    facts.push(Cell::of(Role::Muted, format!("for {}{new}; plan {}", plan.recorder.tool, short(&plan.digest))));
    facts.extend(plan.warnings.iter().map(|warning| Cell::of(Role::Warn, warning)));
    facts.into_iter().flat_map(|fact| fact.wrapped(WIDTH)).collect()
}

fn fact(model: &Model, step: &Step) -> Cell {
    let role = if matches!(step.how, How::Run(crate::core::migrations::transaction::Mode::Inside, _)) {
        Role::Muted
    } else {
        Role::Warn
    };
    let statements = counted(step.how.statements(), "statement");
    let dot = model.look.glyphs.dot;
    Cell::text(format!("  {}", step.file.title())).and(role, format!(" {dot} {statements}, {}", step.how.word()))
}

/// Runs what was planned, now that a name was typed.
pub fn confirmed(model: &mut Model, asked: Migrating, typed: Typed) -> Vec<Effect> {
    model.migrations.applying = true;
    let doing = if asked.dry_run { "trying migrations in" } else { "migrating" };
    vec![model.start(format!("{doing} {}", asked.plan.environment), Work::Migrate(asked, typed))]
}

/// Takes in what was run, and reads everything again.
pub fn ran(model: &mut Model, asked: &Migrating, ran: Result<Arc<Applied>, Error>) -> Vec<Effect> {
    model.migrations.applying = false;
    let environment = &asked.plan.environment;
    match ran {
        Ok(applied) => {
            let (done, all) = (applied.done.len(), asked.plan.steps.len());
            model.say(Tone::Done, match &applied.run {
                Some(run) => format!("{} applied to {environment}, run {run}", counted(done, "file")),
                None if done == all => format!("{environment}: all {done} could be run; nothing was kept"),
                None => format!(
                    "{environment}: {done} of {all} could be run, nothing was kept; the rest cannot be tried in a transaction"
                ),
            });
        }
        Err(error) => failed(model, if asked.dry_run { "It would fail" } else { "It failed" }, &error),
    }
    if asked.dry_run {
        return Vec::new();
    }
    let mut effects = refresh(model);
    effects.extend(journal::refresh(model));
    effects
}

/// Says in full why; a line below would not have room for it.
fn failed(model: &mut Model, title: &str, error: &Error) {
    if error.code == Code::Interrupted {
        model.say(Tone::Note, error.to_string());
        return;
    }
    let mut lines = vec![Cell::of(Role::Danger, &error.message)];
    let places = [("where", &error.place), ("environment", &error.environment), ("object", &error.object)];
    lines.extend(places.into_iter().filter_map(|(name, place)| {
        Some(Cell::of(Role::Muted, format!("{name:<12} ")).and(Role::Text, place.as_deref()?))
    }));
    lines.extend(error.hint.as_ref().map(|hint| Cell::of(Role::Accent, hint)));
    let spaced = lines.into_iter().flat_map(|line| [Cell::default(), line]);
    model.overlays.push(Overlay::Page(Page::of(title, spaced.skip(1).collect())));
    model.fail(error);
}
