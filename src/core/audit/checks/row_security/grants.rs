//! RL05, RL15 and RL16: rights that do not go with the policies.

use std::collections::BTreeSet;

use super::common::{
    any_row, filled, is_table, listed, own_tables, partitions, revoke, revoke_own, rights_shown, role_sql,
};
use crate::core::{
    audit::{
        Severity,
        check::{Context, Report},
        exposure::{Rights, commands, role_shown},
        expression::{Expression, Truth},
        facts::{Column, Command, Grant, Policy, Relation},
        matrix::{Access, Row, matrix, policies_for},
    },
    glob,
    name::ident,
    schema::Relation as Kind,
    text::sql_comment,
};

pub fn rl05(context: &Context<'_>, report: &mut Report<'_>) {
    for table in own_tables(context).filter(|table| table.rls && !context.lookup.policies(table.oid).is_empty()) {
        let rows = matrix(context, table);
        let some = |row: &&Row| row.cells.iter().any(|cell| cell.access == Access::Policies);
        let holes: Vec<(&Row, Vec<Command>)> = rows
            .iter()
            .filter(|row| !row.role.is_empty())
            .filter(some)
            .map(|row| (row, without_policy(row)))
            .filter(|(_, holes)| !holes.is_empty())
            .collect();
        if holes.is_empty() {
            continue;
        }
        let said: Vec<String> =
            holes.iter().map(|(row, holes)| format!("{} for {}", listed(holes), row.role)).collect();
        let mut draft = report.found_at(table, format!("granted without a policy: {}", said.join("; ")));
        let mut fix = Vec::new();
        for (row, holes) in &holes {
            draft = draft.evidence(line(row));
            let words: Vec<&str> = holes.iter().map(|command| command.word()).collect();
            fix.extend(revoke_own(context, table, &row.role, &words));
        }
        draft.fix(fix.join("\n"));
    }
}

/// The commands that the role was granted and no policy permits.
fn without_policy(row: &Row) -> Vec<Command> {
    let cells = Command::EACH.into_iter().zip(&row.cells);
    cells.filter(|(_, cell)| cell.access == Access::NoPolicy).map(|(command, _)| command).collect()
}

/// A line of the matrix for people.
fn line(row: &Row) -> String {
    let cell = |(command, cell): (Command, &crate::core::audit::matrix::Cell)| {
        let what = match cell.access {
            Access::NotGranted => "not granted".to_owned(),
            Access::NoPolicy => "granted, no policy".to_owned(),
            Access::Open | Access::Bypasses => "every row".to_owned(),
            Access::Policies => cell.permissive.join(", "),
        };
        format!("{} {what}", command.word())
    };
    let cells: Vec<String> = Command::EACH.into_iter().zip(&row.cells).map(cell).collect();
    format!("{}: {}", row.role, cells.join(" · "))
}

/// Rights that have nothing to do with rows; MAINTAIN came with PostgreSQL 17.
const BESIDES: [&str; 4] = ["TRUNCATE", "REFERENCES", "TRIGGER", "MAINTAIN"];

pub fn rl15(context: &Context<'_>, report: &mut Report<'_>) {
    for table in own_tables(context).filter(|table| table.parent.is_none()) {
        let mut idle = Idle::default();
        idle.table(context, table);
        idle.besides(context, table);
        for partition in partitions(context, table) {
            idle.besides(context, partition);
        }
        if idle.fix.is_empty() {
            continue;
        }
        let said: Vec<String> = idle.said.into_iter().collect();
        let mut draft = report.found_at(table, format!("granted without a use: {}", said.join("; ")));
        for line in idle.evidence {
            draft = draft.evidence(line);
        }
        draft.fix(idle.fix.join("\n"));
    }
}

/// Rights without a use, of a table and its partitions.
#[derive(Default)]
struct Idle {
    said: BTreeSet<String>,
    evidence: Vec<String>,
    fix: Vec<String>,
}

impl Idle {
    /// Rights on rows of a role for which no policy is.
    fn table(&mut self, context: &Context<'_>, table: &Relation) {
        for (role, rights) in context.reached_by(table) {
            let idle: Vec<Command> = commands(&rights).collect();
            if !idle.is_empty() && is_for_others(context, table, role) {
                self.said.insert(format!("{} for {}, who has no policy", listed(&idle), role_shown(role)));
                self.evidence.push(format!("{} holds {}", role_shown(role), rights_shown(context, table, &rights)));
                let words: Vec<&str> = idle.iter().map(|command| command.word()).collect();
                self.fixed(revoke_own(context, table, role, &words));
            }
        }
    }

