//! What is said about files and histories that do not fit, one line each.

use std::{
    collections::{HashMap, HashSet},
    mem::{Discriminant, discriminant},
};

use super::{FileState, Join, Status, plain};
use crate::core::migrations::{
    checksum,
    file::File,
    history::{Applied, Checksum, Unseen},
    problem::{Class, Problem},
    scan::normalised,
};

/// How many files a disagreement names.
const NAMED: usize = 5;

/// What is wrong between a history and the files; `last` is the last file that ran.
pub(super) fn problems(join: &Join, files: &[FileState], last: Option<usize>) -> Vec<Problem> {
    let mut found: Vec<Problem> = Vec::new();
    for (place, state) in files.iter().enumerate() {
        found.extend(of_file(join, place, state, last));
    }
    let moved = Moved::new(join, files);
    found.extend(join.missing().map(|applied| missing(join, &moved, applied)));
    // That a file ran by another number says why it did not run by this one.
    let moved: Vec<String> = found
        .iter()
        .filter(|problem| problem.class == Class::Moved)
        .flat_map(|problem| problem.paths.clone())
        .collect();
    found
        .retain(|problem| problem.class != Class::OutOfOrder || !problem.paths.iter().any(|path| moved.contains(path)));
    found
}

fn of_file(join: &Join, place: usize, state: &FileState, last: Option<usize>) -> Vec<Problem> {
    let file = join.files[place];
    let of = |class, detail: String, hint: &str| {
        Problem::new(class, &file.path, detail, hint).at(1).of(file.version.as_ref())
    };
    let tool = join.history.tool;
    let mut found = Vec::new();
    match (state.status, &state.applied) {
        (Status::Edited, _) => {
            let detail = format!("it is not what ran, by the history of {tool}");
            found.push(of(Class::Edited, detail, "restore it, and put the change into a new migration"));
        }
        (Status::Failed, Some(applied)) => {
            let detail = format!("it failed: {}", applied.failed.as_deref().unwrap_or_default());
            found.push(of(Class::Failed, detail, "check what it left behind, clean up, then run it again"));
        }
        (Status::Unknown, _) if join.unclear[place] => {
            let detail =
                "its version is recorded once, but several files have it and this history stores no names".to_owned();
            found.push(of(Class::Duplicate, detail, "look in the database which of them ran"));
        }
        _ => {}
    }
    if let Some(last) = last.filter(|_| state.out_of_order) {
        let detail = format!("it did not run, and {} after it did", join.files[last].path);
        found.push(of(Class::OutOfOrder, detail, "many tools skip it in silence: give it a number after the last"));
    }
    if let Some(applied) = &state.applied
        && join.same_name(place, applied) == Some(false)
    {
        let name = applied.name.as_deref().unwrap_or_default();
        let detail = format!("its number ran under the name `{name}`");
        found.push(of(Class::OtherName, detail, "look whether the file was renamed, or another one ran"));
    }
    found
}

/// Files that did not run, by what they may have run as.
struct Moved {
    /// By name.
    names: HashMap<String, usize>,
    /// By what is known of nothing but the text.
    texts: HashMap<String, usize>,
}

impl Moved {
    fn new(join: &Join, files: &[FileState]) -> Moved {
        let pending = || (0..files.len()).rev().filter(|place| files[*place].status == Status::Pending);
        let mut moved = Moved { names: HashMap::new(), texts: HashMap::new() };
        // The first of equals is what counts, so the last is put in first.
        for place in pending() {
            moved.names.insert(plain(&join.name(place)), place);
        }
        let mut kinds = HashSet::new();
        for applied in join.missing().filter(|applied| kinds.insert(kind_of_text(applied))) {
            for place in pending().filter(|place| join.files[*place].exact) {
                moved.texts.extend(text_of(applied, join.files[place]).map(|text| (text, place)));
            }
        }
        moved
    }

    fn place(&self, join: &Join, applied: &Applied) -> Option<usize> {
        let name = join.kept_name(applied).and_then(|name| self.names.get(&plain(name)));
        name.or_else(|| self.texts.get(&kept_text(applied)?)).copied()
    }
}

/// By what the text of a migration is known in a history; nothing where that covers its name or number too.
fn kept_text(applied: &Applied) -> Option<String> {
    match (&applied.checksum, &applied.statements) {
        (Some(Checksum::Sha256(sum) | Checksum::Sha384(sum) | Checksum::Sha1(sum)), _) => Some(sum.clone()),
        (Some(Checksum::Crc32(sum)), _) => Some(sum.to_string()),
        (None, Some(list)) if !list.is_empty() => Some(normalised(&list.join("\n;\n")).trim_end().to_owned()),
        _ => None,
    }
}

