//! `pgdeck audit`

use std::path::Path;

use serde_json::json;

use super::{
    Context,
    args::Audit as Arguments,
    output::{self, Align, Format, Listing},
};
use crate::{
    app::{
        audit::{self, Audited},
        store::{self, Existing},
    },
    core::{
        audit::{Finding, Severity, report},
        error::{Error, Result},
        text::{json_shown, printable_lines},
    },
};

pub(super) async fn run(arguments: &Arguments, context: &Context) -> Result<u8> {
    let only = audit::named(&arguments.only)?;
    let Some(environment) = &arguments.environment else {
        return Err(Error::usage("no environment given").hint("name one with -e ENV"));
    };
    let existing = Existing::force(arguments.force);
    if let Some(path) = &arguments.sql {
        store::vacant(path, existing)?;
    }
    let audited = Box::pin(audit::audit(&context.deck, &context.job, environment, &only)).await?;
    if let Some(path) = &arguments.sql {
        store::write_ours(path, report::script(environment, &audited.audit).as_bytes(), existing)?;
    }
    let limit = arguments.fail_on.severity();
    print(context, &audited, limit)?;
    Ok(u8::from(audit::fails(&audited, limit)))
}

fn print(context: &Context, audited: &Audited, limit: Option<Severity>) -> Result<()> {
    let Audited { environment, audit, .. } = audited;
    let file = context.deck.project.file();
    match context.format {
        Format::Table => output::print(context.format, &listing(audited), &json!(null)),
        Format::Json => output::print(context.format, &Listing::default(), &report::json(environment, audit)),
        Format::Sarif => {
            let uri = from_here(file);
            let file = report::ProjectFile { name: file, uri: &uri };
            output::print(Format::Json, &Listing::default(), &report::sarif(environment, file, audit))
        }
        Format::Markdown => output::write(&report::markdown(environment, audit)),
        Format::Junit => output::write(&report::junit(environment, audit, limit)),
    }
}

/// A path as seen from the working directory, which is the root of a repository where a build runs; as it is where it
/// lies elsewhere.
fn from_here(file: &str) -> String {
    let here = std::env::current_dir().ok();
    let path = Path::new(file);
    here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path).display().to_string()
}

/// One line for each finding; then what could not be seen, and how much there is of it.
fn listing(audited: &Audited) -> Listing {
    let audit = &audited.audit;
    let mut listing = Listing::new(["severity", "check", "object", "finding"].map(|name| (name, Align::Left)));
    listing.rows.extend(audit.findings.iter().map(row));
    let skipped = audit.skipped.iter().map(|check| {
        format!(
            "{} needs PostgreSQL {}, this is {}",
            check.id,
            report::release(check.since),
            audited.facts.database.version / 10_000
        )
    });
    let unseen = audit.unseen.iter().map(|unseen| {
        let object = unseen.object.as_ref().map(|object| format!(" {object}")).unwrap_or_default();
        format!("cannot see {}{object}: {}", unseen.id, unseen.reason)
    });
    listing.notes.extend(unseen.chain(skipped).chain(audit.notes.iter().cloned()));
    listing.notes.push(format!(
        "{}: {} checks, {}",
        audited.environment,
        audit.asked.len() - audit.skipped.len(),
        report::tally(audit)
    ));
    if !audit.findings.is_empty() {
        listing.notes.push(format!(
            "evidence and fixes: --format markdown, --sql FILE · why: pgdeck audit --explain {}",
            audit.findings[0].check
        ));
    }
    listing
}

fn row(finding: &Finding) -> Vec<String> {
    let severity = match &finding.accepted {
        Some(_) => "accepted",
        None => finding.severity.word(),
    };
    let detail = match &finding.accepted {
        Some(accepted) => format!("{}; accepted: {}", finding.detail, accepted.reason),
        None => finding.detail.clone(),
    };
    vec![severity.into(), finding.check.into(), report::place(finding), detail]
}

/// `--explain`: needs neither a project nor a server.
pub(super) fn explain(id: &str, format: Format) -> Result<u8> {
    let checks = audit::named(&[id.to_owned()])?;
    for check in checks {
        let text = match format {
            Format::Json => {
                let record = json!({
                    "id": check.id, "severity": check.severity, "family": check.family.title(), "title": check.title,
                    "why": check.why, "how": check.how, "manual": check.manual,
                    "since": (check.since > 0).then(|| report::release(check.since)), "docs": report::link(check.id),
                });
                json_shown(&format!("{record:#}\n"))
            }
            Format::Table | Format::Markdown => printable_lines(&report::explain(check)).into_owned(),
            Format::Sarif | Format::Junit => {
                return Err(Error::usage("an explanation has no such format").hint("use table, json or markdown"));
            }
        };
        output::write(&text)?;
    }
    Ok(0)
}
