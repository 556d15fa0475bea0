//! Show delete impact through foreign keys.

use std::collections::HashSet;

use super::{
    facts::{ForeignKey, Oid, Relation},
    lookup::Lookup,
};
use crate::core::schema::OnDelete;

/// One foreign key on the way of a delete.
#[derive(Debug, Clone, Copy)]
pub struct Step<'a> {
    /// 1 for the children of the table where the delete begins.
    pub depth: usize,
    /// The table whose rows are met.
    pub table: &'a Relation,
    /// The foreign key by which they are met; its `on_delete` says what happens to them.
    pub key: &'a ForeignKey,
    /// Whether the table's own children were listed before, or are on this very path: they are not listed again.
    pub again: bool,
}

/// The tables that a delete of rows of `relation` touches, as a tree written depth first, children in the order of
/// their names. Only CASCADE goes on to the children's children; any other rule ends there.
pub fn reach<'a>(lookup: &Lookup<'a>, relation: Oid) -> Vec<Step<'a>> {
    let mut steps = Vec::new();
    let mut seen = HashSet::from([relation]);
    // A stack of what is still to be listed, the next on top: deep trees must not need a deep stack of calls.
    let mut open = children(lookup, relation, 1);
    while let Some(step) = open.pop() {
        let cascades = step.key.on_delete == OnDelete::Cascade;
        let again = cascades && !seen.insert(step.table.oid);
        steps.push(Step { again, ..step });
        if cascades && !again {
            open.extend(children(lookup, step.table.oid, step.depth + 1));
        }
    }
    steps
}

/// The foreign keys that point to `relation` or to a table of which it is a partition, the first by name last.
fn children<'a>(lookup: &Lookup<'a>, relation: Oid, depth: usize) -> Vec<Step<'a>> {
    let mut steps: Vec<Step<'a>> = lineage(lookup, relation)
        .flat_map(|oid| lookup.references(oid))
        .filter_map(|key| Some(Step { depth, table: lookup.relation(key.relation)?, key, again: false }))
        .collect();
    steps.sort_by(|a, b| (&b.table.name, &b.key.name).cmp(&(&a.table.name, &a.key.name)));
    steps
}

/// A relation and the tables of which it is a partition.
fn lineage<'l, 'a>(lookup: &'l Lookup<'a>, relation: Oid) -> impl Iterator<Item = Oid> + use<'l, 'a> {
    std::iter::successors(Some(relation), |oid| lookup.relation(*oid)?.parent)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::audit::facts::Facts;

    fn relation(oid: Oid, name: &str) -> Relation {
        serde_json::from_value(serde_json::json!({
            "oid": oid, "name": format!("public.{name}"), "kind": "table", "owner": "o", "parent": null, "rls": false,
            "forced": false, "invoker": false, "rows": null, "dead": 0, "pages": 0, "scans": 0, "scanned": 0,
            "xid_age": null, "unlogged": false,
            "comment": null
        }))
        .expect("relation")
    }

    fn key(from: Oid, to: Oid, rule: &str) -> ForeignKey {
        serde_json::from_value(serde_json::json!({
            "name": format!("k{from}_{to}"), "relation": from, "columns": [1], "references": to, "referenced": [1],
            "on_delete": rule, "on_update": "no-action", "validated": true, "set_columns": [], "definition": ""
        }))
        .expect("key")
    }

    #[test]
    fn cascades_go_on_others_end_and_circles_are_told_once() {
        let facts = Facts {
            relations: vec![relation(1, "a"), relation(2, "b"), relation(3, "c"), relation(4, "d")],
            foreign_keys: vec![
                key(2, 1, "cascade"),
                key(3, 2, "cascade"),
                key(1, 3, "cascade"),
                key(3, 1, "set-null"),
                key(4, 3, "restrict"),
            ],
            ..Facts::default()
        };
        let lookup = Lookup::new(&facts);
        let told: Vec<_> =
            reach(&lookup, 1).iter().map(|step| (step.depth, step.table.name.name.clone(), step.again)).collect();
        let expected = [(1, "b", false), (2, "c", false), (3, "a", true), (3, "d", false), (1, "c", false)];
        assert_eq!(told, expected.map(|(depth, name, again)| (depth, name.to_owned(), again)));
    }
}
