//! Sync on schemas and data that nobody thought of. What must come out is worked out from the generator's own model
//! and read back with plain SQL.
//!
//! `PGDECK_CASES` cases (500 unless told) from `PGDECK_SEED`; without one, from a new seed, which a failure tells.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod data;
mod expect;
mod schema;
#[allow(dead_code, reason = "shared with the tests of sync")]
#[path = "../sync/support.rs"]
mod support;

use std::collections::{BTreeMap, BTreeSet};

use pgdeck::core::{
    error::Code,
    sync::{diff::Review, plan::Plan, script::script, select::Selection},
};
use proptest::{
    collection::vec,
    option,
    prelude::*,
    test_runner::{Config, RngAlgorithm, TestRng, TestRunner},
};

use crate::{
    data::{RawRow, Side},
    expect::{At, Differences},
    schema::{RawTable, Table},
    support::{Pair, show},
};

#[derive(Debug, Clone)]
struct Case {
    tables: Vec<(RawTable, Vec<RawRow>)>,
    deletes: bool,
    watched: u8,
    /// Rows and columns to drop or take; empty means all that can move.
    picks: Vec<(u16, u8)>,
    /// From how many alike rows on they are written together.
    batch: usize,
}

fn cases() -> impl Strategy<Value = Case> {
    let row = (any::<u8>(), any::<[u8; 4]>(), any::<[u8; 8]>(), option::of(any::<[u8; 8]>()))
        .prop_map(|(who, key, source, target)| RawRow { who, key, source, target });
    let table = (any::<[u8; 6]>(), vec(any::<[u8; 2]>(), 0..3), vec(any::<[u8; 2]>(), 0..4))
        .prop_map(|(shape, fks, values)| RawTable { shape, fks, values });
    let picks = prop_oneof![Just(Vec::new()), vec(any::<(u16, u8)>(), 1..8)];
    let batch = prop_oneof![Just(2_usize), Just(3), Just(usize::MAX)];
    (vec((table, vec(row, 0..9)), 2..6), any::<bool>(), any::<u8>(), picks, batch)
        .prop_map(|(tables, deletes, watched, picks, batch)| Case { tables, deletes, watched, picks, batch })
}

#[test]
fn any_two_environments() {
    let number = |name: &str| std::env::var(name).ok().map(|text| text.parse::<u64>().unwrap());
    let seed = number("PGDECK_SEED").unwrap_or_else(|| u64::from(std::process::id()) ^ clock());
    let cases_wanted = number("PGDECK_CASES").unwrap_or(500) as u32;
    println!("PGDECK_SEED={seed} PGDECK_CASES={cases_wanted}");
    let mut bytes = [0; 32];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    let config = Config { cases: cases_wanted, failure_persistence: None, max_shrink_iters: 400, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::from_seed(RngAlgorithm::ChaCha, &bytes));
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let mut tally: BTreeMap<&str, usize> = BTreeMap::new();
    let counted = std::sync::Mutex::new(&mut tally);
    let outcome = runner.run(&cases(), |case| {
        let end = runtime.block_on(Box::pin(check(&case)));
        *counted.lock().unwrap().entry(end).or_default() += 1;
        Ok(())
    });
    println!("{tally:?}");
    outcome.unwrap_or_else(|error| panic!("PGDECK_SEED={seed} PGDECK_CASES={cases_wanted}\n{error}"));
}

fn clock() -> u64 {
    std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_nanos() as u64
}

/// The two environments of a case, and what the model says that they hold.
struct World {
    tables: Vec<Table>,
    source: Side,
    target: Side,
    pair: Pair,
}

