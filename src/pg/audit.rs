//! Reading what the checks look at, in a constant number of queries, all in one snapshot.

use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    str::FromStr,
};

use serde::{Deserialize, de::DeserializeOwned};
use tokio::try_join;

use super::{catalog::records, connect::Transaction, query};
use crate::core::{
    audit::facts::{Column, Database, Facts, Index, Oid, Policy, Sight},
    error::{Error, Result},
};

/// The statements that read the facts, each with its name, as they are sent: for whoever wants to measure the server
/// by itself.
pub const QUERIES: &[(&str, &str)] = &[
    ("database", include_str!("sql/audit/database.sql")),
    ("relations", include_str!("sql/audit/relations.sql")),
    ("columns", include_str!("sql/audit/columns.sql")),
    ("foreign_keys", include_str!("sql/audit/foreign_keys.sql")),
    ("indexes", include_str!("sql/audit/indexes.sql")),
    ("policies", include_str!("sql/audit/policies.sql")),
    ("functions", include_str!("sql/audit/functions.sql")),
    ("triggers", include_str!("sql/audit/triggers.sql")),
    ("sequences", include_str!("sql/audit/sequences.sql")),
    ("roles", include_str!("sql/audit/roles.sql")),
    ("schemas", include_str!("sql/audit/schemas.sql")),
    ("extensions", include_str!("sql/audit/extensions.sql")),
    ("views", include_str!("sql/audit/views.sql")),
    ("widths", include_str!("sql/audit/widths.sql")),
];

/// What a role may be kept from, by the catalogues that each part is read from.
const SIGHTS: &[(Sight, &[&str])] = &[
    (Sight::Constraints, &["pg_constraint"]),
    // An index is not told rightly without its constraint, so that goes with it.
    (Sight::Indexes, &["pg_index", "pg_constraint", "pg_am", "pg_locks", "pg_stat_progress_create_index"]),
    (Sight::Policies, &["pg_policy", "pg_depend", "pg_locks"]),
    (Sight::Functions, &["pg_proc", "pg_language", "pg_depend"]),
    (Sight::Triggers, &["pg_trigger", "pg_constraint"]),
    (Sight::Sequences, &["pg_sequence", "pg_depend", "pg_attrdef"]),
    (Sight::Roles, &["pg_roles", "pg_auth_members"]),
    (Sight::Extensions, &["pg_extension", "pg_available_extensions", "pg_depend"]),
    (Sight::Dependencies, &["pg_depend", "pg_rewrite"]),
    (Sight::Buckets, &["storage.buckets"]),
    (Sight::Statistics, &["pg_stats"]),
];

#[derive(Deserialize)]
struct Probe {
    #[serde(flatten)]
    database: Database,
    buckets: bool,
    unseen: Vec<String>,
    partly: Vec<String>,
}

/// Reads the facts: one query for what may be read, and then all others in one round trip.
pub async fn read(tx: &Transaction<'_>) -> Result<Facts> {
    let mut probe = records::<Probe>(tx, QUERIES[0].1).await?;
    let probe = probe.pop().ok_or_else(|| Error::server("the server does not know its own database"))?;
    let mut facts = Facts { unseen: unseen(&probe), database: probe.database, ..Facts::default() };
    let seen = |sight: &Sight| !facts.unseen.contains_key(sight);
    let (relations, columns, keys, indexes, policies, functions, triggers, sequences, roles, rest) = try_join!(
        records(tx, sql("relations")),
        columns(tx),
        part(tx, sql("foreign_keys"), seen(&Sight::Constraints)),
        part::<Lockable<Index>>(tx, sql("indexes"), seen(&Sight::Indexes)),
        part::<Lockable<Policy>>(tx, sql("policies"), seen(&Sight::Policies)),
        part(tx, sql("functions"), seen(&Sight::Functions)),
        part(tx, sql("triggers"), seen(&Sight::Triggers)),
        part(tx, sql("sequences"), seen(&Sight::Sequences)),
        part(tx, sql("roles"), seen(&Sight::Roles)),
        async {
            try_join!(
                records(tx, sql("schemas")),
                part(tx, sql("extensions"), seen(&Sight::Extensions)),
                pairs::<Oid>(tx, sql("views"), seen(&Sight::Dependencies)),
                part(tx, include_str!("sql/audit/buckets.sql"), probe.buckets && seen(&Sight::Buckets)),
                pairs::<u32>(tx, sql("widths"), seen(&Sight::Statistics)),
            )
        },
    )?;
    let (schemas, extensions, reads, buckets, widths) = rest;
    facts.locked = locked(&indexes, |index| index.relation);
    facts.locked.extend(locked(&policies, |policy| policy.relation));
    let indexes = indexes.into_iter().map(|index| index.record).collect();
    let policies = policies.into_iter().map(|policy| policy.record).collect();
    facts = Facts {
        relations,
        foreign_keys: keys,
        indexes,
        policies,
        functions,
        triggers,
        sequences,
        roles,
        schemas,
        extensions,
        buckets,
        ..facts
    };
    assemble(&mut facts, columns, reads);
    for relation in &mut facts.relations {
        relation.row_room = widths.get(&relation.oid).and_then(|widths| widths.first()).copied();
    }
    Ok(facts)
}

