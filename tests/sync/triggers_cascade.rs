//! Triggers of tables that the server cascades to: those that run once for a statement run although no row is met there.

use pgdeck::core::{
    error::Code,
    sync::{fires, report, script},
};

use crate::support::{Pair, at, set, table};

/// `c` points to `p`, with triggers that write a line in `log`; only `p` is in the set.
fn schema(key: &str, events: &str) -> String {
    format!(
        "CREATE TABLE p (k text PRIMARY KEY, code text UNIQUE, v text);
         CREATE TABLE c (id int PRIMARY KEY, {key}, v text);
         CREATE TABLE log (what text);
         CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS $$
           BEGIN INSERT INTO public.log VALUES (TG_NAME); RETURN NULL; END $$;
         CREATE TRIGGER notes AFTER {events} ON c FOR EACH STATEMENT EXECUTE FUNCTION note();
         CREATE TRIGGER each AFTER INSERT OR UPDATE OR DELETE ON c FOR EACH ROW EXECUTE FUNCTION note();
         CREATE TRIGGER other AFTER INSERT OR UPDATE OF v ON c FOR EACH STATEMENT EXECUTE FUNCTION note();"
    )
}

async fn pair(key: &str, events: &str, source: &str, target: &str) -> Pair {
    Pair::new(&set(r#"{ table = "p", key = ["k"] }"#), &schema(key, events), source, target).await
}

const BOTH: &str = "INSERT INTO p VALUES ('a', 'one', 'x')";

#[tokio::test]
async fn a_statement_that_the_server_adds_fires_triggers() {
    let deleted = ["INSERT INTO p VALUES ('z', 'z', 'x')", "INSERT INTO p VALUES ('z', 'z', 'x'), ('a', 'one', 'x')"];
    let updated = ["INSERT INTO p VALUES ('a', 'two', 'x')", BOTH];
    let cases = [
        ("pk text REFERENCES p ON DELETE CASCADE", "DELETE", deleted),
        ("pk text REFERENCES p ON DELETE SET NULL", "UPDATE OF pk", deleted),
        ("pk text DEFAULT 'z' REFERENCES p ON DELETE SET DEFAULT", "UPDATE", deleted),
        ("pk text REFERENCES p (code) ON UPDATE CASCADE", "UPDATE", updated),
        ("pk text REFERENCES p (code) ON UPDATE SET NULL", "UPDATE OF pk", updated),
    ];
    for (key, events, [source, target]) in cases {
        let pair = pair(key, events, source, target).await;
        let review = pair.review_deletes().await;
        let plan = pair.all(&review);
        let announced = fires::announced(&plan);
        let announcement = format!("public.c: fires notes (AFTER {})", events.split(' ').next().unwrap());
        assert_eq!(announced[0], announcement, "{key}");
        let text = script::script(&plan).unwrap();
        assert!(text.contains("trigger `notes` on public.c may have changed the row"), "{text}");
        assert_eq!(report::record(&review, &plan)["tables"][0]["table"], "public.p", "{key}");
        let done = pair.apply(&plan).await.unwrap();
        assert_eq!(done.triggers.by, ["trigger `notes` on public.c"], "{key}");
        let also: Vec<_> = done.triggers.also.iter().map(fires::Also::display).collect();
        assert_eq!(also, ["public.log (1 inserted)"], "{key}");
        assert_eq!(pair.target.rows("SELECT what FROM log").await, ["notes"], "{key}");
    }
}

#[tokio::test]
async fn what_nothing_cascades_to_fires_nothing() {
    let new = "INSERT INTO p VALUES ('a', 'one', 'x'), ('b', 'two', 'x')";
    let value = "INSERT INTO p VALUES ('a', 'one', 'y')";
    let cases = [
        // A new row; a value that nothing points to; a key that holds the row instead.
        ("pk text REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE", new, BOTH),
        ("pk text REFERENCES p ON DELETE CASCADE ON UPDATE CASCADE", value, BOTH),
        ("pk text REFERENCES p", "", BOTH),
        ("pk text REFERENCES p ON DELETE RESTRICT", "", BOTH),
    ];
    for (key, source, target) in cases {
        let pair = pair(key, "UPDATE OR DELETE", source, target).await;
        let plan = pair.all(&pair.review_deletes().await);
        assert_eq!(fires::announced(&plan), [""; 0], "{key}");
        let done = pair.apply(&plan).await.unwrap();
        assert!(done.triggers.by.is_empty() && done.triggers.also.is_empty(), "{done:?}");
        assert_eq!(pair.target.rows("SELECT what FROM log").await, [""; 0], "{key}");
    }
}

/// An undo of a new row is a delete, with triggers as they are then.
#[tokio::test]
async fn an_undo_cascades_too() {
    let pair = pair("pk text REFERENCES p ON DELETE CASCADE", "DELETE", BOTH, "").await;
    let run = pair.sync().await.run.unwrap();
    let undone = pair.undo(&run).await.unwrap();
    assert_eq!(undone.triggers.by, ["trigger `notes` on public.c"]);
    assert_eq!(pair.target.rows("SELECT what FROM log").await, ["notes"]);
    let run = pair.sync().await.run.unwrap();
    pair.target.run("DROP TRIGGER notes ON c; INSERT INTO c VALUES (1, 'a')").await;
    let error = pair.undo(&run).await.unwrap_err();
    assert!(error.to_string().contains("another row points to it now"), "{error}");
    pair.target.run("DELETE FROM c").await;
    assert_eq!(pair.undo(&run).await.unwrap().triggers.by, [""; 0]);
}

/// What came after the review was not agreed to.
#[tokio::test]
async fn a_trigger_that_came_since_the_review_is_refused() {
    let more = "CREATE TRIGGER more AFTER DELETE ON c FOR EACH STATEMENT EXECUTE FUNCTION note()";
    for (change, says) in [(more, "trigger `more`, which"), ("DROP TRIGGER notes ON c", "trigger `notes`, which")] {
        let pair = pair("pk text REFERENCES p ON DELETE CASCADE", "DELETE", "", BOTH).await;
        let plan = pair.all(&pair.review_deletes().await);
        pair.target.run(change).await;
        let error = pair.refused(&plan).await;
        assert_eq!((error.code, error.object.as_deref()), (Code::Stale, Some("public.c")), "{error}");
        assert!(error.message.contains(says) && error.message.contains("after the review"), "{error}");
        pair.sync_deletes().await;
        assert_eq!(pair.target.rows("SELECT k FROM p").await, [""; 0]);
    }
}

/// A table that is never synced is not written on this way either.
#[tokio::test]
async fn the_never_synced_are_not_written_by_what_cascades() {
    let project =
        |agreed: &str| format!("[sync]\nnever = [\"log\"]\n{agreed}\n{}", set(r#"{ table = "p", key = ["k"] }"#));
    let schema = schema("pk text REFERENCES p ON DELETE CASCADE", "DELETE");
    let pair = Pair::new(&project(""), &schema, "", BOTH).await;
    let review = pair.review_deletes().await;
    let warnings = table(&review, "public.p").warnings.join("\n");
    assert!(warnings.contains("trigger `notes` on public.c names public.log, which is never synced"), "{warnings}");
    assert!(!warnings.contains("each") && !warnings.contains("other"), "{warnings}");
    let error = pair.refused(&pair.all(&review)).await;
    assert_eq!(error.code, Code::RolledBack, "{error}");
    assert!(error.message.contains("trigger `notes` on public.c wrote public.log (1 inserted)"), "{error}");
    let pair = Pair::new(&project("triggers_may_write = [\"log\"]"), &schema, "", BOTH).await;
    let review = pair.review_deletes().await;
    assert!(row_is_free(&review));
    assert_eq!(pair.sync_deletes().await.triggers.by, ["trigger `notes` on public.c"]);
}

fn row_is_free(review: &pgdeck::core::sync::diff::Review) -> bool {
    let (table, row) = at(review, "public.p", "a");
    review.tables[table].rows[row].blocked.is_none()
}
