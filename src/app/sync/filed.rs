//! A bundle that stays in its file: its rows are read when they are compared, so that its size does not matter.

use std::{fs::File, io::BufReader, os::unix::fs::FileExt, path::Path, sync::Arc};

use super::{compare::Source, review::Table};
use crate::{
    app::store,
    core::{
        error::{Error, Result},
        sync::{
            bundle::{Index, IndexedTable, RunRows},
            row::{Key, Row},
        },
    },
};

/// How a bundle begins.
pub(super) const BUNDLE: &[u8] = b"{\"pgdeck\":\"bundle\"";

/// A table whose rows stand in more runs than this, such as in a file that somebody sorted in another way, is held while
/// it is compared.
const MAX_RUNS: usize = 64;

/// A bundle in a file.
pub(super) struct Filed {
    pub(super) name: String,
    file: Arc<File>,
    pub(super) index: Index,
}

impl Filed {
    /// The bundle in the file `path`; `None` where it is something else, or a pipe, which can be read only once.
    pub(super) fn open(path: &Path) -> Result<Option<Filed>> {
        let cannot = |error: std::io::Error| store::cannot("read", path, &error);
        let file = File::open(path).map_err(cannot)?;
        if !file.metadata().map_err(cannot)?.is_file() {
            return Ok(None);
        }
        let mut beginning = [0; BUNDLE.len()];
        let read = file.read_at(&mut beginning, 0).map_err(cannot)?;
        if beginning[..read] != *BUNDLE {
            return Ok(None);
        }
        let name = path.display().to_string();
        let index = Index::read(&name, BufReader::new(&file))?;
        Ok(Some(Filed { name, file: Arc::new(file), index }))
    }

    /// The tables that are `wanted`, as a review takes them.
    pub(super) fn tables(&self, wanted: impl Fn(&IndexedTable) -> bool) -> Vec<Table<'_>> {
        let tables = self.index.tables.iter().filter(|table| wanted(table));
        tables.map(|table| Table::filed(self, table)).collect()
    }

    /// The rows of `table`, in the order of their keys.
    pub(super) fn rows<'a>(&'a self, table: &'a IndexedTable) -> Result<FiledRows<'a>> {
        let runs = table.runs.iter().map(|run| {
            let window = Window { file: self.file.clone(), at: run.bytes.start, end: run.bytes.end };
            RunRows::new(&self.name, &table.shape, run, BufReader::new(window))
        });
        if table.runs.len() <= MAX_RUNS {
            let runs = runs.map(Ahead::new).collect::<Result<_>>()?;
            return Ok(FiledRows { runs, held: Vec::new() });
        }
        let mut held = Vec::with_capacity(table.rows);
        for mut run in runs {
            while let Some(row) = run.next_row()? {
                held.push(row);
            }
        }
        // Taken from its end.
        held.sort_by(|a, b| b.key.cmp(&a.key));
        Ok(FiledRows { runs: Vec::new(), held })
    }
}

/// Whether the file holds nothing but parents that come along: they belong to whoever needs them.
pub(super) fn comes_along(table: &IndexedTable) -> bool {
    table.rows > 0 && table.rows == table.included
}

/// A part of a file.
struct Window {
    file: Arc<File>,
    at: u64,
    end: u64,
}

impl std::io::Read for Window {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        let most = usize::try_from(self.end - self.at).unwrap_or(usize::MAX).min(to.len());
        let read = self.file.read_at(&mut to[..most], self.at)?;
        self.at += read as u64;
        Ok(read)
    }
}

/// The rows of a table, read as they are needed.
pub(super) struct FiledRows<'a> {
    runs: Vec<Ahead<'a>>,
    /// All of them, the last first, where they are not in order.
    held: Vec<Row>,
}

/// A run with its next row.
struct Ahead<'a> {
    rows: RunRows<'a, BufReader<Window>>,
    next: Option<Row>,
}

impl<'a> Ahead<'a> {
    fn new(mut rows: RunRows<'a, BufReader<Window>>) -> Result<Self> {
        let next = rows.next_row()?;
        Ok(Ahead { rows, next })
    }

    fn take(&mut self) -> Result<Option<Row>> {
        let next = self.rows.next_row()?;
        Ok(std::mem::replace(&mut self.next, next))
    }
}

impl Source for FiledRows<'_> {
    fn key(&self) -> Option<&Key> {
        let runs = self.runs.iter().filter_map(|run| run.next.as_ref());
        runs.chain(self.held.last()).map(|row| &row.key).min()
    }

    async fn next(&mut self) -> Result<Vec<Row>> {
        let Some(key) = self.key().cloned() else { return Ok(Vec::new()) };
        let mut group = Vec::new();
        for run in &mut self.runs {
            while run.next.as_ref().is_some_and(|row| row.key == key) {
                group.extend(run.take()?);
            }
        }
        while self.held.last().is_some_and(|row| row.key == key) {
            group.extend(self.held.pop());
        }
        Ok(group)
    }
}

/// The file holds none of the sets that were named.
pub(super) fn none_of(names: &[String]) -> Error {
    Error::usage("the bundle holds none of these sets").object(names.join(", "))
}
