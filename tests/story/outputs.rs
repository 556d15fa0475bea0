//! Stories of what the wizard writes: the bytes that the verbs write, and nothing over anybody's file.

use std::{fs, os::unix::fs::PermissionsExt, path::Path};

use pgdeck::{
    app::{job::Job, store, sync},
    core::sync::{
        plan::Plan,
        report::{Format, Report},
        script,
        select::Selection,
    },
};

use crate::support::Story;

/// The wizard's keys, and the bytes that the verb of the same purpose writes.
async fn of_the_verbs(story: &Story) -> Vec<(&'static str, &'static str, String)> {
    let (deck, job) = (story.deck(), Job::quiet());
    let folder = tempfile::tempdir().expect("folder");
    let review = sync::compare(deck, &job, &[], "production", "preprod", false).await.expect("review");
    let selection = Selection::all(&review);
    let plan = Plan::build(&deck.project.name, &review, &selection).expect("plan");
    let report = Report { review: &review, selection: &selection, plan: &plan };
    let (bundle, seed) = (folder.path().join("bundle"), folder.path().join("seed"));
    sync::export_file(deck, &job, &[], "production", &bundle, store::Existing::Replace).await.expect("bundle");
    sync::seed(deck, &job, &[], "production", &seed).await.expect("seed");
    let text = |path: &Path| fs::read_to_string(path).expect("file");
    vec![
        ("w r", "review.md", report.render(Format::Markdown)),
        ("w r", "review.json", report.render(Format::Json)),
        ("w s", "sync.sql", script::script(&plan).expect("script")),
        ("w p", "sync.plan", plan.text()),
        ("w b", "all.bundle", text(&bundle)),
        ("w e", "seed.sql", text(&seed)),
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_output_is_what_its_verb_writes_and_an_older_one_is_replaced() {
    let mut story = Story::open(120, 36).await;
    let folder = tempfile::tempdir().expect("folder");
    let verbs = of_the_verbs(&story).await;
    story.press("7 enter").await;
    story.sees("● Review");
    for (keys, name, expected) in &verbs {
        let path = folder.path().join(name);
        story.press(keys).await;
        story.name(&path).await;
        story.sees(" written to ");
        assert!(fs::read_to_string(&path).expect("file") == *expected, "{name} is not what the verb writes");
        let mode = fs::metadata(&path).expect("file").permissions().mode();
        // What holds data is its owner's alone.
        assert_eq!(mode & 0o077, 0, "{name}: {mode:o}");
    }
    // Once more: each is known as what it is, and replaced.
    story.press("space").await;
    for (keys, name, before) in &verbs {
        let path = folder.path().join(name);
        story.press(keys).await;
        story.name(&path).await;
        story.does_not_see("exists already");
        let of_a_choice = !matches!(*name, "all.bundle" | "seed.sql");
        assert_eq!(fs::read_to_string(&path).expect("file") != *before, of_a_choice, "{name}");
    }
    story.sees("nothing changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_of_somebody_elses_is_never_replaced() {
    let mut story = Story::open(80, 24).await;
    let folder = tempfile::tempdir().expect("folder");
    story.press("7 enter").await;
    for (keys, name) in [("w r", "notes.md"), ("w s", "schema.sql"), ("w p", "sync.plan"), ("w b", "backup")] {
        let path = folder.path().join(name);
        fs::write(&path, "-- by hand\n").expect("write");
        story.press(keys).await;
        story.name(&path).await;
        story.sees("exists already");
        story.sees("File  ");
        story.name(&folder.path().join("no").join(name)).await;
        story.sees("there is no folder");
        story.name(&folder.path().join(format!("new-{name}"))).await;
        story.sees(" written to ");
        assert_eq!(fs::read_to_string(&path).expect("file"), "-- by hand\n");
    }
    // A seed has its place in a file of one's own.
    let path = folder.path().join("schema.sql");
    story.press("w e").await;
    story.name(&path).await;
    let text = fs::read_to_string(&path).expect("file");
    assert!(text.starts_with("-- by hand\n") && text.contains("-- pgdeck:begin *"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_of_part_of_a_review_holds_that_part() {
    let mut story = Story::open(120, 36).await;
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("part.plan");
    story.press("7 enter /").await;
    story.type_in("programs").await;
    story.press("enter tab / l e a d i n g enter space").await;
    story.sees("24 insert  79 update");
    story.press("esc w p").await;
    story.name(&path).await;
    let plan = Plan::read("part.plan", &fs::read_to_string(&path).expect("plan")).expect("plan");
    assert_eq!(plan.steps.len(), 24 + 79);
    let review = sync::compare(story.deck(), &Job::quiet(), &[], "production", "preprod", false).await.expect("review");
    let all = Plan::build(&story.deck().project.name, &review, &Selection::all(&review)).expect("plan");
    assert_ne!(plan.digest, all.digest);
}
