//! Text in, text out, without a named statement.

use futures_util::{TryStreamExt, pin_mut};
use tokio_postgres::{
    Row,
    types::{ToSql, Type},
};

use super::connect::Transaction;
use crate::core::error::{Code, Error, Result};

/// A parameter of a set-based statement: a list of texts.
pub(super) type List<'a> = Vec<Option<&'a str>>;

/// Runs `sql` and hands each row to `each`, as it arrives.
pub(super) async fn for_each(
    tx: &Transaction<'_>,
    sql: &str,
    lists: &[List<'_>],
    mut each: impl FnMut(&[Option<&str>]),
) -> Result<()> {
    let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
        lists.iter().map(|list| (list as &(dyn ToSql + Sync), Type::TEXT_ARRAY)).collect();
    let rows = answer(tx, tx.client().query_typed_raw(sql, parameters).await).await?;
    pin_mut!(rows);
    while let Some(row) = answer(tx, rows.try_next().await).await? {
        let fields: Result<Vec<Option<&str>>, _> = (0..row.len()).map(|at| row.try_get(at)).collect();
        each(&fields.map_err(|error| tx.describe(&error))?);
    }
    Ok(())
}

/// Asks something that the server may refuse, behind a savepoint: why it did, and the transaction goes on. All three
/// statements are sent before the first is answered.
pub(super) async fn attempt<T>(
    tx: &Transaction<'_>,
    asked: impl Future<Output = Result<T>>,
) -> Result<Result<T, Error>> {
    let (begun, asked, ended) =
        tokio::join!(rows(tx, "SAVEPOINT attempt", &[]), asked, rows(tx, "ROLLBACK TO SAVEPOINT attempt", &[]));
    begun?;
    ended?;
    match asked {
        Ok(answer) => Ok(Ok(answer)),
        Err(error) if matches!(error.code, Code::Server | Code::Usage) => {
            tx.forgive(&error);
            Ok(Err(error))
        }
        Err(error) => Err(error),
    }
}

/// Runs `sql` and returns its rows.
pub(super) async fn rows(tx: &Transaction<'_>, sql: &str, parameters: &[Option<&str>]) -> Result<Vec<Row>> {
    let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
        parameters.iter().map(|text| (text as &(dyn ToSql + Sync), Type::TEXT)).collect();
    answer(tx, tx.client().query_typed(sql, &parameters).await).await
}

/// What a statement answered, or the error of the first statement that failed.
pub(super) async fn answer<T>(tx: &Transaction<'_>, answer: Result<T, tokio_postgres::Error>) -> Result<T> {
    match answer {
        Ok(answer) => Ok(answer),
        Err(error) => Err(tx.fault(&error).await),
    }
}

/// Runs `sql` and returns its rows, or the driver's error.
pub(super) async fn try_rows(
    tx: &Transaction<'_>,
    sql: &str,
    parameters: &[Option<&str>],
) -> std::result::Result<Vec<Row>, tokio_postgres::Error> {
    let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
        parameters.iter().map(|text| (text as &(dyn ToSql + Sync), Type::TEXT)).collect();
    tx.client().query_typed(sql, &parameters).await
}

/// The first field of the first row.
pub(super) async fn scalar(tx: &Transaction<'_>, sql: &str, parameters: &[Option<&str>]) -> Result<Option<String>> {
    let rows = rows(tx, sql, parameters).await?;
    let field = rows.first().map(|row| row.try_get::<_, Option<String>>(0)).transpose();
    Ok(field.map_err(|error| tx.describe(&error))?.flatten())
}
