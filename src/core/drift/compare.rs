//! Two states laid side by side.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::{
    Change, Difference, Drift, Side, Unclear, Unseen,
    dialect::Dialect,
    record::{Key, Kind, Record, State},
};

type Records<'a> = BTreeMap<&'a Key, &'a Record>;

/// A state, to be looked up.
struct Known<'a> {
    records: Records<'a>,
    /// The columns and constraints of each table, in their order.
    parts: HashMap<&'a Key, Vec<&'a Record>>,
}

impl<'a> Known<'a> {
    fn new(state: &'a State) -> Self {
        let mut parts: HashMap<&Key, Vec<&Record>> = HashMap::new();
        for record in &state.records {
            if let (Some(table), Kind::Column | Kind::Constraint) = (&record.within, record.key.kind) {
                parts.entry(table).or_default().push(record);
            }
        }
        Known { records: state.records.iter().map(|record| (&record.key, record)).collect(), parts }
    }

    fn get(&self, key: &Key) -> Option<&'a Record> {
        self.records.get(key).copied()
    }
}

/// What differs between `from` and `to`. Columns may stand in any order, and roles own what they own.
pub fn compare(from: &State, to: &State) -> Drift {
    let comparison = Comparison {
        from: Known::new(from),
        to: Known::new(to),
        unseen: from.unseen.keys().chain(to.unseen.keys()).copied().collect(),
        dialect: (from.major() != to.major()).then(|| Dialect::new(from.schemas().into_iter().chain(to.schemas()))),
        // A right that the older server does not know is no difference.
        unknown: if from.major() != to.major() && from.major().min(to.major()) < 17 { &["MAINTAIN"] } else { &[] },
    };
    let mut found: BTreeMap<&Key, Found> = BTreeMap::new();
    for key in comparison.from.records.keys().chain(comparison.to.records.keys()) {
        if !found.contains_key(key) && !comparison.unseen.contains(&key.kind) {
            found.insert(key, comparison.object(key));
        }
    }
    let mut drift = Drift { unseen: unseen(from, to), versions: (from.major(), to.major()), ..Drift::default() };
    for (key, here) in &found {
        *drift.compared.entry(key.kind).or_default() += 1;
        let parents: Vec<&Found> = comparison.parents(key).filter_map(|parent| found.get(parent)).collect();
        let told = |difference: &&Difference| {
            !parents.iter().any(|parent| parent.differences.iter().any(|other| difference.same_as(other)))
        };
        drift.differences.extend(here.differences.iter().filter(told).cloned());
        let told = |unclear: &&Unclear| {
            !parents.iter().any(|parent| parent.unclear.iter().any(|other| unclear.same_as(other)))
        };
        drift.unclear.extend(here.unclear.iter().filter(told).cloned());
    }
    drift
}

fn unseen(from: &State, to: &State) -> Vec<Unseen> {
    let of = |side: Side, state: &State| {
        let each = state.unseen.iter().map(move |(kind, reason)| Unseen { side, kind: *kind, reason: reason.clone() });
        each.collect::<Vec<_>>()
    };
    let mut out = of(Side::From, from);
    out.extend(of(Side::To, to));
    out
}

/// What there is to say of one object.
#[derive(Default)]
struct Found {
    differences: Vec<Difference>,
    unclear: Vec<Unclear>,
}

struct Comparison<'a> {
    from: Known<'a>,
    to: Known<'a>,
    /// Kinds that one side at least could not be read for.
    unseen: BTreeSet<Kind>,
    /// How to read what two versions write; `None` where both are of one.
    dialect: Option<Dialect>,
    unknown: &'static [&'static str],
}

