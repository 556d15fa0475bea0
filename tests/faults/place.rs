//! A folder with a project, its two databases, and what has to hold in them.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Output, Stdio},
    time::{Duration, Instant},
};

use pgdeck::{
    app::sync::load_bundle,
    core::{
        journal::Outcome,
        sync::{bundle::Bundle, plan::Plan},
    },
};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value as Json;
use tempfile::TempDir;
use tokio::{runtime::Runtime, task::JoinHandle};
use tokio_postgres::NoTls;

use crate::{
    doing::Doing,
    fault::{Fault, Weight},
    proxy::{Flow, Point, Proxy},
    running::Running,
    support::{Pair, project, server, set, without_ids},
    tty::Tty,
};

const SCHEMA: &str = "CREATE TABLE p (id serial PRIMARY KEY, k text UNIQUE);
    CREATE TABLE c (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE, pos int UNIQUE, p_id int REFERENCES p)";
/// A new parent with a new child, two that swap their places, one that goes.
const SOURCE: &str = "INSERT INTO p (k) VALUES ('new'), ('both');
    INSERT INTO c (k, pos, p_id) VALUES ('new', 3, 1), ('x', 1, 2), ('y', 2, 2)";
const TARGET: &str = "INSERT INTO p (k) VALUES ('both');
    INSERT INTO c (k, pos, p_id) VALUES ('x', 2, 1), ('y', 1, 1), ('gone', 7, 1)";
const FILES: [(&str, &str); 2] = [
    ("001_first.sql", "CREATE TABLE made.first_one (id int);\n"),
    ("002_second.sql", "CREATE TABLE made.second_one (id int);\n"),
];
/// What a try of migrations leaves.
const NO_MIGRATIONS: &str = "DROP SCHEMA IF EXISTS made CASCADE; DROP SCHEMA IF EXISTS supabase_migrations CASCADE;
    CREATE SCHEMA made";
/// Nothing takes as long unless it hangs.
pub const SOON: Duration = Duration::from_secs(60);

pub struct Place {
    pair: Pair,
    plan: Plan,
    bundle: Bundle,
    before: String,
    after: String,
    folder: TempDir,
}

