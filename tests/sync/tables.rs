//! Tables of every kind: names that need quoting, columns that differ, partitions, inheritance, views, triggers,
//! constraints, row level security.

use pgdeck::core::{error::Code, sync::script};

use crate::support::{Pair, counts, row, set, show, table};

#[tokio::test]
async fn names_may_hold_anything() {
    // As TOML and as SQL: a dot, quotes of both kinds, a line break, a dollar quote, an emoji, a key word.
    let schema = r#"CREATE SCHEMA "Sch.ema ""x"" 🦊";
        CREATE TABLE "Sch.ema ""x"" 🦊"."ta.ble
; -- 'x' $pgdeck0$" ("I d" int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, "ke""y" text UNIQUE NOT NULL, "va.l
ue 'x' 🦊" text, "user" text, "Select" int UNIQUE);
        CREATE TABLE public."Child" ("par.ent" int REFERENCES "Sch.ema ""x"" 🦊"."ta.ble
; -- 'x' $pgdeck0$", "oRDER" text, PRIMARY KEY ("par.ent", "oRDER"))"#;
    let parent = r#""Sch.ema ""x"" 🦊"."ta.ble
; -- 'x' $pgdeck0$""#;
    let in_toml = parent.replace('"', "\\\"").replace('\n', "\\n");
    let sets = set(&format!(
        r#"{{ table = "{in_toml}", key = ["ke\"y"], ignore = ["user"] }}, {{ table = "Child", key = ["par.ent", "oRDER"] }}"#
    ));
    let rows = |values: &str| {
        format!(
            r#"INSERT INTO {parent} ("ke""y", "va.l
ue 'x' 🦊", "Select") VALUES {values}"#
        )
    };
    let source = rows("('a''\"\n--', 'new', 2), ('b', 'same', 1), ('c', 'new', 3)")
        + r#"; INSERT INTO "Child" VALUES (1, 'o'), (3, 'new')"#;
    let target = rows("('gone', 'x', 7), ('a''\"\n--', 'old', 1), ('b', 'same', 2)")
        + r#"; INSERT INTO "Child" VALUES (2, 'o'), (3, 'gone')"#;
    let pair = Pair::new(&sets, schema, &source, &target).await;
    let before = pair.target.dump().await;
    let plan = pair.all(&pair.review_deletes().await);
    let script = script::script(&plan).unwrap();
    let applied = pair.sync_deletes().await;
    let joined = format!(
        r#"SELECT p."ke""y", p."Select", c."oRDER" FROM {parent} p LEFT JOIN "Child" c ON c."par.ent" = p."I d" ORDER BY 1"#
    );
    let wanted = pair.source.rows(&joined).await;
    assert_eq!(pair.target.rows(&joined).await, wanted);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
    pair.target.script(&script).await.unwrap();
    assert_eq!(
        pair.target.rows(&joined).await,
        wanted,
        "nothing in a name gets out of the script's comments and quotes"
    );
}

#[tokio::test]
async fn an_error_about_a_strange_name_is_one_line() {
    let schema = "CREATE TABLE \"a\nb\" (k text PRIMARY KEY, v text)";
    let sets = set(r#"{ table = "\"a\nb\"" }"#);
    let pair = Pair::new(
        &sets,
        schema,
        "INSERT INTO \"a\nb\" VALUES (E'x\\ny\\x1b[31m', 'new')",
        "INSERT INTO \"a\nb\" VALUES (E'x\\ny\\x1b[31m', 'old')",
    )
    .await;
    let plan = pair.all(&pair.review().await);
    pair.target.run("UPDATE \"a\nb\" SET v = 'else'").await;
    let line = pair.refused(&plan).await.to_string();
    assert!(line.chars().all(|c| !c.is_control()), "{line:?}");
}

#[tokio::test]
async fn columns_are_matched_by_name_and_what_is_on_one_side_only_is_told() {
    let source = "CREATE TABLE t (k text PRIMARY KEY, a text, gone_col text, b text, dropped int, c text DEFAULT 'theirs');
        ALTER TABLE t DROP COLUMN dropped; INSERT INTO t VALUES ('x', 'A', 'there', 'B', 'C'), ('new', 'A', 'there', 'B', 'C')";
    let target = "CREATE TABLE t (b text, extra text DEFAULT 'mine', k text PRIMARY KEY, c text, a text); INSERT INTO t VALUES ('b', 'kept', 'x', 'c', 'a')";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), "", source, target).await;
    let review = pair.review().await;
    assert_eq!(
        table(&review, "public.t").warnings,
        [
            "column `gone_col` is not in the target, left out",
            "column `extra` is not in the source, left as it is",
            "column `c` has the default 'theirs'::text in the source, no default in the target"
        ]
    );
    pair.sync().await;
    assert_eq!(
        pair.target.rows("SELECT k, a, b, c, extra FROM t ORDER BY 1").await,
        ["new|A|B|C|mine", "x|A|B|C|kept"]
    );
}

