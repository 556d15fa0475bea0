//! `cargo bench --bench sync`: export, review and apply against plain references in the same run.
//!
//! Machines are noisy, so what counts is the ratio. Rows: 100,000 on each side, other ids on both,
//! 1,000 of them edited; then 20,000 edited and 20,000 new.

#![allow(clippy::expect_used, reason = "a bench that cannot be set up has failed")]

use std::{
    path::Path,
    process::Command,
    time::{Duration, Instant},
};

use futures_util::TryStreamExt;
use pgdeck::{
    app::{deck::Deck, job::Job, sync},
    config::{project::Project, source::Source},
    core::{
        gate::RunId,
        guard,
        sync::{batch::LEAST, plan::Plan, script, select::Selection},
    },
    pg::server::{Programs, Server, load},
};
use tokio_postgres::{Client, NoTls};

const ROWS: u32 = 100_000;
const EDITED: u32 = 1_000;
/// So many are edited, and so many new, where statements are put together.
const MANY: u32 = 20_000;
const ROUNDS: usize = 3;

const PROJECT: &str = r#"
[project]
name = "bench"
[env.source]
kind = "production"
url = "${SOURCE}"
[env.target]
kind = "staging"
url = "${TARGET}"
[[sync.set]]
name = "items"
tables = [{ table = "items", key = ["key"], ignore = ["updated_at"] }]
"#;

fn schema(side: &str, edited: u32) -> String {
    format!(
        "CREATE TABLE items (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), key text NOT NULL UNIQUE, title text NOT NULL,
           body text, price numeric(10,2), active boolean NOT NULL, updated_at timestamptz NOT NULL);
         INSERT INTO items SELECT md5('{side}' || n)::uuid, 'item-' || n,
           'Title ' || n || CASE WHEN n % {} = 0 THEN ' of {side}' ELSE '' END, repeat(md5(n::text), 4), n / 7.0, n % 3 = 0, '2026-01-01'
         FROM generate_series(1, {ROWS}) n; VACUUM ANALYZE items",
        ROWS / edited
    )
}

#[tokio::main]
async fn main() {
    let vars = |name: &str| std::env::var(name).ok();
    let programs = Programs::find(None, &vars, &|line| eprintln!("{line}")).expect("PostgreSQL");
    let began = Instant::now();
    let server = Server::start(&programs, "bench", None).expect("server");
    let ready = began.elapsed();
    for side in ["source", "target"] {
        // VACUUM wants to be a statement of its own.
        let sql = schema(side, EDITED);
        let (create, vacuum) = sql.rsplit_once(';').expect("two parts");
        load(&server, side, &[("schema", create), ("vacuum", vacuum)]).await.expect("data");
    }
    let state = tempfile::tempdir().expect("state");
    let deck = self::deck(&server, state.path(), "source", "target");
    println!("a throw-away server was ready after {ready:.2?}");
    println!("PostgreSQL {}, {ROWS} rows on each side, {EDITED} edited, best of {ROUNDS}", server.version());
    reading(&deck, &server).await;
    writing(&deck, &server, state.path()).await;
    together(&server, state.path()).await;
}

fn deck(server: &Server, state: &Path, source: &str, target: &str) -> Deck {
    let (source, target) = (server.url(source), server.url(target));
    let folder = state.display().to_string();
    let known = move |name: &str| match name {
        "SOURCE" => Some(source.clone()),
        "TARGET" => Some(target.clone()),
        "PGDECK_STATE_DIR" => Some(folder.clone()),
        _ => None,
    };
    Deck::new(Project::parse(Source::new("pgdeck.toml", PROJECT)).expect("project"), known).expect("deck")
}

