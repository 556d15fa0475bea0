//! SARIF, the format in which code hosts gather what analysis tools find (OASIS, "Static Analysis Results Interchange
//! Format Version 2.1.0").

use serde_json::{Value as Json, json};
use sha2::{Digest, Sha256};

use super::{
    super::{Audit, Check, Finding, Severity, Unseen, checks},
    link, place,
};

/// The project's file.
#[derive(Debug, Clone, Copy)]
pub struct ProjectFile<'a> {
    /// As it stands in `file:line`.
    pub name: &'a str,
    /// As the host of the code knows it, from the root of the repository.
    pub uri: &'a str,
}

/// The audit as a log of one run. A database has no line to point to, and hosts want one, so each result points to the
/// declaration that it rests on, else to the first line of the project's file.
pub fn sarif(environment: &str, file: ProjectFile<'_>, audit: &Audit) -> Json {
    let results: Vec<Json> = audit.findings.iter().map(|finding| result(environment, file, finding)).collect();
    let skipped = audit.skipped.iter().map(|check| {
        notice("note", check.id, &format!("{} needs PostgreSQL {}", check.id, super::release(check.since)))
    });
    let notices: Vec<Json> = audit.unseen.iter().map(unseen).chain(skipped).collect();
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "pgdeck",
                "version": env!("CARGO_PKG_VERSION"),
                "rules": checks().map(rule).collect::<Vec<_>>(),
            }},
            "automationDetails": { "id": format!("pgdeck/audit/{environment}/") },
            "invocations": [{ "executionSuccessful": true, "toolExecutionNotifications": notices }],
            "results": results,
        }],
    })
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

fn rule(check: &Check) -> Json {
    json!({
        "id": check.id,
        "shortDescription": { "text": check.title },
        "fullDescription": { "text": check.why },
        "help": { "text": check.how, "markdown": format!("{}\n\n{}", check.why, check.how) },
        "defaultConfiguration": { "level": level(check.severity) },
        "properties": { "tags": [check.family.title()], "docs": link(check.id) },
    })
}

fn result(environment: &str, file: ProjectFile<'_>, finding: &Finding) -> Json {
    let line = line(file.name, finding);
    let mut result = json!({
        "ruleId": finding.check,
        "level": level(finding.severity),
        "message": { "text": format!("{}: {}", place(finding), finding.detail) },
        "locations": [{
            "physicalLocation": { "artifactLocation": { "uri": file.uri }, "region": { "startLine": line } },
            "logicalLocations": [{ "fullyQualifiedName": place(finding) }],
        }],
        "partialFingerprints": { "pgdeck/v1": fingerprint(environment, finding) },
        "properties": { "environment": environment, "evidence": finding.evidence, "fix": finding.fix },
    });
    if let Some(accepted) = &finding.accepted {
        result["suppressions"] = json!([{ "kind": "external", "justification": accepted.reason }]);
    }
    result
}

/// The line of `file` that the finding rests on: that of its acceptance, or the one that its evidence names.
fn line(file: &str, finding: &Finding) -> u64 {
    let mark = format!("{file}:");
    let number = |text: &str| -> Option<u64> {
        let digits = text.split(|c: char| !c.is_ascii_digit()).next();
        digits?.parse().ok()
    };
    let accepted = finding.accepted.as_ref().map(|accepted| &accepted.place);
    let mut places = accepted.into_iter().chain(&finding.evidence);
    places.find_map(|text| number(text.rsplit_once(&mark)?.1)).unwrap_or(1)
}

/// What stays the same from run to run: the check and where, not the wording.
fn fingerprint(environment: &str, finding: &Finding) -> String {
    let parts = [environment, finding.check, &finding.object, finding.part.as_deref().unwrap_or_default()];
    let digest = Sha256::digest(parts.join("\u{0}"));
    digest[..16].iter().fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"))
}

fn unseen(unseen: &Unseen) -> Json {
    let object = unseen.object.as_ref().map(|object| format!("{object}: ")).unwrap_or_default();
    notice(level(unseen.severity), unseen.id, &format!("cannot be seen: {object}{}", unseen.reason))
}

fn notice(level: &str, id: &str, text: &str) -> Json {
    json!({ "level": level, "message": { "text": text }, "associatedRule": { "id": id } })
}
