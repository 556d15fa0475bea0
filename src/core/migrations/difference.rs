//! What an edited file says that is not what ran: line by line where the history keeps the statements, else by checksum.
//!
//! Statements that a server would read the same are the same, whatever their comments and blanks: they are laid side by
//! side first, and only those that have no equal are compared line by line.

use std::{collections::HashMap, ops::Range};

use serde::Serialize;
use similar::{Algorithm, DiffOp, DiffTag, capture_diff_slices, group_diff_ops};

use super::{
    checksum,
    file::File,
    history::{Applied, Checksum, Tool},
    scan::normalised,
    statements::{Statement, split},
};

/// How many lines that are the same stand around a difference.
const AROUND: usize = 3;
/// Lines compared with lines beyond which what differs is told as one piece: comparing takes that much time.
const PAIRS: usize = 16_000_000;

/// How a file differs from what ran.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Difference {
    /// The history keeps what ran.
    Statements {
        /// Lines that belong together, with a few that are the same around them; in the order of the file.
        hunks: Vec<Vec<Line>>,
    },
    /// The history keeps a checksum only, so that nobody knows what ran.
    Checksum {
        /// Whose history it is.
        tool: Tool,
        /// By which rule: `SHA-384`.
        algorithm: &'static str,
        /// What ran.
        recorded: String,
        /// What is in the file.
        file: String,
    },
}

impl Difference {
    /// What is known where no line is; nothing where lines are.
    pub fn says(&self) -> Option<String> {
        let Difference::Checksum { tool, algorithm, recorded, file } = self else { return None };
        Some(format!("{tool} records only a checksum ({algorithm}): recorded {recorded}, file {file}"))
    }
}

/// One line of a difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Line {
    /// Where it stands.
    #[serde(rename = "in")]
    pub side: Side,
    /// Its number within the file, counted from 1; `None` for what only ran.
    pub line: Option<usize>,
    /// Its text.
    pub text: String,
}

/// Where a line stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Side {
    /// In both.
    Both,
    /// Only in what ran.
    Ran,
    /// Only in the file.
    File,
}

/// How `file` differs from what `tool` recorded of its run; `None` where nothing is recorded to compare it with.
pub fn difference(file: &File, applied: &Applied, tool: Tool) -> Option<Difference> {
    if let Some(statements) = applied.statements.as_ref().filter(|list| !list.is_empty()) {
        return Some(Difference::Statements { hunks: hunks(&statements.join("\n;\n"), file) });
    }
    let (algorithm, recorded, now) = sums(applied.checksum.as_ref()?, file)?;
    Some(Difference::Checksum { tool, algorithm, recorded, file: now })
}

/// The rule's name, and both sums as the tool writes them.
fn sums(recorded: &Checksum, file: &File) -> Option<(&'static str, String, String)> {
    let text = &file.text;
    Some(match recorded {
        Checksum::Crc32(sum) => ("CRC-32", sum.to_string(), checksum::flyway(text).to_string()),
        Checksum::Sha1(sum) => ("SHA-1", sum.clone(), checksum::sqitch(text)),
        Checksum::Sha256(sum) => ("SHA-256", sum.clone(), checksum::sha256(text)),
        Checksum::Sha384(sum) => ("SHA-384", sum.clone(), checksum::sqlx(text)),
        Checksum::SipHash13(sum) => {
            let version: i64 = file.version.as_ref()?.parse().ok()?;
            let now = match i32::try_from(version) {
                Ok(version) => checksum::refinery(&file.name, version, text),
                Err(_) => checksum::refinery_wide(&file.name, version, text),
            };
            ("SipHash-1-3", sum.to_string(), now.to_string())
        }
        Checksum::Other(_) => return None,
    })
}

