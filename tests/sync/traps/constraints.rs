//! What the target's constraints and triggers make of rows that are right once all of them are written.

use pgdeck::core::{error::Code, sync::script::script};

use crate::support::{Pair, set};

/// Applies, undoes, and runs the script twice; `sql` then tells what `wanted` is.
async fn moves(sets: &str, schema: &str, source: &str, target: &str, sql: &str, wanted: &[&str]) {
    let pair = Pair::new(sets, schema, source, target).await;
    let before = pair.target.dump().await;
    let plan = pair.all(&pair.review_deletes().await);
    let applied = pair.sync_deletes().await;
    assert_eq!(pair.target.rows(sql).await, wanted);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
    let script = script(&plan).unwrap();
    for _ in 0..2 {
        pair.target.script(&script).await.unwrap_or_else(|error| panic!("{error}\n{script}"));
        assert_eq!(pair.target.rows(sql).await, wanted, "{script}");
    }
}

fn keyed() -> String {
    set(r#"{ table = "t", key = ["k"] }"#)
}

#[tokio::test]
async fn unique_swap() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, pos int NOT NULL UNIQUE CHECK (pos > 0))";
    let (source, target) =
        ("INSERT INTO t VALUES ('a', 1), ('b', 2), ('c', 3)", "INSERT INTO t VALUES ('a', 2), ('b', 3), ('c', 1)");
    moves(&keyed(), schema, source, target, "SELECT * FROM t ORDER BY k", &["a|1", "b|2", "c|3"]).await;
    let deferrable = "CREATE TABLE t (k text PRIMARY KEY, pos int NOT NULL UNIQUE DEFERRABLE)";
    moves(&keyed(), deferrable, source, target, "SELECT * FROM t ORDER BY k", &["a|1", "b|2", "c|3"]).await;
}

#[tokio::test]
async fn identity_always() {
    let schema = "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE)";
    let pair = Pair::new(
        &set(r#"{ table = "t", key = ["k"], ids = "keep" }"#),
        schema,
        "INSERT INTO t OVERRIDING SYSTEM VALUE VALUES (7, 'seven')",
        "INSERT INTO t (k) VALUES ('one')",
    )
    .await;
    pair.sync().await;
    pair.target.run("INSERT INTO t (k) VALUES ('next')").await;
    assert_eq!(pair.target.rows("SELECT * FROM t ORDER BY id").await, ["1|one", "7|seven", "8|next"]);
}

#[tokio::test]
async fn partial_unique_index() {
    let sql = "SELECT k, current FROM t ORDER BY k";
    for index in
        ["((true)) WHERE current", "(current) WHERE current", "(kind) WHERE current", "(kind, k) WHERE current"]
    {
        let schema = format!(
            "CREATE TABLE t (k text PRIMARY KEY, kind text NOT NULL, current boolean NOT NULL);
             CREATE UNIQUE INDEX ON t {}",
            index.replace("(kind, k)", "(kind)")
        );
        // The flag goes from one row to another.
        let (source, target) = (
            "INSERT INTO t VALUES ('1', 'x', false), ('2', 'x', true)",
            "INSERT INTO t VALUES ('1', 'x', true), ('2', 'x', false)",
        );
        moves(&keyed(), &schema, source, target, sql, &["1|f", "2|t"]).await;
        // And to a row that is new.
        moves(&keyed(), &schema, source, "INSERT INTO t VALUES ('1', 'x', true)", sql, &["1|f", "2|t"]).await;
    }
}

#[tokio::test]
async fn unique_index_over_an_expression() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, code text NOT NULL); CREATE UNIQUE INDEX ON t (lower(code))";
    let (source, target) =
        ("INSERT INTO t VALUES ('a', 'Y'), ('b', 'x')", "INSERT INTO t VALUES ('a', 'X'), ('b', 'y')");
    moves(&keyed(), schema, source, target, "SELECT * FROM t ORDER BY k", &["a|Y", "b|x"]).await;
}

