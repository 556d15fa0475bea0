//! Where the rows of a bundle stand in its file, so that they can be read when they are compared and none has to be held.

use std::{io::BufRead, ops::Range};

use sha2::{Digest, Sha256};

use super::{
    Source, from_line,
    read::{Lines, Span, scan},
};
use crate::core::{
    error::{Error, Result},
    sync::{
        row::{Key, Row},
        shape::Shape,
    },
};

/// What a bundle holds, and where.
#[derive(Debug, Clone)]
pub struct Index {
    /// Where the rows come from.
    pub source: Source,
    /// The tables, in the order of their sets.
    pub tables: Vec<IndexedTable>,
}

/// One table of a bundle.
#[derive(Debug, Clone)]
pub struct IndexedTable {
    /// How the rows were read.
    pub shape: Shape,
    /// How many rows there are.
    pub rows: usize,
    /// How many of them are here only because another row needs them as its parent.
    pub included: usize,
    /// Where they are: an export writes them in the order of their keys, and behind them parents that come along.
    pub runs: Vec<Run>,
}

/// Rows of one table that stand behind each other, in the order of their keys.
#[derive(Debug, Clone)]
pub struct Run {
    /// The bytes.
    pub bytes: Range<u64>,
    /// The digest of what stands before them.
    before: Sha256,
    /// The digest with them: they are read again later, and must be the same.
    with: Sha256,
}

impl Index {
    /// Reads a bundle to its end, checks all of it, and keeps no row.
    pub fn read(name: &str, from: impl BufRead) -> Result<Index> {
        let mut found: Vec<Found> = Vec::new();
        let mut last = None;
        let header = scan(name, from, &mut |at, row, line| {
            found.resize_with(found.len().max(at + 1), Found::default);
            found[at].add(row, line, last == Some(at));
            last = Some(at);
        })?;
        found.resize_with(header.tables.len(), Found::default);
        let tables = header.tables.into_iter().zip(found).map(|(shape, found)| IndexedTable {
            shape,
            rows: found.rows,
            included: found.included,
            runs: found.runs,
        });
        Ok(Index { source: header.source, tables: tables.collect() })
    }
}

/// What was found of one table.
#[derive(Default)]
struct Found {
    rows: usize,
    included: usize,
    runs: Vec<Run>,
    last: Key,
}

impl Found {
    /// `follows`: whether the line before was of the same table.
    fn add(&mut self, row: Row, line: Span<'_>, follows: bool) {
        self.rows += 1;
        self.included += usize::from(!row.in_scope);
        match self.runs.last_mut().filter(|_| follows && self.last <= row.key) {
            Some(run) => {
                run.bytes.end = line.bytes.end;
                run.with.clone_from(line.with);
            }
            None => self.runs.push(Run { bytes: line.bytes, before: line.before.clone(), with: line.with.clone() }),
        }
        self.last = row.key;
    }
}

/// The rows of a run, as they are read once more.
pub struct RunRows<'a, R> {
    shape: &'a Shape,
    run: &'a Run,
    lines: Lines<'a, R>,
}

impl<'a, R: BufRead> RunRows<'a, R> {
    /// The rows of `run`, whose bytes `from` gives; `name` is the file's.
    pub fn new(name: &'a str, shape: &'a Shape, run: &'a Run, from: R) -> Self {
        RunRows { shape, run, lines: Lines::after(name, from, run.before.clone()) }
    }

    /// The next row.
    ///
    /// # Errors
    /// Where the file is not what it was when it was checked.
    pub fn next_row(&mut self) -> Result<Option<Row>> {
        if self.lines.at < self.run.bytes.end - self.run.bytes.start {
            let line = self.lines.next()?.ok_or_else(|| self.changed())?;
            let line = self.lines.take_apart(line).map_err(|_| self.changed())?;
            return from_line(self.shape, &line).map(Some).map_err(|_| self.changed());
        }
        let same = self.lines.hash.clone().finalize() == self.run.with.clone().finalize();
        if same { Ok(None) } else { Err(self.changed()) }
    }

    fn changed(&self) -> Error {
        Error::usage("the bundle was changed while it was read").at(self.lines.name).hint("review again")
    }
}
