//! What the checks look at: the parts of a database that can be wrong.
//!
//! Filled by `pg::audit` from `pg_catalog` (PostgreSQL manual, chapter 53 "System Catalogs"). Everything refers to
//! everything else by object id, and columns by their number, as the catalogue does; [`super::lookup::Lookup`] finds
//! it. Objects of the system's own schemas and members of extensions are not here, but for `auth` and `storage`, which
//! are schemas like any other.

mod access;
mod code;
mod relation;

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;

pub use self::{
    access::{Bucket, Command, Policy, Role, Schema},
    code::{Extension, Function, Trigger, Volatility},
    relation::{Column, Filled, ForeignKey, Grant, Index, Relation, Sequence},
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
    /// Relations whose indexes or policies could not be read as a whole, because somebody keeps them locked.
    pub locked: BTreeSet<Oid>,
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
