//! Introspection in a constant number of queries, all in one snapshot.

use serde::{Deserialize, de::DeserializeOwned};
use tokio::try_join;

use super::{
    connect::{Transaction, error::AFTERMATH},
    query,
};
use crate::core::{
    error::{Error, Result},
    name::QName,
    schema::{BaseType, Catalog, Column, ForeignKey, OnDelete, Origin, Relation, Table, Unique},
};

/// Reads the catalogue: four queries, one round trip.
pub async fn read(tx: &Transaction<'_>) -> Result<Catalog> {
    let (tables, columns, keys, uniques) = try_join!(
        records::<TableRecord>(tx, include_str!("sql/tables.sql")),
        records::<ColumnRecord>(tx, include_str!("sql/columns.sql")),
        records::<KeyRecord>(tx, include_str!("sql/foreign_keys.sql")),
        records::<UniqueRecord>(tx, include_str!("sql/uniques.sql")),
    )?;
    let mut catalog = Catalog::default();
    for record in tables {
        let table = Table::from(record);
        catalog.tables.insert(table.name.clone(), table);
    }
    for record in columns {
        if let Some(table) = catalog.tables.get_mut(&QName::new(&record.schema, &record.table)) {
            table.columns.push(record.into());
        }
    }
    for record in keys {
        if let Some(table) = catalog.tables.get_mut(&QName::new(&record.schema, &record.table)) {
            table.foreign_keys.push(record.into());
        }
    }
    for record in uniques {
        if let Some(table) = catalog.tables.get_mut(&QName::new(&record.schema, &record.table)) {
            table.uniques.push(record.into());
        }
    }
    Ok(catalog)
}

/// How many of each kind of object there are, as `pgdeck env` shows them.
#[derive(Debug, Clone, PartialEq, Eq, Default, Deserialize, serde::Serialize)]
pub struct Summary {
    /// The database's name.
    pub database: String,
    /// Its size in bytes; `None` where the role may not ask.
    pub bytes: Option<u64>,
    /// Tables, partitions not counted.
    pub tables: u64,
    /// Columns of tables.
    pub columns: u64,
    /// Functions and procedures.
    pub functions: u64,
    /// Triggers that are not internal.
    pub triggers: u64,
    /// Indexes.
    pub indexes: u64,
    /// Policies.
    pub policies: u64,
}

/// Counts the objects of the database.
pub async fn summary(tx: &Transaction<'_>) -> Result<Summary> {
    let mut records = records::<Summary>(tx, include_str!("sql/summary.sql")).await?;
    records.pop().ok_or_else(|| Error::rolled_back("the server gave no summary of its catalogue"))
}

/// Of statements that were sent together, the first that fails says why and the others only that one did: so these wait
/// for it to be heard.
pub(super) async fn first<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    match work.await {
        Err(error) if error.message.starts_with(AFTERMATH) => std::future::pending().await,
        answer => answer,
    }
}

pub(super) async fn records<T: DeserializeOwned>(tx: &Transaction<'_>, sql: &str) -> Result<Vec<T>> {
    let mut out = Vec::new();
    let mut broken = None;
    query::for_each(tx, sql, &[], |fields| match serde_json::from_str(fields[0].unwrap_or("null")) {
        Ok(record) => out.push(record),
        Err(error) => broken = Some(error),
    })
    .await?;
    match broken {
        None => Ok(out),
        Some(error) => Err(Error::rolled_back(format!("the server's catalogue is not as expected: {error}"))),
    }
}

#[derive(Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "these are the catalogue's own")]
struct TableRecord {
    schema: String,
    name: String,
    relation: Relation,
    partition: bool,
    estimate: Option<u64>,
    readable: bool,
    rls_hides: bool,
    rls_enabled: bool,
    policies: u32,
    comment: Option<String>,
    triggers: Vec<String>,
}

impl From<TableRecord> for Table {
    fn from(record: TableRecord) -> Self {
        Table {
            name: QName::new(record.schema, record.name),
            relation: record.relation,
            partition: record.partition,
            estimate: record.estimate,
            readable: record.readable,
            rls_hides: record.rls_hides,
            rls_enabled: record.rls_enabled,
            policies: record.policies,
            comment: record.comment,
            triggers: record.triggers,
            columns: Vec::new(),
            foreign_keys: Vec::new(),
            uniques: Vec::new(),
        }
    }
}

#[derive(Deserialize)]
struct ColumnRecord {
    schema: String,
    table: String,
    name: String,
    cast: String,
    declared: String,
    not_null: bool,
    default: Option<String>,
    origin: Origin,
    deterministic: bool,
}

impl From<ColumnRecord> for Column {
    fn from(record: ColumnRecord) -> Self {
        Column {
            name: record.name,
            cast: record.cast,
            declared: record.declared,
            not_null: record.not_null,
            default: record.default,
            origin: record.origin,
            deterministic: record.deterministic,
        }
    }
}

#[derive(Deserialize)]
struct KeyRecord {
    schema: String,
    table: String,
    name: String,
    ref_schema: String,
    ref_table: String,
    columns: Vec<String>,
    referenced: Vec<String>,
    on_delete: OnDelete,
}

impl From<KeyRecord> for ForeignKey {
    fn from(record: KeyRecord) -> Self {
        ForeignKey {
            name: record.name,
            columns: record.columns,
            references: QName::new(record.ref_schema, record.ref_table),
            referenced: record.referenced,
            on_delete: record.on_delete,
        }
    }
}

#[derive(Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "these are the catalogue's own")]
struct UniqueRecord {
    schema: String,
    table: String,
    name: String,
    primary: bool,
    total: bool,
    nulls_equal: bool,
    plain: bool,
    involved: Vec<String>,
    columns: Vec<String>,
    types: Vec<BaseType>,
    exclusion: bool,
    deferrable: bool,
}

impl From<UniqueRecord> for Unique {
    fn from(record: UniqueRecord) -> Self {
        Unique {
            name: record.name,
            columns: record.columns,
            primary: record.primary,
            total: record.total,
            nulls_equal: record.nulls_equal,
            exact: record.plain && record.total,
            plain: record.plain,
            involved: record.involved,
            types: record.types,
            exclusion: record.exclusion,
            deferrable: record.deferrable,
        }
    }
}