/// Export and review, against both tables copied out as text.
async fn reading(deck: &Deck, server: &Server) {
    let mut ours = Duration::MAX;
    let mut plain = Duration::MAX;
    for _ in 0..ROUNDS {
        let began = Instant::now();
        let bundle = sync::export(deck, &Job::quiet(), &[], "source").await.expect("export");
        let review = sync::review(deck, &Job::quiet(), &bundle, "target", false).await.expect("review");
        ours = ours.min(began.elapsed());
        assert_eq!(review.tables[0].rows.len(), EDITED as usize);
        let began = Instant::now();
        for side in ["source", "target"] {
            copy(server, side).await;
        }
        plain = plain.min(began.elapsed());
    }
    line("export + review", ours, "COPY of both tables", plain);
    println!("  memory at its highest: {} MB", highest_memory() / 1024);
}

async fn client(server: &Server, dbname: &str) -> Client {
    let mut config = tokio_postgres::Config::new();
    config.host_path(server.host()).port(server.port()).user("postgres").dbname(dbname);
    let (client, connection) = config.connect(NoTls).await.expect("connects");
    tokio::spawn(connection);
    client
}

async fn copy(server: &Server, dbname: &str) {
    let client = client(server, dbname).await;
    let columns = "id, key, title, body, price, active, updated_at";
    let bytes = client.copy_out(&format!("COPY items ({columns}) TO STDOUT")).await.expect("copy");
    let total = bytes.try_fold(0, async |sum, piece| Ok(sum + piece.len())).await.expect("copy");
    assert!(total > 0);
}

/// Apply, with verification and before-images on disk, against psql running the same plan's script.
async fn writing(deck: &Deck, server: &Server, folder: &Path) {
    let (plan, applied) = apply(deck).await;
    let undo = sync::undo_plan(deck, &applied).expect("undo");
    let permit = permit(deck, &undo);
    sync::apply(deck, &Job::quiet(), &undo, &permit, false).await.expect("undone");
    let file = folder.join("plan.sql");
    std::fs::write(&file, script::script(&plan).expect("script")).expect("file");
    let began = Instant::now();
    let (_, second) = apply(deck).await;
    let ours = began.elapsed();
    let undo = sync::undo_plan(deck, &second).expect("undo");
    let permit = self::permit(deck, &undo);
    sync::apply(deck, &Job::quiet(), &undo, &permit, false).await.expect("undone");
    let began = Instant::now();
    let psql = Command::new("psql")
        .args(["-qXd", &server.url("target"), "-v", "ON_ERROR_STOP=1", "-o", "/dev/null", "-f"])
        .arg(&file)
        .status();
    match psql {
        Ok(status) => assert!(status.success()),
        Err(error) => {
            return println!("  apply of {} rows: {ours:.2?} (no psql to compare with: {error})", plan.steps.len());
        }
    }
    line("review + apply + verify + images", ours, "psql runs the plan's script", began.elapsed());
}

async fn apply(deck: &Deck) -> (Plan, RunId) {
    let bundle = sync::export(deck, &Job::quiet(), &[], "source").await.expect("export");
    let review = sync::review(deck, &Job::quiet(), &bundle, "target", false).await.expect("review");
    let plan = Plan::build("bench", &review, &Selection::all(&review)).expect("plan");
    let permit = permit(deck, &plan);
    let applied = sync::apply(deck, &Job::quiet(), &plan, &permit, false).await.expect("applied");
    (plan, applied.run.expect("a run"))
}

