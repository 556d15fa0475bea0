//! What was planned is what runs: another plan's permit, another history and another run are noticed.

use pgdeck::{
    app::{job::Job, migrations::apply},
    core::{
        env::{Environment, Kind, Target},
        error::Code,
        guard,
    },
    pg::{
        connect::connect_migrating,
        migrations::apply::{self as pg, Order},
    },
};

use crate::support::Place;

const TWO: [(&str, &str); 2] = [("001_a.sql", "CREATE TABLE a (id int);"), ("002_b.sql", "CREATE TABLE b (id int);")];

#[tokio::test(flavor = "multi_thread")]
async fn the_files_are_those_that_were_planned() {
    let place = Place::new("", &TWO).await;
    let plan = place.plan().await.unwrap();
    place.write("002_b.sql", "CREATE TABLE changed (id int);");
    place.run(&plan, false).await.unwrap();
    assert_eq!(place.tables().await, ["a", "b"]);
    assert_eq!(place.statuses().await, ["001 applied", "002 edited"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_digest_tells_another_text_and_another_history() {
    let place = Place::new("", &TWO).await;
    let first = place.plan().await.unwrap().digest;
    assert_eq!(place.plan().await.unwrap().digest, first);
    place.write("002_b.sql", "CREATE TABLE b (id bigint);");
    let edited = place.plan().await.unwrap().digest;
    assert_ne!(edited, first);
    place.write("002_b.sql", TWO[1].1);
    place.client.batch_execute("CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY)").await.unwrap();
    assert_ne!(place.plan().await.unwrap().digest, first);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_somebody_else_wrote_stops_everything() {
    let place = Place::new("", &TWO).await;
    let plan = place.plan().await.unwrap();
    place.apply().await.unwrap();
    place.client.batch_execute("DROP TABLE a, b").await.unwrap();
    let error = place.run(&plan, false).await.expect_err("there is a history by now");
    assert_eq!(error.code, Code::Stale, "{error}");
    assert!(place.tables().await.is_empty());
    place.write("003_c.sql", "CREATE TABLE c (id int);");
    let plan = place.plan().await.unwrap();
    let other = "INSERT INTO supabase_migrations.schema_migrations (version, name) VALUES ('003', 'c')";
    place.client.batch_execute(other).await.unwrap();
    let error = place.run(&plan, false).await.expect_err("it is recorded by now");
    assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("003")), "{error}");
    assert!(place.tables().await.is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn two_runs_at_once_are_one() {
    let place = Place::new("", &TWO).await;
    let plan = place.plan().await.unwrap();
    let (one, two) = tokio::join!(place.run(&plan, false), place.run(&plan, false));
    let errors: Vec<_> = [&one, &two].into_iter().filter_map(|result| result.as_ref().err()).collect();
    assert!(errors.iter().all(|error| matches!(error.code, Code::Refused | Code::Stale)), "{errors:?}");
    assert!(errors.len() == 1 || place.recorded().await.len() < 2, "{one:?} {two:?}");
    place.apply().await.ok();
    assert_eq!(
        (place.tables().await, place.recorded().await),
        (vec!["a".into(), "b".into()], vec!["001".into(), "002".into()])
    );
}

/// Another tool that is about to write the history waits until the file is there or is not.
#[tokio::test(flavor = "multi_thread")]
async fn nobody_else_writes_the_history_meanwhile() {
    let place = Place::new("", &TWO).await;
    place.apply().await.unwrap();
    place.write("003_c.sql", "SELECT pg_advisory_xact_lock(7);\nCREATE TABLE c (id int);");
    let plan = place.plan().await.unwrap();
    place.client.batch_execute("SELECT pg_advisory_lock(7); SET lock_timeout = '50ms'").await.unwrap();
    let waits = "SELECT count(*)::text FROM pg_locks WHERE locktype = 'advisory' AND NOT granted";
    let other = "INSERT INTO supabase_migrations.schema_migrations (version, name) VALUES ('009', 'other')";
    let meanwhile = async {
        while place.rows(waits).await != ["1"] {
            tokio::task::yield_now().await;
        }
        let refused = place.client.batch_execute(other).await.unwrap_err();
        assert_eq!(refused.code().map(tokio_postgres::error::SqlState::code), Some("55P03"), "{refused}");
        place.client.batch_execute("SELECT pg_advisory_unlock(7)").await.unwrap();
    };
    let (ran, ()) = tokio::join!(place.run(&plan, false), meanwhile);
    ran.unwrap();
    place.client.batch_execute(other).await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permit_is_for_one_plan_in_one_environment() {
    let place = Place::new("", &TWO).await;
    let plan = place.plan().await.unwrap();
    let environment = place.deck.environment("here").unwrap();
    let permit = guard::permit(&environment, &"another".into(), &"here".into(), &"here".into()).unwrap();
    let refused = apply::apply(&place.deck, &Job::quiet(), &plan, &permit, false).await.expect_err("another plan");
    assert_eq!(refused.code, Code::Refused);
    assert!(guard::permit(&environment, &plan.digest, &"here".into(), &"there".into()).is_err());
    let locked = place.deck_as("postgres", false).environment("here").unwrap();
    assert!(guard::permit(&locked, &plan.digest, &"here".into(), &"here".into()).is_err());
    assert!(place.tables().await.is_empty());
}

/// Whoever has a connection that may run migrations has not shown yet that these are the ones.
#[tokio::test(flavor = "multi_thread")]
async fn a_permit_is_asked_for_by_the_connection_and_by_the_run() {
    let place = Place::new("", &TWO).await;
    let plan = place.plan().await.unwrap();
    let here = place.deck.environment("here").unwrap();
    let there = Environment { name: "there".into(), kind: Kind::Staging, writable: true, target: Target::default() };
    let own = guard::permit(&here, &plan.digest, &"here".into(), &"here".into()).unwrap();
    let anothers = guard::permit(&here, &"another".into(), &"here".into(), &"here".into()).unwrap();
    let elsewhere = guard::permit(&there, &plan.digest, &"there".into(), &"there".into()).unwrap();
    let conninfo = place.deck.conninfo("here").unwrap();
    assert_eq!(connect_migrating(&conninfo, &elsewhere).await.unwrap_err().code, Code::Refused);
    let mut connection = connect_migrating(&conninfo, &own).await.unwrap();
    let order = |permit| Order { plan: &plan, permit, dry_run: false, go_on: &|_, _| Ok(()), keep: &|_, _| Ok(()) };
    for permit in [&anothers, &elsewhere] {
        assert_eq!(pg::apply(&mut connection, &order(permit)).await.unwrap_err().code, Code::Refused);
        assert!(place.tables().await.is_empty());
    }
    pg::apply(&mut connection, &order(&own)).await.unwrap();
    assert_eq!(place.tables().await, ["a", "b"]);
}

/// Rows and migrations are written one after the other, whoever comes first.
#[tokio::test(flavor = "multi_thread")]
async fn an_apply_that_is_under_way_keeps_migrations_out() {
    let place = Place::new("", &TWO).await;
    // The bytes of `pgdeck`, as a number.
    let key = "pgdeck".bytes().fold(0_i64, |key, byte| key << 8 | i64::from(byte));
    place.client.batch_execute(&format!("SELECT pg_advisory_lock({key})")).await.unwrap();
    let error = place.fails().await;
    assert!(error.code == Code::Refused && error.message.contains("another apply is running here"), "{error}");
    assert!(place.tables().await.is_empty() && place.recorded().await.is_empty());
    place.client.batch_execute(&format!("SELECT pg_advisory_unlock({key})")).await.unwrap();
    place.apply().await.unwrap();
}
