//! Stories of what is refused.

use crate::support::{Story, dump};

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_changed_since_the_review_rolls_everything_back_and_is_named() {
    let mut story = Story::open(120, 36).await;
    let preprod = story.superuser("preprod").await;
    story.press("7 enter").await;
    story.sees("● Review");
    let touched =
        preprod.execute("UPDATE plans SET description = 'edited meanwhile' WHERE key = 'essential'", &[]).await;
    assert_eq!(touched.expect("update"), 1);
    let before = dump(&preprod).await;
    story.press("enter").await;
    story.type_in("preprod").await;
    story.press("tab enter").await;
    story.sees("public.plans essential");
    story.sees("changed since the review");
    story.sees("● Review");
    assert_eq!(dump(&preprod).await, before);
    story.press("esc g j").await;
    story.sees("rolled back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_name_applies_nothing() {
    let mut story = Story::open(120, 36).await;
    let preprod = story.superuser("preprod").await;
    let before = dump(&preprod).await;
    story.press("7 enter enter").await;
    story.type_in("production").await;
    story.sees("That is not the name");
    story.press("tab enter").await;
    story.sees("Apply to preprod");
    story.press("esc").await;
    story.does_not_see("Apply to preprod");
    assert_eq!(dump(&preprod).await, before);
    story.press("g j").await;
    story.sees("Nothing was written yet");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_action_that_is_not_possible_says_why() {
    let mut story = Story::open(120, 36).await;
    story.press("7 f").await;
    story.sees("there are only two environments");
    story.press("g j u").await;
    story.sees("nothing was written yet");
    story.press("2 :").await;
    story.type_in("exact").await;
    story.sees("Count exactly");
}
