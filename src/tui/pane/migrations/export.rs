//! How the list leaves the console: to a file, or as JSON to the clipboard.

use serde_json::{Map, Value, json};

use super::{
    mark::Mark,
    rows::{Row, What},
    summary,
};
use crate::{core::sheet::Sheet, tui::model::Model};

const COLUMNS: [&str; 7] = ["what", "version", "name", "file", "environment", "detail", "what to do"];

/// What the filters let through, as it goes to a file: a column for each environment behind the others.
pub fn sheet(model: &Model) -> Sheet {
    let pane = &model.migrations;
    let rows: Vec<Vec<Value>> = pane.list.shown(&pane.rows).map(|row| values(model, row)).collect();
    Sheet::new("migrations", columns(model), rows)
}

fn columns(model: &Model) -> Vec<String> {
    let environments = model.environments.iter().map(|environment| environment.name.clone());
    COLUMNS.into_iter().map(str::to_owned).chain(environments).collect()
}

fn values(model: &Model, row: &Row) -> Vec<Value> {
    let pane = &model.migrations;
    let (own, marks): ([Value; 7], Vec<Value>) = match &row.what {
        What::File(at) => {
            let file = pane.file(*at);
            let marks = model.environments.iter().map(|environment| known(Mark::of(pane, environment, *at), model));
            let file = [
                json!("file"),
                json!(file.and_then(|file| file.version.as_ref())),
                json!(file.map(|file| &file.name)),
                json!(file.map(|file| &file.path)),
                Value::Null,
                Value::Null,
                Value::Null,
            ];
            (file, marks.collect())
        }
        What::Problem(environments, problem) => {
            let (versions, path) = (problem.versions.join(", "), problem.paths.first());
            let (detail, hint) = (json!(problem.detail), json!(problem.hint));
            let word = json!(problem.class.word());
            let place = if environments.is_empty() { Value::Null } else { json!(environments.join(", ")) };
            ([word, json!(versions), Value::Null, json!(path), place, detail, hint], blank(model))
        }
        What::Silent(name, error) => {
            let (detail, hint) = (json!(error.message), json!(error.hint));
            ([json!("no answer"), Value::Null, Value::Null, Value::Null, json!(name), detail, hint], blank(model))
        }
        What::Gone(gone) => {
            let ran = |name: &str| if gone.ran.contains_key(name) { json!("ran") } else { Value::Null };
            let marks = model.environments.iter().map(|environment| ran(&environment.name)).collect();
            let nothing = Value::Null;
            let (version, name) = (json!(gone.version), json!(gone.name));
            ([json!("no file"), version, name, nothing.clone(), nothing.clone(), nothing.clone(), nothing], marks)
        }
    };
    own.into_iter().chain(marks).collect()
}

/// The word, where there is one.
fn known(mark: Mark, model: &Model) -> Value {
    match mark {
        Mark::Reading | Mark::Nothing => Value::Null,
        mark => json!(mark.word(&model.look.glyphs)),
    }
}

fn blank(model: &Model) -> Vec<Value> {
    vec![Value::Null; model.environments.len()]
}

/// A row as JSON, without what is nothing.
pub fn json(model: &Model, row: &Row) -> String {
    let fields = columns(model).into_iter().zip(values(model, row)).filter(|(_, value)| !value.is_null());
    Value::Object(fields.collect::<Map<_, _>>()).to_string()
}

/// What is copied of a row: the file's path from the folder of pgdeck.toml, or all that is said of a problem.
pub fn name(model: &Model, row: &Row) -> (&'static str, String) {
    match &row.what {
        What::File(at) => {
            let path = model.migrations.file(*at).map(|file| file.path.clone()).unwrap_or_default();
            ("the file's path", format!("{}/{path}", summary::dir(model)))
        }
        What::Problem(environments, problem) if environments.is_empty() => ("the problem", problem.to_string()),
        What::Problem(environments, problem) => ("the problem", format!("{}: {problem}", environments.join(", "))),
        What::Gone(gone) => ("its version", gone.version.clone()),
        What::Silent(_, error) => ("the error", error.to_string()),
    }
}
