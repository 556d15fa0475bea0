//! Foreign keys of several columns of which some are NULL, and values that lead to no row.

use pgdeck::{
    app::{job::Job, sync},
    core::sync::{script, seed},
};

use crate::support::{Pair, row, set, show, table};

/// `item (tenant, cat)` points to `cat (tenant, id)`; ids differ on the two sides.
const SCHEMA: &str = "CREATE TABLE cat (id int PRIMARY KEY, tenant int NOT NULL, name text NOT NULL, UNIQUE (tenant, id), UNIQUE (tenant, name));
    CREATE TABLE item (key text PRIMARY KEY, tenant int, cat int, v text, FOREIGN KEY (tenant, cat) REFERENCES cat (tenant, id))";
const SETS: &str = r#"{ table = "cat", key = ["tenant", "name"] }, { table = "item" }"#;
const CATS: [&str; 2] = [
    "INSERT INTO cat VALUES (1, 1, 'a'), (2, 1, 'b'), (3, 2, 'a');",
    "INSERT INTO cat VALUES (2, 1, 'a'), (3, 1, 'b'), (1, 2, 'a');",
];
const LOOK: &str = "SELECT i.key, i.tenant, i.cat IS NOT NULL, c.name, c.tenant FROM item i LEFT JOIN cat c ON c.tenant = i.tenant AND c.id = i.cat ORDER BY 1";

/// Applies all that differs, undoes it, runs the script, and loads the seed into a target of its own.
async fn every_road(sets: &str, schema: &str, source: &str, target: &str, look: &str) -> Pair {
    let pair = Pair::new(sets, schema, source, target).await;
    let before = pair.target.dump().await;
    let review = pair.review_deletes().await;
    assert_eq!(review.blocked(), 0, "{}", show(&review));
    let script = script::script(&pair.all(&review)).unwrap();
    let bundle = pair.export().await.unwrap();
    let seed = seed::body(&bundle, "pgdeck sync seed").unwrap();
    let applied = pair.sync_deletes().await;
    let wanted = pair.source.rows(look).await;
    assert_eq!(pair.target.rows(look).await, wanted);
    assert!(pair.review_of(&bundle, true).await.unwrap().is_empty());
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
    pair.target.script(&script).await.unwrap();
    assert_eq!(pair.target.rows(look).await, wanted);
    let empty = Pair::new(sets, schema, "", "").await;
    empty.target.script(&seed).await.unwrap();
    assert_eq!(empty.target.rows(look).await, wanted);
    let whole = empty.target.dump().await;
    empty.target.script(&seed).await.unwrap();
    assert_eq!(empty.target.dump().await, whole, "a seed does nothing the second time");
    pair
}

#[tokio::test]
async fn what_is_partly_null_points_to_nothing_and_keeps_its_values() {
    // Whole, partly NULL and NULL on either side, in every combination that means something elsewhere.
    let source = "INSERT INTO item VALUES ('n1', 1, NULL), ('n2', 1, 1), ('n3', NULL, NULL),
        ('u1', 1, NULL), ('u2', 2, 3), ('u3', 2, NULL), ('u4', NULL, NULL), ('u5', 1, 2), ('u6', 1, 1), ('same', 1, NULL), ('same2', 2, 3), ('u7', 2, NULL)";
    let target = "INSERT INTO item VALUES
        ('u1', 1, 2), ('u2', 2, NULL), ('u3', 1, NULL), ('u4', 1, 2), ('u5', NULL, NULL), ('u6', NULL, 9), ('same', 1, NULL), ('same2', 2, 1), ('u7', 1, 3)";
    let (source, target) = (format!("{} {source}", CATS[0]), format!("{} {target}", CATS[1]));
    let pair = every_road(&set(SETS), SCHEMA, &source, &target, LOOK).await;
    let told = pair.source.rows("SELECT count(*) FROM item WHERE tenant IS NOT NULL AND cat IS NULL").await;
    assert_eq!(told, ["5"]);
}

