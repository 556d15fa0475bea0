//! Ctrl-C, SIGTERM, and the end of the terminal: each ends every verb and the console within a few seconds, whatever a
//! server, a disk or a terminal does.
//!
//! The first signal asks: what runs on a server is cancelled there, and its end waited for a little. The second leaves
//! without that wait. Whatever still keeps the process (a write into a pipe that nobody reads, a name service that hangs)
//! is then left behind; a run that was under way has no end in the journal, and `pgdeck journal` finds out about it.

use std::{
    sync::{Arc, OnceLock, mpsc},
    time::Duration,
};

use tokio::{
    signal::unix::{Signal, SignalKind, signal},
    time::timeout,
};
use tokio_util::sync::CancellationToken;

use super::output::{self, Format};
use crate::core::error::{Code, Error, Result};

/// How long the process goes on after a signal.
#[derive(Debug, Clone, Copy)]
pub(super) struct Patience {
    /// After the first: a little longer than a job waits for its server.
    pub asked: Duration,
    /// After the second: time to write down what is known.
    pub leaving: Duration,
}

impl Patience {
    /// Of everything that waits for nobody but servers of others.
    pub(super) const USUAL: Patience =
        Patience { asked: Duration::from_millis(2500), leaving: Duration::from_millis(400) };
    /// Of what has throw-away servers to end: they do so by themselves, and their folders go with them.
    pub(super) const OWN_SERVERS: Patience =
        Patience { asked: Duration::from_secs(10), leaving: Duration::from_secs(3) };
}

/// How the last words are waited for: a terminal that takes nothing must not keep the process.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// What signals do to the work.
#[derive(Debug, Clone, Default)]
pub(super) struct Watch {
    /// Fires with the first signal.
    pub asked: CancellationToken,
    /// Fires with the second.
    pub leaving: CancellationToken,
    /// How the work ended, once it has.
    pub ended: Arc<OnceLock<u8>>,
}

impl Watch {
    /// Begins to listen, for as long as the process lives. On a thread of its own: work that keeps every other thread
    /// busy, or waits in one, must not keep a signal from being heard.
    pub(super) fn start(&self, patience: Patience, format: Format) -> Result<()> {
        let failed = |error: std::io::Error| Error::usage(format!("signals cannot be listened to: {error}"));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(failed)?;
        let mut signals = {
            let _inside = runtime.enter();
            Signals::new().map_err(failed)?
        };
        let watch = self.clone();
        let listen = move || {
            runtime.block_on(async {
                signals.next().await;
                watch.asked.cancel();
                // Either way it is time to go: a second signal came, or the first was long ago.
                let _ = timeout(patience.asked, signals.next()).await;
                watch.leaving.cancel();
                tokio::time::sleep(patience.leaving).await;
            });
            watch.leave(format);
        };
        std::thread::Builder::new().name("signals".into()).spawn(listen).map(drop).map_err(failed)
    }

    fn leave(&self, format: Format) -> ! {
        let ended = self.ended.get().copied();
        let (said, heard) = mpsc::channel();
        let last_words = move || {
            crate::tui::abandon();
            if ended.is_none() {
                output::error(&left(), format, false);
            }
            // Nobody waits for it any more where it came too late.
            let _ = said.send(());
        };
        if std::thread::Builder::new().spawn(last_words).is_ok() {
            let _ = heard.recv_timeout(LAST_WORDS);
        }
        std::process::exit(ended.unwrap_or(Code::Interrupted.exit()).into())
    }
}

fn left() -> Error {
    Error::new(Code::Interrupted, "stopped by the operator without waiting for what was still running")
        .hint("if that was a write, `pgdeck journal` finds out how it ended")
}

struct Signals {
    interrupt: Signal,
    terminate: Signal,
    hangup: Option<Signal>,
}

impl Signals {
    fn new() -> std::io::Result<Signals> {
        Ok(Signals {
            interrupt: signal(SignalKind::interrupt())?,
            terminate: signal(SignalKind::terminate())?,
            hangup: if hangup_is_ignored() { None } else { Some(signal(SignalKind::hangup())?) },
        })
    }

    async fn next(&mut self) {
        let hung_up = async {
            match &mut self.hangup {
                Some(hangup) => hangup.recv().await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            _ = self.interrupt.recv() => {}
            _ = self.terminate.recv() => {}
            _ = hung_up => {}
        }
    }
}

/// Whether the caller wants the work to outlive the terminal (`nohup`). Listening to the signal would undo that.
/// Where the system does not say, nothing is undone.
fn hangup_is_ignored() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let ignored = status.lines().find_map(|line| u64::from_str_radix(line.strip_prefix("SigIgn:")?.trim(), 16).ok());
    ignored.is_none_or(|signals| signals & 1 == 1)
}
