//! Names and values that a terminal would act on: no SQL that is written holds them as they are, and it does the same.

use pgdeck::{
    app::{job::Job, sync},
    core::{sql_text::printable_sql, sync::script::script, text::is_printable},
};

use crate::{
    offline::{answer, query},
    support::{Db, Pair, set},
};

/// The column `n` with a red and a reversed name; unique, so that values which move are tried in a block.
const SCHEMA: &str = "DO $$ BEGIN EXECUTE format('CREATE TABLE t (k text PRIMARY KEY, %I text UNIQUE, m text)', E'n\\x1b[31m\\u202e'); END $$";
const VALUES: &str = "INSERT INTO t VALUES ('a', E'one\\x1b]0;x\\x07', E'\\u00ad\\u3164\\\\ \\x1b''\\n$$'), ('b', E'two\\u009b', E'\\U000e0041'), (E'c\\x1b', 'three', NULL)";
const OTHER: &str =
    "INSERT INTO t VALUES ('a', E'two\\u009b', 'x'), ('b', E'one\\x1b]0;x\\x07', 'y'), ('z', E'\\x1b', 'z')";
const SEEN: &str = "SELECT t::text FROM t ORDER BY 1";

fn printable(sql: &str) -> bool {
    sql.chars().all(|c| matches!(c, '\n' | '\t') || is_printable(c))
}

#[tokio::test]
async fn scripts_seeds_and_queries_spell_what_they_must_not_show() {
    let pair = Pair::new(&set(r#"{ table = "t", key = ["k"] }"#), SCHEMA, VALUES, OTHER).await;
    let wanted = pair.source.rows(SEEN).await;

    let asked = query(&pair, &[]).await;
    let spelled = printable_sql(&asked);
    assert!(!printable(&asked) && printable(&spelled), "{spelled}");
    assert_eq!(answer(&pair, &asked).await, answer(&pair, &spelled).await);

    let sql = script(&pair.all(&pair.review_deletes().await)).unwrap();
    assert!(printable(&sql) && sql.contains("E'") && sql.contains("U&\""), "{sql}");
    pair.target.script(&sql).await.unwrap();
    assert_eq!(pair.target.rows(SEEN).await, wanted);

    let file = pair.state.path().join("seed.sql");
    Box::pin(sync::seed(&pair.deck, &Job::quiet(), &[], "source", &file)).await.unwrap();
    let seed = std::fs::read_to_string(&file).unwrap();
    assert!(printable(&seed), "{seed}");
    for db in [Db::create(SCHEMA).await, Db::create(&format!("{SCHEMA}; {OTHER}; DELETE FROM t WHERE k = 'z'")).await] {
        db.script(&seed).await.unwrap();
        assert_eq!(db.rows(SEEN).await, wanted);
    }
}
