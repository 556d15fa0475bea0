//! PgBouncer in transaction mode, which refuses or drops startup settings.

use pgdeck::{
    core::{env::Environment, error::Code, guard::permit},
    pg::connect::{Connection, Purpose, connect, connect_writing},
};

use rustix::process::Signal;

use crate::{
    server::{
        PASSWORD, Running, TestServer, directory, environment, find, free_port, program, resolve, shown, value, write,
    },
    sessions::cancelled,
};

struct Bouncer {
    _running: Running,
    _directory: tempfile::TempDir,
    environment: Environment,
}

/// `None`, said aloud, where PgBouncer is not installed; a failure where that must not be (CI).
fn bouncer(server: &TestServer, more: &str) -> Option<Bouncer> {
    if find("pgbouncer").is_none() {
        assert_ne!(std::env::var("CI").as_deref(), Ok("true"), "pgbouncer is not installed");
        println!("left out: pgbouncer is not installed");
        return None;
    }
    let (directory, port) = (directory(), free_port());
    let path = |name: &str| directory.path().join(name).display().to_string();
    let users = path("users");
    write(users.as_ref(), &format!("\"app\" \"{PASSWORD}\"\n"));
    let text = format!(
        "[databases]\napp = host=127.0.0.1 port={} dbname=app\n[pgbouncer]\nlisten_addr=127.0.0.1\nlisten_port={port}\n\
         unix_socket_dir=\nauth_type=trust\nauth_file={users}\npool_mode=transaction\ndefault_pool_size=2\n{more}\n",
        server.port
    );
    let file = path("pgbouncer.ini");
    write(file.as_ref(), &text);
    // Other signals it keeps ignoring where it was started by something that ignores them, as a shell's `&` does.
    let started = Running::start(program("pgbouncer", &[&file]), "process up", Signal::KILL);
    let running = started.expect("pgbouncer starts");
    let environment = environment(&format!("postgres://app:{PASSWORD}@127.0.0.1:{port}/app?sslmode=disable"));
    Some(Bouncer { _running: running, _directory: directory, environment })
}

async fn behaves(server: &TestServer, bouncer: &Bouncer) {
    let conninfo = resolve(&bouncer.environment);
    let mut reader = connect(&conninfo, Purpose::Read).await.expect("connects");
    assert!(reader.pooled());
    pinned(&mut reader).await;
    let transaction = reader.begin_read().await.expect("begins");
    let error = shown(&transaction.rows("CREATE TABLE public.t ()").await.expect_err("read-only"));
    assert!(error.contains("refused, this session is read-only"), "{error}");
    drop(transaction);

    let canceller = reader.canceller();
    let transaction = reader.begin_read().await.expect("begins");
    let error = cancelled(server, &transaction, &canceller).await;
    assert_eq!(error.code, Code::Interrupted, "{error}");
    drop(transaction);

    let permit = permit(&bouncer.environment, &"digest".into(), &"test".into(), &"test".into()).expect("permit");
    let mut writer = connect_writing(&conninfo, &permit).await.expect("connects");
    let transaction = writer.begin_write().await.expect("begins");
    transaction.rows("CREATE TABLE public.t (id int)").await.expect("creates");
    transaction.commit().await.expect("commits");
    // The pooler lends both the same server session: nothing that one of them set is left for the other.
    pinned(&mut reader).await;
    assert_eq!(value(&mut reader, "SELECT count(*) FROM public.t").await, "0");
}

async fn pinned(connection: &mut Connection) {
    for (name, wanted) in [
        ("TimeZone", "UTC"),
        ("bytea_output", "hex"),
        ("search_path", "\"\""),
        ("statement_timeout", "1min"),
        ("lock_timeout", "3s"),
        ("row_security", "off"),
        ("transaction_read_only", "on"),
        ("client_encoding", "UTF8"),
    ] {
        assert_eq!(value(connection, &format!("SELECT current_setting('{name}')")).await, wanted, "{name}");
    }
}

#[tokio::test]
async fn a_pooler_that_refuses_startup_settings() {
    let server = TestServer::plain();
    if let Some(bouncer) = bouncer(&server, "") {
        behaves(&server, &bouncer).await;
    }
}

#[tokio::test]
async fn a_pooler_that_drops_startup_settings_without_a_word() {
    let server = TestServer::plain();
    if let Some(bouncer) = bouncer(&server, "ignore_startup_parameters = options") {
        behaves(&server, &bouncer).await;
    }
}
