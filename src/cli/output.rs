//! Results as a table, JSON or Markdown; errors as one line or as JSON.

use std::{
    borrow::Cow,
    io::{ErrorKind, Write},
};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::{Value as Json, json};
use unicode_width::UnicodeWidthStr;

use crate::core::{
    error::{Error, Result},
    gate::RunId,
    text::{is_printable, json_shown, printable},
};

/// How results are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// For programs
    Json,
    /// For documents
    Markdown,
    /// For code hosts that gather findings (audit only)
    Sarif,
    /// For build servers that show tests (audit only)
    Junit,
}

/// A column of a listing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Align {
    Left,
    Right,
}

/// Rows under headings, with lines of text before and after.
#[derive(Debug, Default)]
pub(super) struct Listing {
    pub columns: Vec<(String, Align)>,
    pub rows: Vec<Vec<String>>,
    pub notes: Vec<String>,
}

impl Listing {
    pub fn new(columns: impl IntoIterator<Item = (impl Into<String>, Align)>) -> Self {
        let columns = columns.into_iter().map(|(name, align)| (name.into(), align)).collect();
        Listing { columns, ..Listing::default() }
    }

    /// As aligned columns, line by line: a listing may have a hundred thousand rows.
    fn plain(&self) -> String {
        let headings: Vec<String> = self.columns.iter().map(|(name, _)| printable(name).to_uppercase()).collect();
        let mut widths: Vec<usize> = headings.iter().map(|heading| heading.width()).collect();
        for row in &self.rows {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(printable(cell).width());
            }
        }
        let mut text = String::new();
        for row in std::iter::once(&headings).chain(&self.rows) {
            for ((cell, width), (_, align)) in row.iter().zip(&widths).zip(&self.columns) {
                let cell = printable(cell);
                let pad = " ".repeat(width.saturating_sub(cell.width()));
                let parts: [&str; 3] = if *align == Align::Right { [&pad, &cell, "  "] } else { [&cell, &pad, "  "] };
                text.extend(parts);
            }
            text.truncate(text.trim_end_matches(' ').len());
            text.push('\n');
        }
        text
    }

    fn markdown(&self) -> String {
        let mut table = Table::new();
        table.load_preset(presets::ASCII_MARKDOWN);
        table.set_content_arrangement(ContentArrangement::Disabled);
        table.set_header(self.columns.iter().map(|(name, _)| self::markdown(name)));
        for row in &self.rows {
            table.add_row(row.iter().map(|cell| self::markdown(cell)));
        }
        for (at, (_, align)) in self.columns.iter().enumerate() {
            if let Some(column) = table.column_mut(at) {
                column.set_cell_alignment(if *align == Align::Right {
                    CellAlignment::Right
                } else {
                    CellAlignment::Left
                });
            }
        }
        table.lines().fold(String::new(), |text, line| text + line.trim_end() + "\n")
    }
}

/// Writes a listing, or `json` in its place.
pub(super) fn print(format: Format, listing: &Listing, json: &Json) -> Result<()> {
    let mut text = String::new();
    match format {
        Format::Json => {
            text = json_shown(&serde_json::to_string_pretty(json).map_err(|error| Error::usage(error.to_string()))?);
            text.push('\n');
        }
        Format::Table | Format::Markdown | Format::Sarif | Format::Junit => {
            let markdown = format == Format::Markdown;
            if !listing.rows.is_empty() {
                text = if markdown { listing.markdown() } else { listing.plain() };
            }
            for note in &listing.notes {
                if markdown {
                    text.push('\n');
                    text.push_str(&self::markdown(note));
                } else {
                    text.push_str(&printable(note));
                }
                text.push('\n');
            }
        }
    }
    write(&text)
}

/// `text` as Markdown shows it: nothing in it is markup, and no cell ends early.
fn markdown(text: &str) -> String {
    printable(text).chars().fold(String::new(), |mut out, c| {
        if matches!(c, '\\' | '|' | '*' | '`' | '<' | '[') {
            out.push('\\');
        }
        out.push(c);
        out
    })
}

/// Writes to stdout, and nothing that a terminal would act on, whoever wrote it. A reader that went away is no error: the
/// process ends quietly.
pub(super) fn write(text: &str) -> Result<()> {
    let text = harmless(text);
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Error::internal(format!("cannot write to stdout: {error}"))),
    }
}

