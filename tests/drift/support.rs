//! Servers of several versions, databases in them, and what differs between two of these, in words.

use std::{fmt::Write as _, sync::Arc};

use pgdeck::{
    app::{deck::Deck, drift, job::Job},
    config::{project::Project, source::Source},
    core::{
        drift::{Difference, Drift, State},
        error::Error,
    },
    pg::server::{self, Programs},
};
use tokio_postgres::NoTls;

/// What databases are filled with.
pub const LIBRARY: &str = include_str!("fixtures/library.sql");
/// The same in another order.
pub const LIBRARY_OTHERWISE: &str = include_str!("fixtures/library_otherwise.sql");

/// The roles that every server of these tests has.
const ROLES: &str = "CREATE ROLE reader; CREATE ROLE editor; CREATE ROLE builder; CREATE ROLE watcher LOGIN";

/// One server, ended when it is dropped.
pub struct Server {
    server: server::Server,
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The servers that `PGDECK_TEST_MAJORS` names, such as `13 18`; else the one that is installed. A version that cannot
/// be had is said, and left out.
pub async fn majors() -> Vec<Server> {
    let named = env("PGDECK_TEST_MAJORS").unwrap_or_default();
    let majors: Vec<Option<u32>> = named.split_whitespace().map(|major| Some(major.parse().unwrap())).collect();
    let mut servers = Vec::new();
    for major in if majors.is_empty() { vec![None] } else { majors } {
        let programs = match major {
            None => Ok(Programs::find(None, &env, &|line| eprintln!("{line}")).unwrap()),
            Some(major) => Programs::of_major(major, &env, &|line| eprintln!("{line}")),
        };
        match programs {
            Ok(programs) => {
                let server = Server { server: server::Server::start(&programs, "drift", None).unwrap() };
                server.run("postgres", ROLES).await;
                servers.push(server);
            }
            Err(error) => eprintln!("PostgreSQL {major:?} is not tested: {error}"),
        }
    }
    servers
}

impl Server {
    /// Its version, such as `15.18`.
    pub fn version(&self) -> &str {
        self.server.version()
    }

    /// Runs statements as the superuser, together, and waits until the session has ended.
    pub async fn run(&self, database: &str, sql: &str) {
        self.try_run(database, sql).await.unwrap();
    }

    /// The same, where it may fail.
    ///
    /// # Errors
    /// The server's words.
    pub async fn try_run(&self, database: &str, sql: &str) -> Result<(), String> {
        let (client, connection) =
            tokio_postgres::connect(&self.server.url_as(database, "postgres"), NoTls).await.unwrap();
        let session = tokio::spawn(connection);
        let run = client.batch_execute(sql).await;
        let run = run.map_err(|error| {
            let said = error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string);
            format!("{}: {said}: {}", self.version(), sql.chars().take(300).collect::<String>())
        });
        drop(client);
        session.await.unwrap().unwrap();
        run
    }

    /// A new database with `sql` in it.
    pub async fn database(&self, name: &str, sql: &str) {
        self.run("postgres", &format!("CREATE DATABASE {name}")).await;
        if !sql.is_empty() {
            self.run(name, sql).await;
        }
    }

    /// What an environment of this database is compared by, as `role` sees it.
    pub async fn state(&self, database: &str, role: &str) -> State {
        let deck = deck(&[("here", self.server.url_as(database, role))]);
        drift::state(&deck, &Job::quiet(), "here").await.unwrap()
    }

    /// A database's address for a role.
    pub fn url(&self, database: &str, role: &str) -> String {
        self.server.url_as(database, role)
    }
}

/// A project with these environments.
pub fn deck(environments: &[(&str, String)]) -> Arc<Deck> {
    let mut text = "[project]\nname = \"drift\"\n".to_owned();
    for (name, _) in environments {
        write!(text, "[env.{name}]\nkind = \"development\"\nurl = \"${{URL_{name}}}\"\n").unwrap();
    }
    let project = Project::parse(Source::new("pgdeck.toml", text)).unwrap();
    let urls: Vec<(String, String)> =
        environments.iter().map(|(name, url)| (format!("URL_{name}"), url.clone())).collect();
    let state = std::env::temp_dir().display().to_string();
    let vars = move |name: &str| match name {
        "PGDECK_STATE_DIR" => Some(state.clone()),
        _ => urls.iter().find(|(known, _)| known == name).map(|(_, url)| url.clone()),
    };
    Arc::new(Deck::new(project, vars).unwrap())
}

/// What differs between two environments, by the use-case itself.
///
/// # Errors
/// The use-case's own.
pub async fn between(from: String, to: String) -> Result<Drift, Error> {
    drift::drift(&deck(&[("one", from), ("other", to)]), &Job::quiet(), "one", "other").await
}

/// A difference in a line: `changed column a.b.c type: integer → bigint`.
pub fn told(difference: &Difference) -> String {
    let mut line = format!("{} {} {}", difference.change.word(), difference.kind.word(), difference.object);
    if let Some(field) = &difference.field {
        let value = |value: &Option<String>| value.clone().unwrap_or_else(|| "–".into());
        write!(line, " {field}: {} → {}", value(&difference.from), value(&difference.to)).unwrap();
    }
    line
}
