//! What a check says.

use serde::Serialize;

use super::facts::Oid;

/// How bad something is; the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Wrong now, or sure to go wrong.
    Error,
    /// Likely wrong.
    Warning,
    /// Worth knowing.
    Info,
}

impl Severity {
    /// All, the worst first.
    pub const ALL: [Severity; 3] = [Severity::Error, Severity::Warning, Severity::Info];

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Info => "info",
        }
    }
}

/// Something that is wrong, at one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The check's id.
    pub check: &'static str,
    /// How bad it is here.
    pub severity: Severity,
    /// The object: a table, function, view, sequence, role, …; written as SQL names it.
    pub object: String,
    /// The constraint, policy, index, trigger or column of that object.
    pub part: Option<String>,
    /// What is wrong, one line.
    pub detail: String,
    /// What that rests on, a line each: the rule, the text of a policy, a count, the place of an expectation.
    pub evidence: Vec<String>,
    /// SQL that mends it, to be run as the owner. Where a person has to decide, it is a comment.
    pub fix: String,
    /// The table that it is about, for whoever wants to show that.
    pub relation: Option<Oid>,
    /// Why it is all right, where somebody said so.
    pub accepted: Option<Accepted>,
}

/// An acceptance that holds today.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Accepted {
    /// Why.
    pub reason: String,
    /// The last day on which it holds, as `2027-01-31`.
    pub until: Option<String>,
    /// Where it stands, as `file:line`.
    pub place: String,
}

/// Something that could not be looked at. Not the same as being in order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unseen {
    /// The check's id.
    pub id: &'static str,
    /// How bad a finding of it would be.
    pub severity: Severity,
    /// The object; `None` where it is all of them.
    pub object: Option<String>,
    /// Why, and what would help.
    pub reason: String,
}
