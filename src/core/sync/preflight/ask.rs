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
    /// Whether they are what the target holds, which an undo would write.
    pub back: bool,
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
    /// Those that the server computes from these: name, type, expression.
    pub generated: Vec<(String, String, String)>,
    /// Whether the values are what the target holds, which an undo would write.
    pub back: bool,
    /// The rows by their places in the review, each with a value for each column.
    pub rows: Vec<(usize, Vec<Value>)>,
}

/// What the server has to be asked about closed types.
pub fn input_questions(review: &Review, rules: &Rules) -> Vec<InputQuestion> {
    let mut texts: BTreeMap<(usize, usize, bool), BTreeSet<&str>> = BTreeMap::new();
    for (t, table) in review.tables.iter().enumerate() {
        let (Some(shape), Some(rules)) = (&table.shape, rules.get(&table.table)) else { continue };
        let asked = |name: &String| rules.closed.contains(name) && !rules.foreign_types.contains_key(name);
        let closed = |at: &usize| asked(&shape.columns[*at].name);
        for row in table.rows.iter().filter(|row| row.blocked.is_none()) {
            for back in [false, true] {
                let found = if back { old_texts(row) } else { new_texts(row) };
                for (column, text) in found.into_iter().filter(|(at, _)| closed(at)) {
                    texts.entry((t, column, back)).or_default().insert(text);
                }
            }
        }
    }
    let question = |((table, column, back), texts): ((usize, usize, bool), BTreeSet<&str>)| {
        let shape = review.tables[table].shape.as_ref()?;
        let kind = rules.get(&shape.table)?.types.get(&shape.columns[column].name)?.clone();
        Some(InputQuestion { table, column, kind, texts: texts.into_iter().map(str::to_owned).collect(), back })
    };
    texts.into_iter().filter_map(question).collect()
}

/// The texts that `row` writes, each with its column's place.
fn new_texts(row: &RowReview) -> Vec<(usize, &str)> {
    let source = row.source.as_ref().filter(|_| row.change != Change::Delete);
    let texts = row.cells.iter().filter_map(|cell| match cell.field {
        Field::Column(at) => Some((at, source?.columns[at].as_deref()?)),
        Field::Reference(_) => None,
    });
    texts.collect()
}

/// The texts that an undo of `row` writes, each with its column's place.
fn old_texts(row: &RowReview) -> Vec<(usize, &str)> {
    let Some(target) = &row.target else { return Vec::new() };
    let goes = |at: usize| row.change == Change::Delete || row.cells.iter().any(|cell| cell.field == Field::Column(at));
    let texts = target.columns.iter().enumerate().filter(|(at, _)| goes(*at));
    texts.filter_map(|(at, text)| Some((at, text.as_deref()?))).collect()
}

/// Says, of tables that would be written, what runs the code of somebody else then.
pub fn leave_to_the_apply(review: &mut Review, rules: &Rules) {
    for table in review.tables.iter_mut().filter(|table| !table.rows.is_empty()) {
        table.warnings.extend(rules.get(&table.table).iter().flat_map(|rules| rules.left_to_the_apply()));
    }
}

/// Blocks the rows that hold one of the texts which `question`'s type refuses; where only an undo would write it, says so.
pub fn refuse_inputs(review: &mut Review, question: &InputQuestion, refused: &BTreeSet<String>) {
    let table = &mut review.tables[question.table];
    let Some(shape) = &table.shape else { return };
    let column = &shape.columns[question.column].name;
    for row in table.rows.iter_mut().filter(|row| row.blocked.is_none()) {
        let texts = if question.back { old_texts(row) } else { new_texts(row) };
        let found = texts.into_iter().find(|(at, text)| *at == question.column && refused.contains(*text));
        let Some((_, text)) = found else { continue };
        if question.back {
            let note = format!(
                "`{column}` is `{text}` in the target, which its type {} does not accept: the server would refuse to take \
                 it back, so this change cannot be undone",
                question.kind
            );
            row.notes.push(note);
        } else {
            row.blocked =
                Some(format!("`{column}` is `{text}`, which the target's type {} does not accept", question.kind));
        }
    }
}

