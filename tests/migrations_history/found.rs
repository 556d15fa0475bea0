//! What is found: any schema, several tools at once, what may not be read, and nothing that only looks like one.

use pgdeck::core::migrations::history::{Histories, Tool};
use tokio::time::timeout;

use crate::{
    support::{PATIENCE, majors, versions},
    tools::{SQITCH, every_tool},
};

fn tools(histories: &Histories) -> Vec<(Tool, String)> {
    histories.read.iter().map(|history| (history.tool, history.table.to_string())).collect()
}

/// A role that may log in and nothing else.
const WATCHER: &str = "CREATE ROLE watcher LOGIN;";

#[tokio::test(flavor = "multi_thread")]
async fn all_histories_of_a_database_are_read_together() {
    for server in majors() {
        let sql = format!(
            "{} CREATE SCHEMA other; CREATE TABLE other.schema_migrations (version bigint PRIMARY KEY, dirty boolean);
             INSERT INTO other.schema_migrations VALUES (3, false);
             CREATE SCHEMA \"odd \"\"{{table}}\"; CREATE TABLE \"odd \"\"{{table}}\".\"{{events}}\" (version_num text);
             INSERT INTO \"odd \"\"{{table}}\".\"{{events}}\" VALUES ('x');",
            every_tool()
        );
        let histories = server.database("all", &sql).await.histories().await;
        let read = tools(&histories);
        assert_eq!(read.len(), 14, "{read:?}");
        assert!(read.contains(&(Tool::Golang, "other.schema_migrations".into())), "{read:?}");
        assert!(read.contains(&(Tool::Dbmate, "public.schema_migrations".into())), "{read:?}");
        assert!(read.contains(&(Tool::Alembic, "\"odd \"\"{table}\".\"{events}\"".into())), "{read:?}");
        assert!(histories.unseen.is_empty() && histories.lookalikes.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_table_with_other_columns_is_not_taken_for_a_history() {
    for server in majors() {
        let sql = "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, inserted_at timestamp);
            CREATE TABLE flyway_schema_history (id int, version text);
            CREATE TABLE releases (version text); CREATE TABLE assets (id int, hash text, created_at bigint);
            CREATE TABLE changes (change_id text, change text);
            CREATE VIEW alembic_version AS SELECT 'x'::text AS version_num;
            CREATE DOMAIN text_like AS text; CREATE SCHEMA a; CREATE TABLE a.alembic_version (version_num text_like);
            CREATE SCHEMA information; CREATE TABLE information.schema_migrations (version int8, dirty text);";
        let histories = server.database("alike", sql).await.histories().await;
        assert!(histories.read.is_empty() && histories.unseen.is_empty(), "{histories:?}");
        let alike: Vec<String> =
            histories.lookalikes.iter().map(|one| format!("{}: {}", one.table, one.reason)).collect();
        assert_eq!(
            alike,
            [
                "a.alembic_version: named as a history of Alembic is, but has version_num of another type",
                "information.schema_migrations: named as a history of golang-migrate is, but has dirty of another type",
                "public.flyway_schema_history: named as a history of Flyway is, but lacks installed_rank, description, \
                 type, script, checksum, installed_by, installed_on, execution_time, success and has id of its own",
                "public.schema_migrations: named as a history of dbmate is, but has version of another type and inserted_at of \
                 its own",
            ]
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_may_not_be_read_is_unseen_and_the_rest_is_read() {
    for server in majors() {
        let sql = format!(
            "{WATCHER} {SQITCH}
             GRANT USAGE ON SCHEMA sqitch TO watcher; GRANT SELECT ON sqitch.changes TO watcher;
             CREATE TABLE public.schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);
             CREATE SCHEMA shut; CREATE TABLE shut.alembic_version (version_num text); GRANT SELECT ON shut.alembic_version TO watcher;
             CREATE SCHEMA rows; CREATE TABLE rows.schema_migrations (version text);
             GRANT USAGE ON SCHEMA rows TO watcher; GRANT SELECT ON rows.schema_migrations TO watcher;
             ALTER TABLE rows.schema_migrations ENABLE ROW LEVEL SECURITY;"
        );
        let database = server.database("unseen", &sql).await;
        let histories = database.histories_as("watcher").await;
        assert_eq!(tools(&histories), [(Tool::Sqitch, "sqitch.changes".into())]);
        assert_eq!(versions(&histories.read[0].applied), ["appschema"]);
        let unseen: Vec<String> =
            histories.unseen.iter().map(|one| format!("{} {}: {}", one.tool, one.table, one.reason)).collect();
        assert_eq!(
            unseen,
            [
                "golang-migrate public.schema_migrations: watcher has no right to read it",
                "dbmate rows.schema_migrations: row security keeps rows of it from watcher",
                "Alembic shut.alembic_version: watcher has no right to schema shut",
                "Sqitch sqitch.events: watcher cannot read all of it, so that failed changes are not seen",
            ]
        );
    }
}

/// Somebody else's table beside Sqitch's, with a type whose casts would run as whoever asks.
#[tokio::test(flavor = "multi_thread")]
async fn a_table_of_events_with_a_type_of_its_own_is_not_read() {
    for server in majors() {
        let sql = format!(
            "{SQITCH} CREATE TYPE word AS ENUM ('fail');
             CREATE FUNCTION ran(word) RETURNS json LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the cast ran'; END $$;
             CREATE CAST (word AS json) WITH FUNCTION ran(word);
             DROP TABLE sqitch.events;
             CREATE TABLE sqitch.events (event text, change_id text, change word, project text, committed_at timestamptz);
             INSERT INTO sqitch.events VALUES ('fail', 'x', 'fail', 'shop', now());"
        );
        let histories = server.database("events", &sql).await.histories().await;
        assert_eq!(tools(&histories), [(Tool::Sqitch, "sqitch.changes".into())]);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_database_without_any_history_has_none() {
    for server in majors() {
        let histories = server.database("bare", "CREATE TABLE plans (id int, version int)").await.histories().await;
        assert!(histories.database.contains('/'), "{histories:?}");
        assert_eq!(histories, Histories { database: histories.database.clone(), ..Histories::default() });
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_is_being_written_is_read_as_it_was_before() {
    for server in majors() {
        let sql = "CREATE TABLE schema_migrations (version bigint PRIMARY KEY, dirty boolean NOT NULL);
            INSERT INTO schema_migrations VALUES (1, false);";
        let database = server.database("written", sql).await;
        let writer = database.connect().await;
        writer.batch_execute("BEGIN; UPDATE schema_migrations SET version = 2, dirty = true").await.unwrap();
        let histories = timeout(PATIENCE, database.histories()).await.unwrap();
        assert_eq!(versions(&histories.read[0].applied), ["1"]);
        writer.batch_execute("COMMIT").await.unwrap();
        assert_eq!(versions(&database.histories().await.read[0].applied), ["2!"]);
    }
}
