//! `pgdeck journal`

use serde_json::json;

use super::{
    Context,
    args::Journal,
    output::{self, Align, Format, Listing},
};
use crate::{
    app::{deck::Deck, journal, sync},
    core::{error::Result, journal::Run, sync::plan::short},
};

const COLUMNS: [(&str, Align); 9] = [
    ("when (UTC)", Align::Left),
    ("run", Align::Left),
    ("action", Align::Left),
    ("environment", Align::Left),
    ("from", Align::Left),
    ("rows", Align::Right),
    ("plan", Align::Left),
    ("operator", Align::Left),
    ("outcome", Align::Left),
];

pub(super) async fn run(arguments: &Journal, context: &Context) -> Result<u8> {
    if let Some(name) = &arguments.environment {
        context.deck.known(name)?;
    }
    let unsettled = sync::settle(&context.deck, &context.job).await?;
    let wanted = |run: &Run| {
        let here = arguments.environment.as_ref().is_none_or(|name| run.last.environment == *name);
        let day = run.began.to_zoned(jiff::tz::TimeZone::UTC).date();
        here && arguments.since.is_none_or(|since| day >= since)
    };
    let mut known = journal::read_whole(&context.deck)?;
    let damage = journal::damage(&context.deck, &known);
    known.runs.retain(wanted);
    let runs = known.runs;
    let mut listing = Listing::new(COLUMNS);
    if context.format != Format::Json {
        listing.rows = runs.iter().map(row).collect();
    }
    if runs.is_empty() && damage.is_empty() {
        listing.notes.push("nothing was written yet".into());
    }
    let why = |run: &Run| unsettled.iter().find(|left| left.run == run.last.run).map(|left| &left.why);
    for run in &runs {
        listing.notes.extend(why(run).map(|why| format!("{}: not known how it ended: {why}", run.last.run)));
    }
    listing.notes.extend(damage.iter().cloned());
    let shown = runs.iter().filter(|_| context.format == Format::Json);
    let records: Vec<_> = shown
        .map(|run| json!({ "began": run.began, "ended": run.last.at, "entry": run.last, "unsettled": why(run) }))
        .collect();
    output::print(context.format, &listing, &json!({ "runs": records, "damaged": damage }))?;
    Ok(0)
}

/// Says what is damaged in the journal, for a verb that rests on it.
pub(super) fn warn_of_damage(deck: &Deck) -> Result<()> {
    let known = journal::read_whole(deck)?;
    if known.damaged > 0 {
        tracing::warn!(lines = known.damaged, "the journal is damaged; `pgdeck journal` says where");
    }
    Ok(())
}

fn row(run: &Run) -> Vec<String> {
    let entry = &run.last;
    vec![
        run.began.strftime("%Y-%m-%d %H:%M:%S").to_string(),
        entry.run.to_string(),
        entry.action.word().into(),
        entry.environment.to_string(),
        entry.from.clone(),
        entry.amount(),
        short(&entry.digest),
        entry.operator.clone(),
        entry.outcome.word().into(),
    ]
}
