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

    /// Whether it asks to be run outside of a transaction, in the words of its style's tool where that has some.
    ///
    /// | tool | what it looks for |
    /// |---|---|
    /// | sqlx | `-- no-transaction`, the first bytes of the file (launchbadge/sqlx, sqlx-core/src/migrate/source.rs) |
    /// | dbmate | `-- migrate:up transaction:false` (amacneil/dbmate, pkg/dbmate/migration.go) |
    /// | refinery | a line `-- refinery:noTransaction` (rust-db/refinery, `refinery_core/src/util.rs`) |
    /// | goose | a line `-- +goose NO TRANSACTION` (pressly/goose, internal/sqlparser/parser.go) |
    /// | Atlas | `-- atlas:txmode none` in the comments at the top (ariga/atlas, sql/migrate/dir.go) |
    ///
    /// The other tools have no such words; there pgdeck takes `-- no transaction` or `-- no-transaction` in the comments
    /// that a file begins with.
    pub fn no_transaction(&self) -> bool {
        let bare = |line: &str| line.trim_start_matches('-').trim().to_owned();
        let lines = || self.text.lines().filter(|line| line.starts_with("--")).map(bare);
        match self.style {
            Style::Sqlx => return self.text.starts_with("-- no-transaction"),
            Style::Dbmate => return lines().any(|line| marks(&line, "up", &["transaction:false"])),
            Style::Refinery if lines().any(|line| line == "refinery:noTransaction") => return true,
            _ => {}
        }
        let text = self.text.trim_start_matches('\u{feff}');
        let mut top =
            text.lines().map(str::trim).take_while(|line| line.is_empty() || line.starts_with("--")).map(bare);
        lines().any(|line| line == "+goose NO TRANSACTION")
            || top.any(|line| {
                let words: Vec<_> = line.split_whitespace().collect();
                let joined = words.join("-").to_lowercase().replace('_', "-");
                joined == "no-transaction" || words == ["atlas:txmode", "none"]
            })
    }

    /// Whether its tool runs it after later ones without complaint: refinery does so with what it calls unversioned
    /// (rust-db/refinery, `refinery_core/src/traits/mod.rs`).
    pub fn may_come_late(&self) -> bool {
        self.style == Style::Refinery && self.path.rsplit('/').next().is_some_and(|base| base.starts_with('U'))
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
///
/// | tool | names (all from the tools' own sources) |
/// |---|---|
/// | Supabase | `^([0-9]+)_(.*)\.sql$` (supabase/cli, pkg/migration/file.go) |
/// | golang-migrate | `^([0-9]+)_(.*)\.(down|up)\.(.*)$` (golang-migrate/migrate, source/parse.go) |
/// | dbmate | `^(\d+).*\.sql$` (amacneil/dbmate, pkg/dbmate/db.go) |
/// | sqlx | `NUMBER_NAME.sql`; a number that is none stops it (launchbadge/sqlx, sqlx-core/src/migrate/source.rs) |
/// | refinery | `^([U|V])(\d+(?:\.\d+)?)__(\w+)\.sql$`, a whole number (rust-db/refinery, `refinery_core/src/util.rs`) |
/// | Flyway | `V1__name`, `V1`, `U…`, `R__name` (flyway/flyway, `…/internal/resource/ResourceNameParser.java`) |
/// | Prisma | any folder with a `migration.sql` (prisma/prisma-engines, `…/schema-connector/src/migrations_directory.rs`) |
pub fn named(style: Style, path: &str) -> Option<Named> {
    let base = if style.goes_down() { path.rsplit('/').next()? } else { path };
    match style {
        Style::Prisma => {
            let folder = path.strip_suffix("/migration.sql").filter(|folder| !folder.contains('/'))?;
            let whole = || Named { version: None, name: folder.to_owned(), kind: Kind::Up, prefix: None };
            Some(number_and_name(folder, &['_']).unwrap_or_else(whole))
        }
        _ if base.contains('/') => None,
        Style::Flyway => lettered(base, &['.', '_']),
        Style::Refinery => {
            let named = lettered(base, &[]).filter(|named| named.prefix != Some('R'))?;
            let word = |letter: char| letter.is_alphanumeric() || letter == '_';
            let fits = !named.name.is_empty() && named.name.chars().all(word);
            fits.then_some(Named { kind: Kind::Up, ..named })
        }
        Style::Golang => directed(base).filter(|named| named.kind != Kind::UpAndDown),
        Style::Sqlx => directed(base).map(|named| match named.kind {
            Kind::UpAndDown => Named { kind: Kind::Up, ..named },
            _ => named,
        }),
        Style::Dbmate => {
            let stem = base.strip_suffix(".sql")?;
            let (version, rest) = number(stem)?;
            let name = rest.strip_prefix(['_', '-']).unwrap_or(rest).to_owned();
            Some(Named { version: Some(version.into()), name, kind: Kind::UpAndDown, prefix: None })
        }
        Style::Supabase => number_and_name(base.strip_suffix(".sql")?, &['_']).filter(|_| base.contains('_')),
        Style::Drizzle => number_and_name(base.strip_suffix(".sql")?, &['_']),
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
    number_and_name(stem, &['_']).filter(|_| stem.contains('_')).map(|named| Named { kind, ..named })
}

/// What people do by hand: a number, a sign or none, a name, and perhaps a direction.
fn plain(base: &str) -> Option<Named> {
    let stem = base.strip_suffix(".sql")?;
    let down = [".down", "_down", "-down", ".rollback", "_rollback"].iter().find_map(|end| stem.strip_suffix(end));
    let kind = if down.is_some() { Kind::Down } else { Kind::Up };
    let stem = down.or_else(|| stem.strip_suffix(".up")).unwrap_or(stem);
    number_and_name(stem, &['_', '-', '.', ' ']).map(|named| Named { kind, ..named })
}

/// The digits that a text begins with, and the rest.
fn number(stem: &str) -> Option<(&str, &str)> {
    let digits = stem.find(|c: char| !c.is_ascii_digit()).unwrap_or(stem.len());
    (digits > 0).then(|| stem.split_at(digits))
}

fn number_and_name(stem: &str, between: &[char]) -> Option<Named> {
    let (version, rest) = number(stem)?;
    let name = match rest.strip_prefix(between) {
        Some(name) => name,
        // A number alone is what a hurried person writes.
        None if rest.is_empty() => rest,
        None => return None,
    };
    Some(Named { version: Some(version.into()), name: name.into(), kind: Kind::Up, prefix: None })
}

/// `V1__name.sql`, `V1.2__name.sql`, `V1_2__name.sql`, `V1.sql`, `U1__name.sql`, `R__name.sql`.
fn lettered(base: &str, between: &[char]) -> Option<Named> {
    let stem = base.strip_suffix(".sql")?;
    let prefix = stem.chars().next().filter(|letter| matches!(letter, 'V' | 'U' | 'R'))?;
    let (version, name) = stem[1..].split_once("__").unwrap_or((&stem[1..], ""));
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

/// Whether a comment without its dashes is dbmate's mark of a section, with these options among others.
fn marks(comment: &str, section: &str, options: &[&str]) -> bool {
    let mut words = comment.split_whitespace();
    words.next().and_then(|word| word.strip_prefix("migrate:")) == Some(section)
        && options.iter().all(|option| words.clone().any(|word| word == *option))
}

/// The section of a dbmate file after the line `-- migrate:NAME`, up to the next such line. Only a line that begins with
/// the dashes is one (amacneil/dbmate, pkg/dbmate/migration.go).
pub fn section(text: &str, name: &str) -> Option<Range<usize>> {
    let mut found: Option<usize> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let comment = line.strip_prefix("--").unwrap_or_default();
        let mark = comment.trim_start().starts_with("migrate:");
        if let Some(start) = found.filter(|_| mark) {
            return Some(start..at);
        }
        at += line.len();
        if marks(comment, name, &[]) {
            found = Some(at);
        }
    }
    found.map(|start| start..text.len())
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
