//! A review as a document: everything that would change, everything that cannot, and what was chosen of it.
//!
//! The same review and choice give the same bytes: there is no time in it.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json, json};

use super::{
    diff::{Cell, Change, Review, RowReview, TableReview},
    fires,
    plan::Plan,
    select::Selection,
    shape,
};
use crate::core::{
    error::{Error, Result},
    sheet::{self, markdown_text as text},
    text::json_shown,
    value::shown,
};

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// For people.
    Markdown,
    /// For programs.
    Json,
}

impl Format {
    /// The format that the ending of `file` names.
    pub fn of(file: &str) -> Result<Format> {
        match sheet::Format::of(file) {
            Some(sheet::Format::Markdown) => Ok(Format::Markdown),
            Some(sheet::Format::Json) => Ok(Format::Json),
            Some(sheet::Format::Csv) | None => Err(Error::usage("unsupported file extension for a report")
                .at(file)
                .hint("use .md for Markdown or .json for JSON")),
        }
    }
}

/// What a report tells of.
#[derive(Debug, Clone, Copy)]
pub struct Report<'a> {
    /// All that differs.
    pub review: &'a Review,
    /// What was chosen of it.
    pub selection: &'a Selection,
    /// The plan that the choice makes.
    pub plan: &'a Plan,
}

impl Report<'_> {
    /// The whole document.
    pub fn render(&self, format: Format) -> String {
        match format {
            Format::Markdown => self.markdown(),
            // A tree of values made here can always be written.
            Format::Json => json_shown(&serde_json::to_string_pretty(&self.json()).unwrap_or_default()) + "\n",
        }
    }

    fn json(&self) -> Json {
        let mut record = record(self.review, self.plan);
        record["project"] = json!(self.plan.project);
        record["tally"] = json!(self.plan.tally());
        for (at, table) in self.review.tables.iter().enumerate() {
            let rows = table.rows.iter().enumerate().map(|(row, review)| self.json_row(table, (at, row), review));
            record["tables"][at]["chosen"] = json!(self.selection.in_table(at));
            record["tables"][at]["reason"] = json!(table.blocked);
            record["tables"][at]["warnings"] = json!(table.warnings);
            record["tables"][at]["rows"] = rows.collect();
        }
        record
    }

    fn json_row(&self, table: &TableReview, at: (usize, usize), row: &RowReview) -> Json {
        let columns = row.cells.iter().map(|cell| {
            json!({
                "column": cell.column,
                "old": cell.old,
                "new": cell.new,
                "representation_only": cell.representation,
                "chosen": self.column_chosen(at, row, cell),
            })
        });
        json!({
            "key": key(table, row),
            "change": row.change.word(),
            "chosen": self.selection.contains(at),
            "blocked": row.blocked,
            "columns": columns.collect::<Vec<_>>(),
        })
    }

    /// As the plan has it: what only looks different is written where the whole row was chosen for its looks alone.
    fn column_chosen(&self, at: (usize, usize), row: &RowReview, cell: &Cell) -> bool {
        self.selection.contains(at)
            && self.selection.includes(at, &cell.column)
            && (row.change == Change::Representation || !cell.representation)
    }

    fn markdown(&self) -> String {
        let (review, plan) = (self.review, self.plan);
        // Writing to a string does not fail.
        let mut out = format!("# Sync of {}: {} → {}\n\n", text(&plan.project), text(&review.from), text(&review.to));
        let _ = writeln!(out, "Plan {}: {}.\n\nDigest: {}\n", plan.short_digest(), plan.tally(), plan.digest);
        out.push_str("| set | table | insert | update | delete | unchanged | blocked | formatting only | chosen |\n");
        out.push_str("| --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n");
        for (at, table) in review.tables.iter().enumerate() {
            let name = text(&table.table.to_string());
            let blocked = if table.blocked.is_some() { "all".to_owned() } else { table.blocked_rows().to_string() };
            let [insert, update, delete, same] =
                [Change::Insert, Change::Update, Change::Delete, Change::Representation].map(|c| table.count(c));
            let (set, unchanged, chosen) = (text(&table.set), table.unchanged, self.selection.in_table(at));
            let _ = writeln!(
                out,
                "| {set} | {name} | {insert} | {update} | {delete} | {unchanged} | {blocked} | {same} | {chosen} |"
            );
        }
        let announced = fires::announced(plan);
        if !announced.is_empty() {
            out.push_str("\n## Triggers\n\n");
            for line in announced {
                let _ = writeln!(out, "- {}", text(&line));
            }
        }
        for (at, table) in review.tables.iter().enumerate() {
            if !table.rows.is_empty() || !table.warnings.is_empty() || table.blocked.is_some() || table.kept > 0 {
                self.markdown_table(&mut out, at, table);
            }
        }
        out
    }

    fn markdown_table(&self, out: &mut String, at: usize, table: &TableReview) {
        let _ = writeln!(out, "\n## {}", text(&table.table.to_string()));
        if let Some(reason) = &table.blocked {
            let _ = writeln!(out, "\nBlocked: {}", text(reason));
        }
        if let Some(kept) = table.kept_rows(&self.review.to) {
            let _ = writeln!(out, "\n{}", text(&kept));
        }
        for warning in &table.warnings {
            let _ = writeln!(out, "\nWarning: {}", text(warning));
        }
        if let Some(shape) = table.shape.as_ref().filter(|_| !table.rows.is_empty()) {
            let _ = writeln!(out, "\nKey: {}", text(&shape::labels(&shape.key).join(" · ")));
        }
        for (row, review) in table.rows.iter().enumerate() {
            self.markdown_row(out, (at, row), review);
        }
    }

    fn markdown_row(&self, out: &mut String, at: (usize, usize), row: &RowReview) {
        let word = if row.change == Change::Representation { "formatting only" } else { row.change.word() };
        let _ = writeln!(out, "\n### {word} {}", text(&row.key.display()));
        match &row.blocked {
            Some(reason) => _ = writeln!(out, "\nBlocked: {}", text(reason)),
            None if !self.selection.contains(at) => out.push_str("\nLeft out.\n"),
            None => {}
        }
        let cells = &row.cells;
        if cells.is_empty() {
            return;
        }
        out.push_str("\n| column | old | new | |\n| --- | --- | --- | --- |\n");
        for cell in cells {
            let note = match (cell.representation, self.column_chosen(at, row, cell)) {
                (true, false) => "formatting only, left as it is",
                (true, true) => "formatting only",
                (false, false) if self.selection.contains(at) => "left out",
                (false, _) => "",
            };
            // A new row has no old values, and one that goes no new ones.
            let old = if row.change == Change::Insert { String::new() } else { value(&cell.old) };
            let new = if row.change == Change::Delete { String::new() } else { value(&cell.new) };
            let _ = writeln!(out, "| {} | {old} | {new} | {note} |", text(&cell.column));
        }
    }
}

