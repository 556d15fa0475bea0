//! Which database an environment's name leads to: the system identifier of its cluster and its OID in there, `/` between
//! them, `?` for what a role may not read.

use super::{
    error::{Error, Result},
    journal::{Action, Entry, Outcome, Run},
};

/// The system identifier that initdb gave to the cluster (a standby has its primary's) and the database's OID in it.
pub const WHOLE: &str =
    "SELECT pg_catalog.concat_ws('/', (SELECT system_identifier FROM pg_catalog.pg_control_system()),
  (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()))";

/// The best that a role without the right to call `pg_control_system` can say.
pub const PART: &str = "SELECT pg_catalog.concat_ws('/', '?', oid) FROM pg_catalog.pg_database
  WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()";

/// Whether two identities may be of one database: what either cannot say, differs in nothing.
pub fn may_be_one(one: &str, other: &str) -> bool {
    let (Some(one), Some(other)) = (one.split_once('/'), other.split_once('/')) else { return false };
    let same_cluster = one.0 == other.0 || one.0 == "?" || other.0 == "?";
    same_cluster && one.1 == other.1
}

/// The database that `environment` led to when something was written last, and the run that wrote. `runs` are the newest
/// first.
pub fn known<'a>(runs: &'a [Run], environment: &str) -> Option<(&'a str, &'a str)> {
    let wrote = |entry: &Entry| entry.database.is_some() && entry.outcome != Outcome::RolledBack;
    let says = |entry: &&Entry| wrote(entry) || entry.action == Action::Forget;
    let newest = runs.iter().map(|run| &run.last).find(|entry| entry.environment == environment && says(entry))?;
    Some((newest.database.as_deref()?, &newest.run))
}

/// Refuses to write `environment` where it leads to another database than when it was written last.
///
/// # Errors
/// `Refused`, with the run that wrote the other one.
pub fn check(runs: &[Run], environment: &str, database: &str) -> Result<()> {
    match known(runs, environment) {
        Some((before, run)) if !may_be_one(before, database) => Err(Error::refused(format!(
            "this is another database ({database}) than the one that run {run} wrote ({before})"
        ))
        .env(environment)
        .hint(format!(
            "give the environment its address back; if it was changed on purpose: pgdeck env forget {environment}"
        ))),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_role_may_not_read_is_no_difference() {
        assert!(may_be_one("7/5", "7/5") && may_be_one("?/5", "7/5") && may_be_one("7/5", "?/5"));
        assert!(!may_be_one("7/5", "8/5") && !may_be_one("7/5", "7/6") && !may_be_one("?/5", "7/6"));
        assert!(!may_be_one("", "7/5") && !may_be_one("", ""));
    }
}
