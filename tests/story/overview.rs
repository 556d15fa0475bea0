//! Stories of the overview, of first steps, and of lists that leave the console.

use std::os::unix::fs::PermissionsExt;

use pgdeck::tui::{
    model::Model,
    msg::{Effect, Msg, Work},
    update::update,
    welcome,
};

use crate::support::Story;

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_sees_every_environment_at_a_glance() {
    let mut story = Story::open(80, 24).await;
    story.sees("2 environments");
    let preprod = story.superuser("preprod").await;
    let tables = "SELECT count(*)::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
                  WHERE c.relkind IN ('r', 'p') AND NOT c.relispartition
                    AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_'";
    let tables = crate::support::one(&preprod, tables).await.expect("count");
    for text in ["PROD  production  RO", "STAGING  preprod  RW", "✓ reachable", "last run none", "may not read 1 of"]
    {
        story.sees(text);
    }
    story.sees(&format!("tables{tables:>11}   columns"));
    story.sees("differ in row estimates");
    story.press("down enter").await;
    story.sees("lines 1 to");
    story.press("G").await;
    story.sees("LARGEST TABLES");
    story.sees("pgdeck has written nothing here.");
    story.press("esc /").await;
    story.type_in("preprod").await;
    story.press("enter").await;
    story.sees("1 of 1 · 2 in all");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_newest_run_of_an_environment_stands_on_its_card() {
    let mut story = Story::open(120, 40).await;
    story.press("7 enter enter").await;
    story.type_in("preprod").await;
    story.press("tab enter").await;
    story.sees("preprod is as reviewed");
    story.press("1").await;
    story.sees("last run applied 20");
    story.press("7 u").await;
    story.type_in("preprod").await;
    story.press("tab enter 1").await;
    story.sees("last run undone 20");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_that_is_gone_says_so_and_is_tried_again() {
    let mut story = Story::open(120, 40).await;
    let server = story.superuser("preprod").await;
    let role =
        "SELECT usename::text FROM pg_stat_activity WHERE datname = 'innotrue' AND usename <> 'postgres' LIMIT 1";
    let role = crate::support::one(&server, role).await.expect("pgdeck's role");
    let thrown_out = format!(
        "ALTER ROLE {role} NOLOGIN; SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = '{role}'"
    );
    server.batch_execute(&thrown_out).await.expect("closed");
    story.press("r").await;
    story.sees("✗ not reachable");
    story.sees("r tries again");
    story.sees("stale: no answer from preprod");
    story.press("2").await;
    story.sees("stale: no answer from preprod");
    story.press("1").await;
    story.press("down enter").await;
    story.sees("WHAT TO DO");
    server.batch_execute(&format!("ALTER ROLE {role} LOGIN")).await.expect("open");
    story.press("esc r").await;
    story.does_not_see("not reachable");
    story.sees("differ in row estimates");
}

#[tokio::test(flavor = "multi_thread")]
async fn snapshots_become_a_line() {
    let mut story = Story::open(120, 40).await;
    story.press("2 / p l a n s enter e s").await;
    story.does_not_see("SNAPSHOTS");
    let preprod = story.superuser("preprod").await;
    let more =
        "INSERT INTO plans (key, name, tier_level) SELECT 'more-' || n, 'More', 90 + n FROM generate_series(1, 3) n";
    preprod.batch_execute(more).await.expect("rows");
    story.press("e s").await;
    story.sees("OVER 2 SNAPSHOTS");
    let rows = crate::support::one(&preprod, "SELECT count(*)::text FROM plans").await.expect("count");
    let before = rows.parse::<u32>().expect("number") - 3;
    story.sees(&format!("▁█ {before} → {rows}"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_goes_to_a_file_as_it_is_shown_and_never_over_another() {
    let folder = tempfile::tempdir().expect("folder");
    let mut story = Story::open(120, 40).await;
    story.press("2 / p l a n s enter e").await;
    for (ending, begins) in [("csv", "table,production,production is,"), ("json", "[\n"), ("md", "| table |")] {
        let path = folder.path().join(format!("out.{ending}"));
        story.press("E").await;
        story.sees("File  counts.csv");
        story.press("ctrl-u").await;
        story.type_in(&path.display().to_string()).await;
        story.press("enter").await;
        story.sees("rows written to");
        let text = std::fs::read_to_string(&path).expect("file");
        assert!(text.starts_with(begins), "{text}");
        assert!(text.contains("public.plans") && text.contains("exact") && !text.contains("email"), "{text}");
        assert_eq!(path.metadata().expect("facts").permissions().mode() & 0o777, 0o600);
    }
    let path = folder.path().join("out.csv");
    std::fs::write(&path, "mine").expect("write");
    story.press("E ctrl-u").await;
    story.type_in(&path.display().to_string()).await;
    story.press("enter").await;
    story.sees("exists already and is not overwritten");
    assert_eq!(std::fs::read_to_string(&path).expect("file"), "mine");
}

#[tokio::test(flavor = "multi_thread")]
async fn every_list_of_the_wizard_can_be_exported() {
    let folder = tempfile::tempdir().expect("folder");
    let mut story = Story::open(120, 40).await;
    story.press("7").await;
    for (keys, file, holds) in [
        ("", "sets.csv", "set,tables,chosen"),
        ("enter", "tables.csv", "set,table,insert,update,delete"),
        ("tab", "rows.csv", "key,change,columns,chosen,blocked"),
        ("tab", "columns.csv", "column,old,new"),
    ] {
        story.press(keys).await;
        story.press("E ctrl-u").await;
        let path = folder.path().join(file);
        story.type_in(&path.display().to_string()).await;
        story.press("enter").await;
        let text = std::fs::read_to_string(&path).expect(file);
        assert!(text.starts_with(holds) && text.lines().count() > 1, "{file}: {text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn inside_a_json_value_only_what_differs_is_named() {
    let mut story = Story::open(120, 40).await;
    let (production, preprod) = (story.superuser("production").await, story.superuser("preprod").await);
    let set = |seats: u8| {
        format!(
            "ALTER TABLE plans ADD COLUMN limits jsonb; UPDATE plans SET limits = '{{\"seats\": {seats}, \"unmoved\": 1}}'"
        )
    };
    production.batch_execute(&set(5)).await.expect("column");
    preprod.batch_execute(&set(4)).await.expect("column");
    story.press("7 enter / p l a n s enter tab").await;
    story.sees("seats 5");
    story.does_not_see("unmoved");
    story.press("v").await;
    story.sees("~ seats 4 → 5");
}

fn pressed(model: &mut Model, key: &str) -> Vec<Effect> {
    update(model, Msg::Key(pgdeck::config::key::Key::parse(key).expect("key")))
}

#[test]
fn without_a_project_there_is_a_page_with_three_choices() {
    let mut model = welcome::page(
        pgdeck::tui::setup(pgdeck::config::preferences::Preferences::default(), &|_| None).expect("setup"),
    );
    assert_eq!(update(&mut model, Msg::Opened), [], "there is nothing to connect to");
    assert_eq!((pressed(&mut model, "w"), model.overlays.len()), (vec![], 2));
    pressed(&mut model, "esc");
    pressed(&mut model, "esc");
    assert_eq!(model.overlays.len(), 1, "the page itself stays");
    let effects = pressed(&mut model, "d");
    assert!(matches!(&effects[..], [Effect::Run(_, Work::Demo), Effect::Quit]), "{effects:?}");
    assert!(pressed(&mut model, "q").contains(&Effect::Quit));
}
