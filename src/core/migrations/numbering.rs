//! Numbers of migrations: twice, missing, written in two ways; and how they could be put right.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    file::{File, Kind},
    problem::{Class, Problem},
    style::{Style, parts},
};

/// Numbers of this many digits are dates, between which nothing is missing.
const DATE_DIGITS: usize = 8;
/// How many missing numbers are named one by one.
const NAMED: u64 = 12;
/// Steps that people number by to leave room.
const STEPS: [u64; 3] = [100, 10, 5];

/// What is wrong with the numbers of `files`, which stand in the tool's order.
pub fn problems(style: Style, files: &[File]) -> Vec<Problem> {
    let forward: Vec<&File> = files.iter().filter(|file| file.kind.is_forward()).collect();
    let mut found = duplicates(style, files);
    // What stands in a list is ordered by the list.
    if !matches!(style, Style::Drizzle | Style::Sqitch) {
        found.extend(misordered(style, &forward));
    }
    found.extend(gaps(&forward));
    found
}

/// The number that a version is; `None` for one of several parts.
fn number(version: &str) -> Option<u64> {
    version.parse().ok()
}

fn is_date(version: &str) -> bool {
    version.len() >= DATE_DIGITS
}

fn duplicates(style: Style, files: &[File]) -> Vec<Problem> {
    let mut groups: Vec<(&File, Vec<&File>)> = Vec::new();
    let mut index = BTreeMap::<(bool, bool, String), usize>::new();
    for file in files {
        let Some(version) = &file.version else { continue };
        // What goes back has the number of what it takes back.
        let key = (file.kind == Kind::Undo, file.kind == Kind::Down, canonical(version));
        if let Some(group) = index.get(&key) {
            groups[*group].1.push(file);
        } else {
            index.insert(key, groups.len());
            groups.push((file, Vec::new()));
        }
    }
    // Two that go back are one fault with the two that they take back, and not another.
    let forward: BTreeSet<String> = groups
        .iter()
        .filter(|(first, others)| first.kind.is_forward() && !others.is_empty())
        .filter_map(|(first, _)| first.version.as_deref().map(canonical))
        .collect();
    let told = |first: &File| {
        !first.kind.is_forward()
            && first.version.as_deref().is_some_and(|version| forward.contains(&canonical(version)))
    };
    let twice = groups.into_iter().filter(|(first, others)| !others.is_empty() && !told(first));
    twice.map(|(first, others)| duplicate(style, first, &others)).collect()
}

/// A version such that the same number is written the same.
pub(super) fn canonical(version: &str) -> String {
    let mut parts: Vec<_> = version.split(['.', '_']).map(|part| part.trim_start_matches('0')).collect();
    while parts.last() == Some(&"") {
        parts.pop();
    }
    parts.join(".")
}

fn duplicate(style: Style, first: &File, others: &[&File]) -> Problem {
    let all: Vec<&File> = std::iter::once(first).chain(others.iter().copied()).collect();
    let mut versions: Vec<String> = all.iter().filter_map(|file| file.version.clone()).collect();
    versions.dedup();
    let names = all.iter().map(|file| file.path.as_str()).collect::<Vec<_>>().join(", ");
    let same = versions.len() == 1;
    let detail = if same {
        format!("number {} stands for {} files: {names}", versions[0], all.len())
    } else if style.is_numeric() {
        format!("{} are one number to the tool: {names}", versions.join(" and "))
    } else {
        format!("{} are one number, padded differently: {names}", versions.join(" and "))
    };
    let mut paths: Vec<String> = all.iter().map(|file| file.path.clone()).collect();
    paths.rotate_left(1);
    Problem {
        class: if same { Class::Duplicate } else { Class::Padded },
        versions,
        paths,
        line: Some(1),
        detail,
        hint: "give the later one a number of its own, unless it ran already".into(),
    }
}

/// Where a tool that compares names as text runs a higher number first.
fn misordered(style: Style, files: &[&File]) -> Option<Problem> {
    let short = |file: &&&File| file.version.as_ref().is_some_and(|version| !is_date(version));
    let short: Vec<_> = files.iter().filter(short).collect();
    let wrong = short.windows(2).find_map(|pair| {
        let (a, b) = (pair[0].version.as_deref()?, pair[1].version.as_deref()?);
        parts(a, b).is_gt().then_some((pair[0], pair[1], a, b))
    })?;
    let (before, after, a, b) = wrong;
    Some(Problem {
        class: Class::Padded,
        versions: vec![b.to_owned(), a.to_owned()],
        paths: vec![after.path.clone(), before.path.clone()],
        line: Some(1),
        detail: format!("{b} runs after {a}, for {} compares names as text", style.word()),
        hint: format!("write all numbers with {} digits", a.len().max(b.len())),
    })
}

