//! What people see, as text: golden files beside this one, and checks of the roles that text cannot show.
//! After a change: `INSTA_UPDATE=always cargo test --test screen`, then look at every file that changed.

#![allow(clippy::expect_used, reason = "a test that cannot be set up has failed")]

mod audit;
mod bytes;
mod chrome;
mod docs;
mod drift;
mod looks;
mod migrations;
mod overlays;
mod panes;
mod table;
mod warnings;
mod wizard;
mod world;

use std::time::Duration;

use pgdeck::{
    core::env::Kind,
    tui::{
        chrome as around,
        layout::areas,
        model::{EnvState, EnvStatus, Model},
        msg::Msg,
        overlay,
        update::update,
        view::view,
    },
};
use ratatui::{
    Terminal,
    backend::TestBackend,
    buffer::{Buffer, CellWidth},
    layout::Rect,
    style::Style,
};

/// The sizes that every screen is looked at in.
const SIZES: [(u16, u16); 2] = [(80, 24), (120, 40)];

/// A project with two environments that answer.
fn innotrue() -> Model {
    let ready = |version: &str, ms| EnvState::Ready { version: version.into(), latency: Duration::from_millis(ms) };
    let environment = |name: &str, kind, writable, state| EnvStatus { name: name.into(), kind, writable, state };
    let environments = vec![
        environment("production", Kind::Production, false, ready("17.6", 11)),
        environment("preprod", Kind::Staging, true, ready("15.8", 2)),
    ];
    Model::built_in("innotrue", environments).expect("built in")
}

/// Presses keys, written as in a keymap.
fn press(model: &mut Model, keys: &str) {
    for key in pgdeck::config::key::Key::parse_chord(keys).expect("keys") {
        update(model, Msg::Key(key));
    }
}

/// `model` as it looks on a terminal of `size`.
fn drawn(model: &Model, size: (u16, u16)) -> Buffer {
    let mut model = model.clone();
    update(&mut model, Msg::Resize(size.0, size.1));
    let mut terminal = Terminal::new(TestBackend::new(size.0, size.1)).expect("terminal");
    terminal.draw(|frame| view(&model, frame)).expect("draw");
    terminal.backend().buffer().clone()
}

/// The writing of `buffer`, line by line, without blanks at the ends.
fn text(buffer: &Buffer) -> String {
    let line = |y| {
        let (mut line, mut x) = (String::new(), 0);
        while x < buffer.area.width {
            let symbol = buffer[(x, y)].symbol();
            line += symbol;
            // The second cell of a wide character holds nothing of its own.
            x += symbol.cell_width().max(1);
        }
        line.trim_end().to_owned()
    };
    (0..buffer.area.height).map(line).collect::<Vec<_>>().join("\n")
}

/// The writing of the pane alone, with the line for messages below it: tabs and hints are in the golden files of whole
/// screens, so that a new pane changes no other pane's.
fn body(model: &Model, size: (u16, u16)) -> String {
    let body = areas(size).expect("large enough").above_hints();
    let screen = text(&drawn(model, size));
    screen.lines().skip(body.y.into()).take(body.height.into()).collect::<Vec<_>>().join("\n")
}

/// The style of the first cell of `word`, wherever it stands first.
fn style_of(buffer: &Buffer, word: &str) -> Style {
    let line = |y| (0..buffer.area.width).map(|x| buffer[(x, y)].symbol()).collect::<Vec<_>>();
    let starts = |cells: &[&str], x: usize| cells[x..].concat().starts_with(word);
    let found = (0..buffer.area.height).find_map(|y| {
        let cells = line(y);
        (0..cells.len()).find(|x| starts(&cells, *x)).map(|x| (x as u16, y))
    });
    buffer[found.unwrap_or_else(|| panic!("`{word}` is not on the screen:\n{}", text(buffer)))].style()
}

/// What is around and over the pane, without the tabs, which every pane adds to.
fn house(model: &Model, size: (u16, u16)) -> Buffer {
    let areas = areas(size).expect("large enough");
    let mut buffer = Buffer::empty(Rect::new(0, 0, size.0, size.1));
    let mut model = model.clone();
    update(&mut model, Msg::Resize(size.0, size.1));
    around::status::draw(&model, areas.status, &mut buffer);
    overlay::draw(&model, areas.body, &mut buffer);
    around::message::draw(&model, areas.message, &mut buffer);
    around::hints::draw(&model, areas.hints, &mut buffer);
    around::chord::draw(&model, areas.above_hints(), &mut buffer);
    buffer
}

/// Compares what is around and over the pane with its golden files in every size.
fn golden(name: &str, model: &Model) {
    for size in SIZES {
        insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), text(&house(model, size)));
    }
}
