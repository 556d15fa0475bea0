//! Introspection in a constant number of queries, all in one snapshot.

use serde::{Deserialize, de::DeserializeOwned};
use tokio::try_join;

use super::{
    connect::Transaction,
    query::{self, List},
    strangers::with_strangers,
};
use crate::core::{
    error::{Error, Result},
    name::QName,
    partitions,
    schema::{
        BaseType, Catalog, Column, Counter, Definition, ForeignKey, OnDelete, Origin, Parts, Relation, Table, Unique,
        is_next_number,
    },
    trigger::Trigger,
};

/// Reads the catalogue: a few queries, one round trip.
pub async fn read(tx: &Transaction<'_>) -> Result<Catalog> {
    let tables = with_strangers(include_str!("sql/tables.sql"));
    let (tables, columns, counters, keys, uniques, triggers) = try_join!(
        records::<TableRecord>(tx, &tables),
        records::<ColumnRecord>(tx, include_str!("sql/columns.sql")),
        records::<CounterRecord>(tx, include_str!("sql/counters.sql")),
        records::<KeyRecord>(tx, include_str!("sql/foreign_keys.sql")),
        records::<UniqueRecord>(tx, include_str!("sql/uniques.sql")),
        triggers(tx),
    )?;
    let mut catalog = Catalog::default();
    let names = |record: &TableRecord| QName::new(&record.schema, &record.name);
    tx.not_to_lock(tables.iter().filter(|record| record.readable && !record.lockable).map(names).collect());
    for record in tables {
        let table = Table::from(record);
        catalog.tables.insert(table.name.clone(), table);
    }
    for record in columns {
        if let Some(table) = catalog.tables.get_mut(&QName::new(&record.schema, &record.table)) {
            table.columns.push(record.into());
        }
    }
    for record in counters {
        let table = catalog.tables.get_mut(&QName::new(&record.schema, &record.table));
        if let Some(column) = table.and_then(|t| t.columns.iter_mut().find(|column| column.name == record.column)) {
            let whole = !record.in_default || column.default.as_deref().is_some_and(is_next_number);
            let sequence = QName::new(record.sequence_schema, record.sequence);
            column.counters.push(Counter { sequence, whole, settable: record.settable });
        }
    }
    for record in keys {
        if let Some(table) = catalog.tables.get_mut(&QName::new(&record.schema, &record.table)) {
            let keys = if record.period { &mut table.period_keys } else { &mut table.foreign_keys };
            keys.push(record.into());
        }
    }
    for record in uniques {
        if let Some(table) = catalog.tables.get_mut(&QName::new(&record.schema, &record.table)) {
            table.uniques.push(record.into());
        }
    }
    for (name, trigger) in triggers {
        if let Some(table) = catalog.tables.get_mut(&name) {
            table.triggers.push(trigger);
        }
    }
    partitions::settle(&mut catalog);
    Ok(catalog)
}

/// The enabled triggers and rules of every table, by its name.
async fn triggers(tx: &Transaction<'_>) -> Result<Vec<(QName, Trigger)>> {
    let records = records::<TriggerRecord>(tx, include_str!("sql/triggers.sql")).await?;
    Ok(records.into_iter().map(|record| (QName::new(record.schema, record.table), record.trigger)).collect())
}

#[derive(Deserialize)]
struct TriggerRecord {
    schema: String,
    table: String,
    #[serde(flatten)]
    trigger: Trigger,
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
    records.pop().ok_or_else(|| Error::server("the server gave no summary of its catalogue"))
}

pub(super) async fn records<T: DeserializeOwned>(tx: &Transaction<'_>, sql: &str) -> Result<Vec<T>> {
    records_of(tx, sql, &[]).await
}

/// The same for a query that takes lists.
pub(super) async fn records_of<T: DeserializeOwned>(
    tx: &Transaction<'_>,
    sql: &str,
    lists: &[List<'_>],
) -> Result<Vec<T>> {
    let mut out = Vec::new();
    let mut broken = None;
    query::for_each(tx, sql, lists, |fields| match serde_json::from_str(fields[0].unwrap_or("null")) {
        Ok(record) => out.push(record),
        Err(error) => broken = Some(error),
    })
    .await?;
    match broken {
        None => Ok(out),
        Some(error) => Err(Error::server(format!("the server's catalogue is not as expected: {error}"))),
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
    lockable: bool,
    foreign_code: Option<String>,
    rls_hides: bool,
    rls_enabled: bool,
    policies: u32,
    comment: Option<String>,
    parents: Vec<NameRecord>,
}

#[derive(Deserialize)]
struct NameRecord {
    schema: String,
    name: String,
}

impl From<TableRecord> for Table {
    fn from(record: TableRecord) -> Self {
        Table {
            name: QName::new(record.schema, record.name),
            relation: record.relation,
            partition: record.partition,
            estimate: record.estimate,
            readable: record.readable,
            foreign_code: record.foreign_code,
            rls_hides: record.rls_hides,
            rls_enabled: record.rls_enabled,
            policies: record.policies,
            comment: record.comment,
            triggers: Vec::new(),
            columns: Vec::new(),
            foreign_keys: Vec::new(),
            uniques: Vec::new(),
            parents: record.parents.into_iter().map(|name| QName::new(name.schema, name.name)).collect(),
            period_keys: Vec::new(),
            partial_keys: Vec::new(),
            foreign_partitions: Vec::new(),
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
    collation: Option<String>,
    expression: Option<String>,
    tied: Option<String>,
    output: Option<String>,
    within: Option<Vec<String>>,
    row_type: bool,
}

#[derive(Deserialize)]
struct CounterRecord {
    schema: String,
    table: String,
    column: String,
    sequence_schema: String,
    sequence: String,
    in_default: bool,
    settable: bool,
}

impl From<ColumnRecord> for Column {
    fn from(record: ColumnRecord) -> Self {
        Column {
            name: record.name,
            cast: record.cast,
            not_null: record.not_null,
            origin: record.origin,
            deterministic: record.deterministic,
            counters: Vec::new(),
            definition: Definition {
                declared: record.declared.clone(),
                collation: record.collation,
                default: record.default.clone(),
                expression: record.expression,
                tied: record.tied,
                output: record.output,
            },
            parts: record.within.map(|types| Parts { types, row_type: record.row_type }),
            declared: record.declared,
            default: record.default,
        }
    }
}

#[derive(Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "these are the catalogue's own")]
struct KeyRecord {
    schema: String,
    table: String,
    name: String,
    ref_schema: String,
    ref_table: String,
    columns: Vec<String>,
    referenced: Vec<String>,
    on_delete: OnDelete,
    on_update: OnDelete,
    match_full: bool,
    period: bool,
    enforced: bool,
}

impl From<KeyRecord> for ForeignKey {
    fn from(record: KeyRecord) -> Self {
        ForeignKey {
            name: record.name,
            columns: record.columns,
            references: QName::new(record.ref_schema, record.ref_table),
            referenced: record.referenced,
            on_delete: record.on_delete,
            on_update: record.on_update,
            match_full: record.match_full,
            enforced: record.enforced,
            partition: None,
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
