//! What a type calls equal is one key, however it is written.

use pgdeck::core::{
    schema::Definition,
    sync::sql::{Slot, canonical},
};

use crate::support::{Db, Pair, counts, rows, set, show, table};

/// Texts of each type, so that many are equal and written in different ways.
const TEXTS: &[(&str, &str)] = &[
    (
        "numeric",
        "SELECT (n::numeric / 4)::text || z FROM generate_series(-9, 9) n, unnest(ARRAY['', '0', '000']) z WHERE n % 4 <> 0 \
      UNION SELECT unnest(ARRAY['0', '-0.0', '0.00', '100', '100.0', '1e2', '10', '1000', 'NaN'])",
    ),
    (
        "double precision",
        "SELECT unnest(ARRAY['0', '-0', '0.0', '1', '1.0', '1e0', '1e2', '100', 'NaN', 'Infinity', '-Infinity', '1e-7', '1e300'])",
    ),
    ("real", "SELECT unnest(ARRAY['0', '-0', '0.1', '1e-1', '10', '1e1', 'NaN'])"),
    (
        "interval",
        "SELECT format('%s mon %s days %s hours', m, d, h) \
      FROM generate_series(-2, 2) m, unnest(ARRAY[-60, -31, -30, -29, -1, 0, 1, 29, 30, 31, 60]) d, unnest(ARRAY[-720, -25, -24, -23, 0, 1, 24, 48]) h",
    ),
    (
        "interval",
        "SELECT unnest(ARRAY['1 year', '12 mons', '360 days', '1 mon -1 microsecond', '29 days 23:59:59.999999', '-1 mon 1 microsecond', '0', '-0'])",
    ),
    ("bpchar", "SELECT unnest(ARRAY['', ' ', 'a', 'a  ', ' a', ' a ', 'A', E'a\\t', E'a\\n '])"),
    (
        "numeric[]",
        "SELECT unnest(ARRAY['{}', '{1.0}', '{1}', '{1.00,2.50}', '{1,2.5}', '{10}', '{1.0,NULL}', '{1,NULL}', '[0:0]={1.0}', '[0:0]={1}', \
      '{{1.0},{2}}', '{{1},{2.0}}', '{1,2}', '{NaN}', '{0.0}', '{-0.0}', '{0}', '{100.10}', '{100.1}', '{100.01}', '{1.05}', '{1.050}'])",
    ),
    (
        "numrange",
        "SELECT unnest(ARRAY['empty', '[1.0,2]', '[1,2.00]', '(1,2]', '[1.0,2.0)', '[1,2)', '(,2.0)', '(,2)', '[10,)', '[10.0,)', '[1,1]', '[1.0,1.0]', '(1,1)'])",
    ),
    (
        "numrange[]",
        "SELECT unnest(ARRAY['{\"[1.0,2)\"}', '{\"[1,2.0)\"}', '{\"[1,2)\",NULL}', '{\"[1,2.00)\",NULL}', '{empty}'])",
    ),
    (
        "double precision[]",
        "SELECT unnest(ARRAY['{0}', '{-0}', '{-0,1}', '{0,1}', '{1e-05}', '{-0.5}', '{1e-10,-0}', '{1e-10,0}', '{NULL,-0}', '{NULL,0}', '{{-0},{10}}', '{{0},{1e1}}', '{5e-300}'])",
    ),
    ("real[]", "SELECT unnest(ARRAY['{0,-0}', '{-0,0}', '{0,0}', '{1e-20}', '{-1e-20}'])"),
    ("citext", "SELECT unnest(ARRAY['a', 'A', 'b', 'Ab', 'aB', '', 'É', 'é'])"),
    (
        "citext[]",
        "SELECT unnest(ARRAY['{a}', '{A}', '{a,NULL}', '{A,NULL}', '{\"null\"}', '{NULL}', '{\"NULL\"}', '{\"a b\"}', '{\"A B\"}', '{{x},{Y}}', '{{X},{y}}'])",
    ),
    // Their text is the value.
    ("text", "SELECT unnest(ARRAY['a', 'A', 'a ', ''])"),
    (
        "timestamptz",
        "SELECT unnest(ARRAY['2024-01-01 00:00Z', '2024-01-01 01:00+01', 'infinity', '2024-01-01 00:00:00.000001Z'])",
    ),
    ("timetz", "SELECT unnest(ARRAY['12:00+00', '13:00+01', '12:00:00.0+00'])"),
    ("uuid", "SELECT unnest(ARRAY['8F000000-0000-4000-8000-000000000001', '8f000000000040008000000000000001'])"),
    ("inet", "SELECT unnest(ARRAY['10.0.0.1', '10.0.0.1/32', '10.0.0.1/8', '::1', '::1/128', '0:0::1'])"),
    ("bytea", "SELECT unnest(ARRAY['\\x61', 'a', '\\x', ''])"),
    ("money", "SELECT unnest(ARRAY['1', '1.00', '$1.0', '-1'])"),
    ("bit varying", "SELECT unnest(ARRAY['1', '10', '01', ''])"),
    ("int4range", "SELECT unnest(ARRAY['[1,5)', '[1,4]', '(0,5)', 'empty', '(1,1)', '[1,1)'])"),
    ("int[]", "SELECT unnest(ARRAY['{1}', '[0:0]={1}', '[1:1]={1}', '{01}', '{}'])"),
    ("tsvector", "SELECT unnest(ARRAY['a b', 'b a', 'a:1', 'a:1A'])"),
    ("date", "SELECT unnest(ARRAY['2024-01-01', 'Jan 1 2024', 'infinity'])"),
    ("macaddr", "SELECT unnest(ARRAY['08:00:2b:01:02:03', '08002b010203', '08-00-2b-01-02-04'])"),
];

