//! What the plan wrote and a trigger of a later statement replaced, such as a counter on the parent of rows that follow, is
//! written once more, where it then stays. What a trigger replaces each time stays as the trigger wants it. A new row is
//! not tried where triggers ran for it, because an update would get around them.

use std::collections::BTreeMap;

use futures_util::future::try_join_all;

use super::{
    EMPTY_PATH, own_path, rolled_back,
    triggers::Watch,
    verify::{Rewrote, verify, written_rows},
};
use crate::{
    core::{
        error::Result,
        sync::{
            fires::fires,
            plan::{Operation, Step},
            row::{Row, Value},
            schedule::Run,
            sql::{self, Statement},
        },
    },
    pg::{
        connect::Transaction,
        query,
        sync::{Known, Sent},
    },
};

/// The rows as they stand in the end, and what triggers rewrote of them.
pub(super) type Verified = (Vec<Option<Row>>, Vec<Rewrote>);

/// Reads what `runs` wrote, and writes once more what does not hold yet.
pub(super) async fn settled(
    tx: &Transaction<'_>,
    watch: &mut Watch<'_>,
    runs: &[Run],
    locators: &[Vec<Value>],
    known: &Known,
) -> Result<Verified> {
    let fired = watch.fired(runs);
    let after = written_rows(tx, watch.plan, locators, known).await?;
    let rewrote = verify(tx, watch, &fired, &after).await?;
    let mut wanted: Vec<Rewrote> = rewrote.iter().filter(|one| one.written && may(watch, one)).cloned().collect();
    let first = (after, rewrote);
    // All of them at first; then those that stayed.
    for _ in 0..2 {
        if wanted.is_empty() {
            break;
        }
        let mark = watch.mark(tx).await?;
        query::rows(tx, "SAVEPOINT again", &[]).await.map_err(rolled_back)?;
        let tried = attempt(tx, watch, &fired, (locators, known), &wanted).await;
        if let Ok((_, left)) = &tried
            && !left.iter().any(|one| wanted.contains(one) || !first.1.contains(one))
        {
            query::rows(tx, "RELEASE SAVEPOINT again", &[]).await.map_err(rolled_back)?;
            watch.wrote_again(steps(watch, locators, &wanted).iter().map(|step| &step.table));
            return tried;
        }
        query::rows(tx, "ROLLBACK TO SAVEPOINT again", &[]).await.map_err(rolled_back)?;
        query::rows(tx, "RELEASE SAVEPOINT again", &[]).await.map_err(rolled_back)?;
        watch.taken_back(tx, mark).await?;
        let Ok((_, left)) = tried else { break };
        wanted.retain(|one| !left.contains(one));
    }
    Ok(first)
}

/// Whether another update shows if it was a later statement: an update fires what fired for the first one.
fn may(watch: &Watch<'_>, one: &Rewrote) -> bool {
    let step = &watch.plan.steps[one.at];
    step.operation == Operation::Update || fires(watch.plan, std::iter::once((step, false))).is_empty()
}

async fn attempt(
    tx: &Transaction<'_>,
    watch: &Watch<'_>,
    fired: &[String],
    (locators, known): (&[Vec<Value>], &Known),
    wanted: &[Rewrote],
) -> Result<Verified> {
    let statements: Vec<_> = steps(watch, locators, wanted)
        .iter()
        .map(|step| Ok(sql::statement(watch.plan.shape(&step.table)?, step)))
        .collect::<Result<_>>()?;
    own_path(tx).await?;
    // What is sent ahead of one must not let another overtake it.
    for statements in statements.chunk_by(|one, next| one.large().is_empty() && next.large().is_empty()) {
        try_join_all(statements.iter().map(|statement| write(tx, statement))).await?;
    }
    query::rows(tx, EMPTY_PATH, &[]).await?;
    let after = written_rows(tx, watch.plan, locators, known).await?;
    let left = verify(tx, watch, fired, &after).await?;
    Ok((after, left))
}

async fn write(tx: &Transaction<'_>, statement: &Statement) -> Result<()> {
    let sent = Sent::ahead(tx, statement).await?;
    query::rows(tx, &sent.text, &sent.parameters).await?;
    sent.done(tx).await
}

/// The updates that write what is `wanted`, one for each row.
fn steps(watch: &Watch<'_>, locators: &[Vec<Value>], wanted: &[Rewrote]) -> Vec<Step> {
    let mut out: BTreeMap<usize, Step> = BTreeMap::new();
    for Rewrote { at, column, .. } in wanted {
        let step = &watch.plan.steps[*at];
        // All that an update wrote, so that it fires the same.
        let all = step.operation == Operation::Update;
        let update = out.entry(*at).or_insert_with(|| Step {
            operation: Operation::Update,
            locator: locators[*at].clone(),
            set: if all { step.set.clone() } else { Vec::new() },
            guard: BTreeMap::new(),
            ..step.clone()
        });
        let again = step.set.iter().filter(|assignment| assignment.columns.contains(column));
        let again: Vec<_> = again.filter(|assignment| !update.set.contains(assignment)).cloned().collect();
        update.set.extend(again);
    }
    out.into_values().collect()
}
