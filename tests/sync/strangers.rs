//! A review runs nobody's code with the rights of the connection: what a type or a CHECK of somebody else would do is left to
//! the apply, and said.

use std::path::{Path, PathBuf};

use pgdeck::{
    app::{counts, job::Job},
    core::sync::diff::Review,
};

use crate::{
    offline::load,
    support::{Pair, server, set},
};

/// A role without any right of its own, and functions of it that leave a file: whoever runs them as a superuser starts
/// programs, also in a transaction that is read-only. What is called immutable may call what is not.
fn theirs(mark: &Path) -> String {
    let mark = mark.display();
    format!(
        "DO $$BEGIN CREATE ROLE mallory; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END$$;
         CREATE SCHEMA theirs AUTHORIZATION mallory; GRANT CREATE, USAGE ON SCHEMA public TO mallory; SET ROLE mallory;
         CREATE FUNCTION theirs.leaves(text) RETURNS bool LANGUAGE plpgsql AS
           $$BEGIN IF current_setting('is_superuser') = 'on' THEN EXECUTE 'COPY (SELECT 1) TO ''{mark}'''; END IF; RETURN true; END$$;
         CREATE FUNCTION theirs.f(text) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS $$BEGIN RETURN theirs.leaves($1); END$$;
         CREATE FUNCTION theirs.g(text) RETURNS text IMMUTABLE LANGUAGE plpgsql
           AS $$BEGIN PERFORM theirs.leaves($1); RETURN $1; END$$;
         CREATE FUNCTION theirs.pairs(text, text) RETURNS bool IMMUTABLE LANGUAGE plpgsql AS $$BEGIN RETURN theirs.leaves($1); END$$;
         CREATE OPERATOR theirs.@@@ (LEFTARG = text, RIGHTARG = text, FUNCTION = theirs.pairs);
         CREATE DOMAIN theirs.d AS varchar(8) CHECK (theirs.f(VALUE)); CREATE DOMAIN theirs.n AS int CHECK (theirs.f(VALUE::text));
         CREATE TYPE theirs.pair AS (a theirs.d, b int); RESET ROLE;"
    )
}

/// A file that the server can write and nobody has written.
fn mark(case: usize) -> PathBuf {
    server().host().join(format!("ran-{case}"))
}

struct Case {
    /// The target's table; the source's has a `text` column.
    declares: &'static str,
    /// What the review says of it.
    says: &'static str,
    /// Whether the table is blocked.
    blocked: bool,
}

const TABLE: &str = "CREATE TABLE t (k text PRIMARY KEY, v text);";

const CASES: &[Case] = &[
    Case {
        declares: "CREATE TABLE t (k text PRIMARY KEY, v theirs.d);",
        says: "the type of `v` calls theirs.f(text), which belongs to mallory: it was not run for this review",
        blocked: false,
    },
    Case {
        declares: "CREATE TABLE t (k text PRIMARY KEY, v theirs.d[]);",
        says: "column `v` (theirs.d[]) cannot be compared without running theirs.f(text), which belongs to mallory",
        blocked: true,
    },
    Case {
        declares: "CREATE TABLE t (k text PRIMARY KEY, v theirs.pair);",
        says: "column `v` (theirs.pair) cannot be compared without running theirs.f(text), which belongs to mallory",
        blocked: true,
    },
    Case {
        declares: "CREATE TYPE theirs.span AS RANGE (subtype = theirs.n); CREATE TABLE t (k text PRIMARY KEY, v theirs.span);",
        says: "column `v` (theirs.span) cannot be compared without running theirs.f(text), which belongs to mallory",
        blocked: true,
    },
    Case {
        declares: "CREATE TABLE t (k text PRIMARY KEY, v text CHECK (theirs.f(v)));",
        says: "CHECK `t_v_check` calls theirs.f(text), which belongs to mallory: it was not run for this review",
        blocked: false,
    },
    Case {
        declares: "CREATE TABLE t (k text PRIMARY KEY, v text CHECK (v OPERATOR(theirs.@@@) k));",
        says: "CHECK `t_check` calls theirs.pairs(text,text), which belongs to mallory: it was not run for this review",
        blocked: false,
    },
];

