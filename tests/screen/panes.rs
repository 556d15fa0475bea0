//! Every pane in every size, in each state that it can be in.

use pgdeck::{
    config::theme::Role,
    core::error::Error,
    tui::{
        model::Model,
        msg::{Mouse, MouseKind, Msg},
        update::update,
    },
};

use crate::{
    body, drawn, innotrue, press, style_of, text,
    world::{broken, done, full, loading, recorded, reviewing, settle},
};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 50)];

fn golden(name: &str, model: &Model) {
    for size in SIZES {
        let screen = body(model, size);
        assert!(screen.chars().all(|c| c == '\n' || !c.is_control()), "{screen}");
        insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), screen);
    }
}

/// A pane with what is around it, as it is seen.
#[test]
fn whole_screens() {
    for size in [(40, 12), (80, 24), (120, 40), (200, 50)] {
        insta::assert_snapshot!(format!("whole-{}x{}", size.0, size.1), text(&drawn(&at(full(), "2"), size)));
    }
}

fn at(mut model: Model, keys: &str) -> Model {
    if !keys.is_empty() {
        press(&mut model, keys);
    }
    model
}

#[test]
fn overview() {
    let mut empty = innotrue();
    empty.environments.clear();
    pgdeck::tui::pane::overview::load(&mut empty);
    golden("overview-empty", &empty);
    golden("overview-loading", &loading());
    golden("overview-error", &broken());
    golden("overview-data", &full());
}

#[test]
fn overview_on_the_smallest_screen() {
    insta::assert_snapshot!("overview-data-40x12", body(&full(), (40, 12)));
    insta::assert_snapshot!("overview-error-40x12", body(&at(broken(), "j"), (40, 12)));
}

#[test]
fn overview_opens_an_environment_as_a_page() {
    golden("overview-page", &at(full(), "j enter"));
    golden("overview-page-error", &at(broken(), "j enter"));
}

#[test]
fn counts() {
    golden("counts-loading", &at(loading(), "2"));
    golden("counts-error", &at(broken(), "2"));
    let mut empty = at(innotrue(), "2");
    for name in ["production", "preprod"] {
        update(&mut empty, Msg::Tables(name.into(), Ok(std::sync::Arc::default())));
    }
    golden("counts-empty", &empty);
    let mut unread = at(innotrue(), "2");
    let error = Error::rolled_back("took longer than statement_timeout allows").env("preprod");
    update(&mut unread, Msg::Tables("preprod".into(), Err(error)));
    golden("counts-unread", &unread);
    let mut model = at(full(), "2");
    recorded(&mut model);
    press(&mut model, "/ p r o g m o d enter esc");
    golden("counts-data", &model);
}

#[test]
fn sync() {
    golden("sync-empty", &at(innotrue(), "7"));
    let mut failed = at(full(), "7 enter");
    let error = Error::usage("RLS hides rows of this table").env("production").object("public.plans");
    update(&mut failed, Msg::Sync(pgdeck::tui::msg::Sync::Failed(error)));
    golden("sync-error", &failed);
    golden("sync-choose", &at(full(), "7"));
    golden("sync-loading", &at(full(), "7 enter"));
    golden("sync-review", &at(reviewing(), "tab"));
    golden("sync-row", &at(reviewing(), "tab v"));
    golden("sync-done", &done());
}

#[test]
fn journal() {
    golden("journal-loading", &at(loading(), "g j"));
    golden("journal-empty", &at(broken(), "g j"));
    golden("journal-data", &at(full(), "g j"));
    let mut model = at(loading(), "g j");
    let error = Error::usage("this line of the journal cannot be read").at("journal.jsonl:3");
    update(&mut model, Msg::Journal(Err(error.hint("restore the file or move it away"))));
    golden("journal-error", &model);
}

#[test]
fn the_first_page() {
    let model = pgdeck::tui::welcome::page(
        pgdeck::tui::setup(pgdeck::config::preferences::Preferences::default(), &|_| None).expect("setup"),
    );
    golden("welcome", &model);
    insta::assert_snapshot!("welcome-40x12", text(&drawn(&model, (40, 12))));
    golden("welcome-project", &at(model, "w"));
}

