//! Values of every kind arrive exactly, and what only looks different is not called different.

use pgdeck::{
    app::{job::Job, sync},
    core::{
        error::Code,
        sync::{diff::Change, script, select::Selection},
    },
};

use crate::support::{Pair, at, counts, row, set, show, table};

/// (type, value of the source, value of the target), as SQL expressions.
pub const VALUES: &[(&str, &str, &str)] = &[
    ("smallint", "-32768", "1"),
    ("bigint", "9223372036854775807", "1"),
    ("numeric", "12345678901234567890.000000000000000000012", "1"),
    ("numeric", "'NaN'", "1"),
    ("numeric(10,3)", "'-0.001'", "1"),
    ("real", "0.1", "1"),
    ("double precision", "0.1::float8 + 0.2::float8", "1"),
    ("double precision", "'NaN'", "1"),
    ("double precision", "'-Infinity'", "'Infinity'"),
    ("double precision", "5e-324", "1.7976931348623157e308"),
    ("boolean", "true", "false"),
    (
        "text",
        "E'a ''quoted'' \"word\"\\n\\ttab \\\\ back\\r $1 $pgdeck0$ :x \\u00e4 \\U0001F469\\u200d\\U0001F3EB'",
        "''",
    ),
    ("text", "''", "NULL"),
    ("text", "NULL", "''"),
    ("text", "'NULL'", "NULL"),
    ("varchar(8)", "'abcdefgh'", "'x'"),
    ("char(6)", "'ab'", "'abc'"),
    ("\"char\"", "'a'", "'b'"),
    ("name", "'a name'", "'b'"),
    ("bytea", "'\\x00ff5c27'", "'\\x'"),
    ("uuid", "'8f000000-0000-4000-8000-000000000001'", "NULL"),
    ("bit(5)", "B'10101'", "B'00000'"),
    ("bit varying", "B'101'", "B''"),
    ("date", "'infinity'", "'0044-03-15 BC'"),
    ("time", "'23:59:59.999999'", "'00:00'"),
    ("timetz", "'12:00:00+05:30'", "'12:00:00Z'"),
    ("timestamp", "'294276-12-31 23:59:59.999999'", "'-infinity'"),
    ("timestamptz", "'2024-07-01 12:00:00.000001+05:45'", "'2024-07-01 12:00:00+00'"),
    ("interval", "'1 year -2 mons 3 days -04:05:06.7'", "'0'"),
    ("money", "'-1234567.89'", "'0'"),
    ("json", "'{\"b\": 1,  \"a\": [1.0, null], \"b\": 2}'", "'{}'"),
    ("jsonb", "'{\"b\": 1, \"a\": \"\\u00e4\\n\"}'", "'null'"),
    ("inet", "'10.0.0.1/8'", "'::1'"),
    ("macaddr", "'08:00:2b:01:02:03'", "NULL"),
    ("point", "'(1.5,-2)'", "'(0,0)'"),
    ("box", "'(2,2),(1,1)'", "'(3,3),(2,2)'"),
    ("tsvector", "to_tsvector('simple', 'a fat ''cat''')", "''"),
    ("tsquery", "'fat & (rat | !cat)'::tsquery", "'x'"),
    ("int4range", "'[1,5)'", "'empty'"),
    ("tstzrange", "'[\"2024-01-01 00:00:00+00\",)'", "NULL"),
    ("text[]", "ARRAY['a,b', 'c\"d', 'e''f', '{g}', NULL, 'NULL', '', E'h\\ni\\\\']", "'{}'"),
    ("int[]", "'[0:1][0:1]={{1,2},{3,NULL}}'", "'{1}'"),
    ("mood", "'so so'", "'bad'"),
    ("mood[]", "'{\"so so\",bad}'", "'{}'"),
    ("address", "ROW('a \"st\"', NULL, ARRAY['x,y'])", "ROW('b', 1, NULL)"),
    ("positive", "7", "1"),
    ("short", "'abc'", "'x'"),
    ("span", "'[1.5,2.5]'", "'empty'"),
    ("bpchar", "'ab   '", "'cd '"),
    ("refcursor", "'cursor  '", "''"),
];

