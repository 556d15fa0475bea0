//! How a migration that was run is written into the history that an environment keeps, as that history's own tool does
//! it. Values are parameters, the table's name is quoted by [`QName::sql`].

use std::time::Duration;

use super::{
    checksum,
    file::File,
    history::Tool,
    scan::{Kind, Scanner},
    style::Style,
};
use crate::core::{
    name::{QName, ident},
    text::printable,
};

/// A statement that writes one row and returns a column of it, and its parameters as text: whatever keeps the row from
/// being written shows in how many come back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Write {
    /// The statement.
    pub sql: String,
    /// What stands for `$1`, `$2` and so on.
    pub parameters: Vec<Option<String>>,
}

/// A history that is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recorder {
    /// Whose way it is written in.
    pub tool: Tool,
    /// The table.
    pub table: QName,
}

/// What is known of a file once it ran.
#[derive(Debug, Clone, Copy)]
pub struct Ran<'a> {
    /// The file.
    pub file: &'a File,
    /// How long it took.
    pub took: Duration,
}

impl Recorder {
    /// The history that a database without one is given for files of `style`: that of the style's own tool, and
    /// Supabase's where the style has none, or one that only the tool itself can write.
    pub fn usual(style: Style) -> Recorder {
        let (tool, schema, name) = match style {
            Style::Golang => (Tool::Golang, "public", "schema_migrations"),
            Style::Dbmate => (Tool::Dbmate, "public", "schema_migrations"),
            Style::Refinery => (Tool::Refinery, "public", "refinery_schema_history"),
            Style::Flyway => (Tool::Flyway, "public", "flyway_schema_history"),
            Style::Prisma => (Tool::Prisma, "public", "_prisma_migrations"),
            Style::Drizzle => (Tool::Drizzle, "drizzle", "__drizzle_migrations"),
            Style::Sqlx => (Tool::Sqlx, "public", "_sqlx_migrations"),
            Style::Supabase | Style::Sqitch | Style::Plain => {
                (Tool::Supabase, "supabase_migrations", "schema_migrations")
            }
        };
        Recorder { tool, table: QName::new(schema, name) }
    }

    /// Why `file` cannot be recorded here, one line; `None` where it can.
    pub fn refuses(&self, file: &File) -> Option<String> {
        let number = |most: i64| match &file.version {
            Some(version) if version.parse::<i64>().is_ok_and(|number| number <= most) => None,
            _ => Some(format!("{} records numbers only, up to {most}", self.tool)),
        };
        let own = |own: bool| (!own).then(|| format!("{} would not know it by its name", self.tool));
        // Both tools read names of the form `V1__name.sql`.
        let lettered = matches!(file.style, Style::Flyway | Style::Refinery);
        match self.tool {
            Tool::Supabase | Tool::Dbmate | Tool::Rails => {
                file.version.is_none().then(|| format!("{} records versions, and it has none", self.tool))
            }
            Tool::Golang | Tool::Goose | Tool::Sqlx => number(i64::MAX),
            Tool::Refinery => own(lettered).or_else(|| number(i32::MAX.into())),
            Tool::Flyway => own(lettered),
            Tool::Prisma => own(file.style == Style::Prisma),
            Tool::Drizzle => own(file.stamp.is_some()),
            Tool::Atlas | Tool::Sqitch | Tool::Alembic | Tool::Liquibase => {
                Some(format!("the history of {0} is written by {0} only", self.tool))
            }
        }
    }

    /// What makes the table where there is none.
    pub fn create(&self) -> Vec<String> {
        let columns = columns(self.tool);
        vec![
            format!("CREATE SCHEMA IF NOT EXISTS {}", ident(&self.table.schema)),
            format!("CREATE TABLE IF NOT EXISTS {} ({columns})", self.table.sql()),
        ]
    }

    /// A statement whose one value tells whether anybody wrote the table: by which transactions its rows are there
    /// (`xmin`, manual 5.5). What is in them is not read, for a history holds whole files.
    pub fn fingerprint(&self) -> String {
        let row = "xmin::pg_catalog.text";
        format!(
            "SELECT pg_catalog.md5(coalesce(pg_catalog.string_agg({row}, ',' ORDER BY {row}), '')) FROM {}",
            self.table.sql()
        )
    }

