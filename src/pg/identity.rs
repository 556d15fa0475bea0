//! Which database a session is in, whatever its environment is called.

use super::{connect::Transaction, query};
use crate::core::error::Result;

/// The system identifier that initdb gave to the cluster (a standby has its primary's) and the database's OID in it.
const WHOLE: &str = "SELECT pg_catalog.concat_ws('/', (SELECT system_identifier FROM pg_catalog.pg_control_system()),
  (SELECT oid FROM pg_catalog.pg_database WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()))";

/// The best that a role without the right to call `pg_control_system` can say.
const PART: &str = "SELECT pg_catalog.concat_ws('/', '?', oid) FROM pg_catalog.pg_database
  WHERE datname OPERATOR(pg_catalog.=) pg_catalog.current_database()";

/// A text that no other database has: the cluster's system identifier and the database's OID.
pub async fn identity(tx: &Transaction<'_>) -> Result<String> {
    let (whole, part) = tokio::join!(query::attempt(tx, query::scalar(tx, WHOLE, &[])), query::scalar(tx, PART, &[]));
    Ok(match whole? {
        Ok(whole) => whole.unwrap_or_default(),
        Err(_) => part?.unwrap_or_default(),
    })
}

/// Whether two identities may be of one database: what either cannot say, differs in nothing.
pub(super) fn may_be_one(one: &str, other: &str) -> bool {
    let parts = |text: &str| text.split_once('/').map(|(a, b)| (a.to_owned(), b.to_owned()));
    let (Some(one), Some(other)) = (parts(one), parts(other)) else { return false };
    let same_cluster = one.0 == other.0 || one.0 == "?" || other.0 == "?";
    same_cluster && one.1 == other.1
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
