//! The rows of the counts pane: built from what each environment said, and how they read.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

use serde_json::json;

use crate::{
    app::counts::Listing,
    config::{project::Project, theme::Role},
    core::{
        counts::{Count, Delta, delta},
        name::QName,
        sheet::Sheet,
        size,
        text::thousands,
    },
    tui::{
        glyphs::Glyphs,
        model::Model,
        widget::{
            cell::Cell,
            gauge,
            table::{Column, Rows, SortKey},
        },
    },
};

/// Why nothing is known of the tables of an environment that does not answer.
const NOT_READ: &str = "not read";

/// How many cells the bar of a difference has.
const BAR: usize = 7;

/// One table.
#[derive(Debug, Clone)]
pub struct CountRow {
    /// Which.
    pub table: QName,
    /// One per environment; `None` where it is not there.
    pub counts: Vec<Option<Count>>,
    /// How far the first environment is ahead of the second.
    pub delta: Delta,
    /// Bytes in the first environment that has it.
    pub bytes: Option<u64>,
    /// Whether it is never synced.
    pub never: bool,
}

impl CountRow {
    /// Takes in a count of the environment at `column`.
    pub fn count(&mut self, column: usize, count: Count) {
        if let Some(place) = self.counts.get_mut(column) {
            *place = Some(count);
        }
        let of = |at: usize| self.counts.get(at).and_then(Option::as_ref);
        self.delta = delta(of(0), of(1));
    }

    /// How far apart the first two environments are.
    pub fn distance(&self) -> Option<u64> {
        match self.delta {
            Delta::Rows(rows) if !self.never => Some(rows.unsigned_abs()),
            _ => None,
        }
    }

    /// Its name; the schema is worth its room only where it is not `public`.
    pub fn title(&self) -> String {
        if self.table.schema == "public" { self.table.name.clone() } else { self.table.to_string() }
    }

    /// Whether one of its figures is the planner's.
    pub fn is_estimate(&self) -> bool {
        self.counts.iter().any(|count| matches!(count, Some(Count::Estimate { .. })))
    }
}

/// One row for every table of any environment, by name.
pub fn build(
    environments: &[String],
    listings: &BTreeMap<String, Arc<Listing>>,
    exact: &BTreeMap<String, BTreeMap<QName, Count>>,
    project: Option<&Project>,
) -> Vec<CountRow> {
    let tables: BTreeSet<&QName> = listings.values().flat_map(|listing| listing.counts.tables.keys()).collect();
    let row = |table: &QName| {
        let count = |name: &String| {
            // What was not read is not known; only what was read can lack a table.
            let Some(listing) = listings.get(name) else { return Some(Count::unknown(NOT_READ)) };
            let estimate = listing.counts.tables.get(table)?;
            Some(exact.get(name).and_then(|counts| counts.get(table)).unwrap_or(estimate).clone())
        };
        let counts: Vec<_> = environments.iter().map(count).collect();
        let of = |at: usize| counts.get(at).and_then(Option::as_ref);
        CountRow {
            table: table.clone(),
            delta: delta(of(0), of(1)),
            bytes: environments.iter().find_map(|name| listings.get(name)?.sizes.get(table)).copied(),
            never: project.is_some_and(|project| project.sets.never_pattern(table).is_some()),
            counts,
        }
    };
    tables.into_iter().map(row).collect()
}

/// Which column holds the difference.
pub fn delta_column(environments: usize) -> usize {
    environments + 1
}

/// The columns: the table, a count per environment, the difference, its bar, the size.
pub fn columns(model: &Model) -> Vec<Column> {
    let mut columns = vec![Column::text("table").sized(14, 44).grow()];
    columns.extend(model.environments.iter().map(|environment| Column::number(&environment.name).sized(6, 14)));
    if model.environments.len() > 1 {
        columns.push(Column::number("Δ").sized(4, 12));
        columns.push(Column::text("").sized(BAR as u16, BAR as u16).priority(2));
    }
    columns.push(Column::number("size").sized(7, 9).priority(3));
    columns
}

