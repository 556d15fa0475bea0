//! Two sides → a review: what would have to change in the target so that it holds what the source holds.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::{
    bundle::{Bundle, BundleTable},
    row::{Key, Row, Value},
    shape::{Reference, Role, Shape, ShapeColumn},
};
use crate::core::name::QName;

/// What one side looks like to the diff: the target's rows, read through the target's shapes.
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// One per table of the bundle, in its order; `None` where the table cannot take part, with the reason.
    pub tables: Vec<Result<TargetTable, String>>,
    /// For every parent that a reference names: how often each of its keys occurs in the target.
    pub parents: BTreeMap<QName, HashMap<Key, usize>>,
}

/// One table of the target.
#[derive(Debug, Clone)]
pub struct TargetTable {
    /// How it was read.
    pub shape: Shape,
    /// Every row, also those outside the `where`.
    pub rows: Vec<Row>,
}

/// Everything that differs, table by table.
#[derive(Debug, Clone, Default)]
pub struct Review {
    /// The source environment, or the bundle's.
    pub from: String,
    /// The environment that would change.
    pub to: String,
    /// In the order of the sets.
    pub tables: Vec<TableReview>,
}

/// The differences of one table.
#[derive(Debug, Clone)]
pub struct TableReview {
    /// The set that it belongs to.
    pub set: String,
    /// The table.
    pub table: QName,
    /// How the target's rows were read; `None` where the table as a whole is blocked.
    pub shape: Option<Shape>,
    /// Rows that differ, in the order of their keys.
    pub rows: Vec<RowReview>,
    /// How many rows are the same on both sides.
    pub unchanged: usize,
    /// Why no row of the table can move.
    pub blocked: Option<String>,
    /// What the operator should know.
    pub warnings: Vec<String>,
}

/// What would happen to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// The target does not have it.
    Insert,
    /// Some column differs.
    Update,
    /// The source does not have it, and deletes were asked for.
    Delete,
    /// Equal by the type's own operator, different as text.
    Representation,
}

impl Change {
    /// The glyph that stands before the row.
    pub fn sign(self) -> &'static str {
        match self {
            Change::Insert => "+",
            Change::Update => "~",
            Change::Delete => "−",
            Change::Representation => "≈",
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Change::Insert => "insert",
            Change::Update => "update",
            Change::Delete => "delete",
            Change::Representation => "representation only",
        }
    }
}

/// One row that differs.
#[derive(Debug, Clone)]
pub struct RowReview {
    /// What identifies it.
    pub key: Key,
    /// What would happen.
    pub change: Change,
    /// The columns that differ; for an insert every column that travels, for a delete every column it has.
    pub cells: Vec<Cell>,
    /// Why it cannot move.
    pub blocked: Option<String>,
    /// The source's row.
    pub source: Option<Row>,
    /// The target's row.
    pub target: Option<Row>,
    /// Rows of this review that have to go along: an insert's new parents, a delete's children.
    pub requires: Vec<(QName, Key)>,
}

/// One column that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The column, or the columns of a foreign key.
    pub column: String,
    /// What kind of thing it is.
    pub field: Field,
    /// What the target holds.
    pub old: Value,
    /// What the source holds.
    pub new: Value,
    /// Whether the two are equal by the type's own operator.
    pub representation: bool,
}

/// Where a cell's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The target shape's column at this position.
    Column(usize),
    /// The target shape's reference at this position; shown as the parent's key.
    Reference(usize),
}

impl Review {
    /// Rows of `change` that can move, and rows that cannot.
    pub fn count(&self, change: Change) -> usize {
        self.tables.iter().map(|table| table.count(change)).sum()
    }

    /// Rows that cannot move.
    pub fn blocked(&self) -> usize {
        self.tables.iter().map(TableReview::blocked_rows).sum()
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.tables.iter().all(|table| table.rows.is_empty() && table.blocked.is_none())
    }
}

impl TableReview {
    /// Rows of `change` that can move.
    pub fn count(&self, change: Change) -> usize {
        self.rows.iter().filter(|row| row.change == change && row.blocked.is_none()).count()
    }

    /// Rows that cannot move.
    pub fn blocked_rows(&self) -> usize {
        self.rows.iter().filter(|row| row.blocked.is_some()).count()
    }
}

/// Compares the source's `bundle` with the target. `deletes` asks for deletes in every table.
pub fn review(bundle: &Bundle, target: &Target, to: &str, deletes: bool) -> Review {
    let mut tables: Vec<_> = bundle
        .tables
        .iter()
        .zip(&target.tables)
        .map(|(source, target)| match target {
            Ok(target) => table_review(source, target, deletes),
            Err(reason) => blocked_table(source, reason.clone()),
        })
        .collect();
    resolve_parents(&mut tables, &target.parents);
    Review { from: bundle.source.environment.clone(), to: to.to_owned(), tables }
}

