//! Throw-away servers: they start, serve, and leave nothing behind.

use std::fs::{self, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::Duration;

use pgdeck::core::error::Code;
use pgdeck::pg::server::{Programs, Server};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use crate::processes::{Family, session};

/// Long enough for the slowest machine; nothing waits this long unless it fails.
const SOON: Duration = Duration::from_secs(20);
/// Set for the helper process that owns a server and is killed.
const OWNER: &str = "PGDECK_TEST_OWNER";
const NOBODY: u32 = 65_534;

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

fn programs() -> Programs {
    Programs::find(None, &env, &|line| eprintln!("{line}")).unwrap()
}

fn start(name: &str) -> Server {
    Server::start(&programs(), name, None).unwrap()
}

async fn connect(server: &Server) -> Client {
    let (client, connection) = tokio_postgres::connect(&server.url("postgres"), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

async fn ask(client: &Client, sql: &str) -> String {
    client.query_one(sql, &[]).await.unwrap().get(0)
}

fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

/// A temporary directory that the server's user may pass through, whoever runs the test.
fn open_dir() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o755)).unwrap();
    dir
}

/// The private directory that holds a server's socket directory.
fn private_dir(server: &Server) -> PathBuf {
    server.host().parent().unwrap().to_owned()
}

#[tokio::test]
async fn two_servers_at_once_are_two_worlds() {
    let (left, right) = (thread::spawn(|| start("left")), thread::spawn(|| start("right")));
    let (left, right) = (left.join().unwrap(), right.join().unwrap());
    let (a, b) = (connect(&left).await, connect(&right).await);
    a.batch_execute("create table only_here (id int); insert into only_here values (1)").await.unwrap();
    assert_eq!(ask(&a, "select count(*)::text from only_here").await, "1");
    assert_eq!(ask(&b, "select coalesce(to_regclass('only_here')::text, 'none')").await, "none");
    assert_eq!(ask(&a, "select current_setting('cluster_name')").await, "left");
    assert_eq!(ask(&b, "select current_setting('server_version')").await.split(' ').next(), Some(right.version()));
    let identifier = "select system_identifier::text from pg_control_system()";
    assert_ne!(ask(&a, identifier).await, ask(&b, identifier).await);
}

#[tokio::test]
async fn it_listens_in_a_closed_directory_only_away_from_root_and_the_terminal() {
    let server = start("closed");
    let client = connect(&server).await;
    assert_eq!(ask(&client, "show listen_addresses").await, "");
    assert_eq!(fs::metadata(server.host()).unwrap().mode() & 0o777, 0o700);
    assert_ne!(fs::metadata(format!("/proc/{}", server.pid())).unwrap().uid(), 0);
    assert_eq!(session(server.pid()), Some(server.pid()), "a session of its own");
}

#[tokio::test]
async fn nothing_is_left_after_drop() {
    let server = start("dropped");
    let client = connect(&server).await;
    ask(&client, "select 'connected'").await;
    let (dir, family) = (private_dir(&server), Family::of(server.pid()));
    assert!(family.len() > 2, "the server, its workers, our connection");
    assert!(dir.join("data/PG_VERSION").exists());
    drop(server);
    assert_eq!(family.wait_ended(Duration::ZERO), Ok(()), "drop waits for the end");
    assert!(!dir.exists());
}

#[tokio::test]
async fn kept_data_stay_and_are_used_again() {
    let keep = open_dir();
    let server = Server::start(&programs(), "kept", Some(keep.path())).unwrap();
    connect(&server).await.batch_execute("create table stays (id int)").await.unwrap();
    drop(server);
    assert!(keep.path().join("kept/PG_VERSION").exists());
    let server = Server::start(&programs(), "kept", Some(keep.path())).unwrap();
    assert_eq!(ask(&connect(&server).await, "select to_regclass('stays')::text").await, "stays");
}

#[test]
fn a_server_that_dies_at_its_start_is_quoted_in_one_line() {
    let keep = open_dir();
    let _first = Server::start(&programs(), "twice", Some(keep.path())).unwrap();
    let error = Server::start(&programs(), "twice", Some(keep.path())).err().unwrap();
    assert_eq!(error.code, Code::Connect);
    let line = error.to_string();
    assert!(line.starts_with("twice: ") && line.contains("postmaster.pid") && !line.contains('\n'), "{line}");
}

