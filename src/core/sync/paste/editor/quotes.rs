//! A value in quotes: a JSON string, or a field of CSV.

use super::{csv_field::field, pieces};

/// The text in quotes: of a JSON string, or of a CSV field with or without its header before it.
pub(super) fn quoted(text: &str) -> Option<String> {
    let is_json = |text: &String| text.trim_start().starts_with(['{', '[']) || text.trim() == "null";
    if let Ok(value) = serde_json::from_str::<String>(text)
        && is_json(&value)
    {
        return Some(value);
    }
    if let Some(text) = pieces::of_lines(text).or_else(|| pieces::of_fields(text)) {
        return Some(text);
    }
    let (first, rest) = field(text)?;
    if is_json(&first) || rest.trim().is_empty() {
        return Some(first);
    }
    let rest = rest.trim_start();
    if rest.starts_with('"') { field(rest).map(|(value, _)| value) } else { Some(rest.to_owned()) }
}
