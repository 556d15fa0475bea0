//! Rows that point to each other in a circle: inserted, deleted and taken back, with ids that the target makes and
//! with ids that are kept, with foreign keys that may be NULL and with such that may not.

use std::fmt::Write as _;

use pgdeck::core::sync::script::script;

use crate::support::{Pair, set};

/// A kind of surrogate id: how it is declared, and how it refers.
const IDS: [(&str, &str); 3] = [
    ("int GENERATED ALWAYS AS IDENTITY PRIMARY KEY", "int"),
    ("serial PRIMARY KEY", "int"),
    ("uuid PRIMARY KEY DEFAULT gen_random_uuid()", "uuid"),
];

const ACTIONS: [&str; 4] = ["", "ON DELETE RESTRICT", "ON DELETE CASCADE", "ON DELETE SET NULL"];

/// `names.len()` tables that point to each other all the way round, and a row in each that belongs to the others.
async fn round(names: &[&str], null: bool) {
    for (number, (id, of)) in IDS.into_iter().enumerate() {
        for ids in ["keep", "target"] {
            let action = ACTIONS[number + usize::from(ids == "keep")];
            let action = if null || !action.contains("NULL") { action } else { "" };
            circle_of(names, id, of, ids, if null { "" } else { "NOT NULL" }, action).await;
        }
    }
}

async fn circle_of(names: &[&str], id: &str, of: &str, ids: &str, null: &str, action: &str) {
    let next = |at: usize| names[(at + 1) % names.len()];
    let mut schema = String::new();
    for name in names {
        let _ = write!(schema, "CREATE TABLE {name} (id {id}, k text NOT NULL UNIQUE, v text, next_id {of} {null});");
    }
    for (at, name) in names.iter().enumerate() {
        let to = next(at);
        let _ = write!(schema, "ALTER TABLE {name} ADD FOREIGN KEY (next_id) REFERENCES {to} (id) {action};");
    }
    // One circle that only this side has; keys as given, ids made here.
    let fill = |key: &str, shift: usize| {
        let mut out = "SET session_replication_role = replica;".to_owned();
        for name in names {
            for skipped in 0..shift {
                let _ = write!(out, "INSERT INTO {name} (k, next_id) VALUES ('{skipped}', {});", zero(of));
            }
            let _ = write!(out, "INSERT INTO {name} (k, v, next_id) VALUES ('{key}', '{name}', {});", zero(of));
            let _ = write!(out, "DELETE FROM {name} WHERE k <> '{key}';");
        }
        for (at, name) in names.iter().enumerate() {
            let _ = write!(out, "UPDATE {name} SET next_id = (SELECT id FROM {});", next(at));
        }
        out.push_str("SET session_replication_role = origin;");
        out
    };
    let tables: Vec<_> =
        names.iter().map(|name| format!("{{ table = \"{name}\", key = [\"k\"], ids = \"{ids}\" }}")).collect();
    let pair = Pair::new(&set(&tables.join(", ")), &schema, &fill("new", 3), &fill("old", 1)).await;
    let before = pair.target.dump().await;
    let plan = pair.all(&pair.review_deletes().await);
    assert_eq!((plan.tally().insert, plan.tally().delete), (names.len(), names.len()));

    let applied = pair.sync_deletes().await;
    for (at, name) in names.iter().enumerate() {
        let sql = format!(
            "SELECT a.k, a.v, b.k, (SELECT count(*) FROM {name}) FROM {name} a JOIN {} b ON b.id = a.next_id",
            next(at)
        );
        assert_eq!(pair.target.one(&sql).await, format!("new|{name}|new|1"), "{id} {ids} {null} {action}");
    }
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before, "{id} {ids} {null} {action}");

    let script = script(&plan).unwrap();
    pair.target.script(&script).await.unwrap_or_else(|error| panic!("{error}\n{script}"));
    let after = pair.target.dump().await;
    assert_ne!(after, before);
    pair.target.script(&script).await.unwrap_or_else(|error| panic!("again: {error}\n{script}"));
    assert_eq!(pair.target.dump().await, after, "{script}");
}

fn zero(of: &str) -> &'static str {
    if of == "uuid" { "'00000000-0000-0000-0000-000000000000'" } else { "0" }
}

#[tokio::test]
async fn self_fk() {
    round(&["t"], true).await;
    round(&["t"], false).await;
}

#[tokio::test]
async fn two_table_cycle_nullable() {
    round(&["a", "b"], true).await;
}

#[tokio::test]
async fn two_table_cycle_not_null() {
    round(&["a", "b"], false).await;
}

#[tokio::test]
async fn three_table_cycle_nullable() {
    round(&["a", "b", "c"], true).await;
}

#[tokio::test]
async fn three_table_cycle_not_null() {
    round(&["a", "b", "c"], false).await;
}

