//! The audit pane in every size and state, and what can be done in it.

mod world;

use std::sync::Arc;

use pgdeck::{
    config::theme::Role,
    core::error::Error,
    tui::{
        model::Model,
        msg::{Accepted, Effect, Msg, Work},
        update::update,
    },
};

use self::world::{audited, clean, families, kept_out, pair};
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

/// The pane in front, with what was read of production.
fn reading(audited: pgdeck::app::audit::Audited) -> Model {
    let mut model = innotrue();
    press(&mut model, "4");
    update(&mut model, Msg::Audited("production".into(), Ok(Arc::new(audited))));
    settle(&mut model);
    model
}

fn after(mut model: Model, keys: &str) -> Model {
    update(&mut model, Msg::Resize(120, 40));
    press(&mut model, keys);
    let later = model.now + std::time::Duration::from_secs(1);
    update(&mut model, Msg::Now(later));
    model
}

/// An environment without a connection in front.
fn unreached() -> Model {
    let mut model = broken();
    press(&mut model, "4 n");
    model
}

/// Both environments, side by side.
fn comparing() -> Model {
    let mut model = after(reading(audited()), "d");
    update(&mut model, Msg::Audited("preprod".into(), Ok(Arc::new(pair()))));
    settle(&mut model);
    model
}

#[test]
fn without_findings() {
    golden("audit-clean", &reading(clean()));
    golden("audit-loading", &after(loading(), "4"));
    golden("audit-error", &unreached());
    let mut failed = after(innotrue(), "4");
    let error = Error::rolled_back("took longer than statement_timeout allows").env("production");
    update(&mut failed, Msg::Audited("production".into(), Err(error)));
    golden("audit-unread", &failed);
    let mut none = innotrue();
    none.environments.clear();
    none.audit = pgdeck::tui::pane::audit::AuditPane::new(&[]);
    golden("audit-no-environment", &after(none, "4"));
}

#[test]
fn a_role_that_may_not_look_is_never_told_that_all_is_well() {
    let model = reading(kept_out());
    golden("audit-cannot-see", &model);
    let screen = text(&drawn(&model, (120, 40)));
    assert!(screen.contains("2 unseen") && !screen.contains("Nothing was found"), "{screen}");
}

#[test]
fn findings() {
    golden("audit-data", &reading(audited()));
    golden("audit-matrix", &after(reading(audited()), "j"));
    golden("audit-by-family", &after(reading(families()), "/ R L 0 1 enter b esc"));
    golden("audit-by-object", &after(reading(audited()), "b b j j"));
    golden("audit-accepted", &after(reading(audited()), "x"));
    golden("audit-page", &after(reading(audited()), "enter"));
    golden("audit-tree", &after(reading(audited()), "t"));
    golden("audit-accept", &after(reading(audited()), "A t e n space r o w s tab 2 0 2 7"));
    golden("audit-filter", &after(reading(audited()), "/ z z z"));
}

/// What cannot be done with a row is not offered on its page.
#[test]
fn the_page_of_what_could_not_be_looked_at_offers_no_fix() {
    let model = after(reading(kept_out()), "enter");
    let buffer = drawn(&model, (80, 24));
    let faint = model.look.style(Role::Faint).fg;
    assert_eq!(style_of(&buffer, "y copy").fg, faint, "{}", text(&buffer));
    assert_eq!(style_of(&buffer, "A accept").fg, faint);
    assert_ne!(style_of(&drawn(&after(reading(audited()), "enter"), (80, 24)), "y copy").fg, faint);
}

#[test]
fn on_the_smallest_screen() {
    let small = |name: &str, model: &Model| insta::assert_snapshot!(name, body(model, (40, 12)));
    small("audit-data-40x12", &reading(audited()));
    small("audit-accept-40x12", &after(reading(audited()), "A x tab"));
    small("audit-by-object-40x12", &after(reading(audited()), "b b G"));
    small("audit-error-40x12", &unreached());
}

