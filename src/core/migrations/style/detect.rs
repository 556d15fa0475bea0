//! Which tool a folder is made for.

use super::Style;
use crate::core::migrations::file::{named, section};

/// The style of a folder by the names of its files and, where names leave it open, by a look into them.
///
/// `dir` is the folder's path as it is written, `files` the paths within and their texts. Names that several tools
/// share are settled so: `-- migrate:up` is dbmate's; `-- no-transaction` on the first line is sqlx's; a folder within
/// `supabase`, or numbers of 14 digits, are Supabase's; the rest is plain.
pub fn detect(dir: &str, files: &[(&str, &str)]) -> Style {
    let any = |test: &dyn Fn(&str) -> bool| files.iter().any(|(path, _)| test(path));
    if any(&|path| path == "meta/_journal.json") {
        return Style::Drizzle;
    }
    if any(&|path| path == "sqitch.plan") {
        return Style::Sqitch;
    }
    let count = |style: Style| files.iter().filter(|(path, _)| named(style, path).is_some()).count();
    let (flyway, prisma, plain) = (count(Style::Flyway), count(Style::Prisma), count(Style::Plain));
    if prisma > plain.max(flyway) {
        return Style::Prisma;
    }
    if flyway > plain {
        return flyway_or_refinery(files);
    }
    numbered(dir, files)
}

fn flyway_or_refinery(files: &[(&str, &str)]) -> Style {
    let names: Vec<_> = files.iter().filter_map(|(path, _)| named(Style::Flyway, path)).collect();
    let has = |letter: char, version: &Option<String>| {
        names.iter().any(|name| name.prefix == Some(letter) && name.version == *version)
    };
    // Flyway's U takes back the V of the same version; refinery's U is a migration of its own.
    let lone = names.iter().any(|name| name.prefix == Some('U') && !has('V', &name.version));
    let flyway = names.iter().any(|name| match name.prefix {
        Some('U') => has('V', &name.version),
        Some('V') => name.version.as_ref().is_some_and(|version| version.contains(['.', '_'])),
        _ => true,
    });
    if lone && !flyway { Style::Refinery } else { Style::Flyway }
}

fn numbered(dir: &str, files: &[(&str, &str)]) -> Style {
    let known: Vec<_> =
        files.iter().filter_map(|(path, text)| Some((named(Style::Plain, path)?, *path, *text))).collect();
    let sqlx = known.iter().any(|(_, _, text)| text.starts_with("-- no-transaction"));
    if known.iter().any(|(_, path, _)| path.ends_with(".up.sql") || path.ends_with(".down.sql")) {
        return if sqlx { Style::Sqlx } else { Style::Golang };
    }
    if known.iter().any(|(_, _, text)| section(text, "up").is_some()) {
        return Style::Dbmate;
    }
    if sqlx {
        return Style::Sqlx;
    }
    let dashes =
        known.iter().any(|(name, path, _)| path.get(name.digits()..).is_some_and(|rest| rest.starts_with('-')));
    let stamps = known.iter().any(|(name, _, _)| name.digits() == 14);
    if !dashes && (stamps || dir.split(['/', '\\']).any(|part| part == "supabase")) {
        return Style::Supabase;
    }
    Style::Plain
}

#[cfg(test)]
mod tests {
    use super::*;

    fn style(dir: &str, paths: &[&str]) -> Style {
        detect(dir, &paths.iter().map(|path| (*path, "SELECT 1;")).collect::<Vec<_>>())
    }

    #[test]
    fn names_tell_the_style_of_the_whole_folder() {
        for (dir, paths, expected) in [
            ("supabase/migrations", vec!["001_a.sql", "002_b.sql"], Style::Supabase),
            ("migrations", vec!["20240131120000_a.sql"], Style::Supabase),
            ("migrations", vec!["001_a.sql", "002_b.sql"], Style::Plain),
            ("supabase/x", vec!["001-a.sql", "002_b.sql"], Style::Plain),
            ("migrations", vec!["1_a.up.sql", "1_a.down.sql"], Style::Golang),
            ("db", vec!["V1__a.sql", "V2__b.sql"], Style::Flyway),
            ("db", vec!["V1__a.sql", "U1__a.sql", "R__v.sql"], Style::Flyway),
            ("db", vec!["V1__a.sql", "U2__b.sql"], Style::Refinery),
            ("db", vec!["V1_1__a.sql", "V1.2__b.sql"], Style::Flyway),
            ("prisma/migrations", vec!["20240131120000_a/migration.sql", "migration_lock.toml"], Style::Prisma),
            ("drizzle", vec!["0000_a.sql", "meta/_journal.json"], Style::Drizzle),
            (".", vec!["sqitch.plan", "deploy/a.sql"], Style::Sqitch),
            ("migrations", vec![], Style::Plain),
            ("migrations", vec!["notes.sql"], Style::Plain),
        ] {
            assert_eq!(style(dir, &paths), expected, "{dir} {paths:?}");
        }
    }

    #[test]
    fn texts_tell_what_names_leave_open() {
        assert_eq!(detect("m", &[("20240131120000_a.sql", "-- migrate:up\nSELECT 1;")]), Style::Dbmate);
        assert_eq!(detect("m", &[("1_a.sql", "-- no-transaction\nSELECT 1;")]), Style::Sqlx);
        assert_eq!(detect("m", &[("1_a.up.sql", "-- no-transaction\nSELECT 1;")]), Style::Sqlx);
    }
}
