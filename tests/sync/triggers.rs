//! What triggers and rules of the target do during an apply: told by name, and never taken for a change since the review.

use pgdeck::{
    app::sync::Applied,
    core::{
        error::Code,
        sync::{fires, report, script},
    },
};

use crate::support::{Pair, row, set};

/// `function` as a trigger function with this body.
fn function(name: &str, body: &str) -> String {
    format!("CREATE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {body} END $$;")
}

fn also(applied: &Applied) -> Vec<String> {
    applied.triggers.also.iter().map(pgdeck::core::sync::fires::Also::display).collect()
}

async fn applied(pair: &Pair) -> Applied {
    pair.apply(&pair.all(&pair.review_deletes().await)).await.unwrap()
}

/// Applies what must be refused with exit 6, of `object`, however often it is reviewed again.
async fn refused(pair: &Pair, object: &str, says: &[&str]) {
    for _ in 0..2 {
        let error = pair.refused(&pair.all(&pair.review_deletes().await)).await;
        assert_eq!((error.code, error.object.as_deref()), (Code::RolledBack, Some(object)), "{error}");
        let text = error.to_string();
        assert!(says.iter().all(|says| text.contains(says)) && !text.contains("since the review"), "{text}");
        assert!(error.hint.is_some(), "{text}");
    }
}

const STAMP: &str = "CREATE TABLE t (k text PRIMARY KEY, v text, changed timestamptz NOT NULL DEFAULT '2024-01-01')";

