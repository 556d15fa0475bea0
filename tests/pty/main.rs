//! The real program in a real (pseudo-)terminal: what it writes, byte by byte, what a terminal makes of it, and in
//! which state it leaves the terminal behind. A story waits for what it wants to see, and never sleeps.
#![cfg(target_os = "linux")] // for /proc and pidfds
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod bytes;
mod console;
#[allow(dead_code, reason = "shared with the stories of the command line")]
#[path = "../support/desk.rs"]
mod desk;
#[allow(dead_code, reason = "shared with the stories of the command line")]
#[path = "../support/frozen.rs"]
mod frozen;
mod input;
mod leave;
#[allow(dead_code, reason = "shared with the stories of the servers")]
#[path = "../support/processes.rs"]
mod processes;
mod resize;
mod start;
mod trust;
#[allow(dead_code, reason = "shared with the tests of faults")]
#[path = "../support/tty.rs"]
mod tty;
#[allow(dead_code, reason = "shared with the stories of the command line")]
#[path = "../support/world.rs"]
mod world;
