//! One round trip on every road, between servers of any two supported majors, through a pooler and from a standby.
//!
//! `PGDECK_TEST_MAJORS="13 15 17 18"` runs it on these, each as source and as target of the next; else on what is installed.

use std::{fmt::Write as _, fs, sync::Arc};

use pgdeck::{
    app::{deck::Deck, job::Job, sync},
    config::{project::Project, source::Source},
    core::{
        error::{Code, Result},
        gate::RunId,
        guard,
        sync::{diff::Review, plan::Plan, script::script, select::Selection},
    },
    pg::{
        apply::{self, Settled},
        server::{Programs, Server, load},
    },
};
use tempfile::TempDir;
use tokio_postgres::{Client, NoTls};

use crate::support::{programs, project, rows, show};

const SETS: &str = r#"
[[sync.set]]
name = "s"
tables = [{ table = "kinds", key = ["k"] }, { table = "slots", key = ["kind_k", "k"] }, { table = "big", key = ["k"] }]
[[sync.set]]
name = "circle"
tables = [{ table = "nodes", key = ["k"] }]
"#;

const SCHEMA: &str = r"CREATE TYPE mood AS ENUM ('low', 'high'); CREATE DOMAIN short AS varchar(9); CREATE TYPE pair AS (a int, b text);
    CREATE TABLE kinds (k text PRIMARY KEY, n numeric(8, 2), d double precision, r real, ts timestamptz, dt date, iv interval, b bytea, j jsonb, js json,
        a text[], u uuid, e mood, s short, x xml, ra int4range, ip inet, m money, c char(4), ta tsvector, bi bit(3), co pair, p point);
    CREATE TABLE slots (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, kind_k text NOT NULL REFERENCES kinds, k text NOT NULL, pos int NOT NULL UNIQUE, UNIQUE (kind_k, k));
    CREATE TABLE big (k int PRIMARY KEY, v text);
    CREATE TABLE nodes (id serial PRIMARY KEY, k text UNIQUE NOT NULL, next_id int NOT NULL REFERENCES nodes DEFERRABLE INITIALLY DEFERRED);
    CREATE TABLE log (what text);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN INSERT INTO log VALUES (NEW.k); RETURN NEW; END';
    CREATE TRIGGER note AFTER INSERT OR UPDATE ON slots FOR EACH ROW EXECUTE FUNCTION note();
    INSERT INTO big SELECT n, 'é中' || n FROM generate_series(1, 3000) n; ANALYZE big;";
const SOURCE: &str = r#"INSERT INTO kinds VALUES ('one', 1.50, 0.1::float8 + 0.2, 0.1, '2024-01-31 23:30:00.123456+00', '2024-02-29', '-1 mon +2 days 03:04:05.6', '\x005c27ff', '{"b": 1, "a": [1.0, null]}', '{"b":1, "a":2}',
        '{x,NULL,"NULL","a\"b"}', '10000000-0000-4000-8000-000000000001', 'high', 'short', '<a/><b/>', '[1,5)', '10.0.0.1/8', '12.34', 'ab', 'a:1 b:2', B'101', '(1,"x y")', '(1.5,2)'),
        ('two', 'NaN', 'Infinity', '-0', 'infinity', '0044-03-15 BC', '00:00', '\x', '1', '[]', '{}', NULL, 'low', '', 'text', 'empty', '::1', '-1', '', '', B'000', '(,)', '(0,0)');
    INSERT INTO slots (kind_k, k, pos) VALUES ('one', 'a', 1), ('one', 'b', 2), ('two', 'c', 3);
    UPDATE big SET v = 'now' WHERE k IN (7, 2999); DELETE FROM big WHERE k = 5;
    INSERT INTO nodes VALUES (1, 'x', 2), (2, 'y', 1)"#;
const TARGET: &str = r"INSERT INTO kinds (k, n, j, a, x) VALUES ('one', 1, '{}', '{a}', '<a/>');
    INSERT INTO slots (kind_k, k, pos) VALUES ('one', 'a', 2), ('one', 'b', 1); TRUNCATE log";
