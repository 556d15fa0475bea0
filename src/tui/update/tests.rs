use std::time::Duration;

use super::*;
use crate::{
    core::{
        env::Kind,
        error::{Code as Class, Error},
    },
    tui::{
        model::EnvStatus,
        msg::Work,
        overlay::{Asked, Confirm},
        widget::cell::Cell,
    },
};

fn model() -> Model {
    let environment =
        |name: &str, kind, writable| EnvStatus { name: name.into(), kind, writable, state: EnvState::Connecting };
    let environments =
        vec![environment("production", Kind::Production, false), environment("preprod", Kind::Staging, true)];
    Model::built_in("innotrue", environments).expect("built in")
}

fn press(model: &mut Model, keys: &str) -> Vec<Effect> {
    let keys = Key::parse_chord(keys).expect("keys");
    keys.into_iter().flat_map(|key| update(model, Msg::Key(key))).collect()
}

fn shown(model: &Model) -> Option<&str> {
    model.messages.shown().map(|message| message.text.as_str())
}

#[test]
fn opening_connects_everywhere_at_once() {
    let mut model = model();
    let effects = update(&mut model, Msg::Opened);
    let works: Vec<_> =
        effects.iter().filter_map(|effect| if let Effect::Run(_, work) = effect { Some(work) } else { None }).collect();
    let connect = |name: &str| Work::Connect(name.into());
    assert_eq!(works, [&connect("production"), &connect("preprod"), &Work::History, &Work::Migrations, &Work::Journal]);
    assert_eq!(model.jobs.running().len(), 5, "busy from the first moment on");
}

#[test]
fn numbers_letters_and_brackets_change_the_pane() {
    let mut model = model();
    press(&mut model, "7");
    assert_eq!(model.pane, Pane::Sync);
    press(&mut model, "g j");
    assert_eq!(model.pane, Pane::Journal);
    press(&mut model, "]");
    assert_eq!(model.pane, Pane::Overview);
    press(&mut model, "[");
    assert_eq!(model.pane, Pane::Journal);
}

#[test]
fn escape_leaves_the_nearest_thing_first() {
    let mut model = model();
    model.say(Tone::Failed, "cannot connect");
    let job = model.jobs.start("counting", Duration::ZERO);
    press(&mut model, "?");
    assert_eq!((press(&mut model, "esc"), model.overlays.len()), (vec![], 0));
    assert_eq!(press(&mut model, "esc"), [Effect::Cancel(job)]);
    assert_eq!(shown(&model), Some("cannot connect"), "the error stays while a job was the nearer thing");
    press(&mut model, "esc");
    assert_eq!(shown(&model), None);
    assert_eq!(press(&mut model, "esc"), []);
    assert_eq!(shown(&model), None, "Esc with nothing to leave says nothing");
}

#[test]
fn a_chord_waits_is_forgotten_by_escape_and_by_a_key_that_does_not_fit() {
    let mut model = model();
    press(&mut model, "? g");
    assert_eq!((model.pending.len(), model.overlays.len()), (1, 1));
    press(&mut model, "esc");
    assert_eq!((model.pending.len(), model.overlays.len()), (0, 1), "Esc forgets the chord and nothing else");
    press(&mut model, "g q");
    assert_eq!((model.pending.len(), model.overlays.len()), (0, 1), "`g q` is nothing, and not `q` either");
}

#[test]
fn an_action_that_is_not_possible_says_why() {
    let mut model = model();
    press(&mut model, "M");
    assert_eq!(shown(&model), Some("Messages: no messages yet"));
}

#[test]
fn quitting_cancels_what_is_running_first() {
    let mut model = model();
    let job = model.jobs.start("counting", Duration::ZERO);
    assert_eq!(press(&mut model, "q"), [Effect::Cancel(job), Effect::Quit]);
    assert_eq!(update(&mut model, Msg::Stopped("SIGTERM")), [Effect::Quit], "each job is told once");
    assert_eq!(model.stopped, Some("SIGTERM"));
}

#[test]
fn letters_are_letters_where_a_name_is_typed() {
    let mut model = model();
    let asked = Asked::Undo("2026-11-20-1".into());
    let confirm = Confirm::new("Undo", "quid1", Kind::Staging, vec![Cell::text("1 row")], asked);
    model.overlays.push(Overlay::Confirm(confirm));
    press(&mut model, "q u i d 1 enter");
    assert_eq!((model.pane, model.overlays.len(), shown(&model)), (Pane::Overview, 1, None));
    let effects = press(&mut model, "tab enter");
    let work = Work::Undo("2026-11-20-1".into(), "quid1".into());
    assert!(matches!(&effects[..], [Effect::Run(_, run)] if *run == work), "{effects:?}");
    assert!(model.overlays.is_empty());
}

