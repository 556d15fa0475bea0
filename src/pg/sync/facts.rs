//! Questions about rows, each one statement; those of a review go together in one round trip.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::try_join_all;

use super::{blame, kinds::hold};
use crate::{
    core::{
        error::{Error, Result},
        name::QName,
        sync::{
            diff::{ChildCount, ChildCounts, KeptIds, Pair, ParentCounts, Wanted},
            plan::locator,
            row::{Key, Row},
            shape::{Child, Shape},
            sql::{self, Written},
        },
    },
    pg::{
        connect::Transaction,
        query::{self, List},
    },
};

/// How often the wanted keys occur in the target.
pub async fn parents(tx: &Transaction<'_>, wanted: &[Wanted]) -> Result<ParentCounts> {
    let mut out = ParentCounts::default();
    let halves = wanted.iter().flat_map(|wanted| [(wanted, false), (wanted, true)]);
    let asked = halves.map(|(wanted, nullable)| {
        // A key of NULLs alone is what leads nowhere.
        let keys: Vec<&Key> =
            wanted.keys.iter().filter(|key| key.has_null() == nullable && key.0.iter().any(Option::is_some)).collect();
        async move {
            let counts = if keys.is_empty() { Vec::new() } else { count_keys(tx, wanted, &keys, nullable).await? };
            Ok::<_, Error>(
                counts.into_iter().map(move |(at, count)| (wanted, keys[at].clone(), count)).collect::<Vec<_>>(),
            )
        }
    });
    for (wanted, key, count) in try_join_all(asked).await?.into_iter().flatten() {
        out.insert(&wanted.reference, key, count);
    }
    Ok(out)
}

async fn count_keys(
    tx: &Transaction<'_>,
    wanted: &Wanted,
    keys: &[&Key],
    nullable: bool,
) -> Result<Vec<(usize, usize)>> {
    let leaves = wanted.reference.leaves();
    let lists: Vec<List> = (0..leaves).map(|at| keys.iter().map(|key| key.0[at].as_deref()).collect()).collect();
    let mut out = Vec::new();
    let text = sql::parents(&wanted.reference, nullable);
    let written = Written::of_parents(&wanted.reference);
    let counted = blame::for_each(tx, &text, &lists, &written, |fields| out.extend(numbered(fields)));
    counted.await.map_err(|error| error.object(&wanted.reference.table))?;
    Ok(out.into_iter().filter(|(at, _)| *at < keys.len()).collect())
}

/// A place counted from 1, and a number.
fn numbered(fields: &[Option<&str>]) -> Option<(usize, usize)> {
    let number = |at: usize| fields.get(at).copied().flatten()?.parse::<usize>().ok();
    Some((number(0)?.checked_sub(1)?, number(1)?))
}

/// The equality operator of each type, by the type's name.
pub type Operators = BTreeMap<String, String>;

/// The rows whose ids are some other row's already.
pub async fn taken(tx: &Transaction<'_>, shape: &Shape, kept: &KeptIds) -> Result<BTreeSet<usize>> {
    let KeptIds { places, rows: ids } = kept;
    let lists: Vec<List> = (0..places.len()).map(|at| ids.iter().map(|(_, id)| id[at].as_deref()).collect()).collect();
    let mut out = BTreeSet::new();
    let text = sql::taken(shape, places);
    let asked = query::for_each(tx, &text, &lists, |fields| {
        let number = fields[0].and_then(|text| text.parse::<usize>().ok());
        out.extend(number.and_then(|number| ids.get(number - 1)).map(|(row, _)| *row));
    });
    asked.await.map_err(|error| error.object(&shape.table))?;
    Ok(out)
}

/// Counts the rows that point to each of `rows`, and shows the first of them. `known` are the shapes of the tables whose
/// rows may go too.
pub async fn children(tx: &Transaction<'_>, shape: &Shape, rows: &[&Row], known: &[&Shape]) -> Result<ChildCounts> {
    let asked = shape.children.iter().enumerate().map(|(at, child)| async move {
        let of = known.iter().find(|known| known.table == child.table).copied();
        let counts = children_of(tx, shape, (child, of), rows).await?;
        Ok::<_, Error>(
            counts.into_iter().map(move |(row, count)| ((shape.table.clone(), at, locator(shape, rows[row])), count)),
        )
    });
    Ok(try_join_all(asked).await?.into_iter().flatten().collect())
}

