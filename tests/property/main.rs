//! Sync on schemas and data that nobody thought of. What must come out is worked out from the generator's own model
//! and read back with plain SQL.
//!
//! `PGDECK_CASES` cases (500 unless told, for all tests together) from `PGDECK_SEED`; without one, from a new seed, which
//! a failure tells.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
#![allow(clippy::format_push_string, clippy::format_collect, reason = "SQL is put together, not in a hurry")]

mod check;
mod data;
mod ddl;
mod expect;
mod fill;
mod moving;
mod moving_check;
mod moving_data;
mod moving_types;
mod read;
mod run;
mod schema;
mod seed;
#[allow(dead_code, reason = "shared with the tests of sync")]
#[path = "../sync/support.rs"]
mod support;
mod triggers;
mod triggers_check;
mod types;
mod world;

#[test]
fn any_two_environments() {
    run::run(60, check::cases(), check::KINDS, |_| true, async |case| check::check(&case).await);
}

#[test]
fn unique_values_move() {
    let check = async |case| moving_check::check(&case).await;
    run::run(25, moving::cases(), moving_check::KINDS, moving_check::enough, check);
}

#[test]
fn triggers_of_the_target() {
    run::run(15, triggers::cases(), triggers_check::KINDS, |_| true, async |case| triggers_check::check(&case).await);
}
