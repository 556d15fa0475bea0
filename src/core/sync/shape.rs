//! A table as a sync set sees it: its key, its references, and what each column is for.

mod build;
mod doubts;
mod reference;
mod rule;

pub use build::children;
pub(super) use reference::{excluded, known_column, known_table};
use serde::{Deserialize, Serialize};

pub use self::rule::{RuleColumn, UniqueRule};
use super::{row::Key, set::MissingParent};
use crate::core::{
    name::QName,
    schema::{Counter, Definition, OnDelete, Origin},
    trigger::Trigger,
};

/// What a column is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Travels and is compared.
    Value,
    /// A surrogate id: part of the primary key, not of the key. Never compared.
    Id,
    /// Travels with a new row, makes no difference.
    Ignored,
    /// Part of a foreign key: its value belongs to this environment alone, the parent's key travels instead.
    Foreign,
    /// Stays as it is: excluded, or points into a table that is never synced.
    Local,
    /// NULL in the target, whatever the source holds: it points into a table that is never synced.
    Cleared,
    /// Made by the server.
    Generated,
}

impl Role {
    /// Whether the source's value leaves the source.
    pub fn travels(self) -> bool {
        matches!(self, Role::Value | Role::Id | Role::Ignored | Role::Cleared)
    }
}

/// A column with its role.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShapeColumn {
    /// Its name.
    pub name: String,
    /// The type to cast a text value to.
    pub cast: String,
    /// What it is for.
    pub role: Role,
    /// `NOT NULL`.
    pub not_null: bool,
    /// The SQL by which the server fills it in when nothing is given.
    pub fill: Option<String>,
    /// How its value comes about.
    pub origin: Origin,
    /// The sequences that number it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub counters: Vec<Counter>,
    /// What else is declared of it.
    #[serde(default)]
    pub definition: Definition,
}

/// A part of a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Part {
    /// A column of the table itself.
    Column {
        /// Its name.
        name: String,
        /// The type to cast a text value to.
        cast: String,
    },
    /// What an expression over the table's columns gives, as text.
    Expression {
        /// As the team wrote it.
        sql: String,
    },
    /// The key of the row that a foreign key points to.
    Reference(Reference),
}

/// A foreign key that travels as its parent's key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reference {
    /// The referencing columns.
    pub columns: Vec<String>,
    /// The parent.
    pub table: QName,
    /// The referenced columns, in the order of `columns`.
    pub referenced: Vec<String>,
    /// The types of the columns.
    #[serde(default)]
    pub casts: Vec<String>,
    /// The parent's key.
    pub key: Vec<Part>,
    /// Whether the parent is partitioned; what inherits from an ordinary parent is no parent.
    pub partitioned: bool,
    /// Travels with a new row, makes no difference.
    pub ignored: bool,
    /// Those of its columns that mean the same everywhere and travel as the values that they are, also where others
    /// are NULL and it points to nothing.
    #[serde(default)]
    pub plain: Vec<String>,
    /// Whether the server refuses a value that leads to no row.
    #[serde(default)]
    pub enforced: bool,
    /// The other tables that the same columns point to, each known by the key of this one, which its own columns lead to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub also: Vec<Reference>,
}

impl Reference {
    /// Whether both mean the same: the same columns point to the same table, which has the same key.
    pub fn same(&self, other: &Reference) -> bool {
        let plain = self.plain == other.plain;
        self.columns == other.columns && self.table == other.table && labels(&self.key) == labels(&other.key) && plain
    }

    /// What its column `at` points to. In a file that somebody made it may be missing: the server has no column of that name.
    pub fn target(&self, at: usize) -> &str {
        self.referenced.get(at).map_or("", String::as_str)
    }

    /// How many flat values the parent's key has.
    pub fn leaves(&self) -> usize {
        leaves(&self.key)
    }

    /// The name under which it travels and is shown.
    pub fn label(&self) -> String {
        self.columns.join(",")
    }
}

/// How many flat values a key has.
pub fn leaves(key: &[Part]) -> usize {
    key.iter()
        .map(|part| match part {
            Part::Column { .. } | Part::Expression { .. } => 1,
            Part::Reference(reference) => reference.leaves(),
        })
        .sum()
}

/// One name for each flat value of a key, such as `programs.slug`. No two are the same: where the parent's name does not
/// tell, because two references lead to one table, the referencing columns stand for it.
pub fn labels(key: &[Part]) -> Vec<String> {
    let by_table = labels_by(key, |reference| reference.table.name.clone());
    let twice = |label: &String| by_table.iter().filter(|other| *other == label).count() > 1;
    let by_column = labels_by(key, Reference::label);
    let mut out: Vec<String> = Vec::with_capacity(by_table.len());
    for (label, longer) in by_table.iter().zip(by_column) {
        let mut label = if twice(label) { longer } else { label.clone() };
        while out.contains(&label) {
            label.push('\'');
        }
        out.push(label);
    }
    out
}

fn labels_by(key: &[Part], parent: impl Fn(&Reference) -> String) -> Vec<String> {
    key.iter()
        .flat_map(|part| match part {
            Part::Column { name, .. } => vec![name.clone()],
            Part::Expression { sql } => vec![sql.clone()],
            Part::Reference(reference) => {
                let parent = parent(reference);
                labels(&reference.key).into_iter().map(|label| format!("{parent}.{label}")).collect()
            }
        })
        .collect()
}