    /// What is recorded before a file runs outside of a transaction, for the tools that do so: that it has begun.
    pub fn begun(&self, file: &File) -> Vec<Write> {
        match self.tool {
            Tool::Golang => self.current(file, true),
            Tool::Prisma => vec![self.insert(
                "id, checksum, finished_at, migration_name, logs, rolled_back_at, started_at, applied_steps_count",
                "gen_random_uuid()::text, $1, NULL, $2, NULL, NULL, now(), 0",
                [checksum::sha256(&file.text), folder_of(file)],
            )],
            _ => Vec::new(),
        }
    }

    /// What is recorded of a file that failed outside of a transaction, for the tools that do so.
    pub fn failed(&self, file: &File, took: Duration, why: &str) -> Vec<Write> {
        match self.tool {
            Tool::Flyway => vec![self.flyway(file, took, false)],
            Tool::Prisma => vec![Write {
                sql: format!(
                    "UPDATE {} SET logs = $2 WHERE migration_name = $1 AND finished_at IS NULL AND rolled_back_at IS NULL RETURNING 1",
                    self.table.sql()
                ),
                parameters: vec![Some(folder_of(file)), Some(printable(why).into_owned())],
            }],
            _ => Vec::new(),
        }
    }

    /// What is recorded of a file that ran; `begun` says whether its beginning is on record.
    pub fn done(&self, ran: &Ran, begun: bool) -> Vec<Write> {
        let file = ran.file;
        let version = || file.version.clone().unwrap_or_default();
        let nanoseconds = i64::try_from(ran.took.as_nanos()).unwrap_or(i64::MAX).to_string();
        match self.tool {
            Tool::Supabase => vec![self.insert(
                "version, name, statements",
                "$1, $2, (SELECT array_agg(s.value ORDER BY s.at) FROM json_array_elements_text($3::json) WITH \
                 ORDINALITY AS s(value, at))",
                [version(), file.name.clone(), serde_json::json!(pieces(file)).to_string()],
            )],
            Tool::Dbmate | Tool::Rails => vec![self.insert("version", "$1", [version()])],
            Tool::Golang => self.current(file, false),
            Tool::Goose => vec![self.insert("version_id, is_applied", "$1::bigint, true", [version()])],
            Tool::Flyway => vec![self.flyway(file, ran.took, true)],
            Tool::Sqlx => vec![self.insert(
                "version, description, success, checksum, execution_time",
                "$1::bigint, $2, true, decode($3, 'hex'), $4::bigint",
                [version(), file.name.replace('_', " "), checksum::sqlx(&file.text), nanoseconds],
            )],
            Tool::Refinery => {
                let number = file.version.as_ref().and_then(|version| version.parse().ok()).unwrap_or_default();
                vec![self.insert(
                    "version, name, applied_on, checksum",
                    "$1::int, $2, to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"'), $3",
                    [version(), file.name.clone(), checksum::refinery(&file.name, number, &file.text).to_string()],
                )]
            }
            Tool::Prisma if begun => vec![Write {
                sql: format!(
                    "UPDATE {} SET finished_at = clock_timestamp(), applied_steps_count = 1 WHERE migration_name = $1 \
                     AND finished_at IS NULL AND rolled_back_at IS NULL RETURNING 1",
                    self.table.sql()
                ),
                parameters: vec![Some(folder_of(file))],
            }],
            Tool::Prisma => vec![self.insert(
                "id, checksum, finished_at, migration_name, logs, rolled_back_at, started_at, applied_steps_count",
                "gen_random_uuid()::text, $1, clock_timestamp(), $2, NULL, NULL, now(), 1",
                [checksum::sha256(&file.text), folder_of(file)],
            )],
            Tool::Drizzle => vec![self.insert(
                "hash, created_at",
                "$1, $2::bigint",
                [checksum::sha256(&file.text), file.stamp.clone().unwrap_or_default()],
            )],
            Tool::Atlas | Tool::Sqitch | Tool::Alembic | Tool::Liquibase => Vec::new(),
        }
    }

