//! What SQL editors put around a value: a column's name, quotes, rules, brackets.

use std::collections::BTreeMap;

use serde_json::value::RawValue;

use crate::core::error::{Error, Result};

/// The JSON inside of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// The text.
    pub json: String,
    /// The line of the file in which it begins, from 1.
    pub line: usize,
    /// Whether it is what [`super::query`] returns, and not what somebody put together by hand.
    pub is_paste: bool,
    /// Whether its line breaks are the file's.
    lines: bool,
}

impl Document {
    /// What the JSON reader says, with the line of the file, and the table if the text ends too early.
    pub fn broken(&self, name: &str, error: &serde_json::Error) -> Error {
        let line = if self.lines { self.line + error.line().saturating_sub(1) } else { self.line };
        let error = if error.is_eof() {
            let error = Error::usage("it is cut off").hint("copy the whole value: editors show only its beginning");
            match last_table(&self.json) {
                Some(table) => error.object(table),
                None => error,
            }
        } else {
            Error::usage(format!("it is not what the query returned ({})", message(error)))
                .hint("run the query again, and copy the whole value")
        };
        error.at(format!("{name}:{line}"))
    }
}

/// The message without its place, which is that of the inner text.
fn message(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(message, _)| message.to_owned())
}

fn last_table(json: &str) -> Option<&str> {
    let (_, rest) = json.rsplit_once("\"sha256\"").and_then(|(before, _)| before.rsplit_once("\"table\""))?;
    rest.split('"').nth(1)
}

/// Finds the JSON in what an editor handed over.
pub fn find(name: &str, bytes: &[u8]) -> Result<Document> {
    let text = decoded(name, bytes)?;
    let trimmed = text.trim();
    let before = text.len() - text.trim_start().len();
    let mut document =
        Document { json: String::new(), line: 1 + breaks(&text[..before]), is_paste: false, lines: true };
    let wrong = |what: &str, line: usize| {
        Error::usage(what).at(format!("{name}:{line}")).hint("save what the query of `pgdeck sync query` returned")
    };
    if trimmed.is_empty() {
        return Err(wrong("there is nothing in it", 1));
    }
    if trimmed.starts_with('<') {
        return Err(wrong("this is HTML, not what a query returned", document.line));
    }
    if trimmed.starts_with("{\"table\":") {
        return Err(
            wrong("this is not a header of a bundle: its first line is missing", document.line).hint("export it again")
        );
    }
    let (value, skipped) = unframed(trimmed);
    document.line += skipped;
    let value = value.trim();
    match value.chars().next() {
        Some('{' | '[') | None => value.clone_into(&mut document.json),
        Some('"') => {
            let cut = || {
                wrong("it is cut off: a quote is not closed", document.line)
                    .hint("copy the whole value: editors show only its beginning")
            };
            document.json = quoted(value).ok_or_else(cut)?;
        }
        Some(_) if value == "null" => value.clone_into(&mut document.json),
        Some(_) => return Err(wrong("this is neither a bundle nor what a query returned", document.line)),
    }
    if document.json.is_empty() {
        return Err(wrong("there is no value in it", document.line));
    }
    unwrapped(name, document)
}

fn breaks(text: &str) -> usize {
    text.matches('\n').count()
}

/// The text, whatever an editor writes files in, with line breaks of one kind.
fn decoded(name: &str, bytes: &[u8]) -> Result<String> {
    let wide = |from: fn([u8; 2]) -> u16| {
        let units: Vec<u16> = bytes[2..].chunks_exact(2).map(|pair| from([pair[0], pair[1]])).collect();
        String::from_utf16(&units).ok()
    };
    let text = match bytes {
        [0xff, 0xfe, ..] => wide(u16::from_le_bytes),
        [0xfe, 0xff, ..] => wide(u16::from_be_bytes),
        [0xef, 0xbb, 0xbf, rest @ ..] => std::str::from_utf8(rest).ok().map(str::to_owned),
        all => std::str::from_utf8(all).ok().map(str::to_owned),
    };
    match text {
        Some(text) if !text.contains('\0') => Ok(text.replace("\r\n", "\n")),
        _ => {
            let good = std::str::from_utf8(bytes)
                .map_or_else(|error| error.valid_up_to(), |text| text.find('\0').unwrap_or(0));
            let line = bytes[..good].split(|byte| *byte == b'\n').count();
            Err(Error::usage("this is not text").at(format!("{name}:{line}")).hint("save it as UTF-8"))
        }
    }
}

