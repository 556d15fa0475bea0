//! Screens in other themes: the text, and below it each cell's style as a letter with what it stands for.

use std::{collections::BTreeMap, fmt::Write as _, sync::Arc};

use pgdeck::{
    app::counts::Listing,
    config::theme::{Role, Theme},
    core::{
        counts::{Count, Counts},
        env::Kind,
        name::QName,
    },
    tui::{
        look::Look,
        model::Model,
        msg::Msg,
        overlay::{Asked, Confirm, Overlay},
        update::update,
        widget::{cell::Cell, diff},
    },
};
use ratatui::{
    buffer::Buffer,
    layout::Rect,
    style::{Color, Modifier, Style},
};

use crate::{areas, drawn, innotrue, press, style_of, text};

fn counts(theme: &str) -> Model {
    let mut model = innotrue();
    model.look = Look::built_in(theme).expect("built in");
    for (environment, plans) in [("production", 5), ("preprod", 6)] {
        let rows = |name: &str, rows| (QName::new("public", name), Count::Exact { rows });
        let tables = BTreeMap::from([rows("plans", plans), rows("features", 61)]);
        let listing = Listing { counts: Counts { tables }, ..Listing::default() };
        update(&mut model, Msg::Tables(environment.into(), Ok(Arc::new(listing))));
    }
    model.jobs = pgdeck::tui::jobs::Jobs::default();
    model
}

fn confirm(theme: &str) -> Model {
    let mut model = counts(theme);
    let facts = vec![Cell::text("40 rows in 5 tables").and(Role::Ok, "  14+").and(Role::Danger, "  3−")];
    let confirm = Confirm::new("Apply", "production", Kind::Production, facts, Asked::Apply);
    model.overlays.push(Overlay::Confirm(confirm));
    press(&mut model, "p r o d");
    model
}

fn hex(colour: Color) -> String {
    match colour {
        Color::Rgb(r, g, b) => format!("#{r:02x}{g:02x}{b:02x}"),
        Color::Reset => "-".into(),
        other => format!("{other:?}"),
    }
}

/// The text, the style of each cell as a letter, and what the letters stand for.
fn in_full(buffer: &Buffer) -> String {
    let mut styles: Vec<(Color, Color, Modifier)> = Vec::new();
    let mut letters = String::new();
    for (at, cell) in buffer.content.iter().enumerate() {
        if at % usize::from(buffer.area.width) == 0 {
            letters.push('\n');
        }
        let style = (cell.fg, cell.bg, cell.modifier);
        let known = styles.iter().position(|other| *other == style).unwrap_or_else(|| {
            styles.push(style);
            styles.len() - 1
        });
        letters.push(char::from(b'a' + u8::try_from(known).expect("few styles")));
    }
    let mut out = format!("{}\n{letters}\n", text(buffer));
    for (at, (fg, bg, modifier)) in styles.iter().enumerate() {
        let letter = char::from(b'a' + u8::try_from(at).expect("few styles"));
        let modifier = if modifier.is_empty() { String::new() } else { format!(" {modifier:?}") };
        let _ = write!(out, "\n{letter} {} on {}{modifier}", hex(*fg), hex(*bg));
    }
    out
}

/// The screen but for the tabs, which every pane adds to.
fn without_tabs(model: &Model) -> Buffer {
    let size = (80, 16);
    let mut buffer = drawn(model, size);
    for position in areas(size).expect("large enough").tabs.positions() {
        buffer[position].reset();
    }
    buffer
}

#[test]
fn counts_and_confirm_in_light_and_mono() {
    for theme in ["light", "mono"] {
        insta::assert_snapshot!(format!("{theme}-counts"), in_full(&without_tabs(&counts(theme))));
        insta::assert_snapshot!(format!("{theme}-confirm"), in_full(&without_tabs(&confirm(theme))));
    }
}

#[test]
fn production_is_marked_in_every_theme() {
    for theme in Theme::names() {
        let model = counts(theme);
        let badge = style_of(&drawn(&model, (80, 24)), "PROD ");
        let role = model.look.style(Role::Production);
        assert_eq!(badge.bg, role.bg.or(Some(Color::Reset)), "{theme}");
        assert!(badge.add_modifier.contains(Modifier::BOLD | role.add_modifier), "{theme}");
        if theme != "mono" {
            let Some(Color::Rgb(r, g, b)) = badge.bg else { panic!("{theme}: {badge:?}") };
            assert!(r > 2 * g && r > 2 * b - b / 4, "{theme}: PROD is red");
        }
    }
}

#[test]
fn a_theme_with_a_background_paints_every_cell() {
    for theme in Theme::names().filter(|name| !["dark", "mono"].contains(name)) {
        for model in [counts(theme), confirm(theme)] {
            let buffer = drawn(&model, (100, 30));
            let bare = buffer.content.iter().filter(|cell| cell.bg == Color::Reset || cell.fg == Color::Reset);
            assert_eq!(bare.count(), 0, "{theme}:\n{}", text(&buffer));
        }
        let small = drawn(&counts(theme), (30, 8));
        assert!(small.content.iter().all(|cell| cell.bg != Color::Reset), "{theme}: the sentence on a small screen");
    }
}

#[test]
fn what_goes_and_what_comes_are_told_apart_by_their_shape() {
    for theme in Theme::names() {
        let look = Look::built_in(theme).expect("built in");
        let (old, new) = diff::words("Breath and focus", "Breath and presence", "…");
        let last = |cell: &Cell| -> Style {
            let mut buffer = Buffer::empty(Rect::new(0, 0, 30, 1));
            let used = cell.left(buffer.area, &look, &mut buffer);
            buffer[(used - 1, 0)].style()
        };
        let shapes = [last(&old), last(&new)].map(|style| style.add_modifier);
        assert!(shapes[0].contains(Modifier::UNDERLINED) && shapes[1].contains(Modifier::BOLD), "{theme}: {shapes:?}");
        assert_ne!(shapes[0], shapes[1], "{theme}");
    }
}

#[test]
fn ascii_is_enough_for_panes_with_rows_too() {
    let mut model = counts("light");
    model.look.glyphs = pgdeck::tui::glyphs::ASCII;
    let text_of = include_str!("../../examples/innotrue/pgdeck.toml");
    let project = pgdeck::config::project::Project::parse(pgdeck::config::source::Source::new("pgdeck.toml", text_of));
    model.set_project(&project.expect("project"));
    for keys in ["1", "2", "4", "5", "6", "7", "g j", "2 :", "esc ? G", "esc 1 enter"] {
        press(&mut model, keys);
        let screen = text(&drawn(&model, (120, 40)));
        let strange: String = screen.chars().filter(|c| !c.is_ascii()).collect();
        assert_eq!(strange, "", "{keys}\n{screen}");
    }
}