#[test]
fn export_asks_for_a_name() {
    let mut model = at(full(), "2 E");
    golden("export", &model);
    press(&mut model, "backspace");
    let screen = text(&drawn(&model, (40, 12)));
    assert!(screen.contains("must end in"), "{screen}");
}

/// The old rows stay, muted, and a word says so.
#[test]
fn what_is_being_read_again_says_that_it_is_stale() {
    for (pane, shows) in [("1", "innotrue"), ("2", "312"), ("g j", "ada")] {
        let mut model = at(full(), &format!("{pane} r"));
        settle(&mut model);
        let buffer = drawn(&model, (120, 40));
        let screen = text(&buffer);
        assert!(screen.contains("stale: reading") && screen.contains(shows), "{screen}");
        let muted = model.look.style(Role::Muted).fg;
        assert_eq!(
            style_of(
                &buffer,
                if pane == "2" {
                    "~28"
                } else if pane == "1" {
                    "1.4 GB"
                } else {
                    "apply"
                }
            )
            .fg,
            muted
        );
    }
    let model = at(reviewing(), "r");
    let screen = text(&drawn(&model, (120, 40)));
    assert!(screen.contains("stale: Reading production") && screen.contains("email_templates"), "{screen}");
}

#[test]
fn production_is_red_on_its_card_too() {
    let mut model = full();
    for keys in ["", "j"] {
        if !keys.is_empty() {
            press(&mut model, keys);
        }
        let buffer = drawn(&model, (80, 24));
        let red = model.look.style(Role::Production).bg;
        assert_eq!(buffer[(3, 5)].style().bg, red, "{}", text(&buffer));
    }
}

fn click(model: &mut Model, x: u16, y: u16) {
    update(model, Msg::Mouse(Mouse { kind: MouseKind::Click, x, y }));
}

/// Column and line of the first cell of `word`.
fn place(model: &Model, word: &str) -> (u16, u16) {
    let screen = text(&drawn(model, model.size));
    let found = screen.lines().enumerate().skip(3).find_map(|(y, line)| Some((line.find(word)?, line, y)));
    let (at, line, y) = found.unwrap_or_else(|| panic!("`{word}` is not on the screen:\n{screen}"));
    (line[..at].chars().count() as u16, y as u16)
}

#[test]
fn heads_sort_and_rows_are_selected_by_a_click_in_every_list() {
    for (made, keys, head, row) in [
        (full as fn() -> Model, "2", "TABLE", "features"),
        (full, "7", "SET", "emails"),
        (reviewing, "", "TABLE", "email_layouts"),
        (reviewing, "tab", "KEY", "team"),
        (reviewing, "tab tab", "AFTER", "limits"),
        (full, "g j", "OUTCOME", "2026-11-20-2"),
    ] {
        let mut model = at(made(), keys);
        update(&mut model, Msg::Resize(120, 40));
        let (x, y) = place(&model, head);
        click(&mut model, x, y);
        let screen = text(&drawn(&model, (120, 40)));
        let sorted = screen.lines().nth(y.into()).expect("line").contains(['▼', '▲']);
        assert!(sorted, "{head}\n{screen}");
        let (x, y) = place(&model, row);
        click(&mut model, x, y);
        let screen = text(&drawn(&model, (120, 40)));
        assert!(screen.lines().nth(y.into()).expect("line").contains('▌'), "{row}\n{screen}");
    }
}

#[test]
fn a_click_selects_a_card_and_the_wheel_moves_on() {
    let mut model = full();
    update(&mut model, Msg::Resize(120, 40));
    let (x, y) = place(&model, "preprod");
    click(&mut model, x, y + 2);
    assert_eq!(model.overview.list.table.selected(), Some(1));
    update(&mut model, Msg::Mouse(Mouse { kind: MouseKind::WheelUp, x, y }));
    assert_eq!(model.overview.list.table.selected(), Some(0));
}
