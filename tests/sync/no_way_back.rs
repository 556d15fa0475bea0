//! Rows that the target's server would refuse today, because they are older than the rule: an update of them is blocked
//! where it leaves the value as it is, and what takes the value away cannot be undone, which the review says.

use pgdeck::core::{error::Code, sync::diff::Review};

use crate::support::{Pair, row, set, show};

const NO_UNDO: &str = "the server would refuse to take it back, so this change cannot be undone";

fn notes(review: &Review, key: &str) -> String {
    row(review, "public.t", key).notes.join("; ")
}

fn keyed() -> String {
    set(r#"{ table = "t", key = ["k"] }"#)
}

#[tokio::test]
async fn what_breaks_a_rule_of_today_is_said_before_it_is_lost() {
    let schema = "CREATE TABLE t (id serial PRIMARY KEY, k text UNIQUE NOT NULL, x int, y int)";
    let source = "INSERT INTO t (k, x, y) VALUES ('mended', 5, 1), ('fine', 2, 2), ('left', -5, 2)";
    let target = "INSERT INTO t (id, k, x, y) VALUES (50, 'mended', -5, 1), (51, 'gone', -1, 1), (52, 'fine', 1, 2), (53, 'left', -5, 1);";
    let domain = "CREATE DOMAIN positive AS int;";
    for (before, rule, says, left) in [
        ("", "ALTER TABLE t ADD CONSTRAINT nn CHECK (x > 0) NOT VALID", "fails the CHECK constraint `nn`", true),
        (
            domain,
            "ALTER DOMAIN positive ADD CONSTRAINT nn CHECK (VALUE > 0) NOT VALID",
            "its type public.positive does not accept",
            false,
        ),
        (
            "CREATE FUNCTION ok(int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT true'; ",
            "ALTER TABLE t ADD CONSTRAINT nn CHECK (ok(x)); CREATE OR REPLACE FUNCTION ok(int) RETURNS bool IMMUTABLE LANGUAGE sql AS 'SELECT $1 > 0'",
            "fails the CHECK constraint `nn`",
            true,
        ),
    ] {
        let schema = schema.replace("x int", if before == domain { "x positive" } else { "x int" });
        let pair = Pair::new(&keyed(), &format!("{before}{schema}"), source, &format!("{target}{rule}")).await;
        let review = pair.review_deletes().await;
        for key in ["mended", "gone"] {
            let said = notes(&review, key);
            assert!(said.contains(says) && said.contains(NO_UNDO), "{rule}: {said}");
        }
        assert_eq!(notes(&review, "fine"), "", "{rule}");
        assert_eq!(row(&review, "public.t", "left").blocked.is_some(), left, "{rule}: {}", show(&review));
        // The rest goes, and the undo says no.
        let run = pair.apply(&pair.all(&review)).await.unwrap().run.unwrap();
        let error = pair.undo(&run).await.unwrap_err();
        assert_eq!(error.code, Code::RolledBack, "{rule}: {error}");
    }
}

#[tokio::test]
async fn a_check_of_what_the_server_computes() {
    let schema = "CREATE TABLE t (id serial PRIMARY KEY, k text UNIQUE NOT NULL, x int, \"Twice\" int GENERATED ALWAYS AS (x * 2) STORED)";
    let target = "INSERT INTO t (k, x) VALUES ('both', 1); ALTER TABLE t ADD CONSTRAINT small CHECK (\"Twice\" < 100)";
    let source = "INSERT INTO t (k, x) VALUES ('both', 500), ('much', 50), ('fits', 49)";
    let pair = Pair::new(&keyed(), schema, source, target).await;
    let review = pair.review().await;
    let blocked = |key: &str| row(&review, "public.t", key).blocked.clone().unwrap_or_default();
    assert!(blocked("both").contains("CHECK constraint `small`"), "{}", show(&review));
    assert!(blocked("much").contains("CHECK constraint `small`"), "{}", show(&review));
    let done = pair.apply(&pair.all(&review)).await.unwrap();
    assert_eq!(pair.target.rows("SELECT k, x FROM t ORDER BY k").await, ["both|1", "fits|49"]);
    pair.undo(&done.run.unwrap()).await.unwrap();
}