#[test]
fn two_environments_side_by_side() {
    let model = comparing();
    golden("audit-compare", &model);
    let shown = |keys: &str| text(&drawn(&after(model.clone(), keys), (120, 40)));
    let here = shown("D");
    assert!(here.contains("only production") && !here.contains("only preprod") && !here.contains("both  "), "{here}");
    let there = shown("D D");
    assert!(there.contains("only preprod") && !there.contains("only production"), "{there}");
    assert!(there.contains("preprod and ?"), "what production could not look at is not known: {there}");
    let both = shown("D D D");
    assert!(both.contains("both") && !both.contains("only p"), "{both}");
    assert!(!shown("esc").contains("WHERE"), "Esc leaves the comparison");
    assert!(!shown("d").contains("WHERE"), "behind the last environment there is none");
    golden("audit-compare-reading", &after(reading(audited()), "d"));
}

#[test]
fn the_tab_counts_the_errors_that_nobody_accepted() {
    let tabs = |model: &Model| text(&drawn(model, (120, 40))).lines().nth(1).expect("tabs").to_owned();
    assert!(tabs(&reading(audited())).contains("4 Audit !2   5 Migrations"), "{}", tabs(&reading(audited())));
    assert!(tabs(&reading(clean())).contains("4 Audit   5 Migrations"));
    let buffer = drawn(&reading(audited()), (80, 24));
    assert_eq!(style_of(&buffer, "!2").fg, reading(audited()).look.style(Role::Danger).fg);
}

#[test]
fn severities_are_a_word_a_sign_and_a_colour() {
    let model = reading(audited());
    let buffer = drawn(&model, (120, 40));
    for (shows, role) in [
        ("✗ error", Role::Danger),
        ("! warning", Role::Warn),
        ("i info", Role::Info),
        ("? cannot see", Role::Warn),
        ("✓ accepted", Role::Muted),
        ("DROP CONSTRAINT", Role::SqlKeyword),
    ] {
        assert_eq!(style_of(&buffer, shows).fg, model.look.style(role).fg, "{shows}");
    }
}

#[test]
fn one_key_shows_one_severity_and_shows_all_again() {
    let model = reading(audited());
    let rows =
        |keys: &str| text(&drawn(&if keys.is_empty() { model.clone() } else { after(model.clone(), keys) }, (120, 40)));
    assert!(rows("").contains("1 of 9"), "{}", rows(""));
    assert!(rows("e").contains("1 of 3 · 9 in all") && rows("e").contains("only errors"), "{}", rows("e"));
    assert!(rows("w").contains("1 of 2 · 9 in all"), "{}", rows("w"));
    assert!(rows("e e").contains("1 of 9"));
    assert!(rows("i / z z").contains("no matches"), "{}", rows("i / z z"));
    assert!(rows("e esc").contains("1 of 9"));
}

#[test]
fn the_fix_is_copied_from_the_list_and_from_the_page() {
    let mut model = after(reading(audited()), "j");
    let copied = |model: &mut Model| {
        let keys = pgdeck::config::key::Key::parse_chord("y").expect("key");
        keys.into_iter().flat_map(|key| update(model, Msg::Key(key))).collect::<Vec<_>>()
    };
    let fix = Effect::Copy("CREATE INDEX CONCURRENTLY ON public.orders (customer_id);".into());
    assert_eq!(copied(&mut model), std::slice::from_ref(&fix));
    press(&mut model, "enter");
    assert_eq!((copied(&mut model), model.overlays.len()), (vec![fix], 1));
    press(&mut model, "t");
    assert_eq!(model.overlays.len(), 2, "the tree lies over the page");
    press(&mut model, "esc esc G k");
    assert_eq!(copied(&mut model), [], "a remark has no fix");
}

#[test]
fn an_acceptance_asks_writes_and_closes() {
    let mut model = after(reading(audited()), "A enter");
    assert!(text(&drawn(&model, (120, 40))).contains("needs a reason"));
    press(&mut model, "s m a l l tab 2 enter");
    assert!(text(&drawn(&model, (120, 40))).contains("Not a date"));
    press(&mut model, "backspace");
    let keys = pgdeck::config::key::Key::parse_chord("enter").expect("key");
    let effects: Vec<_> = keys.into_iter().flat_map(|key| update(&mut model, Msg::Key(key))).collect();
    let [Effect::Run(_, Work::Accept(asked))] = &effects[..] else { panic!("{effects:?}") };
    assert_eq!((asked.entry.reason.as_str(), asked.entry.until, asked.again.len()), ("small", None, 1));
    let error = Error::stale("pgdeck.toml was changed meanwhile and is read again").hint("accept once more");
    update(&mut model, Msg::Accepted(Err(error)));
    let screen = text(&drawn(&model, (80, 24)));
    assert!(screen.contains("changed meanwhile") && screen.contains("small"), "{screen}");
    press(&mut model, "enter");
    let done = Accepted { place: "pgdeck.toml:57".into(), audited: vec![Arc::new(clean())] };
    update(&mut model, Msg::Accepted(Ok(Arc::new(done))));
    let screen = text(&drawn(&model, (120, 40)));
    assert!(model.overlays.is_empty() && screen.contains("pgdeck.toml:57") && screen.contains("Nothing was found"));
}

