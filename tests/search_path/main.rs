//! Every statement that the program sends either runs where names without a schema are those of `pg_catalog`, or has none
//! (CVE-2018-1058). The real program runs its verbs through a line that writes down what is asked.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod names;
mod recorder;

use std::{fmt::Write as _, fs, path::Path, process::Command};

use pgdeck::pg::server::{Programs, Server, load};
use recorder::{Looks, Recorder};

/// Types of `pg_catalog` that statements of a sync name without it, where `pg_catalog` is looked up first.
const FIRST: [&str; 2] = ["type text", "type name"];

const TABLES: &str =
    "CREATE TABLE plan (id int PRIMARY KEY, code text UNIQUE, price numeric(9, 2), up int REFERENCES plan);
    CREATE TABLE part (plan int REFERENCES plan ON DELETE CASCADE, n int, at timestamptz, PRIMARY KEY (plan, n));
    CREATE FUNCTION seen() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN new; END $$;
    CREATE TRIGGER seen BEFORE INSERT OR UPDATE ON plan FOR EACH ROW EXECUTE FUNCTION seen();";
const SOURCE: &str = "INSERT INTO plan VALUES (1, 'a', 1, NULL), (2, 'b', 2, 1), (3, 'c', 3, NULL), (4, 'd', 4, 3);
    INSERT INTO part SELECT 1, n, now() FROM generate_series(1, 9) n;";
const TARGET: &str = "INSERT INTO plan VALUES (1, 'b', 1, NULL), (2, 'a', 7, NULL), (9, 'z', 3, NULL);
    INSERT INTO part VALUES (9, 1, now());";

/// The project: each address through the recorder.
fn project(folder: &Path, port: u16) {
    let mut toml = String::from("[project]\nname = \"path\"\n[migrations]\ndir = \"m\"\n");
    for (name, kind) in [("source", "production"), ("target", "staging")] {
        let writable = kind == "staging";
        let _ = write!(
            toml,
            "[env.{name}]\nkind = \"{kind}\"\nwritable = {writable}\n\
             url = \"postgresql://postgres@127.0.0.1:{port}/{name}?sslmode=disable\"\n"
        );
    }
    toml.push_str("[[sync.set]]\nname = \"plans\"\ntables = [{ table = \"plan\", key = [\"code\"] }, \"part\"]\n");
    fs::write(folder.join("pgdeck.toml"), toml).unwrap();
    fs::create_dir(folder.join("m")).unwrap();
    fs::write(folder.join("m/001_a.sql"), "CREATE TABLE made_by_the_file (id int);\n").unwrap();
    fs::write(folder.join("m/002_i.sql"), "CREATE INDEX CONCURRENTLY made_by_the_file_i ON made_by_the_file (id);\n")
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn no_statement_leaves_a_name_to_the_roles_search_path() {
    let programs = Programs::find(None, &|name| std::env::var(name).ok(), &|line| eprintln!("{line}")).unwrap();
    let server = Server::start(&programs, "path", None).unwrap();
    for (database, rows) in [("source", SOURCE), ("target", TARGET)] {
        load(&server, database, &[("tables", TABLES), ("rows", rows)]).await.unwrap();
    }
    let recorder = Recorder::open(&server.host().join(format!(".s.PGSQL.{}", server.port())));
    let folder = tempfile::tempdir().unwrap();
    project(folder.path(), recorder.port);
    let mut found = String::new();
    for (line, asks) in [
        ("env", 3),
        ("counts --exact", 3),
        ("audit -e target --fail-on never", 12),
        ("schema diff --from source --to target --fail-on never", 12),
        ("config check --live", 3),
        ("migrations", 3),
        ("migrations apply -e target --confirm target --dry-run", 6),
        ("migrations apply -e target --confirm target", 20),
        ("sync export plans --from source --out b.jsonl", 6),
        ("sync review plans --from source --to target --deletes --plan p.json", 12),
        ("sync apply --plan p.json --confirm target", 20),
        ("sync undo RUN --confirm target", 20),
        ("sync seed plans --from source --out seed.sql", 6),
        ("init -e target --out x.toml", 3),
    ] {
        let run = latest(folder.path());
        let words = line.split(' ').map(|word| if word == "RUN" { run.as_str() } else { word });
        let output = Command::new(env!("CARGO_BIN_EXE_pgdeck"))
            .args(words)
            .current_dir(folder.path())
            .env("PGDECK_STATE_DIR", folder.path().join("state"))
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "pgdeck {line}: {told}{}", String::from_utf8_lossy(&output.stdout));
        if ["config check --live", "sync review"].iter().any(|verb| line.starts_with(verb)) {
            let notes = String::from_utf8_lossy(&output.stdout).into_owned();
            for name in ["source", "target"] {
                assert_eq!(notes.matches(&format!("{name}: connected as a superuser")).count(), 1, "{line}: {notes}");
            }
        }
        let seen = recorder.take();
        assert!(seen.len() >= asks, "pgdeck {line} asked {} times only: {seen:#?}", seen.len());
        for (looks, statement) in seen.iter().filter(|(_, statement)| !statement.contains("made_by_the_file")) {
            let mut names = if *looks == Looks::Catalog { Vec::new() } else { names::unqualified(statement) };
            names.retain(|name| *looks == Looks::Role || !FIRST.contains(&name.as_str()));
            if !names.is_empty() {
                writeln!(found, "pgdeck {line}, {looks:?}: {}\n    {statement}", names.join(", ")).unwrap();
            }
        }
    }
    assert!(found.is_empty(), "\n{found}");
}

/// The last run that the journal holds.
fn latest(folder: &Path) -> String {
    let output = Command::new(env!("CARGO_BIN_EXE_pgdeck"))
        .args(["--format", "json", "journal"])
        .current_dir(folder)
        .env("PGDECK_STATE_DIR", folder.join("state"))
        .output()
        .unwrap();
    let journal: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap_or_default();
    let runs = journal["runs"].as_array().into_iter().flatten();
    runs.filter_map(|run| Some(run["entry"]["run"].as_str()?.to_owned())).max().unwrap_or_default()
}
