//! Themes: how each role looks.
//!
//! ```toml
//! [palette]                       # names for colours, for this file only
//! rose = "#f07178"
//!
//! [roles]
//! danger = "rose bold"            # FOREGROUND [on BACKGROUND] [MODIFIER …]
//! kind.production = "white on #8a1f2b bold"
//! ```
//!
//! A colour is `#rrggbb`, one of the sixteen names, a number of the 256, or `default`. Roles that a
//! file leaves out look as in the built-in dark theme. Production is red in every theme that has
//! colours: that is checked, because nobody may opt out of knowing where they are.

mod paint;

use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

pub use paint::{Colour, Paint};

use crate::core::error::{Result, did_you_mean};

use super::source::Source;

/// What a piece of the screen means. Widgets name roles, never colours.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[expect(missing_docs, reason = "each is the meaning that its name in `Role::ALL` gives it")]
pub enum Role {
    Text,
    Muted,
    Faint,
    Title,
    Heading,
    Accent,
    Border,
    Status,
    Selection,
    Overlay,
    Input,
    Button,
    Danger,
    Ok,
    Warn,
    Info,
    Removed,
    Added,
    SqlKeyword,
    SqlComment,
    Production,
    Staging,
    Development,
}

impl Role {
    /// Every role with its name in a theme file, in the order of the enum.
    pub const ALL: &'static [(Role, &'static str)] = &[
        (Role::Text, "text"),
        (Role::Muted, "muted"),
        (Role::Faint, "faint"),
        (Role::Title, "title"),
        (Role::Heading, "heading"),
        (Role::Accent, "accent"),
        (Role::Border, "border"),
        (Role::Status, "status"),
        (Role::Selection, "selection"),
        (Role::Overlay, "overlay"),
        (Role::Input, "input"),
        (Role::Button, "button"),
        (Role::Danger, "danger"),
        (Role::Ok, "ok"),
        (Role::Warn, "warn"),
        (Role::Info, "info"),
        (Role::Removed, "diff.removed"),
        (Role::Added, "diff.added"),
        (Role::SqlKeyword, "sql.keyword"),
        (Role::SqlComment, "sql.comment"),
        (Role::Production, "kind.production"),
        (Role::Staging, "kind.staging"),
        (Role::Development, "kind.development"),
    ];

    fn named(name: &str) -> Option<Role> {
        Role::ALL.iter().find(|(_, known)| *known == name).map(|(role, _)| *role)
    }
}

/// How every role looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    paints: Vec<Paint>,
}

impl Theme {
    /// The names of the themes that are built in.
    pub const BUILT_IN: &'static [(&'static str, &'static str)] =
        &[("dark", include_str!("../../themes/dark.toml")), ("mono", include_str!("../../themes/mono.toml"))];

    /// How `role` looks.
    pub fn paint(&self, role: Role) -> Paint {
        self.paints.get(role as usize).copied().unwrap_or_default()
    }

    /// The built-in theme called `name`, as the source that [`Theme::read`] takes.
    pub fn built_in(name: &str) -> Option<Source> {
        let (name, text) = Theme::BUILT_IN.iter().find(|(known, _)| *known == name)?;
        Some(Source::new(format!("themes/{name}.toml"), *text))
    }

    /// Reads a theme; what it leaves out is taken from `base`.
    pub fn read(source: &Source, base: Option<&Theme>) -> Result<Self> {
        let mut theme = base.cloned().unwrap_or(Theme { paints: vec![Paint::default(); Role::ALL.len()] });
        let mut palette = Vec::new();
        for (section, value) in source.toml()? {
            let table = value.get_ref().as_table();
            match (section.get_ref().as_ref(), table) {
                ("palette", Some(table)) => palette = read_palette(source, table)?,
                ("roles", Some(table)) => theme.read_roles(source, table, "", &palette)?,
                (name, _) => {
                    let error = source.error(section.span().start, format!("unknown section `{name}`"));
                    return Err(error.hint(did_you_mean(name, ["palette", "roles"])));
                }
            }
        }
        Ok(theme)
    }

    fn read_roles(&mut self, source: &Source, table: &DeTable<'_>, within: &str, palette: &Palette) -> Result<()> {
        for (key, value) in table {
            let name = format!("{within}{}", key.get_ref());
            match value.get_ref() {
                DeValue::Table(inner) => self.read_roles(source, inner, &format!("{name}."), palette)?,
                _ => self.read_role(source, &name, key, value, palette)?,
            }
        }
        Ok(())
    }

