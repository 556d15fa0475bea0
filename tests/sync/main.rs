//! The proof of sync, on a real PostgreSQL: what a review says, what an apply writes, what it refuses, and
//! that nothing else changes. Results are checked by plain SQL, never by pgdeck's own comparison alone.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod advice;
mod another_database;
#[path = "../support/bouncer.rs"]
mod bouncer;
mod by_hand;
mod catalogue;
mod causes;
mod circles;
mod columns;
#[path = "../support/commit.rs"]
mod commit;
mod encodings;
mod fault;
mod files;
mod gate;
mod inherited;
mod innotrue;
mod keys;
mod keys_by_type;
mod kinds;
mod lost;
mod memory;
mod never_written;
mod no_way_back;
mod offline;
mod offline_forms;
mod other_definition;
mod partly_null;
mod paths;
mod pooler;
mod preflight;
mod proxy;
mod references;
mod resealed;
mod rules;
mod script_reviewed;
mod seed;
mod selection;
mod sequences;
mod sets;
mod settings;
mod spelled;
mod stale;
mod strangers;
mod support;
mod tables;
mod together;
mod traps;
mod triggers;
mod triggers_cascade;
mod triggers_refuse;
mod triggers_undo;
mod types;
mod undo;
mod user_casts;
mod versions;
