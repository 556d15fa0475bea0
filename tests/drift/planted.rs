//! Drift of every kind, planted on one side, is found, and nothing else.

use pgdeck::core::drift::compare;

use crate::support::{LIBRARY, majors, told};

mod list;

#[tokio::test]
async fn every_kind_of_drift_is_found_and_nothing_else() {
    for server in majors().await {
        let major: u32 = server.version().split('.').next().unwrap().parse().unwrap();
        server.database("library", LIBRARY).await;
        server.database("planted", LIBRARY).await;
        server.run("postgres", "ALTER DATABASE planted IS_TEMPLATE true").await;
        let before = server.state("library", "postgres").await;
        let mut wrong = Vec::new();
        for (at, (since, sql, expected)) in list::PLANTED.iter().enumerate() {
            if *since > major {
                continue;
            }
            let name = format!("planted_{at}");
            server.run("postgres", &format!("CREATE DATABASE {name} TEMPLATE planted")).await;
            if let Err(error) = server.try_run(&name, sql).await {
                wrong.push(error);
                continue;
            }
            let after = server.state(&name, "postgres").await;
            server.run("postgres", &format!("DROP DATABASE {name} WITH (FORCE)")).await;
            let found: Vec<String> = compare(&before, &after).differences.iter().map(told).collect();
            let fits = |(found, expected): (&String, &&str)| match expected.strip_suffix('…') {
                Some(start) => found.starts_with(start),
                None => found == expected,
            };
            if found.len() != expected.len() || !found.iter().zip(*expected).all(fits) {
                wrong.push(format!("{sql}\n  expected {expected:#?}\n  found {found:#?}"));
            }
            let back: Vec<_> = compare(&after, &before).differences.iter().map(|other| other.object.clone()).collect();
            assert_eq!(back.len(), found.len(), "{sql}: the other way round {back:?}");
        }
        assert!(wrong.is_empty(), "PostgreSQL {}:\n{}", server.version(), wrong.join("\n"));
    }
}
