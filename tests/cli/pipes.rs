//! Readers that go away, streams that are closed, devices that are full.

use std::{
    fs::File,
    io::{BufRead, BufReader},
    process::{Command, Stdio},
};

use crate::desk::{Desk, Said, program};

/// The program without the timeout of `assert_cmd`, which would own its pipes.
fn plain(desk: &Desk, line: &str) -> Command {
    let mut command = Command::new(program());
    command.env_clear().envs(desk.variables()).current_dir(desk.path("")).args(line.split_whitespace());
    command
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    let desk = Desk::reading();
    for line in ["counts", "sync sets --format json", "sync review --from production --to preprod", "--help"] {
        let mut child = plain(&desk, line).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let said = Said::from(child.wait_with_output().unwrap());
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{line}");
    }
    let mut child = plain(&desk, "sync sets").stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let first = BufReader::new(child.stdout.take().unwrap()).lines().next().unwrap().unwrap();
    assert!(first.starts_with("SET "), "{first}");
    assert_eq!(Said::from(child.wait_with_output().unwrap()).err, "");
}

#[test]
fn an_error_that_nobody_reads_still_has_its_exit_code() {
    let desk = Desk::reading();
    let mut child = plain(&desk, "env nowhere").stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stderr.take());
    assert_eq!(child.wait().unwrap().code(), Some(2));
}

#[test]
fn closed_streams_are_no_obstacle() {
    let desk = Desk::reading();
    let shell = |redirection: &str| {
        let mut command = Command::new("/bin/sh");
        command.env_clear().envs(desk.variables()).current_dir(desk.path(""));
        command.arg("-c").arg(format!("\"$0\" counts plans {redirection}")).arg(program());
        Said::from(command.output().unwrap())
    };
    assert!(shell("<&-").out.contains("public.plans"));
    for redirection in [">&-", "2>&-", "<&- >&- 2>&-"] {
        let said = shell(redirection);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{redirection}");
    }
}

#[test]
fn a_full_device_is_an_error() {
    let desk = Desk::reading();
    let full = File::options().write(true).open("/dev/full").unwrap();
    let child = plain(&desk, "sync sets").stdout(full).stderr(Stdio::piped()).spawn().unwrap();
    let said = Said::from(child.wait_with_output().unwrap());
    said.is_one_line_on_stderr("a full device");
    assert!(said.code == 70 && said.err.contains("cannot write to stdout"), "{}", said.err);
}

#[test]
fn a_log_that_was_asked_for_has_no_colours_away_from_a_terminal() {
    let desk = Desk::reading();
    let said = Said::of(&mut desk.command("-vv counts plans"));
    assert_eq!(said.code, 0);
    assert!(said.out.starts_with("TABLE"), "results only: {}", said.out);
}

#[tokio::test]
async fn a_result_that_cannot_be_printed_says_that_it_was_committed() {
    let desk = Desk::writing().await;
    desk.fine("sync review plans --from production --to preprod --plan x.plan");
    let full = File::options().write(true).open("/dev/full").unwrap();
    let child = plain(&desk, "sync apply --plan x.plan --confirm preprod").stdout(full).stderr(Stdio::piped()).spawn();
    let said = Said::from(child.unwrap().wait_with_output().unwrap());
    said.is_one_line_on_stderr("a full device");
    let run = desk.json("journal")["runs"][0]["entry"]["run"].as_str().unwrap().to_owned();
    assert!(
        said.code == 70 && said.err.contains(&format!("run {run} was committed: do not run it again")),
        "{}",
        said.err
    );
}
