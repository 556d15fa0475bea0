//! FV07: functions that the team declared.

use super::function_names::{shown, sql};
use crate::core::{
    audit::{
        check::{Context, Report},
        exposure::{grantee_sql, role_shown},
        facts::Function,
        rules::{ExpectedFunction, Written},
        signature,
    },
    error::nearest,
    name::QName,
    text::printable,
};

/// Functions of this name, with or without a schema: without one those of `public`, else those of any schema.
pub(super) fn candidates<'a>(context: &Context<'a>, written: &str) -> Vec<&'a Function> {
    let Some(name) = QName::parse(written) else { return Vec::new() };
    let all = context.facts.functions.iter();
    let exact: Vec<&Function> = all.clone().filter(|function| function.name == name).collect();
    if !exact.is_empty() || written.contains('.') {
        return exact;
    }
    all.filter(|function| function.name.name == name.name).collect()
}

pub(super) fn fv07(context: &Context<'_>, report: &mut Report<'_>) {
    for expected in &context.rules.expect.functions {
        let named = candidates(context, &expected.value.name);
        if named.is_empty() && context.lookup.is_member(&expected.value.name) {
            continue;
        }
        if named.is_empty() {
            missing(context, report, expected);
            continue;
        }
        let takes = |function: &&&Function| {
            expected.value.arguments.as_deref().is_none_or(|written| signature::takes(function, written))
        };
        let meant: Vec<&Function> = named.iter().filter(takes).copied().collect();
        if meant.is_empty() {
            other_signature(report, expected, &named);
        }
        for function in meant {
            grants(context, report, function, expected);
        }
    }
}

/// What was declared, as findings show a function.
fn wanted(expected: &ExpectedFunction) -> String {
    let name = QName::parse(&expected.name).map_or_else(|| expected.name.clone(), |name| name.to_string());
    expected.arguments.as_ref().map_or_else(|| name.clone(), |arguments| format!("{name}({})", arguments.trim()))
}

fn missing(context: &Context<'_>, report: &mut Report<'_>, expected: &Written<ExpectedFunction>) {
    let name = &expected.value.name;
    let known: Vec<String> = if name.contains('.') {
        context.facts.functions.iter().map(|function| function.name.to_string()).collect()
    } else {
        context.facts.functions.iter().map(|function| function.name.name.clone()).collect()
    };
    let detail = match nearest(name, known.iter().map(String::as_str)) {
        Some(near) => format!("there is no such function, but there is {near}"),
        None => "there is no such function".to_owned(),
    };
    report
        .found(&wanted(&expected.value), detail)
        .evidence(format!("declared: {}", expected.place))
        .fix("-- run the migration that makes it, or change the declaration");
}

fn other_signature(report: &mut Report<'_>, expected: &Written<ExpectedFunction>, named: &[&Function]) {
    let arguments = expected.value.arguments.as_deref().unwrap_or_default().trim();
    let have: Vec<String> = named.iter().map(|function| format!("({})", function.types)).collect();
    let mut draft = report
        .found(&wanted(&expected.value), format!("takes {}, expected ({arguments})", have.join(" or ")))
        .evidence(format!("declared: {}", expected.place));
    for function in named {
        draft = draft.evidence(format!("is: {}({})", function.name, function.arguments));
    }
    draft.fix("-- run the migration that changes its arguments, or change the declaration");
}

