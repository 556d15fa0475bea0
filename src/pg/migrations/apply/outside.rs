//! A file that runs outside of a transaction: what it has done stays, so that it is made sure of first that it can be
//! recorded and that nobody else runs it.

use std::time::{Duration, Instant};

use super::{Ended, Left, Runner, Stop, run, tidy, write};
use crate::{
    core::{
        error::{Code, Error, Result},
        migrations::{plan::Step, statements::Statement, transaction::kept},
    },
    pg::{
        apply::hold,
        connect::{Connection, Transaction},
        query,
    },
};

impl Runner<'_> {
    /// A file statement by statement, with its record in a transaction behind it.
    pub(super) async fn outside(
        &mut self,
        connection: &mut Connection,
        step: &Step,
        list: &[Statement],
    ) -> Result<Option<Ended>, Stop> {
        let recorder = &self.order.plan.recorder;
        (self.order.keep)(step, None)?;
        let marks = recorder.begun(&step.file);
        let tx = connection.begin_write().await?;
        self.ready(&tx).await?;
        self.recordable(&tx, step).await?;
        write(&tx, &marks).await?;
        self.print = self.fingerprint(&tx).await?;
        hold(&tx).await?;
        tx.commit().await?;
        let began = Instant::now();
        let describe = |error: &tokio_postgres::Error| connection.describe(error);
        let go_on = |at| (self.order.go_on)(step, at);
        let ran = match connection.outside_transaction() {
            Ok(client) => run(client, &step.file, list, &describe, &go_on).await,
            Err(error) => return Err(error.into()),
        };
        if let Err(failed) = ran {
            let left = Left::Done(kept(&step.file.text, list, failed.done));
            let text = list.get(failed.done).map_or("", |statement| statement.text(&step.file.text));
            let error = partly(failed.error, text);
            let error = self.failed(connection, step, began.elapsed(), error).await;
            return Err(Stop { error, left, early: false });
        }
        let written = async {
            // The lock on the session stays until the record is there.
            connection.settings_back().await?;
            let tx = connection.begin_write().await?;
            self.ready(&tx).await?;
            self.record(&tx, step, began.elapsed(), !marks.is_empty()).await?;
            (self.order.keep)(step, Some(&super::xid(&tx).await?))?;
            tx.commit().await
        };
        // All of it ran, and that is what the operator has to know whatever became of the record.
        written.await.map_err(|error: Error| Stop {
            error: unrecorded(error).at(&step.file.path),
            left: Left::Done(list.len()),
            early: false,
        })?;
        tidy(connection).await;
        Ok(None)
    }

    /// Finds out, and leaves nothing of it, whether a file can be recorded that will not be rolled back.
    async fn recordable(&mut self, tx: &Transaction<'_>, step: &Step) -> Result<()> {
        query::rows(tx, "SAVEPOINT pgdeck_record", &[]).await?;
        self.record(tx, step, Duration::ZERO, false).await?;
        query::rows(tx, "ROLLBACK TO SAVEPOINT pgdeck_record", &[]).await?;
        Ok(())
    }

    /// Records that a file failed, for the tools that do; the error is still what matters.
    async fn failed(&self, connection: &mut Connection, step: &Step, took: Duration, error: Error) -> Error {
        let writes = self.order.plan.recorder.failed(&step.file, took, &error.message);
        let recorded = async {
            // Its own transaction may still be open, and its own role and settings in force.
            connection.reset().await?;
            connection.settings_back().await?;
            let tx = connection.begin_write().await?;
            write(&tx, &writes).await?;
            tx.commit().await
        };
        match recorded.await {
            Err(lost) if !writes.is_empty() => {
                let message = format!("{}; that it failed could not be recorded ({})", error.message, lost.message);
                Error { message, ..error }
            }
            _ => error,
        }
    }
}

/// What a statement outside of a transaction may have left although it failed.
fn partly(error: Error, statement: &str) -> Error {
    let hint = match error.code {
        Code::Connect => "the server may still be at it: look what is there before it is run again",
        _ if statement.to_uppercase().contains("CONCURRENTLY") => {
            "it may have left an invalid index: drop that before it is run again"
        }
        _ => return error,
    };
    error.hint(hint)
}

fn unrecorded(error: Error) -> Error {
    let (told, hint) = match error.code {
        // The record may be there.
        Code::Connect => {
            ("whether that is recorded is not known", "look with `pgdeck migrations` before it is run again")
        }
        _ => ("that could not be recorded", "record it by hand, for it would be run again"),
    };
    let message = format!("all of it ran, and {told}: {}", error.message);
    Error { message, hint: Some(hint.to_owned()), ..error }
}
