//! Pages of the manual that are made from the code, so that they cannot be wrong.

use std::fmt::Write as _;

use pgdeck::{
    config::{
        key::chord,
        keymap,
        theme::{Role, Theme},
    },
    tui::{
        action::{Action, Context},
        glyphs::ASCII,
        keys::{Keys, label},
    },
};

/// Compares `docs/NAME` with `page`, or writes it where `UPDATE_DOCS` asks for that.
fn is_up_to_date(name: &str, page: &str) {
    let path = format!("{}/docs/{name}", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(&path, page).expect("write");
    }
    assert_eq!(std::fs::read_to_string(path).unwrap_or_default(), page, "run with UPDATE_DOCS=1");
}

fn keymap(name: &str) -> Keys {
    Keys::load(keymap::built_in(name).as_slice()).expect(name)
}

/// Keys in a table of Markdown.
fn cell(keys: &Keys, action: Action, context: Context) -> String {
    let bound = keys.of(action, context).map(|keys| format!("`{}`", label(keys, &ASCII)));
    bound.collect::<Vec<_>>().join(" ").replace('|', "\\|")
}

const KEYS: &str = "# Keys

Made from the action table, the panes and `keymaps/default.toml`; `UPDATE_DOCS=1 cargo test --test screen` writes it.
[Other keymaps](#other-keymaps) come with pgdeck, and a file of your own can change any key.
";

const OTHER_KEYMAPS: &str = "
## Other keymaps

`--keymap NAME`, or `keymap = \"NAME\"` in `config.toml` in the folder that `pgdeck config path` calls
configuration. A path to a file works in the same places. Both are laid over the default: what they do not
name stays. Your own `keymap.toml` in that folder is laid over whatever was chosen:

```toml
[list]
filter = [\"f\", \"/\"]     # the first is the one that the screen shows
top = \"g g\"             # one key after the other
sort-reverse = []       # no key
```

A key that your file uses is taken from whatever had it in the same context. Two actions with one key, unknown
keys, actions and contexts are errors with file and line; `pgdeck config check` finds them.
";

#[test]
fn the_page_of_keys_is_up_to_date() {
    let default = keymap("default");
    let mut page = KEYS.to_owned();
    for (context, name, title) in Context::ALL {
        let here: Vec<_> = Action::all().iter().filter(|entry| entry.contexts.contains(context)).collect();
        if here.is_empty() {
            continue;
        }
        let _ = write!(page, "\n## {title} (`[{name}]`)\n\n| keys | action | |\n|---|---|---|\n");
        for entry in here {
            let keys = cell(&default, entry.action, *context);
            let _ = writeln!(page, "| {keys} | `{}` | {} |", entry.id, entry.description);
        }
    }
    page += OTHER_KEYMAPS;
    for other in keymap::BUILT_IN.iter().filter(|keymap| keymap.name != "default") {
        let keys = keymap(other.name);
        let _ = write!(page, "\n### {}\n\n{}\n\n", other.name, other.about);
        let _ = write!(page, "| where | action | keys | instead of |\n|---|---|---|---|\n");
        for (context, name, _) in Context::ALL {
            for entry in Action::all().iter().filter(|entry| entry.contexts.contains(context)) {
                let of = |keys: &Keys| keys.of(entry.action, *context).map(chord).collect::<Vec<_>>();
                if of(&keys) != of(&default) {
                    let (now, was) = (cell(&keys, entry.action, *context), cell(&default, entry.action, *context));
                    let _ = writeln!(page, "| `[{name}]` | `{}` | {now} | {was} |", entry.id);
                }
            }
        }
    }
    is_up_to_date("keys.md", &page);
}

const THEMES: &str = "# Themes

Made from the roles and the files in `themes/`; `UPDATE_DOCS=1 cargo test --test screen` writes it.

`--theme NAME`, or `theme = \"NAME\"` in `config.toml` in the folder that `pgdeck config path` calls configuration;
a path to a file works in the same places. Where nobody chooses, `COLORFGBG` decides between `light` and `dark`,
and without it the theme is `dark`. `NO_COLOR` beats every choice and gives `mono`. On terminals that do not say
that they know all colours (`COLORTERM=truecolor`), each is shown as the nearest of the 256.

In every theme with colours production is red, and it always carries the word PROD. No colour stands alone:
there is a word or a sign beside it, and of a changed value what goes is underlined and what comes is bold.
Contrast is measured by a test: 4.5 to 1 or more for everything that is read, 3 to 1 for labels (WCAG 2.1).

";

const WRITE_ONE: &str = "
## Write one

`theme.toml` in the same folder is laid over whatever was chosen, so two lines can be enough:

```toml
[roles]
accent = \"bright-magenta bold\"
```

A whole theme is a file like any in [`themes/`](../themes):

```toml
base = \"dark\"                   # the built-in theme that the rest is taken from
background = \"#101418\"          # behind everything; left out or \"default\", the terminal's own stays

[palette]                       # names for colours, for this file only
rose = \"#f07178\"

[roles]                         # FOREGROUND [on BACKGROUND] [bold] [dim] [italic] [underline] [reverse]
danger = \"rose bold\"
kind.production = \"white on #8a1f2b bold\"
```

A colour is `#rrggbb`, one of the sixteen names (`red`, `bright-red` …), a number of the 256, or `default`. A theme
that shows production in anything but red is refused. `pgdeck config check` reads your files and names file, line
and the nearest known name of every mistake.
";

#[test]
fn the_page_of_themes_is_up_to_date() {
    let mut page = THEMES.to_owned();
    page += "## Built in\n\n| name | |\n|---|---|\n";
    for theme in Theme::BUILT_IN {
        let _ = writeln!(page, "| `{}` | {} |", theme.name, theme.about);
    }
    page += "\n## Roles\n\n| role | what it means |\n|---|---|\n";
    for (_, name, meaning) in Role::ALL {
        let _ = writeln!(page, "| `{name}` | {meaning} |");
    }
    page += WRITE_ONE;
    page += "\n## Swatches\n";
    for built_in in Theme::BUILT_IN {
        let theme = Theme::read(&Theme::built_in(built_in.name).expect("built in"), None).expect("theme");
        let _ = write!(page, "\n### {}\n\n| role | look |\n|---|---|\n", built_in.name);
        let background = theme.background().map_or("the terminal's own".to_owned(), |colour| format!("`{colour}`"));
        let _ = writeln!(page, "| background | {background} |");
        for (role, name, _) in Role::ALL {
            let paint = theme.paint(*role).to_string();
            let paint = if paint.is_empty() { "plain".to_owned() } else { format!("`{paint}`") };
            let _ = writeln!(page, "| `{name}` | {paint} |");
        }
    }
    is_up_to_date("themes.md", &page);
}