#[tokio::test]
async fn texts_of_a_key_are_the_same_if_and_only_if_the_type_says_so() {
    let db = Db::create("CREATE EXTENSION citext").await;
    let client = db.connect().await;
    client.batch_execute("SET extra_float_digits = 1; SET timezone = 'UTC'; SET search_path = ''").await.unwrap();
    let version: u32 = db.one("SELECT current_setting('server_version_num')").await.parse().unwrap();
    let mut types: Vec<(&str, &str)> = TEXTS.to_vec();
    if version >= 140_000 {
        types.push((
            "nummultirange",
            "SELECT unnest(ARRAY['{}', '{[1.0,2)}', '{[1,2.0)}', '{[1,2),[3.0,4)}', '{[1.00,2),[3,4.0)}'])",
        ));
    }
    for (kind, texts) in types {
        let kind = if kind.starts_with("citext") { format!("public.{kind}") } else { kind.to_owned() };
        let slot = Slot { label: "k".into(), cast: kind.clone(), leaf: true, definition: Definition::default() };
        let query = canonical(&[slot]).replace("$1::text[]", "(SELECT array_agg(t) FROM texts)");
        // Each pair of texts: does the type call them equal, are their canonical texts the same, and are they values?
        let equal = if kind.starts_with("public") { "OPERATOR(public.=)" } else { "=" };
        let equal = if kind.ends_with("[]") { "OPERATOR(pg_catalog.=)" } else { equal };
        let sql = format!(
            "WITH texts (t) AS MATERIALIZED ({texts}), given AS (SELECT t, row_number() OVER () AS n FROM texts),
                 formed AS (SELECT c, row_number() OVER () AS n FROM ({query}) AS q(c)),
                 formed_of AS (SELECT g.t::{kind} AS v, f.c FROM given g JOIN formed f USING (n))
             SELECT count(*), count(*) FILTER (WHERE a.v {equal} b.v),
                 count(*) FILTER (WHERE (a.v {equal} b.v) <> (a.c = b.c)),
                 count(*) FILTER (WHERE NOT a.v {equal} a.c::{kind}) FROM formed_of a, formed_of b"
        );
        let found = rows(&client, &sql).await.remove(0);
        let found: Vec<u64> = found.split('|').map(|number| number.parse().unwrap()).collect();
        assert!(found[0] > 0 && found[1] > 0, "{kind}: {found:?}");
        assert_eq!(found[2..], [0, 0], "{kind}: pairs that differ, and texts that are another value: {found:?}");
    }
}

