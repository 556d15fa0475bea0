//! What is wrong with a database, by itself and measured by what the team intends. Data in, findings out.

pub mod accept;
pub mod baseline;
pub mod check;
mod checks;
pub mod exposure;
pub mod expression;
pub mod facts;
pub mod finding;
pub mod lookup;
pub mod matrix;
pub mod reach;
pub mod report;
pub mod rules;
pub mod signature;

use jiff::civil::Date;

pub use self::{
    check::{Check, Family},
    finding::{Accepted, Finding, Severity, Unseen},
    rules::Rules,
};
use self::{
    check::{Context, Report},
    facts::{Facts, Sight},
    lookup::Lookup,
};
use crate::core::{error::nearest, text::counted};

/// All that the checks say about one database.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    /// What is wrong, the worst first; accepted findings are among them.
    pub findings: Vec<Finding>,
    /// What the connected role could not see.
    pub unseen: Vec<Unseen>,
    /// Checks that were asked for, whatever came of it.
    pub asked: Vec<&'static Check>,
    /// Checks that this server is too old for.
    pub skipped: Vec<&'static Check>,
    /// Remarks on `pgdeck.toml`, such as an acceptance of something that is not found any more.
    pub notes: Vec<String>,
}

/// How many findings there are of each severity, those accepted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
#[expect(missing_docs, reason = "these are the severities")]
pub struct Summary {
    pub error: usize,
    pub warning: usize,
    pub info: usize,
    pub accepted: usize,
}

/// Every check, in the order of the families and of the ids.
pub fn checks() -> impl Iterator<Item = &'static Check> + Clone {
    checks::ALL.iter().flat_map(|family| family.iter())
}

/// The check of this id.
pub fn check(id: &str) -> Option<&'static Check> {
    checks().find(|check| check.id.eq_ignore_ascii_case(id))
}

/// The id nearest to `typed`.
pub fn nearest_id(typed: &str) -> Option<&'static str> {
    nearest(&typed.to_uppercase(), checks().map(|check| check.id))
}

/// Runs the checks that `only` names, all where it is empty, over `facts`. `today` decides which acceptances hold.
pub fn run(facts: &Facts, rules: &Rules, only: &[&'static Check], today: Date) -> Audit {
    let lookup = Lookup::new(facts);
    let context = Context { facts, lookup: &lookup, rules };
    let mut audit = Audit::default();
    for check in checks().filter(|check| only.is_empty() || only.iter().any(|wanted| wanted.id == check.id)) {
        audit.asked.push(check);
        if facts.database.version < check.since {
            audit.skipped.push(check);
        } else if let Some(reason) = check.needs.iter().find_map(|sight| facts.unseen.get(sight)) {
            audit.unseen.push(Unseen { id: check.id, severity: check.severity, object: None, reason: reason.clone() });
        } else {
            let mut report = Report { check, findings: &mut audit.findings, unseen: &mut audit.unseen };
            (check.run)(&context, &mut report);
        }
    }
    leave_out_locked(&mut audit, &context);
    accept::accept(&mut audit, rules, only, today);
    audit.findings.sort_by(|a, b| a.order().cmp(&b.order()));
    audit
}

/// Of a relation whose indexes or policies could not be read, no check says anything that rests on them.
fn leave_out_locked(audit: &mut Audit, context: &Context<'_>) {
    let rests = |check: &Check| check.needs.iter().any(|sight| matches!(sight, Sight::Indexes | Sight::Policies));
    let ran = |check: &Check| audit.skipped.iter().all(|skipped| skipped.id != check.id);
    let blind: Vec<&Check> = audit.asked.iter().copied().filter(|check| rests(check) && ran(check)).collect();
    let Some(worst) = blind.iter().min_by_key(|check| check.severity) else { return };
    let locked = context.facts.relations.iter().filter(|relation| context.facts.locked.contains(&relation.oid));
    for name in locked.map(|relation| relation.name.to_string()) {
        audit.findings.retain(|finding| finding.object != name || !blind.iter().any(|check| check.id == finding.check));
        audit.unseen.push(Unseen {
            id: worst.id,
            severity: worst.severity,
            object: Some(name),
            reason: format!(
                "somebody keeps it locked against readers, so its indexes and policies cannot be read; {} left out; try again later",
                counted(blind.len(), "check")
            ),
        });
    }
}

impl Audit {
    /// How many findings there are of each severity.
    pub fn summary(&self) -> Summary {
        let mut summary = Summary::default();
        for finding in &self.findings {
            match (&finding.accepted, finding.severity) {
                (Some(_), _) => summary.accepted += 1,
                (None, Severity::Error) => summary.error += 1,
                (None, Severity::Warning) => summary.warning += 1,
                (None, Severity::Info) => summary.info += 1,
            }
        }
        summary
    }

    /// Whether anything as bad as `limit` was found and not accepted, or could not be looked at.
    pub fn fails(&self, limit: Severity) -> bool {
        self.findings.iter().any(|finding| finding.accepted.is_none() && finding.severity <= limit)
            || self.unseen.iter().any(|unseen| unseen.severity <= limit)
    }
}

impl Finding {
    /// Those not accepted first, then the worst first, then by check and object.
    fn order(&self) -> (bool, Severity, &str, &str, Option<&str>) {
        (self.accepted.is_some(), self.severity, self.check, &self.object, self.part.as_deref())
    }
}
