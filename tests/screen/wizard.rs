//! The wizard's files: a source that is one, and everything that it writes.

use std::sync::Arc;

use pgdeck::{
    app::sync::{Contents, Found, Output},
    core::error::Error,
    tui::{
        model::Model,
        msg::{Effect, Filed, Msg, Origin, Tone, Work},
        update::update,
    },
};

use crate::{
    body, drawn, press, text,
    world::{full, reviewing, settle},
};

const SIZES: [(u16, u16); 2] = [(80, 24), (120, 36)];

fn golden(name: &str, model: &Model) {
    for size in SIZES {
        let screen = body(model, size);
        assert!(screen.chars().all(|c| c == '\n' || !c.is_control()), "{screen}");
        insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), screen);
    }
}

/// Pastes `name` over what is proposed and presses Enter; returns what the console asks for.
fn name(model: &mut Model, name: &str) -> Vec<Effect> {
    press(model, "ctrl-u");
    update(model, Msg::Paste(name.to_owned()));
    update(model, Msg::Key(pgdeck::config::key::Key::parse("enter").expect("key")))
}

/// The same, answered by `result`.
fn answered(model: &mut Model, file: &str, result: Result<Filed, Error>) {
    let effects = name(model, file);
    let [Effect::Run(job, _)] = &effects[..] else { panic!("{effects:?}") };
    update(model, Msg::Filed(*job, result));
    settle(model);
}

fn contents(found: Found) -> Arc<Contents> {
    let sets = if found == Found::ByHand { Vec::new() } else { vec!["plans".into(), "emails".into()] };
    Arc::new(Contents { tables: sets.len() + usize::from(!sets.is_empty()), sets, rows: 1234, found })
}

fn from_file(file: &str, found: Found) -> Model {
    let mut model = full();
    press(&mut model, "7 F");
    answered(&mut model, file, Ok(Filed::Source(file.into(), contents(found))));
    model
}

#[test]
fn a_file_is_asked_for_and_a_wrong_one_can_be_corrected() {
    let mut model = full();
    press(&mut model, "7 F");
    golden("file", &model);
    name(&mut model, "exports/plans.json");
    golden("file-reading", &model);
    let mut model = full();
    press(&mut model, "7 F");
    let cut = Error::usage("the JSON is cut off").at("exports/plans.json:812").hint("copy the whole value");
    answered(&mut model, "exports/plans.json", Err(cut));
    golden("file-refused", &model);
    press(&mut model, "esc");
    assert!(text(&drawn(&model, (120, 36))).contains("production → preprod"), "nothing else changed");
}

#[test]
fn a_file_is_the_source_until_an_environment_is() {
    let bundle = "/home/ada/exports/production-2026-11-20.bundle";
    let mut model = from_file(bundle, Found::Bundle("production".into()));
    golden("file-chosen", &model);
    assert!(text(&drawn(&model, (120, 36))).contains("a bundle of production"));
    press(&mut model, "enter");
    golden("file-comparing", &model);
    settle(&mut model);
    let mut model = from_file(bundle, Found::Paste);
    press(&mut model, "f");
    assert!(text(&drawn(&model, (120, 36))).contains("production → preprod"));
    press(&mut model, "F");
    assert!(text(&drawn(&model, (120, 36))).contains("File                "), "no name is proposed");
}

