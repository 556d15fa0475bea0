use super::*;
use crate::core::{
    migrations::{
        folder::{Found, read},
        history::{Applied, Tool},
        style::Style,
    },
    name::QName,
};

/// The plan of a folder of three files where `applied` ran.
fn planned(applied: Vec<Applied>) -> Plan {
    planned_in("1/1", applied)
}

fn planned_in(database: &str, applied: Vec<Applied>) -> Plan {
    let found = |path: &str| Found {
        path: path.into(),
        content: Ok(format!("CREATE TABLE {} (id int);", &path[4..5]).into_bytes()),
    };
    let folder = read("m", ["001_a.sql", "002_b.sql", "003_c.sql"].map(found).to_vec(), Some(Style::Supabase));
    let history = History {
        tool: Tool::Supabase,
        table: QName::new("supabase_migrations", "schema_migrations"),
        project: None,
        applied,
        reverted: Vec::new(),
        baseline: None,
        current_only: false,
    };
    let histories = Histories { read: vec![history], database: database.into(), ..Histories::default() };
    plan(("project", "here"), Arc::new(folder), &histories, &[], &Choice::default()).expect("plan")
}

fn ran(version: &str, name: &str) -> Applied {
    Applied { version: Some(version.into()), name: Some(name.into()), ..Applied::default() }
}

/// Two plans that would do the same are two where the histories said something else: whoever agreed to one did not see the
/// other.
#[test]
fn a_digest_tells_what_the_histories_said() {
    let first = planned(vec![ran("001", "a")]);
    assert_eq!((first.steps.len(), &first.digest), (2, &planned(vec![ran("001", "a")]).digest));
    for applied in [vec![ran("001", "other")], vec![ran("000", "before"), ran("001", "a")]] {
        let other = planned(applied);
        assert_eq!(other.steps, first.steps);
        assert_eq!((other.creates, &other.recorder), (first.creates, &first.recorder));
        assert_ne!(other.digest, first.digest);
        assert!(first.known.other(&other.known, &[]).is_some());
        assert!(other.known.other(&first.known, &[]).is_some(), "what was there and is gone");
    }
}

/// Another database under the name of this environment.
#[test]
fn a_digest_tells_the_database() {
    assert_ne!(planned_in("1/2", vec![ran("001", "a")]).digest, planned(vec![ran("001", "a")]).digest);
}
