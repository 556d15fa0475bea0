//! What changed inside a value, word by word or line by line.

use similar::{ChangeTag, TextDiff};

use crate::{config::theme::Role, core::value::shown};

use super::cell::{Cell, tail, width};

/// How many cells of unchanged text stay before the first difference.
const LEAD: usize = 12;

/// How many unchanged lines stand around those that changed.
const AROUND: usize = 3;

/// Values of no more cells than this are shown whole in a row.
const SHORT: usize = 32;

/// How much of the difference of longer ones a row shows, in cells.
const CORE: usize = 60;

/// Values longer than this (bytes) are shown whole: comparing them would take longer than a frame may.
const LONGEST: usize = 32 * 1024;

/// The old and the new value, each with the words that differ in the role of a removal or an addition.
/// A long beginning that both share gives way to `ellipsis`, so that the difference is in sight.
pub fn words(old: &str, new: &str, ellipsis: &str) -> (Cell, Cell) {
    let (old, new): (&str, &str) = (&shown(Some(old)), &shown(Some(new)));
    if old.len().max(new.len()) > LONGEST {
        return (Cell::of(Role::Removed, old), Cell::of(Role::Added, new));
    }
    let (mut before, mut after) = (Cell::default(), Cell::default());
    for (at, (tag, text)) in runs(old, new).into_iter().enumerate() {
        match tag {
            ChangeTag::Equal => {
                let shown = if at == 0 { tail(&text, LEAD + width(ellipsis), ellipsis) } else { text };
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

/// The lines of both values in one list, with a sign and a role where they go away or come; unchanged ones only around
/// these.
pub fn lines(old: &str, new: &str, ellipsis: &str) -> Vec<Cell> {
    let mut lines = Vec::new();
    if old.len().max(new.len()) > LONGEST {
        lines.extend(old.lines().map(|line| Cell::of(Role::Removed, format!("- {line}"))));
        lines.extend(new.lines().map(|line| Cell::of(Role::Added, format!("+ {line}"))));
        return lines;
    }
    let (old, new) = (terminated(old), terminated(new));
    let diff = TextDiff::from_lines(&old, &new);
    let (mut shown, mut all) = (0, 0);
    for group in diff.grouped_ops(AROUND) {
        if let Some(first) = group.first() {
            lines.extend(alike(first.old_range().start - shown, ellipsis));
        }
        for change in group.iter().flat_map(|op| diff.iter_changes(op)) {
            let text = change.value().trim_end_matches(['\n', '\r']);
            let (sign, role) = match change.tag() {
                ChangeTag::Equal => (' ', Role::Text),
                ChangeTag::Delete => ('-', Role::Removed),
                ChangeTag::Insert => ('+', Role::Added),
            };
            lines.push(Cell::of(role, format!("{sign} {text}")));
        }
        shown = group.last().map_or(shown, |last| last.old_range().end);
        all = old.lines().count();
    }
    lines.extend(alike(all.saturating_sub(shown), ellipsis));
    lines
}

/// A last line without an end is no other line than one with.
fn terminated(text: &str) -> String {
    if text.is_empty() || text.ends_with('\n') { text.to_owned() } else { format!("{text}\n") }
}

fn alike(count: usize, ellipsis: &str) -> Option<Cell> {
    let says = |count| if count == 1 { "1 line alike".to_owned() } else { format!("{count} lines alike") };
    (count > 0).then(|| Cell::of(Role::Muted, format!("  {ellipsis} {}", says(count))))
}

/// Both values in a line each, without what long ones begin and end with in common.
pub fn core(old: &str, new: &str, ellipsis: &str) -> (String, String) {
    let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let (old, new) = (squeezed(old), squeezed(new));
    // What differs in its blanks alone is told as it is.
    if old == new || width(&old).max(width(&new)) <= SHORT {
        return (cut(&old, ellipsis), cut(&new, ellipsis));
    }
    let begin = old.char_indices().zip(new.chars()).find(|((_, one), other)| one != other);
    let begin = begin.map_or(old.len().min(new.len()), |((at, _), _)| at);
    // From the beginning of the word that differs.
    let begin = old[..begin].rfind(' ').map_or(0, |at| at + 1);
    let (mut old_tail, mut new_tail) = (&old[begin..], &new[begin..]);
    let end = old_tail.chars().rev().zip(new_tail.chars().rev()).take_while(|(one, other)| one == other);
    let end: usize = end.map(|(c, _)| c.len_utf8()).sum();
    // To the end of the word that differs.
    let end = old_tail[old_tail.len() - end..].find(' ').map_or(0, |at| end - at);
    old_tail = &old_tail[..old_tail.len() - end];
    new_tail = &new_tail[..new_tail.len() - end];
    let (before, behind) = (if begin > 0 { ellipsis } else { "" }, if end > 0 { ellipsis } else { "" });
    let shown = |text: &str| format!("{before}{}{behind}", cut(text, ellipsis));
    (shown(old_tail), shown(new_tail))
}

fn cut(text: &str, ellipsis: &str) -> String {
    Cell::text(text).cut(CORE, ellipsis).plain()
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
    fn lines_that_changed_stand_among_some_that_did_not() {
        let old: Vec<String> = (1..=12).map(|line| format!("line {line}")).collect();
        let mut new = old.clone();
        new[5] = "another".into();
        let shown: Vec<_> = lines(&old.join("\n"), &(new.join("\n") + "\n"), "…").iter().map(Cell::plain).collect();
        let expected = [
            "  … 2 lines alike",
            "  line 3",
            "  line 4",
            "  line 5",
            "- line 6",
            "+ another",
            "  line 7",
            "  line 8",
            "  line 9",
            "  … 3 lines alike",
        ];
        assert_eq!(shown, expected);
        assert_eq!(lines("a\x1b\n", "", "…"), [Cell::of(Role::Removed, "- a␛")]);
    }

    #[test]
    fn the_core_of_a_difference_is_what_is_not_in_common() {
        let core = |old, new| super::core(old, new, "…");
        assert_eq!(core("integer", "bigint"), ("integer".into(), "bigint".into()));
        let (old, new) = core(
            "CHECK ((status = ANY (ARRAY['new'::text, 'sent'::text])))",
            "CHECK ((status = ANY (ARRAY['new'::text, 'read'::text])))",
        );
        assert_eq!((old.as_str(), new.as_str()), ("…'sent'::text])))", "…'read'::text])))"));
        let (old, new) =
            core("SELECT a, b FROM public.subscriptions WHERE c", "SELECT a FROM public.subscriptions WHERE c");
        assert_eq!((old.as_str(), new.as_str()), ("…a, b…", "…a…"));
        let (old, new) = core("größe ärger übung öl und vieles mehr", "größe ärger übung öl");
        assert_eq!((old.as_str(), new.as_str()), ("…öl und vieles mehr", "…öl"));
        assert!(core(&"x".repeat(500), &"y".repeat(500)).0.ends_with('…'));
    }

    #[test]
    fn equal_values_have_no_marks_and_nothing_unprintable_gets_through() {
        let (old, new) = words("a\x1bb", "a\x1bb", "…");
        assert_eq!((old.plain(), new.plain()), ("a␛b".into(), "a␛b".into()));
    }
}
