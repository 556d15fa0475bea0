//! `pgdeck migrations apply`: what would run is shown, what is confirmed runs, and a run that was cut off is settled.

use std::{
    fs,
    process::{Child, Command, Stdio},
    time::Instant,
};

use rustix::process::{Pid, Signal, kill_process};

use crate::{
    demo::Place,
    desk::{Desk, SOON, Said, program},
};

const APPLY: &str = "migrations apply -e preprod";

/// A desk whose folder `migrations` holds `files`.
async fn desk(files: &[(&str, &str)]) -> Desk {
    let desk = Desk::writing().await;
    fs::create_dir(desk.path("migrations")).unwrap();
    for (name, text) in files {
        desk.write(&format!("migrations/{name}"), text);
    }
    let admin = desk.databases.admin().await;
    let grants = "DO $$ BEGIN EXECUTE format('GRANT CREATE ON DATABASE %I TO operator', current_database()); END $$;
                  GRANT CREATE ON SCHEMA public TO operator";
    admin.batch_execute(grants).await.unwrap();
    desk
}

const TWO: [(&str, &str); 2] = [
    ("001_first.sql", "CREATE TABLE first_one (id int);\n"),
    ("002_second.sql", "CREATE TABLE second_one (id int);\n"),
];

#[tokio::test]
async fn it_is_shown_then_confirmed_then_done() {
    let desk = desk(&TWO).await;
    let said = Said::of(&mut desk.command(APPLY));
    assert_eq!(said.code, 4);
    assert!(
        said.out.contains("001") && said.out.contains("one transaction") && said.out.contains("planned"),
        "{}",
        said.out
    );
    assert!(
        said.out.contains("supabase_migrations.schema_migrations (Supabase), which will be created"),
        "{}",
        said.out
    );
    assert!(said.err.contains("preprod: not confirmed — to run this, add --confirm preprod --digest "), "{}", said.err);
    let digest = said.err.trim().rsplit(' ').next().unwrap().to_owned();
    desk.fails(4, &format!("{APPLY} --confirm production"), "type `preprod` to confirm");
    desk.fails(5, &format!("{APPLY} --confirm preprod --digest 00000000"), "the plan changed");
    desk.fails(2, "migrations apply --confirm preprod", "name it with -e ENV");
    desk.fails(4, "migrations apply -e production --confirm production", "read-only");
    let tried = desk.json(&format!("{APPLY} --confirm preprod --dry-run --digest {digest}"));
    assert_eq!((&tried["run"], &tried["files"][1]["status"]), (&serde_json::Value::Null, &"tried".into()));
    let table = desk.fine(&format!("{APPLY} --confirm preprod --digest {digest}"));
    assert!(table.contains("2 files applied, run "), "{table}");
    let again = desk.json(APPLY);
    assert_eq!((&again["files"], &again["run"]), (&serde_json::json!([]), &serde_json::Value::Null));
    assert!(desk.fine(APPLY).contains("preprod: nothing is pending"));
    let journal = desk.fine("journal");
    assert!(journal.contains("migrate") && journal.contains("2 files") && journal.contains("applied"), "{journal}");
    let run = table.split("run ").nth(1).unwrap().split(',').next().unwrap().to_owned();
    desk.fails(4, &format!("sync undo {run} --confirm preprod"), "migrations are not taken back");
}

#[tokio::test]
async fn a_failure_is_one_line_with_its_place() {
    let desk = desk(&[TWO[0], ("002_second.sql", "SELECT 1;\nALTER ROLE nobody PASSWORD 'hunter2-geheim';\n")]).await;
    let error = desk.fails(6, &format!("{APPLY} --confirm preprod"), "002_second.sql:2");
    assert!(error.contains("statement 2 of 2, `ALTER ROLE nobody PASSWORD …`"), "{error}");
    assert!(desk.fine("migrations -e preprod").contains("applied"));
}

/// The example's production has the history, an edited file and two pending ones.
#[test]
fn the_example_gets_what_it_lacks() {
    let said = Said::from(Place::new().demo("introalignment -- migrations apply -e staging").output().unwrap());
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    assert!(said.out.contains("staging: nothing is pending"), "{}", said.out);
    let said = Said::from(Place::new().demo("introalignment -- migrations apply -e production").output().unwrap());
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.out.contains("018") && said.out.contains("019") && !said.out.contains("017 "), "{}", said.out);
    assert!(said.out.contains("011_game_system.sql") || said.out.contains("011"), "{}", said.out);
}

/// Killed while its second file waits for a lock: nothing of that file is there, and the journal finds out.
#[tokio::test]
async fn a_run_that_was_killed_is_settled_by_the_journal() {
    let desk =
        desk(&[TWO[0], ("002_second.sql", "CREATE TABLE second_one (id int);\nSELECT pg_advisory_xact_lock(4711);\n")])
            .await;
    let admin = desk.databases.admin().await;
    admin.batch_execute("SELECT pg_advisory_lock(4711)").await.unwrap();
    let mut child = start(&desk, &format!("{APPLY} --confirm preprod"));
    let deadline = Instant::now() + SOON;
    let waits = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'pgdeck' \
                 AND wait_event_type = 'Lock'";
    loop {
        admin.batch_execute("SELECT pg_stat_clear_snapshot()").await.unwrap();
        if admin.query_one(waits, &[]).await.unwrap().get::<_, i64>(0) == 1 {
            break;
        }
        assert!(Instant::now() < deadline && child.try_wait().unwrap().is_none(), "it never waited for the lock");
        tokio::task::yield_now().await;
    }
    kill_process(Pid::from_child(&child), Signal::KILL).unwrap();
    child.wait().unwrap();
    admin.batch_execute("SELECT pg_advisory_unlock(4711)").await.unwrap();
    let journal = desk.json("journal");
    let entry = &journal["runs"][0]["entry"];
    assert_eq!(
        (&entry["outcome"], &entry["migrations"]["ran"]),
        (&"stopped".into(), &serde_json::json!(["001_first.sql"])),
        "{journal}"
    );
    assert!(desk.fine("journal").contains("1 of 2 files"));
}

fn start(desk: &Desk, line: &str) -> Child {
    let mut command = Command::new(program());
    command.env_clear().envs(desk.variables()).current_dir(desk.path("")).args(line.split_whitespace());
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}
