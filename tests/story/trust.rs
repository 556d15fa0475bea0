//! Stories of a project from elsewhere: what it makes pgdeck run is shown, and runs only after a yes.

use std::{fs, path::Path, sync::Arc};

use pgdeck::{app::deck::Deck, config::project::Project};

use crate::support::Story;

/// The example as a file in `folder`, with a command for preprod that leaves the file `canary` there.
fn deck(folder: &Path, known: &Arc<Deck>) -> Arc<Deck> {
    let canary = folder.join("canary");
    let command = serde_json::json!(["sh", "-c", format!("echo ran >> {}; echo secret", canary.display())]);
    deck_with(folder, known, &format!("password_command = {command}"))
}

/// The same with `section` in preprod's.
fn deck_with(folder: &Path, known: &Arc<Deck>, section: &str) -> Arc<Deck> {
    let text = include_str!("../../examples/innotrue/pgdeck.toml");
    let text = text.replacen("writable = true", &format!("writable = true\n{section}"), 1);
    let text = format!("{text}\n[migrations]\ndir = \"files\"\nstyle = \"supabase\"\n");
    fs::write(folder.join("pgdeck.toml"), text).expect("project");
    fs::create_dir_all(folder.join("files")).expect("folder");
    fs::write(folder.join("files/1_a.sql"), "CREATE TABLE public.a (id int);").expect("migration");
    let project = Project::load(&folder.join("pgdeck.toml")).expect("project");
    let (known, state) = (Arc::clone(known), folder.join("state").display().to_string());
    let vars = move |name: &str| match name {
        "PGDECK_STATE_DIR" | "XDG_STATE_HOME" => Some(state.clone()),
        name => known.var(name),
    };
    Arc::new(Deck::new(project, vars).expect("deck"))
}

fn ran(folder: &Path) -> String {
    fs::read_to_string(folder.join("canary")).unwrap_or_default()
}

const TITLE: &str = "The project file makes pgdeck run";

#[tokio::test(flavor = "multi_thread")]
async fn a_command_runs_after_a_yes_and_not_after_a_no() {
    let (folder, demo) = (tempfile::tempdir().expect("folder"), Story::demo().await);
    let known = Arc::clone(&demo.deck);
    let mut story = Story::on(demo, deck(folder.path(), &known), 120, 36).await;
    for text in
        [TITLE, "preprod: password_command [\"sh\", \"-c\",", "replay of the migrations in", "Type yes to agree:"]
    {
        story.reads(text);
    }
    story.press("esc").await;
    story.does_not_see(TITLE);
    story.sees("run `pgdeck trust` to see and agree");
    story.press("r").await;
    story.sees("run `pgdeck trust` to see and agree");
    // The other environment is there all the same.
    story.press("2").await;
    story.sees("~5,000");
    assert_eq!(ran(folder.path()), "", "nothing ran");
    // To be asked again, the console is opened again.
    let mut story = story.again(deck(folder.path(), &known), 120, 36).await;
    story.sees(TITLE);
    story.type_in("y").await;
    story.press("tab enter").await;
    story.sees(TITLE);
    assert_eq!(ran(folder.path()), "", "half a yes is none");
    story.type_in("es").await;
    story.press("tab enter").await;
    story.does_not_see(TITLE);
    story.sees("preprod answers again");
    assert_eq!(ran(folder.path()), "ran\n");
    let story = story.again(deck(folder.path(), &known), 120, 36).await;
    story.does_not_see(TITLE);
    story.does_not_see("to see and agree");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replay_asks_when_it_is_wanted() {
    let (folder, demo) = (tempfile::tempdir().expect("folder"), Story::demo().await);
    let deck = deck_with(folder.path(), &demo.deck, "");
    let mut story = Story::on(demo, deck, 140, 40).await;
    story.does_not_see(TITLE);
    story.press("6 f").await;
    story.sees("migrations → ");
    story.press("r").await;
    story.sees(TITLE);
    story.reads("runs on a throw-away server, as a role without superuser rights");
    story.type_in("yes").await;
    story.press("tab enter").await;
    story.press("r").await;
    story.does_not_see(TITLE);
    story.sees("removed  a");
}
