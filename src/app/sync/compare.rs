//! Comparing two environments, reading no more of them than what may differ.

use std::cmp::Ordering;

use futures_util::{StreamExt, future::try_join_all, stream};
use tokio::try_join;

use super::{
    export::{AT_ONCE, by_keys},
    review::{Held, same_environment, target_shape},
    shapes::{counterpart, included, shapes},
    target_checks::{TargetChecks, block_characters},
};
use crate::{
    app::{deck::Deck, job::Job},
    core::{
        error::{Error, Result},
        name::QName,
        sync::{
            diff::{self, Compare, Review, TableReview, Wanted},
            digest::{Differ, buckets},
            row::{Key, Row},
            shape::Shape,
            sql::{Hashing, Side, Subset},
            unique::is_unique,
        },
    },
    pg::{
        connect::Transaction,
        sync::{self as pg, Groups, Opened, Opening, Rows},
    },
};

/// Compares the sets `names` (all when empty) of `from` with `to`, each in one snapshot. `deletes` asks for deletes in
/// every table.
///
/// Four round trips after connecting, unless rows bring their parents along: the catalogues, the digests, the rows
/// that may differ, what the target says of them.
pub async fn compare(deck: &Deck, job: &Job, names: &[String], from: &str, to: &str, deletes: bool) -> Result<Review> {
    deck.project.sets.pick(names)?;
    deck.known(from)?;
    deck.known(to)?;
    if from == to {
        return Err(same_environment(to));
    }
    job.progress(format!("connecting to {from} and {to}"), 0, 0);
    let (mut source, mut target) = job.drop_on_cancel(async { try_join!(deck.reader(from), deck.reader(to)) }).await?;
    let (source_canceller, target_canceller) = (source.canceller(), target.canceller());
    let work = async {
        let sets = &deck.project.sets;
        let (source, target) = (pg::open(&mut source, sets), pg::open_target(&mut target, sets));
        let (source, target) = try_join!(side(from, source), side(to, target))?;
        let sides = Sides { deck, job, from, to, source: &source.0, target: &target.0, opened: (&source.1, &target.1) };
        Box::pin(sides.review(names, deletes)).await
    };
    let work = Box::pin(job.cancel_on_server(&target_canceller, work));
    job.cancel_on_server(&source_canceller, work).await
}

/// An error of `work` is one of the environment `name`.
async fn side<T>(name: &str, work: impl Future<Output = Result<T>>) -> Result<T> {
    work.await.map_err(|error| error.env(name))
}

/// Two open snapshots.
struct Sides<'a> {
    deck: &'a Deck,
    job: &'a Job,
    from: &'a str,
    to: &'a str,
    source: &'a Transaction<'a>,
    target: &'a Transaction<'a>,
    opened: (&'a Opened, &'a Opened),
}

/// A table that both sides have.
struct Pair {
    source: Shape,
    target: Result<Shape, String>,
    /// Into how many buckets the table is divided; `None` where a key may stand for several rows, which only a look at
    /// all of them shows.
    buckets: Option<u32>,
}

