//! Values arrive exactly, and an undo brings back exactly what was there.

use std::fmt::Write as _;

use crate::support::{Pair, row, set};
use pgdeck::core::sync::diff::Change;

/// Each of `values` arrives in a new row and in place of the one before it; NULL in place of the first.
async fn carries(before: &str, cast: &str, values: &[&str]) {
    let schema = format!("{before}; CREATE TABLE t (k text PRIMARY KEY, v {cast})");
    let (mut source, mut target) = (String::new(), String::new());
    for (at, value) in values.iter().enumerate() {
        let old = if at == 0 { "NULL" } else { values[at - 1] };
        let _ = write!(source, "INSERT INTO t VALUES ('new {at}', {value}), ('both {at}', {value});");
        let _ = write!(target, "INSERT INTO t VALUES ('both {at}', {old});");
    }
    let pair = Pair::new(&set(r#"{ table = "t" }"#), &schema, &source, &target).await;
    let text = "SELECT k, v::text FROM t ORDER BY 1";
    let before = pair.target.dump().await;
    let applied = pair.sync().await;
    assert_eq!(applied.rows.insert, values.len(), "{cast}");
    assert_eq!(applied.rows.update, values.len(), "{cast}: each differs from the one before");
    assert_eq!(pair.target.rows(text).await, pair.source.rows(text).await, "{cast}");
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before, "{cast}");
}

#[tokio::test]
async fn bytea() {
    carries("", "bytea", &["''", r"'\x00ff10'", r"'\x0a5c27'", "NULL"]).await;
}

#[tokio::test]
async fn nan() {
    carries("", "numeric", &["'NaN'", "0", "NULL"]).await;
    carries("", "double precision", &["'NaN'", "1e-300", "NULL"]).await;
}

#[tokio::test]
async fn infinity() {
    carries("", "double precision", &["'infinity'", "'-infinity'", "NULL"]).await;
    carries("", "timestamptz", &["'infinity'", "'-infinity'", "'2024-02-29 23:59:59.999999+00'"]).await;
    carries("", "date", &["'infinity'", "'-infinity'", "'4713-01-01 BC'"]).await;
}

#[tokio::test]
async fn ranges() {
    carries("", "int4range", &["'empty'", "'[1,5)'", "'(,5)'", "'(,)'", "NULL"]).await;
    carries("", "tstzrange", &["'[2024-01-01 00:00:00+00,infinity)'", "'empty'", "NULL"]).await;
}

#[tokio::test]
async fn arrays_of_text_with_quotes_and_nulls() {
    let values = ["'{}'", "ARRAY[NULL, 'NULL', '']", r#"ARRAY['a"b', 'c\d', '{', 'e,f', ' g ']"#, "ARRAY[['a'],['b']]"];
    carries("", "text[]", &values).await;
    carries("", "text[]", &["'[2:3]={a,b}'", "'{a,b}'", "NULL"]).await;
}

#[tokio::test]
async fn composite() {
    let kind = "CREATE TYPE pair AS (a text, b int)";
    carries(kind, "pair", &[r#"ROW('x"y', 1)"#, "ROW(NULL, NULL)::pair", "ROW('', 2)", "ROW('(a,b)', NULL)"]).await;
}

#[tokio::test]
async fn domain() {
    carries("CREATE DOMAIN percent AS numeric(5,2) CHECK (VALUE <= 100)", "percent", &["1", "100", "2.50"]).await;
}

#[tokio::test]
async fn hstore() {
    let extension = "CREATE SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext";
    carries(extension, "ext.hstore", &[r#"'"a"=>"1", "b"=>NULL'"#, r#"'"q\"q"=>"x=>y"'"#, "''", "NULL"]).await;
}

#[tokio::test]
async fn tsvector() {
    carries("", "tsvector", &["'a fat cat'::tsvector", "$$'it''s':1A$$::tsvector", "''", "NULL"]).await;
}

#[tokio::test]
async fn xml() {
    carries("", "xml", &["'<a b=\"c\"/>'::xml", "'<a b=\"d\"/>'::xml", "NULL"]).await;
}

#[tokio::test]
async fn money() {
    carries("", "money", &["12.34", "-0.01", "NULL"]).await;
}

#[tokio::test]
async fn json_vs_jsonb() {
    carries("", "json", &[r#"'{"b": 1, "a":2}'"#, r#"'{"a": 2, "b":1}'"#, "'null'", "NULL"]).await;
    carries("", "jsonb", &[r#"'{"b": 1, "a":2}'"#, r#"'{"b": 1}'"#, "'null'", "NULL"]).await;
    // One text more of one value: a difference for json, whose text is the value, and none for jsonb.
    let schema = "CREATE TABLE t (k text PRIMARY KEY, j json, b jsonb)";
    let fill = |json: &str| format!("INSERT INTO t VALUES ('k', '{json}', '{json}')");
    let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, &fill(r#"{"a":1.0}"#), &fill(r#"{"a": 1.00}"#)).await;
    let review = pair.review().await;
    let found = row(&review, "public.t", "k");
    let told: Vec<_> = found.cells.iter().map(|cell| (cell.column.as_str(), cell.representation)).collect();
    assert_eq!((found.change, told), (Change::Update, vec![("j", false), ("b", true)]));
}
