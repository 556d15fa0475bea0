//! Shapes and steps → SQL. Identifiers pass `core::name`, values are parameters.
//!
//! | room | holds |
//! |---|---|
//! | `statement` | a statement with its values |
//! | `together` | many statements as one |
//! | `fields` | what is selected of a shape, with the joins to its parents |
//! | `culprit` | which SQL of the team's own an error is about |
//! | `fits` | values as a column would hold them |
//! | `leaf` | one value of a key |
//! | `own` | which rows the transaction wrote itself |
//! | `read` | queries for rows |
//! | `hash` | queries for digests of rows |
//! | `facts` | queries about parents, children and equality |
//! | `preflight` | questions about values that would be written |
//! | `key` | rows and parents found by their keys |
//! | `canonical` | values as the server itself writes them |
//! | `large` | values that travel in parts |
//! | `write` | the statements of a plan's steps |
//! | `sequence` | sequences that follow new rows |
//! | `circle` | the statement of a circle of rows |
//! | `candidates` | values on which a row may wait |

mod candidates;
mod canonical;
mod circle;
mod culprit;
mod facts;
mod fields;
mod fits;
mod hash;
mod key;
mod large;
mod leaf;
mod own;
mod preflight;
mod read;
mod sequence;
mod statement;
mod together;
mod write;

pub use candidates::{Nulls, candidates};
pub use canonical::{Slot, canonical};
pub use circle::circle;
pub use culprit::Written;
pub use facts::{children, parents, representation};
pub use fits::{fits, held};
pub use hash::{HANDSHAKE, Hashing, Term, digest};
pub use key::exists;
pub(super) use key::found;
pub use large::{MAX_WHOLE_BYTES, SET_PART, is_large, joined, part, sha256};
pub use leaf::{is_loose, no_key};
pub use own::{children_written, is_own, own_rows};
pub use preflight::{cast_inputs, failing_rows, holders, refused_inputs};
pub use read::{Lookup, Query, Side, Subset, Unread, read, read_located, taken};
pub use sequence::{advance, advance_own, is_number};
pub use statement::Statement;
pub use together::{Parameter, Together};
pub use write::{assigned, guarded, located, park, parked_from, reached, settle, statement, whereabouts, written};

use super::shape::Shape;
use crate::core::name::{QName, ident};

/// An ordinary table without what inherits from it; a partitioned one with its partitions.
pub fn only(shape: &Shape) -> String {
    from_only(shape.partitioned, &shape.table)
}

fn from_only(partitioned: bool, table: &QName) -> String {
    format!("{}{}", if partitioned { "" } else { "ONLY " }, table.sql())
}

/// `value` as the text by which it travels: what the output function of its type writes, which `output` names where
/// `::text` gives another text than it (`character` loses its blanks by it). `cast` is its type without a domain around it,
/// which the functions for all enums do not take (PostgreSQL manual, 36.2.5 "Polymorphic Types").
pub(super) fn exact(value: &str, cast: &str, output: Option<&str>) -> String {
    match output {
        None => format!("{value}::text"),
        Some(output) if cast == "bpchar" => format!("textin({output}({value}))"),
        Some(output) => format!("textin({output}({value}::{cast}))"),
    }
}

/// The same for the column `name` of the row `alias`.
pub(super) fn column_text(shape: &Shape, alias: &str, name: &str) -> String {
    let output = shape.column(name).and_then(|column| column.definition.output.as_deref());
    exact(&format!("{alias}.{}", ident(name)), cast(shape, name), output)
}

fn cast<'a>(shape: &'a Shape, column: &str) -> &'a str {
    shape.column(column).map_or("text", |column| &column.cast)
}