#[tokio::test]
async fn exclusion_constraint() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, during int4range NOT NULL, EXCLUDE USING gist (during WITH &&))";
    let source = "INSERT INTO t VALUES ('a', '[5,9)'), ('b', '[1,5)'), ('new', '[20,30)')";
    let target = "INSERT INTO t VALUES ('a', '[1,4)'), ('b', '[4,9)'), ('gone', '[25,26)')";
    moves(&keyed(), schema, source, target, "SELECT * FROM t ORDER BY k", &["a|[5,9)", "b|[1,5)", "new|[20,30)"]).await;
}

#[tokio::test]
async fn before_trigger_that_rewrites() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, v text)";
    let trigger =
        "CREATE FUNCTION upper() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.v := upper(NEW.v); RETURN NEW; END';
        CREATE TRIGGER upper BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION upper()";
    let target = format!("INSERT INTO t VALUES ('both', 'old'); {trigger}");
    let pair = Pair::new(&keyed(), schema, "INSERT INTO t VALUES ('both', 'new'), ('new', 'a')", &target).await;
    let before = pair.target.dump().await;
    let applied = pair.apply(&pair.all(&pair.review().await)).await.unwrap();
    assert_eq!(applied.rewrote, ["public.t new v", "public.t both v"]);
    assert_eq!(pair.target.rows("SELECT * FROM t ORDER BY k").await, ["both|NEW", "new|A"]);
    pair.target.run("DROP TRIGGER upper ON t").await;
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn updated_at_trigger() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, v text, updated_at timestamptz NOT NULL DEFAULT '2020-01-01');
        CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END';
        CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch()";
    let sets = set(r#"{ table = "t", ignore = ["updated_at"] }"#);
    let pair = Pair::new(
        &sets,
        schema,
        "INSERT INTO t VALUES ('both', 'new'), ('new', 'a')",
        "INSERT INTO t VALUES ('both', 'old')",
    )
    .await;
    let script = script(&pair.all(&pair.review().await)).unwrap();
    let applied = pair.sync().await;
    let sql = "SELECT k, v FROM t ORDER BY k";
    assert_eq!(pair.target.rows(sql).await, ["both|new", "new|a"]);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.rows(sql).await, ["both|old"]);
    for _ in 0..2 {
        pair.target.script(&script).await.unwrap_or_else(|error| panic!("{error}\n{script}"));
        assert_eq!(pair.target.rows(sql).await, ["both|new", "new|a"]);
    }
}

/// Nothing announces what the function of a CHECK does, and a row that was written before may be its victim.
#[tokio::test]
async fn a_constraint_that_writes_another_row_of_the_plan_is_refused() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, v text, note text);
        CREATE FUNCTION meddle(k text, v text) RETURNS boolean LANGUAGE plpgsql AS $$ BEGIN
            IF k = 'b' AND v = 'new' THEN UPDATE public.t SET note = 'theirs' WHERE t.k = 'a'; END IF;
            RETURN true; END $$;";
    let rows = |v: &str| format!("INSERT INTO t VALUES ('a', '{v}', 'ours'), ('b', '{v}', 'ours')");
    let check = "ALTER TABLE t ADD CHECK (public.meddle(k, v))";
    let target = format!("{}; {check}", rows("old"));
    let mut pair = Pair::new(&set(r#"{ table = "t" }"#), schema, &rows("new"), &target).await;
    let plan = pair.all(&pair.review().await);
    assert_eq!(plan.steps.len(), 2);
    for batch in [2, usize::MAX] {
        pair.batch = batch;
        let error = pair.refused(&plan).await;
        assert_eq!((error.code, error.object.as_deref()), (Code::RolledBack, Some("public.t a")), "{error}");
        assert!(error.message.contains("`note` changed although nothing was to be written into it"), "{error}");
    }
}
