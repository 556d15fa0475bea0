//! The real program, watched from outside.

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use pgdeck::{
    app::demo::example,
    pg::server::{Programs, Server},
};
use tempfile::TempDir;
use tokio::runtime::Runtime;
use tokio_postgres::{Client, NoTls};

use crate::{Figure, figure, tty::Tty};

const PROGRAM: &str = env!("CARGO_BIN_EXE_pgdeck");
const EXAMPLE: &str = "innotrue";

/// A folder with a project, and the servers of its environments.
struct Place {
    folder: TempDir,
    servers: Vec<Server>,
    runtime: Runtime,
    variables: Vec<(String, String)>,
}

impl Place {
    fn new(project: &str, names: &[&str]) -> Place {
        let folder = tempfile::tempdir().unwrap();
        fs::write(folder.path().join("pgdeck.toml"), project).unwrap();
        let programs =
            Programs::find(None, &|name: &str| std::env::var(name).ok(), &|line| eprintln!("{line}")).unwrap();
        let servers: Vec<_> = names.iter().map(|name| Server::start(&programs, name, None).unwrap()).collect();
        let home = folder.path().display().to_string();
        let mut variables: Vec<_> =
            [("HOME", home.as_str()), ("TERM", "xterm-256color"), ("COLORTERM", "truecolor"), ("LANG", "C.UTF-8")]
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .to_vec();
        for (name, server) in names.iter().zip(&servers) {
            let url = server.url(if names.len() > 1 { EXAMPLE } else { "postgres" });
            variables.push((format!("{}_DATABASE_URL", name.to_uppercase()), url));
        }
        Place { folder, servers, runtime: Runtime::new().unwrap(), variables }
    }

    fn example() -> Place {
        let example = example(Some(EXAMPLE)).unwrap();
        let place = Place::new(example.project, &["production", "preprod"]);
        for (server, name) in place.servers.iter().zip(["production", "preprod"]) {
            place.runtime.block_on(example.load(server, EXAMPLE, name)).unwrap();
        }
        place
    }

    fn console(&self) -> Tty {
        Tty::start(Path::new(PROGRAM), &[], &self.variables, self.folder.path())
    }

    fn admin(&self, server: usize, database: &str) -> Client {
        let url = self.servers[server].url(database);
        let (client, connection) = self.runtime.block_on(tokio_postgres::connect(&url, NoTls)).unwrap();
        self.runtime.spawn(connection);
        client
    }
}

fn find(bytes: &[u8], text: &str) -> Option<usize> {
    bytes.windows(text.len()).position(|window| window == text.as_bytes())
}

/// Takes in everything until nothing is written for a while.
fn settle(tty: &mut Tty) {
    while tty.more(Instant::now() + Duration::from_millis(300)) {}
}

/// Milliseconds until the first frame began to arrive, and its bytes.
fn first_paint(place: &Place) -> (f64, usize) {
    let begin = Instant::now();
    let mut tty = place.console();
    while find(&tty.bytes, "\x1b[?2026h").is_none() {
        assert!(tty.more(begin + Duration::from_secs(10)));
    }
    let time = begin.elapsed().as_secs_f64() * 1000.0;
    while find(&tty.bytes, "\x1b[?2026l").is_none() {
        assert!(tty.more(begin + Duration::from_secs(10)));
    }
    let bytes = find(&tty.bytes, "\x1b[?2026l").unwrap();
    tty.types("q");
    tty.exit();
    (time, bytes)
}

/// How often the threads of a process went to sleep by themselves.
fn switches(pid: u32) -> u64 {
    let tasks = fs::read_dir(format!("/proc/{pid}/task")).unwrap().map(|task| task.unwrap().path());
    tasks.map(|task| status(&task, "voluntary_ctxt_switches:")).sum()
}

fn status(process: &Path, name: &str) -> u64 {
    let status = fs::read_to_string(process.join("status")).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(name)).expect("the line");
    line.split_whitespace().next().unwrap().parse().unwrap()
}

