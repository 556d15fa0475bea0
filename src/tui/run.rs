//! The loop: take in everything that happened, change the model, paint at most once.
//!
//! It sleeps until something happens. Timers exist only while something on the screen changes by itself,
//! so an idle console wakes nobody and sends nothing.

use std::{collections::HashMap, future::Future, io, time::Duration};

use tokio::{
    sync::{
        mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel},
        watch,
    },
    task::{Id, JoinError, JoinSet},
    time::{Instant, sleep_until, timeout},
};
use tokio_util::sync::CancellationToken;

use crate::core::error::{Code, Error, Result};

use super::{
    input::{GONE, Reader, listen},
    model::{JobId, Model},
    msg::{Effect, Msg, Progress, Work},
    terminal::{Screen, failure},
    update::update,
};

/// What work is done with: where to tell of it, and when to stop.
#[derive(Debug, Clone)]
pub struct Handle {
    /// The job that this is. It ends by itself when the work returns.
    pub job: JobId,
    /// Fires when the job is to be cancelled, on its server too.
    pub cancelled: CancellationToken,
    outbox: UnboundedSender<Msg>,
}

impl Handle {
    /// Tells the console. A console that has left does not listen any more.
    pub fn tell(&self, msg: Msg) {
        let _ = self.outbox.send(msg);
    }

    /// Tells how far the job is.
    pub fn done(&self, done: u64, total: Option<u64>) {
        self.tell(Msg::Progress(self.job, Progress::Done(done, total)));
    }
}

/// Why the loop handed back control. All but the first go on afterwards.
#[derive(Debug, PartialEq, Eq)]
pub enum Pause {
    /// To leave.
    Quit,
    /// To give the terminal to the shell for a while.
    Suspend,
    /// To paint everything again.
    Redraw,
    /// To put this on the clipboard.
    Copy(String),
}

/// The console without its terminal: what a test drives, too.
pub struct Console<F> {
    /// The state.
    pub model: Model,
    inbox: UnboundedReceiver<Msg>,
    outbox: UnboundedSender<Msg>,
    execute: F,
    work: JoinSet<()>,
    jobs: HashMap<Id, JobId>,
    cancels: HashMap<JobId, CancellationToken>,
    pauses: Vec<Pause>,
    idle: watch::Sender<bool>,
    begun: Instant,
    frame: Duration,
    next_frame: Instant,
    dirty: bool,
}

/// The least time between two frames: 60 per second, and 25 over SSH, where the line is the bottleneck.
fn frame_time(ssh: bool) -> Duration {
    Duration::from_secs(1) / if ssh { 25 } else { 60 }
}

/// How long quitting waits for the servers to let go of what was cancelled.
/// Longer than a job waits for one, shorter than a signal waits for the console.
const PATIENCE: Duration = Duration::from_millis(2300);

/// Most messages taken in between two frames.
const BATCH: usize = 1024;

/// Opens the console on the terminal and returns when it is left. `execute` does the work.
pub async fn run<F, Fut>(model: Model, execute: F) -> Result<()>
where
    F: Fn(Work, Handle) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    let mut screen = Screen::open(model.mouse)?;
    let mut console = Console::new(model, execute);
    if let Ok((width, height)) = crossterm::terminal::size() {
        console.model.size = (width, height);
    }
    let left = on_terminal(&mut console, &mut screen).await;
    drop(screen);
    console.finish().await;
    let stopped = match left {
        // A window that is closed is told of by a signal and by every write: whatever comes first.
        Err(error) if is_gone(&error) => Some(GONE),
        left => left.map_err(|error| failure(&error)).map(|()| console.model.stopped)?,
    };
    match stopped {
        Some(by) => Err(Error::new(Code::Interrupted, format!("stopped: {by}"))),
        None => Ok(()),
    }
}

/// Whether `error` is that of a terminal whose window was closed.
fn is_gone(error: &io::Error) -> bool {
    error.raw_os_error() == Some(rustix::io::Errno::IO.raw_os_error())
}

async fn on_terminal<F, Fut>(console: &mut Console<F>, screen: &mut Screen) -> io::Result<()>
where
    F: Fn(Work, Handle) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    listen(&console.outbox)?;
    let mut reader = Reader::start(console.outbox.clone())?;
    loop {
        match console.until_pause(|model| screen.paint(model)).await? {
            Pause::Quit => break,
            Pause::Redraw => screen.enter()?,
            Pause::Copy(text) => screen.copy(&text)?,
            Pause::Suspend => {
                reader.stop().await;
                screen.leave();
                // The whole group, as the terminal itself would: whoever started us must stop, too.
                rustix::process::kill_current_process_group(rustix::process::Signal::STOP)?;
                screen.enter()?;
                reader = Reader::start(console.outbox.clone())?;
                console.resized()?;
            }
        }
    }
    reader.stop().await;
    Ok(())
}