#[test]
fn json_by_hand_is_of_one_set() {
    let mut model = from_file("plans.json", Found::ByHand);
    press(&mut model, "enter");
    golden("file-by-hand", &model);
    press(&mut model, "space");
    let effects = update(&mut model, Msg::Key(pgdeck::config::key::Key::parse("enter").expect("key")));
    let [Effect::Run(_, Work::Compare(asked))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((asked.sets.clone(), &asked.from), (vec!["emails".to_owned()], &Origin::File("plans.json".into())));
}

#[test]
fn with_a_file_as_the_source_any_environment_is_a_target() {
    let mut model = from_file("plans.json", Found::Paste);
    press(&mut model, "t");
    assert!(text(&drawn(&model, (120, 36))).contains("plans.json → production"));
    press(&mut model, "f");
    assert!(text(&drawn(&model, (120, 36))).contains("preprod → production"), "never both the same");
}

#[test]
fn the_key_for_writing_shows_what_can_be_written() {
    let mut model = full();
    press(&mut model, "7 w");
    golden("write-choose", &model);
    let mut model = reviewing();
    press(&mut model, "w");
    golden("write-review", &model);
    let mut model = from_file("plans.json", Found::Paste);
    press(&mut model, "w");
    golden("write-file", &model);
}

#[test]
fn each_output_proposes_a_name_and_a_refused_one_stays() {
    for (keys, title, proposed) in [
        ("w r", "Write the report", "review-preprod.md"),
        ("w s", "Write the SQL script", "sync-preprod.sql"),
        ("w p", "Write the plan", "sync-preprod.plan"),
        ("w b", "Write a bundle of production", "production.bundle"),
        ("w e", "Write the rows of production", "seed.sql"),
    ] {
        let mut model = reviewing();
        press(&mut model, keys);
        let screen = text(&drawn(&model, (80, 24)));
        assert!(screen.contains(title) && screen.contains(&format!("File  {proposed}")), "{screen}");
    }
    let mut model = reviewing();
    press(&mut model, "w r");
    golden("write-report", &model);
    press(&mut model, "backspace");
    assert!(text(&drawn(&model, (40, 12))).contains("must end in .md or .json"));
    press(&mut model, "d");
    let taken = Error::usage("this file exists already and is no report of pgdeck's").at("/srv/notes/readme.md");
    answered(&mut model, "/srv/notes/readme.md", Err(taken.hint("choose another name")));
    golden("write-refused", &model);
    answered(&mut model, "/srv/notes/review.md", Ok(Filed::Written("report written to /srv/notes/review.md".into())));
    golden("write-done", &model);
}

#[test]
fn what_is_written_is_what_is_chosen() {
    let mut model = reviewing();
    press(&mut model, "tab space w p");
    let effects = name(&mut model, "a.plan");
    let [Effect::Run(_, Work::Write(file, Output::Plan(chosen)))] = &effects[..] else { panic!("{effects:?}") };
    let kept = &model.sync.reviewing().expect("review").selection;
    assert_eq!((file.as_str(), &chosen.selection), ("a.plan", kept));
    assert_ne!(*kept, pgdeck::core::sync::select::Selection::all(&chosen.review));
}

#[test]
fn a_file_that_is_being_written_is_stopped_before_the_prompt_is_left() {
    let mut model = reviewing();
    press(&mut model, "w b");
    let effects = name(&mut model, "all.bundle");
    let [Effect::Run(job, Work::Write(..))] = effects[..] else { panic!("{effects:?}") };
    press(&mut model, "x");
    let esc = || Msg::Key(pgdeck::config::key::Key::parse("esc").expect("key"));
    assert_eq!(update(&mut model, esc()), [Effect::Cancel(job)]);
    let stopped = Error::new(pgdeck::core::error::Code::Interrupted, "stopped by the operator; nothing was written");
    update(&mut model, Msg::Filed(job, Err(stopped)));
    settle(&mut model);
    let screen = text(&drawn(&model, (80, 24)));
    assert!(screen.contains("stopped by the operator") && screen.contains("File  all.bundle "), "{screen}");
    update(&mut model, esc());
    assert!(model.overlays.is_empty());
}

#[test]
fn what_ends_after_its_prompt_was_left_is_still_told() {
    let mut model = reviewing();
    press(&mut model, "w b");
    let effects = name(&mut model, "all.bundle");
    let [Effect::Run(job, _)] = effects[..] else { panic!("{effects:?}") };
    press(&mut model, "esc esc");
    assert!(model.overlays.is_empty(), "a second Esc does not wait");
    update(&mut model, Msg::Filed(job, Ok(Filed::Written("4 rows of production written to all.bundle".into()))));
    let shown = model.messages.shown().map(|message| (message.tone, message.text.as_str()));
    assert_eq!(shown, Some((Tone::Done, "4 rows of production written to all.bundle")));
}