fn blocked_table(source: &BundleTable, reason: String) -> TableReview {
    TableReview {
        set: source.shape.set.clone(),
        table: source.shape.table.clone(),
        shape: None,
        rows: Vec::new(),
        unchanged: 0,
        blocked: Some(reason),
        warnings: Vec::new(),
    }
}

fn table_review(source: &BundleTable, target: &TargetTable, deletes: bool) -> TableReview {
    let fields = Fields::of(&source.shape, &target.shape);
    let mut review = TableReview {
        set: source.shape.set.clone(),
        table: source.shape.table.clone(),
        shape: Some(target.shape.clone()),
        rows: Vec::new(),
        unchanged: 0,
        blocked: fields.problem.clone(),
        warnings: fields.warnings.clone(),
    };
    if review.blocked.is_some() {
        return review;
    }
    let taken = target.rows.iter().map(|row| surrogate(&target.shape, row)).collect();
    let sources = by_key(&source.shape, &source.rows);
    let targets = by_key(&target.shape, &target.rows);
    let keys: BTreeSet<&Key> = sources.keys().chain(targets.keys()).collect();
    for key in keys {
        let (from, to) =
            (sources.get(key).map_or(&[][..], Vec::as_slice), targets.get(key).map_or(&[][..], Vec::as_slice));
        match (from, to) {
            ([source], [target]) => match fields.update(key, source, target) {
                Some(row) => review.rows.push(row),
                None => review.unchanged += 1,
            },
            ([source], []) => review.rows.push(fields.insert(key, source, &taken)),
            ([], [target_row]) if (deletes || target.shape.deletes) && target_row.in_scope => {
                review.rows.push(fields.delete(key, target_row));
            }
            ([], rows) if !(deletes || target.shape.deletes) || !rows.iter().any(|row| row.in_scope) => {}
            (from, to) => review.rows.push(ambiguous(key, from, to)),
        }
    }
    review
}

fn by_key<'a>(shape: &Shape, rows: &'a [Row]) -> HashMap<Key, Vec<&'a Row>> {
    let mut map: HashMap<Key, Vec<&Row>> = HashMap::with_capacity(rows.len());
    for row in rows {
        map.entry(row.key(shape)).or_default().push(row);
    }
    map
}

fn ambiguous(key: &Key, source: &[&Row], target: &[&Row]) -> RowReview {
    let change = match (source, target) {
        ([], _) => Change::Delete,
        (_, []) => Change::Insert,
        _ => Change::Update,
    };
    let reason = format!("its key is not unique: {} rows in the source, {} in the target", source.len(), target.len());
    RowReview {
        key: key.clone(),
        change,
        cells: Vec::new(),
        blocked: Some(reason),
        source: source.first().map(|row| (*row).clone()),
        target: target.first().map(|row| (*row).clone()),
        requires: Vec::new(),
    }
}

/// How the source's positions map to the target's.
struct Fields<'a> {
    target: &'a Shape,
    /// (source column, target column) that are compared.
    compared: Vec<(usize, usize)>,
    /// (source column, target column) that travel with a new row.
    inserted: Vec<(usize, usize)>,
    /// (source reference, target reference).
    references: Vec<(usize, usize)>,
    warnings: Vec<String>,
    problem: Option<String>,
    /// Why no new row can be inserted.
    no_insert: Option<String>,
}

impl<'a> Fields<'a> {
    fn of(source: &Shape, target: &'a Shape) -> Self {
        let mut this = Fields {
            target,
            compared: Vec::new(),
            inserted: Vec::new(),
            references: Vec::new(),
            warnings: Vec::new(),
            problem: None,
            no_insert: None,
        };
        if labels(source) != labels(target) {
            this.problem = Some(format!(
                "the key differs: {} in the source, {} in the target",
                labels(source).join(", "),
                labels(target).join(", ")
            ));
            return this;
        }
        this.match_columns(source);
        this.match_references(source);
        this.check_inserts();
        this
    }

