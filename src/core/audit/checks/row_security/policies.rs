//! RL02, RL03, RL04, RL07, RL08 and RL19: whether policies hold, and for whom.

use super::{
    common::{is_table, own_tables, role_sql, written},
    exposure::{bare_partitions, closed, declared},
};
use crate::core::{
    audit::{
        check::{Context, Report},
        facts::{Policy, Relation, Role},
        matrix::{Access, matrix},
    },
    name::ident,
    text::sql_comment,
};

pub fn rl02(context: &Context<'_>, report: &mut Report<'_>) {
    for table in own_tables(context).filter(|table| table.rls && !table.forced) {
        let owner = context.facts.roles.iter().find(|role| role.name == table.owner);
        // Forcing it changes nothing for those.
        let above = owner.is_none_or(|role| role.superuser || role.bypass_rls);
        let policies = context.lookup.policies(table.oid);
        if above || policies.is_empty() {
            continue;
        }
        let (name, owner) = (table.name.sql(), &table.owner);
        report
            .found_at(table, format!("row security does not hold for its owner {owner}"))
            .evidence(format!("{} policies, none of which {owner} has to mind", policies.len()))
            .fix(format!(
                "{}\nALTER TABLE {name} FORCE ROW LEVEL SECURITY;",
                sql_comment(&format!("{owner} then needs a policy for what it does with the rows itself"))
            ));
    }
}

pub fn rl03(context: &Context<'_>, report: &mut Report<'_>) {
    for table in context.facts.relations.iter().filter(|table| is_table(table) && !table.rls) {
        let policies = context.lookup.policies(table.oid);
        if policies.is_empty() {
            continue;
        }
        let detail = match policies {
            [one] => format!("row security is off, so policy {} does nothing", one.name),
            all => format!("row security is off, so its {} policies do nothing", all.len()),
        };
        let mut draft = report.found_at(table, detail);
        for policy in policies {
            draft = draft.evidence(written(policy));
        }
        for expected in declared(context, table) {
            draft = draft.evidence(format!("declared: {} ({})", expected.value, expected.place));
        }
        let mut fix = vec![format!("ALTER TABLE {} ENABLE ROW LEVEL SECURITY;", table.name.sql())];
        fix.extend(closed(context, &bare_partitions(context, table)));
        draft.fix(fix.join("\n"));
    }
}

pub fn rl04(context: &Context<'_>, report: &mut Report<'_>) {
    // A partition with row security and no policy of its own is closed to those who go past its parent, as it should.
    for table in own_tables(context).filter(|table| table.rls && table.parent.is_none()) {
        if !context.lookup.policies(table.oid).is_empty() {
            continue;
        }
        let reach = context.reached_by(table);
        let roles: Vec<&str> = reach.iter().map(|(role, _)| *role).filter(|role| !role.is_empty()).collect();
        let mut draft = report.found_at(table, "row security, but no policy: nobody but the owner gets a row");
        if !roles.is_empty() {
            draft = draft.evidence(format!("{} may ask, and gets nothing", roles.join(", ")));
        }
        let to = roles.iter().map(|role| ident(role)).collect::<Vec<_>>().join(", ");
        draft.fix(sql_comment(&format!(
            "If somebody is to have rows:\nCREATE POLICY … ON {} FOR SELECT TO {} USING (…);\nelse accept it in \
             pgdeck.toml with the reason",
            table.name.sql(),
            if to.is_empty() { "…" } else { &to },
        )));
    }
}

pub fn rl07(context: &Context<'_>, report: &mut Report<'_>) {
    for table in context.facts.relations.iter().filter(|table| is_table(table) && table.rls) {
        let policies = context.lookup.policies(table.oid);
        if policies.is_empty() || policies.iter().any(|policy| policy.permissive) {
            continue;
        }
        let mut draft = report.found_at(table, "no policy permits anything, so nobody but the owner gets a row");
        for policy in policies {
            draft = draft.evidence(written(policy));
        }
        draft.fix(sql_comment(&format!(
            "Say what is permitted, which the restrictive policies then narrow:\nCREATE POLICY … ON {} TO … USING (…);",
            table.name.sql()
        )));
    }
}

pub fn rl08(context: &Context<'_>, report: &mut Report<'_>) {
    for policy in &context.facts.policies {
        let Some(table) = context.lookup.relation(policy.relation) else { continue };
        // A restrictive policy is right to be for everybody.
        if !policy.permissive || !policy.roles.iter().any(String::is_empty) {
            continue;
        }
        let roles: Vec<String> = users(context, table, policy).iter().map(|role| role_sql(role)).collect();
        let alter = format!("ALTER POLICY {} ON {} TO", ident(&policy.name), table.name.sql());
        let fix = if roles.is_empty() {
            sql_comment(&format!("Nobody holds a right for it yet; name the roles that it is for:\n{alter} …;"))
        } else {
            format!(
                "{}\n{alter} {};",
                sql_comment("These hold a right for it now; leave out whom it is not for"),
                roles.join(", ")
            )
        };
        let detail = format!("policy {} for {} is for everybody", policy.name, policy.command.word());
        report.found_at(table, detail).part(&policy.name).evidence(written(policy)).fix(fix);
    }
}

/// The roles that `policy` gives something now: they hold the right, and are held to policies.
fn users(context: &Context<'_>, table: &Relation, policy: &Policy) -> Vec<String> {
    let rows = matrix(context, table);
    let used = |cell: &crate::core::audit::matrix::Cell| {
        matches!(cell.access, Access::Policies | Access::Open) && cell.permissive.contains(&policy.name)
    };
    let rows = rows.into_iter().filter(|row| !row.role.is_empty() && row.cells.iter().any(used));
    rows.map(|row| row.role).collect()
}

pub fn rl19(context: &Context<'_>, report: &mut Report<'_>) {
    // A Supabase project's `postgres` is what its owner works with, and cannot be otherwise.
    let platform = context.lookup.has_role("supabase_admin");
    let own = |role: &&Role| !(role.name.starts_with("supabase_") || platform && role.name == "postgres");
    let above = |role: &&Role| role.bypass_rls && role.login && !role.superuser;
    for role in context.facts.roles.iter().filter(above).filter(own) {
        let name = ident(&role.name);
        report
            .found(&name, "can log in, and no policy holds for it")
            .evidence("LOGIN, BYPASSRLS, no superuser")
            .fix(format!("ALTER ROLE {name} NOBYPASSRLS;"));
    }
}
