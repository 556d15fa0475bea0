//! Reading the source into a bundle, and a bundle's file.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs::File,
    io::{BufReader, BufWriter, Write},
    path::Path,
};

use futures_util::{StreamExt, stream};

use super::shapes::{included, shapes};
use crate::{
    app::{
        deck::Deck,
        job::Job,
        store::{self, Existing},
    },
    core::{
        error::{Error, Result},
        name::QName,
        schema::Catalog,
        sync::{
            bundle::{Bundle, BundleTable, Source, Writer},
            row::{Key, Row, Value},
            set::MissingParent,
            shape::Shape,
            sql::{Side, Subset},
        },
    },
    pg::{
        connect::Transaction,
        sync::{self as pg, Groups, Opening},
    },
};

/// Tables that are asked for at once; they are read one after the other.
pub(super) const AT_ONCE: usize = 64;

/// What is told of an export's rows: the shapes first, then each row with the place of its shape.
type Each<'a> = &'a mut (dyn FnMut(Told<'_>) -> Result<()> + Send);

enum Told<'a> {
    Shapes(&'a Source, &'a [Shape]),
    Row(usize, Row),
}

/// Reads the sets `names` (all when empty) of `environment`, in one snapshot.
pub async fn export(deck: &Deck, job: &Job, names: &[String], environment: &str) -> Result<Bundle> {
    let mut bundle: Option<Bundle> = None;
    let mut each = |told: Told<'_>| {
        match (told, &mut bundle) {
            (Told::Shapes(source, shapes), bundle) => {
                let tables = shapes.iter().map(|shape| BundleTable { shape: shape.clone(), rows: Vec::new() });
                *bundle = Some(Bundle { source: source.clone(), tables: tables.collect() });
            }
            (Told::Row(at, row), Some(bundle)) => bundle.tables[at].rows.push(row),
            (Told::Row(..), None) => {}
        }
        Ok(())
    };
    Box::pin(stream_out(deck, job, names, environment, &mut each)).await?;
    bundle.ok_or_else(|| Error::usage("the export read nothing").env(environment))
}

/// What an export wrote.
#[derive(Debug, Clone)]
pub struct Exported {
    /// The tables, with their rows.
    pub tables: Vec<(Shape, usize)>,
}

/// Writes the sets `names` of `environment` to `path` as they arrive, in one piece, readable by the owner alone.
pub async fn export_file(
    deck: &Deck,
    job: &Job,
    names: &[String],
    environment: &str,
    path: &Path,
    existing: Existing,
) -> Result<Exported> {
    let file = store::Draft::named(path, existing)?;
    let mut waiting = Some(BufWriter::new(file));
    let mut writer: Option<Writer<BufWriter<store::Draft>>> = None;
    let mut known: Vec<Shape> = Vec::new();
    let cannot = |error: std::io::Error| store::cannot("write", path, &error);
    let mut each = |told: Told<'_>| {
        match told {
            Told::Shapes(source, shapes) => {
                known = shapes.to_vec();
                if let Some(out) = waiting.take() {
                    writer = Some(Writer::begin(out, source, shapes).map_err(cannot)?);
                }
            }
            Told::Row(at, row) => {
                if let Some(writer) = &mut writer {
                    writer.row(at, &row).map_err(cannot)?;
                }
            }
        }
        Ok(())
    };
    Box::pin(stream_out(deck, job, names, environment, &mut each)).await?;
    let writer = writer.ok_or_else(|| Error::usage("the export read nothing").env(environment))?;
    let (rows, mut out) = writer.end().map_err(cannot)?;
    out.flush().map_err(cannot)?;
    out.into_inner().map_err(|error| cannot(error.into_error()))?.keep()?;
    Ok(Exported { tables: known.into_iter().zip(rows).collect() })
}

async fn stream_out(deck: &Deck, job: &Job, names: &[String], environment: &str, each: Each<'_>) -> Result<()> {
    deck.project.sets.pick(names)?;
    deck.known(environment)?;
    job.progress(format!("connecting to {environment}"), 0, 0);
    let mut reader = job.drop_on_cancel(deck.reader(environment)).await?;
    let canceller = reader.canceller();
    let server = reader.server().version.clone();
    let work = async {
        let (tx, opened) = pg::open(&mut reader, &deck.project.sets).await?;
        let own = shapes(deck, &opened.catalog, names)?;
        let parents = included(deck, &opened.catalog, &own)?;
        let all: Vec<_> = own.iter().chain(&parents).cloned().collect();
        all.iter().try_for_each(|shape| readable(&opened.catalog, shape))?;
        let database = Some(pg::database(&tx).await?);
        let source =
            Source { project: deck.project.name.clone(), environment: environment.to_owned(), server, database };
        each(Told::Shapes(&source, &all))?;
        let mut closure = Closure::over(&all);
        read_all(job, &tx, &own, opened.utf8, environment, &mut |at, row| {
            closure.saw(at, &row);
            each(Told::Row(at, row))
        })
        .await?;
        closure.complete(&tx, opened.utf8, &mut |at, row| each(Told::Row(at, row))).await?;
        tx.rollback().await
    };
    job.cancel_on_server(&canceller, work).await.map_err(|error| error.env(environment))
}