/// By what `file` would be known in the history that `applied` is from.
fn text_of(applied: &Applied, file: &File) -> Option<String> {
    match (&applied.checksum, &applied.statements) {
        (Some(Checksum::Sha256(_)), _) => Some(checksum::sha256(&file.text)),
        (Some(Checksum::Sha384(_)), _) => Some(checksum::sqlx(&file.text)),
        (Some(Checksum::Sha1(_)), _) => Some(checksum::sqitch(&file.text)),
        (Some(Checksum::Crc32(_)), _) => Some(checksum::flyway(&file.text).to_string()),
        (None, Some(list)) if !list.is_empty() => {
            Some(normalised(file.text.get(file.forward())?).trim_end().to_owned())
        }
        _ => None,
    }
}

fn kind_of_text(applied: &Applied) -> (Option<Discriminant<Checksum>>, bool) {
    (applied.checksum.as_ref().map(discriminant), applied.statements.is_some())
}

/// What ran and has no file; where a file that did not run has its name or its text, the two are one.
fn missing(join: &Join, moved: &Moved, applied: &Applied) -> Problem {
    let version = applied.version.as_deref().unwrap_or_default();
    let name = applied.name.as_deref().unwrap_or_default();
    if let Some(why) = &applied.failed {
        let title = format!("{version} {name}");
        let title = if title.trim().is_empty() { "a migration" } else { title.trim() };
        let detail = format!("{title} failed by the history of {}, and there is no file: {why}", join.history.tool);
        return without_file(
            applied,
            Class::Failed,
            detail,
            "check what it left behind, clean up, and correct the history",
        );
    }
    if let Some(place) = moved.place(join, applied) {
        let file = join.files[place];
        let detail = format!("it ran as {}, and would run again", if version.is_empty() { name } else { version });
        let hint = "give the file its old number, or correct the history with the tool";
        let problem = Problem::new(Class::Moved, &file.path, detail, hint).at(1);
        let versions = [applied.version.clone(), file.version.clone()].into_iter().flatten().collect();
        return Problem { versions, ..problem };
    }
    let title = format!("{version} {name}");
    let detail = format!("{} ran by the history of {}, and there is no file", title.trim(), join.history.tool);
    let hint = "restore it from version control, or take it out of the history with the tool";
    without_file(applied, Class::Missing, detail, hint)
}

fn without_file(applied: &Applied, class: Class, detail: String, hint: &str) -> Problem {
    let versions = applied.version.iter().cloned().collect();
    Problem { class, versions, paths: Vec::new(), line: None, detail, hint: hint.into() }
}

/// Where two histories say different things of the same files.
pub(super) fn disagreement(believed: &Join, other: &Join) -> Option<Problem> {
    let ran = |join: &Join, place: usize| match join.status(place) {
        Status::Unknown => None,
        status => Some(status != Status::Pending),
    };
    let differ = |place: &usize| matches!((ran(believed, *place), ran(other, *place)), (Some(a), Some(b)) if a != b);
    let places: Vec<usize> = (0..believed.files.len()).filter(differ).collect();
    let first = *places.first()?;
    let titles: Vec<String> = places.iter().take(NAMED).map(|place| believed.files[*place].title()).collect();
    let more = if places.len() > NAMED { format!(" and {} more", places.len() - NAMED) } else { String::new() };
    let detail = format!(
        "{} ({}) and {} ({}) disagree about {}{more}; {} is believed",
        believed.history.table,
        believed.history.tool,
        other.history.table,
        other.history.tool,
        titles.join(", "),
        believed.history.table
    );
    let problem = Problem::new(Class::Disagree, &believed.files[first].path, detail, "keep one history, by one tool");
    Some(Problem {
        versions: places.iter().filter_map(|place| believed.files[*place].version.clone()).collect(),
        ..problem
    })
}

/// A history that is there and cannot be read.
pub(super) fn unseen(unseen: &Unseen) -> Problem {
    Problem {
        class: Class::Unseen,
        versions: Vec::new(),
        paths: Vec::new(),
        line: None,
        detail: format!("the history of {} in {} cannot be read: {}", unseen.tool, unseen.table, unseen.reason),
        hint: "ask for SELECT on it; until then nothing is known".into(),
    }
}
