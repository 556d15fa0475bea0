//! Many alike rows by one statement: what comes out is what single statements make, and so is every refusal.

use std::sync::atomic::Ordering;

use pgdeck::{
    app::sync::{Applied, undo_plan},
    core::{
        error::{Code, Error, Result},
        sync::plan::Plan,
    },
};

use crate::{
    proxy::{Break, Proxy, Side},
    support::{Pair, server, set},
    types::{NAMED_TYPES, VALUES},
};

/// No batch is so large.
const SINGLY: usize = usize::MAX;
/// SAVEPOINT, UPDATE or DELETE, RELEASE.
const WRITTEN: i64 = 3;
/// An insert asks as well where its rows are.
const INSERTED: i64 = 4;

/// Applies `plan` through a proxy that counts: how it ends, and with how many statements.
async fn counted(pair: &mut Pair, sets: &str, plan: &Plan, batch: usize) -> (Result<Applied>, usize) {
    let proxy = Proxy::open(Break { at: usize::MAX - 1, side: Side::Before }, false).await;
    let (source, target) = (server().url(&pair.source.name), server().url(&pair.target.name));
    pair.deck = pair.deck_through(sets, source.clone(), proxy.url(&pair.target.name));
    pair.batch = batch;
    let ended = pair.apply(plan).await;
    pair.deck = pair.deck_through(sets, source, target);
    pair.batch = 2;
    (ended, proxy.statements.load(Ordering::Relaxed))
}

/// Two schemas, two sides, and how they are synced.
struct Case<'a> {
    tables: &'a str,
    schema: &'a str,
    source: &'a str,
    target: &'a str,
    /// What happens to the target after the review.
    since: &'a str,
}

impl Case<'_> {
    async fn pair(&self) -> (Pair, String, Plan) {
        let sets = set(self.tables);
        let pair = Pair::new(&sets, self.schema, self.source, self.target).await;
        let plan = pair.all(&pair.review_deletes().await);
        pair.target.run(self.since).await;
        (pair, sets, plan)
    }

    /// Applies in batches and singly, each to a target of its own: both must hold the same rows, and undo must bring
    /// back every byte. `batches` are how many rows each batch has, and how many statements it takes.
    async fn same(&self, batches: &[(i64, i64)]) -> (Pair, Applied) {
        let (mut one, sets, plan) = self.pair().await;
        let (mut other, _, singly) = self.pair().await;
        assert_eq!(plan.steps, singly.steps);
        let before = one.target.dump().await;
        let (together, few) = counted(&mut one, &sets, &plan, 2).await;
        let (alone, many) = counted(&mut other, &sets, &singly, SINGLY).await;
        let (together, alone) = (together.unwrap(), alone.unwrap());
        assert_eq!(one.target.dump().await, other.target.dump().await);
        assert_eq!(together.rewrote, alone.rewrote);
        let spared: i64 = batches.iter().map(|(rows, statements)| rows - statements).sum();
        assert_eq!(many as i64 - few as i64, spared, "{many} statements, and {few} in batches");
        let dump = one.target.dump().await;
        let run = together.run.clone().unwrap();
        let undo = undo_plan(&one.deck, &run).unwrap();
        let (undone, fewer) = counted(&mut one, &sets, &undo, 2).await;
        let run = undone.unwrap().run.unwrap();
        assert_eq!(one.target.dump().await, before, "undo");
        assert!(spared < 10 || fewer < many, "an undo goes in batches as well: {fewer}, {few}, {many}");
        one.undo(&run).await.unwrap();
        assert_eq!(one.target.dump().await, dump, "undo of the undo");
        (one, together)
    }

    /// Both ways are refused alike, and nothing is kept.
    async fn refused(&self) -> Error {
        let mut errors = Vec::new();
        for batch in [2, SINGLY] {
            let (mut pair, _, plan) = self.pair().await;
            pair.batch = batch;
            errors.push(pair.refused(&plan).await);
        }
        let [together, singly] = errors.as_slice() else { unreachable!("two") };
        assert_eq!((together.code, &together.object), (singly.code, &singly.object), "{together}\n{singly}");
        // A batch that is taken back leaves gaps in a sequence, so the server may show another id.
        let plain = |error: &Error| error.message.split("row contains (").next().map(str::to_owned);
        assert_eq!((plain(together), &together.hint), (plain(singly), &singly.hint));
        errors.remove(0)
    }
}

const KEYED: &str = r#"{ table = "t", key = ["k"] }"#;

