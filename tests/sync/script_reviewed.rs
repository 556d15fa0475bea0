//! A script runs in the database that was reviewed, under the catalogue that was reviewed, and nowhere else.

use pgdeck::core::sync::script::script;

use crate::support::{Db, Pair, set};

const SCHEMA: &str = "CREATE TABLE p (k text PRIMARY KEY, v text DEFAULT now()::text);
    CREATE FUNCTION nothing() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
    CREATE TABLE \"odd 'name\" (k text PRIMARY KEY, v text CHECK (v <> 'x')); CREATE TABLE other (k text REFERENCES p);";
const ROWS: &str = "INSERT INTO p VALUES ('a', 'old'); INSERT INTO \"odd 'name\" VALUES ('a', 'old');";

async fn pair() -> Pair {
    let sets = set(r#"{ table = "p" }, { table = "odd 'name" }"#);
    let source = "INSERT INTO p VALUES ('a', 'new'); INSERT INTO \"odd 'name\" VALUES ('a', 'new')";
    Pair::new(&sets, SCHEMA, source, ROWS).await
}

#[tokio::test]
async fn a_catalogue_that_was_changed_since_the_review_is_refused() {
    let cases = [
        ("ALTER TABLE p ADD COLUMN more int", "public.p: column more was added after the review"),
        ("ALTER TABLE p ALTER v TYPE varchar(9)", "public.p: column v was changed after the review"),
        (
            "ALTER TABLE p DROP COLUMN v CASCADE; ALTER TABLE p ADD v text",
            "public.p: column v was changed after the review",
        ),
        (
            "CREATE TRIGGER t BEFORE UPDATE ON p FOR EACH ROW EXECUTE FUNCTION nothing()",
            "public.p: trigger t was added after the review",
        ),
        (
            "CREATE TABLE child (k text REFERENCES p ON DELETE CASCADE)",
            "public.p: foreign key child_k_fkey of public.child was added after the review",
        ),
        ("DROP TABLE other", "public.p: foreign key other_k_fkey of public.other was dropped after the review"),
        ("CREATE RULE r AS ON UPDATE TO p DO INSTEAD NOTHING", "public.p: rule r was added after the review"),
        (
            "ALTER TABLE \"odd 'name\" ENABLE ROW LEVEL SECURITY",
            "public.\"odd 'name\": its kind, owner, partitioning or row level security was changed after the review",
        ),
    ];
    for (change, says) in cases {
        let pair = pair().await;
        let script = script(&pair.all(&pair.review().await)).unwrap();
        pair.target.run(change).await;
        let before = pair.target.dump().await;
        let error = pair.target.script(&script).await.unwrap_err();
        assert!(error.contains(says), "{change}: {error}\n{script}");
        assert_eq!(pair.target.dump().await, before, "{change}");
    }
}

#[tokio::test]
async fn another_database_is_refused_and_the_right_one_written_in_every_editor() {
    let pair = pair().await;
    let script = script(&pair.all(&pair.review().await)).unwrap();
    let clone = Db::create(&format!("{SCHEMA}{ROWS}")).await;
    let error = clone.script(&script).await.unwrap_err();
    assert!(error.contains("this is another database than the one that was reviewed"), "{error}");
    assert_eq!(clone.rows("SELECT v FROM p").await, ["old"]);
    // An editor on the web sends all of it at once; a path of its own changes no name.
    let editor = pair.target.connect().await;
    editor.batch_execute("CREATE SCHEMA mine; SET search_path = mine, public").await.unwrap();
    editor.batch_execute(&script).await.unwrap_or_else(|error| panic!("{error:?}\n{script}"));
    assert_eq!(pair.target.rows("SELECT v FROM p UNION ALL SELECT v FROM \"odd 'name\"").await, ["new", "new"]);
    pair.target.script(&script).await.unwrap();
}

/// A role that may not read the identifier of the cluster knows the database by its number alone.
#[tokio::test]
async fn a_role_without_rights_of_its_own_runs_it() {
    let pair = pair().await;
    let script = script(&pair.all(&pair.review().await)).unwrap();
    let role =
        "DO $$BEGIN CREATE ROLE plain LOGIN; EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END$$;
        GRANT SELECT, UPDATE ON p, \"odd 'name\" TO plain";
    pair.target.run(role).await;
    let client = pair.target.connect().await;
    client.batch_execute("SET ROLE plain").await.unwrap();
    client.batch_execute(&script).await.unwrap_or_else(|error| panic!("{error:?}\n{script}"));
    assert_eq!(pair.target.rows("SELECT v FROM p").await, ["new"]);
}
