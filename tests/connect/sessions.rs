//! What a session is set to and what the server makes of it.

use std::time::Duration;

use pgdeck::{
    core::{
        error::{Code, Error},
        guard::{Permit, permit},
    },
    pg::connect::{Canceller, Connection, Purpose, Transaction, connect, connect_writing},
};

use crate::server::{PASSWORD, TestServer, shown, value};

fn leave(server: &TestServer) -> Permit {
    permit(&server.environment(""), &"digest".into(), &"test".into(), &"test".into()).expect("permit")
}

async fn writer(server: &TestServer) -> Connection {
    connect_writing(&server.conninfo(""), &leave(server)).await.expect("connects")
}

async fn write(server: &TestServer, sql: &str) {
    let mut writer = writer(server).await;
    let transaction = writer.begin_write().await.expect("begins");
    transaction.rows(sql).await.expect(sql);
    transaction.commit().await.expect("commits");
}

#[tokio::test]
async fn the_server_refuses_what_a_reading_session_writes() {
    let server = TestServer::plain();
    let mut reader = server.read("").await.expect("connects");
    assert!(!reader.pooled() && !reader.writing());
    // The second leaves the read-only transaction: then the session's own default refuses.
    for sql in
        ["CREATE TABLE public.t ()", "COMMIT; CREATE TABLE public.t ()", "ROLLBACK; BEGIN; CREATE TABLE public.t ()"]
    {
        let transaction = reader.begin_read().await.expect("begins");
        let error = transaction.rows(sql).await.expect_err(sql);
        assert_eq!(error.code, Code::Server);
        let error = shown(&error);
        assert!(error.contains("refused, this session is read-only"), "{error}");
    }
    let refused = reader.begin_write().await.expect_err("reading");
    assert_eq!(refused.code, Code::Refused);
}

#[tokio::test]
async fn only_the_right_permit_opens_a_writing_connection() {
    let server = TestServer::plain();
    write(&server, "CREATE TABLE public.t (id int PRIMARY KEY)").await;
    write(&server, "INSERT INTO public.t VALUES (1)").await;
    let mut reader = server.read("").await.expect("connects");
    assert_eq!(value(&mut reader, "SELECT count(*) FROM public.t").await, "1");

    let mut other = server.environment("");
    other.name = "other".into();
    let permit = permit(&other, &"digest".into(), &"other".into(), &"other".into()).expect("permit");
    let error = connect_writing(&server.conninfo(""), &permit).await.expect_err("of another environment");
    assert_eq!(error.code, Code::Refused);

    let mut writer = writer(&server).await;
    let transaction = writer.begin_write().await.expect("begins");
    let error = transaction.rows("INSERT INTO public.t VALUES (1)").await.expect_err("duplicate");
    assert_eq!(error.object.as_deref(), Some("public.t"));
    assert!(shown(&error).contains("(Key (id)=(1) already exists.)"), "{error}");
    // The server would answer this COMMIT with a rollback and no error.
    assert!(transaction.commit().await.is_err());
}

#[tokio::test]
async fn settings_are_pinned_against_what_the_role_says() {
    let server = TestServer::plain();
    for (mut connection, read_only) in [(server.read("").await.expect("reads"), "on"), (writer(&server).await, "off")] {
        for (name, wanted) in [
            ("default_transaction_read_only", read_only),
            ("TimeZone", "UTC"),
            ("IntervalStyle", "postgres"),
            ("extra_float_digits", "1"),
            ("bytea_output", "hex"),
            ("lc_monetary", "C"),
            ("client_encoding", "UTF8"),
            ("statement_timeout", "1min"),
            ("lock_timeout", "3s"),
            ("idle_in_transaction_session_timeout", "5min"),
            ("application_name", "pgdeck"),
            ("row_security", "off"),
            ("transaction_isolation", "repeatable read"),
            ("transaction_read_only", "on"),
        ] {
            assert_eq!(value(&mut connection, &format!("SELECT current_setting('{name}')")).await, wanted, "{name}");
        }
        // Empty: a startup parameter and SET spell it differently.
        let path = value(&mut connection, "SELECT current_setting('search_path')").await;
        assert!(path.is_empty() || path == "\"\"", "{path}");
        assert_eq!(value(&mut connection, "SELECT '2026-01-31'::date").await, "2026-01-31");
        assert_eq!(value(&mut connection, "SELECT current_schemas(false)").await, "{}");
        // What the session was told in its startup packet is what RESET goes back to.
        assert_eq!(value(&mut connection, "RESET ALL; SELECT current_setting('TimeZone')").await, "UTC");
    }
}

#[tokio::test]
async fn unqualified_names_are_not_found_and_hidden_rows_are_errors() {
    let server = TestServer::plain();
    write(
        &server,
        "CREATE TABLE public.t (id int); ALTER TABLE public.t ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY",
    )
    .await;
    let mut reader = server.read("").await.expect("connects");
    for (sql, needle) in [("SELECT * FROM t", "does not exist"), ("SELECT * FROM public.t", "row-level security")] {
        let transaction = reader.begin_read().await.expect("begins");
        let error = shown(&transaction.rows(sql).await.expect_err(sql));
        assert!(error.contains(needle), "{error}");
    }
}

