//! What new values point to: a row of the target, a row that this review inserts, or nothing.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{Change, Field, Key, QName, Review, RowReview, Shape, TableReview, fields::moves};
use crate::core::sync::{
    set::MissingParent,
    shape::{Reference, labels},
};

/// A table by the columns that its rows are known by.
type ByKey = (QName, Vec<String>);

/// How often each wanted key occurs in the target, by parent.
#[derive(Debug, Clone, Default)]
pub struct ParentCounts(BTreeMap<ByKey, HashMap<Key, usize>>);

impl ParentCounts {
    /// `count` rows of the target have `key` in the table that `reference` points to.
    pub fn insert(&mut self, reference: &Reference, key: Key, count: usize) {
        self.0.entry(by_key(reference)).or_default().insert(key, count);
    }

    /// Whether the target has `key` in the table that `reference` points to.
    pub fn has(&self, reference: &Reference, key: &Key) -> bool {
        self.get(reference, key) > 0
    }

    fn get(&self, reference: &Reference, key: &Key) -> usize {
        self.0.get(&by_key(reference)).and_then(|keys| keys.get(key)).copied().unwrap_or(0)
    }
}

fn by_key(reference: &Reference) -> ByKey {
    (reference.table.clone(), labels(&reference.key))
}

/// The keys that the target has to be asked for, of one parent.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// How the parent is known.
    pub reference: Reference,
    /// The keys.
    pub keys: BTreeSet<Key>,
}

/// Every parent that a row which moves would point to.
pub fn wanted_parents(review: &Review) -> Vec<Wanted> {
    wanted(review, |_, _| true)
}

/// The parents that would come along if the target did not have them.
pub fn wanted_by_inclusion(review: &Review) -> Vec<Wanted> {
    // What came along itself brings its own parents, whatever its set says of others.
    wanted(review, |shape, row| row.included || shape.on_missing_parent == MissingParent::Include)
}

fn wanted(review: &Review, of: impl Fn(&Shape, &RowReview) -> bool) -> Vec<Wanted> {
    let mut out: BTreeMap<ByKey, Wanted> = BTreeMap::new();
    for table in &review.tables {
        let Some(shape) = &table.shape else { continue };
        for row in table.rows.iter().filter(|row| row.blocked.is_none() && of(shape, row)) {
            for (at, key) in new_parents(shape, row) {
                let reference = &shape.references[at];
                for reference in std::iter::once(reference).chain(&reference.also) {
                    let wanted = out
                        .entry(by_key(reference))
                        .or_insert_with(|| Wanted { reference: reference.clone(), keys: BTreeSet::new() });
                    wanted.keys.insert(key.clone());
                }
            }
        }
    }
    out.into_values().collect()
}

/// The references that `row` writes, with the keys that they get.
fn new_parents<'a>(shape: &'a Shape, row: &'a RowReview) -> impl Iterator<Item = (usize, &'a Key)> {
    let source = row.source.as_ref().filter(|_| row.change != Change::Delete);
    let written = (0..shape.references.len()).filter(move |at| moves(shape, &row.cells, *at));
    written.filter_map(move |at| Some((at, source?.references[at].as_ref()?)))
}

/// The new rows of a review, by table.
struct Inserts {
    moving: BTreeMap<QName, BTreeSet<Key>>,
    blocked: BTreeMap<QName, BTreeSet<Key>>,
}

/// Finds for each moving row the parents that its new values point to: in the target, or among the inserts of this
/// review, or nowhere, which blocks it or does what its set says. A blocked parent blocks its children in turn.
pub fn resolve_parents(review: &mut Review, parents: &ParentCounts) {
    loop {
        let inserts = Inserts { moving: inserts(&review.tables, false), blocked: inserts(&review.tables, true) };
        let mut changed = false;
        for table in &mut review.tables {
            changed |= resolve_table(table, parents, &inserts);
        }
        if !changed {
            return;
        }
    }
}

fn inserts(tables: &[TableReview], blocked: bool) -> BTreeMap<QName, BTreeSet<Key>> {
    let mut out: BTreeMap<QName, BTreeSet<Key>> = BTreeMap::new();
    for table in tables {
        let rows = table.rows.iter().filter(|row| row.change == Change::Insert && row.blocked.is_some() == blocked);
        out.entry(table.table.clone()).or_default().extend(rows.map(|row| row.key.clone()));
    }
    out
}

fn has(rows: &BTreeMap<QName, BTreeSet<Key>>, reference: &Reference, key: &Key) -> bool {
    rows.get(&reference.table).is_some_and(|keys| keys.contains(key))
}

