//! What people read when there is no connection. `shown` looks for secrets in each.

use pgdeck::{
    core::error::Code,
    pg::connect::{Purpose, connect},
};
use tokio::net::TcpListener;

use crate::server::{PASSWORD, TestServer, environment, free_port, refused, resolve, shown};

#[tokio::test]
async fn the_server_refuses() {
    let server = TestServer::plain();
    let port = server.port;
    for (user, password, dbname, needle) in [
        ("app", "hunter2hunter2", "app", "wrong password: "),
        ("nobody", PASSWORD, "app", "wrong password: "),
        ("app", PASSWORD, "nowhere", "unknown database: database \"nowhere\" does not exist"),
        ("locked", PASSWORD, "app", "the server does not let this user in from here: "),
        ("app", "", "app", "the server asks for a password and none was found"),
    ] {
        let url = format!("postgres://{user}:{password}@127.0.0.1:{port}/{dbname}");
        let error = connect(&resolve(&environment(&url)), Purpose::Read).await.expect_err(needle);
        assert_eq!(error.code, Code::Connect);
        let text = shown(&error);
        assert!(text.starts_with(&format!("test: {user}@127.0.0.1:{port}/{dbname}: {needle}")), "{text}");
        assert!(error.hint.is_some(), "{text}");
    }
}

#[tokio::test]
async fn nobody_is_there() {
    let error = refused(&format!("postgres://app:{PASSWORD}@127.0.0.1:{}/app", free_port())).await;
    assert!(error.contains("connection refused: nothing listens there"), "{error}");
    let error = refused(&format!("postgres://app:{PASSWORD}@no-such-host.invalid/app")).await;
    assert!(error.contains("the host name cannot be resolved"), "{error}");
    let directory = tempfile::tempdir().expect("directory");
    let error = refused(&format!("postgres://app:{PASSWORD}@/app?host={}", directory.path().display())).await;
    assert!(error.contains("there is no server socket in that directory"), "{error}");
}

#[tokio::test]
async fn something_else_is_there() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("listen");
    let port = silent.local_addr().expect("address").port();
    let error = refused(&format!("postgres://app:{PASSWORD}@127.0.0.1:{port}/app?connect_timeout=1")).await;
    assert!(error.contains("no answer within 1 s"), "{error}");

    let closing = TcpListener::bind("127.0.0.1:0").await.expect("listen");
    let port = closing.local_addr().expect("address").port();
    tokio::spawn(async move { while closing.accept().await.is_ok() {} });
    for mode in ["disable", "prefer", "require"] {
        let error = refused(&format!("postgres://app:{PASSWORD}@127.0.0.1:{port}/app?sslmode={mode}")).await;
        assert!(error.contains("closed the connection while it was made"), "{error}");
    }
}

#[tokio::test]
async fn an_attempt_can_be_given_up() {
    let silent = TcpListener::bind("127.0.0.1:0").await.expect("listen");
    let port = silent.local_addr().expect("address").port();
    let conninfo = resolve(&environment(&format!("postgres://app:{PASSWORD}@127.0.0.1:{port}/app?connect_timeout=0")));
    let (mut socket, _) = tokio::select! {
        _ = connect(&conninfo, Purpose::Read) => panic!("nobody answers"),
        accepted = silent.accept() => accepted.expect("accepted"),
    };
    // The future is gone and its socket with it: what it had sent is followed by the end.
    let mut sent = Vec::new();
    tokio::io::AsyncReadExt::read_to_end(&mut socket, &mut sent).await.expect("end");
}

/// The server repeats what it was given, and a value may be the password.
#[tokio::test]
async fn what_a_statement_is_told_has_no_secret_either() {
    let server = TestServer::plain();
    let mut connection = server.read("").await.expect("connected");
    let transaction = connection.begin_read().await.expect("begins");
    let error = transaction.rows(&format!("SELECT '{PASSWORD}'::int")).await.expect_err("no number");
    let text = shown(&error);
    assert!(text.contains("***"), "{text}");
}
