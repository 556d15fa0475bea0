//! `pgdeck trust` asks on a terminal.

use std::time::{Duration, Instant};

use crate::{
    desk::{Desk, Said, program},
    tty::Tty,
};

fn asked(desk: &Desk) -> Tty {
    let variables: Vec<_> = desk.variables().into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
    let mut tty = Tty::start(program(), &["trust"], &variables, &desk.path("."));
    tty.sees("Type yes to agree:");
    tty.sees("password_command [\"echo\", \"x\"]");
    tty
}

fn agreed(desk: &Desk) -> bool {
    let said = Said::of(&mut desk.command("counts -e preprod plans"));
    assert!(said.code == 0 || said.code == 4, "{}", said.err);
    said.code == 0
}

#[test]
fn yes_agrees_and_anything_else_does_not() {
    let desk = Desk::reading();
    desk.project("writable = true", "writable = true\npassword_command = [\"echo\", \"x\"]");
    for answer in ["no\r", "\r", "y\r", "YES\r"] {
        let mut tty = asked(&desk);
        tty.types(answer);
        assert_eq!(tty.exit(), 4, "{answer:?}");
        assert!(!agreed(&desk), "{answer:?}");
    }
    // Ctrl-C while it asks.
    let mut tty = asked(&desk);
    let told = Instant::now();
    tty.types("\u{3}");
    assert_eq!(tty.exit(), 130);
    assert!(told.elapsed() < Duration::from_secs(6), "{:?}", told.elapsed());
    assert!(!agreed(&desk));
    let mut tty = asked(&desk);
    tty.types("yes\r");
    assert_eq!(tty.exit(), 0);
    assert!(agreed(&desk));
}
