//! What of two states is compared where one is what migrations alone have made: no bookkeeping, and of a platform's
//! schemas only what migrations made there.

use std::collections::{BTreeMap, BTreeSet};

use super::record::{Key, Kind, Record, State};
use crate::core::name::QName;

/// The schema that every database has from its beginning, which is nobody's platform.
const PUBLIC: &str = "public";

/// The schema that an object is in, or that it is.
fn schema(key: &Key) -> Option<&str> {
    let at = match key.kind {
        Kind::Extension | Kind::EventTrigger | Kind::Publication => return None,
        Kind::Grant | Kind::DefaultPrivileges => 1,
        _ => 0,
    };
    key.path.get(at).map(String::as_str).filter(|name| !name.is_empty())
}

/// Takes `tables` and all that belongs to them out of `state`, with their schemas where nothing else is in these. Says
/// which of the tables were there.
pub fn forget(state: &mut State, tables: &[QName]) -> Vec<QName> {
    let named =
        |key: &Key, table: &QName| key.kind == Kind::Table && key.path == [table.schema.as_str(), table.name.as_str()];
    let there = |table: &&QName| state.records.iter().any(|record| named(&record.key, table));
    let found: Vec<QName> = tables.iter().filter(there).cloned().collect();
    let is = |key: &Key| tables.iter().any(|table| named(key, table));
    let schemas: BTreeSet<&str> = tables.iter().map(|table| table.schema.as_str()).collect();
    drop_all(state, is);
    let used: BTreeSet<String> = state
        .records
        .iter()
        .filter(|record| !matches!(record.key.kind, Kind::Schema | Kind::Grant | Kind::DefaultPrivileges))
        .filter_map(|record| schema(&record.key).map(str::to_owned))
        .collect();
    let empty = |name: &str| name != PUBLIC && schemas.contains(name) && !used.contains(name);
    drop_all(state, |key| key.kind == Kind::Schema && key.path.first().is_some_and(|name| empty(name)));
    found
}

/// Drops what `is` says, and all that is within that.
fn drop_all(state: &mut State, is: impl Fn(&Key) -> bool) {
    let within: BTreeMap<Key, Key> =
        state.records.iter().filter_map(|record| Some((record.key.clone(), record.within.clone()?))).collect();
    let inside = |record: &Record| {
        let mut at = Some(&record.key);
        while let Some(key) = at {
            if is(key) {
                return true;
            }
            at = if *key == record.key { record.within.as_ref() } else { within.get(key) };
        }
        false
    };
    let kept = state.records.iter().filter(|record| !inside(record)).cloned().collect();
    state.records = kept;
}

/// Leaves of the schemas that `base` has already, before any migration, only what migrations made or changed in them:
/// the rest is the platform's, and `base` only stands in for it. Says which schemas these are.
pub fn platform(base: &State, replayed: &mut State, there: &mut State) -> Vec<String> {
    let schemas: BTreeSet<String> = base
        .records
        .iter()
        .filter(|record| record.key.kind == Kind::Schema)
        .filter_map(|record| record.key.path.first().filter(|name| *name != PUBLIC).cloned())
        .collect();
    let before: BTreeMap<&Key, &Record> = base.records.iter().map(|record| (&record.key, record)).collect();
    let theirs = |key: &Key| schema(key).is_some_and(|name| schemas.contains(name));
    let made: BTreeSet<Key> = replayed
        .records
        .iter()
        .filter(|record| theirs(&record.key) && before.get(&record.key) != Some(record))
        .map(|record| record.key.clone())
        .collect();
    let around: BTreeSet<Key> = ancestors(replayed, &made);
    for state in [replayed, there] {
        state
            .records
            .retain(|record| !theirs(&record.key) || made.contains(&record.key) || around.contains(&record.key));
        // What migrations made their things in has to be there; how it is made is the platform's business.
        for record in state.records.iter_mut().filter(|record| around.contains(&record.key)) {
            record.fields.clear();
            record.texts.clear();
            record.definition = None;
        }
    }
    schemas.into_iter().collect()
}

/// What the objects of these `keys` are within, at any depth, and what is not among them.
fn ancestors(state: &State, keys: &BTreeSet<Key>) -> BTreeSet<Key> {
    let within: BTreeMap<&Key, &Key> =
        state.records.iter().filter_map(|record| Some((&record.key, record.within.as_ref()?))).collect();
    let mut found = BTreeSet::new();
    for key in keys {
        let mut at = within.get(key);
        while let Some(key) = at {
            if !keys.contains(*key) && !found.insert((*key).clone()) {
                break;
            }
            at = within.get(key);
        }
    }
    found
}

#[cfg(test)]
#[path = "scope_tests.rs"]
mod tests;
