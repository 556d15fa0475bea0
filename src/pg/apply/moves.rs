//! Statements between which unique values move: tried in their order behind a savepoint; what the server refuses because
//! a value is taken waits until its holder has left it, and where holders wait for each other one is parked.

use std::{
    collections::{BTreeSet, VecDeque},
    sync::Arc,
};

use super::{
    execute::{Failed, Located, Work, explained, in_order},
    park::park,
    rolled_back,
    settle::settle,
    triggers::Mark,
};
use crate::{
    core::{
        error::{Code, Error, Result},
        sync::{moves::Contest, plan::Operation, schedule::Run},
    },
    pg::{connect::Transaction, query},
};

/// Runs the runs at `range`, and those later ones that have to come before some of them.
pub(super) async fn run(tx: &Transaction<'_>, work: &mut Work<'_>, range: Vec<usize>) -> Result<()> {
    let contests = Arc::clone(&work.contests);
    for &at in &range {
        for step in BTreeSet::from_iter(work.runs[at].after.clone()) {
            for contest in contests.iter().filter(|contest| contest.sure) {
                if may_free(contest, work, at, step) && !waits(contest, work, step)? {
                    park(tx, work, step, contest, None).await?;
                }
            }
        }
    }
    let mut waiting = range;
    let (mut wide, mut backwards, mut careful, mut size) = (false, false, false, usize::MAX);
    loop {
        let before = waiting.len();
        let pass = pass(tx, work, waiting, &mut size, backwards).await?;
        waiting = pass.waiting;
        if waiting.is_empty() {
            return Ok(());
        }
        if waiting.len() < before {
            if careful {
                work.wait_again();
            }
            // A chain that the order did not foresee may lead the other way.
            backwards = !backwards && before - waiting.len() < before / 4;
            continue;
        }
        backwards = false;
        if !wide {
            wide = true;
            let all = widened(work, &waiting);
            if all != waiting {
                waiting = all;
                continue;
            }
        }
        if careful && settle(tx, work, &contests, &pass.refused).await? {
            work.wait_again();
            continue;
        }
        if !unblock(tx, work, &pass.refused, careful).await? {
            if careful {
                return Err(stuck(pass.refused));
            }
            // Rows may wait on the only values that are free: from here on, one at a time.
            careful = true;
            work.wait_again();
        }
        waiting.retain(|at| !work.done[*at]);
    }
}

/// Whether the row of `step` waits in what `contest` is about.
fn waits(contest: &Contest, work: &Work<'_>, step: usize) -> Result<bool> {
    let unique = &work.order.plan.shape(&contest.table)?.uniques[contest.rule];
    let places = work.places.get(&step);
    Ok(places.is_some_and(|places| unique.columns.iter().any(|column| places.contains_key(&column.name))))
}

fn may_free(contest: &Contest, work: &Work<'_>, at: usize, holder: usize) -> bool {
    work.runs[at].steps.iter().any(|step| contest.holders(*step).contains(&holder))
}

/// What is left of `waiting`, with all later runs that move and what these need.
fn widened(work: &Work<'_>, waiting: &[usize]) -> Vec<usize> {
    let moves = (0..work.runs.len()).filter(|at| work.runs[*at].moves);
    let mut open: Vec<usize> = moves.chain(waiting.iter().copied()).filter(|at| !work.done[*at]).collect();
    let mut out = BTreeSet::new();
    while let Some(at) = open.pop() {
        if out.insert(at) {
            open.extend(work.runs[at].needs.iter().filter(|need| !work.done[**need]));
        }
    }
    out.into_iter().collect()
}

struct Pass {
    waiting: Vec<usize>,
    refused: Vec<(usize, Failed)>,
}