/// Nine rows of `t`: three new, three changed, three to delete.
fn nine(columns: &str, since: &'static str) -> (String, String, String, &'static str) {
    let schema = format!(
        "CREATE TABLE t (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE NOT NULL, v text {columns})"
    );
    let source =
        "INSERT INTO t (k, v) SELECT k, 'their ' || k FROM unnest('{new1,new2,new3,old1,old2,old3}'::text[]) k";
    let target =
        "INSERT INTO t (k, v) SELECT k, 'our ' || k FROM unnest('{old1,old2,old3,gone1,gone2,gone3}'::text[]) k";
    (schema, source.to_owned(), target.to_owned(), since)
}

/// The same where the target was `made` like this before the review.
async fn refused_with(made: &str, since: &'static str) -> Error {
    let (schema, source, target, since) = nine("", since);
    let target = format!("{target}; {made}");
    Case { tables: KEYED, schema: &schema, source: &source, target: &target, since }.refused().await
}

async fn refused_of_nine(columns: &str, since: &'static str) -> Error {
    let (schema, source, target, since) = nine(columns, since);
    Case { tables: KEYED, schema: &schema, source: &source, target: &target, since }.refused().await
}

/// A row-level trigger on `t` with this body.
fn trigger(when: &str, body: &str) -> &'static str {
    let text = format!(
        "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $f$ BEGIN {body} END $f$;
         CREATE TRIGGER f {when} ON t FOR EACH ROW EXECUTE FUNCTION f()"
    );
    Box::leak(text.into_boxed_str())
}

#[tokio::test]
async fn inserts_updates_and_deletes_through_two_parents_with_ids_of_the_target() {
    let rows = |plans: &str, features: &str, side: &str| {
        format!(
            "INSERT INTO plans (key, doc, price) SELECT 'p' || n, jsonb_build_object('n', n, 's', '{side}'),
               CASE WHEN n % 3 > 0 THEN n * 1.5 END FROM generate_series({plans}) n ORDER BY md5(n || '{side}');
             INSERT INTO features (id, key, note) SELECT md5('{side}' || n)::uuid, 'f' || n, '{side}' FROM generate_series({features}) n;
             INSERT INTO plan_features SELECT p.id, f.id, p.price IS NULL, '{side}' || p.key FROM plans p CROSS JOIN features f"
        )
    };
    let case = Case {
        tables: r#"{ table = "plans", key = ["key"] }, { table = "features", key = ["key"] },
            { table = "plan_features", key = ["plan_id", "feature_id"] }"#,
        schema: "CREATE TABLE plans (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, key text UNIQUE NOT NULL, doc jsonb,
                price numeric(8,2), twice numeric GENERATED ALWAYS AS (price * 2) STORED);
            CREATE TABLE features (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), key text UNIQUE NOT NULL, note text);
            CREATE TABLE plan_features (plan_id int REFERENCES plans ON DELETE CASCADE, feature_id uuid REFERENCES features,
                enabled boolean NOT NULL, note text, PRIMARY KEY (plan_id, feature_id))",
        source: &rows("1, 30", "1, 12", "source"),
        target: &rows("11, 40", "5, 14", "target"),
        since: "",
    };
    // New: 10 plans, 4 features, 30 × 12 of which 20 × 8 are on both sides; as many in the target are to go.
    let (new, both, gone) = (30 * 12 - 20 * 8, 20 * 8, 30 * 10 - 20 * 8);
    let inserts = [10, 4, new].map(|rows| (rows, INSERTED));
    let others = [20, 8, both, gone, 10, 2].map(|rows| (rows, WRITTEN));
    let (pair, applied) = case.same(&[inserts.as_slice(), &others].concat()).await;
    assert_eq!(applied.rows.rows() as i64, 14 + new + 28 + both + gone + 12);
    let by_key = "SELECT p.key, f.key, l.enabled, l.note, p.doc, p.price, p.twice, f.note FROM plan_features l
        JOIN plans p ON p.id = plan_id JOIN features f ON f.id = feature_id ORDER BY p.key, f.key";
    assert_eq!(pair.target.rows(by_key).await, pair.source.rows(by_key).await);
    let keys = "SELECT string_agg(key, ' ' ORDER BY id) FROM plans WHERE id > 30";
    assert_eq!(pair.target.one(keys).await, "p1 p10 p2 p3 p4 p5 p6 p7 p8 p9", "new ids follow the order of the plan");
}

