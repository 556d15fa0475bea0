//! How a folder's migrations are named, and so which tool they are made for.

mod detect;

use std::cmp::Ordering;

use serde::Serialize;

pub use detect::detect;

/// A way of naming migrations.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Style {
    /// `20240131120000_name.sql`, `001_name.sql`: Supabase's CLI.
    Supabase,
    /// `1_name.up.sql` and `1_name.down.sql`: golang-migrate.
    Golang,
    /// `20240131120000_name.sql` with `-- migrate:up` and `-- migrate:down` inside: dbmate.
    Dbmate,
    /// `V1__name.sql`, `U2__name.sql`: refinery.
    Refinery,
    /// `V1.1__name.sql`, `U1.1__name.sql`, `R__name.sql`: Flyway.
    Flyway,
    /// `20240131120000_name/migration.sql`: Prisma.
    Prisma,
    /// `0000_name.sql`, listed in `meta/_journal.json`: Drizzle.
    Drizzle,
    /// `20240131120000_name.sql` or with `.up.sql` and `.down.sql`: sqlx.
    Sqlx,
    /// `deploy/name.sql` and `revert/name.sql`, listed in `sqitch.plan`: Sqitch.
    Sqitch,
    /// `001_name.sql`, `001-name.sql`, run by hand or by a script.
    Plain,
}

impl Style {
    /// Every style.
    pub const ALL: [Style; 10] = [
        Style::Supabase,
        Style::Golang,
        Style::Dbmate,
        Style::Refinery,
        Style::Flyway,
        Style::Prisma,
        Style::Drizzle,
        Style::Sqlx,
        Style::Sqitch,
        Style::Plain,
    ];

    /// The word for it in `pgdeck.toml` and in JSON.
    pub fn word(self) -> &'static str {
        match self {
            Style::Supabase => "supabase",
            Style::Golang => "golang",
            Style::Dbmate => "dbmate",
            Style::Refinery => "refinery",
            Style::Flyway => "flyway",
            Style::Prisma => "prisma",
            Style::Drizzle => "drizzle",
            Style::Sqlx => "sqlx",
            Style::Sqitch => "sqitch",
            Style::Plain => "plain",
        }
    }

    /// The style that `word` names.
    pub fn parse(word: &str) -> Option<Style> {
        Style::ALL.into_iter().find(|style| style.word() == word)
    }

    /// Whether the tool takes a version for a number, so that `9` and `09` are the same to it.
    pub fn is_numeric(self) -> bool {
        matches!(self, Style::Golang | Style::Sqlx | Style::Refinery | Style::Flyway)
    }

    /// Whether files count that are in folders within the folder.
    pub fn goes_down(self) -> bool {
        matches!(self, Style::Flyway | Style::Refinery)
    }

    /// Whether the tool sorts the names of files as text, and takes no look at the numbers in them: Supabase's CLI
    /// (supabase/cli, pkg/migration/list.go), dbmate (amacneil/dbmate, pkg/dbmate/db.go), Prisma
    /// (prisma/prisma-engines).
    pub fn is_textual(self) -> bool {
        matches!(self, Style::Supabase | Style::Dbmate | Style::Prisma)
    }

    /// Which of two versions the tool runs first. Tools that compare file names as text put `10_` before `9_`, and
    /// before `1_` too, for a digit stands before `_`.
    pub fn order(self, a: &str, b: &str) -> Ordering {
        if self.is_textual() { a.bytes().chain([b'_']).cmp(b.bytes().chain([b'_'])) } else { parts(a, b) }
    }
}

/// Compares versions number by number; dots and underscores part them, and parts that are missing are zero.
pub fn parts(a: &str, b: &str) -> Ordering {
    let split = |text: &str| text.split(['.', '_']).map(str::to_owned).collect::<Vec<_>>();
    let (a, b) = (split(a), split(b));
    let part = |of: &[String], at: usize| of.get(at).cloned().unwrap_or_default();
    (0..a.len().max(b.len()))
        .map(|at| number(&part(&a, at), &part(&b, at)))
        .find(|order| order.is_ne())
        .unwrap_or(Ordering::Equal)
}

/// Compares digits as a number of any length.
fn number(a: &str, b: &str) -> Ordering {
    let (a, b) = (a.trim_start_matches('0'), b.trim_start_matches('0'));
    a.len().cmp(&b.len()).then_with(|| a.cmp(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_stand_in_the_order_of_the_tool() {
        assert_eq!(Style::Flyway.order("1.10", "1.9"), Ordering::Greater);
        assert_eq!(Style::Flyway.order("1_1", "1.1.0"), Ordering::Equal);
        assert_eq!(Style::Golang.order("9", "10"), Ordering::Less);
        assert_eq!(Style::Supabase.order("9", "10"), Ordering::Greater);
        assert_eq!(Style::Supabase.order("1", "10"), Ordering::Greater, "10_a.sql stands before 1_a.sql");
        assert_eq!(Style::Plain.order("9", "099999999999999999999999999999"), Ordering::Less);
    }

    #[test]
    fn every_style_has_a_word() {
        assert!(Style::ALL.into_iter().all(|style| Style::parse(style.word()) == Some(style)));
    }
}
