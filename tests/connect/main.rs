//! Connections against real servers: TLS, passwords, what the server enforces, what errors say.
#![allow(clippy::expect_used, missing_docs)]

mod auth;
mod certificates;
mod errors;
mod floods;
mod passwords;
mod pool;
mod pooler;
mod server;
mod sessions;
mod tls;