#[tokio::test]
async fn every_kind_of_value_in_lists() {
    let mut types: Vec<_> = VALUES.iter().filter(|(_, new, old)| *new != "NULL" && *old != "NULL").copied().collect();
    types.push(("uuid", "'8f000000-0000-4000-8000-000000000001'", "'8f000000-0000-4000-8000-000000000002'"));
    let columns: Vec<_> = types.iter().enumerate().map(|(at, (kind, ..))| format!("c{at} {kind}")).collect();
    let schema = format!("{NAMED_TYPES}; CREATE TABLE t (k text PRIMARY KEY, {})", columns.join(", "));
    let one = types.iter().map(|(_, new, _)| format!(", {new}")).collect::<Vec<_>>().concat();
    let two = types.iter().map(|(_, _, old)| format!(", {old}")).collect::<Vec<_>>().concat();
    let null = ", NULL".repeat(types.len());
    let rows = |rows: &[(&str, &String)]| {
        rows.iter()
            .map(|(key, values)| format!("INSERT INTO t VALUES ('{key}'{values});"))
            .collect::<Vec<_>>()
            .join("\n")
    };
    let new = [("new1", &one), ("new2", &two), ("new3", &null)];
    let changed = [("old1", &one), ("old2", &two), ("old3", &null), ("old4", &one), ("old5", &two)];
    let was = [("old1", &two), ("old2", &one), ("old3", &one), ("old4", &null), ("old5", &null)];
    let gone = [("x1", &one), ("x2", &two), ("x3", &null)];
    let case = Case {
        tables: r#"{ table = "t" }"#,
        schema: &schema,
        source: &rows(&[new.as_slice(), &changed].concat()),
        target: &rows(&[was.as_slice(), &gone].concat()),
        since: "",
    };
    let (pair, _) = case.same(&[(3, INSERTED), (5, WRITTEN), (3, WRITTEN)]).await;
    assert_eq!(pair.target.dump().await, pair.source.dump().await);
}

#[tokio::test]
async fn rows_of_a_tree_and_parents_that_are_null() {
    // Each level needs the one above it, and names say nothing of levels.
    let rows = |from: u32, to: u32, note: &str| {
        format!(
            "INSERT INTO t (k, v, up, side) SELECT md5(n::text), '{note}', CASE WHEN n > 4 THEN n / 4 END,
               CASE WHEN n % 2 = 0 THEN n % 3 + 1 END FROM generate_series({from}, {to}) n"
        )
    };
    let sides = "INSERT INTO s (k) VALUES ('a'), ('b'), ('c');";
    let case = Case {
        tables: r#"{ table = "s", key = ["k"] }, { table = "t", key = ["k"] }"#,
        schema: "CREATE TABLE s (id serial PRIMARY KEY, k text UNIQUE);
            CREATE TABLE t (id serial PRIMARY KEY, k text UNIQUE, v text, up int REFERENCES t, side int REFERENCES s)",
        source: &format!("{sides}{}", rows(1, 80, "their")),
        target: &format!("INSERT INTO s (k) VALUES ('c'), ('b'), ('a');{}", rows(1, 12, "our")),
        since: "",
    };
    let (mut pair, sets, plan) = case.pair().await;
    let (ended, few) = counted(&mut pair, &sets, &plan, 2).await;
    ended.unwrap();
    let tree =
        "SELECT t.k, t.v, u.k, s.k FROM t LEFT JOIN t u ON u.id = t.up LEFT JOIN s ON s.id = t.side ORDER BY t.k";
    assert_eq!(pair.target.rows(tree).await, pair.source.rows(tree).await);
    let (mut other, _, singly) = case.pair().await;
    let (ended, many) = counted(&mut other, &sets, &singly, SINGLY).await;
    ended.unwrap();
    assert_eq!(pair.target.dump().await, other.target.dump().await);
    assert!(few < many, "{few} {many}");
}

#[tokio::test]
async fn rows_without_a_primary_key_are_found_by_what_may_be_null() {
    let case = Case {
        tables: r#"{ table = "t", key = ["a", "b"], deletes = true }"#,
        schema: "CREATE TABLE t (a text, b int, v text); CREATE UNIQUE INDEX ON t (a, b) NULLS NOT DISTINCT",
        source: "INSERT INTO t VALUES ('x', 1, 'n'), ('x', NULL, NULL), (NULL, 2, 'n'), ('new', NULL, 'n'), (NULL, 7, NULL), ('new', 1, 'n')",
        target: "INSERT INTO t VALUES ('x', 1, NULL), ('x', NULL, 'o'), (NULL, 2, 'o'), ('gone', NULL, 'o'), (NULL, 8, NULL)",
        since: "",
    };
    let (pair, _) = case.same(&[(3, INSERTED), (3, WRITTEN), (2, WRITTEN)]).await;
    assert_eq!(pair.target.dump().await, pair.source.dump().await);
}

