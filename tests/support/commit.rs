//! A proxy in front of a server that loses a COMMIT or its answer.

use std::{
    path::PathBuf,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::Notify,
};

/// What becomes of a COMMIT on its way.
#[derive(Clone)]
pub enum Fate {
    /// The server never gets it, and has noticed so when the client does.
    Swallowed,
    /// The server has carried it out; nobody hears of it.
    Unanswered,
    /// The server never gets it, and does not know yet that the client is gone until it is told.
    Held(Arc<Notify>, Arc<Notify>),
}

/// Stands between pgdeck and the server that listens on `socket`: what becomes of the `which`th COMMIT, counted from 1,
/// and of every connection's that follows it. Returns its port.
pub async fn proxy(socket: PathBuf, which: usize, fate: Fate) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(AtomicUsize::new(0));
    tokio::spawn(async move {
        while let Ok((client, _)) = listener.accept().await {
            client.set_nodelay(true).unwrap();
            tokio::spawn(carry(client, socket.clone(), which, Arc::clone(&seen), fate.clone()));
        }
    });
    port
}

async fn carry(mut client: TcpStream, socket: PathBuf, which: usize, seen: Arc<AtomicUsize>, fate: Fate) {
    let mut server = UnixStream::connect(socket).await.unwrap();
    let (mut asked, mut answer) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = client.read(&mut asked) => match read {
                Ok(length @ 1..)
                    if asked[..length].windows(8).any(|word| word == b"; COMMIT")
                        && seen.fetch_add(1, Ordering::Relaxed) + 1 >= which =>
                {
                    return cut(client, server, &asked[..length], fate).await;
                }
                Ok(length @ 1..) => server.write_all(&asked[..length]).await.unwrap(),
                _ => return,
            },
            read = server.read(&mut answer) => match read {
                Ok(length @ 1..) => client.write_all(&answer[..length]).await.unwrap(),
                _ => return,
            },
        }
    }
}

async fn cut(client: TcpStream, mut server: UnixStream, commit: &[u8], fate: Fate) {
    let mut rest = Vec::new();
    match fate {
        Fate::Swallowed => {}
        Fate::Unanswered => {
            server.write_all(commit).await.unwrap();
            let mut answer = [0; 1024];
            // ReadyForQuery, outside a transaction.
            while !rest.ends_with(b"Z\0\0\0\x05I") {
                let length = server.read(&mut answer).await.unwrap();
                assert_ne!(length, 0, "the server hung up");
                rest.extend_from_slice(&answer[..length]);
            }
        }
        Fate::Held(go, gone) => {
            drop(client);
            go.notified().await;
            server.shutdown().await.unwrap();
            let _ = server.read_to_end(&mut rest).await;
            gone.notify_one();
            return;
        }
    }
    // The server's end of the connection is closed when its process is gone, and with it the transaction.
    server.shutdown().await.unwrap();
    let _ = server.read_to_end(&mut rest).await;
}
