//! The first round trip: a snapshot, the catalogue, and what both servers have in common.

use tokio::try_join;

use super::{Operators, operators, preflight::write_rules};
use crate::{
    core::{
        error::{Error, Result},
        name::QName,
        schema::Catalog,
        sync::{declared::declare, preflight::Rules, set::Sets, sql::HANDSHAKE},
    },
    pg::{
        catalog,
        connect::{Connection, Transaction},
        query,
    },
};

/// What is known of a side once its snapshot is open.
#[derive(Debug, Clone)]
pub struct Opened {
    /// What the server asks of rows that are written.
    pub rules: Rules,
    /// Its tables.
    pub catalog: Catalog,
    /// The equality operators, by type.
    pub operators: Operators,
    /// What its `hashtextextended` makes of fixed texts.
    pub hashes: String,
    /// Whether the database is encoded in UTF-8, so that its bytes sort as ours.
    pub utf8: bool,
}

/// Opens a snapshot and reads the catalogue, in one round trip; the references that `sets` declare are in it like
/// foreign keys.
pub async fn open<'a>(connection: &'a mut Connection, sets: &Sets) -> Result<(Transaction<'a>, Opened)> {
    open_for(connection, sets, &[]).await
}

/// The same for the side that a review is to change: with the rules that rows of the sets' tables are written under.
pub async fn open_target<'a>(connection: &'a mut Connection, sets: &Sets) -> Result<(Transaction<'a>, Opened)> {
    open_for(connection, sets, &sets.tables()).await
}

async fn open_for<'a>(
    connection: &'a mut Connection,
    sets: &Sets,
    written: &[QName],
) -> Result<(Transaction<'a>, Opened)> {
    let tx = connection.begin_read_unconfirmed();
    let (common, mut catalog, operators, rules) =
        try_join!(handshake(&tx), catalog::read(&tx), operators(&tx), write_rules(&tx, written))?;
    let (hashes, utf8) = common;
    declare(&mut catalog, sets);
    Ok((tx, Opened { rules, catalog, operators, hashes, utf8 }))
}

/// Also shows that the transaction is what it was begun as.
async fn handshake(tx: &Transaction<'_>) -> Result<(String, bool)> {
    let mut answer: Vec<String> = Vec::new();
    query::for_each(tx, HANDSHAKE, &[], |fields| {
        answer = fields.iter().map(|field| field.unwrap_or_default().to_owned()).collect();
    })
    .await?;
    match answer.as_slice() {
        [hashes, encoding, isolation, read_only] if isolation == "repeatable read" && read_only == "on" => {
            Ok((hashes.clone(), encoding == "UTF8"))
        }
        _ => Err(Error::refused("the server did not open a read-only snapshot").hint("connect without the pooler")),
    }
}
