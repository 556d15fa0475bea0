//! How much is written: the figures of the table in `benches/terminal.rs` that do not depend on the machine.

use std::time::Duration;

use crate::{console::console, desk::Desk};

#[test]
fn a_frame_is_as_small_as_it_should_be_and_rest_is_silence() {
    let desk = Desk::reading();
    let mut tty = console(&desk);
    tty.sees("connecting");
    let first = tty.bytes.len();
    assert!(first <= 8000, "{first} bytes for the first paint");
    tty.sees_all();
    let begin = tty.bytes.len();
    tty.types("j");
    tty.sees("2 of ");
    let moved = tty.bytes.len() - begin;
    assert!(moved <= 400, "{moved} bytes to move the selection:\n{:?}", String::from_utf8_lossy(&tty.bytes[begin..]));
    eprintln!("first paint {first}, selection {moved}");
    // Its details follow, then there is nothing more to say.
    while tty.more(std::time::Instant::now() + Duration::from_millis(500)) {}
    assert!(tty.is_silent_for(Duration::from_secs(1)));
}
