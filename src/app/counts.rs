//! Rows and bytes per table: estimates at once, exact counts on demand, snapshots.

use std::{collections::BTreeMap, path::PathBuf};

use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};

use super::{deck::Deck, job::Job, store};
use crate::{
    core::{
        counts::{Count, Counts},
        error::{Code, Error, Result, did_you_mean},
        glob,
        name::QName,
        schema::{Catalog, Relation, Table},
    },
    pg::{catalog, counts as pg},
};

/// What is known of one environment's tables.
#[derive(Debug, Clone, Default)]
pub struct Listing {
    /// The catalogue.
    pub catalog: Catalog,
    /// How many rows each table has.
    pub counts: Counts,
    /// Bytes, with indexes and TOAST.
    pub sizes: BTreeMap<QName, u64>,
}

/// How many tables are counted at once.
const SIDE_BY_SIDE: usize = 3;

/// Reads an environment's tables with the planner's estimates.
pub async fn estimates(deck: &Deck, job: &Job, environment: &str, globs: &[String]) -> Result<Listing> {
    let mut reader = job.drop_on_cancel(deck.reader(environment)).await?;
    let canceller = reader.canceller();
    let work = async {
        let tx = reader.begin_read().await?;
        let (mut catalog, sizes) = tokio::try_join!(catalog::read(&tx), pg::sizes(&tx))?;
        tx.rollback().await?;
        catalog.tables.retain(|_, table| is_counted(table));
        check_globs(&catalog, globs)?;
        catalog.tables.retain(|name, _| globs.is_empty() || globs.iter().any(|pattern| glob::matches(pattern, name)));
        let tables = catalog.tables.values().map(|table| (table.name.clone(), estimate(table))).collect();
        Ok(Listing { counts: Counts { tables }, catalog, sizes })
    };
    job.cancel_on_server(&canceller, work).await.map_err(|error| error.env(environment))
}

fn is_counted(table: &Table) -> bool {
    !table.partition && matches!(table.relation, Relation::Table | Relation::Partitioned | Relation::MaterializedView)
}

/// A glob that names nothing is a mistake, not an empty answer.
fn check_globs(catalog: &Catalog, globs: &[String]) -> Result<()> {
    for pattern in globs {
        if !catalog.tables.keys().any(|name| glob::matches(pattern, name)) {
            let names = catalog.tables.keys().map(|name| name.name.as_str());
            return Err(Error::usage("no table has this name").object(pattern).hint(
                crate::core::error::nearest(pattern, names)
                    .map_or_else(|| "`pgdeck counts` lists them".to_owned(), |name| did_you_mean(pattern, [name])),
            ));
        }
    }
    Ok(())
}

fn estimate(table: &Table) -> Count {
    match (hidden(table), table.estimate) {
        (Some(reason), _) => Count::unknown(reason),
        (None, Some(rows)) => Count::Estimate { rows },
        (None, None) => Count::unknown("never analysed"),
    }
}

/// Why a table's rows cannot be known to this role.
fn hidden(table: &Table) -> Option<&'static str> {
    if !table.readable {
        Some("no right to read")
    } else if table.rls_hides {
        Some("RLS hides rows")
    } else {
        None
    }
}

/// Counts the rows of `tables`, several at once, and hands over each count as it comes.
pub async fn exact(
    deck: &Deck,
    job: &Job,
    environment: &str,
    tables: &[Table],
    each: impl Fn(QName, Count) + Send + Sync,
) -> Result<()> {
    let total = tables.len() as u64;
    let mut done = 0;
    job.progress(format!("counting {environment}"), 0, total);
    // Collected first: a closure inside the stream would not be general enough over lifetimes to be spawned.
    let counting: Vec<_> = tables.iter().map(|table| one(deck, job, environment, table)).collect();
    let mut counts = stream::iter(counting).buffered(SIDE_BY_SIDE);
    while let Some(result) = counts.next().await {
        let (name, count) = result?;
        each(name, count);
        done += 1;
        job.progress(format!("counting {environment}"), done, total);
    }
    Ok(())
}

async fn one(deck: &Deck, job: &Job, environment: &str, table: &Table) -> Result<(QName, Count)> {
    if let Some(reason) = hidden(table) {
        return Ok((table.name.clone(), Count::unknown(reason)));
    }
    let mut reader = job.drop_on_cancel(deck.reader(environment)).await?;
    let canceller = reader.canceller();
    let work = async {
        let tx = reader.begin_read().await?;
        let rows = pg::exact(&tx, table).await;
        tx.rollback().await?;
        rows
    };
    match job.cancel_on_server(&canceller, work).await {
        Ok(rows) => Ok((table.name.clone(), Count::Exact { rows })),
        // One table that cannot be counted does not hide the others.
        Err(error) if !matches!(error.code, Code::Interrupted | Code::Connect) => {
            Ok((table.name.clone(), Count::unknown(error.message)))
        }
        Err(error) => Err(error.env(environment)),
    }
}

/// Counts recorded under a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Snapshot {
    /// When, UTC.
    pub at: jiff::Timestamp,
    /// By environment.
    pub environments: BTreeMap<String, Counts>,
}

fn snapshot_path(deck: &Deck, name: &str) -> Result<PathBuf> {
    let fits =
        !name.is_empty() && !name.starts_with('.') && name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    if fits {
        return Ok(deck.state.join("counts").join(format!("{name}.json")));
    }
    Err(Error::usage("this is no name for a snapshot").object(name).hint("use letters, digits, - and _"))
}

/// Records counts under `name`, replacing what was there.
pub fn save(deck: &Deck, name: &str, environments: BTreeMap<String, Counts>) -> Result<()> {
    let path = snapshot_path(deck, name)?;
    store::directory(&deck.state.join("counts"))?;
    let snapshot = Snapshot { at: jiff::Timestamp::now(), environments };
    let text = serde_json::to_vec_pretty(&snapshot).map_err(|error| Error::usage(error.to_string()))?;
    store::write(&path, &text)
}

/// The snapshot `name`.
pub fn load(deck: &Deck, name: &str) -> Result<Snapshot> {
    let path = snapshot_path(deck, name)?;
    let Some(text) = store::read(&path)? else {
        return Err(Error::usage("there is no such snapshot")
            .object(name)
            .hint(format!("record one with `pgdeck counts --save {name}`")));
    };
    serde_json::from_str(&text).map_err(|error| Error::usage(format!("not a snapshot ({error})")).at(path.display()))
}