impl World {
    async fn of(case: &Case) -> Self {
        let (shapes, rows): (Vec<_>, Vec<_>) = case.tables.iter().map(|(raw, rows)| (raw, rows.as_slice())).unzip();
        let tables = schema::tables(&shapes);
        let (source, target) = (data::side(&tables, &rows, true), data::side(&tables, &rows, false));
        let here = data::inserts(&tables, &target, false, case.watched);
        let there = data::inserts(&tables, &source, true, case.watched);
        let mut pair = Pair::new(&schema::set(&tables), &schema::ddl(&tables), &there, &here).await;
        pair.batch = case.batch;
        assert_eq!(data::read(&tables, &pair.source).await, source, "the generator knows what it wrote");
        assert_eq!(data::read(&tables, &pair.target).await, target, "the generator knows what it wrote");
        World { tables, source, target, pair }
    }

    fn at(&self, review: &Review, (t, r): (usize, usize)) -> At {
        let table = &review.tables[t];
        let number = self.tables.iter().position(|known| known.name == table.table.name).unwrap();
        (number, table.rows[r].key.0.iter().map(|part| part.as_deref().unwrap_or("NULL")).collect::<Vec<_>>().join("/"))
    }

    /// The rows of a review by their place in the model, after a look at each of them.
    fn rows(&self, review: &Review) -> BTreeMap<At, (usize, usize)> {
        let all = review.tables.iter().enumerate().flat_map(|(t, table)| (0..table.rows.len()).map(move |r| (t, r)));
        all.map(|at| (self.at(review, at), at)).collect()
    }

    /// A review must tell exactly what the model tells, and block exactly what must not go.
    fn reviewed(&self, review: &Review, found: &Differences, watched: Option<&String>, target: &Side) -> bool {
        let rows = self.rows(review);
        let row = |at: &(usize, usize)| &review.tables[at.0].rows[at.1];
        let told: Differences = rows.iter().map(|(key, at)| (key.clone(), row(at).change)).collect();
        assert_eq!(&told, found, "{}", show(review));
        let blocked: BTreeSet<At> =
            rows.iter().filter(|(_, at)| row(at).blocked.is_some()).map(|(key, _)| key.clone()).collect();
        assert_eq!(blocked, expect::blocked(&self.tables, &self.source, target, found, watched), "{}", show(review));
        blocked.is_empty()
    }
}

/// Drops and takes rows and columns as the numbers say.
fn select(review: &Review, picks: &[(u16, u8)]) -> Selection {
    let mut selection = Selection::all(review);
    let rows: Vec<_> =
        (0..review.tables.len()).flat_map(|t| (0..review.tables[t].rows.len()).map(move |r| (t, r))).collect();
    for (row, cell) in picks.iter().filter(|_| !rows.is_empty()) {
        let at = rows[usize::from(*row) % rows.len()];
        let cells = &review.tables[at.0].rows[at.1].cells;
        match cells.get(usize::from(*cell / 2)) {
            Some(cell) if *row % 2 == 0 => selection.toggle_column(review, at, &cell.column.clone()),
            _ => _ = selection.toggle(review, at),
        }
    }
    selection
}

