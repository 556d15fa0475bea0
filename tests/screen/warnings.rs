//! What the wizard says besides rows: warnings, reasons, notes, triggers. All of it can be read on a small screen.

use std::sync::Arc;

use pgdeck::{
    app::sync::Applied,
    core::{
        sync::{
            diff::{Change, Review},
            fires::{Also, TriggersDid},
            plan::Tally,
        },
        trigger::{Trigger, TriggerEvent, TriggerKind},
    },
    tui::{
        model::Model,
        msg::{Msg, Sync},
        overlay::Overlay,
        update::update,
    },
};

use crate::{
    body, drawn, press, text,
    world::{full, review, settle},
};

const SIZES: [(u16, u16); 3] = [(80, 24), (120, 40), (200, 50)];

const KEYED_BY_ID: &str = "rows are matched by `id`, which a sequence fills: one number can be two different rows in two \
                           environments; name a natural key with `key = [\"key\"]` in pgdeck.toml";
const NO_FOREIGN_KEY: &str = "`owner_id`: ids without a foreign key travel as they are";
const ATTACHMENT: &str = "column `attachment` holds the number of a large object, which means something in one database \
                          only; leave it out with `exclude = [\"attachment\"]` in pgdeck.toml";
const TIER: &str =
    "`tier` is `enterprise`, which the target's type public.tier does not have; add it to the type there first";

fn golden(name: &str, model: &Model) {
    for size in SIZES {
        insta::assert_snapshot!(format!("{name}-{}x{}", size.0, size.1), body(model, size));
    }
}

/// A trigger that runs before an update alone.
fn stamp() -> Trigger {
    Trigger {
        name: "plans_stamp".into(),
        kind: TriggerKind::Before,
        row: true,
        events: vec![TriggerEvent::Update],
        columns: Vec::new(),
        conditional: false,
        function: "public.stamp".into(),
    }
}

/// One table with warnings and a blocked row, one that is blocked as a whole.
fn troubled() -> Review {
    let mut review = review();
    let [plans, templates, ..] = &mut review.tables[..] else { unreachable!() };
    plans.warnings = vec![KEYED_BY_ID.into(), NO_FOREIGN_KEY.into()];
    plans.shape.as_mut().expect("shape").triggers = vec![stamp()];
    plans.rows.iter_mut().find(|row| row.change == Change::Insert).expect("insert").blocked = Some(TIER.into());
    templates.rows.clear();
    templates.blocked = Some(ATTACHMENT.into());
    templates.warnings = vec![NO_FOREIGN_KEY.into()];
    review
}

fn reviewing(keys: &str) -> Model {
    let mut model = full();
    press(&mut model, "7 enter");
    update(&mut model, Msg::Sync(Sync::Reviewed(Arc::new(troubled()))));
    settle(&mut model);
    if !keys.is_empty() {
        press(&mut model, keys);
    }
    model
}

/// What is on the screen without line breaks and blanks, so that a wrapped sentence is found: everything, and what is
/// between two upright lines, or behind one.
fn words(model: &Model, size: (u16, u16)) -> [String; 3] {
    let screen = text(&drawn(model, size));
    let part = |at: usize| {
        let parts = screen.lines().filter_map(|line| line.split('│').nth(at));
        parts.flat_map(str::split_whitespace).collect::<String>()
    };
    [screen.split_whitespace().collect(), part(1), part(2)]
}

#[track_caller]
fn says(model: &Model, size: (u16, u16), sentence: &str) {
    let wanted: String = sentence.split_whitespace().collect();
    let found = words(model, size).iter().any(|words| words.contains(&wanted));
    assert!(found, "{sentence:?} is not on the screen:\n{}", text(&drawn(model, size)));
}

