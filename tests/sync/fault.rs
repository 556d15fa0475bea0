//! Whatever breaks while a plan runs, the target is wholly as it was or wholly as it should be, the journal says which,
//! and what was applied can be undone.

use std::{
    path::PathBuf,
    process::{Child, Command, Output, Stdio},
    sync::atomic::Ordering,
};

use rustix::process::{Pid, Signal, kill_process};

use pgdeck::{
    app::{
        job::Job,
        sync::{self as app, settle},
    },
    core::{
        error::{Code, Error},
        journal::Outcome,
        sync::{batch::LEAST, plan::Plan},
    },
};

use crate::{
    proxy::{Break, Proxy, Side},
    support::{Pair, project, server, set, without_ids},
};

const SCHEMA: &str = "CREATE TABLE p (id serial PRIMARY KEY, k text UNIQUE);
    CREATE TABLE c (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE, pos int UNIQUE, p_id int REFERENCES p)";
/// A new parent with a new child, two that swap their places, one that goes.
const SOURCE: &str = "INSERT INTO p (k) VALUES ('new'), ('both');
    INSERT INTO c (k, pos, p_id) VALUES ('new', 3, 1), ('x', 1, 2), ('y', 2, 2)";
const TARGET: &str = "INSERT INTO p (k) VALUES ('both');
    INSERT INTO c (k, pos, p_id) VALUES ('x', 2, 1), ('y', 1, 1), ('gone', 7, 1)";

