//! The chosen steps, in order, under one digest. What was reviewed is what is applied.

use std::{
    collections::{BTreeMap, HashMap},
    io::{BufReader, BufWriter, Cursor, Read, Seek, Write},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{
    basis::Basis,
    diff::{Cell, Change, Field, Review, RowReview},
    fires::Also,
    row::{Key, Row, Value},
    select::Selection,
    shape::{Role, Shape, ShapeColumn},
    sql,
    value::reading_once,
};
use crate::core::{
    error::{Error, Result},
    gate::{Digest, EnvName, RunId},
    graph,
    name::QName,
};

/// The version of the format that this program writes, and the only one it reads.
pub const FORMAT: u32 = 3;

/// A reviewed change of one environment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// `plan`.
    pub pgdeck: String,
    /// The version of this format.
    pub format: u32,
    /// The project.
    pub project: String,
    /// Where the values come from: an environment, or `undo RUN`.
    pub from: String,
    /// The environment to change, and no other.
    pub to: EnvName,
    /// Which database that was: the system identifier of its cluster and its OID there.
    pub database: String,
    /// The run that this plan takes back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub undoes: Option<RunId>,
    /// The tables that are written.
    pub shapes: Vec<Shape>,
    /// How these tables were declared when they were reviewed.
    pub basis: Basis,
    /// One row each, in the order in which they run.
    pub steps: Vec<Step>,
    /// Never-synced tables that triggers and rules of the target may write.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub agreed: Vec<QName>,
    /// What triggers wrote during the run that this plan takes back: it stays.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Also>,
    /// SHA-256 over everything above.
    pub digest: Digest,
}

/// What every version's files say of themselves.
#[derive(Deserialize)]
pub(super) struct Head {
    /// The version of the format.
    pub(super) format: u32,
}

/// What a step does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Operation {
    /// Writes a new row.
    Insert,
    /// Changes columns of a row.
    Update,
    /// Removes a row.
    Delete,
}

/// One row to change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Step {
    /// What it does.
    pub operation: Operation,
    /// The table.
    pub table: QName,
    /// What identifies the row in every environment.
    pub key: Key,
    /// What finds the row in the target: the values of the shape's locator. Empty for an insert.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub locator: Vec<Value>,
    /// What is written.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub set: Vec<Assignment>,
    /// What was reviewed: the row is touched only while it still holds this.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub guard: BTreeMap<String, Value>,
}

/// What is written into one column, or into the columns of one foreign key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assignment {
    /// The columns.
    pub columns: Vec<String>,
    /// What they get.
    #[serde(flatten)]
    pub value: NewValue,
}

/// A value to write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NewValue {
    /// As it stands.
    Value(Value),
    /// The id that the target has for the parent with this key.
    Parent(Key),
}

/// How many rows a plan writes, or a run wrote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Tally {
    /// New rows.
    pub insert: usize,
    /// Changed rows.
    pub update: usize,
    /// Removed rows.
    pub delete: usize,
}

impl Tally {
    /// All of them.
    pub fn rows(self) -> usize {
        self.insert + self.update + self.delete
    }
}

impl std::fmt::Display for Tally {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} insert, {} update, {} delete", self.insert, self.update, self.delete)
    }
}

impl Plan {
    /// The plan that carries out `selection` of `review`.
    pub fn build(project: &str, review: &Review, selection: &Selection) -> Result<Plan> {
        let chosen = ordered(review, selection);
        let steps: Vec<_> =
            chosen.iter().filter_map(|&(shape, row, at)| step(shape, row, |c| selection.includes(at, c))).collect();
        let shapes = review.tables.iter().filter_map(|table| table.shape.clone());
        let mut seen: Vec<QName> = Vec::new();
        let shapes = shapes.filter(|shape| {
            let used = steps.iter().any(|step| step.table == shape.table) && !seen.contains(&shape.table);
            if used {
                seen.push(shape.table.clone());
            }
            used
        });
        let shapes: Vec<Shape> = shapes.collect();
        Ok(Plan {
            pgdeck: "plan".into(),
            format: FORMAT,
            project: project.to_owned(),
            from: review.from.clone(),
            to: review.to.as_str().into(),
            database: review.database.clone(),
            undoes: None,
            basis: review.basis.of(&shapes.iter().map(|shape| &shape.table).collect()),
            shapes,
            agreed: review.agreed.clone(),
            steps,
            also: Vec::new(),
            digest: Digest::default(),
        }
        .sealed())
    }

