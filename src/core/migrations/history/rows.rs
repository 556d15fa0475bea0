//! The rows of a history table, read by the meaning that the tool gives them.

use serde::Deserialize;

use super::{Applied, Checksum, History, Tool};
use crate::core::name::QName;

/// Characters of a reason that are kept: a tool's log may be long.
const REASON: usize = 300;

/// A row of any tool's history, in the order of running: what a tool does not keep is `None`.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Row {
    /// The version, as text.
    pub version: Option<String>,
    /// The name or description.
    pub name: Option<String>,
    /// The file.
    pub script: Option<String>,
    /// The checksum: bytes in hexadecimal, numbers in decimal.
    pub checksum: Option<String>,
    /// The statements that were run.
    pub statements: Option<Vec<Option<String>>>,
    /// When.
    pub at: Option<String>,
    /// The tool's own word or number for what kind of row this is.
    pub kind: Option<String>,
    /// The tool's own flag: done (Flyway, sqlx, goose, Prisma), or dirty (golang-migrate).
    pub flag: Option<bool>,
    /// Whether the row is marked as taken back (Prisma).
    pub reverted: bool,
    /// What the tool noted of a failure.
    pub log: Option<String>,
    /// Statements that were run of the file (Atlas).
    pub applied: Option<i64>,
    /// Statements that the file has (Atlas).
    pub total: Option<i64>,
    /// The project (Sqitch).
    pub project: Option<String>,
}

/// What the rows of `table` say: one history, or one for each project where the tool keeps several in a table.
pub fn histories(tool: Tool, table: &QName, rows: Vec<Row>) -> Vec<History> {
    let mut projects: Vec<Option<String>> = Vec::new();
    for row in &rows {
        if !projects.contains(&row.project) {
            projects.push(row.project.clone());
        }
    }
    if projects.is_empty() {
        projects.push(None);
    }
    let mut out: Vec<History> = projects.into_iter().map(|project| empty(tool, table, project)).collect();
    for row in rows {
        if let Some(history) = out.iter_mut().find(|history| history.project == row.project) {
            history.take(row);
        }
    }
    out
}

fn empty(tool: Tool, table: &QName, project: Option<String>) -> History {
    History {
        tool,
        table: table.clone(),
        project,
        applied: Vec::new(),
        reverted: Vec::new(),
        baseline: None,
        current_only: tool.current_only(),
    }
}

impl History {
    fn take(&mut self, row: Row) {
        match self.tool {
            Tool::Supabase | Tool::Dbmate | Tool::Rails | Tool::Alembic => self.applied.push(plain(row)),
            Tool::Refinery | Tool::Drizzle => self.applied.push(hashed(self.tool, row)),
            Tool::Golang => self.golang(row),
            Tool::Flyway => self.flyway(row),
            Tool::Sqlx => self.sqlx(row),
            Tool::Prisma => self.prisma(row),
            Tool::Atlas => self.atlas(row),
            Tool::Sqitch => self.sqitch(row),
            Tool::Goose => self.goose(row),
            Tool::Liquibase => self.liquibase(row),
        }
    }

    /// A version below zero stands for none: the very first migration failed on its way down.
    fn golang(&mut self, row: Row) {
        let failed = (row.flag == Some(true)).then(|| "dirty: the last run stopped half way".to_owned());
        let version = row.version.filter(|version| !version.starts_with('-'));
        if version.is_some() || failed.is_some() {
            self.applied.push(Applied { version, failed, ..Applied::default() });
        }
    }

    /// `DELETE` is what repair leaves of a migration whose file is gone, `UNDO…` takes one back, `SCHEMA` says that
    /// Flyway made the schema, `BASELINE` that it began with a database that had a past.
    fn flyway(&mut self, row: Row) {
        let kind = row.kind.clone().unwrap_or_default();
        let done = row.flag == Some(true);
        let same =
            |applied: &Applied| applied.version == row.version && (row.version.is_some() || applied.name == row.name);
        let before = self.applied.iter().rposition(same);
        match kind.as_str() {
            "SCHEMA" => {}
            "BASELINE" => self.baseline = row.version,
            "DELETE" => self.revert(before),
            _ if kind.starts_with("UNDO") && done => self.revert(before),
            _ if kind.starts_with("UNDO") => {
                if let Some(applied) = before.and_then(|at| self.applied.get_mut(at)) {
                    applied.failed = Some("its undo migration failed".to_owned());
                }
            }
            _ => {
                // A repeatable migration has a row for each time it was run: the last one counts.
                if let Some(at) = before.filter(|_| row.version.is_none()) {
                    self.applied.remove(at);
                }
                if kind.ends_with("BASELINE") && done {
                    self.baseline.clone_from(&row.version);
                }
                let failed = (!done).then(|| "failed: the tool says success = false".to_owned());
                let checksum =
                    row.checksum.clone().map(|text| text.parse().map_or(Checksum::Other(text), Checksum::Crc32));
                self.applied.push(Applied { checksum, failed, ..plain(row) });
            }
        }
    }

