//! Errors in SQL that somebody wrote in pgdeck.toml, told from others.

use futures_util::{TryStreamExt, pin_mut};
use tokio_postgres::{
    error::ErrorPosition,
    types::{ToSql, Type},
};

use crate::{
    core::{
        error::{Error, Result},
        sync::sql::Written,
    },
    pg::{connect::Transaction, query::List},
};

/// `error` of the query `text`, with the name of what in it is at fault.
pub(super) async fn blamed(
    tx: &Transaction<'_>,
    error: &tokio_postgres::Error,
    text: &str,
    written: &Written<'_>,
) -> Error {
    let answer = error.as_db_error();
    let position = answer.and_then(|answer| match answer.position() {
        // Counted in characters, from 1.
        Some(ErrorPosition::Original(at)) => {
            text.char_indices().nth((*at as usize).saturating_sub(1)).map(|(at, _)| at)
        }
        _ => None,
    });
    // What does not parse, a value that an expression refuses, or a function of the team's own that raises.
    let code = answer.map_or("", |answer| answer.code().code());
    let ours = code == "42601" || matches!(code.get(..2), Some("22" | "38" | "39" | "P0"));
    written.blame(tx.fault(error).await, text, position, ours)
}

/// As [`query::for_each`](crate::pg::query::for_each), where `written` stands in `text`.
pub(super) async fn for_each(
    tx: &Transaction<'_>,
    text: &str,
    lists: &[List<'_>],
    written: &Written<'_>,
    mut each: impl FnMut(&[Option<&str>]),
) -> Result<()> {
    let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
        lists.iter().map(|list| (list as &(dyn ToSql + Sync), Type::TEXT_ARRAY)).collect();
    let rows = match tx.client().query_typed_raw(text, parameters).await {
        Ok(rows) => rows,
        Err(error) => return Err(blamed(tx, &error, text, written).await),
    };
    pin_mut!(rows);
    loop {
        let row = match rows.try_next().await {
            Ok(Some(row)) => row,
            Ok(None) => return Ok(()),
            Err(error) => return Err(blamed(tx, &error, text, written).await),
        };
        let fields: Result<Vec<Option<&str>>, _> = (0..row.len()).map(|at| row.try_get(at)).collect();
        each(&fields.map_err(|error| tx.describe(&error))?);
    }
}
