//! The drift pane in every size and state, and what can be done in it.

mod world;

use std::sync::Arc;

use pgdeck::{
    app::drift::{Base, Compared},
    config::{project::Project, source::Source, theme::Role},
    core::error::{Code, Error, Result},
    tui::{
        model::{EnvState, JobId, Model},
        msg::{Effect, Msg, Work},
        update::update,
    },
};

use self::world::{blind, differing, half_seen, same};
use crate::{
    body, drawn, innotrue, press, style_of, text,
    world::{broken, loading, settle},
};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 50)];

fn golden(name: &str, model: &Model) {
    for size in SIZES {
        let screen = body(model, size);
        assert!(screen.chars().all(|c| c == '\n' || !c.is_control()), "{screen}");
        insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), screen);
    }
}

/// The pane in front, and the job that compares what it shows first.
fn entered(mut model: Model) -> (Model, JobId) {
    let effects: Vec<Effect> = pressed(&mut model, "6");
    let job = effects.iter().find_map(|effect| match effect {
        Effect::Run(job, Work::Drift(..)) => Some(*job),
        _ => None,
    });
    let job = job.unwrap_or_else(|| panic!("whoever looks has it read: {effects:?}"));
    (model, job)
}

fn pressed(model: &mut Model, keys: &str) -> Vec<Effect> {
    let keys = pgdeck::config::key::Key::parse_chord(keys).expect("keys");
    keys.into_iter().flat_map(|key| update(model, Msg::Key(key))).collect()
}

fn told(result: Result<Arc<Compared>>) -> Model {
    let (mut model, job) = entered(innotrue());
    update(&mut model, Msg::Drifted(job, result));
    settle(&mut model);
    model
}

/// One side has no connection.
fn unreached() -> Model {
    let mut model = broken();
    press(&mut model, "6");
    model
}

fn reading(compared: Arc<Compared>) -> Model {
    told(Ok(compared))
}

fn after(mut model: Model, keys: &str) -> Model {
    update(&mut model, Msg::Resize(120, 40));
    press(&mut model, keys);
    let later = model.now + std::time::Duration::from_secs(1);
    update(&mut model, Msg::Now(later));
    model
}

/// The project with its first `count` environments.
fn with_environments(count: usize) -> Model {
    let mut model = innotrue();
    model.environments.truncate(count);
    model.drift = pgdeck::tui::pane::drift::DriftPane::new(&model.environments);
    model
}

fn shown(model: &Model) -> String {
    text(&drawn(model, (120, 40)))
}

#[test]
fn without_differences() {
    golden("drift-none", &reading(same()));
    golden("drift-one-environment", &after(with_environments(1), "6"));
    golden("drift-no-environment", &after(with_environments(0), "6"));
    golden("drift-loading", &after(loading(), "6"));
    golden("drift-reading", &entered(innotrue()).0);
    golden("drift-error", &unreached());
    let error = Error::rolled_back("took longer than statement_timeout allows").env("production");
    golden("drift-unread", &told(Err(error)));
    golden("drift-stopped", &told(Err(Error::new(Code::Interrupted, "stopped by the operator"))));
}

#[test]
fn differences() {
    golden("drift-data", &reading(differing()));
    golden("drift-function", &after(reading(differing()), "/ c r e d i t enter"));
    golden("drift-by-change", &after(reading(differing()), "b j"));
    golden("drift-by-object", &after(reading(differing()), "b b"));
    golden("drift-page", &after(reading(differing()), "/ c r e d i t enter enter"));
    golden("drift-only-kind", &after(reading(differing()), "j x"));
    golden("drift-filter", &after(reading(differing()), "/ z z z"));
    golden("drift-stale", &after(reading(differing()), "r"));
}

#[test]
fn what_could_not_be_compared_or_seen_stands_apart_and_is_never_equal() {
    golden("drift-half-seen", &after(reading(half_seen()), "G"));
    golden("drift-unclear", &after(reading(half_seen()), "/ u n c l e a r enter"));
    let model = reading(blind());
    golden("drift-blind", &model);
    let screen = shown(&model);
    assert!(screen.contains("1 unseen") && !screen.contains("same schema"), "{screen}");
    assert!(screen.contains("no differences in what could be compared"), "{screen}");
    let tabs = screen.lines().nth(1).expect("tabs").to_owned();
    assert!(tabs.contains("6 Drift ?"), "{tabs}");
}

