//! `cargo bench --bench compare`: how much more than a plain look at both sides a review takes.
//!
//! Two figures: 2,000,000 rows on each side with 100 differences, against one scan that hashes every row of both sides
//! at once (psql, in the same run); and 50 small tables through a proxy that answers 80 ms late, in round trips.

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
    app::{deck::Deck, job::Job, sync},
    config::{project::Project, source::Source},
    core::sync::diff::{Change, Review},
    pg::server::{Programs, Server, load},
};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream, UnixStream},
    sync::mpsc,
    time::{Instant as When, sleep_until},
};

const ROWS: u32 = 2_000_000;
const DIFFERENCES: usize = 100;
const TABLES: usize = 50;
const LATE: Duration = Duration::from_millis(80);
const ROUNDS: usize = 3;

const HEAD: &str = "[project]\nname = \"bench\"\n[env.source]\nkind = \"production\"\nurl = \"${SOURCE}\"\n\
                    [env.target]\nkind = \"staging\"\nurl = \"${TARGET}\"\n";

#[tokio::main]
async fn main() {
    let vars = |name: &str| std::env::var(name).ok();
    let programs = Programs::find(None, &vars, &|line| eprintln!("{line}")).expect("PostgreSQL");
    let server = Server::start(&programs, "bench", None).expect("server");
    println!("PostgreSQL {}", server.version());
    slow_line(&server).await;
    many_rows(&server).await;
}

fn deck(source: String, target: String, sets: &str) -> Deck {
    let project = Project::parse(Source::new("pgdeck.toml", format!("{HEAD}{sets}"))).expect("project");
    let variable = move |name: &str| match name {
        "SOURCE" => Some(source.clone()),
        "TARGET" => Some(target.clone()),
        "PGDECK_STATE_DIR" => Some("/nonexistent".to_owned()),
        _ => None,
    };
    Deck::new(project, variable).expect("deck")
}

async fn compare(deck: &Deck) -> (Review, Duration) {
    let began = Instant::now();
    let review = sync::compare(deck, &Job::quiet(), &[], "source", "target", false).await.expect("review");
    (review, began.elapsed())
}

/// Few differences in many rows must not move the table.
async fn many_rows(server: &Server) {
    for side in ["many_source", "many_target"] {
        let step = ROWS as usize / DIFFERENCES;
        let create = format!(
            "CREATE TABLE items (id uuid PRIMARY KEY, key text NOT NULL UNIQUE, title text NOT NULL, body text,
               price numeric(10,2), active boolean NOT NULL, updated_at timestamptz NOT NULL);
             INSERT INTO items SELECT md5('{side}' || n)::uuid, 'item-' || n,
               'Title ' || n || CASE WHEN n % {step} = 0 THEN ' of {side}' ELSE '' END, repeat(md5(n::text), 2), n / 7.0,
               n % 3 = 0, '2026-01-01' FROM generate_series(1, {ROWS}) n"
        );
        load(server, side, &[("schema", &create), ("vacuum", "VACUUM ANALYZE items")]).await.expect("data");
    }
    let sets = "[[sync.set]]\nname = \"items\"\ntables = [{ table = \"items\", key = [\"key\"], ignore = [\"updated_at\"] }]\n";
    let deck = deck(server.url("many_source"), server.url("many_target"), sets);
    let (mut ours, mut plain) = (Duration::MAX, Duration::MAX);
    for _ in 0..ROUNDS {
        plain = plain.min(scan(server));
        let (review, took) = compare(&deck).await;
        ours = ours.min(took);
        assert_eq!(review.count(Change::Update), DIFFERENCES);
        assert_eq!(review.tables[0].unchanged, ROWS as usize - DIFFERENCES);
    }
    let ratio = ours.as_secs_f64() / plain.as_secs_f64();
    println!("2 × {ROWS} rows, {DIFFERENCES} differences, best of {ROUNDS}");
    println!("  review: {ours:.2?}   one row-hash scan of both sides at once: {plain:.2?}   ratio {ratio:.2}");
    println!("  memory of this process at its highest: {} MB", highest_memory() / 1024);
}

/// What a scan costs that hashes the same columns of every row, on both sides at once.
fn scan(server: &Server) -> Duration {
    let sql = "SELECT count(*), bit_xor(h), sum(h) FROM (SELECT hashtextextended(\
               ROW(key::text, title::text, body::text, price::text, active::text)::text, 0) AS h FROM items) AS w";
    let began = Instant::now();
    let psql = ["many_source", "many_target"].map(|side| {
        let mut command = Command::new("psql");
        command.args(["-qXd", &server.url(side), "-o", "/dev/null", "-c", sql]).stdin(Stdio::null());
        command.spawn().expect("psql")
    });
    for mut child in psql {
        assert!(child.wait().expect("psql").success());
    }
    began.elapsed()
}

