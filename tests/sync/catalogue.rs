//! A plan runs under the catalogue that was reviewed, and a run is undone under the one that it ran under: whatever came
//! or went in between is named, and nothing is written.

use pgdeck::core::{error::Code, name::QName, sync::set::Sets};

use crate::support::{Pair, set};

const PLANS: &str = r#"{ table = "plans", key = ["key"], deletes = true }"#;
const SCHEMA: &str = "CREATE TABLE plans (id serial PRIMARY KEY, key text UNIQUE NOT NULL, name text);
    CREATE TABLE log (what text);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN coalesce(NEW, OLD); END';";
const SOURCE: &str = "INSERT INTO plans (key, name) VALUES ('free', 'Free 2'), ('new', 'New')";
const TARGET: &str = "INSERT INTO plans (key, name) VALUES ('free', 'Free'), ('old', 'Old')";

async fn pair() -> Pair {
    Pair::new(&set(PLANS), SCHEMA, SOURCE, TARGET).await
}

/// What is done to the target, and what is said of it.
const CHANGES: &[(&str, &str)] = &[
    (
        "CREATE TABLE subs (plan int REFERENCES plans ON DELETE CASCADE)",
        "foreign key subs_plan_fkey of public.subs was added",
    ),
    (
        "CREATE TABLE codes (plan text REFERENCES plans (key) ON UPDATE CASCADE)",
        "foreign key codes_plan_fkey of public.codes was added",
    ),
    ("ALTER TABLE plans ADD note text DEFAULT 'precious'", "column note was added"),
    ("ALTER TABLE plans DROP name", "column name was dropped"),
    ("ALTER TABLE plans ALTER name TYPE varchar(90)", "column name was changed"),
    ("ALTER TABLE plans ALTER name SET NOT NULL", "column name was changed"),
    ("ALTER TABLE plans ALTER name SET DEFAULT 'x'", "column name was changed"),
    ("ALTER TABLE plans ALTER id DROP DEFAULT", "column id was changed"),
    ("ALTER TABLE plans DROP name, ADD name text", "column name was changed"),
    ("CREATE TRIGGER t BEFORE DELETE ON plans FOR EACH ROW EXECUTE FUNCTION note()", "trigger t was added"),
    ("CREATE RULE r AS ON DELETE TO plans DO ALSO DELETE FROM log", "rule r was added"),
    ("CREATE POLICY p ON plans USING (true)", "policy p was added"),
    ("ALTER TABLE plans ENABLE ROW LEVEL SECURITY", "row level security of this table was changed"),
    (
        "DO $$BEGIN CREATE ROLE another; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END$$; ALTER TABLE plans OWNER TO another",
        "owner, partitioning or row level security",
    ),
    ("ALTER TABLE plans ADD CHECK (key <> '')", "constraint plans_key_check was added"),
    ("ALTER TABLE plans DROP CONSTRAINT plans_key_key", "constraint plans_key_key was dropped"),
    ("CREATE UNIQUE INDEX u ON plans (lower(name))", "unique index u was added"),
    ("ALTER TABLE plans RENAME TO plans_1; CREATE VIEW plans AS SELECT * FROM plans_1", "the kind, owner"),
    ("ALTER TABLE plans RENAME TO plans_1; CREATE TABLE plans AS SELECT * FROM plans_1", "was changed"),
    ("DROP TABLE plans", "this table was dropped or renamed"),
    ("ALTER SCHEMA public RENAME TO other", "this table was dropped or renamed"),
];

#[tokio::test]
async fn what_came_or_went_after_the_review_is_named() {
    for (change, said) in CHANGES {
        let pair = pair().await;
        let plan = pair.all(&pair.review().await);
        pair.target.run(change).await;
        let error = pair.apply(&plan).await.unwrap_err();
        assert_eq!(error.code, Code::Stale, "{change}: {error}");
        assert!(error.message.contains(said) && error.message.contains("after the review"), "{change}: {error}");
        assert!(error.message.ends_with("nothing was written"), "{error}");
        assert_eq!(error.object.as_deref(), Some("public.plans"));
    }
}

#[tokio::test]
async fn what_came_after_the_run_is_named_where_an_undo_could_lose_something() {
    // The undo deletes `new`, inserts `old` and changes `free` back.
    for (change, said) in
        CHANGES.iter().filter(|(_, said)| !said.starts_with("constraint") || !said.ends_with("dropped"))
    {
        let pair = pair().await;
        let run = pair.apply(&pair.all(&pair.review().await)).await.unwrap().run.unwrap();
        pair.target.run(change).await;
        let error = pair.undo(&run).await.unwrap_err();
        assert_eq!(error.code, Code::Stale, "{change}: {error}");
        assert!(error.message.contains(said), "{change}: {error}");
    }
}

#[tokio::test]
async fn an_undo_that_deletes_nothing_does_not_mind_a_new_column() {
    let pair = Pair::new(&set(PLANS), SCHEMA, "INSERT INTO plans (key, name) VALUES ('free', 'New')", TARGET).await;
    let before = pair.target.dump().await;
    let review = pair.review().await;
    let run = pair.apply(&pair.all(&review)).await.unwrap().run.unwrap();
    pair.target.run("ALTER TABLE plans ADD note text").await;
    pair.undo(&run).await.unwrap();
    pair.target.run("ALTER TABLE plans DROP note").await;
    assert_eq!(pair.target.dump().await, before);
}

