//! What [`super::query`] returned, as a person pasted it into a file.
//!
//! | room | holds |
//! |---|---|
//! | `editor` | what SQL editors put around a value |
//! | `nested` | nested JSON that was written by hand |

mod editor;
pub mod nested;

use serde::Deserialize;
use sha2::{Digest, Sha256};

pub use editor::{Document, find};
use editor::{TYPOGRAPHIC, is_typographic};

use super::{
    bundle::{Bundle, BundleTable, Source},
    query::{FORMAT, measured, prefix},
    shape::Shape,
    sql::{Side, Subset, read as query},
};
use crate::core::{
    error::{Error, Result},
    name::QName,
};

/// The name that a pasted source has in reviews and plans: which environment it is, only the person knows.
pub const ENVIRONMENT: &str = "pasted";

/// How the error ends where the rows are not what the server sent.
const MISMATCH: &str = "its checksum does not match";

/// All but what [`find`] and [`Format`] have looked at.
#[derive(Deserialize)]
struct Paste {
    project: String,
    shapes: Vec<Shape>,
    server: String,
    rls: Vec<String>,
    tables: Vec<Held>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Held {
    table: QName,
    included: bool,
    rows: usize,
    sha256: String,
    data: Vec<Vec<Option<String>>>,
}

/// Reads the paste in `document`, or says what is wrong with it.
pub fn read(name: &str, document: &Document) -> Result<Bundle> {
    let found = read_as(name, document);
    match found {
        Err(error) if document.is_uncertain() && error.message.ends_with(MISMATCH) => {
            let right = document.readings().find_map(|document| read_as(name, &document).ok());
            right.ok_or_else(|| error.hint(editor::UNWRAPPED))
        }
        found => found,
    }
}

fn read_as(name: &str, document: &Document) -> Result<Bundle> {
    let broken = |what: &str| Error::usage(what).at(name).hint("run the query again, and copy the whole value");
    let format = serde_json::from_str::<Format>(&document.json).map_err(|error| document.broken(name, &error))?;
    if format.format != FORMAT {
        let what = format!("this paste has format {}, this pgdeck reads {FORMAT}", format.format);
        return Err(broken(&what).hint("print the query again with `pgdeck sync query`"));
    }
    let paste: Paste = serde_json::from_str(&document.json).map_err(|error| document.broken(name, &error))?;
    if !paste.rls.is_empty() {
        return Err(Error::refused("row level security hides rows of it from whoever ran the query")
            .at(name)
            .object(paste.rls.join(", "))
            .hint("run it as the table's owner, or as a role with BYPASSRLS"));
    }
    if paste.shapes.len() != paste.tables.len() {
        let what = format!("the paste has {} of {} tables", paste.tables.len(), paste.shapes.len());
        return Err(broken(&what));
    }
    let head = measured([Some(&*paste.project), Some(&*paste.server), Some("")]);
    let count = paste.shapes.len();
    let pairs = paste.shapes.into_iter().zip(paste.tables).enumerate();
    let tables: Result<Vec<_>> = pairs
        .map(|(at, (shape, table))| {
            let head = format!("{head}{}", prefix(at, count, &shape, table.included));
            let name = shape.table.clone();
            checked(&head, shape, &table).map_err(|what| {
                let typographic = table.data.iter().flatten().flatten().any(|value| value.contains(is_typographic));
                let error = match document.guessed {
                    true => broken(&format!("the file is not UTF-8, and read as Windows-1252 {what}"))
                        .hint("save it as UTF-8"),
                    false if typographic => broken(&what).hint(TYPOGRAPHIC),
                    false => broken(&what),
                };
                error.object(name)
            })
        })
        .collect();
    let source =
        Source { project: paste.project, environment: ENVIRONMENT.into(), server: paste.server, database: None };
    Ok(Bundle { source, tables: tables? })
}

#[derive(Deserialize)]
struct Format {
    format: u32,
}

/// The rows of `table`, if they are what the server sent.
fn checked(head: &str, shape: Shape, table: &Held) -> Result<BundleTable, String> {
    if shape.table != table.table {
        return Err(format!("{} stands in its place", table.table));
    }
    if table.data.len() != table.rows {
        return Err(format!("{} rows were sent and {} are here", table.rows, table.data.len()));
    }
    let mut hash = Sha256::new();
    hash.update(head);
    for fields in &table.data {
        hash.update(measured(fields.iter().map(Option::as_deref)));
    }
    if format!("{:x}", hash.finalize()) != table.sha256 {
        return Err(format!("it was edited or damaged: {MISMATCH}"));
    }
    let query = query(&shape, Side::Source, Subset::All, true);
    let mut rows = Vec::new();
    for fields in &table.data {
        if fields.len() != query.fields() {
            return Err(format!("a row has {} fields instead of {}", fields.len(), query.fields()));
        }
        let mut row = query.decode(&fields.iter().map(Option::as_deref).collect::<Vec<_>>());
        row.in_scope &= !table.included;
        rows.push(row);
    }
    Ok(BundleTable { shape, rows })
}
