//! The example `trackpay`: staging is as it should be; in production the audit finds what was planted there and nothing
//! else, and both the SQL that findings print and the README's bring it back.
//!
//! Which checks are asked depends on which there are: whoever adds one is measured here without a further line.

use std::{collections::BTreeSet, path::PathBuf};

use pgdeck::{
    app::{
        audit::{self, Audited},
        demo::{self, Demo, Options},
        job::Job,
    },
    core::audit::{Finding, check},
    pg::server::Programs,
};
use tokio_postgres::{Client, NoTls};

/// What `production_mistakes.sql` plants: (check, object, part), as a finding names them. A part is written where the
/// check finds one of several things of the object.
const PLANTED: &[(&str, &str, Option<&str>)] = &[
    ("FK01", "public.trackpay_payments", Some("trackpay_payments_client_id_fkey")),
    ("FK01", "public.trackpay_requests", Some("trackpay_requests_session_id_fkey")),
    ("FK02", "public.trackpay_relationships", None),
    ("FK03", "public.trackpay_invites", Some("trackpay_invites_client_id_fkey")),
    ("FK04", "public.trackpay_activities", Some("trackpay_activities_session_id_fkey")),
    ("FK05", "public.trackpay_sessions", Some("trackpay_sessions_client_id_fkey")),
    ("RL01", "public.trackpay_relationship_audit", None),
    ("RL03", "public.trackpay_activities", None),
    ("RL06", "public.trackpay_requests", Some("requests_decline")),
    ("RL15", "public.trackpay_invites", None),
    ("FV01", "public.trackpay_set_updated_at()", None),
    ("FV03", "public.trackpay_balances", None),
    ("FV07", "public.delete_client_relationship_safely(uuid)", None),
    ("IX01", "public.trackpay_requests", Some("trackpay_requests_open_session_key")),
    ("SQ01", "public.trackpay_activities_number_seq", None),
];

/// What both environments have on purpose: (check, object, why). `pgdeck.toml` can accept it once there is such a check.
const ON_PURPOSE: &[(&str, &str, &str)] = &[
    ("RL19", "service_role", "the app's own server needs it, and nobody signs in as it"),
    ("RL19", "auditor", "counts need all rows, and nobody signs in as it"),
];

/// Where the server programs are, for each of `PGDECK_TEST_MAJORS`; else those that are found.
pub fn programs() -> impl Iterator<Item = Option<PathBuf>> {
    let majors = env("PGDECK_TEST_MAJORS").unwrap_or_default();
    let named = |major: &str| Programs::of_major(major.parse().unwrap(), &env, &|line| eprintln!("{line}"));
    let one = |major: &str| match named(major) {
        Ok(programs) => Some(Some(programs.bin().to_path_buf())),
        Err(error) => {
            eprintln!("PostgreSQL {major} is not tested: {error}");
            None
        }
    };
    let folders: Vec<_> = majors.split_whitespace().filter_map(one).collect();
    if majors.trim().is_empty() { vec![None] } else { folders }.into_iter()
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// An example, started by its own loader.
pub async fn example(name: &str, pg_bin: Option<PathBuf>) -> Demo {
    let options = Options { example: Some(name.into()), pg_bin, keep: None };
    demo::start(&options, &Job::quiet(), &env).await.unwrap()
}

/// What the audit says of one environment, where it sees all of it.
pub async fn audited(example: &Demo, environment: &str) -> Audited {
    let audited = audit::audit(&example.deck, &Job::quiet(), environment, &[]).await.unwrap();
    assert_eq!(audited.audit.unseen, [], "the operator's role sees all of {environment}");
    audited
}

/// What is neither accepted nor there on purpose, as lines, sorted.
fn open(audited: &Audited) -> Vec<String> {
    let mut lines: Vec<String> = wrong(audited).map(named).collect();
    lines.sort();
    lines
}

fn wrong(audited: &Audited) -> impl Iterator<Item = &Finding> {
    let on_purpose = |finding: &Finding| {
        ON_PURPOSE.iter().any(|(check, object, _)| (*check, *object) == (finding.check, finding.object.as_str()))
    };
    audited.audit.findings.iter().filter(move |finding| finding.accepted.is_none() && !on_purpose(finding))
}

/// A finding as `PLANTED` writes it; with its part only where that is written there for this check.
fn named(finding: &Finding) -> String {
    let with_part = PLANTED.iter().any(|(check, _, part)| *check == finding.check && part.is_some());
    line(finding.check, &finding.object, finding.part.as_deref().filter(|_| with_part))
}

fn line(check: &str, object: &str, part: Option<&str>) -> String {
    part.map_or_else(|| format!("{check} {object}"), |part| format!("{check} {object} ({part})"))
}

/// What has to be found on this server: what was planted, by the checks that there are.
fn expected(audited: &Audited) -> Vec<String> {
    let runs = |id: &str| check(id).is_some() && audited.audit.skipped.iter().all(|skipped| skipped.id != id);
    let mut lines: Vec<String> =
        PLANTED.iter().filter(|(id, ..)| runs(id)).map(|(id, object, part)| line(id, object, *part)).collect();
    lines.sort();
    lines
}

/// Whether a person has to decide: nothing to run.
fn is_advice(sql: &str) -> bool {
    sql.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with("--"))
}

