//! A file of rows says what it is of: rows that its definition left out are not missing under another one.

use pgdeck::{
    app::{job::Job, sync},
    core::sync::{bundle::Bundle, select::Selection},
};

use crate::support::{Pair, set};

const SCHEMA: &str = "CREATE TABLE t (k text PRIMARY KEY, region text, v text);";

fn table(more: &str) -> String {
    set(&format!(r#"{{ table = "t", deletes = true{more} }}"#))
}

async fn reviewed(pair: &Pair, sets: &str, bundle: &Bundle) -> (Option<String>, usize) {
    let deck = pair.deck_of(sets);
    let review = Box::pin(sync::review(&deck, &Job::quiet(), bundle, "target", true)).await.unwrap();
    let steps = pair.plan(&review, &Selection::all(&review)).steps.len();
    (review.tables[0].blocked.clone(), steps)
}

#[tokio::test]
async fn rows_outside_of_the_bundles_where_are_never_deleted() {
    let source = "INSERT INTO t VALUES ('e1', 'eu', 'new'), ('u1', 'us', 'x')";
    let target = "INSERT INTO t VALUES ('e1', 'eu', 'old'), ('u1', 'us', 'x'), ('u2', 'us', 'x')";
    let eu = table(r#", where = "region = 'eu'""#);
    let pair = Pair::new(&eu, SCHEMA, source, target).await;
    let bundle = pair.export().await.unwrap();
    assert_eq!(reviewed(&pair, &eu, &bundle).await, (None, 1));
    for other in [table(""), table(r#", where = "region = 'us'""#)] {
        let (blocked, steps) = reviewed(&pair, &other, &bundle).await;
        let blocked = blocked.unwrap();
        assert!(blocked.starts_with("`where` differs: `region = 'eu'` for the source's rows, "), "{blocked}");
        assert_eq!(steps, 0);
    }
    // The other way round: a file of all rows, and a `where` that would take most of them for strangers.
    let all = Pair::new(&table(""), SCHEMA, source, target).await;
    let bundle = all.export().await.unwrap();
    let (blocked, steps) = reviewed(&all, &eu, &bundle).await;
    assert!(blocked.unwrap().ends_with("none for the source's rows, `region = 'eu'` in pgdeck.toml") && steps == 0);
}

/// What is declared otherwise now blocks the table, or is compared as it is declared now.
#[tokio::test]
async fn other_columns_and_keys_block_the_table() {
    let pair = Pair::new(&table(""), SCHEMA, "INSERT INTO t VALUES ('a', 'eu', 'new')", "").await;
    let bundle = pair.export().await.unwrap();
    for (more, says) in [
        (r#", exclude = ["v"]"#, "column `v`"),
        (r#", columns = ["k"]"#, "column `"),
        (r#", key = ["region", "k"]"#, "the key differs"),
    ] {
        let (blocked, steps) = reviewed(&pair, &table(more), &bundle).await;
        assert!(blocked.as_deref().is_some_and(|why| why.contains(says)), "{more}: {blocked:?}");
        assert_eq!(steps, 0);
    }
    let mut sets = String::from("[sync]\nnever = [\"t\"]\n");
    sets.push_str(&set(r#"{ table = "other" }"#).replace("other", "u"));
    let deck = pair.deck_of(&sets);
    let review = Box::pin(sync::review(&deck, &Job::quiet(), &bundle, "target", true)).await.unwrap();
    assert!(review.tables[0].blocked.is_some() && review.tables[0].rows.is_empty());
}

/// What a bundle says of missing parents is what it was made with; what happens is what the project says now.
#[tokio::test]
async fn rules_of_the_project_hold_not_those_of_the_file() {
    let schema =
        "CREATE TABLE p (id int PRIMARY KEY, k text UNIQUE); CREATE TABLE t (k text PRIMARY KEY, p int REFERENCES p);";
    let sets = |rule: &str| {
        format!(
            "[[sync.set]]\nname = \"t\"\ntables = [{{ table = \"t\"{rule} }}]\n[[sync.set]]\nname = \"p\"\ntables = [{{ table = \"p\", key = [\"k\"] }}]\n"
        )
    };
    let source = "INSERT INTO p VALUES (1, 'one'); INSERT INTO t VALUES ('a', 1)";
    let pair = Pair::new(&sets(r#", on_missing_parent = "null""#), schema, source, "").await;
    let mut bundle = pair.export().await.unwrap();
    bundle.tables.retain(|table| table.shape.table.name == "t");
    let (_, steps) = reviewed(&pair, &sets(r#", on_missing_parent = "null""#), &bundle).await;
    assert_eq!(steps, 1);
    let (blocked, steps) = reviewed(&pair, &sets(""), &bundle).await;
    assert_eq!((blocked, steps), (None, 0), "the row is blocked, because its parent is missing");
}
