//! Stories of the migrations: which files there are, what ran where, and what is wrong with that.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use pgdeck::app::deck::Deck;

use crate::support::{Story, one};

const EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/introalignment");

/// The console on the example, with the migrations in front.
async fn example(width: u16, height: u16) -> Story {
    let demo = Story::example(Some("introalignment")).await;
    let deck = Arc::clone(&demo.deck);
    let mut story = Story::on(demo, deck, width, height).await;
    story.press("5").await;
    story
}

/// The same with the files of `folder`.
async fn with_files(folder: &Path, width: u16, height: u16) -> Story {
    let demo = Story::example(Some("introalignment")).await;
    let mut project = demo.deck.project.clone();
    project.migrations.dir = folder.display().to_string();
    let known = Arc::clone(&demo.deck);
    let deck = Arc::new(Deck::new(project, move |name| known.var(name)).expect("deck"));
    let mut story = Story::on(demo, deck, width, height).await;
    story.press("5").await;
    story
}

/// The same for the role that owns everything, as a team's deployment has it.
async fn as_owner(folder: &Path, width: u16, height: u16) -> Story {
    let demo = Story::example(Some("introalignment")).await;
    let mut project = demo.deck.project.clone();
    project.migrations.dir = folder.display().to_string();
    let known = Arc::clone(&demo.deck);
    let vars = move |name: &str| known.var(name).map(|value| value.replace("operator", "postgres"));
    let deck = Arc::new(Deck::new(project, vars).expect("deck"));
    let mut story = Story::on(demo, deck, width, height).await;
    story.press("5").await;
    story
}

