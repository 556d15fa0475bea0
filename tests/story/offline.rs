//! Stories of a source that is a file.

use std::{fs, path::Path};

use pgdeck::app::{job::Job, store, sync};
use serde_json::Value;

use crate::support::{Story, dump, one};

/// Writes the set `name` of production to `path`, as the verb does.
async fn export(story: &Story, name: &str, path: &Path) {
    sync::export_file(story.deck(), &Job::quiet(), &[name.to_owned()], "production", path, store::Existing::Replace)
        .await
        .expect("export");
}

/// Chooses the set `name` and no other.
async fn choose_alone(story: &mut Story, name: &str) {
    story.press("7 a /").await;
    story.type_in(name).await;
    story.press("enter space esc").await;
    story.sees("1 of ");
}

fn steps(plan: &Path) -> Value {
    let plan: Value = serde_json::from_slice(&fs::read(plan).expect("plan")).expect("JSON");
    assert!(plan["steps"].as_array().is_some_and(|steps| steps.len() > 1), "{plan}");
    plan["steps"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_that_was_written_is_read_back_and_applied_like_the_environment_itself() {
    let mut story = Story::open(120, 36).await;
    let folder = tempfile::tempdir().expect("folder");
    let file = |name: &str| folder.path().join(name);
    let (preprod, production) = (story.superuser("preprod").await, story.superuser("production").await);
    let source = dump(&production).await;

    story.press("7 w b").await;
    story.sees("Write a bundle of production");
    story.sees("File  production.bundle");
    story.name(&file("all.bundle")).await;
    story.sees("rows of production written to");
    let (mine, verbs) = (file("all.bundle"), file("verb.bundle"));
    sync::export_file(story.deck(), &Job::quiet(), &[], "production", &verbs, store::Existing::Replace)
        .await
        .expect("export");
    assert!(fs::read(&mine).expect("mine") == fs::read(&verbs).expect("the verb's"), "the bytes that the verb writes");

    story.press("enter").await;
    story.sees("31 insert  79 update  0 delete");
    story.press("w p").await;
    story.name(&file("live.plan")).await;
    story.press("b F").await;
    story.name(&file("all.bundle")).await;
    story.sees("all.bundle → preprod");
    story.sees("a bundle of production");
    story.press("enter").await;
    story.sees("31 insert  79 update  0 delete");
    story.press("w p").await;
    story.name(&file("file.plan")).await;
    let text = |name: &str| fs::read_to_string(file(name)).expect("plan");
    assert_eq!(text("live.plan"), text("file.plan"), "the same plan, to the digest");

    story.press("enter").await;
    story.type_in("preprod").await;
    story.press("tab enter").await;
    story.sees("A second review finds no difference");
    let names = "SELECT string_agg(key || name, ',' ORDER BY key) FROM plans WHERE key <> 'qa-sandbox'";
    assert_eq!(one(&preprod, names).await, one(&production, names).await);
    assert_eq!(dump(&production).await, source);
    // The environment itself says so too.
    story.press("enter f enter").await;
    story.sees("production → preprod");
    story.sees("0 insert  0 update  0 delete");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_file_is_told_of_in_one_line_and_its_name_can_be_corrected() {
    let mut story = Story::open(120, 36).await;
    let folder = tempfile::tempdir().expect("folder");
    let file = |name: &str| folder.path().join(name);
    for name in ["plans", "features"] {
        export(&story, name, &file(&format!("{name}.bundle"))).await;
    }
    let whole = fs::read_to_string(file("plans.bundle")).expect("bundle");
    fs::write(file("cut.bundle"), &whole[..whole.len() / 2]).expect("write");
    fs::write(file("edited.bundle"), whole.replacen("Essential", "Essentials", 1)).expect("write");
    assert_ne!(fs::read_to_string(file("edited.bundle")).expect("edited"), whole);
    let mut other = sync::load_bundle(&file("features.bundle")).expect("bundle");
    other.source.project = "elsewhere".into();
    sync::save_bundle(&other, &file("other.bundle")).expect("save");
    fs::write(file("noise"), b"\x00\xffno rows here\x1b[2J").expect("write");
    fs::write(file("cut.json"), "[{\"key\": \"essential\",").expect("write");
    fs::write(file("empty"), "").expect("write");

    choose_alone(&mut story, "features").await;
    story.press("F").await;
    for (name, says) in [
        ("no-such-file", "No such file"),
        (".", "this is a folder"),
        ("noise", "line 1: this is not text"),
        ("empty", "line 1: there is nothing in it"),
        ("cut.bundle", "the bundle is cut off in the middle of a line"),
        ("cut.json", "line 1: it is cut off"),
        ("edited.bundle", "the bundle was edited or damaged"),
        ("other.bundle", "the bundle is of the project `elsewhere`"),
        ("plans.bundle", "it holds none of the chosen sets; what it holds: plans"),
    ] {
        let path = file(name);
        story.name(&path).await;
        story.sees("Read from a file");
        story.sees(says);
        story.sees(&format!("/{name} "));
        story.sees("production → preprod");
        assert!(!story.screen().contains('\u{1b}'));
    }
    // The name stands there still: what was wrong of it is corrected.
    for _ in "plans.bundle".chars() {
        story.send("backspace");
    }
    story.type_in("features.bundle").await;
    story.press("enter").await;
    story.does_not_see("Read from a file");
    story.sees("features.bundle → preprod");
    story.press("enter").await;
    story.sees("● Review");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_file_does_not_hold_is_chosen_again_when_it_is_left() {
    let mut story = Story::open(120, 36).await;
    let folder = tempfile::tempdir().expect("folder");
    let bundle = folder.path().join("plans.bundle");
    export(&story, "plans", &bundle).await;
    let all = story.deck().project.sets.all().len();
    story.press("7 F").await;
    story.name(&bundle).await;
    story.sees(&format!("1 of {all} sets"));
    story.press("a enter").await;
    story.sees("the file does not hold the set");
    story.press("a F enter").await;
    story.sees(&format!("1 of {all} sets"));
    story.press("f").await;
    story.sees(&format!("{all} of {all} sets"));
    story.press("F").await;
    story.name(&bundle).await;
    // What the operator chose himself stays.
    story.press("space space f").await;
    story.sees(&format!("{} of {all} sets", all - 1));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bundle_of_the_target_itself_is_no_source() {
    let mut story = Story::open(120, 36).await;
    let folder = tempfile::tempdir().expect("folder");
    let bundle = folder.path().join("preprod.bundle");
    sync::export_file(story.deck(), &Job::quiet(), &[], "preprod", &bundle, store::Existing::Replace)
        .await
        .expect("export");
    story.press("7 F").await;
    story.name(&bundle).await;
    story.press("enter").await;
    story.sees("these are the rows of preprod itself; choose another target");
    story.press("t").await;
    story.sees("preprod.bundle → production");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_written_query_returns_is_the_source_where_nothing_connects() {
    let mut story = Story::open(120, 36).await;
    let folder = tempfile::tempdir().expect("folder");
    let file = |name: &str| folder.path().join(name);
    story.press("7 w q").await;
    story.sees("File  read.sql");
    story.name(&file("read.sql")).await;
    story.sees("query written to");
    let sql = fs::read_to_string(file("read.sql")).expect("query");
    assert_eq!(
        sql,
        sync::query(story.deck(), &Job::quiet(), &[], None).await.expect("query").sql,
        "as the verb prints it"
    );
    let production = story.superuser("production").await;
    let pasted = one(&production, &sql).await.expect("one value");
    fs::write(file("paste.txt"), &pasted).expect("write");

    story.press("F").await;
    story.name(&file("paste.txt")).await;
    story.sees("what the query returned");
    story.press("enter").await;
    story.sees("31 insert  79 update  0 delete");
    story.press("w p").await;
    story.name(&file("paste.plan")).await;
    story.press("b f enter").await;
    story.sees("production → preprod");
    story.press("w p").await;
    story.name(&file("live.plan")).await;
    assert_eq!(steps(&file("paste.plan")), steps(&file("live.plan")));
}

#[tokio::test(flavor = "multi_thread")]
async fn json_by_hand_is_reviewed_for_the_set_that_is_chosen_alone() {
    let mut story = Story::open(120, 36).await;
    let folder = tempfile::tempdir().expect("folder");
    let by_hand = folder.path().join("features.json");
    let production = story.superuser("production").await;
    let rows =
        one(&production, "SELECT json_agg(t)::text FROM (SELECT key, name || ' by hand' AS name FROM features) t");
    fs::write(&by_hand, rows.await.expect("rows")).expect("write");
    story.press("7 F").await;
    story.name(&by_hand).await;
    story.press("enter").await;
    story.sees("hand-written JSON holds one sync set: select only that set");
    choose_alone(&mut story, "features").await;
    story.press("enter").await;
    story.sees("● Review");
    story.press("enter").await;
    story.type_in("preprod").await;
    story.press("tab enter").await;
    story.sees("preprod is as reviewed");
    let preprod = story.superuser("preprod").await;
    let written = one(&preprod, "SELECT count(*)::text FROM features WHERE name LIKE '% by hand'").await;
    assert_eq!(written, one(&production, "SELECT count(*)::text FROM features").await);
}
