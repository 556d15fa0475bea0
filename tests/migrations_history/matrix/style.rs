//! Folders of every naming style, as the style's tool would leave them on disk.

use std::{fs, path::Path};

use pgdeck::core::migrations::style::Style;

use super::item::Item;

/// A style, with the two widths that Supabase's is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Naming {
    Supabase3,
    Supabase14,
    Golang,
    Dbmate,
    Refinery,
    Flyway,
    Prisma,
    Drizzle,
    Sqlx,
    Sqitch,
    Plain,
}

/// How numbers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Width {
    /// `1`.
    Bare,
    /// `001`.
    Padded(usize),
    /// `20260301010000`.
    Date,
    /// Not at all.
    None,
}

impl Naming {
    pub const ALL: [Naming; 11] = [
        Naming::Supabase3,
        Naming::Supabase14,
        Naming::Golang,
        Naming::Dbmate,
        Naming::Refinery,
        Naming::Flyway,
        Naming::Prisma,
        Naming::Drizzle,
        Naming::Sqlx,
        Naming::Sqitch,
        Naming::Plain,
    ];

    pub fn style(self) -> Style {
        match self {
            Naming::Supabase3 | Naming::Supabase14 => Style::Supabase,
            Naming::Golang => Style::Golang,
            Naming::Dbmate => Style::Dbmate,
            Naming::Refinery => Style::Refinery,
            Naming::Flyway => Style::Flyway,
            Naming::Prisma => Style::Prisma,
            Naming::Drizzle => Style::Drizzle,
            Naming::Sqlx => Style::Sqlx,
            Naming::Sqitch => Style::Sqitch,
            Naming::Plain => Style::Plain,
        }
    }

    pub fn width(self) -> Width {
        match self {
            Naming::Golang | Naming::Refinery | Naming::Flyway => Width::Bare,
            Naming::Supabase3 | Naming::Plain => Width::Padded(3),
            Naming::Drizzle => Width::Padded(4),
            Naming::Supabase14 | Naming::Dbmate | Naming::Prisma | Naming::Sqlx => Width::Date,
            Naming::Sqitch => Width::None,
        }
    }

    /// The number as it is written in the file's name.
    pub fn version(self, item: &Item) -> Option<String> {
        let number = item.number;
        Some(match (self.width(), item.odd) {
            (Width::Bare, false) | (Width::Padded(_), true) => number.to_string(),
            (Width::Bare, true) => format!("{number:03}"),
            (Width::Padded(width), false) => format!("{number:0width$}"),
            (Width::Date, _) => format!("202603{:08}", number * 10_000),
            (Width::None, _) => return None,
        })
    }

    /// The forward file's path within the folder.
    pub fn path(self, item: &Item) -> String {
        let version = self.version(item).unwrap_or_default();
        let name = item.name;
        match self {
            Naming::Golang => format!("{version}_{name}.up.sql"),
            Naming::Refinery | Naming::Flyway => format!("V{version}__{name}.sql"),
            Naming::Prisma => format!("{version}_{name}/migration.sql"),
            Naming::Sqitch => format!("deploy/{name}.sql"),
            _ => format!("{version}_{name}.sql"),
        }
    }

    /// The forward file's text.
    pub fn text(self, item: &Item) -> String {
        let sql = item.sql();
        match self {
            Naming::Dbmate => format!("-- migrate:up\n{sql}\n-- migrate:down\nDROP TABLE {};\n", item.table),
            Naming::Drizzle => sql.replacen(";\nCOMMENT", ";\n--> statement-breakpoint\nCOMMENT", 1),
            Naming::Sqitch => format!("BEGIN;\n{sql}COMMIT;\n"),
            _ => sql,
        }
    }

    /// The file that takes a migration back, where the style has such files.
    fn back(self, item: &Item) -> Option<String> {
        match self {
            Naming::Golang => Some(self.path(item).replace(".up.sql", ".down.sql")),
            Naming::Sqitch => Some(format!("revert/{}.sql", item.name)),
            Naming::Flyway => Some(self.path(item).replacen('V', "U", 1)),
            _ => None,
        }
    }

    /// Writes a folder of `items`, each with `change` made to its text.
    pub fn write(self, dir: &Path, items: &[Item], change: impl Fn(&Item, String) -> String) {
        for item in items {
            write(dir, &self.path(item), &change(item, self.text(item)));
            if let Some(path) = self.back(item) {
                write(dir, &path, &format!("DROP TABLE {};\n", item.table));
            }
        }
        match self {
            Naming::Prisma => write(dir, "migration_lock.toml", "provider = \"postgresql\"\n"),
            Naming::Drizzle => write(dir, "meta/_journal.json", &self.journal(items)),
            Naming::Sqitch => write(dir, "sqitch.plan", &plan(items)),
            _ => {}
        }
    }

    /// A path that is no migration to the style's tool.
    pub fn stray(self) -> &'static str {
        if self == Naming::Sqitch { "deploy/notes.sql" } else { "notes.sql" }
    }

    fn journal(self, items: &[Item]) -> String {
        let entry = |(at, item): (usize, &Item)| {
            let tag = self.path(item).replace(".sql", "");
            format!(
                "{{\"idx\":{at},\"version\":\"7\",\"when\":{},\"tag\":\"{tag}\",\"breakpoints\":true}}",
                item.stamp()
            )
        };
        let entries: Vec<String> = items.iter().enumerate().map(entry).collect();
        format!("{{\"version\":\"7\",\"dialect\":\"postgresql\",\"entries\":[\n{}\n]}}\n", entries.join(",\n"))
    }
}

fn plan(items: &[Item]) -> String {
    let change = |item: &Item| format!("{} 2026-03-01T01:00:00Z A <a@example.org> # It.\n", item.name);
    format!("%syntax-version=1.0.0\n%project=shop\n\n{}", items.iter().map(change).collect::<String>())
}

/// Writes a file, with the folders that it is in.
pub fn write(dir: &Path, path: &str, text: &str) {
    let path = dir.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}