#[tokio::test]
async fn an_id_without_its_tenant_has_no_meaning_elsewhere() {
    let pair =
        Pair::new(&set(SETS), SCHEMA, &format!("{} INSERT INTO item VALUES ('x', NULL, 1)", CATS[0]), CATS[1]).await;
    let why = row(&pair.review().await, "public.item", "x").blocked.clone();
    assert_eq!(why.as_deref(), Some("its `tenant,cat` leads to no row of cat that has a key"));
}

#[tokio::test]
async fn a_tenant_that_is_never_synced_travels_as_the_parents_key_holds_it() {
    let schema = "CREATE TABLE tenants (id int PRIMARY KEY); INSERT INTO tenants VALUES (1), (2);".to_owned()
        + &SCHEMA.replace("key text PRIMARY KEY, tenant int,", "key text PRIMARY KEY, tenant int REFERENCES tenants,");
    let sets = "[sync]\nnever = [\"tenants\"]\n".to_owned() + &set(SETS);
    let source = format!("{} INSERT INTO item VALUES ('n', 1, NULL), ('u', 2, 3)", CATS[0]);
    let target = format!("{} INSERT INTO item VALUES ('u', 1, 2)", CATS[1]);
    let pair = every_road(&sets, &schema, &source, &target, LOOK).await;
    let told = "`tenant` points to public.tenants, which is never synced; its value travels all the same, \
                because the key of public.cat holds it as a plain value";
    assert_eq!(table(&pair.review().await, "public.item").warnings, [told]);
}

