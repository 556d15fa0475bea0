//! A piece of work that says how far it is and can be stopped on the server.

use std::{
    future::{Future, pending},
    sync::{Arc, OnceLock},
    time::Duration,
};

use tokio::time::{Instant, sleep_until};
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

/// How long work that was told to stop waits for a server, in all. What signals end is to be over within three seconds.
pub const PATIENCE: Duration = Duration::from_secs(2);

/// What came of work on a server.
#[derive(Debug)]
pub enum Watched<T> {
    /// It came to an end.
    Returned(Result<T>),
    /// It was told to stop and the server did not answer in time. What it has sent may still be done there.
    Abandoned(Error),
}

type Report = Arc<dyn Fn(Progress) + Send + Sync>;

/// What a use-case needs to be watched and stopped. Clones belong to the same piece of work.
#[derive(Clone)]
pub struct Job {
    cancel: CancellationToken,
    leave: CancellationToken,
    /// When it was first noticed that the job is to stop.
    told: Arc<OnceLock<Instant>>,
    report: Report,
}

impl Job {
    /// A job that reports to `report` and stops when `cancel` says so.
    pub fn new(cancel: CancellationToken, report: impl Fn(Progress) + Send + Sync + 'static) -> Self {
        Job { cancel, leave: CancellationToken::new(), told: Arc::default(), report: Arc::new(report) }
    }

    /// The same job, which waits for no server any more once `leave` fires.
    #[must_use]
    pub fn leaving(self, leave: CancellationToken) -> Self {
        Job { leave, ..self }
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
            // A job that was told to stop begins nothing more.
            biased;
            () = self.cancel.cancelled() => Err(interrupted()),
            result = work => result,
        }
    }

    /// Waits for `work` that only asks what has happened: it is worth the wait that a stop leaves to a server.
    pub async fn drop_in_time<T>(&self, work: impl Future<Output = Result<T>>) -> Result<T> {
        tokio::select! {
            biased;
            result = work => result,
            () = self.out_of_patience() => Err(interrupted()),
        }
    }

    /// Waits for `work`. When told to stop, it asks the server to, and then still waits a little for the end: only that
    /// shows what happened. A failure after a stop is an interruption.
    pub fn cancel_on_server<'a, T: 'a>(
        &'a self,
        canceller: &'a Canceller,
        work: impl Future<Output = Result<T>> + 'a,
    ) -> impl Future<Output = Result<T>> + 'a {
        // Boxed here: whoever waits does not carry the work and what watches it.
        let watched = Box::pin(self.watch_on_server(canceller, work));
        async move {
            match watched.await {
                Watched::Returned(result) => result,
                Watched::Abandoned(error) => Err(error),
            }
        }
    }

    /// The same for work that has to say what became of it when the server did not.
    pub async fn watch_on_server<T>(&self, canceller: &Canceller, work: impl Future<Output = Result<T>>) -> Watched<T> {
        tokio::pin!(work);
        tokio::select! {
            result = &mut work => return Watched::Returned(result),
            () = self.cancel.cancelled() => {}
        }
        // A request that is not answered must not keep the work from being watched.
        let ask = async {
            if let Err(error) = canceller.cancel().await {
                tracing::warn!(%error, "cancel request failed");
            }
            pending().await
        };
        tokio::select! {
            biased;
            result = work => {
                // What the server says of its cancel says nothing of what was written.
                let own = |error: &Error| error.code == Code::Interrupted && error.sqlstate.is_none();
                let told = |error: &Error| error.code == Code::Stale || own(error);
                Watched::Returned(result.map_err(|error| if told(&error) { error } else { interrupted() }))
            }
            () = self.out_of_patience() => Watched::Abandoned(abandoned(canceller.environment())),
            never = ask => never,
        }
    }

    /// Waits until the job was told to stop and has waited for servers long enough since.
    async fn out_of_patience(&self) {
        self.cancel.cancelled().await;
        let told = *self.told.get_or_init(Instant::now);
        tokio::select! {
            () = sleep_until(told + PATIENCE) => {}
            () = self.leave.cancelled() => {}
        }
    }
}

/// How a stop begins to be told.
const STOPPED: &str = "stopped by the operator";

fn interrupted() -> Error {
    Error::new(Code::Interrupted, STOPPED).nothing_written()
}

/// Nothing that was sent commits anything, or whoever sent it says so.
fn abandoned(environment: &str) -> Error {
    let what = format!("{STOPPED} before the server answered the request to cancel; nothing was committed");
    Error::new(Code::Interrupted, what)
        .env(environment)
        .hint("the server ends what is left there once it notices that the connection is gone; see pg_stat_activity")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long a job that is told to stop, by these tokens, waits for an answer that never comes.
    async fn waits(leave: bool) -> Duration {
        let (cancel, leaving) = (CancellationToken::new(), CancellationToken::new());
        let job = Job::new(cancel.clone(), |_| {}).leaving(leaving.clone());
        cancel.cancel();
        if leave {
            leaving.cancel();
        }
        let began = Instant::now();
        let error = job.drop_in_time(pending::<Result<()>>()).await.expect_err("stopped");
        assert_eq!(error.code, Code::Interrupted);
        // All waits of a job share one limit.
        let again = Instant::now();
        job.drop_in_time(pending::<Result<()>>()).await.expect_err("stopped");
        assert_eq!(again.elapsed(), Duration::ZERO);
        began.elapsed()
    }

    #[tokio::test(start_paused = true)]
    async fn a_stop_leaves_a_server_two_seconds_and_a_second_one_none() {
        assert_eq!(waits(false).await.as_secs(), PATIENCE.as_secs());
        assert_eq!(waits(true).await, Duration::ZERO);
    }

    #[tokio::test(start_paused = true)]
    async fn what_is_there_already_is_taken() {
        let cancel = CancellationToken::new();
        let job = Job::new(cancel.clone(), |_| {});
        cancel.cancel();
        assert_eq!(job.drop_in_time(std::future::ready(Ok(1))).await, Ok(1));
    }
}
