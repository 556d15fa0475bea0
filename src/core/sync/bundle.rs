//! The exported file: JSON Lines, readable in a diff, refused when cut off or edited.
//!
//! First a header, then one line per row, last a footer with the row counts and a SHA-256 over every
//! byte before it. Nothing in it depends on when or by whom it was made, so two exports of the same
//! data are the same bytes.

mod index;
mod named;
mod read;

use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

pub use self::index::{Index, IndexedTable, Run, RunRows};
use self::{
    named::{Held, Named},
    read::scan,
};
use super::{
    row::{Key, Row, Value},
    shape::{Part, Role, Shape},
};
use crate::core::{error::Result, name::QName};

/// The version of the format that this program writes, and the only one it reads.
pub const FORMAT: u32 = 3;

/// Where the rows of a bundle come from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Source {
    /// The project.
    pub project: String,
    /// The environment.
    pub environment: String,
    /// The server's version, as it says.
    pub server: String,
    /// Which database; see [`crate::core::database`]. `None` where no server was asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
}

/// The rows of some sets, read from one environment in one snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bundle {
    /// Where they come from.
    pub source: Source,
    /// The tables with their rows, in the order of their sets; rows in the order of their keys.
    pub tables: Vec<BundleTable>,
}

/// One table of a bundle.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BundleTable {
    /// How the rows were read.
    pub shape: Shape,
    /// The rows.
    pub rows: Vec<Row>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    pgdeck: String,
    format: u32,
    source: Source,
    tables: Vec<Shape>,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    table: QName,
    key: Key,
    row: Named<Held>,
    #[serde(default, skip_serializing_if = "Named::is_empty")]
    references: Named<Option<Key>>,
    /// Here only because another row needs it as its parent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    included: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Footer {
    rows: Map<String, Json>,
    sha256: String,
}

/// Writes through, keeping the digest of what went by.
struct Hashing<W> {
    to: W,
    hash: Sha256,
}

impl<W: Write> Write for Hashing<W> {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        let written = self.to.write(bytes)?;
        self.hash.update(&bytes[..written]);
        Ok(written)
    }

    fn flush(&mut self) -> std::io::Result<()> {
        self.to.flush()
    }
}

impl Bundle {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.tables.iter().map(|table| table.rows.len()).sum()
    }

    /// Writes the file's bytes.
    pub fn write(&self, to: impl Write) -> std::io::Result<()> {
        let shapes: Vec<_> = self.tables.iter().map(|table| table.shape.clone()).collect();
        let mut writer = Writer::begin(to, &self.source, &shapes)?;
        for (at, table) in self.tables.iter().enumerate() {
            for row in &table.rows {
                writer.row(at, row)?;
            }
        }
        writer.end().map(drop)
    }

    /// Reads a bundle, or says in which line of `name` it is broken.
    pub fn read(name: &str, from: impl BufRead) -> Result<Bundle> {
        let mut rows: Vec<Vec<Row>> = Vec::new();
        let header = scan(name, from, &mut |at, row, _| {
            rows.resize_with(rows.len().max(at + 1), Vec::new);
            rows[at].push(row);
        })?;
        rows.resize_with(header.tables.len(), Vec::new);
        let tables = header.tables.into_iter().zip(rows).map(|(shape, rows)| BundleTable { shape, rows });
        Ok(Bundle { source: header.source, tables: tables.collect() })
    }
}

/// Writes a bundle row by row, so that none has to be held.
pub struct Writer<W> {
    out: Hashing<W>,
    tables: Vec<(Shape, usize)>,
}

impl<W: Write> Writer<W> {
    /// Writes the header for rows of `shapes`.
    pub fn begin(to: W, source: &Source, shapes: &[Shape]) -> std::io::Result<Self> {
        let mut out = Hashing { to, hash: Sha256::new() };
        let header =
            Header { pgdeck: "bundle".into(), format: FORMAT, source: source.clone(), tables: shapes.to_vec() };
        line(&mut out, &header)?;
        Ok(Writer { out, tables: shapes.iter().map(|shape| (shape.clone(), 0)).collect() })
    }

    /// Writes a row of the shape at the place `table`.
    pub fn row(&mut self, table: usize, row: &Row) -> std::io::Result<()> {
        let (shape, rows) = &mut self.tables[table];
        *rows += 1;
        line(&mut self.out, &to_line(shape, row))
    }

    /// Writes the footer. Returns how many rows each table has, and what was written to.
    pub fn end(mut self) -> std::io::Result<(Vec<usize>, W)> {
        let counts = self.tables.iter().map(|(shape, rows)| (shape.table.to_string(), json!(rows))).collect();
        let sha256 = format!("{:x}", self.out.hash.clone().finalize());
        line(&mut self.out, &Footer { rows: counts, sha256 })?;
        self.out.flush()?;
        Ok((self.tables.into_iter().map(|(_, rows)| rows).collect(), self.out.to))
    }
}

fn line(out: &mut impl Write, value: &impl Serialize) -> std::io::Result<()> {
    serde_json::to_writer(&mut *out, value)?;
    out.write_all(b"\n")
}

