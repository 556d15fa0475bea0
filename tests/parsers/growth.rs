//! Work grows with the input and no faster, whatever it is made of.

use std::{fmt::Write as _, time::Instant};

use pgdeck::{
    config::{preferences::Preferences, project::Project, source::Source, theme::Theme},
    core::{
        audit::expression::{Expression, Given},
        journal::Reader,
        migrations::{folder, folder::Found, list, scan::normalised, statements::split, trace},
        sync::{bundle::Bundle, paste, plan::Plan, seed::region},
    },
    pg::connect::passfile,
    tui::keys::Keys,
};

use crate::{
    config::project_text,
    dice::{Dice, say, seed},
    fuzz::{FILE, budget, grows_evenly, keep},
    mutate::PIECES,
    samples::samples,
};

/// None of `found` may be.
fn all_even(found: Vec<Option<String>>) {
    let uneven: Vec<String> = found.into_iter().flatten().collect();
    assert!(uneven.is_empty(), "{}", uneven.join("\n"));
}

type Parser = (&'static str, fn(&[u8]));

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn source(bytes: &[u8]) -> Source {
    Source::new(FILE, text(bytes))
}

const PARSERS: &[Parser] = &[
    ("bundle", |bytes| drop(Bundle::read(FILE, bytes))),
    ("plan", |bytes| drop(Plan::read(FILE, &text(bytes)))),
    ("paste", |bytes| {
        if let Ok(document) = paste::find(FILE, bytes) {
            drop(paste::read(FILE, &document));
            drop(paste::nested::drafts(FILE, &document, &samples().shapes));
        }
    }),
    ("project", |bytes| drop(Project::parse(source(bytes)))),
    ("keymap", |bytes| drop(Keys::load(&[source(bytes)]))),
    ("theme", |bytes| drop(Theme::read(&source(bytes), None))),
    ("preferences", |bytes| drop(Preferences::read(&source(bytes), std::path::Path::new("/")))),
    ("statements", |bytes| drop((split(&text(bytes)), normalised(&text(bytes))))),
    ("trace", |bytes| drop(trace::read(&text(bytes)))),
    ("folder", |bytes| {
        let found = Found { path: "V1__a.sql".into(), content: Ok(bytes.to_vec()) };
        let folder = folder::read("migrations", vec![found], None);
        drop(folder.files.iter().map(|file| (file.statements(), file.title())).collect::<Vec<_>>());
    }),
    ("lists", |bytes| drop((list::journal(&text(bytes)), list::plan(&text(bytes))))),
    ("expression", |bytes| {
        if let Some(read) = Expression::read(&text(bytes)) {
            let _ = (read.truth(Given { filled: &|_| true, equal: None }), read.equalities(), read.calls());
        }
    }),
    ("password file", |bytes| drop(passfile::find(&text(bytes), "h", 5432, "d", "u"))),
    ("journal", |bytes| {
        let mut reader = Reader::default();
        bytes.split(|byte| *byte == b'\n').for_each(|line| reader.line(line));
        drop(reader.end());
    }),
    ("seed", |bytes| drop(region::check(FILE, &text(bytes)))),
];

/// What is repeated: a beginning, what is in the middle, an end for each beginning.
type Grown = (&'static [u8], &'static [u8], &'static [u8]);

const NESTED: [Grown; 9] = [
    (b"[", b"1", b"]"),
    (b"{\"a\":", b"1", b"}"),
    (b"(", b"a", b")"),
    (b"(NOT ", b"a", b")"),
    (b"((a = 1) AND ", b"b", b")"),
    (b"/*", b"", b"*/"),
    (b"a = [", b"", b"]"),
    (b"[{\"k\":\"x\",\"tags\":[", b"1", b"]}]"),
    (b"CASE WHEN a THEN ", b"b", b" END"),
];
const MORE: [&[u8]; 14] = [
    b"a",
    b"a.",
    b"a = 1\n",
    b"[a]\n",
    b"[[a]]\n",
    b"a\n",
    b"{\"a\":",
    b"[1,",
    b"(a)",
    b"(a = 1) AND ",
    b"NOT ",
    b"SELECT 1;\n",
    b"\\\"",
    b"\xe2\x82\xac",
];

/// The same piece again and again, and brackets as deep as the text is long: for each parser in turn, in an order out of
/// the seed, as far as time goes.
#[test]
fn one_piece_many_times() {
    let pieces = PIECES.iter().copied().chain(MORE).map(|piece| (piece, &b""[..], &b""[..]));
    let grown: Vec<Grown> = pieces.chain(NESTED).collect();
    let mut all: Vec<_> = (0..grown.len() * PARSERS.len()).collect();
    let (seed, until) = (seed(), Instant::now() + budget() * 3);
    let mut dice = Dice::new(seed);
    (1..all.len()).rev().for_each(|at| all.swap(at, dice.below(at + 1)));
    let (mut found, mut tried) = (Vec::new(), 0);
    for at in &all {
        let ((name, parser), (open, inner, close)) = (PARSERS[at % PARSERS.len()], grown[at / PARSERS.len()]);
        let repeated = |size: usize| {
            let times = size / (open.len() + close.len()) + 1;
            [&*open.repeat(times), inner, &*close.repeat(times)].concat()
        };
        let what = format!("{name}, {}{}", open.escape_ascii(), close.escape_ascii());
        keep("growth", what.as_bytes());
        found.push(grows_evenly(&what, repeated, parser));
        tried += 1;
        if Instant::now() >= until {
            break;
        }
    }
    say(&format!("growth: PGDECK_SEED={seed}: {tried} of {} tried", all.len()));
    all_even(found);
}

/// Good files with more and more in them.
#[test]
fn more_of_what_is_good() {
    let numbered = |times: usize, one: &dyn Fn(usize) -> String| {
        (0..times).fold(String::new(), |mut out, at| {
            let _ = writeln!(out, "{}", one(at));
            out
        })
    };
    let good: [(&str, &dyn Fn(usize) -> String); 11] = [
        ("expression", &|_| "a.b.c.d.e.f.g.h.".to_owned()),
        ("paste", &|_| "\\.".to_owned()),
        ("project", &|at| format!("[env.e{at}]\nkind = \"staging\"\nhost = \"h{at}\"")),
        ("project", &|at| format!("[[sync.set]]\nname = \"s{at}\"\ntables = [{{ table = \"t{at}\", key = [\"k\"] }}]")),
        ("project", &|at| format!("[[accept]]\ncheck = \"RL01\"\nobject = \"o{at}\"\nreason = \"r\"")),
        ("theme", &|at| format!("{}c{at} = \"#102030\"", if at == 0 { "[palette]\n" } else { "" })),
        ("statements", &|at| format!("INSERT INTO t{at} VALUES ('{at}', E'\\'', $a$ ; $a$);")),
        ("trace", &|at| format!("CREATE TABLE t{at} (a int, CONSTRAINT c{at} UNIQUE (a)); DROP TABLE t{at};")),
        ("lists", &|at| format!("c{at} 2024-01-31T12:00:00Z A <a@example.org>\n@v{at} 2024-01-31T12:00:00Z A <a@b>")),
        ("password file", &|at| format!("h{at}:5432:d:u:p")),
        ("seed", &|at| format!("-- pgdeck:begin l{at}\nSELECT 1;\n-- pgdeck:end l{at}")),
    ];
    let mut found = Vec::new();
    for (name, one) in good {
        let (_, parser) = PARSERS.iter().find(|(known, _)| *known == name).unwrap();
        let head = if name == "project" { project_text() + "\n" } else { String::new() };
        let grown = |size: usize| (head.clone() + &numbered(size / one(0).len() + 1, one)).into_bytes();
        found.push(grows_evenly(&format!("{name}, {}", one(0)), grown, parser));
    }
    all_even(found);
}

/// A bundle and a plan with more and more rows.
#[test]
fn more_rows() {
    let bundle = Bundle::read(FILE, samples().bundle.as_slice()).unwrap();
    let plan = Plan::read(FILE, &text(&samples().plan)).unwrap();
    let rows = |size: usize| {
        let mut bundle = bundle.clone();
        let row = bundle.tables[0].rows[0].clone();
        bundle.tables[0].rows.resize(size / 100, row);
        let mut out = Vec::new();
        bundle.write(&mut out).unwrap();
        out
    };
    let bundles = grows_evenly("bundle", rows, |bytes| drop(Bundle::read(FILE, bytes).unwrap()));
    let steps = |size: usize| {
        let mut plan = plan.clone();
        let step = plan.steps[0].clone();
        plan.steps.resize(size / 500 + 1, step);
        plan.sealed().text().into_bytes()
    };
    let plans = grows_evenly("plan", steps, |bytes| drop(Plan::read(FILE, &text(bytes)).unwrap()));
    all_even(vec![bundles, plans]);
}
