//! Connections: libpq's conventions, TLS, sessions that the server itself keeps read-only.
//!
//! | file | answers |
//! |---|---|
//! | [`conninfo`], `url`, `sslmode` | what was written in `pgdeck.toml`, a URL and `PG*` variables, as one description |
//! | [`passfile`], `password` | where the password comes from |
//! | `auth` | what a server may ask for |
//! | `tls`, `verifier`, `certificate` | who the server is |
//! | [`session`], `dial`, `settings` | how a connection starts and what it may do |
//! | [`connection`], [`connection::transaction`], `cancel` | what the rest of [`crate::pg`] gets |
//! | [`pool`] | a few reading connections per environment |
//! | [`error`] | what went wrong, in words |
//!
//! There are two ways in: [`session::connect`] with [`session::Purpose::Read`], and with a permit
//! ([`session::Purpose::Write`], [`session::Purpose::Migrate`]), which only [`crate::core::guard`] can give.

mod auth;
mod cancel;
mod certificate;
pub mod connection;
pub mod conninfo;
mod dial;
pub mod error;
mod flood;
mod keepalive;
pub mod passfile;
mod password;
pub mod pool;
mod remembered;
pub mod session;
mod settings;
mod sslmode;
mod tls;
mod url;
mod verifier;

pub use cancel::Canceller;
pub use connection::transaction::Transaction;
pub use connection::{Connection, Server};
pub use conninfo::{Conninfo, Host};
pub use pool::Pool;
pub use session::{Purpose, connect, connect_migrating, connect_writing};
pub use sslmode::SslMode;
