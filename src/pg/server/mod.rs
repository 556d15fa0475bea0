//! Throw-away PostgreSQL servers for the demo and the tests: so far, where their programs come from.

mod fetch;
mod find;
mod identity;
mod log;
mod spawn;
mod sweep;

pub use find::{Programs, Vars};
