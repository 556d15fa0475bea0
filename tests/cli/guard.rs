//! What the guard refuses, and what the target refuses because it changed.

use crate::desk::Desk;

fn plan(desk: &Desk) {
    desk.fine("sync review plans --from production --to preprod --plan the.plan");
}

#[test]
fn nothing_is_applied_without_a_plan_and_the_right_name() {
    let desk = Desk::reading();
    plan(&desk);
    for (line, says) in [
        ("sync apply", "there is no reviewed plan"),
        ("sync apply --confirm preprod", "there is no reviewed plan"),
        ("sync apply --plan the.plan", "preprod: not confirmed — add --confirm preprod"),
        ("sync apply --plan the.plan --dry-run", "not confirmed"),
        ("sync apply --plan the.plan --confirm production", "type `preprod` to confirm"),
        ("sync apply --plan the.plan --confirm prepord", "type `preprod` to confirm"),
        ("sync apply --plan the.plan --confirm Preprod", "type `preprod` to confirm"),
    ] {
        desk.fails(4, line, says);
    }
    assert!(desk.fine("journal").contains("nothing was written"));
}

#[test]
fn production_is_not_written() {
    let desk = Desk::reading();
    desk.fine("sync review plans --from preprod --to production --plan up.plan");
    desk.fails(4, "sync apply --plan up.plan --confirm production", "production: this PROD environment is read-only");
    desk.fails(4, "sync apply --plan up.plan --confirm preprod", "read-only");
}

#[test]
fn a_plan_of_another_project_is_refused() {
    let desk = Desk::reading();
    plan(&desk);
    desk.project("name = \"innotrue\"", "name = \"trackpay\"");
    desk.fails(4, "sync apply --plan the.plan --confirm preprod", "the plan is for the project `innotrue`");
}

#[test]
fn a_plan_that_was_edited_is_refused() {
    let desk = Desk::reading();
    plan(&desk);
    let text = desk.read("the.plan");
    desk.write("the.plan", text.replacen("\"to\": \"preprod\"", "\"to\": \"production\"", 1));
    assert_ne!(desk.read("the.plan"), text);
    desk.fails(4, "sync apply --plan the.plan --confirm production", "edited after the review");
}

#[tokio::test]
async fn a_target_that_changed_since_the_review_is_stale() {
    let desk = Desk::writing().await;
    desk.fine("sync review --from production --to preprod --plan all.plan");
    let admin = desk.databases.admin().await;
    admin.batch_execute("UPDATE public.plans SET name = name || ' (edited)'").await.unwrap();
    let said = desk.fails(5, "sync apply --plan all.plan --confirm preprod", "preprod: ");
    assert!(said.contains("public.plans"), "{said}");
    let outcome = desk.json("journal");
    assert_eq!(outcome["runs"][0]["entry"]["outcome"], "rolled-back", "{outcome}");
    let run = outcome["runs"][0]["entry"]["run"].as_str().unwrap().to_owned();
    desk.fails(2, &format!("sync undo {run} --confirm preprod"), "rolled back");
}