#[tokio::test]
async fn a_column_that_nothing_fills_blocks_new_rows_and_no_others() {
    let source = "CREATE TABLE t (k text PRIMARY KEY, v text); INSERT INTO t VALUES ('new', 'x'), ('old', 'new')";
    let target =
        "CREATE TABLE t (k text PRIMARY KEY, v text, must text NOT NULL); INSERT INTO t VALUES ('old', 'old', 'm')";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), "", source, target).await;
    let review = pair.review().await;
    let why = row(&review, "public.t", "new").blocked.clone();
    assert_eq!(why.as_deref(), Some("`must` must not be NULL in the target and nothing fills it"));
    pair.sync().await;
    assert_eq!(pair.target.rows("SELECT * FROM t").await, ["old|new|m"]);
}

#[tokio::test]
async fn a_table_or_key_that_the_target_lacks_blocks_that_table_alone() {
    let both = "CREATE TABLE here (k text PRIMARY KEY)";
    let source = "CREATE TABLE lacking (k text PRIMARY KEY); CREATE TABLE other_key (k text PRIMARY KEY, v text); INSERT INTO here VALUES ('new')";
    let target = "CREATE TABLE other_key (v text PRIMARY KEY, k text)";
    let sets = set(r#"{ table = "here" }, { table = "lacking" }, { table = "other_key" }"#);
    let pair = Pair::new(&sets, both, source, target).await;
    let review = pair.review().await;
    assert!(table(&review, "public.lacking").blocked.as_ref().unwrap().contains("there is no such table"));
    let why = table(&review, "public.other_key").blocked.clone();
    assert_eq!(why.as_deref(), Some("the key differs: k in the source, v in the target"));
    pair.sync().await;
    assert_eq!(pair.target.rows("SELECT k FROM here").await, ["new"]);
}

#[tokio::test]
async fn generated_columns_are_left_to_the_server() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, a int, twice int GENERATED ALWAYS AS (a * 2) STORED)";
    let pair = Pair::new(
        &set(r#"{ table = "t" }"#),
        schema,
        "INSERT INTO t (k, a) VALUES ('x', 2), ('new', 3)",
        "INSERT INTO t (k, a) VALUES ('x', 1), ('gone', 9)",
    )
    .await;
    let before = pair.target.dump().await;
    let applied = pair.sync_deletes().await;
    assert_eq!(pair.target.rows("SELECT * FROM t ORDER BY 1").await, ["new|3|6", "x|2|4"]);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
}

