//! Who may do what: policies, roles, schemas, buckets.

use serde::Deserialize;

use super::{Grant, Oid};

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
