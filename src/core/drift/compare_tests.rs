//! Rules of the comparison that need no server.

use serde_json::json;

use super::*;
use crate::core::drift::{Change, Side};

fn state(version: u32, records: &[serde_json::Value]) -> State {
    let record = |record: &serde_json::Value| serde_json::from_value(record.clone()).expect("a record");
    State { version: version * 10_000, records: records.iter().map(record).collect(), unseen: BTreeMap::new() }
}

fn view(text: &str) -> serde_json::Value {
    json!({ "kind": "view", "path": ["public", "v"], "texts": { "definition": text } })
}

fn table(owner: &str) -> serde_json::Value {
    json!({ "kind": "table", "path": ["public", "t"], "owner": owner })
}

fn grant(role: &str, privileges: &str) -> serde_json::Value {
    json!({ "kind": "grant", "path": ["table", "public", "t", role],
            "within": { "kind": "table", "path": ["public", "t"] }, "fields": { "privileges": privileges } })
}

#[test]
fn a_text_is_compared_to_the_letter_within_a_version_and_by_what_it_says_between_two() {
    let (old, new) = (view("SELECT t.a FROM public.t"), view("SELECT a FROM public.t"));
    let within = compare(&state(15, std::slice::from_ref(&old)), &state(15, std::slice::from_ref(&new)));
    assert_eq!(within.differences.len(), 1);
    assert!(compare(&state(15, &[old]), &state(16, &[new])).is_none());
}

#[test]
fn what_two_versions_write_in_ways_that_are_not_known_is_neither_equal_nor_different() {
    let drift = compare(&state(13, &[view("SELECT 1")]), &state(18, &[view("SELECT 2")]));
    assert_eq!(drift.differences, []);
    assert_eq!((drift.unclear.len(), drift.unclear[0].object.as_str()), (1, "public.v"));
    assert!(!drift.is_none());
}

#[test]
fn a_right_that_one_version_does_not_know_is_no_difference() {
    let of = |version, privileges| state(version, &[table("a"), grant("b", privileges)]);
    assert!(compare(&of(16, "INSERT, SELECT"), &of(17, "INSERT, MAINTAIN, SELECT")).is_none());
    assert_eq!(compare(&of(17, "SELECT"), &of(18, "MAINTAIN, SELECT")).differences.len(), 1);
    let only = compare(&state(16, &[table("a")]), &of(17, "MAINTAIN WITH GRANT OPTION"));
    assert!(only.is_none(), "{only:?}");
}

#[test]
fn whoever_owns_an_object_on_one_side_needs_no_grant_there() {
    let (one, other) = (state(18, &[table("a"), grant("b", "SELECT")]), state(18, &[table("b"), grant("a", "SELECT")]));
    assert!(compare(&one, &other).is_none());
    assert_eq!(compare(&one, &state(18, &[table("c")])).differences.len(), 1);
}

#[test]
fn what_is_part_of_something_lacking_goes_without_saying_unless_that_could_not_be_seen() {
    let (full, empty) = (state(18, &[table("a"), grant("b", "SELECT")]), state(18, &[]));
    let drift = compare(&full, &empty);
    assert_eq!(
        drift.differences.iter().map(|it| (it.kind, it.change)).collect::<Vec<_>>(),
        [(Kind::Table, Change::Removed)]
    );
    let mut blind = empty;
    blind.unseen.insert(Kind::Table, "no right".into());
    let drift = compare(&full, &blind);
    assert_eq!(drift.differences.iter().map(|it| it.kind).collect::<Vec<_>>(), [Kind::Grant]);
    assert_eq!((drift.unseen[0].side, drift.unseen[0].kind), (Side::To, Kind::Table));
}

#[test]
fn what_differs_in_a_parent_is_not_told_again_by_what_inherits_it() {
    let column = |table: &str, kind: &str| {
        let like = (table == "child").then(|| json!([{ "kind": "column", "path": ["public", "t", "c"] }]));
        json!({ "kind": "column", "path": ["public", table, "c"], "like": like, "fields": { "type": kind } })
    };
    let of = |parent, child| state(18, &[column("t", parent), column("child", child)]);
    assert_eq!(compare(&of("text", "text"), &of("date", "date")).differences.len(), 1);
    assert_eq!(compare(&of("text", "text"), &of("text", "date")).differences.len(), 1);
    assert_eq!(compare(&of("text", "text"), &of("date", "time")).differences.len(), 2);
}
