//! How the list leaves the console: to a file, or as JSON to the clipboard.

use serde_json::{Value, json};

use super::rows::Row;
use crate::{
    core::{drift::Side, sheet::Sheet},
    tui::{glyphs, model::Model},
};

/// What the filters let through, as it goes to a file.
pub fn sheet(model: &Model) -> Sheet {
    const COLUMNS: [&str; 9] =
        ["from", "to", "change", "kind", "object", "field", "what", "SQL in the first", "SQL in the second"];
    let pane = &model.drift;
    Sheet::new("drift", COLUMNS, pane.list.shown(&pane.rows).map(values))
}

fn values(row: &Row) -> Vec<Value> {
    let (from, to) = row.both();
    vec![
        json!(row.name(Side::From)),
        json!(row.name(Side::To)),
        json!(row.mark().word()),
        json!(row.kind()),
        json!(row.object()),
        json!(row.field()),
        json!(row.says(&glyphs::UNICODE)),
        json!(from),
        json!(to),
    ]
}

/// A row as JSON, in the shape of `pgdeck schema diff --format json`.
pub fn json(row: &Row) -> String {
    let json = match (row.difference(), row.unclear(), row.unseen()) {
        (Some(difference), ..) => crate::core::drift::report::difference(difference),
        (_, Some(unclear), _) => json!({ "unclear": unclear }),
        (_, _, Some(unseen)) => {
            json!({ "unseen": { "environment": row.name(unseen.side), "kind": unseen.kind, "reason": unseen.reason } })
        }
        _ => json!(null),
    };
    json.to_string()
}