#[test]
fn a_click_selects_below_the_heads_of_groups() {
    let mut model = after(reading(audited()), "b b");
    let screen = text(&drawn(&model, (120, 40)));
    let line = |word: &str| screen.lines().position(|line| line.contains(word)).expect(word);
    let click = |model: &mut Model, y: usize| {
        let mouse = pgdeck::tui::msg::Mouse { kind: pgdeck::tui::msg::MouseKind::Click, x: 20, y: y as u16 };
        update(model, Msg::Mouse(mouse));
        model.audit.list.table.cursor()
    };
    let was = model.audit.list.table.cursor();
    let head = line("orders  2 errors");
    assert_eq!(click(&mut model, head), was, "a head is no row");
    let row = click(&mut model, head + 1);
    let screen = text(&drawn(&model, (120, 40)));
    assert!(screen.lines().nth(head + 1).expect("line").contains('▌'), "row {row}\n{screen}");
    let title = pgdeck::tui::msg::Mouse { kind: pgdeck::tui::msg::MouseKind::Click, x: 26, y: 5 };
    update(&mut model, Msg::Mouse(title));
    let screen = text(&drawn(&model, (120, 40)));
    assert!(screen.contains("OBJECT▲") && screen.contains("orders  2 errors"), "groups stay together: {screen}");
}

#[test]
fn the_palette_finds_a_check() {
    let mut model = after(reading(audited()), "1 : F K 0 3 enter");
    let screen = text(&drawn(&model, (120, 40)));
    assert!(screen.contains("/FK03") && !screen.contains("FK01 "), "{screen}");
    press(&mut model, "esc");
    assert!(text(&drawn(&model, (120, 40))).contains("FK01 "));
}

#[test]
fn the_details_are_scrolled_once_they_have_the_keys() {
    let mut model = reading(audited());
    update(&mut model, Msg::Resize(120, 18));
    press(&mut model, "home");
    let screen = |model: &Model| text(&drawn(model, (120, 18)));
    let (accent, border) = (model.look.style(Role::Accent).fg, model.look.style(Role::Border).fg);
    assert_eq!(style_of(&drawn(&model, (120, 18)), "│").fg, border);
    assert!(screen(&model).contains('▌') && screen(&model).contains("more lines"), "{}", screen(&model));
    let row = model.audit.list.table.cursor();
    press(&mut model, "tab j j");
    assert_eq!(model.audit.list.table.cursor(), row, "the list stays where it is");
    assert_eq!(style_of(&drawn(&model, (120, 18)), "│").fg, accent);
    assert!(!screen(&model).contains('▌') && screen(&model).contains("lines 3 to "), "{}", screen(&model));
    press(&mut model, "G");
    let end = screen(&model);
    press(&mut model, "j");
    assert_eq!(screen(&model), end, "no further than to the end");
    press(&mut model, "esc j");
    assert_eq!(model.audit.list.table.cursor(), row + 1, "Esc gives the keys back to the list");
    press(&mut model, "right k left j");
    assert_eq!(model.audit.list.table.cursor(), row + 2, "so does the left arrow");
    update(&mut model, Msg::Resize(80, 24));
    press(&mut model, "tab k");
    assert_eq!(model.audit.list.table.cursor(), row + 1, "there is nothing beside the list");
}

#[test]
fn a_pane_that_is_left_before_its_details_follow_keeps_nothing_awake() {
    let mut model = after(reading(audited()), "j");
    press(&mut model, "j");
    assert!(model.unsettled());
    press(&mut model, "1");
    assert!(!model.unsettled(), "nothing on the screen waits");
}
