//! The real program, as scripts and people meet it: what it prints, where, and with which exit code.
//!
//! Two servers with the example `innotrue` serve all stories of a run (`tests/support/world.rs`); a story that writes has copies
//! of the databases to itself. A story works at a `Desk`: a folder with a pgdeck.toml and a state of its own.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod audit;
mod broken_files;
mod broken_migrations;
mod broken_projects;
mod connecting;
mod demo;
#[path = "../support/desk.rs"]
mod desk;
mod durable;
#[path = "../support/frozen.rs"]
mod frozen;
mod guard;
mod hostile;
mod init;
mod interrupt;
mod listings;
mod looks;
mod migrations;
mod migrations_apply;
mod pipes;
mod replay;
mod schema;
mod signals;
mod sync;
mod trust;
#[path = "../support/world.rs"]
mod world;
