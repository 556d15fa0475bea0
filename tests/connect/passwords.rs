//! Where the password comes from.

use std::{os::unix::fs::PermissionsExt, path::Path};

use pgdeck::{
    core::{
        env::{Environment, Target},
        guard::permit,
    },
    pg::connect::{Conninfo, Purpose, connect, connect_writing},
};

use crate::server::{PASSWORD, TestServer, environment, resolve, shown};

fn without_password(server: &TestServer) -> Environment {
    environment(&format!("postgres://app@localhost:{}/app", server.port))
}

fn passfile(path: &Path, line: &str, mode: u32) {
    std::fs::write(path, line).expect("write");
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).expect("mode");
}

fn with_command(server: &TestServer, script: &str) -> Environment {
    let command = ["sh", "-c", script].map(str::to_owned).to_vec();
    let environment = without_password(server);
    Environment { target: Target { password_command: command, ..environment.target }, ..environment }
}

#[tokio::test]
async fn pgpassword_and_the_password_file_are_used() {
    let server = TestServer::plain();
    let directory = tempfile::tempdir().expect("directory");
    let path = directory.path().join(".pgpass");
    let line = format!("# comment\nlocalhost:{}:*:app:{PASSWORD}\n", server.port);
    let home = |name: &str| (name == "HOME").then(|| directory.path().display().to_string());
    let here = |name: &str| (name == "PGPASSFILE").then(|| path.display().to_string());
    let variable = |name: &str| (name == "PGPASSWORD").then(|| PASSWORD.to_owned());
    let resolve =
        |vars: &dyn Fn(&str) -> Option<String>| Conninfo::resolve(&without_password(&server), vars).expect("ok");

    assert!(connect(&resolve(&variable), Purpose::Read).await.is_ok());
    let error = shown(&connect(&resolve(&home), Purpose::Read).await.expect_err("no file"));
    assert!(error.contains("none was found"), "{error}");
    passfile(&path, &line, 0o600);
    assert!(connect(&resolve(&home), Purpose::Read).await.is_ok());
    assert!(connect(&resolve(&here), Purpose::Read).await.is_ok());
    passfile(&path, &line, 0o640);
    let error = shown(&connect(&resolve(&home), Purpose::Read).await.expect_err("others may read it"));
    assert!(error.contains("none was found"), "{error}");
}

#[tokio::test]
async fn password_command_runs_once_and_again_when_the_password_has_changed() {
    let server = TestServer::plain();
    let directory = tempfile::tempdir().expect("directory");
    let (runs, secret) = (directory.path().join("runs"), directory.path().join("secret"));
    std::fs::write(&secret, PASSWORD).expect("write");
    let environment = with_command(&server, &format!("echo run >> {}; cat {}", runs.display(), secret.display()));
    let count = || std::fs::read_to_string(&runs).expect("runs").lines().count();
    let conninfo = resolve(&environment);

    let (one, two) = tokio::join!(connect(&conninfo, Purpose::Read), connect(&conninfo, Purpose::Read));
    assert!(one.is_ok() && two.is_ok());
    assert_eq!(count(), 1);

    let permit = permit(&environment, &"digest".into(), &"test".into(), &"test".into()).expect("permit");
    let mut writer = connect_writing(&conninfo, &permit).await.expect("connects");
    let transaction = writer.begin_write().await.expect("begins");
    transaction.rows("ALTER ROLE app PASSWORD 'hunter2b'").await.expect("changes");
    transaction.commit().await.expect("commits");
    let error = shown(&connect(&conninfo, Purpose::Read).await.expect_err("the command gives the old one"));
    assert!(error.contains("wrong password"), "{error}");
    assert_eq!(count(), 2);
    std::fs::write(&secret, "hunter2b").expect("write");
    assert!(connect(&conninfo, Purpose::Read).await.is_ok());
    assert_eq!(count(), 3);
}

#[tokio::test]
async fn a_failing_password_command_is_named_and_not_quoted() {
    let server = TestServer::plain();
    let environment = with_command(&server, &format!("echo {PASSWORD}; echo {PASSWORD} >&2; exit 7"));
    let error = shown(&connect(&resolve(&environment), Purpose::Read).await.expect_err("fails"));
    assert!(error.contains("password_command `sh` failed: exit status: 7"), "{error}");
}
