//! Tables and what belongs to them: columns, foreign keys, indexes, sequences.

use serde::Deserialize;

use super::Oid;
use crate::core::{
    name::QName,
    schema::{OnDelete, Relation as Kind},
};

/// A table or another relation.
#[derive(Debug, Clone, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "these are the catalogue's own")]
pub struct Relation {
    /// Its id.
    pub oid: Oid,
    /// Its name.
    pub name: QName,
    /// What it is.
    pub kind: Kind,
    /// Who owns it.
    pub owner: String,
    /// The table of which it is a partition.
    pub parent: Option<Oid>,
    /// Whether row security is enabled.
    pub rls: bool,
    /// Whether row security holds for the owner too.
    pub forced: bool,
    /// Whether it is `UNLOGGED`: empty after a crash.
    pub unlogged: bool,
    /// Whether a view runs with the rights of whoever asks, `security_invoker` (PostgreSQL 15).
    pub invoker: bool,
    /// The planner's estimate of rows; `None` when the server has none yet.
    pub rows: Option<u64>,
    /// Rows that were deleted or replaced and still take room.
    pub dead: u64,
    /// Pages of 8 kB, as of the last VACUUM or ANALYZE.
    pub pages: u64,
    /// Scans of the whole table.
    pub scans: u64,
    /// Rows that those scans read, all together.
    pub scanned: u64,
    /// How many transactions ago its oldest row was frozen, its long values (TOAST) included.
    pub xid_age: Option<u64>,
    /// `COMMENT ON TABLE`.
    pub comment: Option<String>,
    /// Who may do what, the owner's own rights left out.
    #[serde(default)]
    pub grants: Vec<Grant>,
    /// The bytes that a row takes by the statistics, with its part of the room that `fillfactor` keeps free. Read of big
    /// tables only; `None` too where the connected role may not read their statistics, or there are none.
    #[serde(skip)]
    pub row_room: Option<u32>,
    /// In the order of their numbers.
    #[serde(skip)]
    pub columns: Vec<Column>,
    /// The relations that a view or materialized view reads, by itself.
    #[serde(skip)]
    pub reads: Vec<Oid>,
}

/// A column.
#[derive(Debug, Clone, Deserialize)]
pub struct Column {
    /// Its number, `attnum`.
    pub number: i16,
    /// Its name.
    pub name: String,
    /// `format_type(atttypid, atttypmod)`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// The same of the type that a domain rests on; `None` where the type is no domain.
    #[serde(default)]
    pub base: Option<String>,
    /// `NOT NULL`.
    pub not_null: bool,
    /// Whether it has a comment.
    pub comment: bool,
}

/// A right that somebody holds.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Grant {
    /// The role; empty for `PUBLIC`.
    pub grantee: String,
    /// Such as `SELECT`, `EXECUTE`.
    pub privilege: String,
    /// The columns it is limited to; empty where it is not.
    #[serde(default)]
    pub columns: Vec<i16>,
}

/// A foreign key.
#[derive(Debug, Clone, Deserialize)]
pub struct ForeignKey {
    /// The constraint's name.
    pub name: String,
    /// The referencing table.
    pub relation: Oid,
    /// Its columns.
    pub columns: Vec<i16>,
    /// The referenced table.
    pub references: Oid,
    /// Its columns, in the order of `columns`.
    pub referenced: Vec<i16>,
    /// What a delete of the parent does.
    pub on_delete: OnDelete,
    /// What a change of the parent's key does.
    pub on_update: OnDelete,
    /// Whether all rows were checked.
    pub validated: bool,
    /// The columns that SET NULL and SET DEFAULT are limited to (PostgreSQL 15); empty for all of them.
    pub set_columns: Vec<i16>,
    /// `pg_get_constraintdef`.
    pub definition: String,
}

/// An index.
#[derive(Debug, Clone, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "these are the catalogue's own")]
pub struct Index {
    /// Its id.
    pub oid: Oid,
    /// Its name; the schema is its table's.
    pub name: String,
    /// The table.
    pub relation: Oid,
    /// The key's columns; 0 stands for an expression.
    pub key: Vec<i16>,
    /// For each of `key`: operator class, collation and order, comparable as text.
    pub manner: Vec<String>,
    /// The columns of `INCLUDE`.
    pub included: Vec<i16>,
    /// The key's expressions.
    pub expressions: Option<String>,
    /// The `WHERE`.
    pub predicate: Option<String>,
    /// `btree`, `brin`, …
    pub method: String,
    /// Whether it is unique.
    pub unique: bool,
    /// Whether it is the primary key's.
    pub primary: bool,
    /// `NULLS NOT DISTINCT` (PostgreSQL 15).
    pub nulls_equal: bool,
    /// Whether uniqueness is checked at once; not for a deferrable constraint.
    pub immediate: bool,
    /// Whether it may be used.
    pub valid: bool,
    /// Whether it is kept up at all; not after a DROP INDEX CONCURRENTLY that did not end.
    pub live: bool,
    /// Whether it is not valid because somebody is making it just now.
    pub building: bool,
    /// The constraint that it belongs to: a primary key, unique or exclusion constraint.
    pub constraint: Option<String>,
    /// Whether a foreign key rests on it.
    pub referenced: bool,
    /// Whether logical replication tells rows apart by it.
    pub replica_identity: bool,
    /// The index of which it is a partition.
    pub parent: Option<Oid>,
    /// How often it was used.
    pub scans: u64,
    /// Pages of 8 kB, as of the last VACUUM or ANALYZE.
    pub pages: u64,
    /// `pg_get_indexdef`.
    pub definition: String,
}

/// A sequence.
#[derive(Debug, Clone, Deserialize)]
pub struct Sequence {
    /// Its id.
    pub oid: Oid,
    /// Its name.
    pub name: QName,
    /// The column that it fills: the one that owns it, else the one whose default calls it.
    pub column: Option<(Oid, i16)>,
    /// Every column that it fills, partitions' own left out.
    pub fills: Vec<Filled>,
    /// Its type: `smallint`, `integer` or `bigint`.
    #[serde(rename = "type")]
    pub type_name: String,
    /// Its first value, `START WITH`.
    pub start: i64,
    /// The value last given out; `None` where none was yet.
    pub last: Option<i64>,
    /// Whether the connected role may see that value.
    pub readable: bool,
    /// The other end of its range: where it begins anew if it does.
    pub origin: i64,
    /// Where it ends.
    pub limit: i64,
    /// Its step; below 0 it counts down.
    pub increment: i64,
    /// Whether it begins anew at its end.
    pub cycle: bool,
}

/// A column that a sequence fills.
#[derive(Debug, Clone, Deserialize)]
pub struct Filled {
    /// Its table.
    pub relation: Oid,
    /// Its number.
    pub number: i16,
    /// Its type, that below a domain, as `format_type` writes it.
    #[serde(rename = "type")]
    pub type_name: String,
}
