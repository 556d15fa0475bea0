//! One server for all tests of this process, a fresh database for each side of each test, and plain SQL.

use std::{
    fmt::Write as _,
    path::PathBuf,
    process::{Command, Stdio},
    sync::{
        Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use pgdeck::{
    app::{
        deck::Deck,
        job::Job,
        journal,
        sync::{self, Applied},
    },
    config::{project::Project, source::Source},
    core::{
        error::{Error, Result},
        guard::{self, Permit},
        journal::Run,
        sync::{
            bundle::Bundle,
            diff::{Change, Review, RowReview, TableReview},
            plan::Plan,
            select::Selection,
        },
    },
    pg::server::{Programs, Server, load},
};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls, SimpleQueryMessage};

fn env(name: &str) -> Option<String> {
    std::env::var(name).ok()
}

pub fn programs() -> &'static Programs {
    static PROGRAMS: OnceLock<Programs> = OnceLock::new();
    PROGRAMS.get_or_init(|| Programs::find(None, &env, &|line| eprintln!("{line}")).unwrap())
}

/// The one server; it ends with this process.
pub fn server() -> &'static Server {
    static SERVER: OnceLock<Server> = OnceLock::new();
    SERVER.get_or_init(|| Server::start(programs(), "sync", None).unwrap())
}

/// A database of the server, as its superuser sees it. Given back when the test ends, and used again.
#[derive(Debug)]
pub struct Db {
    pub name: String,
}

static FREE: Mutex<Vec<String>> = Mutex::new(Vec::new());

/// How the name of a database in another encoding begins: it is not used again.
const ENCODED: &str = "enc_";

impl Drop for Db {
    fn drop(&mut self) {
        if self.name.starts_with(ENCODED) {
            return;
        }
        FREE.lock().unwrap().push(std::mem::take(&mut self.name));
    }
}

/// Ends whoever is left from the last test, and removes all that it made.
const CLEAN: &str = "DO $$ DECLARE space name; BEGIN
    PERFORM pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid();
    FOR space IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
        EXECUTE format('DROP SCHEMA %I CASCADE', space);
    END LOOP;
    CREATE SCHEMA public;
    GRANT USAGE ON SCHEMA public TO PUBLIC;
END $$";

impl Db {
    /// An empty database.
    async fn empty() -> Self {
        let free = FREE.lock().unwrap().pop();
        if let Some(name) = free {
            let db = Db { name };
            // First, because the last test may have made them such that nothing else works.
            let own = format!("ALTER DATABASE {0} RESET ALL; ALTER ROLE postgres IN DATABASE {0} RESET ALL", db.name);
            db.run(&format!("BEGIN READ WRITE; {own}; COMMIT")).await;
            db.run(CLEAN).await;
            return db;
        }
        let db = Db { name: fresh_name() };
        load(server(), &db.name, &[]).await.unwrap();
        db
    }

    pub async fn create(sql: &str) -> Self {
        let db = Db::empty().await;
        db.run(sql).await;
        db
    }

    /// An empty database in the encoding `encoding`, with these statements, which its server gets in UTF-8.
    pub async fn encoded(encoding: &str, sql: &str) -> Self {
        let db = Db { name: format!("{ENCODED}{}", fresh_name()) };
        let admin = connect("postgres").await;
        let create = format!("CREATE DATABASE {} ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0", db.name);
        admin.batch_execute(&create).await.unwrap();
        db.run(sql).await;
        db
    }

    pub async fn copy(template: &str) -> Self {
        let db = Db { name: fresh_name() };
        let admin = connect("postgres").await;
        admin.batch_execute(&format!("CREATE DATABASE {} TEMPLATE {template}", db.name)).await.unwrap();
        db
    }

    pub async fn connect(&self) -> Client {
        connect(&self.name).await
    }

    pub async fn run(&self, sql: &str) {
        self.connect().await.batch_execute(sql).await.unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
    }

    /// Each row as `a|b|c`, NULL as `∅`.
    pub async fn rows(&self, sql: &str) -> Vec<String> {
        rows(&self.connect().await, sql).await
    }

    pub async fn one(&self, sql: &str) -> String {
        let rows = self.rows(sql).await;
        assert_eq!(rows.len(), 1, "{sql}: {rows:?}");
        rows.into_iter().next().unwrap()
    }

