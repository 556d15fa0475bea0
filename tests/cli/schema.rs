//! `pgdeck schema diff`: what differs between two environments, for people, scripts and documents.

use serde_json::{Value as Json, json};

use crate::desk::Desk;

/// A name that would act on a terminal, end a cell and be markup.
const EVIL: &str = "evil\u{1b}[31m\u{9b}32m\n\u{202e}|`*";

fn keys(json: &Json) -> Vec<&str> {
    json.as_object().expect("an object").keys().map(String::as_str).collect()
}

/// The differences of a comparison that are about `name`.
fn about<'a>(json: &'a Json, name: &str) -> Vec<&'a Json> {
    let all = json["differences"].as_array().expect("a list");
    all.iter().filter(|difference| difference["object"].as_str().is_some_and(|object| object.contains(name))).collect()
}

async fn planted(sql: &str) -> Desk {
    let desk = Desk::writing().await;
    desk.databases.admin().await.batch_execute(sql).await.unwrap();
    desk
}

#[tokio::test]
async fn a_difference_fails_the_run_and_is_told_with_both_sides() {
    let desk =
        planted("ALTER TABLE public.plans ADD COLUMN planted integer; COMMENT ON TABLE public.plans IS 'planted'")
            .await;
    let line = "schema diff --from production --to preprod";
    let table = desk.exits(1, line);
    assert!(table.contains("public.plans.planted") && table.contains("production → preprod: "), "{table}");
    let json: Json = serde_json::from_str(&desk.exits(1, &format!("{line} --format json"))).unwrap();
    assert_eq!(keys(&json), ["from", "to", "differences", "unseen", "unclear", "replayed", "notes"]);
    assert_eq!((&json["from"], &json["to"]), (&json!("production"), &json!("preprod")));
    let column = about(&json, "public.plans.planted");
    assert_eq!(column.len(), 1, "{column:?}");
    assert_eq!(keys(column[0]), ["kind", "object", "change", "field", "from", "to", "definition"]);
    assert_eq!(
        (&column[0]["kind"], &column[0]["change"], &column[0]["from"], &column[0]["to"]),
        (&json!("column"), &json!("added"), &Json::Null, &json!("planted integer"))
    );
    let back: Json =
        serde_json::from_str(&desk.exits(1, "schema diff --from preprod --to production --format json")).unwrap();
    assert_eq!(about(&back, "public.plans.planted")[0]["change"], "removed");
    let count = |json: &Json| json["differences"].as_array().map(Vec::len);
    assert_eq!(count(&json), count(&back));
    let markdown = desk.exits(1, &format!("{line} --format markdown"));
    assert!(markdown.contains("| added | column | public.plans.planted |"), "{markdown}");
    assert!(markdown.contains("+planted integer\n"), "{markdown}");
    desk.fine(&format!("{line} --fail-on never"));
}

#[tokio::test]
async fn names_made_to_deceive_stay_names() {
    let (table, text) = (EVIL.replace('"', "\"\""), EVIL.replace('\'', "''"));
    let desk = planted(&format!(
        "CREATE TABLE public.\"{table}\" (\"{table}\" int); COMMENT ON TABLE public.plans IS '{text}'"
    ))
    .await;
    for format in ["table", "json", "markdown"] {
        let said = desk.exits(1, &format!("schema diff --from production --to preprod --format {format}"));
        assert!(said.contains("evil"), "{said}");
    }
    let json = desk.exits(1, "schema diff --from production --to preprod --format json");
    let json: Json = serde_json::from_str(&json).unwrap();
    assert_eq!(about(&json, EVIL)[0]["object"], format!("public.\"{table}\""));
    assert_eq!(about(&json, "public.plans")[0]["to"], EVIL);
}

#[test]
fn what_is_mistyped_is_said() {
    let desk = Desk::reading();
    desk.fails(2, "schema diff --from production --to preprood", "there is no such environment");
    desk.fails(2, "schema diff --from preprod --to preprod", "--from and --to are the same environment");
    desk.misused("schema diff --from production", "--to");
}
