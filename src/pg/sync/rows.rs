//! Rows as they arrive, in the order of their keys.

use std::{collections::HashMap, future::Future, pin::Pin};

use futures_util::TryStreamExt;
use tokio_postgres::{
    RowStream,
    types::{ToSql, Type},
};

use super::{
    blame::{self, blamed},
    kinds::still_tables,
    large::{self, Known},
};
use crate::{
    core::{
        error::{Error, Result},
        sync::{
            plan::locator,
            row::{Key, Row, Value},
            shape::Shape,
            sql::{self, Lookup, Query, Side, Subset, Written},
        },
    },
    pg::{
        connect::Transaction,
        query::{self, List},
    },
};

/// A query that was sent, or will be with the next poll; its rows can be read when it is done.
pub type Opening<'a> = Pin<Box<dyn Future<Output = Result<Rows<'a>>> + Send + 'a>>;

/// Rows of one table, as they arrive.
pub struct Rows<'a> {
    tx: &'a Transaction<'a>,
    shape: &'a Shape,
    query: Query,
    stream: Pin<Box<RowStream>>,
}

/// A statement that sends rows ends when the last one is taken, so on a slow line a table of a gigabyte takes many minutes:
/// the limit on a statement is lifted to this for the rest of the transaction. It is still one, for a statement that no
/// longer gets anywhere holds a snapshot, and with it keeps the server from cleaning up.
const ALLOW_SLOW_LINES: &str = "SELECT FROM pg_catalog.set_config('statement_timeout', '1h', true) \
    WHERE pg_catalog.current_setting('statement_timeout') <> '0'";

/// Asks for the rows of `subset`, with the lists that it needs.
pub fn read<'a>(
    tx: &'a Transaction<'a>,
    shape: &'a Shape,
    side: Side,
    subset: Subset<'_>,
    utf8: bool,
    lists: Vec<Vec<Value>>,
) -> Opening<'a> {
    let query = sql::read(shape, side, subset, utf8);
    Box::pin(async move {
        let parameters: Vec<(&(dyn ToSql + Sync), Type)> =
            lists.iter().map(|list| (list as &(dyn ToSql + Sync), Type::TEXT_ARRAY)).collect();
        // The read is behind the check on the line; what it says while that has failed is the check's error.
        let (allowed, checked, stream) = futures_util::join!(
            query::rows(tx, ALLOW_SLOW_LINES, &[]),
            still_tables(tx, shape),
            tx.client().query_typed_raw(&query.text, parameters)
        );
        allowed?;
        checked?;
        let stream = match stream {
            Ok(stream) => stream,
            Err(error) => {
                return Err(blamed(tx, &error, &query.text, &Written::of(shape)).await.object(&shape.table));
            }
        };
        Ok(Rows { tx, shape, query, stream: Box::pin(stream) })
    })
}

/// Why the server refuses the statement that reads the table of `shape`; `None` where it does not. No row is read.
pub async fn reading_refused(tx: &Transaction<'_>, shape: &Shape, side: Side, utf8: bool) -> Result<Option<Error>> {
    let text = format!("{} LIMIT 0", sql::read(shape, side, Subset::All, utf8).text);
    let written = Written::of(shape);
    let asked = query::attempt(tx, blame::for_each(tx, &text, &[], &written, |_| ())).await?;
    Ok(asked.err())
}

impl Rows<'_> {
    /// The next row.
    pub async fn next(&mut self) -> Result<Option<Row>> {
        let next = match self.stream.try_next().await {
            Ok(next) => next,
            Err(error) => {
                let blamed = blamed(self.tx, &error, &self.query.text, &Written::of(self.shape)).await;
                return Err(blamed.object(&self.shape.table));
            }
        };
        let Some(row) = next else { return Ok(None) };
        let fields: Result<Vec<Option<&str>>, _> = (0..row.len()).map(|at| row.try_get(at)).collect();
        Ok(Some(self.query.decode(&fields.map_err(|error| self.tx.describe(&error))?)))
    }
}

/// All rows of one key at a time.
pub struct Groups<'a> {
    rows: Rows<'a>,
    ahead: Option<Row>,
}

impl<'a> Groups<'a> {
    /// Groups `rows`, which come in the order of their keys.
    pub async fn new(mut rows: Rows<'a>) -> Result<Groups<'a>> {
        let ahead = rows.next().await?;
        Ok(Groups { rows, ahead })
    }

    /// The key of the next group.
    pub fn key(&self) -> Option<&Key> {
        self.ahead.as_ref().map(|row| &row.key)
    }

    /// The next group, in an order of its own.
    pub async fn next(&mut self) -> Result<Vec<Row>> {
        let mut group: Vec<Row> = self.ahead.take().into_iter().collect();
        while let Some(row) = self.rows.next().await? {
            match group.first().map(|first| row.key.cmp(&first.key)) {
                Some(std::cmp::Ordering::Equal) => group.push(row),
                // Both sides are walked in one order; a server with another would make rows look new.
                Some(std::cmp::Ordering::Less) => return Err(unsorted(self.rows.shape, &row.key)),
                _ => {
                    self.ahead = Some(row);
                    break;
                }
            }
        }
        group.sort_by(|a, b| (&a.columns, &a.references).cmp(&(&b.columns, &b.references)));
        Ok(group)
    }
}

fn unsorted(shape: &Shape, key: &Key) -> Error {
    Error::server(format!("the server does not sort `{}` by its bytes; nothing was compared", key.display()))
        .object(&shape.table)
        .hint("please report this, with the type of the key's columns")
}

/// Finds the rows with these locators. Of large values only those are read that are not `known`.
pub async fn located(
    tx: &Transaction<'_>,
    shape: &Shape,
    locators: &[Vec<Value>],
    lookup: Lookup,
    known: &Known,
) -> Result<HashMap<Vec<Value>, Row>> {
    let query = sql::read_located(shape, locators.len(), lookup);
    let lists: Vec<List> =
        (0..shape.locator.len()).map(|at| locators.iter().map(|locator| locator[at].as_deref()).collect()).collect();
    let (mut out, mut unread) = (HashMap::new(), Vec::new());
    let add = |fields: &[Option<&str>]| {
        let row = query.decode(fields);
        let locator = locator(shape, &row);
        unread.extend(query.unread(fields).into_iter().map(|one| (locator.clone(), one)));
        out.insert(locator, row);
    };
    let written = Written::of(shape);
    blame::for_each(tx, &query.text, &lists, &written, add).await.map_err(|error| error.object(&shape.table))?;
    for (locator, (at, digest)) in unread {
        let value = match known.get(&digest) {
            Some(value) => value,
            None => large::read(tx, shape, &locator, &shape.columns[at].name).await?,
        };
        if let Some(row) = out.get_mut(&locator) {
            row.columns[at] = Some(value);
        }
    }
    Ok(out)
}