fn sql(name: &str) -> &'static str {
    QUERIES.iter().find(|(known, _)| *known == name).map_or("", |(_, sql)| sql)
}

/// A record of which the expressions are missing while somebody keeps its table locked against readers.
#[derive(Deserialize)]
struct Lockable<T> {
    #[serde(flatten)]
    record: T,
    locked: bool,
}

fn locked<T>(records: &[Lockable<T>], relation: fn(&T) -> Oid) -> BTreeSet<Oid> {
    records.iter().filter(|record| record.locked).map(|record| relation(&record.record)).collect()
}

/// The parts that rest on a catalogue that the role has no right to.
fn unseen(probe: &Probe) -> BTreeMap<Sight, String> {
    let among = |names: &[String], catalog: &str| names.iter().any(|name| name == catalog);
    let role = &probe.database.role;
    let reason = |catalogs: &[&str]| {
        catalogs.iter().find_map(|catalog| {
            if among(&probe.unseen, catalog) {
                Some(format!("{role} may not read {catalog}"))
            } else if among(&probe.partly, catalog) {
                Some(format!("row-level security limits what {role} can read from {catalog}"))
            } else {
                None
            }
        })
    };
    SIGHTS.iter().filter_map(|(sight, catalogs)| Some((*sight, reason(catalogs)?))).collect()
}

/// The records of a part that may be read; none of another.
async fn part<T: DeserializeOwned>(tx: &Transaction<'_>, sql: &str, wanted: bool) -> Result<Vec<T>> {
    if wanted { records(tx, sql).await } else { Ok(Vec::new()) }
}

/// The columns, by relation.
async fn columns(tx: &Transaction<'_>) -> Result<HashMap<Oid, Vec<Column>>> {
    let mut out: HashMap<Oid, Vec<Column>> = HashMap::new();
    let mut broken = None;
    query::for_each(tx, sql("columns"), &[], |fields| match column(fields) {
        Ok((relation, column)) => out.entry(relation).or_default().push(column),
        Err(error) => broken = Some(error),
    })
    .await?;
    broken.map_or(Ok(out), Err)
}

fn column(fields: &[Option<&str>]) -> Result<(Oid, Column)> {
    let [Some(relation), Some(record)] = fields else { return Err(unexpected("a column without a table")) };
    let relation = relation.parse().map_err(unexpected)?;
    Ok((relation, serde_json::from_str(record).map_err(unexpected)?))
}

/// Numbers by relation, of rows with two texts each: what a view reads, for instance.
async fn pairs<T: FromStr>(tx: &Transaction<'_>, sql: &str, wanted: bool) -> Result<HashMap<Oid, Vec<T>>> {
    let mut out: HashMap<Oid, Vec<T>> = HashMap::new();
    let mut broken = None;
    if wanted {
        query::for_each(tx, sql, &[], |fields| {
            let [Some(relation), Some(number)] = fields else {
                return broken = Some(unexpected("a row without an id"));
            };
            match (relation.parse(), number.parse()) {
                (Ok(relation), Ok(number)) => out.entry(relation).or_default().push(number),
                _ => broken = Some(unexpected("a number that is none")),
            }
        })
        .await?;
    }
    broken.map_or(Ok(out), Err)
}

fn unexpected(error: impl std::fmt::Display) -> Error {
    Error::server(format!("the server's catalogue is not as expected: {error}"))
}

fn assemble(facts: &mut Facts, mut columns: HashMap<Oid, Vec<Column>>, mut reads: HashMap<Oid, Vec<Oid>>) {
    for relation in &mut facts.relations {
        relation.columns = columns.remove(&relation.oid).unwrap_or_default();
        relation.reads = reads.remove(&relation.oid).unwrap_or_default();
    }
}
