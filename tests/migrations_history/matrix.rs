//! Every naming style × every tool's history × every state, on a server.
//!
//! A case writes a real folder, fills the tool's real table as the tool does, asks what the program asks, and compares
//! with what can be told by reason. All cases are counted, so that none is passed over.

mod case;
mod expect;
mod item;
mod ledger;
mod rows;
mod style;

use std::{collections::HashMap, fs, sync::Arc, time::Instant};

use pgdeck::{
    app::{
        deck::Deck,
        job::Job,
        migrations::standing::{Overview, overview},
    },
    core::migrations::{state::Status, trace::Verdict},
};
use tokio_postgres::Client;

use self::{
    case::State,
    expect::{Said, expected},
    item::{Item, Run},
    ledger::Ledger,
    style::Naming,
};
use crate::support::{Database, Server, majors};

/// How many cases there are: namings × ledgers × states, less those of padding where numbers are dates or there are
/// none.
const CASES: usize = 11 * 15 * 20 - 5 * 15 * 2;

/// A database, and the program's way to it with each style and as each role.
struct Bench {
    database: Database,
    client: Client,
    decks: HashMap<(&'static str, &'static str), Arc<Deck>>,
    folder: tempfile::TempDir,
}

impl Bench {
    async fn new(server: &Server, name: &str) -> Bench {
        let database = server.database(name, "").await;
        let client = database.connect().await;
        Bench { database, client, decks: HashMap::new(), folder: tempfile::tempdir().unwrap() }
    }

    async fn run(&self, sql: &str) {
        self.client.batch_execute(sql).await.unwrap_or_else(|error| panic!("{error:?}: {sql}"));
    }

    fn write(&self, naming: Naming, state: State) -> std::path::PathBuf {
        let dir = self.folder.path().join("migrations");
        if dir.exists() {
            fs::remove_dir_all(&dir).unwrap();
        }
        naming.write(&dir, &state.files(), |item, text| state.text(item, text));
        if state == State::Unnumbered {
            style::write(&dir, naming.stray(), "SELECT 1;\n");
        }
        dir
    }

    async fn ask(&mut self, naming: Naming, role: &'static str, dir: &std::path::Path) -> Overview {
        let style = naming.style().word();
        let database = &self.database;
        let deck = self.decks.entry((style, role)).or_insert_with(|| database.deck_of(role, style));
        overview(deck, &Job::quiet(), Some(dir), &["here".to_owned()]).await.unwrap()
    }

    /// One case; what is wrong with it, if anything is.
    async fn case(&mut self, naming: Naming, ledger: Ledger, state: State) -> Option<String> {
        let dir = self.write(naming, state);
        let other = if state == State::Disagree { other(naming, ledger) } else { String::new() };
        self.run(&format!("{};\n{};\n{other}", ledger.clear(), ledger.record(naming, &state.runs()))).await;
        let role = if state == State::Unseen { "watcher" } else { "postgres" };
        let got = self.ask(naming, role, &dir).await;
        if state == State::Disagree {
            self.run("DROP SCHEMA other CASCADE").await;
        }
        let (wanted, told) = (expected(naming, ledger, state), told(&got));
        (wanted != told).then(|| {
            let lines: Vec<String> = problems(&got).iter().map(ToString::to_string).collect();
            format!(
                "{naming:?} × {ledger:?} × {state:?}\n  expected {wanted:?}\n  got      {told:?}\n    {}",
                lines.join("\n    ")
            )
        })
    }
}

/// Another tool's history, in a schema of its own, that knows the first three.
fn other(naming: Naming, ledger: Ledger) -> String {
    let (other, table, name) = match ledger {
        Ledger::Goose => (Ledger::Atlas, ledger::ATLAS, "atlas_schema_revisions"),
        _ => (Ledger::Goose, ledger::GOOSE, "goose_db_version"),
    };
    let runs: Vec<Run> = Item::upto(3).into_iter().map(Run::of).collect();
    let sql = format!("CREATE SCHEMA other;\n{table};\n{}", other.record(naming, &runs));
    ["TABLE", "INTO"]
        .iter()
        .fold(sql, |sql, word| sql.replace(&format!("{word} {name}"), &format!("{word} other.{name}")))
}

fn problems(overview: &Overview) -> Vec<&pgdeck::core::migrations::problem::Problem> {
    overview.folder.problems.iter().chain(&overview.environments[0].state.problems).collect()
}

/// What the program says, in the same words.
fn told(overview: &Overview) -> Said {
    let here = &overview.environments[0];
    let letter = |status: Status| match status {
        Status::Applied => 'A',
        Status::Pending => 'P',
        Status::Edited => 'E',
        Status::Failed => 'F',
        Status::Unknown => 'U',
    };
    let mut classes: Vec<&str> = problems(overview).iter().map(|problem| problem.class.word()).collect();
    classes.sort_unstable();
    Said {
        files: here.state.files.iter().map(|file| letter(file.status)).collect(),
        problems: classes,
        missing: here.state.missing.len(),
        apart: here.lookalikes.iter().any(|table| table.reason.contains("knows none of these files")),
    }
}

/// All cases of the ledgers that `mine` takes, each ledger in a database of its own.
async fn ledgers(server: Arc<Server>, mine: usize, of: usize) -> (usize, Vec<String>) {
    let (mut cases, mut wrong) = (0, Vec::new());
    for (at, ledger) in Ledger::ALL.into_iter().enumerate().filter(|(at, _)| at % of == mine) {
        let mut bench = Bench::new(&server, &format!("ledger_{at}")).await;
        bench.run(ledger.table()).await;
        for naming in Naming::ALL {
            for state in State::ALL.into_iter().filter(|state| state.can_be(naming)) {
                cases += 1;
                wrong.extend(bench.case(naming, ledger, state).await);
            }
        }
    }
    (cases, wrong)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_style_with_every_history_in_every_state() {
    let began = Instant::now();
    let server = Arc::new(majors().next().unwrap());
    server.database("roles", "CREATE ROLE watcher LOGIN").await;
    let workers: Vec<_> = (0..3).map(|mine| tokio::spawn(ledgers(Arc::clone(&server), mine, 3))).collect();
    let (mut cases, mut wrong) = (0, Vec::new());
    for worker in workers {
        let (more, faults) = worker.await.unwrap();
        cases += more;
        wrong.extend(faults);
    }
    eprintln!("{cases} cases, {} wrong, in {:.1} s", wrong.len(), began.elapsed().as_secs_f64());
    let shown: Vec<&String> = wrong.iter().take(40).collect();
    assert!(wrong.is_empty(), "{} of {cases} cases are wrong:\n{shown:#?}", wrong.len());
    assert_eq!(cases, CASES, "a case was passed over");
}

/// Without a history, what is there speaks, and nothing is claimed to be known.
#[tokio::test(flavor = "multi_thread")]
async fn every_style_without_a_history_is_told_by_what_is_there() {
    let server = majors().next().unwrap();
    let mut bench = Bench::new(&server, "looks").await;
    for item in Item::upto(3) {
        bench.run(&item.sql()).await;
    }
    for naming in Naming::ALL {
        let dir = bench.write(naming, State::Applied);
        let got = bench.ask(naming, "postgres", &dir).await;
        let verdicts: Vec<Verdict> = got.environments[0].looks.iter().map(|look| look.verdict).collect();
        let (all, none) = (Verdict::All, Verdict::None);
        assert_eq!(verdicts, [all, all, all, none, none], "{naming:?}");
        assert_eq!(
            told(&got),
            Said { files: "UUUUU".into(), problems: vec![], missing: 0, apart: false },
            "{naming:?}"
        );
    }
}
