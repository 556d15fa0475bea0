//! The proof of sync, on a real PostgreSQL: what a review says, what an apply writes, what it refuses, and
//! that nothing else changes. Results are checked by plain SQL, never by pgdeck's own comparison alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/bouncer.rs"]
mod bouncer;
mod by_hand;
mod circles;
#[path = "../support/commit.rs"]
mod commit;
mod fault;
mod files;
mod gate;
mod innotrue;
mod keys;
mod lost;
mod offline;
mod pooler;
mod proxy;
mod rules;
mod seed;
mod selection;
mod sets;
mod stale;
mod support;
mod tables;
mod together;
mod traps;
mod triggers;
mod triggers_undo;
mod types;
mod undo;
