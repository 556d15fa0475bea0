//! What the palette finds: every action and check, and the environments, sync sets, migrations and tables of the
//! project.

use std::fmt::Write as _;

use crate::{
    config::theme::Role,
    core::{audit, counts::Count, migrations::file::File, text::thousands},
    tui::{
        action::{Action, Context, Reason},
        chrome::status::badge,
        keys::label,
        model::{EnvState, EnvStatus, Model},
        msg::{Effect, Tone},
        overlay::{Overlay, Page},
        pane::{self, Pane, counts::CountRow},
        update::{availability, perform},
        widget::cell::Cell,
    },
};

/// One thing that can be found. The numbers are places in the model's lists.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Item {
    /// Do it, in the pane where it belongs.
    Action(Action),
    /// Read about it.
    Environment(usize),
    /// Sync it alone.
    Set(usize),
    /// See what it found.
    Check(&'static str),
    /// See where it ran.
    Migration(usize),
    /// See its counts.
    Table(usize),
}

/// Whether and where an action can be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reach {
    /// In the pane in front.
    Here,
    /// In this pane.
    There(Pane),
    /// Nowhere just now.
    Nowhere(Reason),
}

/// Whether and where `action` can be done just now.
pub fn reach(model: &Model, action: Action) -> Reach {
    let Err(reason) = availability(model, action) else { return Reach::Here };
    let able = |pane: &Pane| pane::availability_in(model, *pane, action).is_ok();
    if let Some(pane) = pane::homes(action).find(able) {
        return Reach::There(pane);
    }
    let Some(home) = home(model, action).filter(|home| *home != model.pane) else { return Reach::Nowhere(reason) };
    let why = pane::availability_in(model, home, action).err().unwrap_or(reason);
    Reach::Nowhere(Reason::new(format!("in the {} pane, {}", home.entry().title, why.0)))
}

/// The pane where `action` belongs, rather the one in front.
fn home(model: &Model, action: Action) -> Option<Pane> {
    pane::homes(action).find(|home| *home == model.pane).or_else(|| pane::homes(action).next())
}

/// Everything, what is nearest first: what the pane in front can do, what works everywhere, what other panes
/// can do, moving about; then environments, sets, checks, migrations and tables.
pub fn all(model: &Model) -> Vec<Item> {
    let here: Vec<_> = model.ground().into_iter().filter(|context| *context != Context::Scroll).collect();
    let known = Context::ALL.iter().map(|(context, ..)| *context);
    let others = known.filter(|context| !here.contains(context) && *context != Context::Scroll);
    let contexts: Vec<_> = here.iter().copied().chain(others).chain([Context::Scroll]).collect();
    let mut actions: Vec<Action> = Vec::new();
    for context in contexts {
        let of_it = Action::all().iter().filter(|entry| entry.contexts.contains(&context));
        for action in of_it.map(|entry| entry.action) {
            if !actions.contains(&action) {
                actions.push(action);
            }
        }
    }
    let sets = model.declared.as_ref().map_or(0, |project| project.sets.all().len());
    let actions = actions.into_iter().map(Item::Action);
    let environments = (0..model.environments.len()).map(Item::Environment);
    let tables = (0..model.counts.rows.len()).map(Item::Table);
    let checks = audit::checks().map(|check| Item::Check(check.id));
    let migrations = (0..model.migrations.files()).map(Item::Migration);
    let named = (0..sets).map(Item::Set).chain(checks).chain(migrations).chain(tables);
    actions.chain(environments).chain(named).collect()
}