/// Small sets over a slow link: every round trip counts.
async fn slow_line(server: &Server) {
    let mut sets = "[[sync.set]]\nname = \"many\"\ntables = [".to_owned();
    for side in ["slow_source", "slow_target"] {
        let mut create = String::new();
        for table in 0..TABLES {
            let parent =
                if table == 0 { String::new() } else { format!(", parent int REFERENCES t{} (id)", table - 1) };
            let _ = write!(
                create,
                "CREATE TABLE t{table} (id int PRIMARY KEY GENERATED ALWAYS AS IDENTITY, key text UNIQUE, v numeric{parent});
                 INSERT INTO t{table} (key, v) SELECT 'k' || n, n + CASE '{side}' WHEN 'slow_source' THEN {table} % 3 ELSE 0 END
                 FROM generate_series(1, 20) n;"
            );
        }
        load(server, side, &[("schema", &create)]).await.expect("data");
    }
    let tables: Vec<_> = (0..TABLES).map(|table| format!("{{ table = \"t{table}\", key = [\"key\"] }}")).collect();
    let _ = writeln!(sets, "{}]", tables.join(", "));
    let (source, target) = (Line::open(server).await, Line::open(server).await);
    let deck = deck(source.url("slow_source"), target.url("slow_target"), &sets);
    // Connected before the clock starts; both connections wait in their pools.
    let connected = (deck.reader("source").await.expect("source"), deck.reader("target").await.expect("target"));
    drop(connected);
    let (before, straight) = ([source.turns(), target.turns()], near(server, &sets).await);
    let (review, took) = compare(&deck).await;
    let turns = [source.turns() - before[0], target.turns() - before[1]];
    println!("{TABLES} tables through a proxy that answers {LATE:?} late");
    println!(
        "  review: {took:.2?}, {} differences; without the proxy {straight:.2?}: ({took:.2?} - {straight:.2?}) / {LATE:?} = {:.1} round trips",
        review.count(Change::Update),
        took.saturating_sub(straight).as_secs_f64() / LATE.as_secs_f64()
    );
    println!("  answers: {} of the source, {} of the target", turns[0], turns[1]);
}

/// The same review with nothing in between, connected before.
async fn near(server: &Server, sets: &str) -> Duration {
    let deck = deck(server.url("slow_source"), server.url("slow_target"), sets);
    drop((deck.reader("source").await.expect("source"), deck.reader("target").await.expect("target")));
    compare(&deck).await.1
}

/// A proxy that hands everything on half of the delay later, in both directions.
struct Line {
    port: u16,
    turns: Arc<AtomicUsize>,
}

impl Line {
    async fn open(server: &Server) -> Line {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let port = listener.local_addr().expect("a port").port();
        let socket = server.host().join(format!(".s.PGSQL.{}", server.port()));
        let turns = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&turns);
        tokio::spawn(async move {
            while let Ok((client, _)) = listener.accept().await {
                client.set_nodelay(true).expect("nodelay");
                client.set_nodelay(true).expect("no delay");
                let server = UnixStream::connect(&socket).await.expect("server");
                carry(client, server, Arc::clone(&counter));
            }
        });
        Line { port, turns }
    }

    fn url(&self, dbname: &str) -> String {
        format!("postgresql://postgres@127.0.0.1:{}/{dbname}?sslmode=disable", self.port)
    }

    /// How often the client has been answered.
    fn turns(&self) -> usize {
        self.turns.load(Ordering::Relaxed)
    }
}

fn carry(client: TcpStream, server: UnixStream, turns: Arc<AtomicUsize>) {
    let (from_client, to_client) = client.into_split();
    let (from_server, to_server) = server.into_split();
    // Whether the client has asked something since it was last answered.
    let asked = Arc::new(AtomicUsize::new(0));
    let answered = Arc::clone(&asked);
    late(from_client, to_server, move || asked.store(1, Ordering::Relaxed));
    late(from_server, to_client, move || {
        if answered.swap(0, Ordering::Relaxed) == 1 {
            turns.fetch_add(1, Ordering::Relaxed);
        }
    });
}

/// Hands on what it reads half of the delay later; `each` is told when something was read.
fn late(
    mut from: impl AsyncReadExt + Unpin + Send + 'static,
    mut to: impl AsyncWriteExt + Unpin + Send + 'static,
    each: impl Fn() + Send + 'static,
) {
    let (sender, mut waiting) = mpsc::unbounded_channel::<(When, Vec<u8>)>();
    tokio::spawn(async move {
        let mut buffer = vec![0; 1 << 16];
        while let Ok(length @ 1..) = from.read(&mut buffer).await {
            each();
            if sender.send((When::now() + LATE / 2, buffer[..length].to_vec())).is_err() {
                return;
            }
        }
    });
    tokio::spawn(async move {
        while let Some((when, bytes)) = waiting.recv().await {
            sleep_until(when).await;
            if to.write_all(&bytes).await.is_err() {
                return;
            }
        }
        let _ = to.shutdown().await;
    });
}

/// kB, from the kernel; 0 where it does not say.
fn highest_memory() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|text| text.trim().trim_end_matches(" kB").parse().ok()).unwrap_or_default()
}
