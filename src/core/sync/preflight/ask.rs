//! Questions to the target's server about values that would be written, and what follows from its answers.

use std::collections::{BTreeMap, BTreeSet};

use super::{Check, Rules, WriteRules, resulting};
use crate::core::{
    name::QName,
    sync::{
        diff::{Change, Field, Review, RowReview, TableReview},
        row::Value,
        shape::Shape,
    },
};

/// Does the type accept these texts?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputQuestion {
    /// The table's place in the review.
    pub table: usize,
    /// The column's place in the shape.
    pub column: usize,
    /// The type, as the column was declared.
    pub kind: String,
    /// Each text once.
    pub texts: Vec<String>,
}

/// Which rows fail a CHECK constraint, or have no partition?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckQuestion {
    /// The table's place in the review.
    pub table: usize,
    /// The table.
    pub name: QName,
    /// The condition that every row has to satisfy.
    pub expression: String,
    /// What a row that does not is refused for.
    pub reason: String,
    /// The columns of the condition, with their types.
    pub columns: Vec<(String, String)>,
    /// The rows by their places in the review, each with a value for each column.
    pub rows: Vec<(usize, Vec<Value>)>,
}

/// What the server has to be asked about closed types.
pub fn input_questions(review: &Review, rules: &Rules) -> Vec<InputQuestion> {
    let mut texts: BTreeMap<(usize, usize), BTreeSet<&str>> = BTreeMap::new();
    for (t, table) in review.tables.iter().enumerate() {
        let (Some(shape), Some(rules)) = (&table.shape, rules.get(&table.table)) else { continue };
        for row in moving(table) {
            for (column, text) in new_texts(row).filter(|(at, _)| rules.closed.contains(&shape.columns[*at].name)) {
                texts.entry((t, column)).or_default().insert(text);
            }
        }
    }
    let question = |((table, column), texts): ((usize, usize), BTreeSet<&str>)| {
        let shape = review.tables[table].shape.as_ref()?;
        let kind = rules.get(&shape.table)?.types.get(&shape.columns[column].name)?.clone();
        Some(InputQuestion { table, column, kind, texts: texts.into_iter().map(str::to_owned).collect() })
    };
    texts.into_iter().filter_map(question).collect()
}

fn moving(table: &TableReview) -> impl Iterator<Item = &RowReview> {
    table.rows.iter().filter(|row| row.blocked.is_none() && row.change != Change::Delete)
}

/// The texts that `row` writes, each with its column's place.
fn new_texts(row: &RowReview) -> impl Iterator<Item = (usize, &str)> {
    row.cells.iter().filter_map(|cell| match cell.field {
        Field::Column(at) => Some((at, row.source.as_ref()?.columns[at].as_deref()?)),
        Field::Reference(_) => None,
    })
}

/// Blocks the rows that hold one of the texts which `question`'s type refuses.
pub fn refuse_inputs(review: &mut Review, question: &InputQuestion, refused: &BTreeSet<String>) {
    let table = &mut review.tables[question.table];
    let Some(shape) = &table.shape else { return };
    let column = &shape.columns[question.column].name;
    for row in table.rows.iter_mut().filter(|row| row.blocked.is_none() && row.change != Change::Delete) {
        let found = new_texts(row).find(|(at, text)| *at == question.column && refused.contains(*text));
        let blocked = found.map(|(_, text)| {
            format!("`{column}` is `{text}`, which the target's type {} does not accept", question.kind)
        });
        row.blocked = blocked;
    }
}

/// What the server has to be asked about CHECK constraints and partitions. A condition over a value that only the server
/// will know, such as a new parent's id, is left to the apply.
pub fn check_questions(review: &Review, rules: &Rules) -> Vec<CheckQuestion> {
    let mut out = Vec::new();
    for (at, table) in review.tables.iter().enumerate() {
        let (Some(shape), Some(rules)) = (&table.shape, rules.get(&table.table)) else { continue };
        for (check, reason) in conditions(rules) {
            let columns: Option<Vec<_>> =
                check.columns.iter().map(|name| Some((name.clone(), rules.types.get(name)?.clone()))).collect();
            let Some(columns) = columns else { continue };
            let rows: Vec<_> = concerned(table, shape, &check).collect();
            if !rows.is_empty() && !columns.is_empty() {
                let (name, expression) = (table.table.clone(), check.expression);
                out.push(CheckQuestion { table: at, name, expression, reason, columns, rows });
            }
        }
    }
    out
}

fn conditions(rules: &WriteRules) -> Vec<(Check, String)> {
    let checks = rules.checks.iter().map(|check| {
        (check.clone(), format!("it fails the CHECK constraint `{}` of the target: {}", check.name, check.expression))
    });
    let partitions = rules.partitions.iter().filter(|partitions| partitions.plain).map(|partitions| {
        let (expression, columns) = (partitions.condition.clone(), partitions.columns.clone());
        let check = Check { name: String::new(), expression, columns };
        (check, format!("the target has no partition of {} for it", rules.name()))
    });
    checks.chain(partitions).collect()
}

/// The rows that write a column of `check`, with the values of all its columns, where all are known.
fn concerned<'a>(
    table: &'a TableReview,
    shape: &'a Shape,
    check: &'a Check,
) -> impl Iterator<Item = (usize, Vec<Value>)> + 'a {
    let writes = |row: &RowReview| {
        row.change == Change::Insert
            || row.cells.iter().any(|cell| match cell.field {
                Field::Column(at) => check.columns.contains(&shape.columns[at].name),
                Field::Reference(_) => false,
            })
    };
    let rows = table.rows.iter().enumerate();
    let rows = rows.filter(move |(_, row)| row.blocked.is_none() && row.change != Change::Delete && writes(row));
    rows.filter_map(move |(at, row)| {
        let values: Option<Vec<Value>> = check.columns.iter().map(|name| resulting(shape, row, name)).collect();
        Some((at, values?))
    })
}

/// Blocks the rows, by their places in the review, that fail the condition of `question`. Where a trigger may still
/// change them, it is said and left to the apply.
pub fn refuse_checks(review: &mut Review, rules: &Rules, question: &CheckQuestion, failing: &[usize]) {
    let table = &mut review.tables[question.table];
    for at in failing {
        let Some(row) = table.rows.get_mut(*at).filter(|row| row.blocked.is_none()) else { continue };
        if rules.get(&question.name).is_some_and(|rules| rules.may_change(row.change)) {
            row.notes.push(format!("{}, unless a trigger changes it", question.reason));
        } else {
            row.blocked = Some(question.reason.clone());
        }
    }
}