    /// Every row of every table, as text, in order.
    pub async fn dump(&self) -> String {
        let client = self.connect().await;
        let tables = rows(
            &client,
            "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind = 'r' AND n.nspname <> 'information_schema' AND n.nspname !~ '^pg_' ORDER BY 1",
        )
        .await;
        let mut out = String::new();
        for table in tables {
            let _ = writeln!(out, "{table}");
            let sql = format!("SELECT pgdeck_row::text FROM ONLY {table} AS pgdeck_row ORDER BY 1");
            for row in rows(&client, &sql).await {
                let _ = writeln!(out, "  {row}");
            }
        }
        out
    }

    /// What `pg_dump` says, lines sorted; `None` where there is no such program.
    pub fn pg_dump(&self) -> Option<Vec<String>> {
        let mut command = Command::new(program("pg_dump")?);
        let output = self.arguments(&mut command).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let text = String::from_utf8(output.stdout).unwrap();
        // A random word that keeps psql from running what a table's name may hold.
        let mut lines: Vec<_> = text.lines().filter(|line| !line.contains("restrict ")).map(str::to_owned).collect();
        lines.sort();
        Some(lines)
    }

    /// Runs a script as a person would: with psql where there is one, else in one piece.
    pub async fn script(&self, sql: &str) -> Result<(), String> {
        let Some(psql) = program("psql") else {
            let client = self.connect().await;
            return client.batch_execute(sql).await.map_err(|error| format!("{:?}", error.as_db_error()));
        };
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), sql).unwrap();
        let mut command = Command::new(psql);
        command.args(["-X", "-q", "-v", "ON_ERROR_STOP=1", "-f"]).arg(file.path());
        let output = self.arguments(&mut command).stdin(Stdio::null()).output().unwrap();
        if output.status.success() { Ok(()) } else { Err(String::from_utf8_lossy(&output.stderr).into_owned()) }
    }

    /// What psql prints for `sql`; `None` where there is no such program.
    pub fn psql(&self, options: &[&str], sql: &str) -> Option<String> {
        let mut command = Command::new(program("psql")?);
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), sql).unwrap();
        command.args(["-X", "-v", "ON_ERROR_STOP=1"]).args(options).arg("-f").arg(file.path());
        let output = self.arguments(&mut command).stdin(Stdio::null()).output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        Some(String::from_utf8(output.stdout).unwrap())
    }

    fn arguments<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        let server = server();
        command.arg("-h").arg(server.host()).args([
            "-p",
            &server.port().to_string(),
            "-U",
            "postgres",
            "-d",
            &self.name,
        ])
    }
}

fn fresh_name() -> String {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    format!("db_{}", NUMBER.fetch_add(1, Ordering::Relaxed))
}

fn program(name: &str) -> Option<PathBuf> {
    let beside = programs().bin().join(name);
    let path = env("PATH").unwrap_or_default();
    let on_path = std::env::split_paths(&path).map(|dir| dir.join(name)).collect::<Vec<_>>();
    std::iter::once(beside).chain(on_path).find(|file| file.is_file())
}

