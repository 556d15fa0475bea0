//! One file of migrations: what its name says, and which part of it is run.

use std::ops::Range;

use super::{
    checksum,
    history::Checksum,
    statements::{Statements, split},
    style::Style,
};

/// What a file is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// Goes forward.
    Up,
    /// Both ways in one file.
    UpAndDown,
    /// Goes back.
    Down,
    /// Goes back, by Flyway's name for it.
    Undo,
    /// Is run whenever it changes, after all others.
    Repeatable,
}

impl Kind {
    /// Whether it belongs to what brings a database forward.
    pub fn is_forward(self) -> bool {
        matches!(self, Kind::Up | Kind::UpAndDown | Kind::Repeatable)
    }
}

/// A migration's file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct File {
    /// Its path within the folder, with `/` between parts.
    pub path: String,
    /// The style of the folder.
    pub style: Style,
    /// Its version as it is written; `None` where it has none.
    pub version: Option<String>,
    /// By what its tool's history knows it where that is not the version: Drizzle's `when`, in milliseconds.
    pub stamp: Option<String>,
    /// The rest of its name.
    pub name: String,
    /// What it is for.
    pub kind: Kind,
    /// Its text; what is no UTF-8 in it is replaced, and it is empty where the file could not be read.
    pub text: String,
    /// Whether `text` is the file, byte for byte.
    pub exact: bool,
}

impl File {
    /// The part of the text that goes forward: all of it, or dbmate's first section.
    pub fn forward(&self) -> Range<usize> {
        match self.kind {
            Kind::UpAndDown => section(&self.text, "up").unwrap_or_default(),
            _ => 0..self.text.len(),
        }
    }

    /// Its statements that go forward, with the lines of the file that they stand on and ranges in the whole text.
    pub fn statements(&self) -> Statements {
        let part = self.forward();
        let mut statements = split(self.text.get(part.clone()).unwrap_or_default());
        let lines = self.text[..part.start].matches('\n').count();
        for statement in &mut statements.list {
            statement.range = statement.range.start + part.start..statement.range.end + part.start;
            statement.rows = statement.rows.take().map(|rows| rows.start + part.start..rows.end + part.start);
            statement.line += lines;
        }
        statements.unfinished = statements.unfinished.map(|(open, line)| (open, line + lines));
        statements
    }

    /// Whether it asks to be run outside of a transaction: `-- no transaction` or `-- no-transaction` in the comments
    /// that it begins with, or dbmate's `-- migrate:up transaction:false`.
    pub fn no_transaction(&self) -> bool {
        let asks = |line: &str| {
            let words: Vec<_> = line.trim_start_matches(['-', '+', ' ', '\t']).split_whitespace().collect();
            let joined = words.join("-").to_lowercase().replace('_', "-");
            matches!(joined.as_str(), "no-transaction" | "disable-transaction")
                || words.first() == Some(&"migrate:up") && words[1..].contains(&"transaction:false")
        };
        let text = self.text.trim_start_matches('\u{feff}');
        text.lines().map(str::trim).take_while(|line| line.is_empty() || line.starts_with("--")).any(asks)
    }

    /// Whether `recorded` is this file's checksum; `None` where that cannot be told.
    pub fn is(&self, recorded: &Checksum) -> Option<bool> {
        if !self.exact {
            return None;
        }
        checksum::matches(recorded, &self.name, self.version.as_deref(), &self.text)
    }

    /// How it is called among people: its version and name, or its path where it has no version.
    pub fn title(&self) -> String {
        match &self.version {
            Some(version) => format!("{version} {}", self.name),
            None => self.path.clone(),
        }
    }
}

/// What a file's name says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Named {
    /// The version as written.
    pub version: Option<String>,
    /// The rest of the name.
    pub name: String,
    /// What it is for.
    pub kind: Kind,
    /// The letter before the version: V, U or R.
    pub prefix: Option<char>,
}

impl Named {
    /// How many digits the version has.
    pub fn digits(&self) -> usize {
        self.version.as_ref().map_or(0, String::len)
    }
}

