//! RL12 and RL13: several policies where one would do, and policies that no index serves.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    common::{clauses, drop, is_table, listed, role_sql, unbracketed, written},
    expressions::is_open,
};
use crate::core::{
    audit::{
        check::{Context, Report},
        exposure::role_shown,
        expression::Expression,
        facts::{Command, Index, Policy, Relation},
        matrix::{Access, matrix, policies_for},
    },
    name::ident,
    schema::Relation as Kind,
    text::sql_comment,
};

pub fn rl12(context: &Context<'_>, report: &mut Report<'_>) {
    for table in context.facts.relations.iter().filter(|table| is_table(table) && table.rls) {
        let overlaps = overlaps(context, table);
        if overlaps.is_empty() {
            continue;
        }
        let (mut commands, mut roles, mut met) = (BTreeSet::new(), BTreeSet::new(), BTreeMap::new());
        for (role, command, policies) in &overlaps {
            commands.insert(*command);
            roles.insert(role_shown(role));
            met.extend(policies.iter().map(|policy| (&policy.name, *policy)));
        }
        let commands: Vec<Command> = commands.into_iter().collect();
        let to = roles.into_iter().collect::<Vec<_>>().join(", ");
        let mut draft = report.found_at(table, format!("several permissive policies for {} ({to})", listed(&commands)));
        for (role, command, policies) in &overlaps {
            let names = policies.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>().join(", ");
            draft = draft.evidence(format!("{} for {}: {names}", command.word(), role_shown(role)));
        }
        let met: Vec<&Policy> = met.into_values().collect();
        for policy in &met {
            draft = draft.evidence(written(policy));
        }
        draft.fix(one_of(context, table, &met));
    }
}

/// Each role and command of a table for which several permissive policies are asked.
fn overlaps<'a>(context: &Context<'a>, table: &Relation) -> Vec<(String, Command, Vec<&'a Policy>)> {
    let mut out = Vec::new();
    if context.lookup.policies(table.oid).len() < 2 {
        return out;
    }
    for row in matrix(context, table) {
        for (command, cell) in Command::EACH.into_iter().zip(&row.cells) {
            let several = permissive(context, table, &row.role, command);
            // `true OR …` is true before any row is read, so that the others cost nothing; RL06 tells it.
            let folded = several.iter().any(|policy| is_open(table, policy, command));
            if cell.access == Access::Policies && several.len() > 1 && !folded {
                out.push((row.role.clone(), command, several));
            }
        }
    }
    out
}

/// The permissive policies for `role` and `command`, those that say the same as another (RL13) left out.
fn permissive<'a>(context: &Context<'a>, table: &Relation, role: &str, command: Command) -> Vec<&'a Policy> {
    let mut out: Vec<&Policy> = Vec::new();
    for policy in policies_for(context, table, role, command).filter(|policy| policy.permissive) {
        if !out.iter().any(|other| is_twin(other, policy)) {
            out.push(policy);
        }
    }
    out
}

/// Makes one policy of several for each command. That is exact: the server joins permissive policies by OR itself, each
/// clause for itself, and a policy without WITH CHECK is checked by its USING.
fn one_of(context: &Context<'_>, table: &Relation, policies: &[&Policy]) -> String {
    let [first, rest @ ..] = policies else { return String::new() };
    if rest.iter().any(|policy| policy.roles != first.roles) {
        let names = policies.iter().map(|policy| policy.name.as_str()).collect::<Vec<_>>().join(", ");
        return sql_comment(&format!(
            "{names} are for different roles: make one policy for each command of them, with OR in between, or name \
             the roles so that no role has two\nALTER POLICY … ON {} TO …;",
            table.name.sql()
        ));
    }
    let mut out = vec!["BEGIN;".to_owned()];
    out.extend(policies.iter().map(|policy| drop(table, &policy.name)));
    let taken: BTreeSet<&str> = context.lookup.policies(table.oid).iter().map(|policy| policy.name.as_str()).collect();
    for command in Command::EACH {
        let members: Vec<&Policy> = policies.iter().copied().filter(|policy| policy.command.covers(command)).collect();
        out.extend(joined(table, command, &members, &taken));
    }
    out.push("COMMIT;".to_owned());
    out.join("\n")
}

