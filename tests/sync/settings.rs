//! What a role, a database or a server is set to changes nothing of what is synced.

use std::collections::BTreeMap;

use pgdeck::{
    app::{job::Job, sync},
    core::{
        error::Code,
        settings::{self, LEFT, REFUSED},
        sync::script::script,
    },
};

use crate::{
    offline::{answer, load, query, review},
    support::{Db, Pair, set, show},
};

/// Another value for every setting that is pinned.
const OTHER: [(&str, &str); 18] = [
    ("search_path", "nowhere, public"),
    ("TimeZone", "Asia/Tokyo"),
    ("DateStyle", "SQL, DMY"),
    ("IntervalStyle", "iso_8601"),
    ("extra_float_digits", "-10"),
    ("bytea_output", "escape"),
    ("lc_monetary", "POSIX"),
    ("array_nulls", "off"),
    ("xmloption", "document"),
    ("standard_conforming_strings", "off"),
    ("quote_all_identifiers", "on"),
    ("exit_on_error", "on"),
    ("lc_numeric", "POSIX"),
    ("lc_time", "POSIX"),
    ("xmlbinary", "hex"),
    ("transform_null_equals", "on"),
    ("timezone_abbreviations", "Australia"),
    ("gin_fuzzy_search_limit", "1"),
];

const SCHEMA: &str = r#"CREATE TABLE "T" (id serial PRIMARY KEY, key text UNIQUE NOT NULL, at timestamptz, day date,
    span interval, f float8, b bytea, m money, tags text[], x xml, back text)"#;
