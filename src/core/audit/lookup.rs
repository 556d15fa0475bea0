//! Finding facts by id and by name, and what follows from several of them together.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::facts::{Column, Facts, ForeignKey, Function, Grant, Index, Oid, Policy, Relation};
use crate::core::{error::nearest, name::QName};

/// Facts by id and by name.
#[derive(Debug)]
pub struct Lookup<'a> {
    facts: &'a Facts,
    relations: HashMap<Oid, &'a Relation>,
    names: BTreeMap<&'a QName, &'a Relation>,
    indexes: HashMap<Oid, Vec<&'a Index>>,
    keys: HashMap<Oid, Vec<&'a ForeignKey>>,
    references: HashMap<Oid, Vec<&'a ForeignKey>>,
    policies: HashMap<Oid, Vec<&'a Policy>>,
    functions: HashMap<Oid, &'a Function>,
    partitions: HashMap<Oid, Vec<&'a Relation>>,
    /// Each role with all whose rights it has, itself included.
    rights: HashMap<&'a str, BTreeSet<&'a str>>,
}

impl<'a> Lookup<'a> {
    /// Sorts `facts`, once.
    pub fn new(facts: &'a Facts) -> Self {
        let mut lookup = Lookup {
            facts,
            relations: facts.relations.iter().map(|relation| (relation.oid, relation)).collect(),
            names: facts.relations.iter().map(|relation| (&relation.name, relation)).collect(),
            indexes: HashMap::new(),
            keys: HashMap::new(),
            references: HashMap::new(),
            policies: HashMap::new(),
            functions: facts.functions.iter().map(|function| (function.oid, function)).collect(),
            partitions: HashMap::new(),
            rights: rights(facts),
        };
        for index in &facts.indexes {
            lookup.indexes.entry(index.relation).or_default().push(index);
        }
        for key in &facts.foreign_keys {
            lookup.keys.entry(key.relation).or_default().push(key);
            lookup.references.entry(key.references).or_default().push(key);
        }
        for policy in &facts.policies {
            lookup.policies.entry(policy.relation).or_default().push(policy);
        }
        for relation in &facts.relations {
            if let Some(parent) = relation.parent {
                lookup.partitions.entry(parent).or_default().push(relation);
            }
        }
        lookup
    }

