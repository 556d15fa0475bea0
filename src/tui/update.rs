//! The only place where the model changes. No clock, no terminal, no waiting: what is to be done outside
//! is returned as effects.

use std::{ops::ControlFlow, time::Duration};

use crate::{
    config::key::{Code, Key},
    core::sheet::Sheet,
};

use super::{
    action::{Action, Reason},
    keys::Meaning,
    layout,
    model::{EnvState, Model},
    msg::{Effect, Mouse, MouseKind, Msg, Progress, Tone},
    overlay::{self, Overlay},
    pane::{self, Pane},
    reconnect, trust,
};

/// Takes in that `msg` happened.
pub fn update(model: &mut Model, msg: Msg) -> Vec<Effect> {
    let mut effects = match pane::handle(model, msg) {
        ControlFlow::Break(effects) => effects,
        ControlFlow::Continue(msg) => handle(model, msg),
    };
    effects.extend(pane::settle(model));
    effects
}

/// Handles what no pane takes.
fn handle(model: &mut Model, msg: Msg) -> Vec<Effect> {
    match msg {
        Msg::Now(now) => return tick(model, now),
        Msg::Key(key) => return pressed(model, key),
        Msg::Paste(text) => pasted(model, &text),
        Msg::Mouse(mouse) => return moused(model, mouse),
        Msg::Resize(width, height) => model.size = (width, height),
        Msg::Focus(focused) => model.focused = focused,
        Msg::Opened => return open(model),
        Msg::Stopped(by) => {
            model.stopped = Some(by);
            return quit(model);
        }
        Msg::Suspend => return vec![Effect::Suspend],
        Msg::Resumed => return vec![Effect::Redraw],
        Msg::Environment(name, state) => return environment(model, &name, state),
        Msg::Lost(name, error) => {
            reconnect::lost(model, &name, &error);
            environment_changed(model);
        }
        Msg::Progress(job, Progress::Done(done, total)) => model.jobs.progress(job, done, total),
        Msg::Progress(job, Progress::Ended) => {
            model.jobs.end(job);
            overlay::ended(model, job);
            for component in pane::components() {
                component.ended(model, job);
            }
        }
        Msg::Filed(job, result) => overlay::filed(model, job, result),
        Msg::Trust(items) => trust::ask(model, items),
        Msg::Agree(items, typed) => return trust::confirmed(model, items, &typed),
        Msg::Agreed(result) => return trust::agreed(model, &result),
        Msg::Said(tone, text) => model.say(tone, text),
        Msg::Failed(error) => model.fail(&error),
        // Every other message is a pane's.
        _ => {}
    }
    Vec::new()
}

/// Connecting begins after the first paint, everywhere at once.
fn open(model: &mut Model) -> Vec<Effect> {
    if matches!(model.overlays.first(), Some(Overlay::Welcome)) {
        return Vec::new();
    }
    let names: Vec<_> = model.environments.iter().map(|environment| environment.name.clone()).collect();
    let mut effects: Vec<_> = names.iter().map(|name| reconnect::connect(model, name)).collect();
    effects.extend(trust::look(model));
    for component in pane::components() {
        effects.extend(component.opened(model));
    }
    effects
}

fn tick(model: &mut Model, now: Duration) -> Vec<Effect> {
    model.now = now;
    model.messages.expire(now);
    reconnect::due(model)
}

/// An environment that answers is read at once, so that there is something to see.
fn environment(model: &mut Model, name: &str, state: EnvState) -> Vec<Effect> {
    let answers = reconnect::told(model, name, state);
    environment_changed(model);
    if !answers {
        return Vec::new();
    }
    pane::components().flat_map(|component| component.answered(model, name)).collect()
}

fn environment_changed(model: &mut Model) {
    for component in pane::components() {
        component.environment_changed(model);
    }
}

fn pressed(model: &mut Model, key: Key) -> Vec<Effect> {
    if !model.pending.is_empty() && key == Key::plain(Code::Esc) {
        model.pending.clear();
        return Vec::new();
    }
    model.pending.push(key);
    let meaning = model.keys.meaning(&model.contexts(), &model.pending);
    match meaning {
        Meaning::Beginning => return Vec::new(),
        Meaning::Action(action) => {
            model.pending.clear();
            return perform(model, action);
        }
        Meaning::Nothing => {}
    }
    if std::mem::take(&mut model.pending).len() == 1 {
        typed(model, key);
    }
    Vec::new()
}

fn typed(model: &mut Model, key: Key) {
    match model.overlays.last_mut() {
        Some(overlay) => overlay::typed(overlay, key),
        None => pane::typed(model, key),
    }
}

fn pasted(model: &mut Model, text: &str) {
    match model.overlays.last_mut() {
        Some(overlay) => overlay::pasted(overlay, text),
        None => pane::pasted(model, text),
    }
}

