//! What a role cannot see is said, and never taken for equal.

use std::collections::BTreeSet;

use pgdeck::core::drift::{Kind, compare};

use crate::support::{LIBRARY, majors};

/// A catalogue, and a kind that cannot be told without it.
const NEEDED: [(&str, Kind); 14] = [
    ("pg_extension", Kind::Extension),
    ("pg_enum", Kind::Enum),
    ("pg_sequence", Kind::Sequence),
    ("pg_inherits", Kind::Table),
    ("pg_attrdef", Kind::Column),
    ("pg_constraint", Kind::Constraint),
    ("pg_index", Kind::Index),
    ("pg_proc", Kind::Function),
    ("pg_trigger", Kind::Trigger),
    ("pg_rewrite", Kind::Rule),
    ("pg_policy", Kind::Policy),
    ("pg_default_acl", Kind::DefaultPrivileges),
    ("pg_event_trigger", Kind::EventTrigger),
    ("pg_description", Kind::Schema),
];

#[tokio::test]
async fn a_role_without_rights_sees_the_same_schema() {
    for server in majors().await {
        server.database("library", LIBRARY).await;
        let (all, little) = (server.state("library", "postgres").await, server.state("library", "watcher").await);
        assert!(compare(&all, &little).is_none(), "{}", server.version());
    }
}

#[tokio::test]
async fn what_is_kept_from_a_role_is_neither_equal_nor_different() {
    for server in majors().await {
        let version = server.version();
        server.database("library", LIBRARY).await;
        let all = server.state("library", "postgres").await;
        for (catalog, kind) in NEEDED {
            server.run("library", &format!("REVOKE SELECT ON pg_catalog.{catalog} FROM PUBLIC")).await;
            let kept = server.state("library", "watcher").await;
            server.run("library", &format!("GRANT SELECT ON pg_catalog.{catalog} TO PUBLIC")).await;
            let kinds: BTreeSet<Kind> = kept.unseen.keys().copied().collect();
            assert!(kinds.contains(&kind), "{version} {catalog}: {kinds:?}");
            assert_eq!(kept.unseen[&kind], format!("watcher may not read {catalog}"));
            for drift in [compare(&all, &kept), compare(&kept, &all)] {
                assert_eq!(drift.differences, [], "{version} {catalog}");
                assert!(!drift.is_none(), "{version} {catalog}");
                assert_eq!(drift.unseen.iter().map(|unseen| unseen.kind).collect::<BTreeSet<_>>(), kinds);
            }
        }
    }
}
