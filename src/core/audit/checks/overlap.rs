//! IX02 and IX03: indexes that others make needless.

use std::{
    cmp::Reverse,
    collections::{BTreeSet, HashMap},
};

use super::index_use::{drop_index, is_managed, needed_by, used};
use crate::core::{
    audit::{
        check::{Context, Report},
        facts::{Index, Relation},
    },
    text::sql_comment,
};

/// Tables of the team's own with more than one usable index.
fn candidates<'a>(context: &Context<'a>) -> impl Iterator<Item = (&'a Relation, Vec<&'a Index>)> + use<'a> {
    let lookup = context.lookup;
    context.facts.relations.iter().filter(|table| !is_managed(table)).filter_map(move |table| {
        let usable: Vec<&Index> = lookup.indexes(table.oid).iter().copied().filter(|index| index.valid).collect();
        (usable.len() > 1).then_some((table, usable))
    })
}

/// What two indexes have to share to be one and the same but for uniqueness.
#[derive(PartialEq, Eq, Hash)]
struct Shape<'a> {
    method: &'a str,
    key: &'a [i16],
    manner: &'a [String],
    included: BTreeSet<i16>,
    expressions: Option<&'a str>,
    predicate: Option<&'a str>,
}

impl<'a> Shape<'a> {
    fn of(index: &'a Index) -> Self {
        Shape {
            method: &index.method,
            key: &index.key,
            manner: &index.manner,
            included: index.included.iter().copied().collect(),
            expressions: index.expressions.as_deref(),
            predicate: index.predicate.as_deref(),
        }
    }
}

/// Whether `other` keeps apart all that `index` keeps apart, if that does.
fn as_unique(other: &Index, index: &Index) -> bool {
    let stricter = other.unique && other.immediate >= index.immediate && other.nulls_equal == index.nulls_equal;
    !index.unique || stricter
}

pub(super) fn ix02(context: &Context<'_>, report: &mut Report<'_>) {
    for (table, indexes) in candidates(context) {
        let mut alike: HashMap<Shape<'_>, Vec<&Index>> = HashMap::new();
        for index in indexes {
            alike.entry(Shape::of(index)).or_default().push(index);
        }
        for mut group in alike.into_values().filter(|group| group.len() > 1) {
            // The least needed first; of equal ones the younger.
            group.sort_by_key(|index| (needed_by(index).is_some(), index.unique, index.scans, Reverse(index.oid)));
            while let Some((index, others)) = group.split_first() {
                if let Some(other) = others.iter().rev().find(|other| as_unique(other, index)) {
                    duplicate(report, table, index, other);
                }
                group.remove(0);
            }
        }
    }
}

/// Says that `index` does nothing that `other` does not do.
fn duplicate(report: &mut Report<'_>, table: &Relation, index: &Index, other: &Index) {
    // An index that belongs to one of the whole table goes or stays with that.
    if index.parent.is_some() {
        return;
    }
    let fix = match needed_by(index) {
        None => drop_index(table, index),
        Some(need) => sql_comment(&format!(
            "{} is {need}, {} is {}:\nwhich of them can go is for somebody to decide who knows what names them.",
            index.name,
            other.name,
            needed_by(other).unwrap_or_else(|| "needed too".into()),
        )),
    };
    report
        .found_at(table, format!("{} is the same as {}", index.name, other.name))
        .part(&index.name)
        .evidence(format!("{}; {}", index.definition, used(index)))
        .evidence(format!("{}; {}", other.definition, used(other)))
        .fix(fix);
}

pub(super) fn ix03(context: &Context<'_>, report: &mut Report<'_>) {
    for (table, indexes) in candidates(context) {
        for index in indexes.iter().filter(|index| index.parent.is_none() && needed_by(index).is_none()) {
            // The longest is no part of any other, so it stays.
            let wider = indexes.iter().filter(|other| contains(other, index));
            let Some(other) = wider.max_by_key(|other| (other.key.len(), other.included.len(), Reverse(other.oid)))
            else {
                continue;
            };
            report
                .found_at(table, format!("{} is a part of {}", index.name, other.name))
                .part(&index.name)
                .evidence(format!("{}; {}", index.definition, used(index)))
                .evidence(format!("{}; {}", other.definition, used(other)))
                .fix(drop_index(table, index));
        }
    }
}

/// Whether `wide` does all that `index` does, and more.
fn contains(wide: &Index, index: &Index) -> bool {
    let held = |column: &i16| wide.key.contains(column) || wide.included.contains(column);
    let more = wide.key.len() > index.key.len()
        || index.included.iter().collect::<BTreeSet<_>>() != wide.included.iter().collect::<BTreeSet<_>>();
    // What keeps fewer columns apart is not replaced by what keeps more of them apart.
    let unique = !index.unique || (wide.key.len() == index.key.len() && as_unique(wide, index));
    wide.oid != index.oid
        && wide.method == "btree"
        && index.method == "btree"
        && wide.predicate == index.predicate
        && wide.key.starts_with(&index.key)
        && wide.manner.starts_with(&index.manner)
        && starts_with(wide.expressions.as_deref(), index.expressions.as_deref())
        && index.included.iter().all(held)
        && more
        && unique
}

/// Whether a list of expressions begins with those of another.
fn starts_with(long: Option<&str>, short: Option<&str>) -> bool {
    let Some(short) = short else { return true };
    long.and_then(|long| long.strip_prefix(short)).is_some_and(|rest| rest.is_empty() || rest.starts_with(", "))
}
