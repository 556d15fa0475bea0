//! The migrations pane in every size and state, and what can be done in it.

mod world;

use std::{sync::Arc, time::Duration};

use pgdeck::{
    config::{project::Project, source::Source, theme::Role},
    core::{env::Kind, error::Error},
    tui::{
        action::Action,
        model::{EnvState, EnvStatus, Model},
        msg::{Effect, Mouse, MouseKind, Msg, Work},
        update::{availability, update},
    },
};

use self::world::{all_ran, few, files, kept_out, nothing, overview, preprod, production, read, told};
use crate::{
    body, drawn, press, style_of, text,
    world::{broken, full, loading},
};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 50)];

fn golden_in(sizes: &[(u16, u16)], name: &str, model: &Model) {
    for size in sizes {
        let screen = body(model, *size);
        assert!(screen.chars().all(|c| c == '\n' || !c.is_control()), "{screen}");
        insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), screen);
    }
}

fn golden(name: &str, model: &Model) {
    golden_in(&SIZES, name, model);
}

/// The pane in front, both environments read.
fn data() -> Model {
    let mut model = full();
    let files = overview(files());
    press(&mut model, "5");
    read(&mut model, &files);
    told(&mut model, &files, preprod(&files.folder));
    told(&mut model, &files, production(&files.folder));
    model
}

fn after(mut model: Model, keys: &str) -> Model {
    update(&mut model, Msg::Resize(120, 40));
    press(&mut model, keys);
    let later = model.now + Duration::from_secs(1);
    update(&mut model, Msg::Now(later));
    model
}

fn screen(model: &Model) -> String {
    text(&drawn(model, (120, 40)))
}

#[test]
fn every_state_reads_well_in_every_size() {
    golden("migrations-data", &data());
    golden_in(&[(40, 12)], "migrations-data", &data());
    golden("migrations-bottom", &after(data(), "G"));
    let edited = after(data(), "/ i n v o i c e s enter G enter");
    golden("migrations-page", &edited);
    golden_in(&[(80, 24)], "migrations-number", &after(data(), "/ r e p o r t s enter G enter"));
    golden("migrations-only-problems", &after(data(), "x"));
    golden("migrations-only-pending", &after(data(), "p"));
}

#[test]
fn what_is_not_there_yet_and_what_never_comes_is_said() {
    let mut reading = loading();
    update(&mut reading, Msg::Opened);
    press(&mut reading, "5");
    golden("migrations-loading", &reading);
    let (mut asked, few) = (loading(), overview(few()));
    press(&mut asked, "5");
    read(&mut asked, &few);
    golden("migrations-asked", &asked);
    let (mut refused, folder) = (broken(), overview(files()));
    press(&mut refused, "5");
    read(&mut refused, &folder);
    told(&mut refused, &folder, production(&folder.folder));
    golden("migrations-error", &refused);
    let mut kept = full();
    press(&mut kept, "5");
    read(&mut kept, &few);
    told(&mut kept, &few, kept_out(&few.folder));
    told(&mut kept, &few, all_ran("preprod", &few.folder));
    golden("migrations-cannot-see", &kept);
}

#[test]
fn a_project_without_migrations_is_told_how_to_have_them() {
    let missing = || Error::usage("there is no such folder").object("/team/migrations").hint("set `dir`");
    let mut none = full();
    press(&mut none, "5");
    update(&mut none, Msg::Migrations(Err(missing())));
    golden("migrations-empty", &none);
    assert!(none.messages.shown().is_none(), "nobody who has none is bothered");
    let project = "[project]\nname = \"innotrue\"\n[env.production]\nkind = \"production\"\nhost = \"db\"\n\
        [env.preprod]\nkind = \"staging\"\nhost = \"db\"\n[migrations]\ndir = \"db/migrations\"\n";
    none.set_project(&Project::parse(Source::new("pgdeck.toml", project)).expect("project"));
    golden_in(&[(80, 24)], "migrations-wrong-folder", &none);
    let mut empty = full();
    press(&mut empty, "5");
    read(&mut empty, &overview(nothing()));
    golden_in(&[(80, 24)], "migrations-no-file", &empty);
    assert!(availability(&empty, Action::OnlyPending).is_err());
}

#[test]
fn where_all_ran_nothing_is_said_to_be_wrong() {
    let (mut model, few) = (full(), overview(few()));
    press(&mut model, "5");
    read(&mut model, &few);
    told(&mut model, &few, all_ran("production", &few.folder));
    told(&mut model, &few, all_ran("preprod", &few.folder));
    golden_in(&[(80, 24), (120, 40)], "migrations-clean", &model);
    assert!(screen(&model).contains("nothing is pending") && !screen(&model).contains("PROBLEMS"));
    assert!(screen(&after(model.clone(), "x")).contains("nothing is wrong; esc shows the rest"));
    assert!(screen(&after(model, "p")).contains("nothing is pending; esc shows the rest"));
}

#[test]
fn the_tab_counts_problems() {
    let mut model = data();
    assert!(screen(&model).contains("5 Migrations !"), "{}", screen(&model));
    press(&mut model, "/ e d i t e d enter");
    assert_eq!(style_of(&drawn(&model, (80, 24)), "✗ edited").fg, model.look.style(Role::Danger).fg);
    let (mut model, few) = (broken(), overview(few()));
    read(&mut model, &few);
    told(&mut model, &few, all_ran("production", &few.folder));
    assert!(!screen(&model).contains("5 Migrations !"), "an environment that is down is no problem of the files");
}

