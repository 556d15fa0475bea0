//! FV09: triggers that do not fire, and what functions promise.

use super::function_names::{shown, sql};
use crate::core::{
    audit::{
        check::{Context, Report},
        facts::{Function, Policy, Relation, Trigger, Volatility},
    },
    name::ident,
};

pub(super) fn fv09(context: &Context<'_>, report: &mut Report<'_>) {
    disabled(context, report);
    volatile(context, report);
    leakproof(context, report);
}

fn disabled(context: &Context<'_>, report: &mut Report<'_>) {
    let off: Vec<&Trigger> =
        context.facts.triggers.iter().filter(|trigger| !trigger.enabled && !trigger.copied).collect();
    // A foreign key has two triggers on either side; what they enforce is told once for each table.
    let same =
        |a: &&Trigger, b: &&Trigger| a.relation == b.relation && a.enforces.is_some() && a.enforces == b.enforces;
    let mut sorted = off;
    sorted.sort_by_key(|trigger| (trigger.relation, trigger.enforces.as_deref(), trigger.name.as_str()));
    for group in sorted.chunk_by(same) {
        let Some(table) = context.lookup.relation(group[0].relation) else { continue };
        if context.is_platforms(&table.name, &table.owner) {
            continue;
        }
        let (part, detail) = match &group[0].enforces {
            Some(constraint) => (constraint, format!("constraint {constraint} is not enforced: its triggers are off")),
            None => (&group[0].name, format!("trigger {} is disabled", group[0].name)),
        };
        let mut draft = report.found_at(table, detail).part(part);
        if group[0].enforces.is_some() {
            draft = draft.evidence("enabling them again does not look at the rows that came in meanwhile");
        }
        draft.fix(group.iter().map(|trigger| enabled(table, trigger)).collect::<Vec<_>>().join("\n"));
    }
}

fn enabled(table: &Relation, trigger: &Trigger) -> String {
    format!("ALTER TABLE {} ENABLE TRIGGER {};", table.name.sql(), ident(&trigger.name))
}

fn volatile(context: &Context<'_>, report: &mut Report<'_>) {
    for function in context.facts.functions.iter().filter(|function| function.volatility == Volatility::Volatile) {
        let calls: Vec<&Policy> =
            context.facts.policies.iter().filter(|policy| policy.functions.contains(&function.oid)).collect();
        if calls.is_empty() || context.is_platforms(&function.name, &function.owner) {
            continue;
        }
        let detail = "a policy calls it for every row, because it is VOLATILE";
        let mut draft = report.found(&shown(function), detail);
        for policy in calls {
            draft = draft.evidence(format!("policy {} of {}", policy.name, context.lookup.name(policy.relation)));
        }
        draft.fix(format!("-- if it writes nothing\nALTER {} STABLE;", sql(function)));
    }
    for policy in &context.facts.policies {
        let Some(name) = built_in(policy) else { continue };
        let Some(table) = context.lookup.relation(policy.relation) else { continue };
        if context.is_platforms(&table.name, &table.owner) {
            continue;
        }
        let mut draft = report.found_at(table, format!("policy calls {name}(), which is VOLATILE")).part(&policy.name);
        for (word, text) in [("USING", &policy.using), ("WITH CHECK", &policy.check)] {
            if let Some(text) = text {
                draft = draft.evidence(format!("{word} {text}"));
            }
        }
        draft.fix(format!(
            "-- write the policy without {name}(), for instance with now() in place of clock_timestamp()"
        ));
    }
}

/// Functions of the server's own that are volatile and that somebody may put into a policy. The catalogue does not say
/// which of these a policy calls, so its text has to.
const VOLATILE: &[&str] =
    &["clock_timestamp", "currval", "gen_random_uuid", "nextval", "random", "set_config", "setval", "timeofday"];

/// The first volatile function of the server's own that a policy calls.
fn built_in(policy: &Policy) -> Option<&'static str> {
    let texts = [policy.using.as_deref(), policy.check.as_deref()];
    texts.into_iter().flatten().find_map(|text| {
        let code = without_quoted(text);
        VOLATILE.iter().copied().find(|name| calls(&code, name))
    })
}

/// Whether `code` has a call of `name` without a schema, as the server writes its own functions.
fn calls(code: &str, name: &str) -> bool {
    code.match_indices(name).any(|(at, _)| {
        let before = code[..at].chars().next_back();
        code[at + name.len()..].starts_with('(')
            && !before.is_some_and(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$'))
    })
}

/// The text of an expression, as the server writes it, without what stands in quotes.
fn without_quoted(text: &str) -> String {
    let (mut out, mut quote) = (String::new(), None);
    for c in text.chars() {
        match quote {
            Some(end) if c == end => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None => out.push(c),
        }
    }
    out
}

fn leakproof(context: &Context<'_>, report: &mut Report<'_>) {
    let trusted = |owner: &str| context.facts.roles.iter().any(|role| role.name == owner && role.superuser);
    let own = |function: &&Function| !matches!(function.language.as_str(), "c" | "internal");
    for function in context.facts.functions.iter().filter(|function| function.leakproof).filter(own) {
        if trusted(&function.owner) || context.is_platforms(&function.name, &function.owner) {
            continue;
        }
        let detail = format!("is LEAKPROOF and belongs to {}, who is no superuser", function.owner);
        report
            .found(&shown(function), detail)
            .evidence("it is given rows before row security and security barriers hide them")
            .fix(format!("ALTER {} NOT LEAKPROOF;", sql(function)));
    }
}
