//! Unique values that move: applied whenever plain SQL could, else refused as a whole.

use std::collections::{BTreeMap, BTreeSet};

use pgdeck::core::{
    error::Code,
    sync::{
        diff::{Change, Review},
        plan::Plan,
        script::script,
        select::Selection,
    },
};
use tokio_postgres::{Client, SimpleQueryMessage};

use crate::{
    moving::{self, Case, Column, How},
    moving_data::{self as data, Row, Side},
    moving_types::MOVING,
    run::Told,
    seed,
    support::{Pair, show},
    world::knows_nulls,
};

/// What must have occurred among the cases of a whole run, besides circles of ten types.
pub const KINDS: &[&str] = &[
    "a chain",
    "a circle",
    "circle in a partial index",
    "circle in an index over an expression",
    "circle in a deferrable constraint",
    "circle in a deferred constraint",
    "circle in NULLS NOT DISTINCT",
    "circle under a CHECK",
    "circle under a list of values",
    "one active row per parent",
];

/// Whether circles of enough types are among what occurred.
pub fn enough(occurred: &BTreeSet<&'static str>) -> bool {
    MOVING.iter().filter(|of| occurred.contains(of.circle)).count() >= 10
}

struct World {
    columns: Vec<Column>,
    source: Side,
    target: Side,
    pair: Pair,
}

async fn world(case: &Case) -> World {
    let columns = moving::columns(case, knows_nulls());
    let (source, target) = data::sides(case, &columns);
    let schema = moving::ddl(&columns, case.one_open);
    let (there, here) = (data::inserts(&columns, &source, true), data::inserts(&columns, &target, false));
    let mut pair = Pair::new(moving::SET, &schema, &there, &here).await;
    pair.batch = case.batch;
    assert_eq!(read(&columns, &pair.source.connect().await).await, source, "the generator knows what it wrote");
    assert_eq!(read(&columns, &pair.target.connect().await).await, target, "the generator knows what it wrote");
    World { columns, source, target, pair }
}

/// What a session sees.
async fn read(columns: &[Column], client: &Client) -> Side {
    let names: String = columns.iter().map(|column| format!(", {}", column.name)).collect();
    let sql = format!("SET timezone = 'UTC'; SELECT t.k, p.k, active{names} FROM t JOIN p ON p.id = p_id");
    let found = client.simple_query(&sql).await.unwrap();
    let rows = found.iter().filter_map(|message| match message {
        SimpleQueryMessage::Row(row) => {
            let text = |at| row.get(at).map(str::to_owned);
            let cells = (0..columns.len()).map(|at| text(at + 3)).collect();
            Some((text(0)?, Row { parent: text(1)?, active: row.get(2) == Some("t"), cells }))
        }
        _ => None,
    });
    rows.collect()
}

/// The row that a target's row becomes: where a value is only written differently, it stays as it is.
fn becomes(columns: &[Column], old: Option<&Row>, new: &Row) -> Row {
    let mut row = new.clone();
    for (at, column) in columns.iter().enumerate() {
        if let (Some(Some(old)), Some(new)) = (old.map(|old| &old.cells[at]), &new.cells[at])
            && column.class(old) == column.class(new)
        {
            row.cells[at] = Some(old.clone());
        }
    }
    row
}

fn changes(world: &World, target: &Side, deletes: bool) -> BTreeMap<String, Change> {
    let changes = world.source.iter().filter_map(|(key, new)| {
        let old = target.get(key);
        let change = match old {
            None => Change::Insert,
            Some(old) if old == new => return None,
            Some(old) if *old == becomes(&world.columns, Some(old), new) => Change::Representation,
            Some(_) => Change::Update,
        };
        Some((key.clone(), change))
    });
    let gone = target.keys().filter(|key| deletes && !world.source.contains_key(*key));
    changes.chain(gone.map(|key| (key.clone(), Change::Delete))).collect()
}

/// What the target holds afterwards.
fn result(world: &World, deletes: bool) -> Side {
    let mut out = world.target.clone();
    out.retain(|key, _| !deletes || world.source.contains_key(key));
    for (key, new) in &world.source {
        let row = becomes(&world.columns, out.get(key), new);
        out.insert(key.clone(), row);
    }
    out
}

fn told(review: &Review) -> BTreeMap<String, Change> {
    let rows = review.tables.iter().flat_map(|table| &table.rows);
    let row = |row: &pgdeck::core::sync::diff::RowReview| {
        assert_eq!(row.blocked, None, "{}", show(review));
        (row.key.0[0].clone().unwrap().to_string(), row.change)
    };
    rows.map(row).collect()
}