/// A partition that was attached, or given a trigger or a key of its own, is a change of its table.
#[tokio::test]
async fn partitions_belong_to_their_table() {
    let schema = "CREATE TABLE t (region text, k text, v text, PRIMARY KEY (region, k)) PARTITION BY LIST (region);
        CREATE TABLE t_eu PARTITION OF t FOR VALUES IN ('eu');
        CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';";
    for (change, said) in [
        ("CREATE TABLE t_us PARTITION OF t FOR VALUES IN ('us')", "partition public.t_us was added"),
        (
            "CREATE TRIGGER x BEFORE UPDATE ON t_eu FOR EACH ROW EXECUTE FUNCTION note()",
            "partition public.t_eu was changed",
        ),
        ("ALTER TABLE t_eu ADD CHECK (v <> '')", "partition public.t_eu was changed"),
        (
            "CREATE TABLE c (r text, k text, FOREIGN KEY (r, k) REFERENCES t_eu ON DELETE CASCADE)",
            "partition public.t_eu was changed",
        ),
        ("ALTER TABLE t DETACH PARTITION t_eu", "partition public.t_eu was dropped"),
    ] {
        let source = "INSERT INTO t VALUES ('eu', 'a', 'new')";
        let pair =
            Pair::new(&set(r#"{ table = "t" }"#), schema, source, "INSERT INTO t VALUES ('eu', 'a', 'old')").await;
        let plan = pair.all(&pair.review().await);
        pair.target.run(change).await;
        let error = pair.apply(&plan).await.unwrap_err();
        assert!(error.code == Code::Stale && error.message.contains(said), "{change}: {error}");
    }
}

/// What an apply has read stays so until it commits, also of tables that it has not written yet.
#[tokio::test]
async fn nobody_changes_the_tables_of_a_plan_while_it_runs() {
    let schema = "CREATE TABLE a (k text PRIMARY KEY, v text); CREATE TABLE b (k text PRIMARY KEY, v text);";
    let rows = |v: &str| format!("INSERT INTO a VALUES ('k', '{v}'); INSERT INTO b VALUES ('k', '{v}')");
    let waits = "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_advisory_xact_lock(7); RETURN NEW; END';
        CREATE TRIGGER wait BEFORE UPDATE ON a FOR EACH ROW EXECUTE FUNCTION wait()";
    let target = format!("{}; {waits}", rows("old"));
    let pair = Pair::new(&set(r#"{ table = "a" }, { table = "b" }"#), schema, &rows("new"), &target).await;
    let plan = pair.all(&pair.review().await);
    let holder = pair.target.connect().await;
    holder.batch_execute("SELECT pg_advisory_lock(7); SET lock_timeout = '50ms'").await.unwrap();
    let meanwhile = async {
        while pair.target.one("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").await != "1"
        {
            tokio::task::yield_now().await;
        }
        for change in [
            "ALTER TABLE b ADD note text",
            "CREATE TRIGGER t BEFORE UPDATE ON b FOR EACH ROW EXECUTE FUNCTION wait()",
            "CREATE RULE r AS ON UPDATE TO b DO ALSO NOTHING",
            "CREATE POLICY p ON b USING (false)",
            "CREATE TABLE c (k text REFERENCES b ON DELETE CASCADE)",
        ] {
            let error = holder.batch_execute(change).await.unwrap_err();
            assert_eq!(error.code().unwrap().code(), "55P03", "{change}: {error}");
        }
        holder.batch_execute("SELECT pg_advisory_unlock(7)").await.unwrap();
    };
    let (applied, ()) = tokio::join!(pair.apply(&plan), meanwhile);
    applied.unwrap();
    assert_eq!(pair.target.dump().await, pair.source.dump().await);
}

#[tokio::test]
async fn never_sync_holds_for_partitions_parents_and_any_case() {
    let schema = "CREATE TABLE t (region text, k text, v text, PRIMARY KEY (region, k)) PARTITION BY LIST (region);
        CREATE TABLE t_eu PARTITION OF t FOR VALUES IN ('eu'); CREATE TABLE t_us PARTITION OF t FOR VALUES IN ('us');
        CREATE TABLE base (k text PRIMARY KEY, v text); CREATE TABLE heir (PRIMARY KEY (k)) INHERITS (base);
        CREATE TABLE \"Profiles\" (k text PRIMARY KEY, v text);";
    let source = "INSERT INTO t VALUES ('eu', 'a', 'new'), ('us', 'b', 'new'); INSERT INTO heir VALUES ('h', 'new')";
    let never = |never: &str, table: &str| {
        format!("[sync]\nnever = [\"{never}\"]\n{}", set(&format!("{{ table = {table:?} }}")))
    };
    for (pattern, table, said) in [
        ("t_eu", "t", "its partition public.t_eu is never synced (`t_eu`)"),
        ("base", "heir", "public.heir inherits from public.base, which is never synced (`base`)"),
    ] {
        let pair = Pair::new(&never(pattern, table), schema, source, "").await;
        let review = pair.review().await;
        assert_eq!(review.tables[0].blocked.as_deref(), Some(said));
        assert!(pair.all(&review).steps.is_empty());
        // The same from a file: and the file holds no row of it.
        let bundle = pair.export().await.unwrap();
        assert!(bundle.tables.iter().all(|table| table.rows.is_empty()), "{bundle:?}");
        assert_eq!(pair.review_of(&bundle, false).await.unwrap().tables[0].blocked.as_deref(), Some(said));
    }
    let sets = Sets::new(Vec::new(), vec!["profiles".into(), "Audit_*".into()]).unwrap();
    assert_eq!(sets.never_pattern(&QName::new("public", "Profiles")), Some("profiles"));
    assert_eq!(sets.never_pattern(&QName::new("public", "audit_log")), Some("Audit_*"));
}
