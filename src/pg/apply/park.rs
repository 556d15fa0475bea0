//! A row waits on a value that is not its own: which one the server allows is found by trying.

use std::collections::HashSet;

use super::{EMPTY_PATH, execute::Work, moves::attempt, own_path, rolled_back};
use crate::{
    core::{
        error::Result,
        sync::{
            moves::Contest,
            park,
            plan::{NewValue, Plan},
            row::Value,
            schedule,
            shape::Shape,
            sql::{self, Statement},
        },
    },
    pg::{connect::Transaction, query},
};

/// A run that was refused, and in which words.
pub(super) type Blocked<'a> = (usize, &'a str);

/// How many values are tried that the server allows and that make no room.
const MAX_IDLE: usize = 8;

/// Parks the row of `step` so that others can take what `contest` is about. `false` where no value is allowed, or none
/// makes room for the run that is `blocked`: it goes through then, or is refused for something else.
pub(super) async fn park(
    tx: &Transaction<'_>,
    work: &mut Work<'_>,
    step: usize,
    contest: &Contest,
    blocked: Option<Blocked<'_>>,
) -> Result<bool> {
    let plan = work.order.plan;
    let shape = plan.shape(&contest.table)?;
    let unique = &shape.uniques[contest.rule];
    // It may wait already, because of another index.
    let places = work.places.get(&step).cloned().unwrap_or_default();
    let row = park::brought_back(shape, &plan.steps[step], &places);
    for column in park::columns(shape, unique, &plan.steps[step]) {
        if places.contains_key(column) {
            continue;
        }
        let Some(queries) = park::candidates(shape, unique, &row, column) else { continue };
        let mut values = Vec::new();
        for query in queries {
            // What is made of the values of some types may itself be out of range.
            if let Some(found) = candidates(tx, &query).await? {
                values = found;
                break;
            }
        }
        let wanted = wanted(plan, shape, column);
        values.sort_by_key(|value: &Value| value.is_some() && wanted.contains(value));
        let mut idle = 0;
        for value in values {
            let mark = work.watch.mark(tx).await?;
            query::rows(tx, "SAVEPOINT waits", &[]).await.map_err(rolled_back)?;
            let mut statement = sql::park(shape, &row, column, &value);
            if work.watch.has_triggers() {
                statement.without_guard();
            }
            let written = ask(tx, &statement).await?;
            let place = written.as_deref().and_then(<[Value]>::first).cloned();
            let makes_room = match (&place, blocked) {
                (None, _) => false,
                (Some(_), None) => true,
                (Some(_), Some((at, words))) => may_go(tx, work, at, words).await?,
            };
            let end = if makes_room { "RELEASE SAVEPOINT waits" } else { "ROLLBACK TO SAVEPOINT waits" };
            query::rows(tx, end, &[]).await.map_err(rolled_back)?;
            if !makes_room {
                work.watch.taken_back(tx, mark).await?;
            }
            if let Some(place) = place.filter(|_| makes_room) {
                work.watch.parked(step);
                work.places.entry(step).or_default().insert(column.to_owned(), place);
                let run = &mut work.runs[work.run_of[step]];
                run.statement = schedule::statement(plan, &run.steps, run.numbered, &work.places)?;
                return Ok(true);
            }
            idle += usize::from(written.as_ref().is_some_and(|rows| !rows.is_empty()));
            // Something points to the value that it has, or no value of the column makes room.
            if written.is_some_and(|rows| rows.is_empty()) || idle == MAX_IDLE {
                break;
            }
        }
    }
    Ok(false)
}

/// Whether the run at `at` goes through now, or is refused in other words than before. It has not run then.
async fn may_go(tx: &Transaction<'_>, work: &mut Work<'_>, at: usize, words: &str) -> Result<bool> {
    let mark = work.watch.mark(tx).await?;
    query::rows(tx, "SAVEPOINT room", &[]).await.map_err(rolled_back)?;
    let tried = attempt(tx, work, &[at]).await?;
    query::rows(tx, "ROLLBACK TO SAVEPOINT room", &[]).await.map_err(rolled_back)?;
    work.watch.taken_back(tx, mark).await?;
    Ok(tried.map_or_else(|(_, failed)| failed.error.message != words, |_| true))
}

/// What other rows are to get in `column`: a row that waits there would be in their way.
fn wanted<'a>(plan: &'a Plan, shape: &Shape, column: &str) -> HashSet<&'a Value> {
    let steps = plan.steps.iter().filter(|step| step.table == shape.table);
    let assignments = steps.flat_map(|step| &step.set).filter(|a| a.columns.len() == 1 && a.columns[0] == column);
    assignments
        .filter_map(|assignment| match &assignment.value {
            NewValue::Value(value) => Some(value),
            NewValue::Parent(_) => None,
        })
        .collect()
}

/// What `query` proposes, found under the path that it was written for: nothing of the role's own schemas is called.
async fn candidates(tx: &Transaction<'_>, query: &Statement) -> Result<Option<Vec<Value>>> {
    query::rows(tx, EMPTY_PATH, &[]).await.map_err(rolled_back)?;
    let found = ask(tx, query).await?;
    own_path(tx).await.map_err(rolled_back)?;
    Ok(found)
}

/// The first field of each row that `statement` returns; `None`, and nothing has happened, where the server does not
/// allow a value (classes 22, 23 and 44, and what a trigger raises).
async fn ask(tx: &Transaction<'_>, statement: &Statement) -> Result<Option<Vec<Value>>> {
    let (text, parameters) = (statement.text(), statement.parameters());
    let (begun, answer) =
        futures_util::join!(query::rows(tx, "SAVEPOINT park", &[]), query::try_rows(tx, &text, &parameters));
    begun.map_err(rolled_back)?;
    let out = match answer {
        Ok(rows) => {
            let values: Result<_, _> = rows.iter().map(|row| row.try_get(0)).collect();
            Some(values.map_err(|error| tx.describe(&error))?)
        }
        Err(error) => {
            let code = error.code().map(|code| code.code().to_owned()).unwrap_or_default();
            if !(code == "P0001" || ["22", "23", "44"].contains(&code.get(..2).unwrap_or_default())) {
                return Err(rolled_back(tx.describe(&error)));
            }
            query::rows(tx, "ROLLBACK TO SAVEPOINT park", &[]).await.map_err(rolled_back)?;
            None
        }
    };
    query::rows(tx, "RELEASE SAVEPOINT park", &[]).await.map_err(rolled_back)?;
    Ok(out)
}
