//! A piece of work that says how far it is and can be stopped on the server.

use std::{future::Future, sync::Arc};

use tokio_util::sync::CancellationToken;

use crate::{
    core::error::{Code, Error, Result},
    pg::connect::Canceller,
};

/// How far a job is.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Progress {
    /// What it is doing.
    pub what: String,
    /// Units done.
    pub done: u64,
    /// Units in all; 0 while that is not known.
    pub total: u64,
}

type Report = Arc<dyn Fn(Progress) + Send + Sync>;

/// What a use-case needs to be watched and stopped. Clones belong to the same piece of work.
#[derive(Clone)]
pub struct Job {
    cancel: CancellationToken,
    report: Report,
}

impl Job {
    /// A job that reports to `report` and stops when `cancel` says so.
    pub fn new(cancel: CancellationToken, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Job { cancel, report: Arc::new(report) }
    }

    /// A job that nobody watches.
    pub fn quiet() -> Self {
        Job::new(CancellationToken::new(), |_| {})
    }

    /// Says how far it is.
    pub fn progress(&self, what: impl Into<String>, done: u64, total: u64) {
        (self.report)(Progress { what: what.into(), done, total });
    }

    /// Whether it was told to stop.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Waits for `work`, which nobody needs to tell to stop: dropping it is enough.
    pub async fn drop_on_cancel<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            result = work => result,
            () = self.cancel.cancelled() => Err(interrupted()),
        }
    }

    /// Waits for `work`. When told to stop, it asks the server to, and then still waits for the end:
    /// only that shows what happened. A failure after a stop is an interruption.
    pub async fn cancel_on_server<T>(&self, canceller: &Canceller, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::pin!(work);
        let result = tokio::select! {
            result = &mut work => return result,
            () = self.cancel.cancelled() => {
                // If the request itself cannot be made, the statement's own timeout ends it.
                if let Err(error) = canceller.cancel().await {
                    tracing::warn!(%error, "cancel request failed");
                }
                work.await
            }
        };
        result.map_err(|error| if error.code == Code::Stale { error } else { interrupted() })
    }
}

fn interrupted() -> Error {
    Error::new(Code::Interrupted, "stopped by the operator; nothing was written")
}
