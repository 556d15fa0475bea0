//! An audit as Markdown.

use std::fmt::Write as _;

use super::{super::Audit, link, place, release, tally};
use crate::core::{
    audit::{Family, Finding, check},
    sheet::markdown_text as text,
    sql_text::printable_sql,
};

/// The whole audit, family by family, with evidence and fixes.
pub fn markdown(environment: &str, audit: &Audit) -> String {
    // Writing to a string does not fail.
    let mut out = format!("# Audit of {}\n\n{}.\n", text(environment), tally(audit));
    for family in Family::ALL {
        let of = |finding: &&Finding| check(finding.check).is_some_and(|check| check.family == family);
        let findings: Vec<&Finding> = audit.findings.iter().filter(of).collect();
        if !findings.is_empty() {
            let _ = write!(out, "\n## {}\n", family.title());
        }
        for finding in findings {
            told(&mut out, finding);
        }
    }
    list(
        &mut out,
        "Cannot be seen",
        audit.unseen.iter().map(|unseen| {
            let object = unseen.object.as_ref().map(|object| format!(" {}", text(object))).unwrap_or_default();
            format!("{}{object}: {}", unseen.id, text(&unseen.reason))
        }),
    );
    list(
        &mut out,
        "Not for this server",
        audit.skipped.iter().map(|check| format!("{} needs PostgreSQL {}", check.id, release(check.since))),
    );
    list(&mut out, "Notes", audit.notes.iter().map(|note| text(note)));
    out
}

fn told(out: &mut String, finding: &Finding) {
    let id = finding.check;
    let _ = write!(
        out,
        "\n### {} [{id}]({}) {}\n\n{}\n",
        finding.severity.word(),
        link(id),
        text(&place(finding)),
        text(&finding.detail)
    );
    if let Some(accepted) = &finding.accepted {
        let until = accepted.until.as_ref().map(|until| format!(" until {until}")).unwrap_or_default();
        let _ = write!(out, "\nAccepted{until}: {} ({})\n", text(&accepted.reason), text(&accepted.place));
    }
    if !finding.evidence.is_empty() {
        out.push('\n');
    }
    for line in &finding.evidence {
        let _ = writeln!(out, "- {}", text(line));
    }
    let fence = fence(&finding.fix);
    let _ = write!(out, "\n{fence}sql\n{}\n{fence}\n", printable_sql(&finding.fix));
}

/// More backticks than `text` has in a row.
fn fence(text: &str) -> String {
    let longest = text.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    "`".repeat((longest + 1).max(3))
}

fn list(out: &mut String, title: &str, lines: impl Iterator<Item = String>) {
    for (at, line) in lines.enumerate() {
        if at == 0 {
            let _ = write!(out, "\n## {title}\n\n");
        }
        let _ = writeln!(out, "- {line}");
    }
}
