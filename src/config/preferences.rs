//! How a person likes the console: `config.toml` in the folder of their configuration, and the options that
//! beat it.
//!
//! ```toml
//! theme = "nord"        # a built-in one, or a file, beside this one if its path is relative
//! keymap = "vim"        # the same
//! ascii = false         # draw with ASCII alone
//! mouse = true          # listen to the mouse
//! csv_safe = false      # write no text into a CSV file that a spreadsheet would calculate
//! ```

use std::path::{Path, PathBuf};

use toml::{Spanned, de::DeValue};

use super::{keymap, source::Source, theme::Theme};
use crate::core::error::{Error, Result, did_you_mean};

/// The name of the file.
pub const FILE: &str = "config.toml";

/// What may stand in the file.
const KEYS: [&str; 5] = ["theme", "keymap", "ascii", "mouse", "csv_safe"];

/// What somebody wants; nothing said leaves it to whatever is asked next.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Preferences {
    /// The theme.
    pub theme: Option<Choice>,
    /// The keymap.
    pub keymap: Option<Choice>,
    /// Whether to draw with ASCII alone.
    pub ascii: Option<bool>,
    /// Whether to listen to the mouse.
    pub mouse: Option<bool>,
    /// Whether texts that read like formulas are made texts in CSV files.
    pub csv_safe: Option<bool>,
}

/// A name of something built in, or a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Choice {
    /// As it was written.
    pub name: String,
    /// Where it was written: an option, or `file:line`.
    pub place: String,
    /// The folder that a relative path begins in.
    pub folder: PathBuf,
}

impl Preferences {
    /// Reads the file `source`, which lies in `folder`.
    pub fn read(source: &Source, folder: &Path) -> Result<Self> {
        let mut preferences = Preferences::default();
        for (key, value) in source.toml()? {
            let offset = key.span().start;
            match key.get_ref().as_ref() {
                "theme" => preferences.theme = Some(Choice::read(source, &value, folder)?),
                "keymap" => preferences.keymap = Some(Choice::read(source, &value, folder)?),
                "ascii" => preferences.ascii = Some(source.truth(&value)?),
                "mouse" => preferences.mouse = Some(source.truth(&value)?),
                "csv_safe" => preferences.csv_safe = Some(source.truth(&value)?),
                name => {
                    let error = source.error(offset, format!("unknown key `{name}`"));
                    return Err(error.hint(did_you_mean(name, KEYS)));
                }
            }
        }
        Ok(preferences)
    }

    /// These, and where they say nothing, `other`.
    #[must_use]
    pub fn over(self, other: Preferences) -> Self {
        Preferences {
            theme: self.theme.or(other.theme),
            keymap: self.keymap.or(other.keymap),
            ascii: self.ascii.or(other.ascii),
            mouse: self.mouse.or(other.mouse),
            csv_safe: self.csv_safe.or(other.csv_safe),
        }
    }
}

impl Choice {
    /// What was given with the option `option`.
    pub fn option(option: &str, name: impl Into<String>) -> Self {
        Choice { name: name.into(), place: option.into(), folder: PathBuf::new() }
    }

    fn read(source: &Source, value: &Spanned<DeValue<'_>>, folder: &Path) -> Result<Self> {
        let (name, offset) = source.string(value)?;
        let place = format!("{}:{}", source.name, source.line(offset));
        Ok(Choice { name: name.to_owned(), place, folder: folder.to_owned() })
    }

    /// The theme that is meant.
    pub fn theme(&self) -> Result<Source> {
        self.source("theme", Theme::built_in(&self.name), Theme::names())
    }

    /// The keymap that is meant.
    pub fn keymap(&self) -> Result<Source> {
        self.source("keymap", keymap::built_in(&self.name), keymap::names())
    }

    fn source(
        &self,
        what: &str,
        built_in: Option<Source>,
        names: impl Iterator<Item = &'static str> + Clone,
    ) -> Result<Source> {
        if let Some(built_in) = built_in {
            return Ok(built_in);
        }
        let path = self.folder.join(&self.name);
        // A name that is no path is one of ours misspelt, rather than a file that is missing.
        let file = self.name.contains('/') || path.extension().is_some_and(|extension| extension == "toml");
        if !file {
            let error = Error::usage(format!("there is no {what} `{}`", self.name)).at(&self.place);
            return Err(error.hint(did_you_mean(&self.name, names)));
        }
        let missing = || Error::usage(format!("there is no file {}", path.display())).at(&self.place);
        Source::read(&path)?.ok_or_else(missing)
    }
}

/// The theme for somebody who has chosen none, on a terminal that says `colorfgbg` of its colours: `15;0`,
/// `0;default;15`. The last number is the background: 7 and 9 to 15 are light.
///
/// The terminal itself is not asked (OSC 11). On a slow line its answer would come after the console has begun
/// to read keys, which it would then be taken for.
pub fn theme_for(colorfgbg: Option<&str>) -> &'static str {
    let background: Option<u8> = colorfgbg.and_then(|colours| colours.rsplit(';').next()?.parse().ok());
    if matches!(background, Some(7 | 9..=15)) { "light" } else { "dark" }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Preferences> {
        Preferences::read(&Source::new("config.toml", text), Path::new("/home/me"))
    }

    fn complaint<T>(result: Result<T>) -> String {
        result.err().expect("refused").to_string()
    }

    #[test]
    fn everything_is_read_and_an_option_beats_it() {
        let file = read("theme = 'nord'\nkeymap = 'vim'\nascii = true\nmouse = false\ncsv_safe = true").expect("read");
        let options = Preferences { theme: Some(Choice::option("--theme", "light")), ..Preferences::default() };
        let both = options.over(file);
        let theme = both.theme.expect("theme").theme().expect("theme");
        assert_eq!((theme.name.as_str(), both.ascii, both.mouse), ("themes/light.toml", Some(true), Some(false)));
        assert_eq!(both.csv_safe, Some(true));
        assert_eq!(both.keymap.expect("keymap").keymap().expect("keymap").name, "keymaps/vim.toml");
    }

    #[test]
    fn every_mistake_names_file_line_and_what_is_near() {
        assert_eq!(complaint(read("\nthem = 'x'")), "config.toml:2: unknown key `them` — did you mean `theme`?");
        assert_eq!(complaint(read("ascii = 'yes'")), "config.toml:1: true or false is needed here, not string");
        let theme = read("\n\ntheme = 'drak'").expect("read").theme.expect("theme").theme();
        assert_eq!(complaint(theme), "config.toml:3: there is no theme `drak` — did you mean `dark`?");
    }

    #[test]
    fn a_path_is_a_file_beside_the_one_that_names_it() {
        let keymap = read("keymap = 'mine.toml'").expect("read").keymap.expect("keymap").keymap();
        assert_eq!(complaint(keymap), "config.toml:1: there is no file /home/me/mine.toml");
        let theme = Choice::option("--theme", "./none").theme();
        assert_eq!(complaint(theme), "--theme: there is no file ./none");
    }

    #[test]
    fn a_light_terminal_gets_the_light_theme() {
        for (colours, theme) in [
            (None, "dark"),
            (Some(""), "dark"),
            (Some("15;0"), "dark"),
            (Some("0;15"), "light"),
            (Some("0;default;15"), "light"),
            (Some("12;8"), "dark"),
            (Some("0;7"), "light"),
            (Some("0;default"), "dark"),
        ] {
            assert_eq!(theme_for(colours), theme, "{colours:?}");
        }
    }
}
