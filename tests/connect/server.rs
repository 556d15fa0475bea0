//! A throw-away server for these tests only: TCP on the loopback, SCRAM passwords, TLS when asked for.
//!
//! TO BE REPLACED by `pgdeck::pg::server` once that can do TCP, TLS and `pg_hba.conf` lines of its own.

use std::{
    io::{BufRead, BufReader, Write},
    net::TcpListener,
    os::unix::fs::{PermissionsExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
};

use pgdeck::{
    core::{
        env::{Environment, Kind, Target},
        error::{Error, Result},
    },
    pg::connect::{Connection, Conninfo, Purpose, connect},
};
use rustix::process::{Pid, Signal, kill_process};
use secrecy::SecretString;
use tempfile::TempDir;

use crate::certificates::Identity;

/// The password of the role `app`. No error and no `Debug` may show it.
pub const PASSWORD: &str = "hunter2";

/// What every server starts with. The role is set to everything that pgdeck must not let through.
const SETUP: &str = "\
CREATE ROLE app LOGIN PASSWORD 'hunter2'
CREATE ROLE locked LOGIN PASSWORD 'hunter2'
CREATE DATABASE app OWNER app
ALTER ROLE app SET timezone = 'Asia/Tokyo'
ALTER ROLE app SET datestyle = 'German'
ALTER ROLE app SET intervalstyle = 'iso_8601'
ALTER ROLE app SET extra_float_digits = -5
ALTER ROLE app SET bytea_output = 'escape'
ALTER ROLE app SET search_path = 'public'
";

/// Who may come in; `locked` may not.
pub const HBA: &str = "\
host all locked all reject
local all all scram-sha-256
host all all 127.0.0.1/32 scram-sha-256
";

/// A program that runs until dropped, and the signal that ends it.
pub struct Running(Child, Signal);

impl Running {
    /// Starts `command` and waits until a line of its log contains `ready`.
    pub fn start(mut command: Command, ready: &'static str, end: Signal) -> Option<Self> {
        let mut child =
            command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("starts");
        let log = BufReader::new(child.stderr.take().expect("log"));
        let (tell, told) = mpsc::channel();
        // Read to the end, so that the program never waits for a full pipe.
        std::thread::spawn(move || {
            for line in log.lines().map_while(std::result::Result::ok) {
                if std::env::var_os("PGDECK_TEST_LOG").is_some() {
                    eprintln!("{line}");
                }
                if line.contains(ready) {
                    let _ = tell.send(());
                }
            }
        });
        let running = Running(child, end);
        // The sender goes when the log ends: the program failed.
        told.recv().is_ok().then_some(running)
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = kill_process(Pid::from_child(&self.0), self.1);
        let _ = self.0.wait();
    }
}

/// A PostgreSQL server with the database and the role `app`.
pub struct TestServer {
    _running: Running,
    directory: TempDir,
    pub port: u16,
}

impl TestServer {
    pub fn plain() -> Self {
        Self::start(None, HBA, &[])
    }

    pub fn with_tls(identity: &Identity) -> Self {
        Self::start(Some(identity), HBA, &[])
    }

    /// With `pg_hba.conf` and settings of its own.
    pub fn start(identity: Option<&Identity>, hba: &str, settings: &[&str]) -> Self {
        let directory = directory();
        let data = directory.path().join("data");
        let data_text = data.to_str().expect("path");
        run(
            &mut program(
                "initdb",
                &["-D", data_text, "-U", "postgres", "-A", "trust", "-E", "UTF8", "--no-locale", "--no-sync"],
            ),
            "",
        );
        run(&mut program("postgres", &["--single", "-D", data_text, "postgres"]), SETUP);
        write(&data.join("pg_hba.conf"), hba);
        if let Some(identity) = identity {
            write(&data.join("server.crt"), &identity.certificate);
            write(&data.join("server.key"), &identity.key);
        }
        let tls = if identity.is_some() { "ssl=on" } else { "ssl=off" };
        for _ in 0..5 {
            let port = free_port();
            let sockets = format!("unix_socket_directories={}", directory.path().display());
            let (port_text, addresses) = (format!("port={port}"), "listen_addresses=127.0.0.1");
            let mut arguments = vec!["-D", data_text];
            for setting in ["fsync=off", addresses, &port_text, &sockets, tls].iter().chain(settings) {
                arguments.extend(["-c", setting]);
            }
            if let Some(running) =
                Running::start(program("postgres", &arguments), "ready to accept connections", Signal::QUIT)
            {
                return TestServer { _running: running, directory, port };
            }
        }
        panic!("the server does not start; PGDECK_TEST_LOG=1 shows its log");
    }

    pub fn socket_directory(&self) -> &Path {
        self.directory.path()
    }

    /// The environment `test` at `localhost`, with URL parameters such as `sslmode=require`.
    pub fn environment(&self, parameters: &str) -> Environment {
        environment(&format!("postgres://app:{PASSWORD}@localhost:{}/app?{parameters}", self.port))
    }

    pub fn conninfo(&self, parameters: &str) -> Conninfo {
        resolve(&self.environment(parameters))
    }

    pub async fn read(&self, parameters: &str) -> Result<Connection> {
        connect(&self.conninfo(parameters), Purpose::Read).await
    }

    pub async fn refused(&self, parameters: &str) -> String {
        shown(&self.read(parameters).await.expect_err(parameters))
    }
}

pub fn environment(url: &str) -> Environment {
    let target = Target { url: Some(SecretString::from(url.to_owned())), ..Target::default() };
    Environment { name: "test".into(), kind: Kind::Development, writable: true, target }
}

/// Without any environment variable.
pub fn resolve(environment: &Environment) -> Conninfo {
    Conninfo::resolve(environment, &|_| None).expect("resolves")
}

pub async fn refused(url: &str) -> String {
    shown(&connect(&resolve(&environment(url)), Purpose::Read).await.expect_err("refused"))
}

/// The error as people see it, after a look for secrets and line breaks.
pub fn shown(error: &Error) -> String {
    let (text, debug) = (error.to_string(), format!("{error:?}"));
    assert!(!text.contains(PASSWORD) && !debug.contains(PASSWORD), "{text} {debug}");
    assert!(!text.contains('\n'), "{text}");
    assert_eq!(error.environment.as_deref(), Some("test"), "{text}");
    text
}

/// One value.
pub async fn value(connection: &mut Connection, sql: &str) -> String {
    let transaction = connection.begin_read().await.expect("begins");
    let rows = transaction.rows(sql).await.expect(sql);
    transaction.rollback().await.expect("ends");
    rows[0][0].clone().expect("a value")
}

pub fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").and_then(|listener| listener.local_addr()).expect("a port").port()
}

