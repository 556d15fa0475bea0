//! What there is to know about one table.

use super::CountRow;
use crate::{
    config::theme::Role,
    core::{
        counts::Count,
        schema::{Catalog, OnDelete, Table},
        size,
        text::thousands,
    },
    tui::{
        model::Model,
        widget::{
            cell::Cell,
            section::{head, labelled},
            spark,
        },
    },
};

const LABEL: usize = 10;

/// The page of `row`.
pub fn lines(model: &Model, row: &CountRow) -> Vec<Cell> {
    let mut lines = vec![Cell::text(row.table.to_string()).bold()];
    let mut catalogs = model.counts.listings.values().map(|listing| &listing.catalog);
    let Some((catalog, table)) = catalogs.find_map(|catalog| Some((catalog, catalog.table(&row.table)?))) else {
        return lines;
    };
    lines.extend(purpose(model, table).map(|text| Cell::of(Role::Muted, text)));
    lines.push(Cell::default());
    for (environment, count) in model.environments.iter().zip(&row.counts) {
        lines.push(labelled(&environment.name, LABEL, rows(count.as_ref())));
    }
    lines.extend(row.bytes.map(|bytes| labelled("size", LABEL, Cell::text(size::bytes(bytes)))));
    lines.extend(sync(model, row));
    lines.extend(history(model, row));
    lines.extend(parents(table));
    lines.extend(children(model, catalog, table));
    lines.extend([Cell::default(), head("row level security"), rls(table)]);
    let names: Vec<_> = table.triggers.iter().map(|trigger| trigger.name.as_str()).collect();
    if !names.is_empty() {
        lines.extend([Cell::default(), head("triggers"), Cell::text(names.join(", "))]);
    }
    lines
}

fn purpose(model: &Model, table: &Table) -> Option<String> {
    let declared = model.declared.as_ref().and_then(|project| project.purpose(&table.name)).map(str::to_owned);
    declared.or_else(|| table.comment.clone())
}

fn rows(count: Option<&Count>) -> Cell {
    match count {
        None => Cell::of(Role::Muted, "not there"),
        Some(Count::Exact { rows }) => Cell::text(thousands(*rows)).bold().and(Role::Muted, " exact"),
        Some(Count::Estimate { rows }) => Cell::text(format!("~{}", thousands(*rows))).and(Role::Muted, " estimated"),
        Some(Count::Unknown { reason }) => Cell::of(Role::Warn, format!("unknown: {reason}")),
    }
}

/// How many columns the line of a series has.
const SPARK: usize = 16;

/// How the rows went, where it was recorded at least twice.
fn history(model: &Model, row: &CountRow) -> Vec<Cell> {
    let glyphs = &model.look.glyphs;
    let series = model
        .environments
        .iter()
        .map(|environment| (environment.name.as_str(), model.counts.history.of(&environment.name, &row.table)));
    let recorded: Vec<_> = series.filter(|(_, series)| series.len() > 1).collect();
    let most = recorded.iter().map(|(_, series)| series.len()).max().unwrap_or(0);
    let line = |(name, series): &(&str, &[u64])| {
        let (first, last) = (series[0], series[series.len() - 1]);
        let value = Cell::of(Role::Accent, spark::spark(series, SPARK, glyphs))
            .and(Role::Text, format!(" {} {} {}", thousands(first), glyphs.arrow, thousands(last)));
        let shorter = if series.len() < most { format!(" over {}", series.len()) } else { String::new() };
        labelled(name, LABEL, value.and(Role::Muted, shorter))
    };
    if recorded.is_empty() {
        return Vec::new();
    }
    let head = [Cell::default(), head(&format!("over {most} snapshots"))];
    head.into_iter().chain(recorded.iter().map(line)).collect()
}

fn sync(model: &Model, row: &CountRow) -> Vec<Cell> {
    let Some(project) = &model.declared else { return Vec::new() };
    let mut lines = Vec::new();
    lines.extend(project.category(&row.table).map(|name| labelled("category", LABEL, Cell::text(name))));
    if let Some(pattern) = project.sets.never_pattern(&row.table) {
        lines.push(labelled("sync", LABEL, Cell::of(Role::Warn, "never").and(Role::Muted, format!(" ({pattern})"))));
    } else if let Some(set) = project.sets.set_of(&row.table) {
        lines.push(labelled("sync set", LABEL, Cell::of(Role::Accent, &set.name)));
        let key = project.sets.key(&row.table).filter(|key| !key.is_empty());
        lines.push(labelled("key", LABEL, Cell::text(key.map_or("primary key".into(), |key| key.join(" + ")))));
    } else {
        lines.push(labelled("sync", LABEL, Cell::of(Role::Muted, "in no set")));
    }
    lines
}

fn rule(on_delete: OnDelete) -> Cell {
    let role = match on_delete {
        OnDelete::Cascade | OnDelete::SetNull | OnDelete::SetDefault => Role::Warn,
        OnDelete::NoAction | OnDelete::Restrict | OnDelete::Declared => Role::Ok,
    };
    Cell::of(role, format!(" {}", on_delete.word()))
}

fn parents(table: &Table) -> Vec<Cell> {
    if table.foreign_keys.is_empty() {
        return Vec::new();
    }
    let parent = table.foreign_keys.iter().map(|key| Cell::text(&key.references.name).then(rule(key.on_delete)));
    [Cell::default(), head("parents")].into_iter().chain(parent).collect()
}

fn children(model: &Model, catalog: &Catalog, table: &Table) -> Vec<Cell> {
    let never = |child: &Table| {
        model.declared.as_ref().is_some_and(|project| project.sets.never_pattern(&child.name).is_some())
    };
    let child = |(child, key): (&Table, &crate::core::schema::ForeignKey)| {
        let line = Cell::text(&child.name.name).then(rule(key.on_delete));
        if never(child) { line.and(Role::Muted, " never synced") } else { line }
    };
    let children: Vec<_> = catalog.references_to(&table.name).map(child).collect();
    if children.is_empty() {
        return Vec::new();
    }
    [Cell::default(), head("children")].into_iter().chain(children).collect()
}

fn rls(table: &Table) -> Cell {
    match (table.rls_enabled, table.policies) {
        (false, _) => Cell::of(Role::Warn, "off"),
        (true, 0) => Cell::of(Role::Ok, "on").and(Role::Warn, "  no policy"),
        (true, 1) => Cell::of(Role::Ok, "on").and(Role::Muted, "  1 policy"),
        (true, policies) => Cell::of(Role::Ok, "on").and(Role::Muted, format!("  {policies} policies")),
    }
}
