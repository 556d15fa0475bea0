//! What the rest of [`crate::pg`] gets: a connection, its transactions, its facts, its cancel.

pub mod transaction;

use std::{
    ops::Deref,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};

use futures_util::{FutureExt, StreamExt};
use secrecy::SecretString;
use tokio_postgres::{Client, SimpleQueryMessage, SimpleQueryStream};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    cancel::Canceller,
    conninfo::Conninfo,
    dial::{Ended, Live, within},
    error::{self, Failure},
    settings::Settings,
};
use crate::core::error::{Error, Result};

pub use transaction::Transaction;

/// What the server said about itself when the connection started.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// `server_version_num`: 150018 for 15.18.
    pub version_num: u32,
    /// `server_version`: `15.18`, with whatever the packager added.
    pub version: String,
    /// Whether it is a standby.
    pub in_recovery: bool,
    /// Whether the role is a superuser: what others have defined there runs with all privileges then.
    pub superuser: bool,
    /// Process id of the session; behind a pooler that of the first query's.
    pub backend_pid: i32,
    /// The role that statements run as when the session begins.
    pub role: String,
}

/// One session of an environment. Dropped, it ends, or goes back to the pool that lent it.
pub struct Connection {
    pub(super) client: Link,
    pub(super) session: Arc<Session>,
}

/// The driver's client: our own, or on loan from a pool.
pub(super) enum Link {
    Own(Client),
    Loan(deadpool_postgres::Client),
}

impl Deref for Link {
    type Target = Client;

    fn deref(&self) -> &Client {
        match self {
            Link::Own(client) => client,
            Link::Loan(client) => client,
        }
    }
}

/// What is known of a session besides the driver's client, for as long as it lasts.
pub(super) struct Session {
    ended: Ended,
    server: Server,
    canceller: Canceller,
    environment: String,
    /// What must not be shown although the server says it.
    secret: Option<SecretString>,
    /// What every transaction sets first.
    pub(super) local: String,
    pooled: bool,
    writing: bool,
    /// In microseconds.
    latency: AtomicU64,
    /// Whether a transaction was dropped unfinished.
    pub(super) abandoned: AtomicBool,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Connection")
            .field("environment", &self.session.environment)
            .field("server", &self.session.server)
            .field("pooled", &self.session.pooled)
            .field("writing", &self.session.writing)
            .finish_non_exhaustive()
    }
}

impl Session {
    /// Asks the server who it is and whether the session is as it was told to be.
    pub(super) async fn start(
        conninfo: &Conninfo,
        live: Live,
        tls: MakeRustlsConnect,
        settings: &Settings,
        (secret, writing): (Option<SecretString>, bool),
    ) -> Result<(Client, Self)> {
        let asked = Instant::now();
        let answer = within(conninfo.connect_timeout, ask(&live.client, settings)).await;
        let (server, told, local) = answer.map_err(|failure| match live.ended.why() {
            Some(why) if failure.is_closed() => why.clone().object(conninfo),
            _ => error::masked(error::connecting(conninfo, &failure), secret.as_ref()),
        })?;
        live.budget.lift();
        let canceller = Canceller {
            token: live.client.cancel_token(),
            tls,
            address: live.address,
            port: conninfo.port,
            limit: conninfo.connect_timeout,
            environment: conninfo.environment.clone(),
        };
        let session = Session {
            ended: live.ended,
            server,
            canceller,
            environment: conninfo.environment.clone(),
            secret,
            local,
            pooled: !told,
            writing,
            latency: AtomicU64::default(),
            abandoned: AtomicBool::new(false),
        };
        session.answered_after(asked.elapsed());
        Ok((live.client, session))
    }

    /// Waits, without using the connection, until it has ended.
    pub(super) fn end(&self) -> impl Future<Output = ()> + Send + use<> {
        let ended = self.ended.clone();
        async move { ended.wait().await }
    }