#[tokio::test]
async fn unique_values_that_change_places() {
    let case = Case {
        tables: KEYED,
        schema: "CREATE TABLE t (k text PRIMARY KEY, pos int UNIQUE NOT NULL)",
        source: "INSERT INTO t SELECT 'k' || n, n % 40 + 1 FROM generate_series(1, 40) n",
        target: "INSERT INTO t SELECT 'k' || n, n FROM generate_series(1, 40) n",
        since: "",
    };
    // One of them waits; the others follow each other, so none of them goes with another.
    let (pair, _) = case.same(&[]).await;
    assert_eq!(pair.target.dump().await, pair.source.dump().await);
}

#[tokio::test]
async fn thousands_that_move_on_by_one_take_one_savepoint() {
    for (rule, wanted) in [("UNIQUE", 3_000), ("UNIQUE DEFERRABLE", 0)] {
        let schema = format!("CREATE TABLE t (k text PRIMARY KEY, pos int {rule} NOT NULL)");
        let case = Case {
            tables: KEYED,
            schema: &schema,
            source: "INSERT INTO t SELECT 'k' || n, n + 1 FROM generate_series(1, 3000) n",
            target: "INSERT INTO t SELECT 'k' || n, n FROM generate_series(1, 3000) n",
            since: "",
        };
        let (mut pair, sets, plan) = case.pair().await;
        let (ended, statements) = counted(&mut pair, &sets, &plan, 200).await;
        ended.unwrap();
        assert_eq!(pair.target.dump().await, pair.source.dump().await);
        assert!((wanted..wanted + 40).contains(&statements), "{statements} statements");
    }
}

#[tokio::test]
async fn thousands_that_go_round_or_whose_index_is_partial_stay_few_statements() {
    for (schema, source) in [
        ("CREATE TABLE t (k text PRIMARY KEY, pos int UNIQUE NOT NULL)", "n % 1000 + 1"),
        (
            "CREATE TABLE t (k text PRIMARY KEY, pos int NOT NULL); CREATE UNIQUE INDEX ON t (pos) WHERE k <> ''",
            "n + 1",
        ),
        (
            "CREATE TABLE t (k text PRIMARY KEY, pos int NOT NULL); CREATE UNIQUE INDEX ON t (pos) WHERE k <> ''",
            "n % 1000 + 1",
        ),
    ] {
        let source = format!("INSERT INTO t SELECT 'k' || n, {source} FROM generate_series(1, 1000) n");
        let target = "INSERT INTO t SELECT 'k' || n, n FROM generate_series(1, 1000) n";
        let (mut pair, sets, plan) = Case { tables: KEYED, schema, source: &source, target, since: "" }.pair().await;
        let (ended, statements) = counted(&mut pair, &sets, &plan, 200).await;
        ended.unwrap();
        assert_eq!(pair.target.dump().await, pair.source.dump().await);
        // A few for each row, however many there are.
        assert!(statements < 6 * 1_000, "{schema}: {statements} statements");
    }
}

#[tokio::test]
async fn a_row_that_comes_back_keeps_its_parent_next_to_rows_that_get_one() {
    // `c` and `d` wait without a parent, because a flag can not be parked.
    let case = Case {
        tables: r#"{ table = "p", key = ["k"] }, { table = "t", key = ["k"] }"#,
        schema: "CREATE TABLE p (id serial PRIMARY KEY, k text UNIQUE);
            CREATE TABLE t (k text PRIMARY KEY, flag boolean NOT NULL, p_id int REFERENCES p, UNIQUE (p_id, flag));
            INSERT INTO p (k) VALUES ('1'), ('2'), ('3'), ('4')",
        source: "INSERT INTO t VALUES ('a', false, NULL), ('b', false, 3), ('c', true, 4), ('d', false, 4)",
        target: "INSERT INTO t VALUES ('a', true, 1), ('b', true, 2), ('c', false, 4), ('d', true, 4)",
        since: "",
    };
    let (mut pair, sets, plan) = case.pair().await;
    counted(&mut pair, &sets, &plan, 2).await.0.unwrap();
    assert_eq!(pair.target.dump().await, pair.source.dump().await);
}

