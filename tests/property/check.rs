//! Any schema, any two copies of data.

use std::collections::BTreeSet;

use pgdeck::core::{
    error::Code,
    sync::{diff::Review, plan::Plan, script::script, select::Selection},
};
use proptest::{collection::vec, option, prelude::*};

use crate::{
    data::{RawRow, Side},
    expect::{self, At},
    fill, read,
    run::Told,
    schema::{Generated, Kind, Layout, RawTable},
    support::show,
    types::TYPES,
    world::World,
};

#[derive(Debug, Clone)]
pub struct Case {
    tables: Vec<(RawTable, Vec<RawRow>)>,
    deletes: bool,
    watched: u8,
    /// Rows and columns to drop or take; empty means all that can move.
    picks: Vec<(u16, u8)>,
    /// From how many alike rows on they are written together.
    batch: usize,
}

pub fn cases() -> impl Strategy<Value = Case> {
    let row = (any::<u8>(), any::<[u8; 4]>(), any::<[u8; 8]>(), option::of(any::<[u8; 8]>()))
        .prop_map(|(who, key, source, target)| RawRow { who, key, source, target });
    let table = (any::<[u8; 6]>(), any::<[u8; 4]>(), vec(any::<[u8; 2]>(), 0..3), vec(any::<[u8; 2]>(), 0..4))
        .prop_map(|(shape, more, fks, values)| RawTable { shape, more, fks, values });
    let picks = prop_oneof![Just(Vec::new()), vec(any::<(u16, u8)>(), 1..8)];
    let batch = prop_oneof![Just(2_usize), Just(3), Just(usize::MAX)];
    (vec((table, vec(row, 0..9)), 2..6), any::<bool>(), any::<u8>(), picks, batch)
        .prop_map(|(tables, deletes, watched, picks, batch)| Case { tables, deletes, watched, picks, batch })
}

/// What must have occurred among the cases of a whole run.
pub const KINDS: &[&str] = &[
    "partitions, keys on the parent",
    "partitions, keys on each",
    "partitions, keys on some",
    "a parent in partitions",
    "inherited",
    "generated in the source",
    "generated in the target",
    "generated on both sides",
    "composite key, partly NULL",
    "composite key with an id",
    "deferrable",
    "NULLS NOT DISTINCT",
    "citext key",
    "char key",
    "citext value",
    "char value",
    "NULL in a key",
    "through a seed",
];

/// What a case is about.
fn kinds(world: &World) -> BTreeSet<&'static str> {
    let mut out = BTreeSet::new();
    for (at, table) in world.tables.iter().enumerate() {
        if world.source[at] == world.target[at] {
            continue;
        }
        let rows = || world.source[at].values().chain(world.target[at].values());
        let any = |is: &dyn Fn(Kind) -> bool| table.columns.iter().any(|column| is(column.kind));
        let key_of = |word: &str| table.columns[..table.key].iter().any(|column| column.word == word);
        let value_of = |name: &str| any(&|kind| matches!(kind, Kind::Value(kind) if TYPES[kind].0 == name));
        let partly = |(n, column): (usize, &crate::schema::Column)| {
            matches!(column.kind, Kind::Part(_, 0)) && rows().any(|row| row[n].is_some() != row[n + 1].is_some())
        };
        let foreign = any(&|kind| matches!(kind, Kind::Parent(_) | Kind::Part(..) | Kind::Never));
        for (kind, occurs) in [
            (KINDS[0], table.layout == Layout::Parted && foreign),
            (KINDS[1], table.layout == Layout::KeysOnEach && foreign),
            (KINDS[2], table.is_mixed()),
            (KINDS[3], any(&|kind| matches!(kind, Kind::Parent(to) if to != at && world.tables[to].is_parted()))),
            (KINDS[4], table.layout == Layout::Inherited),
            (KINDS[5], table.generated == Generated::InSource),
            (KINDS[6], table.generated == Generated::InTarget),
            (KINDS[7], table.generated == Generated::Everywhere),
            (KINDS[8], table.columns.iter().enumerate().any(partly)),
            (KINDS[9], any(&|kind| matches!(kind, Kind::Tenant(_)))),
            (KINDS[10], !table.deferrable.is_empty() && (foreign || !table.uniques.is_empty())),
            (KINDS[11], table.nulls_equal && (table.null_key || !table.uniques.is_empty())),
            (KINDS[12], key_of("citext")),
            (KINDS[13], key_of("char(6)")),
            (KINDS[14], value_of("citext")),
            (KINDS[15], value_of("char(4)") || value_of("bpchar")),
            (KINDS[16], rows().any(|row| table.null_key && row[1].is_none())),
        ] {
            if occurs {
                out.insert(kind);
            }
        }
    }
    out
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

/// A review without the rows that cannot move because their table cannot.
fn told(review: &Review) -> String {
    let mut review = review.clone();
    review.tables.iter_mut().filter(|table| table.blocked.is_some()).for_each(|table| {
        table.rows.clear();
        table.unchanged = 0;
    });
    show(&review)
}

