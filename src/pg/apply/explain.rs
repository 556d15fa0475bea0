//! Why a statement met no row: a trigger of the target inserted the row first, deleted it, suppressed what is written or made
//! a row that points to it; or somebody else did something since the review.

use super::{execute::Located, name, rolled_back, triggers::children_written};
use crate::{
    core::{
        error::{Error, Result},
        name::QName,
        sync::{
            fires::{self, who},
            plan::{Operation, Plan, Step},
            row::{self, Row},
            schedule::Run,
            shape::{Child, Shape},
            sql::{self, Lookup},
        },
    },
    pg::{connect::Transaction, query, sync},
};

/// Why the statement of `run` met no row, after what has `fired`: `Ok` with the locators where that is as it should be.
pub(super) async fn explain(
    tx: &Transaction<'_>,
    plan: &Plan,
    run: &Run,
    fired: &[String],
    error: Error,
) -> Result<Vec<Located>> {
    let mut gone = Vec::new();
    for &at in &run.steps {
        let step = &plan.steps[at];
        let shape = plan.shape(&step.table)?;
        if step.operation == Operation::Insert {
            let asked = sql::is_own(shape, &step.key);
            let rows = query::rows(tx, &asked.text(), &asked.parameters()).await.map_err(rolled_back)?;
            let own: Result<Vec<String>, _> = rows.iter().map(|row| row.try_get(0)).collect();
            let own = own.map_err(|error| tx.describe(&error))?;
            if own.iter().any(|own| own == "true") {
                return Err(inserted_already(step, fired));
            }
            if !own.is_empty() {
                return Err(error);
            }
            continue;
        }
        match sync::located(tx, shape, std::slice::from_ref(&step.locator), Lookup::Read, &sync::Known::of(plan))
            .await?
            .into_values()
            .next()
        {
            // A trigger deleted it first: it is gone, as was reviewed.
            None if step.operation == Operation::Delete => gone.push((at, step.locator.clone())),
            None => return Err(deleted(step, fired)),
            Some(row) => pointed_to(tx, plan, run, (shape, step), &row, fired).await?,
        }
    }
    if gone.len() == run.steps.len() { Ok(gone) } else { Err(suppressed(plan, run, fired)) }
}

fn inserted_already(step: &Step, fired: &[String]) -> Error {
    Error::rolled_back(format!("{} has inserted this row already, during this run", who(fired))).all_rolled_back()
        .object(name(step))
        .hint(
            "leave this row out (or its table) and let the trigger make it; once it is there, another review shows what differs in it",
        )
}

fn deleted(step: &Step, fired: &[String]) -> Error {
    Error::rolled_back(format!("{} deleted the row, or gave it another primary key, during this run", who(fired)))
        .all_rolled_back()
        .object(name(step))
        .hint("leave the row out, or look at what the trigger does")
}

/// Only what runs before the row, of the same table, can keep it from being written.
fn suppressed(plan: &Plan, run: &Run, fired: &[String]) -> Error {
    let step = &plan.steps[run.steps[0]];
    let suppressing: Vec<_> = fires::fires(plan, run.steps.iter().map(|at| (&plan.steps[*at], false)));
    let names: Vec<_> = suppressing.iter().filter(|f| f.trigger.suppresses()).map(fires::Fires::name).collect();
    let what = match step.operation {
        Operation::Insert => "insert",
        Operation::Update => "update",
        Operation::Delete => "delete",
    };
    Error::rolled_back(format!(
        "{} suppressed the {what}: the row was not written, and no error was raised",
        who(if names.is_empty() { fired } else { &names })
    ))
    .all_rolled_back()
    .object(name(step))
    .hint("leave the row out, or change the trigger: a BEFORE trigger that returns NULL skips the row")
}

/// Refuses where rows point to the one that goes, or to the value that changes.
async fn pointed_to(
    tx: &Transaction<'_>,
    plan: &Plan,
    run: &Run,
    (shape, step): (&Shape, &Step),
    row: &Row,
    fired: &[String],
) -> Result<()> {
    let written: Vec<_> = step.set.iter().flat_map(|a| sql::written(shape, a)).map(|(_, _, name)| name).collect();
    let with = |table: &QName| -> Vec<String> {
        let steps = run.steps.iter().map(|at| &plan.steps[*at]).filter(|step| step.table == *table);
        steps.map(|step| row::display(&step.locator)).collect()
    };
    let touched = |child: &&Child| {
        step.operation == Operation::Delete || child.referenced.iter().any(|n| written.contains(&n.as_str()))
    };
    for child in shape.children.iter().filter(touched) {
        if child.identity.is_empty() && child.table == shape.table {
            continue;
        }
        let themselves = with(&child.table);
        let mut found = children_written(tx, shape, child, &[row]).await.map_err(rolled_back)?;
        found.retain(|(_, id)| !themselves.contains(id));
        let Some((own, id)) = found.iter().find(|(own, _)| *own).or(found.first()) else { continue };
        let (row, point) = match found.len() {
            1 => ("1 row".to_owned(), "points"),
            rows => (format!("{rows} rows"), "point"),
        };
        let dots = if found.len() > 1 { ", …" } else { "" };
        let shown = if id.is_empty() { String::new() } else { format!(" ({id}{dots})") };
        let rows = format!("{row} of {}{shown}", child.table);
        let made = plan.also.iter().find(|also| also.table == child.table.to_string() && also.rows.contains(id));
        return Err(match made {
            _ if *own => {
                Error::rolled_back(format!("{} made or changed {rows} that {point} to it, during this run", who(fired)))
                    .all_rolled_back()
                    .hint("leave the row out, or look at what the trigger does")
            }
            Some(made) => Error::rolled_back(format!(
                "{rows} {point} to it, and {} wrote that during the run that is to be undone",
                who(&made.by)
            ))
            .all_rolled_back()
            .hint(format!("delete what points to it in {} first, then undo again", child.table)),
            None => Error::stale(format!("another row points to it now: {rows} {point} to it"))
                .all_rolled_back()
                .hint("delete it or point it elsewhere first, then try again"),
        }
        .object(name(step)));
    }
    Ok(())
}