    fn match_columns(&mut self, source: &Shape) {
        let key = self.target.key_columns();
        for (at, column) in source.columns.iter().enumerate().filter(|(_, column)| column.role.travels()) {
            let Some(to) = self.target.position(&column.name) else {
                self.warnings.push(format!("column `{}` is not in the target, left out", column.name));
                continue;
            };
            let other = &self.target.columns[to];
            if !other.role.travels() {
                self.problem =
                    Some(format!("column `{}` is a plain value in the source, and not in the target", column.name));
                continue;
            }
            if other.cast != column.cast {
                self.warnings
                    .push(format!("`{}` is {} in the source, {} in the target", column.name, column.cast, other.cast));
            }
            if column.role == Role::Value && !key.contains(&column.name.as_str()) {
                self.compared.push((at, to));
            }
            if column.role != Role::Id || self.target.keep_ids {
                self.inserted.push((at, to));
            }
        }
        let only_here = |column: &&ShapeColumn| {
            matches!(column.role, Role::Value | Role::Ignored) && source.position(&column.name).is_none()
        };
        for column in self.target.columns.iter().filter(only_here) {
            self.warnings.push(format!("column `{}` is only in the target, left as it is", column.name));
        }
    }

    fn match_references(&mut self, source: &Shape) {
        for (at, reference) in source.references.iter().enumerate() {
            match self.target.references.iter().position(|other| other.same(reference)) {
                Some(to) => self.references.push((at, to)),
                None => {
                    self.problem = Some(format!(
                        "the foreign key ({}) → {} is not the same in the target",
                        reference.label(),
                        reference.table
                    ));
                }
            }
        }
    }

    fn check_inserts(&mut self) {
        let given: BTreeSet<usize> = self.inserted.iter().map(|(_, to)| *to).collect();
        let missing = self.target.columns.iter().enumerate().find(|(at, column)| {
            column.not_null
                && !column.default
                && !given.contains(at)
                && !matches!(column.role, Role::Foreign | Role::Generated)
        });
        self.no_insert =
            missing.map(|(_, column)| format!("`{}` must not be NULL in the target and nothing fills it", column.name));
    }

    fn cells(&self, columns: &[(usize, usize)], source: Option<&Row>, target: Option<&Row>) -> Vec<Cell> {
        let columns = columns.iter().map(|&(from, to)| Cell {
            column: self.target.columns[to].name.clone(),
            field: Field::Column(to),
            old: target.and_then(|row| row.columns[to].clone()),
            new: source.and_then(|row| row.columns[from].clone()),
            representation: false,
        });
        let references = self.references.iter().map(|&(from, to)| Cell {
            column: self.target.references[to].label(),
            field: Field::Reference(to),
            old: target.and_then(|row| row.references[to].as_ref().map(Key::display)),
            new: source.and_then(|row| row.references[from].as_ref().map(Key::display)),
            representation: false,
        });
        columns.chain(references).collect()
    }

    fn update(&self, key: &Key, source: &Row, target: &Row) -> Option<RowReview> {
        let differs = |cell: &Cell| match cell.field {
            Field::Column(_) => cell.old != cell.new,
            Field::Reference(to) => {
                let from = self.references.iter().find(|(_, t)| *t == to).map(|(from, _)| *from);
                let reference = &self.target.references[to];
                !self.target.in_key(reference)
                    && !reference.ignored
                    && from.is_none_or(|f| source.references[f] != target.references[to])
            }
        };
        let cells: Vec<_> =
            self.cells(&self.compared, Some(source), Some(target)).into_iter().filter(differs).collect();
        (!cells.is_empty()).then(|| self.row(key, Change::Update, cells, Some(source), Some(target), None))
    }

    /// A new row. Where its surrogate id is already another row's, the target makes one of its own.
    fn insert(&self, key: &Key, source: &Row, taken: &HashSet<Vec<Value>>) -> RowReview {
        let mut cells = self.cells(&self.inserted, Some(source), None);
        let mut row = self.row(key, Change::Insert, Vec::new(), Some(source), None, self.no_insert.clone());
        let id = row.source.as_ref().map(|row| surrogate(self.target, row)).unwrap_or_default();
        if !id.is_empty() && taken.contains(&id) {
            let is_id =
                |cell: &Cell| matches!(cell.field, Field::Column(at) if self.target.columns[at].role == Role::Id);
            if let Some(column) = self.target.columns.iter().find(|c| c.role == Role::Id && !c.default) {
                row.blocked = Some(format!("its id is taken in the target and nothing fills `{}`", column.name));
            }
            cells.retain(|cell| !is_id(cell));
        }
        row.cells = cells;
        row
    }

    fn delete(&self, key: &Key, target: &Row) -> RowReview {
        let cells = self.cells(&self.inserted, None, Some(target));
        self.row(key, Change::Delete, cells, None, Some(target), None)
    }

