//! The words above the list, and what there is to read where there is no list.

use super::{AuditPane, Only, Rank, compare::Shown, key_of, rows::skipped};
use crate::{
    app::audit::Audited,
    config::theme::Role,
    core::{audit::Audit, error::Error, schema::Relation as Kind},
    tui::{
        action::Action,
        model::{EnvState, Model},
        pane::list,
        widget::{cell::Cell, gauge::thousands, section::labelled},
    },
};

/// How many rows there are of each rank, zeros left out but for errors and warnings.
pub fn tally(audit: &Audit, gap: &str) -> Cell {
    let summary = audit.summary();
    let counts = [
        (Rank::Error, summary.error, true),
        (Rank::Warning, summary.warning, true),
        (Rank::Info, summary.info, false),
        (Rank::Unseen, audit.unseen.len(), false),
        (Rank::Accepted, summary.accepted, false),
    ];
    counts.into_iter().filter(|(_, count, always)| *always || *count > 0).fold(Cell::default(), |cell, it| {
        let (rank, count, _) = it;
        let role = if count == 0 { Role::Muted } else { rank.role() };
        let gap = if cell.is_empty() { "" } else { gap };
        cell.and(Role::Text, gap).and(role, rank.counted(count))
    })
}

/// `production  4 errors  11 warnings  …`, and what is older than it should be.
pub fn title(model: &Model, audited: &Audited, room: u16) -> Cell {
    let title = |gap| {
        let name = Cell::text(&audited.environment).bold();
        name.and(Role::Text, "  ").then(tally(&audited.audit, gap)).then(stale(model))
    };
    // Closer together where that is what it takes.
    let roomy = title("  ");
    if roomy.width() > usize::from(room) { title(" ") } else { roomy }
}

/// The word for an audit that is being read again, or cannot be.
pub fn stale(model: &Model) -> Cell {
    let pane = &model.audit;
    let again = pane.reading.iter().filter(|name| pane.read.contains_key(*name)).cloned().collect();
    let failed = |name: &&String| {
        pane.read.contains_key(*name)
            && matches!(model.environment(name).map(|known| &known.state), Some(EnvState::Failed(_)))
    };
    let gone: Vec<&str> = pane.chosen.iter().chain(&pane.against).filter(failed).map(String::as_str).collect();
    list::stale(&again, &gone)
}

/// The line below the title: what is shown of it, how much was looked at, what was left out.
pub fn below(model: &Model, audited: &Audited, short: bool) -> Cell {
    let pane = &model.audit;
    let mut parts = vec![Cell::of(Role::Muted, format!("by {}", pane.group.word()))];
    parts.extend(pane.only.map(|only| Cell::of(Role::Accent, format!("only {}", only.words()))));
    parts.extend(compared(pane));
    if !short {
        parts.push(Cell::of(Role::Muted, looked(audited)));
        if !audited.audit.skipped.is_empty() {
            parts.push(Cell::of(Role::Muted, skipped(audited)));
        }
    }
    let dot = format!(" {} ", model.look.glyphs.dot);
    parts.into_iter().fold(
        Cell::default(),
        |line, part| {
            if line.is_empty() { part } else { line.and(Role::Muted, &dot).then(part) }
        },
    )
}

fn compared(pane: &AuditPane) -> Option<Cell> {
    let (here, there) = (pane.chosen.as_ref()?, pane.against.as_ref()?);
    if let Some(error) = pane.failed.get(there) {
        return Some(Cell::of(Role::Danger, format!("{there} cannot be compared: {error}")));
    }
    if !pane.read.contains_key(there) {
        return Some(Cell::of(Role::Muted, format!("reading {there} to compare with")));
    }
    Some(match pane.shown {
        Shown::All => Cell::of(Role::Accent, format!("with {there} beside it")),
        Shown::Here => Cell::of(Role::Accent, format!("what only {here} has, not {there}")),
        Shown::There => Cell::of(Role::Accent, format!("what only {there} has, not {here}")),
        Shown::Both => Cell::of(Role::Accent, format!("what {here} and {there} both have")),
    })
}

