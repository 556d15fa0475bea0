//! `cargo bench --bench migrations`: what reading a folder of 2,000 migrations costs, against `sha256sum` over the same
//! files in the same run; a file of 30 MB; and what applying costs, against psql.

#![allow(clippy::expect_used, reason = "a bench that cannot be set up has failed")]

#[path = "migrations/apply.rs"]
mod apply;

use std::{
    fmt::Write as _,
    fs,
    path::Path,
    process::{Command, Stdio},
    time::{Duration, Instant},
};

use pgdeck::{
    app::migrations::read,
    core::migrations::{checksum, risk::risks, statements::split},
};

const FILES: usize = 2_000;
const ROUNDS: usize = 7;

fn main() {
    let dir = tempfile::tempdir().expect("folder");
    let bytes = fill(dir.path());
    println!("{FILES} files, {} kB", bytes / 1000);
    let ours = best(|| {
        let folder = read(dir.path(), None).expect("folder");
        assert!(folder.files.len() == FILES && folder.problems.is_empty());
        let sums = folder.files.iter().map(|file| checksum::sha256(&file.text).len()).sum::<usize>();
        let risks = folder.files.iter().map(|file| risks(file).len()).sum::<usize>();
        assert!(sums == FILES * 64 && risks > 0);
    });
    let theirs = best(|| sha256sum(dir.path()));
    println!("read, split, checked, hashed, risks: {ours:?}; sha256sum: {theirs:?}");
    println!("ratio: {:.2} (at most 3)", ours.as_secs_f64() / theirs.as_secs_f64());
    large();
    apply::run();
}

fn fill(dir: &Path) -> usize {
    let mut bytes = 0;
    for number in 1..=FILES {
        let mut text = format!(
            "-- What people asked for, part {number}.\nCREATE TABLE t{number} (id bigint PRIMARY KEY, note text);\n"
        );
        for column in 0..12 {
            writeln!(text, "ALTER TABLE t{number} ADD COLUMN c{column} text DEFAULT 'it''s {column}';").expect("text");
        }
        writeln!(
            text,
            "CREATE FUNCTION f{number}() RETURNS int LANGUAGE plpgsql AS $$\nBEGIN\n  RETURN {number};\nEND;\n$$;"
        )
        .expect("text");
        writeln!(text, "DROP TABLE old_{number};").expect("text");
        bytes += text.len();
        fs::write(dir.join(format!("{number:04}_part_{number}.sql")), text).expect("file");
    }
    bytes
}

fn sha256sum(dir: &Path) {
    let done = Command::new("sh")
        .args(["-c", "sha256sum -- *.sql"])
        .current_dir(dir)
        .stdout(Stdio::null())
        .status()
        .expect("sha256sum");
    assert!(done.success());
}

fn large() {
    let row = "INSERT INTO t (a, b) VALUES (1, 'it''s a row; with signs'); -- and a comment\n";
    let text = row.repeat(30_000_000 / row.len());
    let time = best(|| assert_eq!(split(&text).list.len(), 30_000_000 / row.len()));
    println!("30 MB split: {time:?}");
}

fn best(mut work: impl FnMut()) -> Duration {
    let once = |work: &mut dyn FnMut()| {
        let start = Instant::now();
        work();
        start.elapsed()
    };
    (0..ROUNDS).map(|_| once(&mut work)).min().unwrap_or_default()
}
