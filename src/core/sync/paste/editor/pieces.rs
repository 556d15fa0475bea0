//! A value that came in several rows: a line of it in each, or as much as the client lets a cell hold.

use serde_json::value::RawValue;

use super::{csv_field::field, mend::BEGINNING, raw::object};

/// The answer of the query, put together from `pieces`.
///
/// JSON needs no line break between its lines, so it does not matter whether one was lost where it was cut.
fn together(pieces: &[String]) -> Option<String> {
    let text = pieces.concat();
    (pieces.len() > 1 && text.starts_with(BEGINNING)).then_some(text)
}

/// From a list of texts, or of rows with one text each.
pub(super) fn of_list(list: &[&RawValue]) -> Option<String> {
    let texts: Option<Vec<String>> = list.iter().map(|value| text(value)).collect();
    together(&texts?)
}

fn text(value: &RawValue) -> Option<String> {
    if let Ok(text) = serde_json::from_str(value.get()) {
        return Some(text);
    }
    if let Ok(list) = serde_json::from_str::<Vec<String>>(value.get()) {
        return <[String; 1]>::try_from(list).ok().map(|[text]| text);
    }
    let row = object(value).filter(|row| row.len() == 1)?;
    serde_json::from_str(row.into_values().next()?.get()).ok()
}

/// From JSON Lines: a row in each.
pub(super) fn of_lines(json: &str) -> Option<String> {
    let values = serde_json::Deserializer::from_str(json).into_iter::<&RawValue>();
    let values: Result<Vec<_>, _> = values.collect();
    of_list(&values.ok()?)
}

/// From CSV: a field in each line, with a header or without one.
pub(super) fn of_fields(text: &str) -> Option<String> {
    let mut pieces = Vec::new();
    let mut rest = text;
    while let Some((piece, after)) = field(rest) {
        pieces.push(piece);
        rest = after.strip_prefix(['\r', '\n']).map_or(after, str::trim_start);
        if rest.is_empty() {
            break;
        }
        // A field that needs no quotes is its line.
        while !rest.starts_with('"') && !rest.is_empty() {
            let (line, after) = rest.split_once('\n').unwrap_or((rest, ""));
            pieces.push(line.trim_end_matches('\r').to_owned());
            rest = after;
        }
    }
    let header = pieces.first().is_some_and(|first| !first.starts_with('{'));
    together(&pieces[usize::from(header)..])
}
