//! Results as a table, JSON or Markdown; errors as one line or as JSON.

use std::io::{ErrorKind, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use serde_json::{Value as Json, json};

use crate::core::{
    error::{Error, Result},
    text::printable,
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

    fn table(&self, markdown: bool) -> String {
        let mut table = Table::new();
        table.load_preset(if markdown { presets::ASCII_MARKDOWN } else { presets::NOTHING });
        table.set_content_arrangement(ContentArrangement::Disabled);
        let heading = |name: &String| if markdown { name.clone() } else { name.to_uppercase() };
        table.set_header(self.columns.iter().map(|(name, _)| heading(name)));
        for row in &self.rows {
            table.add_row(
                row.iter().map(|cell| {
                    if markdown { printable(cell).replace('|', "\\|") } else { printable(cell).into_owned() }
                }),
            );
        }
        for (at, (_, align)) in self.columns.iter().enumerate() {
            if let Some(column) = table.column_mut(at) {
                column.set_cell_alignment(if *align == Align::Right {
                    CellAlignment::Right
                } else {
                    CellAlignment::Left
                });
                if !markdown {
                    column.set_padding((0, 2));
                }
            }
        }
        table.lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    }
}

/// Writes a listing, or `json` in its place.
pub(super) fn print(format: Format, listing: &Listing, json: &Json) -> Result<()> {
    let mut text = String::new();
    match format {
        Format::Json => {
            text = serde_json::to_string_pretty(json).map_err(|error| Error::usage(error.to_string()))?;
            text.push('\n');
        }
        Format::Table | Format::Markdown => {
            let markdown = format == Format::Markdown;
            if !listing.rows.is_empty() {
                text = listing.table(markdown);
                text.push('\n');
            }
            for note in &listing.notes {
                if markdown {
                    text.push('\n');
                }
                text.push_str(&printable(note));
                text.push('\n');
            }
        }
    }
    write(&text)
}

/// Writes to stdout. A reader that went away is no error: the process ends quietly.
pub(super) fn write(text: &str) -> Result<()> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Ok(()) => Ok(()),
        Err(error) if error.kind() == ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(Error::usage(format!("cannot write to stdout: {error}"))),
    }
}

/// One line on stderr, or the JSON form.
pub(super) fn error(error: &Error, format: Format) {
    let line = match format {
        Format::Json => json!({ "error": {
            "code": error.code.word(),
            "message": error.message,
            "place": error.place,
            "environment": error.environment,
            "object": error.object,
            "hint": error.hint,
        }})
        .to_string(),
        _ => format!("pgdeck: {error}"),
    };
    // There is nowhere left to complain.
    let _ = writeln!(std::io::stderr(), "{line}");
}
