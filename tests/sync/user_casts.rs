//! Values are compared, keyed and written by the output of their type, whatever a cast to text makes of them.

use crate::support::{Pair, counts, set, show, table};

/// What the type is, and two of its values: a cast writes both as the same text.
const TYPES: [(&str, &str, &str); 8] = [
    ("CREATE TYPE own AS ENUM ('usd', 'eur')", "usd", "eur"),
    ("CREATE TYPE own AS (amount int, currency text)", "(10,USD)", "(10,EUR)"),
    ("CREATE TYPE own AS RANGE (subtype = int4)", "[1,5)", "[1,6)"),
    ("CREATE EXTENSION hstore SCHEMA public; CREATE DOMAIN other AS int", "\"a\"=>\"1\"", "\"a\"=>\"2\""),
    ("CREATE EXTENSION citext SCHEMA public; CREATE DOMAIN other AS int", "a", "b"),
    ("CREATE TYPE part AS ENUM ('x', 'y'); CREATE TYPE own AS (p part, n int)", "(x,1)", "(y,1)"),
    ("CREATE TYPE base AS (n int); CREATE DOMAIN own AS base", "(1)", "(2)"),
    ("CREATE TYPE own AS ENUM ('usd', 'eur'); CREATE DOMAIN other AS own", "usd", "eur"),
];

/// The type of the column, and the one that a cast can be made for.
fn names(made: &str) -> (&str, &str) {
    if made.contains("hstore") {
        ("public.hstore", "public.hstore")
    } else if made.contains("citext") {
        ("public.citext", "public.citext")
    } else if made.contains("DOMAIN own") {
        ("own", "base")
    } else if made.contains("DOMAIN other AS own") {
        ("other", "own")
    } else {
        ("own", "own")
    }
}

/// A cast of the team's own, where the type has none.
fn cast(of: &str) -> String {
    let function = format!(
        "CREATE FUNCTION public.same({of}) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'the same'::text $$;"
    );
    if of == "public.citext" {
        // An extension brings its own; a table's own type takes its place.
        return function;
    }
    format!("{function} CREATE CAST ({of} AS text) WITH FUNCTION public.same({of});")
}

#[tokio::test]
async fn a_cast_hides_no_difference() {
    for (made, new, old) in TYPES {
        let (kind, of) = names(made);
        let casts = cast(of);
        let schema = format!("{made}; {casts} CREATE TABLE t (k text PRIMARY KEY, v {kind}, many {kind}[])");
        let row = |value: &str| format!("INSERT INTO t VALUES ('a', '{value}', ARRAY['{value}'::{kind}])");
        let pair = Pair::new(&set(r#"{ table = "t" }"#), &schema, &row(new), &row(old)).await;
        let before = pair.target.dump().await;
        let review = pair.review().await;
        assert_eq!(counts(table(&review, "public.t")), [0, 1, 0, 0, 0, 0], "{made}: {}", show(&review));
        let cells: Vec<_> = table(&review, "public.t").rows[0].cells.iter().map(|cell| cell.column.as_str()).collect();
        assert_eq!(cells, ["v", "many"], "{made}: {}", show(&review));
        let bundle = pair.review_of(&pair.export().await.unwrap(), false).await.unwrap();
        assert_eq!(counts(table(&bundle, "public.t")), [0, 1, 0, 0, 0, 0], "{made}: through a bundle");
        let applied = pair.apply(&pair.all(&review)).await.unwrap_or_else(|error| panic!("{made}: {error}"));
        // `format` writes by the output functions.
        let there = format!(
            "SELECT (format('%s %s', v, many) = format('%s %s', '{new}'::{kind}, ARRAY['{new}'::{kind}]))::int FROM t"
        );
        assert_eq!(pair.target.one(&there).await, "1", "{made}");
        assert_eq!(counts(table(&pair.review().await, "public.t"))[5], 1, "{made}: nothing is left to do");
        pair.undo(&applied.run.unwrap()).await.unwrap();
        assert_eq!(pair.target.dump().await, before, "{made}");
    }
}

/// As a key it is one row or another, or is refused; never two rows taken for one.
#[tokio::test]
async fn a_cast_makes_no_two_keys_one() {
    for (made, new, old) in TYPES {
        let (kind, of) = names(made);
        let casts = cast(of);
        let schema = format!("{made}; {casts} CREATE TABLE t (id serial PRIMARY KEY, k {kind} NOT NULL, v text)");
        let row = |value: &str| format!("INSERT INTO t (k, v) VALUES ('{value}', 'x')");
        let sets = set(r#"{ table = "t", key = ["k"] }"#);
        let pair = Pair::new(&sets, &schema, &row(new), &row(old)).await;
        match pair.try_review(true).await {
            Ok(review) => {
                assert_eq!(counts(table(&review, "public.t"))[..3], [1, 0, 1], "{made}: {}", show(&review));
                pair.apply(&pair.all(&review)).await.unwrap();
                assert_eq!(pair.target.one(&format!("SELECT (k = '{new}'::{kind})::int FROM t")).await, "1", "{made}");
            }
            Err(error) => assert!(error.message.contains("its key column `k` is "), "{made}: {error}"),
        }
    }
}
