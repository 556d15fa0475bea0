//! `pgdeck sync seed`

use serde_json::json;

use crate::{
    app::sync,
    cli::{
        Context,
        args::Seed,
        output::{self, Align, Listing},
    },
    core::error::Result,
};

pub(super) async fn seed(arguments: &Seed, context: &Context) -> Result<u8> {
    let (deck, job) = (&context.deck, &context.job);
    let seeded = sync::seed(deck, job, &arguments.sets, &arguments.from, &arguments.out).await?;
    let bundle = &seeded.bundle;
    let mut listing = Listing::new([("set", Align::Left), ("table", Align::Left), ("rows", Align::Right)]);
    let mut records = Vec::new();
    let mut sets: Vec<&str> = Vec::new();
    for table in &bundle.tables {
        let (set, name, rows) = (&table.shape.set, &table.shape.table, table.rows.len());
        listing.rows.push(vec![set.clone(), name.to_string(), rows.to_string()]);
        records.push(json!({ "set": set, "table": name, "rows": rows }));
        if !sets.contains(&set.as_str()) {
            sets.push(set);
        }
    }
    let out = arguments.out.display().to_string();
    let outcome = if seeded.changed { "written" } else { "nothing changed" };
    listing.notes.push(format!("{} rows of {} → {out}, {outcome}", bundle.rows(), arguments.from));
    let record = json!({
        "from": arguments.from,
        "sets": sets,
        "rows": bundle.rows(),
        "tables": records,
        "out": out,
        "region": seeded.region,
        "changed": seeded.changed,
    });
    output::print(context.format, &listing, &record)?;
    Ok(0)
}