    fn insert<const N: usize>(&self, columns: &str, values: &str, parameters: [String; N]) -> Write {
        let sql = format!("INSERT INTO {} ({columns}) VALUES ({values}) RETURNING 1", self.table.sql());
        Write { sql, parameters: parameters.into_iter().map(Some).collect() }
    }

    /// golang-migrate keeps one row: where the database stands, and whether it came there whole.
    fn current(&self, file: &File, dirty: bool) -> Vec<Write> {
        let table = self.table.sql();
        let version = file.version.clone().unwrap_or_default();
        let sql = format!(
            "WITH before AS (DELETE FROM {table} WHERE version <> $1::bigint), same AS (UPDATE {table} SET dirty = \
             $2::boolean WHERE version = $1::bigint RETURNING 1), new AS (INSERT INTO {table} (version, dirty) SELECT \
             $1::bigint, $2::boolean WHERE NOT EXISTS (SELECT FROM {table} WHERE version = $1::bigint) RETURNING 1) \
             SELECT 1 FROM same UNION ALL SELECT 1 FROM new"
        );
        vec![Write { sql, parameters: vec![Some(version), Some(dirty.to_string())] }]
    }

    fn flyway(&self, file: &File, took: Duration, success: bool) -> Write {
        let table = self.table.sql();
        let sql = format!(
            "INSERT INTO {table} (installed_rank, version, description, type, script, checksum, installed_by, \
             execution_time, success) SELECT coalesce(max(installed_rank), 0) + 1, $1, $2, 'SQL', $3, $4::int, \
             current_user, $5::int, $6::boolean FROM {table} RETURNING 1"
        );
        let milliseconds = i32::try_from(took.as_millis()).unwrap_or(i32::MAX);
        let parameters = vec![
            file.version.as_ref().map(|version| version.replace('_', ".")),
            Some(file.name.replace('_', " ")),
            Some(file.path.clone()),
            Some(checksum::flyway(&file.text).to_string()),
            Some(milliseconds.to_string()),
            Some(success.to_string()),
        ];
        Write { sql, parameters }
    }
}

/// The columns of a tool's table, as the tool itself makes it. Their sources: supabase/cli pkg/migration/history.go,
/// amacneil/dbmate pkg/driver/postgres, golang-migrate/migrate database/postgres, launchbadge/sqlx
/// sqlx-postgres/src/migrate.rs, rust-db/refinery `refinery_core/src/traits`, prisma-engines' PostgreSQL flavour,
/// drizzle-orm src/pg-core/dialect.ts, and Flyway's documentation of its schema history table.
fn columns(tool: Tool) -> &'static str {
    match tool {
        Tool::Dbmate | Tool::Rails => "version varchar(128) PRIMARY KEY",
        Tool::Golang => "version bigint NOT NULL PRIMARY KEY, dirty boolean NOT NULL",
        Tool::Flyway => {
            "installed_rank integer NOT NULL PRIMARY KEY, version varchar(50), description varchar(200) NOT NULL, type \
             varchar(20) NOT NULL, script varchar(1000) NOT NULL, checksum integer, installed_by varchar(100) NOT NULL, \
             installed_on timestamp NOT NULL DEFAULT now(), execution_time integer NOT NULL, success boolean NOT NULL"
        }
        Tool::Sqlx => {
            "version bigint PRIMARY KEY, description text NOT NULL, installed_on timestamptz NOT NULL DEFAULT now(), \
             success boolean NOT NULL, checksum bytea NOT NULL, execution_time bigint NOT NULL"
        }
        Tool::Refinery => "version int4 PRIMARY KEY, name varchar(255), applied_on varchar(255), checksum varchar(255)",
        Tool::Prisma => {
            "id varchar(36) PRIMARY KEY NOT NULL, checksum varchar(64) NOT NULL, finished_at timestamptz, \
             migration_name varchar(255) NOT NULL, logs text, rolled_back_at timestamptz, started_at timestamptz NOT \
             NULL DEFAULT now(), applied_steps_count integer NOT NULL DEFAULT 0"
        }
        Tool::Drizzle => "id serial PRIMARY KEY, hash text NOT NULL, created_at bigint",
        Tool::Goose => {
            "id integer PRIMARY KEY GENERATED BY DEFAULT AS IDENTITY, version_id bigint NOT NULL, is_applied boolean \
             NOT NULL, tstamp timestamp NOT NULL DEFAULT now()"
        }
        Tool::Supabase | Tool::Atlas | Tool::Sqitch | Tool::Alembic | Tool::Liquibase => {
            "version text NOT NULL PRIMARY KEY, statements text[], name text"
        }
    }
}

