//! Where the keys of parents stand.

use crate::core::{
    schema::Definition,
    sync::{
        shape::{Part, Reference, Shape},
        sql::Slot,
    },
};

/// Where a slot's value stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// Under this key of the row.
    Key(String),
    /// In the key of the row around it, at this place.
    Around(usize),
}

/// The values of a parent's key, as slots.
pub(super) fn slots(reference: &Reference) -> Vec<Slot> {
    let part = |part: &Part| match part {
        Part::Column { name, cast } => {
            vec![Slot { label: name.clone(), cast: cast.clone(), leaf: true, definition: Definition::default() }]
        }
        Part::Expression { sql } => {
            vec![Slot { label: sql.clone(), cast: "text".into(), leaf: true, definition: Definition::default() }]
        }
        Part::Reference(inner) => slots(inner),
    };
    let label = |slot: Slot| Slot { label: format!("{}.{}", reference.label(), slot.label), ..slot };
    reference.key.iter().flat_map(part).map(label).collect()
}

/// The names under which a query gives the key of a parent: `category_name` for `category_id`.
pub(super) fn aliases(reference: &Reference) -> Vec<String> {
    let base = match reference.columns.as_slice() {
        [column] => column.strip_suffix("_id").unwrap_or(column),
        _ => &reference.table.name,
    };
    let part = |part: &Part| match part {
        Part::Column { name, .. } => vec![format!("{base}_{name}")],
        Part::Expression { .. } => vec![format!("{base}_key")],
        Part::Reference(inner) => aliases(inner).into_iter().map(|alias| format!("{base}_{alias}")).collect(),
    };
    reference.key.iter().flat_map(part).collect()
}

/// Where the parents' keys stand.
pub(super) struct Leads {
    /// For each reference, and each value of its parent's key.
    pub(super) found: Vec<Vec<Option<Origin>>>,
}

impl Leads {
    /// By alias; also by the end of one, where only one ends so.
    pub(super) fn of(shape: &Shape, keys: &[&String]) -> Leads {
        let names: Vec<Vec<String>> = shape.references.iter().map(aliases).collect();
        let mut found: Vec<Vec<Option<Origin>>> = names.iter().map(|names| vec![None; names.len()]).collect();
        for key in keys {
            let all = || names.iter().enumerate().flat_map(|(at, names)| (0..names.len()).map(move |leaf| (at, leaf)));
            let end = format!("_{key}");
            let exact = all().find(|(at, leaf)| names[*at][*leaf] == **key);
            let mut ends = all().filter(|(at, leaf)| names[*at][*leaf].ends_with(&end));
            let place = exact.or_else(|| ends.next().filter(|_| ends.next().is_none()));
            if let Some((at, leaf)) = place
                && (exact.is_some() || found[at][leaf].is_none())
            {
                found[at][leaf] = Some(Origin::Key((*key).clone()));
            }
        }
        Leads { found }
    }

    /// Whether `key` is an alias of something.
    pub(super) fn takes(&self, key: &str) -> bool {
        self.found.iter().flatten().flatten().any(|origin| *origin == Origin::Key(key.to_owned()))
    }

    /// A foreign key that holds its parent's key, and no surrogate id.
    pub(super) fn by_value(&mut self, shape: &Shape, raw: &[&str]) {
        for (reference, found) in shape.references.iter().zip(&mut self.found) {
            for (part, found) in reference.key.iter().zip(found.iter_mut()) {
                let Part::Column { name, .. } = part else { break };
                let column = reference.referenced.iter().zip(&reference.columns).find(|(to, _)| *to == name);
                if let Some((_, column)) = column.filter(|(_, column)| raw.contains(&column.as_str())) {
                    found.get_or_insert(Origin::Key(column.clone()));
                }
            }
        }
    }

    /// The parent's key, where all of it is there.
    pub(super) fn whole(&self, reference: usize) -> Option<Vec<Origin>> {
        self.found[reference].iter().cloned().collect()
    }
}
