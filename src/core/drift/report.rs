//! Drift written down: JSON for programs, Markdown for documents, one line for people.

use std::fmt::Write as _;

use serde_json::{Value as Json, json};
use similar::TextDiff;

use super::{Change, Difference, Drift, Side, Unseen};
use crate::core::{
    migrations::replay::Replayed,
    sheet::markdown_text,
    text::{printable, printable_lines},
};

/// The two environments' names, in the order of the comparison.
pub type Names<'a> = (&'a str, &'a str);

/// The contract of `pgdeck schema diff --format json`. `replayed` says how migrations were, where these are the first side.
pub fn json(names: Names<'_>, drift: &Drift, replayed: Option<&Replayed>, notes: &[String]) -> Json {
    let differences: Vec<Json> = drift.differences.iter().map(difference).collect();
    let unseen: Vec<Json> = drift.unseen.iter().map(|unseen| unseen_record(names, unseen)).collect();
    json!({
        "from": names.0,
        "to": names.1,
        "differences": differences,
        "unseen": unseen,
        "unclear": drift.unclear,
        "replayed": replayed,
        "notes": notes,
    })
}

/// A difference as JSON has it.
pub fn difference(difference: &Difference) -> Json {
    let Difference { kind, object, change, field, from, to, definitions } = difference;
    json!({
        "kind": kind, "object": object, "change": change, "field": field, "from": from, "to": to,
        "definition": { "from": definitions.0, "to": definitions.1 },
    })
}

fn unseen_record(names: Names<'_>, unseen: &Unseen) -> Json {
    json!({ "environment": environment(names, unseen.side), "kind": unseen.kind, "reason": unseen.reason })
}

fn environment(names: Names<'_>, side: Side) -> &str {
    if side == Side::From { names.0 } else { names.1 }
}

/// What could not be seen, one line for each reason.
pub fn unseen(names: Names<'_>, drift: &Drift) -> Vec<String> {
    let mut lines: Vec<(String, String)> = Vec::new();
    for unseen in &drift.unseen {
        let head = format!("cannot see in {}: {}", environment(names, unseen.side), unseen.reason);
        match lines.iter_mut().find(|(known, _)| *known == head) {
            Some((_, kinds)) => {
                let _ = write!(kinds, ", {}", unseen.kind.word());
            }
            None => lines.push((head, unseen.kind.word().to_owned())),
        }
    }
    lines.into_iter().map(|(head, kinds)| format!("{head}; not compared: {kinds}")).collect()
}

/// Remarks on how the two were compared.
pub fn notes(names: Names<'_>, drift: &Drift) -> Vec<String> {
    let (from, to) = drift.versions;
    if from == to {
        return Vec::new();
    }
    let mut notes = vec![format!(
        "{} is PostgreSQL {from} and {} is {to}: definitions that they write differently were compared by what they say",
        names.0, names.1
    )];
    if !drift.unclear.is_empty() {
        notes.push(format!(
            "{} could not be compared: the versions write them differently, or they differ",
            definitions(drift.unclear.len())
        ));
    }
    notes
}

fn definitions(count: usize) -> String {
    if count == 1 { "1 definition".into() } else { format!("{count} definitions") }
}

/// How much there is of it.
pub fn tally(drift: &Drift) -> String {
    if drift.differences.is_empty() {
        return if drift.is_none() {
            "no differences".into()
        } else {
            "no differences in what could be compared".into()
        };
    }
    let of = |change: Change| drift.differences.iter().filter(|difference| difference.change == change).count();
    let count = drift.differences.len();
    format!(
        "{count} difference{}: {} added, {} removed, {} changed",
        if count == 1 { "" } else { "s" },
        of(Change::Added),
        of(Change::Removed),
        of(Change::Changed)
    )
}

/// The whole comparison as a document: a table of what differs, then what the long ones are in detail.
pub fn markdown(names: Names<'_>, drift: &Drift, notes: &[String]) -> String {
    let (from, to) = (markdown_text(names.0), markdown_text(names.1));
    // Writing to a string does not fail.
    let mut out = format!("# Drift from {from} to {to}\n\n{}.\n", tally(drift));
    if !drift.differences.is_empty() {
        let _ = write!(out, "\n| change | kind | object | field |\n|---|---|---|---|\n");
    }
    for difference in &drift.differences {
        let field = difference.field.as_deref().unwrap_or_default();
        let _ = writeln!(
            out,
            "| {} | {} | {} | {} |",
            difference.change.word(),
            difference.kind.word(),
            markdown_text(&printable(&difference.object)),
            markdown_text(field)
        );
    }
    for difference in &drift.differences {
        let (from, to) = (difference.from.as_deref(), difference.to.as_deref());
        let field = difference.field.as_deref().map(|field| format!(" ({field})")).unwrap_or_default();
        let title = format!("{} {} {}{field}", difference.change.word(), difference.kind.word(), difference.object);
        told(&mut out, &title, from.unwrap_or_default(), to.unwrap_or_default());
    }
    if !drift.unclear.is_empty() {
        let _ = write!(out, "\n## Could not be compared\n");
    }
    for unclear in &drift.unclear {
        let title = format!("{} {} ({})", unclear.kind.word(), unclear.object, unclear.field);
        told(&mut out, &title, &unclear.from, &unclear.to);
    }
    list(&mut out, "Cannot be seen", &unseen(names, drift));
    list(&mut out, "Notes", notes);
    out
}

/// Two texts under a title, line by line.
fn told(out: &mut String, title: &str, from: &str, to: &str) {
    let (from, to) = (printable_lines(from), printable_lines(to));
    let mut lines = String::new();
    for change in TextDiff::from_lines(from.as_ref(), to.as_ref()).iter_all_changes() {
        let _ = writeln!(lines, "{}{}", change.tag(), change.value().trim_end_matches('\n'));
    }
    let longest = lines.split(|c| c != '`').map(str::len).max().unwrap_or_default();
    let fence = "`".repeat((longest + 1).max(3));
    let _ = write!(out, "\n### {}\n\n{fence}diff\n{lines}{fence}\n", markdown_text(&printable(title)));
}

fn list(out: &mut String, title: &str, lines: &[String]) {
    if !lines.is_empty() {
        let _ = write!(out, "\n## {title}\n\n");
    }
    for line in lines {
        let _ = writeln!(out, "- {}", markdown_text(line));
    }
}