/// The line of the screen that holds `word`.
fn line(story: &Story, word: &str) -> String {
    let screen = story.screen();
    screen.lines().find(|line| line.contains(word)).unwrap_or_else(|| panic!("{word}:\n{screen}")).to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_file_and_where_it_ran() {
    let mut story = example(200, 50).await;
    story.sees("19 files");
    story.sees("pending: production 2");
    story.sees("5 Migrations !1");
    let row = |story: &Story, name: &str| line(story, name).split('│').next().unwrap_or_default().to_owned();
    let words = |row: &str| -> Vec<String> {
        row.split("  ").map(|word| word.trim().to_owned()).filter(|word| !word.is_empty()).collect()
    };
    let told = words(&row(&story, " 018  "));
    assert_eq!(told[told.len() - 3..], ["looks applied", "applied", "pending"], "{told:?}");
    let told = words(&row(&story, " 009  "));
    assert_eq!(told[told.len() - 3..], ["unknown", "applied", "applied"], "{told:?}");
    let told = words(&row(&story, "011  match_generation_system  "));
    assert_eq!(told[told.len() - 3..], ["looks applied", "applied", "edited"], "{told:?}");
    story.press("G").await;
    story.sees("seed_subscription_plans");
    story.press("p").await;
    story.sees("only pending");
    story.does_not_see("initial_schema");
    story.sees("subscription_billing_system");
    story.press("p x").await;
    story.sees("match_generation_system");
    story.does_not_see("subscription_billing_system");
    story.press("esc").await;
    story.sees("initial_schema");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_an_edited_file_says_what_differs_and_what_is_in_it() {
    let mut story = example(120, 40).await;
    story.press("/").await;
    story.type_in("match_gen").await;
    story.press("enter G enter").await;
    story.sees("011_match_generation_system.sql · 29 statements");
    story.sees("DIFFERS  from what ran in production");
    story.sees("21 + CREATE INDEX IF NOT EXISTS matches_status_idx");
    assert!(line(&story, "27 +").contains("ON DELETE CASCADE"));
    assert!(!line(&story, "−   match_id").contains("ON DELETE CASCADE"));
    let path = story.copies("y").await;
    assert_eq!(path, "migrations/011_match_generation_system.sql");
    story.press("pagedown").await;
    story.sees("47  CREATE OR REPLACE FUNCTION private.match_score");
    story.sees("│ TEXT ");
    story.press("G").await;
    story.does_not_see("│ TEXT ");
    story.press("esc esc").await;
    story.press("/").await;
    story.type_in("018").await;
    story.press("enter enter").await;
    story.sees("RISKS");
    story.sees("staging    applied");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_with_the_faulty_folder_stands_first() {
    let mut story = with_files(&PathBuf::from(EXAMPLE).join("faulty"), 120, 40).await;
    let screen = story.screen();
    let place = |word: &str| screen.find(word).unwrap_or_else(|| panic!("{word}:\n{screen}"));
    assert!(place("PROBLEMS") < place("duplicate") && place("duplicate") < place("IN THE ORDER OF RUNNING"));
    story.sees("✗ gap");
    story.sees("✗ moved");
    // The first is selected, says what to do, and beside it stands the file.
    assert!(line(&story, "▌✗").contains("010_match_generation_system.sql"));
    story.sees("→ ");
    let said = story.copies("y").await;
    assert!(said.contains("010_match_generation_system.sql") && said.contains(" — "), "{said}");
    story.press("E").await;
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("migrations.md");
    story.name(&file).await;
    let written = std::fs::read_to_string(&file).expect("written");
    assert!(written.contains("| duplicate |") && written.contains("| file |"), "{written}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_that_is_down_hides_nothing_of_the_others() {
    let demo = Story::example(Some("introalignment")).await;
    let known = Arc::clone(&demo.deck);
    let vars = move |name: &str| match name {
        "STAGING_DATABASE_URL" => Some("postgresql://nobody@127.0.0.1:1/none".to_owned()),
        name => known.var(name),
    };
    let deck = Arc::new(Deck::new(demo.deck.project.clone(), vars).expect("deck"));
    let mut story = Story::on(demo, deck, 200, 50).await;
    story.press("5").await;
    story.sees("✗ no answer  staging");
    let row = line(&story, " 018  ");
    assert!(row.contains("looks applied  no answer") && row.contains("pending"), "{row}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_changes_on_disk_and_in_a_database_is_seen_after_a_refresh() {
    let folder = tempfile::tempdir().expect("folder");
    for entry in std::fs::read_dir(Path::new(EXAMPLE).join("migrations")).expect("example") {
        let path = entry.expect("entry").path();
        std::fs::copy(&path, folder.path().join(path.file_name().expect("a name"))).expect("copy");
    }
    let mut story = with_files(folder.path(), 120, 40).await;
    story.sees("1 problem");
    std::fs::remove_file(folder.path().join("005_seed_games.sql")).expect("remove");
    story.press("r").await;
    story.sees("✗ gap");
    story.sees("✗ missing  in staging, production");
    story.press("G").await;
    story.sees("RAN, AND HAS NO FILE");
    story.sees("WHAT RAN");
    let production = story.superuser("production").await;
    let ran =
        "INSERT INTO supabase_migrations.schema_migrations (version, name) VALUES ('019', 'seed_subscription_plans')";
    assert_eq!(production.execute(ran, &[]).await.expect("insert"), 1);
    story.press("r").await;
    assert!(line(&story, " 018  ").contains("pending!"));
    story.press("g g").await;
    story.sees("✗ out-of-order");
    std::fs::remove_dir_all(folder.path()).expect("remove");
    story.press("r").await;
    story.sees("there is no such folder");
    story.does_not_see("IN THE ORDER");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_is_locked_is_given_up_with_escape() {
    let mut story = example(120, 40).await;
    let mut production = story.superuser("production").await;
    let lock = production.transaction().await.expect("transaction");
    lock.batch_execute("LOCK TABLE supabase_migrations.schema_migrations").await.expect("lock");
    story.send("r");
    story.until("reading production again").await;
    story.press("esc").await;
    story.sees("stopped by the operator");
    story.sees("IN THE ORDER OF RUNNING");
    lock.rollback().await.expect("rollback");
    story.press("r").await;
    story.does_not_see("stale");
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_read_the_history_is_told_and_nothing_is_made_up() {
    let demo = Story::example(Some("introalignment")).await;
    let staging = Story::superuser_of(&demo, "staging").await;
    staging.batch_execute("CREATE ROLE visitor LOGIN").await.expect("role");
    let (_, server) = demo.servers.iter().find(|(name, _)| name == "staging").expect("staging");
    let address =
        format!("postgresql://visitor@/introalignment?host={}&port={}", server.host().display(), server.port());
    let known = Arc::clone(&demo.deck);
    let vars = move |name: &str| match name {
        "STAGING_DATABASE_URL" => Some(address.clone()),
        name => known.var(name),
    };
    let deck = Arc::new(Deck::new(demo.deck.project.clone(), vars).expect("deck"));
    let mut story = Story::on(demo, deck, 120, 40).await;
    story.press("5").await;
    story.sees("✗ unseen  in staging");
    let row = line(&story, " 018  ");
    assert!(row.contains("~applied  unknown   pending"), "{row}");
}

/// The example's files and more of them.
fn with_more(more: &[(&str, &str)]) -> tempfile::TempDir {
    let folder = tempfile::tempdir().expect("folder");
    for file in std::fs::read_dir(PathBuf::from(EXAMPLE).join("migrations")).expect("example") {
        let path = file.expect("file").path();
        std::fs::copy(&path, folder.path().join(path.file_name().expect("name"))).expect("copied");
    }
    for (name, text) in more {
        std::fs::write(folder.path().join(name), text).expect("written");
    }
    folder
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_pending_is_tried_then_applied_then_on_record() {
    let more = [
        ("020_notes.sql", "CREATE TABLE public.notes (id int PRIMARY KEY);\nINSERT INTO notes VALUES (1);\n"),
        ("021_index.sql", "CREATE INDEX CONCURRENTLY notes_id ON notes (id);\n"),
    ];
    let folder = with_more(&more);
    let mut story = as_owner(folder.path(), 120, 40).await;
    let staging = story.superuser("staging").await;
    let notes = "SELECT to_regclass('public.notes')::text";
    story.sees("a applies to staging");
    story.press("d").await;
    story.sees("Dry run on staging (STAGING)");
    story.sees("020 notes · 2 statements, one transaction");
    story.sees("021 index · 1 statement, no transaction");
    story.type_in("staging").await;
    story.press("tab enter").await;
    story.sees("staging: 1 of 2 could be run, nothing was kept");
    assert_eq!(one(&staging, notes).await, None);

    // Another name opens nothing.
    story.press("a").await;
    story.type_in("production").await;
    story.press("tab enter").await;
    story.sees("Apply to staging (STAGING)");
    story.press("esc").await;
    assert_eq!(one(&staging, notes).await, None);

    story.press("a").await;
    story.sees("recorded in supabase_migrations.schema_migrations");
    story.type_in("staging").await;
    story.press("tab enter").await;
    story.sees("2 files applied to staging, run ");
    assert_eq!(one(&staging, notes).await.as_deref(), Some("notes"));
    let recorded = "SELECT string_agg(version || name, ',' ORDER BY version) FROM supabase_migrations.schema_migrations \
                    WHERE version > '019'";
    assert_eq!(one(&staging, recorded).await.as_deref(), Some("020notes,021index"));
    // What is left is an environment without a history, where nothing is run on a guess.
    story.press("a").await;
    story.sees("Nothing was run");
    story.sees("no migration history found, but objects of this file");
    story.press("esc g j").await;
    story.sees("migrate");
    story.sees("2 files");
    story.press("enter").await;
    story.sees("ran       020_notes.sql");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_fails_is_told_in_full_and_leaves_nothing() {
    let folder = with_more(&[("020_notes.sql", "CREATE TABLE public.notes (id int);\nINSERT INTO nots VALUES (1);\n")]);
    let mut story = as_owner(folder.path(), 80, 24).await;
    let staging = story.superuser("staging").await;
    story.press("a").await;
    story.type_in("staging").await;
    story.press("tab enter").await;
    story.sees("It failed");
    story.sees("statement 2 of 2, `INSERT INTO nots VALUES (…`: relation \"nots\" does");
    story.sees("020_notes.sql:2:13");
    assert_eq!(one(&staging, "SELECT to_regclass('public.notes')::text").await, None);
    // A file that cannot be run at all is told before any name is asked for.
    std::fs::write(folder.path().join("020_notes.sql"), "SELECT 1;\nCOMMIT;\nSELECT 2;\n").expect("written");
    story.press("esc a").await;
    story.sees("Nothing was run");
    story.sees("020_notes.sql:2");
}
