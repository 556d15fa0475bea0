//! What a database's history says of the files: applied, pending, edited, failed; and what it knows that is no file.

use std::collections::HashMap;

use serde::Serialize;

use super::{
    file::{File, Kind},
    folder::Folder,
    history::{Applied, Histories, History, Tool},
    numbering::canonical,
    problem::Problem,
    scan::normalised,
    style::Style,
};
use crate::core::name::QName;

mod said;

/// Where a file stands in one database.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// It ran, and the file is what it was as far as that can be told.
    Applied,
    /// It did not run.
    Pending,
    /// It ran, and the file is not what it was.
    Edited,
    /// It ran and failed.
    Failed,
    /// It cannot be told.
    Unknown,
}

impl Status {
    /// The word in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Status::Applied => "applied",
            Status::Pending => "pending",
            Status::Edited => "edited",
            Status::Failed => "failed",
            Status::Unknown => "unknown",
        }
    }
}

/// One file in one database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileState {
    /// Its path within the folder.
    pub path: String,
    /// Where it stands.
    pub status: Status,
    /// Whether it is pending and one after it ran.
    pub out_of_order: bool,
    /// What the history says of it.
    pub applied: Option<Applied>,
}

/// All files in one database.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct State {
    /// The history that was believed; `None` where there is none that can be read.
    pub history: Option<(Tool, QName)>,
    /// The forward files in their order.
    pub files: Vec<FileState>,
    /// What ran and has no file.
    pub missing: Vec<Applied>,
    /// What is wrong, one line each.
    pub problems: Vec<Problem>,
}

/// Joins the files of `folder` with the histories of one database. Of several histories the one of the folder's own
/// tool is believed, else the one that knows most of the files; where another says otherwise, that is a problem.
pub fn state(folder: &Folder, histories: &Histories) -> State {
    let files: Vec<&File> = folder.forward().collect();
    let joins: Vec<Join> = histories.read.iter().map(|history| Join::new(&files, history)).collect();
    let own = |join: &Join| style_of(join.history.tool) == Some(folder.style);
    // The first of equals, so that the answer does not depend on chance.
    let believed = joins.iter().rev().max_by_key(|join| (own(join), join.known()));
    let mut state = match believed {
        Some(join) => join.state(),
        None => State { files: files.iter().map(|file| unknown(file)).collect(), ..State::default() },
    };
    let others = believed.iter().flat_map(|best| {
        joins.iter().filter(|join| !std::ptr::eq(*join, *best)).filter_map(|join| said::disagreement(best, join))
    });
    state.problems.extend(others);
    state.problems.extend(histories.unseen.iter().map(said::unseen));
    state
}

/// The style of the files that a tool runs.
fn style_of(tool: Tool) -> Option<Style> {
    Some(match tool {
        Tool::Supabase => Style::Supabase,
        Tool::Dbmate => Style::Dbmate,
        Tool::Golang => Style::Golang,
        Tool::Flyway => Style::Flyway,
        Tool::Sqlx => Style::Sqlx,
        Tool::Refinery => Style::Refinery,
        Tool::Prisma => Style::Prisma,
        Tool::Drizzle => Style::Drizzle,
        Tool::Sqitch => Style::Sqitch,
        Tool::Atlas | Tool::Rails | Tool::Goose | Tool::Alembic | Tool::Liquibase => return None,
    })
}

fn unknown(file: &File) -> FileState {
    FileState { path: file.path.clone(), status: Status::Unknown, out_of_order: false, applied: None }
}

/// A name such that the ways in which tools write it are one: Flyway and sqlx turn `_` into a blank.
fn plain(name: &str) -> String {
    name.replace(['_', '-'], " ").trim().to_lowercase()
}

/// One history, and which of its entries belongs to which file.
struct Join<'a> {
    files: &'a [&'a File],
    history: &'a History,
    /// For each file, the place of its entry.
    entries: Vec<Option<usize>>,
    /// For each file, whether its number was recorded for one of several files and nobody knows for which.
    unclear: Vec<bool>,
}

