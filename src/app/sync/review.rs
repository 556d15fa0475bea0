//! Comparing a bundle with the target.

use std::path::Path;

use futures_util::{StreamExt, stream};

use super::{
    compare::{compared, walk},
    export::AT_ONCE,
    filed::{self, Filed},
    offline::comes_along,
    shapes::counterpart,
    target_checks::TargetChecks,
};
use crate::{
    app::{
        deck::Deck,
        job::Job,
        store::{self, Existing},
    },
    core::{
        error::{Code, Error, Result},
        sync::{
            bundle::{Bundle, BundleTable, IndexedTable, Source},
            diff::{Compare, Review, TableReview},
            report::{self, Report},
            row::{Key, Row},
            set::MissingParent,
            shape::Shape,
            sql::{Side, Subset},
        },
    },
    pg::{
        connect::Transaction,
        sync::{self as pg, Opened, Opening},
    },
};

/// Compares `bundle` with `environment`, in one snapshot. `deletes` asks for deletes in every table.
pub async fn review(deck: &Deck, job: &Job, bundle: &Bundle, environment: &str, deletes: bool) -> Result<Review> {
    let tables: Vec<_> = bundle.tables.iter().map(Table::held).collect();
    review_tables(deck, job, &bundle.source, &tables, environment, deletes).await
}

/// The same for rows that are held or stand in a file.
pub(super) async fn review_tables(
    deck: &Deck,
    job: &Job,
    source: &Source,
    rows: &[Table<'_>],
    environment: &str,
    deletes: bool,
) -> Result<Review> {
    deck.known(environment)?;
    if source.environment == environment {
        return Err(same_environment(environment));
    }
    same_project(deck, source)?;
    job.progress(format!("connecting to {environment}"), 0, 0);
    let mut reader = job.drop_on_cancel(deck.reader(environment)).await?;
    let canceller = reader.canceller();
    let work = async {
        let (tx, opened) = pg::open_target(&mut reader, &deck.project.sets).await?;
        let tables = Box::pin(tables(deck, job, &tx, &opened, rows, environment, deletes)).await?;
        let review =
            Review { from: source.environment.clone(), to: environment.to_owned(), tables, ..Review::default() };
        let review = TargetChecks::of(&tx, &opened, &deck.project.sets).complete(review).await?;
        tx.rollback().await?;
        if is_surely(source.database.as_deref(), &review.database) {
            let from = &source.environment;
            return Err(Error::usage(format!("the bundle was read from this very database, as {from}")));
        }
        Ok(review)
    };
    job.cancel_on_server(&canceller, work).await.map_err(|error| error.env(environment))
}

/// A table of a bundle, as it is compared.
pub(super) struct Table<'a> {
    shape: &'a Shape,
    comes_along: bool,
    rows: Rows<'a>,
}

enum Rows<'a> {
    Held(&'a [Row]),
    Filed(&'a Filed, &'a IndexedTable),
}

impl<'a> Table<'a> {
    fn held(table: &'a BundleTable) -> Self {
        Table { shape: &table.shape, comes_along: comes_along(table), rows: Rows::Held(&table.rows) }
    }

    pub(super) fn filed(filed: &'a Filed, table: &'a IndexedTable) -> Self {
        Table { shape: &table.shape, comes_along: filed::comes_along(table), rows: Rows::Filed(filed, table) }
    }
}

/// Whether both are one database for certain: OIDs of databases are alike on many servers.
fn is_surely(one: Option<&str>, other: &str) -> bool {
    one == Some(other) && !other.contains('?')
}

/// Writes a report to `path`, readable by the owner alone, in the format that the ending of its name asks for.
pub fn save_report(report: &Report<'_>, path: &Path, existing: Existing) -> Result<()> {
    let format = report::Format::of(&path.display().to_string())?;
    store::write_named(path, report.render(format).as_bytes(), existing)
}

/// Refuses rows of another project.
pub(super) fn same_project(deck: &Deck, source: &Source) -> Result<()> {
    if source.project == deck.project.name {
        return Ok(());
    }
    Err(Error::usage(format!("the bundle is of the project `{}`", source.project))
        .hint(format!("this is the project `{}`", deck.project.name)))
}

pub(super) fn same_environment(environment: &str) -> Error {
    Error::usage("source and target are the same environment").env(environment).hint("choose another --to")
}

