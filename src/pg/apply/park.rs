//! A row waits on a value that is not its own: which one the server allows is found by trying.

use std::collections::HashSet;

use tokio_postgres::Row;

use super::{
    EMPTY_PATH,
    execute::{Failed, Work},
    moves::attempt,
    own_path, rolled_back,
};
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
    pg::{connect::Transaction, query, sync::Sent},
};

/// A run that was refused, and why.
pub(super) type Blocked<'a> = (usize, &'a Failed);

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
        let piece = (step, column.to_owned());
        if work.waited.contains(&piece) || work.settled.contains(&piece) {
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
            let written = ask(tx, &statement, first).await?;
            let place = written.as_deref().and_then(<[Value]>::first).cloned();
            let makes_room = match (&place, blocked) {
                (None, _) => false,
                (Some(_), None) => true,
                (Some(place), Some(blocked)) => may_go(tx, work, blocked, place).await?,
            };
            let end = if makes_room { "RELEASE SAVEPOINT waits" } else { "ROLLBACK TO SAVEPOINT waits" };
            query::rows(tx, end, &[]).await.map_err(rolled_back)?;
            if !makes_room {
                work.watch.taken_back(tx, mark).await?;
            }
            if let Some(place) = place.filter(|_| makes_room) {
                work.watch.parked(step);
                work.places.entry(step).or_default().insert(column.to_owned(), place);
                work.waited.insert(piece);
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

/// Whether the run that was blocked goes through now, or is refused for something else than before and than a row that
/// waits on `place`. It has not run then.
async fn may_go(tx: &Transaction<'_>, work: &mut Work<'_>, (at, before): Blocked<'_>, place: &Value) -> Result<bool> {
    let mark = work.watch.mark(tx).await?;
    query::rows(tx, "SAVEPOINT room", &[]).await.map_err(rolled_back)?;
    let tried = attempt(tx, work, &[at]).await?;
    query::rows(tx, "ROLLBACK TO SAVEPOINT room", &[]).await.map_err(rolled_back)?;
    work.watch.taken_back(tx, mark).await?;
    Ok(match tried {
        Ok(_) => true,
        Err((_, now)) if now.constraint == before.constraint && now.state == EXCLUDED && names(&now.detail, place) => {
            false
        }
        Err((_, now)) => {
            let met = |failed: &Failed| (failed.state.clone(), failed.constraint.clone(), failed.detail.clone());
            met(&now) != met(before)
        }
    })
}

/// The SQLSTATE of an exclusion constraint, which names the row that is in the way by what that row holds.
const EXCLUDED: &str = "23P01";

/// Whether `detail`, in any language, names a row in the way that holds `place`: `… (a, b)=(1, [7,9))`.
fn names(detail: &str, place: &Value) -> bool {
    let Some(place) = place else { return false };
    let held = detail.rsplit_once(")=(").and_then(|(_, held)| held.rsplit_once(')'));
    held.is_some_and(|(held, _)| format!(", {held}, ").contains(&format!(", {place}, ")))
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
    let found = ask(tx, query, first).await?;
    own_path(tx).await.map_err(rolled_back)?;
    Ok(found)
}

/// The first field of a row.
fn first(row: &Row) -> Result<Value, tokio_postgres::Error> {
    row.try_get(0)
}

/// All fields of a row.
pub(super) fn fields(row: &Row) -> Result<Vec<Value>, tokio_postgres::Error> {
    (0..row.len()).map(|at| row.try_get(at)).collect()
}

/// What `read` makes of each row that `statement` returns; `None`, and nothing has happened, where the server does not
/// allow a value (classes 22, 23 and 44, and what a trigger raises or causes).
pub(super) async fn ask<T>(
    tx: &Transaction<'_>,
    statement: &Statement,
    read: fn(&Row) -> Result<T, tokio_postgres::Error>,
) -> Result<Option<Vec<T>>> {
    let sent = Sent::ahead(tx, statement).await.map_err(rolled_back)?;
    let (begun, answer) =
        futures_util::join!(query::rows(tx, "SAVEPOINT park", &[]), query::try_rows(tx, &sent.text, &sent.parameters));
    begun.map_err(rolled_back)?;
    let out = match answer {
        Ok(rows) => {
            let values: Result<_, _> = rows.iter().map(read).collect();
            Some(values.map_err(|error| tx.describe(&error))?)
        }
        Err(error) => {
            let code = error.code().map(|code| code.code().to_owned()).unwrap_or_default();
            if !(["P0001", "27000"].contains(&code.as_str())
                || ["22", "23", "44"].contains(&code.get(..2).unwrap_or_default()))
            {
                return Err(rolled_back(tx.describe(&error)));
            }
            query::rows(tx, "ROLLBACK TO SAVEPOINT park", &[]).await.map_err(rolled_back)?;
            None
        }
    };
    query::rows(tx, "RELEASE SAVEPOINT park", &[]).await.map_err(rolled_back)?;
    sent.done(tx).await.map_err(rolled_back)?;
    Ok(out)
}
