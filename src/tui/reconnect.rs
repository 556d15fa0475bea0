//! Environments without a connection: when each is tried again, and what is said of it.
//!
//! Pure, as all that changes the model: the time comes with `Msg::Now`, and [`next_change`] tells the loop when to
//! send it.

use std::{collections::BTreeMap, time::Duration};

use crate::core::error::{Code, Error};

use super::{
    model::{EnvState, Model},
    msg::{Effect, Tone, Work},
};

/// The longest wait between two attempts.
const LONGEST: Duration = Duration::from_secs(30);

/// What is known of the environments that have no connection, by name.
#[derive(Debug, Clone, Default)]
pub struct Reconnect(BTreeMap<String, Lost>);

/// An environment without a connection.
#[derive(Debug, Clone, Default)]
struct Lost {
    /// Attempts that failed since it was there last.
    attempts: u32,
    /// When it is tried again; nothing while it is being tried, and where that would not help.
    again: Option<Duration>,
    /// The failure that stands on the message line.
    said: Option<String>,
}

/// How long after `attempts` failures the next attempt follows: 1 s, 2 s, 4 s … 30 s.
fn pause(attempts: u32) -> Duration {
    Duration::from_secs(1 << attempts.saturating_sub(1).min(5)).min(LONGEST)
}

/// Takes in what is known of the environment `name` now; says whether it answers.
pub fn told(model: &mut Model, name: &str, state: EnvState) -> bool {
    let answers = match &state {
        EnvState::Ready { .. } => {
            found(model, name);
            true
        }
        EnvState::Failed(error) => {
            failed(model, name, error);
            false
        }
        EnvState::Connecting => false,
    };
    set(model, name, state);
    answers
}

/// An environment that was there answers no more; `error` is what its connection ended with. Told by the connection
/// itself, and by every job that it cut off: the first to tell counts.
pub fn lost(model: &mut Model, name: &str, error: &Error) {
    if !matches!(model.environment(name).map(|known| &known.state), Some(EnvState::Ready { .. })) {
        return;
    }
    schedule(model, name, error);
    set(model, name, EnvState::Failed(error.clone()));
}

fn found(model: &mut Model, name: &str) {
    let Some(lost) = model.reconnect.0.remove(name) else { return };
    // What is mended needs no red line.
    if let Some(text) = &lost.said {
        model.messages.retract(text);
    }
    model.say(Tone::Done, format!("{name} answers again"));
}

fn failed(model: &mut Model, name: &str, error: &Error) {
    if error.code == Code::Interrupted {
        // Given up by the operator, who knows.
        model.reconnect.0.entry(name.to_owned()).or_default().again = None;
        model.say(Tone::Note, format!("{name} is not connected"));
        return;
    }
    let text = error.to_string();
    let known = model.reconnect.0.get(name).and_then(|lost| lost.said.clone());
    // The same failure every few seconds is one failure; whoever dismissed it has read it.
    if known.as_ref() != Some(&text) {
        if let Some(old) = &known {
            model.messages.retract(old);
        }
        model.say(Tone::Failed, text.clone());
    }
    schedule(model, name, error);
    model.reconnect.0.entry(name.to_owned()).or_default().said = Some(text);
}

fn schedule(model: &mut Model, name: &str, error: &Error) {
    let now = model.now;
    let lost = model.reconnect.0.entry(name.to_owned()).or_default();
    lost.attempts += 1;
    // A wrong password stays wrong, and servers lock out those who keep trying.
    lost.again = (!error.lasting && error.code == Code::Connect).then(|| now + pause(lost.attempts));
}

fn set(model: &mut Model, name: &str, state: EnvState) {
    if let Some(environment) = model.environments.iter_mut().find(|environment| environment.name == name) {
        environment.state = state;
    }
}

/// Connects to the environment `name`.
#[must_use]
pub fn connect(model: &mut Model, name: &str) -> Effect {
    set(model, name, EnvState::Connecting);
    if let Some(lost) = model.reconnect.0.get_mut(name) {
        lost.again = None;
    }
    model.start(format!("connecting {name}"), Work::Connect(name.to_owned()))
}

/// Tries those again whose time has come.
pub fn due(model: &mut Model) -> Vec<Effect> {
    let due = |(name, lost): (&String, &Lost)| lost.again.filter(|at| *at <= model.now).map(|_| name.clone());
    let names: Vec<_> = model.reconnect.0.iter().filter_map(due).collect();
    names.iter().map(|name| connect(model, name)).collect()
}

/// Tries all at once that have no connection.
pub fn at_once(model: &mut Model) -> Vec<Effect> {
    let failed = model.environments.iter().filter(|environment| matches!(environment.state, EnvState::Failed(_)));
    let names: Vec<_> = failed.map(|environment| environment.name.clone()).collect();
    names.iter().map(|name| connect(model, name)).collect()
}

/// In how many seconds the environment `name` is tried again, counted up: never "in 0 s".
pub fn countdown(model: &Model, name: &str) -> Option<u64> {
    let again = model.reconnect.0.get(name)?.again?;
    Some(again.saturating_sub(model.now).as_millis().div_ceil(1000) as u64)
}

/// When a countdown shows another number or is over. Whoever does not look needs no countdown.
pub fn next_change(model: &Model) -> Option<Duration> {
    let change = |again: Duration| {
        let seconds = again.saturating_sub(model.now).as_millis().div_ceil(1000) as u64;
        let shown = if model.focused { seconds.saturating_sub(1) } else { 0 };
        again.saturating_sub(Duration::from_secs(shown))
    };
    model.reconnect.0.values().filter_map(|lost| lost.again).map(change).min()
}

#[cfg(test)]
mod tests;
