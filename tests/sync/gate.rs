//! One gate for writes: what is not reviewed and confirmed is not written, and the server itself keeps
//! reading connections from writing. One apply at a time; a held lock and a stop end in a clear error.

use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};

use pgdeck::{
    app::{job::Job, sync},
    core::{
        env::{Environment, Kind, Target},
        error::Code,
        guard::{self, Permit},
        journal::Outcome,
        sync::plan::{NewValue, Plan},
    },
    pg::{
        apply::{self, Order},
        connect::connect_writing,
    },
};
use tokio_util::sync::CancellationToken;

use crate::support::{Pair, rows, set};

const SCHEMA: &str = "CREATE TABLE t (k text PRIMARY KEY, v text)";

async fn reviewed() -> (Pair, Plan) {
    let source = "INSERT INTO t SELECT 'k' || n, 'new' FROM generate_series(1, 3) n";
    let target = "INSERT INTO t SELECT 'k' || n, 'old' FROM generate_series(1, 3) n";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), SCHEMA, source, target).await;
    let plan = pair.all(&pair.review().await);
    assert_eq!(plan.steps.len(), 3);
    (pair, plan)
}

#[tokio::test]
async fn there_is_no_permit_without_writable_or_with_another_name() {
    let (pair, plan) = reviewed().await;
    let target = pair.deck.environment("target").unwrap();
    for typed in ["", "Target", "source", "target "] {
        assert_eq!(
            guard::permit(&target, &plan.digest, &plan.to, &typed.into()).unwrap_err().code,
            Code::Refused,
            "{typed}"
        );
    }
    let production = pair.deck.environment("source").unwrap();
    assert_eq!(
        guard::permit(&production, &plan.digest, &"source".into(), &"source".into()).unwrap_err().code,
        Code::Refused
    );
    assert_eq!(guard::permit(&target, &"".into(), &plan.to, &"target".into()).unwrap_err().code, Code::Refused);
}

#[tokio::test]
async fn a_permit_is_good_for_one_plan_and_one_environment() {
    let (pair, plan) = reviewed().await;
    let before = pair.target.dump().await;
    let job = Job::quiet();
    let other = Plan { steps: plan.steps[..1].to_vec(), ..plan.clone() }.sealed();
    let error = sync::apply(&pair.deck, &job, &plan, &pair.permit(&other), false).await.unwrap_err();
    assert_eq!(error.code, Code::Refused, "another plan's: {error}");
    // Steps exchanged under an old digest.
    let mut forged = plan.clone();
    forged.steps[0].set[0].value = NewValue::Value(Some("forged".into()));
    let error = sync::apply(&pair.deck, &job, &forged, &pair.permit(&plan), false).await.unwrap_err();
    assert_eq!(error.code, Code::Refused, "a forged plan: {error}");
    // Leave to write the source says nothing about the target.
    let permit = of_the_source(&plan);
    let error = sync::apply(&pair.deck, &job, &plan, &permit, false).await.unwrap_err();
    assert_eq!(error.code, Code::Refused, "another environment's: {error}");
    let strange = Plan { project: "other".into(), ..plan }.sealed();
    let error = sync::apply(&pair.deck, &job, &strange, &pair.permit(&strange), false).await.unwrap_err();
    assert_eq!(error.code, Code::Refused, "another project's: {error}");
    assert_eq!(pair.target.dump().await, before);
}

fn of_the_source(plan: &Plan) -> Permit {
    let source =
        Environment { name: "source".into(), kind: Kind::Production, writable: true, target: Target::default() };
    guard::permit(&source, &plan.digest, &"source".into(), &"source".into()).unwrap()
}

/// Whoever has a connection that may write has not shown yet that it may write this plan.
#[tokio::test]
async fn a_permit_is_asked_for_by_the_connection_and_by_the_run() {
    let (pair, plan) = reviewed().await;
    let before = pair.target.dump().await;
    let (own, other) = (pair.permit(&plan), of_the_source(&plan));
    let conninfo = pair.deck.conninfo(pair.to).unwrap();
    assert_eq!(connect_writing(&conninfo, &other).await.unwrap_err().code, Code::Refused);
    let mut connection = connect_writing(&conninfo, &own).await.unwrap();
    let sets = &pair.deck.project.sets;
    let order =
        |permit| Order { plan: &plan, permit, sets, dry_run: false, batch: 2, progress: &|_, _| {}, keep: &|_| Ok(()) };
    let error = apply::run(&mut connection, &order(&other)).await.unwrap_err();
    assert_eq!(error.code, Code::Refused, "{error}");
    assert_eq!(pair.target.dump().await, before);
    apply::run(&mut connection, &order(&own)).await.unwrap();
    assert_eq!(pair.target.rows("SELECT DISTINCT v FROM t").await, ["new"]);
}

#[tokio::test]
async fn an_empty_plan_is_refused() {
    let (pair, plan) = reviewed().await;
    let empty = Plan { steps: Vec::new(), ..plan }.sealed();
    assert_eq!(pair.refused(&empty).await.code, Code::Refused);
}

