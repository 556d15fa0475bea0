//! What the target's server would refuse of the rows of a review, said before anything is written.
//!
//! Privileges, NULLs, replica identity and partitions are known from the catalogue; values of closed types (enums, domains)
//! and CHECK constraints are put to the server as questions, with the values that would be written; so are unique values that
//! another row may hold.

mod ask;
mod rights;
mod unique;

use std::collections::BTreeMap;

use serde::Deserialize;

pub use ask::{
    CheckQuestion, InputQuestion, check_questions, input_questions, leave_to_the_apply, refuse_checks, refuse_inputs,
};
pub use rights::block_refused;
pub use unique::{Holder, UniqueQuestion, refuse_held, unique_questions};

use super::{
    diff::{Change, Field, RowReview},
    row::Value,
    shape::Shape,
};
use crate::core::{
    name::{QName, ident},
    schema::Origin,
};

/// The rules of all tables that a review may write, by name.
pub type Rules = BTreeMap<QName, WriteRules>;

/// What the server asks of rows that are written into one table (`pg/sql/write_rules.sql`).
#[derive(Debug, Clone, Default, Deserialize)]
pub struct WriteRules {
    /// The schema.
    pub schema: String,
    /// The table's name inside it.
    pub table: String,
    /// The connected role.
    pub role: String,
    /// Whether the role has USAGE on the schema.
    pub usage: bool,
    /// Whether the role has DELETE.
    pub delete: bool,
    /// The columns on which the role has SELECT.
    pub select: Vec<String>,
    /// The columns on which the role has INSERT.
    pub insert: Vec<String>,
    /// The columns on which the role has UPDATE.
    pub update: Vec<String>,
    /// Relations that publish updates and have no replica identity.
    pub unidentified_updates: Vec<String>,
    /// Relations that publish deletes and have no replica identity.
    pub unidentified_deletes: Vec<String>,
    /// Publications that cannot publish changes of its rows as these are identified.
    pub narrow: Vec<Narrow>,
    /// The type of every column, as it was declared.
    pub types: BTreeMap<String, String>,
    /// Whether a BEFORE trigger may change a new row.
    pub changes_inserts: bool,
    /// Whether a BEFORE trigger may change an updated row.
    pub changes_updates: bool,
    /// Columns that the server computes.
    pub generated: Vec<Generated>,
    /// CHECK constraints that can be evaluated beforehand.
    pub checks: Vec<Check>,
    /// Where rows of a partitioned table go.
    pub partitions: Option<Partitions>,
    /// The columns whose type runs the code of somebody else (see `pg/strangers.rs`).
    #[serde(default)]
    pub foreign_types: BTreeMap<String, ForeignType>,
    /// The CHECK constraints that do.
    #[serde(default)]
    pub foreign_checks: Vec<ForeignCheck>,
    /// The columns whose type accepts a closed set of values: enums, domains, and arrays and rows of them.
    pub closed: Vec<String>,
    /// The sequences behind defaults and identity columns.
    pub sequences: Vec<SequenceRights>,
}

/// A publication for which the server refuses changes, although there is a replica identity.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Narrow {
    /// The table, or its partition.
    pub relation: String,
    /// The publication.
    pub publication: String,
    /// Whether its row filter is about other columns than the replica identity; else its column list lacks some of these.
    pub filter: bool,
    /// Whether it publishes updates.
    pub updates: bool,
    /// Whether it publishes deletes.
    pub deletes: bool,
}

/// A type whose values cannot be made without running the code of somebody else.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ForeignType {
    /// The function, with whom it belongs to.
    pub function: String,
    /// Whether a domain in its parts calls it (of an array, a range or a row type): then there is no base type to cast to.
    pub parts: bool,
}

/// A CHECK constraint that calls the code of somebody else.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct ForeignCheck {
    /// Its name.
    pub name: String,
    /// The function, with whom it belongs to.
    pub function: String,
}

/// A generated column.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Generated {
    /// Its name.
    pub name: String,
    /// Whether its expression calls the code of somebody else.
    #[serde(default)]
    pub foreign: bool,
    /// Its expression.
    pub expression: String,
    /// The columns of the expression.
    pub columns: Vec<String>,
}