fn to_line(shape: &Shape, row: &Row) -> Line {
    let columns = shape.columns.iter().zip(&row.columns).filter(|(column, _)| column.role.travels());
    let references = shape.references.iter().zip(&row.references);
    Line {
        table: shape.table.clone(),
        key: row.key.clone(),
        row: Named(columns.map(|(column, value)| (column.name.clone(), Held(Some(value.clone())))).collect()),
        references: Named(references.map(|(reference, key)| (reference.label(), key.clone())).collect()),
        included: !row.in_scope,
    }
}

fn from_line(shape: &Shape, line: &Line) -> Result<Row, String> {
    let travelling = shape.columns.iter().filter(|column| column.role.travels()).count();
    if line.row.len() != travelling || line.references.len() != shape.references.len() {
        return Err("the row does not have the columns that the header names".into());
    }
    let column = |name: &str, role: Role| -> Result<Value, String> {
        match (role.travels(), line.row.get(name)) {
            (false, _) => Ok(None),
            (true, Some(Held(Some(value)))) => Ok(value.clone()),
            (true, _) => Err(format!("`{name}` is neither text nor null")),
        }
    };
    let reference = |label: String| -> Result<Option<Key>, String> {
        line.references.get(&label).cloned().ok_or_else(|| format!("`{label}` is missing"))
    };
    if line.key.0.len() != super::shape::leaves(&shape.key) {
        return Err("the row's key does not have the parts that the header names".into());
    }
    let row = Row {
        key: line.key.clone(),
        columns: shape.columns.iter().map(|c| column(&c.name, c.role)).collect::<Result<_, _>>()?,
        references: shape.references.iter().map(|r| reference(r.label())).collect::<Result<_, _>>()?,
        in_scope: !line.included,
    };
    match other_key(shape, &row) {
        None => Ok(row),
        Some(name) => Err(format!("the row's key is not what it holds in `{name}`")),
    }
}

/// The column of which a row's key says another value than the row itself.
fn other_key(shape: &Shape, row: &Row) -> Option<String> {
    let mut leaves = row.key.0.iter();
    for part in &shape.key {
        match part {
            Part::Expression { .. } => _ = leaves.next(),
            Part::Column { name, .. } => {
                let told = leaves.next().and_then(Option::as_deref);
                let at = shape.position(name).filter(|at| shape.columns[*at].role.travels());
                if at.is_some_and(|at| row.columns[at].as_deref() != told) {
                    return Some(name.clone());
                }
            }
            Part::Reference(reference) => {
                let told: Vec<_> = leaves.by_ref().take(reference.leaves()).cloned().collect();
                let at = shape.references.iter().position(|known| known.columns == reference.columns);
                let held = at.and_then(|at| row.references[at].as_ref());
                if held.is_some_and(|held| held.0 != told) {
                    return Some(reference.label());
                }
            }
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::{
        super::fixture::{bundle, row, shape},
        *,
    };

    fn text(bundle: &Bundle) -> String {
        let mut bytes = Vec::new();
        bundle.write(&mut bytes).expect("written");
        String::from_utf8(bytes).expect("text")
    }

    #[test]
    fn what_is_written_is_read_again() {
        let mut odd = row("line\nbreak 🦊 \"q\" \u{1b}", "", Some("p"));
        odd.columns[1] = None;
        odd.columns[2] = None;
        let bundle = bundle(vec![(shape("c", Some("p")), vec![odd]), (shape("empty", None), Vec::new())]);
        let text = text(&bundle);
        assert_eq!(Bundle::read("b", text.as_bytes()).expect("read"), bundle);
        assert_eq!(text.lines().count(), 3);
        assert!(text.lines().nth(1).is_some_and(|line| line.ends_with(r#""references":{"parent":["p"]}}"#)), "{text}");
    }

    #[test]
    fn a_broken_line_is_named_by_its_number() {
        let text = text(&bundle(vec![(shape("t", None), vec![row("a", "1", None), row("b", "2", None)])]));
        for (broken, place, says) in [
            (
                text.replacen("\"key\":[\"a\"]", "\"key\":[\"z\"]", 1),
                "b:2",
                "the row's key is not what it holds in `k`",
            ),
            (text.replacen("{\"table\"", "{\"tabel\"", 1), "b:2", "not a row of a bundle"),
            (text.replacen("\"pos\":\"2\"", "\"pos\":2", 1), "b:3", "`pos` is neither text nor null"),
            (text.replacen(",\"pos\":\"2\"", "", 1), "b:3", "does not have the columns"),
            (text.replacen("\"public.t\",\"key", "\"public.u\",\"key", 1), "b:2", "does not name public.u"),
            (text.replacen("\"format\":3", "\"format\":9", 1), "b", "has format 9"),
            (text.replacen("\"pos\":\"1\"", "\"pos\":\"7\"", 1), "b", "its checksum does not match"),
            (format!("{text}\n"), "b:5", "text after the footer"),
        ] {
            let error = Bundle::read("b", broken.as_bytes()).expect_err(&broken);
            assert_eq!(error.place.as_deref(), Some(place), "{error}");
            assert!(error.message.contains(says), "{error}");
        }
    }
}