async fn tables(
    deck: &Deck,
    job: &Job,
    tx: &Transaction<'_>,
    opened: &Opened,
    tables: &[Table<'_>],
    environment: &str,
    deletes: bool,
) -> Result<Vec<TableReview>> {
    let shapes: Vec<_> = tables.iter().map(|table| shape_for(deck, opened, table)).collect();
    let shapes: Vec<Result<Shape, String>> = shapes.into_iter().collect::<Result<_>>()?;
    let opening = shapes.iter().map(|shape| -> Option<Opening> {
        // Of a table that is blocked nothing is read: reading may be what is wrong with it.
        let open = shape.as_ref().ok().filter(|shape| shape.blocked.is_none());
        open.map(|shape| pg::read(tx, shape, Side::Target, Subset::All, opened.utf8, Vec::new()))
    });
    let opening = opening.map(|opening| async { futures_util::future::OptionFuture::from(opening).await.transpose() });
    let opening: Vec<_> = opening.collect();
    let mut opening = stream::iter(opening).buffered(AT_ONCE);
    let (what, total) = (format!("reading {environment}"), tables.len() as u64);
    let mut out = Vec::new();
    for (at, (table, shape)) in tables.iter().zip(&shapes).enumerate() {
        job.progress(&*what, at as u64, total);
        let rows = opening.next().await.transpose()?.flatten();
        match (shape, rows) {
            (Ok(shape), Some(rows)) => {
                let mut compare = Compare::new(table.shape, shape, deletes);
                if compare.fields().is_none() {
                    out.push(compare.finish());
                    continue;
                }
                let rows = compared(rows).await?;
                match table.rows {
                    Rows::Held(held) => walk(&mut compare, Held::of(held), rows).await?,
                    Rows::Filed(filed, there) => walk(&mut compare, filed.rows(there)?, rows).await?,
                }
                out.push(compare.finish());
            }
            (Err(reason), _) => out.push(TableReview::blocked(table.shape, reason.clone())),
            (Ok(shape), None) => out.push(Compare::new(table.shape, shape, deletes).finish()),
        }
    }
    job.progress(what, total, total);
    Ok(out)
}

/// How the rows of `table` are compared: as the project declares it now, whatever the file says.
fn shape_for(deck: &Deck, opened: &Opened, table: &Table<'_>) -> Result<Result<Shape, String>> {
    let shape = target_shape(deck, opened, table.shape)?;
    // What came along brings its own parents, too.
    let include = |shape: Shape| Shape { on_missing_parent: MissingParent::Include, ..shape };
    Ok(if table.comes_along { shape.map(include) } else { shape })
}

/// The target's shape; what the target lacks blocks the table, what the project gets wrong stops the review.
pub(super) fn target_shape(deck: &Deck, opened: &Opened, shape: &Shape) -> Result<Result<Shape, String>> {
    match counterpart(deck, &opened.catalog, shape) {
        // Said here, because the server names no column.
        Ok(shape) if shape.blocked.is_none() => {
            let rules = opened.rules.get(&shape.table);
            let why = rules.and_then(|rules| rules.unreadable(&shape).or_else(|| rules.runs_foreign_code(&shape)));
            Ok(why.map_or(Ok(shape), Err))
        }
        Ok(shape) => Ok(Ok(shape)),
        Err(error) if error.code == Code::Usage => Ok(Err(in_target(&error, shape))),
        Err(error) => Err(error),
    }
}

/// `error` as a reason why the table of `shape` is blocked, which is shown beside the table's name.
fn in_target(error: &Error, shape: &Shape) -> String {
    let other = error.object.as_ref().filter(|object| **object != shape.table.to_string());
    let other = other.map_or_else(String::new, |object| format!("{object}: "));
    let hint = error.hint.as_ref().map_or_else(String::new, |hint| format!("; {hint}"));
    format!("in the target, {other}{}{hint}", error.message)
}

/// Rows that are held, in the order of their keys.
pub(super) struct Held<'a> {
    rows: Vec<&'a Row>,
    at: usize,
}

impl<'a> Held<'a> {
    fn of(rows: &'a [Row]) -> Self {
        let mut rows: Vec<_> = rows.iter().collect();
        rows.sort_by(|a, b| a.key.cmp(&b.key));
        Held { rows, at: 0 }
    }

    pub(super) fn key(&self) -> Option<&Key> {
        self.rows.get(self.at).map(|row| &row.key)
    }

    pub(super) fn next(&mut self) -> Vec<Row> {
        let rest = &self.rows[self.at..];
        let group: Vec<Row> = rest
            .iter()
            .take_while(|row| Some(&row.key) == rest.first().map(|row| &row.key))
            .map(|r| (*r).clone())
            .collect();
        self.at += group.len();
        group
    }
}