#[tokio::test]
async fn the_connection_knows_its_server() {
    let server = TestServer::plain();
    let mut connection = server.read("").await.expect("connects");
    let known = connection.server().clone();
    assert_eq!(
        value(&mut connection, "SELECT current_setting('server_version_num')").await,
        known.version_num.to_string()
    );
    assert_eq!(value(&mut connection, "SELECT pg_backend_pid()").await, known.backend_pid.to_string());
    assert!(known.version_num > 90_000 && known.version.contains('.') && !known.in_recovery);
    assert!(connection.latency() > Duration::ZERO);
    assert!(!format!("{connection:?} {:?}", connection.canceller()).contains(PASSWORD));
}

#[tokio::test]
async fn a_dropped_transaction_is_rolled_back() {
    let server = TestServer::plain();
    write(&server, "CREATE TABLE public.t (id int)").await;
    let mut writer = writer(&server).await;
    let transaction = writer.begin_write().await.expect("begins");
    transaction.rows("INSERT INTO public.t VALUES (1)").await.expect("inserts");
    drop(transaction);
    assert_eq!(value(&mut writer, "SELECT count(*) FROM public.t").await, "0");
}

#[tokio::test]
async fn cancel_stops_what_runs_with_and_without_tls() {
    let identity = crate::certificates::Authority::new("root").server("localhost");
    let server = TestServer::with_tls(&identity);
    for mode in ["disable", "require"] {
        let mut connection = server.read(&format!("sslmode={mode}")).await.expect("connects");
        let canceller = connection.canceller();
        let transaction = connection.begin_read().await.expect("begins");
        let error = cancelled(&server, &transaction, &canceller).await;
        assert_eq!(error.code, Code::Interrupted, "{error}");
        assert!(shown(&error).contains("cancelled"), "{error}");
    }
}

/// Sleeps in `transaction`, cancels once the server sleeps, and gives the error that ends it.
pub async fn cancelled(server: &TestServer, transaction: &Transaction<'_>, canceller: &Canceller) -> Error {
    let sleeps = transaction.rows("SELECT pg_sleep(600)");
    let stops = async {
        until_asleep(server).await;
        canceller.cancel().await.expect("asks");
    };
    tokio::join!(sleeps, stops).0.expect_err("stopped")
}

/// Waits until one of the server's sessions sleeps.
pub async fn until_asleep(server: &TestServer) {
    wait_while(server, "NOT EXISTS").await;
}

/// Waits until none of the server's sessions sleeps, at most its `statement_timeout`.
pub async fn until_nobody_sleeps(server: &TestServer) {
    wait_while(server, "EXISTS").await;
}

/// The waiting is the server's: the answer to this one statement is the event.
async fn wait_while(server: &TestServer, exists: &str) {
    let mut watch = server.read("").await.expect("connects");
    let transaction = watch.begin_read().await.expect("begins");
    let sql = format!(
        "DO $$ BEGIN
            WHILE {exists} (SELECT FROM pg_stat_activity WHERE wait_event = 'PgSleep') LOOP
                PERFORM pg_stat_clear_snapshot();
            END LOOP;
        END $$"
    );
    transaction.rows(&sql).await.expect("waits");
}

#[tokio::test]
async fn a_statement_that_takes_too_long_is_ended_by_the_server() {
    let server = TestServer::plain();
    let conninfo = server.conninfo("").with_statement_timeout(Duration::from_millis(20));
    let mut connection = connect(&conninfo, Purpose::Read).await.expect("connects");
    let transaction = connection.begin_read().await.expect("begins");
    let error = shown(&transaction.rows("SELECT pg_sleep(600)").await.expect_err("ends"));
    assert!(error.contains("took longer than statement_timeout allows"), "{error}");
}

#[tokio::test]
async fn a_connection_that_the_server_ended_says_so() {
    let server = TestServer::plain();
    let mut victim = server.read("").await.expect("connects");
    let mut other = server.read("").await.expect("connects");
    let pid = victim.server().backend_pid;
    let transaction = victim.begin_read().await.expect("begins");
    let ended = transaction.rows("SELECT pg_sleep(600)");
    let ends = async {
        until_asleep(&server).await;
        value(&mut other, &format!("SELECT pg_terminate_backend({pid})")).await
    };
    let (ended, _) = tokio::join!(ended, ends);
    let error = ended.expect_err("ended");
    assert_eq!(error.code, Code::Connect);
    // The server's last words may be overtaken by the reset of its socket.
    let said = shown(&error);
    assert!(said.contains("the server ended the connection") || said.contains("the connection was lost"), "{error}");
    drop(transaction);
    let error = shown(&victim.begin_read().await.expect_err("closed"));
    let words = ["the server ended the connection", "the connection was lost", "closed"];
    assert!(words.iter().any(|words| error.contains(words)), "{error}");
}
