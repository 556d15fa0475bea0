//! Which database a session is in, whatever its environment is called.

use super::{connect::Transaction, query};
use crate::core::{
    database::{PART, WHOLE, may_be_one},
    error::{Error, Result},
};

/// A text that no other database has: the cluster's system identifier and the database's OID.
pub async fn identity(tx: &Transaction<'_>) -> Result<String> {
    let (whole, part) = tokio::join!(query::attempt(tx, query::scalar(tx, WHOLE, &[])), query::scalar(tx, PART, &[]));
    Ok(match whole? {
        Ok(whole) => whole.unwrap_or_default(),
        Err(_) => part?.unwrap_or_default(),
    })
}

/// # Errors
/// `Refused` where this session is not in `database`.
pub(super) async fn same_database(tx: &Transaction<'_>, database: &str) -> Result<()> {
    let here = identity(tx).await?;
    if may_be_one(&here, database) {
        return Ok(());
    }
    Err(Error::refused(format!("this is another database ({here}) than the one that it is about ({database})")).hint(
        "an environment's name leads to another server or database now: give it its address back, or review again",
    ))
}
