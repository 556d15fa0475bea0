//! Which two sides are compared.

use crate::{
    app::drift::Base,
    core::env::Kind,
    tui::{
        action::Reason,
        model::{EnvState, EnvStatus, Model},
    },
};

/// What is compared with, and the environment that is.
pub type Pair = (Base, String);

/// What is compared before anybody chooses: the first production beside the first other environment, else the first
/// two. Of one environment alone there is only that one.
pub fn first(environments: &[EnvStatus]) -> (Option<Base>, Option<String>) {
    let production = environments.iter().find(|environment| environment.kind == Kind::Production);
    let from = production.or(environments.first());
    let to = environments.iter().find(|environment| from.is_some_and(|from| from.name != environment.name));
    let base = from.filter(|_| to.is_some()).map(|from| Base::Environment(from.name.clone()));
    (base, to.or(from).map(|environment| environment.name.clone()))
}

/// Whether both sides can be read just now.
pub fn answer(model: &Model, (from, to): &Pair) -> bool {
    let ready = |name: &str| matches!(model.environment(name).map(|known| &known.state), Some(EnvState::Ready { .. }));
    match from {
        Base::Environment(from) => ready(from) && ready(to),
        Base::Migrations => ready(to),
    }
}

/// The environment that a side is.
pub fn environment(base: &Base) -> Option<&str> {
    match base {
        Base::Environment(name) => Some(name),
        Base::Migrations => None,
    }
}

/// The environments of the pair that is looked at.
pub fn names(model: &Model) -> Vec<&str> {
    model.drift.from.iter().filter_map(environment).chain(model.drift.to.as_deref()).collect()
}

/// What can stand on the first side.
fn bases(model: &Model) -> Vec<Base> {
    let environments = model.environments.iter().map(|environment| Base::Environment(environment.name.clone()));
    let declared = model.declared.as_ref().is_some_and(|project| project.migrations.line.is_some());
    environments.chain(declared.then_some(Base::Migrations)).collect()
}

/// The one behind `from` in `all`, round and round, but for `other`, which stands on the other side.
fn behind<T: PartialEq + Clone>(all: &[T], from: Option<&T>, other: Option<&T>) -> Option<T> {
    let at = from.and_then(|from| all.iter().position(|one| one == from)).map_or(0, |at| at + 1);
    let mut round = all.iter().cycle().skip(at).take(all.len());
    round.find(|one| Some(*one) != other && Some(*one) != from).cloned()
}

/// The next thing to compare with.
pub fn next_from(model: &Model) -> Option<Base> {
    let pane = &model.drift;
    let to = pane.to.clone().map(Base::Environment);
    behind(&bases(model), pane.from.as_ref(), to.as_ref())
}

/// The next environment to compare.
pub fn next_to(model: &Model) -> Option<String> {
    let names: Vec<String> = model.environments.iter().map(|environment| environment.name.clone()).collect();
    let from = model.drift.from.as_ref().and_then(environment).map(str::to_owned);
    behind(&names, model.drift.to.as_ref(), from.as_ref())
}

/// Both sides the other way round.
pub fn swapped(model: &Model) -> Result<Pair, Reason> {
    match (&model.drift.from, &model.drift.to) {
        (Some(Base::Environment(from)), Some(to)) => Ok((Base::Environment(to.clone()), from.clone())),
        (Some(Base::Migrations), _) => Err(Reason::new("migrations can only be the left side")),
        _ => Err(alone(model)),
    }
}

/// Why there is nothing else to choose.
pub fn alone(model: &Model) -> Reason {
    match model.environments.len() {
        0 => Reason::new("there is no environment"),
        1 => Reason::new("there is only one environment"),
        _ => Reason::new("there are only two environments: swap them"),
    }
}
