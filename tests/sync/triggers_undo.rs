//! Undo where triggers take part: byte for byte but for ignored columns, or refused with the reason.

use pgdeck::{app::sync, core::error::Code};

use crate::support::{Pair, set};

const STAMPED: &str = "CREATE TABLE t (id serial PRIMARY KEY, key text UNIQUE NOT NULL, v text, updated_at timestamptz DEFAULT now());
    CREATE FUNCTION st() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.updated_at := clock_timestamp(); RETURN NEW; END $$;
    CREATE TRIGGER x BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION st()";

const ROWS: &str = "SELECT id, key, v FROM t ORDER BY key";

async fn stamped() -> Pair {
    let sets = set(r#"{ table = "t", key = ["key"], ignore = ["updated_at"], deletes = true }"#);
    let target = "INSERT INTO t (id, key, v) VALUES (50, 'a', '0'), (51, 'gone', 'x')";
    Pair::new(&sets, STAMPED, "INSERT INTO t (key, v) VALUES ('a', '1'), ('new', 'n')", target).await
}

#[tokio::test]
async fn a_chain_of_runs_is_undone_in_reverse_order() {
    let pair = stamped().await;
    let mut states = vec![pair.target.rows(ROWS).await];
    let mut runs = Vec::new();
    for change in ["SELECT", "UPDATE t SET v = '2'", "UPDATE t SET v = '3'; DELETE FROM t WHERE key = 'new'"] {
        pair.source.run(change).await;
        runs.push(pair.sync().await.run.unwrap());
        states.push(pair.target.rows(ROWS).await);
    }
    states.pop();
    // Out of order it is refused.
    let error = pair.refused(&sync::undo_plan(&pair.deck, &runs[0]).unwrap()).await;
    assert_eq!(error.code, Code::Stale, "{error}");
    while let (Some(run), Some(state)) = (runs.pop(), states.pop()) {
        let undone = pair.undo(&run).await.unwrap();
        assert_eq!(pair.target.rows(ROWS).await, state);
        assert_eq!(undone.rewrote, [""; 0], "an ignored column makes no difference");
    }
}

/// The same where the column that the trigger stamps is compared.
#[tokio::test]
async fn a_column_that_triggers_wrote_during_a_run_does_not_hold_back_its_undo() {
    let sets = set(r#"{ table = "t", key = ["key"] }"#);
    let target = "INSERT INTO t (id, key, v) VALUES (50, 'a', '0')";
    let stamp = "INSERT INTO t (key, v) VALUES ('a', '1'), ('new', '1')";
    let pair = Pair::new(&sets, &STAMPED.replace("BEFORE UPDATE", "BEFORE INSERT OR UPDATE"), stamp, target).await;
    let before = pair.target.rows(ROWS).await;
    let first = pair.apply(&pair.all(&pair.review().await)).await.unwrap().run.unwrap();
    let between = pair.target.rows(ROWS).await;
    pair.source.run("UPDATE t SET v = '2'").await;
    let second = pair.apply(&pair.all(&pair.review().await)).await.unwrap().run.unwrap();
    // Out of order it is refused, and nobody is told to review.
    let error = pair.refused(&sync::undo_plan(&pair.deck, &first).unwrap()).await;
    assert_eq!(error.code, Code::Stale, "{error}");
    assert!(error.message.starts_with("changed since the run: `v` holds another value"), "{error}");
    assert!(error.hint.as_deref().is_some_and(|hint| hint.starts_with("undo the runs that came later")), "{error}");
    let mut rewrote = pair.undo(&second).await.unwrap().rewrote;
    rewrote.sort();
    assert_eq!(rewrote, ["public.t a updated_at", "public.t new updated_at"]);
    assert_eq!(pair.target.rows(ROWS).await, between);
    pair.undo(&first).await.unwrap();
    assert_eq!(pair.target.rows(ROWS).await, before);
}

#[tokio::test]
async fn what_the_application_did_to_an_ignored_column_is_no_change() {
    let pair = stamped().await;
    let (before, stamp) = (pair.target.rows(ROWS).await, "SELECT updated_at FROM t WHERE key = 'gone'");
    let gone = pair.target.one(stamp).await;
    let run = pair.sync().await.run.unwrap();
    pair.target.run("UPDATE t SET updated_at = 'epoch'").await;
    pair.undo(&run).await.unwrap();
    assert_eq!(pair.target.rows(ROWS).await, before);
    assert_eq!(pair.target.one(stamp).await, gone, "restored where the target allows it");
    // Another column is.
    let run = pair.sync().await.run.unwrap();
    pair.target.run("UPDATE t SET v = 'since' WHERE key = 'new'").await;
    let error = pair.refused(&sync::undo_plan(&pair.deck, &run).unwrap()).await;
    assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("public.t new")), "{error}");
}

