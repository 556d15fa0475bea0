//! Ctrl-C, SIGTERM and lost connections in the middle of the work: exit 130, nothing runs on, nothing half done.

use std::process::{Child, Command, Stdio};

use rustix::process::{Pid, Signal, kill_process};
use tokio_postgres::Client;

use crate::{
    desk::{Desk, Said, program},
    frozen::{until_waiting, waiting},
};

pub fn start(desk: &Desk, line: &str) -> Child {
    let mut command = Command::new(program());
    command.env_clear().envs(desk.variables()).current_dir(desk.path("")).args(line.split_whitespace());
    command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
}

pub fn send(child: &Child, signal: Signal) {
    kill_process(Pid::from_child(child), signal).unwrap();
}

/// Locks three tables, so that all connections that count side by side wait.
pub async fn lock(admin: &Client, tables: &str) {
    admin.batch_execute(&format!("BEGIN; LOCK TABLE {tables} IN ACCESS EXCLUSIVE MODE")).await.unwrap();
}

#[tokio::test]
async fn ctrl_c_stops_counting_on_the_server_too() {
    let desk = Desk::writing().await;
    let admin = desk.databases.admin().await;
    lock(&admin, "public.plans, public.features, public.tracks").await;
    for (signal, format) in [(Signal::INT, "table"), (Signal::TERM, "json"), (Signal::HUP, "markdown")] {
        let child = start(&desk, &format!("counts -e preprod --exact plans features tracks --format {format}"));
        until_waiting(&admin, 3).await;
        send(&child, signal);
        let said = Said::from(child.wait_with_output().unwrap());
        assert!(waiting(&admin).await.is_empty(), "nothing waits on the server any more");
        assert_eq!((said.code, said.out.as_str()), (130, ""), "{}", said.err);
        assert_eq!(said.err.matches('\n').count(), 1, "{}", said.err);
        assert!(said.err.contains("stopped by the operator"), "{}", said.err);
    }
}

#[tokio::test]
async fn what_was_started_with_nohup_outlives_its_terminal() {
    let desk = Desk::writing().await;
    let admin = desk.databases.admin().await;
    lock(&admin, "public.plans").await;
    let mut command = Command::new("/bin/sh");
    command.env_clear().envs(desk.variables()).current_dir(desk.path(""));
    command.args(["-c", "trap '' HUP; exec \"$0\" sync export plans --from preprod --out x.bundle"]).arg(program());
    let child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    until_waiting(&admin, 1).await;
    send(&child, Signal::HUP);
    admin.batch_execute("ROLLBACK").await.unwrap();
    let said = Said::from(child.wait_with_output().unwrap());
    assert_eq!((said.code, said.err.as_str()), (0, ""));
}

#[tokio::test]
async fn ctrl_c_stops_an_export_and_leaves_no_file() {
    let desk = Desk::writing().await;
    let admin = desk.databases.admin().await;
    lock(&admin, "public.plans").await;
    let child = start(&desk, "sync export plans --from preprod --out half.bundle");
    until_waiting(&admin, 1).await;
    send(&child, Signal::INT);
    let said = Said::from(child.wait_with_output().unwrap());
    assert_eq!((said.code, waiting(&admin).await), (130, Vec::new()), "{}", said.err);
    said.is_one_line_on_stderr("an interrupted export");
    let left: Vec<_> = std::fs::read_dir(desk.path("")).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["pgdeck.toml"]);
}

#[tokio::test]
async fn ctrl_c_stops_an_apply_and_the_journal_says_so() {
    let desk = Desk::writing().await;
    desk.fine("sync review --from production --to preprod --plan all.plan");
    let before = desk.json("counts -e preprod --exact");
    let admin = desk.databases.admin().await;
    lock(&admin, "public.plans").await;
    let child = start(&desk, "sync apply --plan all.plan --confirm preprod");
    until_waiting(&admin, 1).await;
    send(&child, Signal::INT);
    let said = Said::from(child.wait_with_output().unwrap());
    assert_eq!((said.code, waiting(&admin).await), (130, Vec::new()), "{}", said.err);
    said.is_one_line_on_stderr("an interrupted apply");
    admin.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(desk.json("counts -e preprod --exact"), before);
    assert_eq!(desk.json("journal")["runs"][0]["entry"]["outcome"], "rolled-back");
    desk.fine("sync apply --plan all.plan --confirm preprod");
}

#[tokio::test]
async fn a_connection_that_is_cut_is_one_line() {
    let desk = Desk::writing().await;
    let admin = desk.databases.admin().await;
    lock(&admin, "public.plans").await;
    let child = start(&desk, "sync export plans --from preprod --out half.bundle");
    until_waiting(&admin, 1).await;
    let cut = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity \
         WHERE datname = current_database() AND application_name = 'pgdeck'";
    admin.query(cut, &[]).await.unwrap();
    let said = Said::from(child.wait_with_output().unwrap());
    said.is_one_line_on_stderr("a cut connection");
    assert_eq!(said.code, 3, "{}", said.err);
}

#[tokio::test]
async fn a_lock_that_somebody_else_holds_is_waited_for_and_then_named() {
    let desk = Desk::writing().await;
    let admin = desk.databases.admin().await;
    lock(&admin, "public.plans").await;
    desk.fails(7, "sync export plans --from preprod --out x.bundle", "somebody else holds a lock");
}
