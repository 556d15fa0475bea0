//! What a server says, from the first byte on: sessions as a real server had them, changed.

use std::{
    cell::Cell,
    sync::{Arc, Mutex, Once},
    time::Duration,
};

use pgdeck::{
    app::{counts, deck::Deck, job::Job, sync},
    config::{project::Project, source::Source},
    core::error::{Error, Result},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
};

use crate::{
    fuzz::{self, SECRET},
    samples::samples,
    support::{Pair, project, server},
};

/// What is asked of the server. Everything is read: the catalogue, rows and their types.
async fn asked(deck: &Deck, which: usize) -> Result<()> {
    let job = Job::quiet();
    if which == 0 {
        Box::pin(counts::estimates(deck, &job, "target", &[])).await.map(drop)
    } else {
        Box::pin(sync::export(deck, &job, &[], "target")).await.map(drop)
    }
}

/// What the server said while each thing was asked, each time through one connection.
pub async fn recorded(pair: &Pair) -> Vec<Vec<u8>> {
    let mut all = Vec::new();
    for which in 0..2 {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let deck = deck(listener.local_addr().unwrap().port(), &pair.target.name);
        let said = Arc::new(Mutex::new(Vec::new()));
        let into = Arc::clone(&said);
        let serving = tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                overheard(client, &into).await;
            }
        });
        asked(&deck, which).await.unwrap();
        serving.abort();
        all.push(std::mem::take(&mut *said.lock().unwrap()));
    }
    all
}

async fn overheard(mut client: TcpStream, said: &Mutex<Vec<u8>>) {
    let socket = server().host().join(format!(".s.PGSQL.{}", server().port()));
    let mut to = UnixStream::connect(socket).await.unwrap();
    let (mut up, mut down) = (vec![0; 1 << 16], vec![0; 1 << 16]);
    loop {
        tokio::select! {
            read = client.read(&mut up) => match read {
                Ok(length @ 1..) => to.write_all(&up[..length]).await.unwrap(),
                _ => return,
            },
            read = to.read(&mut down) => match read {
                Ok(length @ 1..) => {
                    said.lock().unwrap().extend_from_slice(&down[..length]);
                    client.write_all(&down[..length]).await.unwrap();
                }
                _ => return,
            },
        }
    }
}

const SETS: &str =
    "[[sync.set]]\nname = \"s\"\ntables = [{ table = \"p\", key = [\"k\"] }, { table = \"c\", key = [\"k\"] }]\n";

fn deck(port: u16, dbname: &str) -> Deck {
    let project = Project::parse(Source::new("pgdeck.toml", project(SETS))).unwrap();
    let url = format!("postgresql://postgres@127.0.0.1:{port}/{dbname}?sslmode=disable");
    let state = std::env::temp_dir().join("pgdeck-parsers-no-state").display().to_string();
    Deck::new(project, move |name| match name {
        "SOURCE" | "TARGET" => Some(url.clone()),
        "PGPASSWORD" => Some(SECRET.into()),
        "PGDECK_STATE_DIR" => Some(state.clone()),
        _ => None,
    })
    .unwrap()
}

/// What a server says, cut where it waits for the next question: behind each `ReadyForQuery`.
fn turns(said: &[u8]) -> Vec<&[u8]> {
    let (mut turns, mut start, mut at) = (Vec::new(), 0, 0);
    while let Some(length) = said.get(at + 1..at + 5) {
        let length = u32::from_be_bytes(length.try_into().unwrap()) as usize;
        let end = at + 1 + length;
        if length < 4 || end > said.len() {
            break;
        }
        if said[at] == b'Z' {
            turns.push(&said[start..end]);
            start = end;
        }
        at = end;
    }
    if start < said.len() {
        turns.push(&said[start..]);
    }
    turns
}

/// Says one turn after each thing that is asked, and hangs up where there is no more to say.
async fn plays(mut client: TcpStream, said: &[u8]) {
    let mut asked = Asked::default();
    let mut buffer = vec![0; 1 << 16];
    for turn in turns(said) {
        while !asked.next() {
            match client.read(&mut buffer).await {
                Ok(length @ 1..) => asked.bytes.extend_from_slice(&buffer[..length]),
                _ => return,
            }
        }
        if asked.cancels || client.write_all(turn).await.is_err() {
            return;
        }
    }
    let _ = client.shutdown().await;
    while let Ok(1..) = client.read(&mut buffer).await {}
}

