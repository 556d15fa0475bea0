//! Tables as numbers.

use std::collections::BTreeMap;

use super::{blame, kinds::still_tables};
use crate::{
    core::{
        error::Result,
        sync::{
            digest::{Digest, Sum},
            shape::Shape,
            sql::{self, Hashing, Side, Term, Written},
        },
    },
    pg::connect::Transaction,
};

/// The aggregate `bit_xor` came with this version.
const BIT_XOR: u32 = 140_000;

/// Whether the server can make digests; of another one all rows are read.
pub fn has_digests(tx: &Transaction<'_>) -> bool {
    tx.connection().server().version_num >= BIT_XOR
}

/// The digest of every bucket of a table.
pub async fn digest(
    tx: &Transaction<'_>,
    shape: &Shape,
    side: Side,
    terms: &[Term],
    hashing: Hashing,
    buckets: u32,
) -> Result<Digest> {
    let mut out = BTreeMap::new();
    let text = sql::digest(shape, side, terms, hashing, buckets);
    let written = Written::of(shape);
    let read = blame::for_each(tx, &text, &[], &written, |fields| {
        if let [Some(bucket), Some(rows), Some(xor), Some(sum)] = fields
            && let (Ok(bucket), Ok(rows)) = (bucket.parse::<i64>(), rows.parse())
        {
            out.insert(bucket, Sum { rows, xor: (*xor).to_owned(), sum: (*sum).to_owned() });
        }
    });
    let (checked, read) = futures_util::join!(still_tables(tx, shape), read);
    checked?;
    read.map_err(|error| error.object(&shape.table))?;
    Ok(Digest(out))
}
