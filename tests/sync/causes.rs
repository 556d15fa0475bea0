//! Of statements that were sent together, the first that failed is the one that is shown.

use pgdeck::core::error::Error;

use crate::support::{Pair, set};

fn not_an_echo(error: &Error, words: &str) {
    assert!(error.message.contains(words), "{error}");
    assert!(!error.message.contains("aborted") && !error.message.contains("earlier statement"), "{error}");
}

const MANY: usize = 40;

/// `MANY` tables that are read at once; the one in the middle has a condition that fails.
async fn many(condition: &str, rows: &str) -> Pair {
    let tables: Vec<_> = (0..MANY)
        .map(|n| match n {
            20 => format!(r#"{{ table = "t{n}", key = ["k"], where = "{condition}" }}"#),
            _ => format!(r#"{{ table = "t{n}", key = ["k"] }}"#),
        })
        .collect();
    let schema: Vec<_> = (0..MANY)
        .map(|n| format!("CREATE TABLE t{n} (k int PRIMARY KEY, v int); {}", rows.replace('#', &n.to_string())))
        .collect();
    Pair::new(
        &set(&tables.join(", ")),
        &schema.join("; "),
        "UPDATE t3 SET v = 9; UPDATE t20 SET v = 9; UPDATE t30 SET v = 9",
        "",
    )
    .await
}

#[tokio::test]
async fn digests_and_rows() {
    let pair = many("1 / (k - 1) > 0", "INSERT INTO t# VALUES (1, 1)").await;
    for _ in 0..5 {
        let error = pair.try_review(false).await.expect_err("divides");
        not_an_echo(&error, "division by zero");
        assert_eq!(error.object.as_deref(), Some("public.t20"), "{error}");
        let error = pair.export().await.expect_err("divides");
        not_an_echo(&error, "division by zero");
        assert_eq!(error.object.as_deref(), Some("public.t20"), "{error}");
    }
}

#[tokio::test]
async fn the_catalogue() {
    // A function of the catalogue that fails in the middle of what is sent together.
    let mut pair =
        Pair::new(&set(r#"{ table = "t", key = ["k"] }"#), "CREATE TABLE t (k int PRIMARY KEY)", "", "").await;
    let one = "CREATE ROLE blind LOGIN; ";
    let role = format!("blind_{}", pair.target.name);
    pair.target
        .run(&format!(
            "{}; REVOKE SELECT ON pg_catalog.pg_attribute, pg_catalog.pg_index FROM PUBLIC",
            one.replace("blind", &role)
        ))
        .await;
    let url = |db: &str| crate::support::server().url_as(db, &role);
    let deck =
        pair.deck_through(&set(r#"{ table = "t", key = ["k"] }"#), url(&pair.source.name), url(&pair.target.name));
    pair.deck = deck;
    for _ in 0..5 {
        let error = pair.try_review(false).await.expect_err("blind");
        not_an_echo(&error, "permission denied for table pg_");
    }
    pair.target.run("GRANT SELECT ON pg_catalog.pg_attribute, pg_catalog.pg_index TO PUBLIC").await;
    pair.target.run(&format!("DROP ROLE {role}")).await;
}

#[tokio::test]
async fn what_the_target_says_of_the_rows() {
    // The target may not look into the table that points here.
    let mut pair = Pair::with_role(
        "postgres",
        &set(r#"{ table = "p", key = ["k"], deletes = true }, { table = "q", key = ["k"], deletes = true }"#),
        "CREATE TABLE p (k int PRIMARY KEY); CREATE TABLE q (k int PRIMARY KEY, n numeric);
         CREATE TABLE c (p int REFERENCES p); CREATE TABLE d (q int REFERENCES q)",
        "INSERT INTO q VALUES (2, 1.0)",
        "INSERT INTO p VALUES (1); INSERT INTO q VALUES (1, 1), (2, 1.00)",
    )
    .await;
    let role = format!("looks_{}", pair.target.name);
    pair.target
        .run(&format!("CREATE ROLE {role} LOGIN; GRANT SELECT ON p, q, d TO {role}; GRANT ALL ON p, q TO {role}"))
        .await;
    pair.source.run(&format!("GRANT SELECT ON p, q, c, d TO {role}")).await;
    let url = |db: &str| crate::support::server().url_as(db, &role);
    let sets = set(r#"{ table = "p", key = ["k"], deletes = true }, { table = "q", key = ["k"], deletes = true }"#);
    let deck = pair.deck_through(&sets, url(&pair.source.name), url(&pair.target.name));
    pair.deck = deck;
    for _ in 0..5 {
        let error = pair.try_review(false).await.expect_err("may not look");
        not_an_echo(&error, "permission denied for table c");
        assert_eq!(error.object.as_deref(), Some("public.c"), "{error}");
    }
}

#[tokio::test]
async fn an_apply() {
    let mut pair = Pair::new(
        &set(r#"{ table = "t", key = ["k"] }"#),
        "CREATE TABLE t (k int PRIMARY KEY, v int)",
        "INSERT INTO t SELECT n, n FROM generate_series(1, 200) n",
        "CREATE FUNCTION fits(int) RETURNS boolean LANGUAGE sql AS 'SELECT $1 <> 100'; ALTER TABLE t ADD CONSTRAINT not_this CHECK (fits(v))",
    )
    .await;
    let plan = pair.all(&pair.review().await);
    for batch in [2, 1000] {
        pair.batch = batch;
        let error = pair.refused(&plan).await;
        not_an_echo(&error, "not_this");
        assert_eq!(error.object.as_deref(), Some("public.t 100"), "{error}");
    }
}
