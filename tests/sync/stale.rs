//! The target changes between review and apply: everything rolls back, and the row is named.

use pgdeck::core::{error::Code, sync::plan::Plan};

use crate::support::{Pair, set, show};

const SCHEMA: &str = "
    CREATE TABLE parents (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text UNIQUE NOT NULL, note text);
    CREATE TABLE children (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE NOT NULL, note text,
                           parent_id int REFERENCES parents ON DELETE CASCADE);
    CREATE TABLE pairs (parent_id int NOT NULL REFERENCES parents ON DELETE CASCADE, kind text, note text, PRIMARY KEY (parent_id, kind));
    CREATE TABLE keyed (code text PRIMARY KEY, note text)";

async fn reviewed() -> (Pair, Plan) {
    let source = "INSERT INTO parents (code, note) VALUES ('p', 'new'), ('q', 'same');
        INSERT INTO children (name, note, parent_id) VALUES ('a', 'new', 1), ('b', 'new', 2), ('fresh', 'new', 1);
        INSERT INTO pairs VALUES (1, 'x', 'new');
        INSERT INTO keyed VALUES ('k', 'new'), ('fresh', 'new')";
    let target = "INSERT INTO parents (code, note) VALUES ('q', 'same'), ('p', 'old'), ('alone', 'old');
        INSERT INTO children (name, note, parent_id) VALUES ('a', 'old', 2), ('b', 'old', 2);
        INSERT INTO pairs VALUES (2, 'x', 'old');
        INSERT INTO keyed VALUES ('k', 'old')";
    let sets = set(
        r#"{ table = "parents", key = ["code"] }, { table = "children", key = ["name"] }, { table = "pairs" }, { table = "keyed" }"#,
    );
    let pair = Pair::new(&sets, SCHEMA, source, target).await;
    let plan = pair.all(&pair.review_deletes().await);
    assert_eq!(plan.tally().to_string(), "2 insert, 5 update, 1 delete");
    (pair, plan)
}

/// Whatever happened since the review, nothing is written, and the error says to which row.
async fn stale(since: &str, row: &str, says: &str) {
    let (pair, plan) = reviewed().await;
    pair.target.run(since).await;
    let error = pair.refused(&plan).await;
    assert_eq!(error.code, Code::Stale, "{error}");
    assert_eq!(error.object.as_deref(), Some(row), "{error}");
    assert!(error.to_string().contains(says), "{error}");
    assert_eq!(error.environment.as_deref(), Some("target"));
    let last = &pair.journal()[0].last;
    assert_eq!(last.outcome.word(), "rolled back");
    assert!(last.error.as_ref().unwrap().contains(row));
    // A new review sees what is there now.
    pair.sync_deletes().await;
}

#[tokio::test]
async fn a_plan_that_was_applied_already_names_its_run() {
    let (pair, plan) = reviewed().await;
    let run = pair.apply(&plan).await.unwrap().run.unwrap();
    let error = pair.refused(&plan).await;
    assert_eq!(error.code, Code::Stale, "{error}");
    assert!(error.message.starts_with(&format!("this plan was applied already, by run {run} (")), "{error}");
}

#[tokio::test]
async fn rows_that_only_the_target_has_are_counted_where_they_are_kept() {
    let (pair, _) = reviewed().await;
    let kept = |review: &pgdeck::core::sync::diff::Review| -> Vec<usize> {
        review.tables.iter().map(|table| table.kept).collect()
    };
    let review = pair.review().await;
    assert_eq!(kept(&review), [1, 0, 0, 0], "{}", show(&review));
    assert_eq!(
        review.tables[0].kept_rows("target").as_deref(),
        Some("1 row is only in target and kept (--deletes removes it)")
    );
    let bundle = pair.export().await.unwrap();
    assert_eq!(kept(&pair.review_of(&bundle, false).await.unwrap()), [1, 0, 0, 0], "one road for both");
    assert_eq!(kept(&pair.review_deletes().await), [0; 4]);
}

#[tokio::test]
async fn a_row_that_holds_another_value() {
    stale("UPDATE children SET note = 'else' WHERE name = 'a'", "public.children a", "`note` holds another value")
        .await;
}

#[tokio::test]
async fn a_value_that_became_null() {
    stale("UPDATE keyed SET note = NULL", "public.keyed k", "`note` holds another value").await;
}

#[tokio::test]
async fn a_row_that_is_gone() {
    stale("DELETE FROM children WHERE name = 'a'", "public.children a", "it is gone").await;
}

#[tokio::test]
async fn a_row_that_has_another_key_now() {
    stale("UPDATE children SET name = 'z' WHERE name = 'a'", "public.children a", "`name` holds another value").await;
    stale("UPDATE keyed SET code = 'z'", "public.keyed k", "it is gone").await;
}

#[tokio::test]
async fn a_row_that_points_to_another_parent() {
    stale("UPDATE children SET parent_id = 1 WHERE name = 'a'", "public.children a", "`parent_id` holds").await;
}

#[tokio::test]
async fn a_new_row_that_somebody_else_has_inserted() {
    stale("INSERT INTO keyed VALUES ('fresh', 'theirs')", "public.keyed fresh", "has appeared since").await;
}

