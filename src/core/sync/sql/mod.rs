//! Shapes and steps → SQL. Identifiers pass `core::name`, values are parameters.
//!
//! | room | holds |
//! |---|---|
//! | `statement` | a statement with its values |
//! | `together` | many statements as one |
//! | `fields` | what is selected of a shape, with the joins to its parents |
//! | `leaf` | one value of a key |
//! | `read` | queries for rows |
//! | `hash` | queries for digests of rows |
//! | `facts` | queries about parents, children and equality |
//! | `key` | rows and parents found by their keys |
//! | `canonical` | values as the server itself writes them |
//! | `write` | the statements of a plan's steps |
//! | `circle` | the statement of a circle of rows |
//! | `candidates` | values on which a row may wait |

mod candidates;
mod canonical;
mod circle;
mod facts;
mod fields;
mod hash;
mod key;
mod leaf;
mod read;
mod statement;
mod together;
mod write;

pub use candidates::{Nulls, candidates};
pub use canonical::{Slot, canonical};
pub use circle::circle;
pub use facts::{children, parents, representation};
pub use hash::{HANDSHAKE, Hashing, Term, digest};
pub(super) use key::{exists, found};
pub use leaf::is_loose;
pub use read::{Query, Side, Subset, read, read_located, taken};
pub use statement::Statement;
pub use together::{Parameter, Together};
pub use write::{advance, assigned, guarded, located, park, parked_from, reached, statement, whereabouts, written};

use super::shape::Shape;
use crate::core::name::QName;

/// An ordinary table without what inherits from it; a partitioned one with its partitions.
pub fn only(shape: &Shape) -> String {
    from_only(shape.partitioned, &shape.table)
}

fn from_only(partitioned: bool, table: &QName) -> String {
    format!("{}{}", if partitioned { "" } else { "ONLY " }, table.sql())
}

fn cast<'a>(shape: &'a Shape, column: &str) -> &'a str {
    shape.column(column).map_or("text", |column| &column.cast)
}
