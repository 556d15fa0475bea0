//! What points to rows that go, or that change what is pointed to.

use std::collections::HashMap;

use super::{Cell, Change, Field, Key, QName, Review, RowReview, Shape, Value, fields::moves};
use crate::core::sync::plan::locator;

/// The rows that point to a row of the target, by (table, position of the child in its shape, row's locator).
pub type ChildCounts = HashMap<(QName, usize, Vec<Value>), ChildCount>;

/// Rows that point to one row.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ChildCount {
    /// How many.
    pub rows: u64,
    /// The first of them, for people.
    pub shown: String,
    /// How they write the values that they hold of the row, where its table is one of the review's: equal values may be
    /// written in several ways.
    pub spelled: Vec<Vec<Value>>,
}

impl ChildCount {
    fn words(&self, child: &QName) -> String {
        let dots = if self.rows > 3 { ", …" } else { "" };
        let (rows, point) = if self.rows == 1 { ("row", "points") } else { ("rows", "point") };
        let shown = if self.shown.is_empty() { String::new() } else { format!(" ({}{dots})", self.shown) };
        format!("{} {rows} of {child}{shown} {point}", self.rows)
    }
}

/// Blocks every row that would take with it, or strand, one that this review does not delete itself. A blocked child
/// blocks its parents in turn.
pub fn check_children(review: &mut Review, counts: &ChildCounts) {
    loop {
        let leaving = leaving_children(review);
        let mut changed = false;
        for table in &mut review.tables {
            let Some(shape) = &table.shape else { continue };
            for row in table.rows.iter_mut().filter(|row| row.blocked.is_none() && disturbs(shape, row)) {
                let checked = match row.change {
                    Change::Delete => children_of(shape, row, counts, &leaving),
                    _ => pointed_to(shape, row, counts).map_or(Ok(row.requires.clone()), Err),
                };
                match checked {
                    Ok(requires) => row.requires = requires,
                    Err(reason) => {
                        row.blocked = Some(reason);
                        changed = true;
                    }
                }
            }
        }
        if !changed {
            return;
        }
    }
}

/// Whether rows that point to `row` would notice: it goes, or what they hold of it changes.
pub fn disturbs(shape: &Shape, row: &RowReview) -> bool {
    match row.change {
        Change::Insert => false,
        Change::Delete => true,
        _ => shape.children_by(&changed(shape, row)).next().is_some(),
    }
}

/// The columns that an update writes: what only looks different is written where the row was chosen for its looks.
fn changed<'a>(shape: &'a Shape, row: &RowReview) -> Vec<&'a str> {
    let written = |cell: &&Cell| row.change == Change::Representation || !cell.representation;
    let columns = row.cells.iter().filter(written).flat_map(|cell| match cell.field {
        Field::Column(at) => vec![shape.columns[at].name.as_str()],
        Field::Reference(at) => shape.references[at].columns.iter().map(String::as_str).collect(),
    });
    columns.collect()
}

/// Why an update must not be: rows hold the value that it changes, and would lose their parent or follow unseen.
fn pointed_to(shape: &Shape, row: &RowReview, counts: &ChildCounts) -> Option<String> {
    let locator = locator(shape, row.target.as_ref()?);
    shape.children_by(&changed(shape, row)).find_map(|(at, child)| {
        let there = counts.get(&(shape.table.clone(), at, locator.clone())).filter(|count| count.rows > 0)?;
        Some(format!("{} to its `{}`", there.words(&child.table), child.referenced.join(",")))
    })
}

/// The rows that go, or point elsewhere, before `row` goes, or why it must stay.
fn children_of(
    shape: &Shape,
    row: &RowReview,
    counts: &ChildCounts,
    leaving: &HashMap<ChildValues, Vec<Key>>,
) -> Result<Vec<(QName, Key)>, String> {
    let Some(target) = &row.target else { return Ok(Vec::new()) };
    let mut requires = Vec::new();
    for (at, child) in shape.children.iter().enumerate() {
        let Some(there) = counts.get(&(shape.table.clone(), at, locator(shape, target))) else { continue };
        let held = |values: &Vec<Value>| (child.table.clone(), child.columns.clone(), values.clone());
        let going: Vec<&Key> = there.spelled.iter().filter_map(|values| leaving.get(&held(values))).flatten().collect();
        if there.rows > going.len() as u64 {
            return Err(format!("{} to it ({})", there.words(&child.table), child.on_delete.word()));
        }
        requires.extend(going.into_iter().map(|key| (child.table.clone(), key.clone())));
    }
    Ok(requires)
}

type ChildValues = (QName, Vec<String>, Vec<Value>);

/// The rows that this review deletes, or points elsewhere, by each foreign key that they hold now.
fn leaving_children(review: &Review) -> HashMap<ChildValues, Vec<Key>> {
    let mut out: HashMap<_, Vec<Key>> = HashMap::new();
    for table in &review.tables {
        let Some(shape) = &table.shape else { continue };
        for row in table.rows.iter().filter(|row| row.blocked.is_none()) {
            let Some(target) = &row.target else { continue };
            for (at, reference) in shape.references.iter().enumerate() {
                if row.change == Change::Delete || row.change == Change::Update && moves(shape, &row.cells, at) {
                    let values =
                        reference.columns.iter().map(|name| target.value(shape, name).map(Into::into)).collect();
                    let held = (table.table.clone(), reference.columns.clone(), values);
                    out.entry(held).or_default().push(row.key.clone());
                }
            }
        }
    }
    out
}