const SEEN: [&str; 4] = [
    "SELECT ROW(k, n, d, r, ts, dt, iv, b, j, js, a, u, e, s, x::text, ra, ip, m, c, ta, bi, co, p)::text FROM kinds ORDER BY k",
    "SELECT kind_k, k, pos FROM slots ORDER BY 1, 2",
    "SELECT count(*), md5(string_agg(k || v, ',' ORDER BY k)) FROM big WHERE k <> 5",
    "SELECT n.k, m.k FROM nodes n JOIN nodes m ON m.id = n.next_id ORDER BY 1",
];

/// A database of some server.
struct Side {
    server: Arc<Server>,
    name: String,
}

impl Side {
    async fn new(server: &Arc<Server>, name: &str, sql: &str) -> Side {
        load(server, name, &[("schema", SCHEMA), ("rows", sql)]).await.unwrap();
        Side { server: server.clone(), name: name.to_owned() }
    }

    fn url(&self) -> String {
        self.server.url(&self.name)
    }

    async fn connect(&self) -> Client {
        let (client, connection) = tokio_postgres::connect(&self.url(), NoTls).await.unwrap();
        tokio::spawn(connection);
        client
    }

    async fn run(&self, sql: &str) {
        let done = self.connect().await.batch_execute(sql).await;
        done.unwrap_or_else(|error| panic!("{:?}\n{sql}", error.as_db_error()));
    }

    async fn seen(&self) -> String {
        let client = self.connect().await;
        let mut out = String::new();
        for sql in SEEN {
            let _ = writeln!(out, "{:?}", rows(&client, sql).await);
        }
        out
    }
}

/// A project over two addresses.
struct Trip {
    deck: Deck,
    state: TempDir,
}

impl Trip {
    fn over(source: String, target: String) -> Trip {
        Trip::of(SETS, source, target)
    }

    fn of(sets: &str, source: String, target: String) -> Trip {
        let state = tempfile::tempdir().unwrap();
        let folder = state.path().join("state").to_str().unwrap().to_owned();
        let project = Project::parse(Source::new("pgdeck.toml", project(sets))).unwrap();
        let deck = Deck::new(project, move |name| match name {
            "SOURCE" => Some(source.clone()),
            "TARGET" => Some(target.clone()),
            "PGDECK_STATE_DIR" => Some(folder.clone()),
            _ => None,
        });
        Trip { deck: deck.unwrap(), state }
    }

    async fn review(&self) -> Review {
        Box::pin(sync::compare(&self.deck, &Job::quiet(), &[], "source", "target", false)).await.unwrap()
    }

    fn plan(&self, review: &Review) -> Plan {
        Plan::build(&self.deck.project.name, review, &Selection::all(review)).unwrap()
    }

    async fn apply(&self, plan: &Plan) -> Result<RunId> {
        let environment = self.deck.environment("target").unwrap();
        let permit = guard::permit(&environment, &plan.digest, &plan.to, &"target".into()).unwrap();
        let applied = Box::pin(sync::apply_in_batches(&self.deck, &Job::quiet(), plan, &permit, false, 2)).await?;
        Ok(applied.run.unwrap())
    }