/// Returns whether a row stays behind that others may need.
fn resolve_table(table: &mut TableReview, parents: &ParentCounts, inserts: &Inserts) -> bool {
    let Some(shape) = table.shape.clone() else { return false };
    let mut changed = false;
    let mut skipped = 0;
    table.rows.retain_mut(|row| {
        if row.blocked.is_some() {
            return true;
        }
        match resolve_row(&shape, row, parents, inserts) {
            Resolved::Moves => true,
            Resolved::Blocked(reason) => {
                row.blocked = Some(reason);
                changed = true;
                true
            }
            Resolved::Nothing => {
                table.unchanged += 1;
                false
            }
            Resolved::Skipped => {
                skipped += 1;
                changed = true;
                false
            }
        }
    });
    if skipped > 0 {
        table.warnings.push(format!("{skipped} rows stay behind, because their parents are not in the target"));
    }
    changed
}

enum Resolved {
    Moves,
    Blocked(String),
    /// Nothing of it differs any more.
    Nothing,
    Skipped,
}

fn resolve_row(shape: &Shape, row: &mut RowReview, parents: &ParentCounts, inserts: &Inserts) -> Resolved {
    let mut requires = Vec::new();
    let mut nulled = Vec::new();
    for (at, key) in new_parents(shape, row) {
        let reference = &shape.references[at];
        // A table of the review itself may get the row by then.
        let other = |also: &&Reference| !inserts.moving.contains_key(&also.table) && !parents.has(also, key);
        if let Some(also) = reference.also.iter().find(other) {
            return Resolved::Blocked(format!(
                "its `{}` points to {}, too, and the target has no such row for {} `{}` there",
                reference.label(),
                also.table,
                reference.table.name,
                key.display()
            ));
        }
        match (parents.get(reference, key), shape.on_missing_parent) {
            (1, _) => {}
            (0, _) if has(&inserts.moving, reference, key) => {
                requires.push((reference.table.clone(), key.clone()));
            }
            (0, MissingParent::Skip) => return Resolved::Skipped,
            (0, MissingParent::Null) if may_be_null(shape, reference) => nulled.push((at, key.display())),
            (0, _) if has(&inserts.blocked, reference, key) => {
                return Resolved::Blocked(format!(
                    "its parent {} `{}` is blocked",
                    reference.table.name,
                    key.display()
                ));
            }
            (0, _) => return Resolved::Blocked(missing_parent(reference, key)),
            (many, _) => {
                let key = key.display();
                return Resolved::Blocked(format!(
                    "its {} {key} stands for {many} rows of the target",
                    reference.table.name
                ));
            }
        }
    }
    row.requires = requires;
    for (at, key) in nulled {
        point_to_nothing(shape, row, at, &key);
    }
    if row.cells.is_empty() && row.change == Change::Update { Resolved::Nothing } else { Resolved::Moves }
}

fn may_be_null(shape: &Shape, reference: &Reference) -> bool {
    let nullable = |name: &String| shape.column(name).is_some_and(|column| !column.not_null);
    !shape.in_key(reference) && !shape.is_silent(reference) && shape.owned(reference).all(nullable)
}

/// The row gets NULL where its parent is missing, as its set says.
fn point_to_nothing(shape: &Shape, row: &mut RowReview, at: usize, key: &str) {
    let reference = &shape.references[at];
    if let Some(source) = &mut row.source {
        source.references[at] = None;
    }
    let already = row.target.as_ref().is_some_and(|target| target.references[at].is_none());
    row.cells.retain_mut(|cell| {
        if cell.field == Field::Reference(at) {
            cell.new = None;
            return !already;
        }
        true
    });
    row.notes.push(format!(
        "`{}` becomes NULL: {} `{key}` is not in the target",
        reference.label(),
        reference.table.name
    ));
}

/// Takes out the rows that were brought along and that nobody needs, and the tables that are here for them alone.
pub fn drop_unneeded(review: &mut Review) {
    loop {
        let rows = review.tables.iter().flat_map(|table| &table.rows).filter(|row| row.blocked.is_none());
        let needed: BTreeSet<(QName, Key)> = rows.flat_map(|row| row.requires.iter().cloned()).collect();
        let mut dropped = false;
        for table in &mut review.tables {
            let before = table.rows.len();
            let name = table.table.clone();
            table.rows.retain(|row| !row.included || needed.contains(&(name.clone(), row.key.clone())));
            dropped |= table.rows.len() < before;
        }
        if !dropped {
            return;
        }
    }
}

fn missing_parent(reference: &Reference, key: &Key) -> String {
    if key.0.iter().all(Option::is_none) {
        return format!("its `{}` leads to no row of {} that has a key", reference.label(), reference.table.name);
    }
    format!("its parent {} `{}` is not in the target", reference.table.name, key.display())
}
