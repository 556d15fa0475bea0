//! Servers of several versions, a fresh database each time, and what is read of it.

use std::{sync::Arc, time::Duration};

use pgdeck::{
    app::deck::Deck,
    config::{project::Project, source::Source},
    core::migrations::{
        history::{Applied, Histories, History, Tool},
        trace::Listing,
    },
    pg::{
        migrations,
        server::{self, Programs, load},
    },
};
use tokio_postgres::{Client, NoTls};

/// One server, ended when it is dropped, and where its programs are.
pub struct Server(server::Server, std::path::PathBuf);

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

/// The servers that `PGDECK_TEST_MAJORS` names, such as `13 18`, one after the other; else the one that is installed.
/// A version that cannot be had is said, and left out.
pub fn majors() -> impl Iterator<Item = Server> {
    let named = env("PGDECK_TEST_MAJORS").unwrap_or_default();
    let majors: Vec<Option<u32>> = named.split_whitespace().map(|major| Some(major.parse().unwrap())).collect();
    let majors = if majors.is_empty() { vec![None] } else { majors };
    majors.into_iter().filter_map(|major| {
        let programs = match major {
            None => Ok(Programs::find(None, &env, &|line| eprintln!("{line}")).unwrap()),
            Some(major) => Programs::of_major(major, &env, &|line| eprintln!("{line}")),
        };
        match programs {
            Ok(programs) => {
                let bin = programs.bin().to_path_buf();
                Some(Server(server::Server::start(&programs, "migrations", None).unwrap(), bin))
            }
            Err(error) => {
                eprintln!("PostgreSQL {major:?} is not tested: {error}");
                None
            }
        }
    })
}

impl Server {
    /// Its version, such as `15.18`.
    pub fn version(&self) -> &str {
        self.0.version()
    }

    /// Where its programs are.
    pub fn bin(&self) -> &std::path::Path {
        &self.1
    }

    /// A new database with what `sql` makes.
    pub async fn database(&self, name: &str, sql: &str) -> Database {
        load(&self.0, name, &[(name, sql)]).await.unwrap();
        Database { addresses: self.0.url_as(name, "ROLE") }
    }
}

/// A database of a server.
pub struct Database {
    /// Its address for a role: `ROLE` is to be filled in.
    addresses: String,
}

impl Database {
    /// Its address for a role.
    pub fn url(&self, role: &str) -> String {
        self.addresses.replace("ROLE", role)
    }

    /// The superuser in it.
    pub async fn connect(&self) -> Client {
        let (client, connection) =
            tokio_postgres::connect(&self.addresses.replace("ROLE", "postgres"), NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// A project whose one environment, `here`, is this database for `role`.
    pub fn deck(&self, role: &str) -> Arc<Deck> {
        self.deck_of(role, "auto")
    }

    /// The same, for files of a style.
    pub fn deck_of(&self, role: &str, style: &str) -> Arc<Deck> {
        let text = format!(
            "[project]\nname = \"migrations\"\n[migrations]\nstyle = \"{style}\"\n\
             [env.here]\nkind = \"development\"\nurl = \"${{URL}}\"\n"
        );
        let project = Project::parse(Source::new("pgdeck.toml", text)).unwrap();
        let url = self.addresses.replace("ROLE", role);
        let state = std::env::temp_dir().display().to_string();
        let vars = move |name: &str| match name {
            "URL" => Some(url.clone()),
            "PGDECK_STATE_DIR" => Some(state.clone()),
            _ => None,
        };
        Arc::new(Deck::new(project, vars).unwrap())
    }

    /// The histories that `role` can see.
    pub async fn histories_as(&self, role: &str) -> Histories {
        let deck = self.deck(role);
        let mut reader = deck.reader("here").await.unwrap();
        let tx = reader.begin_read().await.unwrap();
        let histories = migrations::read(&tx).await.unwrap();
        tx.rollback().await.unwrap();
        histories
    }

    /// What migrations may have created and is there.
    pub async fn listing(&self) -> Listing {
        let deck = self.deck("postgres");
        let mut reader = deck.reader("here").await.unwrap();
        let tx = reader.begin_read().await.unwrap();
        let listing = migrations::objects(&tx).await.unwrap();
        tx.rollback().await.unwrap();
        listing
    }

    /// The histories that there are.
    pub async fn histories(&self) -> Histories {
        self.histories_as("postgres").await
    }

    /// The one history that there is.
    pub async fn history(&self, tool: Tool) -> History {
        let mut all = self.histories().await;
        assert_eq!(all.read.iter().map(|history| history.tool).collect::<Vec<_>>(), [tool], "{all:?}");
        assert!(all.unseen.is_empty() && all.lookalikes.is_empty(), "{all:?}");
        all.read.remove(0)
    }
}

/// Versions, with `!` behind those that failed.
pub fn versions(applied: &[Applied]) -> Vec<String> {
    let shown = |one: &Applied| {
        let version = one.version.as_deref().or(one.name.as_deref()).unwrap_or("-");
        format!("{version}{}", if one.failed.is_some() { "!" } else { "" })
    };
    applied.iter().map(shown).collect()
}

/// Longer than any of these tests takes, shorter than a test run waits.
pub const PATIENCE: Duration = Duration::from_secs(60);
