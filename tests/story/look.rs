//! Stories of looking around.

use crate::support::Story;

#[tokio::test(flavor = "multi_thread")]
async fn counts_are_estimates_until_they_are_counted_and_the_unknown_stays_unknown() {
    let mut story = Story::open(120, 36).await;
    story.sees("PROD");
    story.press("2").await;
    story.sees("~ marks the planner's estimate");
    story.press("2 /").await;
    story.type_in("plans").await;
    story.press("enter").await;
    story.sees("~6");
    story.press("e").await;
    story.does_not_see("~6");
    story.sees("−1");
    story.press("esc /").await;
    story.type_in("auth.users").await;
    story.press("enter e").await;
    story.sees("unknown: no right to read");
}

#[tokio::test(flavor = "multi_thread")]
async fn help_explains_every_key_that_works_here() {
    let mut story = Story::open(100, 60).await;
    story.press("2 ?").await;
    for line in ["Count exactly", "Snapshot", "Filter", "Palette", "Quit"] {
        story.sees(line);
    }
    story.press("esc").await;
    story.sees("SIZE");
}

#[tokio::test(flavor = "multi_thread")]
async fn text_of_the_database_never_moves_the_cursor() {
    let mut story = Story::open(140, 40).await;
    story.press("7 enter /").await;
    story.type_in("programs").await;
    story.press("enter tab").await;
    let mut seen = false;
    for _ in 0..6 {
        seen |= story.screen().contains('␛');
        story.press("down").await;
    }
    assert!(seen, "the planted escape sequence is shown as a picture:\n{}", story.screen());
    assert!(!story.screen().contains('\u{1b}'));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_sql_of_a_row_is_shown_as_it_will_run() {
    let mut story = Story::open(120, 40).await;
    story.press("7 enter /").await;
    story.type_in("plan_features").await;
    story.press("enter tab v").await;
    story.sees("UPDATE ONLY public.plan_features AS t SET limit_value");
    story.sees("guarded by the reviewed values");
    story.press("esc").await;
    story.sees("● Review");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_foreign_keys_around_a_table_are_a_tree_that_folds() {
    let mut story = Story::open(100, 40).await;
    story.press("2 /").await;
    story.type_in("programs").await;
    story.press("enter t").await;
    story.sees("Foreign keys around public.programs");
    story.sees("▾ program_modules  CASCADE  program_id");
    story.sees("shown elsewhere here");
    story.sees("enrollment_id");
    story.press("down left").await;
    story.sees("▸ program_enrollments");
    story.does_not_see("enrollment_id");
    story.press("right").await;
    story.sees("▾ program_enrollments");
    story.press("esc").await;
    story.does_not_see("Foreign keys around");
}
