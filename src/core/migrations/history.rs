//! What a database remembers of the migrations it was given: the history tables of the tools, in one shape.

mod recognise;
mod rows;
mod tables;

use std::fmt;

pub use recognise::{Candidate, Recognised, recognise, usual};
pub use rows::{Row, histories};
use serde::Serialize;
pub use tables::{PATTERNS, is_kept_by_a_tool};

use crate::core::name::QName;

/// A tool that keeps a history of its own in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tool {
    /// Supabase's CLI: `supabase_migrations.schema_migrations`.
    Supabase,
    /// dbmate: `schema_migrations(version)`.
    Dbmate,
    /// golang-migrate: `schema_migrations(version, dirty)`, which holds the current version only.
    Golang,
    /// Flyway: `flyway_schema_history`.
    Flyway,
    /// sqlx: `_sqlx_migrations`.
    Sqlx,
    /// refinery: `refinery_schema_history`.
    Refinery,
    /// Prisma: `_prisma_migrations`.
    Prisma,
    /// Drizzle: `drizzle.__drizzle_migrations`.
    Drizzle,
    /// Atlas: `atlas_schema_revisions`.
    Atlas,
    /// Sqitch: `sqitch.changes` and `sqitch.events`.
    Sqitch,
    /// Rails: `schema_migrations(version)` beside `ar_internal_metadata`.
    Rails,
    /// goose: `goose_db_version`.
    Goose,
    /// Alembic: `alembic_version`, which holds the current revision only.
    Alembic,
    /// Liquibase: `databasechangelog`.
    Liquibase,
}

impl Tool {
    /// The tool's name as people write it.
    pub fn name(self) -> &'static str {
        match self {
            Tool::Supabase => "Supabase",
            Tool::Dbmate => "dbmate",
            Tool::Golang => "golang-migrate",
            Tool::Flyway => "Flyway",
            Tool::Sqlx => "sqlx",
            Tool::Refinery => "refinery",
            Tool::Prisma => "Prisma",
            Tool::Drizzle => "Drizzle",
            Tool::Atlas => "Atlas",
            Tool::Sqitch => "Sqitch",
            Tool::Rails => "Rails",
            Tool::Goose => "goose",
            Tool::Alembic => "Alembic",
            Tool::Liquibase => "Liquibase",
        }
    }

    /// Whether it takes a version for a number and keeps no more of it than that: `004` is `4`.
    pub fn counts(self) -> bool {
        matches!(self, Tool::Golang | Tool::Sqlx | Tool::Refinery | Tool::Goose | Tool::Rails)
    }

    /// Whether its table holds where the database stands, and not how it came there.
    pub fn current_only(self) -> bool {
        matches!(self, Tool::Golang | Tool::Alembic)
    }
}

impl fmt::Display for Tool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// All that was found in one database. Two histories that disagree are both here.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Histories {
    /// Which database; see [`crate::core::database`].
    pub database: String,
    /// The histories that could be read, by table.
    pub read: Vec<History>,
    /// The history tables that are there and may not be read: what is in them is unknown, which is not "nothing".
    pub unseen: Vec<Unseen>,
    /// Tables that have the name of a tool's history and not its columns: not taken for one.
    pub lookalikes: Vec<Lookalike>,
    /// The history tables that belong to somebody whose code must not run as the role of this connection, with their owners:
    /// they are read, and not written.
    pub strangers: Vec<(QName, String)>,
}

impl Histories {
    /// The owner of `table`, where that is somebody whose code must not run as the role of this connection.
    pub fn stranger(&self, table: &QName) -> Option<&str> {
        self.strangers.iter().find(|(name, _)| name == table).map(|(_, owner)| owner.as_str())
    }
}

/// A history table that is there and cannot be read, or not as a whole.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// Whose it is.
    pub tool: Tool,
    /// The table.
    pub table: QName,
    /// What keeps the role from reading it, one line.
    pub reason: String,
}

/// A table with the name of a tool's history and other columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lookalike {
    /// The table.
    pub table: QName,
    /// Whose it would be by its name, and how its columns differ, one line.
    pub reason: String,
}

/// One tool's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct History {
    /// Whose it is.
    pub tool: Tool,
    /// The table it was read from.
    pub table: QName,
    /// Which of the table's projects, where a tool keeps several in one (Sqitch).
    pub project: Option<String>,
    /// What was run and counts, in the order in which it was run: whole, or failed half way.
    pub applied: Vec<Applied>,
    /// What was run and taken back again, on record: it is pending once more.
    pub reverted: Vec<Applied>,
    /// The version from which the history begins, because the database was older than it (Flyway's and Atlas' baseline):
    /// whatever is at or below it counts as applied and is not listed.
    pub baseline: Option<String>,
    /// Whether `applied` holds the current version only, so that nothing is known of those before it but their number.
    pub current_only: bool,
}

/// One migration that a history speaks of.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Applied {
    /// The version as it is written there, no zero added or taken away; `None` where the tool knows none (a repeatable
    /// migration, a change of Sqitch). Drizzle's is the time in milliseconds that its journal calls `when`.
    pub version: Option<String>,
    /// The name without the version, where the tool keeps it.
    pub name: Option<String>,
    /// The file as it is named there, where the tool keeps that.
    pub script: Option<String>,
    /// What its file hashed to.
    pub checksum: Option<Checksum>,
    /// The statements that were run, where the tool keeps them.
    pub statements: Option<Vec<String>>,
    /// When it was run, such as `2026-03-01 08:15:00`: in UTC where the tool keeps a moment, else by the clock that the
    /// tool wrote down. Drizzle keeps none.
    pub at: Option<String>,
    /// Why it does not count as done, one line: failed, dirty, or begun and not ended.
    pub failed: Option<String>,
}

/// What a file hashed to, by algorithm. Hexadecimal digits are in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Checksum {
    /// CRC-32 of the lines without their ends and without a BOM, as a signed number (Flyway).
    Crc32(i32),
    /// SipHash-1-3 (refinery).
    SipHash13(u64),
    /// SHA-1 in hexadecimal (Sqitch).
    Sha1(String),
    /// SHA-256 in hexadecimal (Prisma, Drizzle).
    Sha256(String),
    /// SHA-384 in hexadecimal (sqlx).
    Sha384(String),
    /// By a rule of the tool that pgdeck does not compute: as it is written there (Atlas, Liquibase).
    Other(String),
}
