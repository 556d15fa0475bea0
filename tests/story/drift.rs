//! Stories of drift: what differs between two environments, found by keys, with the SQL of both sides.

use crate::support::{Story, one};

#[tokio::test(flavor = "multi_thread")]
async fn a_stray_index_and_what_an_edited_file_did_are_found() {
    let mut story = Story::of("introalignment", 140, 44).await;
    story.does_not_see("Δ");
    story.press("6").await;
    story.sees("production → local");
    story.press("t").await;
    story.sees("production → staging  9 added  1 removed  1 changed");
    for text in [
        "TABLES  5 added",
        "+ added    user_subscriptions",
        "+ added    profiles.trial_ends_at",
        "~ changed  match_feedback.match_fe",
        "− removed  profiles_city_idx",
        "6 Drift Δ11",
    ] {
        story.sees(text);
    }
    // File 011 was edited after it had run in production: a key there has no rule.
    story.press("/").await;
    story.type_in("match_feedback").await;
    story.press("enter").await;
    for text in ["DEFINITION", "ON DELETE CASCADE", "SQL IN PRODUCTION", "SQL IN STAGING", "FOREIGN KEY (match_id)"] {
        story.sees(text);
    }
    // What was copied heals, here the index that somebody made by hand in production.
    story.press("esc /").await;
    story.type_in("profiles_city").await;
    story.press("enter").await;
    let sql = story.copies("y").await;
    story.sees("copied the SQL as production has it");
    let staging = story.superuser("staging").await;
    staging.batch_execute(&sql).await.expect("index");
    story.press("r").await;
    story.sees("9 added  1 changed");
    story.sees("no matches");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_environment_is_compared_with_what_its_migrations_make() {
    let mut story = Story::of("introalignment", 140, 40).await;
    story.press("6 t f").await;
    story.sees("migrations → staging");
    story.sees("r replays and compares");
    story.press("r").await;
    story.sees("No differences: staging is what its migrations make.");
    story.sees("replayed 19 files");
    story.press("t").await;
    story.sees("migrations → production");
    story.press("r").await;
    story.sees("migrations → production  1 added  1 removed  1 changed");
    story.sees("17 files replayed, 2 pending left out");
    story.sees("+ added    profiles_city_idx");
    story.press("G").await;
    story.sees("HOW IT WAS REPLAYED");
    story.sees("011_match_generation_system.sql");
    story.press("s").await;
    story.sees("migrations can only be the left side");
}

#[tokio::test(flavor = "multi_thread")]
async fn equal_schemas_are_said_to_be_equal_and_the_sides_can_be_swapped() {
    let mut story = Story::open(80, 24).await;
    story.press("6").await;
    story.sees("No differences: production and preprod have the same schema.");
    story.sees("policies");
    let preprod = story.superuser("preprod").await;
    let planted = "ALTER TABLE public.plans ADD COLUMN planted text; COMMENT ON TABLE public.plans IS E'a\\x1b[31mb';
        CREATE VIEW public.planted AS SELECT 1 AS one";
    preprod.batch_execute(planted).await.expect("plant");
    story.press("r").await;
    story.sees("2 added  1 changed");
    story.press("s").await;
    story.sees("preprod → production  2 removed  1 changed");
    story.press("c c c").await;
    story.sees("only changed");
    story.press("enter").await;
    story.sees("changed table public.plans");
    story.sees("COMMENT");
    story.sees("␛[31mb");
    story.press("esc esc s").await;
    story.sees("production → preprod  2 added  1 changed");
    story.press("E").await;
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("drift.csv");
    story.name(&file).await;
    story.sees("3 rows written");
    let text = std::fs::read_to_string(file).expect("file");
    assert!(text.contains("public.plans.planted") && text.contains("CREATE VIEW public.planted"), "{text}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_role_cannot_see_is_no_proof_that_all_is_the_same() {
    let mut story = Story::open(100, 30).await;
    let preprod = story.superuser("preprod").await;
    preprod.batch_execute("REVOKE SELECT ON pg_catalog.pg_policy FROM PUBLIC").await.expect("revoke");
    story.press("6").await;
    story.sees("1 unseen");
    story.sees("6 Drift ?");
    story.sees("no differences in what could be compared");
    story.sees("? cannot see  all policies");
    story.does_not_see("the same schema");
    story.press("enter").await;
    story.sees("policies were not compared, which does not mean that they are the same.");
    story.sees("may not read pg_policy");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comparison_that_hangs_is_stopped_on_the_server() {
    let mut story = Story::open(100, 30).await;
    let preprod = story.superuser("preprod").await;
    preprod.batch_execute("BEGIN; LOCK TABLE pg_catalog.pg_policy IN ACCESS EXCLUSIVE MODE").await.expect("lock");
    story.send("6");
    story.until("reading the catalogues of production and preprod").await;
    story.until("esc cancel").await;
    story.send("esc");
    story.until("The comparison was stopped before its end.").await;
    let waiting = "SELECT count(*)::text FROM pg_catalog.pg_stat_activity WHERE wait_event_type = 'Lock'";
    let mut left = one(&preprod, waiting).await;
    // The other side was asked to stop as well, and takes its moment.
    for _ in 0..20_000 {
        if left.as_deref() == Some("0") {
            break;
        }
        left = one(&preprod, waiting).await;
    }
    assert_eq!(left.as_deref(), Some("0"), "nothing waits on the server any more");
    preprod.batch_execute("ROLLBACK").await.expect("unlock");
    story.press("r").await;
    story.sees("No differences");
}
