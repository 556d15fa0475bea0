//! The fixes as one file for an SQL editor.

use std::fmt::Write as _;

use super::{super::Audit, place};
use crate::core::{sql_text::printable_sql, text::printable};

/// Every fix of a finding that is not accepted, each under a comment that says what it is for. Statements that cannot
/// run inside a transaction (such as `CREATE INDEX CONCURRENTLY`) stand as they are: the file is not wrapped in one.
pub fn script(environment: &str, audit: &Audit) -> String {
    let mut out = format!("-- What the audit of {} would mend. Read it before you run it.\n", comment(environment));
    for finding in audit.findings.iter().filter(|finding| finding.accepted.is_none()) {
        let what = comment(&format!("{} {}: {}", finding.check, place(finding), finding.detail));
        // Writing to a string does not fail.
        let _ = write!(out, "\n-- {what}\n{}\n", printable_sql(&finding.fix));
    }
    out
}

/// Text that stays within its line.
fn comment(text: &str) -> String {
    printable(text).replace('\n', " ")
}
