//! A few reading connections, lent and taken back.

use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use pgdeck::pg::connect::{Connection, Pool};

use crate::{
    server::{PASSWORD, TestServer, value},
    sessions::until_nobody_sleeps,
};

async fn pid(reader: &mut Connection) -> String {
    value(reader, "SELECT pg_backend_pid()").await
}

#[tokio::test]
async fn connections_are_lent_again_and_not_more_than_allowed() {
    let server = TestServer::plain();
    let pool = Pool::new(server.conninfo(""), 2).expect("pool");
    let (mut one, mut two) = (pool.get().await.expect("one"), pool.get().await.expect("two"));
    let pids = BTreeSet::from([pid(&mut one).await, pid(&mut two).await]);
    assert_eq!(pids.len(), 2);
    let waiting = pool.get();
    let back = async { drop(one) };
    let (third, ()) = tokio::join!(waiting, back);
    assert!(pids.contains(&pid(&mut third.expect("three")).await));
    assert!(!format!("{pool:?} {two:?}").contains(PASSWORD));
}

#[tokio::test]
async fn what_the_last_user_left_open_is_gone() {
    let server = TestServer::plain();
    let patient = server.conninfo("").with_statement_timeout(Duration::from_secs(3600));
    let pool = Pool::new(patient, 1).expect("pool");
    let mut reader = pool.get().await.expect("connects");
    let first = pid(&mut reader).await;
    let transaction = reader.begin_read().await.expect("begins");
    transaction.rows("SELECT 1").await.expect("reads");
    drop(transaction);
    drop(reader);
    let mut reader = pool.get().await.expect("connects");
    assert_eq!(pid(&mut reader).await, first);
    // A statement that nobody waits for any more holds its connection for longer than a caller should wait.
    let transaction = reader.begin_read().await.expect("begins");
    tokio::select! {
        biased;
        _ = transaction.rows("SELECT pg_sleep(600)") => panic!("sleeps"),
        () = std::future::ready(()) => {}
    }
    drop(transaction);
    drop(reader);
    assert_ne!(pid(&mut pool.get().await.expect("connects")).await, first);
    // And the server does not go on with it for an hour.
    until_nobody_sleeps(&server).await;
}

#[tokio::test]
async fn a_closed_connection_is_replaced_and_a_reused_one_costs_nothing() {
    let server = TestServer::plain();
    let pool = Pool::new(server.conninfo(""), 1).expect("pool");
    let mut reader = pool.get().await.expect("connects");
    let transaction = reader.begin_read().await.expect("begins");
    // Its own end: the answer is the end of the connection.
    transaction.rows("SELECT pg_terminate_backend(pg_backend_pid())").await.expect_err("ended");
    drop(transaction);
    drop(reader);
    let started = Instant::now();
    assert!(pool.get().await.is_ok());
    let opened = started.elapsed();
    let started = Instant::now();
    let rounds: u32 = 1000;
    for _ in 0..rounds {
        pool.get().await.expect("lends");
    }
    println!("opening {opened:?}, lending again {:?}", started.elapsed() / rounds);
}
