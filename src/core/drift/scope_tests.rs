use serde_json::{Value, json};

use super::*;
use crate::core::drift::{Change, compare};

fn state(records: &[Value]) -> State {
    let records = records.iter().map(|record| serde_json::from_value(record.clone()).expect("a record"));
    State { version: 150_000, records: records.collect(), unseen: BTreeMap::new() }
}

fn schema_of(name: &str) -> Value {
    json!({ "kind": "schema", "path": [name] })
}

fn table(schema: &str, name: &str) -> Value {
    json!({ "kind": "table", "path": [schema, name], "within": { "kind": "schema", "path": [schema] } })
}

fn column(schema: &str, table: &str, name: &str) -> Value {
    json!({ "kind": "column", "path": [schema, table, name], "within": { "kind": "table", "path": [schema, table] } })
}

fn trigger(name: &str, definition: &str) -> Value {
    json!({ "kind": "trigger", "path": ["auth", "users", name], "texts": { "definition": definition },
            "within": { "kind": "table", "path": ["auth", "users"] } })
}

fn sequence() -> Value {
    json!({ "kind": "sequence", "path": ["history", "t_id_seq"], "within": { "kind": "column", "path": ["history", "t", "id"] } })
}

fn grant(on: &[&str]) -> Value {
    let within = json!({ "kind": on[0], "path": &on[1..] });
    let path: Vec<&str> = on.iter().copied().chain(["reader"]).collect();
    json!({ "kind": "grant", "path": path, "within": within, "fields": { "privileges": "USAGE" } })
}

fn names(state: &State) -> Vec<String> {
    state.records.iter().map(|record| record.key.to_string()).collect()
}

#[test]
fn a_history_goes_with_all_its_parts_and_its_schema() {
    let records = [
        schema_of("history"),
        grant(&["schema", "history"]),
        table("history", "t"),
        column("history", "t", "id"),
        sequence(),
        grant(&["table", "history", "t"]),
        schema_of("public"),
        table("public", "plans"),
    ];
    let mut there = state(&records);
    forget(&mut there, &[QName::new("history", "t")]);
    assert_eq!(names(&there), ["public", "public.plans"]);
    // Where something else is in the schema, that and the schema stay.
    let mut there = state(&[&records[..], &[table("history", "other")]].concat());
    forget(&mut there, &[QName::new("history", "t")]);
    assert_eq!(names(&there), ["history", "schema history to reader", "public", "public.plans", "history.other"]);
    let mut there = state(&[schema_of("public"), table("public", "schema_migrations")]);
    forget(&mut there, &[QName::new("public", "schema_migrations")]);
    assert_eq!(names(&there), ["public"], "public is no tool's own");
}

#[test]
fn of_a_platform_only_what_migrations_make_there_is_compared() {
    let base = state(&[schema_of("public"), schema_of("auth"), table("auth", "users"), column("auth", "users", "id")]);
    let with = |more: &[Value]| {
        let mut all =
            vec![schema_of("public"), schema_of("auth"), table("auth", "users"), column("auth", "users", "id")];
        all.extend_from_slice(more);
        state(&all)
    };
    // The platform has more than what stands in for it.
    let real = [column("auth", "users", "email"), table("auth", "sessions"), schema_of("storage")];
    let mut replayed = with(&[trigger("welcome", "a")]);
    let mut there = with(&[&real[..], &[trigger("welcome", "a")]].concat());
    assert_eq!(platform(&base, &mut replayed, &mut there), ["auth"]);
    let drift = compare(&replayed, &there);
    let told: Vec<_> = drift.differences.iter().map(|it| (it.change, it.object.as_str())).collect();
    assert_eq!(told, [(Change::Added, "storage")], "a schema that nobody declared is still told");
    for (trigger_there, change) in [(None, Change::Removed), (Some(trigger("welcome", "b")), Change::Changed)] {
        let mut replayed = with(&[trigger("welcome", "a")]);
        let mut there = with(&[column("auth", "users", "email")]);
        there.records.extend(trigger_there.map(|record| serde_json::from_value(record).expect("a record")));
        platform(&base, &mut replayed, &mut there);
        let drift = compare(&replayed, &there);
        let told: Vec<_> = drift.differences.iter().map(|it| (it.change, it.object.as_str())).collect();
        assert_eq!(told, [(change, "auth.users.welcome")]);
    }
}
