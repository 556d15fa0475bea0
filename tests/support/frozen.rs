//! Servers that do not answer: statements that wait for a lock, and their backends stopped, as by a hung disk; a line on
//! which nothing is carried any more and nobody hangs up, as by a firewall.

use std::{path::PathBuf, time::Instant};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    io::copy_bidirectional,
    net::{TcpListener, UnixStream},
};
use tokio_postgres::Client;
use tokio_util::sync::CancellationToken;

use crate::desk::SOON;

const WAITING: &str = "SELECT pid FROM pg_stat_activity WHERE datname = current_database() \
     AND application_name = 'pgdeck' AND state = 'active' AND wait_event_type = 'Lock'";

/// The backends of pgdeck's that wait for a lock in this database.
pub async fn waiting(admin: &Client) -> Vec<i32> {
    // Within a transaction the server shows the same snapshot of its activity until told otherwise.
    admin.batch_execute("SELECT pg_stat_clear_snapshot()").await.unwrap();
    admin.query(WAITING, &[]).await.unwrap().iter().map(|row| row.get(0)).collect()
}

/// Asks the server until `wanted` statements of pgdeck's wait for a lock.
pub async fn until_waiting(admin: &Client, wanted: usize) {
    let deadline = Instant::now() + SOON;
    while waiting(admin).await.len() < wanted {
        assert!(Instant::now() < deadline, "pgdeck never waited for the lock");
        tokio::task::yield_now().await;
    }
}

/// Backends that are stopped until this is dropped.
pub struct Frozen(Vec<Pid>);

impl Frozen {
    /// Stops those that wait for a lock, `wanted` of them at least.
    pub async fn waiting(admin: &Client, wanted: usize) -> Frozen {
        until_waiting(admin, wanted).await;
        let pids: Vec<_> = waiting(admin).await.into_iter().filter_map(Pid::from_raw).collect();
        let frozen = Frozen(pids);
        frozen.send(Signal::STOP);
        frozen
    }

    fn send(&self, signal: Signal) {
        for pid in &self.0 {
            // One that has ended meanwhile is not there to be told.
            let _ = kill_process(*pid, signal);
        }
    }
}

impl Drop for Frozen {
    fn drop(&mut self) {
        self.send(Signal::CONT);
    }
}

/// A port of the loopback that leads to the server's `socket`, until `dead` fires.
pub async fn line(socket: PathBuf, dead: CancellationToken) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (socket, dead) = (socket.clone(), dead.clone());
            tokio::spawn(async move {
                let mut server = UnixStream::connect(socket).await.unwrap();
                let carried = dead.run_until_cancelled(copy_bidirectional(&mut client, &mut server)).await;
                if carried.is_none() {
                    // Nobody hangs up.
                    std::future::pending::<()>().await;
                }
            });
        }
    });
    port
}
