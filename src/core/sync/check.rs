//! Whether what a team declares fits a database: every set's tables, columns, keys and references.

use super::{
    diff::tied_column,
    key_advice::key_advice,
    set::{SetTable, Sets},
    shape::Shape,
    unique::is_unique,
};
use crate::core::{error::Error, schema::Catalog};

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The table cannot be synced.
    Error,
    /// It can; a person should know this first.
    Warning,
}

impl Severity {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

/// What is wrong with one table of a set, or doubtful.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The set.
    pub set: String,
    /// The table, as it was declared.
    pub table: String,
    /// How bad it is.
    pub severity: Severity,
    /// What it is, and what to do about it.
    pub message: String,
    /// Where it is declared, as `file:line`.
    pub place: Option<String>,
}

/// What is wrong with the tables of `sets` in the database that `catalog` describes, in the order of the sets.
pub fn check(catalog: &Catalog, sets: &Sets) -> Vec<Finding> {
    let tables = sets.all().iter().flat_map(|set| set.tables.iter().map(move |table| (set.name.as_str(), table)));
    tables.flat_map(|(set, table)| of_table(catalog, sets, set, table)).collect()
}

/// The tables of `sets` that nothing in the catalogue blocks, with their declarations: whether they can be read, the
/// server has to be asked.
pub fn readable<'a>(catalog: &Catalog, sets: &'a Sets) -> Vec<(Shape, &'a SetTable)> {
    let tables = sets.all().iter().flat_map(|set| set.tables.iter().map(move |table| (set.name.as_str(), table)));
    let shapes = tables.filter_map(|(set, spec)| Some((Shape::build(catalog, sets, set, spec).ok()?, spec)));
    shapes.filter(|(shape, _)| shape.blocked.is_none()).collect()
}

/// What the server says of the statement that reads the table of `shape`, which `spec` declares.
pub fn refused(shape: &Shape, spec: &SetTable, error: &Error) -> Finding {
    let hint = error.hint.as_ref().map_or_else(String::new, |hint| format!("; {hint}"));
    Finding {
        set: shape.set.clone(),
        table: spec.table.clone(),
        severity: Severity::Error,
        message: format!("{}{hint}", error.message),
        place: spec.place.clone(),
    }
}

fn of_table(catalog: &Catalog, sets: &Sets, set: &str, spec: &SetTable) -> Vec<Finding> {
    let finding = |severity, message: String| Finding {
        set: set.to_owned(),
        table: spec.table.clone(),
        severity,
        message,
        place: spec.place.clone(),
    };
    let mut shape = match Shape::build(catalog, sets, set, spec) {
        Ok(shape) => shape,
        Err(error) => {
            let hint = error.hint.map_or_else(String::new, |hint| format!("; {hint}"));
            // A parent may be at fault, which is not the table that stands beside it.
            let other = error.object.filter(|object| spec.qname().is_ok_and(|name| name.to_string() != *object));
            let other = other.map_or_else(String::new, |object| format!("{object}: "));
            return vec![finding(Severity::Error, format!("{other}{}{hint}", error.message))];
        }
    };
    let blocked = shape.blocked.take().or_else(|| tied_column(&shape));
    let mut out: Vec<Finding> = blocked.into_iter().map(|reason| finding(Severity::Error, reason)).collect();
    if !is_unique(catalog, &shape.table, &shape.key) {
        let key = super::shape::labels(&shape.key).join(", ");
        let message = format!(
            "no unique index covers the key ({key}): rows that share a key are blocked, and all rows are read to find them"
        );
        out.push(finding(Severity::Warning, message));
    }
    let advice = key_advice(catalog, sets, set, spec);
    out.extend(shape.warnings.into_iter().chain(advice).map(|warning| finding(Severity::Warning, warning)));
    out
}