pub const NAMED_TYPES: &str = "CREATE TYPE mood AS ENUM ('good', 'so so', 'bad');
    CREATE TYPE address AS (street text, no int, more text[]);
    CREATE DOMAIN positive AS int CHECK (VALUE > 0); CREATE DOMAIN short_base AS varchar(3); CREATE DOMAIN short AS short_base;
    CREATE TYPE span AS RANGE (subtype = numeric)";

#[tokio::test]
async fn every_kind_of_value_arrives_exactly_and_goes_back_exactly() {
    let mut types = VALUES.to_vec();
    let xml = "SELECT count(*) FROM pg_settings WHERE name = 'xmlbinary'";
    let probe = Pair::new(&set(r#"{ table = "t" }"#), "CREATE TABLE t (k int PRIMARY KEY)", "", "").await;
    if probe.source.one(xml).await == "1" && probe.source.script("SELECT '<a/>'::xml").await.is_ok() {
        types.push(("xml", "'<a b=\"c\">&lt;d</a>'", "'<x/>'"));
    }
    let columns: Vec<_> = types.iter().enumerate().map(|(at, (kind, ..))| format!("c{at} {kind}")).collect();
    let schema = format!("{NAMED_TYPES}; CREATE TABLE t (k text PRIMARY KEY, {})", columns.join(", "));
    let list = |pick: fn(&(&'static str, &'static str, &'static str)) -> &'static str| {
        types.iter().map(pick).collect::<Vec<_>>().join(", ")
    };
    let (new, old) = (list(|value| value.1), list(|value| value.2));
    let source = format!(
        "INSERT INTO t VALUES ('changed', {new}); INSERT INTO t VALUES ('new', {new}); INSERT INTO t VALUES ('back', {old})"
    );
    let target = format!(
        "INSERT INTO t VALUES ('changed', {old}); INSERT INTO t VALUES ('back', {new}); INSERT INTO t VALUES ('gone', {new})"
    );
    let pair = Pair::new(&set(r#"{ table = "t" }"#), &schema, &source, &target).await;
    let before = pair.target.dump().await;
    let review = pair.review_deletes().await;
    let script = script::script(&pair.all(&review)).unwrap();
    assert_eq!(counts(table(&review, "public.t")), [1, 2, 1, 0, 0, 0], "{}", show(&review));
    assert_eq!(row(&review, "public.t", "changed").cells.len(), types.len(), "every column differs");
    let applied = pair.sync_deletes().await;
    let source = pair.source.dump().await;
    assert_eq!(pair.target.dump().await, source);
    assert_eq!(pair.review_deletes().await.tables[0].unchanged, 3);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
    for _ in 0..2 {
        pair.target.script(&script).await.unwrap();
        assert_eq!(pair.target.dump().await, source, "the script does the same");
    }
    let file = pair.state.path().join("seed.sql");
    Box::pin(sync::seed(&pair.deck, &Job::quiet(), &[], "source", &file)).await.unwrap();
    let seed = std::fs::read_to_string(file).unwrap();
    for before in
        ["TRUNCATE t".to_owned(), format!("TRUNCATE t; INSERT INTO t VALUES ('changed', {old}), ('back', {new})")]
    {
        pair.target.run(&before).await;
        for _ in 0..2 {
            pair.target.script(&seed).await.unwrap();
            assert_eq!(pair.target.dump().await, source, "and so does a seed");
        }
    }
    let version = "SELECT string_agg(xmin::text, ' ' ORDER BY k) FROM t";
    let written = pair.target.one(version).await;
    pair.target.script(&seed).await.unwrap();
    assert_eq!(pair.target.one(version).await, written, "no value is taken for another");
}

#[tokio::test]
async fn the_same_value_written_otherwise_is_no_difference_to_apply() {
    let types = [
        ("numeric", "'1.0'", "'1.00'"),
        ("interval", "'1 mon'", "'30 days'"),
        ("double precision", "'-0'", "'0'"),
        ("real", "'0'", "'-0'"),
        ("jsonb", "'{\"a\": 1.0}'", "'{\"a\": 1.00}'"),
        ("numeric[]", "'{1.0}'", "'{1}'"),
        ("numrange", "'[1.0,2]'", "'[1,2.0]'"),
        ("timetz", "'12:00:00+01'", "'12:00:00+01'"),
    ];
    for (kind, new, old) in types {
        let schema = format!("CREATE TABLE t (k text PRIMARY KEY, v {kind}, other text)");
        let source = format!("INSERT INTO t VALUES ('look', {new}, 'same'), ('both', {new}, 'new')");
        let target = format!("INSERT INTO t VALUES ('look', {old}, 'same'), ('both', {old}, 'old')");
        let pair = Pair::new(&set(r#"{ table = "t" }"#), &schema, &source, &target).await;
        let stored = pair.target.one("SELECT v::text FROM t WHERE k = 'look'").await;
        if stored == pair.source.one("SELECT v::text FROM t WHERE k = 'look'").await {
            continue; // this server writes it the same way
        }
        let review = pair.review().await;
        assert_eq!(counts(table(&review, "public.t")), [0, 1, 0, 1, 0, 0], "{kind} {}", show(&review));
        assert_eq!(row(&review, "public.t", "look").change, Change::Representation);
        pair.sync().await;
        let rows = pair.target.rows("SELECT v::text, other FROM t ORDER BY k").await;
        assert_eq!(rows, [format!("{stored}|new"), format!("{stored}|same")], "{kind}: the value stays as it was");
        // Chosen on purpose, it is written.
        let review = pair.review().await;
        let mut selection = Selection::default();
        selection.toggle(&review, at(&review, "public.t", "look"));
        pair.apply(&pair.plan(&review, &selection)).await.unwrap();
        let look = "SELECT v::text FROM t WHERE k = 'look'";
        assert_eq!(pair.target.one(look).await, pair.source.one(look).await, "{kind}");
    }
}

/// (type there, value, type here, value here): the types differ between the environments.
async fn across(there: &str, new: &str, here: &str, old: &str) -> Pair {
    let (source, target) = (
        format!("CREATE TABLE t (k text PRIMARY KEY, v {there}); INSERT INTO t VALUES ('a', {new})"),
        format!("CREATE TABLE t (k text PRIMARY KEY, v {here}); INSERT INTO t VALUES ('a', {old})"),
    );
    Pair::new(&set(r#"{ table = "t" }"#), "", &source, &target).await
}

#[tokio::test]
async fn json_and_jsonb_are_compared_by_value() {
    let pair = across("json", r#"'{"b":1,  "a":2}'"#, "jsonb", r#"'{"a": 2, "b": 1}'"#).await;
    let review = pair.review().await;
    assert_eq!(counts(table(&review, "public.t")), [0, 0, 0, 1, 0, 0], "{}", show(&review));
    assert_eq!(table(&review, "public.t").warnings, ["column `v` is json in the source, jsonb in the target"]);
    let pair = across("json", r#"'{"b":1,  "a":2}'"#, "jsonb", "'{}'").await;
    let script = script::script(&pair.all(&pair.review().await)).unwrap();
    pair.sync().await;
    assert_eq!(pair.target.one("SELECT v FROM t").await, r#"{"a": 2, "b": 1}"#);
    pair.target.run("UPDATE t SET v = '{}'").await;
    pair.target.script(&script).await.unwrap();
    assert_eq!(pair.target.one("SELECT v FROM t").await, r#"{"a": 2, "b": 1}"#);
}

#[tokio::test]
async fn a_number_that_reads_otherwise_in_the_target_is_the_same_number() {
    let pair = across("numeric", "2.5", "numeric(8,2)", "1").await;
    let script = script::script(&pair.all(&pair.review().await)).unwrap();
    pair.sync().await;
    assert_eq!(pair.target.one("SELECT v FROM t").await, "2.50");
    pair.target.run("UPDATE t SET v = 1").await;
    pair.target.script(&script).await.unwrap();
    assert_eq!(pair.target.one("SELECT v FROM t").await, "2.50");
}

#[tokio::test]
async fn nothing_is_cut_or_rounded_to_fit_the_target() {
    let cut = "CREATE DOMAIN cut AS varchar(3)";
    for (there, new, here, old) in [
        ("text", "'too long'", "varchar(3)", "'old'"),
        ("text", "'abc  '", "varchar(3)", "'old'"),
        ("varchar(5)", "'12345'", "char(3)", "'old'"),
        ("bit varying", "B'10101'", "bit(3)", "B'000'"),
        ("bit varying", "B'10101'", "bit varying(3)", "B'000'"),
        ("text[]", "ARRAY['too long']", "varchar(3)[]", "'{old}'"),
        ("text", "'too long'", "cut", "'old'"),
        ("numeric", "1.005", "numeric(8,2)", "1"),
        ("numeric", "1000", "numeric(3,2)", "1"),
        ("timestamptz", "'2024-01-01 00:00:00.5Z'", "timestamptz(0)", "'2024-01-01Z'"),
        ("interval", "'1.5 seconds'", "interval(0)", "'0'"),
        ("bigint", "99999", "smallint", "1"),
        ("double precision", "1e300", "real", "1"),
        ("text", "'no number'", "numeric", "1"),
        ("text", "'unknown'", "mood", "'bad'"),
    ] {
        let needs = match here {
            "cut" => cut,
            "mood" => "CREATE TYPE mood AS ENUM ('good', 'bad')",
            _ => "SELECT",
        };
        let source = format!("CREATE TABLE t (k text PRIMARY KEY, v {there}); INSERT INTO t VALUES ('a', {new})");
        let target =
            format!("{needs}; CREATE TABLE t (k text PRIMARY KEY, v {here}); INSERT INTO t VALUES ('a', {old})");
        let pair = Pair::new(&set(r#"{ table = "t" }"#), "", &source, &target).await;
        let review = pair.review().await;
        let why = row(&review, "public.t", "a").blocked.clone().unwrap_or_else(|| panic!("{here}: {}", show(&review)));
        assert!(why.starts_with("`v` is ") && why.contains(" in the target, "), "{here}: {why}");
        assert!(pair.all(&review).steps.is_empty());
    }
}

#[tokio::test]
async fn types_of_extensions_travel_although_their_operators_are_elsewhere() {
    let schema = "CREATE SCHEMA ext; CREATE EXTENSION hstore SCHEMA ext; CREATE EXTENSION citext SCHEMA ext; CREATE EXTENSION ltree SCHEMA ext;
        CREATE TABLE t (k text PRIMARY KEY, h ext.hstore, c ext.citext, l ext.ltree, p point);
        CREATE TABLE by_name (name ext.citext PRIMARY KEY, v text);
        CREATE TABLE child (k text PRIMARY KEY, name ext.citext REFERENCES by_name)";
    let sets = set(r#"{ table = "t" }, { table = "by_name" }, { table = "child" }"#);
    let source = "INSERT INTO t VALUES ('a', 'x=>1, y=>NULL', 'New', 'top.new', '(1,2)'), ('new', '', '', '', NULL), ('case', NULL, 'Same', NULL, NULL);
        INSERT INTO by_name VALUES ('Name', 'new'), ('Other', 'new');
        INSERT INTO child VALUES ('c', 'Other')";
    let target = "INSERT INTO t VALUES ('a', 'x=>2', 'old', 'top', '(0,0)'), ('case', NULL, 'SAME', NULL, NULL);
        INSERT INTO by_name VALUES ('Name', 'old'); INSERT INTO child VALUES ('c', 'Name')";
    let pair = Pair::new(&sets, schema, source, target).await;
    let before = pair.target.dump().await;
    let review = pair.review().await;
    assert_eq!(row(&review, "public.t", "case").change, Change::Representation, "equal for citext");
    let script = script::script(&pair.all(&review)).unwrap();
    let applied = pair.sync().await;
    for table in ["t", "by_name", "child"] {
        let rows = format!("SELECT * FROM {table} x WHERE x::text NOT LIKE '(case,%' ORDER BY 1");
        assert_eq!(pair.target.rows(&rows).await, pair.source.rows(&rows).await);
    }
    let after = pair.target.dump().await;
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
    pair.target.script(&script).await.unwrap();
    assert_eq!(pair.target.dump().await, after);
}

#[tokio::test]
async fn a_value_that_is_too_long_is_no_triggers_doing() {
    // Where a trigger may rewrite values, one that was cut on the way in would pass for its work. The types grew
    // narrow behind the review, which says so otherwise.
    let trigger = "CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER stamp BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION stamp()";
    for (wide, kind, new) in [
        ("text", "varchar(3)", "'too long'"),
        ("text", "char(3)", "'too long'"),
        ("text[]", "varchar(3)[]", "'{too long}'"),
        ("text", "cut", "'too long'"),
        ("text", "cut_again", "'too long'"),
        ("text[]", "cut[]", "'{too long}'"),
        ("numeric(8,4)", "numeric(8,2)", "1.2345"),
        ("numeric(8,4)[]", "numeric(8,2)[]", "'{1.2345}'"),
        ("timestamp", "timestamp(0)", "'2024-01-01 00:00:00.5'"),
        ("time", "time(0)", "'10:00:00.5'"),
        ("interval", "interval(0)", "'1.5 seconds'"),
    ] {
        let schema = format!(
            "CREATE DOMAIN cut AS varchar(3); CREATE DOMAIN cut_again AS cut; CREATE TABLE t (k text PRIMARY KEY, v {wide}); {trigger}"
        );
        let source = format!("INSERT INTO t VALUES ('a', {new})");
        let pair = Pair::new(&set(r#"{ table = "t" }"#), &schema, &source, "").await;
        let plan = pair.all(&pair.review().await);
        pair.target.run(&format!("ALTER TABLE t ALTER v TYPE {kind}")).await;
        let review = pair.review().await;
        assert!(row(&review, "public.t", "a").blocked.is_some(), "{kind}: {}", show(&review));
        let error = pair.refused(&plan).await;
        assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("public.t")), "{kind}: {error}");
        assert!(error.message.contains("column v was changed after the review"), "{kind}: {error}");
    }
}

#[tokio::test]
async fn the_settings_of_role_and_database_do_not_change_what_is_read_or_written() {
    let schema =
        "CREATE TABLE t (k text PRIMARY KEY, at timestamptz, span interval, price money, bytes bytea, f float8);
        DO $$ BEGIN
          EXECUTE format('ALTER DATABASE %I SET timezone = %L', current_database(), 'Asia/Kathmandu');
          EXECUTE format('ALTER DATABASE %I SET datestyle = %L', current_database(), 'SQL, DMY');
          EXECUTE format('ALTER DATABASE %I SET intervalstyle = %L', current_database(), 'iso_8601');
          EXECUTE format('ALTER DATABASE %I SET bytea_output = %L', current_database(), 'escape');
          EXECUTE format('ALTER DATABASE %I SET extra_float_digits = %L', current_database(), '-5');
        END $$";
    let source = "INSERT INTO t VALUES ('a', '2024-02-03 04:05:06Z', '1 mon -2 days', '12.34', '\\x00ff', 0.1 + 0.2)";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, source, "").await;
    let script = script::script(&pair.all(&pair.review().await)).unwrap();
    pair.sync().await;
    let exact = "SELECT k, extract(epoch FROM at), span = '1 mon -2 days', price = '12.34'::money, encode(bytes, 'hex'), f = 0.1::float8 + 0.2::float8 FROM t";
    let wanted = pair.source.one(exact).await;
    assert_eq!(pair.target.one(exact).await, wanted);
    pair.target.run("DELETE FROM t").await;
    pair.target.script(&script).await.unwrap();
    assert_eq!(pair.target.one(exact).await, wanted);
}
