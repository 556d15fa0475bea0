//! How the list leaves the console: to a file, or as JSON to the clipboard.

use serde_json::{Value, json};

use super::rows::Row;
use crate::{
    core::{audit::report, sheet::Sheet},
    tui::model::Model,
};

/// What the filters let through, as it goes to a file.
pub fn sheet(model: &Model) -> Sheet {
    const COLUMNS: [&str; 12] = [
        "environment",
        "severity",
        "state",
        "check",
        "object",
        "part",
        "what",
        "evidence",
        "fix",
        "reason",
        "until",
        "also in",
    ];
    let pane = &model.audit;
    let other = pane.compared().map(|audited| audited.environment.clone());
    Sheet::new("audit", COLUMNS, pane.list.shown(&pane.rows).map(|row| values(row, other.as_deref())))
}

fn values(row: &Row, other: Option<&str>) -> Vec<Value> {
    let finding = row.finding();
    let accepted = finding.and_then(|finding| finding.accepted.as_ref());
    let also = row.side.zip(other).map(|(side, _)| side.cell(&row.source.environment, row.rank()).plain());
    vec![
        json!(row.source.environment),
        json!(row.severity().map(crate::core::audit::Severity::word)),
        json!(row.rank().word()),
        json!(row.id()),
        json!(row.object()),
        json!(row.part()),
        json!(finding.map_or_else(|| row.detail(), |finding| finding.detail.clone())),
        json!(finding.map(|finding| finding.evidence.join("\n"))),
        json!(finding.map(|finding| &finding.fix)),
        json!(accepted.map(|accepted| &accepted.reason)),
        json!(accepted.and_then(|accepted| accepted.until.as_ref())),
        json!(also),
    ]
}

/// A row as JSON, in the shape of `pgdeck audit --format json`.
pub fn json(row: &Row) -> String {
    let json = match (row.finding(), row.unseen()) {
        (Some(finding), _) => report::finding(finding),
        (None, Some(unseen)) => json!({ "unseen": unseen }),
        (None, None) => json!({ "note": row.remark() }),
    };
    json.to_string()
}
