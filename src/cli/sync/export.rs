//! `pgdeck sync export`

use serde_json::json;

use crate::{
    app::{store::Existing, sync},
    cli::{
        Context,
        args::Export,
        output::{self, Align, Listing},
    },
    core::{error::Result, sync::shape},
};

pub(super) async fn export(arguments: &Export, context: &Context) -> Result<u8> {
    let (deck, job) = (&context.deck, &context.job);
    let existing = Existing::force(arguments.force);
    let exported = sync::export_file(deck, job, &arguments.sets, &arguments.from, &arguments.out, existing).await?;
    let mut listing =
        Listing::new([("set", Align::Left), ("table", Align::Left), ("rows", Align::Right), ("key", Align::Left)]);
    let mut records = Vec::new();
    for (shape, rows) in &exported.tables {
        let key = shape::labels(&shape.key).join(", ");
        listing.rows.push(vec![shape.set.clone(), shape.table.to_string(), rows.to_string(), key]);
        records.push(json!({ "set": shape.set, "table": shape.table, "rows": rows }));
    }
    let out = arguments.out.display().to_string();
    let rows: usize = exported.tables.iter().map(|(_, rows)| rows).sum();
    listing.notes.push(format!("{rows} rows of {} → {out}", arguments.from));
    let record = json!({ "from": arguments.from, "rows": rows, "tables": records, "out": out });
    output::print(context.format, &listing, &record)?;
    Ok(0)
}
