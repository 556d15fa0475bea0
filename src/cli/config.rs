//! `pgdeck config`

use serde_json::json;

use super::{
    Context,
    args::{Check, Config},
    output::{self, Align, Listing},
};
use crate::{
    app::sync::{self, Checked},
    config::place,
    core::{
        error::{Code, Result},
        sync::check::{Finding, Severity},
    },
};

pub(super) async fn run(command: &Config, context: &Context) -> Result<u8> {
    match command {
        Config::Check(Check { live: true, environments }) => live(environments, context).await,
        Config::Check(_) => check(context).map(|()| 0),
        Config::Path => path(context).map(|()| 0),
    }
}

fn path(context: &Context) -> Result<()> {
    let vars = |name: &str| context.deck.var(name);
    let folders = [
        ("configuration", place::config_dir(&vars)?),
        ("cache", place::cache_dir(&vars)?),
        ("state", context.deck.state.clone()),
    ];
    let mut listing = Listing::new([("what", Align::Left), ("folder", Align::Left)]);
    let mut json = serde_json::Map::new();
    for (what, folder) in folders {
        let folder = folder.display().to_string();
        listing.rows.push(vec![what.into(), folder.clone()]);
        json.insert(what.into(), folder.into());
    }
    output::print(context.format, &listing, &json.into())
}

fn check(context: &Context) -> Result<()> {
    let project = &context.deck.project;
    let own = crate::tui::check(&|name: &str| context.deck.var(name))?;
    let mut listing = Listing::new([("environment", Align::Left), ("kind", Align::Left), ("access", Align::Left)]);
    for (name, kind, writable) in project.environments() {
        listing.rows.push(vec![name.into(), kind.word().into(), if writable { "RW" } else { "RO" }.into()]);
    }
    let (sets, never) = (project.sets.all().len(), project.sets.never().len());
    listing.notes.push(format!("{}: {sets} sync sets, {never} never-sync patterns: fine", project.name));
    listing.notes.extend(own.iter().map(|file| format!("{file}: fine")));
    let environments: Vec<_> = project
        .environments()
        .map(|(name, kind, writable)| json!({ "name": name, "kind": kind, "writable": writable }))
        .collect();
    output::print(
        context.format,
        &listing,
        &json!({ "project": project.name, "environments": environments, "sets": sets, "own": own }),
    )
}

/// What is wrong with the sync sets, by environment and table.
async fn live(environments: &[String], context: &Context) -> Result<u8> {
    let checked = sync::check(&context.deck, &context.job, environments).await?;
    if let Some(Err(error)) = checked.iter().map(|c| &c.findings).find(|f| stopped(f)) {
        return Err(error.clone());
    }
    let headings = ["environment", "set", "table", "", "what"].map(|heading| (heading, Align::Left));
    let mut listing = Listing::new(headings);
    let mut exit = 0;
    let mut found: Vec<(&Finding, Vec<&str>)> = Vec::new();
    for Checked { environment, findings } in &checked {
        match findings {
            Ok(findings) => {
                // What is found in several environments is one line.
                for finding in findings {
                    match found.iter_mut().find(|(known, _)| *known == finding) {
                        Some((_, environments)) => environments.push(environment),
                        None => found.push((finding, vec![environment])),
                    }
                }
                let wrong = findings.iter().any(|finding| finding.severity == Severity::Error);
                exit = exit.max(u8::from(wrong));
            }
            Err(error) => {
                let what = error.to_string();
                listing.rows.push(vec![environment.clone(), String::new(), String::new(), "error".into(), what]);
                exit = exit.max(error.code.exit());
            }
        }
    }
    listing.rows.extend(found.iter().map(|(finding, environments)| line(&environments.join(", "), finding)));
    let count = |severity| found.iter().filter(|(finding, _)| finding.severity == severity).count();
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    listing.notes.extend(context.deck.superuser_notes(checked.iter().map(|checked| checked.environment.as_str())));
    let counted = |count: usize, what: &str| format!("{count} {what}{}", if count == 1 { "" } else { "s" });
    listing.notes.push(format!(
        "{} checked: {}, {}",
        counted(checked.len(), "environment"),
        counted(errors, "error"),
        counted(warnings, "warning")
    ));
    output::print(context.format, &listing, &record(&checked))?;
    Ok(exit)
}

fn stopped(findings: &Result<Vec<Finding>>) -> bool {
    findings.as_ref().is_err_and(|error| error.code == Code::Interrupted)
}

fn line(environment: &str, finding: &Finding) -> Vec<String> {
    let Finding { set, table, severity, message, place } = finding;
    // The file is the project's, whose folder everybody knows; with the whole path the line would be all path.
    let file = |place: &String| place.rsplit(['/', '\\']).next().unwrap_or(place).to_owned();
    let place = place.as_ref().map_or_else(String::new, |place| format!(" ({})", file(place)));
    vec![environment.to_owned(), set.clone(), table.clone(), severity.word().into(), format!("{message}{place}")]
}

fn record(checked: &[Checked]) -> serde_json::Value {
    let finding = |finding: &Finding| {
        let Finding { set, table, severity, message, place } = finding;
        json!({ "set": set, "table": table, "severity": severity.word(), "message": message, "place": place })
    };
    let environment = |checked: &Checked| match &checked.findings {
        Ok(findings) => {
            json!({ "name": checked.environment, "findings": findings.iter().map(finding).collect::<Vec<_>>(), "error": null })
        }
        Err(error) => json!({ "name": checked.environment, "findings": [], "error": error.to_string() }),
    };
    json!({ "environments": checked.iter().map(environment).collect::<Vec<_>>() })
}
