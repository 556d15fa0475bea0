//! What differs between two JSON values, path by path.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use crate::{config::theme::Role, tui::glyphs::Glyphs};

use super::cell::Cell;

/// Something that differs: where, and what stands there on each side. Values are their JSON text, unchanged, so
/// that a long number stays the number that it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Where: `limits.max`, `tags[2]`; empty for the value itself.
    pub path: String,
    /// What was there; `None` where it was added.
    pub old: Option<String>,
    /// What is there now; `None` where it was removed.
    pub new: Option<String>,
}

/// Values longer than this (bytes) are not taken apart: that would take longer than a frame may.
const LONGEST: usize = 64 * 1024;

/// What lies deeper is compared as a whole.
const DEEPEST: usize = 24;

/// What differs, in the order of the paths. `None` where a side is no JSON, or nothing differs but how it is written.
pub fn changes(old: &str, new: &str) -> Option<Vec<Change>> {
    if old.len().max(new.len()) > LONGEST {
        return None;
    }
    let (old, new): (&RawValue, &RawValue) = (serde_json::from_str(old).ok()?, serde_json::from_str(new).ok()?);
    let mut found = Vec::new();
    compare("", old.get(), new.get(), 0, &mut found);
    (!found.is_empty()).then_some(found)
}

type Members<'a> = BTreeMap<String, &'a RawValue>;

fn compare(path: &str, old: &str, new: &str, depth: usize, found: &mut Vec<Change>) {
    if old == new {
        return;
    }
    if depth < DEEPEST {
        if let (Some(old), Some(new)) = (object(old), object(new)) {
            return members(path, &old, &new, depth, found);
        }
        if let (Some(old), Some(new)) = (array(old), array(new)) {
            return elements(path, &old, &new, depth, found);
        }
    }
    found.push(Change { path: path.to_owned(), old: Some(old.to_owned()), new: Some(new.to_owned()) });
}

fn object(text: &str) -> Option<Members<'_>> {
    text.starts_with('{').then(|| serde_json::from_str(text).ok()).flatten()
}

fn array(text: &str) -> Option<Vec<&RawValue>> {
    text.starts_with('[').then(|| serde_json::from_str(text).ok()).flatten()
}

fn members(path: &str, old: &Members<'_>, new: &Members<'_>, depth: usize, found: &mut Vec<Change>) {
    let names: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for name in names {
        let inner = member(path, name);
        both(&inner, old.get(name).copied(), new.get(name).copied(), depth, found);
    }
}

/// What is the same at both ends is set aside, so that an element put in before others is one change.
fn elements(path: &str, old: &[&RawValue], new: &[&RawValue], depth: usize, found: &mut Vec<Change>) {
    let shorter = old.len().min(new.len());
    let same = |pair: &(&&RawValue, &&RawValue)| pair.0.get() == pair.1.get();
    let head = old.iter().zip(new).take_while(same).count();
    let tail = old.iter().rev().zip(new.iter().rev()).take(shorter - head).take_while(same).count();
    let (old, new) = (&old[head..old.len() - tail], &new[head..new.len() - tail]);
    for at in 0..old.len().max(new.len()) {
        let inner = format!("{path}[{}]", head + at);
        both(&inner, old.get(at).copied(), new.get(at).copied(), depth, found);
    }
}

fn both(path: &str, old: Option<&RawValue>, new: Option<&RawValue>, depth: usize, found: &mut Vec<Change>) {
    match (old, new) {
        (Some(old), Some(new)) => compare(path, old.get(), new.get(), depth + 1, found),
        (old, new) => {
            let text = |value: Option<&RawValue>| value.map(|value| value.get().to_owned());
            found.push(Change { path: path.to_owned(), old: text(old), new: text(new) });
        }
    }
}

fn member(path: &str, name: &str) -> String {
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_-".contains(c));
    match (path.is_empty(), plain) {
        (true, true) => name.to_owned(),
        (false, true) => format!("{path}.{name}"),
        (_, false) => format!("{path}[{name:?}]"),
    }
}

