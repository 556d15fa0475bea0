//! Files outside of a transaction: run once, recordable, and told as they are left.

use std::sync::Arc;

use pgdeck::{
    app::{
        job::Job,
        migrations::apply::{self, Applied},
        sync::settle,
    },
    core::{
        error::{Code, Error, Result},
        guard,
        journal::Outcome,
        migrations::plan::Plan,
    },
};

use super::{A, FLYWAY};
use crate::{
    commit::{Fate, proxy},
    support::Place,
};

/// What its own transaction took back does not stay, and is not said to.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_files_own_transaction_took_back_does_not_count() {
    let text = "-- no transaction\nCREATE TABLE t (id int);\nBEGIN;\nCREATE TABLE u (id int);\nSELECT 1/0;\nCOMMIT;\n";
    let place = Place::new("", &[("001_x.sql", text)]).await;
    let error = place.fails().await;
    assert_eq!(place.tables().await, ["t"]);
    assert!(error.message.contains("1 of its 5 statements"), "{error}");
}

/// An index that was begun concurrently stays, invalid.
#[tokio::test(flavor = "multi_thread")]
async fn a_statement_outside_of_a_transaction_is_not_said_to_be_rolled_back() {
    let sql = "CREATE TABLE t (id int); INSERT INTO t VALUES (1), (1);";
    let place = Place::new(sql, &[("001_x.sql", "CREATE UNIQUE INDEX CONCURRENTLY i ON t (id);")]).await;
    let error = place.fails().await;
    assert_eq!(place.rows("SELECT indisvalid FROM pg_index WHERE indexrelid = 'i'::regclass").await, ["f"]);
    assert!(!error.message.contains("(rolled back"), "{error}");
    assert_eq!(place.journal()[0].last.outcome, Outcome::Stopped);
}

async fn run(place: &Place, plan: &Plan, job: &Job) -> Result<Applied> {
    let permit = guard::permit(&place.deck.environment("here")?, &plan.digest, &"here".into(), &"here".into())?;
    apply::apply(&place.deck, job, plan, &permit, false).await
}

/// While a file runs outside of a transaction, nobody else runs it too.
#[tokio::test(flavor = "multi_thread")]
async fn two_runs_of_a_file_outside_of_a_transaction_are_one() {
    let text =
        "-- no transaction\nINSERT INTO t VALUES (1);\nSELECT pg_advisory_lock(1);\nSELECT pg_advisory_unlock(1);";
    let place = Place::new("CREATE TABLE t (id int);", &[A]).await;
    place.apply().await.unwrap();
    place.write("002_x.sql", text);
    let plan = place.plan().await.unwrap();
    place.client.batch_execute("SELECT pg_advisory_lock(1)").await.unwrap();
    let job = Job::quiet();
    let first = run(&place, &plan, &job);
    let second = async {
        while place.rows("SELECT count(*) FROM t").await != ["1"] {
            tokio::task::yield_now().await;
        }
        let second = tokio::spawn({
            let (deck, plan) = (Arc::clone(&place.deck), plan.clone());
            async move {
                let permit =
                    guard::permit(&deck.environment("here").unwrap(), &plan.digest, &"here".into(), &"here".into())
                        .unwrap();
                apply::apply(&deck, &Job::quiet(), &plan, &permit, false).await
            }
        });
        while !second.is_finished() && place.rows("SELECT count(*) FROM t").await == ["1"] {
            tokio::task::yield_now().await;
        }
        place.client.batch_execute("SELECT pg_advisory_unlock(1)").await.unwrap();
        second.await.unwrap()
    };
    let (first, second) = tokio::join!(first, second);
    assert_eq!(place.rows("SELECT count(*) FROM t").await, ["1"], "{first:?} {second:?}");
    first.unwrap();
    assert_eq!(second.unwrap_err().code, Code::Refused);
    assert_eq!(place.recorded().await, ["001", "002"]);
}

/// A history that takes no record is found out before anything runs that cannot be taken back.
#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_recorded_does_not_run_outside_of_a_transaction() {
    let place = Place::new("", &[A]).await;
    place.apply().await.unwrap();
    let away = "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END'; CREATE TRIGGER away \
                BEFORE INSERT ON supabase_migrations.schema_migrations FOR EACH ROW EXECUTE FUNCTION away()";
    place.client.batch_execute(away).await.unwrap();
    place.write("002_x.sql", "-- no transaction\nCREATE TABLE x (id int);");
    let error = place.fails().await;
    assert!(error.message.contains("the history does not show it as applied"), "{error}");
    assert_eq!(place.tables().await, ["a"]);
}

