//! What stands above the list, and what there is to read where there is no list.

use std::collections::BTreeMap;

use crate::{
    app::migrations::standing::Told,
    config::{project, theme::Role},
    tui::{
        action::Action,
        model::{EnvState, Model},
        pane::list,
        widget::{
            cell::{Cell, tail, width},
            gauge::counted,
        },
    },
};

use super::{MigrationsPane, apply, key_of, rows};

/// What is counted once for every reading.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// How much is wrong.
    pub problems: usize,
    /// How many statements are risky in what has not run somewhere.
    pub risks: usize,
    /// How many files have not run and of how many nothing can be told, by environment.
    pub standings: Vec<(String, usize, usize)>,
    /// Names that would fit, by today's path.
    pub renames: BTreeMap<String, String>,
    /// The places of the forward files among all files.
    pub forward: Vec<usize>,
    /// The width of the longest version.
    pub version: usize,
}

/// Counts it.
pub fn facts(model: &Model) -> Facts {
    let Some(overview) = &model.migrations.overview else { return Facts::default() };
    let all = overview.folder.files.iter().enumerate();
    let forward: Vec<usize> = all.filter(|(_, file)| file.kind.is_forward()).map(|(at, _)| at).collect();
    let versions = overview.folder.forward().filter_map(|file| file.version.as_deref());
    let version = versions.map(width).max().unwrap_or(0);
    let files = forward.len();
    let standings = overview.environments.iter().map(|standing| {
        let count = |wanted: fn(Told) -> bool| (0..files).filter(|at| wanted(standing.told(*at))).count();
        (standing.environment.clone(), count(Told::is_pending), count(Told::is_unknown))
    });
    Facts {
        problems: rows::problems(overview).len(),
        risks: overview.pending_risks().len(),
        standings: standings.collect(),
        renames: overview.renames().into_iter().map(|rename| (rename.from, rename.to)).collect(),
        forward,
        version,
    }
}

/// The folder as the team's file names it.
pub fn dir(model: &Model) -> String {
    let declared = model.declared.as_ref().map(|project| project.migrations.dir.clone());
    declared.unwrap_or_else(|| project::migrations::DIR.to_owned())
}

/// `migrations  19 files  1 problem  1 risk`, of which the folder's name gives way where `room` is not enough.
pub fn title(model: &Model, room: usize) -> Cell {
    let pane = &model.migrations;
    let Facts { problems, risks, .. } = pane.facts;
    let mut line = Cell::of(Role::Text, format!("  {}", counted(pane.files(), "file")));
    let role = if problems > 0 { Role::Danger } else { Role::Ok };
    let says = if problems > 0 { counted(problems, "problem") } else { "no problem".to_owned() };
    line = line.and(role, format!("  {says}"));
    if risks > 0 {
        line = line.and(Role::Warn, format!("  {}", counted(risks, "risk")));
    }
    let folder = tail(&dir(model), room.saturating_sub(line.width()), model.look.glyphs.ellipsis);
    Cell::text(folder).bold().then(line)
}

/// The word for what is being read again, or cannot be.
pub fn stale(model: &Model) -> Cell {
    let pane = &model.migrations;
    let known = |name: &str| pane.standing(name).is_some();
    let again = pane.reading.iter().filter(|name| known(name)).cloned().collect();
    let gone = model.environments.iter().filter(|environment| {
        known(&environment.name)
            && (matches!(environment.state, EnvState::Failed(_)) || pane.failed.contains_key(&environment.name))
    });
    let gone: Vec<&str> = gone.map(|environment| environment.name.as_str()).collect();
    list::stale(&again, &gone)
}

