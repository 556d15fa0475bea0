//! Lists and objects that clients put around a result.

use serde_json::value::RawValue;

use super::{Document, breaks, mend::mended, pieces, raw::object};
use crate::core::error::{Error, Result};

/// No client wraps a value more often; somebody who wants to keep us busy might.
const LAYERS: usize = 12;

/// The document inside of the lists and objects that clients put around a result.
pub(super) fn unwrapped(name: &str, mut document: Document) -> Result<Document> {
    for _ in 0..LAYERS {
        let raw: &RawValue = serde_json::from_str(&document.json).map_err(|error| document.broken(name, &error))?;
        let inner = match inside(raw) {
            Step::Paste => {
                document.is_paste = true;
                return Ok(document);
            }
            Step::Here => return Ok(document),
            Step::Nothing => break,
            Step::Into(raw) => raw,
            Step::Joined(json) => {
                document = Document { json: mended(&json).into_owned(), lines: false, ..document };
                continue;
            }
        };
        let (json, lines, before) = match serde_json::from_str::<String>(inner.get()) {
            Ok(text) => (text, false, inner),
            Err(_) => (inner.get().to_owned(), document.lines, inner),
        };
        if document.lines {
            let at = before.get().as_ptr() as usize - document.json.as_ptr() as usize;
            document.line += breaks(&document.json[..at]);
        }
        document = Document { json, lines, ..document };
    }
    Err(Error::usage("this JSON is neither a bundle nor what a query returned")
        .at(format!("{name}:{}", document.line))
        .hint("save what the query of `pgdeck sync query` returned"))
}

enum Step<'a> {
    Paste,
    Here,
    Nothing,
    Into(&'a RawValue),
    /// It came in pieces.
    Joined(String),
}

fn inside(raw: &RawValue) -> Step<'_> {
    if raw.get() == "null" {
        return Step::Here;
    }
    if let Some(object) = object(raw) {
        if object.get("pgdeck").is_some_and(|value| value.get() == "\"paste\"") {
            return Step::Paste;
        }
        return match (object.get("rows"), object.len()) {
            // Rows are a list, whatever is in it.
            (Some(rows), _) if rows.get().starts_with('[') => Step::Into(rows),
            (_, 1) => object.into_values().next().filter(|value| holds(value)).map_or(Step::Nothing, Step::Into),
            _ => Step::Nothing,
        };
    }
    let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(raw.get()) else {
        return if holds(raw) { Step::Into(raw) } else { Step::Nothing };
    };
    if let Some(json) = pieces::of_list(&list) {
        return Step::Joined(json);
    }
    let [one] = list.as_slice() else {
        return if list.iter().all(|element| element.get().starts_with('{')) { Step::Here } else { Step::Nothing };
    };
    match object(one) {
        Some(object) if object.get("pgdeck").is_some_and(|value| value.get() == "\"paste\"") => Step::Into(one),
        Some(object) if object.len() == 1 && object.values().all(|value| holds(value)) => {
            object.into_values().next().map_or(Step::Here, Step::Into)
        }
        Some(_) => Step::Here,
        None => Step::Into(one),
    }
}

/// Whether a value can hold a document: an object, a list, or a text that is one of these, or nothing at all.
fn holds(raw: &RawValue) -> bool {
    // One that says what it is, and is cut off, is worth a better word than that it is unknown.
    let is_json = |text: &str| {
        text.starts_with("{\"pgdeck\"")
            || text.starts_with(['{', '[']) && serde_json::from_str::<&RawValue>(text).is_ok()
    };
    let text = raw.get();
    text == "null"
        || text.starts_with(['{', '['])
        || serde_json::from_str::<String>(text).is_ok_and(|text| is_json(text.trim()))
}
