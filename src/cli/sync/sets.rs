//! `pgdeck sync sets`

use serde_json::json;

use crate::{
    cli::{
        Context,
        output::{self, Align, Listing},
    },
    core::error::Result,
};

pub(super) fn sets(context: &Context) -> Result<u8> {
    let sets = &context.deck.project.sets;
    let mut listing =
        Listing::new([("set", Align::Left), ("table", Align::Left), ("key", Align::Left), ("where", Align::Left)]);
    let mut records = Vec::new();
    for set in sets.pick(&[])? {
        for (at, table) in set.tables.iter().enumerate() {
            let name = if at == 0 { set.name.clone() } else { String::new() };
            let key = if table.key.is_empty() { "primary key".to_owned() } else { table.key.join(", ") };
            listing.rows.push(vec![name, table.table.clone(), key, table.filter.clone().unwrap_or_default()]);
        }
        let tables: Vec<_> = set
            .tables
            .iter()
            .map(|table| json!({ "table": table.table, "key": table.key, "where": table.filter }))
            .collect();
        records.push(json!({ "name": set.name, "tables": tables }));
    }
    listing.notes.push(format!("never synced: {}", sets.never().join(", ")));
    output::print(context.format, &listing, &json!({ "sets": records, "never": sets.never() }))?;
    Ok(0)
}
