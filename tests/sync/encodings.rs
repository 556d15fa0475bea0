//! Databases in other encodings than UTF-8, on either side.

use pgdeck::{
    app::{job::Job, sync},
    core::sync::script::script,
};

use crate::{
    offline::{answer, load, query, review},
    support::{Db, Pair, row, set, show},
};

const SCHEMA: &str = "CREATE TABLE t (id serial PRIMARY KEY, k text UNIQUE NOT NULL, v text)";
const SETS: &str = r#"{ table = "t", key = ["k"] }"#;

/// Encodings, each with a word that it has.
const ENCODINGS: [(&str, &str); 7] = [
    ("UTF8", "é中€Ж"),
    ("EUC_JP", "日本語"),
    ("LATIN1", "é"),
    ("LATIN9", "é€"),
    ("WIN1252", "é€"),
    ("WIN1251", "Ж"),
    ("SQL_ASCII", "plain"),
];

/// More rows than one bucket has, so that the digests are compared.
fn filled(word: &str) -> String {
    format!(
        "{SCHEMA}; INSERT INTO t (k, v) SELECT '{word}' || n, '{word}' || n FROM generate_series(1, 3000) n; ANALYZE t"
    )
}

async fn seen(db: &Db) -> Vec<String> {
    db.rows("SELECT k, v FROM t ORDER BY convert_to(k, 'UTF8')").await
}

async fn every_road(from: &str, to: &str, word: &str) {
    let (source, target) = (Db::encoded(from, &filled(word)).await, Db::encoded(to, &filled(word)).await);
    source
        .run(&format!(
            "UPDATE t SET v = 'now {word}' WHERE k = '{word}7'; INSERT INTO t (k, v) VALUES ('new {word}', '{word}')"
        ))
        .await;
    target.run(&format!("DELETE FROM t WHERE k = '{word}9'")).await;
    let pair = Pair::of(&set(SETS), source, target);
    let before = seen(&pair.target).await;
    let found = pair.review().await;
    assert_eq!((found.tables[0].rows.len(), found.tables[0].unchanged), (3, 2998), "{from} → {to}: {}", show(&found));
    let plan = pair.all(&found);
    let run = pair.sync().await.run.unwrap();
    let wanted = seen(&pair.source).await;
    assert_eq!(seen(&pair.target).await, wanted, "{from} → {to}");
    pair.undo(&run).await.unwrap();
    assert_eq!(seen(&pair.target).await, before, "{from} → {to}");
    let exported = pair.export().await.unwrap();
    assert_eq!(review(&pair, &exported).await.tables[0].rows.len(), 3, "{from} → {to}, from a bundle");
    pair.target.script(&script(&plan).unwrap()).await.unwrap();
    assert_eq!(seen(&pair.target).await, wanted, "{from} → {to}, script");
    let printed = query(&pair, &[]).await;
    let pasted = load(&pair, &answer(&pair, &printed).await, &[]).await.unwrap();
    assert_eq!(pasted.tables, exported.tables);
    assert!(review(&pair, &pasted).await.tables[0].rows.is_empty(), "{from} → {to}, pasted");
}

#[tokio::test]
async fn any_encoding_on_either_side() {
    for (encoding, word) in ENCODINGS {
        every_road(encoding, "UTF8", word).await;
        every_road("UTF8", encoding, word).await;
    }
    every_road("LATIN1", "LATIN9", "é").await;
    every_road("LATIN1", "LATIN1", "é").await;
    // Bytes that are UTF-8, in a database that does not know.
    every_road("SQL_ASCII", "UTF8", "é中").await;
    every_road("SQL_ASCII", "LATIN1", "é").await;
}

