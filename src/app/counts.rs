//! Rows and bytes per table: estimates at once, exact counts on demand, snapshots.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
};

use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};

use super::{deck::Deck, job::Job, store};
use crate::{
    core::{
        counts::{Count, Counts},
        error::{Code, Error, Result, nearest},
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

/// Reads an environment's tables with the planner's estimates, and their sizes.
pub async fn estimates(deck: &Deck, job: &Job, environment: &str, globs: &[String]) -> Result<Listing> {
    let mut listing = tables(deck, job, environment, globs).await?;
    listing.sizes = sizes(deck, job, environment).await?;
    Ok(listing)
}

/// Reads an environment's tables with the planner's estimates. Waits for no lock on them.
pub async fn tables(deck: &Deck, job: &Job, environment: &str, globs: &[String]) -> Result<Listing> {
    let mut reader = job.drop_on_cancel(deck.reader(environment)).await?;
    let canceller = reader.canceller();
    let work = async {
        let tx = reader.begin_read().await?;
        let mut catalog = catalog::read(&tx).await?;
        tx.rollback().await?;
        catalog.tables.retain(|_, table| is_counted(table));
        let tables = catalog.tables.values().map(|table| (table.name.clone(), estimate(table))).collect();
        let mut listing = Listing { counts: Counts { tables }, catalog, sizes: BTreeMap::new() };
        listing.retain(globs);
        Ok(listing)
    };
    job.cancel_on_server(&canceller, work).await.map_err(|error| error.env(environment))
}

/// Bytes per table. None are known while somebody locks a table against readers: its size cannot be asked then, and
/// that is no reason to show nothing else.
async fn sizes(deck: &Deck, job: &Job, environment: &str) -> Result<BTreeMap<QName, u64>> {
    let mut reader = job.drop_on_cancel(deck.reader(environment)).await?;
    let canceller = reader.canceller();
    let work = async {
        let tx = reader.begin_read().await?;
        let sizes = pg::sizes(&tx).await;
        tx.rollback().await?;
        sizes
    };
    match job.cancel_on_server(&canceller, work).await {
        Err(error) if error.code == Code::Server => {
            tracing::info!(environment, %error, "sizes are not known");
            Ok(BTreeMap::new())
        }
        sizes => sizes.map_err(|error| error.env(environment)),
    }
}

fn is_counted(table: &Table) -> bool {
    !table.partition && matches!(table.relation, Relation::Table | Relation::Partitioned | Relation::MaterializedView)
}

impl Listing {
    /// Keeps the tables that one of `globs` names; all of them where there is none.
    pub fn retain(&mut self, globs: &[String]) {
        let wanted = |name: &QName| globs.is_empty() || globs.iter().any(|pattern| glob::matches(pattern, name));
        self.catalog.tables.retain(|name, _| wanted(name));
        self.counts.tables.retain(|name, _| wanted(name));
    }
}

/// A glob that names a table in none of `listings` is a mistake, not an empty answer. In one of them is enough: that
/// the others lack the table is what the operator wants to see.
pub fn check_globs(listings: &[&Listing], globs: &[String]) -> Result<()> {
    let names = || listings.iter().flat_map(|listing| listing.catalog.tables.keys());
    for pattern in globs {
        if !names().any(|name| glob::matches(pattern, name)) {
            let hint = nearest(pattern, names().map(|name| name.name.as_str()));
            let hint =
                hint.map_or_else(|| "`pgdeck counts` lists them".into(), |name| format!("did you mean `{name}`?"));
            return Err(Error::usage("no table has this name").object(pattern).hint(hint));
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
    } else if table.foreign_code.is_some() {
        Some("an index of it runs the code of another role")
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
    let mut failed = None;
    // After a failure too, to the end: a count that runs on the server is stopped there, not left behind.
    while let Some(result) = counts.next().await {
        match result {
            Ok((name, count)) => each(name, count),
            Err(error) if failed.is_none() => failed = Some(error),
            Err(_) => {}
        }
        done += 1;
        job.progress(format!("counting {environment}"), done, total);
    }
    failed.map_or(Ok(()), Err)
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
    Err(Error::usage("not a valid snapshot name").object(name).hint("use letters, digits, - and _"))
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
    parsed(&path, &text)
}

fn parsed(path: &Path, text: &str) -> Result<Snapshot> {
    serde_json::from_str(text).map_err(|error| Error::usage(format!("not a snapshot ({error})")).at(path.display()))
}

/// A name for a snapshot of now that no other has: the time, and a number where that is taken.
pub fn free_name(deck: &Deck) -> Result<String> {
    let now = jiff::Timestamp::now().strftime("%Y-%m-%d-%H%M%S").to_string();
    let names = std::iter::once(now.clone()).chain((2..u32::MAX).map(|number| format!("{now}-{number}")));
    for name in names {
        if !snapshot_path(deck, &name)?.exists() {
            return Ok(name);
        }
    }
    Err(Error::usage("there is no free name for a snapshot").at(deck.state.display()))
}

/// How many rows each table had, snapshot by snapshot, the oldest first: by environment and table. Snapshots that
/// did not know a table's rows leave nothing in its series.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct History {
    series: BTreeMap<String, BTreeMap<QName, Vec<u64>>>,
}

impl History {
    /// The series of `table` in `environment`.
    pub fn of(&self, environment: &str, table: &QName) -> &[u64] {
        self.series.get(environment).and_then(|tables| tables.get(table)).map_or(&[], Vec::as_slice)
    }

    /// The history that `snapshots` tell, in whatever order they come.
    pub fn new(mut snapshots: Vec<Snapshot>) -> Self {
        snapshots.sort_by_key(|snapshot| snapshot.at);
        let mut series: BTreeMap<String, BTreeMap<QName, Vec<u64>>> = BTreeMap::new();
        for (environment, counts) in snapshots.into_iter().flat_map(|snapshot| snapshot.environments) {
            let tables = series.entry(environment).or_default();
            for (table, count) in counts.tables {
                tables.entry(table).or_default().extend(count.rows());
            }
        }
        History { series }
    }
}

/// Everything that was recorded. A snapshot that cannot be read is an error that names its file.
pub fn history(deck: &Deck) -> Result<History> {
    let mut snapshots = Vec::new();
    for path in store::files(&deck.state.join("counts"), "json")? {
        if let Some(text) = store::read(&path)? {
            snapshots.push(parsed(&path, &text)?);
        }
    }
    Ok(History::new(snapshots))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(at: &str, count: Count) -> Snapshot {
        let tables = BTreeMap::from([(QName::new("public", "plans"), count)]);
        let environments = BTreeMap::from([("preprod".to_owned(), Counts { tables })]);
        Snapshot { at: at.parse().expect("time"), environments }
    }

    #[test]
    fn a_history_is_in_the_order_of_time_and_leaves_the_unknown_out() {
        let history = History::new(vec![
            snapshot("2026-11-03T00:00:00Z", Count::Exact { rows: 6 }),
            snapshot("2026-11-01T00:00:00Z", Count::Estimate { rows: 4 }),
            snapshot("2026-11-02T00:00:00Z", Count::unknown("RLS hides rows")),
        ]);
        let plans = QName::new("public", "plans");
        assert_eq!(history.of("preprod", &plans), [4, 6]);
        assert!(history.of("production", &plans).is_empty());
    }
}