/// The lines by which `file` differs from the text that `ran`.
fn hunks(ran: &str, file: &File) -> Vec<Vec<Line>> {
    let before = split(ran).list;
    let now = file.statements().list;
    let keys = |list: &[Statement], text: &str| -> Vec<String> {
        list.iter().map(|statement| normalised(statement.text(text)).trim().to_owned()).collect()
    };
    let ops = operations(&keys(&before, ran), &keys(&now, &file.text));
    let mut out = Vec::new();
    for (tag, old, new) in ops.iter().map(DiffOp::as_tag_tuple) {
        if tag != DiffTag::Equal {
            out.extend(by_line(&lines(&before[old], ran), &lines(&now[new], &file.text)));
        }
    }
    if out.is_empty() {
        // The statements are the same: it is in what belongs to none, such as the rows of a COPY.
        let part = file.forward();
        let first = 1 + file.text[..part.start].matches('\n').count();
        let numbered = |text: &str, first: usize| -> Vec<Numbered> {
            text.lines().enumerate().map(|(at, line)| (first + at, line.to_owned())).collect()
        };
        out = by_line(&numbered(ran, 1), &numbered(file.text.get(part).unwrap_or_default(), first));
    }
    out
}

/// A line with its number.
type Numbered = (usize, String);

/// The lines of `statements`, each of which ends with a semicolon again.
fn lines(statements: &[Statement], text: &str) -> Vec<Numbered> {
    let mut out = Vec::new();
    for statement in statements {
        let all = statement.text(text).lines().enumerate();
        out.extend(all.map(|(at, line)| (statement.line + at, line.trim_end().to_owned())));
        if let Some((_, last)) = out.last_mut().filter(|_| !statement.psql) {
            last.push(';');
        }
    }
    out
}

fn by_line(old: &[Numbered], new: &[Numbered]) -> Vec<Vec<Line>> {
    let keys = |lines: &[Numbered]| -> Vec<String> {
        lines.iter().map(|(_, line)| line.split_whitespace().collect::<Vec<_>>().join(" ")).collect()
    };
    let ops = operations(&keys(old), &keys(new));
    let only = |side: Side, lines: &[Numbered]| -> Vec<Line> {
        let number = |number: usize| (side != Side::Ran).then_some(number);
        lines.iter().map(|(at, text)| Line { side, line: number(*at), text: text.clone() }).collect()
    };
    let hunk = |ops: &Vec<DiffOp>| -> Vec<Line> {
        let parts = ops.iter().map(DiffOp::as_tag_tuple).map(|(tag, before, after)| match tag {
            DiffTag::Equal => only(Side::Both, &new[after]),
            _ => [only(Side::Ran, &old[before]), only(Side::File, &new[after])].concat(),
        });
        parts.collect::<Vec<_>>().concat()
    };
    let differ = |ops: &&Vec<DiffOp>| ops.iter().any(|op| op.tag() != DiffTag::Equal);
    group_diff_ops(ops, AROUND).iter().filter(differ).map(hunk).collect()
}

/// What makes `new` of `old`. Numbers are compared and not texts, and never more than [`PAIRS`].
fn operations(old: &[String], new: &[String]) -> Vec<DiffOp> {
    let mut known: HashMap<&str, usize> = HashMap::new();
    let mut number = |text| {
        let next = known.len();
        *known.entry(text).or_insert(next)
    };
    let old: Vec<usize> = old.iter().map(|text| number(text.as_str())).collect();
    let new: Vec<usize> = new.iter().map(|text| number(text.as_str())).collect();
    let start = old.iter().zip(&new).take_while(|(a, b)| a == b).count();
    let (left, right): (Range<usize>, Range<usize>) = (start..old.len(), start..new.len());
    let end = old[left.clone()].iter().rev().zip(new[right.clone()].iter().rev()).take_while(|(a, b)| a == b).count();
    let (a, b) = (left.len() - end, right.len() - end);
    if a.saturating_mul(b) <= PAIRS {
        return capture_diff_slices(Algorithm::Myers, &old, &new);
    }
    let same = |old_index, new_index, len| DiffOp::Equal { old_index, new_index, len };
    let whole = DiffOp::Replace { old_index: start, old_len: a, new_index: start, new_len: b };
    let ops = [same(0, 0, start), whole, same(start + a, start + b, end)];
    ops.into_iter().filter(|op| !op.old_range().is_empty() || !op.new_range().is_empty()).collect()
}

#[cfg(test)]
#[path = "difference_tests.rs"]
mod tests;
