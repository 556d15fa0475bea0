//! The environments as rows: what they are sorted and filtered by, and how they leave the console.

use serde_json::{Value, json};

use crate::{
    app::env::Reached,
    core::sheet::Sheet,
    tui::{
        model::{EnvState, EnvStatus, Model},
        widget::{
            cell::Cell,
            table::{Column, Rows, SortKey},
        },
    },
};

/// What a row has, in its order.
pub const TITLES: [&str; 15] = [
    "environment",
    "kind",
    "writable",
    "reachable",
    "version",
    "standby",
    "latency ms",
    "database",
    "bytes",
    "tables",
    "columns",
    "functions",
    "triggers",
    "indexes",
    "policies",
];

pub(super) fn columns() -> Vec<Column> {
    TITLES.into_iter().map(Column::text).collect()
}

pub(super) fn values(model: &Model, environment: &EnvStatus) -> Vec<Value> {
    let mut values = vec![
        json!(environment.name),
        json!(environment.kind),
        json!(environment.writable),
        match environment.state {
            EnvState::Connecting => Value::Null,
            EnvState::Ready { .. } => json!(true),
            EnvState::Failed(_) => json!(false),
        },
    ];
    values.extend(facts(model.overview.reached.get(&environment.name).map(AsRef::as_ref)));
    values
}

fn facts(reached: Option<&Reached>) -> Vec<Value> {
    let Some(reached) = reached else { return vec![Value::Null; TITLES.len() - 4] };
    let summary = &reached.summary;
    vec![
        json!(reached.version),
        json!(reached.standby),
        json!((reached.latency.as_secs_f64() * 10_000.0).round() / 10.0),
        json!(summary.database),
        json!(summary.bytes),
        json!(summary.tables),
        json!(summary.columns),
        json!(summary.functions),
        json!(summary.triggers),
        json!(summary.indexes),
        json!(summary.policies),
    ]
}

/// Calls `read` with the environments as a table reads them.
pub(super) fn with(model: &Model, read: &mut dyn FnMut(&Rows<'_>)) {
    let rows: Vec<_> = model.environments.iter().map(|environment| values(model, environment)).collect();
    read(&Rows {
        count: rows.len(),
        cell: &|row, column| Cell::text(plain(&rows[row][column])),
        key: &|row, column| match &rows[row][column] {
            Value::Null => SortKey::Unknown,
            Value::Number(number) => number.as_f64().map_or(SortKey::Unknown, SortKey::Number),
            other => SortKey::Text(plain(other)),
        },
        text: &|row| [0, 1, 7].map(|column| plain(&rows[row][column])).join(" "),
    });
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// One environment with everything known of it.
pub(super) fn json(model: &Model, environment: &EnvStatus) -> String {
    let pairs = TITLES.iter().map(|title| title.replace(' ', "_")).zip(values(model, environment));
    Value::Object(pairs.collect()).to_string()
}

pub(super) fn sheet<'a>(model: &'a Model, shown: impl Iterator<Item = &'a EnvStatus>) -> Sheet {
    Sheet::new("environments", TITLES, shown.map(|environment| values(model, environment)))
}