async fn children_of(
    tx: &Transaction<'_>,
    shape: &Shape,
    (child, of): (&Child, Option<&Shape>),
    rows: &[&Row],
) -> Result<Vec<(usize, ChildCount)>> {
    let lists: Vec<List> =
        child.referenced.iter().map(|name| rows.iter().map(|row| row.value(shape, name)).collect()).collect();
    let mut out = Vec::new();
    let text = sql::children(shape, child, of);
    let counted = query::for_each(tx, &text, &lists, |fields| {
        if let Some((at, count)) = numbered(fields).filter(|(at, _)| *at < rows.len()) {
            let text = |at: usize| fields.get(at).copied().flatten();
            let shown = text(2).unwrap_or_default().to_owned();
            let spelled = text(3).map_or(Ok(Vec::new()), serde_json::from_str);
            out.push(spelled.map(|spelled| (at, ChildCount { rows: count as u64, shown, spelled })));
        }
    });
    let table = BTreeSet::from([&child.table]);
    // The first of them that fails says why.
    tokio::try_join!(biased; hold(tx, &table), counted).map_err(|error| cannot_see(error, &child.table))?;
    let unread = |error: serde_json::Error| {
        Error::connect(format!("the server did not say which rows point to a row: {error}")).object(&child.table)
    };
    out.into_iter().collect::<std::result::Result<_, _>>().map_err(unread)
}

fn cannot_see(error: Error, child: &QName) -> Error {
    error
        .object(child)
        .hint("a delete needs to see every table that points to it: grant SELECT, or do not ask for deletes")
}

/// The equality operator of each type, by the type's name.
pub async fn operators(tx: &Transaction<'_>) -> Result<Operators> {
    let mut out = Operators::new();
    query::for_each(tx, include_str!("../sql/equality.sql"), &[], |fields| {
        if let [Some(cast), Some(operator)] = fields {
            out.insert((*cast).to_owned(), (*operator).to_owned());
        }
    })
    .await?;
    Ok(out)
}

/// Which of `pairs` the server calls equal. Types without an equality operator have none.
pub async fn equal(tx: &Transaction<'_>, pairs: &[Pair]) -> Result<Vec<(usize, usize, usize)>> {
    if pairs.is_empty() {
        return Ok(Vec::new());
    }
    equal_by(tx, &operators(tx).await?, pairs).await
}

/// The same, where the operators are known: one round trip. To be the last that a snapshot is asked, or alone.
pub async fn equal_by(
    tx: &Transaction<'_>,
    operators: &Operators,
    pairs: &[Pair],
) -> Result<Vec<(usize, usize, usize)>> {
    let mut by_cast: BTreeMap<&str, Vec<&Pair>> = BTreeMap::new();
    for pair in pairs.iter().filter(|pair| operators.contains_key(&pair.cast)) {
        by_cast.entry(&pair.cast).or_default().push(pair);
    }
    let asked = by_cast.iter().map(|(cast, pairs)| equal_of(tx, cast, &operators[*cast], pairs));
    let places: BTreeSet<_> = try_join_all(asked).await?.into_iter().flatten().collect();
    Ok(places.into_iter().collect())
}

async fn equal_of(
    tx: &Transaction<'_>,
    cast: &str,
    operator: &str,
    pairs: &[&Pair],
) -> Result<Vec<(usize, usize, usize)>> {
    let lists: [List; 2] =
        [pairs.iter().map(|pair| Some(&*pair.old)).collect(), pairs.iter().map(|pair| Some(&*pair.new)).collect()];
    let mut answers = Vec::new();
    let question = sql::representation(cast, operator);
    let asked = query::for_each(tx, &question, &lists, |fields| answers.push(fields[0] == Some("true")));
    // What the other side holds need not be a value of this type at all: then nothing is equal.
    let answered = query::attempt(tx, asked).await?.is_ok();
    let equal = pairs.iter().zip(answers).filter(|(_, equal)| answered && *equal);
    Ok(equal.map(|(pair, _)| pair.at).collect())
}
