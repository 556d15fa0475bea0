//! `[migrations]`: where a team keeps its migrations and how they are named.

use serde::Deserialize;
use toml::Spanned;

use super::super::source::Source;
use crate::core::{
    error::{Result, did_you_mean},
    migrations::style::Style,
};

/// The folder where nothing is said.
pub const DIR: &str = "migrations";
/// The word for a style that is found out.
const AUTO: &str = "auto";

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    dir: Option<Spanned<String>>,
    style: Option<Spanned<String>>,
    before: Option<String>,
}

/// Where the migrations are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Migrations {
    /// The folder, as written; a relative one begins where `pgdeck.toml` is.
    pub dir: String,
    /// The line that names the folder, from 1; `None` where none does.
    pub line: Option<usize>,
    /// The style; `None` where it is to be found out.
    pub style: Option<Style>,
    /// A file of SQL, as written, that stands in for what a platform brings along: it is run before the first migration
    /// where these are replayed.
    pub before: Option<String>,
}

pub(super) fn migrations(source: &Source, section: Section) -> Result<Migrations> {
    let style = section.style.filter(|word| word.get_ref() != AUTO).map(|word| style(source, &word)).transpose()?;
    let line = section.dir.as_ref().map(|dir| source.line(dir.span().start));
    let dir = section.dir.map_or_else(|| DIR.to_owned(), Spanned::into_inner);
    let before = section.before;
    Ok(Migrations { dir, line, style, before })
}

fn style(source: &Source, word: &Spanned<String>) -> Result<Style> {
    let known = std::iter::once(AUTO).chain(Style::ALL.iter().map(|style| style.word()));
    Style::parse(word.get_ref()).ok_or_else(|| {
        source
            .error(word.span().start, format!("`{}` is no style of migrations", word.get_ref()))
            .hint(did_you_mean(word.get_ref(), known))
    })
}

#[cfg(test)]
mod tests {
    use super::{super::Project, *};

    fn parse(section: &str) -> Result<Migrations> {
        let text = format!("[project]\nname = \"p\"\n[env.a]\nkind = \"development\"\n{section}");
        Project::parse(Source::new("pgdeck.toml", text)).map(|project| project.migrations)
    }

    #[test]
    fn a_folder_and_a_style_are_declared_or_found_out() {
        let nothing = Migrations { dir: "migrations".into(), line: None, style: None, before: None };
        assert_eq!(parse("").unwrap(), nothing);
        let before = parse("[migrations]\nbefore = \"platform.sql\"").unwrap();
        assert_eq!(before, Migrations { before: Some("platform.sql".into()), ..nothing });
        let both = parse("[migrations]\ndir = \"db\"\nstyle = \"flyway\"").unwrap();
        assert_eq!(both, Migrations { dir: "db".into(), line: Some(6), style: Some(Style::Flyway), before: None });
        assert_eq!(parse("[migrations]\nstyle = \"auto\"").unwrap().style, None);
    }

    #[test]
    fn a_style_that_there_is_not_is_named_with_its_line_and_the_nearest() {
        let error = parse("[migrations]\nstyle = \"flywya\"").unwrap_err().to_string();
        assert_eq!(error, "pgdeck.toml:6: `flywya` is no style of migrations — did you mean `flyway`?");
    }
}