#[test]
fn a_table_with_warnings_is_marked_and_its_warnings_can_be_read_beside_its_rows() {
    golden("warnings-tables", &reviewing(""));
    golden("warnings-rows", &reviewing("tab"));
    let list = text(&drawn(&reviewing(""), (80, 24)));
    let plans = list.lines().find(|line| line.contains("] plans")).expect("the table is listed");
    assert!(plans.trim_end().ends_with('2'), "the number of its warnings: {plans}");
    for size in SIZES {
        // On a large screen at once, on a small one with the key that is named there.
        if size.0 > 80 {
            says(&reviewing("tab"), size, KEYED_BY_ID);
        } else {
            says(&reviewing("tab"), size, "v shows everything");
        }
        for keys in ["v", "tab v"] {
            let mut model = reviewing(keys);
            let Some(Overlay::Page(page)) = model.overlays.last_mut() else { panic!("{keys}") };
            let all: Vec<_> = page.paragraphs.iter().map(pgdeck::tui::widget::cell::Cell::plain).collect();
            assert!(all.iter().any(|line| line.contains(KEYED_BY_ID)), "{keys}: {all:?}");
            assert!(all.iter().any(|line| line.contains(NO_FOREIGN_KEY)), "{keys}: {all:?}");
        }
        says(&reviewing("v"), size, KEYED_BY_ID);
    }
}

#[test]
fn why_a_table_is_blocked_is_on_the_screen_to_its_end() {
    golden("warnings-blocked-table", &reviewing("j tab"));
    for size in SIZES {
        for keys in ["j tab", "j v", "j tab v"] {
            says(&reviewing(keys), size, ATTACHMENT);
            says(&reviewing(keys), size, NO_FOREIGN_KEY);
        }
    }
}

#[test]
fn why_a_row_is_blocked_is_on_the_screen_to_its_end() {
    golden("warnings-blocked-row", &reviewing("tab G"));
    for size in SIZES {
        for keys in ["tab G", "tab G v"] {
            says(&reviewing(keys), size, TIER);
        }
    }
}

#[test]
fn a_row_names_the_triggers_that_run_for_it_and_no_others() {
    for size in SIZES {
        says(&reviewing("tab"), size, "fires plans_stamp (BEFORE UPDATE)");
        // The row that is to be deleted, and the one that is blocked.
        for keys in ["tab j", "tab G"] {
            assert!(!words(&reviewing(keys), size)[0].contains("fires"), "{keys}");
        }
    }
}

#[test]
fn the_marks_in_the_list_add_up_to_what_stands_below_it() {
    let screen = text(&drawn(&reviewing(""), (80, 24)));
    assert!(screen.contains("! 1 blocked row, 1 blocked table"), "{screen}");
    assert!(screen.contains("W 3 warnings, ≈ 0 formatting only"), "{screen}");
}

#[test]
fn the_confirmation_counts_the_warnings_and_cuts_nothing() {
    let model = reviewing("enter");
    golden("warnings-confirm", &model);
    for size in SIZES {
        says(&model, size, "2 warnings (2 for plans); in the review, v on a table shows its warnings.");
        says(&model, size, "What triggers write elsewhere is reported after the run, and no undo takes it back.");
    }
}

/// After an apply whose triggers did `count` things.
fn done(count: usize) -> Model {
    let mut model = reviewing("");
    update(&mut model, Msg::Sync(Sync::Confirmed("preprod".into())));
    let by = vec!["trigger `flags_audit` on public.flags".into(), "trigger `plans_stamp` on public.plans".into()];
    let also = |at| Also {
        table: format!("public.audit_{at}"),
        inserted: 12,
        updated: 0,
        deleted: 0,
        by: by.clone(),
        ..Also::default()
    };
    let applied = Applied {
        run: Some("2026-11-20-4".into()),
        environment: "preprod".into(),
        digest: "7f3a91c2d4e5f60718293a4b5c6d7e8f".into(),
        rows: Tally { insert: 0, update: 1, delete: 1 },
        rewrote: Vec::new(),
        triggers: TriggersDid { also: (0..count).map(also).collect(), by: by.clone(), unknown: None },
    };
    update(&mut model, Msg::Sync(Sync::Applied(Arc::new(applied))));
    update(&mut model, Msg::Sync(Sync::Verified(Arc::new(Review { tables: Vec::new(), ..review() }))));
    settle(&mut model);
    model
}

#[test]
fn what_triggers_wrote_is_on_the_last_page_to_its_end() {
    golden("warnings-done", &done(1));
    for size in SIZES {
        says(
            &done(1),
            size,
            "In the target, trigger `flags_audit` on public.flags or trigger `plans_stamp` on public.plans also wrote: \
             public.audit_0 (12 inserted); an undo does not take that back.",
        );
    }
    let mut many = done(40);
    says(&many, (80, 24), "v shows everything");
    press(&mut many, "v");
    says(&many, (200, 50), "public.audit_39 (12 inserted); an undo does not take that back.");
}
