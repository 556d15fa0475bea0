//! A row waits on a value that is not its own: which one the server allows is found by trying.

use std::collections::{BTreeMap, HashSet};

use super::{execute::Work, rolled_back};
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

/// Parks the row of `step` so that others can take what `contest` is about. `false` where no value is allowed.
pub(super) async fn park(tx: &Transaction<'_>, work: &mut Work<'_>, step: usize, contest: &Contest) -> Result<bool> {
    let plan = work.order.plan;
    let shape = plan.shape(&contest.table)?;
    let unique = &shape.uniques[contest.rule];
    for column in park::columns(shape, unique, &plan.steps[step]) {
        let Some(queries) = park::candidates(shape, unique, &plan.steps[step], column) else { continue };
        let mut values = Vec::new();
        for query in queries {
            // What is made of the values of some types may itself be out of range.
            if let Some(found) = ask(tx, &query).await? {
                values = found;
                break;
            }
        }
        let wanted = wanted(plan, shape, column);
        values.sort_by_key(|value: &Value| value.is_some() && wanted.contains(value));
        for value in values {
            let statement = sql::park(shape, &plan.steps[step], column, &value);
            match ask(tx, &statement).await? {
                None => {}
                Some(rows) if rows.len() == 1 => {
                    let place = BTreeMap::from([(column.to_owned(), value)]);
                    work.places.insert(step, place);
                    let run = &mut work.runs[work.run_of[step]];
                    run.statement = schedule::statement(plan, &run.steps, run.numbered, &work.places)?;
                    return Ok(true);
                }
                // Something points to the value that it has.
                Some(_) => break,
            }
        }
    }
    Ok(false)
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

/// The first field of each row that `statement` returns; `None`, and nothing has happened, where the server does not
/// allow a value (classes 22, 23 and 44, and what a trigger raises).
async fn ask(tx: &Transaction<'_>, statement: &Statement) -> Result<Option<Vec<Value>>> {
    let (text, parameters) = (statement.text(), statement.parameters());
    let (begun, answer) =
        futures_util::join!(query::rows(tx, "SAVEPOINT park", &[]), query::answer(tx, &text, &parameters));
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
