//! Rows in a team's seed.sql: into an empty database, into an older one, and into one that has them already.

use std::{fs, path::PathBuf};

use pgdeck::{
    app::{
        deck::Deck,
        job::Job,
        sync::{self, Seeded},
    },
    core::error::Result,
};

use crate::support::{Db, Pair, set};

fn file(pair: &Pair) -> PathBuf {
    pair.state.path().join("seed.sql")
}

async fn try_seed(deck: &Deck, pair: &Pair, sets: &[&str], from: &str) -> Result<Seeded> {
    let sets: Vec<_> = sets.iter().map(ToString::to_string).collect();
    Box::pin(sync::seed(deck, &Job::quiet(), &sets, from, &file(pair))).await
}

/// The file's text after a seed of all sets.
async fn seed(pair: &Pair) -> String {
    try_seed(&pair.deck, pair, &[], "source").await.unwrap();
    fs::read_to_string(file(pair)).unwrap()
}

/// A database with these statements; each row, also its version, so that an update that changes nothing is seen too.
async fn versions(db: &Db, table: &str) -> Vec<String> {
    db.rows(&format!("SELECT t.xmin, t::text FROM {table} t ORDER BY 2")).await
}

const SHOP: &str = "CREATE TABLE plans (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), key text NOT NULL, name text, pos int NOT NULL UNIQUE CHECK (pos > 0), made timestamptz DEFAULT now());
    CREATE TABLE features (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text NOT NULL UNIQUE, label text UNIQUE, upper text GENERATED ALWAYS AS (upper(key)) STORED);
    CREATE TABLE plan_features (plan_id uuid NOT NULL REFERENCES plans, feature_id int NOT NULL REFERENCES features, cap int, PRIMARY KEY (plan_id, feature_id))";
const SHOP_SETS: &str = "[[sync.set]]\nname = \"plans\"\ntables = [{ table = \"plan_features\" }, { table = \"plans\", key = [\"key\"], ignore = [\"made\"] }]\n
    [[sync.set]]\nname = \"features\"\ntables = [{ table = \"features\", key = [\"key\"] }]\n";
const SHOP_ROWS: &str = "INSERT INTO plans VALUES ('10000000-0000-4000-8000-000000000001', 'free', E'Free\\n-- pgdeck:end plans, features\\n-- pgdeck:end *\\r\\n''s $pgdeck0$', 1, '2024-01-01Z'),
      ('10000000-0000-4000-8000-000000000002', 'pro', 'Pro', 2, '2024-01-01Z');
    INSERT INTO features (key, label) VALUES ('skip', 'x'), ('chat', 'a'), ('mail', 'b'); DELETE FROM features WHERE key = 'skip';
    INSERT INTO plan_features SELECT p.id, f.id, 3 FROM plans p, features f";
const SHOP_SEEN: &str = "SELECT p.key, p.name, p.pos, f.key, f.label, f.upper, x.cap FROM plan_features x
    JOIN plans p ON p.id = x.plan_id JOIN features f ON f.id = x.feature_id ORDER BY 1, 4";

#[tokio::test]
async fn an_empty_an_older_and_an_equal_database_hold_the_same_afterwards() {
    // Older: values that swap, an id that another row has by now, a row of its own, no index on the key.
    let older = "INSERT INTO plans VALUES ('10000000-0000-4000-8000-000000000002', 'free', 'Old', 2, '2020-01-01Z'),
          ('10000000-0000-4000-8000-000000000003', 'own', 'Own', 9, '2020-01-01Z');
        INSERT INTO features (key, label) VALUES ('mail', 'a'), ('chat', 'b')";
    let pair = Pair::new(SHOP_SETS, SHOP, SHOP_ROWS, older).await;
    let sql = seed(&pair).await;
    let wanted = pair.source.rows(SHOP_SEEN).await;
    assert_eq!(wanted.len(), 4);
    let empty = Db::create(SHOP).await;
    for db in [&empty, &pair.target, &pair.source] {
        db.script(&sql).await.unwrap();
        assert_eq!(db.rows(SHOP_SEEN).await, wanted);
        let mut before = Vec::new();
        for table in ["plans", "features", "plan_features"] {
            before.extend(versions(db, table).await);
        }
        db.script(&sql).await.unwrap();
        let mut after = Vec::new();
        for table in ["plans", "features", "plan_features"] {
            after.extend(versions(db, table).await);
        }
        assert_eq!(after, before, "a second run writes nothing");
    }
    let ids = "SELECT id, key, extract(year FROM made at time zone 'UTC') FROM plans ORDER BY key";
    assert_eq!(empty.rows(ids).await, pair.source.rows(ids).await, "ids are kept where they are free");
    let target = pair.target.rows(ids).await;
    assert!(target[0].ends_with("0002|free|2020") && target[1].ends_with("0003|own|2020"), "{target:?}");
    assert!(target[2].ends_with("|pro|2024") && !target[2].contains("0002|"), "{target:?}");
}

