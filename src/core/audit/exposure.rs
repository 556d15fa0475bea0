//! What strangers reach: the rights of the exposed roles on what lies in an exposed schema.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    check::Context,
    facts::{Command, Function, Grant, Relation},
};
use crate::core::name::{QName, ident};

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
        let reach = |role| (role, self.lookup.rights(role, &relation.grants));
        let roles = self.guests(&relation.name.schema, &relation.grants).into_iter();
        roles.map(reach).filter(|(_, rights)| !rights.is_empty()).collect()
    }

    /// Who may call `function` through the API, by the same rules. Nobody calls a trigger's function.
    pub fn called_by(&self, function: &'a Function) -> Vec<&'a str> {
        if function.trigger || !self.rules.is_exposed(&function.name.schema) {
            return Vec::new();
        }
        let calls = |role: &&str| self.lookup.rights(role, &function.grants).contains_key("EXECUTE");
        self.guests(&function.name.schema, &function.grants).into_iter().filter(calls).collect()
    }

    /// The roles as which strangers may enter `schema`, by their own names or, where there are none, by `grants`.
    fn guests(&self, schema: &str, grants: &'a [Grant]) -> Vec<&'a str> {
        let mut roles: Vec<&str> = self.strangers().collect();
        if roles.is_empty() {
            let superuser = |role: &str| self.facts.roles.iter().any(|known| known.superuser && known.name == role);
            roles = grantees(grants);
            roles.retain(|role| !superuser(role));
        }
        roles.retain(|role| role.is_empty() || self.lookup.enters(role, schema));
        roles
    }

    /// Whether `name` is the hosting platform's own: it belongs to one of its administrators and lies where nothing of
    /// the team's is served, such as `auth` and `storage` of a Supabase project. The team cannot mend it.
    pub fn is_platforms(&self, name: &QName, owner: &str) -> bool {
        !self.rules.is_exposed(&name.schema) && is_administrator(owner)
    }
}

/// Whether a platform keeps `schema` for itself, by its name: what lies there is nothing that a team decides on.
pub fn is_platform_schema(schema: &str) -> bool {
    const SCHEMAS: [&str; 12] = [
        "auth",
        "cron",
        "extensions",
        "graphql",
        "graphql_public",
        "net",
        "pgbouncer",
        "realtime",
        "storage",
        "supabase_functions",
        "supabase_migrations",
        "vault",
    ];
    SCHEMAS.contains(&schema)
}

/// Whether `role` is one as which only the hosting platform logs in.
pub fn is_administrator(role: &str) -> bool {
    role.starts_with("supabase_")
        || matches!(role, "pgbouncer" | "rdsadmin" | "cloudsqladmin" | "alloydbadmin" | "azuresu" | "cloud_admin")
}

/// Those of whose grants `roles` make use, as SQL names them after `FROM`.
pub fn sources(context: &Context<'_>, roles: &[&str], grants: &[Grant]) -> String {
    let used = |grantee: &&str| roles.iter().any(|role| context.lookup.has_rights_of(role, grantee));
    let names: Vec<String> = grantees(grants).into_iter().filter(used).map(grantee_sql).collect();
    names.join(", ")
}

/// A grantee as SQL names it.
pub fn grantee_sql(role: &str) -> String {
    if role.is_empty() { "PUBLIC".to_owned() } else { ident(role) }
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
