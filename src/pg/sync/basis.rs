//! How tables are declared, for a plan that rests on it.

use serde::Deserialize;

use crate::{
    core::{error::Result, name::QName, sync::basis::Basis},
    pg::{catalog, connect::Transaction, query::List},
};

#[derive(Deserialize)]
struct Object {
    schema: String,
    table: String,
    object: String,
    definition: String,
}

/// The basis of `tables`, which nobody changes while this transaction lasts; those that are not there have none.
pub async fn basis(tx: &Transaction<'_>, tables: &[&QName]) -> Result<Basis> {
    let mut basis = Basis::default();
    if tables.is_empty() {
        return Ok(basis);
    }
    let schemas: List = tables.iter().map(|table| Some(table.schema.as_str())).collect();
    let names: List = tables.iter().map(|table| Some(table.name.as_str())).collect();
    let objects = catalog::records_of::<Object>(tx, include_str!("../sql/basis.sql"), &[schemas, names]).await?;
    for Object { schema, table, object, definition } in objects {
        basis.insert(QName::new(schema, table), object, definition);
    }
    Ok(basis)
}
