//! Rows of one key, on both sides.

use std::collections::BTreeSet;

use super::{Change, Field, Fields, Key, Review, Row, RowReview, Shape, TableReview, Value};
use crate::core::sync::shape::Role;

/// The comparison of one table, fed key by key, so that only what differs is kept.
pub struct Compare<'a> {
    fields: Fields<'a>,
    deletes: bool,
    review: TableReview,
}

impl<'a> Compare<'a> {
    /// Compares rows of `source` with rows of `target`. `deletes` asks for deletes, besides the set itself.
    pub fn new(source: &Shape, target: &'a Shape, deletes: bool) -> Self {
        let fields = Fields::of(source, target);
        let review = TableReview {
            blocked: fields.problem.clone(),
            warnings: fields.warnings.clone(),
            retyped: fields.retyped(source),
            ..TableReview::new(target)
        };
        Compare { fields, deletes: deletes || target.deletes, review }
    }

    /// How the columns map, or `None` where the tables cannot be compared.
    pub fn fields(&self) -> Option<&Fields<'a>> {
        self.review.blocked.is_none().then_some(&self.fields)
    }

    /// Rows that were found equal without being looked at one by one.
    pub fn unchanged(&mut self, rows: usize) {
        self.review.unchanged += rows;
    }

    /// All rows of `key`, on both sides.
    pub fn rows(&mut self, key: &Key, from: &[Row], to: &[Row]) {
        if self.review.blocked.is_some() {
            return;
        }
        match (from, to) {
            // A parent that is brought along changes no row that is there.
            ([source], [_]) if !source.in_scope => {}
            ([source], [target]) => match self.fields.update(key, source, target) {
                Some(row) => self.review.rows.push(row),
                None => self.review.unchanged += 1,
            },
            ([source], []) => self.review.rows.push(self.fields.insert(key, source)),
            ([], [target]) if self.deletes && target.in_scope => self.review.rows.push(self.fields.delete(key, target)),
            ([], rows) if !self.deletes || !rows.iter().any(|row| row.in_scope) => {
                self.review.kept += rows.iter().filter(|row| row.in_scope).count();
            }
            (from, to) => self.review.rows.push(self.ambiguous(key, from, to)),
        }
    }

    /// Rows that are all at hand, in any order.
    pub fn all(mut self, from: &[Row], to: &[Row]) -> TableReview {
        let keys: BTreeSet<&Key> = from.iter().chain(to).map(|row| &row.key).collect();
        let of = |rows: &[Row], key: &Key| -> Vec<Row> { rows.iter().filter(|r| r.key == *key).cloned().collect() };
        for key in keys {
            self.rows(key, &of(from, key), &of(to, key));
        }
        self.finish()
    }

    /// The review of the table; parents and children are not looked at yet.
    pub fn finish(mut self) -> TableReview {
        if self.review.count(Change::Insert) > 0 {
            self.review.warnings.extend_from_slice(self.fields.insert_warnings());
        }
        self.review
    }

    fn ambiguous(&self, key: &Key, source: &[Row], target: &[Row]) -> RowReview {
        let change = match (source, target) {
            ([], _) => Change::Delete,
            (_, []) => Change::Insert,
            _ => Change::Update,
        };
        let reason =
            format!("its key is not unique: {} rows in the source, {} in the target", source.len(), target.len());
        RowReview {
            key: key.clone(),
            change,
            cells: Vec::new(),
            blocked: Some(reason),
            source: source.first().map(|row| self.fields.as_target(row)),
            target: target.first().cloned(),
            requires: Vec::new(),
            included: false,
            notes: Vec::new(),
        }
    }
}

impl TableReview {
    fn new(shape: &Shape) -> Self {
        TableReview {
            set: shape.set.clone(),
            table: shape.table.clone(),
            shape: Some(shape.clone()),
            rows: Vec::new(),
            unchanged: 0,
            kept: 0,
            blocked: None,
            warnings: Vec::new(),
            retyped: Vec::new(),
        }
    }

    /// A table that cannot take part, because of `reason`.
    pub fn blocked(source: &Shape, reason: String) -> Self {
        TableReview { shape: None, blocked: Some(reason), ..TableReview::new(source) }
    }
}

/// The places of a shape's surrogate ids.
fn id_places(shape: &Shape) -> Vec<usize> {
    (0..shape.columns.len()).filter(|at| shape.columns[*at].role == Role::Id).collect()
}

/// Rows that would bring their surrogate ids along.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeptIds {
    /// The places of the id's columns in the shape.
    pub places: Vec<usize>,
    /// The rows by their places in the review, with their ids.
    pub rows: Vec<(usize, Vec<Value>)>,
}

/// The rows of a table whose ids would be kept: are these free in the target?
pub fn kept_ids(table: &TableReview) -> KeptIds {
    let Some(shape) = &table.shape else { return KeptIds::default() };
    let places = id_places(shape);
    let keeps = |row: &RowReview| {
        !places.is_empty()
            && row.change == Change::Insert
            && row.blocked.is_none()
            && row.cells.iter().any(|cell| matches!(cell.field, Field::Column(at) if places.contains(&at)))
    };
    let rows = table.rows.iter().enumerate().filter(|(_, row)| keeps(row));
    let ids = rows.filter_map(|(at, row)| {
        let source = row.source.as_ref()?;
        Some((at, places.iter().map(|place| source.columns[*place].clone()).collect()))
    });
    let rows = ids.collect();
    KeptIds { places, rows }
}

/// Where a new row's surrogate id is another row's already, the target makes one of its own.
pub fn drop_taken_ids(review: &mut Review, table: usize, rows: &BTreeSet<usize>) {
    let table = &mut review.tables[table];
    let Some(shape) = &table.shape else { return };
    let places = id_places(shape);
    for at in rows {
        let row = &mut table.rows[*at];
        if let Some(column) = places.iter().map(|at| &shape.columns[*at]).find(|column| column.fill.is_none()) {
            row.blocked = Some(format!("its id is taken in the target and nothing fills `{}`", column.name));
        }
        row.cells.retain(|cell| !matches!(cell.field, Field::Column(at) if places.contains(&at)));
    }
}

#[cfg(test)]
mod tests {
    use super::{super::super::fixture::shape, *};

    #[test]
    fn what_blocks_either_side_blocks_the_table_and_says_whose_it_is() {
        let of = |blocked: Option<&str>| Shape { blocked: blocked.map(str::to_owned), ..shape("t", None) };
        let said = |from: Option<&str>, to: Option<&str>| Compare::new(&of(from), &of(to), false).finish().blocked;
        assert_eq!(said(None, None), None);
        assert_eq!(said(Some("a"), None).as_deref(), Some("in the source, a"));
        assert_eq!(said(None, Some("b")).as_deref(), Some("in the target, b"));
        assert_eq!(said(Some("a"), Some("b")).as_deref(), Some("in the source, a"));
        assert_eq!(said(Some("a"), Some("a")).as_deref(), Some("a"));
    }
}
