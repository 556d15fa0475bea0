//! What SQL editors put around a value: a column's name, quotes, rules, brackets.
//!
//! | room | holds |
//! |---|---|
//! | `encoding` | bytes → text |
//! | `psql` | headers, rules, bars, footers |
//! | `wrapped` | lines that psql cut to a width |
//! | `asciidoc` | psql's table for Asciidoctor |
//! | `quotes` | JSON strings, CSV |
//! | `layers` | lists and objects around a value |
//! | `pieces` | a value that came in several rows |
//! | `mend` | lines that a terminal broke |

mod asciidoc;
mod csv_field;
mod encoding;
mod layers;
pub(super) mod mend;
mod pieces;
mod psql;
mod quotes;
mod raw;
mod wrapped;

use self::{
    encoding::{Decoded, decoded},
    layers::unwrapped,
    mend::{BEGINNING, first_value, is_json, mended},
    psql::unframed,
    quotes::quoted,
};
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
    /// Whether its bytes were taken for Windows-1252.
    pub(super) guessed: bool,
    /// The text before it was mended, and where in it a space may have been lost.
    spaces: Option<(String, Vec<usize>)>,
}

/// Other readings of a wrapped value that are tried, at most: each costs a checksum over all of it.
const READINGS: usize = 300;

/// How many bytes all of them may have.
const READ_BYTES: usize = 64 << 20;

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
            let typographic = self.json.contains(is_typographic);
            Error::usage(format!("it is not what the query returned ({})", message(error))).hint(if typographic {
                TYPOGRAPHIC
            } else {
                "run the query again, and copy the whole value"
            })
        };
        error.at(format!("{name}:{line}"))
    }

    /// The same with spaces where psql's wrapped form does not show whether there were any: one more, then two.
    pub(super) fn readings(&self) -> impl Iterator<Item = Document> {
        let (text, places) = self.spaces.clone().unwrap_or_default();
        let one = places.iter().map(|at| vec![*at]).collect::<Vec<_>>();
        let pairs = places.iter().enumerate().flat_map(|(n, b)| places[..n].iter().map(|a| vec![*a, *b]));
        let choices: Vec<Vec<usize>> =
            one.into_iter().chain(pairs).take(READINGS.min(READ_BYTES / text.len().max(1))).collect();
        let base = Document { spaces: None, ..self.clone() };
        choices.into_iter().map(move |places| {
            let mut text = text.clone();
            places.iter().rev().for_each(|at| text.insert(*at, ' '));
            Document { json: mended(&text).into_owned(), ..base.clone() }
        })
    }

    /// Whether its lines do not show for sure where spaces were.
    pub(super) fn is_uncertain(&self) -> bool {
        self.spaces.is_some()
    }
}

/// What an editor makes of plain quotes and blanks.
pub(super) fn is_typographic(c: char) -> bool {
    matches!(c, '\u{a0}' | '“' | '”' | '„' | '‘' | '’' | '«' | '»' | '\u{202f}')
}

/// What to do where an editor wrote typography.
pub(super) const TYPOGRAPHIC: &str =
    "it has no-break spaces or typographic quotes: if an editor put them there, copy the value as plain text";

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
    let Decoded { text, guessed } = decoded(name, bytes)?;
    let document = inside(name, &text, guessed.is_some())?;
    match guessed {
        Some(line) if !document.is_paste => {
            Err(Error::usage("this is not UTF-8").at(format!("{name}:{line}")).hint("save it as UTF-8"))
        }
        _ if document.is_uncertain() && !document.is_paste => {
            Err(Error::usage("psql wrapped it, and its lines do not show where spaces are")
                .at(format!("{name}:{}", document.line))
                .hint(UNWRAPPED))
        }
        _ => Ok(document),
    }
}

/// What gives every value as it is.
pub(super) const UNWRAPPED: &str = "print it with `\\pset format unaligned`";

fn inside(name: &str, text: &str, guessed: bool) -> Result<Document> {
    let trimmed = text.trim();
    let before = text.len() - text.trim_start().len();
    let line = 1 + breaks(&text[..before]);
    let mut document = Document { json: String::new(), line, is_paste: false, lines: true, guessed, spaces: None };
    let wrong = |what: &str, line: usize| {
        Error::usage(what).at(format!("{name}:{line}")).hint("save what the query of `pgdeck sync query` returned")
    };
    if trimmed.is_empty() {
        return Err(wrong("there is nothing in it", 1));
    }
    if let Some((what, hint)) = unreadable(trimmed) {
        return Err(wrong(what, document.line).hint(hint));
    }
    let value = if let Some(joined) = wrapped::joined(text) {
        document.line = 1 + joined.skipped;
        document.lines = false;
        if !joined.choices.is_empty() {
            document.spaces = Some((joined.value.clone(), joined.choices));
        }
        joined.value
    } else {
        let (value, skipped) = asciidoc::value(trimmed).unwrap_or_else(|| unframed(trimmed));
        document.line += skipped;
        value
    };
    let value = value.trim();
    match value.chars().next() {
        Some('{' | '[') | None => document.json = whole(name, value, document.line)?,
        Some('"') => {
            let cut = || {
                wrong("it is cut off: a quote is not closed", document.line)
                    .hint("copy the whole value: editors show only its beginning")
            };
            let json = quoted(value).ok_or_else(cut)?;
            document.json = mended(&json).into_owned();
        }
        Some(_) if value == "null" => value.clone_into(&mut document.json),
        Some(c) if is_typographic(c) => {
            return Err(wrong("this is not what the query returned", document.line).hint(TYPOGRAPHIC));
        }
        Some(_) => return Err(wrong("this is neither a bundle nor what a query returned", document.line)),
    }
    if document.json.is_empty() {
        return Err(wrong("there is no value in it", document.line));
    }
    unwrapped(name, document)
}

/// The JSON in `value`, put right where a client or a terminal broke it.
fn whole(name: &str, value: &str, line: usize) -> Result<String> {
    let json = mended(value);
    if is_json(&json) {
        return Ok(json.into_owned());
    }
    if let Some(json) = pieces::of_lines(&json) {
        return Ok(mended(&json).into_owned());
    }
    match first_value(&json) {
        Some((_, rest)) if rest.contains(BEGINNING) => Err(Error::usage("it holds two results")
            .at(format!("{name}:{line}"))
            .hint("save each in a file of its own, and review them one after the other")),
        Some((first, rest)) if first.starts_with(BEGINNING) && !rest.contains(['{', '"']) => Ok(first.to_owned()),
        _ => Ok(json.into_owned()),
    }
}

/// Forms that do not keep every character, or that nobody pastes: what to say of them, and what to do.
fn unreadable(text: &str) -> Option<(&'static str, &'static str)> {
    let is = |beginnings: &[&str]| beginnings.iter().any(|beginning| text.starts_with(beginning));
    if is(&["<"]) {
        Some(("this is HTML, not what a query returned", UNWRAPPED))
    } else if is(&["\\begin{"]) {
        Some(("this is LaTeX, not what a query returned", UNWRAPPED))
    } else if is(&[".LP", ".TS"]) {
        Some(("this is troff, not what a query returned", UNWRAPPED))
    } else if is(&["{\"table\":"]) {
        Some(("this is not a header of a bundle: its first line is missing", "export it again"))
    } else {
        None
    }
}

fn breaks(text: &str) -> usize {
    text.matches('\n').count()
}

#[cfg(test)]
mod tests;
