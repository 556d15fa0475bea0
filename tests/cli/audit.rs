//! `pgdeck audit`: findings for people, scripts, documents, code hosts and build servers.

use quick_xml::{Reader, events::Event};
use serde_json::Value as Json;

use crate::desk::{Desk, Said};

/// Wrong on purpose, in a way that one check alone is about.
const ORPHANS: &str = "CREATE TABLE public.shelves (id int PRIMARY KEY);
    CREATE TABLE public.books (id int PRIMARY KEY, shelf_id int);
    CREATE INDEX ON public.books (shelf_id);
    ALTER TABLE public.books ADD CONSTRAINT books_fkey FOREIGN KEY (shelf_id) REFERENCES public.shelves NOT VALID;";

async fn with_orphans() -> Desk {
    let desk = Desk::writing().await;
    desk.databases.admin().await.batch_execute(ORPHANS).await.unwrap();
    desk
}

fn keys(json: &Json) -> Vec<&str> {
    json.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[tokio::test]
async fn a_finding_is_told_with_its_fix_and_fails_the_run() {
    let desk = with_orphans().await;
    let table = desk.exits(1, "audit -e preprod --only FK05");
    assert!(table.contains("error     FK05   public.books (books_fkey)"), "{table}");
    assert!(table.contains("preprod: 1 checks, 1 error"), "{table}");
    let json: Json = serde_json::from_str(&desk.exits(1, "audit -e preprod --only FK05 --format json")).unwrap();
    assert_eq!(keys(&json)[..3], ["environment", "findings", "summary"]);
    assert_eq!(json["summary"], serde_json::json!({ "error": 1, "warning": 0, "info": 0, "accepted": 0 }));
    let finding = &json["findings"][0];
    assert_eq!(keys(finding)[..7], ["id", "severity", "object", "constraint", "detail", "fix", "accepted"]);
    assert_eq!(finding["fix"], "ALTER TABLE public.books VALIDATE CONSTRAINT books_fkey;");
    desk.databases.admin().await.batch_execute(finding["fix"].as_str().unwrap()).await.unwrap();
    assert!(desk.fine("audit -e preprod --only FK05").contains("nothing found"));
}

#[tokio::test]
async fn fail_on_says_from_where_on_findings_fail() {
    let desk = with_orphans().await;
    for (limit, only, code) in [
        ("error", "FK05", 1),
        ("warning", "FK05", 1),
        ("never", "FK05", 0),
        ("error", "FK11", 0),
        ("warning", "FK11", 0),
        ("info", "FK11", 1),
    ] {
        desk.exits(code, &format!("audit -e preprod --only {only} --fail-on {limit}"));
    }
}

#[tokio::test]
async fn what_is_accepted_is_shown_counted_and_does_not_fail() {
    let desk = with_orphans().await;
    let accept = "[[accept]]\ncheck = \"FK05\"\nobject = \"public.books\"\nreason = \"an old import\"\n";
    desk.project("[env.production]", &format!("{accept}[env.production]"));
    let table = desk.fine("audit -e preprod --only FK05");
    assert!(table.contains("accepted  FK05") && table.contains("an old import"), "{table}");
    assert!(table.contains("1 accepted"), "{table}");
    desk.project("[env.production]", &format!("{accept}until = 2026-01-31\n[env.production]"));
    let markdown = desk.exits(1, "audit -e preprod --only FK05 --format markdown");
    assert!(markdown.contains("was accepted until 2026-01-31"), "{markdown}");
}

#[tokio::test]
async fn sarif_is_what_code_hosts_take() {
    let desk = with_orphans().await;
    let sarif: Json = serde_json::from_str(&desk.exits(1, "audit -e preprod --format sarif")).unwrap();
    assert_eq!(sarif["version"], "2.1.0");
    let run = &sarif["runs"][0];
    let rules: Vec<&Json> = run["tool"]["driver"]["rules"].as_array().unwrap().iter().map(|rule| &rule["id"]).collect();
    let results = run["results"].as_array().unwrap();
    assert!(results.iter().any(|result| result["ruleId"] == "FK05" && result["level"] == "error"));
    let mut prints = Vec::new();
    for result in results {
        assert!(rules.contains(&&result["ruleId"]), "{result}");
        assert!(result["message"]["text"].as_str().is_some_and(|text| !text.is_empty()), "{result}");
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "pgdeck.toml");
        assert!(place["region"]["startLine"].as_u64().is_some_and(|line| line > 0), "{result}");
        prints.push(result["partialFingerprints"]["pgdeck/v1"].as_str().unwrap());
    }
    let all = prints.len();
    prints.sort_unstable();
    prints.dedup();
    assert_eq!(prints.len(), all, "two results cannot be told apart");
}

