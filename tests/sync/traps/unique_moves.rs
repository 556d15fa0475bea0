//! Unique values that move between rows: in chains, which another order is enough for, and in circles, where a row has to
//! wait on a value that type, domain, CHECK and index allow.

use std::{fmt::Write as _, fs};

use pgdeck::{
    app::{job::Job, sync},
    core::{error::Code, sync::script::script},
};

use crate::support::{Db, Pair, set, show};

/// Applies in batches and singly, undoes, runs the script twice, and seeds twice: each time the target must hold in `sql`
/// what the source holds, and undo must bring back every byte.
pub(super) struct Moves<'a> {
    pub sets: &'a str,
    pub schema: &'a str,
    pub source: &'a str,
    pub target: &'a str,
    pub sql: &'a str,
    /// Whether the source has all rows of the target; a seed deletes none.
    pub seed: bool,
}

impl Moves<'_> {
    pub async fn check(&self) {
        for batch in [2, usize::MAX] {
            let mut pair = Pair::new(self.sets, self.schema, self.source, self.target).await;
            pair.batch = batch;
            let wanted = pair.source.rows(self.sql).await;
            let before = pair.target.dump().await;
            let plan = pair.all(&pair.review_deletes().await);
            let applied = pair.sync_deletes().await;
            assert_eq!(pair.target.rows(self.sql).await, wanted, "{}", self.schema);
            pair.undo(&applied.run.unwrap()).await.unwrap_or_else(|error| panic!("undo: {error}\n{}", self.schema));
            assert_eq!(pair.target.dump().await, before, "undo: {}", self.schema);
            if batch > 2 {
                let script = script(&plan).unwrap();
                for _ in 0..2 {
                    pair.target.script(&script).await.unwrap_or_else(|error| panic!("{error}\n{script}"));
                    assert_eq!(pair.target.rows(self.sql).await, wanted, "{script}");
                }
                self.seeded(&pair, &wanted).await;
            }
        }
    }

    async fn seeded(&self, pair: &Pair, wanted: &[String]) {
        if !self.seed {
            return;
        }
        let file = pair.state.path().join("seed.sql");
        Box::pin(sync::seed(&pair.deck, &Job::quiet(), &[], "source", &file)).await.unwrap();
        let seed = fs::read_to_string(&file).unwrap();
        let db = Db::create(&format!("{};{}", self.schema, self.target)).await;
        let empty = Db::create(self.schema).await;
        for db in [&db, &empty] {
            let mut last = String::new();
            for _ in 0..2 {
                db.script(&seed).await.unwrap_or_else(|error| panic!("{error}\n{seed}"));
                assert_eq!(db.rows(self.sql).await, wanted, "{seed}");
                let now = db.dump().await;
                assert!(last.is_empty() || last == now, "a second run changes nothing");
                last = now;
            }
        }
    }
}