/// Whether `action` can be used just now in what lies under all overlays, and if not, why not.
pub fn availability(model: &Model, action: Action) -> Result<(), Reason> {
    match action {
        Action::Messages if model.messages.log().is_empty() => Err(Reason::new("no messages yet")),
        Action::Accept | Action::Cancel if !pane::typing(model) => Err(Reason::new("nothing is being typed or asked")),
        Action::Back if escape(model) == Escape::Nothing => Err(Reason::new("there is nothing to leave")),
        Action::Quit
        | Action::Suspend
        | Action::Redraw
        | Action::Help
        | Action::Palette
        | Action::Messages
        | Action::Back
        | Action::NextPane
        | Action::PreviousPane
        | Action::Go(_) => Ok(()),
        _ => pane::availability(model, action),
    }
}

/// Does `action`, or says why not.
pub fn perform(model: &mut Model, action: Action) -> Vec<Effect> {
    match action {
        Action::Quit => return quit(model),
        Action::Suspend => return vec![Effect::Suspend],
        Action::Redraw => return vec![Effect::Redraw],
        _ if !model.overlays.is_empty() => return overlay::act(model, action),
        _ => {}
    }
    let mut effects = if action == Action::Refresh { reconnect::at_once(model) } else { Vec::new() };
    if let Err(Reason(why)) = availability(model, action) {
        if !effects.is_empty() {
            return effects;
        }
        // Esc with nothing to leave is no mistake worth a word.
        if action != Action::Back {
            model.say(Tone::Note, format!("{}: {why}", action.entry().title));
        }
        return Vec::new();
    }
    match action {
        Action::Help => model.overlays.push(Overlay::help()),
        Action::Palette => model.overlays.push(Overlay::palette()),
        Action::Messages => model.overlays.push(Overlay::Page(overlay::page::messages(&model.messages))),
        Action::Back => return back(model),
        Action::NextPane => model.pane = model.pane.step(1),
        Action::PreviousPane => model.pane = model.pane.step(Pane::ALL.len() - 1),
        Action::Go(pane) => model.pane = pane,
        Action::Export => export(model),
        _ => effects.extend(pane::act(model, action)),
    }
    effects
}

/// Asks for the name of the file that the list in front is written to.
fn export(model: &mut Model) {
    if let Some(sheet) = pane::sheet(model) {
        let sheet = Sheet { csv_safe: model.csv_safe, ..sheet };
        model.overlays.push(Overlay::Prompt(overlay::Prompt::new(sheet)));
    }
}

/// What Esc would leave, the nearest first. The screen promises only what this says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Escape {
    /// Something inside the pane, such as a filter.
    Pane,
    /// The newest job.
    Job,
    /// The message that stands.
    Message,
    /// There is nothing to leave.
    Nothing,
}

/// What Esc would leave while nothing lies over the pane.
pub fn escape(model: &Model) -> Escape {
    match () {
        () if pane::can_go_back(model) => Escape::Pane,
        () if model.jobs.cancellable() => Escape::Job,
        () if model.messages.shown().is_some() => Escape::Message,
        () => Escape::Nothing,
    }
}

fn back(model: &mut Model) -> Vec<Effect> {
    match escape(model) {
        Escape::Pane => return pane::act(model, Action::Back),
        Escape::Job => return model.jobs.cancel_newest().map(Effect::Cancel).into_iter().collect(),
        Escape::Message => model.messages.dismiss(),
        Escape::Nothing => {}
    }
    Vec::new()
}

/// Whatever is running is cancelled on its server before the console goes.
fn quit(model: &mut Model) -> Vec<Effect> {
    let mut effects = Vec::new();
    while let Some(job) = model.jobs.cancel_newest() {
        effects.push(Effect::Cancel(job));
    }
    effects.push(Effect::Quit);
    effects
}

/// A notch of the wheel is three steps, and no complaint where there is nothing to move.
fn wheeled(model: &mut Model, step: Action) -> Vec<Effect> {
    if model.overlays.is_empty() && availability(model, step).is_err() {
        return Vec::new();
    }
    (0..3).flat_map(|_| perform(model, step)).collect()
}

fn moused(model: &mut Model, mouse: Mouse) -> Vec<Effect> {
    let Some(areas) = layout::areas(model.size) else { return Vec::new() };
    let steps = match mouse.kind {
        MouseKind::WheelDown => Some(Action::Down),
        MouseKind::WheelUp => Some(Action::Up),
        MouseKind::Click => None,
    };
    if let Some(step) = steps {
        return wheeled(model, step);
    }
    if !model.overlays.is_empty() {
        return Vec::new();
    }
    if mouse.y == areas.tabs.y {
        if let Some(pane) = super::chrome::tabs::at(model, areas.tabs, mouse.x) {
            model.pane = pane;
        }
        return Vec::new();
    }
    if areas.body.contains((mouse.x, mouse.y).into()) {
        pane::clicked(model, mouse, areas.body);
    }
    Vec::new()
}

#[cfg(test)]
mod tests;
