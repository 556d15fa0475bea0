//! What runs, runs in order, as psql would run it, and is recorded.

use pgdeck::core::{
    error::Code,
    journal::{Action, Outcome},
};

use crate::support::Place;

const THREE: [(&str, &str); 3] = [
    (
        "001_plans.sql",
        "-- Plans.\nCREATE TABLE plans (id int PRIMARY KEY, title text);\nINSERT INTO plans VALUES (1, 'a;b');\n",
    ),
    ("002_features.sql", "BEGIN;\nCREATE TABLE features (plan int REFERENCES plans);\nCOMMIT;\n"),
    ("003_view.sql", "CREATE VIEW shown AS SELECT * FROM plans;\n"),
];

#[tokio::test(flavor = "multi_thread")]
async fn an_empty_database_gets_every_file_and_a_history() {
    let place = Place::new("", &THREE).await;
    let applied = place.apply().await.unwrap();
    assert_eq!(applied.done.len(), 3);
    assert_eq!(place.tables().await, ["features", "plans"]);
    assert_eq!(place.recorded().await, ["001", "002", "003"]);
    assert_eq!(place.statuses().await, ["001 applied", "002 applied", "003 applied"]);
    let kept = "SELECT name, array_length(statements, 1), statements[1] FROM supabase_migrations.schema_migrations \
                WHERE version = '001'";
    assert_eq!(place.rows(kept).await, ["plans|2|-- Plans.\nCREATE TABLE plans (id int PRIMARY KEY, title text)"]);
    let run = &place.journal()[0].last;
    let migrations = run.migrations.clone().unwrap();
    assert_eq!((run.action, run.outcome, migrations.of), (Action::Migrate, Outcome::Applied, 3));
    assert_eq!(migrations.ran, ["001_plans.sql", "002_features.sql", "003_view.sql"]);
    assert_eq!((&migrations.next, &run.run), (&None, applied.run.as_ref().unwrap()));
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_is_pending_runs_and_then_nothing_is() {
    let place = Place::new("", &THREE[..2]).await;
    place.apply().await.unwrap();
    assert!(place.plan().await.unwrap().steps.is_empty());
    place.write(THREE[2].0, THREE[2].1);
    let plan = place.plan().await.unwrap();
    assert_eq!(plan.steps.iter().map(|step| step.file.path.as_str()).collect::<Vec<_>>(), ["003_view.sql"]);
    assert!(!plan.creates);
    place.run(&plan, false).await.unwrap();
    assert_eq!(place.recorded().await, ["001", "002", "003"]);
}

/// What a file sets for its session is gone for the next, and the record is written by the role that connected.
#[tokio::test(flavor = "multi_thread")]
async fn no_file_leaves_anything_to_the_next() {
    let files = [
        (
            "001_sets.sql",
            "CREATE ROLE app; GRANT ALL ON SCHEMA public TO app; SET ROLE app; SET search_path = pg_temp;\n\
             CREATE TEMP TABLE scratch (id int); SELECT set_config('statement_timeout', '1', false);\n\
             PREPARE one AS SELECT 1;",
        ),
        (
            "002_looks.sql",
            "DO $$ BEGIN ASSERT current_user = 'postgres'; ASSERT to_regclass('scratch') IS NULL;\n\
             ASSERT current_setting('search_path') = '\"$user\", public';\n\
             ASSERT current_setting('statement_timeout') = '0'; ASSERT current_setting('lock_timeout') = '3s';\n\
             ASSERT NOT EXISTS (SELECT FROM pg_prepared_statements WHERE name = 'one'); END $$;\n\
             CREATE TABLE here (id int);",
        ),
    ];
    let place = Place::new("", &files).await;
    place.apply().await.unwrap();
    assert_eq!(place.tables().await, ["here"]);
    assert_eq!(
        place.rows("SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'supabase_migrations'").await,
        ["postgres"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_a_copy_are_sent_and_large_results_are_let_go() {
    let rows = (0..20_000).map(|at| format!("{at}\trow\\t{at}\n")).collect::<Vec<_>>().concat();
    let text = format!(
        "CREATE TABLE t (id int, name text);\nCOPY t FROM stdin;\n{rows}\\.\nSELECT * FROM t, generate_series(1, 20);\n\
         UPDATE t SET name = 'last' WHERE id = 19999;\n"
    );
    let place = Place::new("", &[("001_rows.sql", &text)]).await;
    place.apply().await.unwrap();
    let counted = "SELECT count(*), count(DISTINCT name), max(name) FILTER (WHERE id = 7) = E'row\\t7' FROM t";
    assert_eq!(place.rows(counted).await, ["20000|20000|t"]);
}

/// A database that is older than its history: what looks as if it ran keeps everything from running, until a baseline
/// says what did.
#[tokio::test(flavor = "multi_thread")]
async fn a_baseline_is_recorded_and_not_run() {
    use pgdeck::core::migrations::plan::Choice;
    let place = Place::new(THREE[0].1, &THREE).await;
    let refused = place.fails().await.to_string();
    assert!(
        refused.starts_with("here: 001 plans: no migration history found") && refused.contains("--baseline 001"),
        "{refused}"
    );
    assert!(place.recorded().await.is_empty());
    let choice = Choice { baseline: Some("001".into()), ..Choice::default() };
    let plan = place.plan_with(&choice).await.unwrap();
    place.run(&plan, false).await.unwrap();
    assert_eq!(place.recorded().await, ["001", "002", "003"]);
    assert_eq!(place.rows("SELECT count(*) FROM plans").await, ["1"], "not run again");
    let again = place.plan_with(&choice).await.expect_err("there is a history");
    assert!(again.to_string().contains("a history already"), "{again}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_name_that_leads_to_another_database_is_migrated_after_it_was_agreed_to() {
    let mut place = Place::new("", &THREE[..2]).await;
    let (planned, run) = (place.plan().await.unwrap(), place.apply().await.unwrap().run.unwrap());
    place.move_to("there").await;
    let error = place.run(&planned, false).await.unwrap_err();
    assert!(
        error.code == Code::Refused && error.message.contains("another database"),
        "planned for the other: {error}"
    );
    let error = place.fails().await;
    assert!(error.code == Code::Refused && error.message.contains(&format!("run {run} wrote")), "{error}");
    assert!(place.tables().await.is_empty());
    pgdeck::app::env::forget(&place.deck, "here").unwrap();
    place.apply().await.unwrap();
    assert_eq!(place.tables().await, ["features", "plans"]);
}
