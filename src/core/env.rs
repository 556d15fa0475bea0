//! Environments: where a team's databases are, and what may be done to them.

use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::gate::EnvName;

/// What an environment is to its team. Mandatory, because everything that protects it follows from it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// A developer's own; writable by default.
    Development,
    /// Shared, before production; writable by default.
    Staging,
    /// Real users' data; read-only unless its own section says otherwise.
    Production,
}

impl Kind {
    /// The word on screen. Colour never stands alone.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Development => "DEV",
            Kind::Staging => "STAGING",
            Kind::Production => "PROD",
        }
    }

    /// Whether an environment of this kind may be written when its section does not say.
    pub fn writable_by_default(self) -> bool {
        self != Kind::Production
    }
}

/// One environment of `pgdeck.toml`.
#[derive(Debug, Clone)]
pub struct Environment {
    /// The name that people type.
    pub name: EnvName,
    /// What it is.
    pub kind: Kind,
    /// Whether the guard may let anything be written.
    pub writable: bool,
    /// How to reach it.
    pub target: Target,
}

impl Environment {
    /// `RW` or `RO`, as the status line shows it.
    pub fn access(&self) -> &'static str {
        if self.writable { "RW" } else { "RO" }
    }
}

/// How to reach a server, as it was written down: nothing resolved, no default filled in.
/// `pg::connect` resolves it by libpq's conventions (PostgreSQL manual, 34.1 "Database Connection Control").
#[derive(Debug, Clone, Default)]
pub struct Target {
    /// A whole connection URL, variables already replaced; may hold a password.
    pub url: Option<SecretString>,
    /// Host name, address, or directory of a unix socket.
    pub host: Option<String>,
    /// TCP port.
    pub port: Option<u16>,
    /// Role.
    pub user: Option<String>,
    /// Database.
    pub dbname: Option<String>,
    /// disable, prefer, require or verify-full.
    pub sslmode: Option<String>,
    /// A PEM file of trusted certificates.
    pub sslrootcert: Option<String>,
    /// A command whose first line of output is the password.
    pub password_command: Vec<String>,
}
/// What a superuser should know who reads or writes rows, and what to do.
pub const SUPERUSER: &str = "connected as a superuser, so code that other users own (casts, functions, views, policies) could \
                             run with all privileges, even while reading; use a role with pg_read_all_data to read, and \
                             the owner of the tables to write";
