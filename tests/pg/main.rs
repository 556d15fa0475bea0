//! Tests against real PostgreSQL servers, each started and thrown away by the test that needs it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod load;
// Both watch processes through Linux' /proc and pidfds.
#[cfg(target_os = "linux")]
#[path = "../support/processes.rs"]
mod processes;
#[cfg(target_os = "linux")]
mod server;