#[tokio::test]
async fn the_text_is_the_same_again_and_a_changed_row_changes_its_own_lines() {
    let pair = Pair::new(SHOP_SETS, SHOP, SHOP_ROWS, "").await;
    fs::write(file(&pair), "SELECT 'ours';\r\n").unwrap();
    let first = seed(&pair).await;
    assert!(first.starts_with("SELECT 'ours';\r\n\r\n-- pgdeck:begin *\r\n"), "{first}");
    assert_eq!(first.matches('\n').count(), first.matches("\r\n").count(), "every line ends as the file's do");
    assert!(!try_seed(&pair.deck, &pair, &[], "source").await.unwrap().changed);
    assert_eq!(seed(&pair).await, first);
    pair.source.run("UPDATE plans SET name = 'Professional' WHERE key = 'pro'").await;
    let second = seed(&pair).await;
    let differ: Vec<_> = first.lines().zip(second.lines()).filter(|(old, new)| old != new).collect();
    assert_eq!(differ, [("  'Pro'::text AS name,", "  'Professional'::text AS name,")]);
    assert_eq!(first.lines().count(), second.lines().count());
    // Another region stands beside it.
    try_seed(&pair.deck, &pair, &["features"], "source").await.unwrap();
    let both = fs::read_to_string(file(&pair)).unwrap();
    assert!(both.starts_with(&second) && both.contains("\r\n-- pgdeck:end features\r\n"), "{both}");
}

#[tokio::test]
async fn it_runs_inside_of_a_transaction_and_leaves_the_session_as_it_was() {
    let pair = Pair::new(SHOP_SETS, SHOP, SHOP_ROWS, "").await;
    let sql = seed(&pair).await;
    let client = pair.target.connect().await;
    client.batch_execute("SET timezone = 'Asia/Tokyo'; BEGIN").await.unwrap();
    client.batch_execute(&sql).await.unwrap();
    let row =
        client.query_one("SELECT current_setting('timezone'), current_setting('search_path')", &[]).await.unwrap();
    assert_eq!((row.get::<_, &str>(0), row.get::<_, &str>(1)), ("Asia/Tokyo", "\"$user\", public"));
    client.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(pair.target.one("SELECT count(*) FROM plans").await, "0", "the caller's transaction decides");
}

#[tokio::test]
async fn a_parent_that_is_not_there_is_named_and_nothing_is_written() {
    let pair = Pair::new(SHOP_SETS, SHOP, SHOP_ROWS, "").await;
    try_seed(&pair.deck, &pair, &["plans"], "source").await.unwrap();
    let sql = fs::read_to_string(file(&pair)).unwrap();
    let said = pair.target.script(&sql).await.unwrap_err();
    assert!(said.contains("public.features chat is not here, and public.plan_features needs it"), "{said}");
    assert_eq!(pair.target.one("SELECT count(*) FROM plans").await, "0");
    pair.target.run("INSERT INTO features (key) VALUES ('chat'), ('mail')").await;
    pair.target.script(&sql).await.unwrap();
    assert_eq!(pair.target.one("SELECT count(*) FROM plan_features").await, "4");
}