#[tokio::test]
async fn a_compared_column_that_nobody_wrote_is_told() {
    let trigger = function("stamp", "NEW.changed := clock_timestamp(); RETURN NEW;")
        + "CREATE TRIGGER stamp BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION stamp()";
    for rows in [1, 5] {
        let rows = |v: &str| format!("INSERT INTO t SELECT 'k' || n, '{v}' FROM generate_series(1, {rows}) n");
        let pair =
            Pair::new(&set(r#"{ table = "t" }"#), &format!("{STAMP};{trigger}"), &rows("new"), &rows("old")).await;
        let done = applied(&pair).await;
        assert_eq!(done.rewrote[0], "public.t k1 changed");
        assert_eq!(done.triggers.by, ["trigger `stamp` on public.t"]);
        assert_eq!(also(&done), [""; 0]);
        // Without a difference that counts nothing is told.
        let pair = Pair::new(
            &set(r#"{ table = "t", ignore = ["changed"] }"#),
            &format!("{STAMP};{trigger}"),
            &rows("new"),
            &rows("old"),
        )
        .await;
        assert_eq!(pair.sync().await.rewrote, [""; 0]);
    }
}

const PLANS: &str = "CREATE TABLE plans (id serial PRIMARY KEY, key text UNIQUE NOT NULL);
    CREATE TABLE settings (id serial PRIMARY KEY, plan_id int NOT NULL REFERENCES plans, name text NOT NULL, v text,
                           UNIQUE (plan_id, name));";

fn settings() -> String {
    set(r#"{ table = "plans", key = ["key"] }, { table = "settings", key = ["plan_id", "name"] }"#)
}

fn makes_child() -> String {
    function("mk", "INSERT INTO public.settings (plan_id, name, v) VALUES (NEW.id, 'default', 'auto'); RETURN NEW;")
        + "CREATE TRIGGER t AFTER INSERT ON plans FOR EACH ROW EXECUTE FUNCTION mk()"
}

#[tokio::test]
async fn a_child_that_a_trigger_inserts_before_the_plan_does() {
    let schema = PLANS.to_owned() + &makes_child();
    for keys in ["('b')", "('b'), ('c'), ('d')"] {
        let source = format!("INSERT INTO plans (key) VALUES {keys}; UPDATE settings SET v = 'changed'");
        let pair = Pair::new(&settings(), &schema, &source, "").await;
        let says = ["trigger `t` on public.plans has inserted this row already"];
        refused(&pair, "public.settings b · default", &says).await;
    }
    // The same by somebody else is a change since the review.
    let pair = Pair::new(
        &settings(),
        PLANS,
        "INSERT INTO plans (key) VALUES ('b'); INSERT INTO settings (plan_id, name) VALUES (1, 'x')",
        "INSERT INTO plans (key) VALUES ('b')",
    )
    .await;
    pair.target.run(&makes_child()).await;
    let plan = pair.all(&pair.review().await);
    pair.target.run("INSERT INTO settings (plan_id, name) VALUES (1, 'x')").await;
    let error = pair.refused(&plan).await;
    assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("public.settings b · x")), "{error}");
    assert!(error.to_string().contains("has appeared since the review"), "{error}");
}

#[tokio::test]
async fn several_triggers_that_may_have_been_it_are_all_named() {
    let schema = PLANS.to_owned()
        + &makes_child()
        + ";"
        + &function("nothing", "RETURN NEW;")
        + "CREATE TRIGGER n BEFORE INSERT OR UPDATE OF key ON plans FOR EACH ROW EXECUTE FUNCTION nothing();
           CREATE TRIGGER later AFTER UPDATE OF v ON settings FOR EACH ROW EXECUTE FUNCTION nothing();
           CREATE TRIGGER off AFTER INSERT ON plans FOR EACH ROW EXECUTE FUNCTION nothing();
           ALTER TABLE plans DISABLE TRIGGER off;
           CREATE TRIGGER replica AFTER INSERT ON plans FOR EACH ROW EXECUTE FUNCTION nothing();
           ALTER TABLE plans ENABLE REPLICA TRIGGER replica";
    let source = "INSERT INTO plans (key) VALUES ('b')";
    let pair = Pair::new(&settings(), &schema, source, "").await;
    let says = ["trigger `n` on public.plans or trigger `t` on public.plans has inserted"];
    refused(&pair, "public.settings b · default", &says).await;
}

#[tokio::test]
async fn a_counter_on_the_parent_ends_as_reviewed() {
    let schema = "CREATE TABLE p (id serial PRIMARY KEY, key text UNIQUE NOT NULL, n int NOT NULL DEFAULT 0, v text);
        CREATE TABLE c (id serial PRIMARY KEY, key text UNIQUE NOT NULL, p_id int NOT NULL REFERENCES p);"
        .to_owned()
        + &function(
            "cnt",
            "IF TG_OP = 'INSERT' THEN UPDATE public.p SET n = n + 1 WHERE id = NEW.p_id; END IF;
             IF TG_OP = 'DELETE' THEN UPDATE public.p SET n = n - 1 WHERE id = OLD.p_id; END IF; RETURN NULL;",
        )
        + "CREATE TRIGGER t AFTER INSERT OR DELETE ON c FOR EACH ROW EXECUTE FUNCTION cnt();"
        + &function("nothing", "RETURN NEW;")
        + "CREATE TRIGGER touch BEFORE UPDATE ON p FOR EACH ROW EXECUTE FUNCTION nothing()";
    let sets = set(r#"{ table = "p", key = ["key"] }, { table = "c", key = ["key"] }"#);
    let source = "INSERT INTO p (key, v) VALUES ('a', 'new'), ('fresh', 'x');
        INSERT INTO c (key, p_id) VALUES ('1', 1), ('2', 1), ('3', 1), ('4', 2)";
    let target =
        "INSERT INTO p (id, key, v) VALUES (9, 'a', 'old'); INSERT INTO c (key, p_id) VALUES ('old', 9), ('older', 9)";
    let pair = Pair::new(&sets, &schema, source, target).await;
    let before = pair.target.dump().await;
    let done = pair.sync_deletes().await;
    assert_eq!(pair.target.rows("SELECT key, n, v FROM p ORDER BY key").await, ["a|3|new", "fresh|1|x"]);
    assert_eq!((done.rewrote, done.triggers.also), (Vec::new(), Vec::new()));
    pair.undo(&done.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

/// What would disturb another row of the plan is not written once more: that row is as it was reviewed.
#[tokio::test]
async fn a_counter_that_another_row_would_pay_for_stays_as_the_triggers_left_it() {
    let schema = "CREATE TABLE p (key text PRIMARY KEY, n int); CREATE TABLE c (key text PRIMARY KEY, v text);"
        .to_owned()
        + &function("spread", "IF pg_trigger_depth() = 1 THEN UPDATE public.c SET v = 'spread'; END IF; RETURN NULL;")
        + "CREATE TRIGGER spread AFTER UPDATE ON p FOR EACH ROW EXECUTE FUNCTION spread();"
        + &function("cnt", "IF pg_trigger_depth() = 1 THEN UPDATE public.p SET n = n + 1; END IF; RETURN NULL;")
        + "CREATE TRIGGER cnt AFTER UPDATE ON c FOR EACH ROW EXECUTE FUNCTION cnt();";
    let sets = set(r#"{ table = "p" }, { table = "c" }"#);
    let source = "INSERT INTO p VALUES ('a', 5); INSERT INTO c VALUES ('1', 'new')";
    let pair =
        Pair::new(&sets, &schema, source, "INSERT INTO p VALUES ('a', 3); INSERT INTO c VALUES ('1', 'old')").await;
    let done = applied(&pair).await;
    assert_eq!(pair.target.rows("SELECT n::text FROM p UNION ALL SELECT v FROM c").await, ["6", "new"]);
    assert_eq!(done.rewrote, ["public.p a n"]);
}

#[tokio::test]
async fn a_trigger_that_suppresses_what_is_written() {
    for (event, operation) in [("INSERT", "insert"), ("UPDATE", "update"), ("DELETE", "delete")] {
        let trigger = function("no", "RETURN NULL;")
            + &format!("CREATE TRIGGER x BEFORE {event} ON t FOR EACH ROW EXECUTE FUNCTION no();")
            + &function("log", "RETURN NULL;")
            + "CREATE TRIGGER log AFTER INSERT OR UPDATE OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION log()";
        let (source, target) = match event {
            "INSERT" => ("INSERT INTO t VALUES ('a'), ('b'), ('c')", ""),
            "UPDATE" => ("INSERT INTO t VALUES ('a', 'new')", "INSERT INTO t VALUES ('a', 'old');"),
            _ => ("", "INSERT INTO t VALUES ('a', 'old');"),
        };
        let schema = "CREATE TABLE t (k text PRIMARY KEY, v text)";
        let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, source, &(target.to_owned() + &trigger)).await;
        refused(&pair, "public.t a", &[&format!("trigger `x` on public.t suppressed the {operation}")]).await;
    }
}

#[tokio::test]
async fn a_trigger_that_takes_the_row_away_again() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, v text)";
    for (body, says) in [
        ("DELETE FROM public.t WHERE k = NEW.k; RETURN NULL;", "deleted it"),
        ("UPDATE public.t SET k = k || '!' WHERE k = NEW.k; RETURN NULL;", "another primary key"),
    ] {
        let trigger =
            function("away", body) + "CREATE TRIGGER x AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION away()";
        let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, "INSERT INTO t VALUES ('a')", &trigger).await;
        refused(&pair, "public.t a", &["trigger `x` on public.t", says]).await;
    }
    // Before the plan comes to it, and after it was deleted.
    let trigger = function("away", "DELETE FROM public.t WHERE k = 'b'; RETURN NULL;")
        + "CREATE TRIGGER x AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION away()";
    let target = "INSERT INTO t VALUES ('b', 'old');".to_owned() + &trigger;
    let source = "INSERT INTO t VALUES ('a', 'x'), ('b', 'new')";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, source, &target).await;
    refused(&pair, "public.t b", &["trigger `x` on public.t deleted the row"]).await;
    let trigger = function("back", "INSERT INTO public.t VALUES (OLD.k, 'again'); RETURN NULL;")
        + "CREATE TRIGGER x AFTER DELETE ON t FOR EACH ROW EXECUTE FUNCTION back()";
    let pair = Pair::new(
        &set(r#"{ table = "t" }"#),
        schema,
        "",
        &("INSERT INTO t VALUES ('b', 'old');".to_owned() + &trigger),
    )
    .await;
    refused(&pair, "public.t b", &["trigger `x` on public.t inserted the row again"]).await;
}

#[tokio::test]
async fn a_row_that_a_trigger_deletes_before_the_plan_does_is_gone_as_reviewed() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, v text)";
    let trigger = function("all_of_it", "DELETE FROM public.t; RETURN NULL;")
        + "CREATE TRIGGER x AFTER DELETE ON t FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION all_of_it()";
    let pair = Pair::new(
        &set(r#"{ table = "t" }"#),
        schema,
        "",
        &("INSERT INTO t VALUES ('a', 'x'), ('b', 'y');".to_owned() + &trigger),
    )
    .await;
    let before = pair.target.dump().await;
    let done = pair.sync_deletes().await;
    assert_eq!(done.triggers.also, []);
    pair.undo(&done.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn what_a_trigger_writes_elsewhere_is_counted_and_named() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, v text); CREATE TABLE log (what text);
        CREATE TABLE p (k text PRIMARY KEY, n int) PARTITION BY LIST (k); CREATE TABLE p1 PARTITION OF p DEFAULT;
        CREATE TABLE child (id serial PRIMARY KEY, k text REFERENCES t);";
    let trigger = function(
        "elsewhere",
        "INSERT INTO public.log VALUES (NEW.k); INSERT INTO public.child (k) VALUES (NEW.k);
         UPDATE public.t SET v = 'other' WHERE k = 'bystander'; DELETE FROM public.p; RETURN NULL;",
    ) + "CREATE TRIGGER x AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION elsewhere()";
    let target =
        "INSERT INTO t VALUES ('bystander', 'x'); INSERT INTO p VALUES ('a', 1), ('b', 2);".to_owned() + &trigger;
    for source in ["('a')", "('a'), ('b'), ('c')"] {
        let rows = source.matches('(').count();
        let pair =
            Pair::new(&set(r#"{ table = "t" }"#), schema, &format!("INSERT INTO t VALUES {source}"), &target).await;
        let done = pair.apply(&pair.all(&pair.review().await)).await.unwrap();
        let ids: Vec<_> = (1..=rows).map(|id| id.to_string()).collect();
        assert_eq!(
            also(&done),
            [
                format!("public.child ({rows} inserted: {})", ids.join(", ")),
                format!("public.log ({rows} inserted)"),
                "public.p (2 deleted)".to_owned(),
                "public.t (1 updated: bystander)".to_owned(),
            ]
        );
        let told = done.triggers.sentences(&done.rewrote);
        assert!(told[0].starts_with("trigger `x` on public.t also wrote: public.child ("), "{told:?}");
        assert!(told[0].ends_with("an undo does not take that back"), "{told:?}");
    }
}

#[tokio::test]
async fn a_batch_that_is_taken_back_is_not_counted_twice() {
    // The last row fails as a batch and by itself; without it everything is counted once.
    let schema = "CREATE TABLE t (k text PRIMARY KEY, n int CHECK (n < 9)); CREATE TABLE log (what text);";
    let body = "INSERT INTO public.log VALUES (NEW.k);
        IF NEW.k = 'b' AND (SELECT count(*) FROM public.log) = 2 THEN RETURN NULL; END IF; RETURN NEW;";
    let trigger = function("x", body) + "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION x()";
    let source = "INSERT INTO t VALUES ('a', 1), ('b', 2), ('c', 3)";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, source, &trigger).await;
    refused(&pair, "public.t b", &["trigger `x` on public.t suppressed the insert"]).await;
    let body = "INSERT INTO public.log VALUES (NEW.k);
        IF current_query() LIKE '%unnest%' AND NEW.k = 'b' THEN RETURN NULL; END IF; RETURN NEW;";
    let trigger = function("x", body) + "CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION x()";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, source, &trigger).await;
    assert_eq!(also(&pair.sync().await), ["public.log (3 inserted)"]);
}

#[tokio::test]
async fn a_reference_that_a_trigger_leads_elsewhere_is_rewritten() {
    let schema = "CREATE TABLE p (id serial PRIMARY KEY, k text UNIQUE); CREATE TABLE c (k text PRIMARY KEY, p_id int REFERENCES p);
        INSERT INTO p (k) VALUES ('one'), ('two')";
    let trigger = function("two", "NEW.p_id := 2; RETURN NEW;")
        + "CREATE TRIGGER two BEFORE INSERT ON c FOR EACH ROW EXECUTE FUNCTION two()";
    let sets = set(r#"{ table = "p", key = ["k"] }, { table = "c" }"#);
    let pair = Pair::new(&sets, schema, "INSERT INTO c VALUES ('a', 1)", &trigger).await;
    let done = applied(&pair).await;
    assert_eq!(done.rewrote, ["public.c a p_id"]);
    // A part of the key is no value that may be replaced.
    let trigger = function("up", "NEW.k := upper(NEW.k); RETURN NEW;")
        + "CREATE TRIGGER up BEFORE INSERT ON c FOR EACH ROW EXECUTE FUNCTION up()";
    let pair = Pair::new(&sets, schema, "INSERT INTO c VALUES ('a', 1)", &trigger).await;
    refused(&pair, "public.c a", &["trigger `up` on public.c changed `k`"]).await;
}

#[tokio::test]
async fn deferred_statement_and_partition_triggers_are_seen() {
    let schema = "CREATE TABLE t (k text, n int, v text, PRIMARY KEY (k, n)) PARTITION BY RANGE (n);
        CREATE TABLE t1 PARTITION OF t FOR VALUES FROM (0) TO (10); CREATE TABLE t2 PARTITION OF t FOR VALUES FROM (10) TO (20);
        CREATE TABLE u (k text PRIMARY KEY, v text); CREATE TABLE log (what text);";
    let triggers = function("part", "NEW.v := 'part'; RETURN NEW;")
        + "CREATE TRIGGER part BEFORE INSERT ON t2 FOR EACH ROW EXECUTE FUNCTION part();"
        + &function("later", "UPDATE public.u SET v = 'later' WHERE k = NEW.k AND v <> 'later'; RETURN NULL;")
        + "CREATE CONSTRAINT TRIGGER later AFTER INSERT ON u DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION later();"
        + &function("whole", "INSERT INTO public.log SELECT count(*) FROM fresh; RETURN NULL;")
        + "CREATE TRIGGER whole AFTER INSERT ON u REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION whole()";
    let sets = set(r#"{ table = "t" }, { table = "u" }"#);
    let source = "INSERT INTO t VALUES ('a', 1, 'x'), ('b', 11, 'x'); INSERT INTO u VALUES ('k', 'x')";
    let pair = Pair::new(&sets, schema, source, &triggers).await;
    let review = pair.review().await;
    let plan = pair.all(&review);
    let record = report::record(&review, &plan);
    assert_eq!(record["tables"][0]["triggers"][0]["name"], "part");
    assert_eq!(record["tables"][1]["triggers"].as_array().unwrap().len(), 2);
    let done = pair.apply(&plan).await.unwrap();
    assert_eq!(done.rewrote, ["public.u k v", "public.t b · 11 v"]);
    assert_eq!(also(&done), ["public.log (1 inserted)"]);
    assert_eq!(pair.target.rows("SELECT v FROM t ORDER BY k").await, ["x", "part"]);
}

#[tokio::test]
async fn rules_are_told_or_block() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, v text); CREATE TABLE log (what text)";
    let rule =
        "INSERT INTO t VALUES ('a', 'old'); CREATE RULE note AS ON UPDATE TO t DO ALSO INSERT INTO log VALUES (NEW.k)";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, "INSERT INTO t VALUES ('a', 'new')", rule).await;
    let plan = pair.all(&pair.review().await);
    let announced = fires::announced(&plan);
    assert_eq!(announced[0], "public.t: fires note (rule ON UPDATE DO ALSO)");
    assert_eq!(announced[2], fires::NOT_UNDONE);
    let done = applied(&pair).await;
    assert_eq!(done.triggers.by, ["rule `note` on public.t"]);
    assert_eq!(also(&done), ["public.log (1 inserted)"]);
    for rule in [
        "CREATE RULE no AS ON INSERT TO t DO INSTEAD NOTHING",
        "INSERT INTO t VALUES ('a', 'old'); CREATE RULE no AS ON UPDATE TO t WHERE OLD.k = 'z' DO INSTEAD NOTHING",
        "CREATE RULE no AS ON DELETE TO t DO INSTEAD INSERT INTO log VALUES (OLD.k)",
    ] {
        let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, "INSERT INTO t VALUES ('a')", rule).await;
        let review = pair.review().await;
        let why = row(&review, "public.t", "a").blocked.clone().unwrap();
        assert!(why.contains("rule `no` of the target") && why.contains("DO INSTEAD"), "{why}");
        assert!(pair.all(&review).steps.is_empty());
        // From a file, too.
        let review = pair.review_of(&pair.export().await.unwrap(), false).await.unwrap();
        assert!(row(&review, "public.t", "a").blocked.is_some());
    }
    // A rule that the row and its undo do not meet: each as it is without the rule.
    for (rule, blocked) in [
        ("ON INSERT TO t DO INSTEAD NOTHING", [true, false, true]),
        ("ON UPDATE TO t DO INSTEAD NOTHING", [false, true, false]),
        ("ON DELETE TO t DO INSTEAD UPDATE t SET v = 'deleted' WHERE k = OLD.k", [true, false, true]),
    ] {
        let rows = "INSERT INTO t VALUES ('both', 'old'), ('gone', 'x');";
        let sets = set(r#"{ table = "t" }"#);
        let source = "INSERT INTO t VALUES ('both', 'new'), ('added', 'x')";
        let pair = Pair::new(&sets, schema, source, &format!("{rows} CREATE RULE no AS {rule}")).await;
        let before = pair.target.dump().await;
        let review = pair.review_deletes().await;
        let found = ["added", "both", "gone"].map(|key| row(&review, "public.t", key).blocked.is_some());
        assert_eq!(found, blocked, "{rule}");
        let done = pair.apply(&pair.all(&review)).await.unwrap();
        assert_ne!(pair.target.dump().await, before, "{rule}");
        pair.undo(&done.run.unwrap()).await.unwrap();
        assert_eq!(pair.target.dump().await, before, "{rule}");
    }
    // A rule that came since the review.
    let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, "INSERT INTO t VALUES ('a')", "").await;
    let plan = pair.all(&pair.review().await);
    pair.target.run("CREATE RULE no AS ON INSERT TO t DO INSTEAD NOTHING").await;
    let error = pair.refused(&plan).await;
    assert_eq!(error.code, Code::Stale, "{error}");
    assert!(error.to_string().contains("rule no was added after the review"), "{error}");
    // A trigger that came since the review.
    let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, "INSERT INTO t VALUES ('a')", "").await;
    let plan = pair.all(&pair.review().await);
    let trigger = function("up", "NEW.v := 'up'; RETURN NEW;")
        + "CREATE TRIGGER up BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION up()";
    pair.target.run(&trigger).await;
    let error = pair.refused(&plan).await;
    assert_eq!(error.code, Code::Stale, "{error}");
    assert!(error.to_string().contains("trigger up was added after the review"), "{error}");
    // Reviewed with it, the plan runs; with another text behind the trigger it does not.
    let plan = pair.all(&pair.review().await);
    pair.target
        .run(&function("up", "NEW.v := 'down'; RETURN NEW;").replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION"))
        .await;
    let error = pair.refused(&plan).await;
    assert!(error.code == Code::Stale && error.message.contains("trigger up was changed"), "{error}");
    let plan = pair.all(&pair.review().await);
    assert_eq!(pair.apply(&plan).await.unwrap().rewrote, ["public.t a v"]);
}

/// An editor has only what the script says.
#[tokio::test]
async fn the_script_names_the_triggers_that_may_have_been_in_its_way() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, v text)";
    for body in ["RETURN NULL;", "NEW.v := 'other'; RETURN NEW;"] {
        let rows = "INSERT INTO t VALUES ('a', 'old');";
        let trigger = function("mine", body)
            + "CREATE TRIGGER stays BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION mine();
               CREATE TRIGGER unconcerned BEFORE DELETE ON t FOR EACH ROW EXECUTE FUNCTION mine()";
        let target = format!("{rows}{trigger}");
        let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, "INSERT INTO t VALUES ('a', 'new')", &target).await;
        let script = script::script(&pair.all(&pair.review().await)).unwrap();
        let said = pair.target.script(&script).await.unwrap_err();
        assert!(said.contains("public.t a is not as it was reviewed"), "{said}");
        assert!(said.contains("trigger `stays` on public.t may have changed the row"), "{said}");
        assert!(!said.contains("unconcerned"), "{said}");
    }
}