/// Runs a case to its end and says which end that was.
async fn check(case: &Case) -> &'static str {
    let world = World::of(case).await;
    let World { tables, source, target, pair } = &world;
    let watched = data::watched(tables, target, case.watched);
    let found = expect::differences(tables, source, target, case.deletes);
    let review = pair.try_review(case.deletes).await.unwrap();
    let offline = pair.review_of(&pair.export().await.unwrap(), case.deletes).await.unwrap();
    assert_eq!(support::show(&review), support::show(&offline), "through a bundle as from server to server");
    let free = world.reviewed(&review, &found, watched.as_ref(), target);

    let selection = select(&review, &case.picks);
    let rows = world.rows(&review);
    let chosen: BTreeSet<At> =
        rows.iter().filter(|(_, at)| selection.contains(**at)).map(|(key, _)| key.clone()).collect();
    let mut left_out = BTreeSet::new();
    for (key, at) in &rows {
        let cells = &review.tables[at.0].rows[at.1].cells;
        let out = cells.iter().filter(|cell| !selection.includes(*at, &cell.column));
        left_out.extend(out.map(|cell| (key.clone(), cell.column.clone())));
    }
    let plan = Plan::build("pair", &review, &selection).unwrap();
    if plan.steps.is_empty() {
        return "nothing";
    }
    let circle = expect::circle(tables, source, target, &found, &chosen);
    let wanted = expect::result(tables, source, target, &found, &chosen, &left_out);
    if let Some(collision) = expect::collision(tables, &wanted) {
        let error = pair.refused(&plan).await;
        assert!(error.code == Code::RolledBack && error.object.is_some(), "{collision}: {error}");
        return "collision";
    }
    let dump = pair.target.dump().await;
    applied(&world, &plan, &wanted, &chosen).await;
    let left = expect::differences(tables, source, &wanted, case.deletes);
    let again = pair.try_review(case.deletes).await.unwrap();
    world.reviewed(&again, &left, watched.as_ref(), &wanted);
    if case.picks.is_empty() && free {
        assert!(Selection::all(&again).is_empty(), "{}", show(&again));
    }
    undone(&world, &plan, &wanted, &dump).await;
    match (circle, case.picks.is_empty()) {
        (true, _) => "with a circle",
        (false, true) => "all",
        (false, false) => "some",
    }
}

/// Applies, and looks at every row: those of the plan are as wanted, no other byte has changed.
async fn applied(world: &World, plan: &Plan, wanted: &Side, chosen: &BTreeSet<At>) {
    let World { tables, pair, .. } = world;
    let before = others(world, chosen, wanted).await;
    pair.apply(plan).await.unwrap_or_else(|error| panic!("{error}\n{}", script(plan).unwrap()));
    let script = script(plan).unwrap();
    assert_eq!(&data::read(tables, &pair.target).await, wanted, "{script}");
    assert_eq!(others(world, chosen, wanted).await, before, "{script}");
}

/// Every byte of the target that no step of the plan is about, and the ids of the rows that stay.
async fn others(world: &World, chosen: &BTreeSet<At>, wanted: &Side) -> Vec<String> {
    let target = &world.pair.target;
    let mut out = target.rows("SELECT * FROM never_parent ORDER BY id").await;
    if world.tables[0].id != schema::Id::None {
        out.extend(target.rows("SELECT * FROM never_child ORDER BY n").await);
    }
    for (at, rows) in data::found(&world.tables, target).await.into_iter().enumerate() {
        let mut lines: Vec<_> = rows
            .into_iter()
            .filter_map(|found| {
                let stays = wanted[at].contains_key(&found.key) && world.target[at].contains_key(&found.key);
                let quiet = !chosen.contains(&(at, found.key.clone()));
                (quiet || stays).then(|| format!("{at} {} {}", found.key, if quiet { found.bytes } else { found.id }))
            })
            .collect();
        lines.sort();
        out.extend(lines);
    }
    out
}

/// Undo restores every byte; then the script does what apply did, and a second time nothing.
async fn undone(world: &World, plan: &Plan, wanted: &Side, dump: &str) {
    let World { tables, pair, .. } = world;
    let run = pair.journal()[0].last.run.clone();
    let undo = pgdeck::app::sync::undo_plan(&pair.deck, &run).unwrap();
    pair.apply(&undo).await.unwrap_or_else(|error| panic!("{error}\n{}", script(&undo).unwrap()));
    assert_eq!(pair.target.dump().await, dump, "undo\n{}", script(&undo).unwrap());
    let script = script(plan).unwrap();
    let client = pair.target.connect().await;
    for time in ["first", "second"] {
        let before = pair.target.dump().await;
        client.batch_execute(&script).await.unwrap_or_else(|error| panic!("{time}: {error:?}\n{script}"));
        assert_eq!(&data::read(tables, &pair.target).await, wanted, "{time}\n{script}");
        assert!(time == "first" || pair.target.dump().await == before, "{script}");
    }
}
