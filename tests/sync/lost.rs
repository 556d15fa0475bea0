//! The connection is cut while a plan runs: before COMMIT reaches the server, and before its answer comes back.

use std::sync::Arc;

use pgdeck::{
    core::{
        error::{Code, Error},
        gate::RunId,
        journal::Outcome,
        sync::plan::Plan,
    },
    pg::apply::{self, Settled},
};
use tokio::sync::Notify;

use crate::{
    commit::{Fate, proxy},
    support::{Pair, server, set},
};

const SCHEMA: &str = "CREATE TABLE t (k text PRIMARY KEY, v text)";

async fn reviewed(fate: Fate) -> (Pair, Plan) {
    reviewed_as("postgres", fate).await
}

/// A plan, and a way to the target as `role`.
async fn reviewed_as(role: &str, fate: Fate) -> (Pair, Plan) {
    let sets = set(r#"{ table = "t" }"#);
    let source = "INSERT INTO t VALUES ('both', 'new'), ('new', 'new')";
    let mut pair = Pair::new(&sets, SCHEMA, source, "INSERT INTO t VALUES ('both', 'old'), ('gone', 'old')").await;
    let plan = pair.all(&pair.review_deletes().await);
    let socket = server().host().join(format!(".s.PGSQL.{}", server().port()));
    let port = proxy(socket, 1, fate).await;
    let target = format!("postgresql://{role}@127.0.0.1:{port}/{}?sslmode=disable", pair.target.name);
    pair.deck = pair.deck_through(&sets, server().url(&pair.source.name), target);
    (pair, plan)
}

/// How the newest run ended by the journal.
fn ended(pair: &Pair) -> (RunId, Outcome, Option<String>) {
    let last = pair.journal()[0].last.clone();
    (last.run, last.outcome, last.xid)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_never_arrived_is_told_as_rolled_back() {
    let (pair, plan) = reviewed(Fate::Swallowed).await;
    let before = pair.target.dump().await;
    let error: Error = pair.apply(&plan).await.unwrap_err();
    assert_eq!(error.code, Code::RolledBack, "{error}");
    assert!(error.to_string().contains("lost at COMMIT"), "{error}");
    assert_eq!(pair.target.dump().await, before);
    let (run, outcome, xid) = ended(&pair);
    assert_eq!(outcome, Outcome::RolledBack);
    assert!(xid.is_some());
    assert!(pair.undo(&run).await.unwrap_err().to_string().contains("nothing to undo"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_was_lost_is_told_as_applied_and_can_be_undone() {
    let (mut pair, plan) = reviewed(Fate::Unanswered).await;
    let before = pair.target.dump().await;
    let applied = pair.apply(&plan).await.unwrap();
    assert_eq!(pair.target.rows("SELECT * FROM t ORDER BY 1").await, ["both|new", "new|new"]);
    let (run, outcome, _) = ended(&pair);
    assert_eq!((outcome, Some(&run)), (Outcome::Applied, applied.run.as_ref()));
    // The undo's answer is lost as well, and it is undone once only.
    pair.undo(&run).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
    pair.deck = pair.deck_of(&set(r#"{ table = "t" }"#));
    assert_eq!(pair.undo(&run).await.unwrap_err().code, Code::Refused);
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_server_does_not_know_the_journal_says_so() {
    let (go, gone) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (mut pair, plan) = reviewed(Fate::Held(Arc::clone(&go), Arc::clone(&gone))).await;
    let before = pair.target.dump().await;
    let error = pair.apply(&plan).await.unwrap_err();
    assert_eq!(error.code, Code::Unknown, "{error}");
    let (run, outcome, xid) = ended(&pair);
    assert_eq!(outcome, Outcome::Unknown);
    assert!(error.to_string().contains(&xid.unwrap()), "{error} names the transaction");
    pair.deck = pair.deck_of(&set(r#"{ table = "t" }"#));
    assert_eq!(pair.undo(&run).await.unwrap_err().code, Code::Refused, "the transaction still holds the lock");
    go.notify_one();
    gone.notified().await;
    assert_eq!(pair.undo(&run).await.unwrap_err().code, Code::Stale, "it was never applied");
    assert_eq!(pair.target.dump().await, before);
}

/// The old session still takes the one connection that the role may have.
#[tokio::test(flavor = "multi_thread")]
async fn where_nobody_can_ask_the_server_the_journal_says_so() {
    let (go, gone) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let (mut pair, plan) = reviewed_as("one_at_once", Fate::Held(Arc::clone(&go), Arc::clone(&gone))).await;
    let role =
        "DO $$BEGIN CREATE ROLE one_at_once LOGIN CONNECTION LIMIT 1; EXCEPTION WHEN duplicate_object THEN NULL; END$$;
        GRANT SELECT, INSERT, UPDATE, DELETE ON t TO one_at_once";
    pair.target.run(role).await;
    let before = pair.target.dump().await;
    let error = pair.apply(&plan).await.unwrap_err();
    assert_eq!(error.code, Code::Unknown, "{error}");
    let (run, outcome, xid) = ended(&pair);
    assert_eq!(outcome, Outcome::Unknown);
    assert!(error.to_string().contains(&xid.unwrap()), "{error} names the transaction");
    go.notify_one();
    gone.notified().await;
    pair.deck = pair.deck_of(&set(r#"{ table = "t" }"#));
    assert_eq!(pair.undo(&run).await.unwrap_err().code, Code::Stale, "it was never applied");
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn a_session_that_the_server_ends_in_the_middle_is_told_as_rolled_back() {
    let end = "CREATE FUNCTION bye() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_terminate_backend(pg_backend_pid()); RETURN NULL; END';
        CREATE TRIGGER bye AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION bye()";
    let pair = Pair::new(
        &set(r#"{ table = "t" }"#),
        SCHEMA,
        "INSERT INTO t VALUES ('new', '')",
        &format!("INSERT INTO t VALUES ('gone', ''); {end}"),
    )
    .await;
    let plan = pair.all(&pair.review_deletes().await);
    assert_eq!(pair.refused(&plan).await.code, Code::RolledBack);
    assert_eq!(ended(&pair).1, Outcome::RolledBack);
}

/// A crash takes the number of a transaction with it of which nothing is in the server's log yet: it was never committed.
#[tokio::test]
async fn a_transaction_that_the_server_has_never_had_was_not_committed() {
    let pair = Pair::new(&set(r#"{ table = "t" }"#), SCHEMA, "", "").await;
    let mut reader = pair.deck.reader(pair.to).await.unwrap();
    let here = pair.target.connect().await;
    let xid: String = here.query_one("SELECT pg_current_xact_id()::text", &[]).await.unwrap().get(0);
    for (xid, settled) in [(xid, Settled::Committed), ("4294000000".to_owned(), Settled::Aborted)] {
        assert_eq!(apply::settle(&mut reader, &xid, None).await.unwrap(), settled, "{xid}");
    }
}
