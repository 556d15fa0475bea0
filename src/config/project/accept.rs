//! Writes an `[[accept]]` into the text of a `pgdeck.toml`. Everything that stands there stays to the letter: comments,
//! order, blanks and line ends. A text goes in and a text comes out.

use jiff::civil::Date;
use toml::{Spanned, Value, de::DeTable, de::DeValue};

use super::super::source::Source;
use crate::core::{error::Result, glob};

/// What is accepted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The check's id.
    pub check: String,
    /// The object, as the finding names it; no pattern.
    pub object: String,
    /// The constraint, policy, index, trigger or column, where only that one is meant.
    pub part: Option<String>,
    /// Why it is all right.
    pub reason: String,
    /// The last day on which it holds; `None` for ever.
    pub until: Option<Date>,
}

impl Entry {
    /// Its keys with their values, written as TOML.
    fn fields(&self) -> Vec<(&'static str, String)> {
        let text = |text: &str| Value::String(text.to_owned()).to_string();
        let mut fields = vec![("check", text(&self.check)), ("object", text(&glob::literal(&self.object)))];
        fields.extend(self.part.as_deref().map(|part| ("constraint", text(part))));
        fields.push(("reason", text(&self.reason)));
        fields.extend(self.until.map(|day| ("until", day.to_string())));
        fields
    }

    fn section(&self, line_end: &str) -> String {
        let lines = self.fields().into_iter().map(|(key, value)| format!("{key} = {value}{line_end}"));
        format!("[[accept]]{line_end}{}", lines.collect::<String>())
    }

    fn inline(&self) -> String {
        let fields = self.fields().into_iter().map(|(key, value)| format!("{key} = {value}"));
        format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
    }
}

/// The text of `source` with `entry` in it: behind the last one that is accepted, else at the end.
pub fn written(source: &Source, entry: &Entry) -> Result<String> {
    let text = source.text.as_str();
    let document = source.toml()?;
    let line_end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    Ok(match accepted(&document) {
        Some(list) if text[list.span()].starts_with('[') && !text[list.span()].starts_with("[[") => {
            into_list(text, list, entry, line_end)
        }
        Some(list) => {
            let entries = list.get_ref().as_array();
            let end = entries.and_then(|entries| entries.last()).map_or(text.len(), |it| line_after(text, end_of(it)));
            into_text(text, end, &entry.section(line_end), line_end)
        }
        None => into_text(text, text.len(), &entry.section(line_end), line_end),
    })
}

fn accepted<'d, 't>(document: &'d DeTable<'t>) -> Option<&'d Spanned<DeValue<'t>>> {
    document.iter().find(|(key, _)| key.get_ref() == "accept").map(|(_, value)| value)
}

/// Where the last value inside `value` ends.
fn end_of(value: &Spanned<DeValue<'_>>) -> usize {
    let inside = match value.get_ref() {
        DeValue::Table(table) => table.iter().map(|(_, value)| end_of(value)).max(),
        _ => None,
    };
    inside.unwrap_or(0).max(value.span().end)
}

/// The beginning of the line behind the one that holds the byte at `at`.
fn line_after(text: &str, at: usize) -> usize {
    text[at..].find('\n').map_or(text.len(), |found| at + found + 1)
}

/// `text` with `section` at `at`, which is the beginning of a line or the end, and a blank line around it.
fn into_text(text: &str, at: usize, section: &str, line_end: &str) -> String {
    let (before, behind) = text.split_at(at);
    let mut out = before.to_owned();
    if !out.is_empty() && !out.ends_with('\n') {
        out.push_str(line_end);
    }
    let blank = out.is_empty() || out.lines().last().is_some_and(|line| line.trim().is_empty());
    out.push_str(if blank { "" } else { line_end });
    out.push_str(section);
    if behind.lines().next().is_some_and(|line| !line.trim().is_empty()) {
        out.push_str(line_end);
    }
    out + behind
}

/// The same where the accepted ones are a list of inline tables: `accept = [{ … }]`.
fn into_list(text: &str, entries: &Spanned<DeValue<'_>>, entry: &Entry, line_end: &str) -> String {
    let last = entries.get_ref().as_array().and_then(|array| array.last()).map(Spanned::span);
    let Some(last) = last else {
        let at = entries.span().start + 1;
        return format!("{}{}{}", &text[..at], entry.inline(), &text[at..]);
    };
    let line = &text[text[..last.start].rfind('\n').map_or(0, |at| at + 1)..last.start];
    let next = line_after(text, last.end);
    let rest = text[last.end..next].trim();
    let (comma, comment) = rest.strip_prefix(',').map_or((",", rest), |rest| ("", rest.trim()));
    if line.trim().is_empty() && (comment.is_empty() || comment.starts_with('#')) {
        // One below the other, and each keeps the comment on its line.
        let (before, behind) = (&text[last.end..next], &text[next..]);
        return format!("{}{comma}{before}{line}{},{line_end}{behind}", &text[..last.end], entry.inline());
    }
    format!("{}, {}{}", &text[..last.end], entry.inline(), &text[last.end..])
}

#[cfg(test)]
mod tests;