#[tokio::test]
async fn a_key_that_leads_through_a_parent_which_has_another_key_now() {
    let since = "UPDATE parents SET code = 'was p' WHERE code = 'p'; INSERT INTO parents (code) VALUES ('p')";
    let (pair, plan) = reviewed().await;
    let only_pairs = Plan { steps: plan.steps.iter().filter(|s| s.table.name == "pairs").cloned().collect(), ..plan };
    pair.target.run(since).await;
    let error = pair.refused(&only_pairs.sealed()).await;
    assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("public.pairs p · x")), "{error}");
    assert!(error.to_string().contains("the key behind `parent_id`"), "{error}");
}

#[tokio::test]
async fn a_parent_to_be_pointed_to_that_was_renamed() {
    let (pair, plan) = reviewed().await;
    let steps = plan.steps.iter().filter(|s| s.table.name == "children" && s.key.display() == "b").cloned().collect();
    let only_b = Plan { steps, ..plan }.sealed();
    pair.target.run("UPDATE parents SET code = 'renamed' WHERE code = 'q'").await;
    let error = pair.refused(&only_b).await;
    assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("public.children b")), "{error}");
    assert!(error.to_string().contains("public.parents `q`, which was renamed or removed"), "{error}");
}

#[tokio::test]
async fn a_parent_that_must_be_there_and_was_renamed() {
    let schema = "CREATE TABLE parents (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text UNIQUE NOT NULL);
        CREATE TABLE children (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE, parent_id int NOT NULL REFERENCES parents)";
    let sets = set(r#"{ table = "parents", key = ["code"] }, { table = "children", key = ["name"] }"#);
    let source = "INSERT INTO parents (code) VALUES ('p'); INSERT INTO children (name, parent_id) VALUES ('c', 1)";
    let pair = Pair::new(&sets, schema, source, "INSERT INTO parents (code) VALUES ('p')").await;
    let plan = pair.all(&pair.review().await);
    pair.target.run("UPDATE parents SET code = 'renamed'").await;
    let error = pair.refused(&plan).await;
    assert_eq!((error.code, error.object.as_deref()), (Code::RolledBack, Some("public.children c")), "{error}");
}

#[tokio::test]
async fn a_row_to_be_deleted_that_changed_or_got_a_child() {
    stale("UPDATE parents SET note = 'else' WHERE code = 'alone'", "public.parents alone", "`note`").await;
    let since = "INSERT INTO children (name, parent_id) SELECT 'late', id FROM parents WHERE code = 'alone'";
    let (pair, plan) = reviewed().await;
    pair.target.run(since).await;
    let error = pair.refused(&plan).await;
    assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("public.parents alone")), "{error}");
    assert!(error.to_string().contains("another row points to it now"), "{error}");
}

/// All of a row goes, and not only what is compared.
#[tokio::test]
async fn a_row_to_be_deleted_of_which_something_changed_that_is_not_compared() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, v text, seen text)";
    for left_out in ["exclude", "ignore"] {
        let sets = set(&format!(r#"{{ table = "t", {left_out} = ["seen"] }}"#));
        let pair = Pair::new(&sets, schema, "", "INSERT INTO t VALUES ('gone', 'x', 'then')").await;
        let plan = pair.all(&pair.review_deletes().await);
        pair.target.run("UPDATE t SET seen = 'now'").await;
        let error = pair.refused(&plan).await;
        assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("public.t gone")), "{error}");
        assert!(error.message.contains("`seen` holds another value"), "{error}");
    }
}

#[tokio::test]
async fn target_changed_between_review_and_apply() {
    let (pair, plan) = reviewed().await;
    pair.target.run("UPDATE children SET note = 'else'; UPDATE keyed SET note = 'else'").await;
    let error = pair.refused(&plan).await.to_string();
    assert!(error.contains("and 2 more: public.children b, public.keyed k"), "{error}");
}

#[tokio::test]
async fn a_unique_value_that_somebody_else_took_is_the_servers_refusal() {
    let schema = "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, name text UNIQUE, mail text UNIQUE)";
    let pair = Pair::new(
        &set(r#"{ table = "t", key = ["name"] }"#),
        schema,
        "INSERT INTO t (name, mail) VALUES ('a', 'm')",
        "",
    )
    .await;
    let plan = pair.all(&pair.review().await);
    pair.target.run("INSERT INTO t (name, mail) VALUES ('b', 'm')").await;
    let error = pair.refused(&plan).await;
    assert_eq!((error.code, error.object.as_deref()), (Code::RolledBack, Some("public.t a")), "{error}");
}

/// No foreign key of the server keeps what a team declared to be a reference: the apply asks again.
#[tokio::test]
async fn a_row_to_be_deleted_that_a_declared_reference_points_to_by_now() {
    let schema = "CREATE TABLE p (id int PRIMARY KEY, k text UNIQUE); CREATE TABLE c (k text PRIMARY KEY, p int);";
    let sets = set(r#"{ table = "p", key = ["k"], deletes = true }, { table = "c", references = { p = "p" } }"#);
    let pair =
        Pair::new(&sets, schema, "INSERT INTO p VALUES (1, 'one')", "INSERT INTO p VALUES (1, 'one'), (2, 'gone')")
            .await;
    let plan = pair.all(&pair.review().await);
    assert_eq!(plan.steps.len(), 1);
    pair.target.run("INSERT INTO c VALUES ('late', 2)").await;
    let error = pair.refused(&plan).await;
    assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("public.p gone")), "{error}");
    assert!(error.message.contains("another row points to it"), "{error}");
}
