//! The first file that fails ends a run, with its statement and position; what ran before it stays, nothing of it does.

use pgdeck::core::{
    error::Code,
    journal::{Action, Outcome},
};

use crate::support::Place;

#[tokio::test(flavor = "multi_thread")]
async fn a_failing_statement_is_named_and_its_file_rolled_back() {
    let files = [
        ("001_a.sql", "CREATE TABLE a (id int);"),
        ("002_b.sql", "CREATE TABLE b (id int);\n\nINSERT INTO b\n  SELECT nothing FROM a;\nCREATE TABLE c (id int);"),
        ("003_d.sql", "CREATE TABLE d (id int);"),
    ];
    let place = Place::new("", &files).await;
    let error = place.fails().await;
    assert_eq!(error.code, Code::RolledBack);
    assert_eq!(
        error.to_string(),
        "002_b.sql:4:10: here: statement 2 of 3, `INSERT INTO b SELECT nothing FROM a`: column \"nothing\" does not exist \
         (rolled back; 001_a.sql before it was applied and stays)"
    );
    assert_eq!(place.tables().await, ["a"]);
    assert_eq!(place.recorded().await, ["001"]);
    let run = &place.journal()[0].last;
    assert_eq!((run.action, run.outcome), (Action::Migrate, Outcome::Stopped));
    assert_eq!(run.migrations.as_ref().unwrap().ran, ["001_a.sql"]);
    // Mended, the rest runs.
    place.write("002_b.sql", "CREATE TABLE b (id int);");
    place.apply().await.unwrap();
    assert_eq!(place.tables().await, ["a", "b", "d"]);
}

/// A constraint that is checked at the end is checked before the file is recorded, and told with its file.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_put_off_fails_with_its_file() {
    let sql = "CREATE TABLE p (id int PRIMARY KEY); CREATE TABLE c (p int REFERENCES p DEFERRABLE INITIALLY DEFERRED);";
    let files = [("001_x.sql", "CREATE TABLE other (id int);\nINSERT INTO c VALUES (1);")];
    let place = Place::new(sql, &files).await;
    let error = place.fails().await;
    assert_eq!((error.code, error.place.as_deref()), (Code::RolledBack, Some("001_x.sql")));
    assert!(error.message.contains("c_p_fkey"), "{error}");
    assert_eq!((place.tables().await, place.recorded().await.len()), (vec!["c".into(), "p".into()], 0));
    assert_eq!(place.journal()[0].last.outcome, Outcome::RolledBack);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_that_is_held_ends_the_run_and_not_the_application() {
    let place = Place::new("CREATE TABLE busy (id int);", &[("001_x.sql", "ALTER TABLE busy ADD COLUMN x int;")]).await;
    place.client.batch_execute("BEGIN; LOCK TABLE busy IN ACCESS SHARE MODE").await.unwrap();
    let error = place.fails().await;
    assert_eq!(error.code, Code::RolledBack);
    assert!(error.message.contains("somebody else holds a lock"), "{error}");
    place.client.batch_execute("ROLLBACK").await.unwrap();
    assert!(place.recorded().await.is_empty());
    place.apply().await.unwrap();
}

/// A history that swallows what is inserted, or keeps something else: the file does not count as applied, so it is
/// rolled back.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_does_not_hold_rolls_its_file_back() {
    let history = "supabase_migrations.schema_migrations";
    let trigger = |body: &str| {
        format!(
            "CREATE OR REPLACE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN {body} END'; \
             CREATE TRIGGER away BEFORE INSERT ON {history} FOR EACH ROW EXECUTE FUNCTION away()"
        )
    };
    let rule = format!("CREATE RULE away AS ON INSERT TO {history} DO INSTEAD NOTHING");
    let shown = "the history does not show it as applied";
    for (sql, wanted) in [
        (rule, "RETURNING"),
        (trigger("RETURN NULL;"), shown),
        (trigger("new.version = ''9''; RETURN new;"), shown),
        (trigger("new.statements = ''{SELECT 1}''; RETURN new;"), shown),
    ] {
        let place = Place::new("", &[("001_a.sql", "CREATE TABLE a (id int);")]).await;
        place.apply().await.unwrap();
        place.client.batch_execute(&sql).await.unwrap();
        place.write("002_b.sql", "CREATE TABLE b (id int);");
        let error = place.fails().await;
        assert!(error.code == Code::RolledBack && error.message.contains(wanted), "{error}");
        assert_eq!((place.tables().await, place.recorded().await), (vec!["a".into()], vec!["001".into()]));
    }
}

/// That the first record of a run was understood says nothing about the next.
#[tokio::test(flavor = "multi_thread")]
async fn a_later_record_that_does_not_hold_rolls_its_file_back() {
    let place = Place::new("", &[("001_a.sql", "CREATE TABLE a (id int);")]).await;
    place.apply().await.unwrap();
    let away = "CREATE FUNCTION away() RETURNS trigger LANGUAGE plpgsql AS \
                'BEGIN IF new.version = ''003'' THEN RETURN NULL; END IF; RETURN new; END'; CREATE TRIGGER away BEFORE \
                INSERT ON supabase_migrations.schema_migrations FOR EACH ROW EXECUTE FUNCTION away()";
    place.client.batch_execute(away).await.unwrap();
    place.write("002_b.sql", "CREATE TABLE b (id int);");
    place.write("003_c.sql", "CREATE TABLE c (id int);");
    let error = place.fails().await;
    assert!(error.message.contains("the history does not show it as applied"), "{error}");
    assert_eq!(
        (place.tables().await, place.recorded().await),
        (vec!["a".into(), "b".into()], vec!["001".into(), "002".into()])
    );
}
