//! Tests against real PostgreSQL servers, each started and thrown away by the test that needs it.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod processes;
mod server;
