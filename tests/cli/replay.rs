//! `pgdeck schema diff --migrations`: an environment against what its migrations make.

use std::{
    fs,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::Instant,
};

use rustix::process::{Pid, Signal, kill_process};
use serde_json::{Value as Json, json};
use tokio_postgres::{Client, NoTls};

use crate::{
    demo::Place,
    desk::{Desk, SOON, Said, program},
};

fn replay(line: &str, code: i32) -> String {
    let place = Place::new();
    let said = Said::from(place.demo(&format!("introalignment -- schema diff --migrations {line}")).output().unwrap());
    assert_eq!((said.code, said.err.as_str()), (code, ""), "{}", said.out);
    assert_eq!(place.left(), Vec::<String>::new(), "no server and no folder stays");
    said.out
}

#[test]
fn an_environment_is_compared_with_what_its_migrations_make() {
    let equal = replay("--to staging", 0);
    assert!(equal.contains("migrations → staging: no differences") && equal.contains("replayed 19 files"), "{equal}");
    let table = replay("--to production", 1);
    for says in [
        "CHANGE   KIND        OBJECT",
        "added    index       public.profiles_city_idx",
        "replayed 17 files",
        "pending there: 018_subscription_billing_system.sql, 019_seed_subscription_plans.sql",
        "edited after they ran there, and replayed as they are now: 011_match_generation_system.sql",
        "migrations → production: 3 differences: 1 added, 1 removed, 1 changed",
    ] {
        assert!(table.contains(says), "{says}: {table}");
    }
    let json: Json = serde_json::from_str(&replay("--to production --format json", 1)).unwrap();
    assert_eq!((&json["from"], &json["to"]), (&json!("migrations"), &json!("production")));
    let replayed = json["replayed"].as_object().unwrap();
    let keys: Vec<&str> = replayed.keys().map(String::as_str).collect();
    let known = [
        "dir",
        "server",
        "history",
        "as_superuser",
        "before",
        "files",
        "pending",
        "edited",
        "missing",
        "bookkeeping",
        "platform",
    ];
    assert_eq!(keys, known);
    assert_eq!(replayed["files"].as_array().map(Vec::len), Some(17));
    let markdown = replay("--to production --format markdown --fail-on never", 0);
    assert!(markdown.contains("# Drift from migrations to production") && markdown.contains("## Notes"), "{markdown}");
}

/// A project with migrations of its own, beside the example's environments.
fn desk(section: &str, files: &[(&str, &str)]) -> Desk {
    let desk = Desk::reading();
    let project = include_str!("../../examples/innotrue/pgdeck.toml");
    desk.write("pgdeck.toml", format!("{project}\n[migrations]\ndir = \"files\"\nstyle = \"supabase\"\n{section}"));
    fs::create_dir(desk.path("files")).unwrap();
    for (name, sql) in files {
        desk.write(&format!("files/{name}"), sql);
    }
    desk.trust();
    desk
}

#[test]
fn a_file_that_fails_is_one_line_with_its_place_and_what_to_do() {
    let desk =
        desk("", &[("1_a.sql", "CREATE TABLE public.a (id int);"), ("2_b.sql", "\nCREATE VIEW auth.b AS SELECT 1;")]);
    let line = "schema diff --migrations --all --to preprod";
    let said = desk.fails(7, line, "2_b.sql:2");
    assert!(said.contains("schema \"auth\" does not exist") && said.contains("`before` under [migrations]"), "{said}");
    desk.fails(2, "schema diff --migrations --to preprood", "there is no such environment");
    desk.fails(2, "schema diff --migrations --dir nowhere --to preprod", "there is no such folder");
    fs::create_dir(desk.path("other")).unwrap();
    desk.fails(
        4,
        "schema diff --migrations --dir other --to preprod",
        "run `pgdeck trust --dir other` to see and agree",
    );
    desk.fails(2, "schema diff --migrations --to preprod --pg-bin /", "is no directory of PostgreSQL server programs");
}

#[test]
fn one_side_is_either_an_environment_or_the_migrations() {
    let desk = Desk::reading();
    desk.misused("schema diff --to preprod", "--from");
    desk.misused("schema diff --from production --migrations --to preprod", "cannot be used with");
    desk.misused("schema diff --from production --to preprod --all", "cannot be used with");
    desk.misused("schema diff --from production --to preprod --dir x", "cannot be used with");
}

#[test]
fn an_environment_may_be_called_migrations_too() {
    let section = "[env.migrations]\nkind = \"development\"\nurl = \"${PREPROD_DATABASE_URL}\"";
    let desk = desk(section, &[("1_a.sql", "CREATE TABLE public.a (id int);")]);
    let line = |from: &str| {
        let said = Said::of(&mut desk.command(&format!("schema diff {from} --format json --fail-on never")));
        assert_eq!((said.code, said.err.as_str()), (0, ""));
        serde_json::from_str::<Json>(&said.out).unwrap()
    };
    let environment = line("--from migrations --to preprod");
    assert_eq!((&environment["from"], &environment["replayed"]), (&json!("migrations"), &Json::Null));
    let files = line("--migrations --all --to migrations");
    assert_eq!((&files["from"], &files["to"]), (&json!("migrations"), &json!("migrations")));
    assert_eq!(files["replayed"]["files"], json!(["1_a.sql"]));
    assert!(files["differences"].as_array().unwrap().iter().any(|it| it["object"] == "public.a"));
}

/// The folder of the socket of the one server that there is in `folder`, once it is there.
fn socket(folder: &Path) -> PathBuf {
    let deadline = Instant::now() + SOON;
    loop {
        let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path().join("s"));
        if let Some(socket) = entries.into_iter().find(|socket| socket.join(".s.PGSQL.5432").exists()) {
            return socket;
        }
        assert!(Instant::now() < deadline, "no server was started");
        std::thread::yield_now();
    }
}

async fn superuser(socket: &Path) -> Client {
    let deadline = Instant::now() + SOON;
    loop {
        let mut config = tokio_postgres::Config::new();
        let connected = config.host_path(socket).port(5432).user("postgres").dbname("postgres").connect(NoTls).await;
        if let Ok((client, connection)) = connected {
            tokio::spawn(connection);
            return client;
        }
        assert!(Instant::now() < deadline, "the server lets nobody in");
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn ctrl_c_in_the_middle_of_a_statement_leaves_neither_server_nor_folder() {
    let desk = desk("", &[("1_a.sql", "SELECT pg_sleep(3600);")]);
    let folder = tempfile::tempdir().unwrap();
    fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let mut command = Command::new(program());
    command.env_clear().envs(desk.variables()).env("TMPDIR", folder.path()).current_dir(desk.path(""));
    command.args("schema diff --migrations --all --to preprod".split(' '));
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let admin = superuser(&socket(folder.path())).await;
    let sleeping = "SELECT count(*) FROM pg_stat_activity WHERE wait_event = 'PgSleep'";
    let deadline = Instant::now() + SOON;
    while admin.query_one(sleeping, &[]).await.unwrap().get::<_, i64>(0) == 0 {
        assert!(Instant::now() < deadline, "the file was never run");
        tokio::task::yield_now().await;
    }
    kill_process(Pid::from_child(&child), Signal::INT).unwrap();
    let said = Said::from(child.wait_with_output().unwrap());
    assert_eq!((said.code, said.out.as_str()), (130, ""), "{}", said.err);
    said.is_one_line_on_stderr("an interrupted replay");
    let left: Vec<_> = fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, [""; 0]);
}
