//! `pgdeck trust`: nothing that a project file names is run before it was agreed to.

use std::{fs, os::unix::fs::PermissionsExt};

use assert_cmd::Command;
use serde_json::{Value as Json, json};

use crate::desk::{Desk, Said, program};

const STORE: &str = ".local/state/pgdeck/trust~.json";
const VERB: &str = "counts -e preprod plans";

/// A desk whose command for preprod leaves a file behind, with `word` in it.
fn desk(word: &str) -> Desk {
    let desk = Desk::reading();
    command(&desk, word);
    desk
}

fn command(desk: &Desk, word: &str) {
    let command = json!(["sh", "-c", format!("echo {word} >> canary; echo x")]);
    desk.project("writable = true", &format!("writable = true\npassword_command = {command}"));
}

fn ran(desk: &Desk) -> String {
    fs::read_to_string(desk.path("canary")).unwrap_or_default()
}

fn refused(desk: &Desk) {
    let says = " — run `pgdeck trust` to see and agree";
    let before = ran(desk);
    let said = desk.fails(4, VERB, says);
    assert!(said.starts_with("pgdeck: ") && said.contains("pgdeck.toml:"), "{said}");
    assert!(said.contains(": preprod: password_command was not agreed to: [\"sh\", \"-c\","), "{said}");
    assert_eq!(ran(desk), before, "nothing ran");
}

