//! Values that have to be unique and that another row of the target holds, which stays.

use std::collections::HashMap;

use super::{Rules, resulting};
use crate::core::sync::{
    diff::{Cell, Change, Field, Review, RowReview, TableReview},
    plan::locator,
    row::{Key, Value},
    shape::{Part, Reference, Role, Shape, UniqueRule},
    sql::Term,
};

/// Which rows of the target hold these values?
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UniqueQuestion {
    /// The table's place in the review.
    pub table: usize,
    /// What has to be unique, by places in the shape.
    pub terms: Vec<Term>,
    /// Whether two NULLs are equal.
    pub nulls_equal: bool,
    /// The rows by their keys, each with a value for each flat value of the terms.
    pub rows: Vec<(Key, Vec<Value>)>,
}

/// A row of the target that holds what a row of the review would get.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The row of the review, by its place in the question.
    pub asked: usize,
    /// Where the holder is.
    pub locator: Vec<Value>,
    /// What identifies it.
    pub key: Key,
}

/// What the server has to be asked about unique values. A rule that an expression or a condition decides, and a value
/// that only the server will know, are left to the apply.
pub fn unique_questions(review: &Review) -> Vec<UniqueQuestion> {
    let mut out = Vec::new();
    for (table, found) in review.tables.iter().enumerate() {
        let Some(shape) = &found.shape else { continue };
        for rule in shape.uniques.iter().filter(|rule| rule.exact && !rule.exclusion) {
            let Some(terms) = terms(shape, rule) else { continue };
            let rows: Vec<_> = arriving(found, shape, rule, &terms).collect();
            if !rows.is_empty() {
                out.push(UniqueQuestion { table, terms, nulls_equal: rule.nulls_equal, rows });
            }
        }
    }
    out
}

/// What `rule` is over: plain columns, and the parents that foreign keys lead to. `None` where the key is a part of it, so
/// that no other row can hold it, or where it is over numbers that the target makes.
fn terms(shape: &Shape, rule: &UniqueRule) -> Option<Vec<Term>> {
    let names: Vec<&str> = rule.columns.iter().filter(|c| !c.predicate).map(|c| c.name.as_str()).collect();
    let within = |columns: &[String]| columns.iter().all(|column| names.contains(&column.as_str()));
    let holds = |part: &Part| match part {
        Part::Column { name, .. } => names.contains(&name.as_str()),
        Part::Expression { .. } => false,
        Part::Reference(reference) => within(&reference.columns),
    };
    if names.is_empty() || shape.key.iter().all(holds) {
        return None;
    }
    let mut out: Vec<Term> = Vec::new();
    for name in &names {
        let at = shape.position(name)?;
        let term = match shape.columns[at].role {
            Role::Value | Role::Ignored | Role::Cleared | Role::Local => Term::Column(at),
            Role::Foreign => {
                let leads = |reference: &Reference| {
                    reference.columns.iter().any(|column| column == name) && within(&reference.columns)
                };
                Term::Reference(shape.references.iter().position(leads)?)
            }
            Role::Id | Role::Generated => return None,
        };
        if !out.contains(&term) {
            out.push(term);
        }
    }
    Some(out)
}

/// The rows that get a value of `rule`, with all of its values.
fn arriving<'a>(
    table: &'a TableReview,
    shape: &'a Shape,
    rule: &'a UniqueRule,
    terms: &'a [Term],
) -> impl Iterator<Item = (Key, Vec<Value>)> + 'a {
    let rows = table.rows.iter().filter(|row| row.blocked.is_none() && arrives(row, terms));
    rows.filter_map(move |row| {
        let values = values(shape, row, terms)?;
        let known = rule.nulls_equal || values.iter().all(Option::is_some);
        known.then(|| (row.key.clone(), values))
    })
}

fn arrives(row: &RowReview, terms: &[Term]) -> bool {
    match row.change {
        Change::Insert => true,
        Change::Update => touches(row, terms),
        Change::Delete | Change::Representation => false,
    }
}

