use std::{fs, path::Path};

use super::*;
use crate::{
    config::{key::Key, preferences::Choice, theme::Role},
    tui::{
        action::{Action, Context},
        keys::Meaning,
    },
};

/// A person's configuration folder with these files, and the environment variables `vars` beside it.
fn with<T>(files: &[(&str, &str)], vars: &[(&str, &str)], then: impl FnOnce(Vars<'_>) -> T) -> T {
    let folder = tempfile::tempdir().expect("folder");
    fs::create_dir(folder.path().join("pgdeck")).expect("folder");
    for (name, text) in files {
        fs::write(folder.path().join("pgdeck").join(name), text).expect("file");
    }
    let home = folder.path().display().to_string();
    let vars: Vec<_> = vars.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    then(&move |name| match name {
        "XDG_CONFIG_HOME" => Some(home.clone()),
        name => vars.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()),
    })
}

fn built_in(name: &str) -> Look {
    Look::built_in(name).expect("built in")
}

const GOOD: (&str, &str) = ("COLORTERM", "truecolor");

fn danger(look: &Look) -> ratatui::style::Style {
    look.style(Role::Danger)
}

fn theme_option(name: &str) -> Preferences {
    Preferences { theme: Some(Choice::option("--theme", name)), ..Preferences::default() }
}

#[test]
fn without_a_word_it_is_dark_or_as_the_terminal_says() {
    let setup = with(&[], &[GOOD], |vars| read(Preferences::default(), vars)).expect("setup");
    assert_eq!((danger(&setup.look), setup.mouse), (danger(&built_in("dark")), true));
    let light = with(&[], &[GOOD, ("COLORFGBG", "0;15")], |vars| read(Preferences::default(), vars)).expect("setup");
    assert_eq!(danger(&light.look), danger(&built_in("light")));
}

#[test]
fn options_beat_the_file_which_beats_the_terminal() {
    let file = [("config.toml", "theme = 'nord'\nascii = true\nmouse = false\nkeymap = 'emacs'")];
    let vars = [GOOD, ("COLORFGBG", "0;15")];
    let setup = with(&file, &vars, |vars| read(Preferences::default(), vars)).expect("setup");
    assert_eq!(danger(&setup.look), danger(&built_in("nord")));
    assert_eq!((setup.look.glyphs, setup.mouse), (ASCII, false));
    let palette = Key::parse_chord("alt-x").expect("key");
    assert_eq!(setup.keys.meaning(&[Context::Global], &palette), Meaning::Action(Action::Palette));
    let setup = with(&file, &vars, |vars| read(theme_option("gruvbox-dark"), vars)).expect("setup");
    assert_eq!(danger(&setup.look), danger(&built_in("gruvbox-dark")));
}

#[test]
fn own_theme_and_keymap_lie_over_whatever_was_chosen() {
    let files = [("theme.toml", "[roles]\nok = '#123456'"), ("keymap.toml", "[global]\nquit = 'X'")];
    let options = Preferences { keymap: Some(Choice::option("--keymap", "vim")), ..theme_option("light") };
    let setup = with(&files, &[GOOD], |vars| read(options, vars)).expect("setup");
    assert_eq!(danger(&setup.look), danger(&built_in("light")));
    assert_ne!(setup.look.style(Role::Ok), built_in("light").style(Role::Ok));
    let quit: Vec<_> = setup.keys.of(Action::Quit, Context::Global).collect();
    assert_eq!(quit, [Key::parse_chord("X").expect("key")]);
}

#[test]
fn no_color_beats_everything() {
    let files = [("config.toml", "theme = 'nord'"), ("theme.toml", "[roles]\nok = 'green'")];
    let setup = with(&files, &[GOOD, ("NO_COLOR", "1")], |vars| read(theme_option("light"), vars)).expect("setup");
    for (role, name, _) in Role::ALL {
        assert_eq!(setup.look.style(*role), built_in("mono").style(*role), "{name}");
    }
    assert_eq!(setup.look.ground(), built_in("mono").ground());
}

#[test]
fn a_file_of_ones_own_is_found_beside_the_one_that_names_it() {
    let files = [("config.toml", "theme = 'mine.toml'"), ("mine.toml", "base = 'light'\n[roles]\nok = 'green'")];
    let setup = with(&files, &[GOOD], |vars| read(Preferences::default(), vars)).expect("setup");
    assert_eq!(danger(&setup.look), danger(&built_in("light")));
}

#[test]
fn a_dumb_terminal_is_refused_with_a_way_out() {
    let error = with(&[], &[("TERM", "dumb")], |vars| setup(Preferences::default(), vars)).expect_err("refused");
    assert_eq!(
        error.to_string(),
        "this terminal cannot be drawn on (TERM=dumb) — use a verb instead, such as `pgdeck counts`; `pgdeck --help` \
         lists them"
    );
    with(&[], &[("TERM", "vt100")], |vars| setup(Preferences::default(), vars)).expect("drawn on");
}

#[test]
fn checking_reads_every_file_that_there_is() {
    assert_eq!(with(&[], &[], |vars| check(vars)).expect("fine"), [""; 0]);
    let files = [("config.toml", "mouse = false"), ("theme.toml", "[roles]\nok = 'green'")];
    let names = with(&files, &[], |vars| check(vars)).expect("fine");
    assert!(names.iter().map(Path::new).all(Path::is_absolute) && names.len() == 2, "{names:?}");
    for (file, text, says) in [
        ("config.toml", "moose = false", "config.toml:1: unknown key `moose` — did you mean `mouse`?"),
        ("config.toml", "\nkeymap = 'emcas'", "config.toml:2: there is no keymap `emcas` — did you mean `emacs`?"),
        ("keymap.toml", "[lst]", "keymap.toml:1: unknown context `lst` — did you mean `list`?"),
        ("theme.toml", "[roles]\nokk = 'green'", "theme.toml:2: unknown role `okk` — did you mean `ok`?"),
    ] {
        for vars in [&[][..], &[("NO_COLOR", "1")]] {
            let error = with(&[(file, text)], vars, |vars| check(vars)).expect_err(text).to_string();
            assert!(error.ends_with(says), "{error}");
        }
    }
}
