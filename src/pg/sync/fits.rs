//! Values as the target's columns would hold them, asked before anything is written.

use futures_util::future::try_join_all;

use super::Operators;
use crate::{
    core::{
        error::{Error, Result},
        name::QName,
        sync::{
            diff::{Became, Fit},
            row::Value,
            shape::ShapeColumn,
            sql,
            value::SharedText,
        },
    },
    pg::{
        connect::Transaction,
        query::{self, List},
    },
};

/// The place of a value in a review: (table, row, column).
type At = (usize, usize, usize);

/// Values of one column that are tried together.
#[derive(Clone, Copy)]
pub struct Attempt<'a> {
    column: &'a ShapeColumn,
    values: &'a [(At, SharedText)],
}

impl<'a> Attempt<'a> {
    /// All values of `fit`.
    pub fn all(fit: &'a Fit) -> Self {
        Attempt { column: &fit.column, values: &fit.values }
    }

    fn halves(self) -> [Self; 2] {
        let (first, second) = self.values.split_at(self.values.len() / 2);
        [Attempt { values: first, ..self }, Attempt { values: second, ..self }]
    }
}

/// What would become of the values of `attempts`, in one round trip. Where the server refuses one it does not say which:
/// what has to be tried again, in smaller parts, is returned too.
pub async fn try_fits<'a>(
    tx: &Transaction<'_>,
    operators: &Operators,
    attempts: &[Attempt<'a>],
) -> Result<(Vec<(At, Became)>, Vec<Attempt<'a>>)> {
    let answers = try_join_all(attempts.iter().map(|attempt| ask(tx, operators, attempt))).await?;
    let (mut found, mut again) = (Vec::new(), Vec::new());
    for (attempt, answer) in attempts.iter().zip(answers) {
        match answer {
            Ok(texts) => {
                let other = attempt.values.iter().zip(texts);
                found.extend(other.filter_map(|((at, _), text)| Some((*at, Became::Other(text?)))));
            }
            Err(error) => match attempt.values {
                [(at, _)] => found.push((*at, Became::Refused(error.message))),
                _ => again.extend(attempt.halves()),
            },
        }
    }
    Ok((found, again))
}

async fn ask(tx: &Transaction<'_>, operators: &Operators, attempt: &Attempt<'_>) -> Result<Result<Vec<Value>, Error>> {
    let text = sql::fits(attempt.column, operators.get(&attempt.column.cast).map(String::as_str));
    let list: List = attempt.values.iter().map(|(_, value)| Some(&**value)).collect();
    let lists = [list];
    let mut out = Vec::new();
    let asked = query::for_each(tx, &text, &lists, |fields| out.push(fields[0].map(Into::into)));
    Ok(query::attempt(tx, asked).await?.map(|()| out))
}

/// The type of a column as it is now: that of a plan is as old as the review.
const DECLARED: &str = "SELECT format_type(atttypid, atttypmod) FROM pg_attribute \
    WHERE attrelid = $1::regclass AND attname = $2 AND NOT attisdropped";

/// The texts that `column` of `table` holds once `values` are written.
pub async fn held(tx: &Transaction<'_>, table: &QName, column: &ShapeColumn, values: &[&str]) -> Result<Vec<Value>> {
    let declared = query::scalar(tx, DECLARED, &[Some(&table.sql()), Some(&column.name)]).await?;
    let mut column = column.clone();
    column.definition.declared = declared.unwrap_or(column.definition.declared);
    let lists: [List; 1] = [values.iter().map(|value| Some(*value)).collect()];
    let mut out = Vec::new();
    query::for_each(tx, &sql::held(&column), &lists, |fields| out.push(fields[0].map(Into::into))).await?;
    Ok(out)
}