#[tokio::test]
async fn a_tenant_that_the_parents_key_leads_to_travels_by_its_key() {
    // The tenant has no foreign key of its own here: the category's says what it is.
    let schema = "CREATE TABLE tenants (id int PRIMARY KEY, slug text UNIQUE NOT NULL);".to_owned()
        + &SCHEMA.replace("tenant int NOT NULL", "tenant int NOT NULL REFERENCES tenants");
    let sets = set(&(r#"{ table = "tenants", key = ["slug"] }, "#.to_owned() + SETS));
    let source = format!(
        "INSERT INTO tenants VALUES (1, 's'), (2, 't'); {} INSERT INTO item VALUES ('n', 1, NULL), ('u', 2, 3), ('w', 2, NULL)",
        CATS[0]
    );
    let target = "INSERT INTO tenants VALUES (2, 's'), (1, 't'); INSERT INTO cat VALUES (5, 2, 'a'); INSERT INTO item VALUES ('u', 2, 5), ('w', 2, 5)";
    let look = "SELECT i.key, s.slug, c.name FROM item i LEFT JOIN tenants s ON s.id = i.tenant LEFT JOIN cat c ON c.tenant = i.tenant AND c.id = i.cat ORDER BY 1";
    every_road(&sets, &schema, &source, target, look).await;
}

#[tokio::test]
async fn a_natural_key_of_several_columns_travels_where_it_is_partly_null() {
    let schema = "CREATE TABLE region (country text, code text, PRIMARY KEY (country, code));
        CREATE TABLE shop (key text PRIMARY KEY, country text, code text, FOREIGN KEY (country, code) REFERENCES region)";
    let sets = set(r#"{ table = "region" }, { table = "shop" }"#);
    let source = "INSERT INTO region VALUES ('de', 'by'), ('at', 't'); INSERT INTO shop VALUES ('n', 'de', NULL), ('m', NULL, 'by'), ('w', 'at', 't'), ('u', 'de', 'by'), ('v', 'de', NULL)";
    let target = "INSERT INTO region VALUES ('de', 'by'), ('old', 'x'); INSERT INTO shop VALUES ('u', 'de', NULL), ('v', 'de', 'by'), ('gone', 'old', 'x')";
    let look = "SELECT * FROM shop ORDER BY 1";
    let mut pair = every_road(&sets, schema, source, target, look).await;
    // The parent is still looked for.
    let only = pair.deck_of(&set(r#"{ table = "region", where = "country <> 'at'" }, { table = "shop" }"#));
    pair.deck = only;
    pair.target.run("DELETE FROM shop; DELETE FROM region WHERE country = 'at'").await;
    let review = pair.review().await;
    let why = row(&review, "public.shop", "w").blocked.clone();
    assert_eq!(why.as_deref(), Some("its parent region `at · t` is not in the target"), "{}", show(&review));
}

#[tokio::test]
async fn rows_with_a_natural_key_of_several_columns_go_and_come_in_circles() {
    let schema = "CREATE TABLE a (x int, y int, bx int, by int, PRIMARY KEY (x, y));
        CREATE TABLE b (x int, y int, ax int NOT NULL, ay int NOT NULL, PRIMARY KEY (x, y), FOREIGN KEY (ax, ay) REFERENCES a);
        ALTER TABLE a ADD FOREIGN KEY (bx, by) REFERENCES b";
    let sets = set(r#"{ table = "a" }, { table = "b" }"#);
    let insert = |n: i32| {
        format!(
            "INSERT INTO a VALUES ({n}, {n}); INSERT INTO b VALUES ({n}, {n}, {n}, {n}); UPDATE a SET bx = {n}, by = {n};"
        )
    };
    let pair = Pair::new(&sets, schema, &insert(1), &insert(2)).await;
    let before = pair.target.dump().await;
    let applied = pair.sync_deletes().await;
    assert_eq!(pair.target.rows("SELECT * FROM a, b").await, ["1|1|1|1|1|1|1|1"]);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn under_match_full_all_columns_are_null_or_none() {
    let schema = SCHEMA.replace("(tenant, id))", "(tenant, id) MATCH FULL)");
    let source = format!("{} INSERT INTO item VALUES ('n', NULL, NULL), ('u', 1, 1), ('v', NULL, NULL)", CATS[0]);
    let target = format!("{} INSERT INTO item VALUES ('u', NULL, NULL), ('v', 2, 1)", CATS[1]);
    every_road(&set(SETS), &schema, &source, &target, LOOK).await;
    // Where only one side says so, the table is not compared.
    let pair = Pair::new(&set(SETS), "", SCHEMA, &schema).await;
    let why = table(&pair.review().await, "public.item").blocked.clone().unwrap();
    assert!(why.contains("plain value in the source, and not in the target") || why.contains("not the same"), "{why}");
}

#[tokio::test]
async fn a_value_that_leads_nowhere_is_told_because_it_cannot_come_back() {
    let schema = "CREATE TABLE p (id int PRIMARY KEY, key text UNIQUE NOT NULL); CREATE TABLE c (key text PRIMARY KEY, p_id int, v text)";
    let dangling = "INSERT INTO c VALUES ('moves', 7, 'x'), ('stays', 7, 'x'), ('goes', 7, 'x'); ALTER TABLE c ADD FOREIGN KEY (p_id) REFERENCES p NOT VALID;";
    let source = "INSERT INTO p VALUES (1, 'a'); INSERT INTO c VALUES ('moves', 1, 'x'), ('stays', NULL, 'x'), ('lost', 5, 'x'); ALTER TABLE c ADD FOREIGN KEY (p_id) REFERENCES p NOT VALID";
    let sets = set(r#"{ table = "p", key = ["key"] }, { table = "c" }"#);
    let pair = Pair::new(&sets, schema, source, &format!("INSERT INTO p VALUES (3, 'a'); {dangling}")).await;
    let review = pair.review_deletes().await;
    let told = "its `p_id` holds 7 in the target, which leads to no row of public.p: the server would refuse to take \
                it back, so this change cannot be undone";
    for key in ["moves", "stays", "goes"] {
        assert_eq!(row(&review, "public.c", key).notes, [told], "{key}");
    }
    assert_eq!(
        row(&review, "public.c", "lost").blocked.as_deref(),
        Some("its `p_id` leads to no row of p that has a key")
    );
    let before = pair.target.dump().await;
    let run = pair.apply(&pair.all(&review)).await.unwrap().run.unwrap();
    assert_eq!(pair.target.rows("SELECT key, p_id FROM c ORDER BY 1").await, ["moves|3", "stays|∅"]);
    pair.undo(&run).await.expect_err("as it was said");
    // A row that only its other columns change can be undone, and so can one whose key is not enforced.
    let pair = Pair::new(&sets, schema, "INSERT INTO p VALUES (1, 'a'); INSERT INTO c VALUES ('moves', 1, 'new'); ALTER TABLE c ADD FOREIGN KEY (p_id) REFERENCES p",
        &format!("INSERT INTO p VALUES (3, 'a'); {dangling} DELETE FROM c WHERE key <> 'moves'; ALTER TABLE c DISABLE TRIGGER ALL")).await;
    let first = pair.target.dump().await;
    assert_ne!(first, before);
    let review = pair.review().await;
    assert_eq!(row(&review, "public.c", "moves").notes, [""; 0]);
    let run = pair.apply(&pair.all(&review)).await.unwrap().run.unwrap();
    pair.undo(&run).await.unwrap();
    assert_eq!(pair.target.dump().await, first);
}

/// Nothing else differs, so that what finds the rows has to see this alone.
#[tokio::test]
async fn a_value_that_leads_nowhere_is_not_null() {
    let schema = "CREATE TABLE p (id int PRIMARY KEY, key text UNIQUE NOT NULL); INSERT INTO p VALUES (1, 'a');
        CREATE TABLE c (key text PRIMARY KEY, p_id int, v text)";
    let rows = |id: &str| {
        format!("INSERT INTO c VALUES ('one', {id}, 'x'); ALTER TABLE c ADD FOREIGN KEY (p_id) REFERENCES p NOT VALID")
    };
    let sets = set(r#"{ table = "p", key = ["key"] }, { table = "c" }"#);
    for (source, target, blocked) in [("NULL", "7", false), ("7", "NULL", true)] {
        let pair = Pair::new(&sets, schema, &rows(source), &rows(target)).await;
        let review = pair.review().await;
        assert_eq!(row(&review, "public.c", "one").blocked.is_some(), blocked, "{}", show(&review));
        let offline = pair.review_of(&pair.export().await.unwrap(), false).await.unwrap();
        assert_eq!(show(&offline), show(&review));
    }
}

#[tokio::test]
async fn rows_written_by_hand_point_to_nothing_where_they_are_partly_null() {
    let target = format!("{} INSERT INTO item VALUES ('u', 1, 2), ('w', 1, NULL)", CATS[1]);
    let pair = Pair::new(&set(SETS), SCHEMA, "", &target).await;
    let file = pair.state.path().join("hand.json");
    let rows = r#"[{"key": "n", "tenant": 1, "v": null, "cat_name": null}, {"key": "u", "tenant": 1, "v": null, "cat_name": null},
        {"key": "w", "tenant": 1, "v": null, "cat_name": "b"}, {"key": "x", "tenant": null, "v": null, "cat_name": null}]"#;
    std::fs::write(&file, rows).unwrap();
    let (job, names) = (Job::quiet(), ["s".to_owned()]);
    let review = Box::pin(sync::review_file(&pair.deck, &job, &file, &names, pair.to, false)).await.unwrap();
    assert_eq!(review.blocked(), 0, "{}", show(&review));
    pair.apply(&pair.all(&review)).await.unwrap();
    let rows = ["n|1|f|∅|∅", "u|1|f|∅|∅", "w|1|t|b|1", "x|∅|f|∅|∅"];
    assert_eq!(pair.target.rows(LOOK).await, rows);
}