/// The project with a folder of migrations, and these on the first side.
fn migrations(mut model: Model) -> Model {
    let project =
        "[project]\nname = \"innotrue\"\n[env.production]\nkind = \"production\"\n[migrations]\ndir = \"migrations\"";
    model.set_project(&Project::parse(Source::new("pgdeck.toml", project)).expect("project"));
    if model.environments.len() > 1 {
        press(&mut model, "6 f");
        settle(&mut model);
    }
    press(&mut model, "6");
    model
}

fn replayed(result: Result<Arc<Compared>>) -> Model {
    let mut model = migrations(innotrue());
    let effects = pressed(&mut model, "r");
    let [Effect::Run(job, Work::Drift(Base::Migrations, to))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!(to, "preprod");
    update(&mut model, Msg::Drifted(*job, result));
    settle(&mut model);
    model
}

#[test]
fn migrations_are_replayed_when_somebody_asks_for_that() {
    let asked = migrations(innotrue());
    assert!(asked.jobs.running().is_empty(), "no server is started by itself");
    golden("drift-migrations", &asked);
    golden("drift-migrations-alone", &migrations(with_environments(1)));
    let mut replaying = asked.clone();
    press(&mut replaying, "r");
    golden("drift-migrations-replaying", &replaying);
    golden("drift-migrations-data", &replayed(Ok(world::replayed(&differing()))));
    golden("drift-migrations-none", &replayed(Ok(world::replayed(&same()))));
    let error = Error::rolled_back(
        "statement 1 of 3, `CREATE VIEW auth.b AS SELECT …`: schema \"auth\" does not exist",
    )
    .at("002_file.sql:2")
    .hint("no file before it makes this; if the platform brings it along, create it in a file that `before` names");
    golden("drift-migrations-failed", &replayed(Err(error)));
    let screen = shown(&after(asked.clone(), "s"));
    assert!(screen.contains("migrations can only be the left side"), "{screen}");
    let page = after(replayed(Ok(world::replayed(&differing()))), "G enter G");
    assert!(text(&drawn(&page, (120, 40))).contains("HOW IT WAS REPLAYED"), "{}", shown(&page));
    // Round and round: behind the migrations stands the first environment again.
    assert!(shown(&after(asked, "f")).contains("production → preprod"));
}

#[test]
fn on_the_smallest_screen() {
    let small = |name: &str, model: &Model| insta::assert_snapshot!(name, body(model, (40, 12)));
    small("drift-data-40x12", &reading(differing()));
    small("drift-none-40x12", &reading(same()));
    small("drift-error-40x12", &unreached());
}

#[test]
fn a_change_is_a_word_a_sign_and_a_colour() {
    let model = after(reading(half_seen()), "b");
    let buffer = drawn(&model, (200, 50));
    for (shows, role) in [
        ("+ added", Role::Ok),
        ("− removed", Role::Danger),
        ("~ changed", Role::Info),
        ("? unclear", Role::Warn),
        ("? cannot see", Role::Warn),
    ] {
        assert_eq!(style_of(&buffer, shows).fg, model.look.style(role).fg, "{shows}");
    }
    let page = after(reading(differing()), "/ c r e d i t enter");
    let buffer = drawn(&page, (200, 50));
    for (shows, role) in
        [("-   PERFORM", Role::Removed), ("+   PERFORM", Role::Added), ("CREATE OR REPLACE", Role::SqlKeyword)]
    {
        assert_eq!(style_of(&buffer, shows).fg, page.look.style(role).fg, "{shows}");
    }
}

#[test]
fn nothing_is_read_before_somebody_looks_and_then_once() {
    let mut model = loading();
    assert!(!pressed(&mut model, "6").iter().any(|effect| matches!(effect, Effect::Run(_, Work::Drift(..)))));
    let ready = |ms| EnvState::Ready { version: "17.6".into(), latency: std::time::Duration::from_millis(ms) };
    let works = |effects: Vec<Effect>| {
        effects.into_iter().filter(|effect| matches!(effect, Effect::Run(_, Work::Drift(..)))).count()
    };
    assert_eq!(works(update(&mut model, Msg::Environment("production".into(), ready(1)))), 0, "one side is no pair");
    assert_eq!(works(update(&mut model, Msg::Environment("preprod".into(), ready(2)))), 1);
    assert_eq!(works(pressed(&mut model, "1 6 r")), 0, "it is being read already");
}

#[test]
fn swapping_gives_up_what_is_being_read_and_reads_the_other_way_round() {
    let (mut model, job) = entered(innotrue());
    let effects = pressed(&mut model, "s");
    assert!(effects.contains(&Effect::Cancel(job)), "{effects:?}");
    let swapped = Work::Drift(Base::Environment("preprod".into()), "production".into());
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Run(_, work) if *work == swapped)), "{effects:?}");
    // What was given up is not wanted, whatever comes of it.
    update(&mut model, Msg::Drifted(job, Ok(differing())));
    let screen = shown(&model);
    assert!(screen.contains("preprod → production") && screen.contains("reading the catalogues"), "{screen}");
}

