//! Nothing is invented: the same schema by another order, another owner or another version is the same.

use pgdeck::core::drift::{Drift, compare};

use crate::support::{LIBRARY, LIBRARY_OTHERWISE, between, majors, told};

/// Everything by a role that may just do that.
fn by_another_role() -> String {
    format!(
        "GRANT CREATE ON DATABASE otherwise TO builder; GRANT editor TO builder; SET ROLE builder;\n{LIBRARY_OTHERWISE}"
    )
}

fn nothing(drift: &Drift, between: &str) {
    let told: Vec<_> = drift.differences.iter().map(told).collect();
    assert!(drift.is_none(), "{between}: {told:#?} {:#?} {:?}", drift.unclear, drift.unseen);
}

#[tokio::test]
async fn order_owner_and_version_make_no_difference() {
    let servers = majors().await;
    let mut states = Vec::new();
    for server in &servers {
        let version = server.version();
        server.database("library", LIBRARY).await;
        server.database("otherwise", &by_another_role()).await;
        // Until 14 every role may create in the schema that comes with a database, which is a difference.
        for database in ["library", "otherwise"] {
            server.run(database, "REVOKE CREATE ON SCHEMA public FROM PUBLIC").await;
            states.push((format!("{database} on {version}"), server.state(database, "postgres").await));
        }
        let urls = (server.url("library", "postgres"), server.url("otherwise", "postgres"));
        nothing(&between(urls.0, urls.1).await.unwrap(), version);
    }
    assert!(states.iter().all(|(_, state)| state.records.len() > 80 && state.unseen.is_empty()));
    for (one, from) in &states {
        for (other, to) in &states {
            nothing(&compare(from, to), &format!("{one} and {other}"));
        }
    }
}

#[tokio::test]
async fn an_environment_is_not_compared_with_itself_nor_with_one_that_there_is_not() {
    let deck = crate::support::deck(&[("one", "postgresql://localhost/one".into())]);
    let job = pgdeck::app::job::Job::quiet();
    for (from, to) in [("one", "one"), ("one", "two"), ("two", "one")] {
        let error = pgdeck::app::drift::drift(&deck, &job, from, to).await.unwrap_err();
        assert_eq!(error.code.exit(), 2, "{error}");
    }
}