#[tokio::test]
async fn trees_and_circles_are_set_once_their_rows_are_there() {
    let schema = "CREATE TABLE a (k text PRIMARY KEY, up text REFERENCES a, b text);
        CREATE TABLE b (k text PRIMARY KEY, a text NOT NULL REFERENCES a); ALTER TABLE a ADD FOREIGN KEY (b) REFERENCES b";
    let rows = "INSERT INTO a VALUES ('z', NULL, NULL), ('y', 'z', NULL), ('x', 'y', NULL), ('self', 'self', NULL);
        INSERT INTO b VALUES ('one', 'x'), ('two', 'z'); UPDATE a SET b = 'one' WHERE k = 'x'; UPDATE a SET up = 'x' WHERE k = 'z'";
    let older = "INSERT INTO a VALUES ('x', NULL, NULL)";
    let pair = Pair::new(&set(r#"{ table = "a" }, { table = "b" }"#), schema, rows, older).await;
    let sql = seed(&pair).await;
    let wanted = pair.source.dump().await;
    for db in [&Db::create(schema).await, &pair.target] {
        for _ in 0..2 {
            db.script(&sql).await.unwrap();
            assert_eq!(db.dump().await, wanted);
        }
    }
    let never = "CREATE TABLE a (k text PRIMARY KEY, up text NOT NULL REFERENCES a)";
    let pair = Pair::new(&set(r#"{ table = "a" }"#), never, "INSERT INTO a VALUES ('x', 'x')", "").await;
    let error = try_seed(&pair.deck, &pair, &[], "source").await.unwrap_err();
    assert!(error.to_string().contains("in a circle"), "{error}");
    assert!(!file(&pair).exists());
}

#[tokio::test]
async fn numbers_that_new_rows_bring_are_not_given_again() {
    let schema = "CREATE TABLE t (n int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text)";
    let rows = "INSERT INTO t (v) VALUES ('a'), ('b')";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, rows, "").await;
    let sql = seed(&pair).await;
    pair.target.script(&sql).await.unwrap();
    assert_eq!(pair.target.rows("INSERT INTO t (v) VALUES ('c') RETURNING n").await, ["3"]);
    pair.target.script(&sql).await.unwrap();
    assert_eq!(pair.target.rows("SELECT n, v FROM t ORDER BY n").await, ["1|a", "2|b", "3|c"]);
}

/// What only the target has holds the value at the end of a chain, so that no order and no waiting helps.
#[tokio::test]
async fn a_seed_gives_up_at_once_where_a_row_of_the_target_alone_is_in_the_way() {
    let schema = "CREATE TABLE t (id serial PRIMARY KEY, k text NOT NULL UNIQUE, pos int NOT NULL UNIQUE, code char(4) NOT NULL UNIQUE)";
    let source = "INSERT INTO t (k, pos, code) SELECT 'k' || i, i + 1, lpad((i % 150 + 1)::text, 4, '0') FROM generate_series(1, 150) i";
    let target =
        "INSERT INTO t (k, pos, code) SELECT 'k' || i, i, lpad(i::text, 4, '0') FROM generate_series(1, 150) i;
        INSERT INTO t (k, pos, code) VALUES ('only here', 151, 'N')";
    let pair = Pair::new(&set(r#"{ table = "t", key = ["k"] }"#), schema, source, target).await;
    let before = pair.target.dump().await;
    let sql = seed(&pair).await;
    let soon = format!("SET statement_timeout = '15s';\n{sql}");
    let said = pair.target.script(&soon).await.unwrap_err();
    assert!(said.contains("public.t k150: duplicate key") && said.contains("(pos)=(151)"), "{said}");
    assert!(said.contains("no row of this script can make room for it"), "{said}");
    assert_eq!(pair.target.dump().await, before);
    // Where it has left, all of them move on.
    pair.target.run("DELETE FROM t WHERE k = 'only here'").await;
    pair.target.script(&soon).await.unwrap();
    let sql = "SELECT k, pos, code FROM t ORDER BY pos";
    assert_eq!(pair.target.rows(sql).await, pair.source.rows(sql).await);
}

/// One column that points to two tables: both parents come first, whatever the tables are called.
#[tokio::test]
async fn a_column_with_two_foreign_keys_waits_for_both_parents() {
    let schema = "CREATE TABLE u (id serial PRIMARY KEY, k text UNIQUE NOT NULL);
        CREATE TABLE w (id int PRIMARY KEY REFERENCES u, k text UNIQUE);
        CREATE TABLE t (id serial PRIMARY KEY, k text UNIQUE NOT NULL, u int REFERENCES u REFERENCES w)";
    let rows = "INSERT INTO u (k) VALUES ('a'), ('b'); INSERT INTO w VALUES (1, 'wa'), (2, 'wb'); INSERT INTO t (k, u) VALUES ('x', 1), ('y', 2)";
    let target = "INSERT INTO u (id, k) VALUES (10, 'b')";
    let sets = set(r#"{ table = "u", key = ["k"] }, { table = "w", key = ["k"] }, { table = "t", key = ["k"] }"#);
    let pair = Pair::new(&sets, schema, rows, target).await;
    let sql = seed(&pair).await;
    let look = "SELECT t.k, u.k, w.k FROM t JOIN u ON u.id = t.u JOIN w ON w.id = t.u ORDER BY 1";
    for _ in 0..2 {
        pair.target.script(&sql).await.unwrap();
        assert_eq!(pair.target.rows(look).await, ["x|a|wa", "y|b|wb"]);
    }
}
