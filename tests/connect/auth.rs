//! What a server may ask for. It is one of these tests' own, which speaks just enough of the protocol and keeps what it
//! is sent.

use pgdeck::pg::connect::{Purpose, connect};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
    task::JoinHandle,
};

use crate::server::{environment, resolve, shown};

const SECRET: &str = "correct-horse";
const CLEAR_TEXT: u32 = 3;
const MD5: u32 = 5;

/// A server that asks for `request` and then refuses with the words `says`: its port, and what it was sent after the
/// beginning of the session.
async fn server(request: u32, says: &'static str) -> (u16, JoinHandle<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listen");
    let port = listener.local_addr().expect("address").port();
    let sent = tokio::spawn(async move {
        let (mut socket, _) = listener.accept().await.expect("accepted");
        loop {
            let length = socket.read_u32().await.expect("length");
            let mut rest = vec![0; length as usize - 4];
            socket.read_exact(&mut rest).await.expect("message");
            // A request for TLS; the beginning of a session is longer.
            if rest.len() > 4 {
                break;
            }
            socket.write_all(b"N").await.expect("no TLS");
        }
        let mut ask = [&b"R"[..], &8_u32.to_be_bytes(), &request.to_be_bytes()].concat();
        if request == MD5 {
            ask[4] = 12;
            ask.extend(b"salt");
        }
        socket.write_all(&ask).await.expect("ask");
        let mut sent = Vec::new();
        let mut some = [0; 512];
        // Whoever does not answer hangs up.
        if let Ok(count @ 1..) = socket.read(&mut some).await {
            sent.extend_from_slice(&some[..count]);
            let fields = format!("SFATAL\0C28P01\0M{says}\0H{says}\0\0");
            let length = u32::try_from(fields.len() + 4).expect("short");
            let error = [&b"E"[..], &length.to_be_bytes(), fields.as_bytes()].concat();
            socket.write_all(&error).await.expect("error");
        }
        String::from_utf8_lossy(&sent).into_owned()
    });
    (port, sent)
}

/// What is told of a connection with these parameters to such a server, and what that was sent.
async fn asked(request: u32, parameters: &str) -> (String, String) {
    let (port, sent) = server(request, "no: correct-horse is not right").await;
    let url = format!("postgres://app:{SECRET}@127.0.0.1:{port}/app?{parameters}");
    let error = connect(&resolve(&environment(&url)), Purpose::Read).await.expect_err("refused");
    (shown(&error), sent.await.expect("server"))
}

#[tokio::test]
async fn a_clear_text_password_is_not_sent_without_tls() {
    for parameters in ["sslmode=disable", "sslmode=prefer", "sslmode=disable&require_auth=!md5"] {
        let (error, sent) = asked(CLEAR_TEXT, parameters).await;
        assert!(error.contains("asks for the password in clear text over a connection without TLS"), "{error}");
        assert!(error.contains("require_auth=password"), "{error}");
        assert_eq!(sent, "", "{parameters}");
    }
}

#[tokio::test]
async fn it_is_sent_where_that_was_asked_for_and_what_the_server_says_of_it_is_masked() {
    let (error, sent) = asked(CLEAR_TEXT, "sslmode=disable&require_auth=password").await;
    assert!(sent.contains(SECRET), "{sent:?}");
    assert!(error.contains("wrong password: no: *** is not right") && !error.contains(SECRET), "{error}");
}

#[tokio::test]
async fn only_a_method_that_is_required_is_answered() {
    for (request, parameters, told) in [
        (MD5, "sslmode=disable&require_auth=scram-sha-256", "asks for an MD5 hash of the password"),
        (MD5, "sslmode=prefer&require_auth=!md5,!password", "asks for an MD5 hash of the password"),
        (0, "sslmode=disable&require_auth=scram-sha-256,md5", "lets this user in without authentication"),
        (0, "sslmode=disable&require_auth=!none", "lets this user in without authentication"),
    ] {
        let (error, sent) = asked(request, parameters).await;
        assert!(error.contains(&format!("{told}, which require_auth does not allow")), "{error}");
        assert_eq!(sent, "", "{parameters}");
    }
    let (error, sent) = asked(MD5, "sslmode=disable&require_auth=md5").await;
    assert!(sent.contains("md5") && error.contains("wrong password"), "{sent:?} {error}");
}

#[tokio::test]
async fn the_variable_counts_where_the_url_says_nothing() {
    let (port, sent) = server(MD5, "no").await;
    let url = format!("postgres://app:{SECRET}@127.0.0.1:{port}/app?sslmode=disable");
    let vars = |name: &str| (name == "PGREQUIREAUTH").then(|| "scram-sha-256".to_owned());
    let conninfo = pgdeck::pg::connect::Conninfo::resolve(&environment(&url), &vars).expect("good");
    let error = shown(&connect(&conninfo, Purpose::Read).await.expect_err("refused"));
    assert!(error.contains("which require_auth does not allow"), "{error}");
    assert_eq!(sent.await.expect("server"), "");
}
