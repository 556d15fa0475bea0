//! Circles of imports: modules that need each other, by whatever way round.

use std::collections::{BTreeMap, BTreeSet};

/// A module's path from the root of the crate, `crate::core::name`.
pub type Module = Vec<String>;

/// Which modules each one names. A module and what lies inside it are one house: what they say of each other is no import.
pub fn imports(modules: &BTreeMap<Module, Vec<Module>>) -> BTreeMap<&Module, BTreeSet<&Module>> {
    let named = |from: &Module, path: &Module| {
        let whose = (1..=path.len()).rev().find_map(|length| modules.get_key_value(&path[..length]))?.0;
        (!whose.starts_with(from) && !from.starts_with(whose)).then_some(whose)
    };
    modules.iter().map(|(from, paths)| (from, paths.iter().filter_map(|path| named(from, path)).collect())).collect()
}

/// Every group of modules that reach each other.
pub fn circles<'a>(imports: &BTreeMap<&'a Module, BTreeSet<&'a Module>>) -> Vec<Vec<&'a Module>> {
    let reached: BTreeMap<_, _> = imports.keys().map(|from| (*from, reach(imports, from))).collect();
    let mut groups: BTreeSet<Vec<&Module>> = BTreeSet::new();
    for (from, to) in &reached {
        if to.contains(from) {
            groups.insert(to.iter().filter(|other| reached[*other].contains(from)).copied().collect());
        }
    }
    groups.into_iter().collect()
}

fn reach<'a>(imports: &BTreeMap<&'a Module, BTreeSet<&'a Module>>, from: &'a Module) -> BTreeSet<&'a Module> {
    let mut reached = BTreeSet::new();
    let mut open = vec![from];
    while let Some(module) = open.pop() {
        open.extend(imports[module].iter().filter(|next| reached.insert(**next)));
    }
    reached
}