    /// The same plan with its digest computed.
    #[must_use]
    pub fn sealed(mut self) -> Plan {
        self.digest = self.computed_digest();
        self
    }

    /// Whether the digest is that of what it says.
    pub fn is_sealed(&self) -> bool {
        self.digest == self.computed_digest()
    }

    fn computed_digest(&self) -> Digest {
        digest(&Plan { digest: Digest::default(), ..self.clone() })
    }

    /// Reads a plan and refuses one that is not what was reviewed.
    pub fn read(name: &str, text: &str) -> Result<Plan> {
        Plan::read_from(name, Cursor::new(text))
    }

    /// The same from a file, without holding its text besides.
    pub fn read_from(name: &str, mut from: impl Read + Seek) -> Result<Plan> {
        let other = |format: u32| {
            Error::usage(format!("this plan has format {format}, this pgdeck reads {FORMAT}"))
                .at(name)
                .hint("review again")
        };
        let plan: Plan = match reading_once(|| serde_json::from_reader(BufReader::new(&mut from))) {
            Ok(plan) => plan,
            Err(error) if error.is_io() => {
                return Err(Error::usage(format!("cannot read this file: {error}")).at(name));
            }
            Err(error) => {
                // Another version's plan is another version's, whatever else of it cannot be read. A pipe is read once.
                let head = from.rewind().ok().and_then(|()| serde_json::from_reader(BufReader::new(&mut from)).ok());
                if let Some(Head { format }) = head.filter(|head: &Head| head.format != FORMAT) {
                    return Err(other(format));
                }
                let what =
                    if error.is_eof() { "the plan is cut off".to_owned() } else { format!("not a plan ({error})") };
                return Err(Error::usage(what).at(format!("{name}:{}", error.line())).hint("review again"));
            }
        };
        if plan.format != FORMAT {
            return Err(other(plan.format));
        }
        if plan.pgdeck != "plan" {
            return Err(Error::usage("this is not a plan").at(name).hint("review again"));
        }
        if !plan.is_sealed() {
            return Err(Error::refused("the plan was edited after the review: its digest does not match")
                .at(name)
                .hint("review again"));
        }
        Ok(plan)
    }

    /// The file's text.
    pub fn text(&self) -> String {
        let mut bytes = Vec::new();
        // Writing to memory does not fail, and what is written is text.
        _ = self.write(&mut bytes);
        String::from_utf8(bytes).unwrap_or_default()
    }

    /// Writes the file's text, without holding it.
    pub fn write(&self, mut to: impl Write) -> std::io::Result<()> {
        serde_json::to_writer_pretty(&mut to, self)?;
        to.write_all(b"\n")
    }

    /// The digest in the short form that people compare: `7f3a·91c2`.
    pub fn short_digest(&self) -> String {
        short(&self.digest)
    }

    /// How many rows it writes.
    pub fn tally(&self) -> Tally {
        self.steps.iter().fold(Tally::default(), Tally::with)
    }

    /// How many rows it writes in each table, in the order of the tables.
    pub fn tally_by_table(&self) -> Vec<(QName, Tally)> {
        let of =
            |shape: &Shape| self.steps.iter().filter(|s| s.table == shape.table).fold(Tally::default(), Tally::with);
        self.shapes.iter().map(|shape| (shape.table.clone(), of(shape))).collect()
    }

    /// The sequences of the columns that rows bring a value for: they have to follow, each once for each column.
    pub fn numbered(&self) -> Vec<(&Shape, &ShapeColumn, &QName)> {
        let given = |shape: &Shape, name: &String| {
            let written = self.steps.iter().filter(|step| step.table == shape.table);
            written.flat_map(|step| &step.set).any(|assignment| assignment.columns.contains(name))
        };
        let of = |shape| {
            let columns = numbers(shape).filter(move |(column, _)| given(shape, &column.name));
            columns.map(move |(column, sequence)| (shape, column, sequence))
        };
        self.shapes.iter().flat_map(of).collect()
    }

