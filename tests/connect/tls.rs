//! Each `sslmode` against servers with and without TLS, and with each kind of certificate.

use std::path::Path;

use pgdeck::pg::connect::{Connection, Purpose, connect};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt, copy_bidirectional},
    net::{TcpListener, TcpStream},
};

use crate::{
    certificates::{Authority, expired, params, self_signed, version_1},
    server::{HBA, PASSWORD, TestServer, environment, resolve, shown, value},
};

const MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

async fn encrypted(connection: &mut Connection) -> bool {
    value(connection, "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()").await == "t"
}

fn with_root(mode: &str, root: &Path) -> String {
    format!("sslmode={mode}&sslrootcert={}", root.display())
}

#[tokio::test]
async fn a_server_without_tls_is_used_only_by_modes_that_do_not_insist() {
    let server = TestServer::plain();
    let root = Authority::new("root").identity.root_file();
    for mode in MODES {
        match (mode, server.read(&with_root(mode, root.path())).await) {
            ("disable" | "allow" | "prefer", connection) => assert!(!encrypted(&mut connection.expect(mode)).await),
            (_, connection) => {
                let error = shown(&connection.expect_err(mode));
                assert!(error.contains("does not offer TLS"), "{mode}: {error}");
            }
        }
    }
}

#[tokio::test]
async fn a_server_with_the_right_certificate_is_used_by_every_mode() {
    let authority = Authority::new("root");
    let server = TestServer::with_tls(&authority.server("localhost"));
    let root = authority.identity.root_file();
    for mode in MODES {
        let mut connection = server.read(&with_root(mode, root.path())).await.expect(mode);
        assert_eq!(encrypted(&mut connection).await, mode != "disable", "{mode}");
    }
    // No root: `require` asks nobody.
    assert!(encrypted(&mut server.read("sslmode=require").await.expect("require")).await);
    // TLS never reaches the unix socket, whatever the mode.
    let url =
        format!("postgres://app:{PASSWORD}@/app?host={}&port={}", server.socket_directory().display(), server.port);
    let url = format!("{url}&{}", with_root("verify-full", root.path()));
    let mut local = connect(&resolve(&environment(&url)), Purpose::Read).await.expect("socket");
    assert!(!encrypted(&mut local).await);
    // SCRAM bound to the TLS channel, and impossible without one.
    assert!(server.read("sslmode=require&channel_binding=require").await.is_ok());
    assert!(server.read("sslmode=disable&channel_binding=require").await.is_err());
}

#[tokio::test]
async fn an_unknown_issuer_is_refused_where_a_root_is_given() {
    let server = TestServer::with_tls(&Authority::new("theirs").server("localhost"));
    let root = Authority::new("ours").identity.root_file();
    for mode in ["require", "verify-ca", "verify-full"] {
        let error = server.refused(&with_root(mode, root.path())).await;
        assert!(error.contains("signed by an issuer that is not trusted (CN=theirs"), "{mode}: {error}");
    }
    assert!(server.read("sslmode=require").await.is_ok());
    assert!(server.read(&with_root("prefer", root.path())).await.is_ok());
    let error = server.refused("sslmode=verify-full&sslrootcert=system").await;
    assert!(error.contains("not trusted"), "{error}");
}

#[tokio::test]
async fn a_wrong_name_is_refused_by_verify_full_alone() {
    let authority = Authority::new("root");
    let server = TestServer::with_tls(&authority.server("db.example"));
    let root = authority.identity.root_file();
    for mode in ["require", "verify-ca"] {
        assert!(server.read(&with_root(mode, root.path())).await.is_ok(), "{mode}");
    }
    let error = server.refused(&with_root("verify-full", root.path())).await;
    assert!(error.contains("the server's certificate is for `db.example`, not for `localhost`"), "{error}");
}

#[tokio::test]
async fn an_expired_certificate_is_refused_where_certificates_are_checked() {
    let authority = Authority::new("root");
    let server = TestServer::with_tls(&authority.signs(&expired(params("db", &["localhost"]))));
    let root = authority.identity.root_file();
    assert!(server.read("sslmode=require").await.is_ok());
    for mode in ["verify-ca", "verify-full"] {
        let error = server.refused(&with_root(mode, root.path())).await;
        assert!(error.contains("expired on 2021-01-01"), "{mode}: {error}");
    }
}

#[tokio::test]
async fn a_self_signed_certificate_can_be_its_own_root() {
    let identity = self_signed("localhost");
    let server = TestServer::with_tls(&identity);
    let root = identity.root_file();
    for mode in ["require", "verify-ca", "verify-full"] {
        assert!(server.read(&with_root(mode, root.path())).await.is_ok(), "{mode}");
    }
    let other = self_signed("localhost").root_file();
    let error = server.refused(&with_root("verify-ca", other.path())).await;
    assert!(error.contains("self-signed and not trusted"), "{error}");
    // Trusted, and still for another name.
    let url =
        format!("postgres://app:{PASSWORD}@127.0.0.1:{}/app?{}", server.port, with_root("verify-full", root.path()));
    let error = crate::server::refused(&url).await;
    assert!(error.contains("is for `localhost`, not for `127.0.0.1`"), "{error}");
}