/// The forward part of `file` cut as Supabase's CLI keeps it: after each `;` that ends a statement, with the comments
/// before it and without the `;` (supabase/cli pkg/parser).
fn pieces(file: &File) -> Vec<&str> {
    let forward = file.forward();
    let (mut from, mut out) = (forward.start, Vec::new());
    for statement in file.statements().list {
        let rest = file.text.get(statement.range.end..forward.end).unwrap_or_default();
        let end = Scanner::new(rest).find(|piece| piece.kind == Kind::Symbol(b';'));
        let end = end.map_or(forward.end, |piece| statement.range.end + piece.start);
        // The rows of a COPY belong to it, up to the line that ends them.
        let end = statement.rows.map_or(end, |rows| line_end(&file.text, rows.end));
        out.push(file.text.get(from..end).unwrap_or_default());
        from = (end + 1).min(forward.end);
    }
    out.push(file.text.get(from..forward.end).unwrap_or_default());
    let around = |c: char| c == ';' || c.is_whitespace();
    out.into_iter().map(|piece| piece.trim_matches(around)).filter(|piece| !piece.is_empty()).collect()
}

fn line_end(text: &str, from: usize) -> usize {
    text.get(from..).and_then(|rest| rest.find('\n')).map_or(text.len(), |at| from + at)
}

/// Prisma's name for a migration: that of its folder.
fn folder_of(file: &File) -> String {
    file.path.strip_suffix("/migration.sql").unwrap_or(&file.path).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::core::migrations::file;

    fn file(text: &str) -> File {
        File {
            path: "007_it_is.sql".into(),
            style: Style::Plain,
            version: Some("007".into()),
            stamp: None,
            name: "it_is".into(),
            kind: file::Kind::Up,
            text: text.into(),
            exact: true,
        }
    }

    #[test]
    fn pieces_keep_comments_and_lose_their_semicolons() {
        let file = file("-- first;\nSELECT 1 /* ; */ ;;\n\nDO $$ a; $$;\nSELECT ';'\n-- end\n");
        assert_eq!(pieces(&file), ["-- first;\nSELECT 1 /* ; */", "DO $$ a; $$", "SELECT ';'\n-- end"]);
    }

    #[test]
    fn a_tool_refuses_what_its_table_cannot_hold() {
        let recorder = |tool| Recorder { tool, table: QName::new("public", "t") };
        let named = File { version: Some("2024a".into()), ..file("SELECT 1") };
        assert!(recorder(Tool::Supabase).refuses(&named).is_none());
        assert!(recorder(Tool::Golang).refuses(&named).is_some());
        assert!(recorder(Tool::Golang).refuses(&file("SELECT 1")).is_none());
        let long = File { version: Some("20240131120000".into()), style: Style::Refinery, ..file("SELECT 1") };
        assert!(recorder(Tool::Refinery).refuses(&long).is_some());
        assert!(recorder(Tool::Prisma).refuses(&file("SELECT 1")).is_some());
        assert!(recorder(Tool::Sqitch).refuses(&file("SELECT 1")).is_some());
        assert!(recorder(Tool::Supabase).refuses(&File { version: None, ..file("SELECT 1") }).is_some());
    }
}
