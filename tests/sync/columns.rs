//! Columns that cannot travel, that differ between the two sides, and whose type would change a value.

use pgdeck::{
    app::{job::Job, sync},
    core::sync::{diff::Change, script, shape::labels},
};

use crate::support::{Pair, counts, row, set, show, table};

const TRIGGER: &str = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TRIGGER x BEFORE INSERT OR UPDATE ON t FOR EACH ROW EXECUTE FUNCTION f()";

#[tokio::test]
async fn what_means_something_in_one_database_alone_does_not_travel() {
    let made = "CREATE DOMAIN lo AS oid; CREATE TYPE pair AS (a text, b lo); CREATE DOMAIN pairs AS pair";
    for (kind, value, word) in [
        ("oid", "1", "large objects"),
        ("lo", "1", "large objects"),
        ("lo[]", "'{1}'", "large objects"),
        ("pair", "'(x,1)'", "large objects"),
        ("pairs[]", "NULL", "large objects"),
        ("oidvector", "'1 2'", "large objects"),
        ("regclass", "'pg_class'", "objects of this database"),
        ("regtype[]", "'{text}'", "objects of this database"),
        ("regprocedure", "'now()'", "objects of this database"),
        ("regrole", "'postgres'", "objects of this database"),
        ("xid", "'5'", "transaction numbers"),
        ("xid8", "'5'", "transaction numbers"),
        ("cid", "'5'", "transaction numbers"),
        ("pg_snapshot", "'1:2:'", "transaction numbers"),
        ("txid_snapshot", "'1:2:'", "transaction numbers"),
        ("tid", "'(0,1)'", "files"),
        ("pg_lsn", "'0/1'", "files"),
        ("aclitem", "'postgres=r/postgres'", "roles"),
        ("pg_node_tree", "NULL", "internal"),
    ] {
        let schema = format!("{made}; CREATE TABLE t (k text PRIMARY KEY, v {kind}, other text)");
        let source = format!("INSERT INTO t VALUES ('a', {value}, 'new'), ('b', {value}, 'new')");
        let mut pair =
            Pair::new(&set(r#"{ table = "t" }"#), &schema, &source, &format!("INSERT INTO t VALUES ('a', {value})"))
                .await;
        let bundle = pair.export().await.unwrap();
        for review in [pair.review().await, pair.review_of(&bundle, false).await.unwrap()] {
            let why = table(&review, "public.t").blocked.clone().unwrap_or_else(|| panic!("{kind}: {}", show(&review)));
            let column = why.starts_with("column `v` (") && why.ends_with("leave it out: exclude = [\"v\"]");
            assert!(column && why.contains(word), "{kind}: {why}");
            assert!(pair.all(&review).steps.is_empty());
        }
        pair.deck = pair.deck_of(&set(r#"{ table = "t", exclude = ["v"] }"#));
        pair.sync().await;
        assert_eq!(pair.target.rows("SELECT k, other FROM t ORDER BY 1").await, ["a|new", "b|new"], "{kind}");
        assert_eq!(pair.target.one("SELECT count(v) FROM t WHERE k = 'b'").await, "0", "{kind}");
    }
}

#[tokio::test]
async fn a_row_with_a_large_object_is_never_deleted() {
    let schema = "CREATE DOMAIN lo AS oid; CREATE TABLE t (k text PRIMARY KEY, doc lo);
        CREATE FUNCTION gone() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM lo_unlink(OLD.doc); RETURN OLD; END';
        CREATE TRIGGER gone BEFORE DELETE ON t FOR EACH ROW WHEN (OLD.doc IS NOT NULL) EXECUTE FUNCTION gone()";
    let target = "INSERT INTO t VALUES ('has', lo_from_bytea(0, '\\x09')), ('has none', NULL)";
    let sets = set(r#"{ table = "t", exclude = ["doc"], deletes = true }"#);
    let pair = Pair::new(&sets, schema, "", target).await;
    let object = "SELECT encode(lo_get(doc), 'hex') FROM t WHERE k = 'has'";
    let review = pair.review().await;
    let why = row(&review, "public.t", "has").blocked.clone().unwrap();
    assert!(why.contains("`doc`") && why.contains("no undo brings that back"), "{why}");
    pair.apply(&pair.all(&review)).await.unwrap();
    assert_eq!(pair.target.rows("SELECT k FROM t").await, ["has"]);
    assert_eq!(pair.target.one(object).await, "09");
}

#[tokio::test]
async fn a_seed_holds_no_number_of_an_object() {
    let pair = Pair::new(
        &set(r#"{ table = "t" }"#),
        "CREATE TABLE t (k text PRIMARY KEY, doc oid)",
        "INSERT INTO t VALUES ('a', 1)",
        "",
    )
    .await;
    let file = pair.state.path().join("seed.sql");
    let error = Box::pin(sync::seed(&pair.deck, &Job::quiet(), &[], "source", &file)).await.unwrap_err();
    assert!(error.to_string().contains("exclude = [\"doc\"]"), "{error}");
    assert!(!file.exists());
}

#[tokio::test]
async fn blanks_arrive_and_go_back_as_they_were() {
    let schema = "CREATE DOMAIN blanks AS bpchar; CREATE TYPE note AS ENUM ('a');
        CREATE FUNCTION shout(note) RETURNS text LANGUAGE sql AS $$ SELECT 'SHOUT' $$;
        CREATE CAST (note AS text) WITH FUNCTION shout(note);
        CREATE TABLE t (k text PRIMARY KEY, b bpchar, c char(5), d blanks, e note);
        CREATE TABLE by_blank (b bpchar PRIMARY KEY, v text); CREATE TABLE child (k text PRIMARY KEY, b bpchar REFERENCES by_blank)";
    let source = "INSERT INTO t VALUES ('a', 'x  ', 'y', 'z ', 'a'), ('b', 'x', 'y', 'z', NULL), ('c', ' ', '', ' ', 'a');
        INSERT INTO by_blank VALUES ('one ', 'new'), ('two  ', 'new'); INSERT INTO child VALUES ('c', 'one'), ('d', 'two')";
    let target = "INSERT INTO t VALUES ('a', 'q    ', 'q', 'q ', NULL), ('gone', 'q  ', 'q', 'q   ', 'a');
        INSERT INTO by_blank VALUES ('one   ', 'old'); INSERT INTO child VALUES ('c', 'one     ')";
    let sets = set(r#"{ table = "t" }, { table = "by_blank" }, { table = "child" }"#);
    let pair = Pair::new(&sets, schema, source, target).await;
    let exact = "SELECT k, textin(bpcharout(b)) || '|', textin(bpcharout(c)) || '|', textin(bpcharout(d)) || '|', textin(enum_out(e)) FROM t ORDER BY k";
    let (before, dump) = (pair.target.rows(exact).await, pair.target.dump().await);
    let review = pair.review_deletes().await;
    assert_eq!(counts(table(&review, "public.t")), [2, 1, 1, 0, 0, 0], "{}", show(&review));
    assert_eq!(
        counts(table(&review, "public.by_blank"))[..3],
        [1, 1, 0],
        "one key whatever its blanks: {}",
        show(&review)
    );
    let script = script::script(&pair.all(&review)).unwrap();
    let applied = pair.sync_deletes().await;
    let wanted = pair.source.rows(exact).await;
    assert_eq!(pair.target.rows(exact).await, wanted);
    let parents = "SELECT textin(bpcharout(b)) || '|', v FROM by_blank ORDER BY b";
    assert_eq!(pair.target.rows(parents).await, ["one   ||new", "two  ||new"], "the key stays as it was");
    pair.undo(&applied.run.unwrap()).await.unwrap();
    assert_eq!((pair.target.rows(exact).await, pair.target.dump().await), (before, dump));
    for _ in 0..2 {
        pair.target.script(&script).await.unwrap();
        assert_eq!(pair.target.rows(exact).await, wanted, "the script does the same");
    }
    let file = pair.state.path().join("seed.sql");
    Box::pin(sync::seed(&pair.deck, &Job::quiet(), &[], "source", &file)).await.unwrap();
    let seed = std::fs::read_to_string(file).unwrap();
    pair.target.run("UPDATE t SET b = 'x', d = 'z   '").await;
    pair.target.script(&seed).await.unwrap();
    assert_eq!(pair.target.rows(exact).await, wanted, "and so does a seed");
}

#[tokio::test]
async fn blanks_that_mean_nothing_do_not_become_a_text() {
    let pair = Pair::new(
        &set(r#"{ table = "t" }"#),
        "",
        "CREATE TABLE t (k text PRIMARY KEY, v char(5)); INSERT INTO t VALUES ('same', 'ab'), ('new', 'cd')",
        "CREATE TABLE t (k text PRIMARY KEY, v text); INSERT INTO t VALUES ('same', 'ab')",
    )
    .await;
    assert_eq!(counts(table(&pair.review().await, "public.t")), [1, 0, 0, 0, 0, 1]);
    pair.sync().await;
    assert_eq!(pair.target.rows("SELECT v || '|' FROM t ORDER BY 1").await, ["ab|", "cd|"]);
}

#[tokio::test]
async fn every_difference_of_a_column_is_said() {
    let source = "CREATE TABLE t (k text PRIMARY KEY, a text, full_name text GENERATED ALWAYS AS (a || '!') STORED,
            twice int GENERATED ALWAYS AS (1 + 1) STORED, plain text, n numeric(8,4), c text COLLATE \"C\", d int DEFAULT 1,
            must text NOT NULL DEFAULT '', id int GENERATED ALWAYS AS IDENTITY, s serial, z timestamptz DEFAULT timezone('utc', now()), gone int GENERATED ALWAYS AS (1) STORED);
        INSERT INTO t (k, a) VALUES ('k1', 'x')";
    let target = "CREATE TABLE t (k text PRIMARY KEY, a text, full_name text,
            twice int GENERATED ALWAYS AS (1 + 2) STORED, plain text GENERATED ALWAYS AS (a) STORED, n numeric(8,2), c text, d int DEFAULT 2,
            must text, id int NOT NULL, s int NOT NULL DEFAULT 0, z timestamptz DEFAULT (now() AT TIME ZONE 'utc'));
        INSERT INTO t (k, a, full_name, id, must, d) VALUES ('k1', 'x', 'WRONG', 1, '', 1)";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), "", source, target).await;
    let bundle = pair.export().await.unwrap();
    let (live, held) = (pair.review().await, pair.review_of(&bundle, false).await.unwrap());
    let said = [
        "column `gone` is not in the target, left out",
        "column `full_name` is generated in the source and an ordinary column in the target: it is not synced; make it generated in the target too, or exclude it",
        "column `twice` is generated as (1 + 1) STORED in the source, as (1 + 2) STORED in the target",
        "column `plain` is an ordinary column in the source and generated in the target: it is not synced; make it generated in the source too, or exclude it",
        "column `n` is numeric(8,4) in the source, numeric(8,2) in the target",
        "column `c` has the collation pg_catalog.\"C\" in the source, the default collation in the target",
        "column `d` has the default 1 in the source, the default 2 in the target",
        "column `must` has the default ''::text in the source, no default in the target",
        "column `must` must not be NULL in the source, and may be NULL in the target",
        "column `id` is GENERATED ALWAYS AS IDENTITY in the source, no identity column in the target",
        "column `s` has the default nextval('public.t_s_seq'::regclass) in the source, the default 0 in the target",
    ];
    assert_eq!(table(&live, "public.t").warnings, said);
    assert_eq!(table(&held, "public.t").warnings, said);
    let same = Pair::new(&set(r#"{ table = "t" }"#), source, "", "ALTER SEQUENCE t_s_seq RENAME TO other").await;
    assert_eq!(table(&same.review().await, "public.t").warnings, [""; 0]);
}

#[tokio::test]
async fn a_lock_on_a_table_does_not_stop_the_look_at_the_catalogue() {
    let schema =
        "CREATE TABLE t (k text PRIMARY KEY); CREATE TABLE g (a int, b int GENERATED ALWAYS AS (a + 1) STORED)";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, "INSERT INTO t VALUES ('a')", "").await;
    let other = pair.source.connect().await;
    other.batch_execute("BEGIN; LOCK TABLE g IN ACCESS EXCLUSIVE MODE").await.unwrap();
    assert_eq!(counts(table(&pair.review().await, "public.t")), [1, 0, 0, 0, 0, 0]);
    other.batch_execute("ROLLBACK").await.unwrap();
}

#[tokio::test]
async fn each_value_that_does_not_fit_is_blocked_and_the_rest_goes() {
    for trigger in ["", TRIGGER] {
        let source = "CREATE TABLE t (k text PRIMARY KEY, n numeric(8,4), i bigint, r float8);
            INSERT INTO t VALUES ('fits', 1.25, 7, 0.1), ('grows', 2.5, 8, 1e10), ('rounds', 1.2345, 1, 1), ('too big', 1, 3000000000, 1),
                ('also', 1, 3000000001, 1), ('precise', 1, 1, 0.123456789012), ('huge', 1, 1, 1e300);
            INSERT INTO t SELECT 'row ' || n, n, n, n FROM generate_series(1, 20) n";
        let target = format!(
            "CREATE TABLE t (k text PRIMARY KEY, n numeric(8,2), i int, r real); INSERT INTO t VALUES ('grows', 2.5, 7, 1); {trigger}"
        );
        let pair = Pair::new(&set(r#"{ table = "t" }"#), "", source, &target).await;
        let bundle = pair.export().await.unwrap();
        for review in [pair.review().await, pair.review_of(&bundle, false).await.unwrap()] {
            assert_eq!(counts(table(&review, "public.t")), [21, 1, 0, 0, 5, 0], "{}", show(&review));
            for (key, why) in [
                ("rounds", "`n` is numeric(8,2) in the target, where `1.2345` would become `1.23`"),
                ("precise", "`r` is real in the target, where `0.123456789012` would become `0.12345679`"),
                (
                    "too big",
                    "`i` is integer in the target, which refuses `3000000000`: value \"3000000000\" is out of range for type integer",
                ),
                (
                    "also",
                    "`i` is integer in the target, which refuses `3000000001`: value \"3000000001\" is out of range for type integer",
                ),
            ] {
                assert_eq!(row(&review, "public.t", key).blocked.as_deref(), Some(why));
            }
            assert!(row(&review, "public.t", "huge").blocked.is_some());
        }
        pair.sync().await;
        assert_eq!(
            pair.target.rows("SELECT k, n, i, r FROM t WHERE k !~ '^row' ORDER BY k").await,
            ["fits|1.25|7|0.1", "grows|2.50|8|1e+10"]
        );
    }
}

#[tokio::test]
async fn what_a_trigger_rewrites_is_still_its_own() {
    let trigger = "CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.n := 0; RETURN NEW; END';
        CREATE TRIGGER x BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()";
    let schema = format!("CREATE TABLE t (k text PRIMARY KEY, n numeric(8,2)); {trigger}");
    let pair = Pair::new(&set(r#"{ table = "t" }"#), "SELECT", &schema, &schema).await;
    pair.source.run("ALTER TABLE t DISABLE TRIGGER x; INSERT INTO t VALUES ('a', 1.25)").await;
    let applied = pair.apply(&pair.all(&pair.review().await)).await.unwrap();
    assert_eq!(applied.rewrote, ["public.t a n"]);
}

#[tokio::test]
async fn a_key_that_only_looks_different_does_not_hold_back_its_row() {
    let schema = "CREATE EXTENSION citext; CREATE TABLE p (email citext PRIMARY KEY, n text);
        CREATE TABLE c (k text PRIMARY KEY, p citext REFERENCES p)";
    let sets = set(r#"{ table = "p" }, { table = "c" }"#);
    let source =
        "INSERT INTO p VALUES ('A@x', 'new'), ('B@x', 'same'); INSERT INTO c VALUES ('1', 'a@X'), ('2', 'b@x')";
    let target =
        "INSERT INTO p VALUES ('a@x', 'old'), ('b@x', 'same'); INSERT INTO c VALUES ('1', 'A@X'), ('2', 'b@x')";
    let pair = Pair::new(&sets, schema, source, target).await;
    let review = pair.review().await;
    assert_eq!(row(&review, "public.p", "a@x").blocked, None, "{}", show(&review));
    // Chosen for its looks it would change what a row points to.
    let looks = row(&review, "public.p", "b@x");
    assert!(looks.change == Change::Representation && looks.blocked.is_some(), "{}", show(&review));
    pair.apply(&pair.all(&review)).await.unwrap();
    assert_eq!(pair.target.rows("SELECT email, n FROM p ORDER BY 1").await, ["a@x|new", "b@x|same"]);
}

#[tokio::test]
async fn an_error_names_the_sql_that_it_is_about() {
    let schema = "CREATE TABLE t (id serial PRIMARY KEY, name text NOT NULL, status text)";
    let source = "INSERT INTO t (name, status) VALUES ('a', 'live'), ('b', 'no')";
    for (declared, said) in [
        (
            r#"key = ["nothing(name)"], where = "status = 'live'""#,
            "the key expression `nothing(name)` of public.t does not work",
        ),
        (r#"key = ["lower(name)"], where = "nothing(status)""#, "the `where` of sync set `s` does not work"),
        (r#"key = ["name"], where = "status = 1/0::text""#, "the `where` of sync set `s` does not work"),
        (r#"key = ["name"], where = "1 / (length(status) - 2) > 0""#, "the `where` of sync set `s` does not work"),
        (r#"key = ["(name::int)"]"#, "the key expression `(name::int)` of public.t does not work"),
        (r#"key = ["name"], where = "(status = 'live'""#, "the `where` of sync set `s` does not work"),
    ] {
        let pair = Pair::new(&set(&format!(r#"{{ table = "t", {declared} }}"#)), schema, source, "").await;
        let live = pair.try_review(false).await.unwrap_err().to_string();
        let exported = pair.export().await.unwrap_err().to_string();
        for error in [live, exported] {
            assert!(error.contains(said), "{declared}: {error}");
        }
    }
    // What the target does not know is the target's fault, whichever way the rows come.
    let schema = "CREATE TABLE t (name text PRIMARY KEY, v text)";
    let known = "CREATE FUNCTION plain(text) RETURNS text LANGUAGE sql IMMUTABLE AS 'SELECT lower($1)'; INSERT INTO t VALUES ('A')";
    let pair =
        Pair::new(&set(r#"{ table = "t", key = ["public.plain(name)"], where = "v IS NULL" }"#), schema, known, "")
            .await;
    let bundle = pair.export().await.unwrap();
    let error = pair.review_of(&bundle, false).await.unwrap_err();
    let said = "the key expression `public.plain(name)` of public.t does not work";
    assert!(error.to_string().contains(said) && error.environment.as_deref() == Some("target"), "{error}");
}

#[tokio::test]
async fn two_references_to_one_table_have_two_labels() {
    let schema = "CREATE TABLE p (id serial PRIMARY KEY, key text UNIQUE NOT NULL);
        CREATE TABLE f (a int REFERENCES p, b int REFERENCES p, c int REFERENCES q, v text, PRIMARY KEY (a, b, c))";
    let schema = format!("CREATE TABLE q (id serial PRIMARY KEY, key text UNIQUE NOT NULL); {schema}");
    let sets = set(
        r#"{ table = "p", key = ["key"] }, { table = "q", key = ["key"] }, { table = "f", key = ["a", "b", "c"] }"#,
    );
    let both = "INSERT INTO p (key) VALUES ('x'), ('y'), ('z'); INSERT INTO q (key) VALUES ('q')";
    let source = format!("{both}; INSERT INTO f VALUES (1, 3, 1, '1'), (2, 3, 1, '2')");
    let pair = Pair::new(&sets, &schema, &source, both).await;
    let review = pair.review().await;
    let shape = table(&review, "public.f").shape.clone().unwrap();
    assert_eq!(labels(&shape.key), ["a.key", "b.key", "q.key"]);
    let bundle = pair.export().await.unwrap();
    assert_eq!(counts(table(&pair.review_of(&bundle, false).await.unwrap(), "public.f")), [2, 0, 0, 0, 0, 0]);
    pair.sync().await;
    assert_eq!(pair.target.rows("SELECT a, b, v FROM f ORDER BY 1").await, ["1|3|1", "2|3|2"]);
}