    /// Apply, undo, script, seed and paste, each judged by what the two databases say.
    async fn every_road(&self, source: &Side, target: &Side) {
        let (wanted, before) = (source.seen().await, target.seen().await);
        let found = self.review().await;
        assert_eq!(found.tables[2].unchanged, 2997, "{}", show(&found));
        let plan = self.plan(&found);
        let run = self.apply(&plan).await.unwrap();
        assert_eq!(target.seen().await, wanted, "applied");
        let again = self.review().await;
        assert!(again.tables.iter().all(|table| table.rows.is_empty()), "{}", show(&again));
        self.apply(&sync::undo_plan(&self.deck, &run).unwrap()).await.unwrap();
        assert_eq!(target.seen().await, before, "undone");

        let sql = script(&plan).unwrap();
        for _ in 0..2 {
            target.run(&sql).await;
            assert_eq!(target.seen().await, wanted, "script");
        }
        let path = self.state.path().join("seed.sql");
        Box::pin(sync::seed(&self.deck, &Job::quiet(), &["s".to_owned()], "source", &path)).await.unwrap();
        let sql = fs::read_to_string(&path).unwrap();
        target
            .run("UPDATE slots SET pos = pos + 10; DELETE FROM slots WHERE k = 'a'; UPDATE kinds SET n = 0, a = NULL")
            .await;
        for _ in 0..2 {
            target.run(&sql).await;
            assert_eq!(target.seen().await, wanted, "seed");
        }
        let printed = sync::query(&self.deck, &Job::quiet(), &[], Some("target")).await.unwrap().sql;
        let pasted = rows(&source.connect().await, &printed).await.concat();
        let path = self.state.path().join("paste.txt");
        fs::write(&path, pasted).unwrap();
        let offline = sync::load_offline(&self.deck, &Job::quiet(), &path, &[], "target").await.unwrap();
        let review = sync::review(&self.deck, &Job::quiet(), &offline.bundle, "target", false).await.unwrap();
        assert!(review.tables.iter().all(|table| table.rows.is_empty()), "{}", show(&review));
    }
}

/// The programs that `PGDECK_TEST_MAJORS` names; else those that are installed. A version that cannot be had is said.
fn majors() -> Vec<Programs> {
    let env = |name: &str| std::env::var(name).ok();
    let named = env("PGDECK_TEST_MAJORS").unwrap_or_default();
    let mut out = Vec::new();
    for major in named.split_whitespace() {
        match Programs::of_major(major.parse().unwrap(), &env, &|line| eprintln!("{line}")) {
            Ok(programs) => out.push(programs),
            Err(error) => eprintln!("PostgreSQL {major} is not tested: {error}"),
        }
    }
    if out.is_empty() { vec![programs().clone()] } else { out }
}

/// Each server with itself where it is alone, else with the next one, and the first with the last.
#[tokio::test]
async fn every_road_between_any_two_majors() {
    let servers: Vec<_> =
        majors().iter().map(|programs| Arc::new(Server::start(programs, "versions", None).unwrap())).collect();
    for (at, server) in servers.iter().enumerate() {
        let other = &servers[(at + 1) % servers.len()];
        for (from, to) in if servers.len() > 1 { vec![(server, other), (other, server)] } else { vec![(server, other)] }
        {
            println!("{} → {}", from.version(), to.version());
            let source = Side::new(from, &format!("source_{at}_{}", from.version()), SOURCE).await;
            let target = Side::new(to, &format!("target_{at}_{}", to.version()), TARGET).await;
            Trip::over(source.url(), target.url()).every_road(&source, &target).await;
        }
    }
}

#[tokio::test]
async fn every_road_through_a_pooler() {
    let server = Arc::new(Server::start(programs(), "pooled", None).unwrap());
    let Some(bouncer) = crate::bouncer::bouncer(&server) else { return };
    let (source, target) = (Side::new(&server, "source", SOURCE).await, Side::new(&server, "target", TARGET).await);
    let settings = "SET array_nulls = off; ALTER DATABASE source SET xmloption = document; ALTER DATABASE target SET search_path = public, nowhere";
    source.run(&format!("ALTER DATABASE target {settings}")).await;
    let url = |db: &str| format!("postgresql://postgres@127.0.0.1:{}/{db}?sslmode=disable", bouncer.port);
    let trip = Trip::over(url("source"), url("target"));
    let plan = trip.plan(&trip.review().await);
    let run = trip.apply(&plan).await.unwrap();
    assert_eq!(target.seen().await, source.seen().await);
    trip.apply(&sync::undo_plan(&trip.deck, &run).unwrap()).await.unwrap();
    assert!(trip.review().await.tables.iter().any(|table| !table.rows.is_empty()));
}

