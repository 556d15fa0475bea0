use std::{collections::BTreeMap, sync::Arc, time::Duration};

use super::*;
use crate::{
    app::counts::Listing,
    config::{project::Project, source::Source},
    core::{counts::Counts, env::Kind, name::QName},
    tui::{
        msg::Msg,
        update::{Escape, escape, update},
    },
};

/// The example's project, connected, with a few tables read.
fn model() -> Model {
    let text = include_str!("../../../../../examples/innotrue/pgdeck.toml");
    let project = Project::parse(Source::new("pgdeck.toml", text)).expect("project");
    let ready = || EnvState::Ready { version: "17.6".into(), latency: Duration::from_millis(2) };
    let environment = |name: &str, kind, writable| EnvStatus { name: name.into(), kind, writable, state: ready() };
    let environments =
        vec![environment("production", Kind::Production, false), environment("preprod", Kind::Staging, true)];
    let mut model = Model::built_in("innotrue", environments).expect("built in");
    model.set_project(&project);
    let rows = |name: &str, rows| (QName::new("public", name), Count::Exact { rows });
    let tables = BTreeMap::from([rows("plans", 5), rows("features", 61), rows("profiles", 1200)]);
    let listing = Listing { counts: Counts { tables }, ..Listing::default() };
    update(&mut model, Msg::Tables("production".into(), Ok(Arc::new(listing))));
    model.size = (100, 30);
    model
}

fn type_in(model: &mut Model, text: &str) {
    for key in crate::config::key::Key::parse_chord(text).expect("keys") {
        update(model, Msg::Key(key));
    }
}

fn found(model: &Model, kind: &str, name: &str) -> Item {
    let fits = |item: &Item| item.kind() == kind && item.name(model) == name;
    all(model).into_iter().find(fits).unwrap_or_else(|| panic!("{kind} {name} is not found"))
}

#[test]
fn every_action_is_described_found_and_works_or_says_why_not() {
    for pane in Pane::ALL {
        let mut model = model();
        model.pane = pane.pane;
        let items = all(&model);
        for entry in Action::all() {
            let item = Item::Action(entry.action);
            assert!(items.contains(&item), "{} is not in the palette", entry.id);
            let says = item.cell(&model).plain();
            assert!(says.starts_with(entry.title) && says.len() > entry.title.len() + 4, "{says}");
            assert!(!item.mark(&model).plain().trim().is_empty());
            let mut after = model.clone();
            let effects = item.choose(&mut after);
            let said = after.messages.shown().map(|message| message.text.clone());
            match reach(&model, entry.action) {
                Reach::Here => assert_ne!(said.map(|said| said.contains("that is in")), Some(true), "{}", entry.id),
                Reach::There(pane) => {
                    assert_eq!(after.pane, pane, "{}", entry.id);
                    let did = !effects.is_empty() || said.is_none();
                    assert!(did, "{}: {said:?}", entry.id);
                }
                // Esc with nothing to leave is no mistake worth a word.
                Reach::Nowhere(_) if entry.action == Action::Back => assert_eq!(escape(&model), Escape::Nothing),
                Reach::Nowhere(_) => {
                    let said = said.unwrap_or_else(|| panic!("{} says nothing", entry.id));
                    assert!(said.starts_with(entry.title) && effects.is_empty(), "{said}");
                }
            }
        }
    }
}

#[test]
fn an_action_of_another_pane_is_done_there() {
    let mut model = model();
    let says = found(&model, "action", "Export and review").cell(&model).plain();
    assert_eq!(says, "Export and review  available in the Sync pane");
    type_in(&mut model, ": e x p o r t space a n d enter");
    assert_eq!((model.pane, model.overlays.len()), (Pane::Sync, 0));
    assert!(model.busy(), "the export has begun");
}

#[test]
fn what_cannot_be_done_there_either_says_why() {
    let mut model = model();
    let says = found(&model, "action", "Apply…").cell(&model).plain();
    assert_eq!(says, "Apply…  not now: in the Sync pane, finish or leave the Export step first");
    type_in(&mut model, ": s y n c - a p p l y enter");
    assert_eq!(model.pane, Pane::Sync);
    assert_eq!(
        model.messages.shown().map(|it| it.text.as_str()),
        Some("Apply…: finish or leave the Export step first")
    );
}

#[test]
fn a_table_is_found_and_shown_though_a_filter_hides_it() {
    let mut model = model();
    type_in(&mut model, "/ p l a n s enter 4 : f e a t u r e s space t a b l e enter");
    assert_eq!((model.pane, model.overlays.len()), (Pane::Counts, 0));
    let at = model.counts.list.table.selected().expect("a row");
    assert_eq!(model.counts.rows[at].table.name, "features");
}

#[test]
fn a_set_is_marked_alone() {
    let mut model = model();
    found(&model, "set", "plans").choose(&mut model);
    assert_eq!(
        (model.pane, model.messages.shown().map(|it| it.text.as_str())),
        (Pane::Sync, Some("plans alone is marked"))
    );
    let effects = perform(&mut model, Action::SyncStart);
    let sets = effects.iter().find_map(|effect| match effect {
        Effect::Run(_, crate::tui::msg::Work::Compare(asked)) => Some(asked.sets.clone()),
        _ => None,
    });
    assert_eq!(sets, Some(vec!["plans".to_owned()]));
    let says = found(&model, "set", "features").cell(&model).plain();
    assert!(says.contains("not now: finish or leave the Export step first"), "{says}");
}

#[test]
fn an_environment_is_read_about() {
    let mut model = model();
    let item = found(&model, "environment", "production");
    assert!(item.cell(&model).plain().contains("PROD"));
    item.choose(&mut model);
    assert!(matches!(&model.overlays[..], [Overlay::Page(page)] if page.title == "production"));
}