/// Many rows: in batches, one statement each, and as somebody would do it who trusts the rows: COPY into a temporary
/// table, `UPDATE … FROM`, `INSERT … SELECT`, without a guard, a look at what was written, or a way back.
async fn together(server: &Server, folder: &Path) {
    for side in ["source", "target"] {
        let (create, more) = (schema(side, MANY), if side == "source" { MANY } else { 0 });
        let (create, vacuum) = create.rsplit_once(';').expect("two parts");
        let new = format!(
            "INSERT INTO items SELECT md5('new' || n)::uuid, 'new-' || n, 'Title ' || n, repeat(md5(n::text), 4), n / 7.0, n % 3 = 0,
             '2026-01-01' FROM generate_series(1, {more}) n"
        );
        load(server, &format!("many_{side}"), &[("schema", create), ("new", &new), ("vacuum", vacuum)])
            .await
            .expect("data");
    }
    // A database that somebody is connected to cannot be copied, so this comes before our own connections.
    let reference = copied(server, folder).await;
    let deck = deck(server, folder, "many_source", "many_target");
    let bundle = sync::export(&deck, &Job::quiet(), &[], "source").await.expect("export");
    let review = sync::review(&deck, &Job::quiet(), &bundle, "target", false).await.expect("review");
    let plan = Plan::build("bench", &review, &Selection::all(&review)).expect("plan");
    assert_eq!(plan.tally().to_string(), format!("{MANY} insert, {MANY} update, 0 delete"));
    println!("{MANY} edited and {MANY} new, with verification and before-images on disk:");
    // As one statement each it is slow enough for the noise not to matter.
    let singly = timed(&deck, &plan, usize::MAX, 1).await;
    let batches = timed(&deck, &plan, LEAST, ROUNDS).await;
    line("apply in batches", batches, "one statement per row", singly);
    match reference {
        Some(reference) => line("apply in batches", batches, "psql: COPY, UPDATE … FROM, INSERT", reference),
        None => println!("  (no psql to compare with)"),
    }
}

/// The best of so many applies; each is undone.
async fn timed(deck: &Deck, plan: &Plan, batch: usize, rounds: usize) -> Duration {
    let mut best = Duration::MAX;
    for _ in 0..rounds {
        let permit = permit(deck, plan);
        let began = Instant::now();
        let applied = sync::apply_in_batches(deck, &Job::quiet(), plan, &permit, false, batch).await.expect("applied");
        best = best.min(began.elapsed());
        let undo = sync::undo_plan(deck, &applied.run.expect("a run")).expect("undo");
        let permit = self::permit(deck, &undo);
        sync::apply(deck, &Job::quiet(), &undo, &permit, false).await.expect("undone");
    }
    best
}

async fn copied(server: &Server, folder: &Path) -> Option<Duration> {
    let rows = folder.join("rows.copy").display().to_string();
    let columns = "id, key, title, body, price, active, updated_at";
    let psql = |dbname: &str, arguments: &[&str]| {
        let mut command = Command::new("psql");
        command.args(["-qXd", &server.url(dbname), "-v", "ON_ERROR_STOP=1"]).args(arguments);
        command.status().map(|status| assert!(status.success()))
    };
    let changed = format!("SELECT {columns} FROM items WHERE title LIKE '% of source' OR key LIKE 'new-%'");
    psql("many_source", &["-c", &format!("\\copy ({changed}) TO '{rows}'")]).ok()?;
    let file = folder.join("copy.sql");
    let sql = format!(
        "BEGIN;\nCREATE TEMP TABLE staged (LIKE items);\n\\copy staged ({columns}) FROM '{rows}'\nANALYZE staged;
         UPDATE items AS t SET title = s.title FROM staged AS s WHERE t.key = s.key AND t.title <> s.title;
         INSERT INTO items ({columns}) SELECT {columns} FROM staged AS s
           WHERE NOT EXISTS (SELECT FROM items AS t WHERE t.key = s.key);\nCOMMIT;\n"
    );
    std::fs::write(&file, sql).expect("file");
    let mut best = Duration::MAX;
    for round in 0..ROUNDS {
        let name = format!("copy_{round}");
        let admin = client(server, "postgres").await;
        admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE many_target")).await.expect("copy");
        let began = Instant::now();
        psql(&name, &["-f", &file.display().to_string()]).ok()?;
        best = best.min(began.elapsed());
    }
    Some(best)
}

fn permit(deck: &Deck, plan: &Plan) -> guard::Permit {
    guard::permit(&deck.environment("target").expect("target"), &plan.digest, &plan.to, &"target".into())
        .expect("permit")
}

fn line(what: &str, ours: Duration, reference: &str, plain: Duration) {
    let ratio = ours.as_secs_f64() / plain.as_secs_f64();
    println!("  {what}: {ours:.2?}   {reference}: {plain:.2?}   ratio {ratio:.2}");
}

/// kB, from the kernel; 0 where it does not say.
fn highest_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
