//! Tables that do not look alike on both sides, or are no plain tables at all.

use crate::support::{Pair, counts, row, server, set, show, table};

#[tokio::test]
async fn generated_columns() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, n int, twice int GENERATED ALWAYS AS (n * 2) STORED)";
    let pair = Pair::new(
        &set(r#"{ table = "t" }"#),
        schema,
        "INSERT INTO t VALUES ('a', 1), ('b', 2)",
        "INSERT INTO t VALUES ('a', 5)",
    )
    .await;
    let before = pair.target.dump().await;
    let applied = pair.sync().await;
    assert_eq!(pair.target.rows("SELECT * FROM t ORDER BY 1").await, ["a|1|2", "b|2|4"]);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn column_order_differs() {
    let source = "CREATE TABLE t (k text PRIMARY KEY, a text, b text); INSERT INTO t VALUES ('same', 'x', 'y'), ('new', '1', '2')";
    let target = "CREATE TABLE t (b text, k text PRIMARY KEY, a text); INSERT INTO t VALUES ('y', 'same', 'x')";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), "", source, target).await;
    assert_eq!(counts(table(&pair.review().await, "public.t")), [1, 0, 0, 0, 0, 1]);
    pair.sync().await;
    assert_eq!(pair.target.rows("SELECT k, a, b FROM t ORDER BY 1").await, ["new|1|2", "same|x|y"]);
}

#[tokio::test]
async fn column_on_one_side_only() {
    let source = "CREATE TABLE t (k text PRIMARY KEY, v text, here text); INSERT INTO t VALUES ('both', 'new', 'h'), ('new', 'n', 'h')";
    let target = "CREATE TABLE t (k text PRIMARY KEY, v text, there text DEFAULT 'd'); INSERT INTO t VALUES ('both', 'old', 'kept')";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), "", source, target).await;
    let warnings = table(&pair.review().await, "public.t").warnings.join("; ");
    assert!(
        warnings.contains("`here` is not in the target") && warnings.contains("`there` is not in the source"),
        "{warnings}"
    );
    pair.sync().await;
    assert_eq!(pair.target.rows("SELECT * FROM t ORDER BY 1").await, ["both|new|kept", "new|n|d"]);
}

#[tokio::test]
async fn partitioned_and_inherited_tables() {
    let schema = "CREATE TABLE p (k text, n int, v text, PRIMARY KEY (k, n)) PARTITION BY RANGE (n);
        CREATE TABLE p1 PARTITION OF p FOR VALUES FROM (0) TO (10); CREATE TABLE p2 PARTITION OF p FOR VALUES FROM (10) TO (20);
        CREATE TABLE parent (k text PRIMARY KEY, v text); CREATE TABLE heir (PRIMARY KEY (k)) INHERITS (parent)";
    let sets = set(r#"{ table = "p" }, { table = "parent" }"#);
    let source = "INSERT INTO p VALUES ('a', 1, 'new'), ('b', 11, 'new'); INSERT INTO parent VALUES ('k', 'new'); INSERT INTO heir VALUES ('h', 'source')";
    let target = "INSERT INTO p VALUES ('b', 11, 'old'); INSERT INTO parent VALUES ('k', 'old'); INSERT INTO heir VALUES ('h', 'target')";
    let pair = Pair::new(&sets, schema, source, target).await;
    let before = pair.target.dump().await;
    let applied = pair.sync().await;
    assert_eq!(pair.target.rows("SELECT tableoid::regclass, k, v FROM p ORDER BY k").await, ["p1|a|new", "p2|b|new"]);
    assert_eq!(
        pair.target.rows("SELECT tableoid::regclass, * FROM parent ORDER BY k").await,
        ["heir|h|target", "parent|k|new"]
    );
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn views_and_foreign_tables() {
    let schema = "DROP FOREIGN DATA WRAPPER IF EXISTS nothing CASCADE;
        CREATE TABLE t (k text PRIMARY KEY); CREATE VIEW v AS SELECT * FROM t; CREATE MATERIALIZED VIEW m AS SELECT * FROM t;
        CREATE FOREIGN DATA WRAPPER nothing; CREATE SERVER far FOREIGN DATA WRAPPER nothing;
        CREATE FOREIGN TABLE f (k text) SERVER far";
    for name in ["v", "m", "f"] {
        let pair = Pair::new(&set(&format!("{{ table = \"{name}\", key = [\"k\"] }}")), schema, "", "").await;
        let error = pair.try_review(false).await.unwrap_err().to_string();
        assert!(error.contains("only tables can be synced") && error.contains(&format!("public.{name}")), "{error}");
    }
}

#[tokio::test]
async fn zero_column_table() {
    let schema = "CREATE TABLE nothing (); CREATE TABLE t (k text PRIMARY KEY)";
    let pair = Pair::new(&set(r#"{ table = "nothing" }"#), schema, "INSERT INTO nothing DEFAULT VALUES", "").await;
    let error = pair.try_review(false).await.unwrap_err().to_string();
    assert!(error.contains("no primary key") && error.contains("public.nothing"), "{error}");
}

#[tokio::test]
async fn mixed_case_and_quoted_names() {
    let schema = r#"CREATE SCHEMA "My Schema"; CREATE TABLE "My Schema"."Select" ("Key" text PRIMARY KEY, "from" text, "a""b" text)"#;
    let row = |value: &str| format!(r#"INSERT INTO "My Schema"."Select" VALUES ('k', '{value}', '{value}')"#);
    let pair = Pair::new(&set("{ table = 'My Schema.Select' }"), schema, &row("new"), &row("old")).await;
    pair.sync().await;
    assert_eq!(pair.target.rows(r#"SELECT * FROM "My Schema"."Select""#).await, ["k|new|new"]);
}

#[tokio::test]
async fn names_with_dots_quotes_newlines_and_emoji() {
    let schema = "CREATE TABLE \"a.b\" (\"k\n🦊\" text PRIMARY KEY, \"it's \"\"x\"\" $1\" text)";
    let row = |value: &str| format!("INSERT INTO \"a.b\" VALUES ('k', '{value}')");
    let pair = Pair::new(&set(r#"{ table = 'public."a.b"' }"#), schema, &row("new"), &row("old")).await;
    let before = pair.target.dump().await;
    let applied = pair.sync().await;
    assert_eq!(pair.target.rows("SELECT * FROM \"a.b\"").await, ["k|new"]);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn rls_hidden_rows() {
    let role = "hidden_from";
    let admin = server().url("postgres");
    let (client, connection) = tokio_postgres::connect(&admin, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    client.batch_execute(&format!("CREATE ROLE {role} LOGIN")).await.unwrap();
    let schema = format!(
        "CREATE TABLE t (k text PRIMARY KEY, mine boolean); GRANT ALL ON t TO {role};
         ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY mine ON t TO {role} USING (mine)"
    );
    let rows = "INSERT INTO t VALUES ('seen', true), ('hidden', false)";
    let mut pair = Pair::with_role(role, &set(r#"{ table = "t" }"#), &schema, rows, rows).await;
    let error = pair.try_review(true).await.unwrap_err().to_string();
    assert!(error.contains("row-level security") && error.contains("public.t"), "{error}");
    // A role that no policy binds sees them all.
    pair.deck = pair.deck_of(&set(r#"{ table = "t" }"#));
    let review = pair.review().await;
    assert!(review.is_empty() && table(&review, "public.t").unchanged == 2, "{}", show(&review));
    pair.target.run("DELETE FROM t WHERE k = 'hidden'").await;
    assert!(row(&pair.review().await, "public.t", "hidden").blocked.is_none());
}