    /// Makes sure that nothing is left of the last user: a round trip only if a transaction was dropped
    /// unfinished, or (`verify`) if the connection was idle so long that it may be cut. Where there is no answer within
    /// `limit`, the server is asked to stop what it runs: nobody waits for it.
    pub(super) async fn tidy(&self, client: &Client, verify: bool, limit: Duration) -> Result<(), Failure> {
        if self.abandoned.load(Ordering::Relaxed) || verify {
            // After a dropped transaction its ROLLBACK is on its way already; this waits until it is done.
            let answer = async { client.check_connection().await.map_err(Failure::Driver) };
            if let Err(failure) = within(Some(limit), answer).await {
                let canceller = self.canceller.clone();
                tokio::spawn(async move { canceller.cancel().await });
                return Err(failure);
            }
            self.abandoned.store(false, Ordering::Relaxed);
        }
        Ok(())
    }

    fn answered_after(&self, latency: Duration) {
        self.latency.store(u64::try_from(latency.as_micros()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// A driver error of this session in words, with the environment's name.
    fn describe(&self, error: &tokio_postgres::Error) -> Error {
        match self.ended.why() {
            Some(ended) if error.is_closed() => ended.clone(),
            _ => error::masked(error::describe(error), self.secret.as_ref()).env(&self.environment),
        }
    }
}

impl Connection {
    /// Begins `REPEATABLE READ READ ONLY` with row security off, in one round trip. One snapshot for all
    /// that is read in it. Dropped without an end, it is rolled back.
    pub async fn begin_read(&mut self) -> Result<Transaction<'_>> {
        self.begin("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;").await
    }

    /// The same, without waiting for the answer: what is asked next travels with it. Whoever asks must make sure that
    /// the transaction is one, as [`crate::pg::sync::open`] does.
    pub(in crate::pg) fn begin_read_unconfirmed(&mut self) -> Transaction<'_> {
        let sql = format!("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY;{}", self.session.local);
        let transaction = Transaction::new(self);
        // The first poll puts the statement into the connection's queue. Should it fail, what follows fails too, and its
        // answer says why.
        let opening = transaction.connection.client.simple_query_raw(&sql).now_or_never();
        // A task of its own hears it: an answer that nobody takes would hold up those behind it.
        let opening = opening.and_then(Result::ok).map(|answers| tokio::spawn(first_error(answers)));
        *transaction.opening.lock().unwrap_or_else(std::sync::PoisonError::into_inner) = opening;
        transaction
    }

    /// Begins a transaction that may write, with row security off, in one round trip. If the role or the
    /// database is read-only by default (`ALTER ROLE … SET default_transaction_read_only`), it stays so.
    ///
    /// # Errors
    /// `Refused` on a connection that was opened for reading.
    pub async fn begin_write(&mut self) -> Result<Transaction<'_>> {
        if !self.session.writing {
            return Err(Error::refused("this connection is for reading only").env(&self.session.environment));
        }
        self.begin("BEGIN ISOLATION LEVEL READ COMMITTED;").await
    }

