//! What ran, where, by whom, with which outcome: the record. The file is `app::journal`'s.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use super::{
    gate::{Digest, EnvName, RunId},
    sync::plan::Tally,
    text::counted,
};

/// One line of the journal. A run has one at its start and one at its end; a start without an end means
/// that pgdeck was cut off in between.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When, UTC.
    pub at: jiff::Timestamp,
    /// The run's name.
    pub run: RunId,
    /// What was done.
    pub action: Action,
    /// The environment that was written.
    pub environment: EnvName,
    /// Which database that name led to; see [`super::database`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub database: Option<String>,
    /// Where the values came from.
    pub from: String,
    /// The digest of the plan.
    pub digest: Digest,
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
    /// The environment may lead to another database from here on.
    Forget,
}

impl Action {
    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Action::Apply => "apply",
            Action::Undo => "undo",
            Action::Migrate => "migrate",
            Action::Forget => "forget",
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
            None if self.action == Action::Forget => "its database".into(),
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

/// A line of the journal that cannot be read: its record is lost, and no other.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Damage {
    /// Which line, counted from 1.
    pub line: usize,
    /// Why.
    pub why: String,
}

/// The most damaged lines that are kept with what is wrong with them; the rest is counted.
pub const MOST_DAMAGE: usize = 20;

/// What the journal holds.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Journal {
    /// The runs, newest first.
    pub runs: Vec<Run>,
    /// The first lines that cannot be read.
    pub damage: Vec<Damage>,
    /// How many lines cannot be read, in all.
    pub damaged: usize,
}

impl Journal {
    /// What people are told of damage; nothing where there is none. `file` is the journal's.
    pub fn notes(&self, file: &str) -> Vec<String> {
        let told = self.damage.iter().map(|damage| {
            format!("{file}:{}: this line cannot be read ({}); all others are shown", damage.line, damage.why)
        });
        let more = self.damaged.saturating_sub(self.damage.len());
        told.chain((more > 0).then(|| format!("{file}: {more} more lines cannot be read"))).collect()
    }
}

/// Makes a journal of lines, one after the other: what is kept grows with the runs and not with the lines.
#[derive(Debug, Default)]
pub struct Reader {
    journal: Journal,
    at: HashMap<RunId, usize>,
    line: usize,
}

impl Reader {
    /// Takes in the next line, without its end.
    pub fn line(&mut self, line: &[u8]) {
        self.line += 1;
        let line = line.trim_ascii();
        if line.is_empty() {
            return;
        }
        match entry(line) {
            Ok(entry) => self.entry(entry),
            Err(why) => self.damage(why),
        }
    }

    /// The next line is longer than any that is written.
    pub fn too_long(&mut self) {
        self.line += 1;
        self.damage("it is longer than any record".into());
    }

    fn damage(&mut self, why: String) {
        self.journal.damaged += 1;
        if self.journal.damage.len() < MOST_DAMAGE {
            self.journal.damage.push(Damage { line: self.line, why });
        }
    }

    fn entry(&mut self, entry: Entry) {
        let runs = &mut self.journal.runs;
        if let Some(at) = self.at.get(&entry.run) {
            runs[*at].last = entry;
        } else {
            self.at.insert(entry.run.clone(), runs.len());
            runs.push(Run { began: entry.at, last: entry });
        }
    }

    /// All of it, newest first.
    pub fn end(mut self) -> Journal {
        self.journal.runs.reverse();
        self.journal
    }
}

fn entry(line: &[u8]) -> Result<Entry, String> {
    let text = std::str::from_utf8(line).map_err(|_| "it is not UTF-8")?;
    serde_json::from_str(text).map_err(|error| match error.classify() {
        serde_json::error::Category::Eof => "it breaks off".into(),
        _ if text.contains('\0') => "it holds zero bytes".into(),
        serde_json::error::Category::Data => format!("it is not a record of this version's journal: {error}"),
        _ => "it is not JSON".into(),
    })
}

#[cfg(test)]
mod tests;
