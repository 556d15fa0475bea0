//! psql's `\pset format wrapped`: lines that go on in the next one, with a sign for it.
//!
//! A line ends with `.` (`…`) where it was cut, and with `+` (`↵`) where the value has a line break. Before a wide
//! character that did not fit stands a space that is not the value's, or one that is: both look the same.

use unicode_width::UnicodeWidthChar;

use super::psql::{is_bar, is_footer, is_rule};

/// A value put together again.
pub(super) struct Joined {
    pub(super) value: String,
    /// How many lines came before it.
    pub(super) skipped: usize,
    /// Where a space may have been.
    pub(super) choices: Vec<usize>,
}

/// How a line ends.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Cut,
    Break,
}

fn end(sign: char) -> Option<End> {
    match sign {
        '.' | '…' => Some(End::Cut),
        '+' | '↵' => Some(End::Break),
        _ => None,
    }
}

/// The value in `text`, where psql wrapped it.
pub(super) fn joined(text: &str) -> Option<Joined> {
    let all: Vec<Vec<char>> = text.lines().map(|line| line.trim_end().chars().collect()).collect();
    let frame = |line: &Vec<char>| {
        let line: String = line.iter().collect();
        is_footer(&line) || is_rule(&line)
    };
    let (skipped, before) = all.iter().enumerate().find_map(|(at, line)| Some((at, value_at(line)?)))?;
    let last = all.iter().rposition(|line| !frame(line))?;
    let lines = all.get(skipped..=last).filter(|lines| lines.len() > 1)?;
    let boxed = lines.iter().all(|line| line.last().is_some_and(|c| is_bar(*c)));
    // Whoever copies a screen may leave out the first blank.
    let rest =
        if before == 0 && lines[1..].iter().all(|line| line.first().is_some_and(|c| is_left(*c))) { 1 } else { before };
    let mut joined = Joined { value: String::new(), skipped, choices: Vec::new() };
    let mut cuts = 0;
    for (at, line) in lines.iter().enumerate() {
        let begin = if at == 0 { before } else { rest };
        let (prefix, body) = line[..line.len() - usize::from(boxed)].split_at_checked(begin)?;
        if at > 0 && !prefix.iter().all(|c| is_bar(*c) || is_left(*c)) {
            return None;
        }
        let Some(next) = lines.get(at + 1) else {
            joined.value.extend(body);
            return (cuts > 0).then_some(joined);
        };
        let (sign, body) = body.split_last()?;
        match end(*sign)? {
            End::Break => {
                let text: String = body.iter().collect();
                joined.value.push_str(text.trim_end());
                joined.value.push('\n');
            }
            End::Cut => {
                cuts += 1;
                let wide = next.get(rest).and_then(|c| c.width()) == Some(2);
                match body.split_last() {
                    Some((' ', body)) if wide => {
                        joined.value.extend(body);
                        joined.choices.push(joined.value.len());
                    }
                    _ => joined.value.extend(body),
                }
            }
        }
    }
    None
}

/// What stands to the left of a line that goes on.
fn is_left(c: char) -> bool {
    matches!(c, ' ' | '.' | '…')
}

/// Where the value begins in its first line: behind bars, and behind its name in the expanded form.
fn value_at(line: &[char]) -> Option<usize> {
    let at = line.iter().position(|c| matches!(c, '{' | '['))?;
    line[..at].iter().all(|c| is_bar(*c) || c.is_alphanumeric() || matches!(c, ' ' | '_' | '?')).then_some(at)
}
