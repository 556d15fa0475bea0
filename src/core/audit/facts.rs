//! What the checks look at: the parts of a database that can be wrong.
//!
//! Filled by `pg::audit` from `pg_catalog` (PostgreSQL manual, chapter 53 "System Catalogs"). Everything refers to
//! everything else by object id, and columns by their number, as the catalogue does; [`super::lookup::Lookup`] finds
//! it. Objects of the system's own schemas and members of extensions are not here, but for `auth` and `storage`, which
//! are schemas like any other.

use std::collections::BTreeMap;

use serde::Deserialize;

use crate::core::{
    name::QName,
    schema::{OnDelete, Relation as Kind},
};

/// An object id (manual, 8.19 "Object Identifier Types").
pub type Oid = u32;

/// All that was read, of one moment.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The server and the database.
    pub database: Database,
    /// Tables, partitions, views, materialized views and foreign tables, in the order of their names.
    pub relations: Vec<Relation>,
    /// Foreign keys as declared, not the copies that partitions carry.
    pub foreign_keys: Vec<ForeignKey>,
    /// Indexes.
    pub indexes: Vec<Index>,
    /// Row security policies.
    pub policies: Vec<Policy>,
    /// Functions, procedures and aggregates.
    pub functions: Vec<Function>,
    /// Triggers as declared, and those disabled that enforce a constraint.
    pub triggers: Vec<Trigger>,
    /// Sequences.
    pub sequences: Vec<Sequence>,
    /// Roles of the whole server.
    pub roles: Vec<Role>,
    /// Schemas.
    pub schemas: Vec<Schema>,
    /// Extensions that are installed.
    pub extensions: Vec<Extension>,
    /// Buckets of Supabase's storage; empty where there is no such thing.
    pub buckets: Vec<Bucket>,
    /// What the connected role may not read, with the reason.
    pub unseen: BTreeMap<Sight, String>,
}

/// A part of the catalogue that a role may be kept from reading. Checks name those they need.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Sight {
    /// `pg_constraint`.
    Constraints,
    /// `pg_index`.
    Indexes,
    /// `pg_policy`.
    Policies,
    /// `pg_proc`.
    Functions,
    /// `pg_trigger`.
    Triggers,
    /// `pg_sequence`.
    Sequences,
    /// `pg_roles` and `pg_auth_members`.
    Roles,
    /// `pg_extension`.
    Extensions,
    /// `pg_rewrite` and `pg_depend`: what views and policies refer to.
    Dependencies,
    /// `storage.buckets`.
    Buckets,
    /// The rows of `pg_stats`.
    Statistics,
}

/// The server and the database.
#[derive(Debug, Clone, Default, Deserialize)]
pub struct Database {
    /// Its name.
    pub name: String,
    /// `server_version_num`: 150018 for 15.18.
    pub version: u32,
    /// The role that looks.
    pub role: String,
    /// Its owner.
    pub owner: String,
    /// How many transactions ago the oldest row was frozen, `age(datfrozenxid)`.
    pub xid_age: u64,
    /// The same for multixacts, `mxid_age(datminmxid)`.
    pub multixact_age: u64,
    /// How long the counters of usage have been running, in seconds; `None` where the server does not say.
    pub statistics_age: Option<f64>,
}

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

/// What a policy is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Command {
    /// Every command.
    All,
    /// `SELECT`.
    Select,
    /// `INSERT`.
    Insert,
    /// `UPDATE`.
    Update,
    /// `DELETE`.
    Delete,
}

impl Command {
    /// Those that a row can meet.
    pub const EACH: [Command; 4] = [Command::Select, Command::Insert, Command::Update, Command::Delete];

    /// As it is written in SQL.
    pub fn word(self) -> &'static str {
        match self {
            Command::All => "ALL",
            Command::Select => "SELECT",
            Command::Insert => "INSERT",
            Command::Update => "UPDATE",
            Command::Delete => "DELETE",
        }
    }

    /// Whether a policy for `self` speaks about `command`.
    pub fn covers(self, command: Command) -> bool {
        self == Command::All || self == command
    }
}