/// A client's messages, as far as they say whose turn it is.
#[derive(Default)]
struct Asked {
    started: bool,
    cancels: bool,
    bytes: Vec<u8>,
}

impl Asked {
    /// Takes in messages up to one that is answered; whether there was one.
    fn next(&mut self) -> bool {
        loop {
            let head = usize::from(self.started);
            let Some(length) = self.bytes.get(head..head + 4) else { return false };
            let end = head + u32::from_be_bytes(length.try_into().unwrap()) as usize;
            if self.bytes.len() < end {
                return false;
            }
            let message: Vec<u8> = self.bytes.drain(..end).collect();
            if !self.started {
                self.started = true;
                self.cancels = message.get(4..8) == Some(&80_877_102_u32.to_be_bytes()[..]);
                return true;
            }
            if matches!(message[0], b'Q' | b'S' | b'p') {
                return true;
            }
        }
    }
}

thread_local! {
    static PANICS: Cell<usize> = const { Cell::new(0) };
}

/// A panic of a task of its own ends that task and nothing else: it has to be counted.
fn count_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let hook = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |info| {
            PANICS.set(PANICS.get() + 1);
            hook(info);
        }));
    });
}

/// Nothing waits as long unless it waits for ever.
const FOR_EVER: Duration = Duration::from_secs(60);

async fn session(said: &[u8], which: usize) -> Result<()> {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let deck = deck(listener.local_addr().unwrap().port(), "d");
    let serving = async {
        let mut connections = tokio::task::JoinSet::new();
        while let Ok((client, _)) = listener.accept().await {
            let said = said.to_vec();
            connections.spawn(async move { plays(client, &said).await });
        }
    };
    tokio::select! {
        () = serving => unreachable!("it serves for ever"),
        outcome = tokio::time::timeout(FOR_EVER, asked(&deck, which)) => outcome.expect("it waits for ever"),
    }
}

fn holds(name: &str, which: usize) {
    count_panics();
    let good = samples().sessions[which].clone();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let one = |bytes: &[u8]| -> Result<(), Error> { runtime.block_on(session(bytes, which)) };
    one(&good).unwrap();
    fuzz::any(name, &[good], |bytes| {
        let before = PANICS.get();
        let outcome = one(bytes);
        assert_eq!(PANICS.get(), before, "a task panicked");
        if let Err(error) = &outcome {
            fuzz::is_one_line(error);
            assert!(!error.to_string().contains(SECRET), "{error}");
            assert!(error.environment.is_some(), "it does not say where: {error}");
        }
        outcome.is_ok()
    });
}

#[test]
fn what_a_server_says_of_its_catalogue() {
    holds("a server's catalogue", 0);
}

#[test]
fn what_a_server_says_of_its_rows() {
    holds("a server's rows", 1);
}

/// A server that repeats the password in its own words, in whatever field and message.
#[test]
fn a_server_that_repeats_the_password() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    let message = |kind: u8| {
        let mut body = Vec::new();
        for (field, text) in [
            (b'S', "FATAL"),
            (b'V', "FATAL"),
            (b'C', "28P01"),
            (b'M', &*format!("{SECRET} is wrong")),
            (b'D', &*format!("not {SECRET}")),
            (b'H', &*format!("{SECRET}?")),
        ] {
            body.push(field);
            body.extend(text.bytes().chain([0]));
        }
        body.push(0);
        let mut out = vec![kind];
        out.extend((body.len() as u32 + 4).to_be_bytes());
        out.extend(body);
        out
    };
    fuzz::any("a server that repeats the password", &[[message(b'N'), message(b'E')].concat()], |bytes| {
        let outcome = runtime.block_on(session(bytes, 0));
        let error = outcome.expect_err("there is no session");
        fuzz::is_one_line(&error);
        assert!(!error.to_string().contains(SECRET), "{error}");
        true
    });
}