impl Place {
    pub async fn new() -> Place {
        let pair = Pair::new(&sets(), SCHEMA, SOURCE, TARGET).await;
        for db in [&pair.source, &pair.target] {
            // What is committed outlives a crash.
            db.run(&format!("ALTER DATABASE {} SET synchronous_commit = on", db.name)).await;
        }
        let plan = pair.all(&pair.review_deletes().await);
        let before = pair.target.dump().await;
        let run = pair.apply(&plan).await.unwrap().run.unwrap();
        let after = without_ids(&pair.target.dump().await);
        pair.undo(&run).await.unwrap();
        let bundle = pair.export().await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        let place = Place { pair, plan, bundle, before, after, folder };
        fs::write(place.path("pgdeck.toml"), project(&sets())).unwrap();
        fs::write(place.path("plan.json"), place.plan.text()).unwrap();
        fs::create_dir(place.path("migrations")).unwrap();
        for (name, text) in FILES {
            fs::write(place.path("migrations").join(name), text).unwrap();
        }
        place
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn state(&self) -> PathBuf {
        self.pair.state.path().join("state")
    }

    /// Variables of the program that reaches both environments through `port`, or directly.
    fn variables(&self, port: Option<u16>) -> Vec<(String, String)> {
        let url = |name: &str| {
            let through =
                |port| format!("postgresql://postgres@127.0.0.1:{port}/{name}?sslmode=disable&application_name=faulty");
            port.map_or_else(|| server().url(name), through)
        };
        [
            ("SOURCE", url(&self.pair.source.name)),
            ("TARGET", url(&self.pair.target.name)),
            ("PGDECK_STATE_DIR", self.state().display().to_string()),
            ("HOME", self.path("").display().to_string()),
            ("TERM", "xterm-256color".into()),
            ("LANG", "C.UTF-8".into()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    fn command(&self, port: Option<u16>, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pgdeck"));
        command.current_dir(self.folder.path()).args(arguments).env_clear().envs(self.variables(port));
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// Runs the program without anything in the way.
    fn run(&self, arguments: &[&str]) -> Output {
        self.command(None, arguments).output().unwrap()
    }

    /// Begins `doing` through `port`. What it needs is made first.
    fn begin(&self, runtime: &Runtime, doing: Doing, port: u16) -> Running {
        let arguments: Vec<String> = match doing {
            Doing::Apply => ["sync", "apply", "--plan", "plan.json", "--confirm", "target"].map(str::to_owned).to_vec(),
            Doing::Undo => {
                let run = runtime.block_on(self.pair.apply(&self.plan)).unwrap().run.unwrap();
                ["sync", "undo", &run, "--confirm", "target"].map(str::to_owned).to_vec()
            }
            Doing::Migrate => {
                runtime.block_on(self.pair.target.run(NO_MIGRATIONS));
                ["migrations", "apply", "-e", "target", "--confirm", "target"].map(str::to_owned).to_vec()
            }
            Doing::Export => {
                let _ = fs::remove_file(self.path("out.bundle"));
                ["sync", "export", "--from", "source", "--out", "out.bundle"].map(str::to_owned).to_vec()
            }
            Doing::Console => {
                let program = std::path::Path::new(env!("CARGO_BIN_EXE_pgdeck"));
                let tty = Tty::start(program, &[], &self.variables(Some(port)), self.folder.path());
                return Running::Console(Box::new(tty));
            }
        };
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        Running::Verb(self.command(Some(port), &arguments).spawn().unwrap())
    }

    fn socket() -> PathBuf {
        server().host().join(format!(".s.PGSQL.{}", server().port()))
    }

    /// How many bytes `doing` takes where nothing breaks.
    pub fn weigh(&self, runtime: &Runtime, doing: Doing) -> Weight {
        let proxy = runtime.block_on(Proxy::open(Place::socket(), None, Flow::On));
        match self.begin(runtime, doing, proxy.port) {
            Running::Verb(child) => {
                let output = child.wait_with_output().unwrap();
                assert_eq!(output.status.code(), Some(0), "{doing:?}: {}", text(&output));
            }
            Running::Console(mut tty) => {
                tty.sees_all();
                tty.types("q");
                assert_eq!(tty.exit(), 0);
            }
        }
        let weight = Weight(proxy.counted());
        assert!(weight.0.iter().all(|bytes| *bytes > 500), "{doing:?}: {weight:?}");
        assert!(self.is_told(runtime, doing, Some(0), 1), "{doing:?} is done");
        weight
    }

    /// Does `doing`, hit by `fault` at `point`. Whether it was hit, and whether it was done all the
    /// same.
    pub fn try_one(&mut self, runtime: &Runtime, doing: Doing, fault: Fault, point: Point) -> (bool, bool) {
        let runs = self.pair.journal().len() + usize::from(doing == Doing::Undo);
        let mut proxy = runtime.block_on(Proxy::open(Place::socket(), Some(point), fault.flow()));
        let mut running = self.begin(runtime, doing, proxy.port);
        let hit = running.until_hit(runtime, &mut proxy);
        if hit {
            self.hit(runtime, &running, fault, &proxy);
        }
        let code = running.ends(doing);
        drop(proxy);
        runtime.block_on(self.alone());
        let begun = self.pair.journal().len() - runs;
        (hit, self.is_told(runtime, doing, code, begun))
    }

    fn hit(&self, runtime: &Runtime, running: &Running, fault: Fault, proxy: &Proxy) {
        match fault {
            Fault::Kill => {
                running.signal(if matches!(running, Running::Verb(_)) { Signal::KILL } else { Signal::TERM });
                running.wait_for_end();
                proxy.set(Flow::Cut);
            }
            Fault::Cut => {}
            Fault::HalfOpen => {
                // The first asks the server to stop, which hears nothing, the second leaves.
                running.signal(Signal::INT);
                running.signal(Signal::TERM);
                running.wait_for_end();
                proxy.set(Flow::Cut);
            }
            Fault::Terminate => {
                runtime.block_on(self.terminate());
                proxy.set(Flow::On);
            }
            Fault::Crash => {
                runtime.block_on(self.crash());
                proxy.set(Flow::On);
            }
        }
    }

    async fn terminate(&self) {
        let admin = connect().await.expect("the server is there");
        admin.batch_execute(&format!("SELECT pg_terminate_backend(pid) {}", self.sessions())).await.unwrap();
        self.alone().await;
    }

    /// The sessions in the two databases.
    fn sessions(&self) -> String {
        let (a, b) = (&self.pair.source.name, &self.pair.target.name);
        format!("FROM pg_stat_activity WHERE datname IN ('{a}', '{b}') AND application_name = 'faulty'")
    }

    /// Waits until the program's sessions have ended, and with them their transactions.
    async fn alone(&self) {
        let deadline = Instant::now() + SOON;
        let admin = up_again(deadline).await;
        let query = format!("SELECT count(*) {}", self.sessions());
        loop {
            let left: i64 = admin.query_one(&query, &[]).await.unwrap().get(0);
            if left == 0 {
                return;
            }
            assert!(Instant::now() < deadline, "{left} sessions stay");
        }
    }

    /// Kills a process of the server that is ours alone: the server ends all others and begins anew from its log.
    async fn crash(&self) {
        let (admin, _) = witness().await.expect("the server is there");
        let (_other, other_ended) = witness().await.expect("the server is there");
        let pid: i32 = admin.query_one("SELECT pg_backend_pid()", &[]).await.unwrap().get(0);
        kill_process(Pid::from_raw(pid).unwrap(), Signal::KILL).unwrap();
        // Once the server has noticed, it ends the others too, and lets nobody in before it has begun anew.
        tokio::time::timeout(SOON, other_ended).await.expect("the server ends every session").unwrap();
        up_again(Instant::now() + SOON).await;
    }

    /// Whether it was done, after everything that has to hold was looked at: half of it is neither, and the exit code
    /// and the journal say the same.
    fn is_told(&self, runtime: &Runtime, doing: Doing, code: Option<i32>, begun: usize) -> bool {
        let what = format!("{doing:?} ended with {code:?}");
        assert!(matches!(code, None | Some(0 | 3 | 5 | 6 | 8 | 130)), "{what}");
        let done = match doing {
            Doing::Apply | Doing::Undo => self.rows(runtime, doing, begun, &what),
            Doing::Migrate => self.files(runtime, begun, &what),
            Doing::Export => self.exported(&what),
            Doing::Console => code == Some(0),
        };
        match code {
            Some(0) => assert!(done, "{what}, and nothing is done"),
            Some(8) | None => {}
            Some(_) => assert!(!done || doing == Doing::Console, "{what}, and it is done"),
        }
        done
    }

    /// The newest run, once what was cut off is settled.
    fn told(&self, what: &str) -> Json {
        let journal = self.run(&["journal", "--format", "json"]);
        assert!(journal.status.success(), "{what}: {}", text(&journal));
        let told: Json =
            serde_json::from_slice(&journal.stdout).unwrap_or_else(|_| panic!("{what}: {}", text(&journal)));
        told["runs"][0]["entry"].clone()
    }

    fn rows(&self, runtime: &Runtime, doing: Doing, begun: usize, what: &str) -> bool {
        let dump = runtime.block_on(self.pair.target.dump());
        let applied = without_ids(&dump) == self.after;
        assert!(applied || dump == self.before, "{what}: half of it\n{dump}");
        let done = applied == (doing == Doing::Apply);
        if begun > 0 {
            let told = self.told(what);
            assert_eq!(told["outcome"], if done { "applied" } else { "rolled-back" }, "{what}: {told}");
        } else {
            assert!(!done, "{what}: done, and not in the journal");
        }
        if applied {
            // The last run that is in the target, whichever that is.
            let runs = self.pair.journal();
            let action = pgdeck::core::journal::Action::Apply;
            let run =
                runs.iter().find(|run| run.last.action == action && run.last.outcome == Outcome::Applied).unwrap();
            let record = self.state().join("runs").join(format!("{}.json", run.last.run));
            assert!(record.is_file(), "{what}: before-images");
            let undone = self.run(&["sync", "undo", &run.last.run, "--confirm", "target"]);
            assert!(undone.status.success(), "{what}: {}", text(&undone));
        }
        assert_eq!(runtime.block_on(self.pair.target.dump()), self.before, "{what}: every byte is back");
        done
    }

    fn files(&self, runtime: &Runtime, begun: usize, what: &str) -> bool {
        let there = runtime.block_on(
            self.pair.target.rows("SELECT relname FROM pg_class WHERE relnamespace = 'made'::regnamespace ORDER BY 1"),
        );
        let history = "SELECT to_regclass('supabase_migrations.schema_migrations') IS NOT NULL";
        let recorded = match runtime.block_on(self.pair.target.one(history)).as_str() {
            "t" => runtime.block_on(
                self.pair.target.rows("SELECT version FROM supabase_migrations.schema_migrations ORDER BY version"),
            ),
            _ => Vec::new(),
        };
        let ran = there.len();
        assert_eq!(there, ["first_one", "second_one"][..ran], "{what}");
        assert_eq!(recorded, ["001", "002"][..ran], "{what}: recorded is what ran");
        if begun > 0 {
            let told = self.told(what);
            let outcome = ["rolled-back", "stopped", "applied"][ran];
            assert_eq!(told["outcome"], outcome, "{what}: {ran} of two files: {told}");
            assert_eq!(told["migrations"]["ran"].as_array().map(Vec::len), Some(ran), "{what}: {told}");
        } else {
            assert_eq!(ran, 0, "{what}: done, and not in the journal");
        }
        runtime.block_on(
            self.pair.target.run("DROP SCHEMA made CASCADE; DROP SCHEMA IF EXISTS supabase_migrations CASCADE"),
        );
        ran == FILES.len()
    }

    fn exported(&self, what: &str) -> bool {
        let path = self.path("out.bundle");
        if !path.exists() {
            return false;
        }
        let bundle = load_bundle(&path).unwrap_or_else(|error| panic!("{what}: half a file: {error}"));
        assert_eq!(bundle.tables, self.bundle.tables, "{what}");
        true
    }
}

async fn connect() -> Option<tokio_postgres::Client> {
    witness().await.map(|(client, _)| client)
}

/// A session, and what tells of its end.
async fn witness() -> Option<(tokio_postgres::Client, JoinHandle<()>)> {
    let (client, connection) = tokio_postgres::connect(&server().url("postgres"), NoTls).await.ok()?;
    let ended = tokio::spawn(async move { drop(connection.await) });
    Some((client, ended))
}

/// A session of the administrator, as soon as the server gives one.
async fn up_again(deadline: Instant) -> tokio_postgres::Client {
    loop {
        if let Some(client) = connect().await {
            return client;
        }
        assert!(Instant::now() < deadline, "the server does not come up again");
    }
}

fn sets() -> String {
    set(r#"{ table = "p", key = ["k"] }, { table = "c", key = ["k"], ids = "keep" }"#)
}

pub fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}
