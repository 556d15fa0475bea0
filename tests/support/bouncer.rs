//! PgBouncer in transaction mode, which gives every transaction another server session.

use std::{
    io::{BufRead, BufReader},
    net::TcpListener,
    os::unix::fs::{MetadataExt, chown},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    sync::mpsc,
};

use pgdeck::pg::server::Server;
use tempfile::TempDir;

/// A pooler in front of a server; it ends when this is dropped.
pub struct Bouncer {
    child: Child,
    /// Where it listens, on the loopback.
    pub port: u16,
    _files: TempDir,
}

impl Drop for Bouncer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn find() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders = std::env::split_paths(&path).chain(["/usr/sbin".into()]).collect::<Vec<_>>();
    folders.into_iter().map(|folder| folder.join("pgbouncer")).find(|file| file.is_file())
}

/// One in front of `server`. `None`, said aloud, where PgBouncer is not installed; a failure where that must not be (CI).
pub fn bouncer(server: &Server) -> Option<Bouncer> {
    let Some(program) = find() else {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "pgbouncer is not installed");
        println!("left out: pgbouncer is not installed");
        return None;
    };
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let files = tempfile::tempdir().unwrap();
    let (users, config) = (files.path().join("users"), files.path().join("pgbouncer.ini"));
    std::fs::write(&users, "\"postgres\" \"\"\n").unwrap();
    let text = format!(
        "[databases]\n* = host={} port={}\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port={port}\nunix_socket_dir=\n\
         auth_type=trust\nauth_file={}\npool_mode=transaction\ndefault_pool_size=2\n",
        server.host().display(),
        server.port(),
        users.display()
    );
    std::fs::write(&config, text).unwrap();
    let mut command = as_owner(server.host(), [files.path(), &users, &config]);
    command.arg(program).arg(&config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    ready(&mut child);
    Some(Bouncer { child, port, _files: files })
}

/// It refuses to run as root, so it runs as the server does, and ends with this process.
fn as_owner(of: &Path, files: [&Path; 3]) -> Command {
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", "KILL"]);
    if rustix::process::getuid().is_root() {
        let facts = std::fs::metadata(of).unwrap();
        for file in files {
            chown(file, Some(facts.uid()), Some(facts.gid())).unwrap();
        }
        command.arg(format!("--reuid={}", facts.uid())).arg(format!("--regid={}", facts.gid())).arg("--clear-groups");
    }
    command.arg("--").current_dir("/");
    command
}

fn ready(child: &mut Child) {
    let log = BufReader::new(child.stderr.take().unwrap());
    let (tell, told) = mpsc::channel();
    // Read to the end, so that the program never waits for a full pipe.
    std::thread::spawn(move || {
        for line in log.lines().map_while(Result::ok).filter(|line| line.contains("process up")) {
            let _ = tell.send(line);
        }
    });
    told.recv().unwrap();
}