/// Calls `read` with the rows as a table reads them.
pub fn with(rows: &[CountRow], greatest: u64, glyphs: &Glyphs, read: &mut dyn FnMut(&Rows<'_>)) {
    read(&Rows {
        count: rows.len(),
        cell: &|row, column| cell(&rows[row], column, greatest, glyphs),
        key: &|row, column| key(&rows[row], column),
        text: &|row| name(&rows[row]).plain(),
    });
}

fn cell(row: &CountRow, column: usize, greatest: u64, glyphs: &Glyphs) -> Cell {
    let environments = row.counts.len();
    let pair = usize::from(environments > 1);
    match column {
        0 => name(row),
        at if at <= environments => count(row.counts[at - 1].as_ref(), row.never),
        at if at == environments + pair => difference(row),
        at if pair == 1 && at == environments + 2 => bar(row, greatest, glyphs),
        _ => Cell::of(Role::Muted, row.bytes.map(size::bytes).unwrap_or_default()),
    }
}

fn name(row: &CountRow) -> Cell {
    Cell::of(if row.never { Role::Muted } else { Role::Text }, row.title())
}

fn count(count: Option<&Count>, never: bool) -> Cell {
    match count {
        None => Cell::of(Role::Muted, "not there"),
        Some(Count::Exact { rows }) => Cell::of(if never { Role::Muted } else { Role::Text }, thousands(*rows)),
        Some(Count::Estimate { rows }) => Cell::of(Role::Muted, format!("~{}", thousands(*rows))),
        Some(Count::Unknown { reason }) => {
            let role = if reason == NOT_READ { Role::Muted } else { Role::Warn };
            Cell::of(role, format!("? {}", short(reason)))
        }
    }
}

/// The reason in a word; the details say it in full.
fn short(reason: &str) -> &str {
    match reason {
        "no right to read" => "no right",
        "RLS hides rows" => "RLS",
        "never analysed" => "",
        other => other,
    }
}

fn difference(row: &CountRow) -> Cell {
    match row.delta {
        _ if row.never => Cell::of(Role::Faint, "never"),
        Delta::Unknown => Cell::of(Role::Muted, "?"),
        Delta::Rows(0) => Cell::of(Role::Muted, "="),
        Delta::Rows(rows) => {
            let sign = if rows > 0 { "+" } else { "−" };
            Cell::of(Role::Warn, format!("{sign}{}", thousands(rows.unsigned_abs()))).bold()
        }
    }
}

fn bar(row: &CountRow, greatest: u64, glyphs: &Glyphs) -> Cell {
    match row.distance() {
        Some(rows) if rows > 0 => Cell::of(Role::Warn, gauge::bar(rows as f64, greatest as f64, BAR, glyphs)),
        _ => Cell::default(),
    }
}

fn key(row: &CountRow, column: usize) -> SortKey {
    let environments = row.counts.len();
    let number = |number: Option<u64>| number.map_or(SortKey::Unknown, |number| SortKey::Number(number as f64));
    match column {
        0 => SortKey::Text(row.table.to_string()),
        at if at <= environments => number(row.counts[at - 1].as_ref().and_then(Count::rows)),
        at if environments > 1 && at <= environments + 2 => number(row.distance()),
        _ => number(row.bytes),
    }
}

/// Rows as a sheet. How sure a figure is stands beside it: an estimate is not a count, and the unknown has no figure.
pub fn sheet<'a>(rows: impl Iterator<Item = &'a CountRow>, environments: &[String]) -> Sheet {
    let sure = |count: Option<&Count>| match count {
        None => json!("not there"),
        Some(Count::Exact { .. }) => json!("exact"),
        Some(Count::Estimate { .. }) => json!("estimate"),
        Some(Count::Unknown { reason }) => json!(format!("unknown: {reason}")),
    };
    let row = |row: &CountRow| {
        let mut values = vec![json!(row.table.to_string())];
        for count in &row.counts {
            values.extend([json!(count.as_ref().and_then(Count::rows)), sure(count.as_ref())]);
        }
        if environments.len() > 1 {
            values.push(if let Delta::Rows(rows) = row.delta { json!(rows) } else { json!(null) });
        }
        values.push(json!(row.bytes));
        values
    };
    let pairs = environments.iter().flat_map(|name| [name.clone(), format!("{name} is")]);
    let difference = (environments.len() > 1).then(|| "difference".to_owned());
    let columns = std::iter::once("table".to_owned()).chain(pairs).chain(difference).chain(["bytes".to_owned()]);
    Sheet::new("counts", columns, rows.map(row))
}

/// A row as JSON, in the shape of `pgdeck counts --format json`.
pub fn json(row: &CountRow, environments: &[String]) -> String {
    let counts: serde_json::Map<_, _> =
        environments.iter().zip(&row.counts).map(|(name, count)| (name.clone(), json!(count))).collect();
    json!({ "table": row.table, "counts": counts, "bytes": row.bytes }).to_string()
}