/// Tries each run at `waiting` once, as many behind one savepoint as have gone well before.
async fn pass(
    tx: &Transaction<'_>,
    work: &mut Work<'_>,
    waiting: Vec<usize>,
    size: &mut usize,
    backwards: bool,
) -> Result<Pass> {
    let mut queue: VecDeque<usize> = if backwards { waiting.into_iter().rev().collect() } else { waiting.into() };
    let mut out = Pass { waiting: Vec::new(), refused: Vec::new() };
    while !queue.is_empty() {
        let mut chunk: Vec<usize> = Vec::new();
        let mut inside = BTreeSet::new();
        while chunk.len() < *size {
            let Some(at) = queue.pop_front() else { break };
            if work.runs[at].needs.iter().all(|need| work.done[*need] || inside.contains(need)) {
                chunk.push(at);
                inside.insert(at);
            } else {
                out.waiting.push(at);
            }
        }
        match attempt(tx, work, &chunk).await? {
            Ok(found) => {
                work.take(&chunk, found);
                *size = size.saturating_mul(2);
            }
            Err((at, failed)) => {
                out.waiting.push(chunk[at]);
                out.refused.push((chunk[at], failed));
                chunk.remove(at);
                chunk.into_iter().rev().for_each(|at| queue.push_front(at));
                *size = at.max(1);
            }
        }
    }
    out.waiting.sort_unstable();
    out.refused.sort_by_key(|(at, _)| *at);
    Ok(out)
}

/// Runs `chunk` behind a savepoint. Where the server finds a value taken, it is as if none of them had run, and the place
/// of the one that was refused comes back.
pub(super) async fn attempt(
    tx: &Transaction<'_>,
    work: &mut Work<'_>,
    chunk: &[usize],
) -> Result<Result<Vec<Located>, (usize, Failed)>> {
    if chunk.is_empty() {
        return Ok(Ok(Vec::new()));
    }
    let mark = work.watch.mark(tx).await?;
    let runs: Vec<Run> = chunk.iter().map(|at| work.runs[*at].clone()).collect();
    // One round trip for both.
    let (begun, written) =
        futures_util::join!(query::rows(tx, "SAVEPOINT moves", &[]), in_order(tx, work.order.plan, &runs));
    begun.map_err(rolled_back)?;
    let out = match written {
        Ok(found) => Ok(found),
        Err((at, failed)) if matches!(failed.state.as_str(), "23505" | "23P01") => {
            back(tx, work, mark).await?;
            Err((at, failed))
        }
        Err((_, failed)) if failed.error.code == Code::Stale && work.watch.is_on() => {
            back(tx, work, mark).await?;
            let mut found = Vec::new();
            for (place, at) in chunk.iter().enumerate() {
                found.extend(explained(tx, work, *at, &chunk[..place]).await?);
            }
            Ok(found)
        }
        Err((_, failed)) => return Err(failed.error),
    };
    query::rows(tx, "RELEASE SAVEPOINT moves", &[]).await.map_err(rolled_back)?;
    Ok(out)
}

async fn back(tx: &Transaction<'_>, work: &mut Work<'_>, mark: Mark) -> Result<()> {
    query::rows(tx, "ROLLBACK TO SAVEPOINT moves", &[]).await.map_err(rolled_back)?;
    work.watch.taken_back(tx, mark).await
}

/// Parks rows that are in the way of those that were refused. `false` where none can wait anywhere.
/// Where that is to be done `carefully`, only one.
async fn unblock(
    tx: &Transaction<'_>,
    work: &mut Work<'_>,
    refused: &[(usize, Failed)],
    careful: bool,
) -> Result<bool> {
    let contests = Arc::clone(&work.contests);
    let mut parked = false;
    for (at, failed) in refused {
        if work.done[*at] {
            continue;
        }
        for (step, contest) in in_the_way(work, &contests, *at, &failed.constraint, careful) {
            let contest = &contests[contest];
            if !can_wait(work, step) || !park(tx, work, step, contest, Some((*at, failed))).await? {
                continue;
            }
            parked = true;
            if careful {
                return Ok(true);
            }
            if try_one(tx, work, *at).await? {
                // Where nobody knows who waited for this one, all are asked again before another one is parked.
                if !follow(tx, work, &contests, *at).await? {
                    return Ok(true);
                }
                break;
            }
        }
    }
    Ok(parked)
}