#[tokio::test]
async fn a_row_that_appeared_in_the_middle_is_named() {
    let error = refused_of_nine("", "INSERT INTO t (k, v) VALUES ('new2', 'by somebody else')").await;
    assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("public.t new2")), "{error}");
    assert!(error.message.contains("a row with this key has appeared"), "{error}");
}

#[tokio::test]
async fn a_row_that_changed_in_the_middle_is_named() {
    let error = refused_of_nine("", "UPDATE t SET v = 'by somebody else' WHERE k = 'old2'").await;
    assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("public.t old2")), "{error}");
    let error = refused_of_nine("", "DELETE FROM t WHERE k = 'gone2'").await;
    assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("public.t gone2")), "{error}");
}

#[tokio::test]
async fn a_row_that_somebody_points_to_by_now_is_named() {
    let since = "INSERT INTO c SELECT id FROM t WHERE k = 'gone2'";
    let (schema, source, target, since) = nine("); CREATE TABLE c (t_id int REFERENCES t ON DELETE CASCADE", since);
    let error = Case { tables: KEYED, schema: &schema, source: &source, target: &target, since }.refused().await;
    assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("public.t gone2")), "{error}");
    assert!(error.message.contains("another row points to it"), "{error}");
}

#[tokio::test]
async fn a_row_that_a_trigger_holds_back_is_named() {
    for (row, when) in [("new2", "BEFORE INSERT"), ("old2", "BEFORE UPDATE"), ("gone2", "BEFORE DELETE")] {
        let body = format!("IF coalesce(OLD.k, NEW.k) = '{row}' THEN RETURN NULL; END IF; RETURN coalesce(NEW, OLD);");
        let error = refused_with(trigger(when, &body), "").await;
        assert_eq!(error.code, Code::RolledBack, "{error}");
        assert!(error.message.contains("trigger `f` on public.t suppressed"), "{error}");
        assert_eq!(error.object, Some(format!("public.t {row}")), "{error}");
    }
}

#[tokio::test]
async fn a_row_that_a_trigger_refuses_is_named_whatever_the_code() {
    let cases = [("new2", "BEFORE INSERT"), ("old2", "AFTER UPDATE"), ("gone2", "BEFORE DELETE")];
    for (at, state) in ["P0001", "23505", "40001", "XX000", "53100", "28000", "ZZ999"].iter().enumerate() {
        let (row, when) = cases[at % cases.len()];
        let body = format!(
            "IF coalesce(OLD.k, NEW.k) = '{row}' THEN RAISE 'not this one' USING ERRCODE = '{state}'; END IF;
             RETURN coalesce(NEW, OLD);"
        );
        let error = refused_with(trigger(when, &body), "").await;
        assert_eq!(error.object, Some(format!("public.t {row}")), "{state} {error}");
        assert!(error.to_string().contains("not this one"), "{state} {error}");
    }
}

