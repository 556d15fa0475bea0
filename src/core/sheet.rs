//! A list as it leaves pgdeck: rows under titles, written as CSV, JSON or Markdown.

use serde_json::{Map, Value};

use super::text::printable;

/// Rows under titles. Every row has as many values as there are columns.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Sheet {
    /// What the list is called, in one word that can begin a file's name.
    pub name: String,
    /// The titles.
    pub columns: Vec<String>,
    /// The rows, in their order.
    pub rows: Vec<Vec<Value>>,
    /// Whether a spreadsheet must not take a text of a CSV file for a formula: then such a text begins with `'`.
    pub csv_safe: bool,
}

/// How a sheet is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// RFC 4180, with a line of titles. NULL is nothing, the empty text is `""`, as in PostgreSQL's `COPY`.
    Csv,
    /// An array of objects.
    Json,
    /// A table.
    Markdown,
}

impl Format {
    /// The format that the ending of `file` names.
    pub fn of(file: &str) -> Option<Format> {
        let (stem, ending) = file.rsplit_once('.')?;
        if stem.is_empty() || stem.ends_with('/') {
            return None;
        }
        match ending.to_ascii_lowercase().as_str() {
            "csv" => Some(Format::Csv),
            "json" => Some(Format::Json),
            "md" | "markdown" => Some(Format::Markdown),
            _ => None,
        }
    }

    /// Its name.
    pub fn word(self) -> &'static str {
        match self {
            Format::Csv => "CSV",
            Format::Json => "JSON",
            Format::Markdown => "Markdown",
        }
    }
}

impl Sheet {
    /// The sheet `name` with the titles `columns`.
    pub fn new<T: Into<String>>(
        name: impl Into<String>,
        columns: impl IntoIterator<Item = T>,
        rows: impl IntoIterator<Item = Vec<Value>>,
    ) -> Self {
        Sheet {
            name: name.into(),
            columns: columns.into_iter().map(Into::into).collect(),
            rows: rows.into_iter().collect(),
            csv_safe: false,
        }
    }

    /// The whole of it in `format`, with a line break at the end.
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Csv if self.csv_safe => lines(self, ",", csv_safe, ("", "")),
            Format::Csv => lines(self, ",", csv, ("", "")),
            Format::Markdown => {
                let table = lines(self, " | ", markdown, ("| ", " |"));
                let rule = format!("|{}\n", " --- |".repeat(self.columns.len()));
                let head = table.find('\n').map_or(table.len(), |at| at + 1);
                format!("{}{rule}{}", &table[..head], &table[head..])
            }
            Format::Json => {
                let rows: Vec<_> = self.rows.iter().map(|row| self.object(row)).collect();
                // A tree of values made here can always be written.
                serde_json::to_string_pretty(&rows).unwrap_or_default() + "\n"
            }
        }
    }

    fn object(&self, row: &[Value]) -> Value {
        Value::Object(self.columns.iter().cloned().zip(row.iter().cloned()).collect::<Map<_, _>>())
    }
}

fn lines(sheet: &Sheet, between: &str, write: fn(&Value) -> String, (before, behind): (&str, &str)) -> String {
    let titles: Vec<Value> = sheet.columns.iter().map(|title| Value::String(title.clone())).collect();
    let line = |row: &Vec<Value>| {
        let values: Vec<_> = row.iter().map(write).collect();
        format!("{before}{}{behind}\n", values.join(between))
    };
    std::iter::once(&titles).chain(&sheet.rows).map(line).collect()
}

fn csv(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => quoted(text),
        Value::Bool(_) | Value::Number(_) => value.to_string(),
        Value::Array(_) | Value::Object(_) => quoted(&value.to_string()),
    }
}

/// The same, but no text is one that a spreadsheet would calculate: a quote in front makes it a text there.
fn csv_safe(value: &Value) -> String {
    match value {
        Value::String(text) if formula(text) => quoted(text).replacen('"', "\"'", 1),
        other => csv(other),
    }
}

/// Whether a spreadsheet takes a cell for a formula (OWASP, "CSV Injection").
fn formula(text: &str) -> bool {
    text.starts_with(['=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠'])
}

