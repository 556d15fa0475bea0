//! `pgdeck demo`: one demo for the main job, and all its mistakes, which need no server.

use std::{
    fs,
    io::{BufRead, BufReader},
    os::unix::fs::PermissionsExt,
    path::Path,
    process::{Command, Stdio},
};

use rustix::process::{Pid, Signal, kill_process};

use crate::desk::{Desk, Said, program};

/// A folder for temporary files that the server's user may pass through, and the program in it.
pub struct Place(tempfile::TempDir);

impl Place {
    pub fn new() -> Place {
        let folder = tempfile::tempdir().unwrap();
        fs::set_permissions(folder.path(), fs::Permissions::from_mode(0o755)).unwrap();
        Place(folder)
    }

    pub fn demo(&self, line: &str) -> Command {
        let mut command = Command::new(program());
        command.env_clear().env("PATH", std::env::var("PATH").unwrap_or_default());
        command.env("HOME", self.0.path()).env("TMPDIR", self.0.path()).current_dir("/").stdin(Stdio::null());
        command.arg("demo").args(line.split_whitespace());
        command
    }

    pub fn left(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        entries.map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned()).collect()
    }

    /// Command lines that name this place: of servers that are still there, for instance.
    fn processes(&self) -> Vec<String> {
        let here = self.0.path().display().to_string();
        let all = fs::read_dir("/proc").into_iter().flatten();
        // A process may end while it is looked at.
        let lines = all.filter_map(|entry| fs::read(entry.ok()?.path().join("cmdline")).ok());
        let lines = lines.map(|line| String::from_utf8_lossy(&line).replace('\0', " "));
        lines.filter(|line| line.contains(&here)).collect()
    }
}

#[test]
fn the_demo_walks_the_main_job_and_leaves_nothing_behind() {
    let place = Place::new();
    let said = Said::from(place.demo("").output().unwrap());
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    for step in ["Export ", "Review ", "Apply ", "Verify ", "Undo "] {
        assert!(said.out.contains(&format!("\n{step}")), "{step}: {}", said.out);
    }
    assert_eq!(place.left(), Vec::<String>::new());
}

#[test]
fn the_example_where_nothing_travels_tells_what_the_audit_finds() {
    let place = Place::new();
    let said = Said::from(place.demo("trackpay").output().unwrap());
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let (staging, production) = said.out.split_once("\nAudit   production: 9 tables").unwrap();
    assert!(staging.contains("\nAudit   staging: 9 tables") && staging.contains("findings: 0 open"), "{staging}");
    assert!(production.contains("\n  FK01 error   public.trackpay_payments: client_id"), "{production}");
    assert!(production.contains("\n    CREATE INDEX CONCURRENTLY ON public.trackpay_invites"), "{production}");
    assert_eq!(place.left(), Vec::<String>::new());
}

/// Counts the rows of `example` and compares them with the table of its README whose head begins with `| rows |`; then
/// nothing may be left. Where a table does not exist, the README has a dash.
fn counts_are_those_of_the_readme(example: &str, readme: &str, tables_in_all: usize) {
    let place = Place::new();
    let line = format!("{example} -- counts --exact --format json");
    let said = Said::from(place.demo(&line).output().unwrap());
    assert_eq!((said.code, said.err.as_str()), (0, ""));
    let json: serde_json::Value = serde_json::from_str(&said.out).unwrap();
    let mut lines = readme.lines().skip_while(|line| !line.starts_with("| rows |"));
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect::<Vec<_>>();
    let head = cells(lines.next().unwrap());
    assert_eq!(json["environments"], serde_json::json!(head[1..]));
    let rows: Vec<_> = lines.skip(1).take_while(|line| line.starts_with('|')).map(cells).collect();
    assert_eq!(rows.len(), tables_in_all);
    for row in rows {
        let table = format!("public.{}", row[0].trim_matches('`'));
        let tables = json["tables"].as_array().unwrap();
        let counts = &tables.iter().find(|counted| counted["table"] == table.as_str()).unwrap()["counts"];
        for (environment, rows) in head[1..].iter().zip(&row[1..]) {
            let count = &counts[environment];
            if rows == "-" {
                assert!(count["rows"].is_null(), "{table} in {environment}: {count}");
            } else {
                let rows = rows.parse::<u64>().unwrap();
                let expected = serde_json::json!({ "kind": "exact", "rows": rows, "reason": null });
                assert_eq!(*count, expected, "{table} in {environment}");
            }
        }
    }
    assert_eq!(place.left(), Vec::<String>::new());
    assert_eq!(place.processes(), Vec::<String>::new());
}

#[test]
fn both_environments_of_trackpay_answer_and_nothing_is_left_behind() {
    counts_are_those_of_the_readme("trackpay", include_str!("../../examples/trackpay/README.md"), 8);
}

#[test]
fn the_three_environments_of_introalignment_answer_and_nothing_is_left_behind() {
    counts_are_those_of_the_readme("introalignment", include_str!("../../examples/introalignment/README.md"), 40);
}

#[test]
fn staging_of_introalignment_is_sound_and_production_is_behind() {
    let place = Place::new();
    let audit = |environment: &str| {
        let line = format!("introalignment -- audit -e {environment} --format json");
        let said = Said::from(place.demo(&line).output().unwrap());
        assert_eq!(said.err, "");
        (said.code, serde_json::from_str::<serde_json::Value>(&said.out).unwrap())
    };
    let (code, staging) = audit("staging");
    assert_eq!(code, 0);
    assert_eq!(staging["summary"], serde_json::json!({ "error": 0, "warning": 0, "info": 0, "accepted": 3 }));
    let (code, production) = audit("production");
    assert_eq!((code, &production["summary"]["error"]), (1, &serde_json::json!(9)));
    assert_eq!(place.left(), Vec::<String>::new());
}