#[test]
fn many_environments_get_short_words_and_then_signs() {
    let names = ["local", "review", "staging", "preprod", "production_eu", "production_us", "archive"];
    let environment = |name: &&str| EnvStatus {
        name: (*name).into(),
        kind: Kind::Staging,
        writable: false,
        state: EnvState::Ready { version: "17.6".into(), latency: Duration::from_millis(2) },
    };
    let mut model = Model::built_in("innotrue", names.iter().map(environment).collect()).expect("built in");
    let folder = overview(files());
    press(&mut model, "5");
    read(&mut model, &folder);
    for name in names {
        let said = if name == "archive" { preprod(&folder.folder) } else { production(&folder.folder) };
        told(&mut model, &folder, pgdeck::app::migrations::standing::Standing { environment: name.into(), ..said });
    }
    golden_in(&[(80, 24)], "migrations-many", &model);
    golden_in(&[(40, 12), (80, 24), (200, 50)], "migrations-many-bottom", &after(model, "G"));
}

#[test]
fn the_row_stays_selected_while_environments_answer() {
    let (mut model, files) = (full(), overview(files()));
    press(&mut model, "5");
    read(&mut model, &files);
    press(&mut model, "/ p l a n s enter");
    let selected = |model: &Model| screen(model).lines().filter(|line| line.contains('▌')).collect::<String>();
    assert!(selected(&model).contains("plans"), "{}", screen(&model));
    told(&mut model, &files, production(&files.folder));
    assert!(selected(&model).contains("002") && selected(&model).contains("pending!"), "{}", screen(&model));
    press(&mut model, "esc");
    assert!(selected(&model).contains("002"), "{}", screen(&model));
}

/// An answer that is about files that were read anew meanwhile is asked for once more.
#[test]
fn what_is_said_of_other_files_is_not_shown() {
    let (mut model, old, new) = (full(), overview(files()), overview(few()));
    press(&mut model, "5");
    read(&mut model, &old);
    read(&mut model, &new);
    let late = Msg::Standing(Arc::clone(&old.folder), "production".into(), Ok(Arc::new(production(&old.folder))));
    let effects = update(&mut model, late);
    assert!(!screen(&model).contains("edited"));
    let [Effect::Run(_, Work::Standing(name, folder))] = &effects[..] else { panic!("{effects:?}") };
    assert!(name == "production" && Arc::ptr_eq(folder, &new.folder));
}

#[test]
fn a_refresh_reads_the_folder_and_asks_everybody_again() {
    let mut model = data();
    let effects = press_for(&mut model, "r");
    let [Effect::Run(_, Work::Migrations)] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(press_for(&mut model, "r"), [], "it is being read");
    let effects = update(&mut model, Msg::Migrations(Ok(overview(files()))));
    assert_eq!(effects.len(), 2, "{effects:?}");
    assert!(screen(&model).contains("edited") && screen(&model).contains("stale"), "{}", screen(&model));
}

fn press_for(model: &mut Model, keys: &str) -> Vec<Effect> {
    let keys = pgdeck::config::key::Key::parse_chord(keys).expect("keys");
    keys.into_iter().flat_map(|key| update(model, Msg::Key(key))).collect()
}

#[test]
fn a_problem_and_a_file_are_copied_and_all_of_it_is_exported() {
    let mut model = after(data(), "g g");
    let [Effect::Copy(problem)] = &press_for(&mut model, "y")[..] else { panic!("nothing was copied") };
    assert!(problem.contains(" — "), "with what to do: {problem}");
    press(&mut model, "/ i n v o i c e s enter G");
    let [Effect::Copy(path)] = &press_for(&mut model, "y")[..] else { panic!("nothing was copied") };
    assert_eq!(path, "migrations/003_invoices.sql");
    let [Effect::Copy(row)] = &press_for(&mut model, "Y")[..] else { panic!("nothing was copied") };
    let row: serde_json::Value = serde_json::from_str(row).expect("JSON");
    assert_eq!((&row["production"], &row["preprod"]), (&"edited".into(), &"partly there".into()));
    let sheet = pgdeck::tui::pane::sheet(&model).expect("sheet");
    assert_eq!(sheet.columns[7..], ["production", "preprod"]);
    assert!(sheet.rows.iter().all(|row| row.len() == sheet.columns.len()));
}

#[test]
fn a_click_selects_whichever_line_of_a_problem_it_hits() {
    let mut model = after(data(), "j");
    let line = |model: &Model, word: &str| {
        let screen = screen(model);
        screen.lines().position(|line| line.contains(word)).unwrap_or_else(|| panic!("{word}: {screen}")) as u16
    };
    let click = |model: &mut Model, y: u16| {
        update(model, Msg::Mouse(Mouse { kind: MouseKind::Click, x: 20, y }));
        model.migrations.list.table.cursor()
    };
    let (hint, next) = (line(&model, "▌  → "), line(&model, "✗ duplicate  010"));
    assert_eq!(click(&mut model, hint), 1);
    assert_eq!(click(&mut model, next), 2, "the next one, which says what to do now");
    assert!(line(&model, "▌  → ") > line(&model, "✗ gap  010"));
    let head = line(&model, "PROBLEMS");
    assert_eq!(click(&mut model, head), 2, "a head is no row");
}

#[test]
fn the_palette_finds_a_migration() {
    let mut model = after(data(), "x 1 : r i g h t s enter");
    assert!(screen(&model).lines().any(|line| line.contains('▌') && line.contains("rights")), "{}", screen(&model));
    press(&mut model, ":");
    press(&mut model, "0 0 2");
    assert!(screen(&model).contains("002 plans  production out of order") || screen(&model).contains("002 plans  "));
}
