//! Tables as numbers.

use std::collections::BTreeMap;

use super::rows::condition_at_fault;
use crate::{
    core::{
        error::Result,
        sync::{
            digest::{Digest, Sum},
            shape::Shape,
            sql::{self, Hashing, Side, Term},
        },
    },
    pg::{connect::Transaction, query},
};

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
    let read = query::for_each(tx, &text, &[], |fields| {
        if let [Some(bucket), Some(rows), Some(xor), Some(sum)] = fields
            && let (Ok(bucket), Ok(rows)) = (bucket.parse::<i64>(), rows.parse())
        {
            out.insert(bucket, Sum { rows, xor: (*xor).to_owned(), sum: (*sum).to_owned() });
        }
    });
    read.await.map_err(|error| condition_at_fault(error, shape).object(&shape.table))?;
    Ok(Digest(out))
}
