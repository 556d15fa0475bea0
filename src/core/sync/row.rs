//! A row read through its shape.

use serde::{Deserialize, Serialize};

use super::{
    shape::{Reference, Shape},
    value::SharedText,
};
use crate::core::value::shown;

/// A value as PostgreSQL writes it in text, or NULL.
pub type Value = Option<SharedText>;

/// The values that identify a row, flat: the key columns, where a column is a foreign key the key of its
/// parent, at any depth. `plan_features` has `[plans.key, features.key]`. Values that the type's own operator
/// calls equal are written alike (`1.0` and `1.00` both as `1`).
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(pub Vec<Value>);

impl Key {
    /// Whether some part is NULL.
    pub fn has_null(&self) -> bool {
        self.0.iter().any(Option::is_none)
    }

    /// For people: the parts with a dot between them.
    pub fn display(&self) -> String {
        display(&self.0)
    }
}

/// Several values for people, with a dot between them.
pub fn display(values: &[Value]) -> String {
    let parts: Vec<_> = values.iter().map(|part| shown(part.as_deref())).collect();
    parts.join(" · ")
}

/// One row. Positions follow the shape that it was read through.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Row {
    /// What identifies it.
    pub key: Key,
    /// One per column of the shape; NULL also where the column is not read on this side.
    pub columns: Vec<Value>,
    /// One per reference of the shape: the parent's key, or `None` where the foreign key is NULL.
    pub references: Vec<Option<Key>>,
    /// Whether the row satisfies the table's `where`.
    pub in_scope: bool,
}

impl Row {
    /// The parent's key that `reference` holds.
    pub fn reference(&self, shape: &Shape, reference: &Reference) -> Option<&Key> {
        let at = shape.references.iter().position(|known| known.columns == reference.columns)?;
        self.references[at].as_ref()
    }

    /// The value of the column `name`.
    pub fn value(&self, shape: &Shape, name: &str) -> Option<&str> {
        self.text(shape, name).map(|text| &**text)
    }

    /// The value of the column `name`, to be held elsewhere as well.
    pub fn text(&self, shape: &Shape, name: &str) -> Option<&SharedText> {
        self.columns[shape.position(name)?].as_ref()
    }
}
