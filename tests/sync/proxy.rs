//! A proxy that understands enough of the protocol to stop at a certain statement (PostgreSQL manual, 55.7).

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::{Notify, mpsc},
};

use crate::support::server;

/// On which side of a statement the line breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// The server never gets it.
    Before,
    /// The server has answered it, and nobody hears the answer.
    After,
}

/// Where the line breaks.
#[derive(Debug, Clone, Copy)]
pub struct Break {
    /// The statement, counted from 1 once the connection is ready.
    pub at: usize,
    pub side: Side,
}

/// A proxy to the server whose first connection breaks; later ones are carried as they are.
pub struct Proxy {
    pub port: u16,
    /// How many statements the first connection has sent.
    pub statements: Arc<AtomicUsize>,
    /// Told when the statement is reached; then it waits for `go`, if it is to hold.
    pub reached: mpsc::UnboundedReceiver<()>,
    pub go: Arc<Notify>,
    /// Told when the server has noticed.
    pub gone: mpsc::UnboundedReceiver<()>,
}

#[derive(Clone)]
struct Line {
    place: Break,
    holds: bool,
    statements: Arc<AtomicUsize>,
    reached: mpsc::UnboundedSender<()>,
    go: Arc<Notify>,
    gone: mpsc::UnboundedSender<()>,
}

impl Proxy {
    /// Breaks the first connection at `place`. With `holds` the client hears nothing more, and the line is closed only
    /// when `go` says so; else it is closed at once.
    pub async fn open(place: Break, holds: bool) -> Proxy {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let (reached, told) = mpsc::unbounded_channel();
        let (gone, noticed) = mpsc::unbounded_channel();
        let line = Line { place, holds, statements: Arc::default(), reached, go: Arc::default(), gone };
        let (statements, go) = (Arc::clone(&line.statements), Arc::clone(&line.go));
        tokio::spawn(async move {
            let mut first = Some(line);
            while let Ok((client, _)) = listener.accept().await {
                client.set_nodelay(true).unwrap();
                let socket = server().host().join(format!(".s.PGSQL.{}", server().port()));
                let server = UnixStream::connect(socket).await.unwrap();
                match first.take() {
                    Some(line) => _ = tokio::spawn(line.carry(client, server)),
                    None => _ = tokio::spawn(plainly(client, server)),
                }
            }
        });
        Proxy { port, statements, reached: told, go, gone: noticed }
    }

    pub fn url(&self, dbname: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{dbname}?sslmode=disable", self.port)
    }
}

async fn plainly(mut client: TcpStream, mut server: UnixStream) {
    let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
}

impl Line {
    async fn carry(self, mut client: TcpStream, mut server: UnixStream) {
        let (mut asked, mut answered) = (Messages { started: false, ..Messages::default() }, Messages::started());
        let (mut from_client, mut from_server) = (vec![0; 1 << 16], vec![0; 1 << 16]);
        // The answer to the startup is the first that ends with ReadyForQuery.
        let mut ready = 0;
        loop {
            tokio::select! {
                read = client.read(&mut from_client) => {
                    let Ok(length @ 1..) = read else { return };
                    asked.feed(&from_client[..length]);
                    while let Some((kind, message)) = asked.next() {
                        let ends = matches!(kind, Some(b'Q' | b'S'));
                        let number = self.statements.fetch_add(usize::from(ends), Ordering::Relaxed) + usize::from(ends);
                        if ends && number == self.place.at && self.place.side == Side::Before {
                            return self.cut(client, server).await;
                        }
                        server.write_all(&message).await.unwrap();
                    }
                },
                read = server.read(&mut from_server) => {
                    let Ok(length @ 1..) = read else { return };
                    answered.feed(&from_server[..length]);
                    while let Some((kind, message)) = answered.next() {
                        ready += usize::from(kind == Some(b'Z'));
                        if kind == Some(b'Z') && ready == self.place.at + 1 && self.place.side == Side::After {
                            return self.cut(client, server).await;
                        }
                        if client.write_all(&message).await.is_err() {
                            return;
                        }
                    }
                },
            }
        }
    }

    async fn cut(self, client: TcpStream, mut server: UnixStream) {
        let _ = self.reached.send(());
        if self.holds {
            self.go.notified().await;
        }
        // The server's end of the connection is closed when its process is gone, and with it the transaction.
        let _ = server.shutdown().await;
        let _ = server.read_to_end(&mut Vec::new()).await;
        drop(client);
        let _ = self.gone.send(());
    }
}

/// Bytes as messages: a kind, a length, a body. The first of a client has no kind.
#[derive(Default)]
struct Messages {
    started: bool,
    bytes: Vec<u8>,
}

impl Messages {
    fn started() -> Self {
        Messages { started: true, bytes: Vec::new() }
    }

    fn feed(&mut self, bytes: &[u8]) {
        self.bytes.extend_from_slice(bytes);
    }

    fn next(&mut self) -> Option<(Option<u8>, Vec<u8>)> {
        let head = usize::from(self.started);
        let length: [u8; 4] = self.bytes.get(head..head + 4)?.try_into().unwrap();
        let end = head + u32::from_be_bytes(length) as usize;
        if self.bytes.len() < end {
            return None;
        }
        let message: Vec<u8> = self.bytes.drain(..end).collect();
        let kind = self.started.then(|| message[0]);
        self.started = true;
        Some((kind, message))
    }
}
