//! How a connection starts: for reading, or with a permit for writing.

use std::sync::{Arc, atomic::Ordering};

use tokio_postgres::Client;

use super::{
    connection::{Connection, Link, Session},
    conninfo::Conninfo,
    dial::Attempt,
    error,
    password::{self, Password},
    settings::{Settings, Work},
    tls,
};
use crate::core::{
    error::{Error, Result},
    guard::Permit,
};

/// What a connection is for. Writing cannot be expressed without a permit.
#[derive(Debug, Clone, Copy)]
pub enum Purpose<'a> {
    /// The server refuses every write (`default_transaction_read_only=on`).
    Read,
    /// One reviewed plan may be run.
    Write(&'a Permit),
    /// The reviewed migrations may be run.
    Migrate(&'a Permit),
}

/// Opens a connection, with all its settings in the startup packet: TCP, TLS, authentication and one
/// query. Dropping the future gives the attempt up.
///
/// Behind a pooler that refuses `options` it connects once more without them; such a connection, or one
/// whose server turns out not to have them, is [`Connection::pooled`].
///
/// # Errors
/// `Connect`, naming environment and server, in words; `Usage` for certificate files; `Refused` for a
/// permit of another environment. No error holds a secret.
pub async fn connect(conninfo: &Conninfo, purpose: Purpose<'_>) -> Result<Connection> {
    let (client, session) = open(conninfo, purpose).await?;
    Ok(Connection { client: Link::Own(client), session: Arc::new(session) })
}

/// Opens a connection that may write: the only way to one without `default_transaction_read_only`.
pub async fn connect_writing(conninfo: &Conninfo, permit: &Permit) -> Result<Connection> {
    connect(conninfo, Purpose::Write(permit)).await
}

/// Opens a connection that may write and that has the role's own settings, as files of migrations expect.
pub async fn connect_migrating(conninfo: &Conninfo, permit: &Permit) -> Result<Connection> {
    connect(conninfo, Purpose::Migrate(permit)).await
}

/// The same, as the driver's client and what is known of its session.
pub(super) async fn open(conninfo: &Conninfo, purpose: Purpose<'_>) -> Result<(Client, Session)> {
    // Boxed: a whole handshake is 30 kB of state, which every caller's future would carry otherwise.
    Box::pin(dial(conninfo, purpose)).await.map_err(|error| error.env(&conninfo.environment))
}

async fn dial(conninfo: &Conninfo, purpose: Purpose<'_>) -> Result<(Client, Session)> {
    let settings = Settings::new(conninfo, work(conninfo, purpose)?);
    let remembered = &conninfo.remembered;
    let tls = tls::connector(conninfo).await?;
    let mut password = password::find(conninfo, false).await?;
    let mut with_options = !remembered.without_options.load(Ordering::Relaxed);
    // Each way out of a failure is taken once at most, so this ends.
    loop {
        let options = with_options.then(|| settings.options());
        let attempt = Attempt { conninfo, tls: &tls, password: password.secret.as_ref(), options };
        match attempt.dial().await {
            Ok(live) => {
                remembered.without_options.store(!with_options, Ordering::Relaxed);
                let writing = !matches!(purpose, Purpose::Read);
                return Session::start(conninfo, live, tls, &settings, (password.secret, writing)).await;
            }
            Err(failure) if with_options && failure.may_be_about_options() => with_options = false,
            Err(failure) if failure.is_wrong_password() && password.may_be_stale => {
                password =
                    password::find(conninfo, true).await.map(|again| Password { may_be_stale: false, ..again })?;
            }
            Err(failure) => {
                return Err(error::masked(error::connecting(conninfo, &failure), password.secret.as_ref()));
            }
        }
    }
}

fn work(conninfo: &Conninfo, purpose: Purpose<'_>) -> Result<Work> {
    let (permit, work) = match purpose {
        Purpose::Read => return Ok(Work::Read),
        Purpose::Write(permit) => (permit, Work::Write),
        Purpose::Migrate(permit) => (permit, Work::Migrate),
    };
    if *permit.environment() == conninfo.environment {
        return Ok(work);
    }
    Err(Error::refused(format!("the permit is for `{}`", permit.environment())).hint("review and confirm again"))
}
