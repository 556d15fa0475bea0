//! Drift: what differs between the schemas of two environments.
//!
//! Each side is a list of records ([`record`]), read from `pg_catalog` by `pg::drift`; [`compare`] lays them side by side,
//! field by field; `dialect` reads what two versions of the server write differently; [`report`] writes it down.
//! What a role could not see is said and never taken for equal, and neither is what could not be compared.

mod compare;
mod dialect;
pub mod record;
pub mod report;
pub mod scope;

use std::collections::BTreeMap;

use serde::Serialize;

pub use self::{
    compare::compare,
    record::{Kind, State},
};

/// What became of an object on the way from one environment to the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Change {
    /// Only the second has it.
    Added,
    /// Only the first has it.
    Removed,
    /// Both have it, and not alike.
    Changed,
}

impl Change {
    /// The word.
    pub fn word(self) -> &'static str {
        match self {
            Change::Added => "added",
            Change::Removed => "removed",
            Change::Changed => "changed",
        }
    }
}

/// One thing that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// What the object is.
    pub kind: Kind,
    /// Its name, as SQL names it.
    pub object: String,
    /// What became of it.
    pub change: Change,
    /// Which of its fields differs; `None` where the whole object is lacking on a side.
    pub field: Option<String>,
    /// The field in the first environment, or the object's definition; `None` for nothing.
    pub from: Option<String>,
    /// The same in the second.
    pub to: Option<String>,
    /// Of a changed object, its SQL on both sides, where there is any.
    pub definitions: (Option<String>, Option<String>),
}

impl Difference {
    /// Whether another object differs by the same.
    fn same_as(&self, other: &Difference) -> bool {
        (self.change, &self.field) == (other.change, &other.field)
            && (self.field.is_none() || (&self.from, &self.to) == (&other.from, &other.to))
    }
}

/// Two texts of servers of two versions that differ in more than is known of how these write: it may be drift or not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unclear {
    /// What the object is.
    pub kind: Kind,
    /// Its name, as SQL names it.
    pub object: String,
    /// Which of its fields.
    pub field: String,
    /// The text in the first environment.
    pub from: String,
    /// The text in the second.
    pub to: String,
}

impl Unclear {
    fn same_as(&self, other: &Unclear) -> bool {
        (&self.field, &self.from, &self.to) == (&other.field, &other.from, &other.to)
    }
}

/// Which of the two.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Side {
    /// The first.
    From,
    /// The second.
    To,
}

/// A kind of objects that could not be seen on a side.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unseen {
    /// Where.
    pub side: Side,
    /// Which kind.
    pub kind: Kind,
    /// Why.
    pub reason: String,
}

/// All that differs between two environments.
#[derive(Debug, Clone, Default)]
pub struct Drift {
    /// What differs, by kind and name.
    pub differences: Vec<Difference>,
    /// What could not be compared because the servers are of two versions.
    pub unclear: Vec<Unclear>,
    /// What could not be seen.
    pub unseen: Vec<Unseen>,
    /// How many objects of each kind were compared, those counted that one side only has.
    pub compared: BTreeMap<Kind, usize>,
    /// The major versions of both servers.
    pub versions: (u32, u32),
}

impl Drift {
    /// Whether all was seen and compared and nothing differs.
    pub fn is_none(&self) -> bool {
        self.differences.is_empty() && self.unclear.is_empty() && self.unseen.is_empty()
    }
}
