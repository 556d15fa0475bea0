//! `pgdeck env`

use serde_json::{Value as Json, json};

use super::{
    Context,
    args::{Env, EnvCommand},
    output::{self, Align, Listing},
};
use crate::{
    app::env::{self, Status},
    core::{error::Result, size::bytes, text::thousands},
};

const COLUMNS: [(&str, Align); 13] = [
    ("environment", Align::Left),
    ("kind", Align::Left),
    ("access", Align::Left),
    ("server", Align::Left),
    ("latency", Align::Right),
    ("database", Align::Left),
    ("size", Align::Right),
    ("tables", Align::Right),
    ("columns", Align::Right),
    ("functions", Align::Right),
    ("triggers", Align::Right),
    ("indexes", Align::Right),
    ("policies", Align::Right),
];

pub(super) async fn run(arguments: &Env, context: &Context) -> Result<u8> {
    if let Some(EnvCommand::Forget { name }) = &arguments.command {
        return forget(name, context);
    }
    let names = context.deck.names(&arguments.names)?;
    let statuses = env::statuses(&context.deck, &context.job, &names).await?;
    let mut listing = Listing::new(COLUMNS);
    for status in &statuses {
        listing.rows.push(row(status));
        if let Err(error) = &status.reached {
            listing.notes.push(error.to_string());
        }
    }
    let json: Vec<_> = statuses.iter().map(record).collect();
    output::print(context.format, &listing, &json!({ "environments": json }))?;
    // All of them are shown, and still a script learns that one is not there.
    Ok(statuses.iter().find_map(|status| status.reached.as_ref().err()).map_or(0, |error| error.code.exit()))
}

fn forget(name: &str, context: &Context) -> Result<u8> {
    let forgotten = env::forget(&context.deck, name)?;
    let mut listing = Listing::new([("environment", Align::Left), ("forgotten database", Align::Left)]);
    match &forgotten {
        Some(database) => listing.rows.push(vec![name.to_owned(), database.clone()]),
        None => listing
            .notes
            .push(format!("{name}: pgdeck has written no database under this name, so there is nothing to forget")),
    }
    output::print(context.format, &listing, &json!({ "environment": name, "forgotten": forgotten }))?;
    Ok(0)
}

fn row(status: &Status) -> Vec<String> {
    let access = if status.writable { "RW" } else { "RO" };
    let mut row = vec![status.name.clone(), status.kind.word().into(), access.into()];
    match &status.reached {
        Ok(reached) => {
            let summary = &reached.summary;
            let standby = if reached.standby { " standby" } else { "" };
            row.push(format!("{}{standby}", reached.version));
            row.push(format!("{:.1} ms", reached.latency.as_secs_f64() * 1000.0));
            row.push(summary.database.clone());
            row.push(summary.bytes.map_or_else(|| "?".into(), bytes));
            let counts = [
                summary.tables,
                summary.columns,
                summary.functions,
                summary.triggers,
                summary.indexes,
                summary.policies,
            ];
            row.extend(counts.map(thousands));
        }
        Err(_) => row.push("not reached".into()),
    }
    row
}

fn record(status: &Status) -> Json {
    let mut record = json!({ "name": status.name, "kind": status.kind, "writable": status.writable });
    let facts = match &status.reached {
        Ok(reached) => json!({
            "reachable": true,
            "version": reached.version,
            "standby": reached.standby,
            "latency_ms": reached.latency.as_secs_f64() * 1000.0,
            "objects": reached.summary,
        }),
        Err(error) => json!({ "reachable": false, "error": output::error_record(error) }),
    };
    if let (Some(record), Json::Object(facts)) = (record.as_object_mut(), facts) {
        record.extend(facts);
    }
    record
}
