//! An open transaction: its first error, its end.

use std::{
    collections::BTreeSet,
    sync::{Mutex, atomic::Ordering},
};

use futures_util::FutureExt;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, SimpleQueryMessage, error::SqlState};

use super::Connection;
use crate::core::{
    error::{Error, Result},
    name::QName,
};

/// An open transaction. Dropped, it is rolled back.
pub struct Transaction<'a> {
    pub(super) connection: &'a mut Connection,
    open: bool,
    /// The answer to its beginning, where nobody waited for it.
    pub(super) opening: Mutex<Option<JoinHandle<Option<tokio_postgres::Error>>>>,
    /// The first error that was not an echo of another one.
    cause: Mutex<Option<Error>>,
    /// Tables of which the role may read some columns, and which it may therefore not lock.
    not_to_lock: Mutex<BTreeSet<QName>>,
}

impl std::fmt::Debug for Transaction<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Transaction")
            .field("connection", &self.connection)
            .field("open", &self.open)
            .finish_non_exhaustive()
    }
}

impl<'a> Transaction<'a> {
    pub(super) fn new(connection: &'a mut Connection) -> Self {
        Transaction {
            connection,
            open: true,
            opening: Mutex::new(None),
            cause: Mutex::new(None),
            not_to_lock: Mutex::default(),
        }
    }
}

impl Transaction<'_> {
    /// Notes the tables that this role may not lock.
    pub(in crate::pg) fn not_to_lock(&self, tables: BTreeSet<QName>) {
        *self.not_to_lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = tables;
    }

    /// Whether the role may lock `table`, as far as is known.
    pub(in crate::pg) fn may_lock(&self, table: &QName) -> bool {
        !self.not_to_lock.lock().unwrap_or_else(std::sync::PoisonError::into_inner).contains(table)
    }

    /// The error of a statement; where it failed only because one before it had failed, the error of that one.
    ///
    /// Statements are sent before the answers to those before them are there, and whoever waits for an answer may be
    /// asked in any order: what the server calls "current transaction is aborted" (25P02) must not be what is shown.
    pub(in crate::pg) async fn fault(&self, error: &tokio_postgres::Error) -> Error {
        let described = self.describe(error);
        if error.code() != Some(&SqlState::IN_FAILED_SQL_TRANSACTION) {
            let mut cause = self.cause.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
            cause.get_or_insert_with(|| described.clone());
            return described;
        }
        let opening = self.opening.lock().unwrap_or_else(std::sync::PoisonError::into_inner).take();
        // Its answer came before that of any other statement.
        if let Some(opening) = opening
            && let Ok(Some(error)) = opening.await
        {
            let begun = self.describe(&error);
            self.cause.lock().unwrap_or_else(std::sync::PoisonError::into_inner).get_or_insert(begun);
        }
        // Answers come in the order of the statements. When one more is there, whoever waits for the statement at fault
        // has been woken, and has said so, with the object that it was about; this future is dropped then.
        let waited = self.client().batch_execute("").await;
        let cause = self.cause.lock().unwrap_or_else(std::sync::PoisonError::into_inner).clone();
        match waited {
            Ok(()) => cause.unwrap_or(described),
            Err(error) => cause.unwrap_or_else(|| self.describe(&error)),
        }
    }

    /// Forgets an error that was expected and taken back by a savepoint.
    pub(in crate::pg) fn forgive(&self, error: &Error) {
        let mut cause = self.cause.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if cause.as_ref() == Some(error) {
            *cause = None;
        }
    }

    /// The transaction went back to a savepoint: what failed since is no cause of what fails later.
    pub(in crate::pg) fn recovered(&self) {
        *self.cause.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = None;
    }

    /// The driver. Behind a pooler use `query_typed`, `simple_query` and `batch_execute` only; the others
    /// make named statements.
    pub(in crate::pg) fn client(&self) -> &Client {
        &self.connection.client
    }

    /// A driver error of this transaction in words.
    pub(in crate::pg) fn describe(&self, error: &tokio_postgres::Error) -> Error {
        self.connection.describe(error)
    }

    /// What it began with: for after a file of migrations, whose settings were taken back, and these with them.
    pub(in crate::pg) fn settings(&self) -> &str {
        &self.connection.session.local
    }

    /// The connection it runs on.
    pub fn connection(&self) -> &Connection {
        self.connection
    }

    /// Commits. A transaction in which a statement has failed is an error here, while the server would
    /// answer `COMMIT` with a rollback and no error.
    pub async fn commit(mut self) -> Result<()> {
        self.connection.run("SELECT 1; COMMIT").await?;
        self.open = false;
        Ok(())
    }

    /// Gives up what was done, and ends the snapshot.
    pub async fn rollback(mut self) -> Result<()> {
        self.connection.run("ROLLBACK").await?;
        self.open = false;
        Ok(())
    }

    /// Rows as text, for the tests of this module: whatever ships has its own module in [`crate::pg`].
    #[doc(hidden)]
    pub async fn rows(&self, sql: &str) -> Result<Vec<Vec<Option<String>>>> {
        let messages = self.client().simple_query(sql).await.map_err(|error| self.describe(&error))?;
        let rows = messages.iter().filter_map(|message| match message {
            SimpleQueryMessage::Row(row) => Some((0..row.len()).map(|at| row.get(at).map(str::to_owned)).collect()),
            _ => None,
        });
        Ok(rows.collect())
    }
}

impl Drop for Transaction<'_> {
    fn drop(&mut self) {
        if self.open {
            self.connection.session.abandoned.store(true, Ordering::Relaxed);
            // The first poll puts the statement into the connection's queue, behind whatever still runs;
            // nobody waits for the answer.
            let _ = self.connection.client.batch_execute("ROLLBACK").now_or_never();
        }
    }
}
