//! What was learned about a server, so that it is found out once.

use std::sync::atomic::AtomicBool;

use secrecy::SecretString;
use tokio::sync::{Mutex, OnceCell};
use tokio_postgres_rustls::MakeRustlsConnect;

/// What was learned about an environment's server, shared by the clones of its `Conninfo`.
#[derive(Default)]
pub(super) struct Remembered {
    /// What `password_command` gave.
    pub(super) password: Mutex<Option<SecretString>>,
    /// Certificates are read once.
    pub(super) tls: OnceCell<MakeRustlsConnect>,
    /// Something in front of the server refuses the startup parameter `options`.
    pub(super) without_options: AtomicBool,
}