const PLANS: &str = "CREATE TABLE plans (id serial PRIMARY KEY, key text UNIQUE NOT NULL);
    CREATE TABLE settings (id serial PRIMARY KEY, plan_id int NOT NULL REFERENCES plans, name text NOT NULL);
    CREATE FUNCTION mk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        INSERT INTO public.settings (plan_id, name) VALUES (NEW.id, 'default'); RETURN NEW; END $$;
    CREATE TRIGGER t AFTER INSERT ON plans FOR EACH ROW EXECUTE FUNCTION mk()";

#[tokio::test]
async fn a_child_that_a_trigger_made_is_named() {
    for keys in ["('b')", "('b'), ('c'), ('d')"] {
        let source = format!("INSERT INTO plans (key) VALUES {keys}");
        let pair = Pair::new(&set(r#"{ table = "plans", key = ["key"] }"#), PLANS, &source, "").await;
        let before = pair.target.dump().await;
        let done = pair.sync().await;
        assert_eq!(done.triggers.also[0].table, "public.settings");
        let run = done.run.unwrap();
        let last = pair.target.one("SELECT max(id) FROM settings").await;
        let error = pair.refused(&sync::undo_plan(&pair.deck, &run).unwrap()).await;
        assert_eq!(error.code, Code::RolledBack, "{error}");
        let text = error.to_string();
        assert!(text.contains(&format!("1 row of public.settings ({last}) points to it")), "{text}");
        assert!(text.contains("trigger `t` on public.plans wrote that during the run"), "{text}");
        assert!(error.hint.as_ref().unwrap().contains("delete what points to it in public.settings first"), "{text}");
        // Made by the application since: a change since the run.
        pair.target.run("DELETE FROM settings").await;
        pair.target.run("INSERT INTO settings (plan_id, name) SELECT max(id), 'own' FROM plans").await;
        let error = pair.refused(&sync::undo_plan(&pair.deck, &run).unwrap()).await;
        assert_eq!(error.code, Code::Stale, "{error}");
        assert!(error.to_string().contains("another row points to it now: 1 row of public.settings"), "{error}");
        pair.target.run("DELETE FROM settings").await;
        pair.undo(&run).await.unwrap();
        assert_eq!(pair.target.dump().await, before);
    }
}

#[tokio::test]
async fn a_stamp_that_counts_is_restored_or_told() {
    let sets = set(r#"{ table = "t", key = ["key"] }"#);
    let row = |v: &str, at: &str| format!("INSERT INTO t (key, v, updated_at) VALUES ('a', '{v}', '{at}')");
    let pair = Pair::new(&sets, STAMPED, &row("1", "2024-01-01"), &row("0", "2024-01-01")).await;
    let before = pair.target.dump().await;
    let done = pair.apply(&pair.all(&pair.review().await)).await.unwrap();
    assert_eq!(done.rewrote, ["public.t a updated_at"]);
    let run = done.run.unwrap();
    // The stamp is written back, and the trigger stamps it anew: told. Without the trigger it is byte for byte.
    let undone = pair.undo(&run).await.unwrap();
    assert_eq!(undone.rewrote, ["public.t a updated_at"]);
    pair.target.run("DROP TRIGGER x ON t").await;
    let again = pair.undo(&undone.run.unwrap()).await.unwrap().run.unwrap();
    pair.undo(&again).await.unwrap();
    assert_eq!(pair.target.rows("SELECT id, key, v FROM t").await, ["1|a|0"]);
    drop(before);
}
