//! RL17: Supabase's storage and queues.

use super::{
    common::{alter, filled, is_table, unbracketed, written},
    expressions::served,
};
use crate::core::{
    audit::{
        check::{Context, Report},
        exposure::{commands, role_shown},
        expression::{Expression, Given, Truth},
        facts::{Bucket, Command, Policy, Relation, Sight},
        matrix::policies_for,
    },
    name::literal,
    text::sql_comment,
};

pub fn rl17(context: &Context<'_>, report: &mut Report<'_>) {
    buckets(context, report);
    queues(context, report);
}

fn buckets(context: &Context<'_>, report: &mut Report<'_>) {
    let Some(objects) = context.lookup.named("storage.objects") else { return };
    if let Some(reason) = context.facts.unseen.get(&Sight::Buckets) {
        report.unseen(&objects.name, reason.clone());
        return;
    }
    let reach = served(context, objects);
    for policy in context.lookup.policies(objects.oid).iter().filter(|policy| policy.permissive) {
        let reads = |role: &str| policies_for(context, objects, role, Command::Select).any(|p| p.name == policy.name);
        let readers: Vec<&str> = reach
            .iter()
            .filter(|(role, rights)| rights.contains_key("SELECT") && reads(role))
            .map(|(role, _)| role_shown(role))
            .collect();
        let listed: Vec<&Bucket> =
            context.facts.buckets.iter().filter(|bucket| bucket.public && lists(objects, policy, bucket)).collect();
        if readers.is_empty() || listed.is_empty() || !objects.rls {
            continue;
        }
        let names: Vec<&str> = listed.iter().map(|bucket| bucket.name.as_str()).collect();
        let detail = format!("policy {} lets {} list public {}", policy.name, readers.join(", "), names.join(", "));
        report
            .found_at(objects, detail)
            .part(&policy.name)
            .evidence(written(policy))
            .fix(unlisted(objects, policy, &listed));
    }
}

/// Whether `policy` lets through every file of `bucket`.
fn lists(objects: &Relation, policy: &Policy, bucket: &Bucket) -> bool {
    let filled = filled(objects);
    let given = Given { filled: &filled, equal: Some(("bucket_id", &bucket.id)) };
    let read = policy.using.as_deref().and_then(Expression::read);
    read.is_some_and(|read| matches!(read.truth(given), Truth::Always(_)))
}

/// Leaves the public buckets out of `policy`. Their files are served without one; only replacing a file (upsert) asks
/// for it.
fn unlisted(objects: &Relation, policy: &Policy, listed: &[&Bucket]) -> String {
    let about = "The files of a public bucket are served without it; replacing one (upsert) needs a policy that lets \
                 its owner see it";
    let ids = listed.iter().map(|bucket| literal(&bucket.id)).collect::<Vec<_>>().join(", ");
    let using = policy.using.as_deref().map_or("true", unbracketed);
    let narrowed = alter(objects, policy, Some(&format!("({using}) AND bucket_id <> ALL (ARRAY[{ids}])")), None);
    if policy.command == Command::Select {
        format!("{}\n{narrowed}", sql_comment(about))
    } else {
        sql_comment(&format!(
            "{about}. This one is for other commands too: make one for each, and none for SELECT\n{narrowed}"
        ))
    }
}

/// Queues of the `pgmq` extension: a table `q_NAME` each, served by the functions of `pgmq_public`. Where the schema of
/// the tables is exposed itself, RL01 tells.
fn queues(context: &Context<'_>, report: &mut Report<'_>) {
    if !context.rules.is_exposed("pgmq_public") || context.rules.is_exposed("pgmq") {
        return;
    }
    for queue in context.facts.relations.iter().filter(|relation| is_queue(relation) && !relation.rls) {
        if !context.lookup.policies(queue.oid).is_empty() {
            continue;
        }
        let reach = context.holders(queue);
        let roles: Vec<&str> =
            reach.iter().filter(|(_, r)| commands(r).next().is_some()).map(|(role, _)| role_shown(role)).collect();
        if roles.is_empty() {
            continue;
        }
        let name = queue.name.sql();
        report
            .found_at(queue, format!("a queue without row security, open to {} by pgmq_public", roles.join(", ")))
            .evidence("pgmq_public is among the exposed schemas")
            .fix(format!(
                "{}\nALTER TABLE {name} ENABLE ROW LEVEL SECURITY;",
                sql_comment("Make a policy for each role that sends or reads through the API")
            ));
    }
}

fn is_queue(relation: &Relation) -> bool {
    let has = |name| relation.column_named(name).is_some();
    is_table(relation)
        && relation.name.schema == "pgmq"
        && relation.name.name.starts_with("q_")
        && ["msg_id", "read_ct", "vt", "message"].into_iter().all(has)
}
