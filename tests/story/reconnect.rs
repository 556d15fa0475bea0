//! Stories of connections that are lost and come back.

use std::path::PathBuf;

use tokio::{
    io::copy_bidirectional,
    net::{UnixListener, UnixStream},
    task::{JoinHandle, JoinSet},
};

use crate::support::Story;

/// A line between the console and a server that can be cut.
pub struct Line {
    folder: tempfile::TempDir,
    server: PathBuf,
    open: Option<JoinHandle<()>>,
}

const SOCKET: &str = ".s.PGSQL.5432";

impl Line {
    /// A line to the server whose socket is in the folder `server`.
    pub fn to(server: PathBuf) -> Line {
        let mut line = Line { folder: tempfile::tempdir().expect("folder"), server, open: None };
        line.mend();
        line
    }

    /// The address of the database of the example at this end of it.
    pub fn address(&self) -> String {
        let host = self.folder.path().display().to_string().replace('/', "%2F");
        format!("postgresql:///innotrue?host={host}&port=5432&user=operator")
    }

    fn mend(&mut self) {
        let listener = UnixListener::bind(self.folder.path().join(SOCKET)).expect("socket");
        let server = self.server.join(SOCKET);
        self.open = Some(tokio::spawn(async move {
            let mut calls = JoinSet::new();
            while let Ok((mut here, _)) = listener.accept().await {
                let server = server.clone();
                calls.spawn(async move {
                    let mut there = UnixStream::connect(server).await?;
                    copy_bidirectional(&mut here, &mut there).await
                });
            }
        }));
    }

    /// Cuts everybody off, and lets nobody in any more.
    async fn cut(&mut self) {
        std::fs::remove_file(self.folder.path().join(SOCKET)).expect("socket");
        if let Some(open) = self.open.take() {
            open.abort();
            let _ = open.await;
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_at_rest_is_noticed_counted_down_and_made_again() {
    let (mut story, mut line) = Story::open_on_a_line(140, 40).await;
    story.does_not_see("no connection");
    line.cut().await;
    story.until("no connection, again in 1 s").await;
    // The first attempt fails, and the pause grows.
    story.until("no connection, again in 2 s").await;
    story.sees("there is no server socket");
    line.mend();
    story.until("preprod answers again").await;
    story.does_not_see("no connection");
    story.does_not_see("there is no server socket");
    story.press("7 enter").await;
    story.sees("31 insert  79 update");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_lost_in_the_middle_of_a_job_is_an_error_and_r_tries_at_once() {
    let (mut story, mut line) = Story::open_on_a_line(140, 40).await;
    let preprod = story.superuser("preprod").await;
    preprod.batch_execute("BEGIN; LOCK TABLE public.plans").await.expect("lock");
    story.press("2 /").await;
    story.type_in("plans").await;
    story.press("enter").await;
    story.send("e");
    story.until("counting preprod").await;
    line.cut().await;
    story.until("preprod: the connection was lost").await;
    story.until("no connection, again in").await;
    preprod.batch_execute("ROLLBACK").await.expect("unlock");
    line.mend();
    story.send("r");
    story.until_gone("no connection").await;
    story.sees("preprod: the connection was lost");
    story.press("e").await;
    story.does_not_see("~6");
}
