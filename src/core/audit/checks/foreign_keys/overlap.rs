//! FK07: foreign keys that say the same.

use super::sql;
use crate::core::{
    audit::{
        check::{Context, Report},
        facts::{ForeignKey, Relation},
    },
    text::sql_comment,
};

pub(super) fn fk07(context: &Context<'_>, report: &mut Report<'_>) {
    for table in &context.facts.relations {
        let keys = context.lookup.keys(table.oid);
        for key in keys {
            if let Some(other) = keys.iter().find(|other| covers(table, other, key)) {
                told(report, table, key, other);
            }
        }
    }
}

fn told(report: &mut Report<'_>, table: &Relation, key: &ForeignKey, other: &ForeignKey) {
    let alike = key.on_delete == other.on_delete && key.on_update == other.on_update;
    let fix = sql::drop(table, key);
    report
        .found_at(table, format!("{} checks this already", other.name))
        .part(&key.name)
        .evidence(format!("{}: {}", key.name, key.definition))
        .evidence(format!("{}: {}", other.name, other.definition))
        .fix(if alike { fix } else { sql_comment(&format!("their rules differ: decide which is right, then\n{fix}")) });
}

/// Whether `other` refuses every row that `key` refuses, and `key` is the one to drop.
fn covers(table: &Relation, other: &ForeignKey, key: &ForeignKey) -> bool {
    let pairs = |key: &ForeignKey| -> Vec<(i16, i16)> {
        key.columns.iter().copied().zip(key.referenced.iter().copied()).collect()
    };
    let (mine, theirs) = (pairs(key), pairs(other));
    if other.name == key.name || other.references != key.references || !mine.iter().all(|pair| theirs.contains(pair)) {
        return false;
    }
    if mine.len() == theirs.len() {
        // Of two alike the one that holds for all rows stays, else the first by name.
        return (other.validated, &key.name) > (key.validated, &other.name);
    }
    // One NULL among the others' columns, and the longer key checks nothing.
    let filled = |(column, _): &(i16, i16)| table.column(*column).is_some_and(|column| column.not_null);
    other.validated && theirs.iter().filter(|pair| !mine.contains(pair)).all(filled)
}
