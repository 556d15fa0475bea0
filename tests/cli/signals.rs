//! Signals while a server does not answer: its backend is stopped, or the line is dead. Each ends every verb soon, and
//! what is told of a write is true.

use std::{
    fs,
    process::Child,
    time::{Duration, Instant},
};

use rustix::process::Signal;
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

use crate::{
    desk::{Desk, SOON, Said},
    frozen::{Frozen, line, until_waiting},
    interrupt::{lock, send, start},
};

/// It is to be three seconds; a machine that is busy with other tests gets some more.
const AT_ONCE: Duration = Duration::from_secs(6);

/// How `child` ends after `signal`.
fn ends(child: Child, signal: Signal, what: &str) -> Said {
    let told = Instant::now();
    send(&child, signal);
    let said = Said::from(child.wait_with_output().unwrap());
    assert!(told.elapsed() < AT_ONCE, "{what} took {:?} to end", told.elapsed());
    said.is_one_line_on_stderr(what);
    said
}

/// Runs `verb` until it waits for a lock on `tables`, stops its backend, and sends `signal`.
async fn ends_while_stopped(desk: &Desk, admin: &Client, tables: &str, verb: &str, signal: Signal) {
    lock(admin, tables).await;
    let child = start(desk, verb);
    let frozen = Frozen::waiting(admin, 1).await;
    let said = ends(child, signal, verb);
    assert_eq!(said.code, 130, "{verb}: {}", said.err);
    assert!(said.err.contains("stopped by the operator"), "{verb}: {}", said.err);
    drop(frozen);
    admin.batch_execute("ROLLBACK").await.unwrap();
}

#[tokio::test]
async fn every_verb_that_reads_ends_although_its_backend_is_stopped() {
    let desk = Desk::writing().await;
    let admin = desk.databases.admin().await;
    for (verb, tables, signal) in [
        ("counts -e preprod --exact plans", "public.plans", Signal::INT),
        ("sync review --from production --to preprod", "public.plans", Signal::TERM),
        ("sync export plans --from preprod --out half.bundle", "public.plans", Signal::HUP),
        ("audit -e preprod", "pg_catalog.pg_policy", Signal::INT),
        ("schema diff --from production --to preprod", "pg_catalog.pg_policy", Signal::TERM),
        ("migrations -e preprod", "supabase_migrations.schema_migrations", Signal::HUP),
    ] {
        if verb.starts_with("migrations") {
            history(&desk, &admin).await;
        }
        ends_while_stopped(&desk, &admin, tables, verb, signal).await;
    }
}

/// A folder of migrations, and a history that knows the first of them.
async fn history(desk: &Desk, admin: &Client) {
    fs::create_dir(desk.path("migrations")).unwrap();
    desk.write("migrations/001_first.sql", "CREATE TABLE first_one (id int);\n");
    desk.write("migrations/002_second.sql", "SELECT pg_advisory_xact_lock(4711);\nCREATE TABLE second_one (id int);\n");
    let sql = "CREATE SCHEMA supabase_migrations;
        CREATE TABLE supabase_migrations.schema_migrations (version text PRIMARY KEY, statements text[], name text);
        INSERT INTO supabase_migrations.schema_migrations (version, name) VALUES ('001', 'first');
        GRANT USAGE ON SCHEMA supabase_migrations TO operator;
        GRANT ALL ON ALL TABLES IN SCHEMA supabase_migrations TO operator;
        GRANT CREATE ON SCHEMA public TO operator";
    admin.batch_execute(sql).await.unwrap();
}

#[tokio::test]
async fn an_apply_ends_although_its_backend_is_stopped_and_nothing_is_written() {
    let desk = Desk::writing().await;
    desk.fine("sync review --from production --to preprod --plan all.plan");
    let before = desk.json("counts -e preprod --exact");
    let admin = desk.databases.admin().await;
    ends_while_stopped(&desk, &admin, "public.plans", "sync apply --plan all.plan --confirm preprod", Signal::INT)
        .await;
    assert_eq!(desk.json("counts -e preprod --exact"), before);
    assert_eq!(desk.json("journal")["runs"][0]["entry"]["outcome"], "rolled-back");
    // The backend has gone on, noticed, and let go of its locks.
    desk.fine("sync apply --plan all.plan --confirm preprod");
}