/// A policy.
#[derive(Debug, Clone, Deserialize)]
pub struct Policy {
    /// Its name.
    pub name: String,
    /// The table.
    pub relation: Oid,
    /// Whether it permits; a restrictive one only takes away.
    pub permissive: bool,
    /// What it is for.
    pub command: Command,
    /// For whom; an empty name for `PUBLIC`.
    pub roles: Vec<String>,
    /// `USING`.
    pub using: Option<String>,
    /// `WITH CHECK`.
    pub check: Option<String>,
    /// The functions that it calls, as far as the catalogue tells: not those built in.
    #[serde(default)]
    pub functions: Vec<Oid>,
    /// The columns of its own table that it names.
    #[serde(default)]
    pub columns: Vec<i16>,
}

/// How a function may change between calls (`pg_proc.provolatile`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Volatility {
    /// Always the same.
    Immutable,
    /// The same within a statement.
    Stable,
    /// Anything.
    Volatile,
}

/// A function, procedure or aggregate.
#[derive(Debug, Clone, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "these are the catalogue's own")]
pub struct Function {
    /// Its id.
    pub oid: Oid,
    /// Its name.
    pub name: QName,
    /// `pg_get_function_identity_arguments`: what names it in `ALTER FUNCTION`.
    pub arguments: String,
    /// The types of its input arguments, as `format_type` writes them, with commas between.
    pub types: String,
    /// Whether it is a procedure.
    pub procedure: bool,
    /// Whether it is an aggregate.
    pub aggregate: bool,
    /// Who owns it.
    pub owner: String,
    /// `SECURITY DEFINER`.
    pub definer: bool,
    /// What `SET search_path` fixes it to; `None` where it is whatever the caller has.
    pub search_path: Option<String>,
    /// The language.
    pub language: String,
    /// Whether a SQL function's body is parsed when it is made (`BEGIN ATOMIC`, PostgreSQL 14), names resolved.
    pub atomic: bool,
    /// How it may change between calls.
    pub volatility: Volatility,
    /// `LEAKPROOF`.
    pub leakproof: bool,
    /// Whether it is for triggers (returns `trigger` or `event_trigger`).
    pub trigger: bool,
    /// Who may call it, the owner left out.
    #[serde(default)]
    pub grants: Vec<Grant>,
}

/// A trigger.
#[derive(Debug, Clone, Deserialize)]
pub struct Trigger {
    /// Its name.
    pub name: String,
    /// The table.
    pub relation: Oid,
    /// Whether it fires at all.
    pub enabled: bool,
    /// Whether a partition has it from its parent, enabled or disabled as there.
    pub copied: bool,
    /// The constraint that it enforces, where the server made it for that.
    pub enforces: Option<String>,
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

/// A role.
#[derive(Debug, Clone, Deserialize)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Whether it may do anything.
    pub superuser: bool,
    /// Whether row security does not hold for it.
    pub bypass_rls: bool,
    /// Whether it may log in.
    pub login: bool,
    /// The roles whose rights it has without `SET ROLE`, each directly.
    #[serde(default)]
    pub inherits: Vec<String>,
}

/// A schema.
#[derive(Debug, Clone, Deserialize)]
pub struct Schema {
    /// Its name.
    pub name: String,
    /// Who owns it.
    pub owner: String,
    /// Who may do what, the owner left out.
    #[serde(default)]
    pub grants: Vec<Grant>,
}

/// An extension.
#[derive(Debug, Clone, Deserialize)]
pub struct Extension {
    /// Its name.
    pub name: String,
    /// The schema of its objects.
    pub schema: String,
    /// Whether that can be changed.
    pub relocatable: bool,
    /// What is installed.
    pub version: String,
    /// What the server's files have.
    pub available: Option<String>,
    /// The names of its functions and relations, which are not among the facts otherwise.
    #[serde(default)]
    pub members: Vec<String>,
}

/// A bucket of files.
#[derive(Debug, Clone, Deserialize)]
pub struct Bucket {
    /// Its id, which is what files refer to.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Whether anybody may fetch its files.
    pub public: bool,
}