#[tokio::test]
async fn a_row_that_a_constraint_refuses_is_named() {
    let refuses = [
        (
            "CREATE FUNCTION fine(text) RETURNS boolean STABLE LANGUAGE sql AS $$SELECT $1 <> 'their new2'$$; ALTER TABLE t ADD CHECK (fine(v))",
            "",
            "new2",
        ),
        (
            "CREATE FUNCTION fine(text) RETURNS boolean STABLE LANGUAGE sql AS $$SELECT $1 <> 'their old2'$$; ALTER TABLE t ADD CHECK (fine(v))",
            "",
            "old2",
        ),
        ("CREATE UNIQUE INDEX ON t (v)", "INSERT INTO t (k, v) VALUES ('other', 'their new2')", "new2"),
        ("CREATE UNIQUE INDEX ON t (v)", "INSERT INTO t (k, v) VALUES ('other', 'their old2')", "old2"),
        ("CREATE FUNCTION b(text) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1 / (1 - ($1 = ''their new3'')::int)';
          CREATE INDEX ON t (b(v))", "", "new3"),
    ];
    // What a review leaves to the apply.
    for (made, since, row) in refuses {
        let error = refused_with(made, since).await;
        assert_eq!(error.code, Code::RolledBack, "{error}");
        assert_eq!(error.object, Some(format!("public.t {row}")), "{made} {error}");
    }
}

#[tokio::test]
async fn a_trigger_that_rewrites_is_told_of_each_row() {
    let (schema, source, target, _) = nine(", stamp int DEFAULT 0", "");
    let body = "NEW.v := upper(NEW.v); NEW.stamp := coalesce(OLD.stamp, 0) + 1; RETURN NEW;";
    let target = format!("{target}; {}", trigger("BEFORE INSERT OR UPDATE", body));
    let tables = r#"{ table = "t", key = ["k"], ignore = ["stamp"] }"#;
    let case = Case { tables, schema: &schema, source: &source, target: &target, since: "" };
    let (mut one, sets, plan) = case.pair().await;
    let (mut other, _, singly) = case.pair().await;
    let (together, few) = counted(&mut one, &sets, &plan, 2).await;
    let (alone, many) = counted(&mut other, &sets, &singly, SINGLY).await;
    let told: Vec<_> = ["new1", "new2", "new3", "old1", "old2", "old3"].map(|k| format!("public.t {k} v")).into();
    let (together, alone) = (together.unwrap().rewrote, alone.unwrap().rewrote);
    assert_eq!(together.iter().filter(|text| text.ends_with(" v")).cloned().collect::<Vec<_>>(), told);
    assert_eq!(together, alone);
    assert_eq!(one.target.dump().await, other.target.dump().await);
    assert_eq!(few, many + 1, "three batches, of which that of inserts has one statement more than rows");
}

#[tokio::test]
async fn a_trigger_that_gives_a_new_row_another_key_is_met_as_singly() {
    let rename = trigger("BEFORE INSERT", "IF NEW.k = 'new2' THEN NEW.k := 'renamed'; END IF; RETURN NEW;");
    let (schema, source, target, _) = nine("", "");
    let target = format!("{target}; {rename}");
    let case = Case { tables: KEYED, schema: &schema, source: &source, target: &target, since: "" };
    let mut ends = Vec::new();
    for batch in [2, SINGLY] {
        let (mut pair, sets, plan) = case.pair().await;
        let error = counted(&mut pair, &sets, &plan, batch).await.0.unwrap_err();
        ends.push((error.code, error.object, error.message));
    }
    assert_eq!(ends[0], ends[1]);
    assert_eq!((ends[0].0, ends[0].1.as_deref()), (Code::RolledBack, Some("public.t new2")));
    assert!(ends[0].2.contains("trigger `f` on public.t changed `k`"), "{}", ends[0].2);
}

#[tokio::test]
async fn triggers_that_write_next_to_the_batch_are_met_as_singly() {
    // A delete makes a child of another row that is to go: no cascade may take it along.
    let body = "INSERT INTO public.c SELECT id FROM public.t WHERE k IN ('gone1', 'gone3') AND k <> OLD.k; RETURN OLD;";
    let (schema, source, target, _) = nine("); CREATE TABLE c (t_id int REFERENCES t ON DELETE CASCADE", "");
    let target = format!("{target}; {}", trigger("BEFORE DELETE", body));
    let case = Case { tables: KEYED, schema: &schema, source: &source, target: &target, since: "" };
    let error = case.refused().await;
    assert_eq!(error.code, Code::RolledBack, "{error}");
    assert!(error.message.contains("on public.t made or changed 2 rows of public.c that point to it"), "{error}");
    // An update changes another row of the batch before its turn, which then gets what was reviewed.
    let body = "UPDATE public.t SET v = 'by a trigger' WHERE k = 'old3' AND NEW.k = 'old1'; RETURN NEW;";
    let (schema, source, target, _) = nine("", "");
    let target = format!("{target}; {}", trigger("BEFORE UPDATE", body));
    let (mut pair, sets, plan) =
        Case { tables: KEYED, schema: &schema, source: &source, target: &target, since: "" }.pair().await;
    counted(&mut pair, &sets, &plan, 2).await.0.unwrap();
    let rows = "SELECT k, v FROM t ORDER BY k";
    assert_eq!(pair.target.rows(rows).await, pair.source.rows(rows).await);
}

#[tokio::test]
async fn a_batch_that_takes_too_long_goes_singly() {
    let slow = trigger("BEFORE UPDATE", "PERFORM pg_sleep(0.2); RETURN NEW;");
    let (schema, source, target, _) = nine("", "");
    let target = format!("{target}; {slow}");
    let (mut pair, sets, plan) =
        Case { tables: KEYED, schema: &schema, source: &source, target: &target, since: "" }.pair().await;
    pair.target.run(&format!("ALTER DATABASE {} SET statement_timeout = '500ms'", pair.target.name)).await;
    counted(&mut pair, &sets, &plan, 2).await.0.unwrap();
    let rows = "SELECT k, v FROM t ORDER BY k";
    assert_eq!(pair.target.rows(rows).await, pair.source.rows(rows).await);
}
