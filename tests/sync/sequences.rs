//! Sequences follow the numbers that rows bring along, whatever stands between the sequence and the column.

use std::fs;

use pgdeck::{
    app::{job::Job, sync},
    core::sync::script::script,
};

use crate::support::{Db, Pair, set, show, table};

/// Every kind of numbered column: its table's definition, the number that the source brings, and what the target's
/// sequence hands out next.
const KINDS: &[(&str, &str, &str, &str)] = &[
    ("owned", "CREATE TABLE owned (id serial PRIMARY KEY, k text UNIQUE)", "7", "8"),
    ("unowned", "CREATE SEQUENCE s1; CREATE TABLE unowned (id int PRIMARY KEY DEFAULT nextval('s1'), k text UNIQUE)", "7", "8"),
    (
        "elsewhere",
        "CREATE SCHEMA \"Other s\"; CREATE SEQUENCE \"Other s\".\"S'2\";
         CREATE TABLE elsewhere (id bigint PRIMARY KEY DEFAULT nextval('\"Other s\".\"S''2\"'), k text UNIQUE)",
        "7000000000",
        "7000000001",
    ),
    (
        "late",
        "CREATE SEQUENCE s3; CREATE TABLE late (id int PRIMARY KEY DEFAULT nextval('s3'::text), k text UNIQUE)",
        "7",
        "8",
    ),
    (
        "ident",
        "CREATE TABLE ident (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE)",
        "7",
        "8",
    ),
    (
        "no_default",
        "CREATE TABLE no_default (id int PRIMARY KEY, k text UNIQUE); CREATE SEQUENCE s4 OWNED BY no_default.id",
        "7",
        "8",
    ),
    (
        "small",
        "CREATE SEQUENCE s5; CREATE TABLE small (id smallint PRIMARY KEY DEFAULT nextval('s5'), k text UNIQUE)",
        "32000",
        "32001",
    ),
    (
        "as_text",
        "CREATE SEQUENCE s6; CREATE TABLE as_text (id text PRIMARY KEY DEFAULT nextval('s6')::text, k text UNIQUE)",
        "90",
        "91",
    ),
    (
        "exact",
        "CREATE SEQUENCE s7; CREATE TABLE exact (id numeric(20) PRIMARY KEY DEFAULT nextval('s7'), k text UNIQUE)",
        "7",
        "8",
    ),
    (
        "domained",
        "CREATE DOMAIN num AS int CHECK (VALUE > 0); CREATE SEQUENCE s8;
         CREATE TABLE domained (id num PRIMARY KEY DEFAULT nextval('s8'), k text UNIQUE)",
        "7",
        "8",
    ),
    (
        "down",
        "CREATE SEQUENCE s9 INCREMENT -1; CREATE TABLE down (id int PRIMARY KEY DEFAULT nextval('s9'), k text UNIQUE)",
        "-7",
        "-8",
    ),
    (
        "steps",
        "CREATE SEQUENCE s10 INCREMENT 10 START 3; CREATE TABLE steps (id int PRIMARY KEY DEFAULT nextval('s10'), k text UNIQUE)",
        "40",
        "43",
    ),
    (
        "restarted",
        "CREATE SEQUENCE s11; ALTER SEQUENCE s11 RESTART 500;
         CREATE TABLE restarted (id int PRIMARY KEY DEFAULT nextval('s11'), k text UNIQUE)",
        "70",
        "500",
    ),
    (
        "first",
        "CREATE SEQUENCE s12 START 70; CREATE TABLE first (id int PRIMARY KEY DEFAULT nextval('s12'), k text UNIQUE)",
        "70",
        "71",
    ),
    (
        "ahead",
        "CREATE SEQUENCE s13; SELECT setval('s13', 500);
         CREATE TABLE ahead (id int PRIMARY KEY DEFAULT nextval('s13'), k text UNIQUE)",
        "70",
        "501",
    ),
    (
        "outside",
        "CREATE SEQUENCE s14 MAXVALUE 50; CREATE TABLE outside (id int PRIMARY KEY DEFAULT nextval('s14'), k text UNIQUE)",
        "70",
        "1",
    ),
    (
        "cycles",
        "CREATE SEQUENCE s15 MAXVALUE 50 CYCLE; CREATE TABLE cycles (id int PRIMARY KEY DEFAULT nextval('s15'), k text UNIQUE)",
        "50",
        "1",
    ),
    (
        "cycling",
        "CREATE SEQUENCE s16 MAXVALUE 50 CYCLE; CREATE TABLE cycling (id int PRIMARY KEY DEFAULT nextval('s16'), k text UNIQUE)",
        "49",
        "50",
    ),
    (
        "parts",
        "CREATE SEQUENCE s17; CREATE TABLE parts (id int DEFAULT nextval('s17'), k text, PRIMARY KEY (id)) PARTITION BY RANGE (id);
         CREATE TABLE parts_1 PARTITION OF parts FOR VALUES FROM (0) TO (100)",
        "7",
        "8",
    ),
];

