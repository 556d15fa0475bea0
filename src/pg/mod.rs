//! (being built)
pub mod server;