#[tokio::test]
async fn junit_is_what_build_servers_take() {
    let desk = with_orphans().await;
    let xml = desk.exits(1, "audit -e preprod --format junit");
    let (mut cases, mut failures, mut promised) = (0, 0, (0, 0));
    let mut reader = Reader::from_str(&xml);
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => break,
            Event::Start(tag) | Event::Empty(tag) => match tag.name().as_ref() {
                b"testsuites" => {
                    let number = |name: &str| -> usize {
                        let value = tag.try_get_attribute(name).unwrap().unwrap();
                        String::from_utf8(value.value.into_owned()).unwrap().parse().unwrap()
                    };
                    promised = (number("tests"), number("failures"));
                }
                b"testcase" => cases += 1,
                b"failure" => failures += 1,
                _ => {}
            },
            _ => {}
        }
    }
    assert_eq!((cases, failures), promised, "{xml}");
    assert!(failures > 0 && cases > pgdeck::core::audit::checks().count(), "{xml}");
    assert!(xml.contains("name=\"FK05 public.books (books_fkey)\""), "{xml}");
}

#[tokio::test]
async fn names_made_to_deceive_stay_names_in_every_format_and_in_the_fixes() {
    let desk = Desk::writing().await;
    let admin = desk.databases.admin().await;
    // A name that would end a comment, a string or a cell, and that a terminal would obey.
    let evil = "\u{1b}[31m|`x`</a>&\n\rDROP TABLE public.canary; --'\u{202e}";
    let sql = "CREATE TABLE public.canary (id int);
        CREATE TABLE public.\"T%\" (\"A%\" int, \"B%\" char(3), \"C%\" int, CONSTRAINT \"U%\" UNIQUE (\"A%\"));
        CREATE TABLE public.\"N%\" (\"A%\" bigint, \"T%\" timestamp);
        ALTER TABLE public.\"N%\" ADD CONSTRAINT \"F%\" FOREIGN KEY (\"A%\") REFERENCES public.\"T%\" (\"A%\") NOT VALID;
        ALTER TABLE public.\"N%\" ADD CONSTRAINT \"G%\" FOREIGN KEY (\"A%\") REFERENCES public.\"T%\" (\"A%\");
        CREATE INDEX \"I%\" ON public.\"T%\" (\"C%\"); CREATE INDEX \"J%\" ON public.\"T%\" (\"C%\");
        CREATE POLICY \"P%\" ON public.\"T%\" USING (true);
        CREATE VIEW public.\"V%\" AS SELECT * FROM public.\"T%\";
        CREATE FUNCTION public.\"f%\"(\"A%\" int) RETURNS int LANGUAGE sql SECURITY DEFINER AS 'SELECT 1';
        GRANT ALL ON ALL TABLES IN SCHEMA public TO anon;";
    admin.batch_execute(&sql.replace('%', evil)).await.unwrap();
    for format in ["table", "json", "markdown", "sarif", "junit"] {
        let said = Said::of(&mut desk.command(&format!("audit -e preprod --sql fixes.sql --force --format {format}")));
        assert!(said.out.contains("DROP TABLE"), "{}", said.out);
    }
    let json: Json = serde_json::from_str(&desk.exits(1, "audit -e preprod --format json")).unwrap();
    let evil_ones: Vec<&Json> =
        json["findings"].as_array().unwrap().iter().filter(|finding| finding.to_string().contains("DROP")).collect();
    assert!(evil_ones.len() > 5, "{json}");
    for finding in evil_ones {
        // Some of them cannot be run after others; what none may do is drop what it does not name.
        _ = admin.batch_execute(finding["fix"].as_str().unwrap()).await;
        let there = admin.query_one("SELECT to_regclass('public.canary') IS NOT NULL", &[]).await.unwrap();
        assert!(there.get::<_, bool>(0), "{finding}");
    }
    let script = desk.read("fixes.sql");
    // What would stand alone in a line outside of quotes would be run.
    _ = admin.batch_execute(&script).await;
    let there = admin.query_one("SELECT to_regclass('public.canary') IS NOT NULL", &[]).await.unwrap();
    assert!(there.get::<_, bool>(0), "{script}");
    let baseline = desk.fine("init -e preprod");
    let project = include_str!("../../examples/innotrue/pgdeck.toml");
    desk.write("pgdeck.toml", format!("{project}\n{baseline}"));
    desk.fine("config check");
}

#[test]
fn mistakes_are_told_in_one_line() {
    let desk = Desk::reading();
    desk.fails(2, "audit -e preprod --only FK50", "did you mean `FK05`?");
    desk.fails(2, "audit -e preprd", "did you mean `preprod`?");
    desk.fails(2, "audit --explain FK0", "there is no such check");
    desk.fails(2, "audit -e preprod --sql /nonexistent/fixes.sql", "/nonexistent");
    desk.misused("audit", "--env <ENV>");
    desk.misused("audit -e preprod --fail-on often", "[possible values: error, warning, info, never]");
    for format in ["sarif", "junit"] {
        let said = Said::of(&mut desk.command(&format!("counts --format {format}")));
        assert_eq!(said.code, 2);
        said.is_one_line_on_stderr("counts in a format of the audit");
    }
}

#[test]
fn explaining_a_check_needs_no_project() {
    let desk = Desk::reading();
    std::fs::remove_file(desk.path("pgdeck.toml")).unwrap();
    let text = desk.fine("audit --explain fk03");
    assert!(text.starts_with("FK03  ") && text.contains("Why it matters") && text.lines().all(|line| line.len() <= 90));
    let json = desk.json("audit --explain FK03");
    assert_eq!((&json["id"], &json["docs"]), (&"FK03".into(), &"docs/checks.md#fk03".into()));
}
