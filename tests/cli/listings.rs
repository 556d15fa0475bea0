//! Verbs that show what there is: a table for people, JSON for scripts, Markdown for documents.

use serde_json::Value as Json;

use crate::desk::Desk;

const LISTINGS: [&str; 6] = ["env", "counts", "config check", "config path", "sync sets", "journal"];

/// The keys of an object, in their order.
fn keys(json: &Json) -> Vec<&str> {
    json.as_object().expect("an object").keys().map(String::as_str).collect()
}

#[test]
fn every_listing_has_its_three_forms() {
    let desk = Desk::reading();
    for verb in LISTINGS {
        let table = desk.fine(verb);
        assert!(table.ends_with('\n') && table.lines().all(|line| line.trim_end() == line), "{verb}: {table}");
        let json = desk.fine(&format!("--format json {verb}"));
        assert!(serde_json::from_str::<Json>(&json).unwrap().is_object(), "{verb}: {json}");
        let markdown = desk.fine(&format!("{verb} --format markdown"));
        let rows: Vec<_> = markdown.lines().filter(|line| line.starts_with('|')).collect();
        let bars = |line: &str| line.replace("\\|", "").matches('|').count();
        assert!(rows.iter().all(|row| bars(row) == bars(rows[0])), "{verb}: {markdown}");
        assert_eq!(rows.is_empty(), verb == "journal", "{verb}: {markdown}");
    }
}

#[test]
fn env_says_what_each_environment_is_and_holds() {
    let desk = Desk::reading();
    let json = desk.json("env");
    let [production, preprod] = json["environments"].as_array().unwrap().as_slice() else { panic!("{json}") };
    assert_eq!((&production["name"], &production["kind"]), (&"production".into(), &"production".into()));
    assert_eq!((&production["writable"], &preprod["writable"]), (&false.into(), &true.into()));
    assert_eq!(production["objects"]["tables"], preprod["objects"]["tables"]);
    let table = desk.fine("env preprod");
    assert!(table.contains("STAGING") && !table.contains("PROD "), "{table}");
}

#[test]
fn counts_are_estimates_until_exact_ones_are_asked_for() {
    let desk = Desk::reading();
    let json = desk.json("counts plans auth.*");
    assert_eq!(keys(&json), ["environments", "tables"]);
    assert_eq!(json["environments"], serde_json::json!(["production", "preprod"]));
    let plans = json["tables"].as_array().unwrap().iter().find(|row| row["table"] == "public.plans").unwrap();
    assert_eq!(keys(plans), ["table", "counts"]);
    assert_eq!(keys(&plans["counts"]), ["production", "preprod"]);
    assert_eq!(keys(&plans["counts"]["production"]), ["kind", "rows", "reason"]);
    assert_eq!(plans["counts"]["production"]["kind"], "estimate");
    let exact = desk.json("counts plans --exact -e preprod");
    let count = &exact["tables"][0]["counts"]["preprod"];
    assert_eq!((&count["kind"], &count["reason"]), (&"exact".into(), &Json::Null));
    assert!(count["rows"].as_u64().is_some_and(|rows| rows > 0), "{exact}");
    let one = desk.fine("counts plans");
    assert!(one.starts_with("TABLE") && one.contains("public.plans  ") && one.contains('~'), "{one}");
}

#[tokio::test]
async fn a_table_that_only_one_environment_has_is_shown_as_missing_in_the_other() {
    let desk = Desk::writing().await;
    desk.databases.admin().await.batch_execute("CREATE TABLE public.only_here (id int)").await.unwrap();
    let json = desk.json("counts only_here");
    assert_eq!(json["tables"][0]["counts"]["production"]["kind"], "unknown", "{json}");
    assert!(desk.fine("counts only_here").contains("not there"));
    assert!(desk.exits(1, "counts only_here --fail-on difference").contains("1 differ"));
    desk.fails(2, "counts only_her", "did you mean `only_here`?");
}

