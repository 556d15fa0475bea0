//! What can only be seen from inside: the work between a key and its frame, and the calls of `write`.

use std::{
    collections::BTreeMap,
    io::{self, Write},
    sync::Arc,
    time::Duration,
};

use pgdeck::{
    app::{
        counts::Listing,
        drift::{Base, Compared},
        migrations::standing::Overview,
    },
    config::key::Key,
    core::{
        counts::{Count, Counts},
        drift::{State, compare},
        env::Kind,
        migrations::folder::{self, Found},
        name::QName,
        schema::{Catalog, Relation, Table},
    },
    tui::{
        canvas::{self, Canvas},
        model::{EnvState, EnvStatus, Model},
        msg::{Effect, Msg, Work},
        pane::Pane,
        update::update,
        view::view,
    },
};
use ratatui::Terminal;
use rustix::time::{ClockId, clock_gettime};
use serde_json::json;

use crate::{Figure, figure};

const ROWS: u64 = 10_000;

/// Counts what is written and how often.
#[derive(Default)]
struct Line {
    calls: u32,
    bytes: usize,
}

impl Write for Line {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.calls += 1;
        self.bytes += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn table(nth: u64) -> Table {
    Table {
        name: QName::new("public", format!("table_{nth:05}")),
        relation: Relation::Table,
        partition: false,
        estimate: Some(nth * 7919 % 100_000),
        readable: true,
        foreign_code: None,
        rls_hides: false,
        rls_enabled: nth.is_multiple_of(3),
        policies: 1,
        comment: Some(format!("the {nth}th of many")),
        columns: Vec::new(),
        foreign_keys: Vec::new(),
        uniques: Vec::new(),
        triggers: Vec::new(),
        parents: Vec::new(),
        period_keys: Vec::new(),
        partial_keys: Vec::new(),
        foreign_partitions: Vec::new(),
    }
}

fn listing(shift: u64) -> Arc<Listing> {
    let tables: BTreeMap<_, _> = (0..ROWS).map(table).map(|table| (table.name.clone(), table)).collect();
    let rows = |nth: u64| Count::Estimate { rows: nth * 7919 % 100_000 + shift * (nth % 5) };
    let counts = tables.keys().zip(0..).map(|(name, nth)| (name.clone(), rows(nth))).collect();
    let sizes = tables.keys().zip(0..).map(|(name, nth)| (name.clone(), nth * 8192)).collect();
    Arc::new(Listing { catalog: Catalog { tables }, counts: Counts { tables: counts }, sizes })
}

fn model() -> Model {
    let environment =
        |name: &str, kind| EnvStatus { name: name.into(), kind, writable: false, state: EnvState::Connecting };
    let environments = vec![environment("production", Kind::Production), environment("preprod", Kind::Staging)];
    let mut model = Model::built_in("bench", environments).unwrap();
    update(&mut model, Msg::Resize(120, 40));
    for (name, shift) in [("production", 0), ("preprod", 1)] {
        let state = EnvState::Ready { version: "17.6".into(), latency: Duration::from_millis(2) };
        update(&mut model, Msg::Environment(name.into(), state));
        update(&mut model, Msg::Tables(name.into(), Ok(listing(shift))));
    }
    model
}

/// The time that this thread has worked: what others do meanwhile is not ours.
fn worked() -> Duration {
    clock_gettime(ClockId::ThreadCPUTime).try_into().unwrap()
}

/// The console without loop and runtime: a key goes in, a frame comes out.
struct Bench {
    model: Model,
    terminal: Terminal<Canvas>,
    line: Line,
    now: Duration,
}

impl Bench {
    fn press(&mut self, key: Key) -> Duration {
        self.now += Duration::from_millis(30);
        let begin = worked();
        update(&mut self.model, Msg::Now(self.now));
        update(&mut self.model, Msg::Key(key));
        self.paint();
        worked().saturating_sub(begin)
    }

    fn paint(&mut self) {
        canvas::draw(&mut self.terminal, |frame| view(&self.model, frame)).unwrap();
        self.terminal.backend_mut().send(&mut self.line).unwrap();
    }

