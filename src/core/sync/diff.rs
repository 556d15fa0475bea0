//! Two sides → a review: what would have to change in the target so that it holds what the source holds.
//!
//! | room | holds |
//! |---|---|
//! | `columns` | what differs in how the two sides declare a column |
//! | `fields` | how the source's columns map to the target's |
//! | `compare` | rows of one key, on both sides |
//! | `encoding` | characters that the target's encoding does not have |
//! | `fits` | values that the target's type would round or cut |
//! | `parents` | what new values point to |
//! | `children` | what points to rows that go or change their key |
//! | `representation` | equal values that are written in two ways |
//! | `tied` | columns whose values mean something in one database alone |

mod children;
mod columns;
mod compare;
mod encoding;
mod fields;
mod fits;
mod parents;
mod representation;
mod tied;

pub use children::{ChildCount, ChildCounts, check_children, disturbs};
pub use compare::{Compare, KeptIds, drop_taken_ids, kept_ids};
pub use encoding::{block_characters, characters};
pub use fields::Fields;
pub use fits::{Became, Fit, block_unfit, fits};
pub use parents::{ParentCounts, Wanted, drop_unneeded, resolve_parents, wanted_by_inclusion, wanted_parents};
pub use representation::{Pair, is_exact, mark_representation, pairs};
pub use tied::{keep_large_objects, refuse_tied, tied_column};

use super::{
    basis::Basis,
    fires,
    plan::Operation,
    row::{Key, Row, Value},
    shape::Shape,
};
use crate::core::name::QName;

/// Everything that differs, table by table.
#[derive(Debug, Clone, Default)]
pub struct Review {
    /// The source environment, or the bundle's.
    pub from: String,
    /// The environment that would change.
    pub to: String,
    /// In the order of the sets.
    pub tables: Vec<TableReview>,
    /// Which database the target is.
    pub database: String,
    /// How the target's tables are declared.
    pub basis: Basis,
    /// Never-synced tables that the project lets triggers write.
    pub agreed: Vec<QName>,
}

/// The differences of one table.
#[derive(Debug, Clone)]
pub struct TableReview {
    /// The set that it belongs to.
    pub set: String,
    /// The table.
    pub table: QName,
    /// How the target's rows were read; `None` where the table as a whole is blocked.
    pub shape: Option<Shape>,
    /// Rows that differ, in the order of their keys.
    pub rows: Vec<RowReview>,
    /// How many rows are the same on both sides.
    pub unchanged: usize,
    /// How many rows only the target has, and keeps, because no delete was asked for.
    pub kept: usize,
    /// Why no row of the table can move.
    pub blocked: Option<String>,
    /// What the operator should know.
    pub warnings: Vec<String>,
    /// The columns, by their places in the shape, that the source declares with another type.
    pub retyped: Vec<usize>,
}

/// What would happen to a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Change {
    /// The target does not have it.
    Insert,
    /// Some column differs.
    Update,
    /// The source does not have it, and deletes were asked for.
    Delete,
    /// Equal by the type's own operator, different as text.
    Representation,
}

impl Change {
    /// What is done to the row.
    pub fn operation(self) -> Operation {
        match self {
            Change::Insert => Operation::Insert,
            Change::Update | Change::Representation => Operation::Update,
            Change::Delete => Operation::Delete,
        }
    }

    /// The glyph that stands before the row.
    pub fn sign(self) -> &'static str {
        match self {
            Change::Insert => "+",
            Change::Update => "~",
            Change::Delete => "−",
            Change::Representation => "≈",
        }
    }

    /// The word for it.
    pub fn word(self) -> &'static str {
        match self {
            Change::Insert => "insert",
            Change::Update => "update",
            Change::Delete => "delete",
            Change::Representation => "representation only",
        }
    }
}

/// One row that differs.
#[derive(Debug, Clone)]
pub struct RowReview {
    /// What identifies it.
    pub key: Key,
    /// What would happen.
    pub change: Change,
    /// The columns that differ; for an insert every column that travels, for a delete every column it has.
    pub cells: Vec<Cell>,
    /// Why it cannot move.
    pub blocked: Option<String>,
    /// The source's row.
    pub source: Option<Row>,
    /// The target's row.
    pub target: Option<Row>,
    /// Rows of this review that have to go along: an insert's new parents, a delete's children.
    pub requires: Vec<(QName, Key)>,
    /// Whether it is here only because another row needs it as its parent.
    pub included: bool,
    /// What the operator should know of it.
    pub notes: Vec<String>,
}

/// One column that differs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cell {
    /// The column, or the columns of a foreign key.
    pub column: String,
    /// What kind of thing it is.
    pub field: Field,
    /// What the target holds.
    pub old: Value,
    /// What the source holds.
    pub new: Value,
    /// Whether the two are equal by the type's own operator.
    pub representation: bool,
}

/// Where a cell's value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// The target shape's column at this position.
    Column(usize),
    /// The target shape's reference at this position; shown as the parent's key.
    Reference(usize),
}

impl Review {
    /// Rows of `change` that can move, and rows that cannot.
    pub fn count(&self, change: Change) -> usize {
        self.tables.iter().map(|table| table.count(change)).sum()
    }

    /// Rows that cannot move.
    pub fn blocked(&self) -> usize {
        self.tables.iter().map(TableReview::blocked_rows).sum()
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.tables.iter().all(|table| table.rows.is_empty() && table.blocked.is_none())
    }
}

/// Blocks the rows for which a rule does something else instead.
pub fn block_replaced(review: &mut Review) {
    for table in &mut review.tables {
        let Some(shape) = &table.shape else { continue };
        for row in table.rows.iter_mut().filter(|row| row.blocked.is_none()) {
            row.blocked = fires::replaced(&shape.triggers, row.change.operation());
        }
    }
}

impl TableReview {
    /// What to say of the rows that only the target, `to`, has and keeps.
    pub fn kept_rows(&self, to: &str) -> Option<String> {
        match self.kept {
            0 => None,
            1 => Some(format!("1 row is only in {to} and kept (--deletes removes it)")),
            rows => Some(format!("{rows} rows are only in {to} and kept (--deletes removes them)")),
        }
    }

    /// Rows of `change` that can move.
    pub fn count(&self, change: Change) -> usize {
        self.rows.iter().filter(|row| row.change == change && row.blocked.is_none()).count()
    }

    /// Rows that cannot move.
    pub fn blocked_rows(&self) -> usize {
        self.rows.iter().filter(|row| row.blocked.is_some()).count()
    }
}