#[tokio::test]
async fn a_partitioned_table_is_one_table_and_a_partition_is_none() {
    let schema = "CREATE TABLE t (k text, part int, v text, PRIMARY KEY (k, part)) PARTITION BY LIST (part);
        CREATE TABLE t1 PARTITION OF t FOR VALUES IN (1); CREATE TABLE t2 PARTITION OF t FOR VALUES IN (2);
        CREATE TABLE c (id int PRIMARY KEY, k text, part int, FOREIGN KEY (k, part) REFERENCES t)";
    let source = "INSERT INTO t VALUES ('a', 1, 'new'), ('b', 2, 'new'); INSERT INTO c VALUES (1, 'b', 2)";
    let target = "INSERT INTO t VALUES ('a', 1, 'old'), ('gone', 2, 'x'); INSERT INTO c VALUES (1, 'a', 1)";
    let sets = set(r#"{ table = "t" }, { table = "c" }"#);
    let pair = Pair::new(&sets, schema, source, target).await;
    let before = pair.target.dump().await;
    let applied = pair.sync_deletes().await;
    assert_eq!(pair.target.rows("SELECT tableoid::regclass, * FROM t ORDER BY 2").await, ["t1|a|1|new", "t2|b|2|new"]);
    assert_eq!(pair.target.rows("SELECT * FROM c").await, ["1|b|2"]);
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!(pair.target.dump().await, before);
    let pair = Pair::new(&set(r#"{ table = "t1" }"#), schema, "", "").await;
    let error = pair.export().await.unwrap_err();
    assert_eq!(error.code, Code::Usage);
    assert!(error.to_string().contains("public.t1: this is a partition — name the partitioned table"), "{error}");
}

#[tokio::test]
async fn what_inherits_from_a_table_is_another_table() {
    let schema = "CREATE TABLE p (id int PRIMARY KEY, k text, v text); CREATE TABLE heir () INHERITS (p);
        CREATE TABLE c (k text PRIMARY KEY, p_id int REFERENCES p)";
    let source = "INSERT INTO p VALUES (1, 'a', 'new'); INSERT INTO heir VALUES (1, 'a', 'heir there'); INSERT INTO c VALUES ('c', 1)";
    let target = "INSERT INTO p VALUES (2, 'a', 'old'); INSERT INTO heir VALUES (2, 'a', 'heir here')";
    let sets = set(r#"{ table = "p", key = ["k"] }, { table = "c" }"#);
    let pair = Pair::new(&sets, schema, source, target).await;
    let review = pair.review_deletes().await;
    assert_eq!(counts(table(&review, "public.p")), [0, 1, 0, 0, 0, 0], "{}", show(&review));
    pair.sync_deletes().await;
    assert_eq!(pair.target.rows("SELECT * FROM ONLY p").await, ["2|a|new"]);
    assert_eq!(pair.target.rows("SELECT * FROM heir").await, ["2|a|heir here"]);
    assert_eq!(pair.target.rows("SELECT * FROM c").await, ["c|2"]);
}

#[tokio::test]
async fn views_and_materialized_views_are_refused() {
    for view in ["VIEW", "MATERIALIZED VIEW"] {
        let schema = format!("CREATE {view} t AS SELECT 1 AS k");
        let pair = Pair::new(&set(r#"{ table = "t", key = ["k"] }"#), &schema, "", "").await;
        let error = pair.export().await.unwrap_err();
        assert_eq!(error.code, Code::Usage);
        assert!(error.to_string().contains("only tables can be synced"), "{error}");
    }
}

#[tokio::test]
async fn what_a_trigger_of_the_target_rewrites_is_reported_and_no_error() {
    let target = "CREATE FUNCTION up() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.v := upper(NEW.v); NEW.stamp := OLD.stamp + 1; RETURN NEW; END';
        CREATE TRIGGER up BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION up()";
    let schema = "CREATE TABLE t (k text PRIMARY KEY, v text, w text, stamp int DEFAULT 0)";
    let sets = set(r#"{ table = "t", ignore = ["stamp"] }"#);
    let pair = Pair::new(
        &sets,
        schema,
        "INSERT INTO t VALUES ('a', 'new', 'w')",
        &format!("INSERT INTO t VALUES ('a', 'old', 'x'); {target}"),
    )
    .await;
    let applied = pair.apply(&pair.all(&pair.review().await)).await.unwrap();
    assert_eq!(applied.rewrote, ["public.t a v"]);
    assert_eq!(pair.target.rows("SELECT * FROM t").await, ["a|NEW|w|1"]);
    assert_eq!(row(&pair.review().await, "public.t", "a").cells.len(), 1, "the next review tells the truth");
}

#[tokio::test]
async fn a_trigger_that_swallows_a_row_is_noticed() {
    let target = "CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
        CREATE TRIGGER no BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION no()";
    let pair = Pair::new(
        &set(r#"{ table = "t" }"#),
        "CREATE TABLE t (k text PRIMARY KEY)",
        "INSERT INTO t VALUES ('a')",
        target,
    )
    .await;
    let error = pair.refused(&pair.all(&pair.review().await)).await;
    assert_eq!(error.object.as_deref(), Some("public.t a"), "{error}");
}

#[tokio::test]
async fn what_a_constraint_of_the_target_refuses_is_rolled_back_and_named() {
    let cases = [
        (
            "CREATE TABLE t (k text PRIMARY KEY, v int4range); ",
            "ALTER TABLE t ADD EXCLUDE USING gist (v WITH &&); INSERT INTO t VALUES ('b', '[5,9)')",
            "'[6,7)'",
        ),
        (
            "CREATE TABLE t (k text PRIMARY KEY, v int); ",
            "CREATE FUNCTION small(int) RETURNS boolean LANGUAGE sql AS 'SELECT $1 < 5'; ALTER TABLE t ADD CHECK (small(v))",
            "6",
        ),
        (
            "CREATE TABLE t (k text PRIMARY KEY, v int); ",
            "CREATE UNIQUE INDEX ON t (v) WHERE v > 5; INSERT INTO t VALUES ('b', 6)",
            "6",
        ),
        (
            "CREATE TABLE t (k text PRIMARY KEY, v text); ",
            "CREATE UNIQUE INDEX ON t (lower(v)); INSERT INTO t VALUES ('b', 'X')",
            "'x'",
        ),
    ];
    for (schema, target, value) in cases {
        let pair =
            Pair::new(&set(r#"{ table = "t" }"#), schema, &format!("INSERT INTO t VALUES ('a', {value})"), target)
                .await;
        let error = pair.refused(&pair.all(&pair.review().await)).await;
        assert_eq!((error.code, error.object.as_deref()), (Code::RolledBack, Some("public.t a")), "{error}");
    }
}

#[tokio::test]
async fn a_partial_unique_index_is_swapped_as_any_other() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, current boolean NOT NULL, slot int NOT NULL); CREATE UNIQUE INDEX ON t (slot) WHERE current";
    let pair = Pair::new(
        &set(r#"{ table = "t" }"#),
        schema,
        "INSERT INTO t VALUES ('a', true, 2), ('b', true, 1), ('c', false, 1)",
        "INSERT INTO t VALUES ('a', true, 1), ('b', true, 2), ('c', false, 2)",
    )
    .await;
    pair.sync().await;
    assert_eq!(pair.target.rows("SELECT * FROM t ORDER BY 1").await, ["a|t|2", "b|t|1", "c|f|1"]);
}

#[tokio::test]
async fn a_deferred_constraint_is_checked_before_anything_is_kept() {
    let schema = "CREATE TABLE p (code int PRIMARY KEY); CREATE TABLE t (k text PRIMARY KEY, p_code int REFERENCES p DEFERRABLE INITIALLY DEFERRED)";
    let source = "INSERT INTO p VALUES (7); INSERT INTO t VALUES ('a', 7)";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, source, "").await;
    let error = pair.refused(&pair.all(&pair.review().await)).await;
    assert_eq!(error.code, Code::RolledBack);
    assert!(error.to_string().contains("(p_code)=(7) is not present"), "{error}");
}

#[tokio::test]
async fn rows_that_a_policy_hides_are_an_error_and_never_missing() {
    let schema =
        "DO $$ BEGIN CREATE ROLE reader LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
        CREATE TABLE t (k text PRIMARY KEY, secret boolean); GRANT ALL ON t TO reader;
        ALTER TABLE t ENABLE ROW LEVEL SECURITY; CREATE POLICY open ON t TO reader USING (NOT secret);
        INSERT INTO t VALUES ('open', false), ('hidden', true)";
    let sets = set(r#"{ table = "t" }"#);
    let pair = Pair::with_role("reader", &sets, schema, "", "").await;
    let error = pair.export().await.unwrap_err();
    assert_eq!(error.object.as_deref(), Some("public.t"), "{error}");
    assert!(error.to_string().contains("row-level security"), "{error}");
    // The same on the side that is written.
    let pair = Pair::with_role("reader", &sets, schema, "ALTER TABLE t DISABLE ROW LEVEL SECURITY", "").await;
    let error = pair.try_review(true).await.unwrap_err();
    assert!(
        error.to_string().starts_with("target: public.t: ") && error.to_string().contains("row-level security"),
        "{error}"
    );
    // Nor does a script take one for a row that is gone.
    let hidden = "DELETE FROM t WHERE secret";
    let pair = Pair::with_role("postgres", &sets, schema, hidden, "").await;
    let sql = script::script(&pair.all(&pair.review_deletes().await)).unwrap();
    let error = pair.target.script(&format!("SET ROLE reader;\n{sql}")).await.unwrap_err();
    assert!(error.contains("row-level security"), "{error}");
    pair.target.script(&sql).await.unwrap();
    assert_eq!(pair.target.rows("SELECT k FROM t").await, ["open"]);
}

#[tokio::test]
async fn a_table_that_may_not_be_read_is_an_error() {
    let schema =
        "DO $$ BEGIN CREATE ROLE outsider LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
        CREATE TABLE t (k text PRIMARY KEY)";
    let pair = Pair::with_role("outsider", &set(r#"{ table = "t" }"#), schema, "", "").await;
    let error = pair.export().await.unwrap_err();
    assert_eq!(error.object.as_deref(), Some("public.t"), "{error}");
    assert_eq!(error.code, Code::Refused, "{error}");
    assert!(error.to_string().contains("has no SELECT privilege on public.t"), "{error}");
}