async fn pair(case: &Case, mark: &Path) -> Pair {
    let schema = format!("{}{TABLE}", theirs(mark));
    let target = format!("DROP TABLE t; {}", case.declares);
    Pair::new(&set(r#"{ table = "t" }"#), &schema, "INSERT INTO t VALUES ('a', '(1,2)'), ('b', '{1}')", &target).await
}

#[tokio::test]
async fn what_would_run_their_code_is_left_to_the_apply_or_blocked() {
    for (at, case) in CASES.iter().enumerate() {
        let mark = mark(at);
        let pair = pair(case, &mark).await;
        let review = pair.review().await;
        let (table, bundle) = (&review.tables[0], pair.export().await.unwrap());
        let said: Vec<&String> = table.warnings.iter().chain(&table.blocked).collect();
        assert!(said.iter().any(|text| text.contains(case.says)), "{}: {said:?}", case.declares);
        assert_eq!(table.blocked.is_some(), case.blocked, "{}", case.declares);
        let offline = pair.review_of(&bundle, false).await.unwrap();
        assert_eq!(offline.tables[0].blocked.is_some(), case.blocked, "{}", case.declares);
        let by_hand = load(&pair, r#"[{"k": "a", "v": "x"}]"#, &["s"]).await;
        assert_eq!(by_hand.is_err(), case.blocked, "{}: {by_hand:?}", case.declares);
        assert!(!mark.exists(), "{} ran", case.declares);
        if !case.blocked {
            // Writing runs it: the mark shows that it can be run.
            pair.apply(&pair.all(&review)).await.unwrap();
            assert!(mark.exists(), "{} never runs", case.declares);
            std::fs::remove_file(mark).unwrap();
        }
    }
}

/// The server runs what an index calls when it plans any query of the table, with the rights of whoever asks.
#[tokio::test]
async fn a_table_with_an_index_that_calls_them_is_not_read() {
    let schema = "CREATE TABLE p (id serial PRIMARY KEY, k text UNIQUE, v text);
        CREATE TABLE t (k text PRIMARY KEY, p_id int REFERENCES p, v text); CREATE TABLE c (t_k text REFERENCES t);
        CREATE TABLE part (k text, v text, PRIMARY KEY (k)) PARTITION BY LIST (k);
        CREATE TABLE part_a PARTITION OF part DEFAULT;";
    let index = |table: &str| format!("CREATE INDEX i ON {table} ((1)) WHERE theirs.f('x')");
    for (at, (table, set_table, says)) in [
        ("t", "t", ""),
        ("p", "t", "its parent public.p cannot be read: "),
        ("c", "t", "rows of public.c that point to it cannot be looked for: "),
        ("part_a", "part", ""),
    ]
    .into_iter()
    .enumerate()
    {
        let mark = mark(100 + at);
        let rows = "INSERT INTO p VALUES (1, 'p', 'v'); INSERT INTO t VALUES ('a', 1, 'v'); INSERT INTO part VALUES ('a', 'v')";
        let sets = set(&format!("{{ table = \"{set_table}\" }}, {{ table = \"p\", key = [\"k\"] }}"));
        let pair = Pair::new(&sets, &format!("{}{schema}", theirs(&mark)), rows, "").await;
        // What it calls runs where it is made, and where it is planned.
        pair.target.run(&index(table)).await;
        std::fs::remove_file(&mark).unwrap();
        pair.target.run(&format!("EXPLAIN SELECT FROM {table}")).await;
        std::fs::remove_file(&mark).unwrap();
        let review = pair.review().await;
        assert!(!mark.exists(), "{table} ran in a review");
        let bundle = pair.export().await.unwrap();
        let of = |review: &Review| crate::support::table(review, &format!("public.{set_table}")).blocked.clone();
        let blocked = of(&review).unwrap_or_default();
        let index = "index i calls theirs.f(text), which belongs to mallory, and to read the table may run it";
        assert!(blocked.contains(&format!("{says}{index}")), "{table}: {blocked}");
        assert!(of(&pair.review_of(&bundle, true).await.unwrap()).is_some(), "{table}");
        assert!(!mark.exists(), "{table} ran in a review of a bundle");
        let counted = counted(&pair, table).await;
        assert!(counted.contains("an index of it runs the code of another role"), "{table}: {counted}");
        assert!(!mark.exists(), "{table} ran");
    }
}

/// The exact count of a table of the target, in words.
async fn counted(pair: &Pair, table: &str) -> String {
    let glob = [table.replace("part_a", "part")];
    let listing = counts::estimates(&pair.deck, &Job::quiet(), pair.to, &glob).await.unwrap();
    let tables: Vec<_> = listing.catalog.tables.values().cloned().collect();
    let found = std::sync::Mutex::new(String::new());
    let each = |_, count| *found.lock().unwrap() = format!("{count:?}");
    counts::exact(&pair.deck, &Job::quiet(), pair.to, &tables, each).await.unwrap();
    found.into_inner().unwrap()
}