async fn connect(dbname: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(&server().url(dbname), NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

pub async fn rows(client: &Client, sql: &str) -> Vec<String> {
    let messages = client.simple_query(sql).await.unwrap_or_else(|error| panic!("{error:?}\n{sql}"));
    let row = |message: &SimpleQueryMessage| match message {
        SimpleQueryMessage::Row(row) => {
            Some((0..row.len()).map(|at| row.get(at).unwrap_or("∅")).collect::<Vec<_>>().join("|"))
        }
        _ => None,
    };
    messages.iter().filter_map(row).collect()
}

/// Two environments, `source` (production) and `target` (staging), and a project over them.
pub struct Pair {
    pub deck: Deck,
    pub source: Db,
    pub target: Db,
    pub state: TempDir,
    pub to: &'static str,
    /// From how many alike rows on an apply writes them by one statement: 2, so that small cases do.
    pub batch: usize,
    from: &'static str,
}

const HEAD: &str = "[project]\nname = \"pair\"\n[env.source]\nkind = \"production\"\nurl = \"${SOURCE}\"\n\
                    [env.target]\nkind = \"staging\"\nurl = \"${TARGET}\"\n";

/// A set `s` over `tables`, written as in `pgdeck.toml`.
pub fn set(tables: &str) -> String {
    format!("[[sync.set]]\nname = \"s\"\ntables = [{tables}]\n")
}

/// The text of a `pgdeck.toml` with these sets.
pub fn project(sync: &str) -> String {
    format!("{HEAD}{sync}")
}

impl Pair {
    /// The same `schema` on both sides, then each side's own statements.
    pub async fn new(sync: &str, schema: &str, source: &str, target: &str) -> Self {
        Pair::with_role("postgres", sync, schema, source, target).await
    }

    pub async fn with_role(role: &str, sync: &str, schema: &str, source: &str, target: &str) -> Self {
        let source = Db::create(&format!("{schema};{source}")).await;
        let target = Db::create(&format!("{schema};{target}")).await;
        Pair::over(&format!("{HEAD}{sync}"), role, source, target, ("source", "target"))
    }

    /// The innotrue example, each environment a copy of a database that is loaded once.
    pub async fn innotrue() -> Self {
        static LOADED: tokio::sync::OnceCell<()> = tokio::sync::OnceCell::const_new();
        let example = pgdeck::app::demo::example(Some("innotrue")).unwrap();
        LOADED
            .get_or_init(|| async {
                for name in ["production", "preprod"] {
                    example.load(server(), name, name).await.unwrap();
                }
            })
            .await;
        let (source, target) = (Db::copy("production").await, Db::copy("preprod").await);
        Pair::over(example.project, example.role, source, target, ("production", "preprod"))
    }

    /// Two databases that are there.
    pub fn of(sync: &str, source: Db, target: Db) -> Self {
        Pair::over(&format!("{HEAD}{sync}"), "postgres", source, target, ("source", "target"))
    }

    fn over(project: &str, role: &str, source: Db, target: Db, names: (&'static str, &'static str)) -> Self {
        let state = tempfile::tempdir().unwrap();
        let deck = deck(project, role, &source, &target, state.path().join("state").to_str().unwrap()).unwrap();
        Pair { deck, source, target, state, batch: 2, from: names.0, to: names.1 }
    }

    /// A deck over the same two databases and the same state, with other sets.
    pub fn deck_of(&self, sync: &str) -> Deck {
        let url = |db: &Db| server().url(&db.name);
        self.deck_through(sync, url(&self.source), url(&self.target))
    }

    /// The same where the two databases are reached in another way.
    pub fn deck_through(&self, sync: &str, source: String, target: String) -> Deck {
        let state = self.state.path().join("state").to_str().unwrap().to_owned();
        let project = Project::parse(Source::new("pgdeck.toml", project(sync))).unwrap();
        let variable = move |name: &str| match name {
            "SOURCE" => Some(source.clone()),
            "TARGET" => Some(target.clone()),
            "PGDECK_STATE_DIR" => Some(state.clone()),
            _ => None,
        };
        Deck::new(project, variable).unwrap()
    }

    pub async fn export(&self) -> Result<Bundle> {
        Box::pin(sync::export(&self.deck, &Job::quiet(), &[], self.from)).await
    }

    pub async fn try_review(&self, deletes: bool) -> Result<Review> {
        Box::pin(sync::compare(&self.deck, &Job::quiet(), &[], self.from, self.to, deletes)).await
    }

    /// What a bundle would change in the target.
    #[allow(dead_code, reason = "one of the programs that share this file asks for it")]
    pub async fn review_of(&self, bundle: &Bundle, deletes: bool) -> Result<Review> {
        Box::pin(sync::review(&self.deck, &Job::quiet(), bundle, self.to, deletes)).await
    }

    pub async fn review(&self) -> Review {
        self.try_review(false).await.unwrap()
    }

    pub async fn review_deletes(&self) -> Review {
        self.try_review(true).await.unwrap()
    }

    /// The plan of everything that can move.
    pub fn all(&self, review: &Review) -> Plan {
        self.plan(review, &Selection::all(review))
    }

    pub fn plan(&self, review: &Review, selection: &Selection) -> Plan {
        Plan::build(&self.deck.project.name, review, selection).unwrap()
    }

    pub fn permit(&self, plan: &Plan) -> Permit {
        let environment = self.deck.environment(self.to).unwrap();
        guard::permit(&environment, &plan.digest, &plan.to, &self.to.into()).unwrap()
    }

    pub async fn apply(&self, plan: &Plan) -> Result<Applied> {
        self.apply_as(&Job::quiet(), plan).await
    }

    pub async fn apply_as(&self, job: &Job, plan: &Plan) -> Result<Applied> {
        // Boxed, as every test would carry it otherwise.
        Box::pin(sync::apply_in_batches(&self.deck, job, plan, &self.permit(plan), false, self.batch)).await
    }

    /// Reviews, applies everything, and expects the second review to find nothing that could be applied.
    pub async fn sync(&self) -> Applied {
        self.sync_review(self.review().await, false).await
    }

    pub async fn sync_deletes(&self) -> Applied {
        self.sync_review(self.review_deletes().await, true).await
    }

    async fn sync_review(&self, review: Review, deletes: bool) -> Applied {
        let applied = self.apply(&self.all(&review)).await.unwrap();
        let again = self.try_review(deletes).await.unwrap();
        assert!(Selection::all(&again).is_empty(), "{}", show(&again));
        applied
    }

    pub async fn undo(&self, run: &str) -> Result<Applied> {
        self.apply(&sync::undo_plan(&self.deck, &run.into())?).await
    }

    pub fn journal(&self) -> Vec<Run> {
        journal::read(&self.deck).unwrap()
    }

    /// Applies `plan`, which must be refused, and shows that the target is as it was.
    pub async fn refused(&self, plan: &Plan) -> Error {
        let before = self.target.dump().await;
        let error = self.apply(plan).await.expect_err("refused");
        assert_eq!(self.target.dump().await, before, "{error}");
        error
    }
}

/// A deck over two databases.
pub fn deck(project: &str, role: &str, source: &Db, target: &Db, state: &str) -> Result<Deck> {
    let project = Project::parse(Source::new("pgdeck.toml", project))?;
    let (from, to) = (server().url_as(&source.name, role), server().url_as(&target.name, role));
    let state = state.to_owned();
    Deck::new(project, move |name| match name {
        "SOURCE" | "PRODUCTION_DATABASE_URL" => Some(from.clone()),
        "TARGET" | "PREPROD_DATABASE_URL" => Some(to.clone()),
        "PGDECK_STATE_DIR" => Some(state.clone()),
        "SUDO_USER" => Some("tester".into()),
        _ => None,
    })
}

/// The table `name` of a review.
pub fn table<'a>(review: &'a Review, name: &str) -> &'a TableReview {
    review.tables.iter().find(|table| table.table.to_string() == name).unwrap_or_else(|| panic!("no {name}"))
}

