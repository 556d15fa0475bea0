//! What the target's server would refuse, asked beforehand; questions of a review go together in one round trip.

use std::collections::BTreeSet;

use futures_util::future::try_join_all;

use crate::{
    core::{
        error::Result,
        name::QName,
        sync::{
            diff::Review,
            preflight::{CheckQuestion, Holder, InputQuestion, Rules, UniqueQuestion, WriteRules},
            row::Key,
            shape::Shape,
            sql,
        },
    },
    pg::{
        catalog,
        connect::Transaction,
        query::{self, List},
        strangers::with_strangers,
    },
};

/// `pg_input_is_valid` came with this version.
const INPUT_IS_VALID: u32 = 160_000;

/// The most texts of one column that are found out one by one on older servers.
const MAX_REFUSED: usize = 20;

/// The rules of `tables`; those that are not there have none.
pub async fn write_rules(tx: &Transaction<'_>, tables: &[QName]) -> Result<Rules> {
    if tables.is_empty() {
        return Ok(Rules::new());
    }
    let schemas: List = tables.iter().map(|table| Some(table.schema.as_str())).collect();
    let names: List = tables.iter().map(|table| Some(table.name.as_str())).collect();
    let sql = with_strangers(include_str!("../sql/write_rules.sql"));
    let rules = catalog::records_of::<WriteRules>(tx, &sql, &[schemas, names]).await?;
    Ok(rules.into_iter().map(|rules| (rules.name(), rules)).collect())
}

/// The texts that each type refuses, in the order of `questions`.
pub async fn refused_inputs(tx: &Transaction<'_>, questions: &[InputQuestion]) -> Result<Vec<BTreeSet<String>>> {
    let knows = tx.connection().server().version_num >= INPUT_IS_VALID;
    let asked = questions.iter().map(|question| async move {
        if knows { refused_softly(tx, question).await } else { refused_by_error(tx, question).await }
    });
    try_join_all(asked).await
}

async fn refused_softly(tx: &Transaction<'_>, question: &InputQuestion) -> Result<BTreeSet<String>> {
    let texts: List = question.texts.iter().map(|text| Some(text.as_str())).collect();
    let lists = [texts];
    let mut out = BTreeSet::new();
    let text = sql::refused_inputs(question);
    let asked = query::for_each(tx, &text, &lists, |fields| out.extend(fields[0].map(str::to_owned)));
    // What cannot be asked is left to the apply.
    let answered = query::attempt(tx, asked).await?.is_ok();
    Ok(if answered { out } else { BTreeSet::new() })
}

/// Halves what is refused, again and again, until it is one text.
async fn refused_by_error(tx: &Transaction<'_>, question: &InputQuestion) -> Result<BTreeSet<String>> {
    let mut out = BTreeSet::new();
    let mut open: Vec<&[String]> = vec![&question.texts];
    while let Some(texts) = open.pop() {
        if texts.is_empty() || out.len() == MAX_REFUSED || accepts(tx, question, texts).await? {
            continue;
        }
        if let [text] = texts {
            out.insert(text.clone());
            continue;
        }
        let (first, second) = texts.split_at(texts.len() / 2);
        open.extend([second, first]);
    }
    Ok(out)
}

async fn accepts(tx: &Transaction<'_>, question: &InputQuestion, texts: &[String]) -> Result<bool> {
    let lists: [List; 1] = [texts.iter().map(|text| Some(text.as_str())).collect()];
    let text = sql::cast_inputs(question);
    Ok(query::attempt(tx, query::for_each(tx, &text, &lists, |_| ())).await?.is_ok())
}

/// The rows that fail each condition, by their places in the review, in the order of `questions`; `None` where the
/// condition cannot be evaluated.
pub async fn failing_rows(tx: &Transaction<'_>, questions: &[CheckQuestion]) -> Result<Vec<Option<Vec<usize>>>> {
    try_join_all(questions.iter().map(|question| failing_rows_of(tx, question))).await
}

async fn failing_rows_of(tx: &Transaction<'_>, question: &CheckQuestion) -> Result<Option<Vec<usize>>> {
    let list = |at: usize| question.rows.iter().map(|(_, values)| values[at].as_deref()).collect();
    let lists: Vec<List> = (0..question.columns.len()).map(list).collect();
    let mut out = Vec::new();
    let text = sql::failing_rows(question);
    let asked = query::for_each(tx, &text, &lists, |fields| {
        let place = fields[0].and_then(|text| text.parse::<usize>().ok()?.checked_sub(1));
        out.extend(place.and_then(|place| question.rows.get(place)).map(|(row, _)| *row));
    });
    let answer = query::attempt(tx, asked).await?;
    Ok(answer.ok().map(|()| out))
}

/// The rows of the target that hold the values of each of `questions` about `review`, in their order; none where it cannot be
/// asked, which leaves it to the apply.
pub async fn holders(tx: &Transaction<'_>, review: &Review, questions: &[UniqueQuestion]) -> Result<Vec<Vec<Holder>>> {
    let asked = questions.iter().map(|question| async move {
        match &review.tables[question.table].shape {
            Some(shape) => holders_of(tx, shape, question).await,
            None => Ok(Vec::new()),
        }
    });
    try_join_all(asked).await
}

async fn holders_of(tx: &Transaction<'_>, shape: &Shape, question: &UniqueQuestion) -> Result<Vec<Holder>> {
    let width = question.rows.first().map_or(0, |(_, values)| values.len());
    let list = |at: usize| question.rows.iter().map(|(_, values)| values[at].as_deref()).collect();
    let lists: Vec<List> = (0..width).map(list).collect();
    let mut out = Vec::new();
    let text = sql::holders(shape, question);
    let asked = query::for_each(tx, &text, &lists, |fields| {
        let place = fields[0].and_then(|text| text.parse::<usize>().ok()?.checked_sub(1));
        let (locator, key) = fields[1..].split_at(shape.locator.len());
        let owned = |values: &[Option<&str>]| values.iter().map(|value| value.map(Into::into)).collect();
        out.extend(place.map(|asked| Holder { asked, locator: owned(locator), key: Key(owned(key)) }));
    });
    let answered = query::attempt(tx, asked).await?.is_ok();
    Ok(if answered { out } else { Vec::new() })
}
