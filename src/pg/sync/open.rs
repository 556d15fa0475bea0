//! The first round trip: a snapshot, the catalogue, and what both servers have in common.

use tokio::try_join;

use super::{Operators, operators};
use crate::{
    core::{
        error::{Error, Result},
        schema::Catalog,
        sync::{declared::declare, set::Sets, sql::HANDSHAKE},
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
    let tx = connection.begin_read_unconfirmed();
    let (common, mut catalog, operators) = try_join!(handshake(&tx), catalog::read(&tx), operators(&tx))?;
    let (hashes, utf8) = common;
    declare(&mut catalog, sets);
    Ok((tx, Opened { catalog, operators, hashes, utf8 }))
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
