//! Reading the source into a bundle, and a bundle's file.

use std::{fs::File, io::BufReader, path::Path};

use crate::{
    app::{deck::Deck, job::Job, store},
    core::{
        error::{Error, Result},
        sync::{
            bundle::{Bundle, BundleTable, Source},
            shape::Shape,
            sql::Side,
        },
    },
    pg::{catalog, connect::Transaction, sync as pg},
};

/// Reads the sets `names` (all when empty) of `environment`, in one snapshot.
pub async fn export(deck: &Deck, job: &Job, names: &[String], environment: &str) -> Result<Bundle> {
    deck.project.sets.pick(names)?;
    deck.known(environment)?;
    job.progress(format!("connecting to {environment}"), 0, 0);
    let mut reader = job.drop_on_cancel(deck.reader(environment)).await?;
    let canceller = reader.canceller();
    let server = reader.server().version.clone();
    let work = async {
        let tx = reader.begin_read().await?;
        let tables = tables(deck, job, &tx, names, environment).await?;
        tx.rollback().await?;
        Ok(tables)
    };
    let tables = job.cancel_on_server(&canceller, work).await.map_err(|error| error.env(environment))?;
    let source = Source { project: deck.project.name.clone(), environment: environment.to_owned(), server };
    Ok(Bundle { source, tables })
}

async fn tables(
    deck: &Deck,
    job: &Job,
    tx: &Transaction<'_>,
    names: &[String],
    environment: &str,
) -> Result<Vec<BundleTable>> {
    let catalog = catalog::read(tx).await?;
    let mut shapes: Vec<Shape> = Vec::new();
    for set in deck.project.sets.pick(names)? {
        for table in &set.tables {
            let shape = Shape::build(&catalog, &deck.project.sets, &set.name, table)?;
            // A table may stand in several sets; its rows are read once, so the sets must mean the same rows.
            match shapes.iter().find(|known| known.table == shape.table) {
                None => shapes.push(shape),
                Some(known) if Shape { set: known.set.clone(), ..shape.clone() } == *known => {}
                Some(known) => return Err(not_alike(&known.set, &shape)),
            }
        }
    }
    let total = shapes.len() as u64;
    let what = format!("exporting {environment}");
    let mut out = Vec::with_capacity(shapes.len());
    for (done, shape) in shapes.into_iter().enumerate() {
        job.progress(&*what, done as u64, total);
        let mut rows = pg::rows(tx, &shape, Side::Source).await?;
        // Sorted here, by bytes: the servers' collations may differ. Rows of one key have an order too.
        rows.sort_by_cached_key(|row| (row.key(&shape), row.columns.clone(), row.references.clone()));
        out.push(BundleTable { shape, rows });
    }
    job.progress(what, total, total);
    Ok(out)
}

fn not_alike(set: &str, shape: &Shape) -> Error {
    Error::usage(format!("sync sets `{set}` and `{}` do not treat it alike, so they cannot go together", shape.set))
        .object(&shape.table)
        .hint("name the sets, and sync them one after the other")
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
