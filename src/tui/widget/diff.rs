//! What changed inside a value, word by word.

use similar::{ChangeTag, TextDiff};
use unicode_segmentation::UnicodeSegmentation;

use crate::config::theme::Role;

use super::cell::{Cell, width};

/// How many cells of unchanged text stay before the first difference.
const LEAD: usize = 12;

/// Values longer than this (bytes) are shown whole: comparing them would take longer than a frame may.
const LONGEST: usize = 32 * 1024;

/// The old and the new value, each with the words that differ in the role of a removal or an addition.
/// A long beginning that both share gives way to `ellipsis`, so that the difference is in sight.
pub fn words(old: &str, new: &str, ellipsis: &str) -> (Cell, Cell) {
    if old.len().max(new.len()) > LONGEST {
        return (Cell::of(Role::Removed, old), Cell::of(Role::Added, new));
    }
    let (mut before, mut after) = (Cell::default(), Cell::default());
    for (at, (tag, text)) in runs(old, new).into_iter().enumerate() {
        match tag {
            ChangeTag::Equal => {
                let shown = if at == 0 { tail(&text, ellipsis) } else { text };
                before = before.and(Role::Text, &shown);
                after = after.and(Role::Text, &shown);
            }
            ChangeTag::Delete => before = before.and(Role::Removed, &text),
            ChangeTag::Insert => after = after.and(Role::Added, &text),
        }
    }
    (before, after)
}

/// The changes with neighbours of one kind joined.
fn runs(old: &str, new: &str) -> Vec<(ChangeTag, String)> {
    let mut runs: Vec<(ChangeTag, String)> = Vec::new();
    for change in TextDiff::from_unicode_words(old, new).iter_all_changes() {
        match runs.last_mut() {
            Some((tag, text)) if *tag == change.tag() => text.push_str(change.value()),
            _ => runs.push((change.tag(), change.value().to_owned())),
        }
    }
    runs
}

fn tail(text: &str, ellipsis: &str) -> String {
    if width(text) <= LEAD + width(ellipsis) {
        return text.to_owned();
    }
    let start = text.grapheme_indices(true).map(|(at, _)| at).find(|at| width(&text[*at..]) <= LEAD);
    format!("{ellipsis}{}", &text[start.unwrap_or(text.len())..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_words_that_differ_are_marked() {
        let (old, new) = words("Breath and focus", "Breath and presence", "…");
        assert_eq!(old, Cell::text("Breath and ").and(Role::Removed, "focus"));
        assert_eq!(new, Cell::text("Breath and ").and(Role::Added, "presence"));
    }

    #[test]
    fn a_long_common_beginning_gives_way() {
        let (old, _) = words(
            "The quick brown fox sits still for five minutes",
            "The quick brown fox sits still for six minutes",
            "…",
        );
        assert_eq!(old.plain(), "…s still for five minutes");
    }

    #[test]
    fn equal_values_have_no_marks_and_nothing_unprintable_gets_through() {
        let (old, new) = words("a\x1bb", "a\x1bb", "…");
        assert_eq!((old.plain(), new.plain()), ("a␛b".into(), "a␛b".into()));
    }
}
