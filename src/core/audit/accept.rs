//! Findings that somebody said are all right, for a reason and maybe until a day.

use jiff::civil::Date;

use super::{
    Audit, Check,
    finding::{Accepted, Finding},
    rules::{Acceptance, Rules},
};
use crate::core::glob;

/// Marks the findings that `rules` accept on `today`. One whose day is over comes back, and says so; an acceptance of
/// something that no check finds is remarked on, if its check was run.
pub(super) fn accept(audit: &mut Audit, rules: &Rules, only: &[&'static Check], today: Date) {
    for acceptance in &rules.accepted {
        let mut met = false;
        for finding in audit.findings.iter_mut().filter(|finding| acceptance.covers(finding)) {
            met = true;
            if acceptance.until.is_some_and(|until| until < today) {
                let until = acceptance.until.map(|until| until.to_string()).unwrap_or_default();
                finding
                    .evidence
                    .push(format!("was accepted until {until}: {} ({})", acceptance.reason, acceptance.place));
            } else {
                finding.accepted.get_or_insert_with(|| acceptance.mark());
            }
        }
        let ran = only.is_empty() || only.iter().any(|check| check.id == acceptance.check);
        // What was not looked at is not known to be gone.
        let missed = audit.unseen.iter().any(|unseen| unseen.id == acceptance.check)
            || audit.skipped.iter().any(|check| check.id == acceptance.check);
        if ran && !met && !missed {
            audit.notes.push(format!(
                "{}: accepts {} of {}, which is not found here",
                acceptance.place, acceptance.check, acceptance.object
            ));
        }
    }
}

impl Acceptance {
    fn covers(&self, finding: &Finding) -> bool {
        self.check == finding.check
            && glob::text(&self.object, &finding.object)
            && self.part.as_ref().is_none_or(|part| finding.part.as_ref() == Some(part))
    }

    fn mark(&self) -> Accepted {
        Accepted {
            reason: self.reason.clone(),
            until: self.until.map(|until| until.to_string()),
            place: self.place.clone(),
        }
    }
}
