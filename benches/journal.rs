//! `cargo bench --bench journal`: how long the journal of 100,000 runs takes to open, against a parse of the same lines
//! that keeps nothing, in the same run; and how much memory it takes for each run.

#![allow(clippy::expect_used, reason = "a bench that cannot be set up has failed")]

use std::{
    fmt::Write as _,
    fs,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use pgdeck::{
    app::{deck::Deck, journal},
    config::{project::Project, source::Source},
};
use serde::de::IgnoredAny;

const RUNS: usize = 100_000;
const ROUNDS: usize = 5;
const PROJECT: &str =
    "[project]\nname = \"bench\"\n[env.a]\nkind = \"staging\"\nurl = \"postgresql://127.0.0.1:1/x\"\n";

fn lines() -> String {
    let digest = "0".repeat(64);
    (0..RUNS).flat_map(|run| [(run, "started"), (run, "applied")]).fold(String::new(), |mut text, (run, outcome)| {
        // Writing to a string does not fail.
        let _ = writeln!(
            text,
            r#"{{"at":"2026-10-30T15:36:16.871399176Z","run":"2026-10-30-{run}","action":"apply","environment":"a","from":"b","digest":"{digest}","operator":"root","outcome":"{outcome}","rows":{{"insert":0,"update":5,"delete":0}}}}"#
        );
        text
    })
}

fn deck(state: &str) -> Deck {
    let project = Project::parse(Source::new("pgdeck.toml", PROJECT.to_owned())).expect("project");
    let state = state.to_owned();
    Deck::new(project, move |name| (name == "PGDECK_STATE_DIR").then(|| state.clone())).expect("deck")
}

/// The shortest of some rounds.
fn best(mut work: impl FnMut()) -> Duration {
    let round = |_| {
        let began = Instant::now();
        work();
        began.elapsed()
    };
    (0..ROUNDS).map(round).min().unwrap_or_default()
}

/// Memory of this process, in bytes.
fn memory() -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap_or(0) * 1024
}

fn main() {
    let folder = tempfile::tempdir().expect("folder");
    let state = folder.path().display().to_string();
    let file = folder.path().join("journal.jsonl");
    fs::write(&file, lines()).expect("journal");
    let deck = deck(&state);
    let before = memory();
    let known = journal::read_whole(&deck).expect("read");
    let grown = memory().saturating_sub(before);
    assert_eq!((known.runs.len(), known.damaged), (RUNS, 0));
    println!("{RUNS} runs: {} bytes of memory for each", grown / RUNS);
    let read = best(|| drop(journal::read_whole(&deck).expect("read")));
    let reference = best(|| {
        let text = fs::read_to_string(&file).expect("text");
        let parsed = text.lines().filter(|line| serde_json::from_str::<IgnoredAny>(line).is_ok()).count();
        assert_eq!(parsed, 2 * RUNS);
    });
    println!(
        "opened in {read:?}, parsed and dropped in {reference:?}: {:.1} times",
        read.as_secs_f64() / reference.as_secs_f64()
    );
    fs::write(folder.path().join("pgdeck.toml"), PROJECT).expect("project");
    let verb = best(|| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pgdeck"));
        command.arg("journal").current_dir(folder.path()).env("PGDECK_STATE_DIR", &state).stdout(Stdio::null());
        assert!(command.status().expect("pgdeck").success());
    });
    println!("`pgdeck journal` in {verb:?}: {:.1} times", verb.as_secs_f64() / reference.as_secs_f64());
}