    fn row(
        &self,
        key: &Key,
        change: Change,
        cells: Vec<Cell>,
        source: Option<&Row>,
        target: Option<&Row>,
        blocked: Option<String>,
    ) -> RowReview {
        RowReview {
            key: key.clone(),
            change,
            cells,
            blocked,
            source: source.map(|row| self.as_target(row)),
            target: target.cloned(),
            requires: Vec::new(),
        }
    }

    /// The source's row in the positions of the target's shape.
    fn as_target(&self, row: &Row) -> Row {
        let mut out = Row {
            columns: vec![None; self.target.columns.len()],
            references: vec![None; self.target.references.len()],
            in_scope: row.in_scope,
        };
        for &(from, to) in &self.inserted {
            out.columns[to].clone_from(&row.columns[from]);
        }
        for &(from, to) in &self.references {
            out.references[to].clone_from(&row.references[from]);
        }
        out
    }
}

/// The values of a row's surrogate id; empty where the key is the primary key.
fn surrogate(shape: &Shape, row: &Row) -> Vec<Value> {
    let ids = shape.columns.iter().zip(&row.columns).filter(|(column, _)| column.role == Role::Id);
    ids.map(|(_, value)| value.clone()).collect()
}

fn labels(shape: &Shape) -> Vec<String> {
    super::shape::labels(&shape.key)
}

