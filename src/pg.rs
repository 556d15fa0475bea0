//! The only place that names the driver, the pool and TLS; and the throw-away servers.
//!
//! Everything is read as text: `column::text` out, text parameters with a server-side cast in. No
//! statement is prepared by name, so a transaction pooler may stand in between.

pub mod apply;
pub mod audit;
pub mod catalog;
pub mod connect;
pub mod counts;
pub mod drift;
mod identity;
pub mod migrations;
mod query;
pub mod server;
mod strangers;
pub mod sync;
mod value;
