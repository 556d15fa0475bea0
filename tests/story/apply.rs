//! Stories of the main job.

use crate::support::{Story, dump, never_synced, one};

/// Everything but the operator's own choices, so that a difference has one reason.
async fn to_review(story: &mut Story) {
    story.press("7 enter").await;
    story.sees("● Review");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operator_carries_part_of_a_review_over_and_takes_it_back() {
    let mut story = Story::open(120, 40).await;
    let preprod = story.superuser("preprod").await;
    let production = story.superuser("production").await;
    let (before, source) = (dump(&preprod).await, dump(&production).await);
    let untouchable = never_synced(&preprod).await;

    to_review(&mut story).await;
    story.sees("31 insert  79 update  0 delete");
    // The new program is left out, and its six modules go with it.
    story.press("/").await;
    story.type_in("programs").await;
    story.press("enter tab").await;
    story.sees("leading-with-ai");
    story.press("/").await;
    story.type_in("leading").await;
    story.press("enter space").await;
    story.sees("dependent rows were deselected too");
    story.press("esc enter").await;
    story.sees("Apply to preprod (STAGING)");
    story.type_in("preprod").await;
    story.press("tab enter").await;
    story.sees("preprod is as reviewed");

    // What was chosen is there, under preprod's own ids.
    let limits = "SELECT string_agg(p.key || ' ' || f.key || ' ' || coalesce(pf.limit_value::text, '-'), ',' ORDER BY p.key, f.key)
                  FROM plan_features pf JOIN plans p ON p.id = pf.plan_id JOIN features f ON f.id = pf.feature_id
                  WHERE p.key <> 'qa-sandbox'";
    assert_eq!(one(&preprod, limits).await, one(&production, limits).await);
    let questions =
        "SELECT string_agg(concat_ws('/', a.slug, d.name, q.question_key, q.order_index, q.question_text), E'\\n'
                                       ORDER BY a.slug, d.name, q.question_key)
                     FROM capability_domain_questions q JOIN capability_domains d ON d.id = q.domain_id
                     JOIN capability_assessments a ON a.id = d.assessment_id
                     WHERE a.is_active AND q.question_key <> 'qa_long_answer'";
    assert_eq!(one(&preprod, questions).await, one(&production, questions).await);
    // What was not chosen is not.
    let new_program = "SELECT count(*)::text FROM programs WHERE slug = 'leading-with-ai'";
    assert_eq!(one(&preprod, new_program).await.as_deref(), Some("0"));
    assert_eq!(one(&production, new_program).await.as_deref(), Some("1"));
    assert_eq!(never_synced(&preprod).await, untouchable);
    assert_eq!(dump(&production).await, source, "the source is only read");
    story.sees("7 rows that differ: those that were left out");

    // Undo brings every byte back.
    story.press("u").await;
    story.sees("Undo run on preprod (STAGING)");
    story.type_in("preprod").await;
    story.press("tab enter").await;
    story.sees("taken back");
    assert_eq!(dump(&preprod).await, before);
    story.press("g j").await;
    story.sees("undo");
    story.sees("applied");
}

#[tokio::test(flavor = "multi_thread")]
async fn everything_is_applied_and_a_second_review_is_empty() {
    let mut story = Story::open(80, 24).await;
    let preprod = story.superuser("preprod").await;
    let untouchable = never_synced(&preprod).await;
    to_review(&mut story).await;
    story.press("enter").await;
    story.type_in("preprod").await;
    story.press("tab enter").await;
    story.sees("A second review finds no difference");
    assert_eq!(never_synced(&preprod).await, untouchable);
    story.press("enter enter").await;
    story.sees("0 insert  0 update  0 delete");
    story.press("enter").await;
    story.sees("Apply…: no row is chosen");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_column_that_is_left_out_stays_as_the_target_has_it() {
    let mut story = Story::open(140, 40).await;
    let (preprod, production) = (story.superuser("preprod").await, story.superuser("production").await);
    let name = "SELECT name FROM programs WHERE slug = 'mindful-leader'";
    let active = "SELECT is_active::text FROM programs WHERE slug = 'mindful-leader'";
    let differ = |a: Option<String>, b: Option<String>| assert_ne!(a, b);
    differ(one(&preprod, active).await, one(&production, active).await);
    let before = one(&preprod, active).await;
    to_review(&mut story).await;
    story.press("/").await;
    story.type_in("programs").await;
    story.press("enter tab /").await;
    story.type_in("mindful").await;
    story.press("enter tab /").await;
    story.type_in("is_active").await;
    story.press("enter x").await;
    story.sees("[ ] is_active");
    story.press("esc esc enter").await;
    story.type_in("preprod").await;
    story.press("tab enter").await;
    story.sees("is as reviewed");
    assert_eq!(one(&preprod, active).await, before);
    assert_eq!(one(&preprod, name).await, one(&production, name).await);
}

#[tokio::test(flavor = "multi_thread")]
async fn going_back_and_reading_again_keep_what_was_left_out() {
    let mut story = Story::open(120, 40).await;
    to_review(&mut story).await;
    story.press("/").await;
    story.type_in("programs").await;
    story.press("enter tab / l e a d i n g enter space").await;
    story.sees("24 insert  79 update");
    story.press("esc b").await;
    story.sees("● Export");
    story.press("enter").await;
    story.sees("24 insert  79 update");
    story.press("r").await;
    story.sees("24 insert  79 update");
}
