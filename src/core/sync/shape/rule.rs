//! What keeps two rows of a table from holding the same value.

use serde::{Deserialize, Serialize};

use crate::core::schema::{BaseType, Unique};

/// A unique index or an exclusion constraint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[allow(clippy::struct_excessive_bools, reason = "these are the catalogue's own")]
pub struct UniqueRule {
    /// The name of the index, which is that of its constraint too.
    pub name: String,
    /// Every column that decides, those of expressions and of a `WHERE` too.
    pub columns: Vec<RuleColumn>,
    /// Two rows meet if and only if all columns are equal and not NULL.
    pub exact: bool,
    /// The same, of the rows that it covers.
    pub plain: bool,
    /// Two NULLs are equal (`NULLS NOT DISTINCT`).
    pub nulls_equal: bool,
    /// It is an exclusion constraint.
    pub exclusion: bool,
    /// `SET CONSTRAINTS` can defer it by its name.
    pub deferrable: bool,
}

/// A column of a [`UniqueRule`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RuleColumn {
    /// Its name.
    pub name: String,
    /// The type behind its domains.
    pub base: BaseType,
    /// It is not one of the values that have to differ; it only decides whether the rule is about the row.
    pub predicate: bool,
}

/// Types of which equal values are written alike, whatever the server's settings.
const WRITTEN_ALIKE: [&str; 9] =
    ["smallint", "integer", "bigint", "oid", "uuid", "date", "boolean", "text", "character varying"];

impl UniqueRule {
    /// The rule of `unique`.
    pub fn of(unique: &Unique) -> Self {
        let plain = &unique.columns;
        let columns = unique.involved.iter().zip(&unique.types).map(|(name, base)| RuleColumn {
            name: name.clone(),
            base: base.clone(),
            predicate: !plain.is_empty() && !plain.contains(name),
        });
        UniqueRule {
            name: unique.name.clone(),
            columns: columns.collect(),
            exact: unique.exact,
            plain: unique.plain,
            nulls_equal: unique.nulls_equal,
            exclusion: unique.exclusion,
            deferrable: unique.deferrable,
        }
    }

    /// Whether it is about the column `name`.
    pub fn names(&self, name: &str) -> bool {
        self.columns.iter().any(|column| column.name == name)
    }

    /// Whether equal texts in its columns are all that it forbids.
    pub fn by_text(&self) -> bool {
        self.exact && self.columns.iter().all(|column| WRITTEN_ALIKE.contains(&column.base.name.as_str()))
    }
}
