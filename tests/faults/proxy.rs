//! A line to the server that counts its bytes and breaks at one of them.

use std::{
    path::PathBuf,
    sync::{Arc, Mutex},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::{mpsc, watch},
};

/// A byte of what goes to the server or comes from it, counted over all connections.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Point {
    pub down: bool,
    pub byte: usize,
}

/// Whether bytes go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flow {
    On,
    /// Nothing goes either way, and every socket stays open.
    Held,
    /// Every connection is closed, and so is each new one.
    Cut,
}

struct Shared {
    socket: PathBuf,
    counted: Mutex<[usize; 2]>,
    point: Option<Point>,
    /// What becomes of it at the point.
    then: Flow,
    flow: watch::Sender<Flow>,
    reached: mpsc::UnboundedSender<()>,
}

pub struct Proxy {
    pub port: u16,
    /// Told once, when the point is reached.
    pub reached: mpsc::UnboundedReceiver<()>,
    shared: Arc<Shared>,
    accepting: tokio::task::JoinHandle<()>,
}

impl Proxy {
    /// In front of the server on `socket`, until `point`, and `then`.
    pub async fn open(socket: PathBuf, point: Option<Point>, then: Flow) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (sender, reached) = mpsc::unbounded_channel();
        let flow = watch::Sender::new(Flow::On);
        let shared = Arc::new(Shared { socket, counted: Mutex::default(), point, then, flow, reached: sender });
        let serving = Arc::clone(&shared);
        let accepting = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                client.set_nodelay(true).unwrap();
                tokio::spawn(carry(Arc::clone(&serving), client));
            }
        });
        Proxy { port, reached, shared, accepting }
    }

    pub fn set(&self, flow: Flow) {
        self.shared.flow.send_replace(flow);
    }

    /// Bytes to the server, and from it.
    pub fn counted(&self) -> [usize; 2] {
        *self.shared.counted.lock().unwrap()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
        self.set(Flow::Cut);
    }
}

async fn carry(shared: Arc<Shared>, mut client: TcpStream) {
    let mut flow = shared.flow.subscribe();
    if !goes_on(&mut flow).await {
        return;
    }
    // A server that is coming up again is not there yet.
    let Ok(mut server) = UnixStream::connect(&shared.socket).await else { return };
    let (mut up, mut down) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        let (length, is_down) = tokio::select! {
            read = client.read(&mut up) => (read.unwrap_or(0), false),
            read = server.read(&mut down) => (read.unwrap_or(0), true),
            changed = flow.changed() => {
                if changed.is_err() || !goes_on(&mut flow).await {
                    return;
                }
                continue;
            }
        };
        if length == 0 {
            return;
        }
        let first = shared.take(is_down, length);
        let bytes = if is_down { &down[..length] } else { &up[..length] };
        let (now, later) = bytes.split_at(first.unwrap_or(length));
        if !goes_on(&mut flow).await || !sent(is_down, &mut client, &mut server, now).await {
            return;
        }
        if first.is_some() {
            shared.flow.send_replace(shared.then);
            let _ = shared.reached.send(());
            if !goes_on(&mut flow).await || !sent(is_down, &mut client, &mut server, later).await {
                return;
            }
        }
    }
}

async fn sent(down: bool, client: &mut TcpStream, server: &mut UnixStream, bytes: &[u8]) -> bool {
    if down { client.write_all(bytes).await.is_ok() } else { server.write_all(bytes).await.is_ok() }
}

/// Waits until bytes go on; not if they never will.
async fn goes_on(flow: &mut watch::Receiver<Flow>) -> bool {
    flow.wait_for(|flow| *flow != Flow::Held).await.is_ok_and(|flow| *flow == Flow::On)
}

impl Shared {
    /// Counts `length` bytes more. How many of them are before the point, where it is among them.
    fn take(&self, down: bool, length: usize) -> Option<usize> {
        let mut counted = self.counted.lock().unwrap();
        let before = counted[usize::from(down)];
        counted[usize::from(down)] += length;
        let point = self.point.filter(|point| point.down == down)?;
        (before..before + length).contains(&point.byte).then(|| point.byte - before)
    }
}
