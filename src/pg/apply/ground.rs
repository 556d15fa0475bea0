//! The ground that a plan stands on: its tables, locked against changes, are declared as they were reviewed.

use super::rolled_back;
use crate::{
    core::{
        error::{Error, Result},
        name::{QName, ident},
        schema::Catalog,
        sync::{
            basis, bounds,
            declared::declare,
            plan::{Operation, Plan, Step},
            set::Sets,
            shape::Shape,
            unique::is_unique,
        },
    },
    pg::{catalog, connect::Transaction, query, sync},
};

/// Keeps everybody from changing the plan's tables until the transaction ends, and refuses a plan that rests on something
/// else than what is there. Returns the catalogue, with the references that `sets` declare.
///
/// # Errors
/// `Stale` with the object that was changed, `Refused` where the plan goes beyond what `sets` declare.
pub(super) async fn ground(tx: &Transaction<'_>, plan: &Plan, sets: &Sets) -> Result<Catalog> {
    keep(tx, plan).await?;
    let tables: Vec<&QName> = plan.shapes.iter().map(|shape| &shape.table).collect();
    let (mut catalog, live) = tokio::try_join!(biased; catalog::read(tx), sync::basis(tx, &tables))?;
    declare(&mut catalog, sets);
    basis::check(plan, &live)?;
    bounds::check(plan, &catalog, sets)?;
    keep_keys_single(tx, plan, &catalog).await?;
    Ok(catalog)
}

/// What writes to a table lock, taken before anything is read: whoever changes its columns, triggers, rules, policies or the
/// foreign keys that point to it has to wait (PostgreSQL manual, 13.3.1 "Table-Level Locks").
async fn keep(tx: &Transaction<'_>, plan: &Plan) -> Result<()> {
    let mut tables: Vec<String> = plan.shapes.iter().map(|shape| shape.table.sql()).collect();
    tables.sort();
    let all = format!("LOCK TABLE {} IN ROW EXCLUSIVE MODE", tables.join(", "));
    if tables.is_empty() {
        return Ok(());
    }
    match locked(tx, &all).await? {
        Ok(()) => Ok(()),
        // One of them, and the server does not say which.
        Err(refused) if ["42P01", "3F000", "42501"].contains(&refused.state.as_str()) => {
            for shape in &plan.shapes {
                keep_one(tx, plan, shape).await?;
            }
            Ok(())
        }
        Err(refused) => Err(refused.error.object(tables.join(", "))),
    }
}

async fn keep_one(tx: &Transaction<'_>, plan: &Plan, shape: &Shape) -> Result<()> {
    let lock = format!("LOCK TABLE {} IN ROW EXCLUSIVE MODE", shape.table.sql());
    let Err(refused) = locked(tx, &lock).await? else { return Ok(()) };
    match refused.state.as_str() {
        "42P01" | "3F000" => Err(basis::gone(plan, &shape.table)),
        // Whoever may write only some columns may not lock; a statement that is planned and not run locks just as well.
        "42501" => match plan.steps.iter().find(|step| step.table == shape.table).map(|step| write(shape, step)) {
            Some(write) => locked(tx, &format!("EXPLAIN {write}")).await?.map_err(|refused| refused.error),
            None => Ok(()),
        },
        _ => Err(refused.error.object(&shape.table)),
    }
}

/// A statement with the same lock as `step`.
fn write(shape: &Shape, step: &Step) -> String {
    let table = shape.table.sql();
    let column = step.set.iter().flat_map(|assignment| &assignment.columns).next().map(|name| ident(name));
    match (step.operation, column) {
        (Operation::Update, Some(column)) => format!("UPDATE {table} SET {column} = NULL WHERE false"),
        (Operation::Insert, Some(column)) => format!("INSERT INTO {table} ({column}) SELECT NULL WHERE false"),
        (Operation::Insert, None) => format!("INSERT INTO {table} DEFAULT VALUES"),
        (Operation::Update | Operation::Delete, _) => format!("DELETE FROM {table} WHERE false"),
    }
}

/// Where no unique index makes a key stand for one row, nobody else may write the table while new rows come in.
async fn keep_keys_single(tx: &Transaction<'_>, plan: &Plan, catalog: &Catalog) -> Result<()> {
    let new = |shape: &&Shape| {
        plan.steps.iter().any(|step| step.table == shape.table && step.operation == Operation::Insert)
            && !is_unique(catalog, &shape.table, &shape.key)
    };
    for shape in plan.shapes.iter().filter(new) {
        let lock = format!("LOCK TABLE {} IN SHARE ROW EXCLUSIVE MODE", shape.table.sql());
        if let Err(refused) = locked(tx, &lock).await? {
            return Err(Error { hint: Some(KEYS.to_owned()), ..refused.error }.object(&shape.table));
        }
    }
    Ok(())
}

const KEYS: &str = "no unique index covers the key, so the table has to be locked while rows are added: grant UPDATE or \
                    DELETE on it to this role, or add a unique index on the key";

struct Refused {
    state: String,
    error: Error,
}

/// Runs `sql` behind a savepoint that is kept where the server agrees.
async fn locked(tx: &Transaction<'_>, sql: &str) -> Result<Result<(), Refused>> {
    let (begun, answer) = futures_util::join!(query::rows(tx, "SAVEPOINT ground", &[]), query::try_rows(tx, sql, &[]));
    begun?;
    let out = match answer {
        Ok(_) => Ok(()),
        Err(error) => {
            let state = error.code().map(|code| code.code().to_owned()).unwrap_or_default();
            let described = rolled_back(tx.describe(&error));
            if state.is_empty() {
                return Err(described);
            }
            query::rows(tx, "ROLLBACK TO SAVEPOINT ground", &[]).await?;
            Err(Refused { state, error: described })
        }
    };
    query::rows(tx, "RELEASE SAVEPOINT ground", &[]).await?;
    Ok(out)
}
