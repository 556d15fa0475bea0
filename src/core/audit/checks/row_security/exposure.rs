//! RL01 and RL20: tables that strangers reach without any row security.

use super::common::{is_table, own_tables, partitions, revoke, rights_shown};
use crate::core::{
    audit::{
        check::{Context, Report},
        exposure::{Rights, commands, role_shown},
        facts::{Command, Relation},
        rules::Written,
    },
    glob,
    text::sql_comment,
};

/// Who reaches the rows of a table.
type Reach<'a> = Vec<(&'a str, Rights<'a>)>;

/// How many partitions are named one by one.
const NAMED: usize = 12;

pub fn rl01(context: &Context<'_>, report: &mut Report<'_>) {
    for expected in &context.rules.expect.rls {
        let meant = |relation: &&Relation| is_table(relation) && glob::matches(&expected.value, &relation.name);
        if !context.facts.relations.iter().any(|relation| meant(&relation)) {
            absent(context, report, expected);
        }
    }
    for table in own_tables(context).filter(|table| !table.rls) {
        if !context.lookup.policies(table.oid).is_empty() {
            continue;
        }
        let reach = if table.parent.is_none() { reaching(context, table) } else { Vec::new() };
        let declared = declared(context, table);
        if reach.is_empty() && declared.is_empty() {
            continue;
        }
        open(context, report, table, &reach, &declared);
    }
}

/// The expectations that are about `table`. A glob speaks of a partition by speaking of its parent, which is where its
/// rows are looked for; only by its own name is a partition meant itself.
pub fn declared<'a>(context: &Context<'a>, table: &Relation) -> Vec<&'a Written<String>> {
    let meant = |expected: &&Written<String>| {
        glob::matches(&expected.value, &table.name) && (table.parent.is_none() || !expected.value.contains(['*', '?']))
    };
    context.rules.expect.rls.iter().filter(meant).collect()
}

fn absent(context: &Context<'_>, report: &mut Report<'_>, expected: &Written<String>) {
    let near = context.lookup.nearest(&expected.value);
    let detail = match &near {
        Some(near) => format!("declared to have row security, but there is no such table; the nearest is {near}"),
        None => "declared to have row security, but there is no such table".to_owned(),
    };
    let advice = format!("correct the name in {}", expected.place);
    report.found(&expected.value, detail).evidence(format!("declared: {}", expected.place)).fix(sql_comment(&advice));
}

/// The exposed roles that reach rows of `table`, leaving out rights that have nothing to do with rows.
fn reaching<'a>(context: &Context<'a>, table: &'a Relation) -> Reach<'a> {
    let mut reach = context.reached_by(table);
    reach.retain(|(_, rights)| commands(rights).next().is_some());
    reach
}

fn open(
    context: &Context<'_>,
    report: &mut Report<'_>,
    table: &Relation,
    reach: &Reach<'_>,
    declared: &[&Written<String>],
) {
    let detail = if reach.is_empty() {
        "declared to have row security, which is off".to_owned()
    } else {
        let roles: Vec<&str> = reach.iter().map(|(role, _)| role_shown(role)).collect();
        format!("row security is off, and every row is open to {}", roles.join(", "))
    };
    let mut draft = report.found_at(table, detail);
    for (role, rights) in reach {
        draft = draft.evidence(format!("{} holds {}", role_shown(role), rights_shown(context, table, rights)));
    }
    for expected in declared {
        draft = draft.evidence(format!("declared: {} ({})", expected.value, expected.place));
    }
    let (name, mut fix) = (table.name.sql(), vec![]);
    fix.push(sql_comment(&format!(
        "Then nobody but the owner gets a row without a policy: make one for each role and command that needs rows, \
         such as\nCREATE POLICY … ON {name} FOR SELECT TO … USING (…);"
    )));
    fix.push(format!("ALTER TABLE {name} ENABLE ROW LEVEL SECURITY;"));
    let reached = if reach.is_empty() { Vec::new() } else { bare_partitions(context, table) };
    for (partition, _) in reached.iter().take(NAMED) {
        draft = draft.evidence(format!("its partition {} is reached directly too", partition.name));
    }
    fix.extend(closed(context, &reached));
    draft.fix(fix.join("\n"));
}

pub fn rl20(context: &Context<'_>, report: &mut Report<'_>) {
    for parent in own_tables(context).filter(|table| table.parent.is_none()) {
        let told =
            !parent.rls && (!context.lookup.policies(parent.oid).is_empty() || !reaching(context, parent).is_empty());
        let reached = bare_partitions(context, parent);
        // RL01 and RL03 tell of a parent without row security, and their fix closes the partitions too.
        if told || reached.is_empty() {
            continue;
        }
        let mut draft = match reached.as_slice() {
            [(one, _)] => report.found_at(parent, format!("partition {} is reached directly", one.name)),
            all => report.found_at(parent, format!("{} partitions are reached directly", all.len())),
        };
        for (partition, reach) in reached.iter().take(NAMED) {
            let who: Vec<String> = reach
                .iter()
                .map(|(role, rights)| {
                    format!("{} holds {}", role_shown(role), rights_shown(context, partition, rights))
                })
                .collect();
            draft = draft.evidence(format!("{}: {}", partition.name, who.join("; ")));
        }
        if reached.len() > NAMED {
            draft = draft.evidence(format!("and {} more", reached.len() - NAMED));
        }
        draft.fix(closed(context, &reached).join("\n"));
    }
}

/// The partitions of `table`, of every level, that strangers reach by rights of their own and that have neither row
/// security nor policies.
pub fn bare_partitions<'a>(context: &Context<'a>, table: &Relation) -> Vec<(&'a Relation, Reach<'a>)> {
    let bare = |partition: &&Relation| {
        is_table(partition)
            && !partition.rls
            && !context.is_platforms(&partition.name, &partition.owner)
            && context.lookup.policies(partition.oid).is_empty()
    };
    let bare = partitions(context, table).into_iter().filter(bare);
    bare.map(|partition| (partition, reaching(context, partition))).filter(|(_, reach)| !reach.is_empty()).collect()
}

/// Takes the rights on rows of `partitions` from those who hold them: going through the parent needs none.
pub fn closed(context: &Context<'_>, partitions: &[(&Relation, Reach<'_>)]) -> Vec<String> {
    let words = Command::EACH.map(Command::word);
    let mut out = Vec::new();
    for (partition, reach) in partitions {
        for statement in reach.iter().filter_map(|(role, _)| revoke(context, partition, role, &words)) {
            // Two roles may have a right by the same third one.
            if !out.contains(&statement) {
                out.push(statement);
            }
        }
    }
    out
}
