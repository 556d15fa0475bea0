//! Every tool's history: the table as the tool makes it, and rows as the tool writes them.
//!
//! Tables and rows follow the tools' own sources, which are named at each. Checksums are computed here, from the
//! algorithms, and not by the code that is tested.

use std::hash::{Hash, Hasher};

use pgdeck::core::migrations::history::Tool;
use sha1::Sha1;
use sha2::{Digest, Sha256, Sha384};
use siphasher::sip::SipHasher13;

use super::{item::Run, style::Naming};

/// A tool's way of remembering.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ledger {
    Supabase,
    Dbmate,
    Golang,
    Flyway,
    Sqlx,
    Refinery,
    Prisma,
    Drizzle,
    /// Drizzle from 1.0 on, which keeps names and times too.
    DrizzleNamed,
    Atlas,
    Sqitch,
    Rails,
    Goose,
    Alembic,
    Liquibase,
}

impl Ledger {
    pub const ALL: [Ledger; 15] = [
        Ledger::Supabase,
        Ledger::Dbmate,
        Ledger::Golang,
        Ledger::Flyway,
        Ledger::Sqlx,
        Ledger::Refinery,
        Ledger::Prisma,
        Ledger::Drizzle,
        Ledger::DrizzleNamed,
        Ledger::Atlas,
        Ledger::Sqitch,
        Ledger::Rails,
        Ledger::Goose,
        Ledger::Alembic,
        Ledger::Liquibase,
    ];

    pub fn tool(self) -> Tool {
        match self {
            Ledger::Supabase => Tool::Supabase,
            Ledger::Dbmate => Tool::Dbmate,
            Ledger::Golang => Tool::Golang,
            Ledger::Flyway => Tool::Flyway,
            Ledger::Sqlx => Tool::Sqlx,
            Ledger::Refinery => Tool::Refinery,
            Ledger::Prisma => Tool::Prisma,
            Ledger::Drizzle | Ledger::DrizzleNamed => Tool::Drizzle,
            Ledger::Atlas => Tool::Atlas,
            Ledger::Sqitch => Tool::Sqitch,
            Ledger::Rails => Tool::Rails,
            Ledger::Goose => Tool::Goose,
            Ledger::Alembic => Tool::Alembic,
            Ledger::Liquibase => Tool::Liquibase,
        }
    }