async fn superuser(example: &Demo, environment: &str) -> Client {
    let (_, server) = example.servers.iter().find(|(name, _)| name == environment).unwrap();
    connect(&server.url("trackpay")).await
}

/// A connection to `url`.
pub async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

/// Runs statements one by one, as psql does, each ended by `;` at the end of a line.
async fn run(client: &Client, sql: &str) {
    let mut statement = String::new();
    for line in sql.lines() {
        statement.push_str(line);
        statement.push('\n');
        if line.ends_with(';') && !line.starts_with("--") {
            let ran = client.batch_execute(&statement).await;
            ran.unwrap_or_else(|error| panic!("{:?}\n{statement}", error.as_db_error()));
            statement.clear();
        }
    }
    assert!(is_advice(&statement), "this does not end: {statement}");
}

/// What both environments are to have in common, a line each.
const CATALOGUE: &str = "
    SELECT format('%s %s %s', conrelid::regclass, conname, pg_get_constraintdef(oid))
    FROM pg_constraint WHERE contype = 'f' AND connamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s %s %s', oid::regclass, relrowsecurity, relforcerowsecurity, reloptions)
    FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v')
    UNION ALL SELECT format('%s.%s %s %s', c.oid::regclass, attname, attnotnull, format_type(atttypid, atttypmod))
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'v') AND attnum > 0
    UNION ALL SELECT format('%s %s %s', c.oid::regclass, grantee::regrole, privilege_type)
    FROM pg_class c, aclexplode(relacl) WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s', tablename, pg_policies) FROM pg_policies
    UNION ALL SELECT format('%s %s %s', p.oid::regprocedure, proconfig, prosecdef)
    FROM pg_proc p WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s %s %s', p.oid::regprocedure, grantee, privilege_type)
    FROM pg_proc p, aclexplode(proacl) WHERE pronamespace = 'public'::regnamespace AND grantee <> 0
    UNION ALL SELECT format('%s %s %s', indrelid::regclass, indisvalid, pg_get_indexdef(indexrelid))
    FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT format('%s nearly used up: %s', sequencename, coalesce(last_value > 0.9 * max_value, false))
    FROM pg_sequences";

/// What only one of the environments has.
pub async fn differences(staging: &Client, production: &Client) -> Vec<String> {
    let mut sides = Vec::new();
    for client in [staging, production] {
        let rows = client.query(CATALOGUE, &[]).await.unwrap();
        sides.push(rows.iter().map(|row| row.get::<_, String>(0)).collect::<BTreeSet<_>>());
    }
    sides[0].symmetric_difference(&sides[1]).cloned().collect()
}