pub(super) fn keyed() -> String {
    set(r#"{ table = "t", key = ["k"] }"#)
}

const NAMED: &str = "CREATE EXTENSION citext; CREATE TYPE st AS ENUM ('draft', 'active', 'old', 'gone');
    CREATE DOMAIN posint AS int CHECK (VALUE BETWEEN 1 AND 100); ";

/// A type with its constraints, and three values of it.
const TYPES: [(&str, [&str; 3]); 32] = [
    ("int NOT NULL CHECK (c BETWEEN 1 AND 100)", ["1", "2", "3"]),
    ("int NOT NULL CHECK (c BETWEEN 1 AND 4)", ["1", "2", "4"]),
    ("int NOT NULL", ["1", "2147483647", "-2147483648"]),
    ("smallint NOT NULL", ["1", "32767", "3"]),
    ("bigint NOT NULL", ["9223372036854775807", "-9223372036854775808", "0"]),
    ("posint NOT NULL", ["1", "2", "100"]),
    ("numeric(3,2) NOT NULL CHECK (c BETWEEN 0 AND 1)", ["0.10", "1.00", "0"]),
    ("numeric NOT NULL", ["1", "2.50", "'NaN'"]),
    ("double precision NOT NULL", ["1", "'Infinity'", "3"]),
    ("money NOT NULL", ["'1'", "'2'", "'3'"]),
    ("varchar(3) NOT NULL", ["'ABC'", "'XYZ'", "'A'"]),
    ("char(3) NOT NULL", ["'ABC'", "'XYZ'", "'A'"]),
    ("text NOT NULL CHECK (length(c) = 3)", ["'ABC'", "'xyz'", "'1 2'"]),
    ("text NOT NULL CHECK (c ~ '^[A-Z]{2}-[0-9]+$')", ["'AB-1'", "'AB-2'", "'ZZ-99'"]),
    ("text NOT NULL CHECK (c IN ('one', 'two', 'three', 'it''s'))", ["'one'", "'two'", "'three'"]),
    ("citext NOT NULL", ["'a'", "'B'", "'c'"]),
    ("date NOT NULL", ["'2024-01-01'", "'2024-02-01'", "'infinity'"]),
    ("date NOT NULL CHECK (extract(day FROM c) = 1)", ["'2024-01-01'", "'2024-02-01'", "'2024-03-01'"]),
    ("timestamptz NOT NULL", ["'2024-01-01Z'", "'2024-02-01Z'", "'-infinity'"]),
    ("timestamp NOT NULL CHECK (c < '2024-03-02')", ["'2024-01-01'", "'2024-02-01'", "'2024-03-01'"]),
    ("time NOT NULL", ["'10:00'", "'11:00'", "'12:00'"]),
    ("interval NOT NULL", ["'1 day'", "'2 days'", "'1 month'"]),
    ("st NOT NULL", ["'draft'", "'active'", "'old'"]),
    (
        "uuid NOT NULL",
        [
            "'10000000-0000-4000-8000-000000000001'",
            "'10000000-0000-4000-8000-000000000002'",
            "'10000000-0000-4000-8000-000000000003'",
        ],
    ),
    ("bytea NOT NULL", ["'\\x01'", "'\\x02'", "''"]),
    ("inet NOT NULL", ["'10.0.0.1'", "'10.0.0.2'", "'::1'"]),
    ("macaddr NOT NULL", ["'08:00:2b:01:02:03'", "'08:00:2b:01:02:04'", "'08:00:2b:01:02:05'"]),
    ("int4range NOT NULL", ["'[1,2)'", "'[5,6)'", "'empty'"]),
    (
        "daterange NOT NULL CHECK (NOT isempty(c))",
        ["'[2024-01-01,2024-02-01)'", "'[2024-02-01,2024-03-01)'", "'[2024-05-01,)'"],
    ),
    ("int[] NOT NULL", ["'{1,2}'", "'{}'", "'{NULL}'"]),
    ("jsonb NOT NULL", ["'1'", "'{\"a\": 1}'", "'[]'"]),
    ("boolean", ["true", "false", "NULL"]),
];

#[tokio::test]
async fn circles_over_types_with_checks_and_domains() {
    let (mut schema, mut source, mut target, mut tables) = (NAMED.to_owned(), String::new(), String::new(), Vec::new());
    let mut sql = Vec::new();
    for (at, (kind, [a, b, c])) in TYPES.iter().enumerate() {
        let _ = write!(schema, "CREATE TABLE t{at} (id serial PRIMARY KEY, k text UNIQUE NOT NULL, c {kind} UNIQUE);");
        let _ = write!(source, "INSERT INTO t{at} (k, c) VALUES ('a', {a}), ('b', {b}), ('c', {c});");
        let _ = write!(target, "INSERT INTO t{at} (id, k, c) VALUES (50, 'a', {b}), (51, 'b', {c}), (52, 'c', {a});");
        tables.push(format!(r#"{{ table = "t{at}", key = ["k"] }}"#));
        sql.push(format!("SELECT {at}, k, c::text FROM t{at}"));
    }
    let (sets, sql) = (set(&tables.join(", ")), format!("{} ORDER BY 1, 2", sql.join(" UNION ALL ")));
    Moves { sets: &sets, schema: &schema, source: &source, target: &target, sql: &sql, seed: true }.check().await;
}

#[tokio::test]
async fn chains_over_types_need_another_order_only() {
    let (mut schema, mut source, mut target, mut tables) = (NAMED.to_owned(), String::new(), String::new(), Vec::new());
    let mut sql = Vec::new();
    for (at, (kind, [a, b, c])) in TYPES.iter().enumerate() {
        let _ = write!(schema, "CREATE TABLE t{at} (id serial PRIMARY KEY, k text UNIQUE NOT NULL, c {kind} UNIQUE);");
        // The value of a row that goes, or is renamed, is taken by another, and that of this one by a new row.
        let _ = write!(source, "INSERT INTO t{at} (k, c) VALUES ('a', {b}), ('new', {a});");
        let _ = write!(target, "INSERT INTO t{at} (id, k, c) VALUES (50, 'a', {a}), (51, 'gone', {b});");
        let _ = write!(source, "INSERT INTO t{at} (k, c) VALUES ('same', {c});");
        let _ = write!(target, "INSERT INTO t{at} (id, k, c) VALUES (60, 'same', {c});");
        tables.push(format!(r#"{{ table = "t{at}", key = ["k"] }}"#));
        sql.push(format!("SELECT {at}, k, c::text FROM t{at}"));
    }
    let (sets, sql) = (set(&tables.join(", ")), format!("{} ORDER BY 1, 2", sql.join(" UNION ALL ")));
    Moves { sets: &sets, schema: &schema, source: &source, target: &target, sql: &sql, seed: false }.check().await;
}

#[tokio::test]
async fn equal_by_type_is_equal() {
    let cases = [
        ("citext", "('a', 'bar'), ('b', 'FOO')", "('a', 'Foo'), ('b', 'BAR')"),
        ("numeric", "('a', 1.0), ('b', 2)", "('a', 2.00), ('b', 1)"),
        ("char(5)", "('a', 'x'), ('b', 'y')", "('a', 'y   '), ('b', 'x ')"),
        ("interval", "('a', '1 mon'), ('b', '1 day')", "('a', '24:00'), ('b', '30 days')"),
        ("text COLLATE nocase", "('a', 'bar'), ('b', 'FOO')", "('a', 'Foo'), ('b', 'BAR')"),
    ];
    for (kind, source, target) in cases {
        let schema = format!(
            "{NAMED} CREATE COLLATION nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
             CREATE TABLE t (k text PRIMARY KEY, c {kind} UNIQUE NOT NULL)"
        );
        let (source, target) = (format!("INSERT INTO t VALUES {source}"), format!("INSERT INTO t VALUES {target}"));
        let sql = "SELECT * FROM t ORDER BY k";
        Moves { sets: &keyed(), schema: &schema, source: &source, target: &target, sql, seed: true }.check().await;
    }
}

#[tokio::test]
async fn one_open_row_for_each_parent() {
    let sets = set(r#"{ table = "p", key = ["k"] }, { table = "v", key = ["p_id", "no"] }"#);
    for (kind, open, on, off) in [
        ("st NOT NULL", "s = 'active'", "'active'", "'old'"),
        ("text NOT NULL CHECK (s IN ('active', 'old'))", "s = 'active'", "'active'", "'old'"),
        ("timestamptz", "s IS NULL", "NULL", "'2024-01-01Z'"),
        ("boolean NOT NULL", "s", "true", "false"),
    ] {
        let schema = format!(
            "{NAMED} CREATE TABLE p (id serial PRIMARY KEY, k text UNIQUE NOT NULL);
             CREATE TABLE v (id serial PRIMARY KEY, p_id int NOT NULL REFERENCES p, no int NOT NULL, s {kind}, UNIQUE (p_id, no));
             CREATE UNIQUE INDEX ON v (p_id) WHERE {open}"
        );
        let sql = "SELECT p.k, no, s FROM v JOIN p ON p.id = p_id ORDER BY 1, 2";
        let source = format!(
            "INSERT INTO p (k) VALUES ('x'), ('y'); INSERT INTO v (p_id, no, s) VALUES (1, 1, {off}), (1, 2, {on}), (2, 1, {on}), (2, 2, {off})"
        );
        let target = format!(
            "INSERT INTO p VALUES (7, 'y'), (8, 'x'); INSERT INTO v VALUES (70, 8, 1, {on}), (71, 7, 1, {off}), (72, 7, 2, {on})"
        );
        Moves { sets: &sets, schema: &schema, source: &source, target: &target, sql, seed: true }.check().await;
    }
}

#[tokio::test]
async fn partial_and_expression_indexes_and_generated_columns() {
    let sql = "SELECT k, c, pos FROM t ORDER BY k";
    for index in [
        "(pos) WHERE c <> 'off'",
        "(lower(c))",
        "(left(c, 1), (pos > 0))",
        "(upper)",
        "(c) INCLUDE (pos)",
        "((pos * 2))",
    ] {
        let schema = format!(
            "CREATE TABLE t (k text PRIMARY KEY, c text NOT NULL CHECK (length(c) <= 3), pos int NOT NULL CHECK (pos BETWEEN 1 AND 9),
               upper text GENERATED ALWAYS AS (upper(c)) STORED); CREATE UNIQUE INDEX ON t {index}"
        );
        for (source, target, seed) in [
            ("('1', 'A', 1), ('2', 'b', 2), ('3', 'C', 3)", "('1', 'B', 2), ('2', 'c', 3), ('3', 'a', 1)", true),
            ("('1', 'A', 1), ('2', 'b', 2), ('3', 'C', 3)", "('1', 'c', 3), ('2', 'A', 1), ('3', 'B', 2)", true),
            ("('1', 'A', 1), ('2', 'b', 2), ('new', 'C', 3)", "('1', 'B', 2), ('2', 'c', 3), ('gone', 'a', 1)", false),
        ] {
            let (source, target) = (format!("INSERT INTO t VALUES {source}"), format!("INSERT INTO t VALUES {target}"));
            Moves { sets: &keyed(), schema: &schema, source: &source, target: &target, sql, seed }.check().await;
        }
    }
}

#[tokio::test]
async fn exclusion_constraints() {
    let sql = "SELECT k, room, c FROM t ORDER BY k";
    for (kind, rows, empty) in [
        ("int4range", ["[1,5)", "[5,9)", "[9,20)"], ""),
        (
            "daterange",
            ["[2024-01-01,2024-02-01)", "[2024-02-01,2024-03-01)", "[2024-03-01,2024-03-02)"],
            "CHECK (NOT isempty(c) AND room = 1)",
        ),
    ] {
        {
            let schema = format!(
                "CREATE EXTENSION btree_gist; CREATE TABLE t (k text PRIMARY KEY, room int NOT NULL, c {kind} NOT NULL {empty},
                   EXCLUDE USING gist (room WITH =, c WITH &&))"
            );
            let insert = |order: [usize; 3], keys: [&str; 3]| {
                let values = order.iter().zip(keys).map(|(at, key)| format!("('{key}', 1, '{}')", rows[*at]));
                format!("INSERT INTO t VALUES {}", values.collect::<Vec<_>>().join(", "))
            };
            let source = insert([0, 1, 2], ["a", "b", "c"]);
            for (target, seed) in [
                (insert([1, 0, 2], ["a", "b", "c"]), true),
                (insert([1, 2, 0], ["a", "b", "c"]), true),
                (insert([1, 2, 0], ["a", "b", "gone"]), false),
            ] {
                Moves { sets: &keyed(), schema: &schema, source: &source, target: &target, sql, seed }.check().await;
            }
        }
    }
}

#[tokio::test]
async fn deferrable_constraints_are_checked_at_the_end() {
    for when in ["DEFERRABLE", "DEFERRABLE INITIALLY DEFERRED"] {
        for rule in ["UNIQUE (c)", "EXCLUDE USING btree (c WITH =)"] {
            let schema = format!("CREATE TABLE t (k text PRIMARY KEY, c date NOT NULL, {rule} {when})");
            let source = "INSERT INTO t VALUES ('a', '2024-01-01'), ('b', '2024-02-01'), ('c', '2024-03-01')";
            let target = "INSERT INTO t VALUES ('a', '2024-02-01'), ('b', '2024-03-01'), ('c', '2024-01-01')";
            let sql = "SELECT * FROM t ORDER BY k";
            Moves { sets: &keyed(), schema: &schema, source, target, sql, seed: true }.check().await;
        }
        // A name that another constraint has, which cannot wait.
        let schema = format!(
            "CREATE TABLE t (k text PRIMARY KEY, c int NOT NULL, CONSTRAINT same UNIQUE (c) {when});
             CREATE TABLE other (c int, CONSTRAINT same CHECK (c > 0))"
        );
        let (source, target) = ("INSERT INTO t VALUES ('a', 1), ('b', 2)", "INSERT INTO t VALUES ('a', 2), ('b', 1)");
        let sql = "SELECT * FROM t ORDER BY k";
        Moves { sets: &keyed(), schema: &schema, source, target, sql, seed: true }.check().await;
    }
}

#[tokio::test]
async fn a_row_that_a_deferred_constraint_refuses_is_named() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, c int NOT NULL UNIQUE DEFERRABLE)";
    let source = "INSERT INTO t VALUES ('a', 1), ('b', 2)";
    let pair = Pair::new(&keyed(), schema, source, "INSERT INTO t VALUES ('a', 5), ('b', 6)").await;
    let plan = pair.all(&pair.review().await);
    // A row that is there already blocks `b` in the review; this one came afterwards.
    pair.target.run("INSERT INTO t VALUES ('own', 2)").await;
    let error = pair.refused(&plan).await;
    assert_eq!((error.code, error.object.as_deref()), (Code::RolledBack, Some("public.t b")), "{error}");
    assert!(error.message.contains("t_c_key"), "{error}");
}

#[tokio::test]
async fn nulls_that_are_equal() {
    let sets = set(r#"{ table = "p", key = ["k"] }, { table = "t", key = ["p_id", "name"] }"#);
    let schema = "CREATE TABLE p (id serial PRIMARY KEY, k text UNIQUE NOT NULL);
        CREATE TABLE t (id serial PRIMARY KEY, p_id int REFERENCES p, name text NOT NULL, v text, UNIQUE NULLS NOT DISTINCT (p_id, name))";
    let source = "INSERT INTO p (k) VALUES ('a'); INSERT INTO t (p_id, name, v) VALUES (NULL, 'g', '1'), (1, 'g', '2')";
    let target = "INSERT INTO p VALUES (9, 'a'); INSERT INTO t VALUES (50, NULL, 'g', '0'), (51, NULL, 'h', '0')";
    let sql = "SELECT p.k, name, v FROM t LEFT JOIN p ON p.id = p_id ORDER BY 1, 2";
    Moves { sets: &sets, schema, source, target, sql, seed: false }.check().await;
    let schema = "CREATE TABLE t (k text PRIMARY KEY, d date UNIQUE NULLS NOT DISTINCT)";
    let sql = "SELECT * FROM t ORDER BY k";
    for (source, target) in [
        ("('a', '2024-01-01'), ('b', '2024-02-01')", "('a', '2024-02-01'), ('b', '2024-01-01')"),
        (
            "('a', NULL), ('b', '2024-02-01'), ('c', '2024-03-01')",
            "('a', '2024-02-01'), ('b', '2024-03-01'), ('c', NULL)",
        ),
    ] {
        let (source, target) = (format!("INSERT INTO t VALUES {source}"), format!("INSERT INTO t VALUES {target}"));
        Moves { sets: &keyed(), schema, source: &source, target: &target, sql, seed: true }.check().await;
    }
}

#[tokio::test]
async fn a_unique_column_that_is_a_foreign_key() {
    let sets = set(r#"{ table = "p", key = ["k"] }, { table = "t", key = ["k"] }"#);
    let sql = "SELECT t.k, p.k FROM t LEFT JOIN p ON p.id = p_id ORDER BY 1";
    for null in ["", "NOT NULL"] {
        let schema = format!(
            "CREATE TABLE p (id serial PRIMARY KEY, k text UNIQUE NOT NULL);
             CREATE TABLE t (id serial PRIMARY KEY, k text UNIQUE NOT NULL, p_id int {null} REFERENCES p UNIQUE)"
        );
        let source = "INSERT INTO p (k) VALUES ('new'), ('1'), ('2'), ('3'), ('free'); INSERT INTO t (k, p_id) VALUES ('a', 2), ('b', 3), ('c', 1), ('n', 4)";
        // The first moves on to a parent that is new; then round in a circle, for which a free parent is there.
        for target in [
            "INSERT INTO p VALUES (11, '1'), (12, '2'), (13, '3'); INSERT INTO t VALUES (50, 'b', 11), (51, 'c', 12)",
            "INSERT INTO p VALUES (11, '1'), (12, '2'), (13, '3'), (14, 'new'), (15, 'free'); INSERT INTO t VALUES (50, 'a', 12), (51, 'b', 14), (52, 'c', 11)",
        ] {
            Moves { sets: &sets, schema: &schema, source, target, sql, seed: true }.check().await;
        }
    }
}

#[tokio::test]
async fn places_among_siblings_of_a_tree() {
    let sets = set(r#"{ table = "t", key = ["k"] }"#);
    let schema = "CREATE TABLE t (id serial PRIMARY KEY, k text UNIQUE NOT NULL, up int REFERENCES t, pos int NOT NULL CHECK (pos > 0), UNIQUE (up, pos))";
    let sql = "SELECT t.k, u.k, t.pos FROM t LEFT JOIN t u ON u.id = t.up ORDER BY 1";
    let source = "INSERT INTO t (k, up, pos) VALUES ('root', NULL, 1), ('a', 1, 1), ('b', 1, 2), ('c', 1, 3), ('new', 1, 4), ('x', 5, 1), ('y', 5, 2), ('z', 3, 1)";
    for (target, seed) in [
        (
            "INSERT INTO t VALUES (10, 'root', NULL, 1), (11, 'a', 10, 2), (12, 'b', 10, 3), (13, 'c', 10, 1); SELECT setval('t_id_seq', 100)",
            true,
        ),
        (
            "INSERT INTO t VALUES (10, 'root', NULL, 1), (11, 'a', 10, 2), (12, 'b', 10, 3), (13, 'c', 10, 4), (14, 'z', 11, 1), (15, 'x', 12, 1), (16, 'gone', 10, 1), (17, 'y', 16, 2); SELECT setval('t_id_seq', 100)",
            false,
        ),
    ] {
        Moves { sets: &sets, schema, source, target, sql, seed }.check().await;
    }
}

#[tokio::test]
async fn a_flag_that_is_full_waits_without_its_parent() {
    let sets = set(r#"{ table = "p", key = ["k"] }, { table = "t", key = ["k"] }"#);
    let schema = "CREATE TABLE p (id serial PRIMARY KEY, k text UNIQUE NOT NULL);
        CREATE TABLE t (k text PRIMARY KEY, p_id int REFERENCES p, flag boolean NOT NULL, UNIQUE (p_id, flag))";
    let source = "INSERT INTO p (k) VALUES ('x'); INSERT INTO t VALUES ('a', 1, true), ('b', 1, false)";
    let target = "INSERT INTO p VALUES (9, 'x'); INSERT INTO t VALUES ('a', 9, false), ('b', 9, true)";
    let sql = "SELECT t.k, p.k, flag FROM t JOIN p ON p.id = p_id ORDER BY 1";
    Moves { sets: &sets, schema, source, target, sql, seed: true }.check().await;
}

#[tokio::test]
async fn triggers_see_a_row_that_waits_and_guards_still_hold() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, pos int NOT NULL UNIQUE, stamp int NOT NULL DEFAULT 0);
        CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.stamp := OLD.stamp + 1; RETURN NEW; END';
        CREATE TRIGGER f BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()";
    let sets = set(r#"{ table = "t", key = ["k"], ignore = ["stamp"] }"#);
    let (source, target) =
        ("INSERT INTO t VALUES ('a', 1), ('b', 2), ('c', 3)", "INSERT INTO t VALUES ('a', 2), ('b', 3), ('c', 1)");
    let pair = Pair::new(&sets, schema, source, target).await;
    let script = script(&pair.all(&pair.review().await)).unwrap();
    let run = pair.sync().await.run.unwrap();
    assert_eq!(pair.target.rows("SELECT k, pos FROM t ORDER BY k").await, ["a|1", "b|2", "c|3"]);
    pair.undo(&run).await.unwrap();
    pair.target.script(&script).await.unwrap();
    assert_eq!(pair.target.rows("SELECT k, pos FROM t ORDER BY k").await, ["a|1", "b|2", "c|3"]);
}

#[tokio::test]
async fn a_value_that_nobody_gives_up_is_refused_with_row_and_constraint() {
    for (kind, own) in [("int NOT NULL", "2"), ("posint NOT NULL", "2"), ("numeric NOT NULL", "2.0")] {
        let schema = format!("{NAMED} CREATE TABLE t (k text PRIMARY KEY, c {kind} UNIQUE)");
        let target = "INSERT INTO t VALUES ('a', 2), ('b', 1); UPDATE t SET c = 7 WHERE k = 'a'";
        let pair = Pair::new(&keyed(), &schema, "INSERT INTO t VALUES ('a', 1), ('b', 2)", target).await;
        let plan = pair.all(&pair.review().await);
        pair.target.run(&format!("INSERT INTO t VALUES ('own', {own})")).await;
        let review = pair.review().await;
        assert_eq!(review.blocked(), 2, "the next review says so before anything is written: {}", show(&review));
        let error = pair.refused(&plan).await;
        assert_eq!((error.code, error.object.as_deref()), (Code::RolledBack, Some("public.t b")), "{error}");
        assert!(error.message.contains("t_c_key"), "{error}");
        let said = pair.target.script(&script(&plan).unwrap()).await.unwrap_err();
        assert!(said.contains("t_c_key"), "{said}");
    }
    // A circle without any other allowed value.
    let schema = "CREATE TABLE t (k text PRIMARY KEY, c int NOT NULL UNIQUE CHECK (c IN (1, 2)))";
    let pair = Pair::new(
        &keyed(),
        schema,
        "INSERT INTO t VALUES ('a', 1), ('b', 2)",
        "INSERT INTO t VALUES ('a', 2), ('b', 1)",
    )
    .await;
    let error = pair.refused(&pair.all(&pair.review().await)).await;
    assert_eq!(error.code, Code::RolledBack, "{error}");
    assert!(error.message.contains("t_c_key") && error.object.is_some(), "{error}");
}
