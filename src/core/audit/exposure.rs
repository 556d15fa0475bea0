//! What strangers reach: the rights of the exposed roles on what lies in an exposed schema.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    check::Context,
    facts::{Command, Grant, Relation},
};

/// Rights on a relation, each with the columns it is limited to, empty where it is not.
pub type Rights<'a> = BTreeMap<&'a str, BTreeSet<i16>>;

impl<'a> Context<'a> {
    /// The exposed roles that this server has.
    pub fn strangers(&self) -> impl Iterator<Item = &'a str> + use<'a, '_> {
        self.rules.exposed_roles.iter().map(String::as_str).filter(|role| self.lookup.has_role(role))
    }

    /// Who reaches `relation` through the API, and how: exposed roles that may enter its schema and hold a right on it
    /// or on a column of it. Nobody where the schema is not exposed.
    ///
    /// A server without any of the exposed roles is no Supabase or `PostgREST` with the usual names: then it is whoever
    /// else holds a right, so that a configuration that does not fit is not taken for safety.
    pub fn reached_by(&self, relation: &'a Relation) -> Vec<(&'a str, Rights<'a>)> {
        if self.rules.is_exposed(&relation.name.schema) { self.holders(relation) } else { Vec::new() }
    }

    /// The same, whether the schema is exposed or not: for what strangers reach by another door.
    pub fn holders(&self, relation: &'a Relation) -> Vec<(&'a str, Rights<'a>)> {
        let mut roles: Vec<&str> = self.strangers().collect();
        if roles.is_empty() {
            let superuser = |role: &&str| self.facts.roles.iter().any(|known| known.superuser && known.name == *role);
            roles = grantees(&relation.grants).into_iter().filter(|role| !superuser(role)).collect();
        }
        let reach = |role| (role, self.lookup.rights(role, &relation.grants));
        let enters = |role: &&str| role.is_empty() || self.lookup.enters(role, &relation.name.schema);
        roles.into_iter().filter(enters).map(reach).filter(|(_, rights)| !rights.is_empty()).collect()
    }
}

fn grantees(grants: &[Grant]) -> Vec<&str> {
    let names: BTreeSet<&str> = grants.iter().map(|grant| grant.grantee.as_str()).collect();
    names.into_iter().collect()
}

/// `role` for people: `PUBLIC` for the empty name.
pub fn role_shown(role: &str) -> &str {
    if role.is_empty() { "PUBLIC" } else { role }
}

/// The commands on rows that `rights` allow, at least on some columns.
pub fn commands(rights: &Rights<'_>) -> impl Iterator<Item = Command> {
    Command::EACH.into_iter().filter(|command| rights.contains_key(command.word()))
}
