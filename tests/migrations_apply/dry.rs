//! A dry run does everything and keeps nothing, and says what it could not try.

use crate::support::Place;

async fn untouched(place: &Place) {
    assert!(place.tables().await.is_empty());
    assert_eq!(place.rows("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'supabase%'").await.len(), 0);
    assert!(place.journal().is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn files_are_tried_one_upon_the_other_and_taken_back() {
    let files = [
        ("001_a.sql", "CREATE TABLE a (id int PRIMARY KEY); CREATE TEMP TABLE same (id int);"),
        ("002_b.sql", "CREATE TABLE b (a int REFERENCES a); CREATE TEMP TABLE same (id int);"),
    ];
    let place = Place::new("", &files).await;
    let plan = place.plan().await.unwrap();
    let tried = place.run(&plan, true).await.unwrap();
    assert_eq!((tried.done.len(), tried.run), (2, None));
    untouched(&place).await;
    place.run(&plan, false).await.expect("the same plan still holds");
    assert_eq!(place.tables().await, ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn it_fails_where_the_run_would() {
    let place = Place::new("", &[("001_a.sql", "CREATE TABLE a (id int);"), ("002_b.sql", "SELECT nothing;")]).await;
    let plan = place.plan().await.unwrap();
    let error = place.run(&plan, true).await.expect_err("the second fails");
    assert!(error.to_string().starts_with("002_b.sql:1:8: here: statement 1 of 1"), "{error}");
    untouched(&place).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_tried_is_not_said_to_hold() {
    let outside = [
        ("001_a.sql", "CREATE TABLE a (id int);"),
        ("002_i.sql", "CREATE INDEX CONCURRENTLY i ON a (id);"),
        ("003_c.sql", "CREATE TABLE c (id int);"),
    ];
    let place = Place::new("", &outside).await;
    let plan = place.plan().await.unwrap();
    assert_eq!(place.run(&plan, true).await.unwrap().done.len(), 1);
    untouched(&place).await;
    // A new value of an enum type can be used once it is committed.
    let early =
        [("001_v.sql", "ALTER TYPE mood ADD VALUE 'b';"), ("002_u.sql", "CREATE TABLE a (m mood DEFAULT 'b');")];
    let place = Place::new("CREATE TYPE mood AS ENUM ('a');", &early).await;
    let plan = place.plan().await.unwrap();
    assert_eq!(place.run(&plan, true).await.unwrap().done.len(), 1);
    untouched(&place).await;
    assert_eq!(place.run(&plan, false).await.unwrap().done.len(), 2);
}
