//! Everything known of one environment, as a page.

use super::cards::{rights, run_word};
use crate::{
    config::theme::Role,
    core::{env::SUPERUSER, error::Error, journal::Run, size, text::thousands},
    tui::{
        action::Action,
        chrome::status::{badge, round_trip},
        model::{EnvState, EnvStatus, Model},
        widget::{
            cell::Cell,
            chart::{self, Bar},
            section::{head, labelled},
        },
    },
};

const LABEL: usize = 10;

/// How many tables and runs the page names.
const TABLES: usize = 12;
const RUNS: usize = 8;

/// The page of `environment`, for a screen with `room` cells in a line.
pub fn lines(model: &Model, environment: &EnvStatus, room: usize) -> Vec<Cell> {
    let access = if environment.writable {
        Cell::of(Role::Warn, "RW").and(Role::Muted, " written only with a reviewed plan and its name typed")
    } else {
        Cell::of(Role::Ok, "RO").and(Role::Muted, " read-only: its section in pgdeck.toml does not allow writing")
    };
    let mut lines = vec![badge(environment.kind).then(Cell::text(format!(" {}", environment.name)).bold())];
    lines.extend([Cell::default(), labelled("access", LABEL, access)]);
    lines.extend(state(model, environment));
    lines.extend(facts(model, &environment.name));
    lines.extend(largest(model, &environment.name, room));
    lines.extend(runs(model, &environment.name));
    lines
}

fn state(model: &Model, environment: &EnvStatus) -> Vec<Cell> {
    let glyphs = &model.look.glyphs;
    match &environment.state {
        EnvState::Connecting => vec![labelled("state", LABEL, Cell::of(Role::Muted, "connecting"))],
        EnvState::Ready { version, latency } => vec![
            labelled("state", LABEL, Cell::of(Role::Ok, format!("{} reachable", glyphs.done))),
            labelled("server", LABEL, Cell::text(format!("PostgreSQL {version}"))),
            labelled("round trip", LABEL, Cell::text(round_trip(*latency))),
        ],
        EnvState::Failed(error) => failed(model, error),
    }
}

fn failed(model: &Model, error: &Error) -> Vec<Cell> {
    let mut lines =
        vec![labelled("state", LABEL, Cell::of(Role::Danger, format!("{} not reachable", model.look.glyphs.failed)))];
    lines.extend([Cell::default(), head("what happened"), Cell::of(Role::Danger, &error.message)]);
    lines.extend([Cell::default(), head("what to do")]);
    lines.extend(error.hint.as_ref().map(Cell::text));
    let key = model.key(Action::Refresh).unwrap_or_default();
    lines.push(Cell::of(Role::Accent, key).bold().and(Role::Text, " tries again, once this page is closed."));
    lines
}

fn facts(model: &Model, name: &str) -> Vec<Cell> {
    let Some(reached) = model.overview.reached.get(name) else { return Vec::new() };
    let summary = &reached.summary;
    let role = if reached.standby {
        Cell::of(Role::Warn, "standby").and(Role::Muted, ": takes no writes, may lag behind its primary")
    } else {
        Cell::text("primary")
    };
    let size =
        summary.bytes.map_or_else(|| Cell::of(Role::Warn, "? no permission"), |bytes| Cell::text(size::bytes(bytes)));
    let mut lines = vec![
        labelled("role", LABEL, role),
        labelled("database", LABEL, Cell::text(&summary.database)),
        labelled("size", LABEL, size),
        labelled("rights", LABEL, rights(model, name)),
    ];
    if reached.superuser {
        lines.push(labelled("", LABEL, Cell::of(Role::Warn, SUPERUSER)));
    }
    lines.extend(advice(model, name).map(|advice| labelled("", LABEL, Cell::of(Role::Muted, advice))));
    let objects = [
        ("tables", summary.tables),
        ("columns", summary.columns),
        ("functions", summary.functions),
        ("triggers", summary.triggers),
        ("indexes", summary.indexes),
        ("policies", summary.policies),
    ];
    lines.extend([Cell::default(), head("objects")]);
    lines.extend(objects.map(|(label, count)| labelled(label, LABEL, Cell::text(format!("{:>8}", thousands(count))))));
    lines
}

/// What helps where tables cannot be read.
fn advice(model: &Model, name: &str) -> Option<&'static str> {
    let listing = model.counts.listings.get(name)?;
    let tables = || listing.counts.tables.keys().filter_map(|table| listing.catalog.table(table));
    if tables().any(|table| !table.readable) {
        Some("GRANT SELECT, or the role pg_read_all_data, opens them")
    } else if tables().any(|table| table.rls_hides) {
        Some("a role with BYPASSRLS sees all rows")
    } else {
        None
    }
}

fn largest(model: &Model, name: &str, room: usize) -> Vec<Cell> {
    let Some(listing) = model.counts.listings.get(name) else { return Vec::new() };
    let mut sizes: Vec<_> =
        listing.sizes.iter().filter(|(table, _)| listing.counts.tables.contains_key(*table)).collect();
    sizes.sort_by(|a, b| b.1.cmp(a.1).then(a.0.cmp(b.0)));
    let bar = |(table, bytes): &(&crate::core::name::QName, &u64)| Bar {
        label: Cell::text(if table.schema == "public" { table.name.clone() } else { table.to_string() }),
        value: Cell::of(Role::Muted, size::bytes(**bytes)),
        length: **bytes as f64,
        role: Role::Accent,
    };
    let bars: Vec<_> = sizes.iter().take(TABLES).map(bar).collect();
    if bars.is_empty() {
        return Vec::new();
    }
    [Cell::default(), head("largest tables")].into_iter().chain(chart::bars(&bars, room, &model.look.glyphs)).collect()
}

fn runs(model: &Model, name: &str) -> Vec<Cell> {
    let Some(runs) = &model.journal.runs else { return Vec::new() };
    let mut lines = vec![Cell::default(), head("runs")];
    let line = |run: &Run| {
        let (role, word) = run_word(run);
        Cell::of(Role::Muted, run.last.at.strftime("%Y-%m-%d %H:%M UTC  ").to_string())
            .and(Role::Text, format!("{:<14}", run.last.run))
            .and(role, format!("{word:<12}"))
            .and(Role::Text, run.last.rows.to_string())
            .and(Role::Muted, format!("  by {}", run.last.operator))
    };
    lines.extend(runs.iter().filter(|run| run.last.environment == name).take(RUNS).map(line));
    if lines.len() == 2 {
        lines.push(Cell::of(Role::Muted, "pgdeck has written nothing here."));
    }
    lines
}