/// Each change on a line of its own, its sign before it: `+` added, `−` removed, `~` changed.
pub fn lines(changes: &[Change], glyphs: &Glyphs) -> Vec<Cell> {
    changes.iter().map(|change| line(change, glyphs)).collect()
}

fn line(change: &Change, glyphs: &Glyphs) -> Cell {
    let (role, sign) = match (&change.old, &change.new) {
        (None, _) => (Role::Ok, "+"),
        (_, None) => (Role::Danger, glyphs.minus),
        _ => (Role::Warn, "~"),
    };
    let path = if change.path.is_empty() { "the value" } else { &change.path };
    let mut line = Cell::of(role, format!("{sign} ")).bold().and(Role::Text, path);
    line = line.then(value(Role::Removed, change.old.as_ref()));
    if change.old.is_some() && change.new.is_some() {
        line = line.and(Role::Muted, format!(" {}", glyphs.arrow));
    }
    line.then(value(Role::Added, change.new.as_ref()))
}

fn value(role: Role, value: Option<&String>) -> Cell {
    value.map_or_else(Cell::default, |value| Cell::of(Role::Text, " ").and(role, value))
}

/// The changes in one line each for the old and the new side: `max 5, tags[2] "x"`.
pub fn sides(changes: &[Change]) -> (Cell, Cell) {
    (
        side(changes, Role::Removed, |change| change.old.as_ref()),
        side(changes, Role::Added, |change| change.new.as_ref()),
    )
}

fn side(changes: &[Change], role: Role, of: fn(&Change) -> Option<&String>) -> Cell {
    let mut line = Cell::default();
    for change in changes {
        if !line.is_empty() {
            line = line.and(Role::Muted, ", ");
        }
        line = line.and(Role::Muted, &change.path);
        line = match of(change) {
            Some(text) if change.path.is_empty() => line.and(role, text),
            Some(text) => line.and(Role::Muted, " ").and(role, text),
            None => line.and(Role::Muted, " not there"),
        };
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tui::glyphs::UNICODE;

    fn shown(old: &str, new: &str) -> Vec<String> {
        lines(&changes(old, new).expect("changes"), &UNICODE).iter().map(Cell::plain).collect()
    }

    #[test]
    fn paths_are_added_removed_and_changed() {
        let old = r#"{"max": 5, "plan": {"key": "a", "gone": true}, "tags": ["x", "y"]}"#;
        let new = r#"{"max": 6, "plan": {"key": "a", "a b": null}, "tags": ["new", "x", "y"]}"#;
        assert_eq!(shown(old, new), ["~ max 5 → 6", "+ plan[\"a b\"] null", "− plan.gone true", "+ tags[0] \"new\""]);
    }

    #[test]
    fn arrays_are_compared_place_by_place_between_what_is_the_same() {
        assert_eq!(shown("[1,2,3,4]", "[1,9,4]"), ["~ [1] 2 → 9", "− [2] 3"]);
        assert_eq!(shown("[[1],[2]]", "[[1],[2,3]]"), ["+ [1][1] 3"]);
    }

    #[test]
    fn numbers_that_no_float_holds_are_told_apart() {
        assert_eq!(shown("12345678901234567890123", "12345678901234567890124").len(), 1);
    }

    #[test]
    fn what_is_no_json_or_differs_in_writing_only_is_not_taken_apart() {
        assert_eq!(changes("{", "{}"), None);
        assert_eq!(changes("{\"a\": 1}", "{\"a\":1}"), None);
        assert_eq!(changes("[ 1, 2]", "[1,2]"), None);
    }

    #[test]
    fn depth_has_an_end() {
        let deep = |inner: &str| format!("{}{inner}{}", "[".repeat(60), "]".repeat(60));
        assert_eq!(changes(&deep("1"), &deep("2")).expect("changes").len(), 1);
    }

    #[test]
    fn sides_say_where_and_what() {
        let (old, new) = sides(&changes(r#"{"a":1,"b":2}"#, r#"{"a":3,"c":4}"#).expect("changes"));
        assert_eq!(old.plain(), "a 1, b 2, c not there");
        assert_eq!(new.plain(), "a 3, b not there, c 4");
    }
}