/// Runs a case to its end and says which end that was.
pub async fn check(case: &Case) -> Told {
    let mut world = World::of(&case.tables, case.watched).await;
    world.pair.batch = case.batch;
    let mut kinds = kinds(&world);
    let World { tables, source, target, pair, .. } = &world;
    let found = expect::differences(tables, source, target, case.deletes);
    let review = pair.try_review(case.deletes).await.unwrap();
    let offline = pair.review_of(&pair.export().await.unwrap(), case.deletes).await.unwrap();
    assert_eq!(told(&review), told(&offline), "through a bundle as from server to server");
    if held(&review) {
        // Blocked because a row that stays has the value: so says the model, once all rows have moved that others hold back.
        let other = |at: &(usize, usize)| {
            let why = review.tables[at.0].rows[at.1].blocked.as_ref();
            why.is_some_and(|why| !is_held(why) && !why.ends_with("is blocked"))
        };
        let stay: BTreeSet<At> =
            world.rows(&review).into_iter().filter(|(_, at)| other(at)).map(|(key, _)| key).collect();
        let all = found.keys().filter(|at| !stay.contains(*at)).cloned().collect();
        let whole = expect::result(tables, source, target, &found, &all, &BTreeSet::new());
        assert!(expect::collision(tables, &whole).is_some(), "{}", show(&review));
        return Told { end: "held", kinds: BTreeSet::new() };
    }
    let free = world.reviewed(&review, &found, target);

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
    assert_eq!(Plan::build("pair", &offline, &select(&offline, &case.picks)).unwrap().steps, plan.steps, "a bundle");
    if plan.steps.is_empty() {
        return Told { end: "nothing", kinds: BTreeSet::new() };
    }
    let circle = expect::circle(tables, source, target, &found, &chosen);
    let wanted = expect::result(tables, source, target, &found, &chosen, &left_out);
    let dangling = expect::dangling(tables, &wanted).filter(|_| !left_out.is_empty());
    if let Some(collision) = expect::collision(tables, &wanted).or(dangling) {
        let error = pair.refused(&plan).await;
        assert!(error.code == Code::RolledBack && error.object.is_some(), "{collision}: {error}");
        return Told { end: "collision", kinds: BTreeSet::new() };
    }
    let dump = pair.target.dump().await;
    applied(&world, &plan, &wanted, &chosen).await;
    let left = expect::differences(tables, source, &wanted, case.deletes);
    let again = pair.try_review(case.deletes).await.unwrap();
    if !held(&again) {
        world.reviewed(&again, &left, &wanted);
    }
    if case.picks.is_empty() && free {
        assert!(Selection::all(&again).is_empty(), "{}", show(&again));
    }
    undone(&world, &plan, &wanted, &dump).await;
    if case.watched.is_multiple_of(3) && crate::seed::seeded(&world).await {
        kinds.insert("through a seed");
    }
    let end = match (circle, case.picks.is_empty()) {
        (true, _) => "with a circle",
        (false, true) => "all",
        (false, false) => "some",
    };
    Told { end, kinds }
}

/// Whether some row is blocked because another one, which stays, holds a value that has to be unique.
fn held(review: &Review) -> bool {
    let rows = review.tables.iter().flat_map(|table| &table.rows);
    rows.filter_map(|row| row.blocked.as_ref()).any(|why| is_held(why))
}

fn is_held(why: &str) -> bool {
    why.contains("which has to be unique and which")
}

/// Applies, and looks at every row: those of the plan are as wanted, no other byte has changed.
async fn applied(world: &World, plan: &Plan, wanted: &Side, chosen: &BTreeSet<At>) {
    let World { tables, pair, .. } = world;
    let before = others(world, chosen, wanted).await;
    pair.apply(plan).await.unwrap_or_else(|error| panic!("{error}\n{}", script(plan).unwrap()));
    let script = script(plan).unwrap();
    assert_eq!(&read::read(tables, &pair.target).await, wanted, "{script}");
    assert_eq!(others(world, chosen, wanted).await, before, "{script}");
}

/// Every byte of the target that no step of the plan is about, and the ids of the rows that stay.
async fn others(world: &World, chosen: &BTreeSet<At>, wanted: &Side) -> Vec<String> {
    let target = &world.pair.target;
    let mut out = target.rows("SELECT * FROM never_parent ORDER BY id").await;
    if fill::has_watcher(&world.tables) {
        out.extend(target.rows("SELECT * FROM never_child ORDER BY n").await);
    }
    for (at, _) in world.tables.iter().enumerate().filter(|(_, table)| table.layout == Layout::Inherited) {
        out.extend(target.rows(&format!("SELECT t::text FROM heir_{at} t ORDER BY 1")).await);
    }
    for (at, rows) in read::found(&world.tables, &target.connect().await).await.into_iter().enumerate() {
        let mut lines: Vec<_> = rows
            .into_iter()
            .filter_map(|found| {
                let stays = wanted[at].contains_key(&found.key) && world.target[at].contains_key(&found.key);
                let quiet = !chosen.contains(&(at, found.key.clone()));
                let kept = if quiet { found.bytes } else { format!("{:?}", found.kept) };
                (quiet || stays).then(|| format!("{at} {} {kept}", found.key))
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
        assert_eq!(&read::read(tables, &pair.target).await, wanted, "{time}\n{script}");
        assert!(time == "first" || pair.target.dump().await == before, "{script}");
    }
}
