//! Good files, which the program itself makes of two small environments.

use std::{collections::BTreeMap, sync::LazyLock};

use pgdeck::{
    app::{counts, job::Job, sync},
    core::{
        name::QName,
        sync::{bundle::Bundle, shape::Shape},
    },
};

use crate::{server::recorded, support::Pair};

const SETS: &str = r#"[sync]
never = ["secret_*"]
[[sync.set]]
name = "s"
tables = [
  { table = "p", key = ["k"] },
  { table = "c", key = ["k"], ignore = ["seen"], deletes = true, ids = "keep" },
]
"#;
const SCHEMA: &str = "CREATE TABLE p (id serial PRIMARY KEY, k text UNIQUE, tags text[], more jsonb, n numeric);
    CREATE TABLE c (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, k text UNIQUE, pos int UNIQUE, seen timestamptz,
        p_id int REFERENCES p)";
const SOURCE: &str = "INSERT INTO p (k, tags, more, n) VALUES ('new', '{a,\"b c\",NULL}', '{\"a\": [1, null]}', 1.50),
        (E'both\\n\\t\"x\" 🦊', '{}', '{}', -0.0001);
    INSERT INTO c (k, pos, p_id) VALUES ('new', 3, 1), ('x', 1, 2), ('y', 2, NULL)";
const TARGET: &str = "INSERT INTO p (k, more) VALUES (E'both\\n\\t\"x\" 🦊', 'null');
    INSERT INTO c (k, pos, p_id) VALUES ('x', 2, 1), ('y', 1, 1), ('gone', 7, 1)";

/// What the program wrote, as bytes.
pub struct Samples {
    pub bundle: Vec<u8>,
    pub plan: Vec<u8>,
    pub record: Vec<u8>,
    pub run: String,
    pub journal: Vec<u8>,
    pub snapshot: Vec<u8>,
    /// The value that a source returns, bare and in the frames of several editors.
    pub pastes: Vec<Vec<u8>>,
    /// The same rows as nested JSON that a person put together.
    pub nested: Vec<u8>,
    pub shapes: Vec<Shape>,
    pub seed: Vec<u8>,
    /// What a server said during two sessions.
    pub sessions: Vec<Vec<u8>>,
}

pub fn samples() -> &'static Samples {
    static SAMPLES: LazyLock<Samples> = LazyLock::new(|| {
        // In a thread of its own: the caller may be in a runtime already.
        std::thread::spawn(|| tokio::runtime::Runtime::new().unwrap().block_on(make())).join().unwrap()
    });
    &SAMPLES
}

async fn make() -> Samples {
    let pair = Pair::new(SETS, SCHEMA, SOURCE, TARGET).await;
    let bundle: Bundle = pair.export().await.unwrap();
    let mut bytes = Vec::new();
    bundle.write(&mut bytes).unwrap();
    let query = sync::query(&pair.deck, &Job::quiet(), &[], Some(pair.to)).await.unwrap().sql;
    let bare = pair.source.one(&query).await;
    let seed = pair.state.path().join("seed.sql");
    std::fs::write(&seed, "-- ours\nSELECT 1;\n").unwrap();
    sync::seed(&pair.deck, &Job::quiet(), &[], "source", &seed).await.unwrap();
    let plan = pair.all(&pair.review_deletes().await);
    let run = pair.apply(&plan).await.unwrap().run.unwrap();
    pair.undo(&run).await.unwrap();
    let tables = BTreeMap::from([
        (QName::new("public", "p"), pgdeck::core::counts::Count::Exact { rows: 2 }),
        (QName::new("Odd.one", "c \"d\""), pgdeck::core::counts::Count::unknown("hidden")),
    ]);
    let counts = BTreeMap::from([("source".to_owned(), pgdeck::core::counts::Counts { tables })]);
    counts::save(&pair.deck, "sample", counts).unwrap();
    let state = |name: &str| std::fs::read(pair.state.path().join("state").join(name)).unwrap();
    Samples {
        bundle: bytes,
        plan: plan.text().into_bytes(),
        record: state(&format!("runs/{run}.json")),
        journal: state("journal.jsonl"),
        run: run.into(),
        snapshot: state("counts/sample.json"),
        pastes: pastes(&pair, &query, &bare),
        nested: nested(&pair).await.into_bytes(),
        shapes: bundle.tables.iter().map(|table| table.shape.clone()).collect(),
        seed: std::fs::read(&seed).unwrap(),
        sessions: recorded(&pair).await,
    }
}

fn pastes(pair: &Pair, query: &str, bare: &str) -> Vec<Vec<u8>> {
    let csv = format!("\"{}\"", bare.replace('"', "\"\""));
    let mut all = vec![
        bare.to_owned(),
        serde_json::json!([{ "pgdeck": bare }]).to_string(),
        format!("pgdeck\r\n{}\r\n", csv.replace('\n', "\r\n")),
    ];
    for options in [&[][..], &["-A"], &["-x"], &["-P", "border=2"], &["-P", "format=wrapped", "-P", "columns=60"]] {
        all.extend(pair.source.psql(options, query));
    }
    all.into_iter().map(String::into_bytes).collect()
}

/// Parents with their children in them.
async fn nested(pair: &Pair) -> String {
    let sql = "SELECT json_agg(json_build_object('k', p.k, 'tags', p.tags, 'more', p.more, 'n', p.n, 'c',
            (SELECT coalesce(json_agg(json_build_object('k', c.k, 'pos', c.pos)), '[]') FROM c WHERE p_id = p.id)))
        FROM p";
    pair.source.one(sql).await
}

/// A file with these bytes.
pub fn written(bytes: &[u8]) -> tempfile::NamedTempFile {
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), bytes).unwrap();
    file
}
