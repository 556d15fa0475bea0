//! Sync without a connection to the source: the statement for it, and the file that came back.

use std::{
    fs::File,
    io::{BufReader, Cursor, Read},
    path::Path,
};

use super::{
    filed::{self, BUNDLE, Filed},
    review::{review as review_bundle, review_tables},
    shapes::{included, shapes},
};
use crate::{
    app::{deck::Deck, job::Job, store},
    core::{
        env::Kind,
        error::{Error, Result},
        name::QName,
        sync::{
            bundle::{Bundle, BundleTable, IndexedTable, Source},
            diff::Review,
            paste::{
                self, Document,
                nested::{self, Draft},
            },
            query,
        },
    },
    pg::sync as pg,
};

/// More than this is not pasted, and would be held in memory several times.
const LARGEST: u64 = 256 << 20;

/// A statement to run by hand.
#[derive(Debug, Clone)]
pub struct PrintedQuery {
    /// The SQL text.
    pub sql: String,
    /// Whose tables and columns it names.
    pub environment: String,
}

/// What a file holds.
#[derive(Debug, Clone)]
pub struct Offline {
    /// The rows.
    pub bundle: Bundle,
    /// What the operator should know of each table.
    pub warnings: Vec<(QName, String)>,
}

impl Offline {
    /// Says in `review`, which was made of it, what the operator should know.
    pub fn remark(&self, review: &mut Review) {
        for table in &mut review.tables {
            let mine = self.warnings.iter().filter(|(name, _)| *name == table.table);
            table.warnings.extend(mine.map(|(_, warning)| warning.clone()));
        }
    }

    /// The part that belongs to the sets `names`; all of it where none is named.
    pub fn of_sets(mut self, deck: &Deck, names: &[String]) -> Result<Offline> {
        if !names.is_empty() {
            deck.project.sets.pick(names)?;
            let wanted = |table: &BundleTable| names.contains(&table.shape.set);
            if !self.bundle.tables.iter().any(wanted) {
                return Err(filed::none_of(names));
            }
            self.bundle.tables.retain(|table| wanted(table) || comes_along(table));
        }
        Ok(self)
    }
}

/// Whether `table` holds nothing but parents that come along: they belong to whoever needs them.
pub(super) fn comes_along(table: &BundleTable) -> bool {
    !table.rows.is_empty() && table.rows.iter().all(|row| !row.in_scope)
}

/// Compares the sets `names` (all when empty) of the file `path` with `target`, in one snapshot. `deletes` asks for
/// deletes in every table.
pub async fn review(
    deck: &Deck,
    job: &Job,
    path: &Path,
    names: &[String],
    target: &str,
    deletes: bool,
) -> Result<Review> {
    if let Some(filed) = Filed::open(path)? {
        return review_filed(deck, job, &filed, names, target, deletes).await;
    }
    let held = load(deck, job, path, names, target).await?.of_sets(deck, names)?;
    let mut review = review_bundle(deck, job, &held.bundle, target, deletes).await?;
    held.remark(&mut review);
    Ok(review)
}

async fn review_filed(
    deck: &Deck,
    job: &Job,
    filed: &Filed,
    names: &[String],
    target: &str,
    deletes: bool,
) -> Result<Review> {
    deck.project.sets.pick(names)?;
    let wanted = |table: &IndexedTable| names.is_empty() || names.contains(&table.shape.set);
    if !names.is_empty() && !filed.index.tables.iter().any(wanted) {
        return Err(filed::none_of(names));
    }
    let tables = filed.tables(|table| wanted(table) || filed::comes_along(table));
    review_tables(deck, job, &filed.index.source, &tables, target, deletes).await
}

/// The statement that reads the sets `names` (all when empty), for the tables as `environment` has them; by default
/// the first declared one that is not production.
pub async fn query(deck: &Deck, job: &Job, names: &[String], environment: Option<&str>) -> Result<PrintedQuery> {
    deck.project.sets.pick(names)?;
    let environment = match environment {
        Some(name) => name.to_owned(),
        None => closest(deck)?,
    };
    deck.known(&environment)?;
    job.progress(format!("connecting to {environment}"), 0, 0);
    let mut reader = job.drop_on_cancel(deck.reader(&environment)).await?;
    let canceller = reader.canceller();
    let work = async {
        let (tx, opened) = pg::open(&mut reader, &deck.project.sets).await?;
        let own = shapes(deck, &opened.catalog, names)?;
        let parents = included(deck, &opened.catalog, &own)?;
        tx.rollback().await?;
        Ok(query::text(&deck.project.name, &own, &parents))
    };
    let sql = job.cancel_on_server(&canceller, work).await.map_err(|error| error.env(&environment))?;
    Ok(PrintedQuery { sql, environment })
}

