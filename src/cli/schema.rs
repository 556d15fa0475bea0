//! `pgdeck schema`

use serde_json::json;

use super::{
    Context,
    args::{Diff, FailOn, Schema},
    output::{self, Align, Format, Listing},
};
use crate::{
    app::drift::{
        self, Base, Compared,
        replay::{self, Asked},
    },
    core::{
        drift::{Difference, Drift, report},
        error::Result,
    },
};

/// How much of a value a cell shows, in characters; the rest is for Markdown and JSON.
const SHOWN: usize = 60;

pub(super) async fn run(command: &Schema, context: &Context) -> Result<u8> {
    match command {
        Schema::Diff(arguments) => diff(arguments, context).await,
    }
}

async fn diff(arguments: &Diff, context: &Context) -> Result<u8> {
    let compared = Box::pin(compared(arguments, context)).await?;
    let from = compared.from.to_string();
    let (names, drift, notes) = ((from.as_str(), compared.to.as_str()), &compared.drift, compared.notes());
    match context.format {
        Format::Markdown => output::write(&report::markdown(names, drift, &notes))?,
        Format::Json => {
            let json = report::json(names, drift, compared.replayed.as_ref(), &notes);
            output::print(context.format, &Listing::default(), &json)?;
        }
        Format::Table | Format::Sarif | Format::Junit => {
            output::print(context.format, &listing(names, drift, notes), &json!(null))?;
        }
    }
    Ok(u8::from(arguments.fail_on == FailOn::Difference && !drift.is_none()))
}

async fn compared(arguments: &Diff, context: &Context) -> Result<Compared> {
    let Context { deck, job, .. } = context;
    if let Some(from) = &arguments.from {
        return drift::compare(deck, job, &Base::Environment(from.clone()), &arguments.to).await;
    }
    let Diff { dir, all, as_superuser, pg_bin, .. } = arguments;
    let asked = Asked { dir: dir.clone(), all: *all, as_superuser: *as_superuser, pg_bin: pg_bin.clone() };
    replay::compare(deck, job, &asked, &arguments.to).await
}

/// One line for each difference; then what could not be compared or seen, and how much there is of it.
fn listing(names: (&str, &str), drift: &Drift, notes: Vec<String>) -> Listing {
    let headings = ["change", "kind", "object", "field", names.0, names.1];
    let mut listing = Listing::new(headings.map(|name| (name, Align::Left)));
    listing.rows.extend(drift.differences.iter().map(row));
    let unclear = drift.unclear.iter().map(|unclear| {
        format!("could not be compared: {} {} ({})", unclear.kind.word(), unclear.object, unclear.field)
    });
    listing.notes.extend(unclear);
    listing.notes.extend(report::unseen(names, drift));
    listing.notes.extend(notes);
    listing.notes.push(format!("{} → {}: {}", names.0, names.1, report::tally(drift)));
    if !drift.differences.is_empty() || !drift.unclear.is_empty() {
        listing.notes.push("both sides in full: --format markdown".into());
    }
    listing
}

fn row(difference: &Difference) -> Vec<String> {
    let field = difference.field.clone().unwrap_or_default();
    let value = |value: &Option<String>| value.as_deref().map_or_else(|| "–".into(), shortened);
    vec![
        difference.change.word().into(),
        difference.kind.word().into(),
        difference.object.clone(),
        field,
        value(&difference.from),
        value(&difference.to),
    ]
}

/// The beginning of a text in one line.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= SHOWN {
        return line;
    }
    line.chars().take(SHOWN - 1).chain(['…']).collect()
}
