//! Where it is doubtful what would have to run, nothing does.

use pgdeck::core::{error::Code, migrations::plan::Choice};

use crate::support::Place;

const A: (&str, &str) = ("001_a.sql", "CREATE TABLE a (id int);");
const C: (&str, &str) = ("003_c.sql", "CREATE TABLE c (id int);");

/// Runs `before`, then adds `more`: planning is refused with a line that holds `wanted`.
async fn refuses(before: &[(&str, &str)], sql: &str, more: &[(&str, &str)], wanted: &str) {
    let place = Place::new("", before).await;
    place.apply().await.unwrap();
    place.client.batch_execute(sql).await.unwrap();
    place.write_all(more);
    let error = place.plan().await.expect_err(wanted);
    assert!(error.code == Code::Refused && error.to_string().contains(wanted), "{error}");
    let (tables, recorded) = (place.tables().await, place.recorded().await);
    assert!(place.apply().await.is_err());
    assert_eq!((place.tables().await, place.recorded().await), (tables, recorded));
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_contradict_each_other_or_the_history() {
    let x = "CREATE TABLE x (id int);";
    refuses(&[A], "", &[("002_x.sql", x), ("002_y.sql", x)], "002").await;
    refuses(&[A, C], "", &[("002_x.sql", x)], "--out-of-order").await;
    let later = "INSERT INTO supabase_migrations.schema_migrations (version) VALUES ('009')";
    refuses(&[A], later, &[("002_x.sql", x)], "009").await;
    let two = "CREATE TABLE schema_migrations (version varchar(128) PRIMARY KEY); INSERT INTO schema_migrations VALUES ('003')";
    refuses(&[A, C], two, &[("004_x.sql", x)], "disagree").await;
}

/// A file that was given another number ran under its old one.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_was_renamed() {
    let place = Place::new("", &[A]).await;
    place.apply().await.unwrap();
    std::fs::rename(place.dir().join(A.0), place.dir().join("002_a.sql")).unwrap();
    let error = place.plan().await.expect_err("it ran as 001");
    assert!(error.code == Code::Refused && error.to_string().contains("001"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn files_that_cannot_be_run_whole() {
    for (text, wanted) in [
        ("SELECT 1;\nCREATE INDEX CONCURRENTLY i ON a (id);", "002_x.sql:2: here: no transaction can hold"),
        ("SELECT 1;\nCOMMIT;\nSELECT 2;", "002_x.sql:2: here: COMMIT cannot be run"),
        ("\\i other.sql\n", "002_x.sql:1: here: this is a command of psql's own"),
        ("SELECT 'x;\n", "002_x.sql:1"),
        ("-- +goose Up\nSELECT 1;\n-- +goose Down\nDROP TABLE a;", "002_x.sql:3: here: the file holds the way back"),
    ] {
        refuses(&[A], "", &[("002_x.sql", text)], wanted).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn out_of_order_runs_when_it_is_asked_for() {
    let place = Place::new("", &[A, C]).await;
    place.apply().await.unwrap();
    place.write("002_b.sql", "CREATE TABLE b (id int);");
    let plan = place.plan_with(&Choice { out_of_order: true, ..Choice::default() }).await.unwrap();
    place.run(&plan, false).await.unwrap();
    assert_eq!(place.recorded().await, ["001", "002", "003"]);
}

/// What is only worth knowing does not stand in the way: a gap, an edited file.
#[tokio::test(flavor = "multi_thread")]
async fn a_gap_and_an_edited_file_are_warnings() {
    let place = Place::new("", &[A]).await;
    place.apply().await.unwrap();
    place.write(A.0, "CREATE TABLE a (id bigint);");
    place.write(C.0, C.1);
    let plan = place.plan().await.unwrap();
    assert_eq!(plan.warnings.len(), 2, "{:?}", plan.warnings);
    place.run(&plan, false).await.unwrap();
    assert_eq!(place.recorded().await, ["001", "003"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_may_not_be_read_or_written() {
    let place = Place::new("CREATE ROLE app LOGIN; GRANT CREATE ON SCHEMA public TO app;", &[A, C]).await;
    place.apply().await.unwrap();
    place.write("004_d.sql", "CREATE TABLE d (id int);");
    let unseen = apply_as(&place, "app").await;
    assert!(unseen.starts_with("here: supabase_migrations.schema_migrations: what ran cannot be read"), "{unseen}");
    let grant = "GRANT USAGE ON SCHEMA supabase_migrations TO app; GRANT SELECT ON supabase_migrations.schema_migrations TO app";
    place.client.batch_execute(grant).await.unwrap();
    let locked = apply_as(&place, "app").await;
    assert!(locked.contains("not allowed") && locked.contains("schema_migrations"), "{locked}");
    assert_eq!(place.tables().await, ["a", "c"]);
}

async fn apply_as(place: &Place, role: &str) -> String {
    use pgdeck::{
        app::{job::Job, migrations::apply},
        core::guard,
    };
    let deck = place.deck_as(role, true);
    let (job, dir) = (Job::quiet(), place.dir());
    let plan = match apply::plan(&deck, &job, Some(&dir), "here", &Choice::default()).await {
        Ok(plan) => plan,
        Err(error) => return error.to_string(),
    };
    let permit =
        guard::permit(&deck.environment("here").unwrap(), &plan.digest, &"here".into(), &"here".into()).unwrap();
    apply::apply(&deck, &job, &plan, &permit, false).await.expect_err("not allowed").to_string()
}

/// A checkout that is older than the database, or another branch: that none of its files ran is no reason to begin anew.
#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_knows_none_of_the_files() {
    let place = Place::new("", &[A, ("010_j.sql", "CREATE TABLE j (id int);")]).await;
    place.apply().await.unwrap();
    for name in [A.0, "010_j.sql"] {
        std::fs::remove_file(place.dir().join(name)).unwrap();
    }
    place.write("009_i.sql", "CREATE TABLE i (id int);");
    let error = place.plan().await.expect_err("it is older than the database");
    assert!(error.code == Code::Refused && error.to_string().contains("--out-of-order"), "{error}");
}