impl<F, Fut> Console<F>
where
    F: Fn(Work, Handle) -> Fut,
    Fut: Future<Output = ()> + Send + 'static,
{
    /// A console in the state `model`; its first message is that it has opened.
    pub fn new(model: Model, execute: F) -> Self {
        let (outbox, inbox) = unbounded_channel();
        let now = Instant::now();
        // The receiver is inside, so this cannot fail.
        let _ = outbox.send(Msg::Opened);
        Console {
            model,
            inbox,
            outbox,
            execute,
            work: JoinSet::new(),
            jobs: HashMap::new(),
            cancels: HashMap::new(),
            pauses: Vec::new(),
            idle: watch::channel(false).0,
            begun: now,
            frame: frame_time(std::env::var_os("SSH_TTY").is_some()),
            next_frame: now,
            dirty: true,
        }
    }

    /// Where to send what happens.
    pub fn outbox(&self) -> UnboundedSender<Msg> {
        self.outbox.clone()
    }

    /// Whether everything that happened is taken in and painted, and nothing is running.
    pub fn idle(&self) -> watch::Receiver<bool> {
        self.idle.subscribe()
    }

    /// Goes on until something must be done that only the owner of the terminal can do.
    pub async fn until_pause(&mut self, mut paint: impl FnMut(&Model) -> io::Result<()>) -> io::Result<Pause> {
        loop {
            if !self.pauses.is_empty() {
                self.dirty = true;
                return Ok(self.pauses.remove(0));
            }
            if self.dirty && Instant::now() >= self.next_frame {
                paint(&self.model)?;
                self.dirty = false;
                self.next_frame = Instant::now() + self.frame;
            }
            let idle = !self.dirty && self.inbox.is_empty() && self.work.is_empty() && !self.model.busy();
            let idle = idle && !self.model.unsettled();
            self.idle.send_if_modified(|was| std::mem::replace(was, idle) != idle);
            self.wait().await;
        }
    }

    /// Waits until something happens or is due, and takes in all of it.
    async fn wait(&mut self) {
        let due = if self.dirty { Some(self.next_frame) } else { self.model.next_change().map(|at| self.begun + at) };
        let timer = sleep_until(due.unwrap_or(self.begun));
        tokio::select! {
            biased;
            Some(msg) = self.inbox.recv() => self.take_in(Some(msg)),
            Some(ended) = self.work.join_next_with_id(), if !self.work.is_empty() => self.ended(ended),
            () = timer, if due.is_some() => {
                self.dirty = true;
                self.take_in(None);
            }
        }
    }

    /// Tells the model the time, `first`, and everything else that is ready.
    fn take_in(&mut self, first: Option<Msg>) {
        for effect in update(&mut self.model, Msg::Now(self.begun.elapsed())) {
            self.start(effect);
        }
        let mut next = first;
        for _ in 0..BATCH {
            let Some(msg) = next.or_else(|| self.inbox.try_recv().ok()) else { break };
            self.dirty = true;
            for effect in update(&mut self.model, msg) {
                self.start(effect);
            }
            next = None;
        }
    }

    fn start(&mut self, effect: Effect) {
        match effect {
            Effect::Quit => self.pauses.push(Pause::Quit),
            Effect::Suspend => self.pauses.push(Pause::Suspend),
            Effect::Redraw => self.pauses.push(Pause::Redraw),
            Effect::Copy(text) => self.pauses.push(Pause::Copy(text)),
            Effect::Cancel(job) => {
                if let Some(token) = self.cancels.get(&job) {
                    token.cancel();
                }
            }
            Effect::Run(job, work) => {
                let handle = Handle { job, cancelled: CancellationToken::new(), outbox: self.outbox.clone() };
                self.cancels.insert(job, handle.cancelled.clone());
                let task = self.work.spawn((self.execute)(work, handle));
                self.jobs.insert(task.id(), job);
            }
        }
    }

    /// Some work has returned: what it told comes first, then its job is over.
    fn ended(&mut self, ended: Result<(Id, ()), JoinError>) {
        self.take_in(None);
        let id = ended.as_ref().map_or_else(JoinError::id, |(id, ())| *id);
        if ended.is_err_and(|error| error.is_panic()) {
            let error = Error::internal("internal error: a background task panicked; its work was stopped");
            update(&mut self.model, Msg::Failed(error.hint("try again; please report it if it happens again")));
        }
        if let Some(job) = self.jobs.remove(&id) {
            self.cancels.remove(&job);
            update(&mut self.model, Msg::Progress(job, Progress::Ended));
        }
        self.dirty = true;
    }

    fn resized(&mut self) -> io::Result<()> {
        let (width, height) = crossterm::terminal::size()?;
        update(&mut self.model, Msg::Resize(width, height));
        Ok(())
    }

    /// Waits for what was cancelled, but not for ever.
    async fn finish(&mut self) {
        let _ = timeout(PATIENCE, async { while self.work.join_next().await.is_some() {} }).await;
    }
}

#[cfg(test)]
mod tests;
