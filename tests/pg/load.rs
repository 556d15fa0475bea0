//! Scripts of the examples: a mistake names its line, and one that must fail has to fail as it says.

use pgdeck::pg::server::{Programs, Server, load};

fn start() -> Server {
    let vars = |name: &str| std::env::var(name).ok();
    Server::start(&Programs::find(None, &vars, &|line| eprintln!("{line}")).unwrap(), "load", None).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_must_fail_fails_as_it_says_or_the_load_does() {
    let server = start();
    let table = ("table", "CREATE TABLE t (a int); INSERT INTO t VALUES (1), (1)");
    let index = "CREATE UNIQUE INDEX CONCURRENTLY t_a_key ON t (a)";
    let fails = format!("-- must fail: 23505\n{index}");
    load(&server, "as_said", &[table, ("index", &fails), ("there", "SELECT 't_a_key'::regclass")]).await.unwrap();

    let other = format!("-- must fail: 23503\n{index}");
    let error = load(&server, "otherwise", &[table, ("index", &other)]).await.unwrap_err();
    assert!(error.to_string().contains("could not create unique index"), "{error}");

    let error = load(&server, "not_at_all", &[("fine", "-- must fail: 23505\nSELECT 1")]).await.unwrap_err();
    assert!(error.to_string().contains("fine: this was to fail with 23505, and did not"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mistake_names_its_script_and_line() {
    let error = load(&start(), "wrong", &[("a.sql", "SELECT 1;\nSELECT nothing_such;")]).await.unwrap_err();
    assert_eq!(error.place.as_deref(), Some("a.sql:2"), "{error}");
}