#[tokio::test]
async fn a_snapshot_shows_later_what_has_changed() {
    let desk = Desk::writing().await;
    // Only tables that the operator may read: what is unknown never counts as equal.
    desk.fine("counts -e preprod --exact public.* --save before");
    assert!(desk.fine("counts -e preprod --exact public.* --against before").contains(" 0 differ"));
    desk.databases.admin().await.batch_execute("CREATE TABLE public.late (id int)").await.unwrap();
    assert!(desk.exits(1, "counts -e preprod --exact public.* --against before").contains(" 1 differ"));
    assert!(desk.fine("counts -e preprod --exact public.* --against before --fail-on never").contains(" 1 differ"));
    desk.fails(2, "counts --against before", "the snapshot does not hold this environment");
}

#[tokio::test]
async fn a_locked_table_hides_neither_the_others_nor_its_own_estimate() {
    let desk = Desk::writing().await;
    let mut admin = desk.databases.admin().await;
    let lock = admin.transaction().await.unwrap();
    lock.batch_execute("LOCK TABLE public.plans IN ACCESS EXCLUSIVE MODE").await.unwrap();
    assert!(desk.fine("counts -e preprod plan*").contains('~'));
    let exact = desk.fine("counts -e preprod --exact plan*");
    assert!(exact.contains("? somebody else holds a lock"), "{exact}");
    assert!(exact.lines().any(|line| line.starts_with("public.plan_features") && !line.contains('?')), "{exact}");
}

#[test]
fn names_that_do_not_exist_are_answered_with_the_nearest_one() {
    let desk = Desk::reading();
    for (line, says) in [
        ("env prodution", "prodution: there is no such environment — did you mean `production`?"),
        ("counts -e nowhere", "available: production, preprod"),
        ("counts plnas", "plnas: no table has this name — did you mean `plans`?"),
        ("counts --against yesterday", "yesterday: there is no such snapshot"),
        ("counts --against ../../etc/passwd", "not a valid snapshot name"),
        ("counts --save /tmp/x", "not a valid snapshot name"),
        ("journal -e prepord", "did you mean `preprod`?"),
        ("sync export plnas --from production --out x", "did you mean `plans`?"),
        ("sync export --from prodution --out x", "did you mean `production`?"),
        ("sync review --from prodution --to preprod", "did you mean `production`?"),
        ("sync review --from production --to prepord", "did you mean `preprod`?"),
        ("sync undo 2020-01-01-1 --confirm preprod", "2020-01-01-1: there is no such run"),
    ] {
        desk.fails(2, line, says);
    }
}

#[test]
fn what_clap_refuses_is_a_usage_error() {
    let desk = Desk::reading();
    for (line, says) in [
        ("cuonts", "unrecognized subcommand"),
        ("counts --nope", "unexpected argument '--nope'"),
        ("journal --since yesterday", "--since <DATE>"),
        ("journal --since 2026-02-31", "--since <DATE>"),
        ("--format yaml env", "invalid value 'yaml'"),
        ("sync review --to preprod", "--from <ENV>"),
        ("sync review --from production --bundle x --to preprod", "cannot be used with"),
        ("sync export --from production", "--out <FILE>"),
        ("sync undo", "<RUN>"),
        ("counts --fail-on sometimes", "invalid value 'sometimes'"),
        ("counts --exact --exact", "cannot be used multiple times"),
    ] {
        desk.misused(line, says);
    }
}

#[test]
fn completions_and_the_manual_need_no_project() {
    let desk = Desk::reading();
    std::fs::remove_file(desk.path("pgdeck.toml")).unwrap();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let output = desk.command(&format!("completions {shell}")).output().unwrap();
        let script = String::from_utf8(output.stdout).unwrap();
        assert!(output.status.success() && script.contains("counts") && script.contains("fail-on"), "{shell}");
    }
    desk.misused("completions basic", "possible values");
    let manual = desk.fine("man");
    for page in ["pgdeck", "pgdeck-sync-review", "pgdeck-demo"] {
        assert!(manual.contains(&format!(".TH {page} ")), "{page} is missing in {manual}");
    }
    desk.fails(2, "demo -- man", "this verb needs no environments");
}

#[test]
fn help_and_version_are_results() {
    let desk = Desk::reading();
    for line in ["--help", "-h", "--version", "counts --help", "sync review --help", "help journal"] {
        assert!(!desk.fine(line).is_empty(), "{line}");
    }
}