    /// Rights that have nothing to do with rows.
    fn besides(&mut self, context: &Context<'_>, table: &Relation) {
        for (role, mut rights) in context.reached_by(table) {
            rights.retain(|right, _| BESIDES.contains(right));
            if rights.is_empty() {
                continue;
            }
            let words: Vec<&str> = rights.keys().copied().collect();
            self.said.insert(format!("{} for {}", words.join(", "), role_shown(role)));
            let held = rights_shown(context, table, &rights);
            self.evidence.push(format!("{} holds {held} on {}", role_shown(role), table.name));
            self.fixed(revoke(context, table, role, &words));
        }
    }

    /// Two roles may have a right by the same third one, which is revoked once.
    fn fixed(&mut self, statements: Option<String>) {
        let statements = statements.filter(|statements| !self.fix.contains(statements));
        self.fix.extend(statements);
    }
}

/// Whether `table` has permissive policies, and none of them is for `role`.
fn is_for_others(context: &Context<'_>, table: &Relation, role: &str) -> bool {
    let permits = |policy: &&Policy| policy.permissive;
    let any = context.lookup.policies(table.oid).iter().any(|policy| policy.permissive);
    let bypasses = context.facts.roles.iter().any(|known| known.name == role && (known.superuser || known.bypass_rls));
    let held = |command| policies_for(context, table, role, command).any(|policy| permits(&policy));
    table.rls && any && !bypasses && !Command::EACH.into_iter().any(held)
}

pub fn rl16(context: &Context<'_>, report: &mut Report<'_>) {
    for relation in
        context.facts.relations.iter().filter(|relation| !context.is_platforms(&relation.name, &relation.owner))
    {
        // Such a view reads with the rights of whoever asks: those on the table are what counts. A partition has its
        // parent's columns, and whoever gets past that is RL20's matter.
        if relation.kind == Kind::View && relation.invoker || relation.parent.is_some() {
            continue;
        }
        let sensitive: Vec<&Column> = relation.columns.iter().filter(|column| is_sensitive(context, column)).collect();
        if sensitive.is_empty() {
            continue;
        }
        let reach = context.reached_by(relation);
        for column in &sensitive {
            exposed(context, report, relation, column, &reach, &sensitive);
        }
    }
}

/// Whether a column's name says that it is not for strangers. That there is a password, or since when, is no secret.
fn is_sensitive(context: &Context<'_>, column: &Column) -> bool {
    let name = column.name.to_lowercase();
    let about = column.type_name == "boolean" || column.type_name.starts_with("timestamp") && name.ends_with("_at");
    !about && context.rules.limits.sensitive.iter().any(|pattern| glob::text(&pattern.to_lowercase(), &name))
}

fn exposed(
    context: &Context<'_>,
    report: &mut Report<'_>,
    relation: &Relation,
    column: &Column,
    reach: &[(&str, Rights<'_>)],
    sensitive: &[&Column],
) {
    let reads = |rights: &Rights<'_>| {
        rights.get("SELECT").is_some_and(|columns| columns.is_empty() || columns.contains(&column.number))
    };
    let readers: Vec<(&str, Rows)> = reach
        .iter()
        .filter(|(_, rights)| reads(rights))
        .map(|(role, _)| (*role, rows(context, relation, role)))
        .filter(|(_, rows)| *rows != Rows::None)
        .collect();
    if readers.is_empty() {
        return;
    }
    let all = readers.iter().any(|(_, rows)| *rows == Rows::All);
    let names: Vec<&str> = readers.iter().map(|(role, _)| role_shown(role)).collect();
    let detail = format!("column {} can be read by {}", column.name, names.join(", "));
    let severity = if all { Severity::Error } else { Severity::Warning };
    let mut draft = report.found_at(relation, detail).part(&column.name).severity(severity);
    for (role, rows) in &readers {
        let which = if *rows == Rows::All { "of every row" } else { "of the rows that policies let through" };
        draft = draft.evidence(format!("{} reads it {which}", role_shown(role)));
    }
    let fix: BTreeSet<String> =
        readers.iter().flat_map(|(role, _)| without(context, relation, role, sensitive)).collect();
    let also = sensitive.iter().map(|column| column.name.as_str()).collect::<Vec<_>>().join(", ");
    let remark = sql_comment(&format!("SELECT * fails for these roles then; left out: {also}"));
    draft.fix(format!("{remark}\n{}", fix.into_iter().collect::<Vec<_>>().join("\n")));
}

/// Which rows a role gets.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    None,
    Some,
    All,
}