impl<'a> Join<'a> {
    fn new(files: &'a [&'a File], history: &'a History) -> Self {
        let none = vec![None; files.len()];
        let mut join = Join { files, history, entries: none, unclear: vec![false; files.len()] };
        let mut places = HashMap::<String, Vec<usize>>::new();
        for (place, file) in files.iter().enumerate() {
            places.entry(join.key_of_file(file)).or_default().push(place);
        }
        for (entry, applied) in history.applied.iter().enumerate() {
            let candidates = join.key_of_entry(applied).and_then(|key| places.get(&key));
            if let Some(candidates) = candidates {
                join.assign(entry, applied, candidates);
            }
        }
        join
    }

    /// What a file and its entry have in common.
    fn key_of_file(&self, file: &File) -> String {
        let name = || format!("name {}", file.name.split('@').next().unwrap_or_default());
        match self.history.tool {
            Tool::Drizzle if file.stamp.is_some() => format!("stamp {}", file.stamp.as_deref().unwrap_or_default()),
            Tool::Sqitch => name(),
            _ => match &file.version {
                Some(version) => format!("version {}", canonical(version)),
                None => format!("name {}", plain(&file.name)),
            },
        }
    }

    fn key_of_entry(&self, applied: &Applied) -> Option<String> {
        match (self.history.tool, &applied.version, &applied.name) {
            (Tool::Drizzle, Some(version), _) => Some(format!("stamp {version}")),
            (Tool::Sqitch, _, Some(name)) => Some(format!("name {name}")),
            (_, Some(version), _) => Some(format!("version {}", canonical(version))),
            (_, None, Some(name)) => Some(format!("name {}", plain(name))),
            (_, None, None) => None,
        }
    }

    /// Gives an entry to one of the files that it may be about: the one with its name, with its very version, or the
    /// first that is left. A repeatable one is recorded each time, and the last time counts.
    fn assign(&mut self, entry: usize, applied: &Applied, candidates: &[usize]) {
        let repeatable = |place: &&usize| self.files[**place].kind == Kind::Repeatable;
        if let Some(place) = candidates.iter().find(repeatable) {
            self.entries[*place] = Some(entry);
            return;
        }
        let free: Vec<usize> = candidates.iter().copied().filter(|place| self.entries[*place].is_none()).collect();
        let named = free.iter().copied().find(|place| self.same_name(*place, applied) == Some(true));
        let exact: Vec<usize> =
            free.iter().copied().filter(|place| self.files[*place].version == applied.version).collect();
        let nameless = applied.name.is_none() && applied.checksum.is_none() && applied.statements.is_none();
        if named.is_none() && exact.len() > 1 && nameless {
            for place in exact {
                self.unclear[place] = true;
            }
            return;
        }
        let same = free.iter().copied().find(|place| self.is_edited(*place, applied) == Some(false));
        if let Some(place) = named.or(same).or(exact.first().copied()).or(free.first().copied()) {
            self.entries[place] = Some(entry);
        }
    }

    fn same_name(&self, place: usize, applied: &Applied) -> Option<bool> {
        let named = !matches!(self.history.tool, Tool::Liquibase | Tool::Alembic);
        let name = applied.name.as_ref().filter(|_| named)?;
        let own = self.files[place].name.split('@').next().unwrap_or_default();
        (!own.is_empty()).then(|| plain(name) == plain(own))
    }

    /// Whether a file is not what ran; `None` where that cannot be told.
    fn is_edited(&self, place: usize, applied: &Applied) -> Option<bool> {
        let file = self.files[place];
        if let Some(same) = applied.checksum.as_ref().and_then(|recorded| file.is(recorded)) {
            return Some(!same);
        }
        let statements = applied.statements.as_ref().filter(|list| !list.is_empty() && file.exact)?;
        let ran = normalised(&statements.join("\n;\n"));
        Some(ran.trim_end() != normalised(&file.text[file.forward()]).trim_end())
    }

    /// How many files it knows.
    fn known(&self) -> usize {
        self.entries.iter().flatten().count()
    }

    fn at_or_below(&self, place: usize, version: &str) -> bool {
        let own = self.files[place].version.as_deref();
        own.is_some_and(|own| super::style::parts(own, version).is_le())
    }

    fn status(&self, place: usize) -> Status {
        if let Some(entry) = self.entries[place] {
            let applied = &self.history.applied[entry];
            return match self.is_edited(place, applied) {
                _ if applied.failed.is_some() => Status::Failed,
                Some(true) if self.files[place].kind == Kind::Repeatable => Status::Pending,
                Some(true) => Status::Edited,
                _ => Status::Applied,
            };
        }
        let current = self.history.applied.first().and_then(|applied| applied.version.as_deref());
        match (&self.history.baseline, current) {
            _ if self.unclear[place] => Status::Unknown,
            (Some(baseline), _) if self.at_or_below(place, baseline) => Status::Applied,
            (_, Some(current)) if self.history.current_only => {
                match current.bytes().all(|byte| byte.is_ascii_digit()) {
                    true if self.at_or_below(place, current) => Status::Applied,
                    true => Status::Pending,
                    false => Status::Unknown,
                }
            }
            _ => Status::Pending,
        }
    }

    fn state(&self) -> State {
        let statuses: Vec<Status> = (0..self.files.len()).map(|place| self.status(place)).collect();
        let ran = |place: &usize| {
            !matches!(statuses[*place], Status::Pending | Status::Unknown)
                && self.files[*place].kind != Kind::Repeatable
        };
        let last = (0..self.files.len()).rev().find(ran);
        let file = |place: usize| FileState {
            path: self.files[place].path.clone(),
            status: statuses[place],
            out_of_order: statuses[place] == Status::Pending && last.is_some_and(|last| place < last),
            applied: self.entries[place].map(|entry| self.history.applied[entry].clone()),
        };
        let files: Vec<FileState> = (0..self.files.len()).map(file).collect();
        let problems = said::problems(self, &files, last);
        let missing = self.missing().cloned().collect();
        State { history: Some((self.history.tool, self.history.table.clone())), files, missing, problems }
    }

    /// What ran and belongs to no file. A repeatable one that ran before is not missing, nor is what is unclear.
    fn missing(&self) -> impl Iterator<Item = &Applied> {
        let keys: std::collections::HashSet<String> = (0..self.files.len())
            .filter(|place| self.unclear[*place] || self.files[*place].kind == Kind::Repeatable)
            .map(|place| self.key_of_file(self.files[place]))
            .collect();
        let mut known = vec![false; self.history.applied.len()];
        self.entries.iter().flatten().for_each(|entry| known[*entry] = true);
        let lost = move |(entry, applied): &(usize, &Applied)| {
            !known[*entry] && !self.key_of_entry(applied).is_some_and(|key| keys.contains(&key))
        };
        self.history.applied.iter().enumerate().filter(lost).map(|(_, applied)| applied)
    }
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
