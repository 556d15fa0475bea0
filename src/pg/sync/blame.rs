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
pub(super) fn blamed(tx: &Transaction<'_>, error: &tokio_postgres::Error, text: &str, written: &Written<'_>) -> Error {
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
    written.blame(tx.describe(error), text, position, ours)
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
    let at_fault = |error: tokio_postgres::Error| blamed(tx, &error, text, written);
    let rows = tx.client().query_typed_raw(text, parameters).await.map_err(at_fault)?;
    pin_mut!(rows);
    while let Some(row) = rows.try_next().await.map_err(at_fault)? {
        let fields: Result<Vec<Option<&str>>, _> = (0..row.len()).map(|at| row.try_get(at)).collect();
        each(&fields.map_err(|error| tx.describe(&error))?);
    }
    Ok(())
}
