//! How many rows a table has, and how sure we are.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::name::QName;

/// A number of rows. Unknown is not zero.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Count {
    /// Counted.
    Exact {
        /// Rows.
        rows: u64,
    },
    /// The planner's figure (`pg_class.reltuples`).
    Estimate {
        /// Rows, about.
        rows: u64,
    },
    /// Not known.
    Unknown {
        /// Why, in a few words.
        reason: String,
    },
}

impl Count {
    /// Not known, because of `reason`.
    pub fn unknown(reason: impl Into<String>) -> Self {
        Count::Unknown { reason: reason.into() }
    }

    /// The number, however sure.
    pub fn rows(&self) -> Option<u64> {
        match self {
            Count::Exact { rows } | Count::Estimate { rows } => Some(*rows),
            Count::Unknown { .. } => None,
        }
    }

    /// Whether it was counted.
    pub fn is_exact(&self) -> bool {
        matches!(self, Count::Exact { .. })
    }
}

/// The counts of one environment at one time.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// By table.
    pub tables: BTreeMap<QName, Count>,
}

/// A difference between two counts of one table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delta {
    /// Both are known; the second minus the first.
    Rows(i64),
    /// One of them is unknown or not there.
    Unknown,
}

/// How far `from` is ahead of `to`.
pub fn delta(from: Option<&Count>, to: Option<&Count>) -> Delta {
    match (from.and_then(Count::rows), to.and_then(Count::rows)) {
        (Some(from), Some(to)) => Delta::Rows(from as i64 - to as i64),
        _ => Delta::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_is_not_zero() {
        let zero = Count::Exact { rows: 0 };
        assert_eq!(delta(Some(&zero), Some(&Count::unknown("RLS"))), Delta::Unknown);
        assert_eq!(delta(Some(&zero), None), Delta::Unknown);
        assert_eq!(delta(Some(&Count::Estimate { rows: 5 }), Some(&zero)), Delta::Rows(5));
    }
}
