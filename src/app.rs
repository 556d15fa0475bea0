//! The use-cases. Each becomes one verb of the command line and one effect of the console.

pub mod audit;
pub mod counts;
pub mod deck;
pub mod demo;
pub mod drift;
pub mod env;
pub mod export;
pub mod init;
pub mod job;
pub mod journal;
pub mod migrations;
pub mod runs;
pub mod store;
pub mod sync;
pub mod trust;