/// A value in a cell.
fn value(value: &super::row::Value) -> String {
    match value.as_deref() {
        None => "*NULL*".into(),
        value => text(&shown(value)),
    }
}

fn key(table: &TableReview, row: &RowReview) -> Map<String, Json> {
    let labels = table.shape.as_ref().map(|shape| shape::labels(&shape.key)).unwrap_or_default();
    labels.into_iter().zip(row.key.0.iter().map(|part| json!(part))).collect()
}

/// The counts of a review and what is blocked, with the keys that scripts rely on.
pub fn record(review: &Review, plan: &Plan) -> Json {
    let fires = fires::fires_by_table(plan);
    let counts = |table: &TableReview| {
        json!({
            "set": table.set,
            "table": table.table,
            "insert": table.count(Change::Insert),
            "update": table.count(Change::Update),
            "delete": table.count(Change::Delete),
            "unchanged": table.unchanged,
            "kept": table.kept,
            "blocked": table.blocked_rows(),
            "representation_only": table.count(Change::Representation),
            "triggers": fires.iter().filter(|(name, _)| **name == table.table).flat_map(|(_, all)| all).collect::<Vec<_>>(),
        })
    };
    let blocked = review.tables.iter().flat_map(|table| {
        let whole = table.blocked.iter().map(|reason| json!({ "table": table.table, "key": {}, "reason": reason }));
        let rows = table.rows.iter().filter_map(|row| {
            let reason = row.blocked.as_ref()?;
            Some(json!({ "table": table.table, "key": key(table, row), "reason": reason }))
        });
        whole.chain(rows).collect::<Vec<_>>()
    });
    let warnings = review
        .tables
        .iter()
        .flat_map(|table| table.warnings.iter().map(move |text| format!("{}: {text}", table.table)));
    json!({
        "digest": plan.digest,
        "from": review.from,
        "to": review.to,
        "tables": review.tables.iter().map(counts).collect::<Vec<_>>(),
        "blocked": blocked.collect::<Vec<_>>(),
        "warnings": warnings.collect::<Vec<_>>(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::sync::fixture::{bundle, review, row, shape};

    /// An insert, an update of two columns with the second left out, a delete, a blocked row, a row of the same value.
    fn told(format: Format) -> String {
        let mut texts = shape("t", None);
        texts.columns[1].cast = "text".into();
        texts.columns.push(crate::core::sync::fixture::column("more", "text", shape::Role::Value));
        let with = |key: &str, pos: &str, more: Option<&str>| {
            let mut row = row(key, pos, None);
            row.columns.push(more.map(Into::into));
            row
        };
        let source =
            vec![with("a|b", "x", None), with("u", "1|`*_new_*`\n<b>\u{1b}[0m\n", Some("")), with("w", "1", None)];
        let target = vec![with("u", "old", None), with("gone", "1", None), with("w", "2", None)];
        let source = bundle(vec![(texts, source)]);
        let mut review = review(&source, vec![target]);
        let place = |review: &Review, key: &str| review.tables[0].rows.iter().position(|r| r.key.display() == key);
        let (u, w) = (place(&review, "u").expect("u"), place(&review, "w").expect("w"));
        review.tables[0].rows[w].blocked = Some("its parent `p` is not there".into());
        review.tables[0].warnings.push("column `c` is not in the target".into());
        let mut selection = Selection::all(&review);
        selection.toggle_column(&review, (0, u), "more");
        selection.toggle(&review, (0, place(&review, "gone").expect("gone")));
        let plan = Plan::build("shop", &review, &selection).expect("plan");
        Report { review: &review, selection: &selection, plan: &plan }.render(format)
    }

    #[test]
    fn markdown_tells_everything_and_stays_markdown() {
        let told = told(Format::Markdown);
        let digest = told.lines().find(|line| line.starts_with("Digest: ")).expect("a digest").to_owned();
        let short = told.lines().find(|line| line.starts_with("Plan ")).expect("a plan").to_owned();
        assert!(short.ends_with(": 1 insert, 1 update, 0 delete."), "{short}");
        let rest = told.replace(&digest, "DIGEST").replace(&short, "PLAN");
        assert_eq!(
            rest,
            "# Sync of shop: source → target\n\nPLAN\n\nDIGEST\n\n\
             | set | table | insert | update | delete | unchanged | blocked | formatting only | chosen |\n\
             | --- | --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |\n\
             | s | public.t | 1 | 1 | 1 | 0 | 1 | 0 | 2 |\n\
             \n## public.t\n\nWarning: column \\`c\\` is not in the target\n\nKey: k\n\
             \n### insert a\\|b\n\n| column | old | new | |\n| --- | --- | --- | --- |\n\
             | k |  | a\\|b |  |\n| pos |  | x |  |\n| more |  | *NULL* |  |\n\
             \n### delete gone\n\nLeft out.\n\n| column | old | new | |\n| --- | --- | --- | --- |\n\
             | k | gone |  |  |\n| pos | 1 |  |  |\n| more | *NULL* |  |  |\n\
             \n### update u\n\n| column | old | new | |\n| --- | --- | --- | --- |\n\
             | pos | old | 1\\|\\`\\*\\_new\\_\\*\\`␊<br>\\<b>␛\\[0m␊ |  |\n\
             | more | *NULL* | '' | left out |\n\
             \n### update w\n\nBlocked: its parent \\`p\\` is not there\n\n| column | old | new | |\n| --- | --- | --- | --- |\n\
             | pos | 2 | 1 |  |\n"
        );
    }

    #[test]
    fn json_tells_the_same_with_the_keys_of_a_review() {
        let told: Json = serde_json::from_str(&told(Format::Json)).expect("json");
        for key in ["digest", "from", "to", "tables", "blocked", "warnings", "project", "tally"] {
            assert!(told.get(key).is_some(), "{key}");
        }
        let table = &told["tables"][0];
        let rows = table["rows"].as_array().expect("rows");
        let facts: Vec<_> = rows.iter().map(|row| (row["change"].as_str(), row["chosen"].as_bool())).collect();
        assert_eq!(
            facts,
            [
                (Some("insert"), Some(true)),
                (Some("delete"), Some(false)),
                (Some("update"), Some(true)),
                (Some("update"), Some(false))
            ]
        );
        assert_eq!(rows[2]["columns"][0]["new"], "1|`*_new_*`\n<b>\u{1b}[0m\n");
        let more = json!({ "column": "more", "old": null, "new": "", "representation_only": false, "chosen": false });
        assert_eq!(rows[2]["columns"][1], more);
        assert_eq!((&rows[0]["key"], &table["chosen"]), (&json!({ "k": "a|b" }), &json!(2)));
        assert_eq!(told["tally"], json!({ "insert": 1, "update": 1, "delete": 0 }));
    }

    #[test]
    fn the_ending_names_the_format_or_is_refused_with_both() {
        assert_eq!(Format::of("a/b.md").ok(), Some(Format::Markdown));
        assert_eq!(Format::of("b.JSON").ok(), Some(Format::Json));
        for file in ["b.csv", "b", ".md", "b.html"] {
            let error = Format::of(file).expect_err(file).to_string();
            assert!(error.contains(".md") && error.contains(".json"), "{error}");
        }
    }
}
