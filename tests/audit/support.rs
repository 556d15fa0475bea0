//! Servers of several versions, a fresh database each time, and the audit through the program's own use-case.

use std::sync::Arc;

pub use pgdeck::app::audit::Audited;
use pgdeck::{
    app::{audit, deck::Deck, job::Job},
    config::{project::Project, source::Source},
    core::error::Error,
    pg::server::{self, Programs, load},
};
use tokio_postgres::{Client, NoTls};

/// One server, ended when it is dropped.
pub struct Server {
    server: server::Server,
}

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
            Ok(programs) => Some(Server::start(&programs)),
            Err(error) => {
                eprintln!("PostgreSQL {major:?} is not tested: {error}");
                None
            }
        }
    })
}

/// The roles that every server of these tests has, as a Supabase project does.
const ROLES: &str = "CREATE ROLE anon; CREATE ROLE authenticated; CREATE ROLE service_role;";

/// What a Supabase project has of its own.
const SUPABASE: &str = "CREATE SCHEMA auth;
    GRANT USAGE ON SCHEMA auth TO anon, authenticated;
    CREATE TABLE auth.users (id uuid PRIMARY KEY, email text UNIQUE, raw_user_meta_data jsonb);
    CREATE FUNCTION auth.uid() RETURNS uuid LANGUAGE sql STABLE SET search_path = ''
        AS $$ SELECT nullif(current_setting('request.jwt.claim.sub', true), '')::uuid $$;
    CREATE FUNCTION auth.role() RETURNS text LANGUAGE sql STABLE SET search_path = ''
        AS $$ SELECT current_setting('request.jwt.claim.role', true) $$;
    CREATE FUNCTION auth.jwt() RETURNS jsonb LANGUAGE sql STABLE SET search_path = ''
        AS $$ SELECT coalesce(nullif(current_setting('request.jwt.claims', true), ''), '{}')::jsonb $$;";

impl Server {
    fn start(programs: &Programs) -> Server {
        let server = server::Server::start(programs, "audit", None).unwrap();
        Server { server }
    }

    /// Its version, such as `15.18`.
    pub fn version(&self) -> &str {
        self.server.version()
    }

    /// Its major version.
    pub fn major(&self) -> u32 {
        let digits = self.version().split(|c: char| !c.is_ascii_digit()).next();
        digits.and_then(|digits| digits.parse().ok()).unwrap()
    }

    /// Its address for `role`, at `database`.
    pub fn url(&self, database: &str, role: &str) -> String {
        self.server.url_as(database, role)
    }
}

/// A database of a server.
pub struct Database {
    url: String,
    /// The same for another role: `ROLE` is to be filled in.
    addresses: String,
}

impl Database {
    /// An empty one, with the roles of a Supabase project and, if asked for, its schemas.
    pub async fn create(server: &Server, name: &str, supabase: bool) -> Database {
        load(&server.server, name, &[]).await.unwrap();
        let database = Database { url: server.url(name, "postgres"), addresses: server.url(name, "ROLE") };
        // Several databases begin at once, and roles are the server's: whoever comes second waits for the first.
        let roles =
            format!("DO $$ BEGIN {ROLES} EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$");
        database.connect().await.batch_execute(&roles).await.unwrap();
        if supabase {
            database.run(SUPABASE).await.unwrap();
        }
        database
    }

    /// The superuser in it.
    pub async fn connect(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.url, NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    /// Runs statements one by one, each ended by `;` at the end of a line. One behind a line `--! fails` has to fail.
    ///
    /// # Errors
    /// The server's words.
    pub async fn run(&self, sql: &str) -> Result<(), String> {
        let client = self.connect().await;
        for statement in statements(sql) {
            let run = client.batch_execute(&statement).await;
            if statement.lines().any(|line| line == "--! fails") {
                run.expect_err(&statement);
                continue;
            }
            run.map_err(|error| {
                format!("{}\n{statement}", error.as_db_error().map_or_else(|| error.to_string(), ToString::to_string))
            })?;
        }
        Ok(())
    }

    /// Runs one check as the superuser, by the rules of `project`, which is sections of a `pgdeck.toml`.
    pub async fn audit(&self, check: &str, project: &str) -> Audited {
        self.audit_as("postgres", &[check], project).await
    }

    /// Runs checks, all where none is named, as `role`.
    pub async fn audit_as(&self, role: &str, checks: &[&str], project: &str) -> Audited {
        self.try_audit_as(role, checks, project).await.unwrap()
    }

    /// The same, where it may fail.
    ///
    /// # Errors
    /// The use-case's own.
    pub async fn try_audit_as(&self, role: &str, checks: &[&str], project: &str) -> Result<Audited, Error> {
        let ids: Vec<String> = checks.iter().map(|id| (*id).to_owned()).collect();
        let only = audit::named(&ids).unwrap();
        audit::audit(&self.deck(role, project), &Job::quiet(), "here", &only).await
    }

    /// A project whose one environment, `here`, is this database for `role`.
    pub fn deck(&self, role: &str, project: &str) -> Arc<Deck> {
        // What belongs to [project] may stand first, before any section.
        let text =
            format!("[project]\nname = \"audit\"\n{project}\n[env.here]\nkind = \"development\"\nurl = \"${{URL}}\"\n");
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
}

/// Statements end with `;` at the end of a line, outside of `$$`.
fn statements(sql: &str) -> Vec<String> {
    let (mut out, mut current, mut dollars) = (Vec::new(), String::new(), 0);
    for line in sql.lines() {
        current.push_str(line);
        current.push('\n');
        dollars += line.matches("$$").count();
        if line.trim_end().ends_with(';') && dollars % 2 == 0 && !line.trim_start().starts_with("--") {
            out.push(std::mem::take(&mut current));
        }
    }
    out.push(current);
    out
}
