//! An audit as a document: for people, for programs, for the tools that gather results.
//!
//! The same audit gives the same bytes: there is no time in it.

mod junit;
mod markdown;
mod page;
mod sarif;
mod sql;

use serde_json::{Value as Json, json};

pub use self::{
    markdown::markdown,
    page::{explain, page},
    sarif::{ProjectFile, sarif},
    sql::script,
};
use super::{Audit, Finding, Severity};

/// Where a check is explained, from the root of pgdeck's documentation.
pub fn link(id: &str) -> String {
    format!("docs/checks.md#{}", id.to_lowercase())
}

/// `object (part)`, for people.
pub fn place(finding: &Finding) -> String {
    match &finding.part {
        Some(part) => format!("{} ({part})", finding.object),
        None => finding.object.clone(),
    }
}

/// `3 errors, 1 warning, 2 infos, 1 accepted`, and what could not be seen. What is none is left out.
pub fn tally(audit: &Audit) -> String {
    let summary = audit.summary();
    let counted = |count: usize, one: &str, many: &str| match count {
        0 => None,
        1 => Some(format!("1 {one}")),
        count => Some(format!("{count} {many}")),
    };
    let parts = [
        counted(summary.error, "error", "errors"),
        counted(summary.warning, "warning", "warnings"),
        counted(summary.info, "info", "infos"),
        counted(summary.accepted, "accepted", "accepted"),
        counted(audit.unseen.len(), "cannot be seen", "cannot be seen"),
    ];
    let told: Vec<String> = parts.into_iter().flatten().collect();
    if told.is_empty() { "nothing found".into() } else { told.join(", ") }
}

/// A finding in that record.
pub fn finding(finding: &Finding) -> Json {
    json!({
        "id": finding.check,
        "severity": finding.severity,
        "object": finding.object,
        "constraint": finding.part,
        "detail": finding.detail,
        "fix": finding.fix,
        "accepted": finding.accepted,
        "evidence": finding.evidence,
        "docs": link(finding.check),
    })
}

/// The record of `pgdeck audit --format json`.
pub fn json(environment: &str, audit: &Audit) -> Json {
    let skipped = audit.skipped.iter().map(|check| json!({ "id": check.id, "since": release(check.since) }));
    json!({
        "environment": environment,
        "findings": audit.findings.iter().map(finding).collect::<Vec<_>>(),
        "summary": audit.summary(),
        "unseen": audit.unseen,
        "skipped": skipped.collect::<Vec<_>>(),
        "notes": audit.notes,
    })
}

/// `15` for 150000.
pub fn release(version: u32) -> u32 {
    version / 10_000
}

/// The XML of `JUnit` for the findings at or above `limit`; see [`junit`].
pub fn junit(environment: &str, audit: &Audit, limit: Option<Severity>) -> String {
    junit::junit(environment, audit, limit)
}
