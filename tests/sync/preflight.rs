//! What the target's server would refuse is said by the review, row by row, and the others still go.

use pgdeck::{
    app::{job::Job, sync},
    core::{
        error::Code,
        sync::{check::Severity, diff::Review, select::Selection},
    },
};

use crate::support::{Pair, row, set, show, table};

fn keyed() -> String {
    set(r#"{ table = "t", key = ["k"] }"#)
}

/// Why the row `key` of `public.t` is blocked.
fn why(review: &Review, key: &str) -> String {
    row(review, "public.t", key).blocked.clone().unwrap_or_else(|| panic!("{key} goes: {}", show(review)))
}

/// Applies what can move and expects `sql` to give `wanted`; through a bundle the review is the same.
async fn rest_goes(pair: &Pair, sql: &str, wanted: &[&str]) {
    let review = pair.review_deletes().await;
    let bundle = pair.export().await.unwrap();
    assert_eq!(show(&pair.review_of(&bundle, true).await.unwrap()), show(&review), "one road for both");
    let plan = pair.plan(&review, &Selection::all(&review));
    if !plan.steps.is_empty() {
        pair.apply(&plan).await.unwrap();
    }
    assert_eq!(pair.target.rows(sql).await, wanted);
}

#[tokio::test]
async fn a_label_that_the_targets_enum_lacks() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, one mood, many mood[], plain text)";
    let source = format!(
        "CREATE TYPE mood AS ENUM ('sad', 'ok', 'it''s'); {schema};
        INSERT INTO t VALUES ('fits', 'ok', '{{sad,ok}}', 'x'), ('one', 'it''s', NULL, 'x'), ('many', NULL, '{{ok,it''s}}', 'x'),
          ('both', 'it''s', NULL, 'new'), ('stays', 'ok', NULL, 'new')"
    );
    let target = format!(
        "CREATE TYPE mood AS ENUM ('ok', 'sad'); {schema};
        INSERT INTO t VALUES ('both', 'sad', NULL, 'old'), ('stays', 'ok', NULL, 'old')"
    );
    let pair = Pair::new(&keyed(), "SELECT 1", &source, &target).await;
    let review = pair.review().await;
    assert_eq!(why(&review, "one"), "`one` is `it's`, which the target's type public.mood does not accept");
    assert_eq!(why(&review, "many"), "`many` is `{ok,it's}`, which the target's type public.mood[] does not accept");
    assert_eq!(why(&review, "both"), "`one` is `it's`, which the target's type public.mood does not accept");
    let sql = "SELECT k, one, many, plain FROM t ORDER BY k";
    rest_goes(&pair, sql, &["both|sad|∅|old", "fits|ok|{sad,ok}|x", "stays|ok|∅|new"]).await;
}

#[tokio::test]
async fn a_value_that_the_targets_domain_refuses() {
    let schema = |check: &str| {
        format!(
            "CREATE DOMAIN word AS text CHECK (VALUE ~ '{check}'); CREATE DOMAIN size AS numeric(6,2) CHECK (VALUE < 50);
            CREATE TABLE t (k text PRIMARY KEY, w word, n size, many word[])"
        )
    };
    let rows =
        "INSERT INTO t VALUES ('ok', 'abc', 49.99, '{abc}'), ('w', 'a1', NULL, NULL), ('many', NULL, NULL, '{abc,a1}')";
    let pair =
        Pair::new(&keyed(), "SELECT 1", &format!("{}; {rows}", schema("^[a-z0-9]+$")), &schema("^[a-z]+$")).await;
    let review = pair.review().await;
    assert_eq!(why(&review, "w"), "`w` is `a1`, which the target's type public.word does not accept");
    assert_eq!(why(&review, "many"), "`many` is `{abc,a1}`, which the target's type public.word[] does not accept");
    rest_goes(&pair, "SELECT k, w, n FROM t ORDER BY k", &["ok|abc|49.99"]).await;
}