/// A server that was stopped and goes on as a standby, with a primary that is gone.
#[tokio::test]
async fn a_standby_is_a_source_and_never_a_target() {
    let folder = tempfile::tempdir_in("/tmp").unwrap();
    open_to_all(folder.path());
    let keep = folder.path().join("kept");
    fs::create_dir(&keep).unwrap();
    open_to_all(&keep);
    let primary = Arc::new(Server::start(programs(), "standby", Some(&keep)).unwrap());
    for name in ["source", "target"] {
        Side::new(&primary, name, if name == "source" { SOURCE } else { TARGET }).await;
    }
    drop(primary);
    fs::write(keep.join("standby").join("standby.signal"), "").unwrap();
    open_to_all(&keep.join("standby").join("standby.signal"));
    let standby = Arc::new(Server::start(programs(), "standby", Some(&keep)).unwrap());
    let source = Side { server: standby.clone(), name: "source".to_owned() };
    let server = Arc::new(Server::start(programs(), "writable", None).unwrap());
    let target = Side::new(&server, "target", TARGET).await;
    Trip::over(source.url(), target.url()).every_road(&source, &target).await;

    let target = Side { server: standby, name: "target".to_owned() };
    let trip = Trip::over(source.url(), target.url());
    let found = trip.review().await;
    let warnings = found.tables[0].warnings.join("; ");
    assert!(warnings.contains("nothing can be applied to target: the server is a standby"), "{warnings}");
    let error = trip.apply(&trip.plan(&found)).await.expect_err("read-only");
    assert_eq!(error.code, Code::Refused, "{error}");
    assert!(error.message.contains("standby") && error.hint.is_some(), "{error}");

    // It may only not have heard of it yet.
    let mut reader = trip.deck.reader("target").await.unwrap();
    assert_eq!(apply::settle(&mut reader, "4294000000", None).await.unwrap(), Settled::Unknown);
}

/// PostgreSQL 18: a foreign key with a PERIOD leads to no single row, so its columns are no reference.
#[tokio::test]
async fn a_foreign_key_with_a_period_is_no_reference() {
    let of_18 = |programs: &Programs| programs.version().split('.').next().is_some_and(|major| major >= "18");
    for programs in majors().iter().filter(|programs| of_18(programs)) {
        let server = Arc::new(Server::start(programs, "periods", None).unwrap());
        let schema = "CREATE EXTENSION btree_gist; CREATE TABLE p (r int, d daterange, PRIMARY KEY (r, d WITHOUT OVERLAPS));
            CREATE TABLE c (k text PRIMARY KEY, r int, d daterange, FOREIGN KEY (r, PERIOD d) REFERENCES p (r, PERIOD d));
            INSERT INTO p VALUES (1, '[2024-01-01,2025-01-01)');";
        for (name, period) in [("source", "[2024-03-01,2024-04-01)"), ("target", "[2024-01-01,2024-02-01)")] {
            let rows = format!("INSERT INTO c VALUES ('x', 1, '{period}')");
            load(&server, name, &[("schema", schema), ("rows", &rows)]).await.unwrap();
        }
        let set = |more: &str| format!("[[sync.set]]\nname = \"s\"\ntables = [{{ table = \"c\"{more} }}]\n");
        let blocked = Trip::of(&set(""), server.url("source"), server.url("target")).review().await;
        let why = blocked.tables[0].blocked.clone().unwrap();
        assert!(why.contains("(r, d) → public.p is a foreign key with a PERIOD"), "{why}");
        let values = Trip::of(&set(", plain = [\"r\", \"d\"]"), server.url("source"), server.url("target"));
        let plan = values.plan(&values.review().await);
        values.apply(&plan).await.unwrap();
        assert!(values.review().await.is_empty());
    }
}

/// The server runs as another user where this one is root.
fn open_to_all(path: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    let mode = if path.is_dir() { 0o777 } else { 0o666 };
    fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
}