impl Comparison<'_> {
    fn parents<'k>(&'k self, key: &Key) -> impl Iterator<Item = &'k Key> {
        let like = |side: &Known<'k>| side.get(key).and_then(|record| record.like.as_deref());
        [like(&self.from), like(&self.to)].into_iter().flatten().flatten()
    }

    fn object(&self, key: &Key) -> Found {
        match (self.from.get(key), self.to.get(key)) {
            (Some(from), Some(to)) => self.both(from, to),
            (Some(from), None) => self.alone(from, Change::Removed, &self.to, &self.from),
            (None, Some(to)) => self.alone(to, Change::Added, &self.from, &self.to),
            (None, None) => Found::default(),
        }
    }

    /// An object that `other` lacks. It goes without saying where what it is part of is lacking, and where the role that
    /// was granted something owns it there.
    fn alone(&self, record: &Record, change: Change, other: &Known<'_>, own: &Known<'_>) -> Found {
        let lacking = |key: &Key| !self.unseen.contains(&key.kind) && other.get(key).is_none();
        if record.within.as_ref().is_some_and(lacking) {
            return Found::default();
        }
        let granted = self.known(record.fields.get("privileges").and_then(Option::as_deref));
        if record.key.kind == Kind::Grant && (granted.is_none() || owns(record, other)) {
            return Found::default();
        }
        let text = Some(described(record, own));
        let (from, to) = if change == Change::Removed { (text, None) } else { (None, text) };
        Found {
            differences: vec![Difference {
                kind: record.key.kind,
                object: record.key.to_string(),
                change,
                field: None,
                from,
                to,
                definitions: (None, None),
            }],
            unclear: Vec::new(),
        }
    }

    fn both(&self, from: &Record, to: &Record) -> Found {
        let mut found = Found::default();
        let kind = from.key.kind;
        for (field, from_value, to_value) in pairs(&from.fields, &to.fields) {
            let (from_value, to_value) = if kind == Kind::Grant && field == "privileges" {
                (self.known(from_value), self.known(to_value))
            } else {
                (from_value.map(str::to_owned), to_value.map(str::to_owned))
            };
            if from_value != to_value {
                found.differences.push(changed(from, to, field, from_value, to_value));
            }
        }
        for (field, from_value, to_value) in pairs(&from.texts, &to.texts) {
            let owned = (from_value.map(str::to_owned), to_value.map(str::to_owned));
            match (&self.dialect, from_value, to_value) {
                (_, one, other) if one == other => {}
                (Some(dialect), Some(one), Some(other)) if dialect.same(one, other) => {}
                (Some(_), Some(one), Some(other)) => found.unclear.push(Unclear {
                    kind,
                    object: from.key.to_string(),
                    field: field.to_owned(),
                    from: one.to_owned(),
                    to: other.to_owned(),
                }),
                _ => found.differences.push(changed(from, to, field, owned.0, owned.1)),
            }
        }
        found
    }

    /// Privileges without those that one of the servers does not know; `None` where nothing is left.
    fn known(&self, privileges: Option<&str>) -> Option<String> {
        let known = |name: &&str| !self.unknown.iter().any(|unknown| name.starts_with(unknown));
        let left: Vec<&str> = privileges?.split(", ").filter(known).collect();
        (!left.is_empty()).then(|| left.join(", "))
    }
}

/// Whether the role of a grant owns, on the other side, what the grant is on.
fn owns(record: &Record, other: &Known<'_>) -> bool {
    let mut on = record.within.as_ref();
    while let Some(object) = on.and_then(|key| other.get(key)) {
        if let Some(owner) = &object.owner {
            return record.key.path.last() == Some(owner);
        }
        on = object.within.as_ref();
    }
    false
}

fn changed(from: &Record, to: &Record, field: &str, old: Option<String>, new: Option<String>) -> Difference {
    Difference {
        kind: from.key.kind,
        object: from.key.to_string(),
        change: Change::Changed,
        field: Some(field.to_owned()),
        from: old,
        to: new,
        definitions: (from.definition.clone(), to.definition.clone()),
    }
}

type Fields = BTreeMap<String, Option<String>>;

/// Every field of either, with both values; one that a side does not have is nothing there.
fn pairs<'a>(from: &'a Fields, to: &'a Fields) -> impl Iterator<Item = (&'a str, Option<&'a str>, Option<&'a str>)> {
    let names: BTreeSet<&str> = from.keys().chain(to.keys()).map(String::as_str).collect();
    let value = |fields: &'a Fields, name: &str| fields.get(name).and_then(Option::as_deref);
    names.into_iter().map(move |name| (name, value(from, name), value(to, name)))
}

/// An object as SQL; where there is none, its fields. A table is its columns and constraints.
fn described(record: &Record, side: &Known<'_>) -> String {
    if record.key.kind == Kind::Table {
        let mut parts = side.parts.get(&record.key).cloned().unwrap_or_default();
        parts.sort_by_key(|part| part.key.kind);
        let lines: Vec<String> = parts.iter().filter_map(|part| line(part)).collect();
        return format!("CREATE TABLE {} (\n{}\n)", record.key, lines.join(",\n"));
    }
    record.definition.clone().unwrap_or_else(|| {
        let all = record.fields.iter().chain(&record.texts);
        let told = all.filter_map(|(name, value)| Some((name, value.as_ref()?)));
        told.map(|(name, value)| if name == "privileges" { value.clone() } else { format!("{name} {value}") })
            .collect::<Vec<_>>()
            .join(", ")
    })
}

/// A column or a constraint inside of CREATE TABLE.
fn line(part: &Record) -> Option<String> {
    if part.key.kind == Kind::Column {
        return part.definition.as_ref().map(|text| format!("  {text}"));
    }
    let name = crate::core::name::ident(part.key.path.last()?);
    Some(format!("  CONSTRAINT {name} {}", part.texts.get("definition")?.as_ref()?))
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