#[test]
fn a_directory_of_something_else_is_not_touched() {
    let keep = open_dir();
    let data = keep.path().join("mine");
    fs::create_dir(&data).unwrap();
    fs::write(data.join("letter.txt"), "dear").unwrap();
    let error = Server::start(&programs(), "mine", Some(keep.path())).err().unwrap().to_string();
    assert!(error.contains(&data.display().to_string()), "{error}");
    assert_eq!(fs::read_to_string(data.join("letter.txt")).unwrap(), "dear");
}

#[test]
fn a_wrong_pg_bin_is_an_error_that_names_it() {
    let dir = open_dir();
    let error = Programs::find(Some(dir.path()), &env, &|_| {}).unwrap_err();
    assert_eq!(error.code, Code::Usage);
    let line = error.to_string();
    assert!(line.contains("--pg-bin") && line.contains(&dir.path().display().to_string()), "{line}");
}

#[test]
fn when_the_owner_is_killed_the_servers_end_and_the_next_start_sweeps() {
    let tmp = open_dir();
    let mut owner = Owner::start(tmp.path());
    let families: Vec<_> = owner.servers().into_iter().map(Family::of).collect();
    assert_eq!(families.len(), 2);
    assert!(families.iter().all(|family| family.len() > 2), "each server with its workers");
    owner.kill();
    for family in families {
        assert_eq!(family.wait_ended(SOON), Ok(()), "alive after their owner's death");
    }
    let left = || fs::read_dir(tmp.path()).unwrap().flatten().map(|entry| entry.path()).collect::<Vec<_>>();
    let stale = left();
    assert_eq!(stale.len(), 2, "SIGKILL leaves no time to tidy: {stale:?}");
    let mut next = Owner::start(tmp.path());
    next.servers();
    let now = left();
    assert!(now.len() == 2 && stale.iter().all(|dir| !now.contains(dir)), "{stale:?} swept, not {now:?}");
    next.kill();
}

/// A process of this test binary that runs [`owner_process`].
struct Owner(Child);

impl Owner {
    fn start(tmp: &Path) -> Self {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "server::owner_process", "--nocapture"]);
        command.env(OWNER, "1").env("TMPDIR", tmp).stdin(Stdio::piped()).stdout(Stdio::piped());
        Owner(command.spawn().unwrap())
    }

    /// The pids of its two servers, once they are ready.
    fn servers(&mut self) -> Vec<u32> {
        let lines = BufReader::new(self.0.stdout.as_mut().unwrap()).lines().map(Result::unwrap);
        lines.filter_map(|line| line.split_once("server ")?.1.parse().ok()).take(2).collect()
    }

    fn kill(&mut self) {
        self.0.kill().unwrap();
        self.0.wait().unwrap();
    }
}

impl Drop for Owner {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Not a test by itself: owns two servers until it is killed, in the process that [`Owner::start`] makes.
#[test]
fn owner_process() {
    if env(OWNER).is_none() {
        return;
    }
    // Started from threads that end at once: the servers must be tied to the process, not to these.
    let servers = ["one", "two"].map(|name| thread::spawn(move || start(name)).join().unwrap());
    for server in &servers {
        println!("\nserver {}", server.pid());
    }
    std::io::stdin().lines().for_each(drop);
}

/// The other half of the world: what runs as root in a container runs as an ordinary user on a desk.
#[test]
fn everything_holds_for_an_ordinary_user_too() {
    if !is_root() {
        return; // then the other tests have just shown it
    }
    let dir = open_dir();
    fs::set_permissions(dir.path(), Permissions::from_mode(0o777)).unwrap();
    let binary = dir.path().join("tests");
    // Copied by another process: were the copy open for writing in this one, a test that forks meanwhile would keep
    // it so, and the kernel refuses to run such a file.
    let mut copy = Command::new("cp");
    assert!(copy.arg(std::env::current_exe().unwrap()).arg(&binary).status().unwrap().success());
    let mut command = Command::new(&binary);
    command.args(["server::", "--test-threads=2"]).env("HOME", dir.path()).env("TMPDIR", dir.path());
    let output = command.current_dir("/").uid(NOBODY).gid(NOBODY).output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("server::two_servers_at_once_are_two_worlds ... ok"), "{said}");
}