/// A run that was cut off while a file ran outside of a transaction: the next one does not run it again unseen.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_cut_off_outside_of_a_transaction_is_not_run_again_unseen() {
    // As long as it takes: the three seconds of every session may be over before the others have been tried.
    let text = "-- no transaction\nSET lock_timeout = 0;\nINSERT INTO t VALUES (1);\nSELECT pg_advisory_lock(1);";
    let place = Place::new("CREATE TABLE t (id int);", &[("001_x.sql", text)]).await;
    let plan = place.plan().await.unwrap();
    place.client.batch_execute("SELECT pg_advisory_lock(1)").await.unwrap();
    let (deck, planned) = (Arc::clone(&place.deck), plan.clone());
    let running = tokio::spawn(async move {
        let permit =
            guard::permit(&deck.environment("here").unwrap(), &planned.digest, &"here".into(), &"here".into()).unwrap();
        apply::apply(&deck, &Job::quiet(), &planned, &permit, false).await
    });
    while place.rows("SELECT count(*) FROM t").await != ["1"] {
        if running.is_finished() {
            let ended = running.await;
            panic!("{ended:?}");
        }
        tokio::task::yield_now().await;
    }
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    let refused = place.plan().await.expect_err("cut off");
    assert!(refused.code == Code::Refused && refused.message.contains("was cut off"), "{refused}");
    // The server is still at it, and keeps others out.
    let other = place.run(&plan, false).await.map(drop).unwrap_err().to_string();
    assert!(other.contains("another apply is running here"), "{other}");
    place.client.batch_execute("SELECT pg_advisory_unlock(1)").await.unwrap();
    settle(&place.deck, &Job::quiet()).await.unwrap();
    place.plan().await.expect("the operator has seen it");
    assert_eq!(place.rows("SELECT count(*) FROM t").await, ["1"]);
}

/// The record's COMMIT is carried out and its answer is lost: nobody is told to record it by hand.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_whose_answer_was_lost_is_not_said_to_be_missing() {
    let text = "-- no transaction\nINSERT INTO t VALUES (1);";
    let mut place = Place::new("CREATE TABLE t (id int);", &[("001_x.sql", text)]).await;
    let port = proxy(place.socket(), 2, Fate::Unanswered).await;
    place.go_through(port);
    let told = place.apply().await;
    assert_eq!(place.recorded().await, ["001"]);
    assert!(told.is_ok() || !lies(told.as_ref().unwrap_err()), "{told:?}");
}

fn lies(error: &Error) -> bool {
    error.to_string().contains("record it by hand") || error.message.contains("could not be recorded")
}

/// The same outside of a transaction: settings of the file do not reach its record.
#[tokio::test(flavor = "multi_thread")]
async fn settings_of_a_file_outside_of_a_transaction_end_with_it() {
    for touch in [
        "SET default_transaction_read_only = on",
        "SET SESSION CHARACTERISTICS AS TRANSACTION ISOLATION LEVEL SERIALIZABLE",
        "CREATE ROLE nobody; SET ROLE nobody",
        "CREATE TEMP TABLE pg_class (x int)",
        "SET client_encoding = 'LATIN1'",
        "SET statement_timeout = 1",
        "DO $$ BEGIN CREATE TABLE d (id int); COMMIT; END $$; DROP TABLE d",
    ] {
        let text = format!("-- no transaction\nCREATE TABLE b (id int);\n{touch};\n");
        let files = [A, ("002_b.sql", text.as_str()), ("003_c.sql", "CREATE TABLE c (id int);")];
        let place = Place::new("", &files).await;
        place.apply().await.unwrap_or_else(|error| panic!("{touch}: {error}"));
        assert_eq!(place.recorded().await, ["001", "002", "003"], "{touch}");
    }
}

