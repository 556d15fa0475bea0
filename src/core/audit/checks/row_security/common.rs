//! What several of these checks say and write.

use std::collections::{BTreeMap, BTreeSet};

use crate::core::{
    audit::{
        check::Context,
        exposure::{Rights, role_shown},
        expression::{Expression, Given},
        facts::{Command, Policy, Relation},
    },
    name::ident,
    schema::Relation as Kind,
    text::sql_comment,
};

/// Whether row security can hold for it.
pub fn is_table(relation: &Relation) -> bool {
    matches!(relation.kind, Kind::Table | Kind::Partitioned)
}

/// The relations that are a team's own tables, partitions among them.
pub fn own_tables<'c, 'a>(context: &'c Context<'a>) -> impl Iterator<Item = &'a Relation> + use<'a, 'c> {
    context
        .facts
        .relations
        .iter()
        .filter(|relation| is_table(relation) && !context.is_platforms(&relation.name, &relation.owner))
}

/// The partitions of `table`, of every level, by name.
pub fn partitions<'a>(context: &Context<'a>, table: &Relation) -> Vec<&'a Relation> {
    let mut open = context.lookup.partitions(table.oid).to_vec();
    let mut out = Vec::new();
    while let Some(partition) = open.pop() {
        open.extend(context.lookup.partitions(partition.oid));
        out.push(partition);
    }
    out.sort_by_key(|partition| &partition.name);
    out
}

/// What is known of the rows of `relation`: which columns are never NULL.
pub fn filled(relation: &Relation) -> impl Fn(&str) -> bool + '_ {
    |name| relation.column_named(name).is_some_and(|column| column.not_null)
}

/// Rows of which nothing else is known.
pub fn any_row(filled: &dyn Fn(&str) -> bool) -> Given<'_> {
    Given { filled, equal: None }
}

/// A policy as it was written, for people.
pub fn written(policy: &Policy) -> String {
    let kind = if policy.permissive { "" } else { " AS RESTRICTIVE" };
    let roles: Vec<&str> = policy.roles.iter().map(|role| role_shown(role)).collect();
    let clauses = clauses(" ", policy.using.as_deref(), policy.check.as_deref());
    // The server writes sub-selects on several lines.
    let clauses: Vec<&str> = clauses.split_whitespace().collect();
    let command = policy.command.word();
    format!("policy {}:{kind} FOR {command} TO {} {}", policy.name, roles.join(", "), clauses.join(" "))
}

/// `USING` and `WITH CHECK`, as far as there are any, `gap` before each.
pub fn clauses(gap: &str, using: Option<&str>, check: Option<&str>) -> String {
    let clause = |(word, clause): (&str, Option<&str>)| Some(format!("{gap}{word} ({})", unbracketed(clause?)));
    [("USING", using), ("WITH CHECK", check)].into_iter().filter_map(clause).collect()
}

/// An expression without the brackets around all of it, which clauses have of their own.
pub fn unbracketed(clause: &str) -> &str {
    Expression::read(clause).map_or(clause, |read| read.inner())
}

/// `ALTER POLICY` with what has changed.
pub fn alter(relation: &Relation, policy: &Policy, using: Option<&str>, check: Option<&str>) -> String {
    format!("ALTER POLICY {} ON {}{};", ident(&policy.name), relation.name.sql(), clauses("\n  ", using, check))
}

/// Drops a policy.
pub fn drop(relation: &Relation, policy: &str) -> String {
    format!("DROP POLICY {} ON {};", ident(policy), relation.name.sql())
}

/// A role as SQL names it.
pub fn role_sql(role: &str) -> String {
    if role.is_empty() { "PUBLIC".to_owned() } else { ident(role) }
}

/// Rights for people, such as `SELECT, UPDATE (name, city)`.
pub fn rights_shown(context: &Context<'_>, relation: &Relation, rights: &Rights<'_>) -> String {
    let one = |(privilege, columns): (&&str, &BTreeSet<i16>)| {
        let numbers: Vec<i16> = columns.iter().copied().collect();
        match context.lookup.columns(relation.oid, &numbers).join(", ") {
            names if names.is_empty() => (*privilege).to_owned(),
            names => format!("{privilege} ({names})"),
        }
    };
    rights.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// Takes `privileges` on `relation` from `role`: from whomever it has them by. `None` where it has none.
pub fn revoke(context: &Context<'_>, relation: &Relation, role: &str, privileges: &[&str]) -> Option<String> {
    let mut taken: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for grant in &relation.grants {
        if privileges.contains(&grant.privilege.as_str()) && context.lookup.has_rights_of(role, &grant.grantee) {
            let columns = context.lookup.columns(relation.oid, &grant.columns);
            let columns: Vec<String> = columns.into_iter().map(ident).collect();
            let limited = if columns.is_empty() { String::new() } else { format!(" ({})", columns.join(", ")) };
            taken.entry(&grant.grantee).or_default().push(format!("{}{limited}", grant.privilege));
        }
    }
    let one = |(grantee, rights): (&str, Vec<String>)| {
        format!("REVOKE {} ON {} FROM {};", rights.join(", "), relation.name.sql(), role_sql(grantee))
    };
    let all: Vec<String> = taken.into_iter().map(one).collect();
    (!all.is_empty()).then(|| all.join("\n"))
}

/// The same, of rights that others may still need: what the role has by another one is for a person to decide.
pub fn revoke_own(context: &Context<'_>, relation: &Relation, role: &str, privileges: &[&str]) -> Option<String> {
    let by = |grantee: &str| {
        let held = |privilege: &str| privileges.contains(&privilege) && context.lookup.has_rights_of(role, grantee);
        relation.grants.iter().any(|grant| grant.grantee == grantee && held(&grant.privilege))
    };
    let others: BTreeSet<&str> = relation.grants.iter().map(|grant| grant.grantee.as_str()).collect();
    let others: Vec<&str> = others.into_iter().filter(|grantee| *grantee != role && by(grantee)).collect();
    if others.is_empty() {
        return revoke(context, relation, role, privileges);
    }
    let by = others.into_iter().map(role_shown).collect::<Vec<_>>().join(", ");
    let (role, privileges) = (role_shown(role), privileges.join(", "));
    Some(sql_comment(&format!(
        "{role} has {privileges} on {} by {by}: revoke it there, and grant it to those who need it",
        relation.name
    )))
}

/// Words for people, with commas between.
pub fn listed(commands: &[Command]) -> String {
    commands.iter().map(|command| command.word()).collect::<Vec<_>>().join(", ")
}
