//! Themes: how each role looks.
//!
//! ```toml
//! base = "dark"                   # the built-in theme that the rest is taken from
//! background = "#101418"          # painted behind everything; left out, the terminal's own stays
//!
//! [palette]                       # names for colours, for this file only
//! rose = "#f07178"
//!
//! [roles]
//! danger = "rose bold"            # FOREGROUND [on BACKGROUND] [MODIFIER …]
//! kind.production = "white on #8a1f2b bold"
//! ```
//!
//! A colour is `#rrggbb`, one of the sixteen names, a number of the 256, or `default`. Roles that a
//! file leaves out look as in its base, or as in the theme that the file is laid over. Production is red in every theme that has
//! colours: that is checked, because nobody may opt out of knowing where they are.

mod built_in;
mod paint;
mod role;

use toml::{
    Spanned,
    de::{DeString, DeTable, DeValue},
};

pub use built_in::BuiltIn;
pub use paint::{Colour, Paint};
pub use role::Role;

use crate::core::error::{Result, did_you_mean};

use super::source::Source;

/// How every role looks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    paints: Vec<Paint>,
    background: Option<Colour>,
}

/// What a theme file may hold, beside its two sections.
const KEYS: [&str; 4] = ["base", "background", "palette", "roles"];

impl Theme {
    fn blank() -> Self {
        Theme { paints: vec![Paint::default(); Role::ALL.len()], background: None }
    }

    /// How `role` looks.
    pub fn paint(&self, role: Role) -> Paint {
        self.paints.get(role as usize).copied().unwrap_or_default()
    }

    /// The colour behind everything; `None` leaves the terminal's own.
    pub fn background(&self) -> Option<Colour> {
        self.background.filter(|colour| *colour != Colour::Default)
    }

    /// Reads a theme; what it leaves out is taken from the base that it names, else from `under`.
    pub fn read(source: &Source, under: Option<&Theme>) -> Result<Self> {
        let file = source.toml()?;
        let section = |name: &str| file.iter().find(|(key, _)| key.get_ref() == name).map(|(_, value)| value);
        let table = |name: &str| section(name).map(|value| tabled(source, name, value)).transpose();
        if let Some((key, _)) = file.iter().find(|(key, _)| !KEYS.contains(&key.get_ref().as_ref())) {
            let name = key.get_ref();
            let error = source.error(key.span().start, format!("unknown section `{name}`"));
            return Err(error.hint(did_you_mean(name, KEYS)));
        }
        let mut theme = match section("base") {
            Some(name) => base(source, name)?,
            None => under.cloned().unwrap_or_else(Theme::blank),
        };
        let palette = table("palette")?.map_or(Ok(Palette::new()), |table| read_palette(source, table))?;
        if let Some(value) = section("background") {
            let (text, offset) = source.string(value)?;
            let colour = Colour::parse(text, &palette).map_err(|(what, todo)| source.error(offset, what).hint(todo))?;
            theme.background = Some(colour);
        }
        if let Some(table) = table("roles")? {
            theme.read_roles(source, table, "", &palette)?;
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
            return Err(error.hint(did_you_mean(name, Role::ALL.iter().map(|(_, name, _)| *name))));
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

/// The built-in theme that a file names as its base.
fn base(source: &Source, value: &Spanned<DeValue<'_>>) -> Result<Theme> {
    let (name, offset) = source.string(value)?;
    match Theme::built_in(name) {
        // A built-in file is read the same way, and could name itself.
        Some(built_in) if built_in.name != source.name => Theme::read(&built_in, None),
        _ => Err(source
            .error(offset, format!("there is no built-in theme `{name}`"))
            .hint(did_you_mean(name, Theme::names()))),
    }
}

fn tabled<'v, 's>(source: &Source, name: &str, value: &'v Spanned<DeValue<'s>>) -> Result<&'v DeTable<'s>> {
    let wrong = || source.error(value.span().start, format!("`{name}` is a section")).hint(format!("write [{name}]"));
    value.get_ref().as_table().ok_or_else(wrong)
}

/// The colours that a file has named.
type Palette = std::collections::BTreeMap<String, Colour>;

fn read_palette(source: &Source, table: &DeTable<'_>) -> Result<Palette> {
    let mut palette = Palette::new();
    for (name, value) in table {
        let (text, offset) = source.string(value)?;
        let colour = Colour::parse(text, &palette).map_err(|(what, todo)| source.error(offset, what).hint(todo))?;
        palette.insert(name.get_ref().to_string(), colour);
    }
    Ok(palette)
}

#[cfg(test)]
mod tests;
