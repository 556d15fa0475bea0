//! What ran, where, by whom, with which outcome: the record. The file is `app::journal`'s.

use serde::{Deserialize, Serialize};

use super::{sync::plan::Tally, text::counted};

/// One line of the journal. A run has one at its start and one at its end; a start without an end means
/// that pgdeck was cut off in between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When, UTC.
    pub at: jiff::Timestamp,
    /// The run's name.
    pub run: String,
    /// What was done.
    pub action: Action,
    /// The environment that was written.
    pub environment: String,
    /// Where the values came from.
    pub from: String,
    /// The digest of the plan.
    pub digest: String,
    /// The operating system's name of the operator.
    pub operator: String,
    /// How far it is.
    pub outcome: Outcome,
    /// How many rows.
    pub rows: Tally,
    /// Which migrations, where it is about those.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub migrations: Option<Migrations>,
    /// The server's transaction id, once it is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub xid: Option<String>,
    /// What went wrong, one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The files of migrations that a run is about, by their paths within the folder.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Migrations {
    /// How many there were to run.
    pub of: usize,
    /// Those that ran and were kept, in order.
    pub ran: Vec<String>,
    /// The one that was about to be: the COMMIT of its record was on its way if the entry has a transaction id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
    /// Whether that one runs outside of a transaction: what it has done is there, recorded or not.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub outside: bool,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Action {
    /// A reviewed plan was applied.
    Apply,
    /// A run was taken back.
    Undo,
    /// Migrations were run.
    Migrate,
}

impl Action {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Action::Apply => "apply",
            Action::Undo => "undo",
            Action::Migrate => "migrate",
        }
    }
}

/// How far a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Begun, nothing committed yet.
    Started,
    /// Committed and verified.
    Applied,
    /// Some files were kept, and then one was not.
    Stopped,
    /// Everything was rolled back.
    RolledBack,
    /// The answer to COMMIT was lost and the server could not be asked.
    Unknown,
}

impl Outcome {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Outcome::Started => "cut off",
            Outcome::Applied => "applied",
            Outcome::Stopped => "stopped",
            Outcome::RolledBack => "rolled back",
            Outcome::Unknown => "unknown",
        }
    }
}

impl Entry {
    /// What was written, in few characters: files of migrations, or rows.
    pub fn amount(&self) -> String {
        match &self.migrations {
            Some(migrations) if migrations.ran.len() == migrations.of => counted(migrations.of, "file"),
            Some(migrations) => format!("{} of {}", migrations.ran.len(), counted(migrations.of, "file")),
            None => format!("+{} ~{} −{}", self.rows.insert, self.rows.update, self.rows.delete),
        }
    }
}

/// One run: its last entry, and when it began.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// When it began.
    pub began: jiff::Timestamp,
    /// Its newest entry.
    pub last: Entry,
}

/// Folds entries into runs, newest first.
pub fn runs(entries: &[Entry]) -> Vec<Run> {
    let mut runs: Vec<Run> = Vec::new();
    for entry in entries {
        match runs.iter_mut().find(|run| run.last.run == entry.run) {
            Some(run) => run.last = entry.clone(),
            None => runs.push(Run { began: entry.at, last: entry.clone() }),
        }
    }
    runs.reverse();
    runs
}
