//! Rows outside of a set's `where`: a review deletes none of them, so a plan that does was not made by one.

use super::{name, rolled_back};
use crate::{
    core::{
        error::{Error, Result},
        sync::{
            plan::{Operation, Plan, Step},
            row::Value,
            shape::Shape,
            sql::Lookup,
        },
    },
    pg::{
        connect::Transaction,
        query,
        sync::{self, Known},
    },
};

/// Refuses a plan that deletes rows outside of the `where` of their set. What an undo deletes is what its run wrote.
///
/// A team's own SQL runs here, so it runs where nothing can be written: a transaction cannot become one that writes again,
/// but for going back to a savepoint.
///
/// # Errors
/// `Refused` with the row.
pub(super) async fn deletes_in_scope(tx: &Transaction<'_>, plan: &Plan, known: &Known) -> Result<()> {
    let limited = plan.shapes.iter().filter(|shape| shape.filter.is_some() && plan.undoes.is_none());
    for shape in limited {
        let deletes = plan.steps.iter().filter(|step| step.table == shape.table && step.operation == Operation::Delete);
        let deletes: Vec<&Step> = deletes.collect();
        if !deletes.is_empty() {
            in_scope(tx, shape, &deletes, known).await?;
        }
    }
    Ok(())
}

async fn in_scope(tx: &Transaction<'_>, shape: &Shape, deletes: &[&Step], known: &Known) -> Result<()> {
    query::rows(tx, "SAVEPOINT scope", &[]).await?;
    query::rows(tx, "SET LOCAL transaction_read_only = on", &[]).await?;
    let locators: Vec<Vec<Value>> = deletes.iter().map(|step| step.locator.clone()).collect();
    let rows = sync::located(tx, shape, &locators, Lookup::Scope, known).await.map_err(rolled_back)?;
    query::rows(tx, "ROLLBACK TO SAVEPOINT scope", &[]).await?;
    query::rows(tx, "RELEASE SAVEPOINT scope", &[]).await?;
    match deletes.iter().find(|step| rows.get(&step.locator).is_some_and(|row| !row.in_scope)) {
        None => Ok(()),
        Some(step) => Err(Error::refused(format!(
            "the plan deletes this row, which is outside of the `where` of sync set `{}`",
            shape.set
        ))
        .nothing_written()
        .object(name(step))
        .hint("review again")),
    }
}