    /// The relation `oid`.
    pub fn relation(&self, oid: Oid) -> Option<&'a Relation> {
        self.relations.get(&oid).copied()
    }

    /// The name of the relation `oid`; the number where it is not among the facts.
    pub fn name(&self, oid: Oid) -> String {
        self.relation(oid).map_or_else(|| oid.to_string(), |relation| relation.name.to_string())
    }

    /// The relation of this name, with or without a schema. Without one it is `public`'s, else that of the one schema
    /// that has it.
    pub fn named(&self, name: &str) -> Option<&'a Relation> {
        let full = QName::parse(name)?;
        if let Some(relation) = self.names.get(&full) {
            return Some(relation);
        }
        if full.sql() == name || name.contains('.') {
            return None;
        }
        let mut elsewhere = self.facts.relations.iter().filter(|relation| relation.name.name == full.name);
        elsewhere.next().filter(|_| elsewhere.next().is_none())
    }

    /// The relation whose name is nearest to `name`.
    pub fn nearest(&self, name: &str) -> Option<String> {
        let names: Vec<String> = if name.contains('.') {
            self.facts.relations.iter().map(|relation| relation.name.to_string()).collect()
        } else {
            self.facts.relations.iter().map(|relation| relation.name.name.clone()).collect()
        };
        nearest(name, names.iter().map(String::as_str)).map(str::to_owned)
    }

    /// Whether an extension brings a function or relation of this name, with or without a schema.
    pub fn is_member(&self, written: &str) -> bool {
        let Some(name) = QName::parse(written) else { return false };
        let same = |member: &QName| *member == name || !written.contains('.') && member.name == name.name;
        let mut members = self.facts.extensions.iter().flat_map(|extension| &extension.members);
        members.any(|member| QName::parse(member).is_some_and(|member| same(&member)))
    }

    /// The indexes of a table.
    pub fn indexes(&self, relation: Oid) -> &[&'a Index] {
        self.indexes.get(&relation).map_or(&[], Vec::as_slice)
    }

    /// The foreign keys of a table.
    pub fn keys(&self, relation: Oid) -> &[&'a ForeignKey] {
        self.keys.get(&relation).map_or(&[], Vec::as_slice)
    }

    /// The foreign keys that point to a table.
    pub fn references(&self, relation: Oid) -> &[&'a ForeignKey] {
        self.references.get(&relation).map_or(&[], Vec::as_slice)
    }

    /// The policies of a table.
    pub fn policies(&self, relation: Oid) -> &[&'a Policy] {
        self.policies.get(&relation).map_or(&[], Vec::as_slice)
    }

    /// The partitions of a table, of the next level only.
    pub fn partitions(&self, relation: Oid) -> &[&'a Relation] {
        self.partitions.get(&relation).map_or(&[], Vec::as_slice)
    }

    /// The function `oid`.
    pub fn function(&self, oid: Oid) -> Option<&'a Function> {
        self.functions.get(&oid).copied()
    }

    /// The names of the columns `numbers` of a table.
    pub fn columns(&self, relation: Oid, numbers: &[i16]) -> Vec<&'a str> {
        let Some(relation) = self.relation(relation) else { return Vec::new() };
        numbers.iter().filter_map(|number| relation.column(*number)).map(|column| column.name.as_str()).collect()
    }

    /// Whether there is a role of this name.
    pub fn has_role(&self, name: &str) -> bool {
        self.rights.contains_key(name)
    }

    /// Whether `role` has the rights of `grantee` without further ado; everybody has those of `PUBLIC` (empty).
    pub fn has_rights_of(&self, role: &str, grantee: &str) -> bool {
        grantee.is_empty() || role == grantee || self.rights.get(role).is_some_and(|roles| roles.contains(grantee))
    }

    /// What `role` may do by `grants`: each right with the columns it is limited to, empty where it is not.
    pub fn rights<'g>(&self, role: &str, grants: &'g [Grant]) -> BTreeMap<&'g str, BTreeSet<i16>> {
        let mut out: BTreeMap<&str, BTreeSet<i16>> = BTreeMap::new();
        for grant in grants.iter().filter(|grant| self.has_rights_of(role, &grant.grantee)) {
            match out.get_mut(grant.privilege.as_str()) {
                // The whole table is more than any of its columns.
                Some(columns) if columns.is_empty() => {}
                Some(columns) if grant.columns.is_empty() => columns.clear(),
                Some(columns) => columns.extend(&grant.columns),
                None => {
                    out.insert(&grant.privilege, grant.columns.iter().copied().collect());
                }
            }
        }
        out
    }

    /// Whether `role` may use the schema `name` at all.
    pub fn enters(&self, role: &str, name: &str) -> bool {
        self.facts.schemas.iter().any(|schema| {
            schema.name == name
                && (self.has_rights_of(role, &schema.owner)
                    || schema
                        .grants
                        .iter()
                        .any(|grant| grant.privilege == "USAGE" && self.has_rights_of(role, &grant.grantee)))
        })
    }
}

impl Relation {
    /// The column `number`.
    pub fn column(&self, number: i16) -> Option<&Column> {
        self.columns.binary_search_by_key(&number, |column| column.number).ok().map(|at| &self.columns[at])
    }

    /// The column `name`.
    pub fn column_named(&self, name: &str) -> Option<&Column> {
        self.columns.iter().find(|column| column.name == name)
    }
}

fn rights(facts: &Facts) -> HashMap<&str, BTreeSet<&str>> {
    let direct: HashMap<&str, &[String]> =
        facts.roles.iter().map(|role| (role.name.as_str(), role.inherits.as_slice())).collect();
    let closure = |name| {
        let mut seen = BTreeSet::new();
        let mut open = vec![name];
        while let Some(role) = open.pop() {
            if seen.insert(role) {
                open.extend(direct.get(role).copied().unwrap_or_default().iter().map(String::as_str));
            }
        }
        seen
    };
    facts.roles.iter().map(|role| (role.name.as_str(), closure(role.name.as_str()))).collect()
}