/// The line below the title: what is older than it should be; else what is shown, whose files these are, and what has
/// not run where.
pub fn below(model: &Model) -> Cell {
    let (pane, stale) = (&model.migrations, stale(model));
    if let Some(overview) = pane.overview.as_ref().filter(|_| !stale.is_empty()) {
        return Cell::of(Role::Muted, format!("{} style", overview.folder.style.word())).then(stale);
    }
    let mut parts: Vec<Cell> = Vec::new();
    parts.extend(pane.only.map(|only| Cell::of(Role::Accent, format!("only {}", only.words()))));
    if let Some(overview) = &pane.overview {
        parts.push(Cell::of(Role::Muted, format!("{} style", overview.folder.style.word())));
        let aside = overview.folder.aside.len();
        if aside > 0 {
            parts.push(Cell::of(Role::Muted, format!("{} passed over", counted(aside, "file"))));
        }
    }
    if let Some(target) = apply::target(model) {
        let key = key_of(model, Action::ApplyPending);
        parts.push(key.and(Role::Muted, " applies to ").and(Role::Text, target));
    }
    parts.push(pending(model));
    let dot = format!(" {} ", model.look.glyphs.dot);
    let parts = parts.into_iter().filter(|part| !part.is_empty());
    parts.reduce(|line, part| line.and(Role::Muted, &dot).then(part)).unwrap_or_default()
}

/// `pending: production 2, staging 1`, or that there is nothing, where that is known of every file everywhere.
fn pending(model: &Model) -> Cell {
    let standings = &model.migrations.facts.standings;
    let some: Vec<String> =
        standings.iter().filter(|(_, count, _)| *count > 0).map(|(name, count, _)| format!("{name} {count}")).collect();
    let asked = !standings.is_empty();
    let all = standings.len() == model.environments.len() && standings.iter().all(|(_, _, unknown)| *unknown == 0);
    match (some.is_empty(), all) {
        (false, _) => Cell::of(Role::Warn, "pending: ").and(Role::Text, some.join(", ")),
        (true, true) if asked => Cell::of(Role::Muted, "nothing is pending"),
        (true, _) if asked => Cell::of(Role::Muted, "nothing is known to be pending"),
        (true, _) => Cell::default(),
    }
}

/// What there is not, where the filters let nothing through.
pub fn nothing(model: &Model) -> String {
    let pane = &model.migrations;
    let what = match (pane.list.table.filter.active(), pane.only) {
        (false, Some(super::Only::Problems)) => "nothing is wrong",
        (false, Some(super::Only::Pending)) => "nothing is pending",
        _ => "no matches",
    };
    what.to_owned()
}

/// What to read while there is no list, and why.
pub fn waiting(model: &Model, room: usize) -> Vec<Cell> {
    let pane = &model.migrations;
    let mut lines = vec![Cell::text("Migrations").bold(), Cell::default()];
    if pane.reading_folder && pane.wrong.is_none() {
        let doing = format!("reading {}{}", dir(model), model.look.glyphs.ellipsis);
        lines.push(Cell::of(Role::Muted, doing));
        return lines;
    }
    lines.extend(reason(model, pane).into_iter().flat_map(|line| line.wrapped(room)));
    lines.push(Cell::default());
    lines.extend(advice(room));
    lines.push(Cell::default());
    lines.push(key_of(model, Action::Refresh).and(Role::Muted, " reads the folder again"));
    lines
}

fn reason(model: &Model, pane: &MigrationsPane) -> Vec<Cell> {
    let declared = model.declared.as_ref().is_some_and(|project| project.migrations.line.is_some());
    let dir = dir(model);
    match &pane.wrong {
        Some(error) if declared => {
            vec![Cell::of(Role::Danger, format!("{dir}: {}", error.message))]
        }
        Some(_) => vec![Cell::text(format!(
            "pgdeck.toml names no folder of migrations, and the usual one, {dir}, is not there."
        ))],
        None => vec![Cell::text(format!("There is no migration in {dir} yet."))],
    }
}

fn advice(room: usize) -> Vec<Cell> {
    let says = "Where they are is said in pgdeck.toml; the tool is found out by the names of the files:";
    let mut lines = Cell::of(Role::Muted, says).wrapped(room);
    lines.push(Cell::default());
    for (code, comment) in [
        ("[migrations]", ""),
        ("dir = \"db/migrations\"", "   # from the folder of pgdeck.toml"),
        ("style = \"auto\"", "          # or supabase, flyway, sqlx, prisma, drizzle …"),
    ] {
        lines.push(Cell::text(format!("  {code}")).and(Role::SqlComment, comment));
    }
    lines
}
