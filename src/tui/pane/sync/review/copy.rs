//! How the lists of a review leave the console: to the clipboard, or to a file.

use serde_json::{Value, json};

use super::{super::write::plain, Part, Reviewing, page};
use crate::core::{
    sheet::Sheet,
    sync::diff::{Cell, Change, RowReview, TableReview},
};

impl Reviewing {
    /// The name or value that is marked, and what it is.
    pub(super) fn cell(&self) -> Option<(&'static str, String)> {
        Some(match self.part {
            Part::Tables => ("the table's name", self.marked_table()?.table.to_string()),
            Part::Rows => ("the row's key", self.marked_row()?.key.display()),
            Part::Cells => {
                let cell = self.marked_cell()?;
                let value = if self.marked_row()?.change == Change::Delete { &cell.old } else { &cell.new };
                ("the value", value.as_deref().unwrap_or_default().to_owned())
            }
        })
    }

    /// What is marked as JSON, and what it is.
    pub(super) fn row(&self) -> Option<(&'static str, String)> {
        Some(match self.part {
            Part::Tables => {
                let (at, table) = (self.at_table()?, self.marked_table()?);
                let values = TABLE.iter().map(|title| (*title).to_owned()).zip(self.table_values(at, table));
                ("the table as JSON", Value::Object(values.collect()).to_string())
            }
            Part::Rows => ("the row as JSON", page::record(self.marked_row()?)),
            Part::Cells => {
                let cell = self.marked_cell()?;
                ("the column as JSON", json!({ "column": cell.column, "old": cell.old, "new": cell.new }).to_string())
            }
        })
    }

    /// The list that keys go to, as it goes to a file.
    pub(in super::super) fn sheet(&self) -> Sheet {
        let shown = self.table().order().iter().map(|at| *at as usize);
        match self.part {
            Part::Tables => {
                let places = shown.filter_map(|at| self.order.get(at).copied());
                Sheet::new("review", TABLE, places.map(|at| self.table_values(at, &self.review.tables[at])))
            }
            Part::Rows => {
                let (table, at) = (self.marked_table(), self.at_table().unwrap_or_default());
                let row = |row: usize| Some(self.row_values((at, row), table?.rows.get(row)?));
                Sheet::new(name(table), ROW, shown.filter_map(row))
            }
            Part::Cells => {
                let cells = self.marked_row().map_or(&[][..], |row| &row.cells);
                let values = |cell: &Cell| vec![json!(cell.column), json!(cell.old), json!(cell.new)];
                let sheet = shown.filter_map(|at| cells.get(at)).map(values);
                Sheet::new(format!("{}-row", name(self.marked_table())), ["column", "old", "new"], sheet)
            }
        }
    }

    fn marked_cell(&self) -> Option<&Cell> {
        self.marked_row()?.cells.get(self.cells.selected()?)
    }

    fn table_values(&self, at: usize, table: &TableReview) -> Vec<Value> {
        let changes = [Change::Insert, Change::Update, Change::Delete, Change::Representation];
        let mut values = vec![json!(table.set), json!(table.table.to_string())];
        values.extend(changes.map(|change| json!(table.count(change))));
        values.extend([json!(table.blocked_rows()), json!(self.selection.in_table(at)), json!(table.blocked)]);
        values.push(json!(table.warnings.join("\n")));
        values
    }

    fn row_values(&self, at: (usize, usize), row: &RowReview) -> Vec<Value> {
        let columns: Vec<_> = row.cells.iter().map(|cell| cell.column.as_str()).collect();
        vec![
            json!(row.key.display()),
            json!(row.change.word()),
            json!(columns.join(" ")),
            json!(self.selection.contains(at)),
            json!(row.blocked),
        ]
    }
}

const TABLE: [&str; 10] =
    ["set", "table", "insert", "update", "delete", "formatting only", "blocked rows", "chosen", "blocked", "warnings"];
const ROW: [&str; 5] = ["key", "change", "columns", "chosen", "blocked"];

/// A name that can begin a file's: whatever a table is called, it is no path.
fn name(table: Option<&TableReview>) -> String {
    plain(table.map_or("rows", |table| &table.table.name))
}
