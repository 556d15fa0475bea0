//! The example `introalignment`: what the audit finds in each environment is what its README says, and what is recorded
//! of migrations is what ran.

use std::collections::BTreeSet;

use pgdeck::app::demo::Demo;
use tokio_postgres::Client;

use crate::trackpay::{audited, connect, differences, example, programs};

const NAME: &str = "introalignment";
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/introalignment");

/// What is open in production, sorted: (check, object), with the part where there is one.
const BEHIND: &[&str] = &[
    "FK01 public.match_feedback (match_feedback_match_id_fkey)",
    "FK02 invoices (payment_method_id)",
    "FK02 invoices (subscription_id)",
    "FK02 payment_methods (profile_id)",
    "FK02 usage_tracking (profile_id)",
    "FK02 user_subscriptions (plan_id)",
    "FK02 user_subscriptions (profile_id)",
    "FV07 public.has_feature(text)",
    "IX06 matches_status_idx",
    "IX06 user_subscriptions_current_key",
    "TK04 public.invoices",
    "TK04 public.payment_methods",
    "TK04 public.subscription_plans",
    "TK04 public.usage_tracking",
    "TK04 public.user_subscriptions",
];

async fn superuser(demo: &Demo, environment: &str, dbname: &str) -> Client {
    let (_, server) = demo.servers.iter().find(|(name, _)| name == environment).unwrap();
    connect(&server.url(dbname)).await
}

/// The open findings of `environment`, sorted, and how many are accepted.
async fn findings(demo: &Demo, environment: &str) -> (Vec<String>, usize) {
    let audit = audited(demo, environment).await.audit;
    let open = audit.findings.iter().filter(|finding| finding.accepted.is_none());
    let mut lines: Vec<String> = open
        .map(|finding| match &finding.part {
            Some(part) => format!("{} {} ({part})", finding.check, finding.object),
            None => format!("{} {}", finding.check, finding.object),
        })
        .collect();
    lines.sort();
    (lines, audit.summary().accepted)
}

/// What is recorded: (version, name, statements), in order.
async fn history(client: &Client) -> Vec<(String, String, Vec<String>)> {
    let sql = "SELECT version, name, statements FROM supabase_migrations.schema_migrations ORDER BY version";
    let rows = client.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

/// Text without white space and without what ends statements.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && *c != ';').collect()
}

fn file(folder: &str, version: &str, name: &str) -> String {
    std::fs::read_to_string(format!("{FOLDER}/{folder}/{version}_{name}.sql")).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn staging_and_local_are_clean_and_production_lacks_what_it_has_not_run() {
    for pg_bin in programs() {
        let demo = example(NAME, pg_bin).await;
        assert_eq!(findings(&demo, "local").await, (Vec::new(), 3));
        assert_eq!(findings(&demo, "staging").await, (Vec::new(), 3));
        let behind = BEHIND.iter().map(|line| (*line).to_owned()).collect();
        assert_eq!(findings(&demo, "production").await, (behind, 3));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_is_what_ran() {
    for pg_bin in programs() {
        let demo = example(NAME, pg_bin).await;
        let staging = superuser(&demo, "staging", NAME).await;
        let recorded = history(&staging).await;
        assert_eq!(recorded.len(), 19);
        for (version, name, statements) in &recorded {
            assert_eq!(bare(&statements.concat()), bare(&file("migrations", version, name)), "{version}_{name}");
        }

        // Each statement on its own, in a database that has nothing yet.
        staging.batch_execute("CREATE DATABASE again").await.unwrap();
        let again = superuser(&demo, "staging", "again").await;
        for statement in recorded.iter().flat_map(|(.., statements)| statements) {
            again.batch_execute(statement).await.unwrap_or_else(|error| panic!("{error:?}\n{statement}"));
        }
        assert_eq!(differences(&staging, &again).await, Vec::<String>::new());

        let production = superuser(&demo, "production", NAME).await;
        let mut ran = history(&production).await;
        assert_eq!((ran.len(), ran[16].0.as_str()), (17, "017"));
        ran.retain(|(version, name, statements)| {
            bare(&statements.concat()) != bare(&file("migrations", version, name))
        });
        let [(version, name, statements)] = ran.as_slice() else { panic!("{ran:#?}") };
        assert_eq!(version, "011");
        assert_eq!(bare(&statements.concat()), bare(&file("ran/production", version, name)));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn local_has_no_history_and_all_that_staging_has_and_a_column_of_its_own() {
    for pg_bin in programs() {
        let demo = example(NAME, pg_bin).await;
        let (local, staging) = (superuser(&demo, "local", NAME).await, superuser(&demo, "staging", NAME).await);
        let tables = "SELECT count(*) FROM pg_class WHERE relname LIKE '%migrations%'";
        assert_eq!(local.query_one(tables, &[]).await.unwrap().get::<_, i64>(0), 0);
        let left: BTreeSet<_> = differences(&local, &staging).await.into_iter().collect();
        assert_eq!(left, BTreeSet::from(["profiles.pronouns f text".to_owned()]));
    }
}

#[test]
fn the_readme_names_every_finding_of_production() {
    let readme = include_str!("../../examples/introalignment/README.md");
    for line in BEHIND {
        let (check, object) = line.split_once(' ').unwrap();
        let name = object.trim_start_matches("public.").split(' ').next().unwrap();
        let row = |row: &&str| row.starts_with(&format!("| {check} ")) && (check == "FK02" || row.contains(name));
        assert!(readme.lines().any(|line| row(&line)), "{line}");
    }
}
