//! Rows that are matched by ids, and the keys that are proposed instead.

use crate::support::{Pair, set, table};

async fn warnings(schema: &str, sets: &str) -> Vec<String> {
    let pair = Pair::new(&set(sets), schema, "", "").await;
    let live = table(&pair.review().await, "public.t").warnings.clone();
    let bundle = pair.export().await.unwrap();
    let of_bundle = table(&pair.review_of(&bundle, false).await.unwrap(), "public.t").warnings.clone();
    assert_eq!(live, of_bundle, "{schema}");
    live
}

#[tokio::test]
async fn a_table_matched_by_an_id_of_each_environment_is_told_its_unique_constraints() {
    for (schema, says) in [
        (
            "CREATE TABLE t (id serial PRIMARY KEY, a text UNIQUE, b text NOT NULL, c text NOT NULL, UNIQUE (b, c), UNIQUE (id, b))",
            "rows are matched by `id`, which each environment numbers for itself: one number can be two different rows; \
             its unique constraints propose key = [\"b\", \"c\"] or key = [\"a\"]",
        ),
        (
            "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, \"Odd \"\"one\" text UNIQUE)",
            "its unique constraints propose key = [\"Odd \\\"one\"]",
        ),
        (
            "CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), k text NOT NULL UNIQUE)",
            "rows are matched by `id`, which each environment makes for itself: a row that was created in both is two; \
             its unique constraints propose key = [\"k\"]",
        ),
        (
            "CREATE SEQUENCE s; CREATE TABLE t (id int PRIMARY KEY DEFAULT nextval('s'), k text)",
            "no other unique constraint can be its `key`, so name columns that identify a row everywhere",
        ),
        // What could not be a key is not proposed.
        (
            "CREATE COLLATION loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
             CREATE TABLE t (id serial PRIMARY KEY, n text NOT NULL COLLATE loose UNIQUE, g int GENERATED ALWAYS AS (1) STORED UNIQUE,
               p text NOT NULL, hidden text NOT NULL UNIQUE); CREATE UNIQUE INDEX ON t (p) WHERE p <> ''; CREATE UNIQUE INDEX ON t (lower(p))",
            "no other unique constraint can be its `key`",
        ),
    ] {
        let warnings = warnings(schema, r#"{ table = "t", exclude = [] }"#.replace("[]", if schema.contains("hidden") { "[\"hidden\"]" } else { "[]" }).as_str()).await;
        assert_eq!(warnings.len(), 1, "{schema}: {warnings:?}");
        assert!(warnings[0].contains(says), "{schema}: {warnings:?}");
        assert!(!warnings[0].contains('\n'), "{warnings:?}");
    }
}

#[tokio::test]
async fn nothing_is_proposed_where_the_key_means_the_same_everywhere() {
    let child =
        "CREATE TABLE p (k text PRIMARY KEY); CREATE TABLE t (p_k text REFERENCES p, n int, PRIMARY KEY (p_k, n))";
    for (schema, sets) in [
        ("CREATE TABLE t (id serial PRIMARY KEY, k text UNIQUE)", r#"{ table = "t", key = ["k"] }"#),
        // Whoever writes the id as the key has decided so.
        ("CREATE TABLE t (id serial PRIMARY KEY, k text UNIQUE)", r#"{ table = "t", key = ["id"] }"#),
        ("CREATE TABLE t (code text PRIMARY KEY, k text UNIQUE)", r#""t""#),
        ("CREATE TABLE t (id int PRIMARY KEY, k text UNIQUE)", r#""t""#),
        ("CREATE TABLE t (id uuid PRIMARY KEY, k text UNIQUE)", r#""t""#),
        (child, r#""t", "p""#),
    ] {
        assert_eq!(warnings(schema, sets).await, Vec::<String>::new(), "{schema}");
    }
}
