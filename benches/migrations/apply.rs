//! What it costs to apply pending files, against psql running the same files and records in one session: into an empty
//! database, and behind a history of 2,000 files with their statements.

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use pgdeck::{
    app::{deck::Deck, job::Job, migrations::apply},
    config::{project::Project, source::Source},
    core::{guard, migrations::plan::Choice},
    pg::server::{Programs, Server, load},
};

const PENDING: usize = 100;
const ROUNDS: usize = 3;
/// As many as a team writes in ten years, of 5 kB each.
const RAN: usize = 2_000;

#[tokio::main]
pub async fn run() {
    let vars = |name: &str| std::env::var(name).ok();
    let programs = Programs::find(None, &vars, &|line| eprintln!("{line}")).expect("PostgreSQL");
    let server = Server::start(&programs, "bench", None).expect("server");
    println!("PostgreSQL {}: {PENDING} pending files", server.version());
    for ran in [0, RAN] {
        let dir = tempfile::tempdir().expect("folder");
        fill(dir.path(), ran);
        let (mut ours, mut theirs) = (Duration::MAX, Duration::MAX);
        for round in 0..ROUNDS {
            let names = [format!("ours_{ran}_{round}"), format!("psql_{ran}_{round}")];
            for name in &names {
                load(&server, name, &[("history", &history(ran))]).await.expect("database");
            }
            ours = ours.min(applied(&server, &names[0], dir.path()).await);
            theirs = theirs.min(psql(&server, &names[1], dir.path()));
        }
        let ratio = ours.as_secs_f64() / theirs.as_secs_f64();
        println!("behind {ran} that ran: {ours:?}; psql: {theirs:?}; ratio: {ratio:.2}");
    }
}

fn text(number: usize) -> String {
    let mut text = format!("CREATE TABLE t{number} (id bigint PRIMARY KEY, note text);\n");
    for column in 0..4 {
        writeln!(text, "ALTER TABLE t{number} ADD COLUMN c{column} text DEFAULT 'it''s {column}';").expect("text");
    }
    text
}

fn fill(dir: &Path, ran: usize) {
    for number in 1..=ran + PENDING {
        fs::write(dir.join(format!("{number:04}_part.sql")), text(number)).expect("file");
    }
}

/// What the files that ran would have left in the history.
fn history(ran: usize) -> String {
    let table = "CREATE SCHEMA supabase_migrations; CREATE TABLE supabase_migrations.schema_migrations (version text NOT \
                 NULL PRIMARY KEY, statements text[], name text);";
    let rows = (1..=ran).map(|number| {
        let texts = text(number).replace('\'', "''").replace(";\n", "', '");
        let texts = texts.trim_end_matches(", '");
        // Comments make it as large as files are, and do not count as an edit.
        let comment = "-- x\n".repeat(1_000);
        format!(
            "INSERT INTO supabase_migrations.schema_migrations VALUES ('{number:04}', ARRAY['{comment}{texts}], 'part');"
        )
    });
    std::iter::once(table.to_owned()).chain(rows).collect::<Vec<_>>().join("\n")
}

async fn applied(server: &Server, database: &str, dir: &Path) -> Duration {
    let text = "[project]\nname = \"bench\"\n[env.here]\nkind = \"staging\"\nurl = \"${URL}\"\n";
    let project = Project::parse(Source::new("pgdeck.toml", text)).expect("project");
    let (url, state) = (server.url_as(database, "postgres"), tempfile::tempdir().expect("folder"));
    let folder = state.path().display().to_string();
    let variable = move |name: &str| match name {
        "URL" => Some(url.clone()),
        "PGDECK_STATE_DIR" => Some(folder.clone()),
        _ => None,
    };
    let deck = Deck::new(project, variable).expect("deck");
    let start = Instant::now();
    let plan = apply::plan(&deck, &Job::quiet(), Some(dir), "here", &Choice::default()).await.expect("plan");
    let permit = guard::permit(&deck.environment("here").expect("here"), &plan.digest, &"here".into(), &"here".into())
        .expect("permit");
    let applied = apply::apply(&deck, &Job::quiet(), &plan, &permit, false).await.expect("applied");
    assert_eq!(applied.done.len(), PENDING);
    start.elapsed()
}

/// The same files and records by one psql, a transaction each.
fn psql(server: &Server, database: &str, dir: &Path) -> Duration {
    let mut files: Vec<_> = fs::read_dir(dir).expect("folder").map(|entry| entry.expect("entry").path()).collect();
    files.sort();
    let mut script = String::from(
        "CREATE SCHEMA IF NOT EXISTS supabase_migrations; CREATE TABLE IF NOT EXISTS \
         supabase_migrations.schema_migrations (version text NOT NULL PRIMARY KEY, statements text[], name text);\n",
    );
    for path in &files[files.len() - PENDING..] {
        let name = path.file_name().expect("name").to_string_lossy();
        writeln!(
            script,
            "BEGIN;\n\\i {}\nINSERT INTO supabase_migrations.schema_migrations VALUES ('{}', NULL, 'part');\nCOMMIT;",
            path.display(),
            name.split('_').next().expect("number")
        )
        .expect("text");
    }
    let all = tempfile::NamedTempFile::new().expect("file");
    fs::write(all.path(), script).expect("file");
    let start = Instant::now();
    let done = Command::new("psql")
        .args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-d", &server.url_as(database, "postgres"), "-f"])
        .arg(all.path())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("psql");
    assert!(done.success());
    start.elapsed()
}
