//! The exported file: JSON Lines, readable in a diff, refused when cut off or edited.
//!
//! First a header, then one line per row, last a footer with the row counts and a SHA-256 over every
//! byte before it. Nothing in it depends on when or by whom it was made, so two exports of the same
//! data are the same bytes.

use std::io::{BufRead, Write};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value as Json, json};
use sha2::{Digest, Sha256};

use super::{
    plan::Head,
    row::{Key, Row},
    shape::{Part, Role, Shape},
};
use crate::core::{
    error::{Error, Result},
    name::QName,
};

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
    row: Map<String, Json>,
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    references: Map<String, Json>,
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
    pub fn read(name: &str, mut from: impl BufRead) -> Result<Bundle> {
        let mut reader = Reader { name, number: 0, hash: Sha256::new() };
        let header: Header = match reader.next(&mut from)? {
            Some((text, _)) => {
                // Another version's bundle is another version's, whatever else of it cannot be read.
                if let Ok(Head { format }) = serde_json::from_str(&text)
                    && format != FORMAT
                {
                    let what = format!("this bundle has format {format}, this pgdeck reads {FORMAT}");
                    return Err(Error::usage(what).at(name).hint("export it again"));
                }
                reader.parse(&text, "header")?
            }
            None => return Err(Error::usage("the bundle is empty").at(name).hint("export it again")),
        };
        if header.pgdeck != "bundle" {
            return Err(Error::usage("this is not a bundle").at(name).hint("export it again"));
        }
        let mut tables: Vec<_> =
            header.tables.into_iter().map(|shape| BundleTable { shape, rows: Vec::new() }).collect();
        let mut footer = None;
        while let Some((text, before)) = reader.next(&mut from)? {
            if footer.is_some() {
                return Err(reader.broken("there is text after the footer"));
            }
            if text.starts_with("{\"rows\":") {
                footer = Some((reader.parse::<Footer>(&text, "footer")?, format!("{:x}", before.finalize())));
            } else {
                let line: Line = reader.parse(&text, "row")?;
                let Some(table) = tables.iter_mut().find(|table| table.shape.table == line.table) else {
                    return Err(reader.broken(&format!("the header does not name {}", line.table)));
                };
                let row = from_line(&table.shape, &line).map_err(|what| reader.broken(&what))?;
                table.rows.push(row);
            }
        }
        let Some((footer, sha256)) = footer else {
            return Err(reader.broken("the bundle is cut off: it has no footer"));
        };
        let bundle = Bundle { source: header.source, tables };
        if footer.sha256 != sha256 || !bundle.counts_match(&footer.rows) {
            return Err(Error::usage("the bundle was edited or damaged: its checksum does not match")
                .at(name)
                .hint("export it again"));
        }
        Ok(bundle)
    }

    fn counts_match(&self, counts: &Map<String, Json>) -> bool {
        counts.len() == self.tables.len()
            && self
                .tables
                .iter()
                .all(|table| counts.get(&table.shape.table.to_string()) == Some(&json!(table.rows.len())))
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

struct Reader<'a> {
    name: &'a str,
    number: usize,
    hash: Sha256,
}

impl Reader<'_> {
    /// The next line with the digest of everything before it.
    fn next(&mut self, from: &mut impl BufRead) -> Result<Option<(String, Sha256)>> {
        let mut text = String::new();
        self.number += 1;
        let read = from.read_line(&mut text).map_err(|error| self.broken(&error.to_string()))?;
        if read == 0 {
            return Ok(None);
        }
        if !text.ends_with('\n') {
            return Err(self.broken("the bundle is cut off in the middle of a line"));
        }
        let before = self.hash.clone();
        self.hash.update(text.as_bytes());
        Ok(Some((text, before)))
    }

    fn parse<T: serde::de::DeserializeOwned>(&self, text: &str, what: &str) -> Result<T> {
        serde_json::from_str(text).map_err(|error| self.broken(&format!("not a {what} of a bundle ({error})")))
    }

    fn broken(&self, what: &str) -> Error {
        Error::usage(what).at(format!("{}:{}", self.name, self.number)).hint("export it again")
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
        row: columns.map(|(column, value)| (column.name.clone(), json!(value))).collect(),
        references: references.map(|(reference, key)| (reference.label(), json!(key))).collect(),
        included: !row.in_scope,
    }
}

fn from_line(shape: &Shape, line: &Line) -> Result<Row, String> {
    let travelling = shape.columns.iter().filter(|column| column.role.travels()).count();
    if line.row.len() != travelling || line.references.len() != shape.references.len() {
        return Err("the row does not have the columns that the header names".into());
    }
    let column = |name: &str, role: Role| -> Result<Option<String>, String> {
        match (role.travels(), line.row.get(name)) {
            (false, _) | (true, Some(Json::Null)) => Ok(None),
            (true, Some(Json::String(text))) => Ok(Some(text.clone())),
            (true, _) => Err(format!("`{name}` is neither text nor null")),
        }
    };
    let reference = |label: String| -> Result<Option<Key>, String> {
        let value = line.references.get(&label).ok_or_else(|| format!("`{label}` is missing"))?;
        serde_json::from_value(value.clone()).map_err(|_| format!("`{label}` is not a key"))
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
