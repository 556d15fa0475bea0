//! Every check, on every version of the server that is asked for.

use std::time::{Duration, Instant};

use futures_util::{StreamExt, stream};
use pgdeck::core::audit;

use crate::{
    fixture::Fixture,
    support::{Audited, Database, Server, majors},
};

/// How many databases are at work at once.
const SIDE_BY_SIDE: usize = 4;

#[test]
fn every_check_has_its_fixture() {
    let fixtures: Vec<String> = Fixture::all().into_iter().map(|fixture| fixture.id).collect();
    let mut checks: Vec<String> = audit::checks().map(|check| check.id.to_owned()).collect();
    checks.sort();
    assert_eq!(fixtures, checks);
}

/// `PGDECK_TEST_CHECK=FK03` runs one of them.
#[tokio::test(flavor = "multi_thread")]
async fn each_check_finds_what_it_is_about_and_nothing_else_and_its_fix_heals() {
    let one = std::env::var("PGDECK_TEST_CHECK").ok();
    for server in majors() {
        let fixtures = Fixture::all();
        let wanted = fixtures.iter().filter(|fixture| one.as_ref().is_none_or(|id| *id == fixture.id));
        let (alone, together): (Vec<_>, Vec<_>) = wanted.partition(|fixture| fixture.alone);
        let mut failed = Vec::new();
        for fixture in alone {
            failed.extend(prove(&server, fixture).await);
        }
        let proofs = stream::iter(together).map(|fixture| prove(&server, fixture));
        failed.extend(proofs.buffer_unordered(SIDE_BY_SIDE).concat().await);
        assert!(failed.is_empty(), "PostgreSQL {}:\n{}", server.version(), failed.join("\n"));
    }
}

/// What is not as the fixture says, a line each.
async fn prove(server: &Server, fixture: &Fixture) -> Vec<String> {
    let mut wrong = Vec::new();
    let database = Database::create(server, &fixture.id.to_lowercase(), fixture.supabase).await;
    if server.major() < fixture.since {
        let audited = database.audit(&fixture.id, &fixture.project).await;
        let skipped = audited.audit.skipped.iter().any(|check| check.id == fixture.id);
        return if skipped {
            wrong
        } else {
            vec![format!("{}: does not say that it needs a newer server", fixture.id)]
        };
    }
    if let Err(error) = database.run(&fixture.sql).await {
        return vec![format!("{}: the fixture does not run: {error}", fixture.id)];
    }
    let audited = audit_for(&database, fixture, &fixture.finds).await;
    if found(&audited) != fixture.finds || !audited.audit.unseen.is_empty() {
        wrong.push(format!("{}: found {:#?}\nexpected {:#?}", fixture.id, audited.audit, fixture.finds));
    }
    for finding in &audited.audit.findings {
        if finding.detail.is_empty() || finding.detail.contains('\n') || finding.fix.is_empty() {
            wrong.push(format!("{}: not one line, or without a fix: {finding:#?}", fixture.id));
        }
    }
    if !fixture.keeps && wrong.is_empty() {
        for finding in &audited.audit.findings {
            if let Err(error) = database.run(&finding.fix).await {
                wrong.push(format!("{}: the fix does not run: {error}\n{}", fixture.id, finding.fix));
            }
        }
        let left = found(&audit_for(&database, fixture, &fixture.stays).await);
        if left != fixture.stays {
            wrong.push(format!("{}: after its fix there is still {left:?}\n{:#?}", fixture.id, audited.audit.findings));
        }
    }
    wrong
}

/// How long counters may take; before PostgreSQL 15 what is read of them may be half a second old, and what a session
/// counted arrives after its end.
const LATE: Duration = Duration::from_secs(20);

/// Runs the check: once, or until it finds what is expected where that rests on counters.
async fn audit_for(database: &Database, fixture: &Fixture, expected: &[String]) -> Audited {
    let begin = Instant::now();
    loop {
        let audited = database.audit(&fixture.id, &fixture.project).await;
        if !fixture.counters || found(&audited) == expected || begin.elapsed() > LATE {
            return audited;
        }
    }
}

/// What was found, as fixtures write it.
fn found(audited: &Audited) -> Vec<String> {
    let mut found: Vec<String> = audited.audit.findings.iter().map(shown).collect();
    found.sort();
    found
}

/// One of them.
fn shown(finding: &audit::Finding) -> String {
    match &finding.part {
        Some(part) => format!("{} ({part})", finding.object),
        None => finding.object.clone(),
    }
}