    /// The shape of `table`.
    pub fn shape(&self, table: &QName) -> Result<&Shape> {
        self.shapes.iter().find(|shape| shape.table == *table).ok_or_else(|| {
            Error::usage("the plan does not say how this table looks").object(table).hint("review again")
        })
    }
}

/// The columns that hold the numbers of a sequence, each with each of its sequences.
pub(super) fn numbers(shape: &Shape) -> impl Iterator<Item = (&ShapeColumn, &QName)> {
    shape.columns.iter().filter(|column| sql::is_number(column)).flat_map(|column| {
        let counters = column.counters.iter().filter(|counter| counter.whole);
        counters.map(move |counter| (column, &counter.sequence))
    })
}

/// SHA-256 of the JSON form. What is given holds only strings, lists and maps with text keys, so it has one.
pub(super) fn digest(value: &impl Serialize) -> Digest {
    let mut hash = BufWriter::new(Sha256::new());
    // Hashing does not fail.
    _ = serde_json::to_writer(&mut hash, value);
    _ = hash.flush();
    format!("{:x}", hash.get_ref().clone().finalize()).into()
}

/// The first and the next four digits of a digest.
pub fn short(digest: &str) -> String {
    match (digest.get(..4), digest.get(4..8)) {
        (Some(first), Some(second)) => format!("{first}·{second}"),
        _ => digest.to_owned(),
    }
}

impl Tally {
    fn with(mut self, step: &Step) -> Tally {
        match step.operation {
            Operation::Insert => self.insert += 1,
            Operation::Update => self.update += 1,
            Operation::Delete => self.delete += 1,
        }
        self
    }
}

type Chosen<'a> = (&'a Shape, &'a RowReview, (usize, usize));

/// Inserts with parents first, then updates, then deletes with children first.
fn ordered<'a>(review: &'a Review, selection: &Selection) -> Vec<Chosen<'a>> {
    let names: Vec<_> = review.tables.iter().map(|table| table.table.clone()).collect();
    let edges: Vec<_> = review
        .tables
        .iter()
        .flat_map(|table| {
            let references = table.shape.iter().flat_map(|shape| &shape.references);
            references.map(|reference| (table.table.clone(), reference.table.clone()))
        })
        .collect();
    let mut by_change: BTreeMap<Change, Vec<Chosen>> = BTreeMap::new();
    for name in graph::parents_first(&names, &edges) {
        for (t, table) in review.tables.iter().enumerate().filter(|(_, table)| table.table == name) {
            let Some(shape) = &table.shape else { continue };
            for (r, row) in table.rows.iter().enumerate().filter(|(r, _)| selection.contains((t, *r))) {
                by_change.entry(row.change).or_default().push((shape, row, (t, r)));
            }
        }
    }
    let mut take = |change| by_change.remove(&change).unwrap_or_default();
    let mut out = rows_parents_first(&take(Change::Insert), |_, row| row.requires.clone());
    out.extend(take(Change::Update));
    out.extend(take(Change::Representation));
    let mut deletes = rows_parents_first(&take(Change::Delete), target_parents);
    deletes.reverse();
    out.extend(deletes);
    out
}

fn id(shape: &Shape, row: &RowReview) -> (QName, Key) {
    (shape.table.clone(), row.key.clone())
}

fn target_parents(shape: &Shape, row: &RowReview) -> Vec<(QName, Key)> {
    let Some(target) = &row.target else { return Vec::new() };
    let references = shape.references.iter().zip(&target.references);
    let parents = references.filter_map(|(reference, key)| Some((reference.table.clone(), key.clone()?)));
    // A row that points to itself goes in one statement.
    parents.filter(|parent| *parent != id(shape, row)).collect()
}

