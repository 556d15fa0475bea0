//! The lists that two tools keep beside their files: Drizzle's journal and Sqitch's plan.

use serde::Deserialize;

/// One entry of a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The file's name without folder and ending.
    pub name: String,
    /// Names that the file may have instead, the likelier first.
    pub others: Vec<String>,
    /// What the history knows it by: Drizzle's `when`, in milliseconds.
    pub stamp: Option<String>,
    /// The line of the list, counted from 1, where that is known.
    pub line: Option<usize>,
}

#[derive(Deserialize)]
struct Journal {
    entries: Vec<JournalEntry>,
}

#[derive(Deserialize)]
struct JournalEntry {
    tag: String,
    when: serde_json::Number,
}

/// The entries of Drizzle's `meta/_journal.json`, in its order; where it is none, the line at fault and what is wrong.
pub fn journal(text: &str) -> Result<Vec<Entry>, (usize, String)> {
    let journal: Journal = serde_json::from_str(text.trim_start_matches('\u{feff}'))
        .map_err(|error| (error.line().max(1), format!("this is no journal of Drizzle: {error}")))?;
    let lines: Vec<&str> = text.lines().collect();
    Ok(journal.entries.into_iter().map(|entry| entry.into_entry(&lines)).collect())
}

impl JournalEntry {
    fn into_entry(self, lines: &[&str]) -> Entry {
        let quoted = format!("\"{}\"", self.tag);
        // A journal that is written on one line names no lines.
        let line = (lines.len() > 1).then(|| lines.iter().position(|line| line.contains(&quoted))).flatten();
        let (stamp, line) = (Some(self.when.to_string()), line.map(|line| line + 1));
        Entry { name: self.tag, others: Vec::new(), stamp, line }
    }
}

/// The changes of a `sqitch.plan`, in its order. A change that is reworked later keeps its first script under the name
/// of a tag that stood between (`name@tag`): the first of those for which there is a file, else the first
/// (sqitchers/sqitch, lib/App/Sqitch/Plan/Change.pm).
///
/// # Errors
/// The first line that is neither a change nor a tag nor a pragma, and what is wrong with it: each of the first two has
/// the moment when it was planned.
pub fn plan(text: &str) -> Result<Vec<Entry>, (usize, String)> {
    let mut changes: Vec<Entry> = Vec::new();
    // Where each name stands last, and the first tag after it.
    let mut last = std::collections::HashMap::<String, usize>::new();
    let mut tags: Vec<(usize, &str)> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim().trim_start_matches('\u{feff}');
        let word = line.trim_start_matches('+').split_whitespace().next().unwrap_or_default();
        match line.as_bytes().first() {
            None | Some(b'#' | b'%') => {}
            Some(_) if !line.split_whitespace().any(is_moment) => {
                return Err((number + 1, "this is no line of a Sqitch plan: it has no time".to_owned()));
            }
            Some(b'-') => {}
            Some(b'@') => tags.push((changes.len(), &word[1..])),
            Some(_) if word.is_empty() => {}
            Some(_) => {
                if let Some(earlier) = last.insert(word.to_owned(), changes.len()) {
                    let between = tags.iter().filter(|(at, _)| *at > earlier);
                    let mut names = between.map(|(_, tag)| format!("{word}@{tag}"));
                    if let Some(first) = names.next() {
                        changes[earlier].name = first;
                        changes[earlier].others = names.collect();
                    }
                }
                let (name, line) = (word.to_owned(), Some(number + 1));
                changes.push(Entry { name, others: Vec::new(), stamp: None, line });
            }
        }
    }
    Ok(changes)
}

/// Whether a word is a moment as Sqitch writes it, such as `2024-01-31T12:00:00Z`.
fn is_moment(word: &str) -> bool {
    let shape = b"0000-00-00T00:00:00Z";
    let fits = |(byte, shape): (u8, &u8)| if *shape == b'0' { byte.is_ascii_digit() } else { byte == *shape };
    word.len() == shape.len() && word.bytes().zip(shape).all(fits)
}

/// The project that a `sqitch.plan` is for.
pub fn project(text: &str) -> Option<String> {
    let pragma = |line: &str| {
        let (key, value) = line.trim_start().strip_prefix('%')?.split_once('=')?;
        (key.trim() == "project").then(|| value.trim().to_owned())
    };
    text.lines().find_map(pragma).filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_gives_order_and_stamps() {
        let text = "{\"version\":\"7\",\"dialect\":\"postgresql\",\"entries\":[\n\
                    {\"idx\":0,\"version\":\"7\",\"when\":1706700000000,\"tag\":\"0000_first\",\"breakpoints\":true},\n\
                    {\"idx\":1,\"version\":\"7\",\"when\":1706800000000,\"tag\":\"0001_second\",\"breakpoints\":true}\n]}";
        let entries = journal(text).unwrap();
        assert_eq!(
            entries[1],
            Entry { name: "0001_second".into(), others: vec![], stamp: Some("1706800000000".into()), line: Some(3) }
        );
        assert_eq!(journal("{\n\"entries\": [}").unwrap_err().0, 2);
        assert!(journal("{}").unwrap_err().1.contains("entries"));
    }

    #[test]
    fn a_plan_gives_changes_and_the_names_of_reworked_ones() {
        let text = "%syntax-version=1.0.0\n%project=shop\n\n# people\nusers 2024-01-31T12:00:00Z A <a@example.org> # x\n\
                    orders [users] 2024-02-01T12:00:00Z A <a@example.org>\n@v1.0 2024-02-02T12:00:00Z A <a@example.org>\n\
                    @v1.1 2024-02-02T13:00:00Z A <a@example.org>\n\
                    users [users@v1.0] 2024-02-03T12:00:00Z A <a@example.org>\n";
        let entries = plan(text).unwrap();
        let names: Vec<_> = entries.iter().map(|entry| (entry.name.as_str(), entry.line)).collect();
        assert_eq!(names, [("users@v1.0", Some(5)), ("orders", Some(6)), ("users", Some(9))]);
        assert_eq!(entries[0].others, ["users@v1.1"]);
        assert_eq!(plan("%project=x\n\nusers\n").unwrap_err().0, 3);
        assert_eq!(project(text).as_deref(), Some("shop"));
        assert_eq!(project("users 2024 A <a@b> # %project=x"), None);
    }
}
