//! Folders whose order is a list: Drizzle's journal, Sqitch's plan.

use std::collections::BTreeMap;

use super::{Folder, Source};
use crate::core::migrations::{
    file::{File, Kind, Named, named},
    list::{self, Entry},
    problem::{Class, Problem},
    style::Style,
};

/// Puts the files of a folder in the order of its list. Where that cannot be used, one line says so, and the files stand
/// in the order of their names.
pub(super) fn read(folder: &mut Folder, sources: Vec<Source>) {
    let path = if folder.style == Style::Sqitch { "sqitch.plan" } else { "meta/_journal.json" };
    let (lists, sources): (Vec<_>, Vec<_>) = sources.into_iter().partition(|source| source.path == path);
    let left = sources.into_iter().filter(Source::is_sql).map(|source| (source.path.clone(), source)).collect();
    match entries(folder, path, lists.into_iter().next()) {
        Some(entries) => place(folder, left, path, entries),
        None => by_name(folder, left),
    }
}

fn entries(folder: &mut Folder, path: &str, list: Option<Source>) -> Option<Vec<Entry>> {
    let fault = |detail, hint, line| Problem { line, ..Problem::new(Class::List, path, detail, hint) };
    let Some(list) = list else {
        let detail = format!("there is no {path}, so the order is unknown");
        folder.problems.push(fault(detail, "point `dir` to the folder that holds it", None));
        return None;
    };
    if let Some(problem) = list.problem {
        folder.problems.push(problem);
        return None;
    }
    let entries = match folder.style {
        Style::Sqitch => list::plan(&list.text),
        _ => list::journal(&list.text),
    };
    folder.project = list::project(&list.text).filter(|_| folder.style == Style::Sqitch);
    entries
        .map_err(|(line, wrong)| folder.problems.push(fault(wrong, "restore it from version control", Some(line))))
        .ok()
}

/// The path of an entry's file.
fn path_of(style: Style, name: &str) -> String {
    if style == Style::Sqitch { format!("deploy/{name}.sql") } else { format!("{name}.sql") }
}

fn place(folder: &mut Folder, mut left: BTreeMap<String, Source>, list: &str, entries: Vec<Entry>) {
    let style = folder.style;
    for entry in entries {
        let usual = path_of(style, &entry.name);
        let says = says(style, &entry.name, &usual);
        let mut paths = std::iter::once(usual.clone()).chain(entry.others.iter().map(|name| path_of(style, name)));
        let Some(source) = paths.find_map(|path| left.remove(&path)) else {
            let detail = format!("{usual} stands in {list} and is not there");
            let problem = Problem::new(Class::Absent, list, detail, "restore it from version control");
            folder.problems.push(Problem { line: entry.line, ..problem }.of(says.version.as_ref()));
            continue;
        };
        take(folder, &mut left, source, says, entry.stamp);
    }
    for (path, _) in left {
        if is_aside(style, &path) {
            folder.aside.push(path);
        } else {
            let detail = format!("it does not stand in {list}, so it is never run");
            let hint = "add it with the tool, or move it out of the folder";
            folder.problems.push(Problem::new(Class::Unnumbered, &path, detail, hint).at(1));
        }
    }
}

/// All files in the order of their names, for want of a list.
fn by_name(folder: &mut Folder, mut left: BTreeMap<String, Source>) {
    let style = folder.style;
    while let Some((path, source)) = left.pop_first() {
        if is_aside(style, &path) {
            folder.aside.push(path);
            continue;
        }
        let stem = path.strip_suffix(".sql").unwrap_or(&path);
        let says = says(style, stem.strip_prefix("deploy/").unwrap_or(stem), &path);
        take(folder, &mut left, source, says, None);
    }
}

/// Whether the tool does not look for migrations where a file is.
fn is_aside(style: Style, path: &str) -> bool {
    if style == Style::Sqitch { !path.starts_with("deploy/") } else { path.contains('/') }
}

/// Takes a file in, and what takes it back.
fn take(folder: &mut Folder, left: &mut BTreeMap<String, Source>, source: Source, says: Named, stamp: Option<String>) {
    let style = folder.style;
    let back = source.path.replacen("deploy/", "revert/", 1);
    let down = left.remove(&back).filter(|_| style == Style::Sqitch);
    let file = source.file(style, says.clone(), &mut folder.problems);
    folder.files.push(File { stamp, ..file });
    if let Some(down) = down {
        folder.files.push(down.file(style, Named { kind: Kind::Down, ..says }, &mut folder.problems));
    }
}

fn says(style: Style, name: &str, path: &str) -> Named {
    let change = Named { version: None, name: name.to_owned(), kind: Kind::Up, prefix: None };
    named(style, path).unwrap_or(change)
}
