//! Every parser of what others wrote, on inputs that nobody would write: none panics, hangs, works without measure,
//! repeats a secret or complains in more than a line; and what was read is written as it was.
//!
//! Each target runs `PGDECK_FUZZ_SECONDS` (2 unless told) from `PGDECK_SEED`; without one, from a new seed, which a
//! failure tells, together with the least input that still fails. Ten minutes each, as every night:
//! `PGDECK_FUZZ_SECONDS=600 cargo test --locked --test parsers`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod config;
mod connecting;
#[path = "../support/dice.rs"]
mod dice;
mod files;
mod fuzz;
mod growth;
mod migrations;
mod mutate;
mod samples;
mod server;
#[allow(dead_code, reason = "shared with the tests of sync")]
#[path = "../sync/support.rs"]
mod support;
