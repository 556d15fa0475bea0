//! The console's figures on a terminal of 120 × 40 cells, as a table: `cargo bench --bench terminal`.
//!
//! Measured on the real program in a pseudo-terminal with real servers behind it, and through `/proc`; only the work
//! between a key and its frame, and the calls of `write`, are taken in this process, where they can be seen.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs, reason = "a bench that cannot be set up has failed")]

#[cfg(target_os = "linux")]
#[path = "terminal/inside.rs"]
mod inside;
#[cfg(target_os = "linux")]
#[path = "terminal/outside.rs"]
mod outside;
#[cfg(target_os = "linux")]
#[allow(dead_code, reason = "shared with the tests in a terminal")]
#[path = "../tests/support/tty.rs"]
mod tty;

/// What was measured, beside what is to be reached.
pub struct Figure {
    pub what: &'static str,
    pub goal: &'static str,
    pub measured: String,
}

pub fn figure(what: &'static str, goal: &'static str, measured: impl Into<String>) -> Figure {
    Figure { what, goal, measured: measured.into() }
}

#[cfg(target_os = "linux")]
fn main() {
    // `cargo test --benches` only wants to know whether it can be run.
    if !std::env::args().any(|argument| argument == "--bench") {
        return;
    }
    let mut figures = outside::start_and_bytes();
    figures.splice(1..1, inside::key_to_paint());
    figures.extend(outside::memory());
    print(&figures);
}

#[cfg(not(target_os = "linux"))]
fn main() {}

fn print(figures: &[Figure]) {
    println!("| what | figure to reach | measured |\n|---|---|---|");
    for Figure { what, goal, measured } in figures {
        println!("| {what} | {goal} | {measured} |");
    }
}
