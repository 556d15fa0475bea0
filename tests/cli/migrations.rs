//! `pgdeck migrations`: which files there are, which of them ran where, and what is wrong.

use std::{fs, path::Path};

use serde_json::{Value as Json, json};

use crate::{
    demo::Place,
    desk::{Desk, Said},
};

const EXAMPLES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples");

/// The versions of the files for which `environment` says `word`.
fn versions<'a>(record: &'a Json, environment: &str, word: &str) -> Vec<&'a str> {
    let files = record["files"].as_array().unwrap().iter();
    let files = files.filter(|file| file["status"][environment] == word || file["looks"][environment] == word);
    files.map(|file| file["version"].as_str().unwrap()).collect()
}

fn demo(line: &str, code: i32) -> String {
    let said = Said::from(Place::new().demo(line).output().unwrap());
    assert_eq!((said.code, said.err.as_str()), (code, ""), "{}", said.out);
    said.out
}

#[test]
fn each_environment_says_what_ran_and_what_only_looks_so() {
    let record: Json = serde_json::from_str(&demo("introalignment -- migrations --format json", 0)).unwrap();
    assert_eq!(record["style"], "supabase");
    assert_eq!(versions(&record, "staging", "applied").len(), 19);
    assert_eq!(versions(&record, "production", "pending"), ["018", "019"]);
    assert_eq!(versions(&record, "production", "edited"), ["011"]);
    assert_eq!(versions(&record, "local", "all").len(), 13);
    // Files that only bring rows leave no trace in a catalogue, and nothing is made up for them.
    assert_eq!(versions(&record, "local", "unknown").len(), 19);
    assert_eq!(versions(&record, "local", "none"), Vec::<&str>::new());
    assert_eq!(record["missing_on_disk"], json!({ "local": [], "staging": [], "production": [] }));
    let kinds: Vec<&Json> = record["problems"].as_array().unwrap().iter().map(|problem| &problem["kind"]).collect();
    assert_eq!(kinds, ["edited"]);
    assert_eq!(record["risks"][0]["file"], "018_subscription_billing_system.sql");
}

#[test]
fn the_faulty_copy_has_its_faults_and_the_repaired_one_none() {
    let faulty =
        format!("introalignment -- migrations check -e local --dir {EXAMPLES}/introalignment/faulty --format json");
    let record: Json = serde_json::from_str(&demo(&faulty, 1)).unwrap();
    let problems = record["problems"].as_array().unwrap();
    let told: Vec<_> =
        problems.iter().map(|problem| (problem["kind"].as_str().unwrap(), &problem["versions"])).collect();
    assert_eq!(told, [("duplicate", &json!(["010"])), ("gap", &json!(["011"]))], "{problems:#?}");
    // What staging ran as 011 is there under a number that is another's.
    let text = demo(&faulty.replace("-e local", "-e staging").replace(" --format json", ""), 1);
    assert!(text.contains("staging: 010_match_generation_system.sql:1: it ran as 011"), "{text}");
    assert!(text.contains("3 problems"), "{text}");
    assert!(demo("introalignment -- migrations check -e staging", 0).contains("19 files, supabase style, 0 problems"));
}

#[test]
fn a_database_without_a_history_is_told_by_what_is_there() {
    let desk = Desk::reading();
    let line = format!("migrations --dir {EXAMPLES}/innotrue/migrations");
    let record = desk.json(&line);
    assert_eq!(versions(&record, "preprod", "applied"), Vec::<&str>::new(), "nothing is claimed to be known");
    assert_eq!(versions(&record, "preprod", "all").len(), 9);
    let table = desk.fine(&line);
    assert!(table.contains("looks applied") && table.contains("no history, told by what is there"), "{table}");
}