fn joined(table: &Relation, command: Command, members: &[&Policy], taken: &BTreeSet<&str>) -> Option<String> {
    let first = members.first()?;
    let either = |clause: &dyn Fn(&Policy) -> Option<&String>| {
        let mut parts: Vec<&str> = Vec::new();
        for part in members.iter().filter_map(|policy| clause(policy)) {
            if !parts.contains(&part.as_str()) {
                parts.push(part);
            }
        }
        match parts.as_slice() {
            [] => None,
            [one] => Some(unbracketed(one).to_owned()),
            several => Some(several.join(" OR ")),
        }
    };
    let using = either(&|policy| policy.using.as_ref()).filter(|_| command != Command::Insert);
    let checked = matches!(command, Command::Insert | Command::Update);
    let check = either(&|policy| policy.check.as_ref().or(policy.using.as_ref())).filter(|_| checked);
    // Where USING says the same, it is enough.
    let check = check.filter(|check| using.as_ref() != Some(check));
    if using.is_none() && check.is_none() {
        return None;
    }
    let roles = first.roles.iter().map(|role| role_sql(role)).collect::<Vec<_>>().join(", ");
    let name = free_name(table, command, taken);
    let (name, on, to) = (ident(&name), table.name.sql(), command.word());
    let clauses = clauses("\n  ", using.as_deref(), check.as_deref());
    Some(format!("CREATE POLICY {name} ON {on} FOR {to} TO {roles}{clauses};"))
}

/// A name that no policy of the table has, short enough for the server (63 bytes).
fn free_name(table: &Relation, command: Command, taken: &BTreeSet<&str>) -> String {
    let mut stem = table.name.name.as_str();
    while stem.len() > 50 {
        let mut chars = stem.chars();
        chars.next_back();
        stem = chars.as_str();
    }
    let base = format!("{stem}_{}", command.word().to_lowercase());
    let numbered = (2..).map(|number| format!("{base}_{number}"));
    std::iter::once(base.clone()).chain(numbered).find(|name| !taken.contains(name.as_str())).unwrap_or(base)
}

/// Whether two policies say the same of the same.
fn is_twin(a: &Policy, b: &Policy) -> bool {
    let of = |policy: &Policy| {
        (policy.permissive, policy.command, policy.roles.clone(), policy.using.clone(), policy.check.clone())
    };
    of(a) == of(b)
}

pub fn rl13(context: &Context<'_>, report: &mut Report<'_>) {
    for table in context.facts.relations.iter().filter(|table| is_table(table)) {
        let policies = context.lookup.policies(table.oid);
        for (at, policy) in policies.iter().enumerate() {
            if let Some(first) = policies[..at].iter().find(|other| is_twin(other, policy)) {
                report
                    .found_at(table, format!("policy {} says the same as {}", policy.name, first.name))
                    .part(&policy.name)
                    .evidence(written(first))
                    .evidence(written(policy))
                    .fix(drop(table, &policy.name));
            }
        }
        if table.rls {
            unindexed(context, report, table, policies);
        }
    }
}

/// Columns that policies compare with who is asking, and that no index starts with. Only what is certain: a condition
/// that all rows have to meet, `column = call`.
fn unindexed(context: &Context<'_>, report: &mut Report<'_>, table: &Relation, policies: &[&Policy]) {
    // A table of one page is read as a whole anyway. None is no estimate, or (PostgreSQL 13) none yet.
    if table.pages == 1 && table.kind == Kind::Table {
        return;
    }
    let mut told = BTreeSet::new();
    for policy in policies.iter().filter(|policy| policy.permissive && policy.command != Command::Insert) {
        let Some(read) = policy.using.as_deref().and_then(Expression::read) else { continue };
        let equalities = read.equalities();
        let columns: Vec<_> = equalities.iter().filter_map(|name| table.column_named(name)).collect();
        // One of them is enough to find the rows.
        let served = columns.iter().any(|column| {
            let starts = |index: &&Index| {
                index.valid
                    && index.predicate.is_none()
                    && matches!(index.method.as_str(), "btree" | "hash")
                    && index.key.first() == Some(&column.number)
            };
            context.lookup.indexes(table.oid).iter().any(starts)
        });
        let Some(column) = columns.first().filter(|_| !served) else { continue };
        if !told.insert(column.number) {
            continue;
        }
        let concurrently = if table.kind == Kind::Partitioned { "" } else { " CONCURRENTLY" };
        report
            .found_at(table, format!("policy {} looks for {}, which no index starts with", policy.name, column.name))
            .part(&column.name)
            .evidence(written(policy))
            .fix(format!("CREATE INDEX{concurrently} ON {} ({});", table.name.sql(), ident(&column.name)));
    }
}
