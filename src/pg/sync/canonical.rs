//! Values that came from elsewhere, as this server writes them.

use crate::{
    core::{
        error::{Code, Error, Result},
        sync::{
            row::Value,
            sql::{self, Slot},
        },
    },
    pg::{
        connect::Transaction,
        query::{self, List},
    },
};

/// A value that its type refuses.
#[derive(Debug)]
pub struct Refused {
    /// The place of its slot.
    pub slot: usize,
    /// The place of its row.
    pub row: usize,
    /// What the server says.
    pub error: Error,
}

/// `rows`, each with a value for each of `slots`, as the server writes them, or the first value that it refuses.
pub async fn canonical(
    tx: &Transaction<'_>,
    slots: &[Slot],
    rows: &[Vec<Value>],
) -> Result<Result<Vec<Vec<Value>>, Refused>> {
    let error = match attempt(tx, slots, rows, 0).await? {
        Ok(rows) => return Ok(Ok(rows)),
        Err(error) => error,
    };
    for (slot, named) in slots.iter().enumerate() {
        let slots = std::slice::from_ref(named);
        if attempt(tx, slots, rows, slot).await?.is_ok() {
            continue;
        }
        // The first half that is refused, again and again, until it is one row.
        let (mut from, mut to) = (0, rows.len());
        while to - from > 1 {
            let middle = from + (to - from) / 2;
            if attempt(tx, slots, &rows[from..middle], slot).await?.is_err() { to = middle } else { from = middle }
        }
        let error = attempt(tx, slots, &rows[from..to], slot).await?.err().unwrap_or(error);
        return Ok(Err(Refused { slot, row: from, error }));
    }
    Err(error)
}

/// One query for the values of `slots`, which begin at the place `first` of each row.
async fn attempt(
    tx: &Transaction<'_>,
    slots: &[Slot],
    rows: &[Vec<Value>],
    first: usize,
) -> Result<Result<Vec<Vec<Value>>, Error>> {
    let lists: Vec<List> =
        (first..first + slots.len()).map(|at| rows.iter().map(|row| row[at].as_deref()).collect()).collect();
    query::rows(tx, "SAVEPOINT canonical", &[]).await?;
    let mut out: Vec<Vec<Value>> = Vec::new();
    let text = sql::canonical(slots);
    let asked = query::for_each(tx, &text, &lists, |fields| {
        out.push(fields.iter().map(|field| field.map(Into::into)).collect());
    });
    let asked = asked.await;
    match asked {
        Ok(()) => Ok(Ok(out)),
        Err(error) if error.code == Code::Server || error.code == Code::Usage => {
            query::rows(tx, "ROLLBACK TO SAVEPOINT canonical", &[]).await?;
            tx.forgive(&error);
            Ok(Err(error))
        }
        Err(error) => Err(error),
    }
}
