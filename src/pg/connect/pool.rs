//! A few reading connections per environment.
//!
//! deadpool with a manager of our own: `deadpool-postgres` makes its connections from one driver
//! configuration and reports the driver's error, so neither the TLS fallback, the pooler's second try, the
//! password that expired nor our words fit into it, and its recycling does not roll back.

use std::{
    fmt,
    ops::{Deref, DerefMut},
    time::Duration,
};

use deadpool::managed::{self, Metrics, Object, PoolError, RecycleError, RecycleResult};

use super::{connection::Connection, conninfo::Conninfo, session};
use crate::core::error::{Error, Result};

/// Connections per environment: enough to count and audit side by side, few enough for a small server.
pub const DEFAULT_SIZE: usize = 4;
/// A connection idle for longer is asked whether it still is one.
const FRESH: Duration = Duration::from_secs(60);
/// What a left-over transaction may take to end before its connection is thrown away instead.
const TIDY: Duration = Duration::from_secs(2);

/// Makes and recycles connections.
#[derive(Debug)]
struct Manager(Conninfo);

impl managed::Manager for Manager {
    type Type = Connection;
    type Error = Error;

    async fn create(&self) -> Result<Connection> {
        session::connect(&self.0, session::Purpose::Read).await
    }

    async fn recycle(&self, connection: &mut Connection, metrics: &Metrics) -> RecycleResult<Error> {
        if connection.is_closed() {
            return Err(RecycleError::message("closed"));
        }
        let idle = metrics.last_used() > FRESH;
        let tidied = connection.tidy(idle, TIDY).await;
        if tidied.is_err() {
            // Nobody waits for what it runs; the server need not go on with it.
            let canceller = connection.canceller();
            tokio::spawn(async move { canceller.cancel().await });
        }
        tidied.map_err(|_| RecycleError::message("does not answer"))
    }
}

/// The reading connections of one environment, opened when needed. Clones share them.
#[derive(Clone)]
pub struct Pool(managed::Pool<Manager>);

impl Pool {
    /// At most `size` connections; see [`DEFAULT_SIZE`].
    pub fn new(conninfo: Conninfo, size: usize) -> Result<Self> {
        let environment = conninfo.environment.clone();
        let pool = managed::Pool::builder(Manager(conninfo)).max_size(size.max(1)).build();
        pool.map(Pool).map_err(|error| Error::connect(format!("no pool: {error}")).env(environment))
    }

    /// A connection, waiting for one to come back if all are in use. Dropping the future stops waiting.
    pub async fn get(&self) -> Result<PooledReader> {
        self.0.get().await.map(PooledReader).map_err(|error| match error {
            PoolError::Backend(error) => error,
            error => Error::connect(format!("no connection from the pool: {error}")),
        })
    }

    /// Gives up waiting callers and closes idle connections; those in use close when they come back.
    pub fn close(&self) {
        self.0.close();
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pool").field(&self.0.status()).finish()
    }
}

/// A reading connection on loan; dropped, it goes back.
#[derive(Debug)]
pub struct PooledReader(Object<Manager>);

impl Deref for PooledReader {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}

impl DerefMut for PooledReader {
    fn deref_mut(&mut self) -> &mut Connection {
        &mut self.0
    }
}