    /// The statements that make the tool's table, in the schema `public` or in the tool's own.
    pub fn table(self) -> &'static str {
        match self {
            // supabase/cli pkg/migration/history.go
            Ledger::Supabase => {
                "CREATE SCHEMA supabase_migrations;
                 CREATE TABLE supabase_migrations.schema_migrations (version text NOT NULL PRIMARY KEY);
                 ALTER TABLE supabase_migrations.schema_migrations ADD COLUMN IF NOT EXISTS statements text[];
                 ALTER TABLE supabase_migrations.schema_migrations ADD COLUMN IF NOT EXISTS name text"
            }
            // amacneil/dbmate pkg/driver/postgres/postgres.go
            Ledger::Dbmate => "CREATE TABLE schema_migrations (version varchar(255) PRIMARY KEY)",
            // golang-migrate/migrate database/postgres/postgres.go
            Ledger::Golang => {
                "CREATE TABLE schema_migrations (version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL)"
            }
            // flyway/flyway …/database/postgresql/PostgreSQLDatabase.java
            Ledger::Flyway => {
                "CREATE TABLE flyway_schema_history (installed_rank int NOT NULL, version varchar(50),
                   description varchar(200) NOT NULL, type varchar(20) NOT NULL, script varchar(1000) NOT NULL,
                   checksum integer, installed_by varchar(100) NOT NULL, installed_on timestamp NOT NULL DEFAULT now(),
                   execution_time integer NOT NULL, success boolean NOT NULL);
                 ALTER TABLE flyway_schema_history ADD CONSTRAINT flyway_schema_history_pk PRIMARY KEY (installed_rank);
                 CREATE INDEX flyway_schema_history_s_idx ON flyway_schema_history (success)"
            }
            // launchbadge/sqlx sqlx-postgres/src/migrate.rs
            Ledger::Sqlx => {
                "CREATE TABLE _sqlx_migrations (version bigint PRIMARY KEY, description text NOT NULL,
                   installed_on timestamptz NOT NULL DEFAULT now(), success boolean NOT NULL, checksum bytea NOT NULL,
                   execution_time bigint NOT NULL)"
            }
            // rust-db/refinery refinery_core/src/traits/mod.rs; dates need its feature int8-versions
            Ledger::Refinery => {
                "CREATE TABLE refinery_schema_history (version int8 PRIMARY KEY, name varchar(255),
                   applied_on varchar(255), checksum varchar(255))"
            }
            // prisma/prisma-engines sql-schema-connector/src/flavour/postgres
            Ledger::Prisma => {
                "CREATE TABLE _prisma_migrations (id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL,
                   finished_at timestamptz, migration_name varchar(255) NOT NULL, logs text,
                   rolled_back_at timestamptz, started_at timestamptz NOT NULL DEFAULT now(),
                   applied_steps_count integer NOT NULL DEFAULT 0)"
            }
            // drizzle-team/drizzle-orm src/pg-core/dialect.ts, src/up-migrations/pg.ts
            Ledger::Drizzle => DRIZZLE,
            Ledger::DrizzleNamed => {
                "CREATE SCHEMA drizzle;
                 CREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint);
                 ALTER TABLE drizzle.__drizzle_migrations ADD COLUMN name text,
                   ADD COLUMN applied_at timestamptz DEFAULT now(), ADD COLUMN version integer"
            }
            Ledger::Atlas => ATLAS,
            // sqitchers/sqitch lib/App/Sqitch/Engine/pg.sql
            Ledger::Sqitch => SQITCH,
            // rails/rails activerecord/lib/active_record/schema_migration.rb
            Ledger::Rails => {
                "CREATE TABLE schema_migrations (version varchar NOT NULL PRIMARY KEY);
                 CREATE TABLE ar_internal_metadata (key varchar NOT NULL PRIMARY KEY, value varchar,
                   created_at timestamp(6) NOT NULL, updated_at timestamp(6) NOT NULL)"
            }
            // pressly/goose database/dialect/postgres.go
            Ledger::Goose => GOOSE,
            Ledger::Alembic => {
                "CREATE TABLE alembic_version (version_num varchar(32) NOT NULL,
                   CONSTRAINT alembic_version_pkc PRIMARY KEY (version_num))"
            }
            // liquibase/liquibase …/sqlgenerator/core/CreateDatabaseChangeLogTableGenerator.java
            Ledger::Liquibase => {
                "CREATE TABLE databasechangelog (id varchar(255) NOT NULL, author varchar(255) NOT NULL,
                   filename varchar(255) NOT NULL, dateexecuted timestamp NOT NULL, orderexecuted int NOT NULL,
                   exectype varchar(10) NOT NULL, md5sum varchar(35), description varchar(255), comments varchar(255),
                   tag varchar(255), liquibase varchar(20), contexts varchar(255), labels varchar(255),
                   deployment_id varchar(10))"
            }
        }
    }

    /// The table's name.
    pub fn name(self) -> &'static str {
        match self {
            Ledger::Supabase => "supabase_migrations.schema_migrations",
            Ledger::Dbmate | Ledger::Golang | Ledger::Rails => "public.schema_migrations",
            Ledger::Flyway => "public.flyway_schema_history",
            Ledger::Sqlx => "public._sqlx_migrations",
            Ledger::Refinery => "public.refinery_schema_history",
            Ledger::Prisma => "public._prisma_migrations",
            Ledger::Drizzle | Ledger::DrizzleNamed => "drizzle.__drizzle_migrations",
            Ledger::Atlas => "public.atlas_schema_revisions",
            Ledger::Sqitch => "sqitch.changes",
            Ledger::Goose => "public.goose_db_version",
            Ledger::Alembic => "public.alembic_version",
            Ledger::Liquibase => "public.databasechangelog",
        }
    }

    /// The statements that empty the table.
    pub fn clear(self) -> String {
        match self {
            Ledger::Sqitch => {
                "DELETE FROM sqitch.events; DELETE FROM sqitch.changes; DELETE FROM sqitch.projects".into()
            }
            _ => format!("DELETE FROM {}", self.name()),
        }
    }

    /// The statements by which the tool remembers `runs` of a folder of this naming, in this order.
    pub fn record(self, naming: Naming, runs: &[Run]) -> String {
        let rows: Vec<Row> = runs.iter().enumerate().map(|(at, run)| Row::new(naming, at + 1, run)).collect();
        match self {
            Ledger::Golang => golang(&rows),
            Ledger::Alembic => {
                let head = rows.iter().rfind(|row| !row.run.reverted && !row.run.failed);
                let head = head.map(|row| format!("INSERT INTO alembic_version VALUES ('ae1027a6{:04x}')", row.number));
                head.unwrap_or_default()
            }
            Ledger::Sqitch => super::rows::sqitch(&rows),
            _ => {
                let rows: Vec<String> = rows.iter().filter_map(|row| super::rows::row(self, row)).collect();
                rows.join(";\n")
            }
        }
    }
}

/// As the tool does it: one row, which says how far the database is.
fn golang(rows: &[Row]) -> String {
    let last = rows.iter().rfind(|row| !row.run.reverted);
    let row = |row: &Row| format!("INSERT INTO schema_migrations VALUES ({}, {})", row.number, row.run.failed);
    last.map(row).unwrap_or_default()
}

/// A run, with what tools write down of it.
pub struct Row {
    /// The run.
    pub run: Run,
    /// Its place among all runs, from 1 on.
    pub place: usize,
    /// The number as the file writes it.
    pub version: String,
    /// The number as a number.
    pub number: u64,
    /// The forward file.
    pub path: String,
    /// Its text.
    pub text: String,
}

