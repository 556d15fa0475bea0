//! What is said about files and histories that do not fit, one line each.

use super::{FileState, Join, Status, plain};
use crate::core::migrations::{
    history::{Applied, Unseen},
    problem::{Class, Problem},
};

/// How many files a disagreement names.
const NAMED: usize = 5;

/// What is wrong between a history and the files; `last` is the last file that ran.
pub(super) fn problems(join: &Join, files: &[FileState], last: Option<usize>) -> Vec<Problem> {
    let mut found: Vec<Problem> = Vec::new();
    for (place, state) in files.iter().enumerate() {
        found.extend(of_file(join, place, state, last));
    }
    found.extend(join.missing().map(|applied| missing(join, files, applied)));
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
            found.push(of(Class::Failed, detail, "look what is left of it, repair that, then run it again"));
        }
        (Status::Unknown, _) if join.unclear[place] => {
            let detail = "its number ran once and stands for several files, and the history keeps no names".to_owned();
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

/// What ran and has no file; where a file that did not run has its name, the two are one.
fn missing(join: &Join, files: &[FileState], applied: &Applied) -> Problem {
    let version = applied.version.as_deref().unwrap_or_default();
    let name = applied.name.as_deref().unwrap_or_default();
    if let Some(why) = &applied.failed {
        let title = format!("{version} {name}");
        let title = if title.trim().is_empty() { "a migration" } else { title.trim() };
        let detail = format!("{title} failed by the history of {}, and there is no file: {why}", join.history.tool);
        return without_file(applied, Class::Failed, detail, "look what is left of it, repair that and the history");
    }
    let pending = |place: &usize| matches!(files[*place].status, Status::Pending);
    let moved = (0..files.len())
        .filter(pending)
        .find(|place| !plain(name).is_empty() && join.same_name(*place, applied) == Some(true));
    if let Some(place) = moved {
        let file = join.files[place];
        let detail = format!("it ran as {version}, and would run again");
        let hint = "give the file its old number, or correct the history with the tool";
        let problem = Problem::new(Class::Moved, &file.path, detail, hint).at(1);
        return Problem {
            versions: [Some(version.to_owned()), file.version.clone()].into_iter().flatten().collect(),
            ..problem
        };
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
