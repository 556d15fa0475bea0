//! Shapes and steps → SQL. Identifiers pass `core::name`, values are parameters.
//!
//! | room | holds |
//! |---|---|
//! | `statement` | a statement with its values |
//! | `read` | queries over a shape |
//! | `key` | rows and parents found by their keys |
//! | `write` | the statements of a plan's steps |

mod key;
mod read;
mod statement;
mod write;

pub use read::{Query, Side, children, parent_keys, read, read_located, representation};
pub use statement::Statement;
pub use write::{advance, park, reached, statement, written};

use super::shape::Shape;
use crate::core::name::QName;

/// An ordinary table without what inherits from it; a partitioned one with its partitions.
fn only(shape: &Shape) -> String {
    from_only(shape.partitioned, &shape.table)
}

fn from_only(partitioned: bool, table: &QName) -> String {
    format!("{}{}", if partitioned { "" } else { "ONLY " }, table.sql())
}

fn cast<'a>(shape: &'a Shape, column: &str) -> &'a str {
    shape.column(column).map_or("text", |column| &column.cast)
}
