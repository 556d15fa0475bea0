//! `pgdeck sync export`

use serde_json::json;

use crate::{
    app::sync,
    cli::{
        Context,
        args::Export,
        output::{self, Align, Listing},
    },
    core::{error::Result, sync::shape},
};

pub(super) async fn export(arguments: &Export, context: &Context) -> Result<u8> {
    let bundle = sync::export(&context.deck, &context.job, &arguments.sets, &arguments.from).await?;
    sync::save_bundle(&bundle, &arguments.out)?;
    let mut listing =
        Listing::new([("set", Align::Left), ("table", Align::Left), ("rows", Align::Right), ("key", Align::Left)]);
    let mut records = Vec::new();
    for table in &bundle.tables {
        let key = shape::labels(&table.shape.key).join(", ");
        let (set, name, rows) = (&table.shape.set, &table.shape.table, table.rows.len());
        listing.rows.push(vec![set.clone(), name.to_string(), rows.to_string(), key]);
        records.push(json!({ "set": set, "table": name, "rows": rows }));
    }
    let out = arguments.out.display().to_string();
    listing.notes.push(format!("{} rows of {} → {out}", bundle.rows(), arguments.from));
    output::print(
        context.format,
        &listing,
        &json!({ "from": arguments.from, "rows": bundle.rows(), "tables": records, "out": out }),
    )?;
    Ok(0)
}