/// What every form above has seen to already; here so that no other can forget it.
fn harmless(text: &str) -> Cow<'_, str> {
    let stays = |c: char| matches!(c, '\n' | '\t') || is_printable(c);
    if text.chars().all(stays) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(text.split_inclusive(['\n', '\t']).fold(String::new(), |mut out, part| {
        let body = part.trim_end_matches(['\n', '\t']);
        out.push_str(&printable(body));
        out.push_str(&part[body.len()..]);
        out
    }))
}

/// One line on stderr, or the JSON form; with `verbose`, what lies beneath in lines of their own.
pub(super) fn error(error: &Error, format: Format, verbose: bool) {
    let mut line = match format {
        Format::Json => json_shown(&json!({ "error": error_record(error) }).to_string()),
        _ => format!("pgdeck: {error}"),
    };
    for cause in error.causes.iter().filter(|_| verbose && format != Format::Json) {
        line.extend(["\n  caused by: ", &printable(cause)]);
    }
    // There is nowhere left to complain. One write, so that lines of other processes do not come between.
    let _ = std::io::stderr().write_all(format!("{line}\n").as_bytes());
}

/// The error of a result that could not be printed although `run` was committed: nobody is to run it again because of that.
pub(super) fn unprinted(error: Error, run: Option<&RunId>) -> Error {
    match run {
        None => error,
        Some(run) => {
            error.object(run).hint(format!("run {run} was committed: do not run it again; see `pgdeck journal`"))
        }
    }
}

/// An error as an object.
pub(super) fn error_record(error: &Error) -> Json {
    json!({
        "code": error.code.word(),
        "message": error.message,
        "place": error.place,
        "environment": error.environment,
        "object": error.object,
        "hint": error.hint,
        "sqlstate": error.sqlstate,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOSTILE: &str = "a\u{1b}[31m\u{9b}b\u{7f}\u{202e}\u{e0041}|*`<\\c";

    fn listing() -> Listing {
        let mut listing = Listing::new([(HOSTILE, Align::Left), ("rows", Align::Right)]);
        listing.rows.push(vec![HOSTILE.into(), "1".into()]);
        listing
    }

    #[test]
    fn no_cell_and_no_heading_reaches_a_terminal_raw() {
        for text in [listing().plain(), listing().markdown()] {
            assert!(
                text.chars().all(|c| c == '\n' || matches!(printable(&c.to_string()), Cow::Borrowed(_))),
                "{text:?}"
            );
        }
    }

    #[test]
    fn columns_are_as_wide_as_what_is_in_them() {
        let mut listing = Listing::new([("table", Align::Left), ("rows", Align::Right), ("why", Align::Left)]);
        listing.rows =
            [["表", "1234567", "ok"], ["plans", "7", ""]].map(|row| row.map(str::to_owned).to_vec()).to_vec();
        assert_eq!(listing.plain(), "TABLE     ROWS  WHY\n表     1234567  ok\nplans        7\n");
    }

    #[test]
    fn json_escapes_every_character_that_acts_on_a_terminal_and_keeps_its_value() {
        let json = json!({ HOSTILE: [HOSTILE, "Größe 👩‍🏫"] });
        let text = json_shown(&serde_json::to_string_pretty(&json).expect("json"));
        assert!(text.chars().all(|c| c == '\n' || matches!(printable(&c.to_string()), Cow::Borrowed(_))), "{text:?}");
        assert!(text.contains("Größe 👩‍🏫"), "{text}");
        assert_eq!(serde_json::from_str::<Json>(&text).expect("still json"), json);
    }

    #[test]
    fn nothing_that_acts_on_a_terminal_is_written() {
        assert_eq!(harmless("a\tb\n\u{1b}]0;x\u{7}\n"), "a\tb\n␛]0;x␇\n");
        assert!(matches!(harmless("Größe 👩‍🏫\n"), Cow::Borrowed(_)));
    }

    #[test]
    fn markdown_takes_nothing_for_markup() {
        assert_eq!(markdown("auth.*, a|b, `c`, <d>, e\\f, g_h"), "auth.\\*, a\\|b, \\`c\\`, \\<d>, e\\\\f, g_h");
    }
}
