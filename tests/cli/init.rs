//! `pgdeck init`: a first file, and today's state as what is expected.

use serde_json::Value as Json;

use crate::desk::{Desk, SECRET};

#[test]
fn what_is_written_down_holds_at_once() {
    let desk = Desk::reading();
    for environment in ["production", "preprod"] {
        let baseline = desk.fine(&format!("init -e {environment}"));
        let project = include_str!("../../examples/innotrue/pgdeck.toml");
        desk.write("pgdeck.toml", format!("{project}\n{baseline}"));
        let json: Json = serde_json::from_str(
            &desk
                .command(&format!("audit -e {environment} --format json"))
                .output()
                .map(|output| String::from_utf8(output.stdout).unwrap())
                .unwrap(),
        )
        .unwrap();
        let about = ["FK01", "FK02", "FV07", "TK04", "IX06", "RL01"];
        let broken: Vec<&Json> = json["findings"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|finding| about.contains(&finding["id"].as_str().unwrap()))
            .collect();
        // What is exposed without row security is wrong whatever is expected.
        let broken: Vec<_> = broken.iter().filter(|finding| finding["id"] != "RL01").collect();
        assert!(broken.is_empty(), "{environment}: {broken:#?}");
        desk.write("pgdeck.toml", project);
    }
}

#[test]
fn a_project_begins_with_an_address() {
    let desk = Desk::reading();
    let url = desk.databases.production();
    assert!(url.contains(SECRET) || !url.contains('$'));
    std::fs::remove_file(desk.path("pgdeck.toml")).unwrap();
    let text = desk.fine("init --url ${PRODUCTION_DATABASE_URL}");
    assert!(text.contains("pgdeck.toml: ") && text.contains("foreign keys are expected"), "{text}");
    let written = desk.read("pgdeck.toml");
    assert!(written.contains("url = \"${PRODUCTION_DATABASE_URL}\"") && written.contains("[[expect.fk]]"), "{written}");
    desk.fine("config check");
    assert!(desk.fine("audit -e production --only FK01,FK02 --fail-on info").contains("nothing found"));
    // What is there is not overwritten by accident.
    desk.fails(2, "init", "exists already");
    assert_eq!(desk.read("pgdeck.toml"), written);
    desk.fine("init --force");
    assert!(!desk.read("pgdeck.toml").contains("[expect]"));
    desk.fine("init --out other.toml");
    desk.fine("config check --config other.toml");
}

#[test]
fn a_password_is_not_written_down_and_a_server_that_is_away_leaves_nothing() {
    let desk = Desk::reading();
    std::fs::remove_file(desk.path("pgdeck.toml")).unwrap();
    desk.fails(2, "init --url postgresql://me:geheim@127.0.0.1/db", "the URL holds a password");
    desk.fails(3, "init --url postgresql://me@127.0.0.1:1/db", "connection refused");
    desk.fails(2, "init --url nonsense", "does not start with postgresql://");
    desk.fails(2, "init --out /nonexistent/pgdeck.toml", "/nonexistent");
    desk.fails(2, "init -e production", "there is no pgdeck.toml");
    assert!(!desk.path("pgdeck.toml").exists());
}
