//! Foreign keys that stand on partitions, or point to one, as the partitioned table's own.
//!
//! Rows are read and written through the partitioned table, so a key has to be known there: one that all partitions
//! have says the same as one that the table itself has, and one that only some have says that the column's values are
//! ids, though not for which rows.

use std::collections::BTreeMap;

use super::{
    name::QName,
    schema::{Catalog, ForeignKey, OnDelete, PartialKey, Relation, Table},
};

/// Lets keys point to partitioned tables instead of their partitions, and gives partitioned tables the keys of theirs.
pub fn settle(catalog: &mut Catalog) {
    point_to_roots(catalog);
    let leaves = leaves(catalog);
    for (root, leaves) in leaves {
        let (whole, partial) = keys(catalog, &root, &leaves);
        let foreign = leaves.iter().filter(|leaf| is_foreign(catalog, leaf)).cloned().collect();
        if let Some(table) = catalog.tables.get_mut(&root) {
            table.foreign_keys = whole;
            table.partial_keys = partial;
            table.foreign_partitions = foreign;
        }
    }
}

fn is_foreign(catalog: &Catalog, name: &QName) -> bool {
    catalog.table(name).is_some_and(|table| table.relation == Relation::ForeignTable)
}

/// A key that references a partition references a row of the partitioned table; where the referenced columns are unique
/// in that partition alone, it notes which one.
fn point_to_roots(catalog: &mut Catalog) {
    let mut moved: Vec<(QName, usize, QName, bool)> = Vec::new();
    for table in catalog.tables.values() {
        for (at, key) in table.foreign_keys.iter().enumerate() {
            let root = catalog.root(&key.references);
            if *root != key.references {
                let unique = catalog.table(root).is_some_and(|root| is_unique(root, &key.referenced));
                moved.push((table.name.clone(), at, root.clone(), unique));
            }
        }
    }
    for (table, at, root, unique) in moved {
        if let Some(table) = catalog.tables.get_mut(&table) {
            let partition = std::mem::replace(&mut table.foreign_keys[at].references, root);
            table.foreign_keys[at].partition = (!unique).then_some(partition);
        }
    }
}

fn is_unique(table: &Table, columns: &[String]) -> bool {
    let same = |unique: &[String]| unique.len() == columns.len() && unique.iter().all(|name| columns.contains(name));
    table.uniques.iter().any(|unique| unique.total && same(&unique.columns))
}

/// The partitions that hold rows, at any depth, of each partitioned table that is none itself.
fn leaves(catalog: &Catalog) -> BTreeMap<QName, Vec<QName>> {
    let root = |table: &&Table| table.relation == Relation::Partitioned && !table.partition;
    let roots = catalog.tables.values().filter(root).map(|table| (table.name.clone(), Vec::new()));
    let mut out: BTreeMap<QName, Vec<QName>> = roots.collect();
    for table in catalog.tables.values().filter(|t| t.partition && t.relation != Relation::Partitioned) {
        if let Some(leaves) = out.get_mut(catalog.root(&table.name)) {
            leaves.push(table.name.clone());
        }
    }
    out
}

/// What a key says: where it points, and which column to which.
type Meaning = (QName, Option<QName>, Vec<(String, String)>);

fn meaning(key: &ForeignKey) -> Meaning {
    let mut pairs: Vec<_> = key.columns.iter().cloned().zip(key.referenced.iter().cloned()).collect();
    pairs.sort();
    (key.references.clone(), key.partition.clone(), pairs)
}

/// The keys that hold in all of `leaves`, and those that hold in some.
fn keys(catalog: &Catalog, root: &QName, leaves: &[QName]) -> (Vec<ForeignKey>, Vec<PartialKey>) {
    let own = catalog.table(root).map(|table| table.foreign_keys.clone()).unwrap_or_default();
    let mut found: Vec<(Meaning, PartialKey)> = Vec::new();
    let all = own.iter().map(|key| (key.clone(), leaves.to_vec()));
    let below = leaves.iter().flat_map(|leaf| {
        let keys = line(catalog, leaf, root).into_iter().flat_map(|table| &table.foreign_keys);
        keys.map(move |key| (key.clone(), vec![leaf.clone()]))
    });
    for (key, on) in all.chain(below) {
        let means = meaning(&key);
        match found.iter_mut().find(|(known, _)| *known == means) {
            None => found.push((means, PartialKey { key, on, of: leaves.len() })),
            Some((_, known)) => {
                merge(&mut known.key, &key);
                known.on.extend(on);
            }
        }
    }
    let mut whole = Vec::new();
    let mut partial = Vec::new();
    for (_, mut key) in found {
        key.on.sort();
        key.on.dedup();
        if key.on.len() == key.of { whole.push(key.key) } else { partial.push(key) }
    }
    (whole, partial)
}

/// `leaf` and what it is a part of, below `root`.
fn line<'a>(catalog: &'a Catalog, leaf: &'a QName, root: &QName) -> Vec<&'a Table> {
    let mut out = Vec::new();
    let mut at = leaf;
    while let Some(table) = catalog.table(at).filter(|table| table.name != *root) {
        out.push(table);
        let Some(parent) = table.parents.first() else { break };
        at = parent;
    }
    out
}

/// One key for two that say the same: what a delete does at worst, and what both promise.
fn merge(key: &mut ForeignKey, other: &ForeignKey) {
    if danger(other.on_delete) > danger(key.on_delete) {
        key.on_delete = other.on_delete;
    }
    if danger(other.on_update) > danger(key.on_update) {
        key.on_update = other.on_update;
    }
    key.match_full &= other.match_full;
    key.enforced |= other.enforced;
}

fn danger(rule: OnDelete) -> u8 {
    match rule {
        OnDelete::Declared => 0,
        OnDelete::NoAction => 1,
        OnDelete::Restrict => 2,
        OnDelete::SetDefault => 3,
        OnDelete::SetNull => 4,
        OnDelete::Cascade => 5,
    }
}