impl Sides<'_> {
    async fn review(&self, names: &[String], deletes: bool) -> Result<Review> {
        let pairs = self.pairs(names)?;
        let hashing = if self.opened.0.hashes_like(self.opened.1) { Hashing::Extended } else { Hashing::Md5 };
        let mut compares: Vec<Result<Compare, Box<TableReview>>> =
            pairs.iter().map(|pair| compare_of(pair, deletes)).collect();
        let differ = Box::pin(self.digests(&pairs, &mut compares, hashing)).await?;
        Box::pin(self.rows(&pairs, &mut compares, &differ, hashing)).await?;
        let tables = compares.into_iter().map(|compare| compare.map_or_else(|blocked| *blocked, Compare::finish));
        let review = Review {
            from: self.from.to_owned(),
            to: self.to.to_owned(),
            tables: tables.collect(),
            ..Review::default()
        };
        let checks = TargetChecks::of(self.target, self.opened.1, &self.deck.project.sets);
        let review = Box::pin(self.bring_parents(names, review)).await?;
        side(self.to, Box::pin(checks.complete(review))).await
    }

    fn pairs(&self, names: &[String]) -> Result<Vec<Pair>> {
        let (source, target) = self.opened;
        let shapes = shapes(self.deck, &source.catalog, names).map_err(|error| error.env(self.from))?;
        let digests = [self.source, self.target].iter().all(|tx| pg::has_digests(tx));
        let pair = |shape: Shape| {
            let estimate = |opened: &Opened| opened.catalog.table(&shape.table).and_then(|table| table.estimate);
            let unique = |opened: &Opened| is_unique(&opened.catalog, &shape.table, &shape.key);
            let buckets =
                (digests && unique(source) && unique(target)).then(|| buckets(estimate(source), estimate(target)));
            Ok(Pair { target: target_shape(self.deck, target, &shape)?, source: shape, buckets })
        };
        shapes.into_iter().map(pair).collect()
    }

    /// Where the tables differ, in one round trip.
    async fn digests(
        &self,
        pairs: &[Pair],
        compares: &mut [Result<Compare<'_>, Box<TableReview>>],
        hashing: Hashing,
    ) -> Result<Vec<Differ>> {
        self.job.progress(format!("comparing {} tables", pairs.len()), 0, 0);
        let (mut sources, mut targets) = (Vec::new(), Vec::new());
        for (pair, compare) in pairs.iter().zip(compares.iter()) {
            let (Ok(target), Ok(compare)) = (&pair.target, compare) else { continue };
            let (Some(fields), Some(count)) = (compare.fields(), pair.buckets) else { continue };
            let (from, to) = fields.terms(&pair.source);
            sources
                .push(async move { pg::digest(self.source, &pair.source, Side::Source, &from, hashing, count).await });
            targets.push(async move { pg::digest(self.target, target, Side::Target, &to, hashing, count).await });
        }
        let (sources, targets) =
            try_join!(side(self.from, try_join_all(sources)), side(self.to, try_join_all(targets)))?;
        let mut digests = sources.into_iter().zip(targets);
        let mut out = Vec::new();
        for (pair, compare) in pairs.iter().zip(compares) {
            let comparable = compare.as_mut().ok().filter(|compare| compare.fields().is_some());
            out.push(match (comparable, pair.buckets) {
                (None, _) => Differ::Nowhere,
                (Some(_), None) => Differ::Everywhere,
                (Some(compare), Some(count)) => match digests.next() {
                    Some((source, target)) => {
                        let (same, differ) = source.compare(&target, count);
                        compare.unchanged(usize::try_from(same).unwrap_or(usize::MAX));
                        differ
                    }
                    None => Differ::Everywhere,
                },
            });
        }
        Ok(out)
    }

    /// Reads what may differ, both sides at once, in one round trip.
    async fn rows(
        &self,
        pairs: &[Pair],
        compares: &mut [Result<Compare<'_>, Box<TableReview>>],
        differ: &[Differ],
        hashing: Hashing,
    ) -> Result<()> {
        let (mut sources, mut targets, mut places): (Vec<Opening>, Vec<Opening>, _) =
            (Vec::new(), Vec::new(), Vec::new());
        for (at, (pair, differ)) in pairs.iter().zip(differ).enumerate() {
            let Ok(target) = &pair.target else { continue };
            let subset = match differ {
                Differ::Nowhere => continue,
                Differ::Everywhere => Subset::All,
                Differ::In(list) => Subset::Buckets(hashing, pair.buckets.unwrap_or(1), list),
            };
            let (from, to) = self.opened;
            sources.push(pg::read(self.source, &pair.source, Side::Source, subset, from.utf8, Vec::new()));
            targets.push(pg::read(self.target, target, Side::Target, subset, to.utf8, Vec::new()));
            places.push(at);
        }
        let (mut sources, mut targets) =
            (stream::iter(sources).buffered(AT_ONCE), stream::iter(targets).buffered(AT_ONCE));
        let total = places.len() as u64;
        for (done, at) in places.into_iter().enumerate() {
            self.job.progress(format!("reading {} and {}", self.from, self.to), done as u64, total);
            let next =
                async { try_join!(side(self.from, opened(sources.next())), side(self.to, opened(targets.next()))) };
            let (source, target) = next.await?;
            if let Ok(compare) = &mut compares[at] {
                let both = async { try_join!(side(self.from, compared(source)), side(self.to, compared(target))) };
                let (source, target) = both.await?;
                walk(compare, Streamed(source), target).await?;
            }
        }
        Ok(())
    }

    /// Adds the parents that rows need, where their sets say so, and the parents of these.
    async fn bring_parents(&self, names: &[String], mut review: Review) -> Result<Review> {
        let own = shapes(self.deck, &self.opened.0.catalog, names)?;
        let extra = included(self.deck, &self.opened.0.catalog, &own)?;
        let known: Vec<&Shape> = own.iter().chain(&extra).collect();
        let mut asked: Vec<(QName, Key)> = Vec::new();
        loop {
            // What the target cannot hold, it cannot be asked for either.
            block_characters(self.target, self.opened.1, &mut review).await.map_err(|error| error.env(self.to))?;
            let wanted = diff::wanted_by_inclusion(&review);
            let wanted: Vec<Wanted> = wanted.into_iter().filter_map(|wanted| unasked(wanted, &mut asked)).collect();
            if wanted.is_empty() {
                return Ok(review);
            }
            let there = side(self.to, pg::parents(self.target, &wanted)).await?;
            for wanted in wanted {
                let Some(source) = known.iter().find(|shape| shape.table == wanted.reference.table) else { continue };
                let missing: Vec<Key> =
                    wanted.keys.iter().filter(|key| !there.has(&wanted.reference, key)).cloned().collect();
                if missing.is_empty() {
                    continue;
                }
                let rows = side(self.from, by_keys(self.source, source, &missing, self.opened.0.utf8)).await?;
                self.include(&mut review, source, &rows)?;
            }
        }
    }

    fn include(&self, review: &mut Review, source: &Shape, rows: &[Row]) -> Result<()> {
        let target = counterpart(self.deck, &self.opened.1.catalog, source).map_err(|error| error.env(self.to))?;
        let target = Shape { on_missing_parent: source.on_missing_parent, ..target };
        let mut compare = Compare::new(source, &target, false);
        for row in rows.iter().filter(|_| compare.fields().is_some()).collect::<Vec<_>>() {
            compare.rows(&row.key, std::slice::from_ref(row), &[]);
        }
        let found = compare.finish();
        match review.tables.iter_mut().find(|table| table.table == found.table) {
            Some(table) => {
                let new = found.rows.into_iter().filter(|row| !table.rows.iter().any(|known| known.key == row.key));
                let new: Vec<_> = new.collect();
                table.rows.extend(new);
                table.rows.sort_by(|a, b| a.key.cmp(&b.key));
            }
            None => review.tables.push(found),
        }
        Ok(())
    }
}

/// What was not asked for before.
fn unasked(mut wanted: Wanted, asked: &mut Vec<(QName, Key)>) -> Option<Wanted> {
    let table = wanted.reference.table.clone();
    wanted.keys.retain(|key| !key.has_null() && !asked.contains(&(table.clone(), key.clone())));
    asked.extend(wanted.keys.iter().map(|key| (table.clone(), key.clone())));
    (!wanted.keys.is_empty()).then_some(wanted)
}

fn compare_of(pair: &Pair, deletes: bool) -> Result<Compare<'_>, Box<TableReview>> {
    match &pair.target {
        Ok(target) => Ok(Compare::new(&pair.source, target, deletes)),
        Err(reason) => Err(Box::new(TableReview::blocked(&pair.source, reason.clone()))),
    }
}