fn occurring(world: &World, case: &Case, wanted: &Side) -> BTreeSet<&'static str> {
    let mut out = BTreeSet::new();
    for (at, column) in world.columns.iter().enumerate() {
        let (chain, circle) = data::moves(&world.columns, at, &world.target, wanted);
        if chain {
            out.insert("a chain");
        }
        if !circle {
            continue;
        }
        out.extend(["a circle", column.of.circle]);
        out.extend(match column.how {
            How::Plain => None,
            How::Scoped => Some("circle within a parent"),
            How::Partial => Some("circle in a partial index"),
            How::Expression => Some("circle in an index over an expression"),
            How::Deferrable => Some("circle in a deferrable constraint"),
            How::Deferred => Some("circle in a deferred constraint"),
            How::NullsEqual => Some("circle in NULLS NOT DISTINCT"),
            How::Exclusion => Some("circle in an exclusion constraint"),
        });
        out.extend(match column.bound {
            moving::Bound::Checked | moving::Bound::CheckedOrNull if !column.of.check.is_empty() => {
                Some("circle under a CHECK")
            }
            moving::Bound::Listed => Some("circle under a list of values"),
            _ => None,
        });
    }
    let open = |row: &Row| row.active;
    if case.one_open && wanted.iter().any(|(key, row)| row.active && !world.target.get(key).is_some_and(open)) {
        out.insert("one active row per parent");
    }
    out
}

/// Runs a case to its end and says which end that was.
pub async fn check(case: &Case) -> Told {
    let world = world(case).await;
    let World { columns, target, pair, .. } = &world;
    let found = changes(&world, target, case.deletes);
    let review = pair.try_review(case.deletes).await.unwrap();
    let offline = pair.review_of(&pair.export().await.unwrap(), case.deletes).await.unwrap();
    assert_eq!(show(&review), show(&offline), "through a bundle as from server to server");
    let held = |why: &String| why.contains("which has to be unique and which");
    if review.tables.iter().flat_map(|table| &table.rows).any(|row| row.blocked.as_ref().is_some_and(held)) {
        // Blocked because a row that stays has the value: so says the model of the whole.
        assert!(data::collision(columns, case.one_open, &result(&world, case.deletes)), "{}", show(&review));
        return Told { end: "held", kinds: BTreeSet::new() };
    }
    assert_eq!(told(&review), found, "{}", show(&review));
    let plan = Plan::build("pair", &review, &Selection::all(&review)).unwrap();
    if plan.steps.is_empty() {
        return Told { end: "nothing", kinds: BTreeSet::new() };
    }
    let wanted = result(&world, case.deletes);
    let kinds = occurring(&world, case, &wanted);
    // Each column has more values than there are rows, so that a circle can always wait somewhere.
    let may_refuse = data::collision(columns, case.one_open, &wanted);
    let dump = pair.target.dump().await;
    let text = script(&plan).unwrap();
    match pair.apply(&plan).await {
        Ok(_) => {}
        Err(error) => {
            assert!(may_refuse && error.code == Code::RolledBack && error.object.is_some(), "{error}\n{text}");
            assert_eq!(pair.target.dump().await, dump, "{error}");
            return Told { end: "collision", kinds: BTreeSet::new() };
        }
    }
    let client = pair.target.connect().await;
    assert_eq!(read(columns, &client).await, wanted, "{text}");
    let again = pair.try_review(case.deletes).await.unwrap();
    assert!(Selection::all(&again).is_empty(), "{}", show(&again));
    let undo = pair.undo(&pair.journal()[0].last.run).await;
    undo.unwrap_or_else(|error| panic!("undo: {error}\n{text}"));
    assert_eq!(pair.target.dump().await, dump, "undo of\n{text}");
    for time in ["first", "second"] {
        let before = pair.target.dump().await;
        client.batch_execute(&text).await.unwrap_or_else(|error| panic!("{time}: {error:?}\n{text}"));
        assert_eq!(read(columns, &client).await, wanted, "{time}\n{text}");
        assert!(time == "first" || pair.target.dump().await == before, "{text}");
    }
    Told { end: "all", kinds: seeded(case, &world, kinds).await }
}

/// Loads a seed of the source into a target that holds its own rows, and takes it back.
async fn seeded(case: &Case, world: &World, mut kinds: BTreeSet<&'static str>) -> BTreeSet<&'static str> {
    let World { columns, source, target, pair } = world;
    let text = seed::text(pair).await;
    let client = pair.target.connect().await;
    // As it was before the script.
    let fill = format!("TRUNCATE t, p; {}", data::inserts(columns, target, false));
    client.batch_execute(&format!("BEGIN; {fill}")).await.unwrap();
    let loaded = client.batch_execute(&format!("{text}; SET CONSTRAINTS ALL IMMEDIATE")).await;
    let wanted = result(world, false);
    let refused = data::collision(columns, case.one_open, &wanted);
    if let Err(error) = loaded {
        assert!(refused, "{error:?}\n{text}");
    } else {
        let found = read(columns, &client).await;
        let same = |(key, row): (&String, &Row)| becomes(columns, found.get(key), row) == found[key];
        assert!(found.len() == wanted.len() && wanted.iter().all(same), "{found:#?}\n{source:#?}\n{text}");
        kinds.insert("through a seed");
    }
    client.batch_execute("ROLLBACK").await.unwrap();
    kinds
}
