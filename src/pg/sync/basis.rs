//! How tables are declared, for a plan that rests on it.

use serde::{Deserialize, de::DeserializeOwned};

use crate::{
    core::{
        error::Result,
        name::QName,
        sync::{
            basis::{Basis, QUERY},
            reach::ActingText,
        },
    },
    pg::{catalog, connect::Transaction, query::List},
};

#[derive(Deserialize)]
struct Found {
    schema: String,
    table: String,
    object: String,
    definition: String,
}

/// The basis of `tables`, which nobody changes while this transaction lasts; those that are not there have none.
pub async fn basis(tx: &Transaction<'_>, tables: &[&QName]) -> Result<Basis> {
    let mut basis = Basis::default();
    let objects: Vec<Found> = asked(tx, QUERY, tables).await?;
    for Found { schema, table, object, definition } in objects {
        basis.insert(QName::new(schema, table), object, definition);
    }
    Ok(basis)
}

/// What the triggers and rules of `tables` consist of.
pub async fn acting_texts(tx: &Transaction<'_>, tables: &[&QName]) -> Result<Vec<ActingText>> {
    asked(tx, include_str!("../sql/reach.sql"), tables).await
}

async fn asked<T: DeserializeOwned>(tx: &Transaction<'_>, sql: &str, tables: &[&QName]) -> Result<Vec<T>> {
    if tables.is_empty() {
        return Ok(Vec::new());
    }
    let schemas: List = tables.iter().map(|table| Some(table.schema.as_str())).collect();
    let names: List = tables.iter().map(|table| Some(table.name.as_str())).collect();
    catalog::records_of(tx, sql, &[schemas, names]).await
}
