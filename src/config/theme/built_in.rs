//! The themes that come with pgdeck.

use super::Theme;
use crate::{config::source::Source, core::error::Result};

/// A theme that comes with pgdeck.
#[derive(Debug)]
pub struct BuiltIn {
    /// What it is called on the command line and in files.
    pub name: &'static str,
    /// What it is like, in a few words.
    pub about: &'static str,
    text: &'static str,
}

macro_rules! built_in {
    ($name:literal, $about:literal) => {
        BuiltIn { name: $name, about: $about, text: include_str!(concat!("../../../themes/", $name, ".toml")) }
    };
}

impl Theme {
    /// Every built-in theme, the default first.
    pub const BUILT_IN: &'static [BuiltIn] = &[
        built_in!("dark", "Calm, for dark terminals, whose own background stays."),
        built_in!("light", "Calm, on white."),
        built_in!("high-contrast", "White on black, strong colours: for beamers, sunlight and tired eyes."),
        built_in!("mono", "No colour at all; what `NO_COLOR` gives."),
        built_in!("catppuccin-mocha", "Soft pastels on a dark blue grey."),
        built_in!("gruvbox-dark", "Warm and earthy on dark brown."),
        built_in!("nord", "Cool and quiet on a polar night."),
        built_in!("solarized-light", "Ink on cream, as on paper."),
    ];

    /// The names of the built-in themes.
    pub fn names() -> impl Iterator<Item = &'static str> + Clone {
        Theme::BUILT_IN.iter().map(|theme| theme.name)
    }

    /// The built-in theme called `name`, as the source that [`Theme::read`] takes.
    pub fn built_in(name: &str) -> Option<Source> {
        let theme = Theme::BUILT_IN.iter().find(|theme| theme.name == name)?;
        Some(Source::new(format!("themes/{name}.toml"), theme.text))
    }

    /// What lies below every other theme, so that no role is ever without a look.
    pub fn ground() -> Result<Theme> {
        Theme::built_in("dark").map_or_else(|| Ok(Theme::blank()), |source| Theme::read(&source, None))
    }
}
