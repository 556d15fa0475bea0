//! Themes, keymaps and a person's own configuration, as the command line takes them.

use std::{fs, io::Read};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};

use crate::desk::{Desk, program};

/// A desk whose owner has these files in `~/.config/pgdeck`.
fn with(files: &[(&str, &str)]) -> Desk {
    let desk = Desk::reading();
    fs::create_dir_all(desk.path(".config/pgdeck")).unwrap();
    for (name, text) in files {
        desk.write(&format!(".config/pgdeck/{name}"), text);
    }
    desk
}

#[test]
fn an_unknown_theme_or_keymap_is_one_line_with_the_nearest_name() {
    let desk = Desk::reading();
    desk.fails(2, "--theme gruvbox-drak", "--theme: there is no theme `gruvbox-drak` — did you mean `gruvbox-dark`?");
    desk.fails(2, "--keymap vi", "--keymap: there is no keymap `vi` — did you mean `vim`?");
    desk.fails(2, "--theme ./none.toml", "--theme: there is no file ./none.toml");
    desk.fails(2, "--theme zebra", "available: dark, light, high-contrast, mono");
}

#[test]
fn config_check_reads_the_person_s_own_files_too() {
    let desk = with(&[("config.toml", "theme = 'nord'\n"), ("keymap.toml", "[global]\nquit = 'X'\n")]);
    let said = desk.fine("config check");
    assert!(said.contains("config.toml: fine") && said.contains("keymap.toml: fine"), "{said}");
    assert_eq!(desk.json("config check")["own"].as_array().map(Vec::len), Some(2));
    for (name, text, says) in [
        ("config.toml", "\nthem = 'nord'", "config.toml:2: unknown key `them` — did you mean `theme`?"),
        ("config.toml", "theme = 'nrod'", "config.toml:1: there is no theme `nrod` — did you mean `nord`?"),
        ("keymap.toml", "[global]\nquit = ['a', 'b']\nhelp = 'a'", "keymap.toml:3: `a` is already `quit`"),
        ("theme.toml", "[roles]\nkind.production = 'green'", "theme.toml:2: production must be red"),
    ] {
        let said = with(&[(name, text)]).fails(2, "config check", says);
        assert!(said.contains("/.config/pgdeck/"), "{said}");
    }
}

#[test]
fn config_path_names_the_three_folders() {
    let desk = Desk::reading();
    let json = desk.json("config path");
    for (what, end) in
        [("configuration", ".config/pgdeck"), ("cache", ".cache/pgdeck"), ("state", ".local/state/pgdeck/innotrue")]
    {
        assert_eq!(json[what].as_str(), desk.path(end).to_str(), "{json}");
    }
}

#[test]
fn a_dumb_terminal_is_pointed_to_the_verbs_before_any_server_is_started() {
    let desk = Desk::reading();
    for arguments in [&[][..], &["demo"]] {
        let size = PtySize { rows: 24, cols: 200, pixel_width: 0, pixel_height: 0 };
        let pty = native_pty_system().openpty(size).unwrap();
        let mut command = CommandBuilder::new(program());
        command.args(arguments);
        command.env_clear();
        command.cwd(desk.path(""));
        desk.variables().into_iter().for_each(|(name, value)| command.env(name, value));
        command.env("TERM", "dumb");
        let mut child = pty.slave.spawn_command(command).unwrap();
        drop(pty.slave);
        let mut said = Vec::new();
        // Linux ends a terminal that nobody has open any more with an error.
        let _ = pty.master.try_clone_reader().unwrap().read_to_end(&mut said);
        let said = String::from_utf8_lossy(&said).into_owned();
        assert_eq!(child.wait().unwrap().exit_code(), 2, "{said}");
        assert!(said.contains("(TERM=dumb)") && said.contains("`pgdeck counts`"), "{said}");
        assert!(!said.contains('\u{1b}'), "not one escape sequence: {said:?}");
    }
}