/// Where the number is not a column of the default, the sequence that stands behind it.
fn next(name: &str) -> String {
    match name {
        "no_default" => "SELECT nextval('public.s4')".to_owned(),
        "ident" => "SELECT nextval(pg_get_serial_sequence('public.ident', 'id'))".to_owned(),
        "outside" => "SELECT nextval('public.s14')".to_owned(),
        _ => format!("INSERT INTO public.{name} (k) VALUES ('next') RETURNING id"),
    }
}

async fn kinds(source: &str) -> Pair {
    let schema: Vec<_> = KINDS.iter().map(|(_, schema, ..)| *schema).collect();
    let sets: Vec<_> =
        KINDS.iter().map(|(name, ..)| format!("{{ table = \"{name}\", key = [\"k\"], ids = \"keep\" }}")).collect();
    let sets = set(&sets.join(", ")).replace("{ table = \"parts\", key = [\"k\"], ids = \"keep\" }", "\"parts\"");
    Pair::new(&sets, &schema.join(";\n"), source, "").await
}

fn rows() -> String {
    let row = |(name, _, number, _): &(&str, &str, &str, &str)| {
        format!("INSERT INTO {name} (id, k) OVERRIDING SYSTEM VALUE VALUES ({number}, 'x');")
    };
    KINDS.iter().map(row).collect()
}

async fn expect_next(db: &Db, by: &str) {
    for (name, _, number, wanted) in KINDS {
        assert_eq!(db.one(&format!("SELECT id FROM public.{name} WHERE k = 'x'")).await, *number, "{by}: {name}");
        assert_eq!(db.one(&next(name)).await, *wanted, "{by}: {name}");
    }
}

#[tokio::test]
async fn every_sequence_behind_a_column_follows_and_none_goes_back() {
    let pair = kinds(&rows()).await;
    let review = pair.review().await;
    let plan = pair.all(&review);
    assert_eq!(plan.steps.len(), KINDS.len(), "{}", show(&review));
    for (name, ..) in KINDS {
        let warnings = &table(&review, &format!("public.{name}")).warnings;
        assert!(!warnings.iter().any(|warning| warning.contains("sequence")), "{name}: {warnings:?}");
    }
    let applied = pair.apply(&plan).await.unwrap();
    let state = "SELECT sequencename, last_value FROM pg_sequences ORDER BY 1";
    let after = pair.target.rows(state).await;
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.rows(state).await, after, "an undo leaves them where they are");
    pair.apply(&plan).await.unwrap();
    assert_eq!(pair.target.rows(state).await, after, "and the same rows once more move nothing");
    expect_next(&pair.target, "apply").await;
}

#[tokio::test]
async fn the_script_and_the_seed_move_the_same_sequences() {
    let pair = kinds(&rows()).await;
    let text = script(&pair.all(&pair.review().await)).unwrap();
    pair.target.script(&text).await.unwrap();
    pair.target.script(&text).await.unwrap();
    expect_next(&pair.target, "script").await;
    let schema: Vec<_> = KINDS.iter().map(|(_, schema, ..)| *schema).collect();
    let other = Db::create(&schema.join(";\n")).await;
    let file = pair.state.path().join("seed.sql");
    Box::pin(sync::seed(&pair.deck, &Job::quiet(), &[], "source", &file)).await.unwrap();
    let text = fs::read_to_string(&file).unwrap();
    other.script(&text).await.unwrap();
    other.script(&text).await.unwrap();
    expect_next(&other, "seed").await;
    // A database that names its sequences in another way.
    let renamed = Db::create(&schema.join(";\n")).await;
    renamed.run("ALTER SEQUENCE ident_id_seq RENAME TO a; ALTER SEQUENCE owned_id_seq RENAME TO b").await;
    renamed.script(&text).await.unwrap();
    expect_next(&renamed, "seed into other names").await;
}

