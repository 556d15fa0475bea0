//! Work grows with the input and no faster, whatever it is made of.

use std::fmt::Write as _;

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
    dice::say,
    fuzz::{FILE, grows_evenly},
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

/// The same piece, again and again.
#[test]
fn one_piece_many_times() {
    let more: [&[u8]; 14] = [
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
        b"NOT (",
        b"SELECT 1;\n",
        b"\\\"",
        b"\xe2\x82\xac",
    ];
    let mut found = Vec::new();
    for (name, parser) in PARSERS {
        for piece in PIECES.iter().copied().chain(more) {
            let grown = |size: usize| piece.repeat(size / piece.len() + 1);
            found.push(grows_evenly(&format!("{name}, {}", piece.escape_ascii()), grown, parser));
        }
    }
    all_even(found);
}

/// Brackets of every kind, closed again.
#[test]
fn as_deep_as_it_is_long() {
    let mut found = Vec::new();
    for (name, parser) in PARSERS {
        for (open, inner, close) in [
            ("[", "1", "]"),
            ("{\"a\":", "1", "}"),
            ("(", "a", ")"),
            ("(NOT ", "a", ")"),
            ("((a = 1) AND ", "b", ")"),
            ("/*", "", "*/"),
            ("a = [", "", "]"),
            ("[{\"k\":\"x\",\"tags\":[", "1", "]}]"),
            ("CASE WHEN a THEN ", "b", " END"),
        ] {
            let grown = |size: usize| {
                let times = size / (open.len() + close.len()) + 1;
                format!("{}{inner}{}", open.repeat(times), close.repeat(times)).into_bytes()
            };
            say(&format!("{name}, {open}{close}"));
            found.push(grows_evenly(&format!("{name}, {open}{close}"), grown, parser));
        }
    }
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
    let good: [(&str, &dyn Fn(usize) -> String); 9] = [
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
