//! Migrations on a throw-away server: what a database would be that nothing but they has made.
//!
//! This writes without a permit, because there is nothing to protect: it takes a [`Server`], and a server is always one
//! that pgdeck started and throws away.

use secrecy::SecretString;
use tokio::task::JoinHandle;
use tokio_postgres::{Client, NoTls, error::SqlState};

use super::{confined, lacking::told, run, surroundings::Surroundings};
use crate::{
    core::{
        drift::State,
        env::{Environment, Kind, Target},
        error::{Error, Result},
        migrations::{
            confine::{self, Extension, Made},
            file::File,
            statements::Statement,
            transaction::Mode,
        },
        name::ident,
    },
    pg::{
        connect::{Conninfo, Pool, error::describe},
        drift,
        server::Server,
    },
};

/// The superuser that every throw-away server has.
const SUPERUSER: &str = "postgres";
/// The database.
const DATABASE: &str = "replay";

/// An empty database on a throw-away server, in which files are run as on a real one.
pub struct Stage<'s> {
    server: &'s Server,
    runner: String,
    /// Who reads what came of it.
    admin: &'static str,
    /// What was made for a role without superuser rights; `None` where files run as a superuser.
    made: Option<Made>,
    session: Session,
}

/// A session whose connection goes with it: a statement that nobody waits for any more has nothing to say.
struct Session {
    client: Client,
    connection: JoinHandle<()>,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.connection.abort();
    }
}

impl<'s> Stage<'s> {
    /// Makes the database, and what `around` says but for `made`, the roles that migrations make themselves. Of roles
    /// there are the names and nothing else. Who runs the migrations owns the database and is no superuser; of the
    /// extensions `wanted` those are made that only a superuser may make.
    ///
    /// # Errors
    /// The server's own.
    pub async fn open(
        server: &'s Server,
        around: &Surroundings,
        made: &[String],
        wanted: &[Extension],
    ) -> Result<Self> {
        let major = server.version().split('.').next().and_then(|major| major.parse().ok()).unwrap_or_default();
        let foreign = around.runner.starts_with("pg_") || made.contains(&around.runner);
        let runner = if foreign { SUPERUSER } else { around.runner.as_str() };
        confined::admin(&connect(server, "postgres", SUPERUSER).await?.client).await?;
        let admin = connect(server, "postgres", confined::ADMIN).await?;
        confined::roles(&admin.client, major, around, (runner, made), DATABASE).await?;
        let admin = connect(server, DATABASE, confined::ADMIN).await?;
        let made = Some(confined::extensions(&admin.client, major, runner, wanted).await?);
        let session = connect(server, DATABASE, runner).await?;
        Ok(Stage { server, runner: runner.to_owned(), admin: confined::ADMIN, made, session })
    }

    /// The same with everything run as a superuser, which can start programs and read and write files.
    ///
    /// # Errors
    /// The server's own.
    pub async fn open_as_superuser(server: &'s Server, around: &Surroundings, made: &[String]) -> Result<Self> {
        let admin = connect(server, "postgres", SUPERUSER).await?;
        let foreign = around.runner.starts_with("pg_") || made.contains(&around.runner);
        let runner = if foreign { SUPERUSER } else { around.runner.as_str() };
        let missing = around.roles.iter().filter(|role| *role != SUPERUSER && *role != runner && !made.contains(role));
        let mut setup: Vec<String> = missing.map(|role| format!("CREATE ROLE {}", ident(role))).collect();
        if runner != SUPERUSER {
            setup.push(format!("CREATE ROLE {} SUPERUSER LOGIN", ident(runner)));
        }
        setup.push(format!("CREATE DATABASE {DATABASE} OWNER {}", ident(runner)));
        for sql in setup {
            admin.client.batch_execute(&sql).await.map_err(|error| told(&error))?;
        }
        let session = connect(server, DATABASE, runner).await?;
        Ok(Stage { server, runner: runner.to_owned(), admin: SUPERUSER, made: None, session })
    }

    /// Begins a new session, so that what was set for those of this role or database is in force.
    ///
    /// # Errors
    /// The server's own.
    pub async fn begin_anew(&mut self) -> Result<()> {
        self.session = connect(self.server, DATABASE, &self.runner).await?;
        Ok(())
    }

    /// Runs statements of `file`; before each `go_on` is told its number, from 0, and may stop it. What one transaction
    /// cannot hold is run once more without: it ran somewhere, so a tool has put up with it.
    ///
    /// # Errors
    /// The server's words of the first statement that failed, with file and line.
    pub async fn run(
        &self,
        file: &File,
        mode: Mode,
        list: &[Statement],
        go_on: &(dyn Fn(usize) -> Result<()> + Send + Sync),
    ) -> Result<()> {
        let client = &self.session.client;
        let confined = self.made.as_ref().map(|made| confine::confined(file, list, made));
        let (file, list) = confined.as_ref().map_or((file, list), |(file, list)| (file, list.as_slice()));
        let told = if self.made.is_some() { needs } else { told };
        let alone = |sql: &'static str| async move {
            client.batch_execute(sql).await.map_err(|error| told(&error).at(&file.path))
        };
        // A new file finds a session as new as can be.
        alone("DISCARD ALL").await?;
        if mode == Mode::Inside {
            alone("BEGIN").await?;
            match run::run(client, file, list, &told, go_on).await {
                Ok(()) => return alone("COMMIT").await,
                Err(failed) => {
                    alone("ROLLBACK").await?;
                    if !failed.early {
                        return Err(failed.error);
                    }
                }
            }
        }
        run::run(client, file, list, &told, go_on).await.map_err(|failed| failed.error)?;
        // A transaction that the file leaves open is lost, as it is when psql ends.
        alone("ROLLBACK").await
    }

    /// What the database is compared by.
    ///
    /// # Errors
    /// The server's own.
    pub async fn state(&self) -> Result<State> {
        let url = SecretString::from(self.server.url_as(DATABASE, self.admin));
        let environment = Environment {
            name: "migrations".into(),
            kind: Kind::Development,
            writable: false,
            target: Target { url: Some(url), ..Target::default() },
        };
        let pool = Pool::new(Conninfo::resolve(&environment, &|_: &str| None)?, 1)?;
        let mut reader = pool.get().await?;
        let tx = reader.begin_read().await?;
        let state = Box::pin(drift::read(&tx)).await?;
        tx.rollback().await?;
        Ok(state)
    }
}

async fn connect(server: &Server, dbname: &str, role: &str) -> Result<Session> {
    let (client, connection) = tokio_postgres::Config::new()
        .host_path(server.host())
        .port(server.port())
        .user(role)
        .dbname(dbname)
        .connect(NoTls)
        .await
        .map_err(|error| describe(&error))?;
    let connection = tokio::spawn(async move {
        if let Err(error) = connection.await {
            // Whoever waits for an answer is told by that.
            tracing::debug!(%error, "connection to a throw-away server ended");
        }
    });
    Ok(Session { client, connection })
}

/// The same where what failed may have needed superuser rights.
fn needs(error: &tokio_postgres::Error) -> Error {
    if error.code() != Some(&SqlState::INSUFFICIENT_PRIVILEGE) {
        return told(error);
    }
    let said = error.as_db_error().map_or_else(|| describe(error).message, |answer| answer.message().to_owned());
    Error::refused(format!("this needs superuser rights: {said}")).hint(confine::HINT)
}