/// How many checks looked, those left out that the server is too old for.
fn checks(audited: &Audited) -> usize {
    audited.audit.asked.len().saturating_sub(audited.audit.skipped.len())
}

/// `31 checks on 57 tables`
pub fn looked(audited: &Audited) -> String {
    let is_table = |kind| matches!(kind, Kind::Table | Kind::Partitioned);
    let tables = audited.facts.relations.iter().filter(|relation| is_table(relation.kind)).count();
    let plural =
        |count: usize, word: &str| format!("{} {word}{}", thousands(count as u64), if count == 1 { "" } else { "s" });
    format!("{} on {}", plural(checks(audited), "check"), plural(tables, "table"))
}

/// What there is to say where nothing was found.
pub fn clean(audited: &Audited, room: usize) -> Vec<Cell> {
    let facts = &audited.facts;
    let line = |count: usize, word: &str| labelled(word, 12, Cell::text(thousands(count as u64)));
    let mut lines = vec![
        Cell::default(),
        Cell::of(Role::Ok, format!("Nothing was found: {}.", looked(audited))),
        Cell::default(),
        line(checks(audited), "checks"),
        line(facts.relations.len(), "relations"),
        line(facts.foreign_keys.len(), "foreign keys"),
        line(facts.policies.len(), "policies"),
        line(facts.functions.len(), "functions"),
        line(facts.indexes.len(), "indexes"),
        Cell::default(),
    ];
    let more = "What the team intends stands in pgdeck.toml, under [expect]: what is declared there can be checked.";
    lines.extend(Cell::of(Role::Muted, more).wrapped(room));
    lines
}

/// What there is not, where the filters let nothing through.
pub fn nothing(model: &Model) -> String {
    match (model.audit.list.table.filter.active(), model.audit.only) {
        (true, _) => "no matches".to_owned(),
        (false, Some(Only::Accepted)) => "nothing is accepted".to_owned(),
        (false, Some(only)) => format!("there are no {}", only.words()),
        (false, None) => "there is nothing like that".to_owned(),
    }
}

/// What to read while there is nothing to see, and why.
pub fn waiting(model: &Model, room: usize) -> Vec<Cell> {
    let mut lines = vec![Cell::text("Audit").bold(), Cell::default()];
    let Some(name) = &model.audit.chosen else {
        lines.push(Cell::text("No environment is chosen."));
        lines.push(Cell::of(Role::Muted, "An audit needs one that is declared in pgdeck.toml."));
        return lines;
    };
    let ellipsis = model.look.glyphs.ellipsis;
    let state = model.environment(name).map(|known| &known.state);
    let error: Option<&Error> = match (state, model.audit.failed.get(name)) {
        (Some(EnvState::Failed(error)), _) => Some(error),
        (_, error) => error.filter(|_| !model.audit.reading.contains(name)),
    };
    let Some(error) = error else {
        let doing = match state {
            Some(EnvState::Connecting) => format!("connecting to {name}{ellipsis}"),
            _ => format!("reading the catalogue of {name}{ellipsis}"),
        };
        lines.push(Cell::of(Role::Muted, doing));
        return lines;
    };
    lines.push(Cell::text(format!("{name} could not be looked at. That does not mean that it is in order.")));
    lines.push(Cell::default());
    lines.extend(Cell::of(Role::Danger, error.to_string()).wrapped(room));
    lines.push(Cell::default());
    let hint = |action, says: &str| key_of(model, action).and(Role::Muted, format!(" {says}"));
    lines.push(hint(Action::Refresh, "tries again"));
    if model.environments.len() > 1 {
        lines.push(hint(Action::NextEnvironment, "looks at the next environment"));
    }
    lines
}