#[tokio::test]
async fn a_sequence_of_two_tables_and_two_columns_is_moved_past_all_of_them() {
    let schema = "CREATE SEQUENCE shared; CREATE TABLE a (id int PRIMARY KEY DEFAULT nextval('shared'), k text UNIQUE);
        CREATE TABLE b (id int PRIMARY KEY DEFAULT nextval('shared'), n int UNIQUE DEFAULT nextval('shared'), k text UNIQUE)";
    let sets = set(r#"{ table = "a", key = ["k"], ids = "keep" }, { table = "b", key = ["k"], ids = "keep" }"#);
    for (source, wanted) in [
        ("INSERT INTO a VALUES (90, 'x'); INSERT INTO b VALUES (7, 8, 'x')", "91"),
        ("INSERT INTO a VALUES (7, 'x'); INSERT INTO b VALUES (90, 8, 'x')", "91"),
        ("INSERT INTO a VALUES (7, 'x'); INSERT INTO b VALUES (8, 90, 'x')", "91"),
        ("INSERT INTO b VALUES (8, 90, 'x')", "91"),
    ] {
        let pair = Pair::new(&sets, schema, source, "").await;
        pair.sync().await;
        assert_eq!(pair.target.one("SELECT nextval('shared')").await, wanted, "{source}");
    }
    // A row that is there already and gets another number brings one along, too.
    let pair = Pair::new(&sets, schema, "INSERT INTO b VALUES (1, 90, 'x')", "INSERT INTO b VALUES (1, 2, 'x')").await;
    pair.sync().await;
    assert_eq!(pair.target.one("SELECT nextval('shared')").await, "91");
}

#[tokio::test]
async fn a_sequence_that_cannot_follow_is_said_before_and_a_sequence_at_its_end_stays_there() {
    let schema = "CREATE SEQUENCE s; CREATE TABLE wrapped (id text PRIMARY KEY DEFAULT 'INV-' || nextval('s'), v int);
        CREATE SEQUENCE e MAXVALUE 9; CREATE TABLE ended (id int PRIMARY KEY DEFAULT nextval('e'), v int)";
    let sets = set(r#""wrapped", "ended""#);
    let rows = "INSERT INTO wrapped VALUES ('INV-70', 1); INSERT INTO ended VALUES (9, 1)";
    let pair = Pair::new(&sets, schema, rows, "").await;
    let review = pair.review().await;
    let warnings = &table(&review, "public.wrapped").warnings;
    assert!(
        warnings.iter().any(|w| w.contains("`id` is made of the numbers of public.s, which is not moved")),
        "{warnings:?}"
    );
    pair.sync().await;
    assert_eq!(pair.target.one("SELECT nextval('s')").await, "1");
    assert_eq!(pair.target.one("SELECT last_value FROM e").await, "9");
    // Nothing is said where no row is new.
    let warnings = table(&pair.review().await, "public.wrapped").warnings.clone();
    assert!(!warnings.iter().any(|w| w.contains("public.s")), "{warnings:?}");
}

#[tokio::test]
async fn a_role_that_may_not_set_the_sequence_is_told_so_before() {
    let schema = "DO $$ BEGIN CREATE ROLE numbers_none LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        CREATE SEQUENCE s; CREATE TABLE t (id int PRIMARY KEY DEFAULT nextval('s'), k text UNIQUE);
        GRANT ALL ON t TO numbers_none; GRANT USAGE ON SEQUENCE s TO numbers_none";
    let sets = set(r#"{ table = "t", key = ["k"], ids = "keep" }"#);
    let pair = Pair::with_role("numbers_none", &sets, schema, "INSERT INTO t VALUES (7, 'x')", "").await;
    let review = pair.review().await;
    let warnings = &table(&review, "public.t").warnings;
    assert!(
        warnings.iter().any(|w| w.contains("cannot move public.s") && w.contains("grant SELECT and UPDATE")),
        "{warnings:?}"
    );
    let error = pair.refused(&pair.all(&review)).await;
    assert_eq!(error.object.as_deref(), Some("public.s"), "{error}");
    pair.target.run("GRANT SELECT, UPDATE ON SEQUENCE s TO numbers_none").await;
    let review = pair.review().await;
    assert!(table(&review, "public.t").warnings.iter().all(|w| !w.contains("public.s")), "{}", show(&review));
    pair.apply(&pair.all(&review)).await.unwrap();
    assert_eq!(pair.target.one("SELECT nextval('s')").await, "8");
    for db in [&pair.source, &pair.target] {
        db.run("DROP OWNED BY numbers_none").await;
    }
    pair.target.run("DROP ROLE numbers_none").await;
}