#[test]
fn one_migration_is_shown_with_its_statements() {
    let desk = Desk::reading();
    let line = format!("migrations --dir {EXAMPLES}/innotrue/migrations show 20250113083000");
    let record = desk.json(&line);
    let statements = record["files"][0]["statements"].as_array().unwrap();
    assert!(statements.iter().any(|statement| statement["sql"].as_str().unwrap().contains("CREATE TABLE")));
    assert!(desk.fine(&line).contains("preprod: looks applied"));
    desk.fails(2, &line.replace("20250113083000", "20250113083001"), "did you mean `20250113083000`?");
}

#[test]
fn an_edited_file_is_shown_with_what_differs_from_what_ran() {
    let text = demo("introalignment -- migrations show 011", 0);
    assert!(text.contains("production ran (-) what the file (+) does not say:"), "{text}");
    assert!(text.contains("\n     21 + CREATE INDEX IF NOT EXISTS matches_status_idx"), "{text}");
    assert!(text.contains("\n        -   match_id   uuid        NOT NULL REFERENCES public.matches (id),\n"), "{text}");
    assert!(
        text.contains("\n     27 +   match_id   uuid        NOT NULL REFERENCES public.matches (id) ON DEL"),
        "{text}"
    );
    let record: Json = serde_json::from_str(&demo("introalignment -- migrations show 011 --format json", 0)).unwrap();
    let differences = record["files"][0]["differences"].as_array().unwrap();
    assert_eq!(differences.len(), 1, "staging and local have none: {differences:#?}");
    assert_eq!((&differences[0]["environment"], &differences[0]["by"]), (&json!("production"), &json!("statements")));
    let hunks = differences[0]["hunks"].as_array().unwrap();
    let lines: Vec<&Json> = hunks.iter().flat_map(|hunk| hunk.as_array().unwrap()).collect();
    let only: Vec<_> =
        lines.iter().filter(|line| line["in"] != "both").map(|line| (&line["in"], &line["line"])).collect();
    assert_eq!(only, [(&json!("file"), &json!(21)), (&json!("ran"), &Json::Null), (&json!("file"), &json!(27))]);
    let record: Json = serde_json::from_str(&demo("introalignment -- migrations show 012 --format json", 0)).unwrap();
    assert_eq!(record["files"][0]["differences"], json!([]));
}

#[test]
fn mistakes_are_one_line_each_and_the_rest_is_shown() {
    let desk = Desk::reading();
    desk.fails(2, "migrations --dir nowhere", "there is no such folder");
    desk.fails(2, "migrations -e nowhere", "there is no such environment");
    let folder = desk.path("broken");
    fs::create_dir(&folder).unwrap();
    let write = |name: &str, text: &[u8]| fs::write(Path::new(&folder).join(name), text).unwrap();
    write("001_fine.sql", b"CREATE TABLE broken_one (id int PRIMARY KEY);\n");
    write("002_latin.sql", b"-- caf\xe9\nSELECT 1;\n");
    write("003_open.sql", b"SELECT 1;\nDO $$ BEGIN\n");
    write("004_evil\x1b[31m.sql", b"SELECT 1;\n");
    write("006_late.sql", b"DROP TABLE broken_one;\n");
    let record: Json = serde_json::from_str(&desk.exits(1, "migrations check --dir broken --format json")).unwrap();
    let told =
        |kind: &str| record["problems"].as_array().unwrap().iter().filter(|problem| problem["kind"] == kind).count();
    for kind in ["not-utf8", "unfinished", "gap"] {
        assert_eq!(told(kind), 1, "{kind}: {record:#}");
    }
    assert_eq!(record["files"].as_array().unwrap().len(), 5);
    let text = desk.exits(1, "migrations check --dir broken");
    for place in ["002_latin.sql:1: ", "003_open.sql:2: ", "006_late.sql:1: "] {
        assert_eq!(text.lines().filter(|line| line.starts_with(place)).count(), 1, "{place}: {text}");
    }
    desk.exits(0, "migrations check --dir broken --fail-on never");
}