fn rows(context: &Context<'_>, relation: &Relation, role: &str) -> Rows {
    if !is_table(relation) || !relation.rls {
        return Rows::All;
    }
    let policies: Vec<&Policy> = policies_for(context, relation, role, Command::Select).collect();
    let is_true = |policy: &&Policy| {
        let filled = filled(relation);
        let read = policy.using.as_deref().and_then(Expression::read);
        read.is_some_and(|read| matches!(read.truth(any_row(&filled)), Truth::Always(_)))
    };
    let limited = policies.iter().filter(|policy| !policy.permissive).any(|policy| !is_true(policy));
    let permissive: Vec<_> = policies.iter().filter(|policy| policy.permissive && policy.using.is_some()).collect();
    match permissive.as_slice() {
        [] => Rows::None,
        all if !limited && all.iter().any(|policy| is_true(policy)) => Rows::All,
        _ => Rows::Some,
    }
}

/// Leaves `role` the right to read all columns but `sensitive`, from whomever it has it by.
fn without(context: &Context<'_>, relation: &Relation, role: &str, sensitive: &[&Column]) -> Vec<String> {
    let table = relation.name.sql();
    let is_secret = |number: i16| sensitive.iter().any(|column| column.number == number);
    let held = |grant: &&Grant| grant.privilege == "SELECT" && context.lookup.has_rights_of(role, &grant.grantee);
    let one = |grant: &Grant| {
        let grantee = role_sql(&grant.grantee);
        let names = |numbers: Vec<i16>| {
            context.lookup.columns(relation.oid, &numbers).into_iter().map(ident).collect::<Vec<_>>().join(", ")
        };
        if !grant.columns.is_empty() {
            let secret = names(grant.columns.iter().copied().filter(|number| is_secret(*number)).collect());
            return (!secret.is_empty()).then(|| format!("REVOKE SELECT ({secret}) ON {table} FROM {grantee};"));
        }
        let rest = relation.columns.iter().map(|column| column.number).filter(|number| !is_secret(*number)).collect();
        let rest = names(rest);
        let revoke = format!("REVOKE SELECT ON {table} FROM {grantee};");
        Some(if rest.is_empty() { revoke } else { format!("{revoke}\nGRANT SELECT ({rest}) ON {table} TO {grantee};") })
    };
    relation.grants.iter().filter(held).filter_map(one).collect()
}

#[cfg(test)]
mod tests {
    use crate::core::audit::{Rules, check, facts::Facts, run};

    /// Each of them alone, also one that older servers do not have.
    #[test]
    fn a_right_that_stands_alone_is_found() {
        for (right, found) in [("TRUNCATE", 1), ("REFERENCES", 1), ("TRIGGER", 1), ("MAINTAIN", 1), ("SELECT", 0)] {
            let relation = serde_json::from_value(serde_json::json!({
                "oid": 1, "name": "public.t", "kind": "table", "owner": "o", "parent": null, "rls": false,
                "forced": false, "invoker": false, "rows": null, "dead": 0, "pages": 0, "scans": 0, "scanned": 0,
                "xid_age": null, "unlogged": false, "comment": null,
                "grants": [{"grantee": "", "privilege": right}]
            }));
            let facts = Facts { relations: vec![relation.expect("relation")], ..Facts::default() };
            let audit = run(&facts, &Rules::default(), &[check("RL15").expect("check")], jiff::civil::date(2026, 1, 1));
            let fixes: Vec<_> = audit.findings.iter().map(|finding| &finding.fix).collect();
            let revokes = fixes.iter().filter(|fix| fix.starts_with(&format!("REVOKE {right} ON")));
            assert_eq!((audit.findings.len(), revokes.count()), (found, found), "{right}: {fixes:?}");
        }
    }
}
