//! What identifies a row, and what only looks as if it did.

use pgdeck::core::sync::diff::Change;

use crate::support::{Pair, counts, row, set, show, table};

#[tokio::test]
async fn two_rows_with_one_key() {
    let schema = "CREATE TABLE t (id int PRIMARY KEY, k text, v text)";
    let sets = set(r#"{ table = "t", key = ["k"] }"#);
    let (one, two) = ("INSERT INTO t VALUES (1, 'k', 'a')", "INSERT INTO t VALUES (1, 'k', 'b'), (2, 'k', 'b')");
    for (source, target) in [(two, one), (one, two), (two, two)] {
        let pair = Pair::new(&sets, schema, source, target).await;
        let review = pair.review().await;
        let why = row(&review, "public.t", "k").blocked.clone().unwrap_or_else(|| panic!("{}", show(&review)));
        assert!(why.contains("not unique"), "{why}");
        assert!(pair.all(&review).steps.is_empty());
    }
}

#[tokio::test]
async fn null_keys() {
    let schema = "CREATE TABLE t (id serial PRIMARY KEY, a text, b text, v text, UNIQUE (a, b));
        CREATE TABLE c (k text PRIMARY KEY, t_id int REFERENCES t)";
    let sets = set(r#"{ table = "t", key = ["a", "b"] }, { table = "c" }"#);
    let source = "INSERT INTO t (a, b, v) VALUES ('x', NULL, 'new'), (NULL, NULL, 'n'); INSERT INTO c VALUES ('c', 1)";
    let target = "INSERT INTO t (a, b, v) VALUES ('filler', '', ''), ('x', NULL, 'old')";
    let pair = Pair::new(&sets, schema, source, target).await;
    pair.sync().await;
    let sql = "SELECT t.a, t.b, t.v FROM t LEFT JOIN c ON c.t_id = t.id ORDER BY c.k, t.a";
    assert_eq!(pair.target.rows(sql).await, ["x|∅|new", "filler||", "∅|∅|n"]);
    // Twice the same NULL is not unique.
    pair.target.run("INSERT INTO t (a, b, v) VALUES ('x', NULL, 'twin')").await;
    assert!(row(&pair.review().await, "public.t", "x · NULL").blocked.is_some());
    // A child of a parent that has no key cannot say whose child it is.
    pair.source.run("UPDATE c SET t_id = 2").await;
    let why = row(&pair.review().await, "public.c", "c").blocked.clone();
    assert_eq!(why.as_deref(), Some("its `t_id` leads to no row of t that has a key"));
}

#[tokio::test]
async fn natural_keys_through_two_parents() {
    let schema = "CREATE TABLE a (id serial PRIMARY KEY, k text UNIQUE); CREATE TABLE b (id serial PRIMARY KEY, k text UNIQUE);
        CREATE TABLE ab (id serial PRIMARY KEY, a_id int NOT NULL REFERENCES a, b_id int NOT NULL REFERENCES b, v text, UNIQUE (a_id, b_id));
        CREATE TABLE deep (k text, ab_id int REFERENCES ab, PRIMARY KEY (k, ab_id))";
    let sets = set(
        r#"{ table = "deep", key = ["ab_id", "k"] }, { table = "ab", key = ["a_id", "b_id"] }, { table = "a", key = ["k"] }, { table = "b", key = ["k"] }"#,
    );
    let source = "INSERT INTO a (k) VALUES ('a1'), ('a2'); INSERT INTO b (k) VALUES ('b1'), ('b2');
        INSERT INTO ab (a_id, b_id, v) VALUES (1, 2, 'new'), (2, 1, 'x'); INSERT INTO deep VALUES ('d', 1)";
    let target = "INSERT INTO b (k) VALUES ('b2'), ('b1'); INSERT INTO a (k) VALUES ('a2'), ('a1');
        INSERT INTO ab (a_id, b_id, v) VALUES (2, 1, 'old')";
    let pair = Pair::new(&sets, schema, source, target).await;
    let before = pair.target.dump().await;
    let applied = pair.sync().await;
    let sql = "SELECT a.k, b.k, ab.v, deep.k FROM ab JOIN a ON a.id = a_id JOIN b ON b.id = b_id LEFT JOIN deep ON ab_id = ab.id ORDER BY 1";
    assert_eq!(pair.target.rows(sql).await, ["a1|b2|new|d", "a2|b1|x|∅"]);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn ids_that_differ_on_both_sides() {
    let schema = "CREATE TABLE p (id int PRIMARY KEY, k text UNIQUE); CREATE TABLE c (id int PRIMARY KEY, k text UNIQUE, p_id int REFERENCES p)";
    let sets = set(r#"{ table = "p", key = ["k"] }, { table = "c", key = ["k"] }"#);
    let source = "INSERT INTO p VALUES (1, 'a'), (2, 'b'); INSERT INTO c VALUES (1, 'x', 1), (2, 'y', 2)";
    let target = "INSERT INTO p VALUES (2, 'a'), (1, 'b'); INSERT INTO c VALUES (2, 'x', 2), (1, 'y', 1)";
    let pair = Pair::new(&sets, schema, source, target).await;
    let review = pair.review().await;
    assert!(review.is_empty(), "{}", show(&review));
    pair.source.run("UPDATE c SET p_id = 3 - p_id").await;
    pair.sync().await;
    let sql = "SELECT c.id, c.k, p.id, p.k FROM c JOIN p ON p.id = p_id ORDER BY c.k";
    assert_eq!(pair.target.rows(sql).await, ["2|x|1|b", "1|y|2|a"]);
}

#[tokio::test]
async fn citext_and_nondeterministic_collations() {
    let schema =
        "CREATE SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE TABLE t (email ext.citext PRIMARY KEY, v text);
        CREATE TABLE c (k text PRIMARY KEY, email ext.citext REFERENCES t)";
    let sets = set(r#"{ table = "t" }, { table = "c" }"#);
    let source = "INSERT INTO t VALUES ('Abc', 'new'), ('only', ''); INSERT INTO c VALUES ('c', 'ABC'), ('d', 'only')";
    let pair = Pair::new(&sets, schema, source, "INSERT INTO t VALUES ('aBC', 'old')").await;
    let before = pair.target.dump().await;
    let review = pair.review().await;
    assert_eq!(counts(table(&review, "public.t")), [1, 1, 0, 0, 0, 0], "{}", show(&review));
    let applied = pair.sync().await;
    assert_eq!(
        pair.target.rows("SELECT * FROM t ORDER BY v").await,
        ["only|", "aBC|new"],
        "one row, written as it was"
    );
    assert_eq!(pair.target.rows("SELECT k, t.v FROM c JOIN t USING (email) ORDER BY 1").await, ["c|new", "d|"]);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);

    let collation = "CREATE COLLATION any_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
        CREATE TABLE t (email text COLLATE any_case PRIMARY KEY, v text COLLATE any_case)";
    let mut pair = Pair::new(
        &set(r#"{ table = "t" }"#),
        collation,
        "INSERT INTO t VALUES ('A', 'X')",
        "INSERT INTO t VALUES ('a', 'x')",
    )
    .await;
    let error = pair.try_review(false).await.unwrap_err().to_string();
    assert!(error.contains("nondeterministic") && error.contains("lower(email)"), "{error}");
    pair.deck = pair.deck_of(&set(r#"{ table = "t", key = ["lower(email)"] }"#));
    let review = pair.review().await;
    let told = row(&review, "public.t", "a");
    assert_eq!(told.change, Change::Update, "text is what it says, not what it is equal to: {}", show(&review));
    pair.sync().await;
    assert_eq!(pair.target.rows("SELECT * FROM t").await, ["a|X"], "the primary key is this side's own");
}

#[tokio::test]
async fn enum_order() {
    let source = "CREATE TYPE mood AS ENUM ('low', 'mid', 'high')";
    let target = "CREATE TYPE mood AS ENUM ('high', 'low', 'mid')";
    let rest = "CREATE TABLE t (m mood PRIMARY KEY, v int)";
    let pair = Pair::new(
        &set(r#"{ table = "t" }"#),
        "",
        &format!("{source}; {rest}; INSERT INTO t VALUES ('low', 1), ('mid', 2), ('high', 3)"),
        &format!("{target}; {rest}; INSERT INTO t VALUES ('high', 3), ('low', 0)"),
    )
    .await;
    let review = pair.review().await;
    assert_eq!(counts(table(&review, "public.t")), [1, 1, 0, 0, 0, 1]);
    pair.sync().await;
    assert_eq!(pair.target.rows("SELECT * FROM t ORDER BY v").await, ["low|1", "mid|2", "high|3"]);
}

#[tokio::test]
async fn numbers_that_are_equal_are_one_key() {
    let schema = "CREATE TABLE t (n numeric PRIMARY KEY, v text)";
    let sets = set(r#"{ table = "t" }"#);
    let pair = Pair::new(
        &sets,
        schema,
        "INSERT INTO t VALUES (1.0, 'new'), (2.50, 'same')",
        "INSERT INTO t VALUES (1.00, 'old'), (2.5, 'same')",
    )
    .await;
    let review = pair.review().await;
    assert_eq!(counts(table(&review, "public.t")), [0, 1, 0, 1, 0, 0], "{}", show(&review));
    pair.sync().await;
    assert_eq!(pair.target.rows("SELECT * FROM t ORDER BY 1").await, ["1.00|new", "2.5|same"]);
}