    fn sqlx(&mut self, row: Row) {
        let failed = (row.flag != Some(true)).then(|| "failed: the tool says success = false".to_owned());
        let checksum = row.checksum.clone().map(Checksum::Sha384);
        self.applied.push(Applied { checksum, failed, ..plain(row) });
    }

    /// A name is a folder's: the digits before its first `_` are the version. What was rolled back is run again.
    fn prisma(&mut self, row: Row) {
        let full = row.name.clone().unwrap_or_default();
        let (version, name) = match full.split_once('_') {
            Some((version, name)) if digits(version) => (Some(version.to_owned()), name.to_owned()),
            _ => (None, full),
        };
        let failed = (row.flag != Some(true)).then(|| {
            let log = row.log.as_deref().and_then(reason);
            log.unwrap_or_else(|| "begun and not finished".to_owned())
        });
        let (reverted, checksum) = (row.reverted, row.checksum.clone());
        let checksum = checksum.map(|text| Checksum::Sha256(text.to_lowercase()));
        let applied = Applied { version, name: Some(name), checksum, failed, ..plain(row) };
        if reverted { self.reverted.push(applied) } else { self.applied.push(applied) }
    }

    /// The type is a set of bits: 1 baseline, 4 resolved by hand, which ends a failure. Versions that begin with a dot
    /// are Atlas' own notes.
    fn atlas(&mut self, row: Row) {
        if row.version.as_deref().is_some_and(|version| version.starts_with('.')) {
            return;
        }
        let bits: i64 = row.kind.as_deref().and_then(|kind| kind.parse().ok()).unwrap_or_default();
        if bits & 1 != 0 {
            self.baseline = row.version;
            return;
        }
        let failed = (bits & 4 == 0).then(|| half(&row)).flatten();
        let checksum = row.checksum.clone().map(Checksum::Other);
        self.applied.push(Applied { checksum, failed, ..plain(row) });
    }

    /// The kind is the last event of a change that is not deployed; a deployed one has none.
    fn sqitch(&mut self, row: Row) {
        let checksum = row.checksum.clone().map(|text| Checksum::Sha1(text.to_lowercase()));
        match row.kind.as_deref() {
            None => self.applied.push(Applied { checksum, ..plain(row) }),
            Some("fail") => {
                let failed = Some("failed: the last event of this change is `fail`".to_owned());
                self.applied.push(Applied { checksum, failed, ..plain(row) });
            }
            Some("revert") => self.reverted.push(Applied { checksum, ..plain(row) }),
            Some(_) => {}
        }
    }

    /// Version 0 is the row that goose begins its table with. The last row of a version counts.
    fn goose(&mut self, row: Row) {
        if row.version.as_deref() == Some("0") {
            return;
        }
        let before = self.applied.iter().rposition(|applied| applied.version == row.version);
        if row.flag == Some(true) {
            self.applied.push(plain(row));
        } else {
            self.revert(before);
        }
    }

    fn liquibase(&mut self, row: Row) {
        let failed = match row.kind.as_deref() {
            Some("SKIPPED") => return,
            Some("FAILED") => Some("failed: the tool says FAILED".to_owned()),
            _ => None,
        };
        let checksum = row.checksum.clone().map(Checksum::Other);
        self.applied.push(Applied { checksum, failed, ..plain(row) });
    }

    fn revert(&mut self, at: Option<usize>) {
        if let Some(at) = at {
            let applied = self.applied.remove(at);
            self.reverted.push(applied);
        }
    }
}

fn plain(row: Row) -> Applied {
    Applied {
        version: row.version,
        name: row.name.filter(|name| !name.is_empty()),
        script: row.script,
        checksum: None,
        statements: row.statements.map(|statements| statements.into_iter().flatten().collect()),
        at: row.at,
        failed: None,
    }
}

fn hashed(tool: Tool, row: Row) -> Applied {
    let checksum = row.checksum.clone().map(|text| match tool {
        Tool::Refinery => text.parse().map_or(Checksum::Other(text), Checksum::SipHash13),
        _ => Checksum::Sha256(text.to_lowercase()),
    });
    Applied { checksum, ..plain(row) }
}

/// Why a revision of Atlas is not whole, if it is not.
fn half(row: &Row) -> Option<String> {
    let error = row.log.as_deref().and_then(reason);
    let (applied, total) = (row.applied.unwrap_or_default(), row.total.unwrap_or_default());
    error.or_else(|| (applied < total).then(|| format!("{applied} of {total} statements were run")))
}

/// The line of a log that says what went wrong: the server's error, else the first. No more than that: what follows may
/// hold values of rows.
fn reason(log: &str) -> Option<String> {
    let mut lines = log.lines().map(str::trim).filter(|line| !line.is_empty());
    let first = lines.next()?;
    let line = if first.starts_with("ERROR:") {
        first
    } else {
        lines.find(|line| line.starts_with("ERROR:")).unwrap_or(first)
    };
    Some(line.chars().take(REASON).collect())
}

fn digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
#[path = "rows_tests.rs"]
mod tests;