#[tokio::test]
async fn many_texts_that_a_type_refuses_are_all_found() {
    let schema = |labels: &str| {
        format!("CREATE TYPE mood AS ENUM ({labels}); CREATE TABLE t (k int PRIMARY KEY, m mood NOT NULL)")
    };
    let labels: Vec<_> = (0..12).map(|n| format!("'m{n}'")).collect();
    let rows = "INSERT INTO t SELECT n, ('m' || n % 12)::mood FROM generate_series(1, 40) n";
    let source = format!("{}; {rows}", schema(&labels.join(",")));
    let pair = Pair::new(&keyed(), "SELECT 1", &source, &schema("'m0', 'm5', 'm7'")).await;
    let review = pair.review().await;
    let wanted = pair.source.rows("SELECT k FROM t WHERE m NOT IN ('m0', 'm5', 'm7') ORDER BY k").await;
    let mut blocked: Vec<_> = table(&review, "public.t").rows.iter().filter(|row| row.blocked.is_some()).collect();
    blocked.sort_by_key(|row| row.key.display().parse::<u32>().unwrap());
    assert_eq!(blocked.iter().map(|row| row.key.display()).collect::<Vec<_>>(), wanted);
    let left = pair.source.rows("SELECT k, m FROM t WHERE m IN ('m0', 'm5', 'm7') ORDER BY k").await;
    rest_goes(&pair, "SELECT k, m FROM t ORDER BY k", &left.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn a_check_constraint_that_the_row_fails() {
    let schema = "CREATE TABLE p (k text PRIMARY KEY, id serial UNIQUE);
        CREATE TABLE t (k text PRIMARY KEY, low int, high numeric, \"N\" int, p int REFERENCES p (id), made int GENERATED ALWAYS AS (low * 2) STORED)";
    let sets = set(r#"{ table = "p", key = ["k"] }, { table = "t", key = ["k"] }"#);
    let source = "INSERT INTO p (k) VALUES ('p'); INSERT INTO t VALUES ('ok', 1, 2, 1, 1), ('swapped', 3, 2, 1, NULL), \
        ('null', NULL, 2, 1, NULL), ('both', 1, 0.5, 1, NULL), ('odd', 1, 2, 100, NULL), ('zero', 1, 2, 0, NULL)";
    let target = "INSERT INTO t VALUES ('both', 1, 9, 1, NULL);
        ALTER TABLE t ADD CONSTRAINT ordered CHECK (low < high -- a comment
        ), ADD CONSTRAINT tens CHECK (\"N\" % 10 <> 0 OR \"N\" = 0), ADD CONSTRAINT inverse CHECK (1000 / nullif(\"N\", 0) > 0),
        ADD CHECK (made < 100), ADD CHECK (p < 1000)";
    let pair = Pair::new(&sets, schema, source, target).await;
    let review = pair.review().await;
    let ordered = "it fails the CHECK constraint `ordered` of the target: ((low)::numeric < high)";
    assert_eq!((why(&review, "swapped"), why(&review, "both")), (ordered.to_owned(), ordered.to_owned()));
    assert!(why(&review, "odd").contains("`tens`"));
    rest_goes(&pair, "SELECT k, high FROM t ORDER BY k", &["both|9", "null|2", "ok|2", "zero|2"]).await;
}

#[tokio::test]
async fn a_check_is_left_to_the_apply_where_only_the_server_knows() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, n int)";
    let target =
        "CREATE FUNCTION even(int) RETURNS boolean LANGUAGE plpgsql AS 'BEGIN RAISE EXCEPTION $$it ran$$; END';
        CREATE FUNCTION up() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.n := NEW.n + 10; RETURN NEW; END';
        CREATE TRIGGER up BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION up();
        ALTER TABLE t ADD CONSTRAINT ten CHECK (n >= 10)";
    let pair = Pair::new(&keyed(), schema, "INSERT INTO t VALUES ('a', 1)", target).await;
    let review = pair.review().await;
    let notes = &row(&review, "public.t", "a").notes;
    assert!(
        notes.iter().any(|note| note.contains("`ten`") && note.contains("unless a trigger changes it")),
        "{notes:?}"
    );
    pair.apply(&pair.all(&review)).await.unwrap();
    assert_eq!(pair.target.rows("SELECT k, n FROM t").await, ["a|11"]);
    // A volatile function must not run while a review reads.
    pair.target.run("ALTER TABLE t DROP CONSTRAINT ten; ALTER TABLE t ADD CHECK (even(n)) NOT VALID").await;
    pair.source.run("INSERT INTO t VALUES ('b', 2)").await;
    let review = pair.review().await;
    assert!(row(&review, "public.t", "b").blocked.is_none(), "{}", show(&review));
    assert!(pair.refused(&pair.all(&review)).await.message.contains("it ran"));
}

#[tokio::test]
async fn a_row_without_a_partition() {
    let schema = "CREATE TABLE t (k text, day date NOT NULL, n int CHECK (n > 0), PRIMARY KEY (k, day)) PARTITION BY RANGE (day);
        CREATE TABLE january PARTITION OF t FOR VALUES FROM ('2024-01-01') TO ('2024-02-01');
        CREATE TABLE february PARTITION OF t FOR VALUES FROM ('2024-02-01') TO ('2024-03-01') PARTITION BY LIST (k)";
    let source = "CREATE TABLE february_rest PARTITION OF february DEFAULT; CREATE TABLE rest PARTITION OF t DEFAULT;
        INSERT INTO t VALUES ('a', '2024-01-31', 1), ('a', '2024-02-01', 1), ('b', '2024-02-01', 1), ('a', '2024-03-01', 1), \
        ('c', '2024-01-01', 5)";
    let target = "CREATE TABLE february_a PARTITION OF february FOR VALUES IN ('a');
        ALTER TABLE january ADD CONSTRAINT few CHECK (n < 5)";
    let pair = Pair::new(&set(r#"{ table = "t" }"#), schema, source, target).await;
    let review = pair.review().await;
    for key in ["b · 2024-02-01", "a · 2024-03-01"] {
        assert_eq!(why(&review, key), "the target has no partition of public.t for it");
    }
    assert!(why(&review, "c · 2024-01-01").contains("`few`"), "a CHECK of one partition");
    rest_goes(&pair, "SELECT k, day FROM t ORDER BY 1, 2", &["a|2024-01-31", "a|2024-02-01"]).await;
    pair.target
        .run("CREATE TABLE rest PARTITION OF t DEFAULT; CREATE TABLE february_rest PARTITION OF february DEFAULT")
        .await;
    assert_eq!(pair.review().await.blocked(), 1, "all but the one that fails the CHECK");
}

#[tokio::test]
async fn hash_partitions_and_none_at_all() {
    let schema = "CREATE TABLE t (k int PRIMARY KEY) PARTITION BY HASH (k)";
    let both = "CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 0);
        CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1); INSERT INTO t SELECT generate_series(1, 20)";
    let pair = Pair::new(&keyed(), schema, both, "").await;
    assert_eq!(pair.review().await.blocked(), 20);
    pair.target.run("CREATE TABLE t1 PARTITION OF t FOR VALUES WITH (MODULUS 2, REMAINDER 1)").await;
    let wanted = pair.source.rows("SELECT k FROM t1 ORDER BY k").await;
    rest_goes(&pair, "SELECT k FROM t ORDER BY k", &wanted.iter().map(String::as_str).collect::<Vec<_>>()).await;
}

#[tokio::test]
async fn null_where_the_target_wants_a_value() {
    let pair = Pair::new(
        &keyed(),
        "SELECT 1",
        "CREATE TABLE t (k text PRIMARY KEY, a text, b text); INSERT INTO t VALUES ('new', NULL, 'x'), ('both', NULL, 'x'), ('ok', 'a', 'x')",
        "CREATE TABLE t (k text PRIMARY KEY, a text NOT NULL DEFAULT 'd', b text); INSERT INTO t VALUES ('both', 'a', 'x')",
    )
    .await;
    let review = pair.review().await;
    for key in ["new", "both"] {
        assert_eq!(why(&review, key), "`a` is NULL in the source and must not be NULL in the target");
    }
    rest_goes(&pair, "SELECT * FROM t ORDER BY k", &["both|a|x", "ok|a|x"]).await;
}

const ROLE: &str =
    "DO $$ BEGIN CREATE ROLE writes_some LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;";

#[tokio::test]
async fn privileges_that_the_role_lacks() {
    let schema = format!(
        "{ROLE} CREATE SEQUENCE s; CREATE TABLE t (id int PRIMARY KEY DEFAULT nextval('s'), k text UNIQUE NOT NULL, v text, w text);
        GRANT SELECT ON t TO writes_some"
    );
    let source = "INSERT INTO t (k, v) VALUES ('new', '1'), ('both', '1')";
    let target = "INSERT INTO t (k, v) VALUES ('both', '0'), ('gone', '0')";
    let pair = Pair::with_role("writes_some", &keyed(), &schema, source, target).await;
    let blocked = |review: &Review| ["new", "both", "gone"].map(|key| row(review, "public.t", key).blocked.clone());
    let no = |what: &str| Some(format!("the role `writes_some` has no {what} privilege on public.t"));
    assert_eq!(blocked(&pair.review_deletes().await), [no("INSERT"), no("UPDATE"), no("DELETE")]);
    pair.target.run("GRANT INSERT (k), UPDATE (w), DELETE ON t TO writes_some").await;
    let review = pair.review_deletes().await;
    assert_eq!(blocked(&review), [no("INSERT (v)"), no("UPDATE (v)"), None], "{}", show(&review));
    assert!(
        table(&review, "public.t")
            .warnings
            .iter()
            .any(|w| w.contains("deletes cannot be undone") && w.contains("`id`")),
        "{}",
        show(&review)
    );
    pair.target.run("GRANT INSERT, UPDATE ON t TO writes_some; REVOKE DELETE ON t FROM writes_some").await;
    let review = pair.review_deletes().await;
    let sequence = "the role `writes_some` has no USAGE privilege on the sequence public.s behind `id`";
    assert_eq!(blocked(&review), [Some(sequence.to_owned()), None, no("DELETE")], "{}", show(&review));
    pair.target.run("GRANT USAGE ON SEQUENCE s TO writes_some").await;
    let review = pair.review().await;
    assert!(
        table(&review, "public.t")
            .warnings
            .iter()
            .any(|w| w.contains("new rows cannot be undone") && w.contains("DELETE")),
        "{}",
        show(&review)
    );
    rest_goes(&pair, "SELECT k, v FROM t ORDER BY k", &["both|1", "gone|0", "new|1"]).await;
}

#[tokio::test]
async fn a_unique_value_that_another_row_of_the_target_holds() {
    let schema = "CREATE TABLE p (id serial PRIMARY KEY, k text UNIQUE NOT NULL);
        CREATE TABLE t (k text PRIMARY KEY, pos int UNIQUE, code text, lang text, p int REFERENCES p (id), rank int,
          UNIQUE (code, lang), UNIQUE (p, rank))";
    let sets = set(r#"{ table = "p", key = ["k"] }, { table = "t", key = ["k"] }"#);
    // Other ids on the two sides, so that only the parent's key says which parent is meant.
    let source = "INSERT INTO p (k) VALUES ('skipped'), ('a'), ('b'); DELETE FROM p WHERE k = 'skipped';
        INSERT INTO t VALUES ('new', 4, NULL, NULL, NULL, NULL), ('both', 5, 'c', 'de', NULL, NULL),
          ('child', 6, NULL, NULL, 2, 1), ('free', 7, 'c', NULL, 3, 1), ('same', 8, 'x', 'x', NULL, NULL),
          ('swap 1', 10, NULL, NULL, NULL, NULL), ('swap 2', 11, NULL, NULL, NULL, NULL)";
    let target = "INSERT INTO p (k) VALUES ('a'), ('b');
        INSERT INTO t VALUES ('legacy', 4, 'c', 'de', 1, 1), ('both', 5, 'c', 'en', NULL, NULL), ('null', NULL, 'c', NULL, NULL, 1),
          ('same', 8, 'x', 'x', NULL, 3), ('swap 1', 11, NULL, NULL, NULL, NULL), ('swap 2', 10, NULL, NULL, NULL, NULL)";
    let pair = Pair::new(&sets, schema, source, target).await;
    let review = pair.review().await;
    let stays = "and this review leaves that row as it is: review with --deletes, or change it there";
    let held = |what: &str| format!("{what}, which has to be unique and which `legacy` holds in the target, {stays}");
    assert_eq!(why(&review, "new"), held("`pos` is `4`"));
    assert_eq!(why(&review, "both"), held("`code, lang` is `c · de`"));
    assert_eq!(why(&review, "child"), held("`p, rank` is `a · 1`"));
    for key in ["free", "same", "swap 1", "swap 2"] {
        assert_eq!(row(&review, "public.t", key).blocked, None, "{key}: {}", show(&review));
    }
    // With the row that is in the way gone, all go.
    let review = pair.review_deletes().await;
    assert_eq!(review.blocked(), 0, "{}", show(&review));
    let all = [
        "both|5|c|de|∅|∅",
        "child|6|∅|∅|a|1",
        "free|7|c|∅|b|1",
        "new|4|∅|∅|∅|∅",
        "same|8|x|x|∅|∅",
        "swap 1|10|∅|∅|∅|∅",
        "swap 2|11|∅|∅|∅|∅",
    ];
    let sql = "SELECT t.k, pos, code, lang, p.k, rank FROM t LEFT JOIN p ON p.id = t.p ORDER BY t.k";
    rest_goes(&pair, sql, &all).await;
}

#[tokio::test]
async fn a_unique_value_whose_holder_is_blocked_stays_with_it() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, pos int UNIQUE, n int);
        CREATE TABLE c (k text PRIMARY KEY, t text REFERENCES t)";
    // `two` takes what `one` leaves, `one` what `gone` leaves; `gone` stays, because a row points to it.
    let source = "INSERT INTO t VALUES ('one', 1, 0), ('two', 2, 0), ('other', 9, 1)";
    let target = "INSERT INTO t VALUES ('gone', 1, 0), ('one', 2, 0), ('two', 3, 0), ('other', 9, 0); INSERT INTO c VALUES ('c', 'gone')";
    let pair = Pair::new(&keyed(), schema, source, target).await;
    let review = pair.review_deletes().await;
    assert!(why(&review, "gone").contains("points to it"), "{}", show(&review));
    let held = |pos: u8, by: &str| {
        format!(
            "`pos` is `{pos}`, which has to be unique and which `{by}` holds in the target, \
             and what this review would do to that row is blocked"
        )
    };
    assert_eq!((why(&review, "one"), why(&review, "two")), (held(1, "gone"), held(2, "one")));
    rest_goes(&pair, "SELECT k, pos, n FROM t ORDER BY k", &["gone|1|0", "one|2|0", "other|9|1", "two|3|0"]).await;
}

#[tokio::test]
async fn where_a_trigger_may_give_another_value_the_collision_is_a_note() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, pos int UNIQUE)";
    let target = "INSERT INTO t VALUES ('legacy', 4);
        CREATE FUNCTION up() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN NEW.pos := NEW.pos + 10; RETURN NEW; END';
        CREATE TRIGGER up BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION up()";
    let pair = Pair::new(&keyed(), schema, "INSERT INTO t VALUES ('new', 4)", target).await;
    let review = pair.review().await;
    let found = row(&review, "public.t", "new");
    assert_eq!((&found.blocked, found.notes.len()), (&None, 1), "{}", show(&review));
    assert!(found.notes[0].contains("`legacy` holds") && found.notes[0].contains("unless a trigger changes it"));
}

#[tokio::test]
async fn a_table_that_the_role_may_not_read_is_blocked_and_the_live_check_says_so() {
    let schema = format!(
        "{ROLE} CREATE TABLE t (k text PRIMARY KEY, v text); CREATE TABLE c (k text PRIMARY KEY, t text REFERENCES t);
        CREATE TABLE parts (k text PRIMARY KEY, v text); GRANT SELECT ON c TO writes_some;
        GRANT SELECT (k, v) ON parts TO writes_some"
    );
    let sets = set(r#"{ table = "t" }, { table = "c" }, { table = "parts" }"#);
    let pair = Pair::with_role("writes_some", &sets, &schema, "INSERT INTO parts VALUES ('a', 'x')", "").await;
    let review = pair.review().await;
    let lacks = "the connected role has no SELECT privilege on public.t, or no USAGE on its schema";
    let blocked = |name: &str| table(&review, name).blocked.clone();
    assert_eq!(blocked("public.t").as_deref(), Some(lacks));
    assert_eq!(blocked("public.c"), Some(format!("its parent cannot be read: {lacks}")));
    assert_eq!((blocked("public.parts"), table(&review, "public.parts").rows.len()), (None, 1), "{}", show(&review));
    let found = Box::pin(sync::check(&pair.deck, &Job::quiet(), &[])).await.unwrap();
    let errors = |at: usize| -> Vec<String> {
        let findings = found[at].findings.as_ref().unwrap();
        findings
            .iter()
            .filter(|f| f.severity == Severity::Error)
            .map(|f| format!("{}: {}", f.table, f.message))
            .collect()
    };
    let wanted = [format!("t: {lacks}"), format!("c: its parent cannot be read: {lacks}")];
    assert_eq!((errors(0), errors(1)), (wanted.to_vec(), wanted.to_vec()));
}

#[tokio::test]
async fn the_live_check_finds_what_a_review_blocks_or_refuses() {
    let schema = "CREATE TABLE a (k text PRIMARY KEY, price int, attachment oid); CREATE TABLE b (k text PRIMARY KEY, price int);
        CREATE TABLE c (k text PRIMARY KEY, price int); CREATE TABLE d (id serial PRIMARY KEY, name text NOT NULL UNIQUE)";
    let sets = set(
        r#"{ table = "a" }, { table = "b", where = "nme = 1" }, { table = "c", where = "price > 10; drop table x" }, { table = "d" }"#,
    );
    let pair = Pair::new(&sets, schema, "", "").await;
    let found = Box::pin(sync::check(&pair.deck, &Job::quiet(), &[])).await.unwrap();
    for checked in &found {
        let findings = checked.findings.as_ref().unwrap();
        let of = |table: &str| -> Vec<(Severity, &str)> {
            findings.iter().filter(|f| f.table == table).map(|f| (f.severity, f.message.as_str())).collect()
        };
        let says = |table: &str, severity: Severity, what: &str| {
            let found = of(table);
            assert!(found.len() == 1 && found[0].0 == severity && found[0].1.contains(what), "{table}: {found:?}");
        };
        says("a", Severity::Error, "column `attachment` (oid) holds numbers of objects");
        says("b", Severity::Error, "the `where` of sync set `s` does not work: column \"nme\" does not exist");
        says("c", Severity::Error, "the `where` of sync set `s` does not work: syntax error");
        says(
            "d",
            Severity::Warning,
            "one number can be two different rows; its unique constraints propose key = [\"name\"]",
        );
    }
    // What the check calls fine is reviewed.
    let sets = set(r#"{ table = "a", exclude = ["attachment"] }, { table = "d", key = ["name"] }"#);
    let deck = pair.deck_of(&sets);
    let found = Box::pin(sync::check(&deck, &Job::quiet(), &[])).await.unwrap();
    assert!(found.iter().all(|checked| checked.findings.as_ref().unwrap().is_empty()), "{found:?}");
}

#[tokio::test]
async fn a_blocked_parent_is_named_as_the_cause_of_its_childrens_block() {
    let schema = "CREATE TABLE p (k text PRIMARY KEY, n int CHECK (n < 10)); CREATE TABLE t (k text PRIMARY KEY, p text REFERENCES p)";
    let sets = set(r#"{ table = "p" }, { table = "t" }"#);
    let source = "ALTER TABLE p DROP CONSTRAINT p_n_check; INSERT INTO p VALUES ('bad', 99), ('good', 1);
        INSERT INTO t VALUES ('of bad', 'bad'), ('of good', 'good')";
    let pair = Pair::new(&sets, schema, source, "").await;
    let review = pair.review().await;
    assert_eq!(why(&review, "of bad"), "its parent p `bad` is blocked");
    rest_goes(&pair, "SELECT k FROM t", &["of good"]).await;
}

#[tokio::test]
async fn a_refused_apply_names_trigger_and_role_and_says_that_nothing_was_written() {
    let schema = format!(
        "{ROLE} CREATE TABLE t (k text PRIMARY KEY, v text); CREATE TABLE audit (what text); GRANT ALL ON t TO writes_some;
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO public.audit VALUES (NEW.k); RETURN NEW; END';
        CREATE TRIGGER t_audit AFTER INSERT ON t FOR EACH ROW EXECUTE FUNCTION note();
        CREATE TABLE u (k text PRIMARY KEY, v text); CREATE UNIQUE INDEX ON u (lower(v)); GRANT ALL ON u TO writes_some"
    );
    let pair = Pair::with_role("writes_some", &keyed(), &schema, "INSERT INTO t VALUES ('a', 'x')", "").await;
    let error = pair.refused(&pair.all(&pair.review().await)).await;
    let said = error.to_string();
    assert_eq!(error.code, Code::RolledBack, "{said}");
    for part in [
        "public.t a: trigger `t_audit` on public.t: the role `writes_some` may not do what the function `note()` of the \
         target does: permission denied for table audit; nothing was written",
        "grant the role `writes_some` what is missing",
    ] {
        assert!(said.contains(part), "{said}");
    }
    // A collision that only the server can see: its words, and that nothing was written.
    let sets = set(r#"{ table = "u" }"#);
    let (source, target) = ("INSERT INTO u VALUES ('new', 'X')", "INSERT INTO u VALUES ('legacy', 'x')");
    let pair = Pair::with_role("writes_some", &sets, &schema, source, target).await;
    let said = pair.refused(&pair.all(&pair.review().await)).await.to_string();
    assert!(said.contains("duplicate key value") && said.contains("; nothing was written"), "{said}");
}

#[tokio::test]
async fn a_reference_that_stays_behind_is_told_where_rows_are_new() {
    let schema = "CREATE SCHEMA auth; CREATE TABLE auth.users (id int PRIMARY KEY);
        CREATE TABLE t (k text PRIMARY KEY, v text, created_by int REFERENCES auth.users)";
    let source = "INSERT INTO auth.users VALUES (1); INSERT INTO t VALUES ('a', 'new', 1)";
    let said =
        "`created_by` does not travel, because it points to auth.users, which is never synced: new rows get NULL";
    let warned = |review: &Review| table(review, "public.t").warnings.iter().any(|warning| warning == said);
    let pair = Pair::new(&keyed(), schema, source, "").await;
    let review = pair.review().await;
    assert!(warned(&review), "{}", show(&review));
    let bundle = pair.export().await.unwrap();
    assert!(warned(&pair.review_of(&bundle, false).await.unwrap()), "one road for both");
    // Not where no row is new, and not where the set says what becomes of the column.
    let pair = Pair::new(&keyed(), schema, source, "INSERT INTO t VALUES ('a', 'old', NULL)").await;
    assert!(!warned(&pair.review().await));
    let sets = set(r#"{ table = "t", key = ["k"], references = { created_by = "keep" } }"#);
    assert!(!warned(&Pair::new(&sets, schema, source, "").await.review().await));
}

#[tokio::test]
async fn a_sequence_that_the_role_may_not_set() {
    let schema = format!(
        "{ROLE} CREATE TABLE t (id int PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, k text UNIQUE NOT NULL);
        GRANT ALL ON t TO writes_some"
    );
    let sets = |ids: &str| set(&format!(r#"{{ table = "t", key = ["k"], ids = "{ids}" }}"#));
    let pair = Pair::with_role("writes_some", &sets("keep"), &schema, "INSERT INTO t (k) VALUES ('a')", "").await;
    let review = pair.review().await;
    let warnings = &table(&review, "public.t").warnings;
    assert!(warnings.iter().any(|warning| warning.contains("cannot move public.t_id_seq past")), "{warnings:?}");
    let error = pair.refused(&pair.all(&review)).await;
    assert!(error.code == Code::RolledBack && error.to_string().contains("not allowed"), "{error}");
    let pair = Pair::with_role("writes_some", &sets("target"), &schema, "INSERT INTO t (k) VALUES ('a')", "").await;
    rest_goes(&pair, "SELECT id, k FROM t", &["1|a"]).await;
}

#[tokio::test]
async fn a_published_table_without_replica_identity() {
    let schema = "CREATE TABLE t (k text NOT NULL, v text); CREATE TABLE u (k text PRIMARY KEY, v text)";
    let sets = set(r#"{ table = "t", key = ["k"] }, { table = "u" }"#);
    let source = "INSERT INTO t VALUES ('both', 'new'), ('new', 'new'); INSERT INTO u VALUES ('x', 'new')";
    let target = "INSERT INTO t VALUES ('both', 'old'), ('gone', 'old'); INSERT INTO u VALUES ('x', 'old');
        CREATE PUBLICATION all_tables FOR ALL TABLES";
    let pair = Pair::new(&sets, schema, source, target).await;
    let review = pair.review_deletes().await;
    assert!(
        why(&review, "both")
            .starts_with("public.t is published and has no replica identity, so the server refuses UPDATE")
    );
    assert!(why(&review, "gone").contains("refuses DELETE"));
    assert!(row(&review, "public.u", "x").blocked.is_none(), "its primary key identifies its rows");
    assert!(table(&review, "public.t").warnings.iter().any(|warning| warning.contains("cannot be undone")));
    rest_goes(&pair, "SELECT k, v FROM t ORDER BY k", &["both|old", "gone|old", "new|new"]).await;
    for mend in ["ALTER TABLE t REPLICA IDENTITY FULL", "DROP PUBLICATION all_tables"] {
        pair.target.run(mend).await;
        assert_eq!(pair.review_deletes().await.blocked(), 0, "{mend}");
        pair.target.run("ALTER TABLE t REPLICA IDENTITY DEFAULT").await;
    }
}

/// A publication of some rows or columns needs the replica identity to hold, or to be among, these columns.
#[tokio::test]
async fn a_publication_that_cannot_tell_rows_apart() {
    let schema = "CREATE TABLE t (id serial PRIMARY KEY, k text UNIQUE NOT NULL, v int)";
    let source = "INSERT INTO t (k, v) VALUES ('both', 2), ('new', 2)";
    let rows = "INSERT INTO t (k, v) VALUES ('both', 1), ('gone', 1)";
    let pair = Pair::new(&keyed(), schema, source, rows).await;
    if pair.target.one("SELECT current_setting('server_version_num')::int >= 150000").await != "t" {
        return;
    }
    for (publication, says) in [
        (
            "FOR TABLE t WHERE (v > 1)",
            Some("the publication `p` filters the rows of public.t by columns outside of its replica identity"),
        ),
        ("FOR TABLE t (k)", Some("the publication `p` publishes only some columns of public.t")),
        ("FOR TABLE t WHERE (v > 1) WITH (publish = 'insert')", None),
        ("FOR TABLE t WHERE (id > 1)", None),
        ("FOR TABLE t (id, k)", None),
    ] {
        pair.target.run(&format!("CREATE PUBLICATION p {publication}")).await;
        let review = pair.review_deletes().await;
        for key in ["both", "gone"] {
            let blocked = row(&review, "public.t", key).blocked.clone();
            match says {
                Some(says) => assert!(blocked.as_deref().is_some_and(|why| why.starts_with(says)), "{blocked:?}"),
                None => assert_eq!(blocked, None, "{publication}"),
            }
        }
        let lost = table(&review, "public.t")
            .warnings
            .iter()
            .any(|w| w.starts_with("new rows cannot be undone: the publication"));
        assert_eq!(lost, says.is_some(), "{publication}");
        // The server is of the same mind.
        let refused = pair.target.connect().await.batch_execute("UPDATE t SET v = 1").await.is_err();
        assert_eq!(refused, says.is_some(), "{publication}");
        pair.target.run("DROP PUBLICATION p").await;
    }
}

#[tokio::test]
async fn a_column_that_the_role_may_not_read_is_named() {
    let schema = "CREATE TABLE t (k text PRIMARY KEY, v text, secret text)";
    let role = "DO $$ BEGIN CREATE ROLE reads_some LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;
        GRANT SELECT (k, v), INSERT, DELETE, UPDATE ON t TO reads_some";
    let sets = set(r#"{ table = "t", exclude = ["secret"] }"#);
    let source = "INSERT INTO t (k, v) VALUES ('a', '1'); GRANT SELECT ON t TO reads_some";
    let pair = Pair::with_role("reads_some", &sets, &format!("{schema};{role}"), source, "").await;
    let why = pair.review().await.tables[0].blocked.clone().unwrap();
    assert!(why.starts_with("the role `reads_some` has no SELECT privilege on the column `secret`, "), "{why}");
    assert!(why.ends_with("GRANT SELECT (secret) ON public.t TO reads_some"), "{why}");
    pair.target.run("GRANT SELECT (secret) ON t TO reads_some").await;
    assert_eq!(pair.try_review(false).await.unwrap().blocked(), 0);
}
