//! Reading the two sides of a sync.

use std::collections::HashMap;

use super::{
    connect::Transaction,
    query::{self, List},
};
use crate::core::{
    error::{Code, Error, Result},
    name::QName,
    sync::{
        diff::{ChildCounts, Pair},
        plan::locator,
        row::{Key, Row, Value},
        shape::{Reference, Shape},
        sql::{self, Side},
    },
};

/// Reads every row of a table through its shape.
pub async fn rows(tx: &Transaction<'_>, shape: &Shape, side: Side) -> Result<Vec<Row>> {
    let query = sql::read(shape, side);
    let mut out = Vec::new();
    let read = query::for_each(tx, &query.text, &[], |fields| out.push(query.decode(fields))).await;
    read.map_err(|error| condition_at_fault(error, shape).object(&shape.table))?;
    Ok(out)
}

/// The condition of a set is the only SQL here that is not ours.
fn condition_at_fault(error: Error, shape: &Shape) -> Error {
    if error.code != Code::Usage || shape.filter.is_none() {
        return error;
    }
    let message = format!("the `where` of sync set `{}` does not work: {}", shape.set, error.message);
    Error { message, ..error }.hint("mend it in pgdeck.toml; names outside pg_catalog need their schema")
}

/// Every key of a reference's parent, with how often it occurs.
pub async fn parent_keys(tx: &Transaction<'_>, reference: &Reference) -> Result<HashMap<Key, usize>> {
    let mut out = HashMap::new();
    let add = |fields: &[Option<&str>]| {
        *out.entry(Key(fields.iter().map(|field| field.map(str::to_owned)).collect())).or_insert(0) += 1;
    };
    query::for_each(tx, &sql::parent_keys(reference), &[], add)
        .await
        .map_err(|error| error.object(&reference.table))?;
    Ok(out)
}

/// Finds the rows with these locators, and locks them if asked.
pub async fn located(
    tx: &Transaction<'_>,
    shape: &Shape,
    locators: &[Vec<Value>],
    lock: bool,
) -> Result<HashMap<Vec<Value>, Row>> {
    let query = sql::read_located(shape, lock);
    let lists: Vec<List> =
        (0..shape.locator.len()).map(|at| locators.iter().map(|locator| locator[at].as_deref()).collect()).collect();
    let mut out = HashMap::new();
    let add = |fields: &[Option<&str>]| {
        let row = query.decode(fields);
        out.insert(locator(shape, &row), row);
    };
    query::for_each(tx, &query.text, &lists, add).await.map_err(|error| error.object(&shape.table))?;
    Ok(out)
}

/// Counts the rows that point to each of `rows`.
pub async fn children(tx: &Transaction<'_>, shape: &Shape, rows: &[&Row], counts: &mut ChildCounts) -> Result<()> {
    for (at, child) in shape.children.iter().enumerate() {
        let casts: Vec<_> =
            child.referenced.iter().map(|name| shape.column(name).map_or("text", |column| &column.cast)).collect();
        let lists: Vec<List> =
            child.referenced.iter().map(|name| rows.iter().map(|row| row.value(shape, name)).collect()).collect();
        let text = sql::children(&child.table, &child.columns, &casts);
        let counted = query::for_each(tx, &text, &lists, |fields| {
            if let [Some(number), Some(count)] = fields
                && let (Ok(number), Ok(count)) = (number.parse::<usize>(), count.parse())
                && let Some(row) = rows.get(number - 1)
            {
                counts.insert((shape.table.clone(), at, locator(shape, row)), count);
            }
        });
        counted.await.map_err(|error| cannot_see(error, &child.table))?;
    }
    Ok(())
}

fn cannot_see(error: Error, child: &QName) -> Error {
    error
        .object(child)
        .hint("a delete needs to see every table that points to it: grant SELECT, or do not ask for deletes")
}

/// Which of `pairs` the server calls equal. Types without an equality operator have none.
pub async fn equal(tx: &Transaction<'_>, pairs: &[Pair]) -> Result<Vec<(usize, usize, usize)>> {
    let mut by_cast: HashMap<&str, Vec<&Pair>> = HashMap::new();
    for pair in pairs {
        by_cast.entry(&pair.cast).or_default().push(pair);
    }
    let mut out = Vec::new();
    for (cast, pairs) in by_cast {
        let Some(operator) = query::scalar(tx, include_str!("sql/equality.sql"), &[Some(cast)]).await? else {
            continue;
        };
        let lists: [List; 2] = [
            pairs.iter().map(|pair| Some(pair.old.as_str())).collect(),
            pairs.iter().map(|pair| Some(pair.new.as_str())).collect(),
        ];
        let mut answers = Vec::new();
        // What the other side holds need not be a value of this type at all: then nothing is equal.
        query::rows(tx, "SAVEPOINT equal", &[]).await?;
        let question = sql::representation(cast, &operator);
        let asked = query::for_each(tx, &question, &lists, |fields| {
            answers.push(fields[0] == Some("true"));
        });
        match asked.await {
            Ok(()) => out.extend(pairs.iter().zip(answers).filter(|(_, equal)| *equal).map(|(pair, _)| pair.at)),
            Err(error) if error.code == Code::RolledBack => {
                query::rows(tx, "ROLLBACK TO SAVEPOINT equal", &[]).await?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(out)
}