/// A directory that the server's account may use.
pub fn directory() -> TempDir {
    let directory = tempfile::tempdir().expect("directory");
    own(directory.path(), 0o755);
    directory
}

pub fn write(path: &Path, text: &str) {
    std::fs::write(path, text).expect("write");
    own(path, 0o600);
}

fn own(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("mode");
    if let Some(account) = account() {
        chown(path, Some(account.0), Some(account.1)).expect("owner");
    }
}

/// As root, whom PostgreSQL refuses to serve: uid and gid of the account `postgres`.
fn account() -> Option<(u32, u32)> {
    if !rustix::process::geteuid().is_root() {
        return None;
    }
    let accounts = std::fs::read_to_string("/etc/passwd").expect("accounts");
    let line = accounts.lines().find(|line| line.starts_with("postgres:")).expect("an account `postgres`");
    let mut ids = line.split(':').skip(2).map(|id| id.parse().expect("an id"));
    ids.next().zip(ids.next())
}

/// `name` from PATH or a distribution's directory (the newest), as an account that PostgreSQL accepts,
/// ending when the thread of the test does.
pub fn program(name: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "QUIT"]);
    if let Some((user, group)) = account() {
        command.arg(format!("--reuid={user}")).arg(format!("--regid={group}")).arg("--clear-groups");
    }
    command
        .arg("--")
        .arg(find(name).unwrap_or_else(|| panic!("`{name}` is not installed")))
        .args(arguments)
        .current_dir("/");
    command.env_remove("LD_LIBRARY_PATH");
    command
}

pub fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut directories: Vec<PathBuf> = std::env::split_paths(&path).chain(["/usr/sbin".into()]).collect();
    let mut versions: Vec<_> =
        std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten().map(|entry| entry.path()).collect();
    versions.sort();
    directories.extend(versions.into_iter().rev().map(|version| version.join("bin")));
    directories.into_iter().map(|directory| directory.join(name)).find(|path| path.is_file())
}

fn run(command: &mut Command, input: &str) {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::piped()).spawn().expect("starts");
    child.stdin.take().expect("input").write_all(input.as_bytes()).expect("input");
    let output = child.wait_with_output().expect("ends");
    assert!(output.status.success(), "{command:?}: {}", String::from_utf8_lossy(&output.stderr));
}
