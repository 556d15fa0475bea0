//! `cargo bench --bench audit`: what the whole audit of a large catalogue costs.
//!
//! 10,000 tables with a primary key, a foreign key, indexes, policies, grants and functions: the audit against psql
//! running the same SQL in the same run; the statements that it sends, against those for ten tables; and its memory.

#![allow(clippy::expect_used, reason = "a bench that cannot be set up has failed")]

use std::{
    fmt::Write as _,
    process::{Command, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};

use pgdeck::{
    app::{
        audit::{self, Audited},
        deck::Deck,
        job::Job,
    },
    config::{project::Project, source::Source},
    pg::{
        audit::QUERIES,
        server::{Programs, Server, load},
    },
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
};

const TABLES: usize = 10_000;
const FEW: usize = 10;
const ROUNDS: usize = 3;

#[tokio::main]
async fn main() {
    let vars = |name: &str| std::env::var(name).ok();
    let programs = Programs::find(None, &vars, &|line| eprintln!("{line}")).expect("PostgreSQL");
    let server = Server::start(&programs, "bench", None).expect("server");
    println!("PostgreSQL {}", server.version());
    for (name, tables) in [("few", FEW), ("many", TABLES)] {
        catalogue(&server, name, tables).await;
    }
    let few = statements(&server, "few").await;
    let many = statements(&server, "many").await;
    println!("statements: {few} for {FEW} tables, {many} for {TABLES}");
    times(&server).await;
}

async fn catalogue(server: &Server, name: &str, tables: usize) {
    let mut scripts = vec![
        "DO $$ BEGIN CREATE ROLE anon; CREATE ROLE authenticated; EXCEPTION WHEN duplicate_object \
                            THEN NULL; END $$;"
            .to_owned(),
    ];
    for chunk in (0..tables).collect::<Vec<_>>().chunks(250) {
        let mut sql = String::new();
        for table in chunk {
            // Writing to a string does not fail.
            let _ = write!(
                sql,
                "CREATE TABLE t{table} (id bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY, owner uuid NOT NULL,
                   parent bigint REFERENCES t{} ON DELETE {}, name text, state text, created_at timestamptz);
                 CREATE INDEX ON t{table} (parent);
                 GRANT SELECT, INSERT ON t{table} TO authenticated;",
                table / 2,
                if table % 3 == 0 { "CASCADE" } else { "SET NULL" },
            );
            if table % 2 == 0 {
                let _ = write!(
                    sql,
                    "ALTER TABLE t{table} ENABLE ROW LEVEL SECURITY;
                     CREATE POLICY own ON t{table} TO authenticated USING (owner::text = current_setting('a.b', true));"
                );
            }
            if table % 20 == 0 {
                let _ = write!(
                    sql,
                    "CREATE VIEW v{table} AS SELECT id, name FROM t{table};
                     CREATE FUNCTION f{table}(a int) RETURNS int LANGUAGE sql AS 'SELECT a';"
                );
            }
        }
        scripts.push(sql);
    }
    let scripts: Vec<_> = scripts.iter().map(|sql| ("schema", sql.as_str())).chain([("analyze", "ANALYZE")]).collect();
    load(server, name, &scripts).await.expect("catalogue");
}

fn deck(url: String) -> Deck {
    let text = "[project]\nname = \"bench\"\n[env.here]\nkind = \"staging\"\nurl = \"${URL}\"\n";
    let project = Project::parse(Source::new("pgdeck.toml", text)).expect("project");
    let variable = move |name: &str| match name {
        "URL" => Some(url.clone()),
        "PGDECK_STATE_DIR" => Some("/nonexistent".to_owned()),
        _ => None,
    };
    Deck::new(project, variable).expect("deck")
}

async fn audited(deck: &Deck) -> Audited {
    audit::audit(deck, &Job::quiet(), "here", &[]).await.expect("audit")
}

/// How many statements the audit of a database sends, once it is connected.
async fn statements(server: &Server, database: &str) -> usize {
    let line = Line::open(server).await;
    let deck = deck(line.url(database));
    drop(deck.reader("here").await.expect("connected"));
    let before = line.statements.load(Ordering::Relaxed);
    audited(&deck).await;
    line.statements.load(Ordering::Relaxed) - before
}

async fn times(server: &Server) {
    let deck = deck(server.url("many"));
    let (mut ours, mut plain) = (Duration::MAX, Duration::MAX);
    let mut findings = 0;
    for _ in 0..ROUNDS {
        plain = plain.min(psql(server));
        let began = Instant::now();
        let audited = audited(&deck).await;
        ours = ours.min(began.elapsed());
        findings = audited.audit.findings.len();
    }
    let ratio = ours.as_secs_f64() / plain.as_secs_f64();
    println!("{TABLES} tables, best of {ROUNDS}, {findings} findings");
    println!("  audit: {ours:.2?}   psql with the same SQL: {plain:.2?}   ratio {ratio:.2}");
    println!("  memory of this process at its highest: {} MB", highest_memory() / 1024);
}

/// The same statements by psql, one after the other over one connection, the results thrown away.
fn psql(server: &Server) -> Duration {
    let mut command = Command::new("psql");
    command.args(["-qXAtd", &server.url("many"), "-o", "/dev/null", "-c", "BEGIN ISOLATION LEVEL REPEATABLE READ"]);
    for (_, sql) in QUERIES {
        command.args(["-c", sql]);
    }
    let began = Instant::now();
    assert!(command.stdin(Stdio::null()).status().expect("psql").success());
    began.elapsed()
}

/// A proxy that counts what the client asks.
struct Line {
    port: u16,
    statements: Arc<AtomicUsize>,
}

impl Line {
    async fn open(server: &Server) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("a port").port();
        let socket = server.host().join(format!(".s.PGSQL.{}", server.port()));
        let statements = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&statements);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                client.set_nodelay(true).expect("nodelay");
                let server = UnixStream::connect(&socket).await.expect("server");
                tokio::spawn(carry(client, server, Arc::clone(&counter)));
            }
        });
        Line { port, statements }
    }

    fn url(&self, dbname: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{dbname}?sslmode=disable", self.port)
    }
}

/// Hands everything on, and counts Query and Parse messages (PostgreSQL manual, 55.7 "Message Formats").
async fn carry(client: TcpStream, server: UnixStream, statements: Arc<AtomicUsize>) -> std::io::Result<()> {
    let (mut from_client, mut to_client) = client.into_split();
    let (mut from_server, mut to_server) = server.into_split();
    tokio::spawn(async move { tokio::io::copy(&mut from_server, &mut to_client).await });
    // The first message has no type.
    let mut first = true;
    loop {
        let kind = if first { 0 } else { from_client.read_u8().await? };
        let length = from_client.read_u32().await?;
        let mut body = vec![0; length as usize - 4];
        from_client.read_exact(&mut body).await?;
        if kind == b'Q' || kind == b'P' {
            statements.fetch_add(1, Ordering::Relaxed);
        }
        let mut message = if first { Vec::new() } else { vec![kind] };
        message.extend(length.to_be_bytes());
        message.extend(body);
        to_server.write_all(&message).await?;
        first = false;
    }
}

/// kB, from the kernel; 0 where it does not say.
fn highest_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