/// What `path` says in `style`; `None` where its tool would pass it over. Drizzle's and Sqitch's files are known by
/// their lists and not by their names; for those this is the number that a name begins with, if any.
pub fn named(style: Style, path: &str) -> Option<Named> {
    let base = if style.goes_down() { path.rsplit('/').next()? } else { path };
    match style {
        Style::Prisma => {
            let folder = path.strip_suffix("/migration.sql").filter(|folder| !folder.contains('/'))?;
            number_and_name(folder, &['_'])
        }
        _ if base.contains('/') => None,
        Style::Flyway => lettered(base, &['.', '_']),
        Style::Refinery => {
            let named = lettered(base, &[]).filter(|named| named.prefix != Some('R'))?;
            Some(Named { kind: Kind::Up, ..named })
        }
        Style::Golang => directed(base).filter(|named| named.kind != Kind::UpAndDown),
        Style::Sqlx => directed(base).map(|named| match named.kind {
            Kind::UpAndDown => Named { kind: Kind::Up, ..named },
            _ => named,
        }),
        Style::Dbmate => {
            number_and_name(base.strip_suffix(".sql")?, &['_']).map(|named| Named { kind: Kind::UpAndDown, ..named })
        }
        Style::Supabase | Style::Drizzle => number_and_name(base.strip_suffix(".sql")?, &['_']),
        Style::Sqitch => None,
        Style::Plain => plain(base),
    }
}

/// `1_name.up.sql`, `1_name.down.sql`, and `1_name.sql`, which is `UpAndDown` here for want of a direction.
fn directed(base: &str) -> Option<Named> {
    let stem = base.strip_suffix(".sql")?;
    let (stem, kind) = match (stem.strip_suffix(".up"), stem.strip_suffix(".down")) {
        (Some(stem), _) => (stem, Kind::Up),
        (_, Some(stem)) => (stem, Kind::Down),
        _ => (stem, Kind::UpAndDown),
    };
    number_and_name(stem, &['_']).map(|named| Named { kind, ..named })
}

/// What people do by hand: a number, a sign or none, a name, and perhaps a direction.
fn plain(base: &str) -> Option<Named> {
    let stem = base.strip_suffix(".sql")?;
    let down = [".down", "_down", "-down", ".rollback", "_rollback"].iter().find_map(|end| stem.strip_suffix(end));
    let kind = if down.is_some() { Kind::Down } else { Kind::Up };
    let stem = down.or_else(|| stem.strip_suffix(".up")).unwrap_or(stem);
    number_and_name(stem, &['_', '-', '.', ' ']).map(|named| Named { kind, ..named })
}

fn number_and_name(stem: &str, between: &[char]) -> Option<Named> {
    let digits = stem.find(|c: char| !c.is_ascii_digit()).unwrap_or(stem.len());
    let (version, rest) = stem.split_at(digits);
    let name = match rest.strip_prefix(between) {
        Some(name) => name,
        // A number alone is what a hurried person writes.
        None if rest.is_empty() => rest,
        None => return None,
    };
    (digits > 0).then(|| Named { version: Some(version.into()), name: name.into(), kind: Kind::Up, prefix: None })
}

/// `V1__name.sql`, `V1.2__name.sql`, `V1_2__name.sql`, `U1__name.sql`, `R__name.sql`.
fn lettered(base: &str, between: &[char]) -> Option<Named> {
    let stem = base.strip_suffix(".sql")?;
    let prefix = stem.chars().next().filter(|letter| matches!(letter, 'V' | 'U' | 'R'))?;
    let (version, name) = stem[1..].split_once("__")?;
    let numbers = version.split(between).all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit()));
    let kind = match prefix {
        'R' if version.is_empty() => Kind::Repeatable,
        'V' if numbers => Kind::Up,
        'U' if numbers => Kind::Undo,
        _ => return None,
    };
    let version = (!version.is_empty()).then(|| version.to_owned());
    Some(Named { version, name: name.into(), kind, prefix: Some(prefix) })
}

/// The section of a dbmate file after the line `-- migrate:NAME`, up to the next such line.
pub fn section(text: &str, name: &str) -> Option<Range<usize>> {
    let mut found: Option<usize> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let mark = line.trim_start().strip_prefix("--").and_then(|rest| rest.trim_start().strip_prefix("migrate:"));
        if let (Some(start), Some(_)) = (found, mark) {
            return Some(start..at);
        }
        at += line.len();
        if mark.and_then(|mark| mark.split_whitespace().next()) == Some(name) {
            found = Some(at);
        }
    }
    found.map(|start| start..text.len())
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