fn quoted(text: &str) -> String {
    let plain = !text.is_empty() && text.trim() == text && !text.contains(['"', ',', '\n', '\r']) && !formula(text);
    if plain { text.to_owned() } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

/// A value in one cell of a table: nothing in it is taken for markup, and nothing acts on a terminal.
fn markdown(value: &Value) -> String {
    let text = match value {
        Value::Null => return String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    let lines: Vec<_> = text.lines().map(escaped).collect();
    lines.join("<br>")
}

/// Text with every line break seen as one: what stands in a cell, or in a line.
pub fn markdown_text(text: &str) -> String {
    let lines: Vec<_> = text.split('\n').map(escaped).collect();
    let mut out = lines.join("␊<br>");
    // Nothing follows the last one.
    if text.ends_with('\n') {
        out.truncate(out.len() - "<br>".len());
    }
    out
}

/// Nothing in the line is markup. An underscore inside of a word is none.
fn escaped(line: &str) -> String {
    let mut out = String::with_capacity(line.len());
    let shown = printable(line);
    let mut before = None;
    let mut chars = shown.chars().peekable();
    while let Some(c) = chars.next() {
        let inside = [before, chars.peek().copied()].iter().all(|c| c.is_some_and(char::is_alphanumeric));
        if "\\|*`<[&~".contains(c) || c == '_' && !inside {
            out.push('\\');
        }
        out.push(c);
        before = Some(c);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn sheet() -> Sheet {
        let rows =
            vec![vec![json!("plans"), json!(6), json!("a,\"b\"\nc")], vec![json!("a|b*"), json!(null), json!("")]];
        Sheet::new("counts", ["table", "rows", "note"], rows)
    }

    #[test]
    fn csv_tells_null_from_the_empty_text() {
        assert_eq!(sheet().render(Format::Csv), "table,rows,note\nplans,6,\"a,\"\"b\"\"\nc\"\na|b*,,\"\"\n");
    }

    #[test]
    fn a_text_that_reads_like_a_formula_is_quoted_and_on_request_no_formula() {
        let cells = ["=1+1", "+1", "-2", "@SUM(A1)", "\tx", "\rx", "a=b"];
        let mut sheet = Sheet::new("x", ["=title"], cells.map(|cell| vec![json!(cell)]));
        sheet.rows.push(vec![json!(-7)]);
        let as_it_is = "\"=title\"\n\"=1+1\"\n\"+1\"\n\"-2\"\n\"@SUM(A1)\"\n\"\tx\"\n\"\rx\"\na=b\n-7\n";
        assert_eq!(sheet.render(Format::Csv), as_it_is);
        sheet.csv_safe = true;
        let safe = "\"'=title\"\n\"'=1+1\"\n\"'+1\"\n\"'-2\"\n\"'@SUM(A1)\"\n\"'\tx\"\n\"'\rx\"\na=b\n-7\n";
        assert_eq!(sheet.render(Format::Csv), safe);
        assert!(sheet.render(Format::Json).contains("\"=1+1\""), "no other format has formulas");
    }

    #[test]
    fn json_keeps_types_and_order() {
        let read: Vec<Map<String, Value>> = serde_json::from_str(&sheet().render(Format::Json)).expect("json");
        assert_eq!(read[0].keys().collect::<Vec<_>>(), ["table", "rows", "note"]);
        assert_eq!((&read[0]["rows"], &read[1]["rows"]), (&json!(6), &Value::Null));
    }

    #[test]
    fn markdown_is_a_table_and_takes_nothing_for_markup() {
        let text = sheet().render(Format::Markdown);
        assert_eq!(
            text,
            "| table | rows | note |\n| --- | --- | --- |\n| plans | 6 | a,\"b\"<br>c |\n| a\\|b\\* |  |  |\n"
        );
    }

    #[test]
    fn the_ending_names_the_format() {
        let of = |file: &str| Format::of(file).map(Format::word);
        assert_eq!(
            ["a.csv", "b/c.JSON", "d.md", "e.txt", "csv", ".csv", "x/.md"].map(of),
            [Some("CSV"), Some("JSON"), Some("Markdown"), None, None, None, None]
        );
    }
}