const ROWS: &str = r#"INSERT INTO "T" (key, at, day, span, f, b, m, tags, x, back) VALUES
    ('a', '2024-01-31 23:30:00.123+00', '2024-02-10', '-1 day +2 hours', 0.1::float8 + 0.2, '\x005c27ff', '1234.5', '{x,NULL,"NULL"}', '<a/><b/>', 'C:\new\''quoted'),
    ('out', '2024-01-31Z', '2024-01-10', '1 mon', 1e-300, '\x', '-3', '{NULL}', 'text', '\')"#;
const OLD: &str = r#"INSERT INTO "T" (key, at, day, span, f, b, m, tags, x, back) VALUES
    ('a', '2024-01-31 23:30:00.5+00', '2024-02-10', '1 day', 0.3, '\x01', '1', '{a}', '<a/>', 'C:\old')"#;

/// The rows, whatever the session is set to.
async fn rows(db: &Db) -> Vec<String> {
    let pins = settings::reading().map(|setting| format!("SET {} = '{}'; ", setting.name, setting.value));
    let pins = pins.collect::<Vec<_>>().concat();
    db.rows(&format!(
        r#"{pins} SELECT ROW(key, at, day, span, f, b, m, tags, x::text, back)::text FROM public."T" ORDER BY 1"#
    ))
    .await
}

/// Every road into the target, where `settle` is run on both sides.
async fn every_road(settle: impl Fn(&str) -> String) {
    // 3 February in one order, 2 March in the other.
    let sets = set(r#"{ table = "T", key = ["key"], where = "day >= '02/03/2024'" }"#);
    let pair = Pair::new(&sets, SCHEMA, ROWS, OLD).await;
    let wanted: Vec<_> = rows(&pair.source).await.into_iter().filter(|row| row.starts_with("(a,")).collect();
    let before = rows(&pair.target).await;
    assert_eq!((wanted.len(), before.len()), (1, 1));
    for db in [&pair.source, &pair.target] {
        db.run(&settle(&db.name)).await;
    }
    let plan = pair.all(&pair.review().await);
    assert_eq!(plan.steps.len(), 1, "{}", show(&pair.review().await));
    let run = pair.sync().await.run.unwrap();
    assert_eq!(rows(&pair.target).await, wanted, "applied");
    pair.undo(&run).await.unwrap();
    assert_eq!(rows(&pair.target).await, before, "undone");

    let sql = script(&plan).unwrap();
    for _ in 0..2 {
        pair.target.script(&sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
        assert_eq!(rows(&pair.target).await, wanted, "script");
    }
    let path = pair.state.path().join("seed.sql");
    sync::seed(&pair.deck, &Job::quiet(), &[], "source", &path).await.unwrap();
    let sql = std::fs::read_to_string(path).unwrap();
    for truncate in [true, false] {
        if truncate {
            pair.target.run(r#"TRUNCATE public."T""#).await;
        }
        pair.target.script(&sql).await.unwrap_or_else(|error| panic!("{error}\n{sql}"));
        assert_eq!(rows(&pair.target).await, wanted, "seed");
    }
    let printed = query(&pair, &[]).await;
    let pasted = load(&pair, &answer(&pair, &printed).await, &[]).await.unwrap();
    let found = review(&pair, &pasted).await;
    assert!(found.tables[0].rows.is_empty(), "{}", show(&found));
}

#[tokio::test]
async fn a_database_that_is_set_to_anything() {
    every_road(|name| {
        OTHER
            .iter()
            .map(|(setting, value)| format!("ALTER DATABASE {name} SET {setting} = {};", quoted(setting, value)))
            .collect::<Vec<_>>()
            .concat()
    })
    .await;
}

#[tokio::test]
async fn a_role_that_is_set_to_anything() {
    every_road(|name| {
        let alter = |(setting, value): &(&str, &str)| {
            format!("ALTER ROLE postgres IN DATABASE {name} SET {setting} = {};", quoted(setting, value))
        };
        OTHER.iter().map(alter).collect()
    })
    .await;
}

fn quoted(setting: &str, value: &str) -> String {
    if setting == "search_path" { value.to_owned() } else { format!("'{value}'") }
}

#[test]
fn every_pinned_setting_is_tried() {
    let tried: BTreeMap<_, _> = OTHER.into_iter().collect();
    for setting in settings::reading() {
        let other = tried.get(setting.name).unwrap_or_else(|| panic!("{} is not tried", setting.name));
        assert_ne!(*other, setting.value, "{}", setting.name);
    }
    assert_eq!(tried.len(), settings::reading().count());
}

/// What a newer major brings along has to be decided, too.
#[tokio::test]
async fn every_setting_that_a_role_may_have_is_decided() {
    let db = Db::create("").await;
    let there = db
        .rows(
            "SELECT name FROM pg_settings WHERE context IN ('user', 'superuser') AND NOT name ~ '^(vacuum|enable|debug_print)_'
             AND category ~ '^(Client Connection|Version and|Error|Developer|Query Tuning / Other)'",
        )
        .await;
    let known: Vec<&str> = settings::reading()
        .map(|setting| setting.name)
        .chain(REFUSED.iter().map(|setting| setting.name))
        .chain(LEFT.iter().map(|(name, _)| *name))
        .collect();
    let undecided: Vec<_> = there.iter().filter(|name| !known.contains(&name.as_str())).collect();
    assert!(undecided.is_empty(), "{undecided:?}");
}

#[tokio::test]
async fn a_role_that_silences_triggers_or_may_only_read_is_refused_before_anything() {
    let sets = set(r#"{ table = "t", key = ["k"] }"#);
    let schema = "CREATE TABLE t (k text PRIMARY KEY, v text)";
    let pair = Pair::new(&sets, schema, "INSERT INTO t VALUES ('a', 'new')", "INSERT INTO t VALUES ('a', 'old')").await;
    let plan = pair.all(&pair.review().await);
    let name = &pair.target.name;
    for (setting, value, words, warned) in [
        ("session_replication_role", "replica", "foreign keys and triggers do not run", false),
        ("default_transaction_read_only", "on", "the target is read-only for this role", true),
    ] {
        for of in [format!("DATABASE {name}"), format!("ROLE postgres IN DATABASE {name}")] {
            pair.target.run(&format!("ALTER {of} SET {setting} = {value}")).await;
            let review = pair.review().await;
            let warnings = review.tables[0].warnings.join("; ");
            assert_eq!(warnings.contains("nothing can be applied to target"), warned, "{warnings}");
            let error = pair.refused(&plan).await;
            assert_eq!(error.code, Code::Refused, "{error}");
            assert!(error.message.contains(words) && error.hint.is_some(), "{error}");
            pair.target.run(&format!("BEGIN READ WRITE; ALTER {of} RESET {setting}; COMMIT")).await;
        }
    }
    let sql = script(&plan).unwrap();
    pair.target.run(&format!("ALTER DATABASE {name} SET session_replication_role = replica")).await;
    let error = pair.target.script(&sql).await.expect_err("silent");
    assert!(error.contains("session_replication_role is replica"), "{error}");
}
