//! Files that run outside of a transaction: statement by statement, and what is there is told.

use pgdeck::core::{error::Code, journal::Outcome};

use crate::support::Place;

#[tokio::test(flavor = "multi_thread")]
async fn what_no_transaction_can_hold_runs_where_the_file_asks_or_is_alone() {
    let files = [
        ("001_t.sql", "CREATE TABLE t (a int, b int);"),
        ("002_alone.sql", "-- An index.\nCREATE INDEX CONCURRENTLY t_a ON t (a);"),
        (
            "003_asks.sql",
            "-- no transaction\nCREATE INDEX CONCURRENTLY t_b ON t (b);\nVACUUM t;\nBEGIN;\nINSERT INTO t VALUES (1, 1);\nCOMMIT;\n",
        ),
        ("004_last.sql", "CREATE TABLE u (id int);"),
    ];
    let place = Place::new("", &files).await;
    place.apply().await.unwrap();
    assert_eq!(
        place.rows("SELECT indexrelid::regclass FROM pg_index WHERE indrelid = 't'::regclass ORDER BY 1").await,
        ["t_a", "t_b"]
    );
    assert_eq!(place.recorded().await, ["001", "002", "003", "004"]);
    assert_eq!(place.journal()[0].last.migrations.as_ref().unwrap().ran.len(), 4);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_says_what_stays_and_records_nothing() {
    let files = [
        ("001_t.sql", "CREATE TABLE t (a int);\nINSERT INTO t VALUES (1), (1);"),
        (
            "002_x.sql",
            "-- no transaction\nCREATE TABLE half (id int);\nCREATE UNIQUE INDEX CONCURRENTLY t_a ON t (a);\nSELECT 1;",
        ),
    ];
    let place = Place::new("", &files).await;
    let error = place.fails().await;
    assert_eq!((error.code, error.place.as_deref()), (Code::Server, Some("002_x.sql:3")));
    assert!(error.message.contains("statement 2 of 3, `CREATE UNIQUE INDEX CONCURRENTLY t_a ON t (a)`"), "{error}");
    assert!(
        error.message.ends_with("(outside of a transaction: 1 of its 3 statements were done and stay; 001_t.sql before it was applied and stays)"),
        "{error}"
    );
    assert_eq!(place.tables().await, ["half", "t"]);
    assert_eq!(place.recorded().await, ["001"]);
    assert_eq!(place.journal()[0].last.outcome, Outcome::Stopped);
}

/// Its own transaction, left open by the failure, is ended before anything else happens.
#[tokio::test(flavor = "multi_thread")]
async fn a_failure_within_its_own_transaction_leaves_none_behind() {
    let flyway = "CREATE TABLE flyway_schema_history (installed_rank int NOT NULL PRIMARY KEY, version varchar(50), \
                  description varchar(200) NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum int, \
                  installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT now(), execution_time int NOT \
                  NULL, success boolean NOT NULL)";
    let files = [("V1__x.sql", "-- no transaction\nBEGIN;\nCREATE TABLE half (id int);\nSELECT 1/0;\nCOMMIT;")];
    let place = Place::new(flyway, &files).await;
    let error = place.fails().await;
    assert!(error.message.contains("division by zero"), "{error}");
    assert_eq!(place.tables().await, ["flyway_schema_history"]);
    let recorded = "SELECT installed_rank, version, description, script, success FROM flyway_schema_history";
    assert_eq!(place.rows(recorded).await, ["1|1|x|V1__x.sql|f"]);
    assert_eq!(place.statuses().await, ["1 failed"]);
    let again = place.fails().await;
    assert_eq!(again.code, Code::Refused, "a failed one has to be looked at first: {again}");
}
