//! A batch of statements as one, behind a savepoint: where anything is not as it was reviewed, it is as if the batch
//! had never run, and its statements run singly. They name the row.

use std::collections::HashSet;

use tokio_postgres::{
    error::{DbError, Severity, SqlState},
    types::{ToSql, Type},
};

use super::{execute::Located, rolled_back};
use crate::{
    core::{
        error::Result,
        sync::{
            plan::{Operation, Plan},
            row::Value,
            schedule::Run,
            sql::{self, Parameter, Statement, Together},
        },
    },
    pg::{connect::Transaction, query},
};

/// Runs `runs`, which are alike, and returns the locator of each step's row; `None` where they have to run singly,
/// and nothing has happened.
pub(super) async fn together(tx: &Transaction<'_>, plan: &Plan, runs: &[&Run]) -> Result<Option<Vec<Located>>> {
    let statements: Vec<_> = runs.iter().map(|run| &run.statement).collect();
    let Some(batch) = Statement::together(&statements) else { return Ok(None) };
    // One round trip for both.
    let (begun, written) = futures_util::join!(query::rows(tx, "SAVEPOINT batch", &[]), ask(tx, plan, runs, &batch));
    begun.map_err(rolled_back)?;
    let found = match written? {
        Some(written) if plan.steps[runs[0].steps[0]].operation == Operation::Insert => {
            inserted(tx, plan, runs, written).await?
        }
        Some(written) => numbered(runs.len(), &written),
        None => None,
    };
    if found.is_none() {
        query::rows(tx, "ROLLBACK TO SAVEPOINT batch", &[]).await.map_err(rolled_back)?;
        tx.recovered();
    }
    query::rows(tx, "RELEASE SAVEPOINT batch", &[]).await.map_err(rolled_back)?;
    let steps = runs.iter().flat_map(|run| run.steps.iter().copied());
    Ok(found.map(|found| steps.zip(found).collect()))
}

/// The rows that `batch` returns; `None` where a row was refused.
async fn ask(
    tx: &Transaction<'_>,
    plan: &Plan,
    runs: &[&Run],
    batch: &Together<'_>,
) -> Result<Option<Vec<Vec<Value>>>> {
    let parameters: Vec<_> = batch.parameters.iter().map(parameter).collect();
    let rows = match tx.client().query_typed(&batch.text, &parameters).await {
        Ok(rows) => rows,
        Err(error) if error.as_db_error().is_some_and(may_go_singly) => {
            let code = error.code().map_or("", SqlState::code);
            tracing::debug!(code, "a batch is taken back, and its statements run singly");
            return Ok(None);
        }
        Err(error) => {
            let table = &plan.steps[runs[0].steps[0]].table;
            return Err(rolled_back(tx.fault(&error).await).object(table));
        }
    };
    let values = |row: &tokio_postgres::Row| (0..row.len()).map(|at| row.try_get(at)).collect::<Result<_, _>>();
    let rows: Result<Vec<_>, _> = rows.iter().map(values).collect();
    rows.map(Some).map_err(|error| tx.describe(&error))
}

fn parameter<'a>(given: &'a Parameter<'_>) -> (&'a (dyn ToSql + Sync), Type) {
    match given {
        Parameter::One(one) => (one, Type::TEXT),
        Parameter::List(list) => (list, Type::TEXT_ARRAY),
    }
}

/// Whether the statements may run singly after this, to name the row that the server refuses: the session lives, and
/// no operator stopped it (57). A time limit is one for each statement.
fn may_go_singly(error: &DbError) -> bool {
    let timeout = *error.code() == SqlState::QUERY_CANCELED && error.message().contains("statement timeout");
    let lives = error.parsed_severity() == Some(Severity::Error);
    lives && (timeout || !error.code().code().starts_with("57"))
}

/// The locators by the numbers that stand before them; `None` unless each of `count` rows is there once.
fn numbered(count: usize, rows: &[Vec<Value>]) -> Option<Vec<Vec<Value>>> {
    let mut out = vec![None; count];
    for row in rows {
        let (number, locator) = row.split_first()?;
        let place = out.get_mut(number.as_ref()?.parse::<usize>().ok()?.checked_sub(1)?)?;
        if place.replace(locator.to_vec()).is_some() {
            return None;
        }
    }
    out.into_iter().collect()
}

/// The locators of rows that were inserted, found by their keys; `None` unless each key leads to one of the rows that
/// the statement returned.
async fn inserted(
    tx: &Transaction<'_>,
    plan: &Plan,
    runs: &[&Run],
    written: Vec<Vec<Value>>,
) -> Result<Option<Vec<Vec<Value>>>> {
    let mut new: HashSet<_> = written.into_iter().collect();
    let steps = runs.iter().flat_map(|run| &run.steps).map(|at| &plan.steps[*at]);
    let found: Result<Vec<_>> = steps.map(|step| Ok(sql::whereabouts(plan.shape(&step.table)?, &step.key))).collect();
    let found = found?;
    let Some(query) = Statement::together(&found.iter().collect::<Vec<_>>()) else { return Ok(None) };
    let Some(rows) = ask(tx, plan, runs, &query).await? else { return Ok(None) };
    let found = numbered(runs.len(), &rows);
    Ok(found.filter(|found| found.iter().all(|locator| new.remove(locator))))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(fields: &[&str]) -> Vec<Value> {
        fields.iter().map(|field| Some((*field).into())).collect()
    }

    #[test]
    fn each_statement_of_a_batch_meets_one_row() {
        let (one, two) = (row(&["1", "a"]), row(&["2", "b"]));
        let found = Some(vec![row(&["a"]), row(&["b"])]);
        assert_eq!(numbered(2, &[two.clone(), one.clone()]), found, "in the order of the statements");
        assert_eq!(numbered(2, std::slice::from_ref(&one)), None, "the second met none");
        assert_eq!(numbered(2, &[one.clone(), two.clone(), row(&["1", "c"])]), None, "the first met two");
        assert_eq!(numbered(1, &[one, two]), None, "one that was not asked for");
        assert_eq!(numbered(1, &[row(&["0", "a"])]), None);
    }
}
