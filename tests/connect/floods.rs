//! What answers is no PostgreSQL server, or one that means harm: nothing fills the memory, and nothing is a panic.

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
};

use crate::server::{PASSWORD, refused};

/// One message of the protocol (PostgreSQL manual, 55.7).
fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).expect("works");
    [&[kind][..], &length.to_be_bytes(), body].concat()
}

/// A server that lets anybody in, answers the first question with `answer`, and goes on with `endless` for as long as
/// somebody listens. What it says first is `greeting`.
async fn server(greeting: Vec<u8>, answer: Vec<u8>, endless: Vec<u8>) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("works");
    let port = listener.local_addr().expect("works").port();
    tokio::spawn(async move {
        while let Ok((mut client, _)) = listener.accept().await {
            let (greeting, answer, endless) = (greeting.clone(), answer.clone(), endless.clone());
            tokio::spawn(async move {
                hears(&mut client).await;
                client.write_all(&greeting).await.expect("works");
                if !answer.is_empty() {
                    hears(&mut client).await;
                    client.write_all(&answer).await.expect("works");
                }
                while !endless.is_empty() && client.write_all(&endless).await.is_ok() {}
                // Until the other side has left.
                let _ = client.read_to_end(&mut Vec::new()).await;
            });
        }
    });
    format!("postgres://app:{PASSWORD}@127.0.0.1:{port}/app?sslmode=disable")
}

async fn hears(client: &mut TcpStream) {
    assert!(client.read(&mut [0; 4096]).await.expect("works") > 0);
}

fn let_in() -> Vec<u8> {
    [message(b'R', &[0; 4]), message(b'K', &[0; 8]), message(b'Z', b"I")].concat()
}

/// A row of one field that holds `value`, described.
fn row(value: &[u8]) -> (Vec<u8>, Vec<u8>) {
    let described = [&[0, 1][..], b"x\0", &[0; 6], &25u32.to_be_bytes(), &[0xff; 6], &[0; 2]].concat();
    let length = u32::try_from(value.len()).expect("works");
    let data = [&[0, 1][..], &length.to_be_bytes(), value].concat();
    (message(b'T', &described), message(b'D', &data))
}

#[tokio::test]
async fn nothing_before_the_session_fills_the_memory() {
    let notice = message(b'N', &[b"SNOTICE\0C00000\0M".as_slice(), &[b'x'; 1000], b"\0\0"].concat());
    let (described, data) = row(&[b'x'; 10_000]);
    let parameter = message(b'S', &[b"name\0".as_slice(), &[b'x'; 1000], b"\0"].concat());
    // One message that says it is two gigabytes long, and comes; and many that each are short.
    let (one, all) = ("its first messages are too long", "sent more than 1 MB before the session began");
    for (what, told, greeting, answer, endless) in [
        ("a message", one, [&b"R"[..], &0x7fff_fff0_u32.to_be_bytes()].concat(), Vec::new(), vec![0; 65536]),
        ("an error", one, [&b"E"[..], &0x7fff_fff0_u32.to_be_bytes()].concat(), Vec::new(), vec![b'S'; 65536]),
        ("notices", all, message(b'R', &[0; 4]), Vec::new(), notice.clone()),
        ("parameters", all, message(b'R', &[0; 4]), Vec::new(), parameter),
        ("rows", all, let_in(), described, data),
        ("notices for an answer", all, let_in(), notice.clone(), notice),
    ] {
        let error = refused(&server(greeting, answer, endless).await).await;
        assert!(error.contains(told), "{what}: {error}");
    }
}

#[tokio::test]
async fn an_answer_that_is_not_utf_8_is_an_error() {
    let (described, data) = row(b"15\xff\xfe");
    let end = [message(b'C', b"SELECT 1\0"), message(b'Z', b"I")].concat();
    let error = refused(&server(let_in(), [described, data, end].concat(), Vec::new()).await).await;
    assert!(error.contains("utf-8") || error.contains("UTF-8"), "{error}");
    let said = message(b'E', b"SFATAL\0C28P01\0Mwrong \xff\xfe\0\0");
    let error = refused(&server(said, Vec::new(), Vec::new()).await).await;
    assert!(!error.is_empty(), "{error}");
}

#[tokio::test]
async fn an_answer_of_another_shape_is_no_server_of_postgresqls() {
    let (described, data) = row(b"150018");
    let end = [message(b'C', b"SELECT 1\0"), message(b'Z', b"I")].concat();
    let error = refused(&server(let_in(), [described, data, end].concat(), Vec::new()).await).await;
    assert!(error.contains("not a PostgreSQL server"), "{error}");
}
