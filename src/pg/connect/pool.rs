//! A few reading connections per environment, lent by `deadpool-postgres` and opened by [`super::session`].
//!
//! The pool holds the driver's client and reports the driver's error. What we know of a session, and our words for what
//! went wrong, travel beside them: out of the connector through `OUTCOME`, and from one loan to the next in
//! `Sessions`.

use std::{
    fmt,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
    time::Duration,
};

use deadpool_postgres::{
    ClientWrapper, Connect, Hook, HookError, Manager, ManagerConfig, PoolError, RecyclingMethod, Runtime,
    StatementCache,
};
use tokio::task::JoinHandle;
use tokio_postgres::{Client, Config, NoTls};

use super::{
    connection::{Connection, Link, Session},
    conninfo::Conninfo,
    session::{self, Purpose},
};
use crate::core::error::{Error, Result};

/// Connections per environment: enough to count and audit side by side, few enough for a small server.
pub const DEFAULT_SIZE: usize = 4;
/// A connection idle for longer is asked whether it still is one.
const FRESH: Duration = Duration::from_secs(60);
/// What a left-over transaction may take to end before its connection is thrown away instead.
const TIDY: Duration = Duration::from_secs(2);

tokio::task_local! {
    /// How the connection was opened that this call to the pool needed, if it needed one.
    static OUTCOME: Arc<Mutex<Option<Result<Arc<Session>>>>>;
}

/// The reading connections of one environment, opened when needed. Clones share them.
#[derive(Clone)]
pub struct Pool {
    lent: deadpool_postgres::Pool,
    sessions: Sessions,
}

impl Pool {
    /// At most `size` connections; see [`DEFAULT_SIZE`].
    pub fn new(conninfo: Conninfo, size: usize) -> Result<Self> {
        let (environment, sessions) = (conninfo.environment.clone(), Sessions::default());
        // Whether a client is closed costs no round trip; whether it is tidy, the hook knows.
        let recycling = ManagerConfig { recycling_method: RecyclingMethod::Fast };
        let manager = Manager::from_connect(Config::new(), Opener(conninfo), recycling);
        let pool = deadpool_postgres::Pool::builder(manager)
            .max_size(size.max(1))
            .runtime(Runtime::Tokio1)
            .post_recycle(tidy(sessions.clone()))
            .build();
        let pool = pool.map(|lent| Pool { lent, sessions });
        pool.map_err(|error| Error::connect(format!("cannot create the connection pool: {error}")).env(environment))
    }

    /// A connection, waiting for one to come back if all are in use; dropped, it goes back. Dropping the future stops
    /// waiting.
    pub async fn get(&self) -> Result<Connection> {
        let outcome = Arc::default();
        let lent = OUTCOME.scope(Arc::clone(&outcome), self.lent.get()).await;
        let opened = lock(&outcome).take().transpose()?;
        let client = lent.map_err(|error| Error::connect(format!("no connection from the pool: {}", words(&error))))?;
        let session = match opened {
            Some(session) => {
                self.sessions.add(&client, &session);
                session
            }
            None => self.sessions.of(&client).ok_or_else(|| Error::connect("a session that the pool does not know"))?,
        };
        Ok(Connection { client: Link::Loan(client), session })
    }

    /// Gives up waiting callers and closes idle connections; those in use close when they come back.
    pub fn close(&self) {
        self.lent.close();
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Pool").field(&self.lent.status()).finish()
    }
}

/// Opens connections for reading.
struct Opener(Conninfo);

impl Connect for Opener {
    fn connect(&self, _: &Config) -> Pin<Box<dyn Future<Output = Opened> + Send + '_>> {
        Box::pin(async move {
            let (client, session) = match session::open(&self.0, Purpose::Read).await {
                Ok((client, session)) => (client, session),
                Err(error) => {
                    OUTCOME.with(|outcome| *lock(outcome) = Some(Err(error)));
                    return no_connection().await;
                }
            };
            // The driver runs in a task of its own, which says goodbye to the server; the pool would end it at once.
            let task = tokio::spawn(session.end());
            OUTCOME.with(|outcome| *lock(outcome) = Some(Ok(Arc::new(session))));
            Ok((client, task))
        })
    }
}

type Opened = Result<(Client, JoinHandle<()>), tokio_postgres::Error>;

/// An error of the driver's, which nobody else can make; `OUTCOME` has the one that is reported.
async fn no_connection() -> Opened {
    let (client, driver) = Config::new().connect(NoTls).await?;
    Ok((client, tokio::spawn(async { drop(driver) })))
}

/// Makes sure that nothing is left of the last user.
fn tidy(sessions: Sessions) -> Hook {
    Hook::async_fn(move |client, metrics| {
        let (session, idle) = (sessions.of(client), metrics.last_used() > FRESH);
        Box::pin(async move {
            let session = session.ok_or_else(|| HookError::message("unknown session"))?;
            session.tidy(client, idle, TIDY).await.map_err(|_| HookError::message("no answer"))
        })
    })
}

/// What is known of the sessions whose clients the pool holds. A client is known by its cache of statements, which is
/// never used: nothing else of it stays in one place.
#[derive(Clone, Default)]
struct Sessions(Arc<Mutex<Vec<Known>>>);

type Known = (Weak<StatementCache>, Arc<Session>);

impl Sessions {
    fn add(&self, client: &ClientWrapper, session: &Arc<Session>) {
        let mut known = lock(&self.0);
        known.retain(|(cache, _)| cache.strong_count() > 0);
        known.push((Arc::downgrade(&client.statement_cache), Arc::clone(session)));
    }

    fn of(&self, client: &ClientWrapper) -> Option<Arc<Session>> {
        let is = |cache: &Weak<StatementCache>| std::ptr::eq(cache.as_ptr(), Arc::as_ptr(&client.statement_cache));
        lock(&self.0).iter().find(|(cache, _)| is(cache)).map(|(_, session)| Arc::clone(session))
    }
}

fn lock<T>(shared: &Mutex<T>) -> MutexGuard<'_, T> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the pool itself has to say; the driver's error is none of it.
fn words(error: &PoolError) -> &'static str {
    match error {
        PoolError::Closed => "it was closed",
        PoolError::Timeout(_) => "it took too long",
        PoolError::NoRuntimeSpecified | PoolError::Backend(_) | PoolError::PostCreateHook(_) => "internal error",
    }
}
