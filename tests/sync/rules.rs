//! The rules of a set: expression keys, missing parents, foreign keys into what is never synced.

use pgdeck::core::sync::select::Selection;

use crate::support::{Pair, at, row, set, show};

#[tokio::test]
async fn an_expression_is_a_key_and_leads_children_to_their_parents() {
    let schema = "CREATE TABLE p (id serial PRIMARY KEY, email text NOT NULL, v text); CREATE TABLE c (k text PRIMARY KEY, p_id int REFERENCES p)";
    let sets = set(r#"{ table = "c" }, { table = "p", key = ["lower(email)"] }"#);
    let source =
        "INSERT INTO p (email, v) VALUES ('A@x', 'new'), ('b@x', 'n'); INSERT INTO c VALUES ('1', 1), ('2', 2)";
    let pair = Pair::new(&sets, schema, source, "INSERT INTO p (email, v) VALUES ('z@x', ''), ('a@X', 'old')").await;
    let before = pair.target.dump().await;
    let applied = pair.sync().await;
    let sql = "SELECT c.k, p.email, p.v FROM c JOIN p ON p.id = p_id ORDER BY 1";
    assert_eq!(pair.target.rows(sql).await, ["1|A@x|new", "2|b@x|n"]);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

/// A child of `gone`, which the target lacks and whose own set leaves it out, and one of `there`.
async fn orphan(rule: &str) -> Pair {
    let schema = "CREATE TABLE g (id serial PRIMARY KEY, k text UNIQUE);
        CREATE TABLE p (id serial PRIMARY KEY, k text UNIQUE, active boolean, g_id int REFERENCES g);
        CREATE TABLE c (k text PRIMARY KEY, v text, p_id int REFERENCES p)";
    let sets = format!(
        "[[sync.set]]\nname = \"others\"\ntables = [{{ table = \"p\", key = [\"k\"], where = \"active\" }}, {{ table = \"g\", key = [\"k\"], where = \"false\" }}]\n\
         [[sync.set]]\nname = \"s\"\ntables = [{{ table = \"c\"{rule} }}]\n"
    );
    let source = "INSERT INTO g (k) VALUES ('grand'); INSERT INTO p (k, active, g_id) VALUES ('gone', false, 1), ('there', true, NULL);
        INSERT INTO c VALUES ('orphan', 'new', 1), ('child', 'new', 2), ('changed', 'new', 1)";
    let target = "INSERT INTO p (k, active) VALUES ('there', true); INSERT INTO c VALUES ('changed', 'old', 1)";
    Pair::new(&sets, schema, source, target).await
}

const CHILDREN: &str =
    "SELECT c.k, c.v, p.k, g.k FROM c LEFT JOIN p ON p.id = p_id LEFT JOIN g ON g.id = g_id ORDER BY 1";

#[tokio::test]
async fn without_a_rule_a_row_stops_where_its_parent_is_missing() {
    let pair = orphan("").await;
    let review = pair.review().await;
    let why = row(&review, "public.c", "orphan").blocked.clone();
    assert_eq!(why.as_deref(), Some("its parent p `gone` is not in the target"));
    pair.apply(&pair.all(&review)).await.unwrap();
    assert_eq!(pair.target.rows(CHILDREN).await, ["changed|old|there|∅", "child|new|there|∅"]);
}

#[tokio::test]
async fn a_missing_parent_becomes_null_or_keeps_its_child_behind() {
    let pair = orphan(r#", on_missing_parent = "null""#).await;
    assert_eq!(row(&pair.review().await, "public.c", "orphan").notes.len(), 1);
    pair.sync().await;
    assert_eq!(pair.target.rows(CHILDREN).await, ["changed|new|∅|∅", "child|new|there|∅", "orphan|new|∅|∅"]);
    let review = pair.review().await;
    assert!(review.is_empty(), "{}", show(&review));

    let pair = orphan(r#", on_missing_parent = "skip""#).await;
    pair.sync().await;
    assert_eq!(pair.target.rows(CHILDREN).await, ["changed|old|there|∅", "child|new|there|∅"]);
}

#[tokio::test]
async fn a_missing_parent_comes_along_with_its_own() {
    let pair = orphan(r#", on_missing_parent = "include""#).await;
    let before = pair.target.dump().await;
    let whole = pair.export().await.unwrap();
    for offline in [false, true] {
        let mut review = if offline { pair.review_of(&whole, false).await.unwrap() } else { pair.review().await };
        if offline {
            // The bundle holds every set; here only the children and what they need.
            review.tables.retain(|table| table.set == "s" || table.rows.iter().any(|row| row.included));
        }
        assert!(row(&review, "public.p", "gone").included, "{}", show(&review));
        assert!(row(&review, "public.g", "grand").included, "{}", show(&review));
        let applied = pair.apply(&pair.all(&review)).await.unwrap();
        assert_eq!(
            pair.target.rows(CHILDREN).await,
            ["changed|new|gone|grand", "child|new|there|∅", "orphan|new|gone|grand"]
        );
        pair.undo(&applied.run.unwrap()).await.unwrap();
        assert_eq!(pair.target.dump().await, before);
    }
    // Nobody needs them: they stay behind.
    let review = pair.review().await;
    let mut selection = Selection::all(&review);
    selection.toggle(&review, at(&review, "public.c", "orphan"));
    selection.toggle(&review, at(&review, "public.c", "changed"));
    assert_eq!(selection.len(), 1, "{}", show(&review));
}

/// With NULL in the place of a parent that its key leads through, it would be another row.
#[tokio::test]
async fn a_missing_parent_that_is_a_part_of_the_key_never_becomes_null() {
    let schema = "CREATE TABLE p (id serial PRIMARY KEY, k text UNIQUE);
        CREATE TABLE c (id serial PRIMARY KEY, p_id int REFERENCES p, k text NOT NULL, UNIQUE (p_id, k))";
    let sets = "[[sync.set]]\nname = \"s\"\ntables = [{ table = \"c\", key = [\"p_id\", \"k\"], on_missing_parent = \"null\" }]\n\
        [[sync.set]]\nname = \"others\"\ntables = [{ table = \"p\", key = [\"k\"], where = \"false\" }]\n";
    let source = "INSERT INTO p (k) VALUES ('gone'); INSERT INTO c (p_id, k) VALUES (1, 'x')";
    let pair = Pair::new(sets, schema, source, "").await;
    let review = pair.review().await;
    let why = row(&review, "public.c", "gone · x").blocked.clone();
    assert_eq!(why.as_deref(), Some("its parent p `gone` is not in the target"));
}

/// A file brings parents along from outside of their `where`, whether the target has them or not.
#[tokio::test]
async fn a_parent_that_comes_along_changes_no_row_that_is_there() {
    let pair = orphan(r#", on_missing_parent = "include""#).await;
    let bundle = pair.export().await.unwrap();
    pair.target.run("INSERT INTO p (k) VALUES ('gone')").await;
    for review in [pair.review().await, pair.review_of(&bundle, false).await.unwrap()] {
        let run = pair.apply(&pair.all(&review)).await.unwrap().run.unwrap();
        assert_eq!(pair.target.rows("SELECT k, active, g_id FROM p ORDER BY 1").await, ["gone|∅|∅", "there|t|∅"]);
        assert_eq!(
            pair.target.rows(CHILDREN).await,
            ["changed|new|gone|∅", "child|new|there|∅", "orphan|new|gone|∅"],
            "{}",
            show(&review)
        );
        pair.undo(&run).await.unwrap();
    }
}

#[tokio::test]
async fn what_points_into_the_never_synced_follows_its_rule() {
    let schema = "CREATE TABLE people (id int PRIMARY KEY, email text UNIQUE); CREATE TABLE t (k text PRIMARY KEY, v text, owner_id int REFERENCES people)";
    let source = "INSERT INTO people VALUES (1, 'a@x'), (2, 'b@x'); INSERT INTO t VALUES ('both', 'new', 1), ('new', 'n', 2), ('none', 'n', NULL)";
    let target = "INSERT INTO people VALUES (1, 'b@x'), (2, 'a@x'); INSERT INTO t VALUES ('both', 'old', 1)";
    for (rule, wanted) in [
        (r#""keep""#, ["both|new|b@x", "new|n|∅", "none|n|∅"].as_slice()),
        (r#""null""#, &["both|new|∅", "new|n|∅", "none|n|∅"]),
        (r#""exclude""#, &["both|old|b@x", "none|n|∅"]),
        (r#"["email"]"#, &["both|new|a@x", "new|n|b@x", "none|n|∅"]),
    ] {
        let table = format!("{{ table = \"t\", references = {{ owner_id = {rule} }} }}");
        let pair = Pair::new(&format!("[sync]\nnever = [\"people\"]\n{}", set(&table)), schema, source, target).await;
        let before = pair.target.dump().await;
        let people = pair.target.rows("SELECT * FROM people ORDER BY 1").await;
        let applied = pair.sync().await;
        let sql = "SELECT k, v, email FROM t LEFT JOIN people ON id = owner_id ORDER BY 1";
        assert_eq!(pair.target.rows(sql).await, wanted, "{rule}");
        assert_eq!(pair.target.rows("SELECT * FROM people ORDER BY 1").await, people, "{rule}");
        pair.undo(&applied.run.unwrap()).await.unwrap();
        assert_eq!(pair.target.dump().await, before, "{rule}");
    }
}