/// Puts each row behind the rows that it needs, and keeps the order otherwise. Of rows that need each other in a circle
/// one comes first; they are written together.
fn rows_parents_first<'a>(
    rows: &[Chosen<'a>],
    needs: impl Fn(&Shape, &RowReview) -> Vec<(QName, Key)>,
) -> Vec<Chosen<'a>> {
    let places: HashMap<_, _> = rows.iter().enumerate().map(|(at, (shape, row, _))| (id(shape, row), at)).collect();
    let mut state = vec![Visit::New; rows.len()];
    let mut out = Vec::with_capacity(rows.len());
    for start in 0..rows.len() {
        let mut stack = vec![start];
        while let Some(&at) = stack.last() {
            let open: Vec<usize> = match state[at] {
                Visit::New => {
                    state[at] = Visit::Open;
                    needs(rows[at].0, rows[at].1).iter().filter_map(|need| places.get(need).copied()).collect()
                }
                Visit::Open | Visit::Done => Vec::new(),
            };
            let open: Vec<_> = open.into_iter().filter(|need| state[*need] == Visit::New).collect();
            if open.is_empty() {
                stack.pop();
                if state[at] == Visit::Open {
                    state[at] = Visit::Done;
                    out.push(rows[at]);
                }
            }
            stack.extend(open);
        }
    }
    out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Visit {
    New,
    Open,
    Done,
}

fn step(shape: &Shape, row: &RowReview, includes: impl Fn(&str) -> bool) -> Option<Step> {
    let base = Step {
        operation: Operation::Insert,
        table: shape.table.clone(),
        key: row.key.clone(),
        locator: Vec::new(),
        set: Vec::new(),
        guard: BTreeMap::new(),
    };
    match row.change {
        Change::Insert => Some(Step { set: assignments(shape, row, |_| true), ..base }),
        Change::Update | Change::Representation => {
            let only_look = row.change == Change::Representation;
            let set = assignments(shape, row, |cell| includes(&cell.column) && (only_look || !cell.representation));
            let target = row.target.as_ref()?;
            let step = Step {
                operation: Operation::Update,
                locator: locator(shape, target),
                guard: guard(shape, target, |role| guards(Operation::Update, role)),
                set,
                ..base
            };
            (!step.set.is_empty()).then_some(step)
        }
        Change::Delete => {
            let target = row.target.as_ref()?;
            Some(Step {
                operation: Operation::Delete,
                locator: locator(shape, target),
                guard: guard(shape, target, |role| guards(Operation::Delete, role)),
                ..base
            })
        }
    }
}

fn assignments(shape: &Shape, row: &RowReview, wanted: impl Fn(&Cell) -> bool) -> Vec<Assignment> {
    let Some(source) = &row.source else { return Vec::new() };
    row.cells
        .iter()
        .filter(|cell| wanted(cell))
        .map(|cell| match cell.field {
            Field::Column(at) => {
                let value = NewValue::Value(source.columns[at].clone());
                Assignment { columns: vec![shape.columns[at].name.clone()], value }
            }
            Field::Reference(at) => {
                let value = source.references[at].clone().map_or(NewValue::Value(None), NewValue::Parent);
                Assignment { columns: shape.references[at].columns.clone(), value }
            }
        })
        .collect()
}

/// The values by which `row` is found.
pub fn locator(shape: &Shape, row: &Row) -> Vec<Value> {
    shape.locator.iter().map(|name| row.text(shape, name).cloned()).collect()
}

/// Whether a step guards columns of `role`: an update what is compared, a delete all that would be lost.
pub fn guards(operation: Operation, role: Role) -> bool {
    match operation {
        Operation::Insert => false,
        Operation::Update => matches!(role, Role::Value | Role::Foreign),
        Operation::Delete => role != Role::Generated,
    }
}

/// What `row` holds in the columns whose role is `wanted`.
pub fn guard(shape: &Shape, row: &Row, wanted: impl Fn(Role) -> bool) -> BTreeMap<String, Value> {
    let columns = shape.columns.iter().zip(&row.columns);
    columns
        .filter(|(column, _)| column.role != Role::Generated && wanted(column.role))
        .map(|(column, value)| (column.name.clone(), value.clone()))
        .collect()
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
