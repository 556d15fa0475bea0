//! Rows are told apart by key: duplicates and NULLs, swaps and rotations of unique values, trees, keys that
//! lead through parents, ids that mean nothing elsewhere.

use pgdeck::{
    app::{job::Job, sync},
    core::{
        error::Code,
        sync::{diff::Change, script},
    },
};

use crate::support::{Pair, counts, row, set, show, table};

#[tokio::test]
async fn a_key_that_two_rows_have_is_blocked_and_never_guessed() {
    let schema = "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text, v text)";
    let source =
        "INSERT INTO t (k, v) VALUES ('twice here', '1'), ('twice here', '2'), ('twice there', 'x'), ('new', 'x')";
    let target = "INSERT INTO t (k, v) VALUES ('twice there', '1'), ('twice there', '2'), ('only there', '1'), ('only there', '2')";
    let pair = Pair::new(&set(r#"{ table = "t", key = ["k"] }"#), schema, source, target).await;
    let review = pair.review_deletes().await;
    assert_eq!(counts(table(&review, "public.t")), [1, 0, 0, 0, 3, 0], "{}", show(&review));
    for (key, change, why) in [
        ("twice here", Change::Insert, "2 rows in the source, 0 in the target"),
        ("twice there", Change::Update, "1 rows in the source, 2 in the target"),
        ("only there", Change::Delete, "0 rows in the source, 2 in the target"),
    ] {
        let row = row(&review, "public.t", key);
        assert_eq!(row.change, change, "{key}");
        assert!(row.blocked.as_ref().unwrap().contains(why), "{:?}", row.blocked);
    }
    assert_eq!(counts(table(&pair.review().await, "public.t")), [1, 0, 0, 0, 2, 0], "no deletes, no blocked delete");
    pair.sync_deletes().await;
    let rows = pair.target.rows("SELECT k, v FROM t ORDER BY 1, 2").await;
    assert_eq!(rows, ["new|x", "only there|1", "only there|2", "twice there|1", "twice there|2"]);
}

#[tokio::test]
async fn a_parent_that_is_not_unique_blocks_its_children() {
    let schema =
        "CREATE TABLE p (id int PRIMARY KEY, k text); CREATE TABLE c (k text PRIMARY KEY, p_id int REFERENCES p)";
    let sets = set(r#"{ table = "p", key = ["k"] }, { table = "c" }"#);
    let source = "INSERT INTO p VALUES (1, 'a'); INSERT INTO c VALUES ('c', 1)";
    let pair = Pair::new(&sets, schema, source, "INSERT INTO p VALUES (1, 'a'), (2, 'a')").await;
    let review = pair.review().await;
    let why = row(&review, "public.c", "c").blocked.clone();
    assert_eq!(why.as_deref(), Some("its p a stands for 2 rows of the target"));
}

#[tokio::test]
async fn a_null_in_a_key_is_a_value_as_any_other() {
    let schema = "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, region text, k text, v text);
        CREATE TABLE keyless (region text, k text, v text)";
    let sets = set(r#"{ table = "t", key = ["region", "k"] }, { table = "keyless", key = ["region", "k"] }"#);
    let source = "INSERT INTO t (region, k, v) VALUES (NULL, 'a', 'new'), ('eu', 'a', 'new'), (NULL, 'b', 'new'), (NULL, NULL, 'new');
        INSERT INTO keyless SELECT region, k, v FROM t";
    let target = "INSERT INTO t (region, k, v) VALUES ('eu', 'a', 'old'), (NULL, 'a', 'old'), (NULL, 'gone', 'old');
        INSERT INTO keyless SELECT region, k, v FROM t";
    let pair = Pair::new(&sets, schema, source, target).await;
    let before = pair.target.dump().await;
    let review = pair.review_deletes().await;
    for name in ["public.t", "public.keyless"] {
        assert_eq!(counts(table(&review, name)), [2, 2, 1, 0, 0, 0], "{}", show(&review));
    }
    let applied = pair.sync_deletes().await;
    for name in ["t", "keyless"] {
        let rows = pair.target.rows(&format!("SELECT region, k, v FROM {name} ORDER BY 1, 2")).await;
        assert_eq!(rows, ["eu|a|new", "∅|a|new", "∅|b|new", "∅|∅|new"], "{name}");
    }
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

const ORDERED: &str = "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE, pos int UNIQUE NOT NULL CHECK (pos > 0))";

async fn moved(schema: &str, source: &str, target: &str) -> Pair {
    let pair = Pair::new(&set(r#"{ table = "t", key = ["k"] }"#), schema, source, target).await;
    let before = pair.target.dump().await;
    let review = pair.review_deletes().await;
    let script = pgdeck::core::sync::script::script(&pair.all(&review)).unwrap();
    let applied = pair.sync_deletes().await;
    let everything = "SELECT to_jsonb(t) - 'id' - 'stamp' FROM t ORDER BY k";
    assert_eq!(pair.target.rows(everything).await, pair.source.rows(everything).await);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before, "undo moves them back");
    pair.target.script(&script).await.unwrap();
    assert_eq!(pair.target.rows(everything).await, pair.source.rows(everything).await, "the script does the same");
    let after = pair.target.dump().await;
    pair.target.script(&script).await.unwrap();
    assert_eq!(pair.target.dump().await, after, "and a second time nothing");
    pair
}

#[tokio::test]
async fn two_rows_exchange_a_unique_value() {
    moved(
        ORDERED,
        "INSERT INTO t (k, pos) VALUES ('a', 2), ('b', 1)",
        "INSERT INTO t (k, pos) VALUES ('a', 1), ('b', 2)",
    )
    .await;
}

#[tokio::test]
async fn three_rows_rotate_a_unique_value() {
    moved(
        ORDERED,
        "INSERT INTO t (k, pos) VALUES ('a', 2), ('b', 3), ('c', 1), ('new', 4)",
        "INSERT INTO t (k, pos) VALUES ('a', 1), ('b', 2), ('c', 3)",
    )
    .await;
}

#[tokio::test]
async fn a_unique_value_moves_from_a_deleted_row_to_an_inserted_one() {
    moved(
        ORDERED,
        "INSERT INTO t (k, pos) VALUES ('new', 1), ('kept', 2)",
        "INSERT INTO t (k, pos) VALUES ('gone', 1), ('kept', 3)",
    )
    .await;
}

#[tokio::test]
async fn two_unique_values_of_one_row_are_exchanged_at_once() {
    let schema = "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE, pos int UNIQUE NOT NULL,
        code varchar(10) UNIQUE NOT NULL CHECK (code ~ '^[a-z0-9-]+$'), ref uuid UNIQUE NOT NULL, note numeric(4,1) UNIQUE)";
    let (one, two) = ("'8f000000-0000-4000-8000-000000000001', 1", "'8f000000-0000-4000-8000-000000000002', 2");
    moved(
        schema,
        &format!("INSERT INTO t (k, pos, code, ref, note) VALUES ('a', 2, 'second', {two}), ('b', 1, 'first', {one})"),
        &format!("INSERT INTO t (k, pos, code, ref, note) VALUES ('a', 1, 'first', {one}), ('b', 2, 'second', {two})"),
    )
    .await;
}

#[tokio::test]
async fn a_trigger_that_stamps_every_update_does_not_disturb_a_swap() {
    let schema = "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE, pos int UNIQUE NOT NULL, stamp int DEFAULT 0);
        CREATE FUNCTION stamp() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN IF NEW.stamp IS NOT DISTINCT FROM OLD.stamp THEN NEW.stamp := OLD.stamp + 1; END IF; RETURN NEW; END';
        CREATE TRIGGER stamp BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION stamp()";
    let sets = set(r#"{ table = "t", key = ["k"], ignore = ["stamp"] }"#);
    let source = "INSERT INTO t (k, pos) VALUES ('a', 2), ('b', 1), ('new', 3)";
    let target = "INSERT INTO t (k, pos) VALUES ('a', 1), ('b', 2), ('gone', 3)";
    let pair = Pair::new(&sets, schema, source, target).await;
    let before = pair.target.dump().await;
    let applied = pair.sync_deletes().await;
    assert_eq!(pair.target.rows("SELECT k, pos FROM t ORDER BY 1").await, ["a|2", "b|1", "new|3"]);
    assert_ne!(pair.target.rows("SELECT stamp FROM t WHERE k = 'a'").await, ["0"], "the trigger fired");
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn a_row_changes_its_parent_and_takes_a_position_that_another_leaves() {
    let schema = "CREATE TABLE p (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE);
        CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE, p_id int NOT NULL REFERENCES p, pos int NOT NULL, UNIQUE (p_id, pos))";
    let sets = set(r#"{ table = "p", key = ["k"] }, { table = "t", key = ["k"] }"#);
    let source = "INSERT INTO p (k) VALUES ('x'), ('y'); INSERT INTO t (k, p_id, pos) VALUES ('a', 2, 1), ('b', 2, 2)";
    let target = "INSERT INTO p (k) VALUES ('y'), ('x'); INSERT INTO t (k, p_id, pos) VALUES ('a', 2, 1), ('b', 1, 1)";
    let pair = Pair::new(&sets, schema, source, target).await;
    pair.sync().await;
    let rows = pair.target.rows("SELECT t.k, p.k, pos FROM t JOIN p ON p.id = p_id ORDER BY 1").await;
    assert_eq!(rows, ["a|y|1", "b|y|2"]);
}

#[tokio::test]
async fn two_rows_exchange_a_parent_of_which_each_may_have_one() {
    let schema = "CREATE TABLE p (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE);
        CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE, p_id int UNIQUE REFERENCES p)";
    let sets = set(r#"{ table = "p", key = ["k"] }, { table = "t", key = ["k"] }"#);
    let source = "INSERT INTO p (k) VALUES ('x'), ('y'); INSERT INTO t (k, p_id) VALUES ('a', 2), ('b', 1)";
    let target = "INSERT INTO p (k) VALUES ('x'), ('y'); INSERT INTO t (k, p_id) VALUES ('a', 1), ('b', 2)";
    let pair = Pair::new(&sets, schema, source, target).await;
    let before = pair.target.dump().await;
    let applied = pair.sync().await;
    assert_eq!(pair.target.rows("SELECT t.k, p.k FROM t JOIN p ON p.id = p_id ORDER BY 1").await, ["a|y", "b|x"]);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn rows_of_different_parents_may_have_the_same_position() {
    // A check that no parked value would pass: nothing needs to be parked, so nothing is.
    let schema = "CREATE TABLE p (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE);
        CREATE TABLE t (p_id int REFERENCES p, k text, pos int NOT NULL CHECK (pos BETWEEN 1 AND 9), PRIMARY KEY (p_id, k), UNIQUE (p_id, pos))";
    let sets = set(r#"{ table = "p", key = ["k"] }, { table = "t" }"#);
    let parents = "INSERT INTO p (k) VALUES ('x'), ('y')";
    let source = format!("{parents}; INSERT INTO t VALUES (1, 'a', 2), (2, 'a', 1)");
    let target = format!("{parents}; INSERT INTO t VALUES (1, 'a', 1), (2, 'a', 2)");
    let pair = Pair::new(&sets, schema, &source, &target).await;
    pair.sync().await;
    assert_eq!(pair.target.rows("SELECT p_id, pos FROM t ORDER BY 1").await, ["1|2", "2|1"]);
}

const TREE: &str = "CREATE TABLE n (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), k text UNIQUE NOT NULL, parent_id uuid REFERENCES n)";
const PATHS: &str = "WITH RECURSIVE up AS (SELECT id, k AS path FROM n WHERE parent_id IS NULL
    UNION ALL SELECT n.id, up.path || '/' || n.k FROM n JOIN up ON up.id = n.parent_id) SELECT path FROM up ORDER BY 1";

fn tree(edges: &[(&str, &str)]) -> String {
    let insert = |(child, parent): &(&str, &str)| {
        format!("INSERT INTO n (k, parent_id) VALUES ('{child}', (SELECT id FROM n WHERE k = '{parent}'))")
    };
    edges.iter().map(insert).collect::<Vec<_>>().join(";")
}

#[tokio::test]
async fn a_tree_grows_shrinks_and_is_hung_up_elsewhere_in_one_review() {
    let sets = set(r#"{ table = "n", key = ["k"] }"#);
    // `z` sorts behind `a`, which hangs below it: the order is the tree's, not the alphabet's.
    let source = tree(&[("root", ""), ("z", "root"), ("a", "z"), ("b", "a"), ("moved", "b")]);
    let target =
        tree(&[("root", ""), ("moved", "root"), ("gone", "root"), ("gone too", "gone"), ("also gone", "gone too")]);
    let pair = Pair::new(&sets, TREE, &source, &target).await;
    let before = pair.target.dump().await;
    let applied = pair.sync_deletes().await;
    let rows = pair.target.rows(PATHS).await;
    assert_eq!(rows, ["root", "root/z", "root/z/a", "root/z/a/b", "root/z/a/b/moved"]);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn a_row_that_points_to_itself_can_go() {
    let target = "INSERT INTO n VALUES (gen_random_uuid(), 'self', NULL); UPDATE n SET parent_id = id";
    let pair = Pair::new(&set(r#"{ table = "n", key = ["k"] }"#), TREE, "", target).await;
    let before = pair.target.dump().await;
    let applied = pair.sync_deletes().await;
    assert_eq!(pair.target.one("SELECT count(*) FROM n").await, "0");
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn keys_lead_through_two_parents_and_three_levels_whatever_the_ids_are() {
    let schema = "CREATE TABLE a (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, k text UNIQUE);
        CREATE TABLE b (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, a_id int REFERENCES a, k text, UNIQUE (a_id, k));
        CREATE TABLE c (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, b_id int REFERENCES b, k text, UNIQUE (b_id, k));
        CREATE TABLE both_of (c_id int REFERENCES c, other_id int REFERENCES b, v text, PRIMARY KEY (c_id, other_id))";
    let sets = set(
        r#"{ table = "a", key = ["k"] }, { table = "b", key = ["a_id", "k"] }, { table = "c", key = ["b_id", "k"] }, { table = "both_of" }"#,
    );
    let source = "INSERT INTO a VALUES (1, 'a1'), (2, 'a2'); INSERT INTO b VALUES (1, 1, 'b'), (2, 2, 'b');
        INSERT INTO c VALUES (1, 1, 'c'), (2, 2, 'c'), (3, 2, 'new'); INSERT INTO both_of VALUES (1, 2, 'new'), (2, 1, 'same'), (3, 3 - 1, 'new')";
    // The same things under other numbers, so that a copied id would hit something, and the wrong thing.
    let target = "INSERT INTO a VALUES (2, 'a1'), (1, 'a2'); INSERT INTO b VALUES (1, 1, 'b'), (2, 2, 'b');
        INSERT INTO c VALUES (1, 1, 'c'), (2, 2, 'c'); INSERT INTO both_of VALUES (2, 1, 'old'), (1, 2, 'same');
        SELECT setval(pg_get_serial_sequence('c', 'id'), 50)";
    let pair = Pair::new(&sets, schema, source, target).await;
    let review = pair.review().await;
    assert_eq!(counts(table(&review, "public.both_of")), [1, 1, 0, 0, 0, 1], "{}", show(&review));
    assert_eq!(row(&review, "public.both_of", "a2 · b · new · a2 · b").requires.len(), 1);
    pair.sync().await;
    let sql = "SELECT ca.k, cb.k, c.k, oa.k, o.k, v FROM both_of JOIN c ON c.id = c_id JOIN b cb ON cb.id = c.b_id
        JOIN a ca ON ca.id = cb.a_id JOIN b o ON o.id = other_id JOIN a oa ON oa.id = o.a_id ORDER BY 1, 2, 3, 4";
    assert_eq!(pair.target.rows(sql).await, pair.source.rows(sql).await);
    assert_eq!(pair.target.one("SELECT id FROM c WHERE k = 'new'").await, "51", "a number of the target's own");
}

#[tokio::test]
async fn an_id_is_kept_where_it_is_free_and_made_anew_where_it_is_not() {
    let schema = "CREATE TABLE t (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), k text UNIQUE)";
    let (taken, free) = ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002");
    let source = format!("INSERT INTO t VALUES ('{taken}', 'one'), ('{free}', 'two')");
    let target = format!("INSERT INTO t VALUES ('{taken}', 'somebody else')");
    let pair = Pair::new(&set(r#"{ table = "t", key = ["k"] }"#), schema, &source, &target).await;
    pair.sync().await;
    assert_eq!(pair.target.one(&format!("SELECT k FROM t WHERE id = '{taken}'")).await, "somebody else");
    assert_eq!(pair.target.one(&format!("SELECT k FROM t WHERE id = '{free}'")).await, "two");
    assert_eq!(pair.target.one("SELECT count(*) FROM t WHERE k = 'one'").await, "1");
}

/// Digests tell one from the other, too.
#[tokio::test]
async fn what_one_column_holds_is_not_what_the_next_one_does() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, v text, w text)";
    let source = "INSERT INTO t VALUES ('a', NULL, 'x'), ('b', 'x,y', NULL)";
    let target = "INSERT INTO t VALUES ('a', 'x', NULL), ('b', 'x', 'y')";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, source, target).await;
    pair.sync().await;
    assert_eq!(pair.target.dump().await, pair.source.dump().await);
}

/// It waits for a unique value of another one, and the row that it points to waits for it.
#[tokio::test]
async fn a_row_goes_after_the_last_that_points_to_it_has_moved_away() {
    let schema = "CREATE TABLE p (id serial PRIMARY KEY, k text UNIQUE);
        CREATE TABLE c (k text PRIMARY KEY, pos int UNIQUE, p_id int REFERENCES p)";
    let source = "INSERT INTO p (k) VALUES ('stay'); INSERT INTO c VALUES ('x', 2, 1), ('y', 3, 1)";
    let target = "INSERT INTO p (k) VALUES ('gone'), ('stay'); INSERT INTO c VALUES ('x', 1, 1), ('y', 2, 2)";
    let pair = Pair::new(&set(r#"{ table = "p", key = ["k"] }, { table = "c" }"#), schema, source, target).await;
    let before = pair.target.dump().await;
    let run = pair.sync_deletes().await.run.unwrap();
    let moved = "SELECT c.k, pos, p.k FROM p LEFT JOIN c ON p.id = p_id ORDER BY 1";
    assert_eq!(pair.target.rows(moved).await, ["x|2|stay", "y|3|stay"]);
    pair.undo(&run).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn an_id_that_is_taken_and_that_nothing_makes_anew_holds_its_row_back() {
    let schema = "CREATE TABLE t (id uuid PRIMARY KEY, k text UNIQUE)";
    let (taken, free) = ("00000000-0000-0000-0000-000000000001", "00000000-0000-0000-0000-000000000002");
    let source = format!("INSERT INTO t VALUES ('{taken}', 'one'), ('{free}', 'two')");
    let target = format!("INSERT INTO t VALUES ('{taken}', 'somebody else')");
    let pair = Pair::new(&set(r#"{ table = "t", key = ["k"] }"#), schema, &source, &target).await;
    let review = pair.review().await;
    let why = row(&review, "public.t", "one").blocked.clone();
    assert_eq!(why.as_deref(), Some("its id is taken in the target and nothing fills `id`"));
    pair.apply(&pair.all(&review)).await.unwrap();
    assert_eq!(pair.target.rows("SELECT k FROM t ORDER BY id").await, ["somebody else", "two"]);
}

#[tokio::test]
async fn numbers_of_a_sequence_are_the_targets_own_unless_told_otherwise() {
    let schema = "CREATE TABLE always (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE);
        CREATE TABLE by_default (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, k text UNIQUE);
        CREATE TABLE serial_ (id serial PRIMARY KEY, k text UNIQUE);
        CREATE TABLE kept (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE);
        CREATE TABLE made (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), k text UNIQUE);
        CREATE TABLE is_key (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text)";
    let sets = set(
        r#"{ table = "always", key = ["k"] }, { table = "by_default", key = ["k"] }, { table = "serial_", key = ["k"] },
           { table = "kept", key = ["k"], ids = "keep" }, { table = "made", key = ["k"], ids = "target" }, { table = "is_key" }"#
            .replace('\n', " ")
            .as_str(),
    );
    let each = |sql: &str| ["always", "by_default", "serial_", "kept"].map(|table| sql.replace('#', table)).join(";");
    let source = each("INSERT INTO # (id, k) OVERRIDING SYSTEM VALUE VALUES (70, 'new')")
        + ";INSERT INTO made VALUES ('00000000-0000-0000-0000-000000000001', 'new'); INSERT INTO is_key OVERRIDING SYSTEM VALUE VALUES (70, 'new')";
    let pair = Pair::new(&sets, schema, &source, &each("INSERT INTO # (k) VALUES ('x'), ('y')")).await;
    pair.sync().await;
    for name in ["always", "by_default", "serial_"] {
        assert_eq!(pair.target.one(&format!("SELECT id FROM {name} WHERE k = 'new'")).await, "3", "{name}");
    }
    assert_eq!(pair.target.one("SELECT id FROM kept WHERE k = 'new'").await, "70");
    assert_eq!(pair.target.one("SELECT id FROM is_key").await, "70");
    assert_ne!(pair.target.one("SELECT id FROM made").await, "00000000-0000-0000-0000-000000000001");
}

#[tokio::test]
async fn sequences_follow_the_numbers_that_a_plan_brings_and_never_go_back() {
    let schema = "CREATE TABLE \"Num bers\" (\"Id\" int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, v text);
        CREATE TABLE ahead (id serial PRIMARY KEY, v text)";
    let sets = set(r#"{ table = "public.\"Num bers\"" }, { table = "ahead" }"#);
    let source =
        "INSERT INTO \"Num bers\" OVERRIDING SYSTEM VALUE VALUES (70, 'new'); INSERT INTO ahead VALUES (7, 'new')";
    let target = "INSERT INTO \"Num bers\" (v) VALUES ('x'); SELECT setval('ahead_id_seq', 500)";
    let pair = Pair::new(&sets, schema, source, target).await;
    let review = pair.review().await;
    let plan = pair.all(&review);
    let sequences = "SELECT last_value FROM pg_sequences ORDER BY sequencename DESC";
    let before = pair.target.rows(sequences).await;
    sync::apply(&pair.deck, &Job::quiet(), &plan, &pair.permit(&plan), true).await.unwrap();
    assert_eq!(pair.target.rows(sequences).await, before, "a dry run moves nothing");
    let script = script::script(&plan).unwrap();
    pair.apply(&plan).await.unwrap();
    assert_eq!(pair.target.one("INSERT INTO \"Num bers\" (v) VALUES ('next') RETURNING \"Id\"").await, "71");
    assert_eq!(pair.target.one("INSERT INTO ahead (v) VALUES ('next') RETURNING id").await, "501");
    let after = pair.target.rows(sequences).await;
    pair.target.script(&script).await.unwrap();
    assert_eq!(pair.target.rows(sequences).await, after, "the script moves them no further");
}

#[tokio::test]
async fn a_composite_foreign_key_travels_as_one_and_shares_its_columns() {
    let schema = "CREATE TABLE tenants (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, k text UNIQUE);
        CREATE TABLE pages (id int GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, tenant_id int NOT NULL REFERENCES tenants, k text, parent_id int,
            kind text GENERATED ALWAYS AS ('page') STORED,
            UNIQUE (tenant_id, k), UNIQUE (tenant_id, id), FOREIGN KEY (tenant_id, parent_id) REFERENCES pages (tenant_id, id))";
    let sets = set(r#"{ table = "tenants", key = ["k"] }, { table = "pages", key = ["tenant_id", "k"] }"#);
    let source = "INSERT INTO tenants VALUES (1, 'x'), (2, 'y');
        INSERT INTO pages (id, tenant_id, k, parent_id) VALUES (1, 1, 'home', NULL), (2, 1, 'sub', 1), (3, 2, 'home', NULL), (4, 2, 'sub', NULL), (5, 2, 'subsub', 4)";
    let target = "INSERT INTO tenants VALUES (2, 'x'), (1, 'y');
        INSERT INTO pages (id, tenant_id, k, parent_id) VALUES (11, 2, 'home', NULL), (12, 2, 'sub', NULL), (13, 1, 'home', NULL), (14, 1, 'sub', 13);
        SELECT setval(pg_get_serial_sequence('pages', 'id'), 50)";
    let pair = Pair::new(&sets, schema, source, target).await;
    let before = pair.target.dump().await;
    let review = pair.review().await;
    assert_eq!(
        counts(table(&review, "public.pages")),
        [1, 2, 0, 0, 0, 2],
        "{:?}",
        table(&review, "public.pages").rows.iter().map(|r| (&r.key, &r.blocked)).collect::<Vec<_>>()
    );
    let applied = pair.sync().await;
    let sql = "SELECT t.k, p.k, parent.k FROM pages p JOIN tenants t ON t.id = p.tenant_id
        LEFT JOIN pages parent ON parent.id = p.parent_id AND parent.tenant_id = p.tenant_id ORDER BY 1, 2";
    assert_eq!(pair.target.rows(sql).await, ["x|home|∅", "x|sub|home", "y|home|∅", "y|sub|∅", "y|subsub|sub"]);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn a_foreign_key_that_points_to_nothing_is_never_taken_for_null() {
    let schema = "CREATE TABLE p (id int PRIMARY KEY, k text UNIQUE); CREATE TABLE c (k text PRIMARY KEY, p_id int)";
    let dangling =
        "INSERT INTO c VALUES ('new', 99), ('both', 99); ALTER TABLE c ADD FOREIGN KEY (p_id) REFERENCES p NOT VALID";
    let target = "INSERT INTO p VALUES (1, 'p'); INSERT INTO c VALUES ('both', 1); ALTER TABLE c ADD FOREIGN KEY (p_id) REFERENCES p";
    let pair = Pair::new(&set(r#"{ table = "p", key = ["k"] }, { table = "c" }"#), schema, dangling, target).await;
    let review = pair.review().await;
    for key in ["new", "both"] {
        assert_eq!(
            row(&review, "public.c", key).blocked.as_deref(),
            Some("its `p_id` leads to no row of p that has a key"),
            "{key}"
        );
    }
}

#[tokio::test]
async fn a_partly_empty_foreign_key_of_plain_columns_is_blocked() {
    let schema = "CREATE TABLE p (id int PRIMARY KEY, land text, k text UNIQUE, UNIQUE (land, id));
        CREATE TABLE c (k text PRIMARY KEY, land text, p_id int, FOREIGN KEY (land, p_id) REFERENCES p (land, id))";
    let pair = Pair::new(
        &set(r#"{ table = "p", key = ["k"] }, { table = "c" }"#),
        schema,
        "INSERT INTO c VALUES ('c', 'DE', NULL)",
        "",
    )
    .await;
    let why = row(&pair.review().await, "public.c", "c").blocked.clone();
    assert_eq!(why.as_deref(), Some("its `land,p_id` leads to no row of p that has a key"), "`DE` would be lost");
}

async fn usage(sets: &str, schema: &str) -> String {
    let pair = Pair::new(sets, schema, "", "").await;
    let error = pair.export().await.unwrap_err();
    assert_eq!(error.code, Code::Usage, "{error}");
    error.to_string()
}

#[tokio::test]
async fn a_key_that_cannot_tell_rows_apart_is_refused_with_the_reason() {
    let cases = [
        (
            "CREATE TABLE n (id int PRIMARY KEY, k text, parent_id int REFERENCES n, UNIQUE (parent_id, k))",
            r#"{ table = "n", key = ["parent_id", "k"] }"#,
            "refers to itself through public.n",
        ),
        ("CREATE TABLE t (a int)", r#"{ table = "t" }"#, "no primary key, so its rows cannot be told apart"),
        (
            "CREATE TABLE t (id int PRIMARY KEY, n text, k text GENERATED ALWAYS AS (lower(n)) STORED UNIQUE)",
            r#"{ table = "t", key = ["k"] }"#,
            "its key column `k` is made by the server",
        ),
        (
            "CREATE TABLE p (a int, b int, k text, PRIMARY KEY (a, b)); CREATE TABLE t (id int PRIMARY KEY, a int, b int, k text, FOREIGN KEY (a, b) REFERENCES p)",
            r#"{ table = "p", key = ["k"] }, { table = "t", key = ["a", "k"] }"#,
            "its key column `a` is a part of a foreign key whose other columns are not in the key",
        ),
        (
            "CREATE TABLE t (id int PRIMARY KEY, k text)",
            r#"{ table = "t", key = ["k"], exclude = ["k"] }"#,
            "does not travel",
        ),
        ("CREATE TABLE t (id int PRIMARY KEY)", r#"{ table = "t", key = ["idd"] }"#, "did you mean `id`?"),
        (
            "CREATE TABLE p (id uuid PRIMARY KEY DEFAULT gen_random_uuid()); CREATE TABLE t (k text PRIMARY KEY, p_id uuid REFERENCES p)",
            r#"{ table = "t" }"#,
            "`p_id` points to public.p, whose rows no sync set can tell apart",
        ),
    ];
    for (schema, tables, says) in cases {
        let error = usage(&set(tables), schema).await;
        assert!(error.contains(says), "{error}");
    }
}

#[tokio::test]
async fn an_undeclared_parent_whose_key_means_the_same_everywhere_needs_no_set() {
    let schema = "CREATE TABLE lands (code text PRIMARY KEY); INSERT INTO lands VALUES ('DE'), ('FR');
        CREATE TABLE t (k text PRIMARY KEY, land text REFERENCES lands)";
    let source = "INSERT INTO t VALUES ('a', 'DE'), ('b', 'IT')";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, "INSERT INTO t VALUES ('a', 'DE'), ('b', 'FR')", "").await;
    pair.sync().await;
    assert_eq!(pair.target.rows("SELECT * FROM t ORDER BY 1").await, ["a|DE", "b|FR"]);
    let source = format!("INSERT INTO lands VALUES ('IT'); {source}");
    let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, &source, "").await;
    let error = pair.refused(&pair.all(&pair.review().await)).await;
    assert_eq!((error.code, error.object.as_deref()), (Code::RolledBack, Some("public.t b")), "{error}");
}

#[tokio::test]
async fn what_waits_out_of_the_way_and_is_not_written_anew_comes_back() {
    // `b` leaves its place by its name alone; its position, by which it waits, stays.
    let schema = "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE, pos int NOT NULL, code text NOT NULL, UNIQUE (pos, code))";
    moved(
        schema,
        "INSERT INTO t (k, pos, code) VALUES ('a', 1, 'two'), ('b', 1, 'one')",
        "INSERT INTO t (k, pos, code) VALUES ('a', 1, 'one'), ('b', 1, 'two')",
    )
    .await;
}
