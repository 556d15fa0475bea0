//! The connection is cut while files run: what is there afterwards is what is told, and what the journal says.

use std::sync::Arc;

use pgdeck::{
    app::{
        job::Job,
        migrations::apply,
        runs::{Attempt, Begin},
        sync::settle,
    },
    core::{
        error::{Code, Result},
        guard,
        journal::{Action, Migrations, Outcome},
        migrations::plan::Plan,
        sync::plan::Tally,
    },
};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;

use crate::{
    commit::{Fate, proxy},
    support::Place,
};

const THREE: [(&str, &str); 3] = [
    ("001_a.sql", "CREATE TABLE a (id int);"),
    ("002_b.sql", "CREATE TABLE b (id int);"),
    ("003_c.sql", "CREATE TABLE c (id int);"),
];

async fn cut(which: usize, fate: Fate) -> Place {
    let mut place = Place::new("", &THREE).await;
    let port = proxy(place.socket(), which, fate).await;
    place.go_through(port);
    place
}

/// How the newest run ended by the journal.
fn ended(place: &Place) -> (Outcome, Migrations) {
    let last = place.journal()[0].last.clone();
    (last.outcome, last.migrations.unwrap())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_that_never_arrived_is_told_as_rolled_back() {
    let place = cut(2, Fate::Swallowed).await;
    let error = place.fails().await;
    assert_eq!(error.code, Code::RolledBack, "{error}");
    assert!(error.message.contains("at COMMIT, and the server rolled back"), "{error}");
    assert!(error.to_string().contains("001_a.sql before it was applied and stays"), "{error}");
    assert_eq!((place.tables().await, place.recorded().await), (vec!["a".into()], vec!["001".into()]));
    let (outcome, migrations) = ended(&place);
    assert_eq!((outcome, migrations.ran), (Outcome::Stopped, vec!["001_a.sql".into()]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_commit_whose_answer_was_lost_is_told_as_applied() {
    let place = cut(3, Fate::Unanswered).await;
    let applied = place.apply().await.unwrap();
    assert_eq!(applied.done.len(), 3);
    assert_eq!(place.recorded().await, ["001", "002", "003"]);
    assert_eq!(ended(&place).0, Outcome::Applied);
    // In the middle, the rest did not run, and that is told.
    let place = cut(2, Fate::Unanswered).await;
    let error = place.fails().await;
    assert!(error.to_string().contains("the 2 files before it were applied and stay"), "{error}");
    assert_eq!(place.recorded().await, ["001", "002"]);
    assert_eq!((ended(&place).0, ended(&place).1.ran.len()), (Outcome::Stopped, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn while_the_server_does_not_know_the_journal_says_so_and_asks_again() {
    let (go, gone) = (Arc::new(Notify::new()), Arc::new(Notify::new()));
    let place = cut(2, Fate::Held(Arc::clone(&go), Arc::clone(&gone))).await;
    let error = place.fails().await;
    assert_eq!(error.code, Code::Unknown, "{error}");
    assert!(error.to_string().contains("pgdeck journal"), "{error}");
    assert_eq!(place.journal()[0].last.outcome, Outcome::Started, "its end is open");
    assert_eq!(settle(&place.deck, &Job::quiet()).await.unwrap().len(), 1, "not known yet");
    go.notify_one();
    gone.notified().await;
    assert!(settle(&place.deck, &Job::quiet()).await.unwrap().is_empty());
    let (outcome, migrations) = ended(&place);
    assert_eq!((outcome, migrations.ran, migrations.next), (Outcome::Stopped, vec!["001_a.sql".into()], None));
    place.apply().await.expect_err("the line is cut at every COMMIT");
}

async fn run(place: &Place, plan: &Plan, job: &Job) -> Result<apply::Applied> {
    let permit = guard::permit(&place.deck.environment("here")?, &plan.digest, &"here".into(), &"here".into())?;
    apply::apply(&place.deck, job, plan, &permit, false).await
}

/// The operator stops it while a statement waits: the statement ends on the server, and what was kept is told.
#[tokio::test(flavor = "multi_thread")]
async fn a_stop_ends_the_statement_and_says_what_stays() {
    let place = Place::new("CREATE TABLE busy (id int);", &THREE[..1]).await;
    place.write("002_busy.sql", "SET lock_timeout = 0;\nALTER TABLE busy ADD COLUMN x int;");
    place.client.batch_execute("BEGIN; LOCK TABLE busy IN ACCESS SHARE MODE").await.unwrap();
    let plan = place.plan().await.unwrap();
    let token = CancellationToken::new();
    let job = Job::new(token.clone(), |_| {});
    let stopped = async {
        let waits =
            "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'pgdeck' AND wait_event_type = 'Lock'";
        loop {
            place.client.batch_execute("SELECT pg_stat_clear_snapshot()").await.unwrap();
            if place.rows(waits).await == ["1"] {
                return token.cancel();
            }
            tokio::task::yield_now().await;
        }
    };
    let (ran, ()) = tokio::join!(run(&place, &plan, &job), stopped);
    let error = ran.expect_err("stopped");
    assert_eq!((error.code, error.place.as_deref()), (Code::Interrupted, Some("002_busy.sql:2")), "{error}");
    assert!(error.to_string().contains("001_a.sql before it was applied and stays"), "{error}");
    place.client.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!((place.tables().await, place.recorded().await), (vec!["a".into(), "busy".into()], vec!["001".into()]));
    assert_eq!(ended(&place).0, Outcome::Stopped);
}

/// A process that ended in the middle leaves a line that says what it was about to do: the server knows the rest.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_cut_off_is_settled_by_its_last_line() {
    let place = Place::new("", &[]).await;
    let committed = place.rows("SELECT pg_current_xact_id()").await.remove(0);
    let aborted = place.rows("BEGIN; SELECT pg_current_xact_id(); ROLLBACK").await.remove(0);
    let cut_off = |next: Option<&str>, outside: bool, xid: Option<&String>| {
        let begin = Begin {
            action: Action::Migrate,
            environment: "here".into(),
            database: None,
            from: "migrations".into(),
            digest: "d".into(),
            rows: Tally::default(),
            migrations: Some(Migrations { of: 2, ..Migrations::default() }),
        };
        let attempt = Attempt::begin(&place.deck, begin).unwrap();
        let noted = Migrations { of: 2, ran: vec!["001_a.sql".into()], next: next.map(str::to_owned), outside };
        attempt.note(&place.deck, noted, xid.cloned()).unwrap();
    };
    let b = Some("002_b.sql");
    for (next, outside, xid, outcome, ran, says) in [
        (b, false, Some(&committed), Outcome::Applied, 2, ""),
        (b, false, Some(&aborted), Outcome::Stopped, 1, "cut off"),
        (b, true, Some(&committed), Outcome::Applied, 2, ""),
        (b, true, Some(&aborted), Outcome::Stopped, 1, "002_b.sql ran outside of a transaction"),
        (b, true, None, Outcome::Stopped, 1, "002_b.sql ran outside of a transaction"),
    ] {
        cut_off(next, outside, xid);
        assert!(settle(&place.deck, &Job::quiet()).await.unwrap().is_empty());
        let last = place.journal()[0].last.clone();
        let told = last.migrations.unwrap();
        assert_eq!((last.outcome, told.ran.len(), told.next), (outcome, ran, None));
        assert!(last.error.unwrap_or_default().contains(says));
    }
}
