use super::{super::find, Nested, drafts};
use crate::core::{
    error::Result,
    name::QName,
    sync::{
        fixture::{column, shape},
        shape::{Part, Role, Shape},
    },
};

/// `plans`, keyed by `k`; `plan_items`, keyed by their plan and `pos`, with a `kind_id`; `kinds`, keyed by `k`.
fn shapes() -> Vec<Shape> {
    let mut items = shape("plan_items", Some("plans"));
    items.references[0].columns = vec!["plan_id".into()];
    let mut kind = items.references[0].clone();
    kind.columns = vec!["kind_id".into()];
    kind.table = QName::new("public", "kinds");
    for reference in [&mut items.references[0], &mut kind] {
        reference.referenced = vec!["id".into()];
    }
    items.key =
        vec![Part::Reference(items.references[0].clone()), Part::Column { name: "pos".into(), cast: "integer".into() }];
    items.references.push(kind);
    items.columns = vec![
        column("plan_id", "integer", Role::Foreign),
        column("pos", "integer", Role::Value),
        column("kind_id", "integer", Role::Foreign),
        column("note", "text", Role::Value),
    ];
    vec![shape("plans", None), items]
}

fn read(json: &str) -> Result<Nested> {
    drafts("f", &find("f", json.as_bytes())?, &shapes())
}

#[test]
fn a_nested_row_is_known_by_the_row_around_it_and_by_aliases() {
    let found = read(
        r#"[{"k":"a","items":[{"plan_id":7,"pos":1,"note":"x","kind_k":"big"},{"plan_id":7,"pos":2,"note":null,"kind_k":null}]},
            {"k":"b","items":null}]"#,
    )
    .expect("read");
    let [plans, items] = found.drafts.as_slice() else { panic!("{found:?}") };
    assert_eq!((plans.rows.len(), items.rows.len()), (2, 2));
    let labels: Vec<_> = items.slots.iter().map(|slot| slot.label.as_str()).collect();
    assert_eq!(labels, ["plan_id.k", "pos", "pos", "note", "plan_id.k", "kind_id.k"]);
    let table = items.clone().finish(items.rows.clone());
    let names: Vec<_> = table.shape.columns.iter().map(|column| column.name.as_str()).collect();
    assert_eq!(names, ["plan_id", "pos", "kind_id", "note"]);
    assert_eq!(table.rows[0].key.display(), "a · 1");
    assert_eq!(table.rows[0].value(&table.shape, "note"), Some("x"));
    let kinds: Vec<_> =
        table.rows.iter().map(|row| row.references[1].as_ref().map(crate::core::sync::row::Key::display)).collect();
    assert_eq!(kinds, [Some("big".to_owned()), None]);
    assert_eq!(found.warnings.len(), 1, "{:?}", found.warnings);
}

#[test]
fn an_id_of_the_source_stays_there_and_the_operator_is_told() {
    let found = read(r#"[{"k":"a","items":[{"pos":1,"kind_id":3,"extra":1}]}]"#).expect("read");
    assert_eq!(found.drafts[1].shape.references.len(), 1);
    let warnings: Vec<_> = found.warnings.iter().map(|(table, warning)| format!("{table}: {warning}")).collect();
    let warnings = warnings.join("\n");
    assert!(
        warnings.contains("public.plan_items: `kind_id` holds ids of the source and does not travel; add `kind_k`"),
        "{warnings}"
    );
    assert!(warnings.contains("`extra` is not a column of it, left out"), "{warnings}");
}

#[test]
fn what_is_missing_unclear_or_unlike_is_named() {
    for (json, says) in [
        (r#"[{"pos":"1"}]"#, "its rows have no `k`, which is a part of its key — add `k` to the query"),
        (r#"[{"pos":1,"note":"x"}]"#, "its rows have no `k`"),
        (r#"[{"k":"a","items":[{"note":"x"}]}]"#, "public.plan_items: its rows have no `pos`"),
        (
            r#"[{"k":"a","others":[{"x":1}]}]"#,
            "the rows under `others` are of is not clear; those that point to it: public.plan_items",
        ),
        (r#"[{"k":"a","pos":1},{"k":"b"}]"#, "row 2 has no `pos`"),
        (r#"[{"k":"a"},{"k":"b","pos":1}]"#, "row 1 has no `pos`"),
        (r#"[{"k":"a","x":1,"y":2}]"#, "most of its keys are not there: x, y"),
        (r#"[{"k":"a","k":"b"}]"#, "a row has `k` twice"),
        (r#"[{"k":{"x":1},"pos":1}]"#, "row 1, `k`: a JSON object or list is no text"),
        (r#"[{"k":"a","items":[{"pos":1}]},{"k":"b","items":3}]"#, "`items` is a list of rows in one row"),
        ("[]", "it holds no rows"),
    ] {
        let error = read(json).expect_err(json);
        assert!(error.to_string().contains(says), "{json}: {error}");
        assert_eq!(error.place.as_deref(), Some("f:1"), "{error}");
    }
}

#[test]
fn rows_that_two_tables_could_have_are_refused() {
    let two = [shape("one", None), shape("other", None)];
    let document = find("f", br#"[{"k":"a"},{"k":"b"}]"#).expect("json");
    let error = drafts("f", &document, &two).expect_err("unclear");
    assert!(error.message.contains("could be of any of: public.one, public.other"), "{error}");
}