/// A table as a sync set sees it. Bundles and plans carry it, so that each can be read alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shape {
    /// The set it was built for.
    pub set: String,
    /// The table.
    pub table: QName,
    /// Whether it is a partitioned parent, whose partitions are read with it.
    pub partitioned: bool,
    /// What identifies a row in every environment.
    pub key: Vec<Part>,
    /// The foreign keys that travel by their parent's key.
    pub references: Vec<Reference>,
    /// Every column, in the table's order.
    pub columns: Vec<ShapeColumn>,
    /// The columns that find one row in this environment: the primary key, else the key's columns.
    pub locator: Vec<String>,
    /// Unique indexes and exclusion constraints.
    pub uniques: Vec<UniqueRule>,
    /// What becomes of a surrogate id when a row is new.
    pub keep_ids: bool,
    /// The condition that a row must satisfy.
    pub filter: Option<String>,
    /// Whether rows that the source does not have may be deleted.
    pub deletes: bool,
    /// What becomes of a row whose parent the target does not have.
    #[serde(default)]
    pub on_missing_parent: MissingParent,
    /// The triggers and rules that run when it is written.
    pub triggers: Vec<Trigger>,
    /// The foreign keys that point to it: a row with children is never deleted.
    pub children: Vec<Child>,
    /// Why none of its rows can move.
    #[serde(default)]
    pub blocked: Option<String>,
    /// What the operator should know of it.
    #[serde(default)]
    pub warnings: Vec<String>,
}

/// A foreign key that points to a table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Child {
    /// The table that it belongs to.
    pub table: QName,
    /// Its columns.
    pub columns: Vec<String>,
    /// The columns that they point to.
    pub referenced: Vec<String>,
    /// What a delete of the parent would do.
    pub on_delete: OnDelete,
    /// What another value of the referenced columns would do.
    #[serde(default, skip_serializing_if = "OnDelete::is_no_action")]
    pub on_update: OnDelete,
    /// The triggers that run when the server cascades to it: those that run once for a statement, even where it meets no
    /// row. A parent whose rows are written has no children.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub triggers: Vec<Trigger>,
    /// The columns that name one of its rows to people: its primary key.
    pub identity: Vec<String>,
    /// Whether it is partitioned; what inherits from an ordinary table does not inherit its foreign keys.
    #[serde(default)]
    pub partitioned: bool,
}

impl Child {
    /// Whether both are the same but for what the server runs because of it, which is read again.
    pub fn is_same(&self, other: &Child) -> bool {
        let but = |child: &Child| Child { on_update: OnDelete::NoAction, triggers: Vec::new(), ..child.clone() };
        but(self) == but(other)
    }

    /// The triggers that run for it where a parent goes, or (with the columns that are written) changes.
    pub fn fires<'a>(&'a self, deletes: bool, written: &[&str]) -> impl Iterator<Item = &'a Trigger> {
        let touched = deletes || self.referenced.iter().any(|name| written.contains(&name.as_str()));
        let action = if deletes { self.on_delete } else { self.on_update };
        let event = action.event(deletes).filter(|_| touched);
        let columns: Vec<&str> = self.columns.iter().map(String::as_str).collect();
        self.triggers.iter().filter(move |trigger| event.is_some_and(|event| trigger.runs_for(event, &columns)))
    }
}

impl Shape {
    /// The position of the column `name`.
    pub fn position(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.name == name)
    }

    /// The column `name`.
    pub fn column(&self, name: &str) -> Option<&ShapeColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Whether the reference is part of the key.
    pub fn in_key(&self, reference: &Reference) -> bool {
        self.key.iter().any(|part| matches!(part, Part::Reference(r) if r.columns == reference.columns))
    }

    /// The columns that `reference` writes: not those that travel as they are. Where foreign keys share a column, it
    /// belongs to the narrowest of them.
    pub fn owned<'a>(&'a self, reference: &'a Reference) -> impl Iterator<Item = &'a String> {
        owned(&self.references, reference)
    }

    /// Whether `reference` writes no column of its own, so that the values of others say where it points.
    pub fn is_silent(&self, reference: &Reference) -> bool {
        self.owned(reference).next().is_none()
    }

    /// The parents that `key` names: each reference of the key, with the part of `key` that is the parent's.
    pub fn parents(&self, key: &Key) -> Vec<(&Reference, Key)> {
        let mut leaves = key.0.iter().cloned();
        let mut out = Vec::new();
        for part in &self.key {
            match part {
                Part::Column { .. } | Part::Expression { .. } => _ = leaves.next(),
                Part::Reference(reference) => {
                    out.push((reference, Key(leaves.by_ref().take(reference.leaves()).collect())));
                }
            }
        }
        out
    }

    /// The foreign keys that point to one of `columns`, each with its place among the children.
    pub fn children_by<'a>(&'a self, columns: &'a [&str]) -> impl Iterator<Item = (usize, &'a Child)> {
        let to = |child: &Child| child.referenced.iter().any(|name| columns.contains(&name.as_str()));
        self.children.iter().enumerate().filter(move |(_, child)| to(child))
    }

    /// The column names that make up the key, references by their columns.
    pub fn key_columns(&self) -> Vec<&str> {
        self.key
            .iter()
            .flat_map(|part| match part {
                Part::Column { name, .. } => vec![name.as_str()],
                Part::Expression { .. } => Vec::new(),
                Part::Reference(reference) => reference.columns.iter().map(String::as_str).collect(),
            })
            .collect()
    }
}

/// The columns of `reference` that no narrower one (of those alike, no earlier one) has and that do not travel as they
/// are.
fn owned<'a>(all: &'a [Reference], reference: &'a Reference) -> impl Iterator<Item = &'a String> {
    let owner = |column: &String| {
        all.iter().filter(|other| other.columns.contains(column)).min_by_key(|other| other.columns.len())
    };
    let own = move |column: &&String| owner(column).is_none_or(|owner| owner.columns == reference.columns);
    reference.columns.iter().filter(|column| !reference.plain.contains(column)).filter(own)
}
