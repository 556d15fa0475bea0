//! What the console knows of an environment: whether it answers.

use std::time::Duration;

use crate::core::{env::Kind, error::Error};

/// An environment as the status line shows it.
#[derive(Debug, Clone)]
pub struct EnvStatus {
    /// The name that people type.
    pub name: String,
    /// What it is.
    pub kind: Kind,
    /// Whether its section allows writing.
    pub writable: bool,
    /// Whether it answers.
    pub state: EnvState,
}

/// Whether an environment answers.
#[derive(Debug, Clone)]
pub enum EnvState {
    /// Not yet.
    Connecting,
    /// It does.
    Ready {
        /// The server's version: `15.8`.
        version: String,
        /// The time of one round trip.
        latency: Duration,
    },
    /// It does not, for this reason.
    Failed(Error),
}