/// A CHECK constraint.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Check {
    /// Its name.
    pub name: String,
    /// Its condition, over the table's columns.
    pub expression: String,
    /// The columns that it is about.
    pub columns: Vec<String>,
}

/// Which rows a partitioned table has a partition for.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Partitions {
    /// The condition that holds for a row that some partition takes.
    pub condition: String,
    /// The columns that it is about.
    pub columns: Vec<String>,
    /// Whether these are all: no expression is part of a partition key.
    pub plain: bool,
}

/// What the role may do with the sequence behind a column.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct SequenceRights {
    /// The column.
    pub column: String,
    /// The sequence.
    pub sequence: String,
    /// Whether the role may take its next number.
    pub next: bool,
    /// Whether the role may set it.
    pub set: bool,
}

impl WriteRules {
    /// The table's name.
    pub fn name(&self) -> QName {
        QName::new(&self.schema, &self.table)
    }

    /// Why rows of `shape` cannot be read: a column without the privilege, with what to grant.
    pub fn unreadable(&self, shape: &Shape) -> Option<String> {
        let column = &shape.columns.iter().find(|column| !self.select.contains(&column.name))?.name;
        let (role, table) = (&self.role, &shape.table);
        Some(format!(
            "the role `{role}` has no SELECT privilege on the column `{column}`, and rows are read whole, so that they can be \
             verified and undone: GRANT SELECT ({}) ON {table} TO {}",
            ident(column),
            ident(role)
        ))
    }

    /// Why rows of `shape` cannot be compared: a text cannot be cast to the type of a column without running the code of
    /// somebody else, with the rights of this connection.
    pub fn runs_foreign_code(&self, shape: &Shape) -> Option<String> {
        let foreign = |name: &String| self.foreign_types.get(name).filter(|kind| kind.parts);
        let (column, kind) = shape.columns.iter().find_map(|column| Some((column, foreign(&column.name)?)))?;
        Some(format!(
            "column `{}` ({}) cannot be compared without running {} with the rights of {}: leave it out, \
             exclude = [{:?}], or review as a role without superuser rights that belongs to its owner",
            column.name, column.definition.declared, kind.function, self.role, column.name
        ))
    }

    /// What of a table is not asked at the review, because it runs the code of somebody else, and runs when rows are written.
    pub fn left_to_the_apply(&self) -> Vec<String> {
        let types = self.foreign_types.iter().map(|(column, kind)| (format!("the type of `{column}`"), &kind.function));
        let checks = self.foreign_checks.iter().map(|check| (format!("CHECK `{}`", check.name), &check.function));
        let said = |(what, function): (String, &String)| {
            format!(
                "{what} calls {function}: it was not run for this review, and runs with the rights of {} when rows are written",
                self.role
            )
        };
        types.chain(checks).map(said).collect()
    }

    /// Whether a trigger may change the values of a row before the server checks them.
    fn may_change(&self, change: Change) -> bool {
        if change == Change::Insert { self.changes_inserts } else { self.changes_updates }
    }
}

/// The value that the column `name` of `row` would hold; `None` where only the server will know.
fn resulting(shape: &Shape, row: &RowReview, name: &str) -> Option<Value> {
    let at = shape.position(name)?;
    let column = &shape.columns[at];
    let source = row.source.as_ref()?;
    for cell in &row.cells {
        match cell.field {
            Field::Column(to) if to == at => return Some(source.columns[at].clone()),
            // A column that a narrower foreign key has does not become NULL with a wider one.
            Field::Reference(to) if shape.owned(shape.references.get(to)?).any(|column| column == name) => {
                return source.references[to].is_none().then_some(None);
            }
            _ => {}
        }
    }
    match (&row.target, column.origin) {
        (_, Origin::Generated) => None,
        (Some(target), _) => Some(target.columns[at].clone()),
        (None, Origin::Plain) if column.fill.is_none() => Some(None),
        (None, _) => None,
    }
}
