//! Drift of every kind, planted on one side, is found, and nothing else.

use std::collections::BTreeSet;

use pgdeck::core::drift::{
    compare,
    record::{Record, State},
};

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
        let (mut read, mut differed) = (fields(&before), BTreeSet::new());
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
            read.extend(fields(&after));
            let differences = compare(&before, &after).differences;
            differed.extend(differences.iter().filter_map(|one| Some((one.kind.word(), one.field.clone()?))));
            let found: Vec<String> = differences.iter().map(told).collect();
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
        // What is read and never differs here could be read wrong, and nobody would notice.
        let none = |(kind, field): &&(&str, String)| {
            list::NEVER.iter().any(|(of, fields)| of == kind && fields.contains(&field.as_str()))
                || list::SINCE.iter().any(|(of, name, since)| of == kind && name == field && *since > major)
        };
        let never: Vec<_> = read.difference(&differed).filter(|one| !none(one)).collect();
        assert!(never.is_empty(), "PostgreSQL {}: nothing planted differs in {never:?}", server.version());
    }
}

/// What is read of the objects of `state`, by kind.
fn fields(state: &State) -> BTreeSet<(&'static str, String)> {
    let names = |record: &Record| -> Vec<(&'static str, String)> {
        let word = record.key.kind.word();
        record.fields.keys().chain(record.texts.keys()).map(|name| (word, name.clone())).collect()
    };
    state.records.iter().flat_map(names).collect()
}
