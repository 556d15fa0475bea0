//! What of an environment is around its migrations.

use serde::Deserialize;

use crate::{
    core::{
        error::{Error, Result},
        name::QName,
    },
    pg::{connect::Transaction, query},
};

/// What of an environment has to be there before migrations can be replayed as they ran in it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Surroundings {
    /// The names of all roles but the server's own.
    pub roles: Vec<String>,
    /// Who runs migrations there: the owner of the history, else of the database.
    pub runner: String,
}

/// Reads the names of the roles, and who runs migrations; `history` is the table in which that is kept.
///
/// # Errors
/// The server's own.
pub async fn surroundings(tx: &Transaction<'_>, history: Option<&QName>) -> Result<Surroundings> {
    let names = [history.map(|table| table.schema.as_str()), history.map(|table| table.name.as_str())];
    let json = query::scalar(tx, include_str!("../sql/migrations/surroundings.sql"), &names).await?;
    serde_json::from_str(json.as_deref().unwrap_or("null"))
        .map_err(|error| Error::server(format!("the server's catalogue is not as expected: {error}")))
}