#[tokio::test]
async fn the_server_refuses_what_a_reading_connection_writes() {
    let (pair, _) = reviewed().await;
    for name in ["source", "target"] {
        let mut reader = pair.deck.reader(name).await.unwrap();
        let tx = reader.begin_read().await.unwrap();
        let error = tx.rows("UPDATE public.t SET v = 'x'").await.unwrap_err();
        assert!(error.to_string().contains("read-only"), "{error}");
        tx.rollback().await.unwrap();
        assert_eq!(reader.begin_write().await.unwrap_err().code, Code::Refused);
    }
    let client = pair.target.connect().await;
    client.batch_execute("SET default_transaction_read_only = on").await.unwrap();
    let refusal = client.batch_execute("UPDATE t SET v = 'x'").await.unwrap_err();
    assert_eq!(refusal.code().unwrap().code(), "25006", "the same setting, asked by hand");
}

#[tokio::test]
async fn of_two_applies_at_once_the_second_is_refused() {
    let (pair, plan) = reviewed().await;
    let other = pair.target.connect().await;
    // The bytes of `pgdeck`, as a number.
    let key = "pgdeck".bytes().fold(0_i64, |key, byte| key << 8 | i64::from(byte));
    assert_eq!(rows(&other, &format!("SELECT pg_try_advisory_lock({key})")).await, ["t"]);
    let error = pair.refused(&plan).await;
    assert_eq!(error.code, Code::Refused);
    assert!(error.to_string().contains("another apply is running here"), "{error}");
    assert_eq!(pair.journal()[0].last.outcome, Outcome::RolledBack);
    assert_eq!(rows(&other, &format!("SELECT pg_advisory_unlock({key})")).await, ["t"]);
    pair.apply(&plan).await.unwrap();
}

#[tokio::test]
async fn a_row_that_somebody_else_holds_ends_in_a_clear_error() {
    let (pair, plan) = reviewed().await;
    let other = pair.target.connect().await;
    other.batch_execute("BEGIN; SELECT FROM t WHERE k = 'k2' FOR UPDATE").await.unwrap();
    let error = pair.refused(&plan).await;
    assert_eq!(error.code, Code::RolledBack);
    let line = error.to_string();
    assert!(line.starts_with("target: public.t: somebody else holds a lock"), "{line}");
    let last = &pair.journal()[0].last;
    assert_eq!((last.outcome, last.error.as_deref()), (Outcome::RolledBack, Some(line.as_str())));
    other.batch_execute("ROLLBACK").await.unwrap();
    pair.apply(&plan).await.unwrap();
}

#[tokio::test]
async fn a_stop_in_the_middle_of_a_statement_leaves_nothing_behind() {
    // The last statement waits: an insert that meets the same key, inserted and not committed elsewhere.
    let source = "INSERT INTO t SELECT 'k' || n, 'new' FROM generate_series(1, 4) n";
    let target = "INSERT INTO t SELECT 'k' || n, 'old' FROM generate_series(1, 3) n";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), SCHEMA, source, target).await;
    let plan = pair.all(&pair.review().await);
    let before = pair.target.dump().await;
    let other = pair.target.connect().await;
    other.batch_execute("BEGIN; INSERT INTO t VALUES ('k4', 'theirs')").await.unwrap();
    let token = CancellationToken::new();
    // A connection of its own: inside a transaction the server shows its activity as it was when first asked.
    let watcher = pair.target.connect().await;
    let stop = async {
        let waits = "SELECT count(*) FROM pg_locks l JOIN pg_stat_activity a USING (pid)
            WHERE NOT l.granted AND a.datname = current_database() AND a.application_name = 'pgdeck'";
        while rows(&watcher, waits).await == ["0"] {
            tokio::task::yield_now().await;
        }
        token.cancel();
    };
    let job = Job::new(token.clone(), |_| {});
    let apply = pair.apply_as(&job, &plan);
    tokio::pin!(apply, stop);
    tokio::select! {
        ended = &mut apply => panic!("it did not wait: {ended:?}"),
        () = &mut stop => {}
    }
    let error = apply.await.unwrap_err();
    assert_eq!(error.code, Code::Interrupted, "{error}");
    other.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(pair.target.dump().await, before);
    let last = pair.journal().remove(0).last;
    assert_eq!(last.outcome, Outcome::RolledBack);
    assert!(last.error.unwrap().contains("stopped by the operator"));
    let error = sync::undo_plan(&pair.deck, &last.run).unwrap_err();
    assert!(error.to_string().contains("nothing to undo"), "{error}");
}

#[tokio::test]
async fn a_stop_between_two_statements_leaves_nothing_behind() {
    let (pair, plan) = reviewed().await;
    let before = pair.target.dump().await;
    let token = CancellationToken::new();
    let (stop, stopped) = (token.clone(), Arc::new(AtomicBool::new(false)));
    let seen = stopped.clone();
    let job = Job::new(token, move |progress| {
        if progress.total == 3 && progress.done == 3 {
            stop.cancel();
            seen.store(true, Ordering::Relaxed);
        }
    });
    let error = pair.apply_as(&job, &plan).await.unwrap_err();
    assert!(stopped.load(Ordering::Relaxed), "the last statement was done when the stop came");
    assert_eq!(error.code, Code::Interrupted, "{error}");
    assert_eq!(pair.target.dump().await, before);
    assert_eq!(pair.journal()[0].last.outcome, Outcome::RolledBack);
}

#[tokio::test]
async fn a_stop_before_anything_began_leaves_no_trace() {
    let (pair, plan) = reviewed().await;
    let token = CancellationToken::new();
    token.cancel();
    let error = pair.apply_as(&Job::new(token, |_| {}), &plan).await.unwrap_err();
    assert_eq!(error.code, Code::Interrupted);
    assert_eq!(pair.target.rows("SELECT DISTINCT v FROM t").await, ["old"]);
}