#[test]
fn help_lists_the_examples() {
    let help = Desk::reading().fine("demo --help");
    assert!(
        ["innotrue", "trackpay", "introalignment"].iter().all(|name| help.contains(&format!("\n  {name} "))),
        "{help}"
    );
}

#[test]
fn a_verb_runs_on_the_demo_and_gives_its_exit_code() {
    let place = Place::new();
    let said = Said::from(place.demo("innotrue -- counts plnas --format json").output().unwrap());
    assert_eq!((said.code, said.out.as_str()), (2, ""), "{}", said.err);
    assert_eq!(said.err.matches('\n').count(), 1, "{}", said.err);
    let json: serde_json::Value = serde_json::from_str(&said.err).unwrap();
    assert_eq!(json["error"]["hint"], "did you mean `plans`?");
    assert_eq!(place.left(), Vec::<String>::new());
}

#[test]
fn mistakes_are_told_before_a_server_is_started() {
    let desk = Desk::reading();
    for (line, says) in [
        ("demo inotrue", "did you mean `innotrue`?"),
        ("demo trackpy -- env", "did you mean `trackpay`?"),
        ("demo something", "available: innotrue, trackpay, introalignment"),
        ("demo -- demo", "a demo cannot run inside a demo"),
        ("demo -- -q", "there is no verb after `--`"),
        ("demo --config x.toml -- env", "a demo has a project of its own"),
        ("demo -- env --config x.toml", "a demo has a project of its own"),
    ] {
        // Nothing could be started here, and nothing is tried.
        desk.fails_with(2, line, says, |command| command.env("PGDECK_PG_BIN", "/nowhere"));
    }
}

#[test]
fn a_verb_inside_has_the_help_and_the_errors_of_its_own() {
    let desk = Desk::reading();
    let help = desk.fine("demo innotrue -- counts --help");
    assert_eq!(help, desk.fine("counts --help"));
    desk.misused("demo -- counts --nope", "Usage: pgdeck counts");
    desk.misused("demo -- cuonts", "a similar subcommand exists: 'counts'");
}

#[test]
fn without_server_programs_it_says_what_to_do() {
    let desk = Desk::reading();
    desk.fails(2, "demo --pg-bin /nowhere", "--pg-bin is no directory of PostgreSQL server programs");
    desk.fails_with(2, "demo -- env", "PGDECK_PG_BIN is no directory", |command| {
        command.env("PGDECK_PG_BIN", "/nowhere")
    });
    if !Path::new("/usr/lib/postgresql").exists() {
        desk.fails_with(3, "demo", "install a PostgreSQL server", |command| command.env("PATH", ""));
    }
}

#[test]
fn a_kept_demo_goes_on_where_it_was_unless_it_never_was_complete() {
    let place = Place::new();
    let keep = place.0.path().join("kept");
    let demo = |line: &str| Said::from(place.demo("--keep").arg(&keep).args(line.split_whitespace()).output().unwrap());
    assert_eq!(demo("-- counts --save before").err, "");
    let again = demo("-- counts plans --against before --fail-on never");
    assert_eq!((again.code, again.err.as_str()), (0, ""), "data and state are still there");
    fs::remove_file(keep.join("preprod.example")).unwrap();
    let said = demo("-- env");
    said.is_one_line_on_stderr("a demo that was cut off");
    assert!(said.code == 2 && said.err.contains("not filled to the end"), "{}", said.err);
    fs::write(keep.join("preprod.example"), "trackpay\n").unwrap();
    assert!(demo("-- env").err.contains("of the example `trackpay`"));
}

/// Progress cannot be seen without a terminal; the folder of a server can, and then its socket.
fn until_it_has(place: &Place, sockets: bool) {
    let deadline = std::time::Instant::now() + crate::desk::SOON;
    let socket = |name: &String| place.0.path().join(name).join("s/.s.PGSQL.5432").exists();
    while !place.left().iter().any(|name| !sockets || socket(name)) {
        assert!(std::time::Instant::now() < deadline, "the demo never came so far");
        std::thread::yield_now();
    }
}

#[test]
fn ctrl_c_while_it_starts_leaves_nothing_behind() {
    let signals = [(Signal::INT, false), (Signal::INT, true), (Signal::TERM, true), (Signal::HUP, true)];
    for (signal, loading) in signals {
        let place = Place::new();
        let interrupted = || {
            let child = place.demo("-- env").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
            until_it_has(&place, loading);
            kill_process(Pid::from_child(&child), signal).unwrap();
            Said::from(child.wait_with_output().unwrap())
        };
        // On a busy machine the verb may be done before the signal comes; then nothing was interrupted.
        let said = std::iter::repeat_with(interrupted).take(10).find(|said| said.code != 0).expect("interrupted");
        assert_eq!(said.code, 130, "{}{}", said.out, said.err);
        said.is_one_line_on_stderr("an interrupted demo");
        assert_eq!(place.left(), Vec::<String>::new());
    }
}

#[test]
fn what_a_killed_demo_leaves_the_next_one_sweeps() {
    let place = Place::new();
    let mut child = place.demo("").stdout(Stdio::piped()).spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    assert!(lines.take_while(|line| !line.starts_with("Export")).count() > 0);
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!place.left().is_empty(), "SIGKILL leaves no time to tidy");
    assert_eq!(Said::from(place.demo("-- env").output().unwrap()).code, 0);
    assert_eq!(place.left(), Vec::<String>::new());
}