    async fn begin(&mut self, begin: &str) -> Result<Transaction<'_>> {
        let sql = format!("{begin}{}", self.session.local);
        let asked = Instant::now();
        // Made before the first await: a future dropped while the server answers must be rolled back too.
        let transaction = Transaction::new(self);
        transaction.connection.run(&sql).await?;
        transaction.connection.session.answered_after(asked.elapsed());
        Ok(transaction)
    }

    pub(super) async fn run(&self, sql: &str) -> Result<()> {
        self.client.batch_execute(sql).await.map_err(|error| self.describe(&error))
    }

    /// Ends what is open, if anything is: a file of migrations can leave a transaction behind.
    pub(in crate::pg) async fn reset(&self) -> Result<()> {
        self.run("ROLLBACK").await
    }

    /// Takes back what a file of migrations has set for its session, and nothing that it or others rely on.
    pub(in crate::pg) async fn settings_back(&self) -> Result<()> {
        self.run("RESET SESSION AUTHORIZATION; RESET ROLE; RESET ALL; DISCARD TEMP").await
    }

    /// The driver outside a transaction, for statements that cannot run inside one.
    ///
    /// # Errors
    /// `Refused` on a reading connection behind a pooler: only a `READ ONLY` transaction is read-only there.
    pub(in crate::pg) fn outside_transaction(&self) -> Result<&Client> {
        if self.session.pooled && !self.session.writing {
            return Err(Error::refused("behind a pooler, reading needs a transaction").env(&self.session.environment));
        }
        Ok(&self.client)
    }

    /// A driver error of this connection in words, with the environment's name.
    pub(in crate::pg) fn describe(&self, error: &tokio_postgres::Error) -> Error {
        self.session.describe(error)
    }

    /// What the server said about itself.
    pub fn server(&self) -> &Server {
        &self.session.server
    }

    /// The environment's name.
    pub fn environment(&self) -> &str {
        &self.session.environment
    }

    /// Whether a pooler stands in between, whose server sessions do not keep what was set.
    pub fn pooled(&self) -> bool {
        self.session.pooled
    }

    /// Whether it was opened with a permit.
    pub fn writing(&self) -> bool {
        self.session.writing
    }

    /// How long the last round trip took that had nothing else to do.
    pub fn latency(&self) -> Duration {
        Duration::from_micros(self.session.latency.load(Ordering::Relaxed))
    }

    /// Waits, without using the connection, until it has ended; says why, unless it was closed by us.
    pub fn lost(&self) -> impl Future<Output = Option<Error>> + Send + use<> {
        let ended = self.session.ended.clone();
        async move {
            ended.wait().await;
            ended.why().cloned()
        }
    }

    /// Whether the connection has ended.
    pub fn is_closed(&self) -> bool {
        self.client.is_closed()
    }

    /// What stops the statement that is running here, from another task.
    pub fn canceller(&self) -> Canceller {
        self.session.canceller.clone()
    }
}

async fn ask(client: &Client, settings: &Settings) -> Result<(Server, bool, String), Failure> {
    let sql = format!(
        "SELECT pg_catalog.current_setting('server_version_num'), pg_catalog.current_setting('server_version'), \
         pg_catalog.pg_is_in_recovery(), pg_catalog.pg_backend_pid(), pg_catalog.current_setting('is_superuser'), \
         current_user, {}",
        settings.question()
    );
    let messages = client.simple_query(&sql).await.map_err(Failure::Driver)?;
    let row = messages.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let row = row.ok_or(Failure::NotPostgres)?;
    // What is not UTF-8 or not there is an error here, and a panic in the driver's `get`.
    let fields: Result<Vec<_>, _> = (0..row.len()).map(|at| row.try_get(at)).collect();
    let fields = fields.map_err(Failure::Driver)?;
    let [version_num, version, in_recovery, backend_pid, superuser, role, answers @ ..] = &fields[..] else {
        return Err(Failure::NotPostgres);
    };
    let server = Server {
        version_num: version_num.and_then(|text| text.parse().ok()).ok_or(Failure::NotPostgres)?,
        version: version.unwrap_or_default().to_owned(),
        in_recovery: *in_recovery == Some("t"),
        superuser: *superuser == Some("on"),
        role: role.unwrap_or_default().to_owned(),
        backend_pid: backend_pid.and_then(|text| text.parse().ok()).unwrap_or_default(),
    };
    let told = settings.hold(answers);
    Ok((server, told, settings.local(!told, answers)))
}

/// The first error of a batch of statements.
async fn first_error(answers: SimpleQueryStream) -> Option<tokio_postgres::Error> {
    let mut answers = Box::pin(answers);
    while let Some(answer) = answers.next().await {
        if let Err(error) = answer {
            return Some(error);
        }
    }
    None
}