fn sets() -> String {
    set(r#"{ table = "p", key = ["k"] }, { table = "c", key = ["k"], ids = "keep" }"#)
}

/// A target, and a plan for it.
struct World {
    pair: Pair,
    plan: Plan,
    before: String,
    after: String,
}

impl World {
    async fn new() -> World {
        let pair = Pair::new(&sets(), SCHEMA, SOURCE, TARGET).await;
        let plan = pair.all(&pair.review_deletes().await);
        assert_eq!((plan.tally().insert, plan.tally().update, plan.tally().delete), (2, 2, 1));
        let before = pair.target.dump().await;
        let run = pair.apply(&plan).await.unwrap().run.unwrap();
        let after = without_ids(&pair.target.dump().await);
        pair.undo(&run).await.unwrap();
        assert_eq!(pair.target.dump().await, before);
        World { pair, plan, before, after }
    }

    /// Lets pgdeck reach the target through `proxy`, and directly again.
    fn through(&mut self, proxy: Option<&Proxy>) {
        let dbname = &self.pair.target.name;
        let target = proxy.map_or_else(|| server().url(dbname), |proxy| proxy.url(dbname));
        self.pair.deck = self.pair.deck_through(&sets(), server().url(&self.pair.source.name), target);
    }

    /// Whether the plan was applied; half of it is neither.
    async fn applied(&self, what: &str) -> bool {
        let dump = self.pair.target.dump().await;
        let applied = without_ids(&dump) == self.after;
        assert!(applied || dump == self.before, "{what}: half applied\n{dump}");
        applied
    }

    /// The journal must tell the same, and undo must bring back every byte of what was applied.
    async fn told(&self, applied: bool, what: &str) {
        let left = settle(&self.pair.deck, &Job::quiet()).await.unwrap();
        assert_eq!(left, [], "{what}");
        let last = self.pair.journal()[0].last.clone();
        let outcome = if applied { Outcome::Applied } else { Outcome::RolledBack };
        assert_eq!(last.outcome, outcome, "{what}: {last:?}");
        if applied {
            self.pair.undo(&last.run).await.unwrap();
        } else {
            assert!(self.pair.undo(&last.run).await.unwrap_err().to_string().contains("nothing to undo"), "{what}");
        }
        assert_eq!(self.pair.target.dump().await, self.before, "{what}");
    }
}

/// How many statements an apply has.
async fn statements(world: &mut World) -> usize {
    let proxy = Proxy::open(Break { at: usize::MAX - 1, side: Side::Before }, false).await;
    world.through(Some(&proxy));
    let run = world.pair.apply(&world.plan).await.unwrap().run.unwrap();
    let count = proxy.statements.load(Ordering::Relaxed);
    world.through(None);
    world.pair.undo(&run).await.unwrap();
    count
}

#[tokio::test(flavor = "multi_thread")]
async fn connection_cut_at_every_step() {
    let mut world = World::new().await;
    let count = statements(&mut world).await;
    assert!(count > 10, "{count}");
    let mut ends = [0, 0];
    for at in 1..=count {
        for side in [Side::Before, Side::After] {
            let what = format!("{side:?} statement {at} of {count}");
            let mut proxy = Proxy::open(Break { at, side }, false).await;
            world.through(Some(&proxy));
            let runs = world.pair.journal().len();
            let ended = world.pair.apply(&world.plan).await;
            proxy.gone.recv().await.unwrap();
            world.through(None);
            let applied = world.applied(&what).await;
            ends[usize::from(applied)] += 1;
            match &ended {
                Ok(_) => assert!(applied, "{what}"),
                Err(error) => {
                    assert!(
                        !applied && matches!(error.code, Code::RolledBack | Code::Connect | Code::Unknown),
                        "{what}: {error}"
                    );
                }
            }
            // Before the run has a name there is nothing to tell.
            if world.pair.journal().len() > runs {
                world.told(applied, &what).await;
            }
        }
    }
    assert_eq!(ends[1], 1, "only behind COMMIT it is applied: {ends:?}");
}

/// The real program, in a folder of its own.
struct Desk {
    folder: tempfile::TempDir,
    state: PathBuf,
    source: String,
}

impl Desk {
    fn new(world: &World) -> Desk {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("pgdeck.toml"), project(&sets())).unwrap();
        std::fs::write(folder.path().join("plan.json"), world.plan.text()).unwrap();
        let state = world.pair.state.path().join("state");
        Desk { folder, state, source: server().url(&world.pair.source.name) }
    }

    fn command(&self, target: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_pgdeck"));
        command.current_dir(self.folder.path()).args(arguments).env_clear();
        command.env("SOURCE", &self.source).env("TARGET", target).env("PGDECK_STATE_DIR", &self.state);
        command.env("HOME", self.folder.path()).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    fn apply(&self, target: &str) -> Child {
        self.command(target, &["sync", "apply", "--plan", "plan.json", "--confirm", "target"]).spawn().unwrap()
    }

    fn run(&self, target: &str, arguments: &[&str]) -> Output {
        self.command(target, arguments).output().unwrap()
    }
}

fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

#[tokio::test(flavor = "multi_thread")]
async fn process_killed_at_every_step() {
    let mut world = World::new().await;
    // As the program does it.
    world.pair.batch = LEAST;
    let count = statements(&mut world).await;
    let desk = Desk::new(&world);
    let target = server().url(&world.pair.target.name);
    let mut ends = [0, 0];
    for at in 1..=count {
        for side in [Side::Before, Side::After] {
            let what = format!("{side:?} statement {at} of {count}");
            let mut proxy = Proxy::open(Break { at, side }, true).await;
            let runs = world.pair.journal().len();
            let mut child = desk.apply(&proxy.url(&world.pair.target.name));
            proxy.reached.recv().await.unwrap();
            child.kill().unwrap();
            child.wait().unwrap();
            proxy.go.notify_one();
            proxy.gone.recv().await.unwrap();
            let applied = world.applied(&what).await;
            ends[usize::from(applied)] += 1;
            if world.pair.journal().len() == runs {
                continue;
            }
            let journal = desk.run(&target, &["journal", "--format", "json"]);
            let told: serde_json::Value =
                serde_json::from_slice(&journal.stdout).unwrap_or_else(|_| panic!("{}", text(&journal)));
            let entry = &told["runs"][0]["entry"];
            assert_eq!(entry["outcome"], if applied { "applied" } else { "rolled-back" }, "{what}: {told}");
            if applied {
                let undone =
                    desk.run(&target, &["sync", "undo", entry["run"].as_str().unwrap(), "--confirm", "target"]);
                assert!(undone.status.success(), "{what}: {}", text(&undone));
            }
            assert_eq!(world.pair.target.dump().await, world.before, "{what}");
        }
    }
    assert_eq!(ends[1], 1, "only behind COMMIT it is applied: {ends:?}");
}

/// The first signal asks the server to stop, the second leaves at once: what is told then is true, or said to be unknown.
#[tokio::test(flavor = "multi_thread")]
async fn process_told_twice_to_stop_at_every_step() {
    let mut world = World::new().await;
    world.pair.batch = LEAST;
    let count = statements(&mut world).await;
    let desk = Desk::new(&world);
    let target = server().url(&world.pair.target.name);
    let mut ends = [0, 0];
    for at in 1..=count {
        for side in [Side::Before, Side::After] {
            let what = format!("{side:?} statement {at} of {count}");
            let mut proxy = Proxy::open(Break { at, side }, true).await;
            let runs = world.pair.journal().len();
            let child = desk.apply(&proxy.url(&world.pair.target.name));
            proxy.reached.recv().await.unwrap();
            let pid = Pid::from_child(&child);
            for signal in [Signal::INT, Signal::TERM] {
                kill_process(pid, signal).unwrap();
            }
            let output = child.wait_with_output().unwrap();
            proxy.go.notify_one();
            proxy.gone.recv().await.unwrap();
            let applied = world.applied(&what).await;
            ends[usize::from(applied)] += 1;
            let code = output.status.code();
            let begun = world.pair.journal().len() > runs;
            let outcome = begun.then(|| world.pair.journal()[0].last.outcome);
            match code {
                Some(130) => {
                    assert!(!applied && outcome.is_none_or(|outcome| outcome == Outcome::RolledBack), "{what}");
                }
                Some(8) => assert_eq!(outcome, Some(Outcome::Unknown), "{what}"),
                _ => panic!("{what}: {code:?} {}", text(&output)),
            }
            if begun {
                let journal = desk.run(&target, &["journal"]);
                assert!(journal.status.success(), "{what}: {}", text(&journal));
                world.told(applied, &what).await;
            }
        }
    }
    assert_eq!(ends[1], 1, "only behind COMMIT it is applied: {ends:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_is_under_way_is_not_taken_for_one_that_was_cut_off() {
    let mut world = World::new().await;
    let mut proxy = Proxy::open(Break { at: 4, side: Side::Before }, true).await;
    world.through(Some(&proxy));
    let desk = Desk::new(&world);
    let mut child = desk.apply(&proxy.url(&world.pair.target.name));
    proxy.reached.recv().await.unwrap();
    let left = settle(&world.pair.deck, &Job::quiet()).await.unwrap();
    assert_eq!(left.iter().map(|left| left.why.as_str()).collect::<Vec<_>>(), ["it is running"]);
    assert_eq!(world.pair.journal()[0].last.outcome, Outcome::Started);
    proxy.go.notify_one();
    assert!(!child.wait().unwrap().success());
    world.told(false, "cut").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn disk_full_while_writing_before_images() {
    let world = World::new().await;
    let desk = Desk::new(&world);
    let target = server().url(&world.pair.target.name);
    // 1 block of 512 bytes or 1 KiB: room for a line of the journal, none for the images. Whether the signal of a full
    // disk ends the process or the write fails, nothing may be written.
    let journal = desk.state.join("journal.jsonl");
    for (signal, code) in [("trap '' XFSZ;", Some(6)), ("", None)] {
        // A file of a line or two, so that another line still fits.
        std::fs::remove_file(&journal).unwrap();
        let program = env!("CARGO_BIN_EXE_pgdeck");
        let apply = format!("{signal} ulimit -f 1; exec {program} sync apply --plan plan.json --confirm target");
        let command = desk.command(&target, &[]);
        let mut shell = Command::new("sh");
        shell.args(["-c", &apply]).current_dir(desk.folder.path()).env_clear();
        shell.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
        let output = shell.output().unwrap();
        assert_eq!(output.status.code(), code, "{}", text(&output));
        if code.is_some() {
            let told = text(&output);
            assert!(told.contains("before-images cannot be kept") && told.contains("nothing was written"), "{told}");
            assert!(told.contains(desk.state.to_str().unwrap()), "{told}");
        }
        assert_eq!(world.pair.target.dump().await, world.before);
        world.told(false, "disk full").await;
    }
}

/// Applies, which must fail in the middle, and names the row or table at fault.
async fn fails_in_the_middle(world: &World) -> Error {
    let error = world.pair.refused(&world.plan).await;
    assert!(error.object.as_deref().is_some_and(|object| object.starts_with("public.c")), "{error}");
    assert_eq!(world.pair.journal()[0].last.outcome, Outcome::RolledBack);
    error
}

#[tokio::test]
async fn statement_timeout_in_the_middle() {
    let mut world = World::new().await;
    let slow =
        "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(60); RETURN NULL; END';
        CREATE TRIGGER slow AFTER DELETE ON c FOR EACH ROW EXECUTE FUNCTION slow()";
    world.pair.target.run(slow).await;
    world.plan = world.pair.all(&world.pair.review_deletes().await);
    world.pair.target.run(&format!("ALTER DATABASE {} SET statement_timeout = '500ms'", world.pair.target.name)).await;
    let error = fails_in_the_middle(&world).await;
    assert_eq!(error.code, Code::RolledBack, "{error}");
    assert!(error.to_string().contains("statement timeout"), "{error}");
}

#[tokio::test]
async fn a_row_that_somebody_else_has_locked_is_not_waited_for() {
    let world = World::new().await;
    let other = world.pair.target.connect().await;
    other.batch_execute("BEGIN; SELECT FROM c WHERE k = 'x' FOR UPDATE").await.unwrap();
    let error = fails_in_the_middle(&world).await;
    assert!(error.to_string().contains("lock timeout"), "{error}");
}

#[tokio::test(flavor = "multi_thread")]
async fn two_operators_at_once() {
    let world = World::new().await;
    let desk = Desk::new(&world);
    let target = server().url(&world.pair.target.name);
    let runs = world.pair.journal().len();
    let children: Vec<_> = (0..4).map(|_| desk.apply(&target)).collect();
    let outputs: Vec<_> = children.into_iter().map(|child| child.wait_with_output().unwrap()).collect();
    let codes: Vec<_> = outputs.iter().filter_map(|output| output.status.code()).collect();
    let told: Vec<_> = outputs.iter().map(text).collect();
    assert_eq!(codes.iter().filter(|code| **code == 0).count(), 1, "{told:?}");
    assert!(codes.iter().all(|code| matches!(code, 0 | 4 | 5)), "{codes:?} {told:?}");
    assert!(world.applied("two at once").await);
    let journal = world.pair.journal();
    assert_eq!(journal.len(), runs + 4, "each has a name of its own");
    let applied = journal.iter().find(|run| run.last.outcome == Outcome::Applied).unwrap();
    let undo = app::undo_plan(&world.pair.deck, &applied.last.run).unwrap();
    world.pair.apply(&undo).await.unwrap();
    assert_eq!(world.pair.target.dump().await, world.before);
}
