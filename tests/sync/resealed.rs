//! A plan's digest can be computed by anybody: what a plan does is bounded by the project and the catalogue.

use std::pin::pin;

use futures_util::future::{Either, select};
use pgdeck::{
    app::sync::undo_plan,
    core::{
        error::Code,
        name::QName,
        sync::{
            plan::{Assignment, NewValue, Operation, Plan, Step},
            shape::{Part, Reference},
        },
    },
};

use crate::support::{Pair, set};

const SCHEMA: &str = "CREATE TABLE plans (id serial PRIMARY KEY, key text UNIQUE NOT NULL, name text, secret text);
    CREATE TABLE payments (id serial PRIMARY KEY, amount int);
    CREATE TABLE user_subs (id serial PRIMARY KEY, plan_id int REFERENCES plans ON DELETE CASCADE);
    CREATE FUNCTION wipe() RETURNS text LANGUAGE plpgsql AS 'BEGIN DELETE FROM public.user_subs; RETURN ''''; END';";
const SOURCE: &str = "INSERT INTO plans (key, name) VALUES ('free', 'Free 2')";
const TARGET: &str = "INSERT INTO plans (key, name, secret) VALUES ('free', 'Free', 's'), ('old', 'Old', 's');
    INSERT INTO payments (amount) VALUES (100); INSERT INTO user_subs (plan_id) VALUES (2)";

async fn pair() -> (Pair, Plan) {
    let sets = format!(
        "[sync]\nnever = [\"user_*\"]\n{}",
        set(r#"{ table = "plans", key = ["key"], exclude = ["secret"], deletes = true }"#)
    );
    let pair = Pair::new(&sets, SCHEMA, SOURCE, TARGET).await;
    let plan = pair.all(&pair.review().await);
    assert_eq!(plan.steps.len(), 1);
    (pair, plan)
}

fn value(text: &str) -> NewValue {
    NewValue::Value(Some(text.into()))
}

/// One that the catalogue does not have, which makes a part of a statement.
fn reference() -> Reference {
    Reference {
        columns: vec!["name".into()],
        table: QName::new("public", "payments"),
        referenced: vec!["id".into()],
        casts: vec!["text".into()],
        key: Vec::new(),
        partitioned: false,
        ignored: false,
        plain: Vec::new(),
        enforced: false,
        also: Vec::new(),
    }
}

type Forgery = fn(&mut Plan);

#[tokio::test]
async fn what_goes_beyond_the_project_is_refused() {
    let forgeries: &[(Forgery, &str)] = &[
        (|plan| plan.shapes[0].columns[2].cast = "text || public.wipe()".into(), "column `name` differs"),
        (|plan| plan.shapes[0].filter = Some("true) OR public.wipe() = ''".into()), "`where` differs"),
        (|plan| plan.shapes[0].locator = vec!["key".into()], "the primary key differs"),
        (|plan| plan.shapes[0].key.clear(), "the key differs"),
        (|plan| plan.shapes[0].uniques.clear(), "the unique indexes differ"),
        (|plan| _ = plan.shapes[0].columns.pop(), "the columns differ"),
        (|plan| plan.shapes[0].keep_ids ^= true, "`ids` differs"),
        (|plan| plan.shapes[0].partitioned = true, "its kind differs"),
        (|plan| plan.shapes[0].references.push(reference()), "the references differ"),
        (|plan| plan.shapes[0].set = "other".into(), "no sync set `other`"),
        (
            |plan| {
                plan.shapes[0].children.clear();
                let (guard, locator) = (plan.steps[0].guard.clone(), vec![Some("2".into())]);
                let step = &plan.steps[0];
                plan.steps[0] = Step { operation: Operation::Delete, locator, set: Vec::new(), guard, ..step.clone() };
            },
            "the foreign keys that point to it differ",
        ),
        (
            |plan| plan.steps[0].set.push(Assignment { columns: vec!["secret".into()], value: value("known") }),
            "the plan writes column `secret`, which does not travel",
        ),
        (|plan| plan.steps[0].guard.clear(), "the plan does not compare column `key` of free"),
        (|plan| _ = plan.steps[0].guard.remove("name"), "the plan does not compare column `name` of free"),
        (
            |plan| _ = plan.steps[0].guard.insert("secret".into(), Some("s".into())),
            "the plan compares column `secret` of free, which a review does not",
        ),
        (
            |plan| {
                plan.shapes[0].table = QName::new("public", "payments");
                plan.steps[0].table = QName::new("public", "payments");
            },
            "the plan does not say how this table is declared",
        ),
    ];
    let (pair, plan) = pair().await;
    for (forge, says) in forgeries {
        let mut forged = plan.clone();
        forge(&mut forged);
        let error = pair.refused(&forged.sealed()).await;
        assert!(error.code == Code::Refused && error.message.contains(says), "{says}: {error}");
    }
    pair.apply(&plan).await.unwrap();
}

/// The same of a run's record: what it says becomes SQL, too.
#[tokio::test]
async fn an_undo_that_says_more_than_the_catalogue_is_refused() {
    let forgeries: &[(Forgery, &str)] = &[
        (|plan| plan.shapes[0].columns[2].cast = "text || public.wipe()".into(), "column `name` differs"),
        (|plan| plan.shapes[0].children.clear(), "the foreign keys that point to it differ"),
        (|plan| plan.shapes[0].uniques.clear(), "the unique indexes differ"),
        (
            |plan| {
                let cast = "text || public.wipe()".to_owned();
                plan.shapes[0].key = vec![Part::Column { name: "key".into(), cast }];
            },
            "the key differs",
        ),
        (
            |plan| {
                let casts = vec!["text || public.wipe()".to_owned()];
                plan.shapes[0].references.push(Reference { casts, ..reference() });
            },
            "the reference by `name` differs",
        ),
    ];
    let (pair, plan) = pair().await;
    let run = pair.apply(&plan).await.unwrap().run.unwrap();
    let plan = undo_plan(&pair.deck, &run).unwrap();
    for (forge, says) in forgeries {
        let mut forged = plan.clone();
        forge(&mut forged);
        let error = pair.refused(&forged.sealed()).await;
        let says = format!("the run's record does not match the target: {says}");
        assert!(error.code == Code::Refused && error.message.contains(&says), "{says}: {error}");
    }
    pair.apply(&plan).await.unwrap();
}

/// What holds a table back holds it back when a plan runs, too, whoever wrote the plan.
#[tokio::test]
async fn a_table_that_is_held_back_is_not_written() {
    let schema = "CREATE TABLE p (id int PRIMARY KEY, k text UNIQUE);
        CREATE TABLE base (k text, p_id int REFERENCES p, v text); CREATE TABLE c (PRIMARY KEY (k)) INHERITS (base)";
    let sets = |more: &str| set(&format!("{{ table = \"c\"{more} }}"));
    let rows = |v: &str| format!("INSERT INTO c VALUES ('a', NULL, '{v}')");
    let mut pair = Pair::new(&sets(", exclude = [\"p_id\"]"), schema, &rows("new"), &rows("old")).await;
    let plan = pair.all(&pair.review().await);
    let run = pair.apply(&plan).await.unwrap().run.unwrap();
    // A parent that came to be never synced: the name of the table does not say so.
    pair.deck = pair.deck_of(&format!("[sync]\nnever = [\"base\"]\n{}", sets(", exclude = [\"p_id\"]")));
    let error = pair.undo(&run).await.unwrap_err();
    assert_eq!((error.code, error.object.as_deref()), (Code::Refused, Some("public.c")), "{error}");
    assert!(error.message.contains("never") && error.message.contains("the plan writes it"), "{error}");
    // The shape is what a review makes of it, and no review writes it.
    pair.deck = pair.deck_of(&sets(""));
    let shape = pair.review().await.tables.swap_remove(0).shape.unwrap();
    assert!(shape.blocked.is_some());
    let mut forged = plan.clone();
    forged.shapes[0] = shape;
    let error = pair.refused(&forged.sealed()).await;
    assert_eq!((error.code, error.object.as_deref()), (Code::Refused, Some("public.c")), "{error}");
    assert!(error.message.contains("foreign keys are not inherited"), "{error}");
}

/// Applies while `meanwhile` waits for something of it, and fails where nothing can come any more.
async fn applied_meanwhile(pair: &Pair, plan: &Plan, meanwhile: impl Future<Output = ()>) {
    match select(pin!(pair.apply(plan)), pin!(meanwhile)).await {
        Either::Left((applied, meanwhile)) => {
            applied.unwrap();
            meanwhile.await;
        }
        Either::Right(((), apply)) => _ = apply.await.unwrap(),
    }
}

/// No unique index on the key: two writers could each add a row with it.
#[tokio::test]
async fn nobody_adds_a_row_with_the_same_key_meanwhile() {
    let schema = "CREATE TABLE t (id serial PRIMARY KEY, k text NOT NULL, v text);
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END';";
    for (more, state) in [("", Some("55P03")), ("ALTER TABLE t ADD UNIQUE (k);", None)] {
        let waits = format!(
            "{more} CREATE TRIGGER wait BEFORE INSERT ON t FOR EACH ROW WHEN (NEW.k = 'a') EXECUTE FUNCTION wait()"
        );
        let sets = set(r#"{ table = "t", key = ["k"] }"#);
        let pair = Pair::new(&sets, schema, "INSERT INTO t (k, v) VALUES ('a', 'x')", &waits).await;
        let plan = pair.all(&pair.review().await);
        let other = pair.target.connect().await;
        other.batch_execute("SELECT pg_advisory_lock(7); SET lock_timeout = '50ms'").await.unwrap();
        let meanwhile = async {
            while pair.target.one("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").await
                != "1"
            {
                tokio::task::yield_now().await;
            }
            let added = other.batch_execute("INSERT INTO t (k, v) VALUES ('b', 'y')").await;
            let found = added.err().and_then(|error| error.code().map(|code| code.code().to_owned()));
            assert_eq!(found.as_deref(), state, "{more}");
            other.batch_execute("SELECT pg_advisory_unlock(7)").await.unwrap();
        };
        applied_meanwhile(&pair, &plan, meanwhile).await;
    }
}

/// Whoever may write only some columns may not lock the table by name.
#[tokio::test]
async fn a_role_with_privileges_on_columns_alone_applies() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, v text, w text);
        DO $$BEGIN CREATE ROLE of_columns LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END$$;
        GRANT SELECT, INSERT (k, v), UPDATE (v) ON t TO of_columns";
    let sets = set(r#"{ table = "t", exclude = ["w"] }"#);
    let source = "INSERT INTO t VALUES ('a', 'new', 'w'), ('b', 'new', 'w')";
    let pair = Pair::with_role("of_columns", &sets, schema, source, "INSERT INTO t VALUES ('a', 'old', 'w')").await;
    pair.apply(&pair.all(&pair.review().await)).await.unwrap();
    assert_eq!(pair.target.rows("SELECT k || v FROM t ORDER BY 1").await, ["anew", "bnew"]);
}

/// Also a table that nothing was written into yet.
#[tokio::test]
async fn nobody_changes_a_table_of_the_plan_meanwhile() {
    let schema = "CREATE TABLE p (k text PRIMARY KEY); CREATE TABLE c (k text PRIMARY KEY, p_k text REFERENCES p);
        CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END';";
    let waits = "CREATE TRIGGER wait BEFORE INSERT ON p FOR EACH ROW EXECUTE FUNCTION wait()";
    let rows = "INSERT INTO p VALUES ('a'); INSERT INTO c VALUES ('b', 'a')";
    let pair = Pair::new(&set(r#"{ table = "p" }, { table = "c" }"#), schema, rows, waits).await;
    let plan = pair.all(&pair.review().await);
    let other = pair.target.connect().await;
    other.batch_execute("SELECT pg_advisory_lock(7); SET lock_timeout = '50ms'").await.unwrap();
    let meanwhile = async {
        while pair.target.one("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").await != "1"
        {
            tokio::task::yield_now().await;
        }
        let changed = other.batch_execute("ALTER TABLE c ADD COLUMN v text").await.unwrap_err();
        assert_eq!(changed.code().map(tokio_postgres::error::SqlState::code), Some("55P03"), "{changed}");
        other.batch_execute("SELECT pg_advisory_unlock(7)").await.unwrap();
    };
    applied_meanwhile(&pair, &plan, meanwhile).await;
}

/// The column's type rounds it: that is not the doing of the trigger that runs as well.
#[tokio::test]
async fn a_value_that_its_column_rounds_is_refused_whatever_triggers_there_are() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, price numeric(8,2));
        CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';";
    let trigger = "CREATE TRIGGER nothing BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION nothing();";
    for trigger in ["", trigger] {
        let pair = Pair::new(
            &set(r#"{ table = "t" }"#),
            &format!("{schema}{trigger}"),
            "INSERT INTO t VALUES ('a', 2.50)",
            "INSERT INTO t VALUES ('a', 1)",
        )
        .await;
        let mut plan = pair.all(&pair.review().await);
        plan.steps[0].set[0].value = value("2.555");
        let error = pair.refused(&plan.sealed()).await;
        assert_eq!((error.code, error.object.as_deref()), (Code::RolledBack, Some("public.t a")), "{error}");
        assert!(error.message.contains("`price` holds 2.56 after it was written"), "{error}");
    }
}

/// What a review shows of a row is the row's own name.
#[tokio::test]
async fn a_step_under_the_name_of_another_row_is_refused() {
    let (pair, plan) = pair().await;
    let mut forged = plan.clone();
    forged.steps[0].key.0[0] = Some("old".into());
    let error = pair.refused(&forged.sealed()).await;
    assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("public.plans old")), "{error}");
    assert!(error.message.contains("the row has the key free"), "{error}");
    let mut forged = plan.clone();
    forged.steps[0].set.push(Assignment { columns: vec!["key".into()], value: value("gone") });
    let error = pair.refused(&forged.sealed()).await;
    assert_eq!((error.code, error.object.as_deref()), (Code::RolledBack, Some("public.plans free")), "{error}");
    assert!(error.message.contains("the plan gives the row another key: gone"), "{error}");
    pair.apply(&plan).await.unwrap();
}

/// A review deletes what the `where` covers; the function shows that a team's own SQL cannot write here either.
#[tokio::test]
async fn a_row_outside_of_the_where_is_not_deleted() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, open bool, v text); CREATE TABLE seen (k text);
        CREATE FUNCTION ours(text) RETURNS bool LANGUAGE sql STABLE AS $$SELECT $1 <> 'theirs'$$;
        CREATE FUNCTION writes(text) RETURNS bool LANGUAGE plpgsql AS
            $$BEGIN IF current_setting('transaction_read_only') = 'off' THEN INSERT INTO public.seen VALUES ($1); END IF;
              RETURN $1 <> 'theirs'; END$$;";
    let rows =
        "INSERT INTO t VALUES ('gone', true, 'x'), ('shut', false, 'x'), ('theirs', true, 'x'), ('unknown', NULL, 'x')";
    for filter in ["open and public.ours(k)", "open and public.writes(k) -- a comment"] {
        let sets = set(&format!("{{ table = \"t\", where = \"{filter}\", deletes = true }}"));
        let pair = Pair::new(&sets, schema, "", rows).await;
        let plan = pair.all(&pair.review().await);
        assert_eq!(plan.steps.len(), 1, "{:?}", plan.steps);
        for (k, open) in [("shut", Some("false")), ("theirs", Some("true")), ("unknown", None)] {
            let mut forged = plan.clone();
            let step = &mut forged.steps[0];
            step.key.0[0] = Some(k.into());
            step.locator = vec![Some(k.into())];
            step.guard.insert("k".into(), Some(k.into()));
            step.guard.insert("open".into(), open.map(Into::into));
            let error = pair.refused(&forged.sealed()).await;
            assert_eq!((error.code, error.object), (Code::Refused, Some(format!("public.t {k}"))), "{}", error.message);
            assert!(error.message.contains("outside of the `where` of sync set `s`"), "{}", error.message);
        }
        let run = pair.apply(&plan).await.unwrap().run.unwrap();
        assert_eq!(pair.target.rows("SELECT k FROM t ORDER BY k").await, ["shut", "theirs", "unknown"]);
        assert_eq!(pair.target.one("SELECT count(*) FROM seen").await, "0");
        pair.undo(&run).await.unwrap();
    }
}