#[test]
fn a_command_runs_after_it_was_agreed_to_and_not_before() {
    let desk = desk("one");
    refused(&desk);
    // The other environment has no command, and `env` shows why this one is not reached.
    desk.fine("counts -e production plans");
    let env = Said::of(&mut desk.command("env"));
    assert!(env.code == 4 && env.out.contains("not reached") && env.out.contains("pgdeck trust"), "{}", env.out);
    assert_eq!(ran(&desk), "");
    let shown = desk.fine("trust --yes");
    let line = desk.read("pgdeck.toml").lines().position(|line| line.starts_with("password_command")).unwrap() + 1;
    for says in [
        format!("pgdeck.toml:{line}: preprod: password_command [\"sh\", \"-c\", \"echo one >> canary; echo x\"]\n"),
        "the password sent to ${PREPROD_DATABASE_URL}".to_owned(),
        "agreed; ".to_owned(),
    ] {
        assert!(shown.contains(&says), "{says}: {shown}");
    }
    desk.fine(VERB);
    assert_eq!(ran(&desk), "one\n");
    assert!(desk.fine("trust").contains("was agreed to"), "nothing is left to ask");
    assert_eq!(fs::metadata(desk.path(STORE)).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn an_edit_of_the_command_asks_again_and_another_edit_does_not() {
    let desk = desk("one");
    desk.fine("trust --yes");
    let text = desk.read("pgdeck.toml");
    desk.write(
        "pgdeck.toml",
        format!("# another line\n\n{text}\n[[category]]\nname = \"more\"\ntables = [\"plans\"]\n"),
    );
    desk.fine(VERB);
    assert_eq!(ran(&desk), "one\n");
    // Where the password goes is part of it.
    desk.write("pgdeck.toml", text.replacen("password_command", "host = \"evil.example.com\"\npassword_command", 1));
    refused(&desk);
    command(&desk, "two");
    refused(&desk);
    command(&desk, "one");
    desk.fine(VERB);
}

#[test]
fn a_script_of_the_project_that_is_changed_asks_again() {
    let desk = Desk::reading();
    desk.write("pw.sh", "echo one >> canary; echo x");
    desk.project("writable = true", "writable = true\npassword_command = [\"sh\", \"pw.sh\"]");
    assert!(desk.fine("trust --yes").contains("pw.sh is part of it, SHA-256 "));
    desk.fine(VERB);
    desk.write("pw.sh", "echo two >> canary; echo x");
    desk.fails(4, VERB, "was not agreed to");
    assert_eq!(ran(&desk), "one\n");
}

#[test]
fn a_copy_elsewhere_asks_again_and_a_link_does_not() {
    let desk = desk("one");
    desk.fine("trust --yes");
    fs::create_dir(desk.path("copy")).unwrap();
    fs::copy(desk.path("pgdeck.toml"), desk.path("copy/pgdeck.toml")).unwrap();
    std::os::unix::fs::symlink(desk.path("pgdeck.toml"), desk.path("link.toml")).unwrap();
    desk.fails(4, "counts -e preprod plans --config copy/pgdeck.toml", "was not agreed to");
    assert_eq!(ran(&desk), "");
    desk.fine("counts -e preprod plans --config link.toml");
    assert_eq!(ran(&desk), "one\n");
}

#[test]
fn without_a_terminal_it_shows_and_needs_yes() {
    let desk = desk("one");
    let said = Said::of(&mut desk.command("trust"));
    assert_eq!(said.code, 4, "{}", said.err);
    assert!(said.out.contains("echo one >> canary") && said.err.contains("--yes"), "{}{}", said.out, said.err);
    let said = Said::of(&mut desk.command("trust --format json"));
    let json: Json = serde_json::from_str(&said.out).unwrap();
    assert_eq!((said.code, &json["agreed"], &json["runs"][0]["agreed"]), (4, &json!(false), &json!(false)), "{json}");
    assert_eq!(json["runs"][0]["command"], json!(["sh", "-c", "echo one >> canary; echo x"]));
    refused(&desk);
    let json = desk.json("trust --yes");
    assert_eq!((&json["agreed"], &json["runs"][0]["agreed"]), (&json!(true), &json!(true)));
    desk.fine(VERB);
}

#[test]
fn what_was_agreed_to_is_listed_and_taken_back() {
    let desk = desk("one");
    assert_eq!(desk.fine("trust --list"), "nothing was agreed to\n");
    assert_eq!(desk.fine("trust --revoke"), "nothing of this project was agreed to\n");
    desk.fine("trust --yes");
    let listed = desk.json("trust --list");
    let project = fs::canonicalize(desk.path("pgdeck.toml")).unwrap().display().to_string();
    assert_eq!(listed["agreed"].as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(listed["agreed"][0]["project"], json!(project));
    assert!(desk.fine("trust --list").contains("password_command [\"sh\", \"-c\", \"echo one >> canary; echo x\"]"));
    assert!(desk.fine("trust --revoke").starts_with("1 taken back"));
    refused(&desk);
    assert_eq!(desk.fine("trust --list"), "nothing was agreed to\n");
}

#[test]
fn a_damaged_list_and_one_that_others_can_write_hold_nothing() {
    let desk = desk("one");
    desk.fine("trust --yes");
    let whole = desk.read(STORE);
    for damaged in ["", "{", "[]", &whole[..whole.len() / 2], "\u{0}\u{1b}[31m"] {
        desk.write(STORE, damaged);
        let said = desk.fails(4, VERB, "this list of agreements is damaged");
        assert!(said.contains("pgdeck trust") && said.contains(STORE), "{said}");
        desk.fails(4, "trust --list", "this list of agreements is damaged");
    }
    assert_eq!(ran(&desk), "");
    assert!(desk.fine("trust --yes").contains("this list of agreements is damaged"));
    desk.fine(VERB);
    fs::set_permissions(desk.path(STORE), fs::Permissions::from_mode(0o666)).unwrap();
    desk.fails(4, VERB, "somebody else could have written this list");
    assert_eq!(ran(&desk), "one\n");
}

#[test]
fn a_project_does_not_bring_its_own_agreements() {
    let desk = desk("one");
    desk.fine("trust --yes");
    let store = desk.read(STORE);
    desk.fine("trust --revoke");
    fs::create_dir(desk.path("state")).unwrap();
    desk.write("state/trust~.json", &store);
    let mut command = desk.command(VERB);
    let said = Said::of(command.env("PGDECK_STATE_DIR", desk.path("state")));
    assert_eq!((said.code, ran(&desk).as_str()), (4, ""), "{}", said.err);
}

#[test]
fn what_pgdeck_wrote_itself_needs_no_agreement() {
    let desk = Desk::reading();
    fs::remove_file(desk.path("pgdeck.toml")).unwrap();
    desk.fine("init");
    assert!(desk.fine("trust").contains("nothing to agree to"));
    let mut demo = Command::new(program());
    demo.env_clear().envs(desk.variables()).current_dir(desk.path(".")).args(["demo", "innotrue", "--", "trust"]);
    let said = Said::of(&mut demo);
    assert!(said.code == 0 && said.out.contains("nothing to agree to"), "{}{}", said.out, said.err);
}

#[test]
fn a_demo_runs_no_other_files_as_a_superuser() {
    let desk = Desk::reading();
    fs::create_dir(desk.path("files")).unwrap();
    desk.write("files/1_a.sql", "COPY (SELECT 1) TO PROGRAM 'touch /tmp/never';");
    let line = "demo innotrue -- schema diff --migrations --dir files --all --to preprod";
    desk.fails(4, line, "1_a.sql:1");
    desk.fails(4, &format!("{line} --as-superuser"), "without superuser rights only");
}
