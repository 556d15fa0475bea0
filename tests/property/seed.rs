//! The way through a team's SQL file.

use std::{collections::BTreeSet, fs};

use pgdeck::app::{job::Job, sync};
use tokio_postgres::Client;

use crate::{
    data::Side,
    expect, read,
    schema::{Generated, Kind},
    support::Pair,
    world::World,
};

/// Loads a seed of the source into the target and into the target without a row, twice each, and takes it back. Tells
/// whether a seed could be made and hold all of the source.
pub async fn seeded(world: &World) -> bool {
    let World { tables, source, pair, .. } = world;
    let odd = |g| matches!(g, Generated::InSource | Generated::InTarget);
    if tables.iter().any(|table| table.is_mixed() || odd(table.generated)) {
        return false;
    }
    let seed = text(pair).await;
    let client = pair.target.connect().await;
    let here = read::read_through(tables, &client).await;
    let there: Side = source
        .iter()
        .zip(tables)
        .map(|(rows, table)| {
            let never =
                |(n, value): (usize, &Option<String>)| value.clone().filter(|_| table.columns[n].kind != Kind::Never);
            rows.iter().map(|(key, row)| (key.clone(), row.iter().enumerate().map(never).collect())).collect()
        })
        .collect();
    let found = expect::differences(tables, source, &here, false);
    let all = found.keys().cloned().collect();
    let over = expect::result(tables, source, &here, &found, &all, &BTreeSet::default());
    let empty = "TRUNCATE never_parent CASCADE;".to_owned()
        + &tables.iter().map(|table| format!("TRUNCATE {} CASCADE;", table.sql)).collect::<String>();
    for (before, wanted) in [("", over), (&*empty, there)] {
        client.batch_execute(&format!("BEGIN; {before}")).await.unwrap();
        let loaded = client.batch_execute(&format!("{seed}; SET CONSTRAINTS ALL IMMEDIATE")).await;
        match (loaded, expect::collision(tables, &wanted)) {
            (Ok(()), None) => twice(world, &client, &seed, &wanted).await,
            (Err(_), Some(_)) => {}
            (loaded, collision) => panic!("{loaded:?} {collision:?}\n{seed}"),
        }
        client.batch_execute("ROLLBACK").await.unwrap();
    }
    true
}

/// A seed of the source.
pub async fn text(pair: &Pair) -> String {
    let file = pair.state.path().join("seed.sql");
    Box::pin(sync::seed(&pair.deck, &Job::quiet(), &[], "source", &file)).await.unwrap();
    fs::read_to_string(file).unwrap()
}

async fn twice(world: &World, client: &Client, seed: &str, wanted: &Side) {
    let once = read::read_through(&world.tables, client).await;
    assert!(expect::same(&world.tables, &once, wanted), "{once:#?}\n{wanted:#?}\n{seed}");
    let bytes = |found: Vec<Vec<read::Found>>| {
        found.into_iter().map(|rows| rows.into_iter().map(|row| row.bytes).collect()).collect::<Vec<Vec<_>>>()
    };
    let before = bytes(read::found(&world.tables, client).await);
    client.batch_execute(seed).await.unwrap_or_else(|error| panic!("again: {error:?}\n{seed}"));
    assert_eq!(bytes(read::found(&world.tables, client).await), before, "a second time does nothing\n{seed}");
}
