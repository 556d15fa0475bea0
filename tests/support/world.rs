//! Two servers, production and preprod, for all stories of this process.
//!
//! They belong to a helper process, because a value in a `static` is never dropped: the helper ends them, and removes
//! their folders, when this process has gone and with it the pipe to the helper's standard input.

use std::{
    io::{BufRead, BufReader},
    process::{Child, Command, Stdio},
    sync::{
        LazyLock,
        atomic::{AtomicUsize, Ordering},
    },
};

use pgdeck::{
    app::demo::example,
    pg::server::{Programs, Server},
};
use tokio_postgres::{Client, NoTls};

const KEEPER: &str = "PGDECK_TEST_KEEPER";
/// Never connected to, so that it can be copied.
const TEMPLATE: &str = "innotrue";
/// For stories that only read.
const SHARED: &str = "shared";

pub struct World {
    /// An address of production and one of preprod, each with `DATABASE` and `ROLE` to be filled in.
    addresses: [String; 2],
    _keeper: Child,
}

static WORLD: LazyLock<World> = LazyLock::new(World::start);
static COPIES: AtomicUsize = AtomicUsize::new(0);

/// The databases of one story: production's and preprod's, of the same name.
#[derive(Clone)]
pub struct Databases(String);

impl World {
    fn start() -> World {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "world::keeper", "--nocapture"]).env(KEEPER, "1");
        let mut keeper = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let lines = BufReader::new(keeper.stdout.as_mut().unwrap()).lines().map(Result::unwrap);
        let addresses: Vec<_> =
            lines.filter_map(|line| Some(line.split_once("address ")?.1.to_owned())).take(2).collect();
        World { addresses: addresses.try_into().expect("the keeper has two servers"), _keeper: keeper }
    }
}

/// The databases for a story that only reads.
pub fn shared() -> Databases {
    LazyLock::force(&WORLD);
    Databases(SHARED.into())
}

/// Copies for a story that writes.
pub async fn copies() -> Databases {
    let name = format!("story_{}", COPIES.fetch_add(1, Ordering::Relaxed));
    for at in 0..2 {
        let admin = connect(&address(at, "postgres", "postgres")).await;
        admin.batch_execute(&format!("CREATE DATABASE {name} TEMPLATE {TEMPLATE}")).await.unwrap();
    }
    Databases(name)
}

fn address(at: usize, database: &str, role: &str) -> String {
    WORLD.addresses[at].replace("DATABASE", database).replace("ROLE", role)
}

async fn connect(url: &str) -> Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap();
    tokio::spawn(connection);
    client
}

impl Databases {
    /// Their name on both servers.
    pub fn name(&self) -> &str {
        &self.0
    }

    /// The address of production's for the operator.
    pub fn production(&self) -> String {
        address(0, &self.0, "operator")
    }

    /// The address of preprod's for the operator.
    pub fn preprod(&self) -> String {
        address(1, &self.0, "operator")
    }

    /// The superuser in preprod's.
    pub async fn admin(&self) -> Client {
        connect(&address(1, &self.0, "postgres")).await
    }
}

/// Not a test by itself: owns the servers until its standard input ends, in the process that `World::start` makes.
#[test]
fn keeper() {
    if std::env::var_os(KEEPER).is_none() {
        return;
    }
    let vars = |name: &str| std::env::var(name).ok();
    let programs = Programs::find(None, &vars, &|line| eprintln!("{line}")).unwrap();
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let servers = ["production", "preprod"].map(|name| {
        let server = Server::start(&programs, name, None).unwrap();
        runtime.block_on(example(Some(TEMPLATE)).unwrap().load(&server, TEMPLATE, name)).unwrap();
        let copy = format!("CREATE DATABASE {SHARED} TEMPLATE {TEMPLATE}");
        runtime.block_on(async { connect(&server.url("postgres")).await.batch_execute(&copy).await }).unwrap();
        server
    });
    for server in &servers {
        println!("\naddress {}", server.url_as("DATABASE", "ROLE"));
    }
    std::io::stdin().lines().for_each(drop);
    drop(servers);
    // Nobody is left to read the harness's report.
    std::process::exit(0);
}