#[tokio::test]
async fn a_circle_leaves_what_it_hangs_on_and_what_hangs_on_it_in_their_places() {
    let schema = "CREATE TABLE root (id serial PRIMARY KEY, k text UNIQUE);
        CREATE TABLE a (id serial PRIMARY KEY, k text UNIQUE, root_id int NOT NULL REFERENCES root, b_id int NOT NULL);
        CREATE TABLE b (id serial PRIMARY KEY, k text UNIQUE, a_id int NOT NULL REFERENCES a);
        ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b;
        CREATE TABLE leaf (k text PRIMARY KEY, b_id int NOT NULL REFERENCES b)";
    let fill = |key: &str| {
        format!(
            "SET session_replication_role = replica; INSERT INTO root (k) VALUES ('{key}');
             INSERT INTO a (k, root_id, b_id) VALUES ('{key}', 1, 1); INSERT INTO b (k, a_id) VALUES ('{key}', 1);
             INSERT INTO leaf VALUES ('{key}', 1)"
        )
    };
    let tables = ["leaf", "a", "b", "root"].map(|name| format!("{{ table = \"{name}\", key = [\"k\"] }}")).join(", ");
    let pair = Pair::new(&set(&tables), schema, &fill("new"), &fill("old")).await;
    let before = pair.target.dump().await;
    let applied = pair.sync_deletes().await;
    let sql =
        "SELECT leaf.k, b.k, a.k, root.k, (SELECT k FROM b WHERE id = a.b_id) FROM leaf JOIN b ON b.id = leaf.b_id
        JOIN a ON a.id = b.a_id JOIN root ON root.id = a.root_id";
    assert_eq!(pair.target.rows(sql).await, ["new|new|new|new|new"]);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn a_circle_that_something_else_points_to_stays() {
    let schema = "CREATE TABLE t (id serial PRIMARY KEY, k text UNIQUE, t_id int REFERENCES t ON DELETE CASCADE);
        CREATE TABLE other (t_id int REFERENCES t ON DELETE CASCADE)";
    let target = "INSERT INTO t (k) VALUES ('a'), ('b'); UPDATE t SET t_id = 3 - id; INSERT INTO other VALUES (1)";
    let pair = Pair::new(&set(r#"{ table = "t", key = ["k"] }"#), schema, "", target).await;
    let review = pair.review_deletes().await;
    assert!(review.tables[0].rows.iter().all(|row| row.blocked.is_some()));
    // It begins to point there after the review.
    let before = "DELETE FROM other";
    pair.target.run(before).await;
    let plan = pair.all(&pair.review_deletes().await);
    pair.target.run("INSERT INTO other VALUES (2)").await;
    let error = pair.refused(&plan).await;
    assert!(error.to_string().contains("public.t"), "{error}");
}

#[tokio::test]
async fn a_circle_goes_whole_or_not_at_all() {
    let schema = "CREATE TABLE a (id serial PRIMARY KEY, k text UNIQUE, b_id int);
        CREATE TABLE b (id serial PRIMARY KEY, k text UNIQUE, a_id int REFERENCES a ON DELETE CASCADE);
        ALTER TABLE a ADD FOREIGN KEY (b_id) REFERENCES b ON DELETE CASCADE";
    let target = "INSERT INTO a (k) VALUES ('old'); INSERT INTO b (k, a_id) VALUES ('old', 1); UPDATE a SET b_id = 1";
    let pair =
        Pair::new(&set(r#"{ table = "a", key = ["k"] }, { table = "b", key = ["k"] }"#), schema, "", target).await;
    let plan = pair.all(&pair.review_deletes().await);
    assert_eq!(plan.tally().delete, 2);
    // A cascade through the circle would take it along unseen.
    pair.target.run("INSERT INTO b (k, a_id) VALUES ('since', 1)").await;
    let before = pair.target.dump().await;
    assert_eq!(pair.refused(&plan).await.code, pgdeck::core::error::Code::Stale);
    let script = script(&plan).unwrap();
    assert!(pair.target.script(&script).await.is_err(), "{script}");
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn sequences_that_count_down_follow_and_unused_ones_stay() {
    let schema =
        "CREATE SEQUENCE down INCREMENT -1; CREATE TABLE t (id int PRIMARY KEY DEFAULT nextval('down'), k text UNIQUE);
        ALTER SEQUENCE down OWNED BY t.id; CREATE SEQUENCE late START 100;
        CREATE TABLE u (id int PRIMARY KEY DEFAULT nextval('late'), k text UNIQUE); ALTER SEQUENCE late OWNED BY u.id";
    let sets = set(r#"{ table = "t", key = ["k"], ids = "keep" }, { table = "u", key = ["k"], ids = "keep" }"#);
    let pair = Pair::new(&sets, schema, "INSERT INTO t VALUES (-7, 'x'); INSERT INTO u VALUES (5, 'x')", "").await;
    pair.sync().await;
    pair.target.run("INSERT INTO t (k) VALUES ('next'); INSERT INTO u (k) VALUES ('next')").await;
    assert_eq!(
        pair.target.rows("SELECT id, k FROM t UNION ALL SELECT id, k FROM u ORDER BY 1").await,
        ["-8|next", "-7|x", "5|x", "100|next"]
    );
}