fn closest(deck: &Deck) -> Result<String> {
    let mut all = deck.project.environments();
    let first = deck.project.environment_names().next();
    let near = all.find(|(_, kind, _)| *kind != Kind::Production).map(|(name, ..)| name).or(first);
    near.map(str::to_owned).ok_or_else(|| Error::usage("the project has no environment"))
}

/// Reads `path`, whatever it is: a bundle, or what a statement returned, as an SQL editor saved it.
///
/// Nested JSON needs one set, by name, and the `target`, whose server writes its values as it has them.
pub async fn load(deck: &Deck, job: &Job, path: &Path, names: &[String], target: &str) -> Result<Offline> {
    let name = path.display().to_string();
    let document = match opened(path)? {
        Opened::Bundle(bundle) => return Ok(Offline { bundle, warnings: Vec::new() }),
        Opened::Text(bytes) => paste::find(&name, &bytes)?,
    };
    if document.is_paste {
        return Ok(Offline { bundle: paste::read(&name, &document)?, warnings: Vec::new() });
    }
    let [_] = names else {
        return Err(Error::usage("JSON written by hand does not say which sync set it belongs to")
            .at(name)
            .hint("name one set: pgdeck sync review SET --bundle FILE"));
    };
    by_hand(deck, job, &name, &document, names, target).await
}

async fn by_hand(
    deck: &Deck,
    job: &Job,
    name: &str,
    document: &Document,
    names: &[String],
    target: &str,
) -> Result<Offline> {
    deck.project.sets.pick(names)?;
    deck.known(target)?;
    job.progress(format!("connecting to {target}"), 0, 0);
    let mut reader = job.drop_on_cancel(deck.reader(target)).await?;
    let canceller = reader.canceller();
    let work = async {
        let (tx, opened) = pg::open_target(&mut reader, &deck.project.sets).await?;
        let shapes = shapes(deck, &opened.catalog, names).map_err(|error| error.env(target))?;
        for shape in &shapes {
            if let Some(why) = opened.rules.get(&shape.table).and_then(|rules| rules.runs_foreign_code(shape)) {
                return Err(Error::usage(why).object(&shape.table).env(target));
            }
        }
        let nested = nested::drafts(name, document, &shapes)?;
        let mut tables = Vec::new();
        for draft in nested.drafts {
            let written = pg::canonical(&tx, &draft.slots, &draft.rows).await.map_err(|error| error.env(target))?;
            let rows = written.map_err(|refused| not_a_value(name, &draft, &refused))?;
            tables.push(draft.finish(rows));
        }
        tx.rollback().await?;
        let source = Source {
            project: deck.project.name.clone(),
            environment: paste::ENVIRONMENT.to_owned(),
            server: "unknown".to_owned(),
            database: None,
        };
        Ok(Offline { bundle: Bundle { source, tables }, warnings: nested.warnings })
    };
    job.cancel_on_server(&canceller, work).await
}

fn not_a_value(name: &str, draft: &Draft, refused: &pg::Refused) -> Error {
    let what = format!("{}, `{}`: {}", draft.row(refused.row), draft.slots[refused.slot].label, refused.error.message);
    Error::usage(what).at(name).object(draft.table()).hint("correct the value, or the query that wrote it")
}

/// What a file is, by its beginning.
pub(super) enum Opened {
    Bundle(Bundle),
    Text(Vec<u8>),
}

/// Read once from its beginning to its end, because it may be a pipe.
pub(super) fn opened(path: &Path) -> Result<Opened> {
    let cannot = |error: std::io::Error| store::cannot("read", path, &error);
    let mut file = File::open(path).map_err(cannot)?;
    if file.metadata().is_ok_and(|facts| facts.is_dir()) {
        return Err(Error::usage("this is a folder, not a bundle").at(path.display()));
    }
    let mut bytes = Vec::new();
    (&mut file).take(BUNDLE.len() as u64).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes == BUNDLE {
        let whole = BufReader::new(Cursor::new(bytes).chain(file));
        return Bundle::read(&path.display().to_string(), whole).map(Opened::Bundle);
    }
    let rest = LARGEST + 1 - bytes.len() as u64;
    file.take(rest).read_to_end(&mut bytes).map_err(cannot)?;
    if bytes.len() as u64 > LARGEST {
        return Err(Error::usage(format!("this is no bundle, and larger than {} MiB", LARGEST >> 20))
            .at(format!("{}:1", path.display()))
            .hint("export a bundle, or name fewer sets"));
    }
    Ok(Opened::Text(bytes))
}
