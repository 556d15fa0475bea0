//! What a check is, told from its own entry.

use std::fmt::Write as _;

use super::{
    super::{Check, Family, checks},
    release,
};

/// One check for a terminal.
pub fn explain(check: &Check) -> String {
    let mut out = format!("{}  {}\n\n", check.id, check.title);
    let _ = writeln!(out, "{}, {}", check.family.title(), check.severity.word());
    for (head, body) in parts(check) {
        let _ = write!(out, "\n{}\n", wrapped(&format!("{head}: {body}")));
    }
    out
}

/// Columns of a line that are read with ease.
const WIDTH: usize = 80;

/// Our own text, broken between words.
fn wrapped(text: &str) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let width = word.chars().count();
        let between = match column {
            0 => "",
            column if column + 1 + width > WIDTH => "\n",
            _ => " ",
        };
        column = if between == "\n" { width } else { column + between.len() + width };
        out.push_str(between);
        out.push_str(word);
    }
    out
}

/// The page about all of them, `docs/checks.md`.
pub fn page() -> String {
    let mut out = String::from(
        "# The checks of the audit\n\n\
         Made from the table of checks in `src/core/audit/checks`; `UPDATE_DOCS=1 cargo test --test audit` writes it \
         anew. `pgdeck audit --explain ID` says the same.\n",
    );
    for family in Family::ALL {
        let _ = write!(out, "\n## {}\n\n| id | severity | what |\n| --- | --- | --- |\n", family.title());
        for check in checks().filter(|check| check.family == family) {
            let (id, anchor) = (check.id, check.id.to_lowercase());
            let _ = writeln!(out, "| [{id}](#{anchor}) | {} | {} |", check.severity.word(), check.title);
        }
    }
    for check in checks() {
        let _ = write!(out, "\n### {}\n\n**{}** ({})\n", check.id, check.title, check.severity.word());
        for (head, body) in parts(check) {
            let _ = write!(out, "\n*{head}:* {body}\n");
        }
    }
    out
}

/// What there is to say, under its head.
fn parts(check: &Check) -> Vec<(&'static str, String)> {
    let mut parts = vec![("Why it matters", check.why.to_owned()), ("Fix", check.how.to_owned())];
    if check.since > 0 {
        parts.push(("Server", format!("PostgreSQL {} or newer", release(check.since))));
    }
    if !check.manual.is_empty() {
        parts.push(("Manual", format!("PostgreSQL, {}", check.manual)));
    }
    parts
}
