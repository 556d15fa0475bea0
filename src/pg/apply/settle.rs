//! Rows between whose unique values no whole row can move: column by column. What is free goes to the row that is to hold
//! it, although the rest of the row has to wait; so no value stays taken by a row that only waits.

use std::collections::{BTreeSet, VecDeque};

use super::{
    execute::{Failed, Work},
    park::{ask, fields},
};
use crate::{
    core::{
        error::Result,
        sync::{
            moves::Contest,
            park,
            plan::{NewValue, Operation},
            schedule, sql,
        },
    },
    pg::connect::Transaction,
};

/// A column of a step's row.
pub(super) type Piece = (usize, String);

/// Writes what the rows are to hold in the end into single columns, as far as the server allows it: of those that were
/// refused, and of those that may be in their way. `false` where nothing could be written.
pub(super) async fn settle(
    tx: &Transaction<'_>,
    work: &mut Work<'_>,
    contests: &[Contest],
    refused: &[(usize, Failed)],
) -> Result<bool> {
    let mut open: Vec<Piece> = pieces(work, contests, refused)?;
    let mut any = false;
    loop {
        let mut queue: VecDeque<Piece> = open.iter().cloned().collect();
        let mut settled = false;
        while let Some(piece) = queue.pop_front() {
            if work.settled.contains(&piece) || !write(tx, work, &piece).await? {
                continue;
            }
            settled = true;
            // Those that waited for what it held are next.
            for contest in contests.iter().filter(|contest| contest.is_about(piece.0)) {
                for waiter in contest.waiters(piece.0).unwrap_or_default() {
                    open.iter().filter(|(step, _)| *step == waiter).for_each(|next| queue.push_front(next.clone()));
                }
            }
        }
        any |= settled;
        open.retain(|piece| !work.settled.contains(piece));
        if !settled || open.is_empty() {
            return Ok(any);
        }
    }
}

/// The columns that decide whether the rows of these steps are in each other's way, and are not yet as they are to be.
fn pieces(work: &Work<'_>, contests: &[Contest], refused: &[(usize, Failed)]) -> Result<Vec<Piece>> {
    let plan = work.order.plan;
    let steps = refused.iter().flat_map(|(at, _)| work.runs[*at].steps.iter().copied()).collect();
    let mut out = BTreeSet::new();
    for step in reached(contests, steps) {
        let run = &work.runs[work.run_of[step]];
        if work.done[work.run_of[step]] || run.numbered || plan.steps[step].operation != Operation::Update {
            continue;
        }
        for contest in contests.iter().filter(|contest| contest.is_about(step)) {
            let shape = plan.shape(&contest.table)?;
            let columns = park::columns(shape, &shape.uniques[contest.rule], &plan.steps[step]);
            out.extend(columns.into_iter().map(|column| (step, column.to_owned())));
        }
    }
    out.retain(|piece| !work.settled.contains(piece));
    Ok(out.into_iter().collect())
}

/// `steps`, and all that may be in their way, and in the way of these in turn.
fn reached(contests: &[Contest], steps: BTreeSet<usize>) -> BTreeSet<usize> {
    let mut open: Vec<usize> = steps.iter().copied().collect();
    let mut out = steps;
    let mut whole = vec![false; contests.len()];
    while let Some(step) = open.pop() {
        for (at, contest) in contests.iter().enumerate() {
            let mut found = contest.holders(step);
            // Where only the server knows who is in the way, it may be any of them.
            if !whole[at] && !contest.sure && contest.is_about(step) {
                whole[at] = true;
                found.extend(contest.leaving());
            }
            open.extend(found.into_iter().filter(|step| out.insert(*step)));
        }
    }
    out
}

/// Writes one column of a row; `false` where the server does not allow it now, or where there is nothing to write.
async fn write(tx: &Transaction<'_>, work: &mut Work<'_>, (step, column): &Piece) -> Result<bool> {
    let plan = work.order.plan;
    let shape = plan.shape(&plan.steps[*step].table)?;
    let run = &work.runs[work.run_of[*step]];
    let places = work.places.get(step).cloned().unwrap_or_default();
    let mut row = park::brought_back(shape, &plan.steps[*step], &places);
    row.set.retain(|assignment| sql::written(shape, assignment).any(|(_, _, name)| name == column));
    let Some(assignment) = row.set.first() else { return Ok(false) };
    // A parent that is not there yet would be read as none.
    let parent = matches!(assignment.value, NewValue::Parent(_));
    if parent && !run.needs.iter().all(|need| work.done[*need]) {
        return Ok(false);
    }
    let names: Vec<String> = row.set.iter().flat_map(|a| sql::written(shape, a)).map(|w| w.2.to_owned()).collect();
    let mut statement = sql::settle(shape, &row);
    if work.watch.has_triggers() {
        statement.without_guard();
    }
    let mark = work.watch.mark(tx).await?;
    let found = ask(tx, &statement, fields).await?;
    let Some(values) = found.into_iter().flatten().next() else {
        work.watch.taken_back(tx, mark).await?;
        return Ok(false);
    };
    work.watch.parked(*step);
    for (name, value) in names.into_iter().zip(values) {
        work.settled.insert((*step, name.clone()));
        work.places.entry(*step).or_default().insert(name, value);
    }
    let run = &mut work.runs[work.run_of[*step]];
    run.statement = schedule::statement(plan, &run.steps, run.numbered, &work.places)?;
    Ok(true)
}
