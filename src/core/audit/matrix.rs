//! Who may do what with the rows of a table: roles down, commands across (manual, 5.9 "Row Security Policies").

use std::collections::{BTreeMap, BTreeSet};

use super::{
    check::Context,
    exposure::Rights,
    facts::{Command, Policy, Relation},
};
use crate::core::schema::Relation as Kind;

/// What one role may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The role; empty for `PUBLIC`.
    pub role: String,
    /// In the order of [`Command::EACH`].
    pub cells: [Cell; 4],
}

/// What one role may do by one command.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// What it comes to.
    pub access: Access,
    /// The columns that the right is limited to; empty where it is not, and where there is none.
    pub columns: Vec<String>,
    /// The permissive policies for it, by name; they may be there without a right, or while row security is off.
    pub permissive: Vec<String>,
    /// The restrictive ones, which only take away.
    pub restrictive: Vec<String>,
}

/// What a right and the policies come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// There is no right to it, or none to enter the schema.
    NotGranted,
    /// A right, and no row security: every row.
    Open,
    /// A right, and the role is above row security: every row. It has BYPASSRLS, is a superuser, or has the owner's
    /// rights to a table that does not force row security.
    Bypasses,
    /// A right, and no permissive policy: no row at all.
    NoPolicy,
    /// The rows that some permissive policy and all restrictive ones let through.
    Policies,
}

/// The matrix of `relation`: the exposed roles that this server has, in their order, then every other role that holds
/// a right on it or is named by a policy, by name.
pub fn matrix(context: &Context<'_>, relation: &Relation) -> Vec<Row> {
    roles(context, relation).into_iter().map(|role| row(context, relation, role)).collect()
}

/// One line of it: what `role` may do with the rows of `relation`.
pub fn row(context: &Context<'_>, relation: &Relation, role: &str) -> Row {
    let standing = standing(context, relation, role);
    let enters = context.lookup.enters(role, &relation.name.schema);
    let mut rights = if enters { context.lookup.rights(role, &relation.grants) } else { BTreeMap::new() };
    if standing.all_rights {
        rights.extend(Command::EACH.map(|command| (command.word(), BTreeSet::new())));
    }
    let cells = Command::EACH.map(|command| cell(context, relation, role, command, &rights, standing.bypasses));
    Row { role: role.to_owned(), cells }
}

fn roles<'a>(context: &Context<'a>, relation: &'a Relation) -> Vec<&'a str> {
    let mut roles: Vec<&str> = context.strangers().collect();
    let granted = relation.grants.iter().filter(|grant| Command::EACH.iter().any(|c| c.word() == grant.privilege));
    let granted = granted.map(|grant| grant.grantee.as_str());
    let policies = context.lookup.policies(relation.oid).iter().flat_map(|policy| &policy.roles).map(String::as_str);
    // A policy to PUBLIC names nobody in particular.
    let policies = policies.filter(|role| !role.is_empty());
    let others: BTreeSet<&str> = granted.chain(policies).filter(|role| !roles.contains(role)).collect();
    roles.extend(others);
    roles
}

/// What a role is, whatever it was granted.
struct Standing {
    /// Whether it holds every right: a superuser, or one with the owner's rights.
    all_rights: bool,
    /// Whether row security does not hold for it (`check_enable_rls` of the server).
    bypasses: bool,
}

fn standing(context: &Context<'_>, relation: &Relation, role: &str) -> Standing {
    let known = context.facts.roles.iter().find(|known| known.name == role);
    let superuser = known.is_some_and(|known| known.superuser);
    let owner = !role.is_empty() && context.lookup.has_rights_of(role, &relation.owner);
    let above = superuser || known.is_some_and(|known| known.bypass_rls);
    Standing { all_rights: superuser || owner, bypasses: above || owner && !relation.forced }
}

fn cell(
    context: &Context<'_>,
    relation: &Relation,
    role: &str,
    command: Command,
    rights: &Rights<'_>,
    bypasses: bool,
) -> Cell {
    let policies = || policies_for(context, relation, role, command);
    let names = |policies: &mut dyn Iterator<Item = &Policy>| policies.map(|policy| policy.name.clone()).collect();
    let permissive: Vec<String> = names(&mut policies().filter(|policy| policy.permissive));
    let restrictive = names(&mut policies().filter(|policy| !policy.permissive));
    let Some(columns) = rights.get(command.word()) else {
        return Cell { access: Access::NotGranted, columns: Vec::new(), permissive, restrictive };
    };
    let numbers: Vec<i16> = columns.iter().copied().collect();
    let columns = context.lookup.columns(relation.oid, &numbers).into_iter().map(str::to_owned).collect();
    let table = matches!(relation.kind, Kind::Table | Kind::Partitioned);
    let access = match permissive.is_empty() {
        _ if !table || !relation.rls => Access::Open,
        _ if bypasses => Access::Bypasses,
        true => Access::NoPolicy,
        false => Access::Policies,
    };
    Cell { access, columns, permissive, restrictive }
}

/// The policies of `relation` that hold for `role` when it runs `command`.
pub fn policies_for<'a>(
    context: &Context<'a>,
    relation: &Relation,
    role: &str,
    command: Command,
) -> impl Iterator<Item = &'a Policy> {
    let lookup = context.lookup;
    let holds = move |policy: &&Policy| {
        policy.command.covers(command) && policy.roles.iter().any(|of| lookup.has_rights_of(role, of))
    };
    lookup.policies(relation.oid).iter().copied().filter(holds)
}
