//! An environment is a database, not a name: what was reviewed or written in one is not applied, undone or settled in
//! another that has taken its place, however alike the two are.

use std::fs;

use pgdeck::{
    app::{env, job::Job, journal, sync},
    core::{
        error::Code,
        journal::{Action, Outcome},
    },
};

use crate::support::{Db, Pair, server, set};

const SCHEMA: &str = "CREATE TABLE p (k text PRIMARY KEY, v text);";

async fn pair() -> (Pair, Db) {
    let rows = "INSERT INTO p VALUES ('a', 'old')";
    let pair = Pair::new(&set(r#"{ table = "p" }"#), SCHEMA, "INSERT INTO p VALUES ('a', 'new')", rows).await;
    (pair, Db::create(&format!("{SCHEMA}{rows}")).await)
}

/// The pair with `target` in the place of its own.
fn move_to(pair: &mut Pair, target: &Db) {
    let url = |db: &Db| server().url(&db.name);
    pair.deck = pair.deck_through(&set(r#"{ table = "p" }"#), url(&pair.source), url(target));
}

#[tokio::test]
async fn a_plan_is_for_the_database_that_was_reviewed() {
    let (mut pair, clone) = pair().await;
    let plan = pair.all(&pair.review().await);
    move_to(&mut pair, &clone);
    let error = pair.apply(&plan).await.unwrap_err();
    assert!(error.code == Code::Refused && error.message.starts_with("this is another database"), "{error}");
    assert_eq!(clone.one("SELECT v FROM p").await, "old");
    // Under its own name it runs; and its undo does not run in the clone, although that holds the same rows.
    let own = pair.target.name.clone();
    let url = |name: &str| server().url(name);
    pair.deck = pair.deck_through(&set(r#"{ table = "p" }"#), url(&pair.source.name), url(&own));
    let run = pair.apply(&plan).await.unwrap().run.unwrap();
    clone.run("UPDATE p SET v = 'new'").await;
    move_to(&mut pair, &clone);
    let error = pair.undo(&run).await.unwrap_err();
    assert_eq!((error.code, clone.one("SELECT v FROM p").await.as_str()), (Code::Refused, "new"), "{error}");
}

#[tokio::test]
async fn a_cut_off_run_is_not_settled_by_another_database() {
    let (mut pair, clone) = pair().await;
    let run = pair.apply(&pair.all(&pair.review().await)).await.unwrap().run.unwrap();
    // As if the process had been killed before it wrote the end down.
    let path = pair.deck.state.join("journal.jsonl");
    let whole = fs::read_to_string(&path).unwrap();
    let begun = whole.lines().next().unwrap();
    fs::write(&path, format!("{begun}\n")).unwrap();
    let own = pair.target.name.clone();
    move_to(&mut pair, &clone);
    let left = sync::settle(&pair.deck, &Job::quiet()).await.unwrap();
    assert!(left.len() == 1 && left[0].run == run && left[0].why.contains("this is another database"), "{left:?}");
    assert_eq!(journal::read(&pair.deck).unwrap()[0].last.outcome, Outcome::Started);
    pair.deck = pair.deck_through(&set(r#"{ table = "p" }"#), server().url(&pair.source.name), server().url(&own));
    assert!(sync::settle(&pair.deck, &Job::quiet()).await.unwrap().is_empty());
    assert_eq!(journal::read(&pair.deck).unwrap()[0].last.outcome, Outcome::Applied);
}

/// A role that may not ask for the cluster's identifier is told apart by the database alone.
#[tokio::test]
async fn a_role_that_may_not_read_the_identifier_still_applies() {
    let schema = format!(
        "{SCHEMA} DO $$BEGIN CREATE ROLE of_no_control LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END$$;
         GRANT ALL ON p TO of_no_control; REVOKE EXECUTE ON FUNCTION pg_control_system() FROM PUBLIC"
    );
    let sets = set(r#"{ table = "p" }"#);
    let rows = "INSERT INTO p VALUES ('a', 'new')";
    let pair = Pair::with_role("of_no_control", &sets, &schema, rows, "").await;
    let plan = pair.all(&pair.review().await);
    assert!(plan.database.starts_with("?/"), "{}", plan.database);
    pair.apply(&plan).await.unwrap();
    assert_eq!(pair.target.one("SELECT v FROM p").await, "new");
}

/// What was reviewed is there, and it is still not the database that this name stood for.
#[tokio::test]
async fn a_name_that_leads_elsewhere_is_written_after_it_was_agreed_to() {
    let (mut pair, clone) = pair().await;
    assert_eq!(env::forget(&pair.deck, "target").unwrap(), None);
    let first = pair.apply(&pair.all(&pair.review().await)).await.unwrap().run.unwrap();
    move_to(&mut pair, &clone);
    let plan = pair.all(&pair.review().await);
    let error = pair.apply(&plan).await.unwrap_err();
    assert_eq!(error.code, Code::Refused, "{error}");
    assert!(error.message.contains(&format!("than the one that run {first} wrote")), "{error}");
    assert_eq!(error.hint.as_deref().and_then(|hint| hint.rsplit(": ").next()), Some("pgdeck env forget target"));
    assert_eq!(clone.one("SELECT v FROM p").await, "old");
    assert_eq!(journal::read(&pair.deck).unwrap().len(), 1, "it is no run");

    let before = env::forget(&pair.deck, "target").unwrap();
    let runs = journal::read(&pair.deck).unwrap();
    assert_eq!((runs[0].last.action, runs[0].last.outcome), (Action::Forget, Outcome::Applied));
    assert_eq!((Some(&runs[0].last.from), &runs[0].last.amount()), (before.as_ref(), &"its database".to_owned()));
    assert_eq!(env::forget(&pair.deck, "target").unwrap(), None, "once is enough");
    let nothing = sync::undo_plan(&pair.deck, &runs[0].last.run).unwrap_err();
    assert!(nothing.message.contains("wrote nothing"), "{nothing}");
    pair.apply(&plan).await.unwrap();
    assert_eq!(clone.one("SELECT v FROM p").await, "new");
    // The first one stays what it is: its run is not taken back in another.
    assert_eq!(pair.undo(&first).await.unwrap_err().code, Code::Refused);
}

#[tokio::test]
async fn a_bundle_of_the_target_under_another_name_is_no_source() {
    let (mut pair, _) = pair().await;
    let bundle = pair.export().await.unwrap();
    pair.review_of(&bundle, false).await.unwrap();
    let url = server().url(&pair.source.name);
    pair.deck = pair.deck_through(&set(r#"{ table = "p" }"#), url.clone(), url);
    let error = pair.review_of(&bundle, false).await.unwrap_err();
    assert_eq!(error.message, "the bundle was read from this very database, as source");
}