#[tokio::test]
async fn a_character_that_the_target_does_not_have_blocks_its_row() {
    let sets = set(
        r#"{ table = "p", key = ["k"], on_missing_parent = "include" }, { table = "t", key = ["k"], on_missing_parent = "include" }"#,
    );
    let schema = "CREATE TABLE p (id serial PRIMARY KEY, k text UNIQUE NOT NULL); CREATE TABLE t (id serial PRIMARY KEY, p_id int REFERENCES p, k text UNIQUE NOT NULL, n numeric, v text)";
    let source = Db::encoded("UTF8", &format!("{schema}; INSERT INTO p (k) VALUES ('中'), ('é');
        INSERT INTO t (p_id, k, n, v) VALUES (1, 'parent', 1, ''), (2, 'fine', 1, 'é'), (2, '中 key', 1, ''), (2, 'value', 1.0, '中€'), (2, 'old', 1.0, 'now 中')")).await;
    let target = Db::encoded(
        "LATIN1",
        &format!(
            "{schema}; INSERT INTO p (k) VALUES ('é'); INSERT INTO t (p_id, k, n, v) VALUES (1, 'old', 1.00, 'é')"
        ),
    )
    .await;
    let pair = Pair::of(&sets, source, target);
    let found = pair.review().await;
    for (table, key, column) in [
        ("public.p", "中", "`k`"),
        ("public.t", "parent", "`p_id`"),
        ("public.t", "中 key", "`k`"),
        ("public.t", "value", "`v`"),
        ("public.t", "old", "`v`"),
    ] {
        let why = row(&found, table, key).blocked.clone().unwrap_or_default();
        assert!(
            why.starts_with(column) && why.contains("`中` (U+4E2D)") && why.contains("LATIN1"),
            "{table} {key}: {why}"
        );
    }
    pair.sync().await;
    let rows = pair.target.rows("SELECT p.k, t.k, t.v FROM t JOIN p ON p.id = p_id ORDER BY 2").await;
    assert_eq!(rows, ["é|fine|é", "é|old|é"]);
}

#[tokio::test]
async fn bytes_that_are_no_characters_are_refused_with_the_table() {
    for (schema, insert) in [
        (SCHEMA, r"INSERT INTO t (k, v) VALUES ('a', convert_from('\xe9', 'SQL_ASCII'))"),
        (SCHEMA, r"INSERT INTO t (k, v) VALUES (convert_from('\xe9', 'SQL_ASCII'), '')"),
    ] {
        let source = Db::encoded("SQL_ASCII", &format!("{schema}; {insert}")).await;
        let pair = Pair::of(&set(SETS), source, Db::create(schema).await);
        for error in
            [pair.try_review(false).await.expect_err("no characters"), pair.export().await.expect_err("no characters")]
        {
            assert_eq!(error.object.as_deref(), Some("public.t"), "{error}");
            assert!(error.message.contains("bytes that are no characters") && error.hint.is_some(), "{error}");
        }
    }
}

#[tokio::test]
async fn a_file_that_is_read_as_another_encoding_is_refused() {
    let pair = Pair::of(
        &set(SETS),
        Db::create(&format!("{SCHEMA}; INSERT INTO t (k, v) VALUES ('a', 'é')")).await,
        Db::encoded("LATIN1", SCHEMA).await,
    );
    let path = pair.state.path().join("seed.sql");
    sync::seed(&pair.deck, &Job::quiet(), &[], "source", &path).await.unwrap();
    let sql = std::fs::read_to_string(path).unwrap();
    let error =
        pair.target.script(&format!("SET client_encoding = LATIN1;\n{sql}")).await.expect_err("another encoding");
    assert!(error.contains("this file is in UTF-8"), "{error}");
    assert_eq!(pair.target.one("SELECT count(*) FROM t").await, "0");
    pair.target.script(&format!("SET client_encoding = UTF8;\n{sql}")).await.unwrap();
    assert_eq!(pair.target.rows("SELECT k, v FROM t").await, ["a|é"]);
    pair.target.run("DELETE FROM t").await;
    let script = script(&pair.all(&pair.review().await)).unwrap();
    pair.target.script(&format!("SET client_encoding = LATIN1;\n{script}")).await.unwrap();
    assert_eq!(pair.target.rows("SELECT k, v FROM t").await, ["a|é"]);
}
