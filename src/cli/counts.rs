//! `pgdeck counts`

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{Mutex, PoisonError},
};

use serde_json::{Value as Json, json};

use super::{
    Context,
    args::{Counts as Arguments, FailOn},
    output::{self, Align, Listing},
};
use crate::{
    app::counts::{self, Listing as Tables, Snapshot},
    core::{
        counts::{Count, Counts, Delta, delta},
        error::{Error, Result},
        name::QName,
        text::thousands,
    },
};

pub(super) async fn run(arguments: &Arguments, context: &Context) -> Result<u8> {
    let names = context.deck.names(&arguments.environments)?;
    let snapshot = arguments.against.as_deref().map(|name| counts::load(&context.deck, name)).transpose()?;
    let mut listings = Vec::new();
    for name in &names {
        listings.push((name.clone(), counts::tables(&context.deck, &context.job, name, &[]).await?));
    }
    counts::check_globs(&listings.iter().map(|(_, listing)| listing).collect::<Vec<_>>(), &arguments.tables)?;
    for (name, listing) in &mut listings {
        listing.retain(&arguments.tables);
        if arguments.exact {
            count(context, name, listing).await?;
        }
    }
    if let Some(name) = &arguments.save {
        let saved = listings.iter().map(|(name, listing)| (name.clone(), listing.counts.clone())).collect();
        counts::save(&context.deck, name, saved)?;
    }
    let columns = columns(&listings, snapshot.as_ref())?;
    let tables: BTreeSet<&QName> = columns.iter().flat_map(|column| column.counts.tables.keys()).collect();
    let (text, differences) = listing(&tables, &columns);
    output::print(context.format, &text, &record(&names, &tables, &columns))?;
    let fail_on = arguments.fail_on.unwrap_or(if snapshot.is_some() { FailOn::Difference } else { FailOn::Never });
    Ok(u8::from(differences > 0 && fail_on == FailOn::Difference))
}

/// Replaces the estimates.
async fn count(context: &Context, name: &str, listing: &mut Tables) -> Result<()> {
    let tables: Vec<_> = listing.catalog.tables.values().cloned().collect();
    let exact = Mutex::new(BTreeMap::new());
    let each = |table, count| {
        exact.lock().unwrap_or_else(PoisonError::into_inner).insert(table, count);
    };
    counts::exact(&context.deck, &context.job, name, &tables, each).await?;
    listing.counts.tables = exact.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(())
}

/// One column of the output.
struct Column {
    title: String,
    environment: String,
    then: bool,
    counts: Counts,
}

fn columns(listings: &[(String, Tables)], snapshot: Option<&Snapshot>) -> Result<Vec<Column>> {
    let mut columns = Vec::new();
    for (name, listing) in listings {
        if let Some(snapshot) = snapshot {
            let then = snapshot.environments.get(name).ok_or_else(|| {
                Error::usage("the snapshot does not hold this environment")
                    .env(name)
                    .hint("pass -e with an environment that is in the snapshot")
            })?;
            let shown = listing.counts.tables.keys().chain(then.tables.keys());
            let shown: BTreeMap<_, _> =
                shown.filter_map(|table| Some((table.clone(), then.tables.get(table)?.clone()))).collect();
            columns.push(Column {
                title: format!("{name} then"),
                environment: name.clone(),
                then: true,
                counts: Counts { tables: shown },
            });
        }
        columns.push(Column {
            title: name.clone(),
            environment: name.clone(),
            then: false,
            counts: listing.counts.clone(),
        });
    }
    Ok(columns)
}

fn listing(tables: &BTreeSet<&QName>, columns: &[Column]) -> (Listing, usize) {
    let mut headings = vec![("table".to_owned(), Align::Left)];
    headings.extend(columns.iter().map(|column| (column.title.clone(), Align::Right)));
    if columns.len() == 2 {
        headings.push(("Δ".to_owned(), Align::Right));
    }
    let mut out = Listing::new(headings);
    let mut differences = 0;
    for table in tables {
        let counts: Vec<_> = columns.iter().map(|column| column.counts.tables.get(*table)).collect();
        let mut row = vec![table.to_string()];
        row.extend(counts.iter().map(|count| shown(*count)));
        if let [from, to] = counts[..] {
            row.push(match delta(from, to) {
                Delta::Rows(0) => "=".into(),
                Delta::Rows(rows) => format!("{rows:+}").replace('-', "−"),
                Delta::Unknown => "?".into(),
            });
        }
        differences += usize::from(differs(&counts));
        out.rows.push(row);
    }
    out.notes
        .push(format!("{} tables, {differences} differ; ~ marks the planner's estimate, --exact counts", tables.len()));
    (out, differences)
}

fn differs(counts: &[Option<&Count>]) -> bool {
    counts.windows(2).any(|pair| !matches!(delta(pair[0], pair[1]), Delta::Rows(0)))
}

fn shown(count: Option<&Count>) -> String {
    match count {
        None => "not there".into(),
        Some(Count::Exact { rows }) => thousands(*rows),
        Some(Count::Estimate { rows }) => format!("~{}", thousands(*rows)),
        Some(Count::Unknown { reason }) => format!("? {reason}"),
    }
}

fn record(names: &[String], tables: &BTreeSet<&QName>, columns: &[Column]) -> Json {
    let count = |table: &QName, column: &Column| match column.counts.tables.get(table) {
        Some(Count::Exact { rows }) => json!({ "kind": "exact", "rows": rows, "reason": null }),
        Some(Count::Estimate { rows }) => json!({ "kind": "estimate", "rows": rows, "reason": null }),
        Some(Count::Unknown { reason }) => json!({ "kind": "unknown", "rows": null, "reason": reason }),
        None => json!({ "kind": "unknown", "rows": null, "reason": "there is no such table" }),
    };
    let of = |table: &QName, then: bool| -> serde_json::Map<String, Json> {
        let columns = columns.iter().filter(|column| column.then == then);
        columns.map(|column| (column.environment.clone(), count(table, column))).collect()
    };
    let with_snapshot = columns.iter().any(|column| column.then);
    let tables: Vec<_> = tables
        .iter()
        .map(|table| {
            let mut record = json!({ "table": table, "counts": of(table, false) });
            if let Some(record) = record.as_object_mut().filter(|_| with_snapshot) {
                record.insert("then".into(), of(table, true).into());
            }
            record
        })
        .collect();
    json!({ "environments": names, "tables": tables })
}
