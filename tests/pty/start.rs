//! How it begins: at once, in any terminal but a dumb one, with colours or without.

use std::net::TcpListener;

use crate::{
    console::{console, console_with},
    desk::Desk,
    tty::Tty,
};

/// Something that lets everybody in and never says a word.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("postgresql://operator@{}/innotrue?sslmode=disable", listener.local_addr().unwrap());
    (listener, address)
}

#[test]
fn it_paints_before_any_connection_answers_and_can_be_left() {
    let desk = Desk::reading();
    let (_listener, address) = silent();
    let mut tty = console_with(&desk, &[("PRODUCTION_DATABASE_URL", &address), ("PREPROD_DATABASE_URL", &address)]);
    tty.sees("connecting");
    assert!(tty.bytes.len() <= 8000, "{} bytes for the first paint", tty.bytes.len());
    tty.types("q");
    assert_eq!(tty.exit(), 0);
    tty.is_given_back();
}

#[test]
fn escape_gives_an_attempt_to_connect_up() {
    let desk = Desk::reading();
    let (_listener, address) = silent();
    let mut tty = console_with(&desk, &[("PREPROD_DATABASE_URL", &address)]);
    tty.until("production, and nothing else to wait for", |screen| {
        let text = screen.contents();
        text.contains("1 of ") && text.contains("connecting preprod") && !text.contains("connecting preprod +")
    });
    tty.types("\x1b");
    tty.sees("no connection");
    tty.sees("preprod is not connected");
    tty.types("q");
    assert_eq!(tty.exit(), 0);
}

#[test]
fn a_dumb_terminal_is_refused_with_what_to_do_instead() {
    let desk = Desk::reading();
    let mut tty = console_with(&desk, &[("TERM", "dumb")]);
    assert_eq!(tty.exit(), 2);
    let said = String::from_utf8_lossy(&tty.bytes).into_owned();
    assert!(said.contains("TERM=dumb") && said.contains("pgdeck counts"), "{said}");
    assert!(!said.contains('\x1b'), "{said:?}");
}

/// The codes of every change of attributes in `bytes`.
fn attributes(bytes: &[u8]) -> Vec<u16> {
    let text = String::from_utf8_lossy(bytes).into_owned();
    let sequences = text.split("\x1b[").skip(1).filter_map(|rest| {
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        (&rest[end..=end] == "m").then(|| rest[..end].to_owned())
    });
    sequences.flat_map(|codes| codes.split(';').map(|code| code.parse().unwrap_or(0)).collect::<Vec<_>>()).collect()
}

#[test]
fn without_colours_none_is_sent_and_the_selection_is_still_seen() {
    let desk = Desk::reading();
    let mut tty = console_with(&desk, &[("NO_COLOR", "1")]);
    tty.sees_all();
    for (key, shows) in [("j", "2 of "), ("?", "close"), ("\x1b", "2 of "), (":", "Count exactly"), ("\x1b", "2 of ")] {
        tty.types(key);
        tty.sees(shows);
    }
    for (key, shows) in [("7", "● Export"), ("2", "TABLE ")] {
        tty.types(key);
        tty.sees(shows);
    }
    let codes = attributes(&tty.bytes);
    let colour = codes.iter().find(|code| (30..50).contains(*code) || (90..108).contains(*code));
    assert_eq!(colour, None, "a colour under NO_COLOR");
    assert!(codes.contains(&7), "reversed");
    let (line, column) = row(&tty, 2);
    assert!(tty.screen().cell(line, column).unwrap().inverse(), "{}", tty.screen().contents());
    assert!(!tty.screen().cell(line + 1, column).unwrap().inverse());
}

/// Where the name of the `nth` table of the list stands.
fn row(tty: &Tty, nth: u16) -> (u16, u16) {
    let head = tty.screen().rows(0, 120).position(|line| line.contains("TABLE ")).expect("the list");
    (head as u16 + nth, 4)
}

#[test]
fn an_escape_sequence_of_the_database_never_reaches_the_terminal() {
    let desk = Desk::reading();
    let mut tty = console(&desk);
    tty.sees_all();
    tty.types("7\r");
    tty.sees("31 insert");
    tty.types("/programs\r\t");
    tty.sees("leading-with-ai");
    tty.types("/voice\r");
    tty.sees("␛");
    let raw = |text: &str| tty.bytes.windows(text.len()).any(|bytes| bytes == text.as_bytes());
    assert!(!raw("\x1b[31mstories") && !raw("\x1b[0m,"), "the planted sequence got through");
}
