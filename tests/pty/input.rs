//! What a terminal sends besides keys.

use crate::{console::console, desk::Desk, tty::Tty};

/// The line of the screen that contains `text`, counted from 1 as terminals do.
fn line(tty: &Tty, text: &str) -> usize {
    tty.screen().rows(0, 120).position(|line| line.contains(text)).expect("the line") + 1
}

#[test]
fn a_click_selects_and_the_wheel_moves() {
    let desk = Desk::reading();
    let mut tty = console(&desk);
    tty.sees_all();
    let head = line(&tty, "TABLE ");
    tty.types(&format!("\x1b[<0;10;{}M\x1b[<0;10;{0}m", head + 4));
    tty.sees("4 of ");
    tty.types(&format!("\x1b[<65;10;{}M", head + 4));
    tty.sees("7 of ");
    tty.types(&format!("\x1b[<64;10;{}M", head + 4));
    tty.sees("4 of ");
    tty.types("\x1b[<0;27;2M");
    tty.sees("SEVERITY");
}

#[test]
fn a_window_that_goes_to_the_back_and_returns_changes_nothing() {
    let desk = Desk::reading();
    let mut tty = console(&desk);
    tty.sees_all();
    let before = tty.screen().contents();
    tty.types("\x1b[O\x1b[I\x1b[O\x1b[Ij");
    tty.sees("2 of ");
    tty.types("k");
    tty.until("what was there before", |screen| screen.contents() == before);
}

#[tokio::test]
async fn a_pasted_line_end_does_not_apply() {
    let desk = Desk::writing().await;
    let mut tty = console(&desk);
    tty.sees_all();
    tty.types("7\r");
    tty.sees("31 insert");
    tty.types("\r");
    tty.sees("Apply to preprod");
    tty.types("\x1b[200~preprod\r\n\x1b[201~");
    tty.sees("Type preprod to confirm: preprod");
    // The next key shows that what was pasted is behind it.
    tty.types("\x1b");
    tty.until("the review", |screen| !screen.contents().contains("Apply to preprod"));
    tty.types("gj");
    tty.sees("Nothing was written yet");
}
