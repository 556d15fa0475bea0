//! The histories that migration tools keep, on real servers: each tool's own table with its own rows, tables that only
//! look like one, tables that may not be read; and what can be said where there is no history.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod apart;
mod found;
mod looks;
mod matrix;
mod psql;
mod support;
mod tools;
