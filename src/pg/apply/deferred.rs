//! Constraints that are checked at the end.

use super::{EMPTY_PATH, counts::WRITTEN, name, own_path, refused::refused, rolled_back};
use crate::{
    core::{
        error::{Error, Result},
        name::ident,
        sync::{
            fires::who,
            plan::{Operation, Plan},
            row::Value,
            shape::{Shape, UniqueRule},
            sql,
        },
    },
    pg::{connect::Transaction, query},
};

/// Rows that are named at most.
const MAX_NAMED: usize = 5;

/// Lets the unique constraints that can wait be checked at the end, so that values may move in any order.
pub(super) async fn defer(tx: &Transaction<'_>, constraints: &[String]) -> Result<()> {
    if constraints.is_empty() {
        return Ok(());
    }
    let defer = format!("SET CONSTRAINTS {} DEFERRED", constraints.join(", "));
    query::rows(tx, &defer, &[]).await.map(drop).map_err(rolled_back)
}

const ALL: &str = "SET CONSTRAINTS ALL IMMEDIATE";

/// Refuses triggers that put work off while all that was put off is done: it would run at COMMIT, where nobody looks any
/// more. An event of a deferred trigger comes from a row that was written, so where nothing is written in a second round,
/// nothing waits.
///
/// # Errors
/// `RolledBack`, with those that `fired`.
pub(super) async fn nothing_left(tx: &Transaction<'_>, plan: &Plan, fired: &[String]) -> Result<()> {
    let (path, before, all, after, empty) = futures_util::join!(
        own_path(tx),
        query::scalar(tx, WRITTEN, &[]),
        query::try_rows(tx, ALL, &[]),
        query::scalar(tx, WRITTEN, &[]),
        query::rows(tx, EMPTY_PATH, &[])
    );
    path?;
    if let Err(error) = all {
        return Err(refused(tx, plan, &error).await);
    }
    empty.map_err(rolled_back)?;
    if before.map_err(rolled_back)? == after.map_err(rolled_back)? {
        return Ok(());
    }
    let what = "put off what they write until COMMIT (SET CONSTRAINTS … DEFERRED), where it could not be verified";
    Err(Error::rolled_back(format!("deferred triggers {what}; {} may have fired them", who(fired)))
        .all_rolled_back()
        .hint("leave the rows out that fire them, or look at what the triggers do"))
}

/// Checks all that was put off. `locators` are those of the rows that were written.
pub(super) async fn check(
    tx: &Transaction<'_>,
    plan: &Plan,
    constraints: &[String],
    locators: &[Vec<Value>],
) -> Result<()> {
    if constraints.is_empty() {
        return match query::try_rows(tx, ALL, &[]).await {
            Ok(_) => Ok(()),
            Err(error) => Err(refused(tx, plan, &error).await),
        };
    }
    let (begun, checked) =
        futures_util::join!(query::rows(tx, "SAVEPOINT deferred", &[]), query::try_rows(tx, ALL, &[]));
    begun.map_err(rolled_back)?;
    let Err(error) = checked else { return Ok(()) };
    let refused = refused(tx, plan, &error).await;
    let answer = error.as_db_error();
    let Some(constraint) = answer.filter(|a| a.code().code() == "23505").and_then(|answer| answer.constraint()) else {
        return Err(refused);
    };
    query::rows(tx, "ROLLBACK TO SAVEPOINT deferred", &[]).await.map_err(rolled_back)?;
    query::rows(tx, EMPTY_PATH, &[]).await.map_err(rolled_back)?;
    let rows = doubled(tx, plan, constraint, locators).await?;
    Err(match rows.split_first() {
        None => refused,
        Some((first, [])) => Error { object: Some(first.clone()), ..refused },
        Some((first, rest)) => {
            let message = format!("{}; so do {}", refused.message, rest.join(", "));
            Error { object: Some(first.clone()), message, ..refused }
        }
    })
}

/// The rows of the plan that hold what another row holds too.
async fn doubled(tx: &Transaction<'_>, plan: &Plan, constraint: &str, locators: &[Vec<Value>]) -> Result<Vec<String>> {
    let mut out = Vec::new();
    for shape in &plan.shapes {
        for rule in shape.uniques.iter().filter(|rule| rule.deferrable && rule.exact && rule.name == constraint) {
            let rows = query::rows(tx, &twice(shape, rule), &[]).await.map_err(rolled_back)?;
            let found: Result<Vec<Vec<Value>>, _> =
                rows.iter().map(|row| (0..row.len()).map(|at| row.try_get(at)).collect()).collect();
            let found = found.map_err(|error| tx.describe(&error))?;
            let steps = plan.steps.iter().zip(locators);
            let of = steps.filter(|(step, locator)| {
                step.table == shape.table && step.operation != Operation::Delete && found.contains(locator)
            });
            out.extend(of.take(MAX_NAMED).map(|(step, _)| name(step)));
        }
    }
    Ok(out)
}

fn twice(shape: &Shape, rule: &UniqueRule) -> String {
    let list = |names: Vec<&str>, suffix: &str| {
        names.iter().map(|name| format!("t.{}{suffix}", ident(name))).collect::<Vec<_>>().join(", ")
    };
    let locator = list(shape.locator.iter().map(String::as_str).collect(), "::text");
    let columns: Vec<&str> = rule.columns.iter().map(|column| column.name.as_str()).collect();
    let not_null: Vec<_> = columns.iter().map(|name| format!("t.{} IS NOT NULL", ident(name))).collect();
    let not_null = if rule.nulls_equal { "true".to_owned() } else { not_null.join(" AND ") };
    let fields: Vec<_> = (0..shape.locator.len()).map(|at| format!("w.l{at}")).collect();
    let names: Vec<_> = (0..shape.locator.len()).map(|at| format!("l{at}")).collect();
    format!(
        "SELECT {} FROM (SELECT {locator}, count(*) OVER (PARTITION BY {}) FROM {} AS t WHERE {not_null}) AS w({}, n) \
         WHERE w.n > 1",
        fields.join(", "),
        list(columns, ""),
        sql::only(shape),
        names.join(", ")
    )
}