fn gaps(files: &[&File]) -> Vec<Problem> {
    let mut numbers = BTreeMap::<u64, (&str, &File)>::new();
    for file in files {
        if let Some(version) = file.version.as_deref().filter(|version| !is_date(version))
            && let Some(number) = number(version)
        {
            numbers.entry(number).or_insert((version, file));
        }
    }
    let step = step(&numbers.keys().copied().collect::<Vec<_>>());
    let pairs = numbers.iter().zip(numbers.iter().skip(1));
    let missing = pairs.filter(|((a, _), (b, _))| **b - **a > step);
    missing.map(|((a, _), (b, (version, file)))| gap(*a, *b, step, version, file)).collect()
}

/// By how much people number: 1, or the widest round step that two thirds of the numbers keep.
fn step(numbers: &[u64]) -> u64 {
    let keep = |step: u64| numbers.iter().filter(|number| **number % step == 0).count();
    STEPS.into_iter().find(|step| numbers.len() > 1 && keep(*step) * 3 >= numbers.len() * 2).unwrap_or(1)
}

fn gap(before: u64, after: u64, step: u64, version: &str, file: &File) -> Problem {
    let write = |number: u64| format!("{number:0width$}", width = version.len());
    let first = before + step;
    let count = (after - 1 - before) / step;
    let versions: Vec<String> = (0..count.min(NAMED)).map(|at| write(first + at * step)).collect();
    let detail = match count {
        1 => format!("number {} is missing before {version}", write(first)),
        _ => format!("numbers {} to {} are missing before {version}", write(first), write(first + (count - 1) * step)),
    };
    Problem {
        class: Class::Gap,
        versions,
        paths: vec![file.path.clone()],
        line: Some(1),
        detail,
        hint: "look whether a file was forgotten or deleted; version control knows".into(),
    }
}

/// A file that would be called otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rename {
    /// Its path today.
    pub from: String,
    /// The path it would have.
    pub to: String,
}

/// Names under which every forward file has a number of its own, in today's order, with as few changes as there can
/// be. Files that `ran` says of that they were run keep theirs, for histories know them by it. Nothing is renamed: this
/// is a suggestion to show. Styles whose order is a list, and versions of several parts, get none.
pub fn renumber(style: Style, files: &[File], ran: impl Fn(&File) -> bool) -> Vec<Rename> {
    let all = files.iter().filter(|file| file.version.is_some() && file.kind.is_forward());
    let listed = matches!(style, Style::Drizzle | Style::Sqitch);
    if listed || all.clone().any(|file| file.version.as_deref().and_then(number).is_none()) {
        return Vec::new();
    }
    let numbers: Vec<(&File, u64)> = all.filter_map(|file| Some((file, number(file.version.as_deref()?)?))).collect();
    let width = numbers.iter().filter_map(|(file, _)| file.version.as_ref()).map(String::len).max().unwrap_or(3);
    let kept: BTreeSet<u64> = numbers.iter().filter(|(file, _)| ran(file)).map(|(_, number)| *number).collect();
    let mut renames = Vec::new();
    let mut taken = kept.clone();
    let mut last = None::<u64>;
    for (file, own) in numbers {
        if ran(file) {
            last = last.max(Some(own));
            continue;
        }
        let mut wanted = last.map_or(own, |last| own.max(last + 1));
        while taken.contains(&wanted) {
            wanted += 1;
        }
        taken.insert(wanted);
        last = Some(wanted);
        let version = file.version.as_deref().unwrap_or_default();
        if wanted != own || version.len() != width && !style.is_numeric() {
            renames.extend(moved(file, version, &format!("{wanted:0width$}"), files));
        }
    }
    renames
}

/// The new names of a file and of what takes it back.
fn moved(file: &File, version: &str, to: &str, files: &[File]) -> Vec<Rename> {
    let belongs = |other: &&File| {
        *other == file || !other.kind.is_forward() && other.name == file.name && other.version == file.version
    };
    let rename = |other: &File| Rename { from: other.path.clone(), to: other.path.replacen(version, to, 1) };
    files.iter().filter(belongs).map(rename).collect()
}

#[cfg(test)]
#[path = "numbering_tests.rs"]
mod tests;