async fn opened<'a>(next: impl Future<Output = Option<Result<Rows<'a>>>>) -> Result<Rows<'a>> {
    next.await.unwrap_or_else(|| Err(Error::rolled_back("a table was asked for and not answered")))
}

/// The rows as groups of one key.
pub(super) async fn compared(rows: Rows<'_>) -> Result<Groups<'_>> {
    Groups::new(rows).await
}

/// The source's rows, wherever they come from.
pub(super) trait Source {
    fn key(&self) -> Option<&Key>;
    fn next(&mut self) -> impl Future<Output = Result<Vec<Row>>> + Send;
}

struct Streamed<'a>(Groups<'a>);

impl Source for Streamed<'_> {
    fn key(&self) -> Option<&Key> {
        self.0.key()
    }

    async fn next(&mut self) -> Result<Vec<Row>> {
        self.0.next().await
    }
}

impl Source for Held<'_> {
    fn key(&self) -> Option<&Key> {
        Held::key(self)
    }

    async fn next(&mut self) -> Result<Vec<Row>> {
        Ok(Held::next(self))
    }
}

/// Walks both sides in the order of their keys.
pub(super) async fn walk(compare: &mut Compare<'_>, mut source: impl Source, mut target: Groups<'_>) -> Result<()> {
    loop {
        let order = match (source.key(), target.key()) {
            (None, None) => return Ok(()),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (Some(source), Some(target)) => source.cmp(target),
        };
        let from = if order.is_le() { source.next().await? } else { Vec::new() };
        let to = if order.is_ge() { target.next().await? } else { Vec::new() };
        let Some(key) = from.first().or(to.first()).map(|row| row.key.clone()) else { return Ok(()) };
        compare.rows(&key, &from, &to);
    }
}