pub fn start_and_bytes() -> Vec<Figure> {
    let place = Place::example();
    let mut starts: Vec<_> = (0..15).map(|_| first_paint(&place)).collect();
    starts.sort_by(|a, b| a.0.total_cmp(&b.0));
    let start = format!("p50 {:.0} ms, worst of 15 {:.0} ms", starts[7].0, starts[14].0);
    let first = starts.iter().map(|(_, bytes)| *bytes).max().unwrap();

    let mut tty = place.console();
    tty.sees_all();
    settle(&mut tty);
    let loaded = tty.bytes.len();
    let (before, slept) = (loaded, switches(tty.pid()));
    let silent = tty.is_silent_for(Duration::from_secs(3));
    let (idle, woken) = (tty.bytes.len() - before, switches(tty.pid()) - slept);
    assert_eq!(silent, idle == 0);
    let mut figures = vec![
        figure("start to first paint", "≤ 50 ms", start),
        figure("bytes while idle, in 3 s", "0", idle.to_string()),
        figure("wake-ups while idle, in 3 s", "0", woken.to_string()),
        figure("bytes of the first paint", "≤ 8,000", first.to_string()),
        figure("bytes until all is loaded", "", loaded.to_string()),
    ];
    figures.extend(moving(&mut tty));
    figures.push(spinner(&place, &mut tty));
    tty.types("q");
    tty.exit();
    figures
}

/// Every step down the list: its frame, and the details that follow when the selection rests.
fn moving(tty: &mut Tty) -> Vec<Figure> {
    let (mut steps, mut details) = (Vec::new(), Vec::new());
    for step in 2..=30 {
        let begin = tty.bytes.len();
        tty.types("j");
        tty.sees(&format!("{step} of "));
        steps.push(tty.bytes.len() - begin);
        settle(tty);
        details.push(tty.bytes.len() - begin - steps[steps.len() - 1]);
    }
    [("bytes to move the selection", "≤ 400", steps), ("bytes of the details, once it rests", "", details)]
        .into_iter()
        .map(|(what, goal, mut bytes)| {
            bytes.sort_unstable();
            figure(what, goal, format!("p50 {}, worst {}", bytes[bytes.len() / 2], bytes[bytes.len() - 1]))
        })
        .collect()
}

/// The frames of a job that waits for a lock: its spinner, and its seconds.
fn spinner(place: &Place, tty: &mut Tty) -> Figure {
    let locker = place.admin(1, EXAMPLE);
    place.runtime.block_on(locker.batch_execute("BEGIN; LOCK TABLE public.audit_logs")).unwrap();
    tty.types("/audit_logs\r");
    tty.sees("1 of 1 ");
    tty.types("e");
    tty.sees("counting preprod");
    let until = Instant::now() + Duration::from_millis(700);
    while tty.more(until) {}
    let mut frames = Vec::new();
    let until = Instant::now() + Duration::from_secs(2);
    loop {
        let begin = tty.bytes.len();
        if !tty.more(until) {
            break;
        }
        frames.push(tty.bytes.len() - begin);
    }
    frames.sort_unstable();
    place.runtime.block_on(locker.batch_execute("ROLLBACK")).unwrap();
    let (middle, worst) = (frames[frames.len() / 2], frames[frames.len() - 1]);
    figure("bytes of a step of spinner and counter", "≤ 50", format!("p50 {middle}, worst {worst} of {}", frames.len()))
}

/// What the process holds once it has read 10,000 tables.
pub fn memory() -> Vec<Figure> {
    let project = "[project]\nname = \"big\"\n[env.big]\nkind = \"development\"\nurl = \"${BIG_DATABASE_URL}\"\n";
    let place = Place::new(project, &["big"]);
    let make = "DO $$ BEGIN FOR i IN 1..10000 LOOP \
                EXECUTE format('CREATE TABLE t%s (id int PRIMARY KEY, parent int, name text, at timestamptz)', i); \
                IF i % 200 = 0 THEN COMMIT; END IF; END LOOP; END $$";
    let admin = place.admin(0, "postgres");
    place.runtime.block_on(admin.batch_execute(make)).unwrap();
    let mut tty = place.console();
    tty.sees("Overview");
    tty.types("2");
    tty.sees("1 of 10,000");
    settle(&mut tty);
    let process = PathBuf::from(format!("/proc/{}", tty.pid()));
    let mb = |kilobytes: u64| kilobytes as f64 / 1024.0;
    let (now, peak) = (status(&process, "VmRSS:"), status(&process, "VmHWM:"));
    tty.types("q");
    tty.exit();
    vec![figure("memory with 10k tables loaded", "≤ 40 MB", format!("{:.1} MB, at most {:.1} MB", mb(now), mb(peak)))]
}
