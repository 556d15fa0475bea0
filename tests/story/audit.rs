//! Stories of the audit: what is wrong, what is all right after all, and how two environments differ in it.

use std::{path::PathBuf, sync::Arc};

use pgdeck::{app::deck::Deck, config::project::Project};
use tempfile::TempDir;

use crate::support::Story;

const EXAMPLE: &str = include_str!("../../examples/innotrue/pgdeck.toml");

const INTENDED: &str = "
# Children must not vanish with their parents.
[[expect.fk]]
table = \"audit_child\"
columns = [\"parent_id\"]
references = \"audit_parent\"
on_delete = \"restrict\"   # decided in spring

# What follows is somebody's last word.
";

const MISTAKES: &str = "CREATE TABLE public.audit_parent (id int PRIMARY KEY);
    CREATE TABLE public.audit_child (id int PRIMARY KEY,
        parent_id int REFERENCES public.audit_parent ON DELETE CASCADE);
    CREATE TABLE public.audit_grandchild (id int PRIMARY KEY,
        child_id int REFERENCES public.audit_child ON DELETE CASCADE);
    GRANT SELECT ON public.audit_child TO PUBLIC;";

/// A team's file of its own, and a production with mistakes.
struct Team {
    story: Story,
    folder: TempDir,
}

impl Team {
    async fn open(width: u16, height: u16) -> Self {
        let folder = tempfile::tempdir().expect("folder");
        std::fs::write(folder.path().join("pgdeck.toml"), format!("{EXAMPLE}{INTENDED}")).expect("project");
        let project = Project::load(&folder.path().join("pgdeck.toml")).expect("project");
        let demo = Story::demo().await;
        let known = Arc::clone(&demo.deck);
        let deck = Arc::new(Deck::new(project, move |name| known.var(name)).expect("deck"));
        let production = Story::superuser_of(&demo, "production").await;
        production.batch_execute(MISTAKES).await.expect("mistakes");
        Team { story: Story::on(demo, deck, width, height).await, folder }
    }

    fn file(&self) -> PathBuf {
        self.folder.path().join("pgdeck.toml")
    }

    fn text(&self) -> String {
        std::fs::read_to_string(self.file()).expect("pgdeck.toml")
    }

    /// Narrows the list to what fits `letters`.
    async fn narrow(&mut self, letters: &str) {
        self.story.press("/").await;
        self.story.type_in(letters).await;
        self.story.press("enter").await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_is_found_explained_and_its_fix_is_ready_to_be_copied() {
    let mut team = Team::open(140, 60).await;
    let story = &mut team.story;
    story.sees("4 Audit !");
    story.press("4").await;
    story.sees("production  ");
    team.narrow("FK01").await;
    let story = &mut team.story;
    for text in [
        "✗ error",
        "FK01",
        "audit_child _parent_id",
        "parent_id: ON DELETE CASCADE, expected RESTRICT",
        "delete rule differs from what you declared",
        "DROP CONSTRAINT audit_child_parent_id_fkey",
        "WHY IT MATTERS",
        "POLICIES ON audit_child  RLS off",
        "PUBLIC",
        "ONE DELETE IN audit_parent",
        "can delete rows in 2 more tables",
    ] {
        story.sees(text);
    }
    let fix = story.copies("y").await;
    story.sees("copied the fix");
    story.press("t").await;
    story.sees("What one delete in public.audit_parent reaches");
    story.sees("audit_grandchild  CASCADE  child_id");
    story.press("down left").await;
    story.does_not_see("audit_grandchild  CASCADE");
    story.press("esc").await;
    // What was copied heals.
    let production = story.superuser("production").await;
    production.batch_execute(&fix).await.expect("fix");
    story.press("r").await;
    story.sees("no matches");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_acceptance_goes_into_the_file_and_holds_at_once() {
    let mut team = Team::open(140, 40).await;
    team.story.press("4").await;
    team.narrow("FK01").await;
    // What the list says from here on was read before.
    let production = team.story.superuser("production").await;
    production.batch_execute("DROP TABLE public.audit_grandchild, public.audit_child").await.expect("drop");
    team.story.press("A").await;
    team.story.sees("Accept FK01 of public.audit_child");
    team.story.type_in("imported, the \"old\" way").await;
    team.story.press("tab").await;
    team.story.type_in("2999-12-31").await;
    team.story.press("enter").await;
    team.story.sees("accepted, and written down: ");
    team.story.sees("✓ accepted");
    team.story.sees("accepted until 2999-12-31: imported, the \"old\" way");
    team.story.sees("1 accepted");
    let text = team.text();
    assert!(text.starts_with(&format!("{EXAMPLE}{INTENDED}")), "what stood there stays to the letter:\n{text}");
    let added = &text[EXAMPLE.len() + INTENDED.len()..];
    assert_eq!(
        added,
        "\n[[accept]]\ncheck = \"FK01\"\nobject = \"public.audit_child\"\nconstraint = \"audit_child_parent_id_fkey\"\n\
         reason = 'imported, the \"old\" way'\nuntil = 2999-12-31\n",
    );
    team.story.press("A").await;
    team.story.sees("it is accepted already");
    team.story.press("enter").await;
    team.story.sees("✓ accepted, else error in production");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_somebody_changed_meanwhile_is_read_first_and_what_was_typed_stays() {
    let mut team = Team::open(100, 30).await;
    team.story.press("4").await;
    team.narrow("FK01").await;
    let theirs = format!("{}# one more thing\n", team.text());
    std::fs::write(team.file(), &theirs).expect("write");
    team.story.press("A").await;
    team.story.type_in("small").await;
    team.story.press("enter").await;
    team.story.sees("was changed meanwhile and is read again");
    team.story.sees("Reason  small");
    assert_eq!(team.text(), theirs, "nothing was written");
    team.story.press("enter").await;
    team.story.sees("accepted, and written down");
    assert!(team.text().starts_with(&theirs) && team.text().contains("reason = \"small\""), "{}", team.text());
    // A day that is over, and a file that is gone, are said in the box too.
    team.story.press("esc").await;
    team.narrow("FK03 grandchild").await;
    team.story.press("A").await;
    team.story.type_in("small").await;
    team.story.press("tab").await;
    team.story.type_in("2001-01-01").await;
    team.story.press("enter").await;
    team.story.sees("the date 2001-01-01 is in the past");
    std::fs::rename(team.file(), team.folder.path().join("elsewhere")).expect("rename");
    team.story.press("ctrl-u enter").await;
    team.story.reads("this file is gone");
    team.story.sees("Reason  small");
    team.story.press("esc").await;
    team.story.does_not_see("Reason  small");
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_file_of_its_own_a_console_says_so() {
    let mut story = Story::open(100, 30).await;
    let production = story.superuser("production").await;
    production.batch_execute(MISTAKES).await.expect("mistakes");
    story.press("4 r / F K 0 3 enter A").await;
    story.sees("This project has no pgdeck.toml");
    story.type_in("small").await;
    story.press("enter").await;
    story.sees("no pgdeck.toml");
    story.sees("Reason  small");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_environments_are_compared_finding_by_finding() {
    let mut team = Team::open(80, 24).await;
    team.story.press("4 d").await;
    team.story.sees("with preprod beside it");
    team.narrow("FK01").await;
    team.story.sees("only production");
    let preprod = team.story.superuser("preprod").await;
    preprod.batch_execute(MISTAKES).await.expect("mistakes");
    team.story.press("r").await;
    team.story.sees("FK01    audit_child");
    team.story.does_not_see("only production");
    team.story.press("D D D").await;
    team.story.sees("what production and preprod both have");
    team.story.sees("FK01    audit_child");
    team.story.press("D D").await;
    team.story.sees("what only production has, not preprod");
    team.story.sees("no matches");
    // Esc leaves what is nearest: the letters, what is shown of the comparison, the comparison.
    team.story.press("esc esc").await;
    team.story.sees("with preprod beside it");
    team.story.press("esc").await;
    team.story.does_not_see("WHERE");
    team.story.press("n").await;
    team.story.sees(" preprod  ");
    team.narrow("FK01").await;
    team.story.sees("✗ error");
    team.story.sees("FK01    audit_child");
    team.story.press("enter").await;
    team.story.sees("✗ error in preprod");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_team_writes_while_the_console_is_open_counts_when_it_is_read_again() {
    let mut team = Team::open(100, 30).await;
    team.story.press("4").await;
    team.narrow("FK01").await;
    team.story.sees("FK01    audit_child");
    std::fs::write(team.file(), team.text().replace("on_delete = \"restrict\"", "on_delete = \"cascade\""))
        .expect("write");
    team.story.press("r").await;
    team.story.sees("no matches");
    std::fs::write(team.file(), team.text().replace("on_delete = \"cascade\"", "on_delete = \"cascda\""))
        .expect("write");
    team.story.press("r").await;
    team.story.sees("pgdeck.toml");
    team.story.press("M").await;
    team.story.reads("did you mean `cascade`?");
    team.story.press("esc").await;
    team.story.sees("production  ");
}