/// What the server has to be asked about CHECK constraints and partitions. A condition over a value that only the server
/// will know, such as a new parent's id, is left to the apply.
pub fn check_questions(review: &Review, rules: &Rules) -> Vec<CheckQuestion> {
    let mut out = Vec::new();
    for (at, table) in review.tables.iter().enumerate() {
        let (Some(shape), Some(rules)) = (&table.shape, rules.get(&table.table)) else { continue };
        for (check, reason) in conditions(rules) {
            let Some((columns, generated)) = computed(&check, rules) else { continue };
            // A row stands in a partition already.
            for back in [false, true].into_iter().take(if check.name.is_empty() { 1 } else { 2 }) {
                let names: Vec<&str> = columns.iter().map(|(name, _)| name.as_str()).collect();
                let rows = if back { lost(table, shape, &names) } else { concerned(table, shape, &names) };
                if rows.is_empty() || columns.is_empty() {
                    continue;
                }
                out.push(CheckQuestion {
                    table: at,
                    name: table.table.clone(),
                    expression: check.expression.clone(),
                    reason: reason.clone(),
                    columns: columns.clone(),
                    generated: generated.clone(),
                    back,
                    rows,
                });
            }
        }
    }
    out
}

/// Columns with their types.
type Typed = Vec<(String, String)>;

/// Columns that the server computes: name, type, expression.
type Computed = Vec<(String, String, String)>;

/// The columns whose values the condition of `check` is made of, with their types, and what the server computes of them.
/// `None` where one is not known, or the code of somebody else would run.
fn computed(check: &Check, rules: &WriteRules) -> Option<(Typed, Computed)> {
    let mut plain: BTreeSet<&String> = BTreeSet::new();
    let mut generated = Vec::new();
    for name in &check.columns {
        match rules.generated.iter().find(|generated| generated.name == *name) {
            None => _ = plain.insert(name),
            Some(column) => {
                plain.extend(&column.columns);
                if column.foreign || rules.foreign_types.contains_key(name) {
                    return None;
                }
                generated.push((name.clone(), rules.types.get(name)?.clone(), column.expression.clone()));
            }
        }
    }
    if plain.iter().any(|name| rules.foreign_types.contains_key(*name)) {
        return None;
    }
    let typed: Option<_> = plain.into_iter().map(|name| Some((name.clone(), rules.types.get(name)?.clone()))).collect();
    Some((typed?, generated))
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

/// The rows that are written, with the values of `columns`, where all are known. The server checks an update as a whole: a
/// value that it does not change may have failed since before the constraint came (NOT VALID).
fn concerned(table: &TableReview, shape: &Shape, columns: &[&str]) -> Vec<(usize, Vec<Value>)> {
    let rows = table.rows.iter().enumerate();
    let rows = rows.filter(|(_, row)| row.blocked.is_none() && row.change != Change::Delete);
    let rows = rows.filter_map(|(at, row)| {
        let values: Option<Vec<Value>> = columns.iter().map(|name| resulting(shape, row, name)).collect();
        Some((at, values?))
    });
    rows.collect()
}

/// The rows whose values of `columns` an undo would have to write again, with what the target holds.
fn lost(table: &TableReview, shape: &Shape, columns: &[&str]) -> Vec<(usize, Vec<Value>)> {
    let changes = |row: &RowReview| {
        row.cells.iter().any(|cell| match cell.field {
            Field::Column(at) => columns.contains(&shape.columns[at].name.as_str()),
            Field::Reference(at) => shape.references[at].columns.iter().any(|name| columns.contains(&name.as_str())),
        })
    };
    let rows = table.rows.iter().enumerate().filter(|(_, row)| row.blocked.is_none());
    let rows = rows.filter(|(_, row)| row.change == Change::Delete || row.change != Change::Insert && changes(row));
    let rows = rows.filter_map(|(at, row)| {
        let target = row.target.as_ref()?;
        let values = columns.iter().map(|name| Some(target.columns[shape.position(name)?].clone()));
        Some((at, values.collect::<Option<_>>()?))
    });
    rows.collect()
}

/// Blocks the rows, by their places in the review, that fail the condition of `question`. Where a trigger may still
/// change them, it is said and left to the apply.
pub fn refuse_checks(review: &mut Review, rules: &Rules, question: &CheckQuestion, failing: &[usize]) {
    let table = &mut review.tables[question.table];
    for at in failing {
        let Some(row) = table.rows.get_mut(*at).filter(|row| row.blocked.is_none()) else { continue };
        if question.back {
            row.notes.push(format!(
                "as the target holds the row, {}; the server would refuse to take it back, so this change cannot be undone",
                question.reason
            ));
        } else if rules.get(&question.name).is_some_and(|rules| rules.may_change(row.change)) {
            row.notes.push(format!("{}, unless a trigger changes it", question.reason));
        } else {
            row.blocked = Some(question.reason.clone());
        }
    }
}