#[test]
fn a_third_environment_can_stand_on_either_side() {
    let mut model = innotrue();
    let mut third = model.environments[1].clone();
    third.name = "local".into();
    model.environments.push(third);
    let (model, _) = entered(model);
    assert!(shown(&after(model.clone(), "t")).contains("production → local"));
    assert!(shown(&after(model.clone(), "f")).contains("local → preprod"));
    assert!(shown(&after(model, "t f t")).contains("preprod → production"));
    let two = after(entered(innotrue()).0, "t");
    assert!(shown(&two).contains("there are only two environments"), "{}", shown(&two));
}

#[test]
fn a_lost_side_is_compared_when_it_answers_again() {
    let mut model = told(Err(Error::connect("the server went away").env("preprod")));
    assert!(shown(&model).contains("the server went away"));
    let ready = EnvState::Ready { version: "17.6".into(), latency: std::time::Duration::from_millis(3) };
    let effects = update(&mut model, Msg::Environment("preprod".into(), ready));
    assert!(effects.iter().any(|effect| matches!(effect, Effect::Run(_, Work::Drift(..)))), "{effects:?}");
}

#[test]
fn one_key_shows_one_kind_or_one_change_and_shows_all_again() {
    let model = reading(differing());
    let rows = |keys: &str| shown(&if keys.is_empty() { model.clone() } else { after(model.clone(), keys) });
    assert!(rows("").contains("1 of 8"), "{}", rows(""));
    assert!(rows("c").contains("1 of 2 · 8 in all") && rows("c").contains("only added"), "{}", rows("c"));
    assert!(rows("c c").contains("1 of 1 · 8 in all") && rows("c c").contains("only removed"), "{}", rows("c c"));
    assert!(rows("c c c c").contains("everything could be compared"), "{}", rows("c c c c"));
    assert!(rows("c c c c c").contains("1 of 8"));
    let kind = rows("x");
    assert!(kind.contains("only tables") && kind.contains("1 of 2 · 8 in all"), "{kind}");
    assert!(rows("x x").contains("1 of 8") && rows("x esc").contains("1 of 8"));
}

#[test]
fn the_sql_is_copied_from_the_list_and_from_the_page() {
    let mut model = after(reading(differing()), "/ b y _ h a n d enter");
    let sql = "CREATE INDEX orders_by_hand_idx ON public.orders USING btree (created_at DESC)";
    assert_eq!(pressed(&mut model, "y"), [Effect::Copy(sql.into())]);
    assert!(shown(&model).contains("copied the SQL as production has it"), "{}", shown(&model));
    press(&mut model, "enter");
    assert_eq!((pressed(&mut model, "y"), model.overlays.len()), (vec![Effect::Copy(sql.into())], 1));
    let mut model = reading(blind());
    assert_eq!(pressed(&mut model, "y"), [], "of what was not seen there is nothing");
    let [Effect::Copy(json)] = &pressed(&mut model, "Y")[..] else { panic!("no copy") };
    assert!(json.contains("\"unseen\"") && json.contains("preprod"), "{json}");
}