/// Whether an update gives `row` another value in one of `terms`.
fn touches(row: &RowReview, terms: &[Term]) -> bool {
    let changed = |cell: &&Cell| !cell.representation;
    row.cells.iter().filter(changed).any(|cell| {
        terms.contains(&match cell.field {
            Field::Column(at) => Term::Column(at),
            Field::Reference(at) => Term::Reference(at),
        })
    })
}

/// What `row` would hold; `None` where only the server will know.
fn values(shape: &Shape, row: &RowReview, terms: &[Term]) -> Option<Vec<Value>> {
    let mut out = Vec::new();
    for term in terms {
        match term {
            Term::Column(at) => out.push(resulting(shape, row, &shape.columns[*at].name)?),
            Term::Reference(at) => {
                let parent = row.source.as_ref()?.references[*at].as_ref()?;
                if parent.0.iter().any(Option::is_none) {
                    return None;
                }
                out.extend(parent.0.iter().cloned());
            }
        }
    }
    Some(out)
}

/// Blocks every row that gets what a row of the target holds and keeps; returns whether there was one. Where a trigger may
/// still change the row, it is said and left to the apply.
pub fn refuse_held(review: &mut Review, rules: &Rules, asked: &[(UniqueQuestion, Vec<Holder>)]) -> bool {
    let mut any = false;
    loop {
        let mut changed = false;
        for (question, holders) in asked {
            changed |= refuse(&mut review.tables[question.table], rules, question, holders);
        }
        if !changed {
            return any;
        }
        any = true;
    }
}

fn refuse(table: &mut TableReview, rules: &Rules, question: &UniqueQuestion, holders: &[Holder]) -> bool {
    let Some(shape) = table.shape.clone() else { return false };
    let places: HashMap<Vec<Value>, usize> = table
        .rows
        .iter()
        .enumerate()
        .filter_map(|(at, row)| Some((locator(&shape, row.target.as_ref()?), at)))
        .collect();
    // Rows come and go between two looks at them, so places are looked up each time.
    let by_key: HashMap<Key, usize> = table.rows.iter().enumerate().map(|(at, row)| (row.key.clone(), at)).collect();
    let mut changed = false;
    for holder in holders {
        let Some((key, values)) = question.rows.get(holder.asked) else { continue };
        let Some(asked) = by_key.get(key).copied() else { continue };
        let there = places.get(&holder.locator).copied();
        if there == Some(asked) || table.rows[asked].blocked.is_some() {
            continue;
        }
        let stays = match there.map(|at| &table.rows[at]) {
            None => "this review leaves that row as it is: review with --deletes, or change it there",
            Some(row) if row.blocked.is_some() => "what this review would do to that row is blocked",
            Some(row) if row.change == Change::Delete || arrives(row, &question.terms) => continue,
            Some(_) => "this review does not change that value of it",
        };
        let why = format!("{}, and {stays}", held(&shape, question, values, &holder.key));
        let row = &mut table.rows[asked];
        if rules.get(&shape.table).is_some_and(|rules| rules.may_change(row.change)) {
            let note = format!("{why}; the server refuses the row unless a trigger changes it");
            if !row.notes.contains(&note) {
                row.notes.push(note);
            }
        } else {
            row.blocked = Some(why);
            changed = true;
        }
    }
    changed
}

/// `position` `4` is unique in the target, and `legacy` holds it there.
fn held(shape: &Shape, question: &UniqueQuestion, values: &[Value], key: &Key) -> String {
    let names: Vec<String> = question
        .terms
        .iter()
        .map(|term| match term {
            Term::Column(at) => shape.columns[*at].name.clone(),
            Term::Reference(at) => shape.references[*at].label(),
        })
        .collect();
    format!(
        "`{}` is `{}`, which has to be unique and which `{}` holds in the target",
        names.join(", "),
        Key(values.to_vec()).display(),
        key.display()
    )
}
