//! One history laid beside the files: which of its entries belongs to which file, and what follows for each.

use std::{
    cell::OnceCell,
    collections::{HashMap, HashSet},
};

use super::{FileState, State, Status, plain, said};
use crate::core::migrations::{
    checksum,
    file::{File, Kind},
    history::{Applied, Checksum, History, Tool},
    numbering::canonical,
    scan::normalised,
    style::{Style, parts},
};

/// One history, and which of its entries belongs to which file.
pub(super) struct Join<'a> {
    pub files: &'a [&'a File],
    pub history: &'a History,
    /// For each file, the place of its entry.
    entries: Vec<Option<usize>>,
    /// For each file, whether its number was recorded for one of several files and nobody knows for which.
    pub unclear: Vec<bool>,
    /// Whether the files have Drizzle's times.
    stamped: bool,
    /// Where each file stands: told once, for checksums take a while.
    statuses: OnceCell<Vec<Status>>,
}

impl<'a> Join<'a> {
    pub fn new(files: &'a [&'a File], history: &'a History) -> Self {
        let mut join = Join {
            files,
            history,
            entries: vec![None; files.len()],
            unclear: vec![false; files.len()],
            stamped: files.iter().any(|file| file.stamp.is_some()),
            statuses: OnceCell::new(),
        };
        let mut places = HashMap::<String, Vec<usize>>::new();
        for (place, file) in files.iter().enumerate() {
            places.entry(join.key_of_file(file)).or_default().push(place);
            // Where its journal cannot be read, the text has to tell.
            if history.tool == Tool::Drizzle && file.style == Style::Drizzle && file.stamp.is_none() && file.exact {
                places.entry(format!("sum {}", checksum::sha256(&file.text))).or_default().push(place);
            }
        }
        for (entry, applied) in history.applied.iter().enumerate() {
            let sum = || match &applied.checksum {
                Some(Checksum::Sha256(sum)) => places.get(&format!("sum {sum}")),
                _ => None,
            };
            // A file without a number is known by its name, whatever number the tool gave it.
            let name = || places.get(&format!("name {}", plain(join.kept_name(applied)?)));
            let once = |places: &&Vec<usize>| places.iter().all(|place| files[*place].kind != Kind::Repeatable);
            let candidates = join.key_of_entry(applied).and_then(|key| places.get(&key));
            let candidates = candidates.or_else(sum).or_else(|| name().filter(once));
            if let Some(candidates) = candidates {
                join.assign(entry, applied, candidates);
            }
        }
        if history.current_only {
            // Only the number is known, of all that came before too.
            for twice in places.values().filter(|places| places.len() > 1) {
                twice.iter().filter(|place| files[**place].version.is_some()).for_each(|place| join.doubt(*place));
            }
        }
        join
    }

    fn doubt(&mut self, place: usize) {
        if matches!(self.stands(place), Status::Applied | Status::Failed) {
            self.unclear[place] = true;
            self.entries[place] = None;
        }
    }

    /// What a file and its entry have in common.
    fn key_of_file(&self, file: &File) -> String {
        match (self.history.tool, &file.stamp, &file.version) {
            (Tool::Drizzle, Some(stamp), _) => format!("stamp {stamp}"),
            (Tool::Drizzle, None, _) => format!("name {}", full(file)),
            (Tool::Sqitch, ..) => format!("name {}", change(file)),
            (Tool::Liquibase, ..) => format!("path {}", base(&file.path)),
            (_, _, Some(version)) => format!("version {}", canonical(version)),
            (_, _, None) => format!("name {}", plain(&file.name)),
        }
    }

    fn key_of_entry(&self, applied: &Applied) -> Option<String> {
        match (self.history.tool, &applied.version, &applied.name) {
            // Its numbers are those of change sets, of which every file may have some.
            (Tool::Liquibase, ..) => applied.script.as_ref().map(|script| format!("path {}", base(script))),
            (Tool::Drizzle, Some(version), _) if self.stamped => Some(format!("stamp {version}")),
            (Tool::Drizzle | Tool::Sqitch, _, name) => name.as_ref().map(|name| format!("name {name}")),
            (_, Some(version), _) => Some(format!("version {}", canonical(version))),
            (_, None, Some(name)) => Some(format!("name {}", plain(name))),
            (_, None, None) => None,
        }
    }

    /// Gives an entry to one of the files that it may be about: the one with its name, with its path, with its text,
    /// with its very version, or the first that is left. A repeatable one is recorded each time, and the last time
    /// counts.
    fn assign(&mut self, entry: usize, applied: &Applied, candidates: &[usize]) {
        let repeatable = |place: &&usize| self.files[**place].kind == Kind::Repeatable;
        if let Some(place) = candidates.iter().find(repeatable) {
            self.entries[*place] = Some(entry);
            return;
        }
        let free: Vec<usize> = candidates.iter().copied().filter(|place| self.entries[*place].is_none()).collect();
        let one = |test: &dyn Fn(usize) -> bool| free.iter().copied().find(|place| test(*place));
        let told = one(&|place| self.same_name(place, applied) == Some(true))
            .or_else(|| one(&|place| self.same_path(place, applied)))
            .or_else(|| one(&|place| self.is_edited(place, applied) == Some(false)));
        if let Some(place) = told {
            self.entries[place] = Some(entry);
        }
        if told.is_some() || self.history.tool == Tool::Liquibase {
            return;
        }
        // How a number is written says nothing where the tool keeps it as a number.
        let exact = |place: &usize| self.history.tool.counts() || self.files[*place].version == applied.version;
        let exact: Vec<usize> = free.iter().copied().filter(exact).collect();
        let nameless = applied.name.is_none() && applied.checksum.is_none() && applied.statements.is_none();
        if exact.len() > 1 && nameless {
            for place in exact {
                self.unclear[place] = true;
            }
        } else if let Some(place) = exact.first().or(free.first()) {
            self.entries[*place] = Some(entry);
        }
    }

    /// The name that was recorded; Liquibase's is the author's, and Alembic's is none.
    pub fn kept_name<'b>(&self, applied: &'b Applied) -> Option<&'b str> {
        let named = !matches!(self.history.tool, Tool::Liquibase | Tool::Alembic);
        applied.name.as_deref().filter(|name| named && !name.is_empty())
    }

    /// Whether a file has the name that was recorded; `None` where one of the two has none.
    pub fn same_name(&self, place: usize, applied: &Applied) -> Option<bool> {
        let (name, own) = (self.kept_name(applied)?, self.name(place));
        (!own.is_empty()).then(|| plain(name) == plain(&own))
    }

    /// The name that this tool would keep of a file.
    pub fn name(&self, place: usize) -> String {
        let file = self.files[place];
        if self.history.tool == Tool::Drizzle { full(file) } else { change(file).to_owned() }
    }

    /// Whether a file has the path that was recorded, as far as both are written.
    fn same_path(&self, place: usize, applied: &Applied) -> bool {
        let own = self.files[place].path.as_str();
        let ends = |long: &str, short: &str| long.strip_suffix(short).is_some_and(|rest| rest.ends_with('/'));
        let same = |script: &String| script == own || ends(script, own) || ends(own, script);
        applied.script.as_ref().is_some_and(same)
    }

    /// Whether a file is not what ran; `None` where that cannot be told.
    pub fn is_edited(&self, place: usize, applied: &Applied) -> Option<bool> {
        let file = self.files[place];
        let same = match &applied.checksum {
            _ if !file.exact => None,
            // refinery's covers the name too, and a new name is no new text.
            Some(recorded @ Checksum::SipHash13(_)) => {
                let name = applied.name.as_deref().unwrap_or(&file.name);
                checksum::matches(recorded, name, applied.version.as_deref(), &file.text)
            }
            recorded => recorded.as_ref().and_then(|recorded| file.is(recorded)),
        };
        if let Some(same) = same {
            return Some(!same);
        }
        let statements = applied.statements.as_ref().filter(|list| !list.is_empty() && file.exact)?;
        let ran = normalised(&statements.join("\n;\n"));
        Some(ran.trim_end() != normalised(&file.text[file.forward()]).trim_end())
    }

    /// By how many files it is known that they ran.
    pub fn ran(&self) -> usize {
        let ran = |place: &usize| !matches!(self.status(*place), Status::Pending | Status::Unknown);
        (0..self.files.len()).filter(ran).count()
    }

    /// Whether an entry belongs to a file, or has the name of one. Where names are kept, a number alone does not make it
    /// belong.
    pub fn touches(&self) -> bool {
        let names: HashSet<String> = (0..self.files.len()).map(|place| plain(&self.name(place))).collect();
        let called = |applied| self.kept_name(applied).is_some_and(|name| names.contains(&plain(name)));
        if self.history.applied.iter().any(called) {
            return true;
        }
        let belongs = |(place, entry): (usize, &Option<usize>)| {
            let applied = &self.history.applied[(*entry)?];
            Some(self.same_name(place, applied) != Some(false))
        };
        let entries = self.entries.iter().enumerate();
        let baseline = self.history.baseline.as_deref();
        let covers = |baseline: &str| (0..self.files.len()).any(|place| self.at_or_below(place, baseline));
        self.unclear.contains(&true)
            || entries.filter_map(belongs).any(|belongs| belongs)
            || baseline.is_some_and(covers)
    }

    fn at_or_below(&self, place: usize, version: &str) -> bool {
        let own = self.files[place].version.as_deref();
        own.is_some_and(|own| parts(own, version).is_le())
    }

    /// Where a file stands by this history.
    pub fn status(&self, place: usize) -> Status {
        let all = || (0..self.files.len()).map(|place| self.stands(place)).collect();
        self.statuses.get_or_init(all).get(place).copied().unwrap_or(Status::Unknown)
    }

    fn stands(&self, place: usize) -> Status {
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

    /// All files by this history.
    pub fn state(&self) -> State {
        let statuses: Vec<Status> = (0..self.files.len()).map(|place| self.status(place)).collect();
        let ran = |place: &usize| {
            !matches!(statuses[*place], Status::Pending | Status::Unknown)
                && self.files[*place].kind != Kind::Repeatable
        };
        let last = (0..self.files.len()).rev().find(ran);
        let file = |place: usize| FileState {
            path: self.files[place].path.clone(),
            status: statuses[place],
            out_of_order: statuses[place] == Status::Pending
                && last.is_some_and(|last| place < last)
                && !self.files[place].may_come_late(),
            applied: self.entries[place].map(|entry| self.history.applied[entry].clone()),
        };
        let files: Vec<FileState> = (0..self.files.len()).map(file).collect();
        let problems = said::problems(self, &files, last);
        let missing = self.missing().cloned().collect();
        State { history: Some((self.history.tool, self.history.table.clone())), files, missing, problems }
    }

    /// Whether an entry is one more change set of a file that has one.
    fn is_one_more(&self, applied: &Applied) -> bool {
        let of = |place: usize| self.entries[place].is_some() && self.same_path(place, applied);
        self.history.tool == Tool::Liquibase && (0..self.files.len()).any(of)
    }

    /// What ran and belongs to no file. A repeatable one that ran before is not missing, nor is what is unclear.
    pub fn missing(&self) -> impl Iterator<Item = &Applied> {
        let keys: HashSet<String> = (0..self.files.len())
            .filter(|place| self.unclear[*place] || self.files[*place].kind == Kind::Repeatable)
            .map(|place| self.key_of_file(self.files[place]))
            .collect();
        let mut known = vec![false; self.history.applied.len()];
        self.entries.iter().flatten().for_each(|entry| known[*entry] = true);
        let lost = move |(entry, applied): &(usize, &Applied)| {
            !known[*entry]
                && !self.is_one_more(applied)
                && !self.key_of_entry(applied).is_some_and(|key| keys.contains(&key))
        };
        self.history.applied.iter().enumerate().filter(lost).map(|(_, applied)| applied)
    }
}

/// The last part of a path.
fn base(path: &str) -> &str {
    path.rsplit('/').next().unwrap_or(path)
}

/// A change of Sqitch's under the name that it was planned by, before it was reworked.
fn change(file: &File) -> &str {
    file.name.split('@').next().unwrap_or_default()
}

/// The number and the name, as newer versions of Drizzle keep them.
fn full(file: &File) -> String {
    file.version.iter().chain([&file.name]).map(String::as_str).collect::<Vec<_>>().join("_")
}
