//! What a check is. Checks are data: help, the pages of `docs/checks.md`, SARIF rules and the pane's explanations all
//! come from the same entry.

use super::{
    facts::{Facts, Oid, Relation, Sight},
    finding::{Finding, Severity, Unseen},
    lookup::Lookup,
    rules::Rules,
};

/// A group of checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Family {
    /// Foreign keys.
    ForeignKeys,
    /// Row level security and what strangers reach.
    RowSecurity,
    /// Functions and views.
    Code,
    /// Indexes.
    Indexes,
    /// Tables, keys and sequences.
    Tables,
    /// What needs care as time goes by.
    Upkeep,
}

impl Family {
    /// All, in the order in which they are shown.
    pub const ALL: [Family; 6] =
        [Family::ForeignKeys, Family::RowSecurity, Family::Code, Family::Indexes, Family::Tables, Family::Upkeep];

    /// Its title.
    pub fn title(self) -> &'static str {
        match self {
            Family::ForeignKeys => "Foreign keys",
            Family::RowSecurity => "Row security and exposure",
            Family::Code => "Functions and views",
            Family::Indexes => "Indexes",
            Family::Tables => "Tables, keys and sequences",
            Family::Upkeep => "Upkeep",
        }
    }
}

/// One check.
#[derive(Debug)]
pub struct Check {
    /// Its id, such as `FK03`. Stable for ever.
    pub id: &'static str,
    /// Its group.
    pub family: Family,
    /// How bad its findings are, unless one says otherwise.
    pub severity: Severity,
    /// What is wrong, some words, no full stop.
    pub title: &'static str,
    /// Why that matters, one or a few sentences.
    pub why: &'static str,
    /// Fix, one or a few sentences.
    pub how: &'static str,
    /// The section of the PostgreSQL manual that tells more, such as `5.4.5 "Foreign Keys"`.
    pub manual: &'static str,
    /// The first server version that has what it is about, as `server_version_num`; 0 for all.
    pub since: u32,
    /// What it has to be able to read.
    pub needs: &'static [Sight],
    /// Looks.
    pub run: fn(&Context<'_>, &mut Report<'_>),
}

/// What a check looks at.
#[derive(Debug)]
pub struct Context<'a> {
    /// The database.
    pub facts: &'a Facts,
    /// The same, to be found by id and by name.
    pub lookup: &'a Lookup<'a>,
    /// What the team intends.
    pub rules: &'a Rules,
}

/// Where a check puts what it says.
#[derive(Debug)]
pub struct Report<'a> {
    /// The check at work.
    pub check: &'static Check,
    /// What was found.
    pub findings: &'a mut Vec<Finding>,
    /// What could not be looked at.
    pub unseen: &'a mut Vec<Unseen>,
}

impl Report<'_> {
    /// Says that something is wrong with `object`. More is said about it by what this returns.
    pub fn found(&mut self, object: &(impl ToString + ?Sized), detail: impl Into<String>) -> Draft<'_> {
        self.findings.push(Finding {
            check: self.check.id,
            severity: self.check.severity,
            object: object.to_string(),
            part: None,
            detail: detail.into(),
            evidence: Vec::new(),
            fix: String::new(),
            relation: None,
            accepted: None,
        });
        let at = self.findings.len() - 1;
        Draft { finding: &mut self.findings[at] }
    }

    /// The same of a table, which is kept with it.
    pub fn found_at(&mut self, relation: &Relation, detail: impl Into<String>) -> Draft<'_> {
        let draft = self.found(&relation.name, detail);
        draft.finding.relation = Some(relation.oid);
        draft
    }

    /// Says that `object` could not be looked at.
    pub fn unseen(&mut self, object: &(impl ToString + ?Sized), reason: impl Into<String>) {
        self.unseen.push(Unseen {
            id: self.check.id,
            severity: self.check.severity,
            object: Some(object.to_string()),
            reason: reason.into(),
        });
    }
}

/// A finding to which more is said.
#[derive(Debug)]
pub struct Draft<'a> {
    finding: &'a mut Finding,
}

// What is said of a draft is in the report already, so what these return may be let go.
#[expect(clippy::return_self_not_must_use, reason = "a draft speaks to the report as it is called")]
impl Draft<'_> {
    /// How bad it is here, where that differs from the check's own.
    pub fn severity(self, severity: Severity) -> Self {
        self.finding.severity = severity;
        self
    }

    /// The constraint, policy, index, trigger or column.
    pub fn part(self, name: impl Into<String>) -> Self {
        self.finding.part = Some(name.into());
        self
    }

    /// A line of what it rests on.
    pub fn evidence(self, line: impl Into<String>) -> Self {
        self.finding.evidence.push(line.into());
        self
    }

    /// SQL that mends it.
    pub fn fix(self, sql: impl Into<String>) -> Self {
        self.finding.fix = sql.into();
        self
    }

    /// The table that it is about.
    pub fn about(self, relation: Oid) -> Self {
        self.finding.relation = Some(relation);
        self
    }
}
