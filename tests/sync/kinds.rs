//! What was a table when it was looked at and is a view when it is read is not read: the view's functions would run with
//! the reader's privileges.

use pgdeck::core::error::Code;
use tokio_postgres::Client;

use crate::support::{Pair, rows, set};

const TABLES: &str = r#"{ table = "parents", key = ["k"] }, { table = "t", key = ["k"] }"#;
const SCHEMA: &str = "CREATE TABLE parents (k text PRIMARY KEY); CREATE TABLE t (k text PRIMARY KEY, p text REFERENCES parents);
    CREATE FUNCTION ran() RETURNS text LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'the code of the view ran'; END $$;";
const ROWS: &str = "INSERT INTO parents VALUES ('p'); INSERT INTO t VALUES ('a', 'p')";

/// In an open transaction, a view stands where `table` was.
async fn replaces(owner: &Client, table: &str) {
    let columns = if table == "t" { "k, public.ran() AS p" } else { "public.ran() AS k" };
    let sql = format!("BEGIN; ALTER TABLE {table} RENAME TO kept; CREATE VIEW {table} AS SELECT {columns} FROM kept");
    owner.batch_execute(&sql).await.unwrap();
}

/// Ends the transaction as soon as somebody waits for its locks.
async fn once_waited_for(owner: &Client) {
    let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
    while rows(owner, waits).await == ["0"] {
        tokio::task::yield_now().await;
    }
    owner.batch_execute("COMMIT").await.unwrap();
}

#[tokio::test]
async fn a_view_in_the_place_of_a_table_is_not_read() {
    for table in ["t", "parents"] {
        for digests in [false, true] {
            let pair = Pair::new(&set(TABLES), SCHEMA, ROWS, ROWS).await;
            let owner = pair.source.connect().await;
            replaces(&owner, table).await;
            let read =
                async { if digests { pair.try_review(false).await.map(drop) } else { pair.export().await.map(drop) } };
            let (read, ()) = tokio::join!(read, once_waited_for(&owner));
            let error = read.expect_err(table);
            assert_eq!(error.code, Code::Stale, "{error}");
            assert!(error.to_string().contains("was replaced while it was to be read"), "{error}");
        }
    }
}

#[tokio::test]
async fn another_table_of_the_same_name_is_not_read_either() {
    let pair = Pair::new(&set(TABLES), SCHEMA, ROWS, ROWS).await;
    let owner = pair.source.connect().await;
    owner.batch_execute("BEGIN; ALTER TABLE t RENAME TO kept; CREATE TABLE t (LIKE kept INCLUDING ALL)").await.unwrap();
    let (read, ()) = tokio::join!(pair.export(), once_waited_for(&owner));
    assert_eq!(read.map(drop).expect_err("another").code, Code::Stale);
    assert_eq!(pair.export().await.unwrap().rows(), 1, "what is there now can be read");
}