    fn read_role(
        &mut self,
        source: &Source,
        name: &str,
        key: &Spanned<DeString<'_>>,
        value: &Spanned<DeValue<'_>>,
        palette: &Palette,
    ) -> Result<()> {
        let Some(role) = Role::named(name) else {
            let error = source.error(key.span().start, format!("unknown role `{name}`"));
            return Err(error.hint(did_you_mean(name, Role::ALL.iter().map(|(_, name)| *name))));
        };
        let (text, offset) = source.string(value)?;
        let paint = Paint::parse(text, palette).map_err(|(what, todo)| source.error(offset, what).hint(todo))?;
        if role == Role::Production && paint.coloured() && !paint.red() {
            let error = source.error(offset, "production must be red, so that it is never mistaken");
            return Err(error.hint("make its background or its foreground red"));
        }
        self.paints[role as usize] = paint;
        Ok(())
    }
}

/// The colours that a file has named.
type Palette = Vec<(String, Colour)>;

fn read_palette(source: &Source, table: &DeTable<'_>) -> Result<Palette> {
    let mut palette = Vec::new();
    for (name, value) in table {
        let (text, offset) = source.string(value)?;
        let colour = Colour::parse(text, &palette).map_err(|(what, todo)| source.error(offset, what).hint(todo))?;
        palette.push((name.get_ref().to_string(), colour));
    }
    Ok(palette)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_in(name: &str) -> Theme {
        Theme::read(&Theme::built_in(name).expect("built in"), None).expect(name)
    }

    fn complaint(text: &str) -> String {
        Theme::read(&Source::new("own.toml", text), None).expect_err("refused").to_string()
    }

    #[test]
    fn the_table_of_roles_follows_the_enum() {
        for (at, (role, name)) in Role::ALL.iter().enumerate() {
            assert_eq!(*role as usize, at, "{name}");
        }
    }

    #[test]
    fn built_in_themes_paint_every_role_that_must_stand_out() {
        for name in ["dark", "mono"] {
            let theme = built_in(name);
            for role in [Role::Selection, Role::Danger, Role::Production, Role::Title, Role::Accent] {
                assert_ne!(theme.paint(role), Paint::default(), "{name} {role:?}");
            }
        }
    }

    #[test]
    fn mono_has_no_colour_at_all() {
        let theme = built_in("mono");
        assert!(Role::ALL.iter().all(|(role, _)| !theme.paint(*role).coloured()));
    }

    #[test]
    fn a_role_left_out_looks_as_in_the_base() {
        let dark = built_in("dark");
        let own = Theme::read(&Source::new("own.toml", "[roles]\nok = 'bright-green'"), Some(&dark)).expect("theme");
        assert_eq!(own.paint(Role::Danger), dark.paint(Role::Danger));
        assert_ne!(own.paint(Role::Ok), dark.paint(Role::Ok));
    }

    #[test]
    fn nested_tables_and_dotted_names_are_the_same() {
        let read = |text| Theme::read(&Source::new("own.toml", text), None).expect("theme");
        assert_eq!(read("[roles]\nsql.keyword = '4'"), read("[roles.sql]\nkeyword = 'blue'"));
    }

    #[test]
    fn every_mistake_names_file_line_and_what_is_near() {
        assert_eq!(complaint("[role]"), "own.toml:1: unknown section `role` — did you mean `roles`?");
        assert_eq!(complaint("[roles]\ndangr = 'red'"), "own.toml:2: unknown role `dangr` — did you mean `danger`?");
        assert_eq!(
            complaint("[roles]\nkind.prodution = 'red'"),
            "own.toml:2: unknown role `kind.prodution` — did you mean `kind.production`?"
        );
        assert_eq!(complaint("[roles]\nok = 'gren'"), "own.toml:2: unknown colour `gren` — did you mean `green`?");
        assert_eq!(complaint("[roles]\nok = '#12345'"), "own.toml:2: unknown colour `#12345` — write #rrggbb");
        assert_eq!(complaint("[roles]\nok = 7"), "own.toml:2: a string is needed here, not integer");
    }

    #[test]
    fn production_cannot_be_anything_but_red() {
        assert!(complaint("[roles]\nkind.production = 'white on green'").contains("production must be red"));
        for red in ["bright-red", "white on #8a1f2b bold", "160", "bold reverse"] {
            assert!(
                Theme::read(&Source::new("own.toml", format!("[roles]\nkind.production = '{red}'")), None).is_ok(),
                "{red}"
            );
        }
    }
}
