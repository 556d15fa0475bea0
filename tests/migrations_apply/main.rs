//! Running pending migrations on real servers: in order, recorded as each tool records, whole or not at all, and never
//! what was not planned.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../support/bouncer.rs"]
mod bouncer;
#[path = "../support/commit.rs"]
mod commit;
mod dry;
mod hostile;
mod lost;
mod outside;
mod planned;
mod pooler;
mod refused;
mod runs;
mod stopped;
mod support;
mod tools;
