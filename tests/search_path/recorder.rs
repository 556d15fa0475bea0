//! A line to a server that writes down what is asked on it (PostgreSQL manual, 55.7), each statement with the search path
//! that it runs under.

use std::{
    io::{Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    path::{Path, PathBuf},
    sync::{Arc, Mutex},
    thread,
};

use crate::names::{Token, statements, tokens};

/// Whose names a statement finds without a schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// Those of `pg_catalog`, and temporary ones at most.
    Catalog,
    /// The role's own path, behind `pg_catalog`: its relations and types first, but of functions the best match of all.
    CatalogFirst,
    /// The role's own.
    Role,
}

pub struct Recorder {
    pub port: u16,
    seen: Arc<Mutex<Vec<(Looks, String)>>>,
}

impl Recorder {
    pub fn open(socket: &Path) -> Recorder {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Mutex::new(Vec::new()));
        let (socket, into) = (socket.to_owned(), seen.clone());
        thread::spawn(move || {
            for client in listener.incoming() {
                let (socket, into) = (socket.clone(), into.clone());
                thread::spawn(move || carry(client.unwrap(), &socket, &into));
            }
        });
        Recorder { port, seen }
    }

    /// What was asked so far.
    pub fn take(&self) -> Vec<(Looks, String)> {
        std::mem::take(&mut self.seen.lock().unwrap())
    }
}

fn carry(mut client: TcpStream, socket: &PathBuf, seen: &Mutex<Vec<(Looks, String)>>) {
    let mut server = UnixStream::connect(socket).unwrap();
    let (mut answers, mut back) = (server.try_clone().unwrap(), client.try_clone().unwrap());
    thread::spawn(move || {
        // Either side may go first.
        let _ = std::io::copy(&mut answers, &mut back);
        let _ = back.shutdown(Shutdown::Both);
    });
    let mut session: Option<Session> = None;
    while let Some((kind, message)) = frame(&mut client, session.is_some()) {
        let text = |from: usize| {
            let rest = message.get(from..).unwrap_or_default();
            String::from_utf8_lossy(rest.split(|byte| *byte == 0).next().unwrap_or_default()).into_owned()
        };
        match (&mut session, kind) {
            (None, _) => session = Some(Session::begin(&String::from_utf8_lossy(&message))),
            (Some(session), b'Q') => session.run(&text(5), seen),
            (Some(session), b'P') => {
                let name = text(5);
                assert!(name.is_empty(), "a named statement: {name}");
                session.run(&text(6), seen);
            }
            _ => {}
        }
        if server.write_all(&message).is_err() {
            break;
        }
    }
    let _ = server.shutdown(Shutdown::Write);
}

/// A message, whole; the first of a connection has no letter in front.
fn frame(from: &mut impl Read, begun: bool) -> Option<(u8, Vec<u8>)> {
    let mut head = vec![0; if begun { 5 } else { 4 }];
    from.read_exact(&mut head).ok()?;
    let length = u32::from_be_bytes(head[head.len() - 4..].try_into().unwrap()) as usize;
    let (kind, start) = (head[0], head.len());
    head.resize(start + length - 4, 0);
    from.read_exact(&mut head[start..]).ok()?;
    Some((kind, head))
}

/// One session: what it was told at its start, and what its transaction set.
struct Session {
    own: Looks,
    local: Option<Looks>,
    marks: Vec<(String, Option<Looks>)>,
}

impl Session {
    fn begin(startup: &str) -> Session {
        let own = if startup.contains("-c search_path= ") { Looks::Catalog } else { Looks::Role };
        Session { own, local: None, marks: Vec::new() }
    }

    fn run(&mut self, text: &str, seen: &Mutex<Vec<(Looks, String)>>) {
        for statement in statements(text) {
            seen.lock().unwrap().push((self.local.unwrap_or(self.own), statement.clone()));
            self.follow(&statement);
        }
    }

    fn follow(&mut self, statement: &str) {
        let words: Vec<String> = tokens(statement)
            .into_iter()
            .filter_map(|token| match token {
                Token::Word(word) => Some(word),
                _ => None,
            })
            .collect();
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        match words.as_slice() {
            ["begin" | "commit", ..] | ["rollback"] => {
                self.local = None;
                self.marks.clear();
            }
            ["savepoint", name] => self.marks.push(((*name).to_owned(), self.local)),
            ["rollback", "to", .., name] => {
                if let Some((_, local)) = self.marks.iter().rfind(|(mark, _)| mark == name) {
                    self.local = *local;
                }
            }
            ["set", "local", "search_path"] | ["set", "local", "search_path", "pg_catalog", "pg_temp"] => {
                self.local = Some(Looks::Catalog);
            }
            ["set", "local" | "session", "search_path", ..] | ["reset", "all"] => self.local = Some(self.own),
            _ if statement.contains("set_config('search_path'") => self.local = Some(Looks::CatalogFirst),
            _ => {}
        }
    }
}
