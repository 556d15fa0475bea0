use pgdeck::{
    config::theme::Role,
    core::{env::Kind, error::Error},
    tui::{
        model::Model,
        msg::{Msg, Tone},
        overlay::{Asked, Confirm, Overlay},
        widget::cell::Cell,
    },
};
use ratatui::layout::Position;

use crate::{drawn, golden, house, innotrue, press, style_of, text};

fn confirm(name: &str, kind: Kind) -> Model {
    let facts = vec![
        Cell::text("40 rows in 5 tables, one transaction, plan ").and(Role::Accent, "7f3a·91c2"),
        Cell::default(),
        Cell::text("  program_modules        ").and(Role::Ok, "14+").and(Role::Warn, "   3~"),
        Cell::text("  programs                ").and(Role::Ok, "1+").and(Role::Warn, "   1~"),
        Cell::text("  email_templates         ").and(Role::Ok, "2+").and(Role::Warn, "   6~"),
        Cell::default(),
        Cell::of(Role::Muted, "If anything changed since the review, nothing is written."),
        Cell::of(Role::Muted, "Undo is kept: ").and(Role::Text, "pgdeck sync undo 2026-11-20-3"),
    ];
    let mut model = innotrue();
    let confirm = Confirm::new("Apply", name, kind, facts, Asked::Apply);
    model.overlays.push(Overlay::Confirm(confirm));
    model
}

#[test]
fn help() {
    let mut model = innotrue();
    press(&mut model, "?");
    golden("help", &model);
}

#[test]
fn help_scrolls_to_its_end_and_no_further() {
    let mut model = innotrue();
    pgdeck::tui::update::update(&mut model, Msg::Resize(80, 14));
    press(&mut model, "? G j j");
    let screen = text(&drawn(&model, (80, 14)));
    assert!(screen.contains("Redraw") && !screen.contains("COUNTS"), "{screen}");
}

#[test]
fn palette() {
    let mut model = innotrue();
    press(&mut model, ": p a n e");
    golden("palette", &model);
}

#[test]
fn messages_in_full() {
    let mut model = innotrue();
    model.say(Tone::Done, "copied public.plans");
    model.fail(
        &Error::connect("connection refused")
            .env("preprod")
            .hint("is the server running, and is the port right? pgdeck tries again by itself"),
    );
    press(&mut model, "M");
    golden("messages", &model);
}

#[test]
fn confirm_opens_on_cancel() {
    let model = confirm("preprod", Kind::Staging);
    golden("confirm", &model);
    let buffer = drawn(&model, (80, 24));
    assert_eq!(style_of(&buffer, "[ Cancel ]").bg, model.look.style(Role::Button).bg);
    assert_eq!(style_of(&buffer, "Apply    │").fg, model.look.style(Role::Faint).fg);
}

#[test]
fn confirm_with_the_name_half_typed_wrong_and_right() {
    let mut model = confirm("preprod", Kind::Staging);
    press(&mut model, "p r e p r");
    golden("confirm-half", &model);
    press(&mut model, "x");
    golden("confirm-wrong", &model);
    press(&mut model, "backspace o d tab");
    golden("confirm-right", &model);
}

#[test]
fn confirm_for_production_is_framed_in_danger() {
    let model = confirm("production", Kind::Production);
    let buffer = drawn(&model, (80, 24));
    assert_eq!(style_of(&buffer, "╭").fg, model.look.style(Role::Danger).fg);
    assert_eq!(style_of(&buffer, "Apply to production (PROD)").fg, model.look.style(Role::Danger).fg);
}

#[test]
fn confirm_is_usable_on_the_smallest_screen() {
    let mut model = confirm("preprod", Kind::Staging);
    press(&mut model, "p r e p r o d tab");
    insta::assert_snapshot!("confirm-40x12", text(&house(&model, (40, 12))));
}

#[test]
fn the_cursor_stands_behind_what_was_typed() {
    let mut model = confirm("preprod", Kind::Staging);
    press(&mut model, "p r e");
    let mut terminal = ratatui::Terminal::new(ratatui::backend::TestBackend::new(80, 24)).expect("terminal");
    terminal.draw(|frame| pgdeck::tui::view::view(&model, frame)).expect("draw");
    let Position { x, y } = terminal.get_cursor_position().expect("cursor");
    let buffer = terminal.backend().buffer();
    let before: String = (x - 3..x).map(|x| buffer[(x, y)].symbol()).collect();
    assert_eq!(before, "pre");
}

fn agreement() -> Model {
    use pgdeck::{
        app::trust::Item,
        core::trust::{Command, Replay, Runs},
    };
    let command = Command {
        environment: "production".into(),
        place: "/home/ada/shop/pgdeck.toml:8".into(),
        command: ["sh", "-c", "vault read -field=password \"db/$USER\""].map(str::to_owned).to_vec(),
        sent_to: vec!["db.example.com".into(), "port 5433".into()],
        files: Vec::new(),
    };
    let replay = Replay {
        place: "/home/ada/shop/pgdeck.toml:20".into(),
        folder: "/home/ada/shop/supabase/migrations".into(),
        dir: None,
        before: Some("/home/ada/shop/platform.sql".into()),
        files: 41,
        as_superuser: None,
    };
    let mut model = innotrue();
    let item = |runs| Item { runs, agreed: false };
    pgdeck::tui::trust::ask(&mut model, vec![item(Runs::Command(command)), item(Runs::Replay(replay))]);
    model
}

#[test]
fn what_a_project_runs_is_shown_in_full() {
    let mut model = agreement();
    golden("trust", &model);
    press(&mut model, "n o");
    golden("trust-no", &model);
}