/// A file without the rows of a table that the role may not read would look like a table without rows.
fn readable(catalog: &Catalog, shape: &Shape) -> Result<()> {
    let table = catalog.table(&shape.table);
    let (closed, foreign) = table.map_or((false, false), |table| (!table.readable, table.foreign_code.is_some()));
    match &shape.blocked {
        Some(reason) if closed => {
            Err(Error::refused(reason).object(&shape.table).hint("grant what is missing, then export again"))
        }
        Some(reason) if foreign => Err(Error::refused(reason).object(&shape.table)),
        _ => Ok(()),
    }
}

async fn read_all(
    job: &Job,
    tx: &Transaction<'_>,
    shapes: &[Shape],
    utf8: bool,
    environment: &str,
    each: &mut (dyn FnMut(usize, Row) -> Result<()> + Send),
) -> Result<()> {
    let (what, total) = (format!("exporting {environment}"), shapes.len() as u64);
    // What cannot move stays where it is.
    let places: Vec<usize> = (0..shapes.len()).filter(|at| shapes[*at].blocked.is_none()).collect();
    let read = |at: &usize| pg::read(tx, &shapes[*at], Side::Source, Subset::All, utf8, Vec::new());
    let opening: Vec<Opening> = places.iter().map(read).collect();
    let mut opening = stream::iter(opening).buffered(AT_ONCE);
    for at in places {
        let Some(rows) = opening.next().await else { break };
        job.progress(&*what, at as u64, total);
        let mut groups = Groups::new(rows?).await?;
        while groups.key().is_some() {
            for row in groups.next().await? {
                each(at, row)?;
            }
        }
    }
    job.progress(what, total, total);
    Ok(())
}

/// The parents that exported rows need and that are not exported themselves.
struct Closure<'a> {
    shapes: &'a [Shape],
    /// Whether any set asks for parents; else nothing is held.
    needed: bool,
    have: BTreeMap<usize, BTreeSet<Key>>,
    want: BTreeMap<usize, BTreeSet<Key>>,
}

impl<'a> Closure<'a> {
    fn over(shapes: &'a [Shape]) -> Self {
        let needed = shapes.iter().any(|shape| shape.on_missing_parent == MissingParent::Include);
        Closure { shapes, needed, have: BTreeMap::new(), want: BTreeMap::new() }
    }

    fn place(&self, table: &QName) -> Option<usize> {
        self.shapes.iter().position(|shape| shape.table == *table)
    }

    fn saw(&mut self, at: usize, row: &Row) {
        if !self.needed {
            return;
        }
        self.have.entry(at).or_default().insert(row.key.clone());
        let shape = &self.shapes[at];
        // What came along itself brings its own parents, whatever its set says of others.
        if shape.on_missing_parent != MissingParent::Include && row.in_scope {
            return;
        }
        for (reference, key) in shape.references.iter().zip(&row.references) {
            if let (Some(key), Some(parent)) = (key, self.place(&reference.table)) {
                self.want.entry(parent).or_default().insert(key.clone());
            }
        }
    }

    /// Reads what is missing, and what that needs in turn.
    async fn complete(
        &mut self,
        tx: &Transaction<'_>,
        utf8: bool,
        each: &mut (dyn FnMut(usize, Row) -> Result<()> + Send),
    ) -> Result<()> {
        while let Some((at, keys)) = self.missing() {
            for row in by_keys(tx, &self.shapes[at], &keys, utf8).await? {
                self.saw(at, &row);
                each(at, row)?;
            }
            // What is not there either is not looked for again.
            self.have.entry(at).or_default().extend(keys);
        }
        Ok(())
    }

    fn missing(&self) -> Option<(usize, Vec<Key>)> {
        let none = BTreeSet::new();
        self.want.iter().find_map(|(at, want)| {
            let have = self.have.get(at).unwrap_or(&none);
            let missing: Vec<_> = want.difference(have).filter(|key| !key.has_null()).cloned().collect();
            (!missing.is_empty()).then_some((*at, missing))
        })
    }
}

/// The source's rows with these keys, also outside of the `where`, marked as brought along.
pub(super) async fn by_keys(tx: &Transaction<'_>, shape: &Shape, keys: &[Key], utf8: bool) -> Result<Vec<Row>> {
    let width = keys.first().map_or(0, |key| key.0.len());
    let lists: Vec<Vec<Value>> = (0..width).map(|at| keys.iter().map(|key| key.0[at].clone()).collect()).collect();
    let mut rows = pg::read(tx, shape, Side::Source, Subset::Keys, utf8, lists).await?;
    let mut out = Vec::new();
    while let Some(row) = rows.next().await? {
        out.push(Row { in_scope: false, ..row });
    }
    Ok(out)
}

/// Writes a bundle to `path`, in one piece, readable by the owner alone.
pub fn save_bundle(bundle: &Bundle, path: &Path) -> Result<()> {
    let mut bytes = Vec::new();
    bundle.write(&mut bytes).map_err(|error| store::cannot("write", path, &error))?;
    store::write(path, &bytes)
}

/// Reads a bundle from `path`.
pub fn load_bundle(path: &Path) -> Result<Bundle> {
    let file = File::open(path).map_err(|error| store::cannot("read", path, &error))?;
    if file.metadata().is_ok_and(|facts| facts.is_dir()) {
        return Err(Error::usage("this is a folder, not a bundle").at(path.display()));
    }
    Bundle::read(&path.display().to_string(), BufReader::new(file))
}