/// The value without what psql prints around it, and how many lines came before it.
fn unframed(text: &str) -> (String, usize) {
    let mut lines: Vec<&str> = text.lines().map(str::trim_end).collect();
    while lines.last().is_some_and(|line| is_footer(line)) {
        lines.pop();
    }
    let mut skipped = 0;
    while lines.len() > 1 && is_message(lines[0]) {
        lines.remove(0);
        skipped += 1;
    }
    if lines.first().is_some_and(|line| line.starts_with(['+', '┌'])) {
        let bars = ['|', '│', '+', '┌', '├', '└', '┐', '┤', '┘'];
        let inner = |line: &'_ str| line.strip_prefix(bars).map_or(0, |rest| line.len() - rest.len());
        lines = lines.iter().map(|line| &line[inner(line)..]).collect();
        lines = lines.iter().map(|line| line.strip_suffix(bars).unwrap_or(line).trim_end()).collect();
    }
    let is_record = |line: &&str| line.starts_with("-[ ") || line.starts_with("─[ ");
    if lines.first().is_some_and(|line| is_rule(line) || is_record(line)) {
        lines.remove(0);
        skipped += 1;
    }
    let first = lines.first().copied().unwrap_or_default();
    if let Some(width) = expanded(first) {
        let lines: Vec<_> =
            lines.iter().filter(|line| !is_rule(line)).map(|line| continued(past_bar(line, width))).collect();
        return (lines.join("\n"), skipped);
    }
    if first.trim_start().starts_with(['{', '[']) {
        // JSON has no line that ends so.
        return (lines.iter().map(|line| continued(line)).collect::<Vec<_>>().join("\n"), skipped);
    }
    if first.starts_with('"') || first == "null" {
        return (lines.join("\n"), skipped);
    }
    let ruled = lines.get(1).is_some_and(|line| is_rule(line));
    let names_a_column = first.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | ' ' | '|' | '│' | '?'));
    let headed = ruled || names_a_column && lines.len() > 1;
    if !headed {
        return (lines.join("\n"), skipped);
    }
    let after = if ruled { 2 } else { 1 };
    let value: Vec<_> = lines[after..]
        .iter()
        .filter(|line| !is_rule(line))
        .map(|line| if ruled { continued(line) } else { (*line).to_owned() })
        .collect();
    (value.join("\n"), skipped + after)
}

/// A line without the sign that it goes on, which stands for a line break of the value.
fn continued(line: &str) -> String {
    line.trim().trim_end_matches(['+', '↵']).trim().to_owned()
}

/// How wide the names of psql's expanded form are, where `line` is its first.
fn expanded(line: &str) -> Option<usize> {
    let (name, value) = line.split_once(['|', '│'])?;
    let named = !name.trim().is_empty() && name.trim().chars().all(|c| c.is_alphanumeric() || c == '_' || c == '?');
    (named && value.trim_start().starts_with(['{', '[', '"'])).then_some(name.chars().count())
}

/// What stands behind the bar of a line, if there is one where the names end.
fn past_bar(line: &str, width: usize) -> &str {
    match line.char_indices().nth(width) {
        Some((at, c @ ('|' | '│'))) => &line[at + c.len_utf8()..],
        _ => line,
    }
}

/// `-----`, `+----+`, `─────`.
fn is_rule(line: &str) -> bool {
    let line = line.trim();
    line.chars().count() > 2 && line.chars().all(|c| matches!(c, '-' | '+' | '─' | '┌' | '┐' | '└' | '┘' | '├' | '┤'))
}

/// `(1 row)` in any language, `Time: 3 ms`, and blank lines.
fn is_footer(line: &str) -> bool {
    let line = line.trim();
    let counted = line.strip_prefix('(').and_then(|rest| rest.strip_suffix(')'));
    line.is_empty()
        || counted.is_some_and(|inner| inner.starts_with(|c: char| c.is_ascii_digit()) && !inner.contains(['"', '{']))
        || line.starts_with("Time: ")
}

/// `Timing is on.`, and blank lines.
fn is_message(line: &str) -> bool {
    line.is_empty() || line.ends_with('.') && !line.contains(['{', '[', '"', '|'])
}

/// The text in quotes: of a JSON string, or of a CSV field with or without its header before it.
fn quoted(text: &str) -> Option<String> {
    let is_json = |text: &String| text.trim_start().starts_with(['{', '[']) || text.trim() == "null";
    if let Ok(value) = serde_json::from_str::<String>(text)
        && is_json(&value)
    {
        return Some(value);
    }
    let (first, rest) = field(text)?;
    if is_json(&first) || rest.trim().is_empty() {
        return Some(first);
    }
    let rest = rest.trim_start();
    if rest.starts_with('"') { field(rest).map(|(value, _)| value) } else { Some(rest.to_owned()) }
}

/// A CSV field that begins with a quote, and what comes after it.
fn field(text: &str) -> Option<(String, &str)> {
    let mut out = String::new();
    let mut rest = text.strip_prefix('"')?;
    loop {
        let end = rest.find('"')?;
        out.push_str(&rest[..end]);
        rest = &rest[end + 1..];
        match rest.strip_prefix('"') {
            Some(more) => {
                out.push('"');
                rest = more;
            }
            None => return Some((out, rest)),
        }
    }
}

/// No client wraps a value more often; somebody who wants to keep us busy might.
const LAYERS: usize = 12;

/// The document inside of the lists and objects that clients put around a result.
fn unwrapped(name: &str, mut document: Document) -> Result<Document> {
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
}

type Object<'a> = BTreeMap<String, &'a RawValue>;

fn object(raw: &RawValue) -> Option<Object<'_>> {
    serde_json::from_str(raw.get()).ok()
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
            (Some(rows), _) if rows.get().starts_with('[') => Step::Into(rows),
            (_, 1) => object.into_values().next().filter(|value| holds(value)).map_or(Step::Nothing, Step::Into),
            _ => Step::Nothing,
        };
    }
    let Ok(list) = serde_json::from_str::<Vec<&RawValue>>(raw.get()) else {
        return if holds(raw) { Step::Into(raw) } else { Step::Nothing };
    };
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

#[cfg(test)]
mod tests;
