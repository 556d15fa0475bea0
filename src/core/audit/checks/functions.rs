//! FV01 to FV09: functions and views. The list of them, and what functions look up and who may call them.

use crate::core::{
    audit::{
        Severity,
        check::{Check, Context, Family, Report},
        exposure::{self, role_shown},
        facts::{Function, Grant, Schema, Sight},
        signature,
    },
    name::ident,
};

use super::{
    declared_functions,
    function_names::{shown, sql},
    lapses, views,
};

/// The family.
pub(super) const CHECKS: &[Check] = &[
    Check {
        id: "FV01",
        title: "function has a mutable search_path",
        why: "Names without a schema are looked up along search_path, and whoever calls decides what that is. An \
              object of the same name that stands earlier in it takes the place of the one meant; in a SECURITY \
              DEFINER function it runs with the rights of the owner.",
        how: "Fix search_path on the function, with pg_temp as the last; or to '' where the body names every schema.",
        manual: "CREATE FUNCTION, \"Writing SECURITY DEFINER Functions Safely\"",
        needs: &[Sight::Functions],
        run: fv01,
        ..CODE
    },
    Check {
        id: "FV02",
        title: "SECURITY DEFINER function callable by exposed roles",
        why: "A SECURITY DEFINER function passes by row security and grants. In a schema that the API serves, anybody \
              can call it, with any arguments. A new function may be called by PUBLIC unless that is revoked.",
        how: "Revoke EXECUTE from PUBLIC and the API's roles; or move what only policies call to a schema that is not \
              served; or declare who may call it under [expect] functions.",
        manual: "CREATE FUNCTION, \"Writing SECURITY DEFINER Functions Safely\"",
        needs: &[Sight::Functions, Sight::Roles],
        run: fv02,
        ..CODE
    },
    Check {
        id: "FV03",
        severity: Severity::Error,
        title: "view bypasses row-level security",
        why: "A view reads with the rights of its owner unless it says security_invoker. Where the owner is not held \
              by the tables' policies, whoever may read the view sees all of their rows.",
        how: "Set security_invoker on the view. Its readers then need rights on the tables, and their policies hold.",
        manual: "5.9 \"Row Security Policies\" and CREATE VIEW, \"security_invoker\"",
        since: 150_000,
        needs: &[Sight::Dependencies, Sight::Roles],
        run: views::fv03,
        ..CODE
    },
    Check {
        id: "FV04",
        severity: Severity::Error,
        title: "auth.users exposed through a view",
        why: "The addresses, phone numbers and metadata of all accounts stand in auth.users. A view in a schema that \
              the API serves hands them out, and a materialized view does so without any row security.",
        how: "Take the rights on the view away, and keep what the application shows of its users in a table of its \
              own, with policies.",
        manual: "41.5 \"Rules and Privileges\"",
        needs: &[Sight::Dependencies, Sight::Roles],
        run: views::fv04,
        ..CODE
    },
    Check {
        id: "FV05",
        title: "materialized view or foreign table exposed in the API",
        why: "Neither can have row security: whoever may read one sees all of its rows.",
        how: "Take the rights away, or move it to a schema that is not served and read it through a function or view \
              that filters.",
        manual: "5.9 \"Row Security Policies\"",
        needs: &[Sight::Dependencies, Sight::Roles],
        run: views::fv05,
        ..CODE
    },
    Check {
        id: "FV07",
        severity: Severity::Error,
        title: "function differs from its declaration",
        why: "The application calls this function. Without it, with other arguments or without the right to it, that \
              call fails; with more rights than declared, others may call it too.",
        how: "Run the migration that makes it, mend its grants, or change the declaration in pgdeck.toml.",
        manual: "CREATE FUNCTION",
        needs: &[Sight::Functions, Sight::Roles, Sight::Extensions],
        run: declared_functions::fv07,
        ..CODE
    },
    Check {
        id: "FV09",
        title: "disabled trigger, or wrong function volatility or LEAKPROOF",
        why: "A disabled trigger lets rows in that were never looked at, and a foreign key whose triggers are off is \
              not enforced. A VOLATILE function in a policy is called for every row. A LEAKPROOF function sees rows \
              before row security hides them, so it must not be in the hands of an ordinary role.",
        how: "Enable the trigger and look at the rows that came in meanwhile; mark a function STABLE if it writes \
              nothing; take LEAKPROOF away.",
        manual: "36.7 \"Function Volatility Categories\" and 39.1 \"Overview of Trigger Behavior\"",
        needs: &[Sight::Triggers, Sight::Policies, Sight::Functions, Sight::Roles],
        run: lapses::fv09,
        ..CODE
    },
];

/// What the family's checks have in common.
const CODE: Check = Check {
    id: "",
    family: Family::Code,
    severity: Severity::Warning,
    title: "",
    why: "",
    how: "",
    manual: "",
    since: 0,
    needs: &[],
    run: |_, _| {},
};

