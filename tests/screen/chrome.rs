use std::time::Duration;

use pgdeck::{
    config::theme::Role,
    core::{env::Kind, error::Error},
    tui::{
        glyphs::{ASCII, UNICODE},
        look::{Depth, Look},
        model::{EnvState, EnvStatus, Model},
        msg::{Msg, Tone},
        update::update,
    },
};
use ratatui::style::Modifier;

use crate::{drawn, golden, house, innotrue, press, style_of, text};

fn counting() -> Model {
    let mut model = innotrue();
    let job = model.jobs.start("counting", Duration::from_secs(1));
    model.jobs.progress(job, 31, Some(57));
    update(&mut model, Msg::Now(Duration::from_secs(13)));
    model
}

#[test]
fn a_job_is_running() {
    golden("job", &counting());
}

#[test]
fn an_environment_cannot_be_reached() {
    let mut model = innotrue();
    let error =
        Error::connect("connection refused").env("preprod").hint("is the server running, and is the port right?");
    update(&mut model, Msg::Environment("preprod".into(), EnvState::Failed(error)));
    model.environments[0].state = EnvState::Connecting;
    golden("unreachable", &model);
}

#[test]
fn a_begun_chord_shows_how_it_goes_on() {
    let mut model = innotrue();
    press(&mut model, "? g");
    let screen = text(&drawn(&model, (80, 24)));
    assert!(screen.contains("│ g  Top"), "{screen}");
}

#[test]
fn every_way_on_stands_in_a_box_above_the_keys() {
    let mut model = innotrue();
    let vim = pgdeck::config::keymap::built_in("vim").expect("vim");
    model.keys = pgdeck::tui::keys::Keys::load(&[vim]).expect("keymap");
    press(&mut model, "g");
    golden("chord", &model);
    insta::assert_snapshot!("chord-40x12", text(&house(&model, (40, 12))));
    press(&mut model, "esc");
    assert!(!text(&house(&model, (80, 24))).contains("Next pane"), "Esc forgets it");
}

#[test]
fn narrow_screens_keep_what_matters() {
    let mut model = counting();
    model.say(Tone::Done, "copied public.plans");
    insta::assert_snapshot!("narrow-40x12", text(&house(&model, (40, 12))));
    insta::assert_snapshot!("too-small-30x8", text(&drawn(&model, (30, 8))));
}

#[test]
fn what_an_environment_is_stands_on_every_screen() {
    let mut model = counting();
    model.environments.push(EnvStatus {
        name: "a-developer-with-a-very-long-name".into(),
        kind: Kind::Development,
        writable: true,
        state: EnvState::Connecting,
    });
    for width in 60..200 {
        let screen = text(&drawn(&model, (width, 24)));
        assert!(["PROD", "STAGING", "DEV"].iter().all(|word| screen.contains(word)), "{width}\n{screen}");
    }
}

#[test]
fn production_is_red_and_says_so() {
    let model = innotrue();
    let badge = style_of(&drawn(&model, (80, 24)), "PROD ");
    assert_eq!(badge.bg, model.look.style(Role::Production).bg);
    assert!(badge.add_modifier.contains(Modifier::BOLD));
}

#[test]
fn without_colour_it_still_stands_out() {
    let mut model = innotrue();
    model.look = Look::built_in("mono").expect("mono");
    let buffer = drawn(&model, (80, 24));
    let reset =
        |cell: &ratatui::buffer::Cell| [cell.fg, cell.bg].iter().all(|colour| *colour == ratatui::style::Color::Reset);
    assert!(buffer.content.iter().all(reset), "a colour under NO_COLOR");
    assert!(style_of(&buffer, "PROD").add_modifier.contains(Modifier::REVERSED | Modifier::BOLD));
    assert_eq!(text(&buffer), text(&drawn(&innotrue(), (80, 24))), "the words are the same");
}

#[test]
fn ascii_is_enough() {
    let mut model = counting();
    let theme = pgdeck::config::theme::Theme::built_in("dark").expect("dark");
    let theme = pgdeck::config::theme::Theme::read(&theme, None).expect("theme");
    model.look = Look::new(&theme, Depth::Indexed, ASCII);
    for keys in ["", "?", "esc :"] {
        press(&mut model, if keys.is_empty() { continue } else { keys });
        let screen = text(&drawn(&model, (120, 40)));
        let strange: String = screen.chars().filter(|c| !c.is_ascii()).collect();
        assert_eq!(strange, "", "{screen}");
    }
    assert_ne!(UNICODE, ASCII);
}