#[tokio::test]
async fn migrations_end_although_their_backend_is_stopped_and_the_journal_finds_out_which_are_there() {
    let desk = Desk::writing().await;
    let admin = desk.databases.admin().await;
    history(&desk, &admin).await;
    desk.write("migrations/000_before.sql", "CREATE TABLE before_it (id int);\n");
    let apply = "migrations apply -e preprod --confirm preprod --out-of-order";
    admin.batch_execute("SELECT pg_advisory_lock(4711)").await.unwrap();
    let child = start(&desk, apply);
    let frozen = Frozen::waiting(&admin, 1).await;
    let said = ends(child, Signal::TERM, apply);
    // The first file was committed and the second was not; without its server pgdeck does not guess.
    assert_eq!(said.code, 8, "{}", said.err);
    assert!(said.err.contains("`pgdeck journal` asks the server"), "{}", said.err);
    let text = fs::read_to_string(desk.path(".local/state/pgdeck/innotrue/journal.jsonl")).unwrap();
    assert!(text.lines().last().unwrap().contains(r#""outcome":"unknown""#), "{text}");
    drop(frozen);
    admin.batch_execute("SELECT pg_advisory_unlock(4711)").await.unwrap();
    let entry = desk.json("journal")["runs"][0]["entry"].clone();
    assert_eq!(
        (&entry["outcome"], &entry["migrations"]["ran"]),
        (&"stopped".into(), &serde_json::json!(["000_before.sql"])),
        "{entry}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_line_keeps_nobody() {
    let desk = Desk::writing().await;
    let admin = desk.databases.admin().await;
    lock(&admin, "public.plans").await;
    let preprod = desk.databases.preprod();
    let (dead, host) = (CancellationToken::new(), admin_socket(&admin).await);
    let port = line(host, dead.clone()).await;
    let through = format!("postgresql://operator@127.0.0.1:{port}/{}", desk.databases.name());
    desk.project("${PREPROD_DATABASE_URL}", &through);
    assert_ne!(preprod, through);
    let child = start(&desk, "counts -e preprod --exact plans");
    until_waiting(&admin, 1).await;
    dead.cancel();
    let said = ends(child, Signal::INT, "counts over a dead line");
    assert_eq!(said.code, 130, "{}", said.err);
    assert!(said.err.contains("before the server answered"), "{}", said.err);
}

async fn admin_socket(admin: &Client) -> std::path::PathBuf {
    let sql = "SELECT current_setting('unix_socket_directories'), current_setting('port')";
    let row = admin.query_one(sql, &[]).await.unwrap();
    std::path::Path::new(row.get::<_, &str>(0)).join(format!(".s.PGSQL.{}", row.get::<_, &str>(1)))
}

/// A reader that takes nothing holds up the write, and no signal is to wait for it.
#[test]
fn a_pipe_that_nobody_reads_keeps_nobody() {
    let desk = Desk::reading();
    let child = start(&desk, "completions bash");
    let pipe = child.stdout.as_ref().unwrap();
    let deadline = Instant::now() + SOON;
    // What a pipe holds is less than what is to be written.
    while rustix::io::ioctl_fionread(pipe).unwrap() < 65536 {
        assert!(Instant::now() < deadline, "the pipe was never full");
        std::thread::yield_now();
    }
    let told = Instant::now();
    send(&child, Signal::INT);
    let mut child = child;
    let code = child.wait().unwrap().code();
    assert!(told.elapsed() < AT_ONCE, "{:?}", told.elapsed());
    let said = child.wait_with_output().unwrap();
    let said = String::from_utf8(said.stderr).unwrap();
    assert_eq!(code, Some(130), "{said}");
    assert!(said.starts_with("pgdeck: stopped by the operator without waiting"), "{said}");
}
