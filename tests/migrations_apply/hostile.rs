//! Files, histories and servers that mean no good: nothing runs twice, half or unrecorded without being told.

mod history;
mod outside;
mod path;

use pgdeck::core::error::Code;

use crate::support::Place;

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

/// What `pg_dump` writes: no `search_path`, rows by COPY, a body that begins atomically.
#[tokio::test(flavor = "multi_thread")]
async fn what_a_dump_does_is_done() {
    let text = "SET statement_timeout = 0;\nSET lock_timeout = 0;\nSET idle_in_transaction_session_timeout = 0;\n\
                SET client_encoding = 'UTF8';\nSET standard_conforming_strings = on;\n\
                SELECT pg_catalog.set_config('search_path', '', false);\nSET check_function_bodies = false;\n\
                SET row_security = off;\nCREATE SCHEMA app;\nALTER SCHEMA app OWNER TO postgres;\n\
                CREATE FUNCTION app.f() RETURNS integer\n    LANGUAGE sql\n    BEGIN ATOMIC\n SELECT 1;\n SELECT\n        \
                CASE\n            WHEN true THEN 2\n            ELSE NULL::integer\n        END AS \"case\";\nEND;\n\
                SET default_tablespace = '';\nSET default_table_access_method = heap;\n\
                CREATE TABLE app.t (\n    id integer NOT NULL,\n    name text\n);\n\
                --\n-- Data for Name: t; Type: TABLE DATA; Schema: app; Owner: postgres\n--\n\n\
                COPY app.t (id, name) FROM stdin;\n1\ta\\tb\\\\.\n2\t\\N\n\\.\n\n\n\
                ALTER TABLE ONLY app.t\n    ADD CONSTRAINT t_pkey PRIMARY KEY (id);\n";
    let place = Place::new("", &[("001_dump.sql", text), ("002_b.sql", "CREATE TABLE b (id int);")]).await;
    place.apply().await.unwrap();
    assert_eq!(place.rows("SELECT name = E'a\\tb\\\\.', app.f() FROM app.t ORDER BY id").await, ["t|2", "NULL|2"]);
    assert_eq!(place.recorded().await, ["001", "002"]);
    // Newer programs begin and end with commands of psql's own.
    refused("", &[("001_dump.sql", &format!("\\restrict abc\n{text}"))], "001_dump.sql:1").await;
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

#[tokio::test(flavor = "multi_thread")]
async fn large_and_noisy_files() {
    let big = format!("CREATE TABLE t AS SELECT '{}'::text AS big;\n", "é".repeat(2_500_000));
    let noise = "DO $$ BEGIN FOR i IN 1..50000 LOOP RAISE NOTICE 'line %', i; END LOOP; END $$;\n";
    let wide = format!("SELECT {};\n", vec!["1"; 1600].join(","));
    let deep = "DO $a$ BEGIN EXECUTE $b$ DO $c$ BEGIN PERFORM $d$; COMMIT; $d$; END $c$ $b$; END $a$;\n\
                CREATE SCHEMA s CREATE TABLE one (id int) CREATE VIEW two AS SELECT * FROM one;\n\
                CREATE FUNCTION s.f() RETURNS int LANGUAGE sql BEGIN ATOMIC; SELECT 1; END;\n/* COMMIT; /* */ COMMIT; */ -- ; COMMIT;\n";
    let bom = "\u{feff}-- no byte\r\nCREATE TABLE u (id int);\r\nCOPY u FROM stdin;\r\n1\r\n2\r\n\\.\r\nSELECT 1;\r\n";
    let files = [
        ("001_big.sql", big.as_str()),
        ("002_noise.sql", noise),
        ("003_wide.sql", &wide),
        ("004_deep.sql", deep),
        ("005_bom.sql", bom),
        ("006_empty.sql", ""),
        ("007_comment.sql", "-- nothing\n/* at all */\n"),
    ];
    let place = Place::new("", &files).await;
    place.apply().await.unwrap();
    assert_eq!(place.rows("SELECT length(big), (SELECT sum(id) FROM u) FROM t").await, ["2500000|3"]);
    assert_eq!(place.recorded().await.len(), 7);
    assert!(place.statuses().await.iter().all(|status| status.ends_with("applied")), "{:?}", place.statuses().await);
}

/// Nothing that a dry run tried is said to stay.
#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_that_fails_keeps_nothing_and_says_so() {
    let place = Place::new("", &[A, ("002_b.sql", "SELECT 1/0;")]).await;
    let plan = place.plan().await.unwrap();
    let error = place.run(&plan, true).await.expect_err("the second fails");
    assert!(error.message.ends_with("(rolled back)"), "{error}");
    assert!(place.tables().await.is_empty());
}