/// Compares who may call `function` with who should.
fn grants(context: &Context<'_>, report: &mut Report<'_>, function: &Function, expected: &Written<ExpectedFunction>) {
    let Some(declared) = &expected.value.grant else { return };
    let should: Vec<&str> =
        declared.iter().map(|role| if role.eq_ignore_ascii_case("public") { "" } else { role.as_str() }).collect();
    let is: Vec<&str> = function
        .grants
        .iter()
        .filter(|grant| grant.privilege == "EXECUTE")
        .map(|grant| grant.grantee.as_str())
        .collect();
    let lacking: Vec<&str> =
        should.iter().filter(|role| !is.contains(role) && **role != function.owner).copied().collect();
    // What everybody may, each may.
    let all = should.contains(&"");
    let beyond: Vec<&str> =
        is.iter().filter(|role| !all && !should.contains(role) && !is_backend(context, role)).copied().collect();
    let calls = |role: &str| context.lookup.rights(role, &function.grants).contains_key("EXECUTE");
    let kept_out: Vec<&str> = lacking.iter().filter(|role| !calls(role)).copied().collect();
    if kept_out.is_empty() && beyond.is_empty() {
        return;
    }
    let mut says = Vec::new();
    if !kept_out.is_empty() {
        says.push(format!("{} may not call it", roles(&kept_out)));
    }
    if !beyond.is_empty() {
        says.push(format!("{} may call it, which is not declared", roles(&beyond)));
    }
    report
        .found(&shown(function), says.join("; "))
        .evidence(format!("declared: EXECUTE for {} ({})", or_nobody(&should), expected.place))
        .evidence(format!("is: EXECUTE for {}", or_nobody(&is)))
        .fix(regranted(context, function, &lacking, &beyond));
}

/// Whether row security does not hold for `role` anyway, as for Supabase's `service_role`, which has a right to every
/// function from the start.
fn is_backend(context: &Context<'_>, role: &str) -> bool {
    context.facts.roles.iter().any(|known| known.name == role && (known.superuser || known.bypass_rls))
}

fn regranted(context: &Context<'_>, function: &Function, lacking: &[&str], beyond: &[&str]) -> String {
    let list = |roles: &[&str]| roles.iter().map(|role| grantee_sql(role)).collect::<Vec<_>>().join(", ");
    let (known, unknown): (Vec<&str>, Vec<&str>) =
        lacking.iter().partition(|role| role.is_empty() || context.lookup.has_role(role));
    let mut lines = Vec::new();
    if !beyond.is_empty() {
        lines.push(format!("REVOKE EXECUTE ON {} FROM {};", sql(function), list(beyond)));
    }
    if !known.is_empty() {
        lines.push(format!("GRANT EXECUTE ON {} TO {};", sql(function), list(&known)));
    }
    lines.extend(unknown.iter().map(|role| format!("-- there is no role {}", printable(role))));
    lines.join("\n")
}

fn roles(names: &[&str]) -> String {
    names.iter().map(|role| role_shown(role)).collect::<Vec<_>>().join(", ")
}

fn or_nobody(names: &[&str]) -> String {
    if names.is_empty() { "nobody but its owner".to_owned() } else { roles(names) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::audit::{
        Rules,
        facts::{Facts, Role},
        run,
    };

    fn function(grantee: &str) -> Function {
        let text = format!(
            r#"{{"oid": 1, "name": "public.f", "arguments": "id uuid", "types": "uuid", "procedure": false,
                "aggregate": false, "owner": "app", "definer": true, "search_path": "", "language": "sql",
                "atomic": false, "volatility": "stable", "leakproof": false, "trigger": false,
                "grants": [{{"grantee": "{grantee}", "privilege": "EXECUTE"}}]}}"#
        );
        serde_json::from_str(&text).expect("function")
    }

    #[test]
    fn a_role_above_row_security_may_call_what_is_declared_for_others() {
        let role = |name: &str, bypass_rls| Role {
            name: name.into(),
            superuser: false,
            bypass_rls,
            login: false,
            inherits: Vec::new(),
        };
        let roles = vec![role("service_role", true), role("worker", false)];
        let mut intended = Rules::default();
        intended.expect.functions.push(Written {
            value: ExpectedFunction { name: "f".into(), arguments: None, grant: Some(Vec::new()) },
            place: "pgdeck.toml:1".into(),
        });
        let only = [crate::core::audit::check("FV07").expect("check")];
        for (grantee, found) in [("service_role", 0), ("worker", 1), ("", 1)] {
            let facts = Facts { functions: vec![function(grantee)], roles: roles.clone(), ..Facts::default() };
            let audit = run(&facts, &intended, &only, jiff::civil::date(2026, 1, 1));
            assert_eq!(audit.findings.len(), found, "{grantee}: {:?}", audit.findings);
        }
    }
}
