//! How the console looks and which keys it has: what the command line says, what the person's own files say,
//! and what the terminal can show.

use crate::{
    config::{
        keymap, place,
        preferences::{self, Preferences, theme_for},
        source::Source,
        theme::Theme,
    },
    core::error::Result,
};

use super::{
    glyphs::{ASCII, UNICODE},
    keys::Keys,
    look::{Depth, Look},
    terminal,
};

/// All of it, read and found right.
#[derive(Debug, Clone)]
pub struct Setup {
    /// Which keys do what.
    pub keys: Keys,
    /// How it looks.
    pub look: Look,
    /// Whether the mouse is listened to.
    pub mouse: bool,
    /// Whether CSV exports hold no text that a spreadsheet would take for a formula.
    pub csv_safe: bool,
}

/// Looks up an environment variable.
type Vars<'a> = &'a (dyn Fn(&str) -> Option<String> + Send + Sync);

/// Reads what `options` and the person's files ask for, and refuses a terminal that cannot be drawn on.
pub fn setup(options: Preferences, vars: Vars) -> Result<Setup> {
    let setup = read(options, vars)?;
    terminal::refuse_dumb(vars("TERM").as_deref())?;
    Ok(setup)
}

/// The same for whatever terminal.
pub(super) fn read(options: Preferences, vars: Vars) -> Result<Setup> {
    let wanted = options.over(own_preferences(vars)?);
    let glyphs = if wanted.ascii == Some(true) { ASCII } else { UNICODE };
    let look = Look::new(&theme(&wanted, vars)?, depth(vars), glyphs);
    let (mouse, csv_safe) = (wanted.mouse.unwrap_or(true), wanted.csv_safe.unwrap_or(false));
    Ok(Setup { keys: keys(&wanted, vars)?, look, mouse, csv_safe })
}

/// Reads every built-in theme and keymap, and the person's own files: preferences, theme, keymap. Says which
/// of their files there are.
pub fn check(vars: Vars) -> Result<Vec<String>> {
    let dark = Theme::ground()?;
    for name in Theme::names() {
        Theme::built_in(name).map_or(Ok(dark.clone()), |source| Theme::read(&source, None))?;
    }
    for name in keymap::names() {
        Keys::load(keymap::built_in(name).as_slice())?;
    }
    read(Preferences::default(), vars)?;
    // Under NO_COLOR the theme is not looked at; a mistake in it is one all the same.
    let wanted = own_preferences(vars)?;
    coloured(&wanted, vars)?;
    let mut files = Vec::new();
    for name in OWN {
        files.extend(own(name, vars)?.map(|source| source.name));
    }
    Ok(files)
}

/// The files that a person may have in the folder of their configuration.
const OWN: [&str; 3] = [preferences::FILE, "keymap.toml", "theme.toml"];

/// A person's own file in the configuration folder, if there is one.
fn own(name: &str, vars: Vars) -> Result<Option<Source>> {
    match place::config_dir(vars) {
        Ok(folder) => Source::read(&folder.join(name)),
        // Nobody without a home has a keymap in it.
        Err(_) => Ok(None),
    }
}

fn own_preferences(vars: Vars) -> Result<Preferences> {
    match own(preferences::FILE, vars)? {
        Some(source) => Preferences::read(&source, &place::config_dir(vars)?),
        None => Ok(Preferences::default()),
    }
}

fn keys(wanted: &Preferences, vars: Vars) -> Result<Keys> {
    let chosen = wanted.keymap.as_ref().map(preferences::Choice::keymap).transpose()?;
    let layers: Vec<_> = chosen.into_iter().chain(own("keymap.toml", vars)?).collect();
    Keys::load(&layers)
}

fn colourless(vars: Vars) -> bool {
    vars("NO_COLOR").is_some_and(|value| !value.is_empty())
}

/// `NO_COLOR` beats every choice: whoever sets it means all programs.
fn theme(wanted: &Preferences, vars: Vars) -> Result<Theme> {
    let coloured = coloured(wanted, vars)?;
    match Theme::built_in("mono") {
        Some(mono) if colourless(vars) => Theme::read(&mono, None),
        _ => Ok(coloured),
    }
}

/// The theme that was chosen, with the person's own laid over it.
fn coloured(wanted: &Preferences, vars: Vars) -> Result<Theme> {
    let dark = Theme::ground()?;
    let chosen = match &wanted.theme {
        Some(choice) => Some(choice.theme()?),
        None => Theme::built_in(theme_for(vars("COLORFGBG").as_deref())),
    };
    let chosen = chosen.map_or(Ok(dark.clone()), |source| Theme::read(&source, Some(&dark)))?;
    own("theme.toml", vars)?.map_or(Ok(chosen.clone()), |own| Theme::read(&own, Some(&chosen)))
}

fn depth(vars: Vars) -> Depth {
    let says =
        |name: &str, words: &[&str]| vars(name).is_some_and(|value| words.iter().any(|word| value.contains(word)));
    if colourless(vars) {
        Depth::None
    } else if says("COLORTERM", &["truecolor", "24bit"]) || says("TERM", &["direct", "kitty", "ghostty", "alacritty"]) {
        Depth::True
    } else {
        Depth::Indexed
    }
}

#[cfg(test)]
mod tests;
