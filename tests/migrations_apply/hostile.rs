//! Files, histories and servers that mean no good: nothing runs twice, half or unrecorded without being told.

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

use crate::{
    commit::{Fate, proxy},
    support::Place,
};

const A: (&str, &str) = ("001_a.sql", "CREATE TABLE a (id int);");

const FLYWAY: &str = "CREATE TABLE flyway_schema_history (installed_rank int NOT NULL PRIMARY KEY, version varchar(50), \
                      description varchar(200) NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL, \
                      checksum int, installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT now(), \
                      execution_time int NOT NULL, success boolean NOT NULL);";
const GOLANG: &str = "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL);";

/// Planning `files` in a database with `sql` is refused with a line that holds `wanted`.
async fn refused(sql: &str, files: &[(&str, &str)], wanted: &str) {
    let place = Place::new(sql, files).await;
    match place.plan().await {
        Ok(plan) => panic!("{wanted}: planned {:?}", plan.steps.iter().map(|s| &s.file.path).collect::<Vec<_>>()),
        Err(error) => assert!(error.code == Code::Refused && error.to_string().contains(wanted), "{error}"),
    }
}

/// psql does more with these than a server: what would be left out is not recorded as having run.
#[tokio::test(flavor = "multi_thread")]
async fn commands_of_psql_behind_a_statement_are_refused() {
    for text in [
        "SELECT 'CREATE TABLE x (id int)' \\gexec\n",
        "CREATE TABLE x (id int) \\; CREATE TABLE y (id int);\n",
        "SELECT 1 AS one \\gset\nCREATE TABLE x (id int);\n",
        "CREATE TABLE x (id int) \\g\n",
    ] {
        refused("", &[A, ("002_x.sql", text)], "002_x.sql:1: here: this is a command of psql's own").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_stands_behind_a_copy_on_its_line_is_not_left_out() {
    let text = "CREATE TABLE t (id int);\nCOPY t FROM stdin; CREATE TABLE u (id int); -- both\n1\n\\.\nSELECT 1;\n";
    refused("", &[("001_x.sql", text)], "001_x.sql:2: here: this stands on the line of a COPY").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn copies_that_no_file_can_hold_fail_and_do_not_hang() {
    for text in ["CREATE TABLE t (id int);\nCOPY t FROM stdin", "CREATE TABLE t (id int);\nCOPY t FROM stdin;"] {
        let place = Place::new("", &[("001_x.sql", text)]).await;
        let error = place.fails().await;
        assert!(matches!(error.code, Code::Refused | Code::RolledBack), "{error}");
        assert!(place.tables().await.is_empty() && place.recorded().await.is_empty());
    }
    let text = "CREATE TABLE t (id int);\nCOPY t TO stdout;\nCREATE TABLE u (id int);";
    let place = Place::new("", &[("001_x.sql", text)]).await;
    match place.apply().await {
        Ok(_) => assert_eq!((place.tables().await.len(), place.recorded().await.len()), (2, 1)),
        Err(error) => {
            println!("{error}");
            assert!(place.tables().await.is_empty() && place.recorded().await.is_empty());
        }
    }
}

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
    let permit = guard::permit(&place.deck.environment("here")?, &plan.digest, "here", "here")?;
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
                let permit = guard::permit(&deck.environment("here").unwrap(), &plan.digest, "here", "here").unwrap();
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

#[tokio::test(flavor = "multi_thread")]
async fn files_of_dbmate_that_are_not_whole() {
    let up = |text: &str| format!("-- migrate:up\n{text}\n-- migrate:down\nDROP TABLE x;\n");
    let first = up("CREATE TABLE a (id int);");
    let with_bom = format!("\u{feff}{}", up("CREATE TABLE x (id int);"));
    let place = Place::new("", &[("1_a.sql", &first), ("2_x.sql", &with_bom)]).await;
    match place.apply().await {
        Ok(_) => assert!(place.tables().await.contains(&"x".to_owned()), "recorded without having run"),
        Err(error) => assert_eq!(error.code, Code::Refused, "{error}"),
    }
    let twice = "-- migrate:up\nCREATE TABLE x (id int);\n-- migrate:up\nCREATE TABLE y (id int);\n";
    let before = "CREATE TABLE x (id int);\n-- migrate:up\nCREATE TABLE y (id int);\n";
    for text in ["CREATE TABLE x (id int);\n", twice, before] {
        refused("", &[("1_a.sql", &first), ("2_x.sql", text)], "migrate:up").await;
    }
}

/// A failure keeps everything from running, also where its file is gone.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_on_record_without_a_file() {
    let golang = format!("{GOLANG} INSERT INTO schema_migrations VALUES (1, true);");
    refused(&golang, &[("2_b.up.sql", "CREATE TABLE b (id int);")], "dirty").await;
    let nil = format!("{GOLANG} INSERT INTO schema_migrations VALUES (-1, true);");
    refused(&nil, &[("2_b.up.sql", "CREATE TABLE b (id int);")], "dirty").await;
    let flyway = format!(
        "{FLYWAY} INSERT INTO flyway_schema_history VALUES (1, '1', 'a', 'SQL', 'V1__a.sql', 1, 'x', now(), 1, false);"
    );
    refused(&flyway, &[("V2__b.sql", "CREATE TABLE b (id int);")], "failed").await;
}

/// The server ends a string where pgdeck does not, and sees a COMMIT: the record is not in the file's transaction.
#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_only_the_server_sees() {
    let hidden =
        "CREATE TABLE x (id int);\nSET standard_conforming_strings = off;\nSELECT 'a\\''; COMMIT; --';\nSELECT 1/0;";
    let routine =
        "CREATE FUNCTION begin() RETURNS int LANGUAGE sql AS 'SELECT 1'; COMMIT; CREATE TABLE y (id int); END;";
    for text in [hidden, routine] {
        for dry_run in [true, false] {
            let place = Place::new("", &[("001_x.sql", text)]).await;
            let Ok(plan) = place.plan().await else { continue };
            let error = place.run(&plan, dry_run).await.expect_err("it left the transaction");
            assert!(error.message.contains("(not recorded; a part of it stays"), "{error}");
            assert!(place.recorded().await.is_empty());
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_open_cursor_on_a_temporary_table_is_no_failure() {
    let text = "CREATE TEMP TABLE s AS SELECT 1 AS id;\nDECLARE c CURSOR FOR SELECT * FROM s;\nFETCH c;\n";
    let place = Place::new("", &[("001_x.sql", text)]).await;
    place.apply().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_that_may_make_tables_and_no_schemas() {
    let sql = "CREATE ROLE app LOGIN; GRANT CREATE ON SCHEMA public TO app;";
    let mut place = Place::new(sql, &[("1_a.up.sql", A.1)]).await;
    place.deck = place.deck_as("app", true);
    place.apply().await.unwrap();
    assert_eq!(place.tables().await, ["a", "schema_migrations"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_begins_with_a_way_back_of_another_tool() {
    for mark in ["-- Down Migration", "-- down", "---- create above / drop below ----", "-- !Downs", "-- @UNDO"] {
        let text = format!("CREATE TABLE b (id int);\n{mark}\nDROP TABLE a;\n");
        refused("", &[A, ("002_b.sql", &text)], "the way back").await;
    }
    // Words about it are none.
    let text = "-- Down below we count.\nCREATE TABLE b (id int);\n-- down the road\n";
    Place::new("", &[A, ("002_b.sql", text)]).await.apply().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn placeholders_that_flyway_would_fill() {
    let text = "CREATE TABLE x (id int);\nINSERT INTO x SELECT 1 WHERE '${stage}' <> 'production';\n";
    refused(FLYWAY, &[("V1__x.sql", text)], "V1__x.sql:2").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_null_byte_is_told_as_what_it_is() {
    let place = Place::new("", &[("001_x.sql", "CREATE TABLE x (id int);\nSELECT 'a\0b';")]).await;
    let error = place.fails().await;
    assert!(!error.to_string().contains("connection was lost"), "{error}");
    assert!(place.tables().await.is_empty());
}

/// A new value of an enum type that the file itself uses fails in the run, too.
#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_fails_where_the_same_file_is_in_its_own_way() {
    let text = "ALTER TYPE mood ADD VALUE 'b';\nCREATE TABLE m (m mood DEFAULT 'b');\nINSERT INTO m DEFAULT VALUES;";
    let place = Place::new("CREATE TYPE mood AS ENUM ('a');", &[("001_x.sql", text)]).await;
    let plan = place.plan().await.unwrap();
    let tried = place.run(&plan, true).await;
    let ran = place.run(&plan, false).await;
    assert_eq!(tried.is_ok(), ran.is_ok(), "{tried:?} {ran:?}");
}

/// A run that was cut off while a file ran outside of a transaction: the next one does not run it again unseen.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_cut_off_outside_of_a_transaction_is_not_run_again_unseen() {
    let text = "-- no transaction\nINSERT INTO t VALUES (1);\nSELECT pg_advisory_lock(1);";
    let place = Place::new("CREATE TABLE t (id int);", &[("001_x.sql", text)]).await;
    let plan = place.plan().await.unwrap();
    place.client.batch_execute("SELECT pg_advisory_lock(1)").await.unwrap();
    let (deck, planned) = (Arc::clone(&place.deck), plan.clone());
    let running = tokio::spawn(async move {
        let permit = guard::permit(&deck.environment("here").unwrap(), &planned.digest, "here", "here").unwrap();
        apply::apply(&deck, &Job::quiet(), &planned, &permit, false).await
    });
    while place.rows("SELECT count(*) FROM t").await != ["1"] {
        tokio::task::yield_now().await;
    }
    running.abort();
    assert!(running.await.unwrap_err().is_cancelled());
    let refused = place.plan().await.expect_err("cut off");
    assert!(refused.code == Code::Refused && refused.message.contains("was cut off"), "{refused}");
    // The server is still at it, and keeps others out.
    assert!(place.run(&plan, false).await.unwrap_err().to_string().contains("another apply is running here"));
    place.client.batch_execute("SELECT pg_advisory_unlock(1)").await.unwrap();
    settle(&place.deck, &Job::quiet()).await.unwrap();
    place.plan().await.expect("the operator has seen it");
    assert_eq!(place.rows("SELECT count(*) FROM t").await, ["1"]);
}

/// A file that records others as applied, as dumps of a schema do: what it recorded does not run.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_records_itself_does_not_run() {
    let insert = "INSERT INTO goose_db_version (version_id, is_applied) VALUES";
    let sql = format!(
        "CREATE TABLE goose_db_version (id int PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, version_id bigint NOT NULL, \
         is_applied boolean NOT NULL, tstamp timestamp NOT NULL DEFAULT now()); {insert} (0, true)"
    );
    let text = format!("CREATE TABLE t (id int);\n{insert} (2, true);");
    let place = Place::new(&sql, &[("00001_all.sql", &text), ("00002_t.sql", "INSERT INTO t VALUES (1);")]).await;
    let error = place.fails().await;
    assert_eq!(error.code, Code::Stale, "{error}");
    assert!(error.message.contains("00001_all.sql before it was applied and stays"), "{error}");
    assert_eq!(place.rows("SELECT count(*) FROM t").await, ["0"]);
    assert!(place.plan().await.unwrap().steps.is_empty());
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

#[tokio::test(flavor = "multi_thread")]
async fn what_a_dump_does_is_done() {
    let sql = "CREATE SCHEMA app; CREATE TABLE app.t (id int PRIMARY KEY, name text); INSERT INTO app.t VALUES (1, E'a\\tb\\\\.');\
               CREATE FUNCTION app.f() RETURNS int LANGUAGE sql BEGIN ATOMIC SELECT 1; SELECT CASE WHEN true THEN 2 END; END;\
               CREATE VIEW app.v AS SELECT * FROM app.t;";
    let from = Place::new(sql, &[]).await;
    let (host, port) = (from.server.host().display().to_string(), from.server.port().to_string());
    let dump = std::process::Command::new("/usr/lib/postgresql/15/bin/pg_dump")
        .args(["-h", &host, "-p", &port, "-U", "postgres", "here"])
        .output()
        .unwrap();
    let text = String::from_utf8(dump.stdout).unwrap();
    assert!(text.contains("COPY app.t"), "{}", String::from_utf8_lossy(&dump.stderr));
    println!("restrict: {}", text.contains("\\restrict"));
    let text: String =
        text.lines().filter(|line| !line.contains("restrict ")).map(|line| format!("{line}\n")).collect();
    let place = Place::new("", &[("001_dump.sql", &text), ("002_b.sql", "CREATE TABLE b (id int);")]).await;
    place.apply().await.unwrap();
    assert_eq!(place.rows("SELECT name = E'a\\tb\\\\.', app.f() FROM app.v").await, ["t|2"]);
    assert_eq!(place.recorded().await, ["001", "002"]);
}

/// Whatever a file does to the history, it is recorded in it or rolled back.
#[tokio::test(flavor = "multi_thread")]
async fn files_that_touch_the_history() {
    const H: &str = "supabase_migrations.schema_migrations";
    for (touch, works) in [
        (format!("DROP TABLE {H};"), false),
        ("DROP SCHEMA supabase_migrations CASCADE;".to_owned(), false),
        (format!("ALTER TABLE {H} RENAME TO old;"), false),
        (format!("INSERT INTO {H} (version) VALUES ('002');"), false),
        (format!("INSERT INTO {H} (version) VALUES ('003');"), false),
        (format!("LOCK TABLE {H} IN ACCESS EXCLUSIVE MODE;"), true),
        (format!("ALTER TABLE {H} ENABLE ROW LEVEL SECURITY; ALTER TABLE {H} FORCE ROW LEVEL SECURITY;"), true),
        (format!("ALTER TABLE {H} ALTER version TYPE varchar(2);"), false),
        (
            format!(
                "CREATE TEMP TABLE schema_migrations (version text); SET search_path = pg_temp, supabase_migrations;"
            ),
            true,
        ),
        ("CREATE TEMP TABLE pg_class (x int); CREATE TEMP TABLE pg_namespace (x int);".to_owned(), true),
        ("SET TRANSACTION READ ONLY;".to_owned(), false),
        ("SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY;".to_owned(), true),
        ("SET default_transaction_read_only = on; SET default_transaction_isolation = serializable;".to_owned(), true),
        ("SET client_encoding = 'LATIN1'; SET datestyle = 'German'; SET bytea_output = 'escape';".to_owned(), true),
        ("CREATE ROLE nobody; SET SESSION AUTHORIZATION nobody; SET search_path = '';".to_owned(), true),
        ("SET session_replication_role = replica; SET row_security = off;".to_owned(), true),
        ("LISTEN x; NOTIFY x; SELECT pg_advisory_lock(7); DECLARE c CURSOR WITH HOLD FOR SELECT 1;".to_owned(), true),
        (
            "CREATE TEMP TABLE o (id int) ON COMMIT DROP; CREATE TEMP TABLE p (id int) ON COMMIT DELETE ROWS;"
                .to_owned(),
            true,
        ),
    ] {
        let text = format!("CREATE TABLE public.b (id int);\n{touch}\n");
        let place = Place::new("", &[A]).await;
        place.apply().await.unwrap();
        place.write_all(&[("002_b.sql", &text), ("003_c.sql", "CREATE TABLE c (id int);")]);
        match place.apply().await {
            Ok(_) => {
                assert!(works, "{touch}");
                assert_eq!(place.tables().await, ["a", "b", "c"], "{touch}");
                assert_eq!(place.recorded().await, ["001", "002", "003"], "{touch}");
            }
            Err(error) => {
                println!("{touch}\n   {error}");
                let (tables, recorded) = (place.tables().await, place.recorded().await);
                let same = (tables.contains(&"b".into()), tables.contains(&"c".into()));
                let known = (recorded.contains(&"002".to_owned()), recorded.contains(&"003".to_owned()));
                assert!(same == known || touch.contains("('003')"), "{touch}: {tables:?} {recorded:?}");
                assert!(!works, "{touch}: {error}");
            }
        }
    }
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

/// The role's and the database's own timeouts do not end a migration.
#[tokio::test(flavor = "multi_thread")]
async fn timeouts_of_a_role_do_not_cut_a_migration() {
    let sql = "ALTER ROLE postgres SET statement_timeout = '300ms'; ALTER DATABASE here SET lock_timeout = '1ms'; \
               ALTER ROLE postgres SET idle_in_transaction_session_timeout = '300ms'; ALTER ROLE postgres SET work_mem = '9MB';";
    let text = "SELECT pg_sleep(0.5);\nDO $$ BEGIN ASSERT current_setting('work_mem') = '9MB'; \
                ASSERT current_setting('lock_timeout') = '3s'; END $$;\nRESET ALL;\nSELECT pg_sleep(0.5);\n";
    let place = Place::new(sql, &[("001_x.sql", text)]).await;
    place.apply().await.unwrap();
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

#[tokio::test(flavor = "multi_thread")]
async fn large_and_noisy_files() {
    let big = format!("CREATE TABLE t AS SELECT '{}'::text AS big;\n", "é".repeat(2_500_000));
    let noise = "DO $$ BEGIN FOR i IN 1..50000 LOOP RAISE NOTICE 'line %', i; END LOOP; END $$;\n";
    let wide = format!("SELECT {};\n", vec!["1"; 1600].join(","));
    let deep = "DO $a$ BEGIN EXECUTE $b$ DO $c$ BEGIN PERFORM $d$; COMMIT; $d$; END $c$ $b$; END $a$;\n\
                CREATE SCHEMA s CREATE TABLE one (id int) CREATE VIEW two AS SELECT * FROM one;\n\
                CREATE FUNCTION s.f() RETURNS int LANGUAGE sql BEGIN ATOMIC; SELECT 1; END;\n/* COMMIT; /* */ COMMIT; */ -- ; COMMIT;\n";
    let bom = format!(
        "\u{feff}-- no byte\r\nCREATE TABLE u (id int);\r\nCOPY u FROM stdin;\r\n1\r\n2\r\n\\.\r\nSELECT 1;\r\n"
    );
    let files = [
        ("001_big.sql", big.as_str()),
        ("002_noise.sql", noise),
        ("003_wide.sql", &wide),
        ("004_deep.sql", deep),
        ("005_bom.sql", &bom),
        ("006_empty.sql", ""),
        ("007_comment.sql", "-- nothing\n/* at all */\n"),
    ];
    let place = Place::new("", &files).await;
    place.apply().await.unwrap();
    assert_eq!(place.rows("SELECT length(big), (SELECT sum(id) FROM u) FROM t").await, ["2500000|3"]);
    assert_eq!(place.recorded().await.len(), 7);
    assert!(place.statuses().await.iter().all(|status| status.ends_with("applied")), "{:?}", place.statuses().await);
}

/// A history with a name that would end a string, a name or a command.
#[tokio::test(flavor = "multi_thread")]
async fn a_history_with_a_hostile_name() {
    let table = r#""x"";DROP TABLE a;--{table}"."'$1 \ é""#;
    let sql = format!(
        r#"CREATE SCHEMA "x"";DROP TABLE a;--{{table}}"; CREATE TABLE {table} (version bigint PRIMARY KEY, dirty boolean NOT NULL); CREATE TABLE a();"#
    );
    let place =
        Place::new(&sql, &[("1_a.up.sql", "CREATE TABLE b (id int);"), ("2_a.up.sql", "-- no transaction\nSELECT 1;")])
            .await;
    place.apply().await.unwrap();
    assert_eq!(place.rows(&format!("SELECT * FROM {table}")).await, ["2|f"]);
    assert_eq!(place.tables().await, ["a", "b"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_tools_that_were_taken_back_or_changed() {
    let prisma = "CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, finished_at \
                  timestamptz, migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz \
                  NOT NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0); INSERT INTO _prisma_migrations (id, \
                  checksum, migration_name, rolled_back_at) VALUES ('1', 'x', '20240101000000_a', now())";
    let place =
        Place::new(prisma, &[("20240101000000_a/migration.sql", "CREATE INDEX CONCURRENTLY i ON b (id);")]).await;
    place.client.batch_execute("CREATE TABLE b (id int)").await.unwrap();
    place.apply().await.unwrap();
    let rows =
        "SELECT finished_at IS NULL, rolled_back_at IS NULL, applied_steps_count FROM _prisma_migrations ORDER BY 1, 2";
    assert_eq!(place.rows(rows).await, ["f|t|1", "t|f|0"]);
    let place =
        Place::new(FLYWAY, &[("V1__a.sql", A.1), ("R__v.sql", "CREATE OR REPLACE VIEW v AS SELECT 1 AS a;")]).await;
    place.apply().await.unwrap();
    place.write("R__v.sql", "CREATE OR REPLACE VIEW v AS SELECT 1 AS a, 2 AS b;");
    place.apply().await.unwrap();
    assert!(place.plan().await.unwrap().steps.is_empty());
    assert_eq!(
        place.rows("SELECT installed_rank, version, success FROM flyway_schema_history").await,
        ["1|1|t", "2|NULL|t", "3|NULL|t"]
    );
    let failed = format!("{GOLANG} CREATE TABLE t (id int); INSERT INTO t VALUES (1), (1);");
    let place =
        Place::new(&failed, &[("1_a.up.sql", "CREATE UNIQUE INDEX CONCURRENTLY i ON t (id);"), ("2_b.up.sql", A.1)])
            .await;
    place.fails().await;
    assert_eq!(place.rows("SELECT * FROM schema_migrations").await, ["1|t"]);
    assert_eq!(place.fails().await.code, Code::Refused);
}