/// The steps whose rows may hold what the run at `at` was refused for `constraint`, the likeliest first, each with the
/// place of the contest by which it is known.
fn in_the_way(
    work: &Work<'_>,
    contests: &[Contest],
    at: usize,
    constraint: &str,
    careful: bool,
) -> Vec<(usize, usize)> {
    let about = about(work, contests, at, constraint);
    let steps = &work.runs[at].steps;
    let mut out = Vec::new();
    for holders in [Contest::holders, Contest::others] {
        for &contest in &about {
            let found = steps.iter().flat_map(|step| holders(&contests[contest], *step));
            out.extend(found.map(|step| (step, contest)));
        }
    }
    if careful {
        // One that waits may do so on what another one is to get.
        let waits = |contest: &usize| {
            let others = work.places.keys().filter(|step| !steps.contains(step));
            others.filter(|step| contests[*contest].is_about(**step)).map(|step| (*step, *contest)).collect::<Vec<_>>()
        };
        out.extend(about.iter().flat_map(waits));
    }
    out
}

fn can_wait(work: &Work<'_>, step: usize) -> bool {
    let inserts = work.order.plan.steps[step].operation == Operation::Insert;
    !inserts && !work.done[work.run_of[step]]
}

/// What may have refused the run at `at` by the name of `constraint`, by places.
fn about(work: &Work<'_>, contests: &[Contest], at: usize, constraint: &str) -> Vec<usize> {
    let plan = work.order.plan;
    let steps = &work.runs[at].steps;
    let named = |contest: &Contest| {
        plan.shape(&contest.table).is_ok_and(|shape| shape.uniques[contest.rule].name == constraint)
    };
    let of_table = |contest: &Contest| steps.iter().any(|step| plan.steps[*step].table == contest.table);
    let mut out: Vec<usize> = (0..contests.len()).filter(|at| of_table(&contests[*at])).collect();
    // A partition's index has a name of its own.
    if out.iter().any(|at| named(&contests[*at])) {
        out.retain(|at| named(&contests[*at]));
    }
    out
}

async fn try_one(tx: &Transaction<'_>, work: &mut Work<'_>, at: usize) -> Result<bool> {
    if work.done[at] || !work.runs[at].needs.iter().all(|need| work.done[*need]) {
        return Ok(false);
    }
    let found = attempt(tx, work, &[at]).await?.ok();
    let done = found.is_some();
    if let Some(found) = found {
        work.take(&[at], found);
    }
    Ok(done)
}

/// Goes on with those that waited for the run at `at`, and for these in turn. `false` where nobody knows who that is.
async fn follow(tx: &Transaction<'_>, work: &mut Work<'_>, contests: &[Contest], at: usize) -> Result<bool> {
    let (chain, known) = followers(work, contests, at);
    pass(tx, work, chain, &mut { usize::MAX }, false).await?;
    Ok(known)
}

/// The runs that wait for the one at `at`, each behind one whose value it takes, and whether they are all known.
fn followers(work: &Work<'_>, contests: &[Contest], at: usize) -> (Vec<usize>, bool) {
    let (mut chain, mut known) = (vec![at], true);
    let mut seen = BTreeSet::from([at]);
    let mut next = 0;
    while next < chain.len() {
        for &step in &work.runs[chain[next]].steps {
            for contest in contests.iter().filter(|contest| contest.is_about(step)) {
                let waiters = contest.waiters(step);
                known &= waiters.is_some();
                let runs = waiters.into_iter().flatten().map(|step| work.run_of[step]);
                chain.extend(runs.filter(|run| !work.done[*run] && seen.insert(*run)));
            }
        }
        next += 1;
    }
    chain.remove(0);
    (chain, known)
}

/// Nothing goes on: the first row that was refused, and why.
fn stuck(refused: Vec<(usize, Failed)>) -> Error {
    let Some((_, failed)) = refused.into_iter().next() else {
        return Error::rolled_back("rows of the plan wait for each other").all_rolled_back();
    };
    let hint = if failed.error.hint.is_some() {
        return failed.error;
    } else if failed.constraint.is_empty() {
        "another row of the target holds this value".to_owned()
    } else {
        format!(
            "another row holds a value that `{}` allows only once, and no row of the plan can make room for it",
            failed.constraint
        )
    };
    failed.error.hint(hint)
}
