//! A pgdeck.toml that is missing, broken, or says what cannot be.

use std::fs;

use crate::desk::Desk;

#[test]
fn without_a_project_there_is_a_way_on() {
    let desk = Desk::reading();
    fs::remove_file(desk.path("pgdeck.toml")).unwrap();
    for verb in ["", "env", "counts", "sync sets", "journal", "config check"] {
        desk.fails(2, verb, "there is no pgdeck.toml here or above — try `pgdeck demo`");
    }
}

#[test]
fn the_console_needs_a_terminal() {
    Desk::reading().fails(2, "", "the console needs a terminal");
}

#[test]
fn a_project_is_found_above_by_option_and_by_variable() {
    let desk = Desk::reading();
    fs::create_dir_all(desk.path("a/b")).unwrap();
    let from = |folder: &str| {
        let mut command = desk.command("config check --format json");
        command.current_dir(desk.path(folder)).assert().success();
    };
    from("a/b");
    fs::rename(desk.path("pgdeck.toml"), desk.path("a/other.toml")).unwrap();
    desk.fine("--config a/other.toml config check");
    desk.command("config check").env("PGDECK_CONFIG", "a/other.toml").assert().success();
    desk.fails_with(2, "config check", "there is no pgdeck.toml", |command| command.env("PGDECK_CONFIG", ""));
}

#[test]
fn a_config_that_is_none_says_why() {
    let desk = Desk::reading();
    desk.fails(2, "--config none.toml env", "none.toml: there is no such file");
    desk.fails(2, "--config . env", "this is a folder, not a project's file — did you mean ./pgdeck.toml?");
    desk.fails(2, "--config /proc env", "/proc: this is a folder");
    desk.write("binary.toml", b"# fine\nname = \"\xff\xfe\"\n");
    desk.fails(2, "--config binary.toml env", "binary.toml:2: this is no UTF-8 text");
    desk.write("empty.toml", "");
    desk.fails(2, "--config empty.toml env", "missing field `project`");
}

#[test]
fn mistakes_in_it_name_the_line_and_the_nearest_key() {
    let desk = Desk::reading();
    for (right, wrong, line, says) in [
        ("[project]", "[projcet]", 4, "did you mean `project`?"),
        ("kind = \"staging\"", "kind = \"stagin\"", 12, "did you mean `staging`?"),
        ("kind = \"staging\"\n", "", 11, "the environment has no `kind`"),
        ("writable = true", "writeable = true", 14, "did you mean `writable`?"),
        ("writable = true", "writable = \"yes\"", 14, "expected a boolean"),
        ("writable = true", "writable = = true", 14, ""),
        ("[env.preprod]", "[env.production]", 11, ""),
        ("${PREPROD_DATABASE_URL}", "postgresql://me:hunter2-geheim@h/d", 13, "the URL holds a password"),
        ("${PREPROD_DATABASE_URL}", "postgresql://h/d?password=hunter2-geheim", 13, "the URL holds a password"),
    ] {
        desk.project(right, wrong);
        let said = desk.fails(2, "config check", says);
        assert!(said.contains(&format!("pgdeck.toml:{line}: ")), "`{wrong}`, line {line}: {said}");
    }
}

#[test]
fn a_variable_that_is_missing_or_empty_is_named_before_anything_is_asked() {
    let desk = Desk::reading();
    let verb = "sync export plans --from production --out x.bundle";
    desk.fails_with(2, verb, "PRODUCTION_DATABASE_URL is not set", |command| {
        command.env_remove("PRODUCTION_DATABASE_URL")
    });
    let said = desk.fails_with(2, verb, "is empty", |command| command.env("PRODUCTION_DATABASE_URL", ""));
    assert!(said.contains("pgdeck.toml:9: production: "), "{said}");
    desk.project("${PREPROD_DATABASE_URL}", "postgresql://${HOST");
    desk.fails(2, "counts -e preprod", "`${` is not closed");
}

#[test]
fn only_the_environment_that_is_asked_for_needs_its_variable() {
    let desk = Desk::reading();
    desk.command("counts -e preprod plans").env_remove("PRODUCTION_DATABASE_URL").assert().success();
}

#[test]
fn state_is_kept_where_it_was_told_to_be() {
    let desk = Desk::reading();
    let path = |name: &str, value: &str| {
        let mut command = desk.command("config path");
        if value.is_empty() {
            command.env_remove(name)
        } else {
            command.env(name, value)
        };
        let said = String::from_utf8(command.assert().success().get_output().stdout.clone()).unwrap();
        let (_, state) = said.split_once("state ").unwrap();
        state.trim_start().to_owned()
    };
    assert_eq!(path("PGDECK_STATE_DIR", "/somewhere"), "/somewhere\n");
    assert_eq!(path("XDG_STATE_HOME", "/elsewhere"), "/elsewhere/pgdeck/innotrue\n");
    assert!(path("XDG_STATE_HOME", "relative").ends_with("/.local/state/pgdeck/innotrue\n"));
    assert!(path("HOME", "").ends_with("/.local/state/pgdeck/innotrue\n"), "the account has a home too");
}

#[test]
fn a_state_that_cannot_be_written_stops_an_apply_before_it_begins() {
    let desk = Desk::reading();
    desk.fine("sync review plans --from production --to preprod --plan the.plan");
    desk.write("file", "in the way");
    desk.fails_with(2, "sync apply --plan the.plan --confirm preprod", "cannot create", |command| {
        command.env("PGDECK_STATE_DIR", "file/state")
    });
    desk.fails_with(2, "counts --save x", "cannot create", |command| command.env("PGDECK_STATE_DIR", "file/state"));
}

#[test]
fn a_journal_and_a_snapshot_that_cannot_be_read_are_named() {
    let desk = Desk::reading();
    let state = desk.path(".local/state/pgdeck/innotrue");
    fs::create_dir_all(state.join("counts")).unwrap();
    fs::write(state.join("journal.jsonl"), "\n{\"at\":\"x\"}\n").unwrap();
    let journal = desk.fine("journal");
    assert!(journal.contains("journal.jsonl:2: this line cannot be read (it is not a record"), "{journal}");
    assert!(desk.json("journal")["damaged"][0].as_str().unwrap().contains("journal.jsonl:2"));
    fs::write(state.join("counts/broken.json"), "{").unwrap();
    desk.fails(2, "counts --against broken", "broken.json: not a snapshot");
}

#[test]
fn the_live_check_connects_and_names_tables_and_lines() {
    let desk = Desk::reading();
    let fine = desk.fine("config check --live");
    assert!(fine.contains("2 environments checked: 0 errors"), "{fine}");
    desk.project("table = \"features\", ", "table = \"featuers\", ");
    let said = desk.exits(1, "config check --live -e production");
    assert!(said.contains("did you mean `public.features`?") && said.contains("pgdeck.toml:"), "{said}");
    assert!(said.contains("1 environment checked"), "{said}");
    // What both have in common is one line, with the file's name alone.
    let both = desk.exits(1, "config check --live");
    assert_eq!(both.matches("did you mean `public.features`?").count(), 1, "{both}");
    assert!(both.contains("production, preprod") && both.contains(" (pgdeck.toml:"), "{both}");
    let record = desk.exits(1, "config check --live --format json");
    let record: serde_json::Value = serde_json::from_str(&record).unwrap();
    let first = &record["environments"][0]["findings"];
    assert!(first.as_array().unwrap().iter().any(|finding| finding["severity"] == "error"), "{record}");
}