/// The README, between two marks.
fn readme<'a>(from: &str, to: &str) -> &'a str {
    let text = include_str!("../../examples/trackpay/README.md");
    let (_, rest) = text.split_once(from).unwrap();
    rest.split_once(to).unwrap().0
}

#[tokio::test(flavor = "multi_thread")]
async fn staging_is_clean_and_production_has_what_was_planted_and_nothing_else() {
    for pg_bin in programs() {
        let example = example("trackpay", pg_bin).await;
        let staging = audited(&example, "staging").await;
        assert_eq!(open(&staging), Vec::<String>::new(), "{:#?}", staging.audit.findings);
        assert_eq!(staging.audit.notes, Vec::<String>::new());
        let production = audited(&example, "production").await;
        assert_eq!(open(&production), expected(&production), "{:#?}", production.audit.findings);
        for finding in wrong(&production) {
            assert!(!finding.fix.is_empty(), "{finding:#?}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_the_findings_print_mends_production() {
    for pg_bin in programs() {
        let example = example("trackpay", pg_bin).await;
        let client = superuser(&example, "production").await;
        let production = audited(&example, "production").await;
        for finding in wrong(&production) {
            run(&client, &finding.fix).await;
        }
        let after = audited(&example, "production").await;
        assert_eq!(open(&after), Vec::<String>::new(), "{:#?}", after.audit.findings);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_readme_brings_production_back_and_leaves_nothing() {
    for pg_bin in programs() {
        let example = example("trackpay", pg_bin).await;
        let staging = superuser(&example, "staging").await;
        let production = superuser(&example, "production").await;
        let version: String = production.query_one("SHOW server_version_num", &[]).await.unwrap().get(0);
        let is_newer = |check: &str| check.starts_with("FV03") && version.parse::<u32>().unwrap() < 150_000;
        let before = differences(&staging, &production).await;
        for (check, object, _) in PLANTED.iter().filter(|(check, ..)| !is_newer(check)) {
            let name = object.trim_start_matches("public.");
            assert!(before.iter().any(|line| line.contains(name)), "{check} {name} is not planted: {before:#?}");
        }
        // Each step begins with a comment that names its check.
        let steps = format!("\n{}", readme("\n```sql\n", "\n```\n\n## Try it"));
        for step in steps.split("\n-- ").skip(1).filter(|step| !is_newer(step)) {
            run(&production, step.split_once('\n').unwrap().1).await;
        }
        let after = audited(&example, "production").await;
        assert_eq!(open(&after), Vec::<String>::new(), "{:#?}", after.audit.findings);
        // More numbers than staging has, and an index that staging never had.
        let meant = ["trackpay_activities.number ", "trackpay_requests_open_session_key"];
        let mut left = differences(&staging, &production).await;
        left.retain(|line| !meant.iter().any(|name| line.contains(name)));
        assert_eq!(left, Vec::<String>::new());
    }
}

#[test]
fn the_readme_lists_each_mistake_once() {
    let table = readme("| check | object | mistake | the way back |\n", "\n```sql");
    let cell = |line: &str, at: usize| line.split('|').nth(at).map(|cell| cell.trim().to_owned());
    let rows = table.lines().skip(1).filter(|line| line.starts_with('|'));
    let listed: Vec<_> = rows.map(|line| (cell(line, 1).unwrap(), cell(line, 2).unwrap())).collect();
    let planted: Vec<&str> = PLANTED.iter().map(|(check, ..)| *check).collect();
    assert_eq!(listed.iter().map(|(check, _)| check.as_str()).collect::<Vec<_>>(), planted);
    for ((_, shown), (_, object, _)) in listed.iter().zip(PLANTED) {
        assert!(shown.contains(object.trim_start_matches("public.")), "{shown} is not {object}");
    }
    let objects: BTreeSet<_> = listed.iter().collect();
    assert_eq!(objects.len(), listed.len(), "one of them is listed twice");
}