impl Row {
    fn new(naming: Naming, place: usize, run: &Run) -> Row {
        // Where files have no numbers, whoever wrote this table numbered files of another folder.
        let version = naming.version(&run.item).unwrap_or_else(|| format!("{:03}", run.item.number));
        let number = version.parse().unwrap();
        Row { run: *run, place, version, number, path: naming.path(&run.item), text: naming.text(&run.item) }
    }

    /// The statements, as Supabase's CLI cuts them; a script of Sqitch's has a frame of its own.
    pub fn statements(&self) -> Vec<String> {
        let mut all: Vec<String> = self.run.item.statements().into();
        if self.text.starts_with("BEGIN;") {
            all.insert(0, "BEGIN".into());
            all.push("COMMIT".into());
        }
        all
    }

    /// The name with blanks, as Flyway and sqlx write it.
    pub fn description(&self) -> String {
        self.run.item.name.replace('_', " ")
    }

    /// `printf … | sha384sum`
    pub fn sha384(&self) -> String {
        hexadecimal(&Sha384::digest(&self.text))
    }

    /// `printf … | sha256sum`
    pub fn sha256(&self) -> String {
        hexadecimal(&Sha256::digest(&self.text))
    }

    /// `sha1sum`
    pub fn sha1(&self) -> String {
        hexadecimal(&Sha1::digest(&self.text))
    }

    /// `ChecksumCalculator.java` of flyway/flyway: the lines without their breaks.
    pub fn crc32(&self) -> i32 {
        crc32fast::hash(self.text.replace('\n', "").as_bytes()).cast_signed()
    }

    /// `refinery_core/src/migration.rs` of rust-db/refinery: name, version and text.
    pub fn sip(&self) -> u64 {
        let mut hasher = SipHasher13::new();
        self.run.item.name.hash(&mut hasher);
        match i32::try_from(self.number) {
            Ok(number) => number.hash(&mut hasher),
            Err(_) => i64::try_from(self.number).unwrap().hash(&mut hasher),
        }
        self.text.hash(&mut hasher);
        hasher.finish()
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    bytes
        .iter()
        .flat_map(|byte| [byte >> 4, byte & 15])
        .map(|digit| char::from(b"0123456789abcdef"[usize::from(digit)]))
        .collect()
}

const DRIZZLE: &str = "CREATE SCHEMA drizzle;
    CREATE TABLE drizzle.__drizzle_migrations (id serial PRIMARY KEY, hash text NOT NULL, created_at bigint)";

/// pressly/goose database/dialect/postgres.go
pub const GOOSE: &str = "CREATE TABLE goose_db_version (id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY,
      version_id bigint NOT NULL, is_applied boolean NOT NULL, tstamp timestamp NOT NULL DEFAULT now())";

/// ariga/atlas, as its own inspection prints the table
pub const ATLAS: &str = "CREATE TABLE atlas_schema_revisions (version varchar NOT NULL, description varchar NOT NULL,
      type bigint NOT NULL DEFAULT 2, applied bigint NOT NULL DEFAULT 0, total bigint NOT NULL DEFAULT 0,
      executed_at timestamptz NOT NULL, execution_time bigint NOT NULL, error text, error_stmt text,
      hash varchar NOT NULL, partial_hashes jsonb, operator_version varchar NOT NULL, PRIMARY KEY (version))";

const SQITCH: &str = "CREATE SCHEMA sqitch;
    CREATE TABLE sqitch.projects (project text PRIMARY KEY, uri text NULL UNIQUE,
      created_at timestamptz NOT NULL DEFAULT clock_timestamp(), creator_name text NOT NULL, creator_email text NOT NULL);
    CREATE TABLE sqitch.changes (change_id text PRIMARY KEY, script_hash text NULL, change text NOT NULL,
      project text NOT NULL REFERENCES sqitch.projects ON UPDATE CASCADE, note text NOT NULL DEFAULT '',
      committed_at timestamptz NOT NULL DEFAULT clock_timestamp(), committer_name text NOT NULL,
      committer_email text NOT NULL, planned_at timestamptz NOT NULL, planner_name text NOT NULL,
      planner_email text NOT NULL, UNIQUE (project, script_hash));
    CREATE TABLE sqitch.events (event text NOT NULL CHECK (event IN ('deploy', 'revert', 'fail', 'merge')),
      change_id text NOT NULL, change text NOT NULL,
      project text NOT NULL REFERENCES sqitch.projects ON UPDATE CASCADE, note text NOT NULL DEFAULT '',
      requires text[] NOT NULL DEFAULT '{}', conflicts text[] NOT NULL DEFAULT '{}', tags text[] NOT NULL DEFAULT '{}',
      committed_at timestamptz NOT NULL DEFAULT clock_timestamp(), committer_name text NOT NULL,
      committer_email text NOT NULL, planned_at timestamptz NOT NULL, planner_name text NOT NULL,
      planner_email text NOT NULL, PRIMARY KEY (change_id, committed_at))";
