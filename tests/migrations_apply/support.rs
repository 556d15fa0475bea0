//! A server, a database and a folder of files for each test.

use std::{fs, path::PathBuf, sync::Arc};

use pgdeck::{
    app::{
        deck::Deck,
        job::Job,
        journal,
        migrations::{
            apply::{self, Applied},
            standing,
        },
    },
    config::{project::Project, source::Source},
    core::{
        error::{Error, Result},
        guard,
        journal::Run,
        migrations::plan::{Choice, Plan},
    },
    pg::server::{self, Programs, load},
};
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

pub struct Place {
    pub server: server::Server,
    address: String,
    root: tempfile::TempDir,
    pub deck: Arc<Deck>,
    /// The superuser.
    pub client: Client,
}

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

impl Place {
    /// A database with what `sql` makes, and a folder with `files`.
    pub async fn new(sql: &str, files: &[(&str, &str)]) -> Place {
        let programs = Programs::find(None, &env, &|line| eprintln!("{line}")).unwrap();
        let server = server::Server::start(&programs, "apply", None).unwrap();
        load(&server, "here", &[("here", sql)]).await.unwrap();
        let address = server.url_as("here", "ROLE");
        let root = tempfile::tempdir().unwrap();
        let client = connect(&address.replace("ROLE", "postgres")).await;
        let deck = deck(&address, &root, "postgres", true);
        let place = Place { server, address, root, deck, client };
        fs::create_dir(place.dir()).unwrap();
        place.write_all(files);
        place
    }

    pub fn dir(&self) -> PathBuf {
        self.root.path().join("migrations")
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.dir().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }

    pub fn write_all(&self, files: &[(&str, &str)]) {
        for (name, text) in files {
            self.write(name, text);
        }
    }

    /// The same project for another role, or where nothing may be written.
    pub fn deck_as(&self, role: &str, writable: bool) -> Arc<Deck> {
        deck(&self.address, &self.root, role, writable)
    }

    /// The same project by way of a port of the loopback, where something stands in front of the server.
    /// The environment leads to the database `name` of the same server from here on.
    pub async fn move_to(&mut self, name: &str) {
        load(&self.server, name, &[]).await.unwrap();
        self.address = self.server.url_as(name, "ROLE");
        self.deck = deck(&self.address, &self.root, "postgres", true);
        self.client = connect(&self.address.replace("ROLE", "postgres")).await;
    }

    pub fn go_through(&mut self, port: u16) {
        let address = format!("postgresql://ROLE@127.0.0.1:{port}/here?sslmode=disable");
        self.deck = deck(&address, &self.root, "postgres", true);
    }

    /// The server's socket.
    pub fn socket(&self) -> PathBuf {
        self.server.host().join(format!(".s.PGSQL.{}", self.server.port()))
    }

    pub async fn plan_with(&self, choice: &Choice) -> Result<Plan> {
        apply::plan(&self.deck, &Job::quiet(), Some(&self.dir()), "here", choice).await
    }

    pub async fn plan(&self) -> Result<Plan> {
        self.plan_with(&Choice::default()).await
    }

    pub async fn run(&self, plan: &Plan, dry_run: bool) -> Result<Applied> {
        let permit = guard::permit(&self.deck.environment("here")?, &plan.digest, &plan.environment, &"here".into())?;
        apply::apply(&self.deck, &Job::quiet(), plan, &permit, dry_run).await
    }

    /// Plans and runs.
    pub async fn apply(&self) -> Result<Applied> {
        let plan = self.plan().await?;
        self.run(&plan, false).await
    }

    /// Plans and runs, and has to fail.
    pub async fn fails(&self) -> Error {
        self.apply().await.expect_err("this was to fail")
    }

    /// The rows of a query, columns joined by `|`.
    pub async fn rows(&self, sql: &str) -> Vec<String> {
        let messages = self.client.simple_query(sql).await.unwrap();
        let row = |message: &SimpleQueryMessage| match message {
            SimpleQueryMessage::Row(row) => {
                Some((0..row.len()).map(|at| row.get(at).unwrap_or("NULL")).collect::<Vec<_>>().join("|"))
            }
            _ => None,
        };
        messages.iter().filter_map(row).collect()
    }

    /// The versions that Supabase's history holds; empty where there is none.
    pub async fn recorded(&self) -> Vec<String> {
        let there = self.rows("SELECT to_regclass('supabase_migrations.schema_migrations') IS NOT NULL").await;
        if there != ["t"] {
            return Vec::new();
        }
        self.rows("SELECT version FROM supabase_migrations.schema_migrations ORDER BY 1").await
    }

    /// The tables in `public`.
    pub async fn tables(&self) -> Vec<String> {
        self.rows("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").await
    }

    /// The files by status: `001 applied`.
    pub async fn statuses(&self) -> Vec<String> {
        let names = ["here".to_owned()];
        let overview = standing::overview(&self.deck, &Job::quiet(), Some(&self.dir()), &names).await.unwrap();
        let told = |at| overview.environments[0].told(at).word();
        let files = overview.folder.forward().enumerate();
        files.map(|(at, file)| format!("{} {}", file.version.clone().unwrap_or_default(), told(at))).collect()
    }

    pub fn journal(&self) -> Vec<Run> {
        journal::read(&self.deck).unwrap()
    }
}

fn deck(address: &str, root: &tempfile::TempDir, role: &str, writable: bool) -> Arc<Deck> {
    let text = format!(
        "[project]\nname = \"migrations\"\n[env.here]\nkind = \"staging\"\nwritable = {writable}\nurl = \"${{URL}}\"\n"
    );
    let project = Project::parse(Source::new("pgdeck.toml", text)).unwrap();
    let url = address.replace("ROLE", role);
    let state = root.path().join("state").display().to_string();
    let vars = move |name: &str| match name {
        "URL" => Some(url.clone()),
        "PGDECK_STATE_DIR" => Some(state.clone()),
        _ => None,
    };
    Arc::new(Deck::new(project, vars).unwrap())
}
