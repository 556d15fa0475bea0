//! What is running.

use std::time::Duration;

/// Names a job for as long as the console is open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct JobId(pub u64);

/// Something that takes a while, shows how far it is and can be cancelled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Its name.
    pub id: JobId,
    /// What it does, in a word or two: `counting`.
    pub title: String,
    /// How much is done.
    pub done: u64,
    /// Of how much, where that is known.
    pub total: Option<u64>,
    /// When it began.
    pub started: Duration,
    /// Whether it was told to stop. It runs on until the server has let go.
    pub cancelling: bool,
}

/// Everything that is running, the oldest first.
#[derive(Debug, Clone, Default)]
pub struct Jobs {
    running: Vec<Job>,
    last: u64,
}

impl Jobs {
    /// A job begins. It is running from here on, before its effect has even been started.
    pub fn start(&mut self, title: impl Into<String>, now: Duration) -> JobId {
        self.last += 1;
        let id = JobId(self.last);
        let job = Job { id, title: title.into(), done: 0, total: None, started: now, cancelling: false };
        self.running.push(job);
        id
    }

    /// How far `id` is. A job that is over stays over.
    pub fn progress(&mut self, id: JobId, done: u64, total: Option<u64>) {
        if let Some(job) = self.running.iter_mut().find(|job| job.id == id) {
            (job.done, job.total) = (done, total);
        }
    }

    /// `id` is over.
    pub fn end(&mut self, id: JobId) {
        self.running.retain(|job| job.id != id);
    }

    /// Marks the newest job that was not cancelled yet, and names it.
    pub fn cancel_newest(&mut self) -> Option<JobId> {
        let job = self.running.iter_mut().rev().find(|job| !job.cancelling)?;
        job.cancelling = true;
        Some(job.id)
    }

    /// Marks `id`, unless it is over or was cancelled already.
    pub fn cancel(&mut self, id: JobId) -> Option<JobId> {
        let job = self.running.iter_mut().find(|job| job.id == id && !job.cancelling)?;
        job.cancelling = true;
        Some(id)
    }

    /// Whether a job is running that was not cancelled yet.
    pub fn cancellable(&self) -> bool {
        self.running.iter().any(|job| !job.cancelling)
    }

    /// Everything that is running, the oldest first.
    pub fn running(&self) -> &[Job] {
        &self.running
    }

    /// Whether `id` is running.
    pub fn is_running(&self, id: JobId) -> bool {
        self.running.iter().any(|job| job.id == id)
    }
}

impl Job {
    /// How long it has been running.
    pub fn elapsed(&self, now: Duration) -> Duration {
        now.saturating_sub(self.started)
    }

    /// How much is done per second, once there is something to tell from.
    pub fn rate(&self, now: Duration) -> Option<u64> {
        let seconds = self.elapsed(now).as_secs_f64();
        (seconds >= 1.0 && self.done > 0).then(|| (self.done as f64 / seconds).round() as u64)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_runs_from_start_to_end_and_not_longer() {
        let mut jobs = Jobs::default();
        let id = jobs.start("counting", Duration::from_secs(1));
        jobs.progress(id, 31, Some(57));
        let job = &jobs.running()[0];
        assert_eq!((job.elapsed(Duration::from_secs(3)).as_secs(), job.rate(Duration::from_secs(3))), (2, Some(16)));
        jobs.end(id);
        jobs.progress(id, 57, Some(57));
        assert!(!jobs.is_running(id) && jobs.running().is_empty());
    }

    #[test]
    fn cancelling_takes_the_newest_first_and_each_once() {
        let mut jobs = Jobs::default();
        let (first, second) = (jobs.start("a", Duration::ZERO), jobs.start("b", Duration::ZERO));
        assert_eq!(
            [jobs.cancel_newest(), jobs.cancel_newest(), jobs.cancel_newest()],
            [Some(second), Some(first), None]
        );
        assert!(!jobs.cancellable() && jobs.is_running(first));
    }
}