/// Finds for each moving row the parents that its new values point to: in the target, or among the
/// inserts of this review, or nowhere, which blocks it. A blocked parent blocks its children in turn.
fn resolve_parents(tables: &mut [TableReview], parents: &BTreeMap<QName, HashMap<Key, usize>>) {
    loop {
        let inserts: BTreeMap<QName, BTreeSet<Key>> = tables
            .iter()
            .map(|table| {
                let rows = table.rows.iter().filter(|row| row.change == Change::Insert && row.blocked.is_none());
                (table.table.clone(), rows.map(|row| row.key.clone()).collect())
            })
            .collect();
        let mut changed = false;
        for table in tables.iter_mut() {
            let Some(shape) = table.shape.clone() else { continue };
            for row in table.rows.iter_mut().filter(|row| row.blocked.is_none()) {
                match parents_of(&shape, row, parents, &inserts) {
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

fn parents_of(
    shape: &Shape,
    row: &RowReview,
    parents: &BTreeMap<QName, HashMap<Key, usize>>,
    inserts: &BTreeMap<QName, BTreeSet<Key>>,
) -> Result<Vec<(QName, Key)>, String> {
    let Some(source) = row.source.as_ref().filter(|_| row.change != Change::Delete) else { return Ok(Vec::new()) };
    let mut requires = Vec::new();
    for cell in &row.cells {
        let Field::Reference(at) = cell.field else { continue };
        let Some(key) = &source.references[at] else { continue };
        let reference = &shape.references[at];
        match parents.get(&reference.table).and_then(|keys| keys.get(key)).copied().unwrap_or(0) {
            1 => {}
            0 if inserts.get(&reference.table).is_some_and(|keys| keys.contains(key)) => {
                requires.push((reference.table.clone(), key.clone()));
            }
            0 => return Err(missing_parent(reference, key)),
            many => {
                return Err(format!(
                    "its {} {} stands for {many} rows of the target",
                    reference.table.name,
                    key.display()
                ));
            }
        }
    }
    Ok(requires)
}

fn missing_parent(reference: &Reference, key: &Key) -> String {
    if key.0.iter().all(Option::is_none) {
        return format!("its `{}` points to no row of {}", reference.label(), reference.table.name);
    }
    format!("its parent {} `{}` is not in the target", reference.table.name, key.display())
}

/// How many rows point to a row of the target, by (table, position of the child in its shape, row's locator).
pub type ChildCounts = HashMap<(QName, usize, Vec<Value>), u64>;

/// Blocks every row that would take with it, or strand, one that this review does not delete itself. A blocked child
/// blocks its parents in turn.
pub fn check_children(review: &mut Review, counts: &ChildCounts) {
    loop {
        let deleted = deleted_children(review);
        let mut changed = false;
        for table in &mut review.tables {
            let Some(shape) = &table.shape else { continue };
            for row in table.rows.iter_mut().filter(|row| row.blocked.is_none() && disturbs(shape, row)) {
                let checked = match row.change {
                    Change::Delete => children_of(shape, row, counts, &deleted),
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

/// The columns that an update writes.
fn changed<'a>(shape: &'a Shape, row: &RowReview) -> Vec<&'a str> {
    let columns = row.cells.iter().flat_map(|cell| match cell.field {
        Field::Column(at) => vec![shape.columns[at].name.as_str()],
        Field::Reference(at) => shape.references[at].columns.iter().map(String::as_str).collect(),
    });
    columns.collect()
}

/// Why an update must not be: rows hold the value that it changes, and would lose their parent or follow unseen.
fn pointed_to(shape: &Shape, row: &RowReview, counts: &ChildCounts) -> Option<String> {
    let locator = super::plan::locator(shape, row.target.as_ref()?);
    shape.children_by(&changed(shape, row)).find_map(|(at, child)| {
        let there = counts.get(&(shape.table.clone(), at, locator.clone())).copied().filter(|count| *count > 0)?;
        Some(format!("{there} rows of {} point to its `{}`", child.table, child.referenced.join(",")))
    })
}

/// The rows that go before `row` does, or why it must stay.
fn children_of(
    shape: &Shape,
    row: &RowReview,
    counts: &ChildCounts,
    deleted: &HashMap<ChildValues, Vec<Key>>,
) -> Result<Vec<(QName, Key)>, String> {
    let Some(target) = &row.target else { return Ok(Vec::new()) };
    let mut requires = Vec::new();
    for (at, child) in shape.children.iter().enumerate() {
        let locator = super::plan::locator(shape, target);
        let there = counts.get(&(shape.table.clone(), at, locator)).copied().unwrap_or(0);
        let values = child.referenced.iter().map(|name| target.value(shape, name).map(str::to_owned)).collect();
        let going = deleted.get(&(child.table.clone(), child.columns.clone(), values));
        if there > going.map_or(0, Vec::len) as u64 {
            return Err(format!("{there} rows of {} point to it ({})", child.table, child.on_delete.word()));
        }
        requires.extend(going.into_iter().flatten().map(|key| (child.table.clone(), key.clone())));
    }
    Ok(requires)
}

type ChildValues = (QName, Vec<String>, Vec<Value>);

/// The rows that this review deletes, by each foreign key that they hold.
fn deleted_children(review: &Review) -> HashMap<ChildValues, Vec<Key>> {
    let mut out: HashMap<_, Vec<Key>> = HashMap::new();
    for table in &review.tables {
        let Some(shape) = &table.shape else { continue };
        for row in table.rows.iter().filter(|row| row.change == Change::Delete && row.blocked.is_none()) {
            let Some(target) = &row.target else { continue };
            for reference in &shape.references {
                let values =
                    reference.columns.iter().map(|name| target.value(shape, name).map(str::to_owned)).collect();
                out.entry((table.table.clone(), reference.columns.clone(), values)).or_default().push(row.key.clone());
            }
        }
    }
    out
}

/// A pair of texts that differ, to be asked about: may they be equal by their type's own operator?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// (table, row, cell) in the review.
    pub at: (usize, usize, usize),
    /// The type.
    pub cast: String,
    /// The target's text.
    pub old: String,
    /// The source's text.
    pub new: String,
}

/// Types whose text is the value itself: another text is another value.
const EXACT: &[&str] =
    &["text", "character varying", "uuid", "boolean", "smallint", "integer", "bigint", "date", "json", "xml", "bytea"];

/// Whether another text of type `cast` is always another value.
pub fn is_exact(cast: &str) -> bool {
    EXACT.contains(&cast)
}

/// The pairs of a review that may differ in representation only.
pub fn pairs(review: &Review) -> Vec<Pair> {
    let mut out = Vec::new();
    for (t, table) in review.tables.iter().enumerate() {
        let Some(shape) = &table.shape else { continue };
        for (r, row) in table.rows.iter().enumerate().filter(|(_, row)| row.change == Change::Update) {
            for (c, cell) in row.cells.iter().enumerate() {
                let Field::Column(at) = cell.field else { continue };
                let cast = &shape.columns[at].cast;
                if let (Some(old), Some(new), false) = (&cell.old, &cell.new, is_exact(cast)) {
                    out.push(Pair { at: (t, r, c), cast: cast.clone(), old: old.clone(), new: new.clone() });
                }
            }
        }
    }
    out
}

/// Marks the cells whose two values the server calls equal, and the rows that hold no others.
pub fn mark_representation(review: &mut Review, equal: impl IntoIterator<Item = (usize, usize, usize)>) {
    for (t, r, c) in equal {
        review.tables[t].rows[r].cells[c].representation = true;
    }
    for row in review.tables.iter_mut().flat_map(|table| &mut table.rows) {
        if row.change == Change::Update && !row.cells.is_empty() && row.cells.iter().all(|cell| cell.representation) {
            row.change = Change::Representation;
        }
    }
}