    /// The time of each of these keys.
    fn times(&mut self, keys: impl Iterator<Item = Key>) -> Vec<Duration> {
        let mut times: Vec<_> = keys.map(|key| self.press(key)).collect();
        times.sort();
        times
    }
}

fn percentiles(times: &[Duration]) -> String {
    let at = |percent: usize| times[(times.len() - 1) * percent / 100].as_secs_f64() * 1000.0;
    format!("p50 {:.2} ms, p99 {:.2} ms", at(50), at(99))
}

/// As many files as a very old project has, with half of them run in production.
fn migrations(model: &mut Model) {
    let found = |at: u64| Found {
        path: format!("{at:05}_step_{at}.sql"),
        content: Ok(format!("CREATE TABLE step_{at} (id int);\n").into_bytes()),
    };
    let folder = folder::read("migrations", (1..=ROWS).map(found).collect(), None);
    let overview = Overview::of("migrations".into(), folder);
    update(model, Msg::Migrations(Ok(Arc::new(overview))));
    model.pane = Pane::Migrations;
}

/// As many tables on either side, each with a column of another type.
fn drift(model: &mut Model) {
    let side = |kind: &str| {
        let tables = (0..ROWS).flat_map(|nth| {
            let name = format!("table_{nth:05}");
            let table = json!({ "kind": "table", "path": ["public", name] });
            let column = json!({
                "kind": "column", "path": ["public", name, "id"], "within": { "kind": "table", "path": ["public", name] },
                "fields": { "type": kind }, "definition": format!("id {kind}")
            });
            [table, column]
        });
        let records = tables.map(|record| serde_json::from_value(record).unwrap()).collect();
        State { version: 150_000, records, unseen: BTreeMap::new() }
    };
    let drift = compare(&side("integer"), &side("bigint"));
    assert_eq!(drift.differences.len() as u64, ROWS);
    model.pane = Pane::Overview;
    let asked = update(model, Msg::Key(Key::parse("6").unwrap()));
    let job = asked.iter().find_map(|effect| match effect {
        Effect::Run(job, Work::Drift(..)) => Some(*job),
        _ => None,
    });
    let from = Base::Environment("production".into());
    let compared = Compared { from, to: "preprod".into(), drift, replayed: None };
    update(model, Msg::Drifted(job.expect("the pane compares"), Ok(Arc::new(compared))));
}

/// What a key costs in a long list of another pane.
fn moving(mut model: Model, fill: impl FnOnce(&mut Model)) -> String {
    fill(&mut model);
    let terminal = Terminal::new(Canvas::new(|| Ok((120, 40)))).unwrap();
    let mut bench = Bench { model, terminal, line: Line::default(), now: Duration::ZERO };
    bench.paint();
    let keys: Vec<Key> = Key::parse_chord("j j j k pagedown j ctrl-d pageup").unwrap();
    percentiles(&bench.times(keys.into_iter().cycle().take(400)))
}

pub fn key_to_paint() -> Vec<Figure> {
    let terminal = Terminal::new(Canvas::new(|| Ok((120, 40)))).unwrap();
    let model = Model { pane: Pane::Counts, ..model() };
    let mut bench = Bench { model, terminal, line: Line::default(), now: Duration::ZERO };
    bench.paint();
    let keys =
        |text: &str, times: usize| Key::parse_chord(text).unwrap().into_iter().cycle().take(times).collect::<Vec<_>>();
    bench.line = Line::default();
    let moving = bench.times(keys("j j j k pagedown j ctrl-d pageup", 2000).into_iter());
    let (frames, calls) = (2000.0, f64::from(bench.line.calls));
    let filtering = bench.times(keys("/ t a b 1 2 backspace backspace esc", 400).into_iter());
    let sorting = bench.times(keys("o O", 100).into_iter());
    vec![
        figure("key to paint, moving in 10k rows", "p99 ≤ 8 ms", percentiles(&moving)),
        figure("key to paint, moving in 10k migrations", "p99 ≤ 8 ms", self::moving(self::model(), migrations)),
        figure("key to paint, moving in 10k differences", "p99 ≤ 8 ms", self::moving(self::model(), drift)),
        figure("key to paint, filtering 10k rows", "p99 ≤ 8 ms", percentiles(&filtering)),
        figure("key to paint, sorting 10k rows", "p99 ≤ 8 ms", percentiles(&sorting)),
        figure(
            "calls of write() per frame",
            "1",
            format!("{:.2} ({:.0} bytes)", calls / frames, bench.line.bytes as f64 / f64::from(bench.line.calls)),
        ),
    ]
}