fn fv01(context: &Context<'_>, report: &mut Report<'_>) {
    for function in &context.facts.functions {
        // The body of these is resolved already, or not made of names.
        let resolved = function.aggregate || function.atomic || matches!(function.language.as_str(), "c" | "internal");
        if resolved || context.is_platforms(&function.name, &function.owner) {
            continue;
        }
        let detail = match function.search_path.as_deref() {
            None => "search_path is whatever the caller has".to_owned(),
            // In a definer function that is its owner's schema, always the same.
            Some(path) if !function.definer && path.contains("$user") => {
                format!("search_path is {path}, so another one for each caller")
            }
            Some(_) => continue,
        };
        let draft = report.found(&shown(function), detail).fix(fixed_path(context, function));
        let draft = draft.evidence(format!("language {}, owner {}", function.language, function.owner));
        if function.definer {
            draft.severity(Severity::Error).evidence("SECURITY DEFINER: it runs with the rights of its owner");
        }
    }
}

/// Fixes `search_path` to where the function finds today what it names without a schema, most likely.
fn fixed_path(context: &Context<'_>, function: &Function) -> String {
    let own = function.name.schema.as_str();
    let mut path = vec![own];
    for name in ["public", "extensions"] {
        let schema = context.facts.schemas.iter().find(|schema| schema.name == name && name != own);
        // Where others may put objects, a definer function must not look.
        path.extend(schema.filter(|schema| !function.definer || !open(schema)).map(|schema| schema.name.as_str()));
    }
    let path: Vec<String> = path.into_iter().map(ident).collect();
    let note = "-- names of other schemas than these have to be written with their schema in the body";
    format!("{note}\nALTER {} SET search_path = {}, pg_temp;", sql(function), path.join(", "))
}

/// Whether others than its owner may create objects in `schema`.
fn open(schema: &Schema) -> bool {
    schema.grants.iter().any(|grant| grant.privilege == "CREATE")
}

fn fv02(context: &Context<'_>, report: &mut Report<'_>) {
    for function in context.facts.functions.iter().filter(|function| function.definer) {
        let callers = context.called_by(function);
        // Once it is declared who may call it, FV07 sees to it that this is so.
        if callers.is_empty() || is_declared(context, function) {
            continue;
        }
        let names: Vec<&str> = callers.iter().map(|role| role_shown(role)).collect();
        let detail = format!("{} may call it with the rights of {}", names.join(", "), function.owner);
        let grants: Vec<&str> = function.grants.iter().map(|grant| role_shown(&grant.grantee)).collect();
        let mut draft = report.found(&shown(function), detail);
        draft = draft.evidence(format!("EXECUTE is granted to {}", grants.join(", ")));
        for (table, policy) in callers_in_policies(context, function) {
            draft = draft.evidence(format!("called by policy {policy} of {table}"));
        }
        draft.fix(withdrawn(context, function, &callers));
    }
}

/// Whether `[expect] functions` says who may call `function`.
fn is_declared(context: &Context<'_>, function: &Function) -> bool {
    context.rules.expect.functions.iter().map(|expected| &expected.value).any(|expected| {
        let meant = declared_functions::candidates(context, &expected.name);
        expected.grant.is_some()
            && meant.iter().any(|candidate| candidate.oid == function.oid)
            && expected.arguments.as_deref().is_none_or(|written| signature::takes(function, written))
    })
}

/// The policies that call `function`, each with its table.
fn callers_in_policies<'a>(context: &Context<'a>, function: &Function) -> Vec<(String, &'a str)> {
    let policies = context.facts.policies.iter().filter(|policy| policy.functions.contains(&function.oid));
    policies.map(|policy| (context.lookup.name(policy.relation), policy.name.as_str())).collect()
}

/// Takes `function` out of the reach of `callers`.
fn withdrawn(context: &Context<'_>, function: &Function, callers: &[&str]) -> String {
    if callers_in_policies(context, function).is_empty() {
        let execute: Vec<Grant> =
            function.grants.iter().filter(|grant| grant.privilege == "EXECUTE").cloned().collect();
        let from = exposure::sources(context, callers, &execute);
        return format!("REVOKE EXECUTE ON {} FROM {from};", sql(function));
    }
    // Those to whom the policies apply have to be able to call it. Policies know it by its id, wherever it lies.
    let hidden = ["private", "internal", "hidden"].into_iter().find(|schema| !context.rules.is_exposed(schema));
    let Some(hidden) = hidden else {
        return "-- policies call it: move it to a schema that is not served".to_owned();
    };
    format!(
        "-- policies call it, so the right to it has to stay; other functions that name it have to be changed\n\
         CREATE SCHEMA IF NOT EXISTS {hidden};\nALTER {} SET SCHEMA {hidden};",
        sql(function)
    )
}
