use super::*;

fn built_in(name: &str) -> Theme {
    Theme::read(&Theme::built_in(name).expect("built in"), None).expect(name)
}

fn complaint(text: &str) -> String {
    Theme::read(&Source::new("own.toml", text), None).expect_err("refused").to_string()
}

#[test]
fn the_table_of_roles_follows_the_enum() {
    for (at, (role, name, _)) in Role::ALL.iter().enumerate() {
        assert_eq!(*role as usize, at, "{name}");
    }
}

#[test]
fn built_in_themes_paint_every_role_that_must_stand_out() {
    for name in Theme::names() {
        let theme = built_in(name);
        for role in [Role::Selection, Role::Danger, Role::Production, Role::Title, Role::Accent] {
            assert_ne!(theme.paint(role), Paint::default(), "{name} {role:?}");
        }
    }
}

#[test]
fn mono_has_no_colour_at_all() {
    let theme = built_in("mono");
    assert!(Role::ALL.iter().all(|(role, ..)| !theme.paint(*role).coloured()));
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

#[test]
fn a_base_and_a_background_are_read_wherever_they_stand() {
    let own = Theme::read(
        &Source::new(
            "own.toml",
            "base = 'light'\nbackground = 'cream'\n[roles]\nok = 'cream'\n[palette]\ncream = '#fdf6e3'",
        ),
        None,
    )
    .expect("theme");
    assert_eq!(own.paint(Role::Danger), built_in("light").paint(Role::Danger));
    assert_eq!((own.background(), own.paint(Role::Ok).fg), (Some(Colour::Rgb(253, 246, 227)), own.background()));
    let over = Theme::read(&Source::new("own.toml", "background = 'default'"), Some(&own)).expect("theme");
    assert_eq!(over.background(), None, "the terminal's own can be asked for");
    assert_eq!(complaint("base = 'ligth'"), "own.toml:1: there is no built-in theme `ligth` — did you mean `light`?");
    assert_eq!(complaint("roles = 1"), "own.toml:1: `roles` is a section — write [roles]");
}

/// The roles that a file of one of the built-in themes names.
fn named(source: &Source) -> Vec<String> {
    fn names(table: &DeTable<'_>, within: &str) -> Vec<String> {
        let name = |(key, value): (&Spanned<DeString<'_>>, &Spanned<DeValue<'_>>)| match value.get_ref() {
            DeValue::Table(inner) => names(inner, &format!("{within}{}.", key.get_ref())),
            _ => vec![format!("{within}{}", key.get_ref())],
        };
        table.iter().flat_map(name).collect()
    }
    let file = source.toml().expect("toml");
    let roles = file.iter().find(|(key, _)| key.get_ref() == "roles").expect("roles").1;
    names(roles.get_ref().as_table().expect("table"), "")
}

#[test]
fn built_in_themes_are_complete() {
    for theme in Theme::names() {
        let named = named(&Theme::built_in(theme).expect("built in"));
        for (_, role, _) in Role::ALL {
            assert!(named.contains(&(*role).to_owned()), "{theme} does not name {role}");
        }
    }
}

#[test]
fn removed_and_added_are_told_apart_without_colour() {
    for name in Theme::names() {
        let bare = |role| Paint { fg: None, bg: None, ..built_in(name).paint(role) };
        assert_ne!(bare(Role::Removed), bare(Role::Added), "{name}");
    }
}

#[test]
fn production_is_red_wherever_there_is_colour() {
    for name in Theme::names().filter(|name| *name != "mono") {
        let theme = built_in(name);
        assert!(theme.paint(Role::Production).red(), "{name}");
        let others = [Role::Staging, Role::Development].map(|role| theme.paint(role).red());
        assert_eq!(others, [false, false], "{name}: only production is red");
    }
}

/// What a theme without a background of its own is made for.
const DARK: (u8, u8, u8) = (0x10, 0x14, 0x18);
const USUAL_INK: (u8, u8, u8) = (0xd0, 0xd4, 0xd8);

/// Relative luminance (WCAG 2.1).
fn luminance((r, g, b): (u8, u8, u8)) -> f64 {
    let linear = |part: u8| match f64::from(part) / 255.0 {
        part if part <= 0.03928 => part / 12.92,
        part => ((part + 0.055) / 1.055).powf(2.4),
    };
    0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b)
}

/// Contrast ratio (WCAG 2.1): 1 to 21.
fn contrast(a: (u8, u8, u8), b: (u8, u8, u8)) -> f64 {
    let (a, b) = (luminance(a), luminance(b));
    (a.max(b) + 0.05) / (a.min(b) + 0.05)
}

/// The least contrast of `role` with what it is written on, and with the surfaces that may lie below it.
fn least(role: Role) -> Option<(f64, f64)> {
    match role {
        Role::Danger | Role::Ok | Role::Warn | Role::Info | Role::Accent | Role::SqlKeyword => Some((4.5, 3.5)),
        Role::Text
        | Role::Title
        | Role::Production
        | Role::Staging
        | Role::Development
        | Role::Removed
        | Role::Added => Some((4.5, 4.5)),
        Role::Muted | Role::Heading | Role::SqlComment => Some((3.0, 2.9)),
        Role::Faint => Some((2.0, 1.5)),
        _ => None,
    }
}

#[test]
fn everything_can_be_read() {
    for name in Theme::names().filter(|name| *name != "mono") {
        let theme = built_in(name);
        let ground = theme.background().and_then(Colour::rgb).unwrap_or(DARK);
        let behind = |role| theme.paint(role).bg.and_then(Colour::rgb);
        for (role, id, _) in Role::ALL {
            let Some((on_ground, on_surface)) = least(*role) else { continue };
            let ink = theme.paint(*role).fg.and_then(Colour::rgb).unwrap_or(USUAL_INK);
            let own = behind(*role);
            let ratio = contrast(ink, own.unwrap_or(ground));
            assert!(ratio >= on_ground, "{name}: {id} has a contrast of {ratio:.1}");
            let surfaces = [Role::Status, Role::Selection, Role::Overlay, Role::Input, Role::Button];
            for below in surfaces.into_iter().filter(|_| own.is_none()).filter_map(behind) {
                let ratio = contrast(ink, below);
                assert!(ratio >= on_surface, "{name}: {id} on {below:?} has a contrast of {ratio:.1}");
            }
        }
    }
}

#[test]
fn a_theme_that_paints_the_ground_says_what_is_written_on_it() {
    for name in Theme::names() {
        let theme = built_in(name);
        let inks = [Role::Text, Role::Title].map(|role| theme.paint(role).fg.and_then(Colour::rgb).is_some());
        assert!(theme.background().is_none() || inks == [true, true], "{name}");
    }
}