#[tokio::test]
async fn a_row_is_found_whatever_the_text_of_its_key() {
    for (kind, there, here) in [
        ("interval", "'1 mon'", "'30 days'"),
        ("numeric[]", "'{1.0,2}'", "'{1,2.00}'"),
        ("numrange", "'[1.0,2)'", "'[1,2.0)'"),
        ("double precision[]", "'{-0,1}'", "'{0,1}'"),
        ("bpchar", "'a'", "'a   '"),
        ("citext", "'Abc'", "'aBC'"),
        ("citext[]", "'{Abc}'", "'{aBC}'"),
    ] {
        let schema = format!(
            "CREATE EXTENSION citext; CREATE TABLE t (k {kind} PRIMARY KEY, v text); CREATE TABLE c (k text PRIMARY KEY, t {kind} REFERENCES t)"
        );
        let source =
            format!("INSERT INTO t VALUES ({there}, 'new'); INSERT INTO c VALUES ('c', {there}), ('d', {there})");
        let target = format!("INSERT INTO t VALUES ({here}, 'old'); INSERT INTO c VALUES ('c', {here})");
        let pair = Pair::new(&set(r#"{ table = "t" }, { table = "c" }"#), &schema, &source, &target).await;
        let (before, key) = (pair.target.dump().await, pair.target.one("SELECT t.k::text FROM t").await);
        let bundle = pair.export().await.unwrap();
        for review in [pair.review().await, pair.review_of(&bundle, false).await.unwrap()] {
            assert_eq!(counts(table(&review, "public.t")), [0, 1, 0, 0, 0, 0], "{kind}: {}", show(&review));
            assert_eq!(counts(table(&review, "public.c")), [1, 0, 0, 0, 0, 1], "{kind}: {}", show(&review));
        }
        let applied = pair.apply(&pair.all(&pair.review().await)).await.unwrap();
        assert_eq!(pair.target.rows("SELECT k::text, v FROM t").await, [format!("{key}|new")], "{kind}");
        assert_eq!(pair.target.one("SELECT count(*) FROM c JOIN t ON t.k = c.t").await, "2", "{kind}");
        pair.undo(&applied.run.unwrap()).await.unwrap();
        assert_eq!(pair.target.dump().await, before, "{kind}");
    }
}

#[tokio::test]
async fn a_child_that_leaves_is_known_whatever_the_text_of_what_it_holds() {
    for (kind, parent, child) in [
        ("interval", "'1 mon'", "'30 days'"),
        ("numeric", "1.0", "1.00"),
        ("bpchar", "'a'", "'a   '"),
        ("citext", "'Abc'", "'aBC'"),
    ] {
        let schema = format!(
            "CREATE EXTENSION citext; CREATE TABLE p (k {kind} PRIMARY KEY);
             CREATE TABLE c (k text PRIMARY KEY, p {kind} REFERENCES p ON DELETE CASCADE)"
        );
        let target = format!(
            "INSERT INTO p VALUES ({parent}); INSERT INTO c VALUES ('goes', {child}), ('goes too', {parent}), ('moves', {child})"
        );
        let sets = set(r#"{ table = "p" }, { table = "c" }"#);
        let pair = Pair::new(&sets, &schema, "INSERT INTO c VALUES ('moves', NULL)", &target).await;
        let (before, review) = (pair.target.dump().await, pair.try_review(true).await.unwrap());
        assert!(table(&review, "public.p").rows[0].blocked.is_none(), "{kind}: {}", show(&review));
        let applied = pair.apply(&pair.all(&review)).await.unwrap();
        assert_eq!(pair.target.rows("SELECT k FROM c").await, ["moves"], "{kind}");
        assert_eq!(pair.target.one("SELECT count(*) FROM p").await, "0", "{kind}");
        pair.undo(&applied.run.unwrap()).await.unwrap();
        assert_eq!(pair.target.dump().await, before, "{kind}");
    }
}

#[tokio::test]
async fn the_order_of_rows_knows_a_parent_whatever_the_text_of_what_its_child_holds() {
    for (kind, parent, child, new) in [
        ("interval", "'1 mon'", "'30 days'", "'1 day'"),
        ("numeric", "1.0", "1.00", "2"),
        ("bpchar", "'a'", "'a   '", "'b'"),
        ("citext", "'Abc'", "'aBC'", "'new'"),
        ("double precision", "'0'", "'-0'", "'1'"),
    ] {
        let schema = format!(
            "CREATE EXTENSION citext; CREATE TABLE p (k {kind} PRIMARY KEY, place int UNIQUE);
             CREATE TABLE c (k text PRIMARY KEY, p {kind} REFERENCES p)"
        );
        // The new row takes the place of the one that goes, which the child has to leave first.
        let source = format!("INSERT INTO p VALUES ({new}, 1); INSERT INTO c VALUES ('c', {new})");
        let target = format!("INSERT INTO p VALUES ({parent}, 1); INSERT INTO c VALUES ('c', {child})");
        let sets = set(r#"{ table = "p" }, { table = "c" }"#);
        let pair = Pair::new(&sets, &schema, &source, &target).await;
        let before = pair.target.dump().await;
        let plan = pair.all(&pair.try_review(true).await.unwrap());
        let applied = pair.apply(&plan).await.unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(pair.target.one("SELECT count(*) FROM c JOIN p ON p.k = c.p").await, "1", "{kind}");
        pair.undo(&applied.run.unwrap()).await.unwrap_or_else(|error| panic!("{kind}: {error}"));
        assert_eq!(pair.target.dump().await, before, "{kind}");
    }
}

#[tokio::test]
async fn a_key_that_has_no_one_text_is_refused_at_once() {
    for (kind, why) in [
        ("jsonb", "is jsonb, where equal values can be written in several ways"),
        ("jsonb[]", "is jsonb[], with jsonb in it, where equal values can be written in several ways"),
        ("interval[]", "is interval[], with interval in it, where equal values can be written in several ways"),
        ("bpchar[]", "is bpchar[], with bpchar in it, where equal values can be written in several ways"),
        ("spans", "is public.spans, with numeric in it, where equal values can be written in several ways"),
        ("priced", "is public.priced, with numeric in it, where equal values can be written in several ways"),
        ("json", "is json, and json does not say which values are equal"),
        ("circle", "is circle, and circle does not say which values are equal"),
        ("point[]", "is point[], and point does not say which values are equal"),
    ] {
        let schema = format!(
            "CREATE TYPE spans AS RANGE (subtype = numeric); CREATE TYPE priced AS (a text, n numeric); CREATE TABLE t (id int PRIMARY KEY, k {kind}, v text)"
        );
        let pair = Pair::new(&set(r#"{ table = "t", key = ["k"] }"#), &schema, "", "").await;
        let error = pair.try_review(false).await.unwrap_err();
        assert!(error.message == format!("its key column `k` {why}"), "{kind}: {error}");
        assert!(error.hint.as_deref().is_some_and(|hint| hint.contains("an expression as key")), "{error}");
    }
    // What is made of types whose text is the value is a key like any other.
    let schema = "CREATE TYPE name_of AS (a text, n int); CREATE DOMAIN named AS name_of; CREATE TABLE t (k named PRIMARY KEY, r int4range[], v text)";
    let source = "INSERT INTO t VALUES (ROW('x', 1), '{\"[1,4]\"}', 'new'), (ROW('y z', NULL), '{}', 'new')";
    let pair =
        Pair::new(&set(r#"{ table = "t" }"#), schema, source, "INSERT INTO t VALUES (ROW('x', 1), '{}', 'old')").await;
    pair.sync().await;
    assert_eq!(pair.target.dump().await, pair.source.dump().await);
}
