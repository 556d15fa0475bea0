//! The first round trip: a snapshot, the catalogue, and what both servers have in common.

use tokio::try_join;

use super::{Operators, operators, preflight::write_rules};
use crate::{
    core::{
        error::{Error, Result},
        name::QName,
        schema::Catalog,
        settings::REFUSED,
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
    /// Its encoding, as PostgreSQL names it.
    pub encoding: String,
    /// Why nothing can be written there; `None` as far as is known.
    pub read_only: Option<&'static str>,
}

impl Opened {
    /// Whether both servers make one hash of one text.
    pub fn hashes_like(&self, other: &Opened) -> bool {
        self.hashes == other.hashes && self.encoding == other.encoding
    }
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
    let Handshake { hashes, encoding, read_only } = common;
    declare(&mut catalog, sets);
    let utf8 = encoding == "UTF8";
    Ok((tx, Opened { rules, catalog, operators, hashes, utf8, encoding, read_only }))
}

struct Handshake {
    hashes: String,
    encoding: String,
    read_only: Option<&'static str>,
}

/// Also shows that the transaction is what it was begun as.
async fn handshake(tx: &Transaction<'_>) -> Result<Handshake> {
    let mut answer: Vec<String> = Vec::new();
    query::for_each(tx, HANDSHAKE, &[], |fields| {
        answer = fields.iter().map(|field| field.unwrap_or_default().to_owned()).collect();
    })
    .await?;
    let [hashes, encoding, isolation, read_only, standby, role, damaged @ ..] = answer.as_slice() else {
        return Err(no_snapshot());
    };
    if isolation != "repeatable read" || read_only != "on" {
        return Err(no_snapshot());
    }
    for (setting, value) in REFUSED.iter().filter(|setting| setting.name != "session_replication_role").zip(damaged) {
        if setting.value == value {
            return Err(setting.error());
        }
    }
    let read_only = match (standby.as_str(), role.as_str()) {
        ("true", _) => Some("the server is a standby"),
        (_, "true") => Some("the target is read-only for this role (default_transaction_read_only)"),
        _ => None,
    };
    Ok(Handshake { hashes: hashes.clone(), encoding: encoding.clone(), read_only })
}

fn no_snapshot() -> Error {
    Error::refused("the server did not open a read-only snapshot").hint("connect without the pooler")
}