/// The session is ended under a file.
#[tokio::test(flavor = "multi_thread")]
async fn a_session_that_is_ended_under_a_file() {
    let die = "SELECT pg_terminate_backend(pg_backend_pid());\n";
    let inside = format!("CREATE TABLE b (id int);\n{die}CREATE TABLE c (id int);");
    let outside = format!("-- no transaction\n{inside}");
    let place = Place::new("", &[A, ("002_x.sql", &inside)]).await;
    let error = place.fails().await;
    assert!(error.message.contains("(rolled back; 001_a.sql before it"), "{error}");
    assert_eq!((place.tables().await, place.recorded().await), (vec!["a".to_owned()], vec!["001".to_owned()]));
    let place = Place::new("", &[A, ("002_x.sql", &outside)]).await;
    let error = place.fails().await;
    assert!(error.message.contains("1 of its 3 statements were done and stay"), "{error}");
    assert_eq!((place.tables().await.len(), place.recorded().await), (2, vec!["001".to_owned()]));
    assert_eq!(place.journal()[0].last.outcome, Outcome::Stopped);
}

/// What a role may not write by default is found out before anything runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_only_reads_by_default() {
    let place = Place::new("", &[A]).await;
    place.apply().await.unwrap();
    place.client.batch_execute("ALTER ROLE postgres SET default_transaction_read_only = on").await.unwrap();
    place.write("002_x.sql", "-- no transaction\nSET default_transaction_read_only = off;\nCREATE TABLE x (id int);");
    let error = place.fails().await;
    assert!(error.message.contains("read-only"), "{error}");
    assert_eq!(place.tables().await, ["a"]);
}

/// Procedures that commit: refused by the server within a transaction, and as they are outside of one.
#[tokio::test(flavor = "multi_thread")]
async fn procedures_that_commit() {
    let sql = "CREATE PROCEDURE c() LANGUAGE plpgsql AS 'BEGIN CREATE TABLE half (id int); COMMIT; END'; \
               CREATE PROCEDURE r() LANGUAGE plpgsql AS 'BEGIN ROLLBACK; END';";
    for text in
        ["CREATE TABLE x (id int);\nCALL c();", "CREATE TABLE x (id int);\nCALL r();", "DO $$ BEGIN COMMIT; END $$;"]
    {
        let place = Place::new(sql, &[("001_x.sql", text)]).await;
        let error = place.fails().await;
        assert!(error.message.contains("(rolled back)"), "{error}");
        assert!(place.tables().await.is_empty() && place.recorded().await.is_empty());
    }
    let place = Place::new(sql, &[("001_x.sql", "-- no transaction\nCALL c();\nSELECT 1/0;")]).await;
    let error = place.fails().await;
    assert!(error.message.contains("1 of its 2 statements were done and stay"), "{error}");
    assert_eq!(place.tables().await, ["half"]);
}

/// Stopped in the middle of a transaction that the file began: it is taken back, and that is what is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_in_a_files_own_transaction() {
    let text = "-- no transaction\nCREATE TABLE t (id int);\nBEGIN;\nCREATE TABLE u (id int);\nSELECT pg_advisory_lock(1);\nCOMMIT;";
    let place = Place::new("", &[("001_x.sql", text)]).await;
    place.client.batch_execute("SELECT pg_advisory_lock(1)").await.unwrap();
    let plan = place.plan().await.unwrap();
    let token = tokio_util::sync::CancellationToken::new();
    let job = Job::new(token.clone(), |_| {});
    let stop = async {
        let waits = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
        while place.rows(waits).await != ["1"] {
            tokio::task::yield_now().await;
        }
        token.cancel();
    };
    let (ran, ()) = tokio::join!(run(&place, &plan, &job), stop);
    let error = ran.expect_err("stopped");
    assert_eq!(error.code, Code::Interrupted, "{error}");
    assert!(error.message.contains("1 of its 5 statements were done and stay"), "{error}");
    assert_eq!((place.tables().await, place.recorded().await.len()), (vec!["t".to_owned()], 0));
}

/// A failure is recorded by the role that was let in, whatever the file had become.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_is_recorded_whatever_the_file_has_set() {
    let text = "-- no transaction\nCREATE ROLE nobody;\nSET default_transaction_read_only = on;\nSET ROLE nobody;\nSELECT 1/0;";
    let place = Place::new(FLYWAY, &[("V1__x.sql", text)]).await;
    let error = place.fails().await;
    assert!(!error.message.contains("could not be recorded"), "{error}");
    assert_eq!(place.rows("SELECT version, success FROM flyway_schema_history").await, ["1|f"]);
}