#[test]
fn the_palette_runs_what_was_found() {
    let mut model = model();
    press(&mut model, ": j o u enter");
    assert_eq!((model.pane, model.overlays.len()), (Pane::Journal, 0));
    press(&mut model, ": z z z enter");
    assert_eq!((model.pane, model.overlays.len()), (Pane::Journal, 0));
}

#[test]
fn an_environment_that_fails_says_so_until_it_is_dismissed() {
    let mut model = model();
    let error = Error::connect("connection refused").env("preprod").hint("is it running?");
    update(&mut model, Msg::Environment("preprod".into(), EnvState::Failed(error)));
    assert_eq!(shown(&model), Some("preprod: connection refused — is it running?"));
    assert!(matches!(&model.environments[1].state, EnvState::Failed(error) if error.code == Class::Connect));
}

#[test]
fn nothing_changes_by_itself_while_nothing_runs() {
    let mut model = model();
    assert_eq!(model.next_change(), None);
    model.fail(&Error::connect("gone"));
    assert_eq!(model.next_change(), None, "an error stands still");
    let job = model.jobs.start("counting", Duration::ZERO);
    assert!(model.next_change().is_some());
    update(&mut model, Msg::Progress(job, Progress::Ended));
    model.say(Tone::Done, "counted");
    assert_eq!(model.next_change(), Some(Duration::from_secs(6)));
    update(&mut model, Msg::Now(Duration::from_secs(6)));
    assert_eq!(model.next_change(), None);
}

#[test]
fn tabs_are_clicked_and_the_wheel_scrolls_an_overlay() {
    let mut model = model();
    let click = |x, y| Msg::Mouse(Mouse { kind: MouseKind::Click, x, y });
    update(&mut model, click(17, 1));
    assert_eq!(model.pane, Pane::Counts);
    update(&mut model, Msg::Resize(60, 14));
    press(&mut model, "?");
    update(&mut model, Msg::Mouse(Mouse { kind: MouseKind::WheelDown, x: 5, y: 8 }));
    assert!(matches!(model.overlays[0], Overlay::Help(top) if top > 0));
}

#[test]
fn what_is_too_long_for_the_clipboard_is_not_copied_silently() {
    let mut model = model();
    assert_eq!(model.copy("the row", "x".repeat(80_000)), []);
    assert_eq!(shown(&model), Some("the row is too long for the terminal's clipboard (80 kB): export it instead"));
    assert_eq!(model.copy("the row", "x".into()), [Effect::Copy("x".into())]);
}

#[test]
fn no_size_and_no_key_makes_it_panic() {
    let mut model = model();
    let keys = [
        "?", "G", "g", "g", ":", "down", "pageup", "esc", "esc", "M", "/", "enter", "tab", "space", "1", "2", "3", "4",
        "5", "6", "7", "g", "j", "x", "p", "A", "b", "d", "D", "n", "t", "E", "esc", "]",
    ];
    for (width, height) in (0..60).map(|n| (n * 3, n)) {
        update(&mut model, Msg::Resize(width, height));
        for key in keys {
            press(&mut model, key);
            let backend = ratatui::backend::TestBackend::new(width.max(1), height.max(1));
            let mut terminal = ratatui::Terminal::new(backend).expect("terminal");
            terminal.draw(|frame| crate::tui::view::view(&model, frame)).expect("draw");
        }
    }
}

#[test]
fn letters_go_into_a_filter_only_while_it_is_typed() {
    let mut model = model();
    for pane in Pane::ALL {
        model.pane = pane.pane;
        press(&mut model, "Q");
        update(&mut model, Msg::Paste("Q".into()));
        let filters = [
            &model.overview.list.table,
            &model.counts.list.table,
            &model.audit.list.table,
            &model.migrations.list.table,
            &model.drift.list.table,
            &model.journal.list.table,
        ];
        assert!(filters.iter().all(|table| !table.filter.active()), "{}", pane.title);
    }
    model.pane = Pane::Counts;
    model.counts.list.table.filter.editing = true;
    press(&mut model, "Q");
    assert_eq!(model.counts.list.table.filter.input.value(), "Q");
}