#[tokio::test]
async fn a_name_that_is_only_the_common_name_counts() {
    let authority = Authority::new("root");
    let root = authority.identity.root_file();
    let server = TestServer::with_tls(&authority.signs(&params("localhost", &[])));
    assert!(server.read(&with_root("verify-full", root.path())).await.is_ok());
    let other = TestServer::with_tls(&authority.signs(&params("db.example", &[])));
    let error = other.refused(&with_root("verify-full", root.path())).await;
    assert!(error.contains("is for `db.example`, not for `localhost`"), "{error}");
}

/// Accepts TLS and breaks it off, each time; passes plain text on.
async fn breaks_tls(to: u16) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("listen");
    let port = listener.local_addr().expect("address").port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let mut first = [0; 8];
            client.read_exact(&mut first).await.expect("first message");
            // SSLRequest: length 8, code 80877103 (manual, 54.7 "Message Formats").
            if first == [0, 0, 0, 8, 4, 210, 22, 47] {
                client.write_all(b"Sthis is not TLS").await.expect("answer");
                continue;
            }
            let mut server = TcpStream::connect(("127.0.0.1", to)).await.expect("server");
            server.write_all(&first).await.expect("first message");
            let _ = copy_bidirectional(&mut client, &mut server).await;
        }
    });
    port
}

#[tokio::test]
async fn prefer_goes_on_in_plain_text_when_the_handshake_fails_and_require_does_not() {
    let server = TestServer::plain();
    let port = breaks_tls(server.port).await;
    let url = |mode| format!("postgres://app:{PASSWORD}@127.0.0.1:{port}/app?sslmode={mode}");
    let error = crate::server::refused(&url("require")).await;
    assert!(error.contains("TLS failed"), "{error}");
    assert!(connect(&resolve(&environment(&url("prefer"))), Purpose::Read).await.is_ok());
}

#[tokio::test]
async fn prefer_goes_on_in_plain_text_when_nobody_is_let_in_over_tls() {
    let identity = Authority::new("root").server("localhost");
    let server = TestServer::start(Some(&identity), "hostnossl all all all scram-sha-256\n", &[]);
    assert!(!encrypted(&mut server.read("sslmode=prefer").await.expect("prefer")).await);
    let error = server.refused("sslmode=require").await;
    assert!(error.contains("does not let this user in from here"), "{error}");
}

#[tokio::test]
async fn a_root_certificate_that_cannot_be_used_is_a_usage_error() {
    let server = TestServer::plain();
    let error = server.read("sslmode=verify-full&sslrootcert=/nowhere/root.crt").await.expect_err("missing");
    assert_eq!(error.code, pgdeck::core::error::Code::Usage);
    assert!(shown(&error).contains("/nowhere/root.crt"));
    // But not over the unix socket, where nobody asks for it.
    let url =
        format!("postgres://app:{PASSWORD}@/app?host={}&port={}", server.socket_directory().display(), server.port);
    let url = format!("{url}&sslmode=verify-full&sslrootcert=/nowhere/root.crt");
    assert!(connect(&resolve(&environment(&url)), Purpose::Read).await.is_ok());
}

#[tokio::test]
async fn tls_1_2_is_enough() {
    let authority = Authority::new("root");
    let identity = authority.server("localhost");
    let server = TestServer::start(Some(&identity), HBA, &["ssl_max_protocol_version=TLSv1.2"]);
    let root = authority.identity.root_file();
    for mode in MODES {
        assert!(server.read(&with_root(mode, root.path())).await.is_ok(), "{mode}");
    }
}

/// What the manual's own recipe makes (19.9.5 "Creating Certificates").
#[tokio::test]
async fn a_version_1_certificate_encrypts_and_cannot_be_verified() {
    let Some((identity, root)) = version_1() else { return };
    let root = root.root_file();
    let server = TestServer::with_tls(&identity);
    assert!(encrypted(&mut server.read("sslmode=require").await.expect("require")).await);
    for mode in ["require", "verify-ca", "verify-full"] {
        let error = server.refused(&with_root(mode, root.path())).await;
        assert!(error.contains("is X.509 version 1, which cannot be verified"), "{mode}: {error}");
    }
    // Itself trusted, nothing has to be followed.
    let itself = identity.root_file();
    assert!(server.read(&with_root("verify-full", itself.path())).await.is_ok());
    // TLS 1.2 signs in a way that needs webpki to read the certificate: refused, or left for plain text.
    let old = TestServer::start(Some(&identity), HBA, &["ssl_max_protocol_version=TLSv1.2"]);
    let error = old.refused("sslmode=require").await;
    assert!(error.contains("is X.509 version 1"), "{error}");
    assert!(old.read("sslmode=prefer").await.is_ok());
}
