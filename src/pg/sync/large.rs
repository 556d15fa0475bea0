//! Large values, in parts: the driver holds each message several times.

use std::{
    collections::HashMap,
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{
    core::{
        error::Result,
        sync::{
            plan::{NewValue, Plan},
            row::Value,
            shape::Shape,
            sql::{self, MAX_WHOLE_BYTES, Statement, is_large, sha256},
            value::SharedText,
        },
    },
    pg::{connect::Transaction, query},
};

/// Large values that a plan holds, by their SHA-256: what the server has already need not be read again.
#[derive(Default)]
pub struct Known(HashMap<String, SharedText>);

impl Known {
    /// Those of `plan`.
    pub fn of(plan: &Plan) -> Self {
        let written = plan.steps.iter().flat_map(|step| &step.set).filter_map(|assignment| match &assignment.value {
            NewValue::Value(value) => Some(value),
            NewValue::Parent(_) => None,
        });
        let guards = plan.steps.iter().flat_map(|step| step.guard.values());
        let large = written.chain(guards).filter(|value| is_large(value)).flatten();
        Known(large.map(|text| (sha256(text), text.clone())).collect())
    }

    pub(super) fn get(&self, digest: &str) -> Option<SharedText> {
        self.0.get(digest).cloned()
    }
}

/// The text of `column` in the row with this locator.
pub(super) async fn read(tx: &Transaction<'_>, shape: &Shape, locator: &[Value], column: &str) -> Result<SharedText> {
    let mut text = String::new();
    let mut from = 1;
    loop {
        let part = sql::part(shape, locator, column, from, MAX_WHOLE_BYTES);
        let rows =
            query::rows(tx, &part.text(), &part.parameters()).await.map_err(|error| error.object(&shape.table))?;
        let part = rows.first().map(|row| row.try_get::<_, Option<&str>>(0)).transpose();
        let part = part.map_err(|error| tx.describe(&error))?.flatten().unwrap_or_default();
        text.push_str(part);
        let read = part.chars().count();
        if read < MAX_WHOLE_BYTES {
            return Ok(text.into());
        }
        from += read;
    }
}

/// A statement as it is sent.
pub struct Sent<'a> {
    /// The text.
    pub text: String,
    /// Its parameters.
    pub parameters: Vec<Option<&'a str>>,
    /// Settings of the transaction that hold parts of large values.
    settings: Vec<String>,
}

/// Settings have names of their own, so that statements that are under way at once do not take each other's.
static NEXT: AtomicU64 = AtomicU64::new(1);

impl<'a> Sent<'a> {
    /// Sends the large values of `statement` ahead of it.
    pub async fn ahead(tx: &Transaction<'_>, statement: &'a Statement) -> Result<Sent<'a>> {
        let mut names: HashMap<usize, Vec<String>> = HashMap::new();
        for (number, text) in statement.large() {
            let value = NEXT.fetch_add(1, Ordering::Relaxed);
            let names = names.entry(number).or_default();
            for (at, part) in parts(text).enumerate() {
                let name = format!("pgdeck.part_{value}_{at}");
                // One after the other: all that is not sent yet is held.
                query::rows(tx, sql::SET_PART, &[Some(&name), Some(part)]).await?;
                names.push(name);
            }
        }
        let written =
            |number: usize| names.get(&number).map_or_else(|| format!("${number}"), |names| sql::joined(names));
        let text = statement.text_without_large(&written);
        Ok(Sent {
            text,
            parameters: statement.parameters_without_large(),
            settings: names.into_values().flatten().collect(),
        })
    }

    /// Empties the settings. A statement that failed has taken its transaction with it, or goes back to a savepoint.
    pub async fn done(&self, tx: &Transaction<'_>) -> Result<()> {
        for name in &self.settings {
            query::rows(tx, sql::SET_PART, &[Some(name), Some("")]).await?;
        }
        Ok(())
    }
}

/// `text` in parts that are not large.
fn parts(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let most = rest.len().min(MAX_WHOLE_BYTES);
        // A character has four bytes at most.
        let end = (most.saturating_sub(3)..=most).rev().find(|at| rest.is_char_boundary(*at)).unwrap_or(most);
        let part = &rest[..end];
        rest = &rest[part.len()..];
        (!part.is_empty()).then_some(part)
    })
}