impl Item {
    /// What it is.
    pub fn kind(self) -> &'static str {
        match self {
            Item::Action(_) => "action",
            Item::Environment(_) => "environment",
            Item::Set(_) => "set",
            Item::Check(_) => "check",
            Item::Migration(_) => "migration",
            Item::Table(_) => "table",
        }
    }

    /// What letters are compared with.
    pub fn text(self, model: &Model) -> String {
        match self {
            Item::Action(action) => format!("{} {}", action.entry().title, action.entry().id),
            // Titles are sentences: a few letters would be found in most of them.
            Item::Check(id) => format!("{id} check {}", audit::check(id).map_or("", |check| check.family.title())),
            _ => format!("{} {}", self.name(model), self.kind()),
        }
    }

    fn name(self, model: &Model) -> String {
        match self {
            Item::Action(action) => action.entry().title.to_owned(),
            Item::Environment(at) => environment(model, at).map(|it| it.name.clone()).unwrap_or_default(),
            Item::Set(at) => set(model, at).map(|set| set.name.clone()).unwrap_or_default(),
            Item::Check(id) => id.to_owned(),
            Item::Migration(at) => model.migrations.file(at).map(File::title).unwrap_or_default(),
            Item::Table(at) => model.counts.rows.get(at).map(CountRow::title).unwrap_or_default(),
        }
    }

    /// Its name, and what there is to say about it.
    pub fn cell(self, model: &Model) -> Cell {
        let (name, muted) = (self.name(model), |text: String| Cell::of(Role::Muted, format!("  {text}")));
        match self {
            Item::Action(action) => described(model, action),
            Item::Environment(at) => {
                let kind = environment(model, at).map(|it| badge(it.kind)).unwrap_or_default();
                Cell::text(name).and(Role::Text, "  ").then(kind)
            }
            Item::Set(at) => match pane::sync::can_mark(model) {
                Ok(()) => Cell::text(name).then(muted(tables(model, at))),
                Err(Reason(why)) => Cell::of(Role::Faint, name).then(muted(format!("not now: {why}"))),
            },
            Item::Check(id) => Cell::text(name).then(muted(title(id).to_owned())),
            Item::Migration(at) => Cell::text(name).then(muted(pane::migrations::stands(model, at))),
            Item::Table(at) => Cell::text(name).then(muted(figures(model, at))),
        }
    }

    /// The key that does the same, and what it is.
    pub fn mark(self, model: &Model) -> Cell {
        let kind = Cell::of(Role::Muted, format!("  {}", self.kind()));
        let Item::Action(action) = self else { return kind };
        let here = model.keys.shown(action, &model.ground());
        let chord = here.or_else(|| model.keys.of(action, *action.entry().contexts.first()?).next());
        let key = chord.map(|chord| format!("  {}", label(chord, &model.look.glyphs))).unwrap_or_default();
        Cell::of(Role::Accent, key).then(kind)
    }

    /// Does it, or goes there, or says why not.
    pub fn choose(self, model: &mut Model) -> Vec<Effect> {
        match self {
            Item::Action(action) => return act(model, action),
            Item::Environment(at) => about(model, at),
            Item::Set(_) => {
                let name = self.name(model);
                model.pane = Pane::Sync;
                if let Err(Reason(why)) = pane::sync::mark(model, &name) {
                    model.say(Tone::Note, format!("{name}: {why}"));
                }
            }
            Item::Check(id) => {
                model.pane = Pane::Audit;
                pane::audit::find(model, id);
            }
            Item::Migration(at) => {
                model.pane = Pane::Migrations;
                pane::migrations::reveal(model, at);
            }
            Item::Table(at) => {
                model.pane = Pane::Counts;
                pane::counts::show(model, at);
            }
        }
        Vec::new()
    }
}

fn described(model: &Model, action: Action) -> Cell {
    let entry = action.entry();
    let says = |role, text: String| Cell::of(role, entry.title).and(Role::Muted, format!("  {text}"));
    match reach(model, action) {
        Reach::Here => says(Role::Text, entry.description.to_owned()),
        Reach::There(pane) => says(Role::Muted, format!("available in the {} pane", pane.entry().title)),
        Reach::Nowhere(Reason(why)) => says(Role::Faint, format!("not now: {why}")),
    }
}

/// Goes to the pane where `action` belongs and does it there; where it cannot be done, that pane says why.
fn act(model: &mut Model, action: Action) -> Vec<Effect> {
    match (reach(model, action), home(model, action)) {
        (Reach::There(pane), _) | (Reach::Nowhere(_), Some(pane)) => model.pane = pane,
        _ => {}
    }
    perform(model, action)
}

fn title(id: &str) -> &'static str {
    audit::check(id).map_or("", |check| check.title)
}

fn environment(model: &Model, at: usize) -> Option<&EnvStatus> {
    model.environments.get(at)
}

fn set(model: &Model, at: usize) -> Option<&crate::core::sync::set::Set> {
    model.declared.as_ref()?.sets.all().get(at)
}

fn tables(model: &Model, at: usize) -> String {
    let tables = set(model, at).into_iter().flat_map(|set| &set.tables);
    tables.map(|table| table.table.as_str()).collect::<Vec<_>>().join(", ")
}

/// `production 312, preprod ~298`
fn figures(model: &Model, at: usize) -> String {
    let counts = model.counts.rows.get(at).into_iter().flat_map(|row| &row.counts);
    let mut text = String::new();
    for (environment, count) in model.environments.iter().zip(counts) {
        let gap = if text.is_empty() { "" } else { ", " };
        let figure = match count {
            Some(Count::Exact { rows }) => thousands(*rows),
            Some(Count::Estimate { rows }) => format!("~{}", thousands(*rows)),
            Some(Count::Unknown { .. }) => "?".into(),
            None => "not there".into(),
        };
        let _ = write!(text, "{gap}{} {figure}", environment.name);
    }
    text
}

/// A page with all that is known of an environment.
fn about(model: &mut Model, at: usize) {
    let Some(environment) = environment(model, at) else { return };
    let access = if environment.writable { "read and write" } else { "read only" };
    let mut lines =
        vec![(Role::Text, format!("kind     {}", environment.kind.word())), (Role::Text, format!("access   {access}"))];
    match &environment.state {
        EnvState::Ready { version, latency } => {
            lines.push((Role::Text, format!("server   PostgreSQL {version}")));
            lines.push((Role::Text, format!("latency  {} ms", latency.as_millis())));
        }
        EnvState::Failed(error) => lines.push((Role::Danger, error.to_string())),
        EnvState::Connecting => lines.push((Role::Muted, "not connected yet".into())),
    }
    let page = Page::new(environment.name.clone(), lines);
    model.overlays.push(Overlay::Page(page));
}

#[cfg(test)]
mod tests;