/// The place of the row of `table` whose key is shown as `key`.
pub fn at(review: &Review, table: &str, key: &str) -> (usize, usize) {
    let t = review.tables.iter().position(|known| known.table.to_string() == table).unwrap();
    let r = review.tables[t].rows.iter().position(|row| row.key.display() == key);
    (t, r.unwrap_or_else(|| panic!("no {table} {key} in {}", show(review))))
}

/// The row of `table` whose key is shown as `key`.
pub fn row<'a>(review: &'a Review, table: &str, key: &str) -> &'a RowReview {
    let (t, r) = at(review, table, key);
    &review.tables[t].rows[r]
}

/// (insert, update, delete, representation only, blocked, unchanged) of a table.
pub fn counts(table: &TableReview) -> [usize; 6] {
    let of = |change| table.count(change);
    let moving = [Change::Insert, Change::Update, Change::Delete, Change::Representation].map(of);
    [moving[0], moving[1], moving[2], moving[3], table.blocked_rows(), table.unchanged]
}

/// A review for a failed assertion.
pub fn show(review: &Review) -> String {
    let mut out = String::new();
    for table in &review.tables {
        let _ = writeln!(out, "{} {:?} {:?} {:?}", table.table, counts(table), table.blocked, table.warnings);
        for row in &table.rows {
            let cells: Vec<_> =
                row.cells.iter().map(|cell| format!("{}: {:?} → {:?}", cell.column, cell.old, cell.new)).collect();
            let _ = writeln!(out, "  {} {} {:?} {cells:?}", row.change.sign(), row.key.display(), row.blocked);
        }
    }
    out
}

/// A serial that was rolled back leaves a gap.
pub fn without_ids(dump: &str) -> String {
    let line = |line: &str| match line.strip_prefix("  (").and_then(|row| row.split_once(',')) {
        Some((_, rest)) => format!("  {}", rest.rsplit_once(',').map_or(rest, |(rest, _)| rest)),
        None => line.to_owned(),
    };
    let mut lines: Vec<_> = dump.lines().map(line).collect();
    lines.sort();
    lines.join("\n")
}
