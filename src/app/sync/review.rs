//! Reading the target and comparing it with a bundle.

use std::{collections::HashMap, path::Path};

use crate::{
    app::{deck::Deck, job::Job, store},
    core::{
        error::{Code, Error, Result},
        schema::Catalog,
        sync::{
            bundle::{Bundle, BundleTable},
            diff::{self, ChildCounts, Review, Target, TargetTable},
            report::{self, Report},
            row::Key,
            shape::Shape,
            sql::Side,
        },
    },
    pg::{catalog, connect::Transaction, sync as pg},
};

/// Compares `bundle` with `environment`, in one snapshot. `deletes` asks for deletes in every table.
pub async fn review(deck: &Deck, job: &Job, bundle: &Bundle, environment: &str, deletes: bool) -> Result<Review> {
    deck.known(environment)?;
    if bundle.source.environment == environment {
        return Err(Error::usage("source and target are the same environment")
            .env(environment)
            .hint("choose another --to"));
    }
    if bundle.source.project != deck.project.name {
        return Err(Error::usage(format!("the bundle is of the project `{}`", bundle.source.project))
            .hint(format!("this is the project `{}`", deck.project.name)));
    }
    job.progress(format!("connecting to {environment}"), 0, 0);
    let mut reader = job.drop_on_cancel(deck.reader(environment)).await?;
    let canceller = reader.canceller();
    let work = async {
        let tx = reader.begin_read().await?;
        let review = compare(deck, job, &tx, bundle, environment, deletes).await?;
        tx.rollback().await?;
        Ok(review)
    };
    job.cancel_on_server(&canceller, work).await.map_err(|error| error.env(environment))
}

/// Writes a report to `path`, readable by the owner alone, in the format that the ending of its name asks for.
pub fn save_report(report: &Report<'_>, path: &Path) -> Result<()> {
    let format = report::Format::of(&path.display().to_string())?;
    store::write(path, report.render(format).as_bytes())
}

async fn compare(
    deck: &Deck,
    job: &Job,
    tx: &Transaction<'_>,
    bundle: &Bundle,
    environment: &str,
    deletes: bool,
) -> Result<Review> {
    let catalog = catalog::read(tx).await?;
    let target = target(deck, job, tx, &catalog, bundle, environment).await?;
    let mut review = diff::review(bundle, &target, environment, deletes);
    let equal = pg::equal(tx, &diff::pairs(&review)).await?;
    diff::mark_representation(&mut review, equal);
    let children = children(tx, &review).await?;
    diff::check_children(&mut review, &children);
    Ok(review)
}

async fn target(
    deck: &Deck,
    job: &Job,
    tx: &Transaction<'_>,
    catalog: &Catalog,
    bundle: &Bundle,
    environment: &str,
) -> Result<Target> {
    let mut target = Target::default();
    let total = bundle.tables.len() as u64;
    let what = format!("reading {environment}");
    for (done, table) in bundle.tables.iter().enumerate() {
        job.progress(&*what, done as u64, total);
        let shape = match target_shape(deck, catalog, table) {
            Ok(shape) => shape,
            // What the target lacks blocks this table; what the project gets wrong stops the review.
            Err(error) if error.code == Code::Usage => {
                target.tables.push(Err(error.to_string()));
                continue;
            }
            Err(error) => return Err(error),
        };
        let rows = pg::rows(tx, &shape, Side::Target).await?;
        let mut keys: HashMap<Key, usize> = HashMap::with_capacity(rows.len());
        for row in &rows {
            *keys.entry(row.key(&shape)).or_insert(0) += 1;
        }
        target.parents.insert(shape.table.clone(), keys);
        target.tables.push(Ok(TargetTable { shape, rows }));
    }
    let shapes: Vec<_> = target.tables.iter().flatten().map(|table| table.shape.clone()).collect();
    for reference in shapes.iter().flat_map(|shape| &shape.references) {
        if !target.parents.contains_key(&reference.table) {
            let keys = pg::parent_keys(tx, reference).await?;
            target.parents.insert(reference.table.clone(), keys);
        }
    }
    job.progress(what, total, total);
    Ok(target)
}

fn target_shape(deck: &Deck, catalog: &Catalog, table: &BundleTable) -> Result<Shape> {
    let sets = &deck.project.sets;
    let set = sets.all().iter().find(|set| set.name == table.shape.set);
    let spec =
        set.and_then(|set| set.tables.iter().find(|spec| spec.qname().is_ok_and(|name| name == table.shape.table)));
    let Some(spec) = spec else {
        return Err(Error::usage(format!("pgdeck.toml has no sync set `{}` with this table", table.shape.set))
            .object(&table.shape.table));
    };
    Shape::build(catalog, sets, &table.shape.set, spec)
}

async fn children(tx: &Transaction<'_>, review: &Review) -> Result<ChildCounts> {
    let mut counts = ChildCounts::new();
    for table in &review.tables {
        let Some(shape) = &table.shape else { continue };
        let rows = table.rows.iter().filter(|row| row.blocked.is_none() && diff::disturbs(shape, row));
        let rows: Vec<_> = rows.filter_map(|row| row.target.as_ref()).collect();
        if !rows.is_empty() {
            pg::children(tx, shape, &rows, &mut counts).await?;
        }
    }
    Ok(counts)
}
